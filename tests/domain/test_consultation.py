"""A consultation is never rejected: what is heard goes on, one way or another (rows 3-01, 3-02)."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from domain_builders import (
    CITY,
    DAY,
    HUB,
    NOW,
    OURS,
    PERSON,
    SOMEBODY_ELSE,
    classes,
    in_japanese,
    reached,
    refusal,
    uid,
)

from service.domain.care_policy import CarePolicy
from service.domain.consultation import (
    Channel,
    Consultation,
    ReceiveConsultation,
    ScreenConsultation,
)
from service.domain.consultation_states import (
    ACT_JA,
    CLOCK,
    ENDINGS,
    NEXT,
    STATUS_JA,
    ConsultationAct,
    ConsultationStatus,
    Ground,
    check_ground,
)
from service.domain.disclosure import disclose
from service.domain.errors import IllegalMove
from service.domain.intake import Intake
from service.domain.problems import PROBLEMS

S, A = ConsultationStatus, ConsultationAct
WAITING = tuple(s for s in S if s not in ENDINGS)

#: ``status: which term runs``, then each act and where it leads.
DIAGRAM = """
consultation: consultation
    inform            screened_info_only
    hand_over         screened_handover
    seek_consent      screened_no_consent
    apply             applied
    drop              screened_dropped
    miss_deadline     consultation
screened_handover: handover
    come_back         consultation
    confirm_handover  closed_handover
    miss_deadline     screened_handover
screened_no_consent: handover
    apply             applied
    seek_consent      screened_no_consent
    list              conf_listed
    watch             watched
    drop              screened_dropped
    miss_deadline     screened_no_consent
conf_listed: handover
    apply             applied
    seek_consent      screened_no_consent
    watch             watched
    drop              screened_dropped
    miss_deadline     conf_listed
"""


def drawn() -> tuple[dict[tuple[str, str], str], dict[str, str]]:
    """The diagram's steps, and which term runs in each status."""
    steps: dict[tuple[str, str], str] = {}
    terms: dict[str, str] = {}
    status = ""
    for line in DIAGRAM.strip().splitlines():
        if line.startswith(" "):
            act, target = line.split()
            steps[status, act] = target
        else:
            status, _, terms[status] = (part.strip() for part in line.partition(":"))
    return steps, {status: line.strip() for status, line in terms.items()}


STEPS, _ = drawn()


def heard(**changes: Any) -> ReceiveConsultation:
    """What somebody said at the desk."""
    return ReceiveConsultation(**{"told": "どこに相談したらよいか分からない。"} | changes)


def consultation(status: S = S.CONSULTATION, **changes: Any) -> Consultation:
    """Its record."""
    given: dict[str, Any] = {
        "id": uid(1),
        "agency_id": OURS,
        "municipality_code": CITY,
        "hub_agency_id": HUB,
        "received_at": NOW,
        "routed_desk_id": uid(2),
        "routed_because": "area",
        "status": status,
        "due_at": None if status in ENDINGS else NOW + timedelta(days=14),
    }
    return Consultation(**dict(heard()) | given | changes)


# The tables


def test_the_table_is_the_diagram() -> None:
    assert STEPS == NEXT


def test_the_tables_are_total() -> None:
    assert {s for s, _ in NEXT} == set(WAITING) == set(CLOCK)
    assert {a for _, a in NEXT} == set(A) == set(ACT_JA)
    assert set(STATUS_JA) == set(S)
    assert set(NEXT.values()) == set(S)
    assert {S.SCREENED_INFO_ONLY, S.SCREENED_DROPPED, S.WATCHED, S.CLOSED_HANDOVER, S.APPLIED} == (
        ENDINGS
    )


@pytest.mark.parametrize("kind", [ConsultationStatus, ConsultationAct])
def test_labels_are_japanese_and_tell_apart(kind: Any) -> None:
    in_japanese(kind)


def test_no_way_on_is_called_a_rejection() -> None:
    """Intake is never rejected (promise 5)."""
    for word in ("reject", "refuse", "decline", "却下", "拒否", "辞退", "対象外"):
        assert not [s for s in (*S, *A) if word in s.value or word in s.label_ja]


