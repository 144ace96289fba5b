"""Amending a referral that has been sent: what it was, what it is now, and why.

The letter that the receiver has read is not rewritten in silence: every changed field is kept
as an amendment, and is shown to whoever may see the field itself.
"""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from service.domain.decision import Permit
from service.domain.disclosure import (
    CONSENTABLE,
    D0,
    D2,
    D3,
    D4,
    D6,
    D7,
    DataClass,
    Disclosable,
    classes_within,
    disclose,
    field_classes,
    nested_in,
)
from service.domain.errors import Denied, IllegalMove, Invalid
from service.domain.referral import Handover, Need, Referral, Urgency
from service.domain.referral_states import Status
from service.domain.text import Code, Line, Paragraph, invalid

MESSAGES_EN = {
    "referral.amendment_empty": "Name at least one field that changes.",
    "referral.amendment_needs_value": "This field may change, but not be empty.",
    "referral.amendment_not_sendable": "Supervision notes (D7) never go along with a referral.",
}
MESSAGES_JA = {
    "referral.amendment_empty": "訂正する項目を一つ以上入れてください。",
    "referral.amendment_needs_value": "この項目は変更できますが、空にはできません。",
    "referral.amendment_not_sendable": "所見・スーパービジョン記録（D7）は、つなぎに添付できません。",
}

#: Sent, and not yet ended, stopped or asked back.
AMENDABLE = frozenset(
    {
        Status.SENT,
        Status.RECEIVED,
        Status.RETURNED_FOR_INFO,
        Status.DECLINED,
        Status.NEEDS_LEAD,
        Status.ACCEPTED,
        Status.FIRST_CONTACT_DONE,
        Status.WORKING,
    }
)
#: What may also be taken out again.
_MAY_BE_EMPTY = frozenset({"wishes", "arrangements", "prior_contact"})


class Changes(Disclosable):
    """The fields that change; what is not named stays."""

    reason: Annotated[Paragraph | None, D3] = None
    needs: Annotated[tuple[Need, ...] | None, D3] = Field(default=None, max_length=40)
    wishes: Annotated[Paragraph | None, D3] = None
    arrangements: Annotated[Paragraph | None, D2] = None
    urgency: Annotated[Urgency | None, D0] = None
    handover: Annotated[Handover | None, D0] = None
    prior_contact: Annotated[Line | None, D3] = None
    data_classes: Annotated[frozenset[DataClass] | None, D0] = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise invalid("referral.amendment_empty", MESSAGES_EN)
        for name in self.model_fields_set - _MAY_BE_EMPTY:
            if getattr(self, name) is None:
                raise invalid("referral.amendment_needs_value", MESSAGES_EN)
        if self.data_classes is not None and not self.data_classes <= CONSENTABLE | {D6}:
            raise invalid("referral.amendment_not_sendable", MESSAGES_EN)
        return self

    @property
    def named(self) -> dict[str, Any]:
        """The fields that were named, in the order in which the letter has them."""
        return {n: getattr(self, n) for n in field_classes(Changes) if n in self.model_fields_set}


class AmendSent(BaseModel):
    """What changes in a letter that has been sent, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    changes: Changes
    reason: Paragraph


class ReferralAmendment(Disclosable):
    """One changed field of a referral; never rewritten."""

    id: Annotated[UUID, D0]
    referral_id: Annotated[UUID, D0]
    number: Annotated[int, D0] = Field(description="The referral's version that it made.")
    at: Annotated[datetime, D0]
    by_agency_id: Annotated[UUID, D0]
    by_position_id: Annotated[UUID | None, D0] = None
    field: Annotated[Code, D0]
    data_class: Annotated[DataClass, D0] = Field(
        description="What opens the old and the new value: the class of the field."
    )
    old: Annotated[JsonValue | None, D7] = Field(
        default=None, description="Shown to whoever may see the field (data_class)."
    )
    new: Annotated[JsonValue | None, D7] = None
    reason: Annotated[Paragraph, D3]


def amended(referral: Referral, command: AmendSent, *, by: UUID) -> tuple[Referral, dict[str, Any]]:
    """The referral as it is now, and the fields that are really different, as they were."""
    if by != referral.from_agency_id:
        raise Denied("referral.not_your_act", facts={"act": "amend_sent"})
    if referral.status not in AMENDABLE:
        facts = {"state": referral.status, "act": "amend_sent"}
        raise IllegalMove("referral.illegal_move", facts=facts)
    named = command.changes.named
    kept = named.get("data_classes", referral.data_classes)
    if referral.risk is not None and D4 not in kept:
        raise Invalid("referral.amendment_hides_risk", field="/changes/data_classes")
    after = referral.but(**named, version=referral.version + 1)
    for name in named:
        if getattr(after, name) == getattr(referral, name):
            raise Invalid("referral.amendment_same", field=f"/changes/{name}")
    return after, {name: getattr(referral, name) for name in named}


def class_of(name: str) -> DataClass:
    """The class that opens the whole of a field, what is nested in it included."""
    nested = nested_in(Referral).get(name)
    inside = classes_within(nested) if nested is not None else frozenset()
    return max(inside | {field_classes(Referral)[name]}, key=lambda c: c.value)


def told(referral: Referral, name: str) -> JsonValue:
    """The value of a field as it is kept; a set in an order of its own."""
    value: JsonValue = referral.model_dump(mode="json", include={name})[name]
    return sorted(value, key=str) if name == "data_classes" and isinstance(value, list) else value


def show_amendment(amendment: ReferralAmendment, permit: Permit) -> dict[str, Any]:
    """The change, with its values for whoever may see the field; a limited part sees the fact."""
    shown = disclose(amendment, permit.classes - {D7})
    limited = permit.only_themes is not None
    opens = amendment.data_class in permit.classes and (not limited or amendment.data_class is D0)
    if opens:
        dumped = amendment.model_dump(mode="json")
        shown |= {"old": dumped["old"], "new": dumped["new"]}
    if limited:
        shown.pop("reason", None)
    shown["withheld"] = sorted({D3, amendment.data_class} - permit.classes)
    return shown
