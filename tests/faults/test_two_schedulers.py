"""Several schedulers on one database, killed at random points: everything due happens exactly once.

What a single undisturbed sweep makes of a database full of due things is what any number of
sweeps must make of a copy of it, whoever of them is cancelled, cut off or killed on the way.
"""

import asyncio
import os
import random
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import httpx
import pytest
from town import Caller, Town, open_town

from service.adapters.postgres.directory_load import DirectoryLoader
from service.app import Wiring, open_pool
from service.application.sweeps import SWEEPS
from service.demo.city import AGENCY_ID
from service.domain.calendar_jp import jst_date
from service.domain.directory import DirectoryFile, Position, Tenure
from service.domain.role import Role
from service.settings import Settings

TESTS = Path(__file__).parents[1]
#: How many of each kind are due.
MANY = 12
DAYS = 65


class Due(NamedTuple):
    """A database in which everything is due at one instant."""

    name: str
    home: Path
    now: datetime


# A database full of due things.


async def made(call: Awaitable[httpx.Response]) -> dict[str, Any]:
    answer = await call
    assert answer.is_success, answer.text
    return answer.json()


class Desk:
    """A desk that takes in much, and then rests."""

    def __init__(self, town: Town, caller: Caller) -> None:
        self.town = town
        self.caller = caller

    def day(self, days: int) -> str:
        return (jst_date(self.town.clock.now) + timedelta(days=days)).isoformat()

    async def post(self, path: str, body: Any = None) -> dict[str, Any]:
        return await made(self.caller.post(f"/v1/{path}", body))

    async def person(self, *kinds: str, until: int | None = None) -> str:
        """Somebody, with their consent towards these kinds of agencies."""
        person_id: str = (await self.post("persons"))["id"]
        if kinds:
            slip = {
                "person_id": person_id,
                "method": "written",
                "evidence": "同意書",
                "explained_on": self.day(0),
                "rule_version": "2026-04",
                "purposes": ["consultation", "watch_over"],
                "data_classes": ["D1", "D3"],
                "receivers": {"kinds": kinds},
                "valid_from": self.day(0),
                "valid_until": self.day(until) if until else None,
            }
            await self.post("consents", slip)
        return person_id

    async def consultation(self, person_id: str | None = None) -> str:
        heard = {"told": "いろいろ困っている", "person_id": person_id}
        return str((await self.post("consultations", heard))["id"])

    async def case(self) -> None:
        heard = await self.consultation(await self.person("legal_aid"))
        await self.post(f"consultations/{heard}/screen", {"act": "apply"})

    async def referral(self, *acts: str, until: int | None = None) -> str:
        person_id = await self.person("disability_core_center", until=until)
        letter = {"person_id": person_id, "to_desk_id": str(self.town.desk["D"]), "reason": "相談"}
        referral = str((await self.post("referrals", letter))["id"])
        for act in acts:
            await self.post(
                f"referrals/{referral}/{act}", {"reason": "急ぐ"} if act == "escalate" else None
            )
        return referral


async def hold(town: Town, position: Position, account: str, last: date) -> None:
    """A post that is held until a day."""
    tenure = Tenure(
        id=uuid.uuid4(),
        position_id=position.id,
        iss=town.issuers["city"].issuer,
        sub=f"sub-{account}",
        name="担当者",
        valid_from=date(2026, 4, 1),
        valid_until=last,
    )
    file = DirectoryFile(positions=[position], tenures=[tenure])
    async with town.owner.transaction():
        await DirectoryLoader(town.owner).load(file)
    town.hired[account] = ("cc-worker", {"sub": tenure.sub, "agency": "mihon_center"})


def post_at_cc(code: str, role: Role, **more: Any) -> Position:
    return Position(
        id=uuid.uuid4(),
        agency_id=AGENCY_ID["CC"],
        code=code,
        title="担当",
        role=role,
        valid_from=date(2026, 4, 1),
        **more,
    )


