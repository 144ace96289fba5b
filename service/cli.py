"""What ``tsunagi`` can do with the whole service: run, migrate, load a directory, show the demonstration."""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from pydantic import ValidationError
from pydantic_core import from_json, to_json
from rich.console import Console

from service import cli_audit, cli_bench, cli_imports, cli_log, cli_witness
from service.adapters.postgres.blind_index import BlindIndex, write_tokens
from service.adapters.postgres.database import Database
from service.adapters.postgres.directory_load import DirectoryLoader
from service.adapters.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresError
from service.adapters.postgres.schema import migrate as migrate_schema
from service.api.application import contract, create_application
from service.app import utc_now
from service.cli_token import demo_settings, token
from service.command import main as main  # noqa: PLC0414 - for whoever has the whole already
from service.demo.accounts import demo_token, issuer_urls
from service.demo.city import directory
from service.demo.story import tell
from service.domain.directory import DirectoryFile
from service.domain.errors import Refusal
from service.domain.import_directory import DirectoryKind
from service.domain.law_texts import LEGAL_BASES
from service.domain.log_month import Month
from service.domain.reference import AGENCY_KINDS
from service.log_lines import log_as_json
from service.serving import serve
from service.settings import NotReadyError, Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
directory_app = typer.Typer(
    no_args_is_help=True, help="The directory of agencies, desks and positions."
)
app.add_typer(directory_app, name="directory")
app.add_typer(cli_audit.app, name="audit")
app.add_typer(cli_bench.app, name="bench")
app.add_typer(cli_witness.app, name="witness")
app.command()(token)
console = Console()
err = Console(stderr=True)
#: What PostgreSQL takes as it comes (``max_connections``), less a few for whoever looks after it.
MOST_CONNECTIONS = 90


@contextlib.contextmanager
def database_urls(settings: Settings) -> Iterator[tuple[str, str | None]]:
    """The service's and the owner's database address; starts the embedded server if none is set."""
    if settings.database_url is not None:
        yield settings.database_url, settings.database_owner_url
        return
    try:
        with EmbeddedPostgres(settings.home) as postgres:
            urls = postgres.start()
            yield urls.app, urls.owner
    except EmbeddedPostgresError as error:
        raise NotReadyError(str(error)) from error


Count = Annotated[
    int | None,
    typer.Option(min=1, max=64, help="Processes that answer; default: TSUNAGI_WORKERS, or 1."),
]


@app.command()
def run(workers: Count = None) -> None:
    """Start the service (and, without TSUNAGI_DATABASE_URL, its embedded PostgreSQL, made ready)."""
    settings = answering(workers)
    with database_urls(settings) as (url, owner):
        if settings.database_url is None and owner is not None:
            prepare(owner, settings.shared_secret("search.key"))
            if settings.demo:
                asyncio.run(
                    load_directory(owner, directory(issuer_urls(settings)), only_if_new=True)
                )
        serve(settings, url, started=partial(announce, settings))


@app.command("serve")
def serve_as_it_is(workers: Count = None) -> None:
    """Start the service on a database that is ready; nothing of it is changed."""
    settings = answering(workers)
    with database_urls(settings) as (url, _):
        serve(settings, url, started=partial(announce, settings))


def answering(workers: int | None) -> Settings:
    """Settings of a service that is about to start; its log is JSON from here on."""
    settings = Settings.from_environment()
    log_as_json()
    settings = settings if workers is None else replace(settings, workers=workers)
    if settings.database_url is None and settings.workers * settings.pool > MOST_CONNECTIONS:
        raise NotReadyError(
            f"{settings.workers} workers with {settings.pool} connections each are more than the"
            f" embedded PostgreSQL takes ({MOST_CONNECTIONS}): set TSUNAGI_POOL lower."
        )
    return settings


def announce(settings: Settings) -> None:
    """Where things are, and in the demo one command to copy."""
    url = settings.base_url
    console.print(f"\n[bold]Tsunagi つなぎ[/] answers at {url}", highlight=False)
    console.print(f"  state: {settings.home}", highlight=False)
    if settings.docs:
        console.print(f"  contract and try-out: {url}/docs", highlight=False)
    if settings.demo:
        token = demo_token(settings, "cc-worker")
        console.print(
            "  [yellow]demonstration: invented city みほん市, issuers without passwords[/]"
        )
        console.print("\nWho am I? (token of 川田 at the community centre, good for 15 minutes)\n")
        print(f"curl -s {url}/v1/me -H 'Authorization: Bearer {token}'", flush=True)  # noqa: T201
        console.print(
            "\nMore tokens: tsunagi token --as NAME   The whole story: tsunagi demo   Stop: Ctrl-C\n",
            highlight=False,
        )


