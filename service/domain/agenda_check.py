"""What a coordinator should know before the agenda is fixed, and what to do about each (brief §2.4, §3.4).

A finding blocks (the item has no ground to be talked about), warns (the sitting will not do what
it is for) or notes (it works, and shows less than usual). It names records, never people.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from service.domain.agenda import budget_of
from service.domain.conference import AgendaItem, Answer, Attendee, Conference
from service.domain.conference_hold import is_quorum
from service.domain.conference_kinds import KINDS
from service.domain.decision import CONFERENCE_BASES


class Weight(StrEnum):
    """How much a finding weighs."""

    BLOCKS = "blocks"
    WARNS = "warns"
    NOTES = "notes"


class Do(StrEnum):
    """What can be done about a finding, with the call that does it."""

    ACKNOWLEDGE_SECRECY = "acknowledge_secrecy"
    ADD_ITEM = "add_item"
    AGREE_PLAN = "agree_plan"
    ARRANGE_ITEM = "arrange_item"
    ASK_CONSENT = "ask_consent"
    CONSTITUTE_BODY = "constitute_body"
    CONVERT_ITEM = "convert_item"
    EDIT_ITEM = "edit_item"
    FILL_POSITION = "fill_position"
    INVITE = "invite"
    MOVE_DATE = "move_date"
    REGISTER_PARTICIPANT = "register_participant"
    SPLIT_ITEM = "split_item"
    SWITCH_ON_BASIS = "switch_on_basis"
    WIDEN_CONSENT = "widen_consent"
    WITHDRAW_ITEM = "withdraw_item"


class Doing(NamedTuple):
    """In the field's words, and the call; empty where somebody else does it."""

    label_ja: str
    call: str | None = None


_ITEM = "/v1/conferences/{conference}/items/{item}"
DOING: Mapping[Do, Doing] = {
    Do.ACKNOWLEDGE_SECRECY: Doing(
        "参加者に守秘義務を確認してもらう", "POST /v1/conferences/{conference}/secrecy"
    ),
    Do.ADD_ITEM: Doing("議題を追加する", "POST /v1/conferences/{conference}/items"),
    Do.AGREE_PLAN: Doing("プランへの本人の同意を得る", "POST /v1/plans/{plan}/agree"),
    Do.ARRANGE_ITEM: Doing("時間・説明者・同席機関を見直す", f"POST {_ITEM}/arrange"),
    Do.ASK_CONSENT: Doing("本人の同意を得る", "POST /v1/consents"),
    Do.CONSTITUTE_BODY: Doing(
        "設置要綱を登録する（期間・市町村を確かめる）", "POST /v1/conference-bodies"
    ),
    Do.CONVERT_ITEM: Doing("支援会議の議題に切り替える", f"POST {_ITEM}/convert"),
    Do.EDIT_ITEM: Doing("議題を直す", f"PUT {_ITEM}"),
    Do.FILL_POSITION: Doing("機関に職員の登録を依頼する"),
    Do.INVITE: Doing("招集する", "POST /v1/conferences/{conference}/invite"),
    Do.MOVE_DATE: Doing("日時を変更する", "PUT /v1/conferences/{conference}"),
    Do.REGISTER_PARTICIPANT: Doing(
        "機関に参加者を登録してもらう", "POST /v1/conferences/{conference}/participants"
    ),
    Do.SPLIT_ITEM: Doing("議題を分ける", f"POST {_ITEM}/split"),
    Do.SWITCH_ON_BASIS: Doing("市町村に根拠の有効化を依頼する"),
    Do.WIDEN_CONSENT: Doing(
        "同意の提供先を広げる（新しい同意で置き換える）", "POST /v1/consents/{consent}/supersede"
    ),
    Do.WITHDRAW_ITEM: Doing("議題から外す", f"POST {_ITEM}/withdraw"),
}


class FindingCode(StrEnum):
    """What was found, ``noun.fact``."""

    AGENDA_EMPTY = "agenda.empty"
    AGENDA_OVER_TIME = "agenda.over_time"
    AGENCY_CANNOT_READ = "agency.cannot_read"
    AGENCY_NOT_ANSWERED = "agency.not_answered"
    AGENCY_SEES_NOTHING = "agency.sees_nothing"
    ITEM_CONSENT_ENDS = "item.consent_ends"
    ITEM_CONSENT_MISSING = "item.consent_missing"
    ITEM_GROUND_MISSING = "item.ground_missing"
    ITEM_NOBODY_STAYS = "item.nobody_stays"
    ITEM_PLAN_NOT_AGREED = "item.plan_not_agreed"
    ITEM_PLAN_OUTDATED = "item.plan_outdated"
    ITEM_PRESENTER_DECLINED = "item.presenter_declined"
    ITEM_PULLED = "item.pulled"
    ITEM_NO_MUNICIPAL_OFFICER = "item.no_municipal_officer"
    ITEM_QUORUM_IN_DOUBT = "item.quorum_in_doubt"
    COMPANION_HIDES = "companion.hides"
    PERSON_HIDES = "person.hides"
    PERSON_WITHOUT_ITEM = "person.without_item"
    RESIDENT_LIMITS = "resident.limits"
    SECRECY_NOBODY_REGISTERED = "secrecy.nobody_registered"
    SECRECY_NOT_ACKNOWLEDGED = "secrecy.not_acknowledged"


