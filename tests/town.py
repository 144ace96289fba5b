"""みほん市 in a test: the whole service on a database of its own, with a clock that can be moved."""

import secrets
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from service.adapters.postgres.audit import AuditRow
from service.adapters.postgres.directory_load import DirectoryLoader
from service.app import build, open_pool
from service.demo.accounts import demo_issuers, issuer_urls, mounts
from service.demo.city import AGENCY_ID, BY_LETTER, DESK_ID, SINCE, issuer_of
from service.demo.city_staff import STAFF
from service.domain.directory import DirectoryFile, Position, Tenure
from service.domain.role import Role
from service.settings import Settings

#: Friday, 10:00 in Japan.
START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


class Clock:
    """The service's clock, standing still until it is moved."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        # A tick, so that events of one test have an order.
        self.now += timedelta(milliseconds=1)
        return self.now

    def forward(self, **delta: float) -> None:
        self.now += timedelta(**delta)


class Ids:
    """Ids (UUIDv7) that tell the time of the service's clock, in the order in which they are made."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.made = 0

    def __call__(self) -> uuid.UUID:
        self.made += 1
        return id_at(self.clock.now, self.made)


def id_at(instant: datetime, number: int = 0) -> uuid.UUID:
    """An id (UUIDv7) as it is made at an instant; by number where there are several."""
    milliseconds = (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    rest = (number & 0x3FFF_FFFF) << 32 | secrets.randbits(32)
    return uuid.UUID(int=milliseconds << 80 | 7 << 76 | (number >> 30) << 64 | 2 << 62 | rest)


#: The same in SQL, for entries made in bulk: of the instant in braces.
#: An entry's columns, its question whole.
ENTRY = ", ".join(
    'whole_question("question") AS question' if column.name == "question" else f'"{column.name}"'
    for column in AuditRow.__table__.columns  # type: ignore[attr-defined]  # as SQLModel makes it
)
ID_AT = (
    "overlay(overlay(encode(substr(int8send((extract(epoch FROM {})"
    " * 1000)::bigint), 3) || substr(uuid_send(gen_random_uuid()), 7), 'hex')"
    " PLACING '7' FROM 13) PLACING '8' FROM 17)::uuid"
)


class Caller:
    """One caller with a token, a purpose and a new Idempotency-Key for each POST."""

    def __init__(
        self, town: "Town", account: str, purpose: str | None, claims: Mapping[str, Any]
    ) -> None:
        self.town = town
        self.account = account
        self.purpose = purpose
        self.claims = claims

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.send("GET", path, **options)

    async def post(self, path: str, body: Any = None, **options: Any) -> httpx.Response:
        return await self.send("POST", path, json={} if body is None else body, **options)

    async def put(self, path: str, body: Any, version: int, **options: Any) -> httpx.Response:
        headers = {"If-Match": f'"{version}"'} | options.pop("headers", {})
        return await self.send("PUT", path, json=body, headers=headers, **options)

    async def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str | None] | None = None,
        **options: Any,
    ) -> httpx.Response:
        """Send as this caller; a header given as None is left out."""
        given: dict[str, str | None] = {
            "Authorization": f"Bearer {self.town.token(self.account, **self.claims)}",
            "Purpose-Of-Use": self.purpose,
        }
        if method == "POST":
            given["Idempotency-Key"] = str(uuid.uuid4())
        given |= dict(headers or {})
        kept = {k: v for k, v in given.items() if v is not None}
        return await self.town.http.request(method, path, headers=kept, **options)