@app.command()
def migrate() -> None:
    """Bring the database schema up to date, as its owner."""
    settings = Settings.from_environment()
    if settings.database_url is not None and settings.database_owner_url is None:
        raise NotReadyError("Set TSUNAGI_DATABASE_OWNER_URL to the database as tsunagi_owner.")
    with database_urls(settings) as (_, owner):
        assert owner is not None  # noqa: S101 - the embedded server always has one
        prepare(owner, settings.shared_secret("search.key"))
    console.print("The schema is current.")


def prepare(owner: str, search_key: bytes | None = None) -> None:
    """Migrations, then the reference data every installation starts with."""
    migrate_schema(owner)
    reference = DirectoryFile(agency_kinds=AGENCY_KINDS, legal_bases=LEGAL_BASES)
    asyncio.run(load_directory(owner, reference, only_if_new=False))
    asyncio.run(cli_log.make_months(owner))
    if search_key is not None:
        asyncio.run(_write_tokens(owner, BlindIndex(search_key)))


async def _write_tokens(owner: str, index: BlindIndex) -> None:
    database = await Database.open(owner, size=2)
    try:
        async with database.pool.acquire() as connection:
            await write_tokens(connection, index)
    finally:
        await database.close()


async def load_directory(owner: str, file: DirectoryFile, *, only_if_new: bool) -> bool:
    """Load a directory in one transaction; ``only_if_new``: not over one that is there."""
    database = await Database.open(owner, size=2)
    try:
        async with database.pool.acquire() as connection, connection.transaction():
            if only_if_new and await connection.fetchval(
                "SELECT EXISTS (SELECT FROM municipality)"
            ):
                return False
            await DirectoryLoader(connection).load(file)
            return True
    finally:
        await database.close()


@directory_app.command("load")
def load(
    file: Annotated[Path, typer.Argument(help="A JSON file; see `tsunagi directory example`.")],
) -> None:
    """Load or update agencies, desks, positions and issuers: all of the file or nothing."""
    settings = Settings.from_environment()
    try:
        parsed = DirectoryFile.model_validate(from_json(file.read_bytes()))
    except OSError as error:
        raise NotReadyError(f"{file} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        for wrong in error.errors(include_input=False, include_url=False):
            err.print(f"  /{'/'.join(map(str, wrong['loc']))}: {wrong['msg']}", highlight=False)
        raise NotReadyError(f"{file} was not loaded; mend the lines above.") from None
    except ValueError as error:
        raise NotReadyError(f"{file} is not valid JSON: {error}.") from error
    with database_urls(settings) as (_, owner):
        if owner is None:
            raise NotReadyError("Set TSUNAGI_DATABASE_OWNER_URL to the database as tsunagi_owner.")
        try:
            asyncio.run(load_directory(owner, parsed, only_if_new=False))
        except Refusal as refusal:
            raise NotReadyError(
                f"{file} was not loaded: {refusal.code} {refusal.facts}."
            ) from refusal
    console.print(f"Loaded {len(parsed.agencies)} agencies, {len(parsed.positions)} positions.")


@directory_app.command("example")
def example() -> None:
    """Print the directory of the demo city, as a file to start from."""
    settings = Settings.from_environment()
    print(to_json(directory(issuer_urls(settings)), indent=2).decode())  # noqa: T201


@directory_app.command("import")
def import_list(
    file: Annotated[Path, typer.Argument(help="CSV (UTF-8 or Shift_JIS) or XLSX; 名簿のファイル.")],
    kind: Annotated[DirectoryKind, typer.Option(help="What the list tells of; 名簿の種類.")],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would change; 試行.")
    ] = False,
) -> None:
    """Take a list of clerks into the directory: all of it or nothing, and it can be taken back."""
    listed = cli_imports.read_list(file, kind)
    with owner_url(Settings.from_environment()) as owner:
        asyncio.run(cli_imports.import_list(owner, listed, dry_run=dry_run))


@directory_app.command("imports")
def list_imports() -> None:
    """The lists that were taken into the directory, newest first."""
    with owner_url(Settings.from_environment()) as owner:
        asyncio.run(cli_imports.list_batches(owner))


