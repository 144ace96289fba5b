"""A conference: its kinds, its states, its agenda, who may approve a plan (brief §1.4, §3.4, §8)."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from domain_builders import (
    HUB,
    NOW,
    OURS,
    THEIRS,
    THIRD,
    attendee,
    conference,
    item,
    plan_conference,
    refusal,
    uid,
)

from service.domain.conference import (
    MESSAGES_EN,
    MESSAGES_JA,
    AddItem,
    Attendee,
    InviteAttendees,
    ItemPurpose,
    ItemResult,
    PlanReference,
    PullReason,
)
from service.domain.conference_hold import HoldConference, check_approval
from service.domain.conference_states import (
    ACT_PERMISSION,
    BASIS_OF,
    ENDINGS,
    KINDS,
    NEXT,
    PACKET_OPEN,
    ConferenceAct,
    ConferenceKind,
    ConferenceStatus,
    Persons,
    basis_for,
    rule_of,
)
from service.domain.decision import CONFERENCE_BASES, Basis
from service.domain.errors import IllegalMove, Invalid
from service.domain.permission import Permission, Purpose

# Kinds, and what each says about persons

#: Brief §1.4: A may name persons by statute, B and D with their consent, C inside one agency,
#: E and plenaries never.
GROUPS: dict[str, str] = {
    "statutory": (
        "support_conf_needy support_conf_layered child_protection_council public_assistance_coord"
        " youth_council isolation_council consumer_safety_council"
    ),
    # Of two in A the practice is to ask first, whatever the statute says.
    "with_consent": (
        "care_conference disability_council"
        " support_coordination_conf evaluation_conf layered_support_conf"
        " layered_individual case_conf service_meeting"
        " community_life_support_conf district_welfare_network"
        # Residents and commissioners hear a name only with consent; a wide area shares cases.
        " welfare_committee commissioner_council loan_review wide_area_sharing"
    ),
    "inside_one_agency": (
        "internal_case_meeting morning_meeting area_staff_meeting supervision_session"
    ),
    "never": (
        "layered_plenary residents_forum prefecture_network field_council liaison_council_agency"
        " safety_net_meeting agri_welfare_group rights_network housing_council hikikomori_platform"
    ),
}
GROUP_OF = {kind: group for group, kinds in GROUPS.items() for kind in kinds.split()}


def test_every_kind_has_its_words_and_its_rule_about_persons() -> None:
    assert list(KINDS) == list(ConferenceKind)
    assert {kind: rule.persons for kind, rule in KINDS.items()} == GROUP_OF
    labels = [rule.label_ja for rule in KINDS.values()]
    assert all(labels)
    assert len(set(labels)) == len(labels)
    assert set(BASIS_OF) | {"statutory"} == set(Persons) == set(GROUPS)
    assert Persons.STATUTORY not in BASIS_OF
    assert all(rule_of(kind) == KINDS[kind] for kind in ConferenceKind)


BY_STATUTE = [None, *sorted(CONFERENCE_BASES)]


@pytest.mark.parametrize("statutory", BY_STATUTE)
@pytest.mark.parametrize("kind", ConferenceKind)
def test_an_item_about_nobody_needs_no_basis(kind: ConferenceKind, statutory: Basis | None) -> None:
    assert basis_for(kind, names_somebody=False, statutory=statutory) is Basis.ANON


@pytest.mark.parametrize("statutory", BY_STATUTE)
@pytest.mark.parametrize("kind", ConferenceKind)
def test_the_basis_of_an_item_that_names_somebody(
    kind: ConferenceKind, statutory: Basis | None
) -> None:
    """The body's basis counts for statutory kinds alone: consent is not replaced by a by-law."""

    def found() -> Basis:
        return basis_for(kind, names_somebody=True, statutory=statutory)

    match GROUP_OF[kind]:
        case "with_consent":
            assert found() is Basis.CONSENT
        case "inside_one_agency":
            assert found() is Basis.INTERNAL
        case "never":
            with pytest.raises(Invalid) as refused:
                found()
            assert refused.value.code == "conference.kind_names_nobody"
            assert refused.value.field == "/person_ids"
        case "statutory" if statutory is not None:
            assert found() is statutory
        case "statutory":
            with pytest.raises(Invalid) as refused:
                found()
            assert refused.value.code == "conference.body_missing"
            assert refused.value.field == "/body_id"


# States and acts

