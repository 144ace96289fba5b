"""Referrals that hang together: a new attempt, the chain of them, and how many there were."""

from datetime import date
from uuid import UUID

from service.application.context import Context, Page, Shown
from service.application.desks import desk_in_force, first_desk
from service.application.facts import referral_facts
from service.application.referral_steps import due, record_step
from service.application.referrals import labels_here, receipt_of
from service.domain.access import Facts, Part, RecordKind
from service.domain.decision import Permit
from service.domain.disclosure import D1
from service.domain.errors import IllegalMove
from service.domain.permission import Permission
from service.domain.policy import StatusLabels
from service.domain.referral import Referral, show_referral
from service.domain.referral_kinds import ReferralRoute
from service.domain.referral_links import Reopen, reopened, require_reopening_by
from service.domain.referral_states import ENDINGS, Status
from service.domain.term import day_begins, day_ends


async def reopen(context: Context, referral_id: UUID, command: Reopen) -> Shown:
    """Take up again what has ended, as a new draft; whoever does must still know the person."""
    old = await context.work.referrals.find(referral_id, lock=True)
    facts = await referral_facts(context, referral_id, old)
    context.enforce(Permission.REFERRAL_REOPEN, facts, needs=D1)
    assert old is not None  # noqa: S101 - no permit without a record
    context.check_version(old.version)
    require_reopening_by(old, context.agency_id)
    for other in await context.work.referrals.reopenings(referral_id):
        if other.from_agency_id == context.agency_id and other.status not in ENDINGS:
            raise IllegalMove("referral.reopened_already")
    if context.agency_id != old.from_agency_id:
        desk = await first_desk(context, old.from_agency_id)
    elif old.to_desk_id is not None:
        desk = await desk_in_force(context, old.to_desk_id, "/")
    else:
        desk = await first_desk(context, old.to_agency_id)
    here = await context.work.directory.municipality(context.municipality_code)
    assert here is not None  # noqa: S101 - an agency belongs to a municipality (foreign key)
    new = reopened(
        old,
        command,
        desk,
        id=context.new_id(),
        municipality_code=context.municipality_code,
        from_agency_id=context.agency_id,
        from_position_id=context.position_id,
        hub_agency_id=here.hub_agency_id,
        made_at=context.now,
    )
    new = await due(context, new)
    await context.work.referrals.add(new)
    await record_step(context, None, new, "reopen", command.reason)
    return await receipt_of(context, new)


async def chain(context: Context, referral_id: UUID) -> Page:
    """The referrals that hang together with this one, oldest first, as far as each may be read.

    All are about one person, and the entry of the referral asked for tells of the access; one
    that opens more than that has an entry of its own. Of the others nothing is said.
    """
    asked = await context.work.referrals.find(referral_id)
    facts = await referral_facts(context, referral_id, asked)
    permit = context.enforce(Permission.REFERRAL_READ, facts, shows=Referral)
    assert asked is not None  # noqa: S101 - no permit without a record
    labels = await labels_here(context)
    found = []
    for linked in await context.work.referrals.linked(referral_id):
        if linked.id == asked.id:
            found.append(_link(asked, permit, labels))
            continue
        about = await referral_facts(context, linked.id, linked)
        would = context.would(Permission.REFERRAL_READ, about)
        if isinstance(would, Permit) and not would.classes <= permit.classes:
            would = context.may(Permission.REFERRAL_READ, about, shows=Referral) or would
        if isinstance(would, Permit):
            found.append(_link(linked, would, labels))
    return Page(found)


def _link(referral: Referral, permit: Permit, labels: StatusLabels) -> dict[str, object]:
    return show_referral(referral, permit) | {
        "status_ja": referral.status.label_ja,
        "status_local": labels.of(referral.status),
    }


async def counts(context: Context, *, since: date, until: date) -> Page:
    """The agency's own referrals, made and received, by route and status."""
    facts = Facts(
        kind=RecordKind.REPORT,
        found=True,
        holder_agency_id=context.actor.agency_id,
        parts=frozenset({Part.HOLDER}),
    )
    context.enforce(Permission.REPORT_READ, facts)
    found = await context.work.referrals.counts(
        context.agency_id, day_begins(since), day_ends(until)
    )
    return Page(
        [
            {
                "side": side,
                "route": route,
                "route_ja": ReferralRoute(route).label_ja,
                "status": status,
                "status_ja": Status(status).label_ja,
                "count": count,
            }
            for side, route, status, count in found
        ]
    )