class Words(NamedTuple):
    """What a finding weighs, says, and what can be done."""

    weight: Weight
    en: str
    ja: str
    do: tuple[Do, ...]


B, W, N = Weight
F = FindingCode
FINDINGS: Mapping[FindingCode, Words] = {
    F.AGENDA_EMPTY: Words(B, "Nothing is on the agenda yet.", "議題がありません。", (Do.ADD_ITEM,)),
    F.AGENDA_OVER_TIME: Words(
        W,
        "The items take {over_by} minutes longer than the sitting.",
        "議題の合計時間が会議の時間を{over_by}分超えています。",
        (Do.ARRANGE_ITEM, Do.WITHDRAW_ITEM, Do.MOVE_DATE),
    ),
    F.AGENCY_CANNOT_READ: Words(
        W,
        "Nobody at this agency holds a position today that could read the papers.",
        "この機関には、資料を閲覧できる職員が登録されていません。",
        (Do.FILL_POSITION,),
    ),
    F.AGENCY_NOT_ANSWERED: Words(
        N,
        "This agency has not answered the invitation.",
        "この機関から出欠の回答がありません。",
        (),
    ),
    F.AGENCY_SEES_NOTHING: Words(
        W,
        "This agency stays for the item and nothing opens it to it: it will get an empty place.",
        "この機関は議題に同席しますが、根拠がないため資料が届きません。",
        (Do.WIDEN_CONSENT, Do.ARRANGE_ITEM, Do.CONVERT_ITEM),
    ),
    F.ITEM_CONSENT_ENDS: Words(
        W,
        "A consent that the item rests on ends before the sitting.",
        "この議題の根拠となる同意が、開催日までに期限を迎えます。",
        (Do.ASK_CONSENT, Do.MOVE_DATE, Do.CONVERT_ITEM),
    ),
    F.ITEM_CONSENT_MISSING: Words(
        B,
        "Somebody on the item has not agreed that this purpose is talked about.",
        "この議題の目的で話し合うことに、本人の同意がない人がいます。",
        (Do.ASK_CONSENT, Do.CONVERT_ITEM, Do.WITHDRAW_ITEM),
    ),
    F.ITEM_GROUND_MISSING: Words(
        B,
        "The statutory conference of this item has no by-laws in force on that day.",
        "この議題の法定会議は、開催日に有効な設置要綱がないか、根拠が有効になっていません。",
        (Do.CONSTITUTE_BODY, Do.SWITCH_ON_BASIS, Do.WITHDRAW_ITEM),
    ),
    F.ITEM_NOBODY_STAYS: Words(
        W,
        "No other agency stays for this item.",
        "この議題に同席する機関がほかにありません。",
        (Do.ARRANGE_ITEM, Do.INVITE),
    ),
    F.ITEM_PLAN_NOT_AGREED: Words(
        W,
        "The person has not agreed to this version of the plan: it cannot be approved.",
        "このプランの版に本人の同意がないため、承認できません。",
        (Do.AGREE_PLAN, Do.WITHDRAW_ITEM),
    ),
    F.ITEM_PLAN_OUTDATED: Words(
        W,
        "The plan has a newer version than the one on the agenda.",
        "議題のプランより新しい版があります。",
        (Do.EDIT_ITEM,),
    ),
    F.ITEM_PRESENTER_DECLINED: Words(
        W,
        "The agency that presents this item does not come.",
        "この議題を説明する機関が欠席です。",
        (Do.ARRANGE_ITEM,),
    ),
    F.ITEM_PULLED: Words(
        W,
        "The consent was taken back: nothing of this item is shown to anybody.",
        "同意が撤回されたため、この議題はだれにも表示されません。",
        (Do.WITHDRAW_ITEM, Do.CONVERT_ITEM),
    ),
    F.ITEM_NO_MUNICIPAL_OFFICER: Words(
        W,
        "A plan is approved only with an officer of the municipality at the table; none comes.",
        "プランの承認には市町村職員の出席が必要です。出席する市町村職員がいません。",
        (Do.INVITE, Do.ARRANGE_ITEM, Do.MOVE_DATE),
    ),
    F.ITEM_QUORUM_IN_DOUBT: Words(
        W,
        "{accepted} of {invited} agencies have said they come: too few to approve a plan.",
        "{invited}機関のうち出席の回答は{accepted}機関です。プランの承認に必要な数に足りません。",
        (Do.MOVE_DATE, Do.ARRANGE_ITEM),
    ),
    F.COMPANION_HIDES: Words(
        N,
        "Family or a supporter comes with the person: only what the person's own copy shows is shown, to anybody.",
        "本人の家族・付添いが同席するため、本人用の資料に載る情報だけが表示されます。",
        (),
    ),
    F.PERSON_HIDES: Words(
        N,
        "The person is there: who told us (D6) and opinions (D7) are shown to nobody.",
        "本人が同席するため、情報提供者（D6）と所見（D7）はだれにも表示されません。",
        (),
    ),
    F.PERSON_WITHOUT_ITEM: Words(
        W,
        "A person is invited and no item is about them.",
        "招かれている本人についての議題がありません。",
        (Do.ADD_ITEM,),
    ),
    F.RESIDENT_LIMITS: Words(
        N,
        "A resident is at the table: items show who it is about, and more only where consent covers residents.",
        "住民が同席するため、同意が住民を含む場合を除き、だれについてかだけが表示されます。",
        (Do.WIDEN_CONSENT,),
    ),
    F.SECRECY_NOBODY_REGISTERED: Words(
        W,
        "This agency has registered nobody for the statutory items: their papers stay shut to it.",
        "この機関は法定会議の議題の参加者を登録していません。資料は開きません。",
        (Do.REGISTER_PARTICIPANT,),
    ),
    F.SECRECY_NOT_ACKNOWLEDGED: Words(
        W,
        "A participant of this agency has not acknowledged the notice of secrecy.",
        "この機関の参加者が守秘義務を確認していません。",
        (Do.ACKNOWLEDGE_SECRECY,),
    ),
}