@directory_app.command("undo")
def undo_import(
    batch: Annotated[UUID, typer.Argument(help="取込み番号; see `tsunagi directory imports`.")],
) -> None:
    """Take a list back: exactly what it changed, or nothing where something lies over it."""
    with owner_url(Settings.from_environment()) as owner:
        asyncio.run(cli_imports.undo_batch(owner, batch))


@contextlib.contextmanager
def owner_url(settings: Settings) -> Iterator[str]:
    """The owner's database address, which alone may change the directory."""
    if settings.database_url is not None and settings.database_owner_url is None:
        raise NotReadyError("Set TSUNAGI_DATABASE_OWNER_URL to the database as tsunagi_owner.")
    with database_urls(settings) as (_, owner):
        assert owner is not None  # noqa: S101 - the embedded server always has one
        yield owner


Earlier = Annotated[
    list[str] | None,
    typer.Option("--key", help="A key that the log signed with before (vkey); 以前のログの鍵."),
]


@cli_audit.app.command("check")
def check_audit_log(
    *,
    key: Earlier = None,
    archives: Annotated[
        Path | None, typer.Option(help="Where archived months are; 保管ファイルのフォルダ.")
    ] = None,
) -> None:
    """Check the whole audit log in the database, as its owner; exit code 1: it was changed."""
    settings = Settings.from_environment()
    earlier = cli_audit.log_keys(key or [])
    with owner_url(settings) as owner:
        checking = cli_log.check_all(owner, settings, earlier=earlier, archives=archives)
        if not asyncio.run(checking):
            raise typer.Exit(1)


@cli_audit.app.command("archive")
def archive_audit_log(
    until: Annotated[str, typer.Option(help="The last month, like 2020-03; 最後の月.")],
    to: Annotated[Path, typer.Option(help="The folder for the files; 保管先のフォルダ.")],
    *,
    drop: Annotated[
        bool, typer.Option("--drop", help="They leave the database; 保存期間後のみ, 削除する.")
    ] = False,
    key: Earlier = None,
) -> None:
    """Write whole months of the audit log to files that verify without us, as its owner.

    With --drop, and once they need not be kept any longer, they leave the database. A file that is
    there is read and compared, never written over.
    """
    settings = Settings.from_environment()
    earlier = cli_audit.log_keys(key or [])
    with owner_url(settings) as owner:
        try:
            said = asyncio.run(
                cli_log.archive(
                    owner,
                    settings,
                    Month.read(until),
                    to,
                    drop=drop,
                    earlier=earlier,
                    now=utc_now(),
                )
            )
        except Refusal as refusal:
            raise NotReadyError(cli_audit.in_words(refusal)) from None
        except OSError as error:
            raise NotReadyError(f"{to}: {error.strerror}. Nothing was dropped.") from error
    for line in said or ["There is nothing to archive; 対象の記録はありません。"]:
        console.print(line, soft_wrap=True, markup=False, highlight=False)


@cli_audit.app.command("erase")
def erase_from_audit_log(
    person_id: Annotated[UUID, typer.Argument(help="The person's id (消去する本人のID).")],
    *,
    lawful: Annotated[
        bool, typer.Option("--lawful", help="It was decided; this cannot be taken back.")
    ] = False,
) -> None:
    """Erase what the audit log says of a person, as its owner. The proofs of the log still hold."""
    if not lawful:
        raise NotReadyError(
            "Erasing cannot be taken back. Say --lawful once it was decided (消去の決定後に--lawful)."
        )
    with owner_url(Settings.from_environment()) as owner:
        count = asyncio.run(cli_log.erase_person(owner, person_id))
        archived = asyncio.run(cli_log.archived_months(owner))
    console.print(f"Erased from {count} entries; their places and hashes stay.")
    if archived:
        console.print(
            f"Not erased: what the files of archived months say ({', '.join(archived)});"
            " 保管ファイルの内容は消去されません。",
            soft_wrap=True,
        )


@app.command()
def demo(
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="The steps as JSON, for machines.")
    ] = False,
) -> None:
    """Tell SC-6, SC-7 and SC-3 through the running service; fails if anything is not as it should be."""
    raise typer.Exit(tell(demo_settings(), as_json=as_json, console=console))


@app.command()
def openapi() -> None:
    """Print the contract (OpenAPI 3.1)."""
    print(to_json(contract(create_application()), indent=2).decode())  # noqa: T201