DIAGRAM = """
planned            reschedule planned
planned            add_item   planned
planned            carry_over planned
planned            arrange    planned
planned            convert    planned
planned            invite     invited
planned            cancel     cancelled
invited            reschedule invited
invited            add_item   invited
invited            carry_over invited
invited            arrange    invited
invited            convert    invited
invited            invite     invited
invited            answer     invited
invited            fix        agenda_fixed
invited            cancel     cancelled
agenda_fixed       carry_over agenda_fixed
agenda_fixed       convert    agenda_fixed
agenda_fixed       answer     agenda_fixed
agenda_fixed       reopen     invited
agenda_fixed       hold       held
agenda_fixed       cancel     cancelled
held               carry_over held
held               continue   held
held               record     held
held               minute     minutes_draft
minutes_draft      carry_over minutes_draft
minutes_draft      continue   minutes_draft
minutes_draft      record     minutes_draft
minutes_draft      minute     minutes_draft
minutes_draft      agree      minutes_draft
minutes_draft      confirm    minutes_confirmed
minutes_confirmed  agree      minutes_confirmed
minutes_confirmed  carry_over minutes_confirmed
minutes_confirmed  correct    minutes_confirmed
minutes_confirmed  close      closed
"""
STEPS = {(s, a): t for s, a, t in (line.split() for line in DIAGRAM.strip().splitlines())}


def test_the_states_are_those_of_the_diagram() -> None:
    assert STEPS == NEXT
    assert {ConferenceStatus.CLOSED, ConferenceStatus.CANCELLED} == ENDINGS
    assert {status for status, _ in NEXT} == set(ConferenceStatus) - ENDINGS
    assert {act for _, act in NEXT} == set(ConferenceAct)
    assert {ConferenceStatus.PLANNED, *NEXT.values()} == set(ConferenceStatus)


@pytest.mark.parametrize(("status", "act"), list(product(ConferenceStatus, ConferenceAct)))
def test_an_act_leads_where_the_diagram_says_or_is_refused(
    status: ConferenceStatus, act: ConferenceAct
) -> None:
    before = conference(status=status, version=4)
    if (status, act) in STEPS:
        after = before.move(act, place="別の会場")
        to = STEPS[status, act]
        tells = act is ConferenceAct.RESCHEDULE or to != status
        assert after == before.but(status=to, sequence=int(tells), version=5, place="別の会場")
    else:
        with pytest.raises(IllegalMove) as refused:
            before.move(act, place="別の会場")
        assert refused.value.code == "conference.illegal_move"
        assert refused.value.facts == {"state": status, "act": act}
    assert before == conference(status=status, version=4)


@pytest.mark.parametrize("status", ConferenceStatus)
def test_an_ending_can_be_reached_from_everywhere(status: ConferenceStatus) -> None:
    reached = {status}
    while more := {t for (s, _), t in NEXT.items() if s in reached} - reached:
        reached |= more
    assert reached & ENDINGS
    held = {ConferenceStatus.HELD, ConferenceStatus.MINUTES_DRAFT}
    # What has been held cannot be undone by cancelling it.
    assert (ConferenceStatus.CANCELLED in reached) == (
        status not in held | {ConferenceStatus.MINUTES_CONFIRMED, ConferenceStatus.CLOSED}
    )


def test_papers_can_be_read_from_the_fixing_of_the_agenda_to_the_closing() -> None:
    readable = {"agenda_fixed", "held", "minutes_draft", "minutes_confirmed"}
    assert readable == PACKET_OPEN


def test_every_act_is_covered_by_a_permission() -> None:
    assert set(ACT_PERMISSION) == set(ConferenceAct)
    own = {"invite", "agree", "answer", "fix", "hold", "minute", "cancel", "carry_over", "continue"}
    for act, permission in ACT_PERMISSION.items():
        if act in own:
            assert permission.value == f"conference.{act}"
    assert {ACT_PERMISSION[a] for a in set(ConferenceAct) - own} == {
        Permission.CONFERENCE_PLAN,
        Permission.CONFERENCE_FIX,
        Permission.CONFERENCE_MINUTE,
    }


# When, where, who

START = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
REFUSED: dict[str, list[dict[str, Any]]] = {
    "conference.ends_before_start": [
        {"ends_at": START},
        {"ends_at": START - timedelta(seconds=1)},
    ],
    "conference.too_long": [{"ends_at": START + timedelta(hours=12, seconds=1)}],
    "conference.where_missing": [{"place": None}],
    "conference.online_address": [
        {"online_url": url}
        for url in (
            "http://meet.example/1",
            "meet.example/1",
            "https://",
            "https:///1",
            "https://somebody@meet.example/1",
            "https://somebody:secret@meet.example/1",
            "https://[meet.example/1",
            "javascript:alert(1)",
        )
    ],
}


@pytest.mark.parametrize(
    ("code", "changes"), [(code, c) for code, cases in REFUSED.items() for c in cases]
)
def test_what_cannot_be_held_is_refused(code: str, changes: dict[str, Any]) -> None:
    assert refusal(plan_conference, **{"starts_at": START, **changes}) == code


