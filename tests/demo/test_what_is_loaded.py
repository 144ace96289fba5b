"""What the service loads to answer requests, and what it leaves to those who hand in files."""

import json
import subprocess
import sys

LOADED = "import json, sys, service.cli; print(json.dumps([*sys.modules]))"


def test_what_only_files_need_is_not_loaded_with_the_service() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True
    )
    loaded = set(json.loads(done.stdout))
    assert {"service.api.application", "service.adapters.files", "typst"} <= loaded
    assert not {"pypdf", "openpyxl", "numpy"} & loaded
