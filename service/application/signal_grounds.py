"""Whose desk looks into a signal, and on what ground it may go there (rows 1-04, 1-11, 2-20)."""

from service.application.context import Context, Shown
from service.application.referrals import route_to_desk
from service.domain.access import WAYS_TO_COVER, Facts, Part, RecordKind
from service.domain.decision import Permit, Rule
from service.domain.directory import Agency, Desk
from service.domain.disclosure import D1, D3
from service.domain.errors import Denied, Invalid
from service.domain.permission import Permission, Purpose
from service.domain.signal import RaiseSignal
from service.domain.signal_states import WRITTEN_BY_RESIDENTS, SignalKind
from service.domain.tally import Recommendation


async def looking_into(context: Context, command: RaiseSignal) -> Agency:
    """Whose desk looks into it: the named one, the responsible one, or the caller's own."""
    arrears = command.kind is SignalKind.ARREARS
    desk: Desk | None = None
    if command.to_desk_id is not None:
        desk = await context.work.directory.desk(command.to_desk_id)
        if desk is None or not desk.holds_on(context.today):
            raise Invalid("directory.unknown_desk", field="/to_desk_id")
    elif command.to_responsible_desk or arrears:
        theme = command.categories[0] if command.categories else None
        desk, _ = await route_to_desk(context, context.municipality_code, command.area, theme)
    agency = await context.work.directory.agency(desk.agency_id if desk else context.agency_id)
    assert agency is not None  # noqa: S101 - foreign key
    return agency


async def has_ground(context: Context, command: RaiseSignal, facts: Facts, agency: Agency) -> bool:
    """Whether it may go to that agency: a resident's own word, the same body, or the person's consent."""
    own = await context.work.directory.agency(context.agency_id)
    assert own is not None  # noqa: S101 - foreign key
    kinds = {k.code: k for k in await context.work.directory.kinds()}
    if command.person_id is not None:
        receiver = await context.work.directory.recipient(agency.id)
        permit = context.would(
            Permission.SIGNAL_RAISE,
            facts,
            receiver=receiver,
            purpose=Purpose.CONSULTATION,
            wanted=frozenset({D1, D3}),
        )
        return agency.id == own.id or isinstance(permit, Permit)
    if command.kind is SignalKind.ARREARS or kinds[own.kind].special_secrecy:
        return False
    same_body = own.legal_body is not None and own.legal_body == agency.legal_body
    return agency.id == own.id or same_body or command.kind in WRITTEN_BY_RESIDENTS


async def refuse_without_ground(
    context: Context, command: RaiseSignal, facts: Facts, agency: Agency
) -> None:
    """Say what would help, in the words of a transfer that nothing covers."""
    field = "/to_desk_id" if command.to_desk_id else "/to_responsible_desk"
    if command.person_id is not None:
        context.require_transfer(
            Permission.SIGNAL_RAISE,
            facts,
            await context.work.directory.recipient(agency.id),
            purpose=Purpose.CONSULTATION,
            wanted=frozenset({D1, D3}),
            code="signal.receiver_not_covered",
            field=field,
        )
    raise Denied(
        "signal.needs_ground",
        field=field,
        rule=Rule.CONSENT_COVERS_RECEIVER,
        remedies=[r.value for r in WAYS_TO_COVER],
    )


async def count_only(context: Context, command: RaiseSignal) -> Shown:
    """One more recommendation (利用勧奨), of nobody: no name, no words, no area smaller than that."""
    counted = Recommendation(
        id=context.new_id(),
        agency_id=context.agency_id,
        counted_at=context.now,
        happened_on=command.noticed_on or context.today,
        outcome=command.recommended,
        area=command.area,
    )
    context.enforce(
        Permission.SIGNAL_RAISE,
        Facts(
            kind=RecordKind.SIGNAL,
            found=True,
            holder_agency_id=context.agency_id,
            parts=frozenset({Part.HOLDER}),
        ),
    )
    await context.work.anonymous.add_recommendation(counted)
    return context.receipt(counted, counted_only=True)
