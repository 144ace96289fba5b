"""Signals: a few words are enough, no amount goes along, and none is left lying (brief §3.1)."""

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
    POSITION,
    THEIRS,
    classes,
    in_japanese,
    reached,
    refusal,
    uid,
)
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from service.domain.disclosure import D0, D1, D3, D6, disclose, field_classes
from service.domain.errors import IllegalMove
from service.domain.permission import Permission
from service.domain.referral import Urgency
from service.domain.signal import (
    ARREARS_JA,
    CLOSE_JA,
    MESSAGES_EN,
    MESSAGES_JA,
    ArrearsKind,
    CloseReason,
    CloseSignal,
    Look,
    PlaceKind,
    ProposeSignal,
    RaiseSignal,
    Signal,
    Watcher,
    WatchSignal,
)
from service.domain.signal_states import (
    ENDINGS,
    ITEM_JA,
    KIND_JA,
    LEVEL_JA,
    NEXT,
    PERMISSION,
    RULES,
    STATUS_JA,
    URGENT_FROM,
    WEIGHT,
    WRITTEN_BY_RESIDENTS,
    CheckItem,
    KindRule,
    Level,
    SignalAct,
    SignalKind,
    SignalPolicy,
    SignalStatus,
)
from service.domain.term import Unit, calendar, working

S, A = SignalStatus, SignalAct
WAITING = tuple(s for s in S if s not in ENDINGS)

#: Where each act leads; the same from every state that is no ending.
DIAGRAM = {
    A.LOOK_INTO: S.LOOKED_INTO,
    A.WATCH: S.WATCHED,
    A.CONSULT: S.CONSULTATION,
    A.MERGE: S.MERGED,
    A.CLOSE: S.CLOSED,
}
#: Where it stands when nobody has looked in time: what was watched is new again.
LATE = {S.NEW: S.NEW, S.LOOKED_INTO: S.LOOKED_INTO, S.WATCHED: S.NEW}


def raise_(**changes: Any) -> RaiseSignal:
    """A worry about somebody in an area."""
    given_: dict[str, Any] = {
        "kind": SignalKind.TROUBLE_CARD,
        "text": "最近、姿を見かけない。",
        "area": "district_3",
    }
    return RaiseSignal(**given_ | changes)


def signal(status: SignalStatus = S.NEW, **changes: Any) -> Signal:
    """Its record at our agency, due in three days."""
    given_: dict[str, Any] = {
        "id": uid(1),
        "agency_id": OURS,
        "entered_by_agency_id": THEIRS,
        "municipality_code": CITY,
        "hub_agency_id": HUB,
        "raised_at": NOW,
        "status": status,
        "due_at": None if status in ENDINGS else NOW + timedelta(days=3),
    }
    return Signal(**dict(raise_()) | given_ | changes)


# The tables


def test_the_tables_are_the_diagram() -> None:
    drawn = {(s, act): target for s in WAITING for act, target in DIAGRAM.items()}
    late = {(s, A.MISS_DEADLINE): target for s, target in LATE.items()}
    assert drawn | late == NEXT


def test_the_tables_are_total() -> None:
    assert {s for s, _ in NEXT} == set(WAITING)
    assert {act for _, act in NEXT} == set(A) == set(PERMISSION)
    assert {S.CONSULTATION, S.MERGED, S.CLOSED} == ENDINGS
    assert set(NEXT.values()) == set(S)
    assert set(STATUS_JA) == set(S)
    assert set(KIND_JA) == set(RULES) == set(SignalKind)
    assert set(LEVEL_JA) == set(Level)
    assert set(ITEM_JA) == set(WEIGHT) == set(CheckItem)
    assert set(CLOSE_JA) == set(CloseReason)
    assert set(ARREARS_JA) == set(ArrearsKind)
    assert set(SignalKind) > WRITTEN_BY_RESIDENTS


@pytest.mark.parametrize(
    "kind", [SignalStatus, SignalKind, Level, CheckItem, CloseReason, ArrearsKind]
)
def test_labels_are_japanese_and_tell_apart(kind: Any) -> None:
    in_japanese(kind)


def test_every_act_is_a_permission_of_its_own() -> None:
    assert {a: p.value for a, p in PERMISSION.items()} == {a: f"signal.{a}" for a in A}
    assert set(PERMISSION.values()) <= set(Permission)