def test_nobody_is_no_invitation() -> None:
    assert refusal(InviteAttendees) == "conference.nobody_invited"
    assert InviteAttendees(agency_ids=(OURS,))
    assert InviteAttendees(person_ids=(uid(1),))
    assert InviteAttendees(residents=("隣の人",))


def test_every_message_has_a_case_above_and_its_japanese() -> None:
    assert set(MESSAGES_EN) == set(REFUSED) | {
        "conference.nobody_invited",
        "conference.comes_and_declines",
    }
    assert set(MESSAGES_JA) == set(MESSAGES_EN)


@pytest.mark.parametrize(
    "changes",
    [
        {"ends_at": START + timedelta(hours=12)},
        {"ends_at": START + timedelta(minutes=1)},
        {"place": None, "online_url": "https://meet.example/1"},
        {"online_url": "https://meet.example:8443/1?room=2"},
    ],
)
def test_what_can_be_held_is_taken(changes: dict[str, Any]) -> None:
    assert plan_conference(**{"starts_at": START, **changes})


def test_a_time_without_its_offset_is_no_time() -> None:
    naive = START.replace(tzinfo=None)
    assert refusal(plan_conference, starts_at=naive) == "timezone_aware"


def test_a_change_of_date_is_checked_as_a_new_one_is() -> None:
    planned = conference(starts_at=START, ends_at=START + timedelta(hours=1))
    assert (
        refusal(planned.move, ConferenceAct.RESCHEDULE, ends_at=START)
        == "conference.ends_before_start"
    )


def test_somebody_was_there() -> None:
    assert refusal(HoldConference, present_attendee_ids=()) == "too_short"


# The agenda


@pytest.mark.parametrize(
    ("invited", "agency", "stays"),
    [
        ((), OURS, True),
        ((), THEIRS, True),
        ((), None, False),
        ((THEIRS,), THEIRS, True),
        ((THEIRS,), THIRD, False),
        # Whoever convenes it is there for every item.
        ((THEIRS,), OURS, True),
        ((THEIRS,), None, False),
    ],
)
def test_who_stays_for_an_item(invited: tuple, agency: object, stays: bool) -> None:
    assert item(*invited).invites(agency, convener=OURS) is stays


@pytest.mark.parametrize("minutes", [0, -1, 481])
def test_an_item_takes_its_time(minutes: int) -> None:
    code = "greater_than_equal" if minutes < 1 else "less_than_equal"
    assert refusal(AddItem, purpose="report", minutes=minutes, subject="報告") == code


ABOUT_PLANS = {
    ItemPurpose.EVALUATION,
    ItemPurpose.LEAD_DECISION,
    ItemPurpose.PLAN_APPROPRIATENESS,
    ItemPurpose.PLAN_SHARING,
}


@pytest.mark.parametrize("purpose", ItemPurpose)
def test_what_an_item_uses_personal_data_for(purpose: ItemPurpose) -> None:
    plain = AddItem(purpose=purpose, minutes=10, subject="議題")
    usual = Purpose.PLANNING if purpose in ABOUT_PLANS else Purpose.CONSULTATION
    assert plain.uses is usual
    # With a plan on the table it is planning, whatever the item is called.
    assert plain.but(plan=PlanReference(plan_id=uid(1), number=1)).uses is Purpose.PLANNING
    assert plain.but(referral_id=uid(1), case_id=uid(2)).uses is usual


def test_an_item_names_one_exact_version_of_a_plan() -> None:
    assert refusal(PlanReference, plan_id=uid(1)) == "missing"
    assert refusal(PlanReference, plan_id=uid(1), number=0) == "greater_than_equal"


# After a revocation an item leaves the agenda, or is held as a statutory one (brief §2.3 no. 3)


def test_a_pulled_item_says_when_and_why() -> None:
    before = item()
    pulled = before.pulled(PullReason.CONSENT_REVOKED, NOW)
    assert pulled == before.but(pulled_at=NOW, pulled_because="consent_revoked")
    assert before == item()


def test_a_converted_item_stands_on_its_new_basis_with_its_reason() -> None:
    pulled = item(kind=ConferenceKind.CASE_CONF).pulled(PullReason.CONSENT_REVOKED, NOW)
    kind, basis = ConferenceKind.SUPPORT_CONF_NEEDY, Basis.CONF_NEEDY
    converted = pulled.converted(kind, basis, body_id=uid(5), reason="連絡が取れない")
    assert converted == item(
        kind=kind, basis=basis, body_id=uid(5), reason_without_consent="連絡が取れない"
    )
    # Back to a kind with consent, nothing statutory is left of it.
    back = converted.converted(ConferenceKind.CASE_CONF, Basis.CONSENT, body_id=None, reason=None)
    assert back == item(kind=ConferenceKind.CASE_CONF)


