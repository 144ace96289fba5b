"""Idempotency-Key: a POST that is sent again is done once, and answered as the first time."""

import asyncio
import uuid
from collections import Counter
from datetime import timedelta
from typing import Any

import httpx
from every_route import CANARY, make_records
from scenario_steps import act, consent, ok, refer, refused, written_in
from town import Caller, Town

KEY = "key-of-the-form-0001"
FORM = {"living": "一人で住んでいる"}


def told(answer: httpx.Response) -> tuple[Any, ...]:
    """What the caller is told of what was done."""
    headers = answer.headers
    kept = ("location", "etag", "content-type")
    return answer.status_code, answer.content, *(headers.get(name) for name in kept)


async def keyed(
    caller: Caller, path: str, body: Any, key: str | None = KEY, **headers: str
) -> httpx.Response:
    return await caller.post(path, body, headers={"Idempotency-Key": key} | headers)


async def persons(town: Town) -> int:
    return await town.owner.fetchval("SELECT count(*) FROM person")


def is_replay(answer: httpx.Response) -> bool:
    return answer.headers.get("idempotency-replayed") == "true"


async def test_twenty_at_once_are_done_once(town: Town):
    cc = town.caller("cc-worker")
    answers = await asyncio.gather(*(keyed(cc, "/v1/persons", FORM) for _ in range(20)))
    assert {a.status_code for a in answers} == {201}, [a.text for a in answers]
    assert len({told(a) for a in answers}) == 1
    assert answers[0].headers["location"] == f"/v1/persons/{answers[0].json()['id']}"
    assert sum(is_replay(a) for a in answers) == 19
    assert await persons(town) == 1
    entries = await town.audit(action="person.register")
    assert Counter(e["outcome"] for e in entries) == {"allowed": 1, "replayed": 19}
    history = "SELECT count(*) FROM record_history WHERE table_name = 'person'"
    assert await town.owner.fetchval(history) == 1


async def test_a_retry_is_on_record_as_one(town: Town):
    cc = town.caller("cc-worker")
    first = await keyed(cc, "/v1/persons", FORM)
    again = await keyed(cc, "/v1/persons", FORM)
    assert told(first) == told(again)
    assert (is_replay(first), is_replay(again)) == (False, True)
    done, replayed = await town.audit(action="person.register")
    assert (done["outcome"], replayed["outcome"]) == ("allowed", "replayed")
    assert (replayed["sub"], replayed["agency_id"]) == ("sub-cc-worker", town.agency["CC"])
    assert (replayed["person_id"], replayed["basis"], replayed["data_classes"]) == (None, None, [])


async def test_a_key_is_for_one_form_only(town: Town):
    cc = town.caller("cc-worker")
    await ok(keyed(cc, "/v1/persons", FORM), 201)
    others = [
        keyed(cc, "/v1/persons", {"living": "兄と住んでいる"}),
        keyed(cc, "/v1/consultations", FORM),
        keyed(town.caller("cc-worker", "service"), "/v1/persons", FORM),
    ]
    for other in others:
        problem = await refused(other, 422, "idempotency.key_reused")
        assert problem["errors"][0]["pointer"] == "Idempotency-Key"
        assert (await town.audit())[-1]["outcome"] == "failed"
    assert await persons(town) == 1
    assert await town.owner.fetchval("SELECT count(*) FROM consultation") == 0


async def test_two_callers_with_the_same_key_know_nothing_of_each_other(town: Town):
    answers = [
        await keyed(town.caller(account), "/v1/persons", FORM)
        for account in ("cc-worker", "j-consultant", "d-consultant")
    ]
    assert [a.status_code for a in answers] == [201, 201, 201]
    assert not any(is_replay(a) for a in answers)
    assert len({a.json()["id"] for a in answers}) == await persons(town) == 3


async def test_a_caller_who_acts_for_another_agency_gets_no_receipt_of_the_first(town: Town):
    await town.owner.execute(
        "INSERT INTO tenure (id, position_id, iss, sub, name, valid_from)"
        " SELECT $1, id, $2, 'sub-cc-worker', '試験', '2024-04-01' FROM position"
        " WHERE code = 'hc_nurse'",
        uuid.uuid4(),
        town.issuers["city"].issuer,
    )
    cc = town.caller("cc-worker")
    unbound = {"Authorization": f"Bearer {town.token('cc-worker', agency=None)}"}
    center = unbound | {"Acting-Agency": "mihon_center"}
    nurse = unbound | {"Acting-Agency": "mihon_hokenjo"}
    await ok(keyed(cc, "/v1/persons", FORM, **center), 201)
    other = await keyed(cc, "/v1/persons", FORM, **nurse)
    # Either a form of its own or a refusal, but never "done" for what was done elsewhere.
    assert not is_replay(other)
    if other.status_code == 201:
        assert other.json()["holder_agency_id"] == str(town.agency["HC"])
    else:
        assert other.json()["code"] == "idempotency.key_reused"


