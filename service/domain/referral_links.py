"""How referrals hang together: their routes, the way back, and a new attempt after the end."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from service.domain.directory import Desk
from service.domain.disclosure import field_classes
from service.domain.errors import Denied, IllegalMove, Invalid
from service.domain.referral import Handover, MakeReferral, Referral
from service.domain.referral_kinds import WELFARE_OFFICE, ReferralRoute
from service.domain.referral_states import ENDINGS
from service.domain.text import Paragraph


class Reopen(BaseModel):
    """Why it is taken up again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Paragraph


def check_route(
    command: MakeReferral, *, from_kind: str | None, to_kind: str, parent: Referral | None
) -> None:
    """A route says from where to where (rows 4-07, 4-20)."""
    match command.route:
        case ReferralRoute.TO_PUBLIC_ASSISTANCE if to_kind != WELFARE_OFFICE:
            raise Invalid("referral.route_needs_welfare_office", field="/to_desk_id")
        case ReferralRoute.AFTER_PUBLIC_ASSISTANCE if from_kind != WELFARE_OFFICE:
            raise Invalid("referral.route_from_welfare_office", field="/route")
        case ReferralRoute.BACK_REFERRAL if parent is None:
            raise Invalid("referral.back_needs_parent", field="/parent_id")
        case _:
            return


def check_back(parent: Referral, *, sender: UUID, receiver: UUID) -> None:
    """Back goes from whoever has received it to whoever had sent it (row 4-20)."""
    if sender != parent.to_agency_id or parent.reached_nobody:
        raise Invalid("referral.back_needs_parent", field="/parent_id")
    if receiver != parent.from_agency_id:
        raise Invalid("referral.back_to_its_sender", field="/to_desk_id")


def require_reopening_by(old: Referral, agency_id: UUID) -> None:
    """Its sender or its last receiver takes it up again, once it has ended."""
    if agency_id not in (old.from_agency_id, old.to_agency_id):
        raise Denied("referral.not_your_act", facts={"act": "reopen"})
    if old.status not in ENDINGS:
        raise IllegalMove("referral.not_ended", facts={"state": old.status, "act": "reopen"})


def reopened(old: Referral, command: Reopen, desk: Desk, **new: Any) -> Referral:
    """A new draft that goes on from the old one, which stays as it is.

    What its sender had written goes along only when the sender itself takes it up again: the
    handover and the call beforehand are to be arranged anew. ``new`` is whose draft it is.
    """
    kept: dict[str, Any] = {"reason": command.reason, "purpose": old.purpose}
    if new["from_agency_id"] == old.from_agency_id:
        kept = {n: getattr(old, n) for n in field_classes(MakeReferral)}
        kept |= {"handover": Handover(), "prior_contact": None}
    linked = {
        "person_id": old.person_id,
        "parent_id": old.id,
        "reopens_id": old.id,
        "episode": old.episode + 1,
        "to_desk_id": desk.id,
        "to_agency_id": desk.agency_id,
    }
    return Referral.model_validate(kept | linked | new)
