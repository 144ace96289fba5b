"""Random walks by random actors, through HTTP: nobody is ever bounced into nowhere (promise 5)."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from town import Town

from service.domain.referral_states import ENDINGS, NEXT, PERMISSION, TURN, Act, Status

ACTORS = ("cc-worker", "d-consultant", "j-consultant", "e-consultant", "s-hub", "h-supporter")
LETTER = dict(zip(ACTORS, ("CC", "D", "J", "E", "S", "H"), strict=True))
WAIT = "wait"
#: What a caller can do; a deadline is missed by waiting, a revocation suspends by itself.
DOINGS = [*(a for a in Act if a not in (Act.MISS_DEADLINE, Act.SUSPEND)), WAIT]
STEPS = st.lists(
    st.tuples(st.sampled_from(ACTORS), st.sampled_from(DOINGS), st.integers(0, 3)),
    min_size=4,
    max_size=12,
)


def body_of(town: Town, act: Act, choice: int) -> dict[str, object]:
    """Something that can be said with the act; some choices are refused by a guard."""
    letters = ("J", "E", "D", "S")
    desk = str(town.desk[letters[choice]])
    if act is Act.DECLINE:
        if choice == 3:
            return {"reason": "担当外", "ask_hub": True}
        return {"reason": "担当外", "proposal": {"desk_id": desk, "contacted": "電話"}}
    return {
        Act.REDIRECT: {"to_desk_id": desk},
        Act.NAME_LEAD: {"lead_agency_id": str(town.agency[letters[choice]]), "reason": "適任"},
        Act.RETURN_FOR_INFO: {"question": "収入は"},
        Act.ANSWER: {"answer": "年金"},
        Act.CONTACT: {"at": "2026-11-19T10:00:00+09:00", "reached": choice != 1},
        Act.FOLLOW_UP: {"at": "2026-11-19T11:00:00+09:00", "note": "変わりない"},
        Act.COMPLETE: {"outcome": "support_started"},
        Act.SEND: {},
        Act.RECEIVE: {},
        Act.ACCEPT: {},
        Act.WORK: {},
        Act.CONFIRM_WITHDRAWAL: {},
        Act.RESUME: {},
    }.get(act, {"reason": "理由"})


async def start(town: Town) -> str:
    """A draft for a new person whose consent covers everybody but H."""
    cc = town.caller("cc-worker")
    person = (await cc.post("/v1/persons", {})).json()["id"]
    consent = {
        "person_id": person,
        "method": "written",
        "evidence": "票",
        "explained_on": "2026-11-01",
        "rule_version": "1",
        "purposes": ["consultation"],
        "data_classes": ["D1", "D3"],
        "receivers": {"agencies": [str(town.agency[a]) for a in ("D", "J", "E", "S")]},
        "valid_from": "2026-11-01",
    }
    assert (await cc.post("/v1/consents", consent)).status_code == 201
    draft = {"person_id": person, "to_desk_id": str(town.desk["D"]), "reason": "相談"}
    return str((await cc.post("/v1/referrals", draft)).json()["id"])


async def row_of(town: Town, referral: str):
    return dict(await town.owner.fetchrow("SELECT * FROM referral WHERE id = $1", referral))


def reaches_an_ending(status: Status, resumes: Status | None) -> bool:
    """Whether the tables lead from here to an ending."""
    seen: set[Status] = set()
    open_ = [status]
    while open_:
        here = open_.pop()
        if here in ENDINGS:
            return True
        if here in seen:
            continue
        seen.add(here)
        open_ += [
            target or resumes or Status.RECEIVED for (s, _), target in NEXT.items() if s is here
        ]
    return False


def check_nobody_is_lost(row) -> None:
    status = Status(row["status"])
    resumes = Status(row["resumes"]) if row["resumes"] else None
    if status in ENDINGS:
        assert row["due_at"] is None
        assert row["ended_at"] is not None
        return
    assert status in TURN
    assert row["due_at"] is not None
    assert reaches_an_ending(status, resumes)
    assert len(row["declined_by"]) < 2 or status not in (Status.SENT, Status.DECLINED)
    if status is Status.COMPLETED:
        assert row["first_contact_at"] is not None
        assert row["followed_up_at"] is not None


async def take_step(town: Town, referral: str, actor: str, act: Act, choice: int) -> None:
    before = await row_of(town, referral)
    answer = await town.caller(actor).post(
        f"/v1/referrals/{referral}/{act.value.replace('_', '-')}", body_of(town, act, choice)
    )
    after = await row_of(town, referral)
    status = Status(before["status"])
    if answer.status_code == 200:
        assert (status, act) in NEXT
        assert after["version"] == before["version"] + 1
        return
    assert answer.status_code in (403, 404, 409, 422), answer.text
    assert after == before, "a refused act changed something"
    if LETTER[actor] == "H":
        # Whose role cannot name a lead is told so before any referral is looked up.
        assert answer.status_code == (403 if act is Act.NAME_LEAD else 404)
    elif answer.status_code == 404:
        assert (status, act) not in NEXT or before["from_agency_id"] != town.agency[LETTER[actor]]
    if answer.status_code == 409:
        assert answer.json()["code"].startswith("referral."), answer.text


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(
    steps=[
        ("cc-worker", Act.SEND, 0),
        ("d-consultant", Act.DECLINE, 0),
        ("cc-worker", Act.REDIRECT, 0),
        ("j-consultant", Act.DECLINE, 1),
        ("s-hub", WAIT, 3),
        ("s-hub", Act.NAME_LEAD, 0),
        ("j-consultant", Act.CONTACT, 0),
        ("j-consultant", Act.WORK, 0),
        ("j-consultant", Act.FOLLOW_UP, 0),
        ("j-consultant", Act.COMPLETE, 0),
        ("cc-worker", Act.REQUEST_WITHDRAWAL, 0),
    ]
)
@example(
    steps=[
        ("cc-worker", Act.SEND, 0),
        ("d-consultant", Act.ACCEPT, 0),
        ("cc-worker", Act.REQUEST_WITHDRAWAL, 0),
        ("d-consultant", Act.KEEP, 0),
        ("d-consultant", WAIT, 3),
        ("s-hub", Act.RETURN_FOR_INFO, 0),
        ("cc-worker", Act.ANSWER, 0),
        ("cc-worker", Act.REQUEST_WITHDRAWAL, 0),
        ("s-hub", Act.CONFIRM_WITHDRAWAL, 0),
    ]
)
@given(steps=STEPS)
@pytest.mark.mechanism("1-23")
async def test_no_walk_leaves_a_referral_without_owner_deadline_or_ending(town: Town, steps):
    referral = await start(town)
    for actor, act, choice in steps:
        if act == WAIT:
            town.clock.forward(days=5 * choice)
            await town.sweep()
        else:
            await take_step(town, referral, actor, act, choice)
        check_nobody_is_lost(await row_of(town, referral))
    history = await town.owner.fetch(
        "SELECT number FROM referral_event WHERE referral_id = $1 ORDER BY number", referral
    )
    version = (await row_of(town, referral))["version"]
    assert [h["number"] for h in history] == list(range(1, version + 1)), "a step has no history"
    allowed = {PERMISSION[a].value for a in Act} | {"referral.draft"}
    acted = await town.owner.fetch(
        "SELECT DISTINCT action FROM audit_entry WHERE record_id = $1 AND outcome = 'allowed'",
        referral,
    )
    assert {a["action"] for a in acted} <= allowed