UNFIT: list[tuple[str | None, str]] = [
    (None, "idempotency.key_missing"),
    ("", "idempotency.key_invalid"),
    ("short", "idempotency.key_invalid"),
    ("with a space in it", "idempotency.key_invalid"),
    ("k" * 129, "idempotency.key_invalid"),
]


async def test_a_post_that_acts_needs_a_key(town: Town):
    cc = town.caller("cc-worker")
    for key, code in UNFIT:
        problem = await refused(keyed(cc, "/v1/persons", FORM, key=key), 400, code)
        assert [e["pointer"] for e in problem["errors"]] == ["Idempotency-Key"], key
        entry = (await town.audit())[-1]
        assert (entry["action"], entry["outcome"]) == ("person.register", "failed")
    assert await persons(town) == 0
    assert len(await town.audit()) == len(UNFIT)


async def test_a_refused_attempt_does_not_use_up_the_key(town: Town):
    cc = town.caller("cc-worker")

    # 422, then the same form put right.
    await refused(keyed(cc, "/v1/persons", {"birth": "2026-02-30"}), 422, "body.invalid")
    person = (await ok(keyed(cc, "/v1/persons", FORM), 201))["id"]

    # 403, then the person agrees.
    referral = await refer(cc, person, town.desk["J"])
    send = f"/v1/referrals/{referral}/send"
    await refused(keyed(cc, send, {}, key="key-of-send"), 403, "referral.receiver_not_covered")
    slip = consent(
        person,
        to={"agencies": [str(town.agency["J"])]},
        classes="D1 D2 D3",
        purposes=("consultation",),
    )
    await ok(cc.post("/v1/consents", slip), 201)
    sent = await keyed(cc, send, {}, key="key-of-send")
    assert (sent.status_code, is_replay(sent)) == (200, False)

    # 409, then the question is asked.
    answer, said = f"/v1/referrals/{referral}/answer", {"answer": "年金のみです"}
    first = await keyed(cc, answer, said, key="key-of-answer")
    assert first.status_code == 409, first.text
    await act(town.caller("j-consultant"), referral, "return-for-info", question="収入は")
    second = await keyed(cc, answer, said, key="key-of-answer")
    assert (second.status_code, is_replay(second)) == (200, False)

    # 412, then the version that is there.
    stale = await keyed(
        town.caller("j-consultant"),
        f"/v1/referrals/{referral}/accept",
        {},
        key="key-of-accept",
        **{"If-Match": '"1"'},
    )
    assert stale.status_code == 412, stale.text
    accepted = await keyed(
        town.caller("j-consultant"), f"/v1/referrals/{referral}/accept", {}, key="key-of-accept"
    )
    assert (accepted.status_code, is_replay(accepted)) == (200, False)
    kept = {r["key"] for r in await town.owner.fetch("SELECT key FROM first_answer")}
    assert {KEY, "key-of-send", "key-of-answer", "key-of-accept"} <= kept


async def test_nobody_gets_a_receipt_who_may_no_longer_act(town: Town):
    cc = town.caller("cc-worker")
    receipt = await ok(keyed(cc, "/v1/persons", FORM), 201)
    yesterday = (town.clock.now + timedelta(hours=9)).date() - timedelta(days=1)
    await town.owner.execute(
        "UPDATE tenure SET valid_until = $1 WHERE sub = 'sub-cc-worker'", yesterday
    )
    again = await keyed(cc, "/v1/persons", FORM)
    assert again.status_code == 403
    assert receipt["id"] not in again.text
    assert (await town.audit())[-1]["outcome"] == "denied"

    # Nor with a token that no longer allows it.
    await town.owner.execute("UPDATE tenure SET valid_until = NULL WHERE sub = 'sub-cc-worker'")
    bare = f"Bearer {town.token('cc-worker', scopes=[])}"
    scopeless = await keyed(cc, "/v1/persons", FORM, Authorization=bare)
    assert (scopeless.status_code, scopeless.json()["code"]) == (403, "actor.scope_missing")
    assert is_replay(await keyed(cc, "/v1/persons", FORM))


async def test_what_is_kept_for_retries_holds_nothing_personal(town: Town):
    await make_records(town)
    assert await town.owner.fetchval("SELECT count(*) FROM first_answer WHERE body IS NULL") == 0
    assert await town.owner.fetchval("SELECT count(*) FROM first_answer") >= 10
    assert await written_in(town, CANARY) == set()
    columns = "concat_ws(' ', caller, key, location, etag)"
    query = f"SELECT count(*) FROM first_answer WHERE strpos({columns}, $1) > 0"
    assert await town.owner.fetchval(query, CANARY) == 0
