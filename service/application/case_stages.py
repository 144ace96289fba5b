"""How support goes on and ends: each stage rests on what the records show (brief §3.1, §3.3)."""

from uuid import UUID

from service.application import consultations, contact_steps, hub
from service.application.case_steps import touch
from service.application.cases import load, receipt
from service.application.context import Context, Shown
from service.application.facts import agreed_with_us, case_facts
from service.application.tasks import settle
from service.domain.access import Part
from service.domain.case import Advance, Case, CloseCase, Closing, show_case
from service.domain.consultation import ReceiveConsultation
from service.domain.contact_schedule import ContactWhy, ScheduleContact
from service.domain.disclosure import disclose
from service.domain.errors import IllegalMove, Invalid
from service.domain.permission import Permission
from service.domain.plan import Plan
from service.domain.plan_course import RUNNING, Course
from service.domain.referral_states import Status
from service.domain.service_list import DecisionKind
from service.domain.support_states import Ground, Stage, check_collaboration
from service.domain.task import TaskKind

#: A referral whose receiver has the person now.
_TAKEN_ON = frozenset(
    {Status.ACCEPTED, Status.FIRST_CONTACT_DONE, Status.WORKING, Status.COMPLETED}
)


async def advance(context: Context, case_id: UUID, command: Advance) -> Shown:
    """The next stage of support or of collaboration, or another mode; nothing is skipped."""
    case, _ = await load(context, case_id, Permission.CASE_ADVANCE, Part.HOLDER)
    if command.stage is Stage.CLOSED:
        raise Invalid("case.close_instead", field="/stage")
    if command.stage is None and command.collaboration is None and command.mode is None:
        raise Invalid("case.nothing_to_change", field="/stage")
    ground = await _ground(context, case, recontact=command.recontact_on is not None)
    after = case
    if command.stage is not None:
        after = after.at_stage(command.stage, ground, context.now)
    if command.collaboration is not None:
        check_collaboration(after.collaboration, command.collaboration, ground)
        after = after.but(collaboration=command.collaboration, version=case.version + 1)
    if command.mode is not None:
        after = after.but(mode=command.mode, version=case.version + 1)
    await _save(context, case, after)
    if command.recontact_on is not None:
        await _contact_on(context, after, command, ContactWhy.STAY_CONNECTED)
    return receipt(context, after)


async def close(context: Context, case_id: UUID, command: CloseCase) -> Shown:
    """The end, with its category, the exit, and who keeps an eye on the person afterwards."""
    case, _ = await load(context, case_id, Permission.CASE_ADVANCE, Part.HOLDER)
    ground = await _ground(context, case, recontact=False)
    ended = case.at_stage(
        Stage.CLOSED, ground._replace(closing_note=True, after_care=True), context.now
    )
    ended = ended.but(closing=await _closing(context, case, command))
    await _save(context, case, ended)
    if command.contact_on is not None:
        schedule = ScheduleContact(
            person_id=case.person_id,
            why=ContactWhy.AFTER_CARE,
            next_on=command.contact_on,
            case_id=case.id,
        )
        await contact_steps.begin(context, schedule, field="/contact_on")
    return receipt(context, ended)


async def _closing(context: Context, case: Case, command: CloseCase) -> Closing:
    """What the lead says of the end; what the evaluation says already is taken from there."""
    sheets = [
        sheet
        for plan in await _plans(context, case)
        if plan.course is Course.ENDED and plan.holder_agency_id == context.agency_id
        for sheet in await context.work.plans.evaluations(plan.id)
    ]
    said = sheets[-1].closing if sheets else {}
    said |= {
        name: value
        for name in ("category", "exit", "after_care")
        if (value := getattr(command, name)) is not None
    }
    if "category" not in said:
        raise Invalid("case.no_category", field="/category")
    if "exit" not in said:
        raise Invalid("case.no_exit", field="/exit")
    if "after_care" not in said:
        raise Invalid("case.no_after_care", field="/after_care")
    return Closing(note=command.note, **said)