async def early(town: Town) -> None:
    """Weeks ago: some of it has been left lying before, and has gone up a level or two."""
    cc = Desk(town, town.caller("cc-worker"))
    for _ in range(MANY // 2):
        await cc.post("signals", {"kind": "trouble_card", "text": "心配", "area": "district_3"})
        await cc.consultation()
        await cc.referral("send")
    for _ in range(3):
        town.clock.forward(days=8)
        await town.sweep()


async def under_way(sender: Desk, until: int | None = None) -> None:
    """A referral that has been taken on; after some weeks the sender is to ask how it went."""
    receiver = Desk(sender.town, sender.town.caller("d-consultant"))
    referral = await sender.referral("send", until=until)
    await receiver.post(f"referrals/{referral}/accept")
    met = {"at": sender.town.clock.now.isoformat(), "reached": True}
    await receiver.post(f"referrals/{referral}/contact", met)


async def silent(hub: Desk) -> None:
    """A conference in two days' time and a poll whose day has passed; J has answered neither."""
    held = f"{hub.day(DAYS + 2)}T10:00:00+09:00"
    over = f"{hub.day(DAYS + 2)}T11:00:00+09:00"
    sitting = {"kind": "case_conf", "starts_at": held, "ends_at": over, "place": "会議室"}
    conference = await hub.post("conferences", sitting)
    asked = {"agency_ids": [str(hub.town.agency["J"])]}
    await hub.post(f"conferences/{conference['id']}/invite", asked)
    poll = {
        "title": "ケース会議",
        "kind": "case_conf",
        "minutes": 60,
        "slots": [
            {"starts_at": held, "place": "会議室"},
            {"starts_at": over, "place": "会議室"},
        ],
        "agencies": [{"agency_id": str(hub.town.agency["J"]), "required": True}],
        "answer_by": hub.day(30),
    }
    await hub.post("date-polls", poll)
    # What the chair of a statutory conference would have asked J, the day for it passed as well.
    await hub.town.owner.execute(
        "INSERT INTO information_request (id, conference_id, agency_id, convener_agency_id, basis,"
        " law_version, names_somebody, asks, due_on, status, asked_at, due_at, version) VALUES"
        " ($1, $2, $3, $4, 'CONF_LAYERED', 'CONF_LAYERED@2021-04-01', false, '[{\"what\":"
        ' "information", "text": "資源"}]\', $5, \'requested\', $6, $7, 1)',
        uuid.uuid4(),
        uuid.UUID(conference["id"]),
        hub.town.agency["J"],
        hub.town.agency["S"],
        date.fromisoformat(hub.day(30)),
        hub.town.clock.now,
        hub.town.clock.now + timedelta(days=30),
    )


async def decided(hub: Desk) -> None:
    """What a conference decided long ago: some of it is overdue, some falls due in two days."""
    held, over = f"{hub.day(0)}T22:00:00+09:00", f"{hub.day(0)}T23:00:00+09:00"
    sitting = {"kind": "case_conf", "starts_at": held, "ends_at": over, "place": "会議室"}
    path = f"conferences/{(await hub.post('conferences', sitting))['id']}"
    await hub.post(f"{path}/invite", {"agency_ids": [str(hub.town.agency["J"])]})
    item = await hub.post(
        f"{path}/items", {"purpose": "resource_gap", "minutes": 10, "subject": "働ける場"}
    )
    await hub.post(f"{path}/fix")
    view = await made(hub.caller.get(f"/v1/{path}"))
    await hub.post(f"{path}/hold", {"present_attendee_ids": [a["id"] for a in view["attendees"]]})
    tasks = [
        {"agency_id": str(hub.town.agency["J"]), "what": "調べる", "due_on": hub.day(days)}
        for days in (DAYS - 5, DAYS + 2)
        for _ in range(MANY)
    ]
    said = {"result": "discussed", "decision": "手分けして調べる", "tasks": tasks}
    await hub.post(f"{path}/items/{item['id']}/result", said)


async def monitored(desk: Desk, days: int) -> None:
    """A plan that is carried out, as if it had been decided on, and its day of monitoring."""
    line = {
        "theme": "debt",
        "issue": "借入れ",
        "action": "相談する",
        "responsible_agency_id": str(desk.town.agency["CC"]),
        "starts_on": desk.day(0),
    }
    drafted = {
        "person_id": await desk.person(),
        "goal_in_own_words": "落ち着いて暮らしたい",
        "period_from": desk.day(0),
        "period_until": desk.day(300),
        "lines": [line],
    }
    plan = (await desk.post("plans", drafted))["id"]
    await desk.town.owner.execute(
        "UPDATE plan SET course = 'active', in_force_number = 1, due_on = $2, wake_on = $2,"
        " period_until = $3 WHERE id = $1",
        plan,
        date.fromisoformat(desk.day(days)),
        date.fromisoformat(desk.day(300)),
    )


async def fill(town: Town) -> None:
    """Everything that is due in the end, each about somebody else."""
    today = jst_date(town.clock.now)
    await hold(town, post_at_cc("leaver", Role.CONSULTANT), "leaver", today + timedelta(days=40))
    watcher = post_at_cc("watcher", Role.WELFARE_COMMISSIONER, area="district_4")
    await hold(town, watcher, "watcher", today + timedelta(days=30))
    cc, leaver = (Desk(town, town.caller(a)) for a in ("cc-worker", "leaver"))
    hub = Desk(town, town.caller("s-hub"))
    await decided(hub)
    for n in range(MANY):
        card = {"kind": "trouble_card", "text": "心配", "area": "district_3", "urgent": n % 3 == 0}
        await cc.post("signals", card)
        await cc.referral(*(("send",), (), ("send", "escalate"))[n % 3])
        await cc.consultation()
        asked = await cc.consultation()
        await cc.post(f"consultations/{asked}/escalate", {"reason": "行き詰まっている"})
        given = {"kind": "food", "what": "食料", "given_at": town.clock.now.isoformat()}
        await cc.post("urgent-supports", given | {"person_id": await cc.person()})
        refused = {"person_id": await cc.person(), "explained_on": cc.day(0)}
        refused |= {"rule_version": "2026-04", "next_contact_on": cc.day(20)}
        await cc.post("consents/refusals", refused)
        await cc.person("legal_aid", until=30)
        contact = {"person_id": await cc.person(), "next_on": cc.day(25)}
        await cc.post("contacts", contact)
        await cc.case()
        await leaver.case()
        watched = {"person_id": await cc.person("community_center"), "area": "district_4"}
        await cc.post("feedbacks", watched | {"items": ["name"]})
        await under_way(cc)
        held_back = {
            "ground": "investigation",
            "agency_ids": [str(town.agency["CC"])],
            "reason": "虐待の事実確認の調査に支障が出るため",
            "approver": "みほん市 福祉課長 松本",
            "until": cc.day(20),
        }
        await silent(hub)
        await monitored(cc, 30)
        path = f"/v1/persons/{await cc.person()}/access-report/embargoes"
        await made(town.caller("cc-privacy", "access_request").post(path, held_back))
    town.clock.forward(days=DAYS - 15)
    for _ in range(MANY // 3):
        # Until the consent that it rests on is over.
        await under_way(cc, until=10)
    town.clock.forward(days=15)


@pytest.fixture(scope="module")
def due(databases, tmp_path_factory) -> Any:
    """Made once; each test works on a copy."""
    home = tmp_path_factory.mktemp("due")

    async def make() -> Due:
        name, urls = await databases.copy()
        async with open_town(urls, home) as town:
            await early(town)
            await fill(town)
            return Due(name, home, town.clock.now)

    ready = asyncio.run(make())
    yield ready
    asyncio.run(databases.drop(ready.name))


# Schedulers.


class Copy:
    """A copy of the database, and the schedulers that work on it."""

    def __init__(self, databases: Any, due: Due) -> None:
        self.databases = databases
        self.due = due
        self.name = f"t_{uuid.uuid4().hex}"
        self.app = databases._named(databases.urls.app, self.name)  # noqa: SLF001 - the tests' own
        self.failed: Counter[str] = Counter()

    async def admin(self, sql: str, *values: Any) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.databases.urls.superuser)
        try:
            return await connection.fetch(sql, *values)
        finally:
            await connection.close()

    @asynccontextmanager
    async def scheduler(self) -> AsyncIterator[Wiring]:
        """One process' worth of it: its own pool, its own wiring."""
        async with wired(self.app, self.due.home, self.due.now) as wiring:
            yield wiring

    async def keep_sweeping(self) -> None:
        """As the service does it, until it is cancelled."""
        async with self.scheduler() as wiring:
            await wiring.keep_sweeping()

    async def finish(self) -> int:
        """Whoever is left does what is left; how much that was."""
        async with self.scheduler() as wiring:
            moved = 0
            while now := await wiring.sweep():
                moved += now
            return moved

    async def traces(self) -> dict[str, Counter[Any]]:
        connection = await asyncpg.connect(
            self.databases._named(self.databases.urls.owner, self.name)  # noqa: SLF001 - the same
        )
        try:
            return {
                name: Counter(tuple(r.values()) for r in await connection.fetch(sql))
                for name, sql in TRACES.items()
            }
        finally:
            await connection.close()


@asynccontextmanager
async def wired(url: str, home: Path, now: datetime) -> AsyncIterator[Wiring]:
    settings = Settings(home=home, demo=True, pool=2, sweep_seconds=0.02)
    async with open_pool(url, settings)() as database, httpx.AsyncClient() as http:
        yield Wiring(settings, database=database, http=http, clock=lambda: now)


@pytest.fixture
async def copy(databases, due) -> AsyncIterator[Copy]:
    copied = Copy(databases, due)
    await copied.admin(f"CREATE DATABASE {copied.name} TEMPLATE {due.name} OWNER tsunagi_owner")
    yield copied
    await databases.drop(copied.name)


#: What is named by the record it is about: an entry of the queue by the record that stands there.
_ABOUT = "coalesce((SELECT h.record_id FROM hub_entry h WHERE h.id = x.record_id), x.record_id)"
#: Every trace that a sweep leaves, without the ids that it draws.
TRACES = {
    "audit": f"SELECT x.action, x.outcome, x.actor_kind, x.sub, x.record_kind, {_ABOUT} FROM audit_entry x",
    "notices": f"SELECT x.agency_id, x.kind, x.record_kind, {_ABOUT}, x.due_at, x.for_role FROM notice x",
    "tasks": f"SELECT x.agency_id, x.kind, x.state, {_ABOUT}, x.due_on, x.position_id, x.version,"
    " x.remind_on, x.chase_on FROM task x",
    "hub": "SELECT record_kind, record_id, why, state, level, hub_agency_id, due_at, version"
    " FROM hub_entry",
    "events": "SELECT referral_id, number, act, from_status, to_status FROM referral_event",
    "referrals": "SELECT id, status, resumes, due_at, hub_overdue, version FROM referral",
    "signals": "SELECT id, status, level, missed, due_at, version FROM signal",
    "consultations": "SELECT id, status, missed, due_at, version FROM consultation",
    "urgent supports": "SELECT id, state, due_at, version FROM urgent_support",
    "contacts": "SELECT id, next_on, reminded_for, version FROM contact_schedule",
    "cases": "SELECT id, stale, stale_at, holder_gone, version FROM support_case",
    "consents": "SELECT id, state, version FROM consent",
    "polls": "SELECT id, status, due_at, version FROM date_poll",
    "requests": "SELECT id, status, due_at, version FROM information_request",
    "conferences": "SELECT id, status, remind_on, version FROM conference",
    "feedbacks": "SELECT id, ended_at IS NULL, version FROM feedback",
    "plans": "SELECT id, course, due_on, wake_on, version FROM plan",
}
#: What each sweep notes when it does something.
ACTIONS = {
    "signals": "signal.miss_deadline",
    "referrals": "referral.miss_deadline",
    "checks": "referral.come_to_check",
    "consultations": "consultation.miss_deadline",
    "urgent_supports": "urgent_support.miss_deadline",
    "hub": "hub.miss_deadline",
    "feedbacks": "feedback.outlive",
    "refusals": "consent.remind",
    "consents": "consent.expire",
    "contacts": "contact.come_due",
    "holders": "case.lose_holder",
    "leads": "case.lose_holder",
    "stale_cases": "case.go_stale",
    "embargoes": "embargo.end",
    "reminders": "conference.remind",
    "tasks_due_soon": "task.come_due",
    "tasks_overdue": "task.miss_deadline",
    "date_polls": "date_poll.miss_deadline",
    "information_requests": "information_request.miss_deadline",
    "plans": "plan.come_due",
}


@pytest.fixture(scope="module")
def before_and_after(databases, due) -> tuple[dict[str, Counter[Any]], dict[str, Counter[Any]]]:
    """The traces before any sweep, and after a single one that nobody disturbed."""

    async def alone() -> tuple[dict[str, Counter[Any]], dict[str, Counter[Any]]]:
        copied = Copy(databases, due)
        await copied.admin(f"CREATE DATABASE {copied.name} TEMPLATE {due.name} OWNER tsunagi_owner")
        before = await copied.traces()
        assert await copied.finish() > MANY * len(SWEEPS)
        after = await copied.traces()
        await databases.drop(copied.name)
        return before, after

    return asyncio.run(alone())


def done_by_sweeps(before: dict[str, Counter[Any]], after: dict[str, Counter[Any]]) -> Counter[Any]:
    """What was done by itself, by action and record."""
    new = after["audit"] - before["audit"]
    return Counter({(a[0], a[5]): n for a, n in new.items() if a[2] == "system"})


def assert_exactly_once(found: dict[str, Counter[Any]], expected: dict[str, Counter[Any]]) -> None:
    for name, traces in expected.items():
        lost, twice = traces - found[name], found[name] - traces
        assert not lost, (name, len(lost), list(lost.items())[:3])
        assert not twice, (name, len(twice), list(twice.items())[:3])


def test_a_single_sweep_does_everything_that_is_due_once(before_and_after):
    before, after = before_and_after
    done = done_by_sweeps(before, after)
    assert set(ACTIONS) == {s.name for s in SWEEPS}, "a new kind of due things"
    by_action = Counter(action for action, _ in done.elements())
    for action in set(ACTIONS.values()):
        assert by_action[action] >= MANY, (action, by_action)
    # A case without anybody is handed over and put before the hub: two acts of one name.
    twice = {key for key, n in done.items() if n > 1}
    assert {action for action, _ in twice} == {"case.lose_holder"}
    assert after["cases"] != before["cases"]


async def test_three_schedulers_at_once_do_it_once(copy, before_and_after):
    async with copy.scheduler() as one, copy.scheduler() as two, copy.scheduler() as three:
        while sum(await asyncio.gather(one.sweep(), two.sweep(), three.sweep())):
            pass
    assert await copy.finish() == 0
    assert_exactly_once(await copy.traces(), before_and_after[1])


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_scheduler_that_is_cancelled_at_random_loses_nothing(copy, before_and_after, seed):
    dice = random.Random(seed)  # noqa: S311 - no secret
    running = [asyncio.create_task(copy.keep_sweeping()) for _ in range(3)]
    for _ in range(8):
        await asyncio.sleep(dice.uniform(0.02, 0.25))
        n = dice.randrange(len(running))
        await stop(running[n])
        running[n] = asyncio.create_task(copy.keep_sweeping())
    for task in running:
        await stop(task)
    await copy.finish()
    assert_exactly_once(await copy.traces(), before_and_after[1])


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_scheduler_that_is_cut_off_at_random_loses_nothing(copy, before_and_after, seed):
    dice = random.Random(seed)  # noqa: S311 - no secret
    running = [asyncio.create_task(copy.keep_sweeping()) for _ in range(2)]
    cut = 0
    for _ in range(10):
        await asyncio.sleep(dice.uniform(0.02, 0.25))
        backends = await copy.admin(
            "SELECT pid FROM pg_stat_activity WHERE datname = $1 ORDER BY pid", copy.name
        )
        if backends:
            pid = dice.choice(backends)["pid"]
            await copy.admin("SELECT pg_terminate_backend($1)", pid)
            cut += 1
    assert cut > 3
    assert not any(task.done() for task in running), "a scheduler gave up"
    for task in running:
        await stop(task)
    await copy.finish()
    assert_exactly_once(await copy.traces(), before_and_after[1])


async def test_a_process_that_is_killed_loses_nothing(copy, before_and_after):
    dice = random.Random(7)  # noqa: S311 - no secret
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        __file__,
        copy.app,
        str(copy.due.home),
        copy.due.now.isoformat(),
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join((str(TESTS), str(TESTS.parent)))},
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"sweeping\n"
    beside = asyncio.create_task(copy.keep_sweeping())
    await asyncio.sleep(dice.uniform(0.1, 0.4))
    process.kill()
    assert await process.wait() == -9
    await stop(beside)
    assert await copy.finish() > 0, "there was nothing left to do when it was killed"
    assert_exactly_once(await copy.traces(), before_and_after[1])


async def stop(task: asyncio.Task[None]) -> None:
    """Cancelled is cancelled: whoever is told to stop must not go on."""
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=20)
    assert done, "a scheduler went on although it was cancelled"


async def sweep_until_killed(url: str, home: str, now: str) -> None:
    """What the process does that is killed."""
    async with wired(url, Path(home), datetime.fromisoformat(now)) as wiring:
        sys.stdout.write("sweeping\n")
        sys.stdout.flush()
        await wiring.keep_sweeping()


if __name__ == "__main__":
    asyncio.run(sweep_until_killed(*sys.argv[1:]))
