"""Steps of the transparency log: keep it, and look at it from outside."""

import subprocess
import sys
from base64 import b64decode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scenario_steps import ok, person
from town import Town
from typer.testing import CliRunner

from service import cli_audit
from service.adapters.postgres.log_check import LogChecked, check_log
from service.adapters.transparency.ed25519 import check
from service.application.log_keeping import LogKeeper
from service.domain.calendar_jp import jst_date
from service.domain.merkle import check_inclusion, leaf_hash
from service.domain.sealed_entry import check_sealed
from service.domain.signed_note import Checkpoint, NoteKey, opened

ALONE = Path(__file__).parents[1] / "deploy" / "verify_audit.py"


def keeper(town: Town) -> LogKeeper:
    return town.app.state.wiring.keeper


async def keys(town: Town) -> list[NoteKey]:
    answer = await town.http.get("/log/keys")
    assert answer.status_code == 200
    return [NoteKey.read(line) for line in answer.text.splitlines()]


async def checkpoint(town: Town) -> Checkpoint:
    """The newest one, checked as anybody would."""
    answer = await town.http.get("/log/checkpoint")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    return opened(answer.text, town.settings.log_origin, await keys(town), check)


async def proof(town: Town, path: str, **params: int) -> list[bytes]:
    answer = await town.http.get(f"/log/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return [b64decode(step) for step in answer.json()["proof"]]


def proven(body: dict[str, Any], origin: str, known: Sequence[NoteKey]) -> Any:
    """What a proven entry says, once its proof holds; nothing where its words are closed."""
    signed = opened(body["checkpoint"], origin, known, check)
    assert signed.size == body["size"]
    leaf = b64decode(body["leaf"])
    steps = [b64decode(step) for step in body["proof"]]
    check_inclusion(body["index"], body["size"], leaf_hash(leaf), steps, signed.root)
    if body.get("words") is None:
        return None
    return check_sealed(leaf, b64decode(body["salt"]), b64decode(body["words"]))


async def checked(town: Town) -> LogChecked:
    """What the check of the whole database says."""
    return await check_log(
        town.owner,
        origin=town.settings.log_origin,
        keys=await keys(town),
        check=check,
        today=jst_date(town.clock.now),
        years=town.settings.audit_years,
    )


def verified(file: Path, origin: str, known: list[NoteKey], *more: str) -> tuple[int, str]:
    """What both verifiers say; they must agree."""
    words = [str(file), "--origin", origin]
    for key in known:
        words += ["--key", str(key)]
    ours = CliRunner().invoke(cli_audit.app, ["verify", *words, *more])
    alone = subprocess.run(
        [sys.executable, "-I", "-S", str(ALONE), *words, *more], capture_output=True, check=False
    )
    assert alone.returncode == ours.exit_code, (ours.output, alone.stderr)
    return ours.exit_code, ours.output


async def some_accesses(town: Town, times: int = 3) -> str:
    """A person who is taken in and looked up."""
    cc = town.caller("cc-worker")
    form = person("試験", "花子", "シケン ハナコ", birth="1970-01-01")
    whom = str((await ok(cc.post("/v1/persons", form), 201))["id"])
    for _ in range(times):
        await ok(cc.get(f"/v1/persons/{whom}"))
    return whom
