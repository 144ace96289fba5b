"""Finding a date: J asks six agencies, they answer, and a conference comes of it."""

import asyncio
import uuid
from typing import Any

import pytest
from scenario_steps import hidden, notices, ok, refused
from town import Caller, Town

TITLE = "第8回 支援調整会議"
#: Who is asked, and by whom they answer. M and S are required.
ACCOUNTS = {
    "M": "m-officer",
    "S": "s-loan",
    "L": "l-lawyer",
    "HC": "hc-nurse",
    "CC": "cc-worker",
    "P": "p3-commissioner",
}
REQUIRED = {"M", "S"}
#: Monday to Wednesday, and a Saturday.
STARTS = (
    "2026-12-07T13:30:00+09:00",
    "2026-12-08T10:00:00+09:00",
    "2026-12-09T15:00:00+09:00",
    "2026-12-12T10:00:00+09:00",
)


def of(town: Town, letter: str) -> Caller:
    return town.caller(ACCOUNTS.get(letter, "j-consultant"), "planning")


def asking(town: Town, **changes: Any) -> dict[str, Any]:
    return {
        "title": TITLE,
        "kind": "support_coordination_conf",
        "minutes": 90,
        "slots": [{"starts_at": at, "place": "市役所 3階"} for at in STARTS],
        "agencies": [
            {"agency_id": str(town.agency[a]), "required": a in REQUIRED} for a in ACCOUNTS
        ],
        "answer_by": "2026-11-30",
    } | changes


async def opened(town: Town, **changes: Any) -> str:
    return (await ok(of(town, "J").post("/v1/date-polls", asking(town, **changes)), 201))["id"]


def says(town: Town, letter: str, poll: str, *answers: str, **more: Any) -> Any:
    body = {"answers": [{"slot": n, "answer": a} for n, a in enumerate(answers)]} | more
    return of(town, letter).post(f"/v1/date-polls/{poll}/answer", body)


async def tasks(town: Town, letter: str) -> list[tuple[str, str]]:
    page = await ok(of(town, letter).get("/v1/tasks"))
    return [(t["kind"], t["call"]) for t in page["items"]]


async def read(town: Town, letter: str, poll: str) -> dict[str, Any]:
    return await ok(of(town, letter).get(f"/v1/date-polls/{poll}"))


async def test_six_agencies_find_a_date(town: Town):
    receipt = await ok(of(town, "J").post("/v1/date-polls", asking(town)), 201)
    poll = receipt["id"]
    # A warning, no refusal: one slot falls on a Saturday.
    assert receipt["closed_slots"] == [3]
    assert "agencies" not in receipt
    answer = f"/v1/date-polls/{poll}/answer"
    for letter in ACCOUNTS:
        assert await notices(of(town, letter)) == [("date_poll_invitation", poll)]
        assert await tasks(town, letter) == [("date_poll", answer)]

    await ok(says(town, "M", poll, "no", "yes", "if_need_be", representative="松本"))
    assert await tasks(town, "M") == []
    assert await tasks(town, "S") == [("date_poll", answer)]
    for letter in ("L", "HC", "CC"):
        await ok(says(town, letter, poll, "yes", "if_need_be", "yes"))
    await ok(says(town, "P", poll, "yes"))
    assert await notices(of(town, "J")) == []
    done = await ok(says(town, "S", poll, "yes", "yes", "yes", "no"))
    assert {"agencies", "invited_agency_ids", "replies"}.isdisjoint(done)
    assert await notices(of(town, "J")) == [("date_poll_complete", poll)]

    seen = await read(town, "J", poll)
    # M is required and cannot come on Monday, however many others can.
    assert [r["slot"] for r in seen["ranking"]] == [2, 1, 0, 3]
    assert seen["suggestion"]["slot"] == 2
    assert "必須の機関に欠席はありません" in seen["suggestion"]["reason_ja"]
    assert seen["ranking"][2]["declined_by"] == [str(town.agency["M"])]
    assert {r["agency_id"] for r in seen["replies"]} == {str(town.agency[a]) for a in ACCOUNTS}
    assert seen["silent"] == []

    settled = await ok(of(town, "J").post(f"/v1/date-polls/{poll}/settle", {"slot": 2}))
    assert (settled["status"], settled["settled_slot"]) == ("settled", 2)
    there = await ok(of(town, "M").get(f"/v1/conferences/{settled['conference_id']}"))
    assert (there["starts_at"], there["ends_at"]) == (
        "2026-12-09T06:00:00Z",
        "2026-12-09T07:30:00Z",
    )
    invited = {a["agency_id"] for a in there["attendees"]}
    assert invited == {str(town.agency[a]) for a in (*ACCOUNTS, "J")}
    for letter in ACCOUNTS:
        told = await notices(of(town, letter))
        assert told[0] == ("conference_invitation", settled["conference_id"])
        assert await tasks(town, letter) == []


async def test_an_invited_agency_sees_its_own_answers_and_counts(town: Town):
    poll = await opened(town)
    await ok(says(town, "M", poll, "yes", "no", representative="松本"))
    await ok(says(town, "L", poll, "no", "no", "yes", representative="李"))
    seen = await read(town, "L", poll)
    assert {"agencies", "replies", "invited_agency_ids", "ranking", "silent"}.isdisjoint(seen)
    assert seen["withheld"] == ["D7"]
    assert "松本" not in str(seen)
    assert not [a for a in ("M", "S", "HC", "CC", "P") if str(town.agency[a]) in str(seen)]
    assert seen["mine"]["representative"] == "李"
    assert [c["mine"] for c in seen["choices"]] == ["no", "no", "yes", None]
    counts = ("yes", "if_need_be", "no", "unanswered")
    assert [tuple(c[k] for k in counts) for c in seen["choices"]] == [
        (1, 0, 1, 4),
        (0, 0, 2, 4),
        (1, 0, 0, 5),
        (0, 0, 0, 6),
    ]
    assert seen["required"] is False
    assert (await read(town, "M", poll))["required"] is True
    listed = await ok(of(town, "L").get("/v1/date-polls"))
    assert [i["id"] for i in listed["items"]] == [poll]
    assert "replies" not in listed["items"][0]


async def test_nobody_else_sees_anything(town: Town):
    poll = await opened(town)
    e = town.caller("e-chief", "planning")
    await hidden(e, "/v1/date-polls/{}", poll)
    assert (await ok(e.get("/v1/date-polls")))["items"] == []
    answers = {"answers": [{"slot": 0, "answer": "yes"}]}
    for verb, body in (("answer", answers), ("settle", {"slot": 0}), ("cancel", {})):
        there = await e.post(f"/v1/date-polls/{poll}/{verb}", body)
        nowhere = await e.post(f"/v1/date-polls/{uuid.uuid4()}/{verb}", body)
        assert there.status_code == nowhere.status_code == 404
        assert there.content == nowhere.content
    foreign = (await town.audit(record_id=poll, agency_id=town.agency["E"]))[0]
    assert (foreign["outcome"], foreign["rules"]) == ("denied", ["record.no_basis"])
    assert foreign["holder_agency_id"] == town.agency["J"]


async def test_answers_may_change_until_it_closes(town: Town):
    poll = await opened(town)
    await ok(says(town, "M", poll, "no"))
    await ok(says(town, "M", poll, "yes"))
    assert (await read(town, "M", poll))["choices"][0]["mine"] == "yes"
    wrong = {"answers": [{"slot": 0, "answer": "yes"}, {"slot": 4, "answer": "yes"}]}
    path = f"/v1/date-polls/{poll}/answer"
    problem = await refused(of(town, "M").post(path, wrong), 422, "date_poll.unknown_slot")
    assert "/answers/1/slot" in str(problem)
    stale = await of(town, "M").post(
        path, {"answers": [{"slot": 0, "answer": "no"}]}, headers={"If-Match": '"1"'}
    )
    assert stale.status_code == 412
    await refused(says(town, "J", poll, "yes"), 409, "date_poll.not_asked")
    await ok(of(town, "J").post(f"/v1/date-polls/{poll}/cancel"))
    await refused(says(town, "M", poll, "no"), 409, "date_poll.illegal_move")
    assert (await notices(of(town, "M")))[0] == ("date_poll_cancelled", poll)
    assert await tasks(town, "S") == []
    # A poll that is closed suggests nothing, and can be read.
    assert (await read(town, "J", poll))["suggestion"] is None


async def test_what_cannot_be_asked_is_refused(town: Town):
    j = of(town, "J")
    past = [{"starts_at": at, "place": "…"} for at in (STARTS[0], "2026-11-19T10:00:00+09:00")]
    own = [{"agency_id": str(town.agency["J"])}]
    nobody = [{"agency_id": str(uuid.uuid4())}]
    for changes, code in (
        ({"slots": past, "answer_by": "2026-11-19"}, "date_poll.answer_by_past"),
        (
            {"slots": [past[0], past[1] | {"starts_at": "2026-11-20T09:00:00+09:00"}]}
            | {"answer_by": "2026-11-20"},
            "date_poll.slot_in_past",
        ),
        ({"agencies": own}, "date_poll.organiser_named"),
        ({"agencies": nobody}, "directory.unknown_agency"),
        ({"body_id": str(uuid.uuid4())}, "conference.body_does_not_fit"),
    ):
        await refused(j.post("/v1/date-polls", asking(town, **changes)), 422, code)
    for wrong in ({"slots": past[:1]}, {"slots": [past[0]] * 2}, {"answer_by": "2026-12-08"}):
        assert (await j.post("/v1/date-polls", asking(town, **wrong))).status_code == 422
    assert await town.owner.fetchval("SELECT count(*) FROM date_poll") == 0
    # Only whoever convenes may look for a date.
    l = of(town, "L")  # noqa: E741 - the agency's letter
    await refused(l.post("/v1/date-polls", asking(town)), 403, "actor.permission_missing")


async def test_only_the_organiser_settles_and_only_once(town: Town):
    poll = await opened(town)
    await ok(says(town, "M", poll, "yes"))
    path = f"/v1/date-polls/{poll}/settle"
    m, j = of(town, "M"), of(town, "J")
    await refused(m.post(path, {"slot": 0}), 403, "date_poll.organiser_only")
    await refused(m.post(f"/v1/date-polls/{poll}/cancel"), 403, "date_poll.organiser_only")
    await refused(j.post(path, {"slot": 9}), 422, "date_poll.unknown_slot")
    stale = await j.post(path, {"slot": 0}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    both = await asyncio.gather(
        *(j.post(path, {"slot": n}, headers={"If-Match": '"2"'}) for n in (0, 1))
    )
    assert sorted(a.status_code for a in both) in ([200, 409], [200, 412])
    twice = await refused(j.post(path, {"slot": 0}), 409, "date_poll.illegal_move")
    assert twice["facts"]["state"] == "settled"
    assert await town.owner.fetchval("SELECT count(*) FROM conference") == 1


async def test_two_settle_at_once_and_there_is_one_conference(town: Town):
    poll = await opened(town)
    j = of(town, "J")
    both = await asyncio.gather(
        *(j.post(f"/v1/date-polls/{poll}/settle", {"slot": n}) for n in (0, 1))
    )
    assert sorted(a.status_code for a in both) == [200, 409]
    assert await town.owner.fetchval("SELECT count(*) FROM conference") == 1


async def test_two_answer_at_once_and_both_are_kept(town: Town):
    poll = await opened(town)
    done = await asyncio.gather(*(says(town, a, poll, "yes", "no") for a in ACCOUNTS))
    assert [d.status_code for d in done] == [200] * 6
    seen = await read(town, "J", poll)
    assert (seen["choices"][0]["yes"], seen["choices"][1]["no"]) == (6, 6)
    assert [n for n in await notices(of(town, "J")) if n[0] == "date_poll_complete"] == [
        ("date_poll_complete", poll)
    ]


async def test_a_slot_without_a_place_is_settled_with_one(town: Town):
    poll = await opened(town, slots=[{"starts_at": at} for at in STARTS])
    path, j = f"/v1/date-polls/{poll}/settle", of(town, "J")
    await refused(j.post(path, {"slot": 0}), 422, "date_poll.where_missing")
    settled = await ok(j.post(path, {"slot": 0, "online_url": "https://meet.example.jp/1"}))
    there = await ok(j.get(f"/v1/conferences/{settled['conference_id']}"))
    assert there["online_url"] == "https://meet.example.jp/1"


async def test_only_ones_own_conferences_make_a_slot_busy(town: Town):
    when = {"starts_at": "2026-12-07T14:30:00+09:00", "ends_at": "2026-12-07T16:00:00+09:00"}
    form = {"kind": "case_conf", "place": "公民館", "local_name": "別の会議"} | when
    e = town.caller("e-chief", "planning")
    other = (await ok(e.post("/v1/conferences", form), 201))["id"]
    asked = {"agency_ids": [str(town.agency["L"])]}
    await ok(e.post(f"/v1/conferences/{other}/invite", asked))
    poll = await opened(town)

    async def busy(letter: str) -> list[bool]:
        return [c["busy"] for c in (await read(town, letter, poll))["choices"]]

    assert await busy("L") == [True, False, False, False]
    # Neither the organiser nor anybody else learns of L's day but by L's answer.
    assert await busy("J") == await busy("M") == [False] * 4
    assert "別の会議" not in str(await read(town, "L", poll))
    await ok(says(town, "L", poll, "no"))
    assert (await read(town, "J", poll))["choices"][0]["no"] == 1
    await ok(e.post(f"/v1/conferences/{other}/cancel"))
    assert await busy("L") == [False] * 4


async def test_whoever_is_silent_is_reminded_once_and_the_organiser_told(town: Town):
    poll = await opened(town)
    await ok(says(town, "M", poll, "yes"))
    town.clock.forward(days=10)
    assert await town.sweep() == 0
    town.clock.forward(days=1)
    assert sum(await asyncio.gather(town.sweep(), town.sweep())) == 1
    assert await town.sweep() == 0
    told = {letter: await notices(of(town, letter)) for letter in ("M", "S", "L", "J")}
    assert told["M"] == [("date_poll_invitation", poll)]
    assert told["S"] == told["L"] == [("date_poll_reminder", poll), ("date_poll_invitation", poll)]
    assert told["J"] == [("date_poll_overdue", poll)]
    assert (await read(town, "J", poll))["silent"] == [
        str(town.agency[a]) for a in ("S", "L", "HC", "CC", "P")
    ]
    # Late is better than never.
    await ok(says(town, "S", poll, "yes"))
    [entry] = await town.audit(action="date_poll.miss_deadline")
    assert (entry["actor_kind"], entry["outcome"]) == ("system", "allowed")


@pytest.mark.parametrize("answered", [True, False])
async def test_a_poll_that_everybody_answered_or_that_ended_reminds_nobody(
    town: Town, *, answered: bool
):
    poll = await opened(town)
    if answered:
        for letter in ACCOUNTS:
            await ok(says(town, letter, poll, "yes"))
    else:
        await ok(of(town, "J").post(f"/v1/date-polls/{poll}/cancel"))
    town.clock.forward(days=12)
    await town.sweep()
    reminded = await town.owner.fetchval(
        "SELECT count(*) FROM notice WHERE kind IN ('date_poll_reminder', 'date_poll_overdue')"
    )
    assert reminded == 0


async def test_each_step_is_on_record(town: Town):
    poll = await opened(town)
    await ok(says(town, "M", poll, "yes"))
    await read(town, "M", poll)
    await ok(of(town, "J").post(f"/v1/date-polls/{poll}/settle", {"slot": 0}))
    entries = await town.audit(record_id=poll)
    assert [(e["action"], e["outcome"]) for e in entries] == [
        ("date_poll.open", "allowed"),
        ("date_poll.answer", "allowed"),
        ("date_poll.read", "allowed"),
        ("date_poll.settle", "allowed"),
    ]
    assert [e["rules"] for e in entries] == [
        ["record.own_agency"],
        ["party.keeps_fact"],
        ["party.keeps_fact"],
        ["record.own_agency"],
    ]
    assert entries[2]["data_classes"] == ["D0"]
    versions = await town.owner.fetch(
        "SELECT version FROM record_history WHERE record_id = $1 ORDER BY number", poll
    )
    assert [v["version"] for v in versions] == [1, 2, 3]
