"""The wiring: adapters into use cases into routes. Nothing here decides anything."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

import httpx
import structlog
import uuid_utils
from asyncpg.pgproto import pgproto
from fastapi import FastAPI
from starlette.requests import Request
from starlette.types import ASGIApp

from service.adapters.files import FileRoom, Vault
from service.adapters.holidays import closed_in_japan
from service.adapters.ical import IcalWriter
from service.adapters.oidc.keys import KeyStore
from service.adapters.oidc.tokens import TokenVerifier, bearer_token
from service.adapters.paper import PaperPrinter
from service.adapters.postgres.database import Database, PostgresUnitOfWork
from service.adapters.postgres.schema import current_revision, head_revision, refuse_privileges
from service.adapters.tabular import TabularFiles
from service.adapters.transparency.ed25519 import Signer, check
from service.adapters.transparency.memory import CheckpointFile
from service.adapters.transparency.witnesses import WitnessClient
from service.api.application import create_application
from service.api.context import Service
from service.api.middleware import Entrance
from service.api.pace import Pace
from service.application.answered import AnsweredAttempts
from service.application.context import Context, Trace
from service.application.log_keeping import LogKeeper
from service.application.log_ports import LogState, WitnessFailed
from service.application.sweeps import sweep_all
from service.domain.actor import VerifiedToken, system_actor
from service.domain.errors import Refusal
from service.domain.item_paper import MEBIBYTE
from service.domain.pseudonym import Pseudonyms
from service.settings import NotReadyError, Settings

log = structlog.get_logger("tsunagi")

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The instant, in UTC."""
    return datetime.now(UTC)


@dataclass
class Swept:
    """A system context inside its own unit of work."""

    context: Context
    work: PostgresUnitOfWork

    async def commit(self) -> None:
        """Commit it with its audit entries."""
        await self.work.commit(self.context.entries)


class Wiring:
    """One running service: its pool, its clock, its background sweep."""

    def __init__(
        self,
        settings: Settings,
        *,
        database: Database,
        http: httpx.AsyncClient,
        clock: Clock = utc_now,
        ids: Callable[[], UUID] | None = None,
    ) -> None:
        """Wire it up; nothing is started yet."""
        self.settings = settings
        self.database = database
        self.clock = clock
        self.new_id = ids or new_id
        self.closed = closed_in_japan()
        self.pseudonyms = Pseudonyms(settings.shared_secret("pseudonym.key"))
        keys = KeyStore(http, clock=clock, allow_loopback_http=settings.demo)
        signers = [Signer(settings.log_origin, seed) for seed in settings.log_keys()]
        self.keeper = LogKeeper(
            database.log,
            origin=settings.log_origin,
            signers=signers,
            check=check,
            memory=CheckpointFile(settings.home / "log" / "checkpoint"),
            witnesses=[WitnessClient(http, w.url, w.key) for w in settings.witnesses],
            clock=clock,
        )
        self.log_state = LogState.LATE
        #: The oldest entry that could not be sealed the last time was made then.
        self.log_waits_since: datetime | None = None
        self.answered = AnsweredAttempts(database.mark_answered, clock)
        self._verifier = TokenVerifier(
            audience=settings.audience, issuers=database.issuer, keys=keys
        )
        self.service = Service(
            open_work=database.unit_of_work,
            share_work=database.shared_work,
            verify=self._verify,
            ready=database.ready,
            issuer_names=self._issuer_names,
            clock=clock,
            new_id=self.new_id,
            closed=self.closed,
            printer=PaperPrinter(),
            calendars=IcalWriter(),
            feed_pace=Pace(),
            tables=TabularFiles(),
            files=FileRoom(Vault(settings.file_keys())),
            largest_paper=settings.paper_mib * MEBIBYTE,
            pseudonyms=self.pseudonyms,
            cursor_key=settings.kept_secret("cursor.key"),
            audience=settings.audience,
            open_log=database.log,
            log_state=lambda: self.log_state,
            log_waits=self.log_waits,
            log_keys=tuple(str(s.key) for s in signers),
            log_origin=settings.log_origin,
        )

    async def _verify(self, request: Request, now: datetime) -> VerifiedToken:
        token = bearer_token(request.headers.getlist("authorization"), request.query_params.keys())
        return await self._verifier.verify(token, now)

    async def _issuer_names(self) -> list[str]:
        async with self.database.unit_of_work() as work:
            return await work.accounts.issuer_names()

    @asynccontextmanager
    async def open_sweep(self) -> AsyncIterator[Swept]:
        """A unit of work in the name of the service itself."""
        async with self.database.unit_of_work() as work:
            attempt = self.new_id()
            actor = system_actor("sweep")
            await work.act_for(actor)
            context = Context(
                actor=actor,
                now=self.clock(),
                work=work,
                trace=Trace(request_id=f"sweep-{attempt.hex}", attempt_id=attempt),
                new_id=self.new_id,
                closed=self.closed,
                law=await work.directory.law_book(),
                pseudonyms=self.pseudonyms,
            )
            yield Swept(context, work)

    async def sweep(self) -> int:
        """Move everything whose deadline has passed; how many that were."""
        return await sweep_all(self.open_sweep, failed=partial(_failed, "sweep"))

    async def keep_sweeping(self) -> None:
        """Sweep until cancelled. A sweep that fails is tried again, and the log says so."""
        while True:
            try:
                moved = await self.sweep()
                if moved:
                    log.info("sweep", moved=moved)
            except Refusal as refusal:
                log.warning("sweep.failed", code=refusal.code)
            except Exception as error:  # noqa: BLE001 - the sweep must go on
                _failed("sweep", error)
            await asyncio.sleep(self.settings.sweep_seconds)

    async def keep_log(self) -> None:
        """Seal and sign until cancelled. What contradicts a checkpoint is never signed."""
        while True:
            await self.keep_log_once()
            await asyncio.sleep(self.settings.log_seconds)

    def log_waits(self) -> int | None:
        """For how many seconds the oldest entry has waited that could not be sealed last time."""
        if self.log_waits_since is None:
            return None
        return max(int((self.clock() - self.log_waits_since).total_seconds()), 0)

    async def keep_answered(self) -> None:
        """Mark attempts that were answered until cancelled, about once a second."""
        while True:
            await asyncio.sleep(1.0)
            await self.keep_answered_once()

    async def keep_answered_once(self) -> None:
        """Mark those that were answered. Where the database fails, nobody waits for it."""
        try:
            await self.answered.keep()
        except Exception as error:  # noqa: BLE001 - it is tried again
            _failed("answered", error)
        given_up = self.answered.given_up()
        if given_up:
            log.error("answered.given_up", attempts=given_up)

    async def make_room(self) -> None:
        """Have the log's months made ahead. Without them everything is kept, in one heap."""
        try:
            made = await self.keeper.make_room()
            if made:
                log.info("log.months", made=made)
        except Exception as error:  # noqa: BLE001 - it is tried again
            _failed("log.months", error)

    async def keep_log_once(self) -> None:
        """Seal and sign what there is, have it cosigned, and tell of what is wrong."""
        await self.make_room()
        try:
            await self.keeper.keep()
            self.log_state, self.log_waits_since = LogState.SIGNED, None
            for failure in await self.keeper.ask_witnesses():
                _tell_of_witness(failure)
        except Refusal as refusal:
            self.log_state = LogState.HALTED
            log.critical("log.halted", code=refusal.code, **refusal.facts)
            await self._look_who_waits()
        except Exception as error:  # noqa: BLE001 - it is tried again
            self.log_state = LogState.LATE
            _failed("log", error)
            await self._look_who_waits()

    async def _look_who_waits(self) -> None:
        try:
            self.log_waits_since = await self.keeper.waits_since() or self.log_waits_since
        except Exception as error:  # noqa: BLE001 - it is told with the next round
            _failed("log.waiting", error)


