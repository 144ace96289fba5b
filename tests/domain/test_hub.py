"""Whatever is stuck stands before the hub until somebody has answered (rows 2-09, 3-03, 4-30)."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from domain_builders import (
    CITY,
    HUB,
    NOW,
    OURS,
    PERSON,
    THEIRS,
    THIRD,
    classes,
    in_japanese,
    reached,
    refusal,
    uid,
)

from service.domain.disclosure import disclose
from service.domain.errors import IllegalMove
from service.domain.hub import (
    ENDINGS,
    NEXT,
    REASON_JA,
    STATE_JA,
    AnswerEntry,
    Escalate,
    HubAct,
    HubEntry,
    HubReason,
    HubState,
)
from service.domain.problems import PROBLEMS

S, A = HubState, HubAct


def entry(state: HubState = S.OPEN, **changes: Any) -> HubEntry:
    """A case that nobody leads."""
    given: dict[str, Any] = {
        "id": uid(1),
        "municipality_code": CITY,
        "hub_agency_id": HUB,
        "from_agency_id": OURS,
        "record_kind": "case",
        "record_id": uid(2),
        "person_id": PERSON,
        "why": HubReason.NO_LEAD,
        "reason": "どの機関も引き受けられない。",
        "summary": "債務と体調不良が重なる世帯",
        "raised_at": NOW,
        "state": state,
        "due_at": None if state in ENDINGS else NOW + timedelta(days=2),
    }
    return HubEntry(**given | changes)


def test_the_table_is_total() -> None:
    assert NEXT == {
        (S.OPEN, A.ANSWER): S.ANSWERED,
        (S.OPEN, A.SETTLE): S.SETTLED,
        (S.OPEN, A.MISS_DEADLINE): S.OPEN,
    }
    assert {S.ANSWERED, S.SETTLED} == ENDINGS
    assert set(NEXT.values()) == set(S)
    assert reached(S.OPEN, lambda s: [t for (f, _), t in NEXT.items() if f is s]) >= ENDINGS
    assert (set(REASON_JA), set(STATE_JA)) == (set(HubReason), set(HubState))
    in_japanese(HubReason)
    in_japanese(HubState)


@pytest.mark.parametrize(("state", "act"), list(product(S, A)))
def test_what_is_open_moves_and_what_was_answered_stays_answered(
    state: HubState, act: HubAct
) -> None:
    before = entry(state, version=5)
    if state in ENDINGS:
        with pytest.raises(IllegalMove) as refused:
            before.move(act)
        assert refused.value.code == "hub.already_answered"
        assert refused.value.facts == {"state": state, "act": act}
        assert refused.value.code in PROBLEMS
        return
    target = NEXT[state, act]
    due_at = None if target in ENDINGS else before.due_at
    assert before.move(act) == before.but(state=target, due_at=due_at, version=6)


def test_an_answer_is_advice_and_the_record_stays_where_it_is() -> None:
    before = entry()
    after = before.answered("家計から入るのがよい。", HUB, NOW)
    assert after == before.but(
        state=S.ANSWERED,
        advice="家計から入るのがよい。",
        answered_by_agency_id=HUB,
        answered_at=NOW,
        due_at=None,
        version=2,
    )
    assert after.from_agency_id == before.from_agency_id
    with pytest.raises(IllegalMove):
        after.answered("もう一度", HUB, NOW)


def test_unanswered_it_goes_up_and_stays_open() -> None:
    once = entry().gone_up(THEIRS)
    assert (once.level, once.hub_agency_id, once.state) == (1, THEIRS, S.OPEN)
    twice = once.gone_up(THIRD)
    assert (twice.level, twice.hub_agency_id, twice.version) == (2, THIRD, 3)
    assert twice.due_at is not None
    with pytest.raises(IllegalMove):
        twice.move(A.SETTLE).gone_up(HUB)


def test_without_consent_the_hub_reads_the_question_and_no_name() -> None:
    record = entry(advice="助言")
    plain, told = disclose(record, classes("0")), disclose(record, classes("0-3"))
    assert plain["summary"] == record.summary
    assert {"reason", "person_id", "advice"}.isdisjoint(plain)
    assert plain["withheld"] == ["D1", "D3"]
    assert (told["reason"], told["person_id"]) == (record.reason, str(PERSON))


def test_a_reason_is_needed_and_a_summary_is_not() -> None:
    assert Escalate(reason="引受け先がない").summary is None
    assert refusal(Escalate) == "missing"
    assert refusal(Escalate, reason=" ") == "text.empty"
    assert refusal(Escalate, reason="…", summary="一行\n二行") == "text.control_character"
    assert refusal(Escalate, reason="…", person_id=PERSON) == "extra_forbidden"
    assert refusal(AnswerEntry) == "missing"
    assert refusal(AnswerEntry, advice="") == "text.empty"