class Finding(BaseModel):
    """One thing found, about an item, an agency, or both."""

    model_config = ConfigDict(frozen=True)

    code: FindingCode
    item_id: UUID | None = None
    number: int | None = None
    agency_id: UUID | None = None
    facts: Mapping[str, int] = {}

    @property
    def weight(self) -> Weight:
        """How much it weighs."""
        return FINDINGS[self.code].weight

    def told(self, conference_id: UUID) -> dict[str, object]:
        """For the coordinator: the sentence in both languages, and what to do with its call."""
        words = FINDINGS[self.code]
        ids = {"conference": conference_id, "item": self.item_id}
        return {
            "code": self.code.value,
            "weight": self.weight.value,
            "item_id": str(self.item_id) if self.item_id else None,
            "number": self.number,
            "agency_id": str(self.agency_id) if self.agency_id else None,
            "title": words.en.format(**self.facts),
            "title_ja": words.ja.format(**self.facts),
            "do": [
                {"code": do.value, "label_ja": DOING[do].label_ja, "call": _call(do, ids)}
                for do in words.do
            ],
        }


def _call(do: Do, ids: Mapping[str, UUID | None]) -> str | None:
    """The call with the ids that are known; what is not stays as the contract names it."""
    call = DOING[do].call
    for name, known in ids.items():
        if call is not None and known is not None:
            call = call.replace(f"{{{name}}}", str(known))
    return call


class OnItem(BaseModel):
    """What is known of one item that stands on the agenda."""

    model_config = ConfigDict(frozen=True)

    item: AgendaItem
    #: Persons on it whose agreement is missing today; and those whose agreement ends before it.
    without_consent: int = 0
    consent_ends: int = 0
    #: Its statutory body holds on the day, and its basis is in force.
    ground: bool = True
    #: Agencies that stay for it and to which nothing opens it.
    blind: tuple[UUID, ...] = ()
    plan_outdated: bool = False
    plan_agreed: bool = True


class Seat(BaseModel):
    """What is known of an invited agency's people."""

    model_config = ConfigDict(frozen=True)

    can_read: bool = True
    registered: bool = True
    acknowledged: bool = True


def findings_of(
    conference: Conference,
    attendees: Sequence[Attendee],
    items: Sequence[OnItem],
    seats: Mapping[UUID, Seat],
    municipal: frozenset[UUID],
    quorum: int | None = None,
) -> list[Finding]:
    """Everything found, what blocks first; in the order of the agenda."""
    found = _of_sitting(conference, attendees, [i.item for i in items])
    for on_item in items:
        found += _of_item(conference, attendees, on_item, municipal, quorum)
    found += _of_agencies(conference, attendees, [i.item for i in items], seats)
    return sorted(found, key=lambda f: list(Weight).index(f.weight))