def _tell_of_witness(failure: WitnessFailed) -> None:
    """A silent witness is asked again; one that contradicts is an alarm."""
    name = failure.witness.name
    if failure.contradicts:
        log.critical("log.witness_contradicts", witness=name)
    else:
        log.warning("log.witness_silent", witness=name, kind=type(failure).__name__)


def _failed(what: str, error: Exception) -> None:
    """What kind of error, never its text: it may quote what is stored."""
    event = f"{what}.failed"
    log.error(event, kind=type(error).__name__)


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): random enough not to be guessed, ordered by time.

    Of the kind as which the database's own ids are read: it is written in a tenth of the time.
    """
    made: UUID = pgproto.UUID(uuid_utils.uuid7().bytes)
    return made


async def check_database(database: Database) -> None:
    """Refuse a schema that is not current, and a role that could do too much."""
    async with database.pool.acquire() as connection:
        revision = await current_revision(connection)
        needed = head_revision()
        if revision != needed:
            raise NotReadyError(
                f"The database schema is at revision {revision or 'none'}; this program needs {needed}."
                " Run `tsunagi migrate` as the schema's owner, then start again."
            )
        too_much = await refuse_privileges(connection)
        if too_much:
            raise NotReadyError(f"Refusing to start: {too_much}.")


def build(
    settings: Settings,
    open_database: Callable[[], AbstractAsyncContextManager[Database]],
    *,
    mounts: Sequence[tuple[str, ASGIApp]] = (),
    login: dict[str, Any] | None = None,
    clock: Clock = utc_now,
    ids: Callable[[], UUID] | None = None,
    http: Callable[[], httpx.AsyncClient] = httpx.AsyncClient,
    sweeping: bool = True,
) -> ASGIApp:
    """The whole ASGI application. ``mounts`` are the demo issuers, by path.

    Ids tell the time (UUIDv7): where the clock is another, they are of it as well.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_database() as database, http() as client:
            await check_database(database)
            wiring = Wiring(settings, database=database, http=client, clock=clock, ids=ids)
            await wiring.make_room()
            app.state.service = wiring.service
            app.state.wiring = wiring
            going = (
                (wiring.keep_sweeping(), wiring.keep_log(), wiring.keep_answered())
                if sweeping
                else ()
            )
            tasks = [asyncio.create_task(g) for g in going]
            yield
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            await wiring.keep_answered_once()

    app = create_application(docs=settings.docs, lifespan=lifespan, login=login)
    for path, mounted in mounts:
        app.mount(path, mounted)

    def answered(attempt_id: UUID) -> None:
        app.state.wiring.answered.add(attempt_id)

    return Entrance(app, largest_file=settings.paper_mib * MEBIBYTE, answered=answered)


def open_pool(url: str, settings: Settings) -> Callable[[], AbstractAsyncContextManager[Database]]:
    """How to open the pool for a database address."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Database]:
        database = await Database.open(
            url, size=settings.pool, search_key=settings.shared_secret("search.key")
        )
        try:
            yield database
        finally:
            await database.close()

    return opened
