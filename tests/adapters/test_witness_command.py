"""What ``tsunagi witness`` refuses, and what it shows."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result
from witnessed_log import ORIGIN, Log, leaves

from service import cli_witness
from service.adapters.transparency.ed25519 import Signer, check
from service.cli_witness import app, logs_of
from service.domain.signed_note import Algorithm
from service.witness.cosigner import Cosigned, Cosigner
from service.witness.memory import Memory, log_name
from service.witness.own_key import own_key
from service.witness.refusal import NotReadyToWitnessError

NAME = "witness.example"
LOG = f"{ORIGIN}={Log().key}"


def tsunagi(home: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--home", str(home)])


def init(home: Path, *words: str) -> Result:
    return tsunagi(home, "init", "--name", NAME, *words)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Cosigner]:
    """What would have been served."""
    found: list[Cosigner] = []
    monkeypatch.setattr(cli_witness, "_serve", lambda cosigner, *_: found.append(cosigner))
    return found


def test_a_second_init_keeps_the_key_and_adds_a_log(tmp_path: Path) -> None:
    first = init(tmp_path, "--first-time", ORIGIN)
    second = init(tmp_path, "--first-time", "another.example")
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert first.stdout == second.stdout == f"{own_key(tmp_path).key}\n"
    shown = tsunagi(tmp_path, "show")
    assert shown.exit_code == 0
    assert "another.example: 署名なし" in shown.stdout


def test_init_never_starts_over(tmp_path: Path) -> None:
    init(tmp_path, "--first-time", ORIGIN)
    key = own_key(tmp_path)
    witness = Cosigner(key, {ORIGIN: [Log().key]}, Memory(tmp_path, key.key, check))
    assert isinstance(witness.add(Log(leaves(4)).asks(0)), Cosigned)
    again = init(tmp_path, "--first-time", ORIGIN)
    assert again.exit_code == 1
    assert "knows" in again.stderr
    assert "4 件" in tsunagi(tmp_path, "show").stdout
    assert tsunagi(tmp_path, "init", "--name", "another.example").exit_code == 1


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb"])
def test_a_name_that_a_key_cannot_have(tmp_path: Path, name: str) -> None:
    refused = tsunagi(tmp_path, "init", "--name", name)
    assert refused.exit_code == 1
    assert "spaces" in refused.stderr
    assert not list(tmp_path.iterdir())


def test_run_begins_with_no_log_by_itself(tmp_path: Path, served: list[Cosigner]) -> None:
    assert tsunagi(tmp_path, "run", "--log", LOG).exit_code == 1
    init(tmp_path)
    refused = tsunagi(tmp_path, "run", "--log", LOG)
    assert refused.exit_code == 1
    assert "--first-time" in refused.stderr
    assert not served
    init(tmp_path, "--first-time", ORIGIN)
    assert tsunagi(tmp_path, "run", "--log", LOG).exit_code == 0
    assert [cosigner.key for cosigner in served] == [own_key(tmp_path).key]


@pytest.mark.parametrize("left", ["", "half of"])
def test_run_does_not_start_with_a_broken_memory(
    tmp_path: Path, served: list[Cosigner], left: str
) -> None:
    init(tmp_path, "--first-time", ORIGIN)
    (tmp_path / "logs" / log_name(ORIGIN)).write_text(left)
    refused = tsunagi(tmp_path, "run", "--log", LOG)
    assert refused.exit_code == 1
    assert "copy of today" in refused.stderr
    assert not served
    shown = tsunagi(tmp_path, "show")
    assert shown.exit_code == 1
    assert log_name(ORIGIN) in shown.stdout
    assert "使用不可" in shown.stdout


def test_show_fails_where_a_log_told_two_stories(tmp_path: Path) -> None:
    init(tmp_path, "--first-time", ORIGIN)
    key = own_key(tmp_path)
    witness = Cosigner(key, {ORIGIN: [Log().key]}, Memory(tmp_path, key.key, check))
    witness.add(Log(leaves(4)).asks(0))
    witness.add(Log(leaves(4, mark=b"x")).asks(4))
    shown = tsunagi(tmp_path, "show")
    assert shown.exit_code == 1
    assert "警告 / ALARM" in shown.stdout
    assert ".told" in shown.stdout


def test_logs_and_their_keys() -> None:
    second = Signer("log.tsunagi.example", b"\x03" * 32).key
    told = [LOG, f"another.example={Log().key}", f"{ORIGIN}={second}", LOG]
    assert logs_of(told) == {ORIGIN: (Log().key, second), "another.example": (Log().key,)}


@pytest.mark.parametrize(
    "told",
    [
        "",
        ORIGIN,
        f"={Log().key}",
        str(Log().key),
        f"{ORIGIN}=",
        f"{LOG}x",
        # A witness's key is not a log's.
        f"{ORIGIN}={Signer('w.example', b'1' * 32, Algorithm.COSIGNATURE).key}",
    ],
)
def test_what_is_no_log(told: str) -> None:
    with pytest.raises(NotReadyToWitnessError):
        logs_of([told])
