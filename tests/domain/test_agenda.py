"""The agenda as it is arranged: order, time, parts; what a coordinator is told before it is fixed."""

from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from domain_builders import NOW, OURS, PERSON, attendee, conference, item, refusal, uid

from service.domain.agenda import (
    ArrangeItem,
    ItemPart,
    OrderAgenda,
    SplitItem,
    arranged,
    budget_of,
    ordered,
    renumbered,
    split,
    taken_off,
    times_of,
)
from service.domain.agenda_check import (
    DOING,
    FINDINGS,
    Do,
    FindingCode,
    OnItem,
    Seat,
    Weight,
    findings_of,
)
from service.domain.companion import RELATION_JA, Relation
from service.domain.conference import GONE, Answer, ItemResult, PlanReference, PullReason
from service.domain.decision import Basis
from service.domain.disclosure import D0, D1, D3
from service.domain.errors import Refusal
from service.domain.fixed_packet import FixedPacket, FixedPage

OTHER, THIRD, SISTER = uid(0x31), uid(0x32), uid(0x33)
F = FindingCode


def refused(act: Any, *given: Any) -> str:
    with pytest.raises(Refusal) as caught:
        act(*given)
    return caught.value.code


def ids() -> Any:
    numbers = iter(range(0x900, 0x999))
    return lambda: uid(next(numbers))


def three() -> list[Any]:
    return [item(id=uid(0x600 + n), number=n, minutes=10 * n) for n in (1, 2, 3)]


@pytest.mark.parametrize("places", list(permutations(range(3))))
def test_every_order_keeps_every_item_and_numbers_from_one(places: tuple[int, ...]) -> None:
    items = three()
    wanted = OrderAgenda(item_ids=tuple(items[p].id for p in places))
    put = ordered(items, wanted)
    assert [i.id for i in put] == list(wanted.item_ids)
    assert [i.number for i in put] == [1, 2, 3]
    assert {i.subject for i in put} == {i.subject for i in items}


@pytest.mark.parametrize(
    "named",
    [(0x601, 0x602), (0x601, 0x602, 0x602), (0x601, 0x602, 0x604), (0x601, 0x602, 0x603, 0x604)],
)
def test_an_order_that_would_lose_or_invent_an_item_is_refused(named: tuple[int, ...]) -> None:
    command = OrderAgenda(item_ids=tuple(uid(n) for n in named))
    assert refused(ordered, three(), command) == "agenda.order_incomplete"


