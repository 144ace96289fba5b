"""The tests' own folders in memory: what a killed run left goes, what another one uses stays."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import quick_disk


def test_what_a_killed_run_left_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(quick_disk, "MEMORY", tmp_path)
    monkeypatch.setattr(quick_disk, "ROOM", 0)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left = tmp_path / f"tsunagi-tests-{ended.pid}-x"
    used = tmp_path / f"tsunagi-tests-{os.getpid()}-x"
    foreign = tmp_path / f"something-{ended.pid}-x"
    for folder in (left, used, foreign):
        folder.mkdir()
    with quick_disk.home_of_a_run(tmp_path / "disk") as home:
        assert home.is_dir()
        assert home.parent == tmp_path
        assert set(tmp_path.iterdir()) == {home, used, foreign}
    assert set(tmp_path.iterdir()) == {used, foreign}


def test_without_room_it_is_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(quick_disk, "MEMORY", tmp_path)
    monkeypatch.setattr(quick_disk, "ROOM", 2**62)
    disk = tmp_path / "disk"
    disk.mkdir()
    with quick_disk.home_of_a_run(disk) as home:
        assert home == disk
    assert disk.is_dir()
