"""Settings and secrets of a home, where several processes start at once."""

import multiprocessing
from pathlib import Path

import pytest

from service.settings import Settings, SettingsError


def _secret(home: Path) -> bytes:
    return Settings(home=home).kept_secret("cursor.key")


def test_processes_that_start_at_once_have_the_same_secret(tmp_path: Path) -> None:
    with multiprocessing.get_context("fork").Pool(8) as processes:
        for round_ in range(20):
            found = set(processes.map(_secret, [tmp_path / str(round_)] * 8, chunksize=1))
            assert len(found) == 1
            assert {len(secret) for secret in found} == {32}
    kept = tmp_path / "0" / "secrets"
    assert [path.name for path in kept.iterdir()] == ["cursor.key"]
    assert (kept / "cursor.key").stat().st_mode & 0o777 == 0o600


def test_whoever_comes_second_takes_what_the_first_has_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _secret(tmp_path)
    # It looked before the first had made it.
    monkeypatch.setattr(Path, "exists", lambda _self: False)
    assert _secret(tmp_path) == first


@pytest.mark.parametrize("given", ["0", "65", "two", "-1"])
def test_so_many_workers_cannot_be_meant(given: str) -> None:
    with pytest.raises(SettingsError, match="TSUNAGI_WORKERS"):
        Settings.from_environment({"TSUNAGI_WORKERS": given})


def test_one_worker_unless_told_otherwise() -> None:
    assert Settings.from_environment({}).workers == 1
    assert Settings.from_environment({"TSUNAGI_WORKERS": "4"}).workers == 4
