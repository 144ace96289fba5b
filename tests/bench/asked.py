"""What is asked in each load: real requests of real callers, drawn at random, with their answers."""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from bench.load import Ask
from bench.programs.known import sealed, written
from bench.seed import Sizes, person_id, referral_id
from bench.staff import COUNT, Member, agency_id, desk_id

from service.api import examples

#: What only a permit opens; an answer without it is none.
OPENED = '"reason":"'
READ, WRITE, LIST, PACKET, REPORT = "R", "W", "L", "C", "A"
NAMES = {
    READ: "read a referral",
    WRITE: "draft a referral",
    LIST: "list 50 referrals",
    PACKET: "packet of 20 items",
    REPORT: "who saw a person",
}
#: Staff who do casework come first in the list of members, two to an agency.
CASEWORK = 2 * COUNT


@dataclass(frozen=True)
class Town:
    """What there is to ask about."""

    sizes: Sizes
    members: list[Member]
    #: Places in the inboxes, by agency.
    places: Mapping[int, list[UUID]]
    cursor_key: bytes
    page: int = 50
    #: A conference whose agenda is fixed, who is invited, and its items.
    conference: str | None = None
    invited: tuple[int, ...] = ()
    items: int = 20

    def asks(self, load: str, count: int, drawn: random.Random) -> list[Ask]:
        """So many requests of a load."""
        ask: Callable[[random.Random], Ask] = {
            READ: self._read,
            WRITE: self._write,
            LIST: self._list,
            PACKET: self._packet,
            REPORT: self._report,
        }[load]
        return [ask(drawn) for _ in range(count)]

    def _caseworker(self, agency: int, drawn: random.Random) -> int:
        return agency + drawn.choice((0, COUNT))

    def _read(self, drawn: random.Random) -> Ask:
        """A referral to or from the caller's agency."""
        number = drawn.randrange(self.sizes.referrals)
        sides = (self.sizes.sender_of(number), self.sizes.receiver_of(number))
        caller = self._caseworker(drawn.choice(sides), drawn)
        found = str(referral_id(number))
        path, also = f"/v1/referrals/{found}", f'"id":"{found}"'
        return Ask("GET", path, caller, "consultation", 200, OPENED, also=also)

    def _write(self, drawn: random.Random) -> Ask:
        """A person of the caller's agency, to any other agency."""
        number = drawn.randrange(self.sizes.persons)
        agency = number % COUNT
        receiver = (agency + 1 + drawn.randrange(COUNT - 1)) % COUNT
        whom = str(person_id(number))
        said = examples.REFERRAL | {"person_id": whom, "to_desk_id": str(desk_id(receiver))}
        return Ask(
            "POST",
            "/v1/referrals",
            self._caseworker(agency, drawn),
            "consultation",
            201,
            f'"person_id":"{whom}"',
            body=json.dumps(said, ensure_ascii=False),
        )

    def _list(self, drawn: random.Random) -> Ask:
        """The first page of an inbox, or one somewhere further back."""
        agency = drawn.choice([a for a, places in self.places.items() if places])
        caller = self._caseworker(agency, drawn)
        path = f"/v1/referrals?box=inbox&limit={self.page}"
        if drawn.random() < 0.5:
            path += f"&cursor={self._cursor(drawn.choice(self.places[agency]), caller)}"
        return Ask("GET", path, caller, "consultation", 200, OPENED, self.page)

    def _cursor(self, after: UUID, caller: int) -> str:
        member = self.members[caller]
        seal = sealed(self.cursor_key, after, member.iss, member.sub, agency_id(member.agency))
        return written(after, seal)

    def _packet(self, drawn: random.Random) -> Ask:
        caller = self._caseworker(drawn.choice(self.invited), drawn)
        path = f"/v1/conferences/{self.conference}/packet"
        return Ask("GET", path, caller, "planning", 200, '"names":[', self.items)

    def _report(self, drawn: random.Random) -> Ask:
        """Of a person with fifty entries, by the privacy officer of whoever holds the record."""
        number = drawn.randrange(self.sizes.with_report)
        path = f"/v1/persons/{person_id(number)}/access-report?limit=50"
        caller = CASEWORK + number % COUNT
        return Ask("GET", path, caller, "access_request", 200, '"action_ja":', 50)
