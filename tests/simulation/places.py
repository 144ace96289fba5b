"""The agencies of the year: what they are, how they work, and who holds which post until when."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from town import Town

from service.adapters.postgres.directory_load import DirectoryLoader
from service.demo.city import AGENCIES, CITY, ISSUERS, SINCE
from service.domain.directory import Agency, Desk, DirectoryFile, IssuerTrust, Position, Tenure
from service.domain.role import Role

ISSUER = "council"
#: Whose account stands behind the tokens; who it is, the claims say.
COLLEAGUE = "j-consultant"
#: The days on which many leave at once (人事異動); the last one is the great one.
WAVES = (date(2026, 4, 30), date(2026, 9, 30), date(2027, 3, 31))
POSTS = 3


class Manner(NamedTuple):
    """How an agency goes about its work; every number is a chance."""

    name: str
    #: That something on its list is done on a working day.
    works: float = 0.6
    declines: float = 0.15
    asks: float = 0.08
    #: That a note is written about a case on a day.
    notes: float = 0.05
    #: That a post is left in a wave of transfers, and that a holder leaves on any day.
    wave: float = 0.2
    leaves: float = 0.0002


PROMPT = Manner("prompt")
SLOW = Manner("slow", works=0.1, notes=0.006)
DECLINING = Manner("declining", declines=0.75)
ASKING = Manner("asking", asks=0.5, works=0.4)
LOSING = Manner("losing", works=0.4, notes=0.02, wave=0.6, leaves=0.006)
TROUBLED = (SLOW, DECLINING, ASKING, LOSING)

#: Kind, theme and name of the desks in turn.
KINDS: tuple[tuple[str, str, str], ...] = (
    ("self_reliance_agency", "year_budget", "暮らしと仕事の相談室"),
    ("elder_support_center", "elder_care", "地域包括支援センター"),
    ("disability_core_center", "disability", "障害者相談支援センター"),
    ("childcare_support", "child", "子育て支援センター"),
    ("community_center", "neighbours", "コミュニティセンター"),
    ("legal_aid", "legal", "法律相談所"),
    ("public_health_center", "health", "保健センター"),
    ("npo", "housing", "住まいの相談所"),
)


@dataclass
class Post:
    """A position and everybody who holds it in turn."""

    id: UUID
    agency: "Office"
    role: Role
    tenures: list[Tenure] = field(default_factory=list)

    def holder(self, day: date) -> Tenure | None:
        """Who holds it on a day."""
        return next(
            (
                t
                for t in self.tenures
                if t.valid_from <= day and (t.valid_until is None or day <= t.valid_until)
            ),
            None,
        )


@dataclass
class Office:
    """One agency of the year."""

    number: int
    id: UUID
    desk_id: UUID
    code: str
    kind: str
    theme: str
    name: str
    manner: Manner
    posts: list[Post] = field(default_factory=list)

    def present(self, day: date) -> list[Post]:
        """The posts that somebody holds."""
        return [p for p in self.posts if p.holder(day) is not None]


def _id(group: int, number: int) -> UUID:
    return UUID(f"0199cccc-{group:04x}-7000-8000-{number:012x}")


#: The commissioners of the year: their districts, and their terms of office.
WATCH = _id(5, 0)
WATCHED = (1, 2)
TERMS = (
    (date(2025, 12, 1), date(2026, 5, 10)),
    (date(2026, 5, 11), date(2026, 11, 30)),
    (date(2026, 12, 1), None),
)


class Places:
    """All agencies, and the operator who loads who comes and who goes."""

    def __init__(self, seed: int, agencies: int, first: date) -> None:
        self.seed = seed
        self.offices = [self._office(n, first) for n in range(agencies)]
        self.by_id = {o.id: o for o in self.offices}
        self.post = {p.id: p for o in self.offices for p in o.posts}
        self.iss = ""
        self._tenures = 0
        #: What the operator has yet to load: the day it becomes known, and what.
        self.known_from: list[tuple[date, Tenure]] = []
        self.left = 0
        self.succeeded = 0

    def _office(self, number: int, first: date) -> Office:
        kind, theme, name = KINDS[number % len(KINDS)]
        # Every third one is troubled, each in its own way.
        manner = TROUBLED[number // 3 % len(TROUBLED)] if number % 3 == 2 else PROMPT
        title = f"みほん市 {name} {number + 1}"
        code = f"year_{number:02d}"
        office = Office(number, _id(1, number), _id(2, number), code, kind, theme, title, manner)
        for n in range(POSTS):
            post = Post(
                _id(3, number * POSTS + n),
                office,
                Role.CHIEF_CONSULTANT if n == 0 else Role.CONSULTANT,
            )
            post.tenures.append(self._tenure(post, number * POSTS + n, first - timedelta(days=365)))
            office.posts.append(post)
        return office

    def _tenure(self, post: Post, number: int, since: date) -> Tenure:
        return Tenure(
            id=_id(4, number),
            position_id=post.id,
            iss="",
            sub=f"sub-year-{number}",
            name="担当者",
            valid_from=since,
        )

    async def open(self, town: Town) -> None:
        """Load them all, as an operator would."""
        iss = town.issuers[ISSUER].issuer
        for office in self.offices:
            for post in office.posts:
                post.tenures = [t.model_copy(update={"iss": iss}) for t in post.tenures]
        self.iss = iss
        self._tenures = len(self.offices) * POSTS
        codes = tuple(a.code for a in AGENCIES if a.issuer == ISSUER)
        file = DirectoryFile(
            agencies=[self._agency(o.id, o.code, o.kind, o.name) for o in self.offices]
            + [self._agency(WATCH, "year_watch", "welfare_commissioner", "みほん市 民児協")],
            desks=[
                Desk(
                    id=o.desk_id,
                    agency_id=o.id,
                    municipality_code=CITY,
                    name=f"{o.name} 窓口",
                    themes=(o.theme,),
                    areas=(f"district_{o.number % 5 + 1}",),
                    valid_from=SINCE,
                )
                for o in self.offices
            ],
            positions=[
                Position(
                    id=p.id,
                    agency_id=o.id,
                    code=f"post_{n}",
                    title="相談支援員",
                    role=p.role,
                    valid_from=SINCE,
                )
                for o in self.offices
                for n, p in enumerate(o.posts)
            ]
            + [
                Position(
                    id=_id(6, n),
                    agency_id=WATCH,
                    code=f"district_{n}",
                    title="民生委員",
                    role=Role.WELFARE_COMMISSIONER,
                    area=f"district_{n}",
                    valid_from=SINCE,
                )
                for n in WATCHED
            ],
            tenures=[t for o in self.offices for p in o.posts for t in p.tenures]
            + [
                Tenure(
                    id=_id(7, n * 10 + turn),
                    position_id=_id(6, n),
                    iss=iss,
                    sub=f"sub-watch-{n}-{turn}",
                    name="民生委員",
                    valid_from=since,
                    valid_until=until,
                )
                for n in WATCHED
                for turn, (since, until) in enumerate(TERMS)
            ],
            issuers=[
                IssuerTrust(
                    iss=iss,
                    name=ISSUERS[ISSUER],
                    agency_codes=codes + tuple(o.code for o in self.offices),
                )
            ],
        )
        await self._load(town, file)

    async def come_and_go(self, town: Town, day: date) -> None:
        """Who gives notice today, who leaves without, and whose successor is appointed."""
        changed = [t for known, t in self.known_from if known <= day]
        self.known_from = [(known, t) for known, t in self.known_from if known > day]
        for office in self.offices:
            for number, post in enumerate(office.posts):
                changed += self._leaves(office, number, post, day)
        for tenure in changed:
            post = self.post[tenure.position_id]
            post.tenures = [t for t in post.tenures if t.id != tenure.id] + [tenure]
        if changed:
            await self._load(town, DirectoryFile(tenures=changed))

    def _leaves(self, office: Office, number: int, post: Post, day: date) -> list[Tenure]:
        now = post.tenures[-1]
        if now.valid_until is not None or not now.valid_from <= day:
            return []
        dice = random.Random(f"{self.seed}/leaves/{office.number}/{number}/{day}")  # noqa: S311
        notice = (*(w for w in WAVES if (w - day).days == 20),)
        if notice and dice.random() < office.manner.wave:
            last = notice[0]
        elif dice.random() < office.manner.leaves:
            # Some say so three weeks before; some are gone tomorrow.
            last = day + timedelta(days=dice.choice((0, 0, 3, 20, 30)))
        else:
            return []
        self.left += 1
        how = dice.random()
        # One in ten posts stays empty; the others are filled at once, or late.
        gap = 0 if how < 0.45 else dice.randint(1, 60) if how < 0.9 else None
        if gap is not None:
            self._tenures += 1
            self.succeeded += 1
            since = last + timedelta(days=1 + gap)
            successor = self._tenure(post, self._tenures, since).model_copy(
                update={"iss": self.iss}
            )
            self.known_from.append((since - timedelta(days=dice.choice((0, 3, 10))), successor))
        return [now.model_copy(update={"valid_until": last})]

    @staticmethod
    def _agency(agency_id: UUID, code: str, kind: str, name: str) -> Agency:
        return Agency(
            id=agency_id, code=code, kind=kind, name=name, municipality_code=CITY, valid_from=SINCE
        )

    @staticmethod
    async def _load(town: Town, file: DirectoryFile) -> None:
        async with town.owner.transaction():
            await DirectoryLoader(town.owner).load(file)
