"""``tsunagi run``, as its user starts and stops it: real processes, a home and a port of its own."""

import contextlib
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from service.adapters.postgres.embedded import remove_cluster

TSUNAGI = [sys.executable, "-c", "from service.cli import main; main()"]


class Running:
    """One ``tsunagi run``."""

    def __init__(self, home: Path, port: int) -> None:
        self.environment = {
            **os.environ,
            "TSUNAGI_HOME": str(home),
            "TSUNAGI_PORT": str(port),
            "TSUNAGI_SWEEP_SECONDS": "0.5",
        }
        self.home = home
        self.url = f"http://127.0.0.1:{port}"
        self.printed = home.parent / f"{home.name}.log"
        with self.printed.open("w") as output:
            self.process = subprocess.Popen(
                [*TSUNAGI, "run"],
                env=self.environment | {"TSUNAGI_DEMO": "1"},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_ready(self, seconds: float = 90) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/readyz").status_code == 200:
                    return
            assert self.process.poll() is None, self.printed.read_text()
            time.sleep(0.1)
        pytest.fail(f"not ready after {seconds} s:\n{self.printed.read_text()}")

    def tsunagi(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*TSUNAGI, *words], env=self.environment, capture_output=True, text=True, check=False
        )

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(how)
        return self.process.wait(timeout=30)

    def servers(self) -> list[str]:
        """PostgreSQL processes of this home that still run."""
        location = self.home / "postgres.location"
        folders = {str(self.home / "postgres")}
        if location.exists():
            folders.add(json.loads(location.read_text())["directory"])
        found = []
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                line = process.read_bytes().decode(errors="replace")
                found += [line for folder in folders if folder in line and "postgres" in line]
        return found


@pytest.fixture
def home() -> Iterator[Path]:
    """A home that an ordinary user can reach, as a clone would be."""
    folder = Path(tempfile.mkdtemp(prefix="t"))
    folder.chmod(0o711)
    yield folder / "home"
    remove_cluster(folder / "home")
    subprocess.run(["rm", "-rf", str(folder)], check=True)  # noqa: S607 - from the path


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def test_it_runs_tells_its_stories_stops_and_finds_its_data_again(home: Path):
    port = free_port()
    first = Running(home, port)
    first.wait_until_ready()
    [line] = [w for w in first.printed.read_text().splitlines() if w.startswith("curl ")]
    me = subprocess.run(shlex.split(line), capture_output=True, text=True, check=True)
    assert json.loads(me.stdout)["agency_code"] == "mihon_center"

    told = first.tsunagi("demo", "--json")
    assert told.returncode == 0, told.stdout[-2000:] + told.stderr
    assert json.loads(told.stdout)["ok"] is True

    second = Running(home, free_port())
    assert second.process.wait(timeout=30) == 1
    assert "another tsunagi" in second.printed.read_text().lower()

    token = first.tsunagi("token", "--as", "s-auditor").stdout.strip()
    headers = {"Authorization": f"Bearer {token}", "Purpose-Of-Use": "audit"}
    before = httpx.get(f"{first.url}/v1/audit/events?limit=1", headers=headers).json()["items"]
    assert first.stop() in (0, 130)
    assert first.servers() == []

    again = Running(home, port)
    again.wait_until_ready()
    after = httpx.get(f"{again.url}/v1/audit/events?limit=100", headers=headers).json()["items"]
    assert before[0]["id"] in [entry["id"] for entry in after]
    assert again.stop(signal.SIGTERM) in (0, 130)
    assert again.servers() == []


def test_what_cannot_be_meant_is_said_in_one_sentence(home: Path):
    home.mkdir()
    for setting, word in (
        ({"TSUNAGI_PORT": "eighty"}, "TSUNAGI_PORT"),
        ({"TSUNAGI_DEMO": "1", "TSUNAGI_HOST": "0.0.0.0"}, "TSUNAGI_HOST"),  # noqa: S104 - refused
        ({"TSUNAGI_DEMO": "perhaps"}, "TSUNAGI_DEMO"),
    ):
        done = subprocess.run(
            [*TSUNAGI, "run"],
            env=os.environ | {"TSUNAGI_HOME": str(home)} | setting,
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        assert done.returncode == 1
        assert word in done.stderr
        assert "Traceback" not in done.stderr + done.stdout


def test_where_no_demonstration_ran_none_is_told(home: Path):
    home.mkdir()
    done = subprocess.run(
        [*TSUNAGI, "token", "--as", "cc-worker"],
        env=os.environ | {"TSUNAGI_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 1
    assert "make run" in done.stderr