@pytest.mark.parametrize("status", WAITING)
def test_every_open_one_can_end_can_be_late_and_its_term_exists(status: S) -> None:
    by_hand = {(s, a): t for (s, a), t in NEXT.items() if a is not A.MISS_DEADLINE}
    ahead = reached(status, lambda s: [t for (f, _), t in by_hand.items() if f is s])
    # Support, and an end without it: both stay within reach from wherever it stands.
    assert ahead >= {S.APPLIED, S.SCREENED_DROPPED, S.WATCHED}
    assert NEXT[status, A.MISS_DEADLINE] is status
    assert getattr(CarePolicy(), CLOCK[status]).days > 0
    assert consultation(status).open_acts


def test_each_status_is_reached_from_the_beginning() -> None:
    ahead = reached(S.CONSULTATION, lambda s: [t for (f, _), t in NEXT.items() if f is s])
    assert ahead == set(S)


@pytest.mark.parametrize("ending", sorted(ENDINGS))
def test_no_act_leaves_an_ending(ending: S) -> None:
    over = consultation(ending)
    assert over.open_acts == ()
    for act in A:
        with pytest.raises(IllegalMove) as refused:
            over.move(act)
        assert refused.value.code == "consultation.illegal_move"


@pytest.mark.parametrize(("status", "act"), list(product(S, A)))
def test_an_act_leads_where_the_table_says_or_is_refused(status: S, act: A) -> None:
    before = consultation(status, version=3)
    possible = [a for a in A if (status, a) in STEPS and a is not A.MISS_DEADLINE]
    assert list(before.open_acts) == possible
    if (status, act) not in STEPS:
        with pytest.raises(IllegalMove) as refused:
            before.move(act)
        assert refused.value.facts == {"state": status, "act": act, "open": possible}
        return
    target = S(STEPS[status, act])
    due_at = None if target in ENDINGS else before.due_at
    assert before.move(act) == before.but(status=target, due_at=due_at, version=4)


# Guards: what the records show, never what a caller says

#: What each act needs; every other fact is of no account to it.
NEEDS: dict[ConsultationAct, dict[str, Any]] = {
    A.INFORM: {},
    A.HAND_OVER: {"referrals": 1},
    A.SEEK_CONSENT: {"person_known": True, "next_contact": True},
    A.APPLY: {"person_known": True, "consent_active": True},
    A.DROP: {},
    A.LIST: {"person_known": True, "on_statutory_agenda": True},
    A.WATCH: {"next_contact": True},
    A.COME_BACK: {},
    A.CONFIRM_HANDOVER: {"referrals": 2, "contacted": 2},
    A.MISS_DEADLINE: {},
}
#: What is said when this fact is missing.
CODES = {
    (A.HAND_OVER, "referrals"): "consultation.no_referral",
    (A.SEEK_CONSENT, "person_known"): "consultation.person_unknown",
    (A.SEEK_CONSENT, "next_contact"): "consultation.no_contact_day",
    (A.APPLY, "person_known"): "consultation.person_unknown",
    (A.APPLY, "consent_active"): "consultation.no_consent",
    (A.LIST, "person_known"): "consultation.person_unknown",
    (A.LIST, "on_statutory_agenda"): "consultation.not_on_agenda",
    (A.WATCH, "next_contact"): "consultation.no_contact_day",
    (A.CONFIRM_HANDOVER, "referrals"): "consultation.not_contacted",
    (A.CONFIRM_HANDOVER, "contacted"): "consultation.not_contacted",
}


@pytest.mark.parametrize("act", A)
def test_with_its_ground_an_act_is_done_and_with_all_of_them(act: A) -> None:
    check_ground(act, Ground(**NEEDS[act]))
    check_ground(
        act,
        Ground(
            person_known=True,
            consent_active=True,
            referrals=1,
            contacted=1,
            next_contact=True,
            on_statutory_agenda=True,
        ),
    )


