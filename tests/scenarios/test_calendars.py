"""Conferences in calendars: invitations, feeds and reminders, through HTTP."""

from typing import Any

import httpx
from icalendar import Calendar
from scenario_steps import consent, hidden, notices, ok, person
from town import Caller, Town

from service.api import examples

CANARY = "カナリア"
FORM = {
    "kind": "support_coordination_conf",
    "starts_at": "2026-12-01T13:30:00+09:00",
    "ends_at": "2026-12-01T15:00:00+09:00",
    "place": "市役所 3階 会議室",
}


async def planned(town: Town, *letters: str, **changes: Any) -> str:
    """A conference that J convenes; these agencies are invited."""
    j = town.caller("j-consultant", "planning")
    conference = (await ok(j.post("/v1/conferences", FORM | changes), 201))["id"]
    if letters:
        invited = {"agency_ids": [str(town.agency[letter]) for letter in letters]}
        await ok(j.post(f"/v1/conferences/{conference}/invite", invited))
    return conference


async def invitation(caller: Caller, conference: str) -> tuple[httpx.Response, Any, Any]:
    """The answer, the calendar in it and its one event."""
    answer = await caller.get(f"/v1/conferences/{conference}/invitation.ics")
    assert answer.status_code == 200, answer.text
    calendar = Calendar.from_ical(answer.content)
    [event] = calendar.walk("VEVENT")
    return answer, calendar, event


async def version(caller: Caller, conference: str) -> int:
    return (await ok(caller.get(f"/v1/conferences/{conference}")))["version"]


# Invitations


async def test_an_invited_agency_takes_it_into_its_calendar(town: Town):
    conference = await planned(town, "S", "M")
    answer, calendar, event = await invitation(town.caller("s-loan"), conference)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8; method=REQUEST"
    assert answer.headers["cache-control"] == "no-store"
    assert calendar["method"] == "REQUEST"
    assert str(event["summary"]) == "支援調整会議"
    assert str(event["location"]) == FORM["place"]
    assert b"DTSTART;TZID=Asia/Tokyo:20261201T133000\r\n" in answer.content
    assert len(event["attendee"]) == 3
    assert {a.params["PARTSTAT"] for a in event["attendee"][1:]} == {"NEEDS-ACTION"}
    read = (await town.audit(action="conference.read", agency_id=town.agency["S"]))[-1]
    assert (read["outcome"], str(read["conference_id"])) == ("allowed", conference)


async def test_whoever_is_not_invited_learns_nothing(town: Town):
    conference = await planned(town, "S")
    await hidden(town.caller("h-supporter"), "/v1/conferences/{}/invitation.ics", conference)
    refused = (await town.audit(agency_id=town.agency["H"]))[0]
    assert (refused["outcome"], refused["rules"]) == ("denied", ["record.no_basis"])


async def test_another_time_raises_the_sequence_and_asks_everybody_again(town: Town):
    j, s = town.caller("j-consultant", "planning"), town.caller("s-loan")
    conference = await planned(town, "S", "M")
    answered = {"answer": "accepted", "representative": CANARY}
    await ok(s.post(f"/v1/conferences/{conference}/answer", answered))
    _, _, before = await invitation(s, conference)
    assert before["attendee"][1].params["PARTSTAT"] == "ACCEPTED"
    moved = FORM | {
        "starts_at": "2026-12-02T10:00:00+09:00",
        "ends_at": "2026-12-02T11:00:00+09:00",
    }
    await ok(j.put(f"/v1/conferences/{conference}", moved, await version(j, conference)))
    answer, _, after = await invitation(s, conference)
    assert after["uid"] == before["uid"]
    assert after["sequence"] == before["sequence"] + 1
    assert b"DTSTART;TZID=Asia/Tokyo:20261202T100000\r\n" in answer.content
    assert after["attendee"][1].params["PARTSTAT"] == "NEEDS-ACTION"
    shown = await ok(s.get(f"/v1/conferences/{conference}"))
    assert {a["answer"] for a in shown["attendees"]} == {"none"}
    assert {a["representative"] for a in shown["attendees"]} == {None}
    told = await notices(s)
    assert told.count(("conference_invitation", conference)) == 2


async def test_another_name_leaves_the_answers(town: Town):
    j, s = town.caller("j-consultant", "planning"), town.caller("s-loan")
    conference = await planned(town, "S")
    await ok(s.post(f"/v1/conferences/{conference}/answer", {"answer": "accepted"}))
    named = FORM | {"local_name": "つながる, 会議; \\n"}
    await ok(j.put(f"/v1/conferences/{conference}", named, await version(j, conference)))
    _, _, event = await invitation(s, conference)
    assert str(event["summary"]) == named["local_name"]
    assert event["attendee"][1].params["PARTSTAT"] == "ACCEPTED"


async def test_a_cancellation_takes_it_out_again(town: Town):
    j, s = town.caller("j-consultant", "planning"), town.caller("s-loan")
    conference = await planned(town, "S")
    _, _, before = await invitation(s, conference)
    await ok(j.post(f"/v1/conferences/{conference}/cancel"))
    answer, calendar, event = await invitation(s, conference)
    assert answer.headers["content-type"].endswith("method=CANCEL")
    assert (calendar["method"], event["status"]) == ("CANCEL", "CANCELLED")
    assert event["uid"] == before["uid"]
    assert event["sequence"] > before["sequence"]


