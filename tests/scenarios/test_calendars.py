"""Conferences in calendars: invitations, feeds and reminders, through HTTP."""

from hashlib import sha256
from typing import Any

import httpx
from icalendar import Calendar
from scenario_steps import consent, hidden, notices, ok, person, refused, written_in
from structlog.testing import capture_logs
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


# Feeds


async def feed_of(caller: Caller) -> str:
    """The path of a new address, as it is shown this once."""
    return (await ok(caller.post("/v1/calendar-feed"), 201))["path"]


def bare(answer: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    headers = {k: v for k, v in answer.headers.items() if k != "x-request-id"}
    return answer.status_code, answer.content, headers


async def test_a_calendar_program_reads_the_agencys_conferences_without_a_token(town: Town):
    mine = await planned(town, "S")
    gone = await planned(town, "S")
    await planned(town, "M")
    await ok(town.caller("j-consultant").post(f"/v1/conferences/{gone}/cancel"))
    await with_somebody(town, mine)
    path = await feed_of(town.caller("s-loan"))
    before = len(await town.audit())
    with capture_logs() as logged:
        answer = await town.http.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-cache"
    calendar = Calendar.from_ical(answer.content)
    assert calendar["method"] == "PUBLISH"
    statuses = {str(e["uid"]): e["status"] for e in calendar.walk("VEVENT")}
    assert statuses == {f"urn:uuid:{mine}": "CONFIRMED", f"urn:uuid:{gone}": "CANCELLED"}
    assert CANARY not in calendar.to_ical().decode()
    entry, *more = (await town.audit())[before:]
    assert not more
    assert (entry["sub"], entry["agency_id"]) == ("sub-s-loan", town.agency["S"])
    assert (entry["action"], entry["outcome"]) == ("calendar.read", "allowed")
    assert (entry["client_id"], entry["fields"]) == (
        "calendar-feed",
        ["events:2", "copy:ics"],
    )
    # The address is a secret: it stands in no log and in no table.
    secret = path.removeprefix("/v1/calendar-feeds/").removesuffix(".ics")
    assert secret not in str(logged)
    assert [line["route"] for line in logged if line["event"] == "request"] == [
        "/v1/calendar-feeds/{secret}.ics"
    ]
    assert await written_in(town, secret) == set()
    stored = await town.owner.fetchval("SELECT secret_hash FROM calendar_feed")
    assert stored == sha256(secret.encode()).hexdigest()


async def test_what_has_not_changed_is_not_sent_again(town: Town):
    path = await feed_of(town.caller("s-loan"))
    first = await town.http.get(path)
    tag = {"If-None-Match": first.headers["etag"]}
    same = await town.http.get(path, headers=tag)
    assert (same.status_code, same.content) == (304, b"")
    assert len(await town.audit(action="calendar.read", outcome="allowed")) == 2
    await planned(town, "S")
    assert (await town.http.get(path, headers=tag)).status_code == 200


async def test_only_what_is_near_stands_in_it(town: Town):
    day = {"starts_at": "2028-03-01T10:00:00+09:00", "ends_at": "2028-03-01T11:00:00+09:00"}
    far, near = await planned(town, "S", **day), await planned(town, "S")
    path = await feed_of(town.caller("s-loan"))

    async def shown() -> set[str]:
        events = Calendar.from_ical((await town.http.get(path)).content).walk("VEVENT")
        return {str(e["uid"]).removeprefix("urn:uuid:") for e in events}

    assert await shown() == {near}
    town.clock.forward(days=60)
    assert await shown() == set()
    town.clock.forward(days=200)
    assert await shown() == {far}


async def test_unknown_changed_revoked_and_ended_are_the_same_bytes(town: Town):
    s, m, d = (town.caller(a) for a in ("s-loan", "m-officer", "d-consultant"))
    old, revoked, ended = await feed_of(s), await feed_of(m), await feed_of(d)
    new = await feed_of(s)
    await ok(m.post("/v1/calendar-feed/revoke"))
    assert {(await town.http.get(p)).status_code for p in (new, ended)} == {200}
    await town.owner.execute(
        "UPDATE tenure SET valid_until = '2026-11-19' WHERE sub = 'sub-d-consultant'"
    )
    unknown = "/v1/calendar-feeds/" + "A" * 43 + ".ics"
    weird = "/v1/calendar-feeds/%F0%9F%97%93%00.ics"
    answers = [bare(await town.http.get(p)) for p in (unknown, old, revoked, ended, weird)]
    assert answers[0][0] == 404
    assert [a == answers[0] for a in answers] == [True] * 5
    denied = await town.audit(action="calendar.read", outcome="denied")
    assert [e["sub"] for e in denied] == [None, None, "sub-m-officer", "sub-d-consultant", None]
    # Another term of office does not bring it back.
    await town.owner.execute(
        "INSERT INTO tenure (id, position_id, iss, sub, name, valid_from) SELECT gen_random_uuid(),"
        " position_id, iss, sub, name, '2026-11-20' FROM tenure WHERE sub = 'sub-d-consultant'"
    )
    assert bare(await town.http.get(ended)) == answers[0]
    await refused(m.post("/v1/calendar-feed/revoke"), 409, "calendar.already_revoked")


async def test_it_ends_on_the_day_after_the_last_of_the_tenure(town: Town):
    path = await feed_of(town.caller("s-loan"))
    await town.owner.execute(
        "UPDATE tenure SET valid_until = '2026-11-20' WHERE sub = 'sub-s-loan'"
    )
    assert (await town.http.get(path)).status_code == 200
    town.clock.forward(hours=13, minutes=50)
    assert (await town.http.get(path)).status_code == 200
    town.clock.forward(minutes=11)
    assert (await town.http.get(path)).status_code == 404


async def test_the_decision_decides_about_a_feed_as_about_anything(town: Town):
    path = await feed_of(town.caller("s-loan"))
    await town.owner.execute("UPDATE position SET role = 'auditor' WHERE code = 's_loan'")
    assert (await town.http.get(path)).status_code == 404
    entry = (await town.audit(action="calendar.read"))[-1]
    assert (entry["outcome"], entry["rules"]) == ("denied", ["actor.permission_missing"])
    await refused(town.caller("s-loan").post("/v1/calendar-feed"), 403, "actor.permission_missing")


async def test_the_secret_is_shown_once_even_to_a_retry(town: Town):
    s = town.caller("s-loan")
    key = {"Idempotency-Key": "calendar-key-1"}
    first = await ok(s.post("/v1/calendar-feed", headers=key), 201)
    again = await ok(s.post("/v1/calendar-feed", headers=key), 201)
    assert again | {"path": first["path"]} == first
    assert "path" not in again
    assert "secret_hash" not in first
    assert (await town.http.get(first["path"])).status_code == 200


async def test_whoever_asks_too_often_waits(town: Town):
    path = await feed_of(town.caller("s-loan"))
    nowhere = "/v1/calendar-feeds/" + "A" * 43 + ".ics"
    for asked, status in ((path, 200), (nowhere, 404)):
        answers = [await town.http.get(asked) for _ in range(31)]
        assert {a.status_code for a in answers[:30]} == {status}
        assert answers[30].status_code == 429
        assert answers[30].headers["retry-after"] == "600"
    town.clock.forward(minutes=11)
    assert (await town.http.get(path)).status_code == 200


async def test_when_it_cannot_be_put_on_record_nothing_is_shown(town: Town):
    await planned(town, "S")
    path = await feed_of(town.caller("s-loan"))
    await town.owner.execute("REVOKE INSERT ON audit_entry FROM tsunagi_app")
    for asked in (path, "/v1/calendar-feeds/" + "A" * 43 + ".ics"):
        answer = await town.http.get(asked)
        assert answer.status_code == 503
        assert b"VEVENT" not in answer.content


async def test_nobody_revokes_what_they_have_not(town: Town):
    await feed_of(town.caller("s-loan"))
    await refused(
        town.caller("m-officer").post("/v1/calendar-feed/revoke"), 404, "record.not_found"
    )