@pytest.mark.parametrize(("act", "missing"), CODES, ids=" ".join)
def test_each_missing_ground_is_refused_alone_and_says_what_to_do(act: A, missing: str) -> None:
    with pytest.raises(IllegalMove) as refused:
        check_ground(act, Ground(**{k: v for k, v in NEEDS[act].items() if k != missing}))
    assert refused.value.code == CODES[act, missing]
    assert refused.value.facts == {"act": act}
    assert refused.value.code in PROBLEMS


def test_the_grounds_are_those_that_are_tried() -> None:
    assert set(NEEDS) == set(A)
    assert {(act, fact) for act, facts in NEEDS.items() for fact in facts} == set(CODES)


@pytest.mark.parametrize(
    ("referrals", "contacted", "done"),
    [(0, 0, False), (1, 0, False), (2, 1, False), (1, 1, True), (3, 3, True)],
)
def test_a_handover_is_over_once_every_receiver_has_met_the_person(
    referrals: int, contacted: int, done: bool
) -> None:
    ground = Ground(referrals=referrals, contacted=contacted)
    if done:
        check_ground(A.CONFIRM_HANDOVER, ground)
        return
    with pytest.raises(IllegalMove) as refused:
        check_ground(A.CONFIRM_HANDOVER, ground)
    assert refused.value.code == "consultation.not_contacted"


# What is heard


def test_a_few_words_are_enough_and_none_are_not() -> None:
    plain = heard()
    assert (plain.person_id, plain.themes, plain.channel) == (None, (), Channel.OTHER)
    assert plain.intake == Intake()
    assert refusal(ReceiveConsultation) == "missing"
    assert refusal(heard, told=" ") == "text.empty"
    assert refusal(heard, told="あ" * 4001) == "text.too_long"
    assert refusal(heard, channel="pigeon") == "enum"
    assert refusal(heard, themes=["借金"]) == "text.code"
    assert refusal(heard, themes=["debt"] * 21) == "too_long"
    assert refusal(heard, status="applied") == "extra_forbidden"
    assert refusal(ScreenConsultation) == "missing"
    assert refusal(ScreenConsultation, act="reject") == "enum"


def test_it_is_amended_as_a_whole_and_keeps_where_it_stands() -> None:
    before = consultation(S.SCREENED_NO_CONSENT, missed=1)
    known = heard(told="借金の相談", person_id=PERSON, themes=["debt"], informant="姉")
    after = before.amended(known)
    assert after == before.but(**dict(known), version=2)
    assert (after.status, after.due_at, after.missed) == (before.status, before.due_at, 1)


@pytest.mark.parametrize("ending", sorted(ENDINGS))
def test_what_has_ended_is_not_rewritten(ending: S) -> None:
    with pytest.raises(IllegalMove) as refused:
        consultation(ending).amended(heard())
    assert (refused.value.code, refused.value.facts) == ("consultation.ended", {"state": ending})


@pytest.mark.parametrize("person", [SOMEBODY_ELSE, None])
def test_who_it_is_may_become_known_and_never_be_somebody_else(person: Any) -> None:
    known = consultation(person_id=PERSON)
    assert known.amended(heard(person_id=PERSON)).person_id == PERSON
    with pytest.raises(IllegalMove) as refused:
        known.amended(heard(person_id=person))
    assert refused.value.code == "consultation.another_person"


def test_the_sheet_is_shown_with_the_classes_of_its_fields() -> None:
    record = consultation(
        intake=Intake(housing="借家", health="歯が痛い", visitor_name="山田"),
        screening_note="方針を確認",
        opinion="所見",
        next_contact_on=DAY,
    )
    said = {granted: str(disclose(record, classes(granted))) for granted in ("0", "0-3", "0-4")}
    assert "next_contact_on" in said["0"]
    for word, least in {"借家": "0-3", "方針": "0-3", "歯が": "0-4"}.items():
        assert [g for g, text in said.items() if word in text] == [g for g in said if g >= least]
    assert not [g for g, text in said.items() if "山田" in text or "所見" in text]
