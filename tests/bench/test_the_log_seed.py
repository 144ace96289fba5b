"""What is generated for the growth of the log is what the service would have written."""

from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

from bench import log_seed
from bench.log_seed import Crowd, Span, Worker, entries_of
from conftest import Databases
from log_steps import checked, keeper
from scenario_steps import ok, person
from town import START, Town

from service.domain.audit import DecidedEntry, Outcome
from service.domain.calendar_jp import JST
from service.domain.log_month import Month, instant_of

SINCE, UNTIL = datetime(2026, 8, 1, tzinfo=JST), datetime(2026, 11, 1, tzinfo=JST)
WHOM, HOLDER = UUID(int=7), UUID(int=1)
CROWD = Crowd(
    tuple(
        Worker(UUID(int=n % 5 + 1), UUID(int=n + 100), "consultant", "iss", "s") for n in range(12)
    ),
    persons=50,
    watched=WHOM,
    held_by=HOLDER,
)


def test_a_stretch_holds_as_many_entries_as_asked_for_in_their_order() -> None:
    begin = datetime(2030, 5, 1, tzinfo=JST)
    found = list(
        entries_of(CROWD, Span(begin, datetime(2030, 6, 1, tzinfo=JST), 3_000, watched=20))
    )
    assert len({e.id for e in found}) == len(found) == 3_000
    assert [e.at for e in found] == sorted(e.at for e in found)
    for entry in found:
        made = instant_of(entry.id)
        assert made is not None
        assert timedelta(0) < made - entry.at < timedelta(milliseconds=10)
        assert Month.of(made) == Month(2030, 5)
        # Nothing is left out and nothing is of another kind than the service makes.
        assert DecidedEntry.model_validate(entry.model_dump()) == entry
    assert sum(e.person_id == WHOM for e in found) == 20
    assert {e.holder_agency_id for e in found if e.person_id == WHOM} == {HOLDER}
    assert {e.outcome for e in found} == {Outcome.ALLOWED, Outcome.DENIED, Outcome.MASKED}
    assert {"LIFE", "CONSENT", "INTERNAL", None} == {e.basis for e in found}
    # Each person's records are held by one agency; a list is one request about several.
    assert len({(e.person_id, e.holder_agency_id) for e in found}) == 51
    assert max(Counter(e.attempt_id for e in found).values()) == 15


def test_entries_are_spread_over_the_months_and_none_is_lost() -> None:
    found = log_seed.spans(SINCE, UNTIL, 1_000, 7, 5)
    assert [(s.since.month, s.until.month) for s in found] == [(8, 9), (9, 10), (10, 11)]
    assert (sum(s.entries for s in found), sum(s.watched for s in found)) == (1_000, 7)
    assert all(abs(s.entries - 333) < 20 for s in found)
    assert [s.number for s in found] == [5, 6, 7]


async def test_what_is_generated_is_sealed_in_its_month_and_proven(
    town: Town, databases: Databases
) -> None:
    cc = town.caller("cc-worker")
    form = person("試験", "花子", "シケン ハナコ")
    whom = UUID((await ok(cc.post("/v1/persons", form), 201))["id"])
    name = await town.owner.fetchval("SELECT current_database()")
    superuser = databases.urls.superuser.replace("/postgres?", f"/{name}?")
    await log_seed.seed(town.owner, superuser, 700, until=START, persons=60)
    await keeper(town).keep()
    found = await checked(town)
    assert (found.waiting, found.found) == (0, ())
    assert found.entries > 700
    lost = "SELECT count(*) FROM audit_entry WHERE tableoid = 'audit_entry_default'::regclass"
    assert await town.owner.fetchval(lost) == 0
    # Everybody who is said to have acted works where they are said to.
    strangers = (
        "SELECT count(*) FROM audit_entry e WHERE e.action = 'person.read' AND NOT EXISTS"
        " (SELECT FROM position p WHERE p.id = e.position_id AND p.agency_id = e.agency_id)"
    )
    assert await town.owner.fetchval(strangers) == 0
    watched = log_seed.Crowd(
        (await log_seed.crowd(town.owner, 700)).workers, 60, whom, town.agency["CC"]
    )
    lately = Span(START - timedelta(hours=2), START, 40, 40, number=99)
    await log_seed.fill(superuser, watched, [lately])
    await keeper(town).keep()
    report = town.caller("cc-privacy", "access_request").get(
        f"/v1/persons/{whom}/access-report", params={"limit": "100"}
    )
    assert len((await ok(report))["items"]) >= 40
