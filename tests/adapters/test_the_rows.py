"""What is put into a table comes out of it again: every value, in a real PostgreSQL."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum
from typing import Any, TypeVar, get_args
from uuid import UUID

import asyncpg
import pytest
from conftest import Databases
from domain_builders import (
    CITY,
    DAY,
    HUB,
    ISS,
    NEXT_CITY,
    NOW,
    OURS,
    PERSON,
    POSITION,
    RECEIVER,
    SENDER,
    SOMEBODY_ELSE,
    THEIRS,
    case,
    conference,
    consent,
    item,
    line,
    member,
    plan,
    plan_version,
    receivers,
    referral,
    uid,
)
from pydantic import BaseModel

from service.adapters.postgres.people import GIVEN_TERMS
from service.adapters.postgres.rows import Table
from service.adapters.postgres.schema import STORES
from service.domain.access_request import DisclosureRequest, Embargo
from service.domain.area_issue import AreaCount, AreaIssue, IssueStep
from service.domain.assessment import Assessment
from service.domain.audit import AuditEntry, DecidedEntry
from service.domain.calendar_feed import CalendarFeed
from service.domain.calendar_jp import PartialDate
from service.domain.capacity import DeskCapacity
from service.domain.case import CaseLead, Closing
from service.domain.checklist import ChecklistSheet, ItemAnswer
from service.domain.conference import Attendee, PlanLineReference, PlanReference
from service.domain.conference_body import ConferenceBody, Participant
from service.domain.conference_membership import BodyMember
from service.domain.conference_series import ConferenceSeries, Sitting
from service.domain.consent import Consent, GivenTerms
from service.domain.consultation import Consultation
from service.domain.contact import Address, Phone
from service.domain.contact_schedule import ContactSchedule, Made
from service.domain.date_poll import AnswerToSlot, DatePoll, PollAgency, PollSlot, Reply
from service.domain.decision import Basis
from service.domain.directory import (
    Agency,
    AgencyKind,
    Area,
    AreaWorker,
    Contract,
    Desk,
    Municipality,
    Position,
    Tenure,
)
from service.domain.disclosure import D0, D1, DataClass
from service.domain.enquiry import Enquiry
from service.domain.feedback import Feedback
from service.domain.fixed_packet import FixedPacket, FixedPage
from service.domain.form import Option
from service.domain.form_answers import Answer, Answers, FormAnswers
from service.domain.form_book import ExtraField, LocalForm
from service.domain.hub import HubEntry
from service.domain.import_plan import ImportBatch, Kept
from service.domain.information_request import AskedLine, InformationRequest
from service.domain.intake import Intake
from service.domain.item_moves import ItemMove
from service.domain.item_paper import ItemPaper
from service.domain.item_release import ItemRelease
from service.domain.law import BasisSwitch, LegalBasis
from service.domain.minutes import MinutesAgreement, MinutesVersion
from service.domain.names import PersonName
from service.domain.network import Network, Routing
from service.domain.note import Note
from service.domain.notice import Notice
from service.domain.packet_copy import PacketCopy
from service.domain.people import EmergencyContact, Household, Member, Person, Representation
from service.domain.permission import Purpose
from service.domain.person_import import Made as MadeRow
from service.domain.person_import import PersonImport
from service.domain.plan import PlanVersion
from service.domain.plan_evaluation import AfterCare, Employment, PlanEvaluation, ResultOnLine
from service.domain.plan_line import SignOff
from service.domain.plan_monitoring import FoundOnLine, PlanMonitoring
from service.domain.pre_check import PreCheck
from service.domain.provision import Provision
from service.domain.recurrence import Recurrence
from service.domain.referral import Handover, Need, Referral, ReferralEvent
from service.domain.referral_amendment import ReferralAmendment
from service.domain.referral_kinds import Risk
from service.domain.role import Role
from service.domain.screening import Screened, Screening
from service.domain.signal import Look, Signal, Watcher
from service.domain.statistics import ClosedMonth, Population
from service.domain.supervision import Supervision
from service.domain.tally import Recommendation
from service.domain.task import DueDayChange, Task
from service.domain.urgent_support import UrgentSupport

#: Nine hours ahead: what comes back is the same instant.
IN_JAPAN = datetime(2026, 11, 25, 10, 0, tzinfo=timezone(timedelta(hours=9)))
#: Written so that a careless writer breaks it: quotes, braces, a backslash, a line end, 外字.
HARD = "「引用」 'a' \"b\" {c,d} \\n NULL\n二行目\t\U00020bb7\ufa19 %s $1 -- ;"
#: The same on one line.
HARD_LINE = " ".join(HARD.split())
V = TypeVar("V", bound=BaseModel)


def _tables() -> Iterator[Table[Any]]:
    seen: dict[type[BaseModel], Table[Any]] = {}
    for store in STORES:
        for found in vars(store).values():
            # A table beside its store, or the store's own.
            own = getattr(found, "table", None) if isinstance(found, type) else found
            if isinstance(own, Table):
                # Two tables of one value would hide each other here.
                assert seen.setdefault(own.value, own) is own
    yield from seen.values()


#: Of a consent its terms are read alone as well; they are never written so.
TABLES = {table.value: table for table in _tables() if table.value is not GivenTerms}

_ADDRESS = Address(
    kind="registered",
    municipality_code=CITY,
    postcode="999-9999",
    prefecture="みほん県",
    city="みほん市",
    town="試験町一丁目",
    block="2番地3",
    building="みほん荘101号室",
)
_DATED = {"valid_from": date(2024, 4, 1), "valid_until": date(2030, 3, 31)}
_ACCESS: dict[str, Any] = {
    "id": uid(16),
    "attempt_id": uid(17),
    "at": NOW.replace(microsecond=123456),
    "actor_kind": "staff",
    "iss": ISS,
    "sub": "sub-1",
    "client_id": "portal",
    "agency_id": OURS,
    "position_id": POSITION,
    "roles": ("auditor", "consultant"),
    "purpose": "consultation",
    "action": "person.read",
    "record_kind": "person",
    "record_id": PERSON,
    "holder_agency_id": THEIRS,
    "person_id": PERSON,
    "data_classes": ("D0", "D1"),
    "fields": ("birth", "names"),
    "outcome": "allowed",
    "basis": "CONSENT",
    "rules": ("party.with_consent",),
    "consent_ids": (str(uid(2)),),
    "conference_id": uid(11),
    "law": "CONSENT@2023-04-01",
    "obligations": ("no_onward", "review_by"),
    "policy_version": "2026-11-0",
    "request_id": "request-1",
    "token_id": "jti-1",
    "remote": "2001:db8::1",
}

#: One value of each table with every field filled in.
FULL: tuple[BaseModel, ...] = (
    Person(
        id=PERSON,
        holder_agency_id=OURS,
        registered_at=NOW,
        names=(
            PersonName(family="\ufa19田", given="一", family_kana="カミタ", given_kana="ハジメ"),
            PersonName(kind="latin", family="KAMITA", given="HAJIME"),
            PersonName(kind="common_name", single="はじめ", kana_unknown=True, replacement="初"),
        ),
        birth=PartialDate("昭和50年3月"),
        sex="other",
        phones=(
            Phone(kind="mobile", number="090-0000-0000", may_call=True, safe_hours=HARD[:4]),
            Phone(kind="none"),
        ),
        address=_ADDRESS,
        municipality_code=CITY,
        area="district_3",
        language="ja_easy",
        living=HARD,
        considerations=HARD,
        emergency_contacts=(
            EmergencyContact(
                name="\ufa19田 'a' \"b\"",
                relation="姉 {c,d}",
                phone=Phone(kind="home", number="03-0000-0000", extension="123", may_call=False),
            ),
            EmergencyContact(name="次の人", phone=Phone(kind="stopped")),
        ),
        department="life_support",
        protected_address=Address(kind="whereabouts", no_fixed_abode=True),
        version=1,
    ),
    Household(
        id=uid(1),
        holder_agency_id=OURS,
        formed_at=NOW,
        tags=frozenset({"young_carer", "8050", "double_care"}),
        members=(
            Member(person_id=PERSON, relation="self", lives_together=True, shares_budget=False),
            Member(person_id=SOMEBODY_ELSE, relation="sibling"),
        ),
    ),
    consent(
        state="revoked",
        given_by="guardian",
        representative_id=uid(22),
        representative="後見人 見本",
        method="oral",
        witnesses=("川田, 太郎", '土井 "花子"'),
        language="vi",
        explanation_aids=frozenset({"sign_language", "drawing", "interpreter"}),
        receivers=receivers(OURS, THEIRS, kinds=("school", "hello_work")).but(
            meetings=frozenset({uid(23), uid(24)})
        ),
        excluded=receivers(HUB, kinds=("employer",)).but(meetings=frozenset({uid(25)})),
        review_on=DAY,
        next_contact_on=DAY,
        supersedes_id=uid(2),
        revoked_at=NOW,
        revoked_by=OURS,
        revoke_reason=HARD,
    ),
    Consultation(
        id=uid(3),
        agency_id=OURS,
        position_id=POSITION,
        municipality_code=CITY,
        hub_agency_id=HUB,
        received_at=NOW,
        routed_desk_id=uid(4),
        routed_because="area",
        told=HARD,
        person_id=PERSON,
        channel="third_party",
        area="district_3",
        heard_on=DAY,
        themes=("debt", "health"),
        informant="山田さん",
        opinion=HARD,
        intake=Intake(
            worries=frozenset({"debt", "food"}),
            worst="food",
            wishes=HARD,
            health="歯 'a' \"b\"",
            none=frozenset({"children", "pension"}),
            unknown=frozenset({"savings"}),
        ),
        status="conf_listed",
        due_at=IN_JAPAN,
        missed=2,
        next_contact_on=DAY,
        screened_at=NOW + timedelta(hours=1),
        screening_note=HARD + "方針",
        conference_id=uid(11),
        signal_id=uid(40),
        previous_case_id=uid(6),
        case_id=uid(41),
    ),
    Signal(
        id=uid(40),
        kind="arrears",
        text=HARD,
        area="district_3",
        place=HARD_LINE,
        who="60代の男性 'a'",
        person_id=PERSON,
        categories=("debt", "budget"),
        check_items=frozenset({"not_seen", "injuries", "rubbish"}),
        arrears=frozenset({"water", "rent"}),
        recommended="declined",
        watchers=(
            Watcher(name='福祉推進員 "b"', way=HARD_LINE),
            Watcher(name="隣人", way="声かけ"),
        ),
        informant="検針員",
        met_at="salon",
        urgent=True,
        noticed_on=DAY,
        to_desk_id=uid(18),
        agency_id=OURS,
        entered_by_agency_id=THEIRS,
        entered_by_position_id=POSITION,
        municipality_code=CITY,
        hub_agency_id=HUB,
        raised_at=NOW,
        urgency="urgent",
        status="closed",
        due_at=IN_JAPAN,
        missed=3,
        level="municipality",
        looks=(
            Look(at=IN_JAPAN, position_id=POSITION, found=HARD),
            Look(at=NOW, found="二度目の訪問"),
        ),
        consultation_id=uid(3),
        merged_into_id=uid(42),
        close_reason="moved",
        close_note=HARD + "終了",
    ),
    HubEntry(
        id=uid(43),
        municipality_code=CITY,
        hub_agency_id=HUB,
        from_agency_id=OURS,
        record_kind="case",
        record_id=uid(6),
        person_id=PERSON,
        why="no_lead",
        reason=HARD,
        summary=HARD_LINE,
        raised_at=NOW,
        due_at=IN_JAPAN,
        level=1,
        state="answered",
        advice=HARD + "助言",
        answered_by_agency_id=THEIRS,
        answered_at=NOW + timedelta(hours=2),
    ),
    referral(
        "declined",
        to_desk_id=uid(4),
        purpose=Purpose.PLANNING,
        urgency="urgent",
        handover=Handover(mode="accompany", at=IN_JAPAN, staff="川田"),
        prior_contact="土井さんに電話（11/20）",
        arrangements=HARD,
        reason=HARD,
        needs=(Need(theme="debt", text=HARD), Need(theme="health", text="歯")),
        wishes=HARD,
        informant="山田さん",
        opinion=HARD,
        data_classes=frozenset({DataClass.D1, DataClass.D6, DataClass.D4}),
        consultation_id=uid(3),
        parent_id=uid(5),
        household_id=uid(1),
        from_position_id=POSITION,
        resumes="needs_lead",
        due_at=IN_JAPAN,
        declined_by=(RECEIVER, SENDER),
        hub_overdue=2,
        lead_named_by_hub=True,
        proposal_desk_id=uid(4),
        case_id=uid(6),
        first_contact_at=NOW,
        followed_up_at=NOW,
        route="to_public_assistance",
        risk=Risk(kind="suicide", safety_plan=HARD),
        reopens_id=uid(5),
        episode=2,
        check_on=DAY,
        check_asked_at=NOW,
        checked_at=NOW,
        check_well=False,
        contact_attempts=3,
        outcome="support_started",
        sent_at=NOW,
        ended_at=NOW,
        version=1,
    ),
    ReferralEvent(
        id=uid(7),
        referral_id=uid(8),
        number=3,
        at=NOW,
        act="decline",
        from_status="received",
        to_status="declined",
        by_agency_id=OURS,
        by_position_id=POSITION,
        to_agency_id=THEIRS,
        note=HARD,
    ),
    case(
        episode=2,
        previous_case_id=uid(44),
        mode="stay_connected",
        stage="closed",
        collaboration="handed_to_lead",
        urgency="urgent",
        lead_position_id=POSITION,
        deputy_agency_id=THEIRS,
        deputy_position_id=uid(19),
        team=(
            member(HUB, "health", "debt").but(role=HARD_LINE, position_id=POSITION, since=DAY),
            member(THEIRS),
        ),
        referral_id=uid(8),
        consultation_id=uid(3),
        recorded_at=NOW,
        stale_at=IN_JAPAN,
        stale=True,
        holder_gone=True,
        closing=Closing(
            category="in_sight", exit=HARD_LINE, note=HARD, after_care="民生委員 'a' {b}"
        ),
        ended_at=NOW + timedelta(days=3),
    ),
    CaseLead(
        id=uid(45),
        case_id=uid(6),
        person_id=PERSON,
        lead_agency_id=OURS,
        lead_position_id=POSITION,
        deputy_agency_id=THEIRS,
        deputy_position_id=uid(19),
        valid_until=date(2027, 3, 31),
        decided_by="conference",
        decided_at=NOW,
        reason=HARD,
        handover_note=HARD + "引継ぎ",
        ended_at=IN_JAPAN,
    ),
    Assessment(
        id=uid(46),
        case_id=uid(6),
        person_id=PERSON,
        agency_id=OURS,
        position_id=POSITION,
        assessed_on=DAY,
        made_at=NOW,
        checks=frozenset({"isolation", "debt", "other"}),
        sensitive_checks=frozenset({"mental_health", "illness"}),
        protected_checks=frozenset({"violence", "family"}),
        issues=HARD,
        strengths=HARD + "強み",
        direction=HARD + "方向",
        opinion=HARD + "所感",
    ),
    ContactSchedule(
        id=uid(47),
        person_id=PERSON,
        why="after_care",
        next_on=date(2027, 2, 18),
        every_days=90,
        case_id=uid(6),
        consultation_id=uid(3),
        how=HARD,
        agency_id=OURS,
        position_id=POSITION,
        made_at=NOW,
        reminded_for=DAY,
        contacts=(
            Made(at=IN_JAPAN, reached=True, position_id=POSITION, note=HARD),
            Made(at=NOW, reached=False),
        ),
        end_reason=HARD + "終了",
        ended_at=NOW + timedelta(days=2),
    ),
    UrgentSupport(
        id=uid(48),
        person_id=PERSON,
        kind="lodging",
        what=HARD,
        given_at=IN_JAPAN,
        case_id=uid(6),
        consultation_id=uid(3),
        agency_id=OURS,
        position_id=POSITION,
        municipality_code=CITY,
        hub_agency_id=HUB,
        state="warning",
        due_at=IN_JAPAN + timedelta(days=7),
        next_kind="contact",
        next_id=uid(47),
        closed_reason=HARD + "所在不明",
    ),
    plan(
        kind="multi_agency",
        referral_id=uid(8),
        case_id=uid(6),
        ordinal=2,
        previous_plan_id=uid(60),
        latest_number=2,
        in_force_number=1,
        course="review_due",
        due_on=DAY,
        period_until=date(2027, 11, 30),
        wake_on=date(2027, 3, 1),
    ),
    PlanMonitoring(
        id=uid(61),
        plan_id=uid(0x400),
        number=1,
        agency_id=OURS,
        position_id=POSITION,
        recorded_at=NOW,
        on=DAY,
        findings=(
            FoundOnLine(line_id=uid(62), theme="debt", progress="slow", note=HARD),
            FoundOnLine(line_id=uid(63), theme="health", progress="done"),
        ),
        next_on=date(2027, 3, 1),
        condition_changed=True,
        note=HARD,
        opinion=HARD + "所見",
    ),
    PlanEvaluation(
        id=uid(64),
        plan_id=uid(0x400),
        number=1,
        agency_id=OURS,
        position_id=POSITION,
        recorded_at=NOW,
        on=DAY,
        reason="situation_changed",
        lines=(ResultOnLine(line_id=uid(62), theme="debt", achieved="partly", note=HARD),),
        changes=frozenset({"budget", "housing"}),
        employment=Employment(employed_on=DAY, kind="supported", income_increased=True),
        step_up=True,
        remaining_issues=HARD,
        wishes=HARD + "希望",
        conference_on=DAY,
        result="ended",
        category="in_sight",
        exit=HARD_LINE,
        after_care=AfterCare(choice="contact", how=HARD_LINE, contact_on=DAY),
        interruption=HARD + "中断",
        recontact_on=DAY,
        opinion=HARD + "所見",
    ),
    plan_version(
        goal_in_own_words=HARD,
        employment_support=True,
        monitoring_on=DAY,
        lines=(
            line(
                done_by="近所の方",
                ends_on=date(2027, 3, 31),
                frequency="月2回",
                exit=HARD,
                service_code="home_visit",
                id=uid(62),
                self_reliance="economic",
                target=HARD,
                layered_function=6,
            ),
            line(exit=None),
        ),
        background=HARD,
        opinion=HARD,
        status="decided",
        agreed_on=DAY,
        agreed_by="本人",
        agreement_evidence="様式2",
        representation_id=uid(70),
        sign_offs=(SignOff(agency_id=OURS, position_id=POSITION, at=NOW),),
        unsigned_agency_ids=(THEIRS, OURS),
        unsigned_reason=HARD,
        decided_as="decision",
        refused_at=NOW,
        refused_by_agency_id=THEIRS,
        approved_item_id=uid(9),
        approved_at=NOW,
        sent_back_reason=HARD,
        decided_at=NOW,
        decided_by_agency_id=THEIRS,
        decision_number="福第123号",
    ),
    conference(
        local_name="みほん会議",
        starts_at=IN_JAPAN,
        ends_at=IN_JAPAN + timedelta(hours=1, microseconds=1),
        online_url="https://meet.example/1",
        body_id=uid(23),
        status="held",
        minutes_text=HARD,
        fixed_at=NOW,
        held_at=NOW + timedelta(days=1),
        minutes_confirmed_at=NOW + timedelta(days=2),
        sequence=3,
        remind_on=DAY,
        chaired_by_agency_id=THEIRS,
        continued_by_id=uid(47),
    ),
    CalendarFeed(
        id=uid(40),
        iss=ISS,
        sub="sub-1",
        agency_id=OURS,
        position_id=POSITION,
        tenure_ids=frozenset({uid(41), uid(42)}),
        purpose=Purpose.PLANNING,
        secret_hash="0" * 64,
        made_at=NOW,
        revoked_at=NOW + timedelta(days=1),
    ),
    Attendee(
        id=uid(10),
        conference_id=uid(11),
        agency_id=OURS,
        answer="tentative",
        representative="代理 木村",
        present=False,
        present_position_ids=(POSITION, uid(19)),
        arrived_for_item=2,
        left_before_item=4,
        invited_at=NOW,
    ),
    ItemPaper(
        id=uid(50),
        conference_id=uid(11),
        item_id=uid(12),
        agency_id=OURS,
        position_id=POSITION,
        name="見立て（第2版）.pdf",
        data_class="D3",
        media_type="application/pdf",
        size=1234,
        sha256="0123456789abcdef" * 4,
        added_at=NOW,
        withdrawn_at=IN_JAPAN,
        withdrawn_by_agency_id=THEIRS,
        withdrawn_reason=HARD,
    ),
    FixedPacket(
        id=uid(51),
        conference_id=uid(11),
        attendee_id=uid(10),
        fixed_at=NOW,
        pages=(
            FixedPage(item_id=uid(12), data_classes=frozenset({D0, D1}), basis="CONSENT"),
            FixedPage(item_id=uid(13), remedies=("ask_consent",)),
        ),
    ),
    ItemMove(
        id=uid(52),
        way="promotion",
        from_conference_id=uid(11),
        from_item_id=uid(12),
        to_conference_id=uid(47),
        to_item_id=uid(13),
        moved_at=IN_JAPAN,
        agency_id=OURS,
        position_id=POSITION,
    ),
    ItemRelease(
        id=uid(53),
        origin_id=uid(54),
        what="decision",
        text=HARD,
        to_item_id=uid(13),
        conference_id=uid(11),
        item_id=uid(12),
        to_conference_id=uid(47),
        agency_id=OURS,
        position_id=POSITION,
        released_at=NOW,
        withdrawn_at=IN_JAPAN,
    ),
    InformationRequest(
        id=uid(55),
        agency_id=THEIRS,
        item_id=uid(12),
        asks=(AskedLine(what="opinion", text=HARD),),
        due_on=DAY,
        conference_id=uid(11),
        convener_agency_id=OURS,
        basis="CONF_LAYERED",
        law_version="CONF_LAYERED@2021-04-01",
        names_somebody=True,
        status="answered",
        asked_at=NOW,
        due_at=IN_JAPAN,
        text=HARD,
        answered_at=NOW + timedelta(days=1),
        answered_by_position_id=POSITION,
    ),
    ConferenceSeries(
        id=uid(46),
        organiser_agency_id=OURS,
        municipality_code=NEXT_CITY,
        planned_at=NOW,
        kind="support_conf_layered",
        local_name="みほん会議",
        body_id=uid(23),
        place=HARD_LINE,
        online_url="https://meet.example/1",
        starts=time(13, 30),
        minutes=90,
        rule=Recurrence(
            every="month",
            interval=2,
            weekday=4,
            nth=-1,
            first=DAY,
            until=DAY,
            on_closed_day="skip",
        ),
        agency_ids=(THEIRS, HUB),
        chair_rotation=(HUB, OURS, THEIRS),
        chair_moves_on_when_skipped=True,
        sittings=(
            Sitting(
                number=1,
                by_rule=DAY,
                starts_at=IN_JAPAN,
                state="planned",
                conference_id=uid(11),
            ),
        ),
        ended_at=NOW,
    ),
    DatePoll(
        id=uid(45),
        organiser_agency_id=OURS,
        municipality_code=NEXT_CITY,
        opened_at=NOW,
        title=HARD_LINE,
        kind="support_conf_layered",
        local_name="みほん会議",
        minutes=90,
        slots=(
            PollSlot(starts_at=IN_JAPAN, place=HARD_LINE),
            PollSlot(starts_at=IN_JAPAN + timedelta(days=1), online_url="https://meet.example/1"),
        ),
        agencies=(PollAgency(agency_id=THEIRS, required=True), PollAgency(agency_id=HUB)),
        invited_agency_ids=(THEIRS, HUB),
        answer_by=DAY,
        body_id=uid(23),
        replies=(
            Reply(
                agency_id=THEIRS,
                answers=(AnswerToSlot(slot=0, answer="if_need_be"),),
                representative=HARD_LINE,
                answered_at=NOW,
            ),
        ),
        status="settled",
        due_at=IN_JAPAN,
        reminded_at=NOW,
        settled_slot=1,
        conference_id=uid(11),
    ),
    item(
        OURS,
        THEIRS,
        kind="support_coordination_conf",
        subject=HARD,
        person_ids=(SOMEBODY_ELSE, PERSON),
        plan=PlanReference(plan_id=uid(12), number=2),
        referral_id=uid(8),
        case_id=uid(6),
        presenter_agency_id=OURS,
        body_id=uid(23),
        reason_without_consent=HARD,
        basis=Basis.CONF_LAYERED,
        added_by_agency_id=THEIRS,
        pulled_at=NOW,
        pulled_because="consent_revoked",
        area_issue_id=uid(38),
        result="sent_back",
        decision=HARD,
        pre_check=PreCheck(fit_for="layered_support_conf", remark=HARD),
        pre_check_item_id=uid(10),
    ),
    Task(
        id=uid(13),
        kind="conference",
        position_id=POSITION,
        for_role=Role.CHIEF_CONSULTANT,
        record_kind="conference",
        record_id=uid(11),
        made_at=NOW,
        conference_id=uid(11),
        item_id=uid(9),
        person_id=PERSON,
        agency_id=OURS,
        what=HARD,
        due_on=DAY,
        state="done",
        outcome=HARD,
        finished_at=NOW,
        plan_line=PlanLineReference(plan_id=uid(8), number=2, line=1),
        due_days=(DueDayChange(before=DAY, after=DAY, reason=HARD, at=IN_JAPAN),),
        dropped_because=HARD,
        remind_on=DAY,
        chase_on=DAY,
    ),
    Notice(
        id=uid(14),
        agency_id=OURS,
        kind="stop_use",
        for_role=Role.PRIVACY_OFFICER,
        record_kind="consent",
        record_id=uid(15),
        made_at=NOW,
        due_at=IN_JAPAN,
        acknowledged_at=NOW,
        acknowledged_by=POSITION,
        answer="利用を止めました",
    ),
    AuditEntry(**_ACCESS),
    DecidedEntry(**_ACCESS, question=json.dumps({"at": HARD}, ensure_ascii=False)),
    Municipality(
        code=NEXT_CITY,
        name="みほん市",
        name_kana="ミホンシ",
        runs_layered_project=True,
        hub_agency_id=HUB,
        upper_hub_agency_id=THEIRS,
        **_DATED,
    ),
    AgencyKind(
        code="t_kind",
        label_ja="種類",
        label_en="Kind",
        public_body=True,
        decides_support=True,
        special_secrecy=True,
        receives_reports_of=frozenset({"spouse", "child", "elder"}),
        ceiling="D2",
    ),
    Agency(
        id=OURS,
        code="t_ours",
        kind="t_kind",
        legal_body="t_city",
        name="当機関",
        public_name="相談窓口",
        municipality_code=CITY,
        phone="099-999-0001",
        email="desk@mihon.example",
        **_DATED,
    ),
    Area(code="t_area", municipality_code=CITY, name="試験地区"),
    AreaWorker(
        id=uid(49),
        municipality_code=NEXT_CITY,
        area="district_3",
        agency_id=OURS,
        position_id=POSITION,
        deputy_position_id=uid(19),
        **_DATED,
    ),
    Desk(
        id=uid(18),
        agency_id=OURS,
        municipality_code=CITY,
        name="窓口",
        themes=("debt", "work"),
        areas=("district_1",),
        phone="099-999-0001",
        fallback=True,
        **_DATED,
    ),
    ReferralAmendment(
        id=uid(31),
        referral_id=uid(8),
        number=4,
        at=NOW,
        by_agency_id=OURS,
        by_position_id=POSITION,
        field="needs",
        data_class="D3",
        old=[{"theme": "debt", "text": HARD}],
        new={"mode": "paper", "at": None, "list": [1, True, HARD]},
        reason=HARD,
    ),
    Network(
        id=uid(32), municipality_code=CITY, name=HARD_LINE, agency_ids=(THEIRS, OURS), **_DATED
    ),
    Routing(
        id=uid(33),
        network_id=uid(32),
        at=NOW,
        by_agency_id=OURS,
        by_position_id=POSITION,
        theme="debt",
        area="district_3",
        question=HARD_LINE,
        desk_id=uid(18),
        because="theme_and_area",
    ),
    DeskCapacity(
        desk_id=uid(18),
        open=True,
        places=3,
        waiting_days=14,
        until=DAY,
        note=HARD_LINE,
        told_at=NOW,
        told_by_position_id=POSITION,
    ),
    Position(
        id=POSITION,
        agency_id=OURS,
        code="t_position",
        title="係長",
        role=Role.AUDITOR,
        department="life_support",
        area="district_3",
        deputy_position_id=uid(19),
        **_DATED,
    ),
    Tenure(id=uid(20), position_id=POSITION, iss=ISS, sub="sub-1", name="見本", **_DATED),
    LegalBasis(
        code=Basis.CONF_NEEDY,
        switchable=True,
        law_ja="生活困窮者自立支援法",
        law_en="Act on \"Self-Reliance\" {Support}, 'Needy' Persons",
        article="第9条",
        text_ja=HARD,
        text_en=HARD[::-1],
        secrecy_ja=HARD + "秘密",
        secrecy_en=HARD + "secret",
        source=HARD_LINE,
        **_DATED,
    ),
    BasisSwitch(municipality_code=NEXT_CITY, basis=Basis.CONF_LAYERED, by_laws=HARD_LINE, **_DATED),
    Contract(
        id=uid(26),
        principal_agency_id=OURS,
        contractor_agency_id=THEIRS,
        work=HARD_LINE,
        purposes=frozenset({Purpose.SERVICE, Purpose.CONSULTATION, Purpose.PLANNING}),
        **_DATED,
    ),
    Representation(
        id=uid(22),
        person_id=PERSON,
        recorded_by=OURS,
        recorded_at=NOW,
        kind="adult_guardian",
        name="後見人 '見本' \ufa19",
        ground=HARD_LINE,
        scope=frozenset({"property", "consent", "disclosure_request"}),
        **_DATED,
    ),
    Provision(
        id=uid(27),
        person_id=PERSON,
        basis=Basis.DUTY_REPORT,
        taken="taken",
        from_agency_id=OURS,
        to_agency_id=THEIRS,
        to_department="life_support",
        to_position_id=POSITION,
        purposes=frozenset({Purpose.WATCH_OVER, Purpose.CONSULTATION}),
        data_classes=frozenset({DataClass.D5, DataClass.D0, DataClass.D4}),
        opens_at=NOW,
        closes_at=IN_JAPAN,
        ended_at=NOW + timedelta(minutes=1),
        review_due_at=NOW + timedelta(minutes=2),
        reviewed_at=NOW + timedelta(minutes=3),
        told_at=NOW + timedelta(minutes=4, microseconds=1),
        made_by_position_id=uid(19),
        made_by_iss=ISS,
        made_by_sub="sub-1",
        reason=HARD,
        message=HARD + "知らせ",
        law="児童虐待の防止等に関する法律",
        article="第6条",
        abuse_kind="child",
        approver=HARD_LINE,
        contract_id=uid(26),
        review_agency_id=HUB,
        reviewed_by_position_id=uid(28),
        verdict="not_justified",
        finding=HARD + "所見",
        told_how="電話で 'a'",
    ),
    Enquiry(
        id=uid(29),
        kind="safety_check",
        from_agency_id=OURS,
        from_position_id=POSITION,
        to_agency_id=THEIRS,
        name="\ufa19田 一",
        kana="カミタ ハジメ",
        birth=PartialDate("昭和50年"),
        address=HARD_LINE,
        noticed=HARD,
        asked_at=NOW,
        expires_at=IN_JAPAN,
        answer="known",
        answered_at=NOW + timedelta(hours=1),
        person_id=PERSON,
        note=HARD + "控え",
    ),
    Feedback(
        id=uid(30),
        person_id=PERSON,
        from_agency_id=OURS,
        to_agency_id=THEIRS,
        to_position_id=POSITION,
        tenure_id=uid(20),
        area="district_3",
        items=frozenset({"watch_point", "address", "name"}),
        watch_point=HARD,
        given_at=NOW,
        valid_until=DAY,
        acknowledged_at=NOW + timedelta(hours=1),
        ended_at=NOW + timedelta(hours=2),
        follows_id=uid(31),
    ),
    Note(
        id=uid(32),
        case_id=uid(6),
        person_id=PERSON,
        agency_id=OURS,
        position_id=POSITION,
        written_at=NOW,
        happened_on=date(2026, 11, 19),
        kind="enquiry",
        with_whom=HARD_LINE,
        minutes=45,
        next=HARD + "次回",
        text=HARD,
        sensitive=HARD + "体調",
        opinion=HARD + "所感",
    ),
    DisclosureRequest(
        id=uid(33),
        agency_id=OURS,
        received_at=NOW,
        person_id=PERSON,
        requested_on=DAY,
        requester="agent",
        representative_id=uid(22),
        identity_checked_by=HARD_LINE,
        wants=HARD,
        state="decided",
        due_on=date(2027, 1, 19),
        extension_reason=HARD + "延長",
        result="partial",
        grounds=frozenset({"third_party", "deliberation", "proper_performance"}),
        decision_number="開第1号",
        decided_on=date(2026, 12, 1),
        exported_at=NOW + timedelta(days=12),
    ),
    Embargo(
        id=uid(34),
        person_id=PERSON,
        set_by_agency_id=OURS,
        set_by_position_id=POSITION,
        set_at=NOW,
        ground="dv_protection",
        agency_ids=frozenset({THEIRS, HUB, OURS}),
        reason=HARD,
        approver=HARD_LINE,
        until=date(2027, 3, 31),
        lifted_at=IN_JAPAN,
    ),
    ConferenceBody(
        id=uid(23),
        municipality_code=NEXT_CITY,
        convener_agency_id=OURS,
        kind="support_conf_layered",
        name=HARD_LINE,
        by_laws="設置要綱 'a' \"b\"",
        paper_days=0,
        level="wide_area",
        parent_id=uid(24),
        secretariat_agency_ids=(THEIRS, HUB),
        chair_position_id=POSITION,
        deputy_position_ids=(uid(19),),
        quorum_percent=60,
        basis=Basis.CONF_LAYERED,
        constituted_at=NOW,
        **_DATED,
    ),
    BodyMember(
        id=uid(60),
        body_id=uid(23),
        agency_id=THEIRS,
        listed_at=IN_JAPAN,
        **_DATED,
    ),
    Participant(
        id=uid(35),
        conference_id=uid(11),
        agency_id=OURS,
        position_id=POSITION,
        substitute_for_position_id=uid(19),
        registered_at=NOW,
        acknowledged_at=IN_JAPAN,
        acknowledged_iss=ISS,
        acknowledged_sub="sub-1",
        notice_version="CONF_LAYERED@2023-04-01",
        withdrawn_at=NOW,
    ),
    MinutesVersion(
        id=uid(35),
        conference_id=uid(11),
        number=2,
        text=HARD + "会議録",
        reason=HARD,
        written_at=IN_JAPAN,
        agency_id=OURS,
        position_id=POSITION,
    ),
    MinutesAgreement(
        id=uid(35),
        conference_id=uid(11),
        number=2,
        agency_id=OURS,
        position_id=POSITION,
        agrees=False,
        remark=HARD,
        said_at=IN_JAPAN,
    ),
    PacketCopy(
        id=uid(35),
        conference_id=uid(11),
        number=3,
        agency_id=OURS,
        position_id=POSITION,
        made_at=IN_JAPAN,
        sha256="0123456789abcdef" * 4,
        paper_id=uid(50),
    ),
    LocalForm(
        id=uid(61),
        municipality_code=CITY,
        form_code="intake_application",
        number=101,
        base_version=1,
        valid_from=date(2026, 4, 1),
        fields=(
            ExtraField(
                code="town_bus",
                label_ja="バスの利用",
                kind="choice",
                data_class="D2",
                options=(
                    Option(code="uses", label_ja="利用", number="1"),
                    Option(code="not", label_ja="なし"),
                ),
                required=True,
            ),
        ),
        made_at=IN_JAPAN,
        made_by_agency_id=OURS,
    ),
    FormAnswers(
        id=uid(62),
        record_kind="consultation",
        record_id=uid(12),
        person_id=PERSON,
        agency_id=OURS,
        position_id=POSITION,
        form_code="intake_application",
        form_version=101,
        written_at=IN_JAPAN,
        answers=Answers(
            d1=(Answer(code="email", value="x@example.jp"),),
            d2=(Answer(code="town_bus", value="uses"),),
            d3=(Answer(code="why", value=["gap", "roles"]),),
        ),
    ),
    ChecklistSheet(
        id=uid(63),
        checklist="council_guideline",
        year=2026,
        checker="manager",
        area="district_3",
        agency_id=OURS,
        municipality_code=CITY,
        answered_at=IN_JAPAN,
        items=(
            ItemAnswer(
                item="1-1-1",
                priority="first",
                rank=1,
                situation="未着手",
                action="勉強会",
                comment="'引用' \"",
            ),
        ),
    ),
    Supervision(
        id=uid(36),
        from_agency_id=OURS,
        to_agency_id=THEIRS,
        person_id=PERSON,
        pseudonym="Aさん 'a'",
        summary=HARD,
        days=7,
        reference="0123456789abcdef",
        asked_at=NOW,
        closes_at=IN_JAPAN,
        note=HARD + "記録",
    ),
    Screening(
        id=uid(37),
        agency_id=OURS,
        department="loan",
        opened_at=NOW,
        title=HARD_LINE,
        documented_purpose=HARD,
        counts_for_agency_ids=frozenset({THEIRS, HUB}),
        entries=(
            Screened(person_id=SOMEBODY_ELSE, flagged=True, outcome="unreachable"),
            Screened(person_id=PERSON),
        ),
    ),
    ImportBatch(
        id=uid(42),
        kind="area-workers",
        file_name=HARD_LINE,
        sha256="0123456789abcdef" * 4,
        made_at=NOW,
        made_by=HARD_LINE,
        rows=1,
        added=2,
        changed=3,
        unchanged=4,
        undone_at=IN_JAPAN,
        undone_by="運用担当",
        before=(Kept(number=2, table="agency"), Kept(number=3, table="desk", row={"a": None})),
        after=(Kept(number=2, table="agency", row={"name": HARD}),),
    ),
    PersonImport(
        id=uid(41),
        agency_id=OURS,
        department="loan",
        kind="survey",
        purpose_text=HARD_LINE,
        sha256="0123456789abcdef" * 4,
        made_at=NOW,
        made_by_position_id=POSITION,
        screening_id=uid(37),
        rows_total=3,
        rows_done=2,
        needs_contact=1,
        watch=7,
        none=8,
        state="undone",
        undone_at=IN_JAPAN,
        undo_reason=HARD,
        made=(MadeRow(row=2, person_id=SOMEBODY_ELSE), MadeRow(row=4, person_id=PERSON)),
    ),
    AreaIssue(
        id=uid(38),
        agency_id=OURS,
        municipality_code=NEXT_CITY,
        raised_at=NOW,
        title=HARD_LINE,
        text=HARD,
        theme="housing",
        counts=(AreaCount(area="district_3", cases=12), AreaCount(area="district_1", cases=0)),
        state="closed",
        activity=HARD + "活動",
        level="field",
        body_id=uid(23),
        total_told=12,
        way=(IssueStep(level="case", passed_on=date(2027, 3, 31)),),
        passed_to=(uid(24), uid(25)),
    ),
    Recommendation(
        id=uid(39),
        agency_id=OURS,
        counted_at=NOW,
        happened_on=DAY,
        outcome="accompanied",
        theme="debt",
        area="district_3",
    ),
    Population(
        id=uid(60),
        municipality_code=CITY,
        fiscal_year=2026,
        agency_id=OURS,
        entered_at=NOW,
        population=15_130,
        population_as_of=DAY,
        population_source="住民基本台帳「1月1日」",
    ),
    ClosedMonth(
        municipality_code=CITY,
        month="2026-04",
        agency_id=OURS,
        position_id=POSITION,
        closed_at=NOW,
        fewest_told=10,
    ),
)
#: What a value needs beyond its required fields, where its own rules ask for it.
NEEDED = {
    "Conference": ("place",),
    "Attendee": ("agency_id",),
    "ConferenceSeries": ("place",),
    "Signal": ("arrears",),
}
#: What a full value cannot have as well: an attendee is an agency, the person or a resident.
EXCLUDED = {"Attendee": {"person_id", "resident", "comes_with", "relation"}}
#: Columns that a value does not read: what only storage knows, what another value has.
#: What the database seals of an entry, for the transparency log.
SEALED = {"leaf", "salt", "words", "xid"}
UNREAD = {
    "AuditEntry": {"question"} | SEALED,
    "DecidedEntry": SEALED,
    "Person": {"search_keys", "voided_at"},
}


def full(kind: type[V]) -> V:
    """The full value of this kind."""
    return next(v for v in FULL if type(v) is kind)


def minimal(value: BaseModel) -> BaseModel:
    """The same kind of value with nothing but what is required."""
    kind = type(value)
    kept = NEEDED.get(kind.__name__, ())
    needed = [n for n, f in kind.model_fields.items() if f.is_required() or n in kept]
    return kind.model_validate({name: getattr(value, name) for name in needed})


VALUES = {
    f"{type(v).__name__} {size}": w
    for v in FULL
    for size, w in (("full", v), ("least", minimal(v)))
}
VALUES["Attendee person"] = Attendee(
    id=uid(21), conference_id=uid(11), person_id=PERSON, invited_at=NOW
)
VALUES["Attendee companion"] = Attendee(
    id=uid(21), conference_id=uid(11), comes_with=PERSON, relation="guardian", invited_at=NOW
)
VALUES["Attendee resident"] = Attendee(
    id=uid(21), conference_id=uid(11), resident=HARD_LINE, invited_at=NOW
)
VALUES["Person by year"] = minimal(full(Person)).but(birth="1975", phones=())
VALUES["Person by day"] = minimal(full(Person)).but(birth="1975-03-09")
EVERY_VALUE = pytest.mark.parametrize("value", VALUES.values(), ids=VALUES.keys())
EVERY_TABLE = pytest.mark.parametrize(
    "table", TABLES.values(), ids=lambda t: f"{t.name}-{t.value.__name__}"
)


@pytest.fixture
async def owner(databases: Databases) -> AsyncIterator[asyncpg.Connection]:
    """A transaction in which references are not looked at, and of which nothing stays."""
    connection = await asyncpg.connect(databases.urls.owner)
    undone = connection.transaction()
    await undone.start()
    await connection.execute("SET CONSTRAINTS ALL DEFERRED")
    try:
        yield connection
    finally:
        await undone.rollback()
        await connection.close()


def _is(table: Table[Any]) -> str:
    return " AND ".join(f'"{k}" = ${n}' for n, k in enumerate(table.key, 1))


def _key(table: Table[Any], value: BaseModel) -> list[Any]:
    return [getattr(value, k) for k in table.key]


async def insert(connection: asyncpg.Connection, value: BaseModel) -> Table[Any]:
    table = TABLES[type(value)]
    keys = table.table.c.keys()
    extra = ["search_keys"] if "search_keys" in keys else []
    await connection.execute(
        table.insert(extra), *table.parameters(value), *([[]] if extra else [])
    )
    return table


async def select(connection: asyncpg.Connection, table: Table[Any], value: BaseModel) -> Any:
    query = f"{table.select} WHERE {_is(table)}"
    return table.read(await connection.fetchrow(query, *_key(table, value)))


# The shape.


def test_every_table_has_a_value_here():
    assert {type(v) for v in FULL} == set(TABLES)
    assert len(TABLES) >= 46


def test_two_values_share_the_audit_table_and_no_other():
    names = [t.name for t in TABLES.values()]
    assert {n for n in names if names.count(n) > 1} == {"audit_entry"}
    decided, listed = TABLES[DecidedEntry], TABLES[AuditEntry]
    assert decided.table is listed.table
    assert set(decided.fields) - set(listed.fields) == {"question"}


@pytest.mark.parametrize("value", FULL, ids=lambda v: type(v).__name__)
def test_the_full_values_leave_nothing_out(value: BaseModel):
    left = {n for n in type(value).model_fields if getattr(value, n) in (None, (), frozenset())}
    assert left == EXCLUDED.get(type(value).__name__, set())


@EVERY_TABLE
async def test_every_field_has_its_column_and_the_key_is_the_primary_key(
    owner: asyncpg.Connection, table: Table[Any]
):
    columns = {
        row["column_name"]: row["is_nullable"] == "YES"
        for row in await owner.fetch(
            "SELECT column_name, is_nullable FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = $1",
            table.name,
        )
    }
    may_be_none = {
        n: type(None) in get_args(f.annotation) for n, f in table.value.model_fields.items()
    }
    assert {n: columns[n] for n in may_be_none} == may_be_none
    assert set(columns) - set(may_be_none) == UNREAD.get(table.value.__name__, set())
    key = await owner.fetch(
        "SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)"
        " WHERE indisprimary AND indrelid = $1::text::regclass",
        f'public."{table.name}"',
    )
    assert {row["attname"] for row in key} == set(table.key) <= set(table.fields)


# There and back.


@EVERY_VALUE
async def test_what_goes_in_comes_out(owner: asyncpg.Connection, value: BaseModel):
    table = await insert(owner, value)
    assert await select(owner, table, value) == value
    row = await owner.fetchrow(f"{table.select} WHERE {_is(table)}", *_key(table, value))
    # None is NULL in the table, and nothing else is; there is no JSON null.
    assert [n for n in table.fields if row[n] is None] == [
        n for n in table.fields if getattr(value, n) is None
    ]
    assert not [n for n in table.fields if row[n] in ("", "null")]


async def test_of_a_consent_its_terms_can_be_read_alone(owner: asyncpg.Connection):
    consent = full(Consent)
    await insert(owner, consent)
    terms = await select(owner, GIVEN_TERMS, consent)
    assert type(terms) is GivenTerms
    assert terms.model_dump() == {n: getattr(consent, n) for n in GIVEN_TERMS.fields} | {
        n: getattr(consent, n).model_dump() for n in ("receivers", "excluded")
    }


async def test_a_list_of_the_audit_log_leaves_the_question_out(owner: asyncpg.Connection):
    decided = next(v for v in FULL if type(v) is DecidedEntry)
    await insert(owner, decided)
    listed = await select(owner, TABLES[AuditEntry], decided)
    assert (type(listed), listed) == (AuditEntry, AuditEntry(**_ACCESS))


@pytest.mark.parametrize(
    "who",
    [
        {"agency_id": None},
        {"person_id": PERSON},
        {"resident": HARD_LINE},
        {"agency_id": None, "person_id": PERSON, "resident": HARD_LINE},
    ],
    ids=" ".join,
)
async def test_an_attendee_is_one_of_an_agency_the_person_and_a_resident(
    owner: asyncpg.Connection, who: dict[str, Any]
):
    attendee = next(v for v in FULL if isinstance(v, Attendee))
    with pytest.raises(asyncpg.CheckViolationError, match="ck_attendee_one_of"):
        await insert(owner, attendee.but(**who))


async def test_what_comes_out_has_the_types_that_went_in(owner: asyncpg.Connection):
    someone, slip, letter = full(Person), full(Consent), full(Referral)
    for value in (someone, slip, letter):
        await insert(owner, value)
    back = await select(owner, TABLES[Person], someone)
    assert (type(back.birth), back.birth.root) == (PartialDate, "1975-03")
    assert back.names[0].family == "\ufa19田"
    back = await select(owner, TABLES[type(slip)], slip)
    assert {type(c) for c in back.data_classes} == {DataClass}
    assert back.receivers.agencies == {OURS, THEIRS}
    assert {type(a) for a in back.receivers.agencies} == {UUID}
    assert back.receivers.meetings == {uid(23), uid(24)}
    assert {type(m) for m in back.receivers.meetings} == {UUID}
    back = await select(owner, TABLES[type(letter)], letter)
    assert back.handover.at == IN_JAPAN
    assert back.due_at == IN_JAPAN
    assert back.due_at.utcoffset() == timedelta(0)
    assert back.declined_by == (RECEIVER, SENDER)


# Versions.


@pytest.mark.parametrize(
    "value",
    [v for v in FULL if "version" in type(v).model_fields],
    ids=lambda v: type(v).__name__,
)
async def test_a_stale_version_changes_nothing(owner: asyncpg.Connection, value: Any):
    table = await insert(owner, value)
    assert value.version == 1
    mine, theirs = minimal(value).but(version=2), value.but(version=2)
    assert await owner.execute(table.update(), *table.parameters(mine)) == "UPDATE 1"
    # Somebody else had read version 1 as well, and is too late; so is whoever skips a version.
    for late in (theirs, value, value.but(version=4)):
        assert await owner.execute(table.update(), *table.parameters(late)) == "UPDATE 0"
    assert await select(owner, table, value) == mine
    assert (
        await owner.execute(table.update(), *table.parameters(theirs.but(version=3))) == "UPDATE 1"
    )
    assert await select(owner, table, value) == theirs.but(version=3)


async def test_an_update_touches_its_own_row_alone(owner: asyncpg.Connection):
    one, two = full(Person), full(Person).but(id=SOMEBODY_ELSE)
    for value in (one, two):
        await insert(owner, value)
    table = TABLES[Person]
    await owner.execute(table.update(), *table.parameters(one.but(living="別の文", version=2)))
    assert await select(owner, table, two) == two
    first = full(PlanVersion)
    second = first.but(number=2, status="draft")
    for value in (first, second):
        await insert(owner, value)
    table = TABLES[type(first)]
    await owner.execute(table.update(), *table.parameters(second.but(opinion="別", version=2)))
    assert await select(owner, table, first) == first


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        (Desk, {"name": "新しい窓口"}),
        (LegalBasis, {"text_ja": "新しい条文"}),
        (BasisSwitch, {"by_laws": "新しい要綱"}),
        (Contract, {"work": "新しい業務"}),
    ],
)
async def test_loading_the_directory_again_replaces_the_row(
    owner: asyncpg.Connection, kind: type[BaseModel], changes: dict[str, str]
):
    loaded: Any = next(v for v in FULL if isinstance(v, kind))
    table = await insert(owner, loaded)
    changed = minimal(loaded).but(**changes)
    await owner.execute(table.upsert(), *table.parameters(changed))
    assert await select(owner, table, loaded) == changed


# Enums.


def enums_of(table: Table[Any]) -> dict[str, type[StrEnum]]:
    found = {}
    for name, field in table.value.model_fields.items():
        options = [field.annotation, *get_args(field.annotation)]
        kinds = [o for o in options if isinstance(o, type) and issubclass(o, StrEnum)]
        if kinds and "[" not in str(table.table.c[name].type):
            found[name] = kinds[0]
    return {n: k for n, k in found.items() if table.table.c[n].type.python_type is str}


@pytest.mark.parametrize("value", FULL, ids=lambda v: type(v).__name__)
async def test_enums_lie_there_by_value_and_no_other_is_accepted(
    owner: asyncpg.Connection, value: BaseModel
):
    table = await insert(owner, value)
    checks = {
        row["conname"]: row["says"]
        for row in await owner.fetch(
            "SELECT conname, pg_get_constraintdef(oid) AS says FROM pg_constraint"
            " WHERE contype = 'c' AND conrelid = $1::text::regclass",
            f'public."{table.name}"',
        )
    }
    for name, kind in enums_of(table).items():
        query = f'SELECT "{name}"::text FROM {table.name} WHERE {_is(table)}'
        given = getattr(value, name)
        assert await owner.fetchval(query, *_key(table, value)) == (given.value if given else None)
        listed = set(re.findall(r"'([^']*)'", checks[f"ck_{table.name}_{name}"]))
        assert listed == {choice.value for choice in kind}
        with pytest.raises(asyncpg.CheckViolationError):
            async with owner.transaction():
                await owner.execute(
                    f"UPDATE {table.name} SET \"{name}\" = 'no_such' WHERE {_is(table)}",
                    *_key(table, value),
                )


def test_enums_are_found_where_they_are():
    """The helper itself."""
    names = {f"{t.name}.{n}" for t in TABLES.values() for n in enums_of(t)}
    assert names >= {"referral.status", "referral.resumes", "consent.state", "audit_entry.outcome"}
    assert len(names) >= 20


async def test_sets_of_enums_lie_there_sorted_by_value(owner: asyncpg.Connection):
    slip = full(Consent)
    await insert(owner, slip)
    row = await owner.fetchrow(
        "SELECT purposes, data_classes, state FROM consent WHERE id = $1", slip.id
    )
    assert (row["purposes"], row["data_classes"]) == (
        ["consultation", "planning"],
        ["D1", "D2", "D3"],
    )
    assert {type(v) for v in (*row["purposes"], row["state"])} == {str}


@pytest.mark.parametrize("value", FULL, ids=lambda v: type(v).__name__)
async def test_every_set_lies_there_sorted(owner: asyncpg.Connection, value: BaseModel):
    table = await insert(owner, value)
    row = await owner.fetchrow(f"{table.select} WHERE {_is(table)}", *_key(table, value))
    for name in type(value).model_fields:
        found = getattr(value, name)
        if isinstance(found, frozenset):
            assert len(found) > 1, f"one value alone shows no order: {name}"
            assert row[name] == sorted(found, key=str)


async def test_instants_are_kept_to_the_microsecond(owner: asyncpg.Connection):
    entry = next(v for v in FULL if isinstance(v, AuditEntry))
    await insert(owner, entry)
    at = await owner.fetchval("SELECT at FROM audit_entry WHERE id = $1", entry.id)
    assert at == datetime(2026, 11, 20, 1, 0, 0, 123456, tzinfo=UTC)