async def test_nothing_personal_stands_in_it(town: Town):
    conference = await planned(town, "S")
    j = town.caller("j-consultant", "planning")
    whom = await with_somebody(town, conference)
    coming = {"answer": "accepted", "representative": CANARY}
    await ok(town.caller("s-loan").post(f"/v1/conferences/{conference}/answer", coming))
    for caller in (j, town.caller("s-loan")):
        answer, _, event = await invitation(caller, conference)
        assert CANARY not in Calendar.from_ical(answer.content).to_ical().decode()
        assert whom not in answer.text
        assert "description" not in event
        assert len(event["attendee"]) == 2


async def with_somebody(town: Town, conference: str) -> str:
    """Somebody comes to their own item of the conference, and a neighbour with them; who."""
    j = town.caller("j-consultant", "planning")
    whom = (await ok(j.post("/v1/persons", person(CANARY, "一", "カナリア イチ")), 201))["id"]
    slip = consent(
        whom,
        to={"agencies": [str(town.agency["S"])]},
        classes="D1 D2 D3",
        purposes=("planning", "consultation"),
    )
    await ok(j.post("/v1/consents", slip), 201)
    invited = {"person_ids": [whom], "residents": [CANARY]}
    await ok(j.post(f"/v1/conferences/{conference}/invite", invited))
    item = examples.ITEM | {"person_ids": [whom], "subject": CANARY}
    item = {k: v for k, v in item.items() if k not in ("plan", "case_id", "referral_id")}
    await ok(j.post(f"/v1/conferences/{conference}/items", item), 201)
    return whom


# Reminders


async def tasks(caller: Caller, kind: str = "conference_answer") -> list[dict[str, Any]]:
    page = await ok(caller.get("/v1/tasks"))
    return [t for t in page["items"] if t["kind"] == kind]


async def test_whoever_has_not_answered_is_reminded_once(town: Town):
    """Tuesday the 1st: three working days before is Thursday the 26th."""
    conference = await planned(town, "S", "M")
    j, s, m = (town.caller(a) for a in ("j-consultant", "s-loan", "m-officer"))
    await ok(m.post(f"/v1/conferences/{conference}/answer", {"answer": "declined"}))
    town.clock.forward(days=5)
    assert await town.sweep() == 0
    town.clock.forward(days=1)
    assert [await town.sweep(), await town.sweep()] == [1, 0]
    reminder = ("conference_reminder", conference)
    assert (await notices(s)).count(reminder) == 1
    assert reminder not in await notices(m) + await notices(j)
    [task] = await tasks(s)
    assert (task["call"], task["due_on"]) == (
        f"/v1/conferences/{conference}/answer",
        "2026-12-01",
    )
    assert await tasks(m) == await tasks(j) == []
    [entry] = await town.audit(action="conference.remind")
    assert (entry["outcome"], str(entry["conference_id"])) == ("allowed", conference)
    await ok(s.post(task["call"], {"answer": "accepted"}))
    assert await tasks(s) == []


async def test_one_agencys_answer_leaves_the_others_on_their_lists(town: Town):
    conference = await planned(town, "S", "M")
    s, m = town.caller("s-loan"), town.caller("m-officer")
    town.clock.forward(days=6)
    assert await town.sweep() == 1
    undecided = {"answer": "none"}
    await ok(s.post(f"/v1/conferences/{conference}/answer", undecided))
    assert len(await tasks(s)) == 1
    await ok(s.post(f"/v1/conferences/{conference}/answer", {"answer": "tentative"}))
    assert (len(await tasks(s)), len(await tasks(m))) == (0, 1)
    await ok(town.caller("j-consultant").post(f"/v1/conferences/{conference}/cancel"))
    assert await tasks(m) == []


async def test_another_date_is_reminded_of_anew(town: Town):
    conference = await planned(town, "S")
    j, s = town.caller("j-consultant", "planning"), town.caller("s-loan")
    town.clock.forward(days=6)
    assert await town.sweep() == 1
    moved = FORM | {
        "starts_at": "2026-12-15T10:00:00+09:00",
        "ends_at": "2026-12-15T11:00:00+09:00",
    }
    await ok(j.put(f"/v1/conferences/{conference}", moved, await version(j, conference)))
    assert await tasks(s) == []
    assert await town.sweep() == 0
    town.clock.forward(days=14)
    assert [await town.sweep(), await town.sweep()] == [1, 0]
    assert (await notices(s)).count(("conference_reminder", conference)) == 2
    [task] = await tasks(s)
    assert task["due_on"] == "2026-12-15"


async def test_the_municipality_says_how_long_before(town: Town):
    await town.owner.execute(
        "INSERT INTO policy (municipality_code, name, valid_from, value)"
        " VALUES ('999997', 'conference', '2026-04-01', '{\"days_before\": 5}')"
    )
    conference = await planned(town, "S")
    shown = await ok(town.caller("s-loan").get(f"/v1/conferences/{conference}"))
    # Monday the 23rd is a holiday.
    assert shown["remind_on"] == "2026-11-24"


async def test_what_is_only_planned_or_over_is_left_alone(town: Town):
    await planned(town)
    town.clock.forward(days=8)
    assert await town.sweep() == 0
    await ok(town.caller("j-consultant").get("/v1/conferences"))
    later = await planned(
        town, "S", starts_at="2026-11-30T10:00:00+09:00", ends_at="2026-11-30T11:00:00+09:00"
    )
    town.clock.forward(days=5)
    assert await town.sweep() == 0
    assert ("conference_reminder", later) not in await notices(town.caller("s-loan"))