def _of_sitting(
    conference: Conference, attendees: Sequence[Attendee], items: Sequence[AgendaItem]
) -> list[Finding]:
    found = []
    if not items:
        found.append(Finding(code=F.AGENDA_EMPTY))
    over_by = budget_of(conference, items).over_by
    if over_by:
        found.append(Finding(code=F.AGENDA_OVER_TIME, facts={"over_by": over_by}))
    named = {p for i in items for p in i.person_ids}
    if any(a.person_id is not None and a.person_id not in named for a in attendees):
        found.append(Finding(code=F.PERSON_WITHOUT_ITEM))
    return found


def _of_item(
    conference: Conference,
    attendees: Sequence[Attendee],
    known: OnItem,
    municipal: frozenset[UUID],
    quorum: int | None,
) -> list[Finding]:
    item = known.item

    def about(code: FindingCode, **more: object) -> Finding:
        return Finding.model_validate(
            {"code": code, "item_id": item.id, "number": item.number, **more}
        )

    if item.pulled_at is not None:
        return [about(F.ITEM_PULLED)]
    convener = conference.convener_agency_id
    staying = [
        a for a in attendees if a.agency_id is not None and item.invites(a.agency_id, convener)
    ]
    declined = {a.agency_id for a in attendees if a.answer is Answer.DECLINED}
    found = [
        about(code)
        for code, holds in (
            (F.ITEM_CONSENT_MISSING, known.without_consent > 0),
            (F.ITEM_CONSENT_ENDS, known.consent_ends > 0),
            (F.ITEM_GROUND_MISSING, not known.ground),
            (
                F.ITEM_NOBODY_STAYS,
                len(attendees) > 1 and {a.agency_id for a in staying} <= {convener},
            ),
            (F.ITEM_PRESENTER_DECLINED, item.presenter_agency_id in declined),
            (F.PERSON_HIDES, _attends(attendees, item)),
            (F.COMPANION_HIDES, _is_accompanied(attendees, item)),
            (F.RESIDENT_LIMITS, bool(item.person_ids) and any(a.resident for a in attendees)),
        )
        if holds
    ]
    if item.plan is not None and KINDS[item.kind or conference.kind].decides_plans:
        found += [
            about(code)
            for code, holds in (
                (F.ITEM_PLAN_OUTDATED, known.plan_outdated),
                (F.ITEM_PLAN_NOT_AGREED, not known.plan_agreed),
                (F.ITEM_NO_MUNICIPAL_OFFICER, not _coming(staying, convener, declined) & municipal),
            )
            if holds
        ]
        accepted = sum(a.answer is Answer.ACCEPTED or a.agency_id == convener for a in staying)
        answered = all(a.answer is not Answer.NONE or a.agency_id == convener for a in staying)
        if answered and not is_quorum(accepted, len(staying), quorum):
            numbers = {"accepted": accepted, "invited": len(staying)}
            found.append(about(F.ITEM_QUORUM_IN_DOUBT, facts=numbers))
    found += [about(F.AGENCY_SEES_NOTHING, agency_id=blind) for blind in known.blind]
    return found


def _attends(attendees: Sequence[Attendee], item: AgendaItem) -> bool:
    return bool({a.person_id for a in attendees if a.person_id} & set(item.person_ids))


def _is_accompanied(attendees: Sequence[Attendee], item: AgendaItem) -> bool:
    return bool({a.comes_with for a in attendees if a.comes_with} & set(item.person_ids))


def _coming(
    staying: Sequence[Attendee], convener: UUID, declined: set[UUID | None]
) -> set[UUID | None]:
    return {a.agency_id for a in staying} - (declined - {convener})


def _of_agencies(
    conference: Conference,
    attendees: Sequence[Attendee],
    items: Sequence[AgendaItem],
    seats: Mapping[UUID, Seat],
) -> list[Finding]:
    found = []
    convener = conference.convener_agency_id
    for attendee in attendees:
        agency_id = attendee.agency_id
        if agency_id is None or attendee.answer is Answer.DECLINED:
            continue
        seat = seats.get(agency_id, Seat())
        statutory = any(
            i.basis in CONFERENCE_BASES and i.pulled_at is None and i.invites(agency_id, convener)
            for i in items
        )
        unanswered = attendee.answer is Answer.NONE and agency_id != convener
        for code, holds in (
            (F.AGENCY_CANNOT_READ, not seat.can_read),
            (F.SECRECY_NOBODY_REGISTERED, statutory and not seat.registered),
            (F.SECRECY_NOT_ACKNOWLEDGED, statutory and seat.registered and not seat.acknowledged),
            (F.AGENCY_NOT_ANSWERED, unanswered),
        ):
            if holds:
                found.append(Finding(code=code, agency_id=agency_id))
    return found