async def reopen(context: Context, case_id: UUID, command: ReceiveConsultation) -> Shown:
    """Somebody comes back: a new consultation, linked; the ended case stays as it is."""
    case = await context.work.cases.find(case_id)
    facts = (await case_facts(context, case_id, case)).as_only(Part.HOLDER, Part.PARTY)
    context.enforce(Permission.CONSULTATION_RECEIVE, facts)
    assert case is not None  # noqa: S101 - no permit without a record
    if case.ended_at is None:
        raise IllegalMove("case.not_ended", facts={"state": case.stage})
    if command.person_id not in (None, case.person_id):
        raise Invalid("consultation.another_person", field="/person_id")
    begun = await consultations.begin(
        context, command.but(person_id=case.person_id), previous_case_id=case.id
    )
    return context.receipt(begun, status_ja=begun.status.label_ja)


async def hand_over_package(context: Context, case_id: UUID) -> Shown:
    """Everything the next holder needs, in one answer (人事異動, row 4-38)."""
    case = await context.work.cases.find(case_id)
    facts = (await case_facts(context, case_id, case)).as_holder()
    permit = context.enforce(Permission.CASE_READ, facts, shows=Case)
    assert case is not None  # noqa: S101 - no permit without a record
    work = context.work
    classes = permit.classes
    consultation = (
        await work.consultations.find(case.consultation_id) if case.consultation_id else None
    )
    parts: dict[str, list[dict[str, object]]] = {
        "leads": [disclose(d, classes) for d in await work.cases.leads(case_id)],
        "notes": [
            disclose(n, classes)
            for n in await work.notes.of_case(case_id)
            if n.agency_id == context.agency_id
        ],
        "assessments": [
            disclose(a, classes)
            for a in await work.assessments.of_case(case_id)
            if a.agency_id == context.agency_id and a.person_id == case.person_id
        ],
        "contacts": [
            disclose(c, classes)
            for c in await work.contacts.of_agency(context.agency_id, case_id, None, 100)
        ],
        "plans": [
            disclose(p, classes)
            for p in await work.plans.of_person(case.person_id, context.agency_id)
        ],
        "consultations": [disclose(consultation, classes)] if consultation else [],
    }
    return Shown({"case": show_case(case, permit)} | parts, case.version, case.id)


async def _save(context: Context, before: Case, after: Case) -> None:
    await context.work.cases.save(after)
    if after.ended_at is None:
        await touch(context, after.id)
        return
    active = await context.work.cases.lead(before.id)
    if active is not None:
        await context.work.cases.save_lead(active.ended(context.now))
    await settle(context, before.id, TaskKind.STALE_CASE, TaskKind.REASSIGN)
    await hub.settle_about(context, before.id)


async def _contact_on(context: Context, case: Case, command: Advance, why: ContactWhy) -> None:
    assert command.recontact_on is not None  # noqa: S101 - asked by the caller
    await contact_steps.begin(
        context,
        ScheduleContact(
            person_id=case.person_id,
            why=why,
            next_on=command.recontact_on,
            case_id=case.id,
            how=command.note,
        ),
        field="/recontact_on",
    )


async def _ground(context: Context, case: Case, *, recontact: bool) -> Ground:
    """What the records show about the case: consent, plan, conference, decision, referral."""
    work = context.work
    consents = await work.consents.terms_of_person(case.person_id)
    plans = await work.plans.of_person(case.person_id, context.agency_id)
    mine = [p for p in plans if p.case_id in (None, case.id)]
    of_case = await _plans(context, case)
    plan = mine[-1] if mine else None
    version = await work.plans.version(plan.id, plan.latest_number) if plan else None
    referrals = await work.referrals.of_person(case.person_id, context.agency_id)
    return Ground(
        consent_active=await agreed_with_us(context, consents),
        plan_status=version.status.value if version else None,
        on_agenda=plan is not None and await work.conferences.on_agenda(plan.id),
        statutory_service=version is not None and version.decision_kind is DecisionKind.DECISION,
        handover_accepted=any(
            r.status in _TAKEN_ON for r in referrals if r.made_at >= case.opened_at
        ),
        evaluated=not any(p.course in RUNNING for p in of_case)
        and (case.stage is not Stage.EVALUATING or any(p.course is Course.ENDED for p in of_case)),
        recontact_day=recontact,
    )


async def _plans(context: Context, case: Case) -> list[Plan]:
    """The plans of the case: those that name it, and the lead's own that name none, in their order."""
    theirs = await context.work.plans.of_case(case.id)
    ours = await context.work.plans.of_person(case.person_id, context.agency_id)
    found = {p.id: p for p in (*theirs, *ours) if p.case_id in (None, case.id)}
    return [found[i] for i in sorted(found)]