@pytest.mark.parametrize("status", WAITING)
def test_every_open_signal_can_be_ended_by_hand_and_can_miss_a_deadline(status: S) -> None:
    by_hand = {(s, a): t for (s, a), t in NEXT.items() if a is not A.MISS_DEADLINE}
    assert reached(status, lambda s: [t for (f, _), t in by_hand.items() if f is s]) >= ENDINGS
    assert (status, A.MISS_DEADLINE) in NEXT
    assert signal(status).due_at is not None


def test_what_staff_saw_at_work_is_no_letter_box() -> None:
    assert {k.value for k in WRITTEN_BY_RESIDENTS} == {
        "neighbour_check",
        "third_party",
        "trouble_card",
        "watch_over",
    }


# Moving


@pytest.mark.parametrize(("status", "act"), list(product(S, A)))
def test_an_act_leads_where_the_table_says_or_is_refused(status: S, act: A) -> None:
    before = signal(status, version=4)
    if (status, act) not in NEXT:
        with pytest.raises(IllegalMove) as refused:
            before.move(act)
        assert refused.value.code == "signal.illegal_move"
        possible = [a.value for s, a in NEXT if s is status]
        assert refused.value.facts == {"state": status, "act": act, "open": possible}
        return
    after = before.move(act)
    target = NEXT[status, act]
    due_at = None if target in ENDINGS else before.due_at
    assert after == before.but(status=target, due_at=due_at, version=5)


@pytest.mark.parametrize("ending", sorted(ENDINGS))
def test_no_act_leaves_an_ending_and_none_has_a_deadline(ending: S) -> None:
    over = signal(ending)
    assert over.open_acts == ()
    for act in A:
        with pytest.raises(IllegalMove):
            over.move(act)
    for status, act in product(WAITING, A):
        if NEXT.get((status, act)) is ending:
            assert signal(status).move(act).due_at is None


@pytest.mark.parametrize("status", WAITING)
def test_what_is_open_by_hand_leaves_the_missed_deadline_out(status: S) -> None:
    assert set(signal(status).open_acts) == set(A) - {A.MISS_DEADLINE}


# Nobody looks


@pytest.mark.parametrize("kind", SignalKind)
def test_each_missed_deadline_puts_it_one_level_on_and_the_last_one_keeps_it(
    kind: SignalKind,
) -> None:
    policy = SignalPolicy()
    levels = policy.rule(kind).levels
    late = signal(kind=kind, arrears={"tax"} if kind is SignalKind.ARREARS else ())
    assert late.level is levels[0] is Level.DESK
    passed = []
    for missed in range(1, len(levels) + 2):
        late = late.missed_deadline(policy)
        assert (late.missed, late.status) == (missed, S.NEW)
        passed.append(late.level)
    assert passed == [*levels[1:], levels[-1], levels[-1]]
    assert levels[-1] is Level.MUNICIPALITY


@pytest.mark.parametrize("kind", SignalKind)
def test_every_kind_has_a_term_in_working_days_and_an_urgent_one_is_looked_at_today(
    kind: SignalKind,
) -> None:
    rule = RULES[kind]
    assert (rule.normal.unit, rule.urgent) == (Unit.WORKING, calendar(0))
    assert 1 <= rule.normal.days <= 20
    assert len(set(rule.levels)) == len(rule.levels)


def test_a_municipality_sets_its_own_rules_and_the_rest_is_common() -> None:
    own = KindRule(normal=working(1), levels=(Level.DESK, Level.HUB))
    policy = SignalPolicy(rules={SignalKind.VISIT: own}, weights={CheckItem.NOT_SEEN: 10})
    assert policy.rule(SignalKind.VISIT) == own
    assert policy.rule(SignalKind.SURVEY) == RULES[SignalKind.SURVEY]
    assert [own.level_after(n) for n in range(4)] == [Level.DESK, Level.HUB, Level.HUB, Level.HUB]
    assert policy.is_urgent(frozenset({CheckItem.NOT_SEEN}))
    assert not SignalPolicy().is_urgent(frozenset({CheckItem.NOT_SEEN}))
    assert refusal(KindRule, levels=()) == "too_short"
    for score in (0, 101):
        assert "than_equal" in refusal(SignalPolicy, urgent_from=score)


# The check sheet


