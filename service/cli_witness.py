"""``tsunagi witness``: be a witness of logs, on a machine outside their administration.

Needs no database and none of the service's settings.
"""

import contextlib
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import structlog
import typer
import uvicorn
from rich.console import Console
from rich.markup import escape

from service.adapters.transparency.ed25519 import check
from service.domain.errors import Invalid
from service.domain.signed_note import Algorithm, Checkpoint, Note, NoteKey
from service.domain.witnessing import seen_at
from service.witness.app import create_witness
from service.witness.cosigner import Cosigner
from service.witness.memory import Memory
from service.witness.own_key import SEED_BYTES, make_key, own_key
from service.witness.refusal import NotReadyToWitnessError

app = typer.Typer(
    no_args_is_help=True, help="Be a witness of audit logs, outside them; ログの立会人になる."
)
console = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)

Home = Annotated[Path, typer.Option(help="A folder of the witness's own; 立会人専用のフォルダ.")]
HOME = Path(".tsunagi-witness")


@contextlib.contextmanager
def _said() -> Iterator[None]:
    """What the user can mend is said in one sentence."""
    try:
        yield
    except NotReadyToWitnessError as error:
        err.print(f"[bold red]tsunagi witness:[/] {escape(str(error))}", highlight=False)
        raise typer.Exit(1) from None


@app.command()
def init(
    name: Annotated[
        str, typer.Option(help="The witness's name, e.g. witness.ombudsman.example; 名称.")
    ],
    first_time: Annotated[
        list[str] | None,
        typer.Option(metavar="ORIGIN", help="A log it has never cosigned; 初めて立ち会うログ."),
    ] = None,
    home: Home = HOME,
) -> None:
    """Make a key, print its public half, and begin with logs that it has never cosigned."""
    with _said():
        try:
            signer = make_key(home, name, secrets.token_bytes(SEED_BYTES))
        except FileExistsError:
            signer = own_key(home)
        except Invalid:
            raise NotReadyToWitnessError(
                "A witness's name has neither spaces nor plus signs."
            ) from None
        if signer.key.name != name:
            raise NotReadyToWitnessError(
                f"{home} is the witness {signer.key.name}. Give another witness another --home."
            )
        memory = Memory(home, signer.key, check)
        for origin in first_time or ():
            try:
                memory.begin(_origin(origin))
            except FileExistsError:
                raise NotReadyToWitnessError(
                    f"This witness knows {origin} already: leave --first-time out. It never starts"
                    " over with a log; a new key in another --home would."
                ) from None
    err.print("公開鍵（ログの管理者に渡す） / to hand to the log's keeper:", highlight=False)
    print(signer.key)  # noqa: T201


@app.command()
def run(
    log: Annotated[
        list[str],
        typer.Option(metavar="ORIGIN=VKEY", help="A log and its key; twice for two; ログと公開鍵."),
    ],
    home: Home = HOME,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="TCP port.", min=1, max=65535)] = 8100,
) -> None:
    """Answer logs that ask for a cosignature, until interrupted."""
    with _said():
        logs = logs_of(log)
        signer = own_key(home)
        memory = Memory(home, signer.key, check)
        for origin in logs:
            # A lost or broken memory is to be seen at the start, not with the first request.
            memory.last(origin)
        _serve(Cosigner(signer, logs, memory), host, port)


def _serve(cosigner: Cosigner, host: str, port: int) -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(),
    )
    err.print(f"{cosigner.key.name}: http://{host}:{port}", highlight=False)
    config = uvicorn.Config(
        create_witness(cosigner),
        host=host,
        port=port,
        log_config=None,
        # Who asks is nobody's business.
        access_log=False,
        server_header=False,
        limit_concurrency=64,
        timeout_graceful_shutdown=10,
    )
    server = uvicorn.Server(config)
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        raise NotReadyToWitnessError(
            f"The witness could not start on {host}:{port}. If the port is taken, set --port."
        )


@app.command()
def show(home: Home = HOME) -> None:
    """Say what was cosigned last of each log; fails where there is something to be worried about."""
    worried = False
    with _said():
        signer = own_key(home)
        memory = Memory(home, signer.key, check)
        console.print(str(signer.key), highlight=False, markup=False)
        for origin in memory.origins():
            try:
                said = _last(memory.last(origin), signer.key)
            except NotReadyToWitnessError as error:
                said, worried = f"使用不可 / cannot be used: {error}", True
            console.print(f"{origin}: {said}", highlight=False, markup=False)
        for path in memory.contradictions():
            worried = True
            console.print(
                f"警告 / ALARM: 同じ件数で二つの内容に署名 / the log told two stories: {path}",
                highlight=False,
                markup=False,
            )
    raise typer.Exit(int(worried))


def _last(note: Note | None, key: NoteKey) -> str:
    if note is None:
        return "署名なし / nothing cosigned yet"
    told = Checkpoint.read(note.text)
    own = next(s for s in note.signatures if (s.name, s.key_id) == (key.name, key.key_id))
    at = datetime.fromtimestamp(seen_at(own), UTC).isoformat()
    return f"{told.size} 件 / entries, root {told.root.hex()}, {at}"


def logs_of(told: Sequence[str]) -> dict[str, tuple[NoteKey, ...]]:
    """Logs and the keys they may sign with, each as ``ORIGIN=VKEY``; a log may have several."""
    found: dict[str, tuple[NoteKey, ...]] = {}
    for each in told:
        origin, _, written = each.partition("=")
        try:
            key = NoteKey.read(written)
        except Invalid:
            key = None
        if key is None or key.algorithm is not Algorithm.ED25519:
            raise NotReadyToWitnessError(
                f"--log {each}: write ORIGIN=VKEY, as the log's keeper handed them over."
            )
        keys = found.get(_origin(origin), ())
        found[origin] = keys if key in keys else (*keys, key)
    return found


def _origin(text: str) -> str:
    """The first line of a log's checkpoints."""
    if not text or any(ord(character) < 0x20 for character in text):
        raise NotReadyToWitnessError("The origin of a log is one line that is not empty.")
    return text