class Town:
    """The running service and everything a test may ask of it."""

    agency = AGENCY_ID
    desk = DESK_ID

    def __init__(
        self,
        settings: Settings,
        app: Any,
        http: httpx.AsyncClient,
        clock: Clock,
        owner: asyncpg.Connection,
    ) -> None:
        self.settings = settings
        self.app = app
        self.http = http
        self.clock = clock
        #: A connection as the owner of the schema: it may look at and break anything.
        self.owner = owner
        self.issuers = demo_issuers(settings)
        #: Accounts of a test's own: a colleague whose issuer speaks for them, and their claims.
        self.hired: dict[str, tuple[str, dict[str, str]]] = {}

    def token(self, account: str, **overrides: Any) -> str:
        """An access token for a demo account or partner system, as of the test's clock."""
        if account in self.hired:
            colleague, claims = self.hired[account]
            return self.token(colleague, **claims | overrides)
        staff = next(s for s in STAFF if s.account == account)
        issuer = self.issuers[issuer_of(staff.letter)]
        if staff.role is Role.PARTNER_SYSTEM:
            return issuer.client_token(account, now=self.clock.now, **overrides)
        return issuer.staff_token(account, now=self.clock.now, **overrides)

    def caller(self, account: str, purpose: str | None = "consultation", **claims: Any) -> Caller:
        """A caller of the demo city, e.g. ``cc-worker``; further claims replace those of the token."""
        return Caller(self, account, purpose, claims)

    async def hire(
        self, account: str, letter: str, role: Role, department: str | None = None
    ) -> None:
        """One more member of staff, as an operator would load them into the directory."""
        issuer = issuer_of(letter)
        position = Position(
            id=uuid.uuid4(),
            agency_id=AGENCY_ID[letter],
            code=account.replace("-", "_"),
            title="担当",
            role=role,
            department=department,
            valid_from=SINCE,
        )
        tenure = Tenure(
            id=uuid.uuid4(),
            position_id=position.id,
            iss=self.issuers[issuer].issuer,
            sub=f"sub-{account}",
            name="担当者",
            valid_from=SINCE,
        )
        async with self.owner.transaction():
            await DirectoryLoader(self.owner).load(
                DirectoryFile(positions=[position], tenures=[tenure])
            )
        colleague = next(
            s.account
            for s in STAFF
            if issuer_of(s.letter) == issuer and s.role is not Role.PARTNER_SYSTEM
        )
        claims = {"sub": tenure.sub, "agency": BY_LETTER[letter].code}
        self.hired[account] = (colleague, claims)

    async def sweep(self) -> int:
        """Let the service look at its deadlines now."""
        return await self.app.state.wiring.sweep()

    async def audit(self, **columns: Any) -> list[asyncpg.Record]:
        """Audit entries, oldest first, with these values."""
        where = " AND ".join(f"{c} = ${n}" for n, c in enumerate(columns, 1)) or "true"
        return await self.owner.fetch(
            f"SELECT {ENTRY} FROM audit_entry WHERE {where} ORDER BY at, id", *columns.values()
        )


@asynccontextmanager
async def open_town(urls: Any, home: Path, clock: Clock | None = None) -> AsyncIterator[Town]:
    """The service on the database that ``urls`` (owner, app) name, until the block ends."""
    moved = clock or Clock()
    settings = Settings(home=home, demo=True, docs=True, pool=8)
    entrance: Any = None

    def http_to_itself() -> httpx.AsyncClient:
        # The issuers live in the same application; their keys are fetched without a socket.
        return httpx.AsyncClient(transport=httpx.ASGITransport(app=entrance))

    entrance = build(
        settings,
        open_pool(urls.app, settings),
        mounts=mounts(settings),
        clock=moved,
        ids=Ids(moved),
        http=http_to_itself,
        sweeping=False,
    )
    app = entrance.app
    async with app.router.lifespan_context(app):
        owner = await asyncpg.connect(urls.owner)
        transport = httpx.ASGITransport(app=entrance, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=settings.base_url) as http:
            try:
                yield Town(settings, app, http, moved, owner)
            finally:
                await owner.close()


__all__ = ["ID_AT", "START", "Caller", "Clock", "Ids", "Town", "id_at", "issuer_urls", "open_town"]
