"""The simulated year: a day is a sweep after midnight, and then whatever the desks get done."""

import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from simulation.invariants import check
from simulation.lives import ATTITUDES, EVERY_KIND, Dice, Person, Slip
from simulation.places import COLLEAGUE, KINDS, Office, Places, Post
from town import Town

from service.adapters.holidays import closed_in_japan
from service.domain.calendar_jp import JST

FIRST = date(2026, 4, 1)
#: As many as one sweep does of each kind; whatever more there is, the next one does.
AT_MOST = 500


class Plan(NamedTuple):
    """How big the year is."""

    people: int
    agencies: int
    days: int
    seed: int = 1
    #: Everything is checked on every first of a month; and every so many days, if any are named.
    check_every: int = 0
    #: Told of each day that was checked.
    told: Callable[[str], object] = str
    first: date = FIRST


class Year:
    """One run of it."""

    def __init__(self, town: Town, plan: Plan) -> None:
        self.town = town
        self.plan = plan
        self.dice = Dice(plan.seed)
        self.places = Places(plan.seed, plan.agencies, plan.first)
        self.people = [self._person(n) for n in range(plan.people)]
        self.closed_on = closed_in_japan()
        self.day = plan.first
        #: Whom a record is about, also where the record itself does not say.
        self.about: dict[UUID, Person] = {}
        #: On which day who comes back to which office about which case that has ended.
        self.returns: dict[date, list[tuple[Person, Office, UUID]]] = {}
        self.again: dict[date, list[tuple[Person, Office]]] = {}
        self.swept = 0
        self.acts: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self._tokens: dict[str, str] = {}

    def _person(self, number: int) -> Person:
        # Nobody arrives in the last days: something should become of everybody.
        last = max(1, self.plan.days * 17 // 20)
        day = self.plan.first + timedelta(days=self.dice.days(0, last, "arrives", number))
        return Person(
            number=number,
            arrives=day,
            by_signal=self.dice.roll("how", number) < 0.6,
            attitude=self.dice.pick(ATTITUDES, "attitude", number),
        )

    # The days.

    async def pass_by(self) -> None:
        """The whole of it, checked every month and at the end."""
        from simulation.desks import work  # noqa: PLC0415 - the desks know the year

        every = self.plan.check_every
        await self.places.open(self.town)
        for n in range(self.plan.days):
            self.day = self.plan.first + timedelta(days=n)
            self._at(time(0, 30))
            await self.places.come_and_go(self.town, self.day)
            await self.sweep()
            if n and (self.day.day == 1 or (every and n % every == 0)):
                await check(self)
                self.plan.told(
                    f"{self.day}: {sum(self.acts.values())} acts, {self.swept} by itself"
                )
            self._at(time(9, 0))
            await work(self)
        self.day += timedelta(days=1)
        self._at(time(0, 30))
        await self.sweep()
        await check(self)

    def _at(self, hour: time) -> None:
        moved = datetime.combine(self.day, hour, tzinfo=JST)
        assert moved > self.town.clock.now, "a day was too short for its work"
        self.town.clock.now = moved
        self._tokens.clear()

    async def sweep(self) -> None:
        """What the service does by itself; a second sweep finds nothing left."""
        while (moved := await self.town.sweep()) >= AT_MOST:
            self.swept += moved
        self.swept += moved

    @property
    def closed(self) -> bool:
        """Whether the offices are closed today."""
        return self.closed_on(self.day)

    # Chances, by the person's number: never by ids, which differ from run to run.

    def chance(self, of: float, *question: Any) -> bool:
        """Whether it happens today."""
        return self.dice.roll(self.day, *question) < of

    # What staff do.

    def staff(self, office: Office, person: Person) -> Post | None:
        """Whoever takes care of it today, if anybody is left."""
        present = office.present(self.day)
        return present[person.number % len(present)] if present else None

    async def act(
        self,
        office: Office,
        post: Post | None,
        path: str,
        body: Any,
        *,
        version: int | None = None,
    ) -> Any:
        """What a member of staff sends; what came of it, or ``None`` if it was refused.

        Nothing to send: something is read. With a version: the record is written anew.
        """
        if post is None:
            return None
        holder = post.holder(self.day)
        assert holder is not None
        if holder.sub not in self._tokens:
            claims = {"sub": holder.sub, "agency": office.code}
            self._tokens[holder.sub] = self.town.token(COLLEAGUE, **claims)
        method = "GET" if body is None else "PUT" if version else "POST"
        return await self._send(method, self._tokens[holder.sub], path, body, version)

    async def by_account(self, account: str, method: str, path: str, body: Any = None) -> Any:
        """What somebody of the demo city sends: the hub, its backup, the municipality."""
        if account not in self._tokens:
            self._tokens[account] = self.town.token(account)
        return await self._send(method, self._tokens[account], path, body)

    async def _send(
        self, method: str, token: str, path: str, body: Any, version: int | None = None
    ) -> Any:
        headers = {"Authorization": f"Bearer {token}", "Purpose-Of-Use": "consultation"}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid.uuid4())
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        answer = await self.town.http.request(method, path, json=body, headers=headers)
        act = "/".join(p for p in path.partition("?")[0].split("/")[2:] if len(p) != 36)
        if answer.is_success:
            self.acts[f"{method} {act}"] += 1
            return answer.json()
        assert answer.status_code < 500, (path, body, answer.text)
        problem = answer.json()
        assert answer.status_code != 400, (path, body, problem)
        detail = problem.get("errors") if problem["code"] == "request.invalid" else ""
        self.refused[f"{act}: {problem['code']} {detail or ''}".strip()] += 1
        return None

    # What stands on the desks.

    async def open_records(self, select: str, *values: Any) -> list[tuple[Person, asyncpg.Record]]:
        """The rows with the persons they are about, in an order that no id decides."""
        found = []
        for row in await self.town.owner.fetch(select, *values):
            person = self.about.get(row["person_id"] or row["id"]) or self.about.get(row["id"])
            if person is not None:
                found.append((person, row))
        return sorted(found, key=lambda f: (f[0].number, f[1]["since"]))

    async def hub_queue(self, account: str) -> AsyncIterator[dict[str, Any]]:
        """What waits for a hub, page by page."""
        cursor = ""
        while True:
            page = await self.by_account(account, "GET", f"/v1/hub?limit=100{cursor}")
            for entry in page["items"]:
                yield entry
            if page["next_cursor"] is None:
                return
            cursor = f"&cursor={page['next_cursor']}"

    def now(self) -> str:
        """The instant, as a form would say it."""
        return self.town.clock.now.isoformat()

    def later(self, least: int, most: int, *question: Any) -> str:
        """A day to come."""
        days = self.dice.days(least, most, self.day, *question)
        return (self.day + timedelta(days=days)).isoformat()

    # What every desk does with a person.

    async def register(self, person: Person, office: Office) -> str | None:
        """The person's record, once."""
        if person.id is None:
            made = await self.act(office, self.staff(office, person), "/v1/persons", person.form())
            if made is None:
                return None
            person.id, person.holder = UUID(made["id"]), office
            self.about[person.id] = person
        return str(person.id)

    async def ask_consent(self, person: Person, office: Office) -> bool:
        """Whether there is a consent that holds today; the person is asked if there is none."""
        if any(s.covers(office.kind, self.day) for s in person.slips):
            return True
        if person.id is None:
            return False
        person.asked += 1
        post = self.staff(office, person)
        shown = {
            "person_id": str(person.id),
            "explained_on": self.day.isoformat(),
            "rule_version": "個人情報取扱規程 2026-04",
        }
        refuses = person.attitude == "never" or (
            person.attitude == "refuses_at_first" and person.asked == 1
        )
        if refuses:
            again = {"next_contact_on": self.later(15, 50, "again", person.number)}
            await self.act(office, post, "/v1/consents/refusals", shown | again)
            return False
        return await self._agrees(person, office, post, shown)

    async def _agrees(
        self, person: Person, office: Office, post: Post | None, shown: dict[str, Any]
    ) -> bool:
        n, asked = person.number, person.asked
        kinds = EVERY_KIND
        if self.dice.roll("narrow", n, asked) < 0.15:
            few = {self.dice.pick(KINDS, "few", n, asked, i)[0] for i in range(3)}
            kinds = frozenset(few | {office.kind})
        until = revoked = None
        if person.attitude == "for_a_while":
            until = self.day + timedelta(days=self.dice.days(20, 150, "until", n, asked))
        if person.attitude == "takes_it_back" and asked == 1:
            revoked = self.day + timedelta(days=self.dice.days(3, 60, "back", n))
        slip = shown | {
            "method": "written",
            "evidence": "同意書",
            "purposes": ["consultation", "watch_over"],
            "data_classes": ["D1", "D2", "D3"],
            "receivers": {"kinds": sorted(kinds)},
            "valid_from": self.day.isoformat(),
            "valid_until": until.isoformat() if until else None,
        }
        made = await self.act(office, post, "/v1/consents", slip)
        if made is None:
            return False
        person.slips.append(Slip(made["id"], office, kinds, until, revoked))
        return True

    def partner(self, person: Person, *without: UUID, prompt: bool = False) -> Office | None:
        """Another office that the person's consent covers."""
        fit = [
            o
            for o in self.places.offices
            if o.id not in without
            and person.covered(o.kind, self.day)
            and (not prompt or o.manner.name == "prompt")
            and o.present(self.day)
        ]
        return (
            self.dice.pick(fit, self.day, "partner", person.number, len(without)) if fit else None
        )


def by_person(rows: Sequence[tuple[Person, Any]]) -> dict[int, list[Any]]:
    """The rows of each person."""
    found: dict[int, list[Any]] = {}
    for person, row in rows:
        found.setdefault(person.number, []).append(row)
    return found
