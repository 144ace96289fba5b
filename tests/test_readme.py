"""What the README says is checked: diagrams, commands, settings, files."""

import re
import sys
from dataclasses import fields
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "tools"))

from diagrams import drawn  # noqa: E402 - a tool beside the tests

from service.settings import Settings  # noqa: E402

TEXT = (ROOT / "README.md").read_text()


def test_the_state_diagrams_are_current():
    assert drawn(TEXT) == TEXT, "Run: make diagrams"


def test_every_setting_is_described():
    described = set(re.findall(r"`(TSUNAGI_[A-Z_]+)`", TEXT))
    known = set(re.findall(r"TSUNAGI_[A-Z_]+", (ROOT / "service" / "settings.py").read_text()))
    assert known - {"TSUNAGI_"} <= described
    assert len(fields(Settings)) > 5


def test_every_make_target_that_is_named_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)`", TEXT)) <= targets


def test_every_file_in_the_map_exists():
    named = re.findall(r"^\| `((?:service|tests|openapi|deploy)/[^`]*)`", TEXT, flags=re.MULTILINE)
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []
