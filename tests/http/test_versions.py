"""If-Match: nobody overwrites what they have not seen, and every version is kept."""

import asyncio
from typing import Any

import httpx
from every_route import make_records
from scenario_steps import ok, refused
from town import Caller, Town

from service.api import examples

NEW = {"living": "兄の家を出た"}
VERSION = examples.PLAN_VERSION


async def put(caller: Caller, path: str, body: Any, if_match: str | None) -> httpx.Response:
    return await caller.send("PUT", path, json=body, headers={"If-Match": if_match})


async def a_person(town: Town) -> str:
    made = await town.caller("cc-worker").post("/v1/persons", {"living": "兄と同居"})
    assert made.headers["etag"] == '"1"'
    return f"/v1/persons/{made.json()['id']}"


async def test_a_change_says_which_version_it_changes(town: Town):
    cc = town.caller("cc-worker")
    path = await a_person(town)
    problem = await refused(put(cc, path, NEW, None), 428, "record.version_required")
    assert problem["title_ja"]
    assert (await town.audit())[-1]["outcome"] == "failed"
    for stale in ('"0"', '"2"', '"999999999"'):
        await refused(put(cc, path, NEW, stale), 412, "record.changed_meanwhile")
    assert (await ok(cc.get(path)))["living"] == "兄と同居"
    changed = await put(cc, path, NEW, '"1"')
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    # The version that was right a moment ago is stale now.
    await refused(put(cc, path, NEW, '"1"'), 412, "record.changed_meanwhile")


UNREADABLE = ("1", '""', '"one"', "*", 'W/"1"', '"1", "2"', '"-1"', '"1.0"', '"9999999999"', "")


async def test_a_version_that_cannot_be_read(town: Town):
    cc = town.caller("cc-worker")
    path = await a_person(town)
    for if_match in UNREADABLE:
        problem = await refused(put(cc, path, NEW, if_match), 400, "record.version_malformed")
        assert [e["pointer"] for e in problem["errors"]] == ["If-Match"], if_match
    assert (await cc.get(path)).headers["etag"] == '"1"'


async def kept_versions(town: Town, table: str, record_id: str) -> list[tuple[int, Any]]:
    rows = await town.owner.fetch(
        "SELECT version, body FROM record_history WHERE table_name = $1 AND record_id = $2"
        " ORDER BY number",
        table,
        record_id,
    )
    return [(row["version"], row["body"]) for row in rows]


async def test_of_two_who_amend_a_person_one_is_told_to_look_again(town: Town):
    cc = town.caller("cc-worker")
    path = await a_person(town)
    words = ["一人目の記述", "二人目の記述"]
    both = await asyncio.gather(*(put(cc, path, {"living": w}, '"1"') for w in words))
    assert sorted(a.status_code for a in both) == [200, 412], [a.text for a in both]
    won = words[[a.status_code for a in both].index(200)]
    now = await cc.get(path)
    assert (now.json()["living"], now.headers["etag"]) == (won, '"2"')
    kept = await kept_versions(town, "person", path.rsplit("/", 1)[1])
    assert [version for version, _ in kept] == [1, 2]
    assert "兄と同居" in kept[0][1]
    assert won in kept[1][1]
    outcomes = [e["outcome"] for e in await town.audit(action="person.amend")]
    assert sorted(outcomes) == ["allowed", "failed"]


async def test_of_two_who_change_a_plan_one_is_told_to_look_again(town: Town):
    records = await make_records(town)
    path = f"/v1/plans/{records.by_parameter['plan_id']}"
    j = town.caller("j-consultant", "planning")
    before = (await j.get(path)).headers["etag"]
    words = ["静かに暮らしたい（一）", "静かに暮らしたい（二）"]
    both = await asyncio.gather(
        *(put(j, path, VERSION | {"goal_in_own_words": w}, before) for w in words)
    )
    assert sorted(a.status_code for a in both) == [200, 412], [a.text for a in both]
    won = words[[a.status_code for a in both].index(200)]
    now = await j.get(path)
    assert won in now.text
    assert now.headers["etag"] != before
    await refused(put(j, path, VERSION, None), 428, "record.version_required")
    await refused(put(j, path, VERSION, "x"), 400, "record.version_malformed")
    kept = await kept_versions(town, "plan", path.rsplit("/", 1)[1])
    assert [version for version, _ in kept] == [1, 2]


async def test_of_two_who_reschedule_a_conference_one_is_told_to_look_again(town: Town):
    j = town.caller("j-consultant", "planning")
    made = await ok(j.post("/v1/conferences", examples.CONFERENCE), 201)
    path = f"/v1/conferences/{made['id']}"
    places = ["一階", "二階"]
    both = await asyncio.gather(
        *(put(j, path, examples.CONFERENCE | {"place": p}, '"1"') for p in places)
    )
    assert sorted(a.status_code for a in both) == [200, 412], [a.text for a in both]
    kept = await kept_versions(town, "conference", made["id"])
    assert [version for version, _ in kept] == [1, 2]


async def test_every_act_honours_the_version_it_is_sent_with(town: Town):
    records = (await make_records(town)).by_parameter
    cc, j, s = (
        town.caller("cc-worker"),
        town.caller("j-consultant", "planning"),
        town.caller("s-hub", "planning"),
    )
    conference = f"/v1/conferences/{records['conference_id']}"
    new = await ok(j.post("/v1/conferences", examples.CONFERENCE), 201)
    fresh = f"/v1/conferences/{new['id']}"
    item = {"purpose": "information_exchange", "minutes": 5, "subject": "情報交換"}
    acts: list[tuple[Caller, str, Any]] = [
        (town.caller("j-consultant"), f"/v1/referrals/{records['referral_id']}/work", {}),
        (
            town.caller("j-consultant"),
            f"/v1/referrals/{records['referral_id']}/contact",
            {"at": "2026-11-20T10:00:00+09:00", "reached": True},
        ),
        (cc, f"/v1/referrals/{records['referral_id']}/request-withdrawal", examples.REASON),
        (j, f"/v1/plans/{records['plan_id']}/agree", examples.AGREEMENT),
        (s, f"{conference}/answer", examples.INVITATION_ANSWER),
        (j, f"{fresh}/invite", examples.INVITATION),
        (j, f"{fresh}/items", item),
        (j, f"{fresh}/fix", {}),
        (j, f"{fresh}/cancel", {}),
        (s, f"/v1/tasks/{records['task_id']}/finish", examples.TASK_OUTCOME),
        (j, f"/v1/notices/{records['notice_id']}/acknowledge", {}),
        (cc, f"/v1/consents/{records['consent_id']}/revoke", {"reason": "本人の申出"}),
    ]
    ignored = []
    for caller, path, body in acts:
        answer = await caller.post(path, body, headers={"If-Match": '"77"'})
        if answer.status_code != 412:
            ignored.append((path.split("/", 2)[2], answer.status_code, answer.text[:200]))
        unreadable = await caller.post(path, body, headers={"If-Match": "77"})
        if unreadable.status_code != 400:
            ignored.append((path, "malformed", unreadable.status_code))
    assert ignored == []
    # The version that is there lets the act through.
    task = f"/v1/tasks/{records['task_id']}/finish"
    done = await s.post(task, examples.TASK_OUTCOME, headers={"If-Match": '"1"'})
    assert (done.status_code, done.headers["etag"]) == (200, '"2"'), done.text