@pytest.mark.parametrize("result", ItemResult)
def test_what_has_been_decided_is_not_converted_afterwards(result: ItemResult) -> None:
    decided = item(result=result)
    with pytest.raises(IllegalMove) as refused:
        decided.converted(
            ConferenceKind.SUPPORT_CONF_NEEDY, Basis.CONF_NEEDY, body_id=uid(5), reason="連絡不能"
        )
    assert refused.value.code == "conference.item_already_decided"


# Approving a plan: with a quorum, and with somebody of the municipality (brief §8 rule 9)

MUNICIPAL = frozenset({THEIRS, HUB})


def table(present: str, absent: str = "") -> list[Attendee]:
    """Who was invited: O we, T the municipality, H the hub, X a third, P the person."""
    who = {"O": OURS, "T": THEIRS, "H": HUB, "X": THIRD, "P": None}
    return [
        *(attendee(who[letter], present=True) for letter in present),
        *(attendee(who[letter], present=False) for letter in absent),
    ]


@pytest.mark.parametrize(
    ("present", "absent", "refused"),
    [
        ("T", "", None),
        ("OT", "", None),
        ("OT", "X", None),
        ("OTX", "H", None),
        # Half is no majority.
        ("T", "O", "plan.no_quorum"),
        ("OT", "HX", "plan.no_quorum"),
        ("T", "OX", "plan.no_quorum"),
        # Nobody of the municipality at the table.
        ("OX", "", "plan.no_municipal_attendee"),
        ("OX", "T", "plan.no_municipal_attendee"),
        ("", "TO", "plan.no_municipal_attendee"),
        ("", "", "plan.no_municipal_attendee"),
        # The person who attends is no agency: it makes no quorum and breaks none.
        ("PT", "O", "plan.no_quorum"),
        ("OT", "XP", None),
        ("P", "T", "plan.no_municipal_attendee"),
    ],
)
def test_a_plan_is_approved_with_a_quorum_and_the_municipality(
    present: str, absent: str, refused: str | None
) -> None:
    invited = table(present, absent)
    if refused is None:
        check_approval(item(), invited, OURS, MUNICIPAL)
        return
    with pytest.raises(IllegalMove) as no:
        check_approval(item(), invited, OURS, MUNICIPAL)
    assert no.value.code == refused


def test_whoever_has_not_said_whether_they_came_was_not_there() -> None:
    unknown = [attendee(THEIRS), attendee(OURS, present=True)]
    with pytest.raises(IllegalMove) as no:
        check_approval(item(), unknown, OURS, MUNICIPAL)
    assert no.value.code == "plan.no_municipal_attendee"


def test_only_those_who_stay_for_the_item_count() -> None:
    # The municipality was there, but not for this item; nor do those absent from it count.
    with pytest.raises(IllegalMove) as no:
        check_approval(item(THIRD), table("OTX"), OURS, MUNICIPAL)
    assert no.value.code == "plan.no_municipal_attendee"
    check_approval(item(THEIRS), table("OT", "XH"), OURS, MUNICIPAL)


def test_a_missing_quorum_says_how_many_were_missing() -> None:
    with pytest.raises(IllegalMove) as no:
        check_approval(item(), table("T", "OX"), OURS, MUNICIPAL)
    assert no.value.facts == {"present": 1, "invited": 3}


@pytest.mark.parametrize(
    ("percent", "present", "invited", "enough"),
    [
        # Nothing said: more than half.
        (None, 2, 4, False),
        (None, 3, 4, True),
        # What the by-laws say, half of it being enough where they say half.
        (50, 2, 4, True),
        (50, 1, 4, False),
        (60, 3, 5, True),
        (67, 2, 3, False),
        (66, 2, 3, True),
        (100, 3, 4, False),
        (100, 4, 4, True),
        (1, 1, 60, True),
    ],
)
def test_the_by_laws_say_how_many_are_enough(
    percent: int | None, present: int, invited: int, *, enough: bool
) -> None:
    others = [uid(0x900 + n) for n in range(invited - 1)]
    there = [attendee(OURS, present=True)]
    there += [attendee(a, present=n < present - 1) for n, a in enumerate(others)]
    if enough:
        check_approval(item(), there, OURS, frozenset({OURS}), percent)
        return
    with pytest.raises(IllegalMove) as no:
        check_approval(item(), there, OURS, frozenset({OURS}), percent)
    assert (no.value.code, no.value.facts) == (
        "plan.no_quorum",
        {"present": present, "invited": invited},
    )


# Tasks