@pytest.mark.parametrize("item", CheckItem)
def test_a_stopped_lifeline_and_injuries_are_urgent_alone_and_nothing_else_is(
    item: CheckItem,
) -> None:
    alone = item in {CheckItem.LIFELINE_STOPPED, CheckItem.INJURIES}
    assert SignalPolicy().is_urgent(frozenset({item})) is alone


@pytest.mark.parametrize(
    ("ticked", "urgent"),
    [
        ("", False),
        ("mail_piles_up lights_unchanged", False),
        ("mail_piles_up lights_unchanged not_seen", True),
        ("not_eating not_seen", True),
        ("not_eating rubbish", False),
        ("curtains_closed forgetful rubbish strange_sales unwashed", True),
        ("curtains_closed forgetful rubbish strange_sales", False),
    ],
)
def test_what_is_ticked_weighs_together(ticked: str, urgent: bool) -> None:
    assert SignalPolicy().is_urgent(frozenset(CheckItem(i) for i in ticked.split())) is urgent


@given(st.frozensets(st.sampled_from(CheckItem)), st.sampled_from(CheckItem))
def test_one_tick_more_never_makes_it_less_urgent(
    ticked: frozenset[CheckItem], more: CheckItem
) -> None:
    policy = SignalPolicy()
    assert policy.is_urgent(ticked | {more}) >= policy.is_urgent(ticked)
    assert policy.is_urgent(ticked) is (sum(WEIGHT[i] for i in ticked) >= URGENT_FROM)


# What is said

ENOUGH: dict[str, dict[str, Any]] = {
    "words and an area": {},
    "a tick and a place": {
        "text": None,
        "check_items": {"rubbish"},
        "area": None,
        "place": "第3地区 9番地9",
    },
    "words about somebody known": {"area": None, "person_id": PERSON},
    "arrears alone": {"kind": "arrears", "text": None, "area": None, "arrears": {"water"}},
}
TOO_LITTLE: dict[str, list[dict[str, Any]]] = {
    "signal.nothing_noticed": [{"text": None}, {"text": None, "who": "60代の男性"}],
    "signal.area_or_place": [{"area": None}, {"area": None, "who": "60代の男性"}],
    "signal.arrears_missing": [{"kind": "arrears"}],
    "signal.arrears_only": [{"arrears": {"tax"}}, {"kind": "absence", "arrears": {"rent"}}],
    "signal.two_desks": [{"to_responsible_desk": True, "to_desk_id": uid(2)}],
    "text.empty": [{"text": " "}, {"who": ""}, {"informant": "　"}],
    "text.code": [{"area": "第3地区"}, {"categories": ["借金"]}],
    "enum": [
        {"kind": "rumour"},
        {"check_items": ["lifeline_stopped", "no_such_item"]},
        {"arrears": ["alimony"]},
        {"met_at": "station"},
    ],
    "extra_forbidden": [{"amount": 12000}, {"status": "closed"}],
}


@pytest.mark.parametrize("said", ENOUGH.values(), ids=ENOUGH.keys())
def test_a_few_words_are_enough(said: dict[str, Any]) -> None:
    assert raise_(**said)


@pytest.mark.parametrize(
    ("code", "said"),
    [(code, said) for code, tries in TOO_LITTLE.items() for said in tries],
    ids=str,
)
def test_what_cannot_be_looked_into_is_refused_with_its_code(
    code: str, said: dict[str, Any]
) -> None:
    assert refusal(raise_, **said) == code


def test_every_refusal_has_its_words_in_both_languages() -> None:
    tried = {code for code in TOO_LITTLE if code.startswith("signal.")}
    assert tried | {"signal.amount_given"} == set(MESSAGES_EN) == set(MESSAGES_JA)


# Arrears: what, and never how much (row 1-04)

AMOUNTS = (
    "12,000円",
    "12,000 円",
    "１２０００円",
    "１２，０００円",
    "12000円ほど",
    "¥12000",
    "￥１２０００",
    "¥ 12,000",
    "1万2千円",
    "3万くらい",
    "２千円",
    "1.2万円",
    "十二万円",
    "三千円",
    "百円",
    "二十万",
    "一二〇〇〇円",
    "壱万円",
    "数万円",
    "何千円も",
    "12000yen",
    "12,000 YEN",
    "二十一円",
    "JPY 12000",
    "12\n000円",
    "①万円",
)
NO_AMOUNTS = (
    "3回訪問",
    "第3地区",
    "３か月分",
    "2026年9月分から",
    "令和8年度",
    "電話番号が変わった",
    "9番地9",
    "一人暮らし",
    "二人世帯で子どもが三人",
    "円満な家庭",
    "千葉から転居",
    "百歳に近い母と同居",
    "万一に備えて",
    "午前10時に不在",
    "市内一円で集金している",
)


