"""The command ``tsunagi audit verify``: check an export bundle offline, and say what was checked.

It needs neither the service nor its database; ``deploy/verify_audit.py`` does the same without
any of this code.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rich.console import Console

from service.adapters.transparency.ed25519 import check
from service.domain.audit_bundle import LONGEST_LINE
from service.domain.bundle_check import BundleCheck, Consistency, Trust, Verdict
from service.domain.calendar_jp import JST
from service.domain.errors import Refusal
from service.domain.merkle import HASH_BYTES
from service.domain.problems import PROBLEMS
from service.domain.signed_note import Algorithm, Checkpoint, NoteKey, opened

HOLDS, DOES_NOT_HOLD, NOT_DECIDED = 0, 1, 2

app = typer.Typer(
    no_args_is_help=True, help="The audit log, for whoever checks it; 監査記録の検証."
)
console = Console()
err = Console(stderr=True)


@app.callback()
def audit() -> None:
    """The audit log, for whoever checks it; 監査記録の検証."""


Step = Annotated[bytes, Field(min_length=HASH_BYTES, max_length=HASH_BYTES)]


class _Proof(BaseModel):
    """A consistency proof in a file, as the service answers it."""

    model_config = ConfigDict(extra="forbid", strict=True, val_json_bytes="base64")

    old: Annotated[int, Field(alias="from", ge=0)]
    new: Annotated[int, Field(alias="to", ge=0)]
    proof: tuple[Step, ...]


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="The export bundle; 書き出した監査記録ファイル.")],
    *,
    origin: Annotated[str, typer.Option(help="The log's name, known beforehand; ログの名称.")],
    key: Annotated[list[str], typer.Option(help="A key of the log (vkey); ログの鍵.")],
    witness: Annotated[
        list[str] | None, typer.Option(help="The key of a witness (vkey); 立会人の鍵.")
    ] = None,
    witnesses_needed: Annotated[
        int | None, typer.Option(help="How many of them must have signed; all by default.")
    ] = None,
    kept: Annotated[
        list[Path] | None, typer.Option(help="A checkpoint kept from before; 保存した checkpoint.")
    ] = None,
    consistency: Annotated[
        list[Path] | None, typer.Option(help="A consistency proof (JSON); 整合性証明.")
    ] = None,
) -> None:
    """Check an export bundle; exit code 0: all holds, 1: it does not, 2: not to be decided."""
    keys = log_keys(key)
    witnesses = [_key(written, Algorithm.COSIGNATURE) for written in witness or []]
    needed = len(witnesses) if witnesses_needed is None else witnesses_needed
    publics = [each.public for each in witnesses]
    if len(set(publics)) < len(publics) or set(publics) & {each.public for each in keys}:
        _not_decided(
            "A witness has a key of its own; 立会人の鍵は互いに、またログの鍵と異なるものです."
        )
    if not 0 <= needed <= len(witnesses):
        _not_decided("There are not that many --witness; 立会人の数が足りません.")
    trust = Trust(
        origin,
        tuple(keys),
        tuple(witnesses),
        needed,
        tuple(_checkpoint(path, origin, keys) for path in kept or []),
        tuple(_proof(path) for path in consistency or []),
    )
    checking = BundleCheck(trust, check)
    try:
        with file.open("rb") as lines:
            while line := lines.readline(LONGEST_LINE + 1):
                checking.feed(line)
        verdict = checking.finish()
    except OSError as error:
        _not_decided(f"{file}: {error.strerror}")
    except Refusal as refusal:
        console.print(f"NOT OK 不合格: {file}", soft_wrap=True, markup=False, highlight=False)
        _say(f"line {checking.lines} ({checking.lines}行目): {in_words(refusal)}")
        unread = refusal.code == "bundle.header_unreadable"
        raise typer.Exit(NOT_DECIDED if unread else DOES_NOT_HOLD) from None
    _tell(verdict, origin)
    raise typer.Exit(HOLDS if verdict.answers_everything else NOT_DECIDED)


def _tell(verdict: Verdict, origin: str) -> None:
    """What was checked, and what was not."""
    first, size = verdict.first, verdict.size
    if verdict.answers_everything:
        _say("OK 合格")
    else:
        _say("NOT DECIDED 判定不能: the bundle holds, but not all that you asked was checked.")
    _say("Checked 確認したこと:")
    _say(f"  log {origin}: entries {first} to {size}, {size - first} in order without a gap")
    _say(f"  ログ{origin}の{first}番から{size}番の前まで{size - first}件が順番どおり欠けずにある")
    _say(f"  open {verdict.opened}, erased {verdict.erased}, closed to you {verdict.closed}")
    _say(f"  内容確認{verdict.opened}件、消去済み{verdict.erased}件、非開示{verdict.closed}件")
    _say(f"  decided on what the log says: {verdict.questions} （判断の前提を確認した件数）")
    for each in verdict.signed_by:
        _say(f"  signed by {each} （ログの署名）")
    for each, seen_at in verdict.witnessed:
        _say(f"  seen by {each} on {_local(seen_at)} as it says （立会人の署名とその時刻）")
    for kept in verdict.kept:
        _say(f"  goes on from the checkpoint of {kept.size} entries that you kept")
        _say(f"  保存されていた{kept.size}件時点のチェックポイントと一致する")
    _say("Not checked 確認していないこと:")
    for en, ja in verdict.not_checked():
        _say(f"  {en}")
        _say(f"  {ja}")


def _local(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).astimezone(JST).strftime("%Y-%m-%d %H:%M JST")
    except (ValueError, OverflowError, OSError):
        return f"second {seconds}"


def log_keys(written: list[str]) -> list[NoteKey]:
    """Keys of a log as they are written. Ends the command where one is none."""
    return [_key(each, Algorithm.ED25519) for each in written]


def in_words(refusal: Refusal) -> str:
    """What a refusal says, in both languages, with its facts."""
    words = PROBLEMS[refusal.code]
    said = f"{refusal.code}\n  {words.en}\n  {words.ja}"
    for name, value in refusal.facts.items():
        said = said.replace(f"facts.{name}", str(value))
    return said


def _key(written: str, algorithm: Algorithm) -> NoteKey:
    try:
        found = NoteKey.read(written)
    except Refusal as refusal:
        _not_decided(in_words(refusal))
    if found.algorithm is not algorithm:
        _not_decided(
            f"{found.name}: --key is the log's, --witness a witness's; 鍵の種類が違います."
        )
    return found


def _checkpoint(path: Path, origin: str, keys: list[NoteKey]) -> Checkpoint:
    try:
        return opened(path.read_bytes().decode(), origin, keys, check)
    except OSError as error:
        _not_decided(f"{path}: {error.strerror}")
    except UnicodeDecodeError:
        _not_decided(f"{path}: UTF-8")
    except Refusal as refusal:
        _not_decided(f"{path}: {in_words(refusal)}")


def _proof(path: Path) -> Consistency:
    try:
        told = _Proof.model_validate_json(path.read_bytes())
    except OSError as error:
        _not_decided(f"{path}: {error.strerror}")
    except ValidationError:
        _not_decided(f'{path}: {{"from": n, "to": m, "proof": [base64 …]}}')
    return Consistency(told.old, told.new, told.proof)


def _say(said: str) -> None:
    console.print(said, soft_wrap=True, markup=False, highlight=False)


def _not_decided(said: str) -> NoReturn:
    err.print(f"tsunagi: {said}", soft_wrap=True, markup=False, highlight=False)
    raise typer.Exit(NOT_DECIDED)