def test_the_time_of_the_sitting_against_that_of_its_items() -> None:
    sitting, items = conference(), three()  # an hour; 10 + 20 + 30 minutes
    assert budget_of(sitting, items).model_dump() == {
        "minutes_available": 60,
        "minutes_planned": 60,
    }
    assert budget_of(sitting, items).over_by == 0
    longer = [*items, item(id=uid(0x604), number=4, minutes=25)]
    assert budget_of(sitting, longer).over_by == 25
    pulled = [i.pulled(PullReason.CONSENT_REVOKED, NOW) if i.number == 3 else i for i in longer]
    assert budget_of(sitting, pulled).over_by == 0
    begins = times_of(sitting, pulled)
    passed = [int((begins[i.id] - sitting.starts_at).total_seconds() // 60) for i in pulled]
    assert passed == [0, 10, 30, 30]


def test_what_is_arranged_is_what_was_said_and_no_more() -> None:
    before = item(OTHER, minutes=20, presenter_agency_id=OTHER)
    assert arranged(before, ArrangeItem(minutes=5)) == before.but(minutes=5)
    assert arranged(before, ArrangeItem(presenter_agency_id=None)).presenter_agency_id is None
    assert arranged(before, ArrangeItem(invited_agency_ids=())).invited_agency_ids == ()
    assert refusal(ArrangeItem) == "agenda.nothing_to_arrange"


def parts(*given: dict[str, Any]) -> SplitItem:
    return SplitItem(
        parts=tuple(ItemPart(**({"subject": "一部", "minutes": 5} | part)) for part in given)
    )


def test_parts_take_the_items_ground_persons_and_circle_unless_they_say_less() -> None:
    plan = PlanReference(plan_id=uid(0x700), number=1)
    whole = item(OTHER, person_ids=(PERSON, SISTER), plan=plan, reason_without_consent="理由")
    first, second, third = split(
        whole,
        parts({}, {"person_ids": (SISTER,), "invited_agency_ids": (THIRD,)}, {"person_ids": ()}),
        ids(),
    )
    assert (first.person_ids, first.plan, first.basis) == ((PERSON, SISTER), plan, Basis.CONSENT)
    assert first.invited_agency_ids == (OTHER,)
    # Whoever knows which of the two the plan is about: not a part on one of them.
    assert (second.person_ids, second.plan, second.basis) == ((SISTER,), None, Basis.CONSENT)
    assert second.invited_agency_ids == (THIRD,)
    assert (third.person_ids, third.basis) == ((), Basis.ANON)
    assert third.reason_without_consent is None
    assert len({p.id for p in (whole, first, second, third)}) == 4


def test_a_part_names_nobody_else_and_nobody_is_left_out() -> None:
    whole = item(person_ids=(PERSON, SISTER))
    stranger = parts({}, {"person_ids": (uid(0x99),)})
    assert refused(split, whole, stranger, ids()) == "agenda.part_names_another"
    left_out = parts({"person_ids": (PERSON,)}, {"person_ids": ()})
    assert refused(split, whole, left_out, ids()) == "agenda.person_left_out"


@pytest.mark.parametrize("result", ItemResult)
def test_what_has_a_result_stays_where_it_was_taken(result: ItemResult) -> None:
    decided = item(result=result)
    code = "conference.item_already_decided"
    assert refused(taken_off, decided, PullReason.WITHDRAWN, NOW) == code
    assert refused(split, decided, parts({}, {}), ids()) == code


def test_an_item_whose_consent_was_taken_back_keeps_its_place() -> None:
    assert PullReason.CONSENT_REVOKED not in GONE
    assert {PullReason.SPLIT, PullReason.WITHDRAWN} == GONE
    pulled = item().pulled(PullReason.CONSENT_REVOKED, NOW)
    assert refused(split, pulled, parts({}, {}), ids()) == "conference.item_already_decided"
    assert [i.number for i in renumbered([pulled, item(number=7)])] == [1, 2]


# What is found


def found(
    on: list[OnItem] | None = None, seats: dict[UUID, Seat] | None = None, **more: Any
) -> dict[FindingCode, Any]:
    """What is found at a table of ours, of another agency that comes, and of the municipality."""
    at_table = more.pop(
        "attendees",
        [
            attendee(OURS, id=uid(0x801)),
            attendee(OTHER, id=uid(0x802), answer=Answer.ACCEPTED),
            attendee(THIRD, id=uid(0x803), answer=Answer.ACCEPTED),
        ],
    )
    sitting = conference(**more)
    items = [OnItem(item=about())] if on is None else on
    result = findings_of(sitting, at_table, items, seats or {}, frozenset({THIRD}))
    weights = [list(Weight).index(f.weight) for f in result]
    assert weights == sorted(weights)
    return {f.code: f for f in result}


def about(**changes: Any) -> Any:
    plan = PlanReference(plan_id=uid(0x700), number=1)
    return item(**({"person_ids": (PERSON,), "plan": plan} | changes))


def test_a_sitting_where_all_is_well_has_no_findings() -> None:
    assert found() == {}


STATUTORY = about(basis=Basis.CONF_LAYERED)
DECLINED = [
    attendee(OURS, id=uid(0x801)),
    attendee(OTHER, id=uid(0x802), answer=Answer.DECLINED),
    attendee(THIRD, id=uid(0x803), answer=Answer.DECLINED),
]
CASES: dict[FindingCode, dict[str, Any]] = {
    F.AGENDA_EMPTY: {"on": []},
    F.AGENDA_OVER_TIME: {"on": [OnItem(item=about(minutes=61))]},
    F.AGENCY_CANNOT_READ: {"seats": {OTHER: Seat(can_read=False)}},
    F.AGENCY_NOT_ANSWERED: {
        "attendees": [
            attendee(OURS, id=uid(0x801)),
            attendee(OTHER, id=uid(0x802)),
            attendee(THIRD, id=uid(0x803), answer=Answer.ACCEPTED),
        ]
    },
    F.AGENCY_SEES_NOTHING: {"on": [OnItem(item=about(), blind=(OTHER,))]},
    F.ITEM_CONSENT_ENDS: {"on": [OnItem(item=about(), consent_ends=1)]},
    F.ITEM_CONSENT_MISSING: {"on": [OnItem(item=about(), without_consent=1)]},
    F.ITEM_GROUND_MISSING: {"on": [OnItem(item=STATUTORY, ground=False)]},
    F.ITEM_NOBODY_STAYS: {"on": [OnItem(item=about(invited_agency_ids=(OURS,), plan=None))]},
    F.ITEM_PLAN_NOT_AGREED: {"on": [OnItem(item=about(), plan_agreed=False)]},
    F.ITEM_PLAN_OUTDATED: {"on": [OnItem(item=about(), plan_outdated=True)]},
    F.ITEM_PRESENTER_DECLINED: {
        "on": [OnItem(item=about(presenter_agency_id=OTHER, plan=None))],
        "attendees": DECLINED,
    },
    F.ITEM_PULLED: {"on": [OnItem(item=about().pulled(PullReason.CONSENT_REVOKED, NOW))]},
    F.ITEM_NO_MUNICIPAL_OFFICER: {"on": [OnItem(item=about(invited_agency_ids=(OURS, OTHER)))]},
    F.ITEM_QUORUM_IN_DOUBT: {"attendees": DECLINED},
    F.COMPANION_HIDES: {
        "attendees": [
            attendee(OURS, id=uid(0x801)),
            attendee(
                None, id=uid(0x804), person_id=None, comes_with=PERSON, relation=Relation.SPOUSE
            ),
        ],
    },
    F.PERSON_HIDES: {
        "attendees": [attendee(OURS, id=uid(0x801)), attendee(None, id=uid(0x804))],
    },
    F.PERSON_WITHOUT_ITEM: {
        "attendees": [
            attendee(OURS, id=uid(0x801)),
            attendee(None, id=uid(0x804), person_id=SISTER),
        ],
    },
    F.RESIDENT_LIMITS: {
        "attendees": [
            attendee(OURS, id=uid(0x801)),
            attendee(None, id=uid(0x804), person_id=None, resident="隣人"),
        ],
    },
    F.SECRECY_NOBODY_REGISTERED: {
        "on": [OnItem(item=STATUTORY)],
        "seats": {OTHER: Seat(registered=False, acknowledged=False)},
    },
    F.SECRECY_NOT_ACKNOWLEDGED: {
        "on": [OnItem(item=STATUTORY)],
        "seats": {OTHER: Seat(acknowledged=False)},
    },
}


@pytest.mark.parametrize("code", FindingCode)
def test_each_finding_is_found_and_says_what_to_do(code: FindingCode) -> None:
    finding = found(**CASES[code])[code]
    told = finding.told(uid(0x500))
    assert told["weight"] == FINDINGS[code].weight
    assert told["title"] != told["title_ja"]
    assert "{" not in f"{told['title']}{told['title_ja']}"
    assert all(do["label_ja"] for do in told["do"])
    calls = [do["call"] for do in told["do"] if do["call"] and finding.item_id is not None]
    assert all("{item}" not in call and "{conference}" not in call for call in calls)


def test_what_blocks_or_warns_says_what_can_be_done_about_it() -> None:
    assert set(DOING) == set(Do)
    assert set(FINDINGS) == set(FindingCode)
    for words in FINDINGS.values():
        assert words.do or words.weight is Weight.NOTES


def test_only_what_has_no_ground_blocks() -> None:
    assert {c for c, words in FINDINGS.items() if words.weight is Weight.BLOCKS} == {
        F.AGENDA_EMPTY,
        F.ITEM_CONSENT_MISSING,
        F.ITEM_GROUND_MISSING,
    }


def test_whoever_declined_needs_neither_secrecy_nor_an_answer() -> None:
    seats = {OTHER: Seat(can_read=False, registered=False, acknowledged=False)}
    codes = found(on=[OnItem(item=STATUTORY.but(plan=None))], seats=seats, attendees=DECLINED)
    assert codes == {}


def test_what_has_changed_since_the_fixing_can_be_told() -> None:
    page = FixedPage(item_id=uid(1), data_classes=frozenset({D0, D1}))
    shut = FixedPage(item_id=uid(2))
    packet = FixedPacket(
        id=uid(3), conference_id=uid(4), attendee_id=uid(5), fixed_at=NOW, pages=(page, shut)
    )
    assert packet.changed((page, shut)) == frozenset()
    opened = shut.but(data_classes=frozenset({D0, D1, D3}))
    assert packet.changed((page, opened)) == {uid(2)}
    assert packet.changed((page.but(data_classes=frozenset()), shut)) == {uid(1)}


def test_a_relation_has_its_word_and_stands_for_the_name() -> None:
    assert set(RELATION_JA) == set(Relation)
    for relation in Relation:
        who = attendee(None, person_id=None, comes_with=PERSON, relation=relation)
        assert who.called == f"本人の付添い（{relation.label_ja}）"
    assert attendee(None).called == "本人"
    assert attendee(None, person_id=None, resident="隣人").called == "隣人"


def test_the_quorum_of_the_by_laws_is_the_one_that_is_in_doubt() -> None:
    at_table = [
        attendee(OURS, id=uid(0x801)),
        attendee(OTHER, id=uid(0x802), answer=Answer.DECLINED),
        attendee(THIRD, id=uid(0x803), answer=Answer.ACCEPTED),
    ]
    items = [OnItem(item=about())]
    for quorum, doubt in ((None, False), (66, False), (67, True)):
        found_ = findings_of(conference(), at_table, items, {}, frozenset({THIRD}), quorum)
        assert (F.ITEM_QUORUM_IN_DOUBT in {f.code for f in found_}) == doubt


def test_a_plan_before_a_kind_that_decides_none_raises_no_doubt() -> None:
    talked = [OnItem(item=about(kind="case_conf"), plan_agreed=False, plan_outdated=True)]
    assert found(on=talked) == {}