@pytest.mark.parametrize("field", ["text", "who", "place"])
@pytest.mark.parametrize("amount", AMOUNTS)
def test_an_amount_of_arrears_is_refused_in_every_script(amount: str, field: str) -> None:
    if field != "text":
        amount = " ".join(amount.split())
    said = {"kind": "arrears", "arrears": {"water"}, field: f"水道料金を{amount}滞納している。"}
    assert refusal(raise_, **said) == "signal.amount_given"
    with pytest.raises(ValidationError) as caught:
        raise_(**said)
    assert "12" not in MESSAGES_EN[caught.value.errors()[0]["type"]]


@pytest.mark.parametrize("field", ["name", "way"])
def test_an_amount_is_found_wherever_it_is_written(field: str) -> None:
    arrears = {"kind": "arrears", "arrears": {"water"}}
    told = {"name": "隣人", "way": "声かけ"}
    assert raise_(**arrears, watchers=[told], informant="検針員")
    with_amount = [told, told | {field: "12,000円を立替えた隣人"}]
    assert refusal(raise_, **arrears, watchers=with_amount) == "signal.amount_given"
    assert refusal(raise_, **arrears, informant="3万円を貸した知人") == "signal.amount_given"


@pytest.mark.parametrize("words", NO_AMOUNTS)
def test_numbers_that_are_no_amounts_pass(words: str) -> None:
    said = raise_(kind="arrears", arrears={"tax", "water"}, text=words, who=words, place=words)
    assert said.text == words


@pytest.mark.parametrize("kind", [k for k in SignalKind if k is not SignalKind.ARREARS])
def test_elsewhere_amounts_are_part_of_what_was_noticed(kind: SignalKind) -> None:
    assert raise_(kind=kind, text="財布に12円しかない。").text == "財布に12円しかない。"


@given(st.integers(1, 10**8), st.sampled_from(["円", " 円", "万円", "千円"]), st.booleans())
def test_any_number_of_yen_is_an_amount(number: int, unit: str, wide: bool) -> None:
    digits = f"{number:,}"
    if wide:
        digits = digits.translate(str.maketrans("0123456789,", "０１２３４５６７８９，"))
    said = {"kind": "arrears", "arrears": {"rent"}, "text": f"家賃{digits}{unit}の滞納"}
    assert refusal(raise_, **said) == "signal.amount_given"


# What is shown


def test_each_part_has_its_class() -> None:
    shown = field_classes(Signal)
    assert shown["text"] is shown["check_items"] is shown["arrears"] is D3
    assert shown["who"] is shown["place"] is shown["person_id"] is D1
    assert shown["informant"] is shown["watchers"] is D6
    assert set(field_classes(Watcher).values()) == {D6}
    assert shown["kind"] is shown["status"] is shown["area"] is D0


def test_whoever_told_us_is_shown_to_nobody_who_may_not_see_it() -> None:
    record = signal(
        informant="隣人",
        watchers=(Watcher(name="推進員", way="声かけ"),),
        looks=(Look(at=NOW, position_id=POSITION, found="留守"),),
    )
    for granted in ("0", "0-3", "0-5"):
        said = str(disclose(record, classes(granted)))
        assert "隣人" not in said
        assert "推進員" not in said
        assert ("留守" in said) is (granted != "0")


# The acts


def test_the_acts_say_what_they_need() -> None:
    assert refusal(WatchSignal) == "missing"
    assert refusal(CloseSignal) == "missing"
    assert refusal(CloseSignal, reason="bored") == "enum"
    for minutes in (0, 481):
        wrong = refusal(ProposeSignal, conference_id=uid(1), minutes=minutes)
        assert wrong in {"greater_than_equal", "less_than_equal"}
    assert WatchSignal(look_again_on=DAY).note is None
    assert len(PlaceKind) == 6
    assert signal().urgency is Urgency.NORMAL
