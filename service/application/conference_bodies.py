"""Statutory conferences: who sits there, registered and under secrecy, and what opens to them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from service.application.conference_memberships import is_member
from service.application.conference_seats import my_seats, seat, seats_of
from service.application.conferences import load
from service.application.context import Context, Shown
from service.domain.conference import AgendaItem, Conference
from service.domain.conference_body import (
    STATUTORY_BASIS,
    AcknowledgeSecrecy,
    ConferenceBody,
    Participant,
    RegisterParticipant,
    window_of,
)
from service.domain.conference_window import Window
from service.domain.decision import CONFERENCE_BASES, Basis, Remedy, Rule
from service.domain.errors import Denied, IllegalMove, Invalid
from service.domain.law import LegalBasis
from service.domain.permission import Permission


async def register(context: Context, conference_id: UUID, command: RegisterParticipant) -> Shown:
    """Who sits for the caller's agency, or stands in; before any paper is opened to them."""
    conference, attendees, facts = await load(context, conference_id, lock=True)
    context.enforce(Permission.CONFERENCE_REGISTER, facts)
    assert conference is not None  # noqa: S101 - no permit without a record
    if context.agency_id not in {a.agency_id for a in attendees}:
        raise IllegalMove("conference.not_invited")
    return context.receipt(
        await seat(context, conference_id, command.position_id, command.substitute_for_position_id)
    )


async def withdraw(context: Context, conference_id: UUID, participant_id: UUID) -> Shown:
    """A registration is taken back; whoever a substitute stood in for sits again."""
    conference, _, facts = await load(context, conference_id, lock=True)
    context.enforce(Permission.CONFERENCE_UNREGISTER, facts)
    assert conference is not None  # noqa: S101 - no permit without a record
    known = await context.work.conferences.participants(conference_id)
    mine = {p.id: p for p in known if p.agency_id == context.agency_id}
    if participant_id not in mine:
        raise Invalid("conference.unknown_participant")
    withdrawn = mine[participant_id].withdrawn(context.now)
    await context.work.conferences.save_participant(withdrawn)
    return context.receipt(withdrawn)


async def secrecy_notice(context: Context, conference_id: UUID) -> Shown:
    """The notice of secrecy of every statutory basis on the agenda, with its version."""
    conference, _, facts = await load(context, conference_id)
    context.enforce(Permission.CONFERENCE_READ, facts)
    assert conference is not None  # noqa: S101 - no permit without a record
    texts = await _notices(context, conference)
    body: dict[str, Any] = {
        "conference_id": str(conference_id),
        "notice_version": _version(texts),
        "notices": [
            {
                "basis": t.code.value,
                "basis_ja": t.code.label_ja,
                "law_ja": t.law_ja,
                "law_en": t.law_en,
                "article": t.article,
                "secrecy_ja": t.secrecy_ja,
                "secrecy_en": t.secrecy_en,
                "version": t.version,
            }
            for t in texts
        ],
    }
    return Shown(body)


async def acknowledge(context: Context, conference_id: UUID, command: AcknowledgeSecrecy) -> Shown:
    """The registered participant has read the notice; only then do papers open."""
    conference, _, facts = await load(context, conference_id, lock=True)
    context.enforce(Permission.CONFERENCE_ACKNOWLEDGE, facts)
    assert conference is not None  # noqa: S101 - no permit without a record
    mine, replaced = await my_seats(context, conference_id)
    if not mine and replaced:
        raise Denied(
            "conference.replaced_by_substitute",
            rule=Rule.CONFERENCE_WINDOW,
            remedies=[Remedy.WITHDRAW_SUBSTITUTE],
        )
    if not mine:
        raise Denied(
            "conference.not_registered",
            rule=Rule.CONFERENCE_WINDOW,
            remedies=[Remedy.REGISTER_PARTICIPANT],
        )
    if command.notice_version != _version(await _notices(context, conference)):
        raise Invalid("conference.notice_changed", field="/notice_version")
    iss, sub = context.actor.iss, context.actor.sub
    unread = [p for p in mine if not p.acknowledged_by(iss, sub)]
    done = (unread or mine)[0].acknowledge(
        iss=iss,
        sub=sub,
        at=context.now,
        notice_version=command.notice_version,
    )
    await context.work.conferences.save_participant(done)
    return context.receipt(done)


async def window_for(
    context: Context, conference: Conference, item: AgendaItem, *, invited: bool
) -> Window | None:
    """The window of a statutory item as it concerns the caller; ``None`` for other items."""
    if item.basis not in CONFERENCE_BASES:
        return None
    body_id = item.body_id or conference.body_id
    body = await context.work.conferences.body(body_id) if body_id is not None else None
    member = body is not None and await is_member(context, body, conference)
    seats = await context.work.conferences.participants(conference.id)
    return window_with(context, conference, item, body, seats, invited=invited, member=member)


def window_with(
    context: Context,
    conference: Conference,
    item: AgendaItem,
    body: ConferenceBody | None,
    seats: Sequence[Participant],
    *,
    invited: bool,
    member: bool,
) -> Window:
    """The same from what is loaded already, for lists."""
    mine, replaced = seats_of(context, seats)
    actor = context.actor
    return window_of(
        conference,
        item,
        body,
        invited=invited,
        member=member,
        registered=bool(mine),
        replaced=replaced and not mine,
        acknowledged=any(p.acknowledged_by(actor.iss, actor.sub) for p in mine),
    )


def require_in_force(context: Context, basis: Basis, municipality_code: str) -> None:
    """The basis is switched on in the municipality, or the refusal that says who can do it."""
    if basis not in context.law.in_force(context.today, municipality_code):
        raise Denied(
            "basis.not_in_force",
            field="/kind",
            rule=Rule.BASIS_NOT_IN_FORCE,
            remedies=[Remedy.SWITCH_ON_BASIS],
        )


async def _notices(context: Context, conference: Conference) -> list[LegalBasis]:
    items = await context.work.conferences.items(conference.id)
    bases = {i.basis for i in items} | {STATUTORY_BASIS.get(conference.kind, Basis.ANON)}
    law = context.law.in_force(context.today, conference.municipality_code)
    versions = {law[b] for b in bases & CONFERENCE_BASES if b in law}
    texts = await context.work.directory.legal_bases()
    return [t for t in texts if t.version in versions and t.secrecy_ja]


def _version(texts: list[LegalBasis]) -> str:
    return "+".join(t.version for t in texts) or "none"
