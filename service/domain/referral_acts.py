"""What must be said when a referral is declined, redirected, given a lead, contacted or ended."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from service.domain.case import TeamMember
from service.domain.text import Code, Line, Paragraph, invalid

MESSAGES_EN = {
    "referral.decline_needs_proposal": (
        "A decline needs an onward proposal: name a desk you have already contacted, or ask the hub to decide."
    ),
    "referral.decline_one_way": "Either propose a desk or ask the hub to decide, not both.",
}
MESSAGES_JA = {
    "referral.decline_needs_proposal": (
        "辞退には次の提案が必要です。すでに連絡を取った窓口を示すか、ハブ（総合相談の要）に決定を依頼してください。"
    ),
    "referral.decline_one_way": "窓口の提案とハブへの依頼は、どちらか一方にしてください。",
}


class Command(BaseModel):
    """A command: only what a caller may say."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Proposal(Command):
    """Where the person would be helped; the decliner has already asked there (brief §3.2)."""

    desk_id: UUID
    contacted: Line = Field(description="Whom you spoke to there, and when.")


class Decline(Command):
    """A decline is never a dead end: it carries a reason and an onward proposal (row 1-23)."""

    reason: Paragraph
    proposal: Proposal | None = None
    ask_hub: bool = False

    @model_validator(mode="after")
    def _somewhere_to_go(self) -> Self:
        if self.proposal is None and not self.ask_hub:
            code = "referral.decline_needs_proposal"
        elif self.proposal is not None and self.ask_hub:
            code = "referral.decline_one_way"
        else:
            return self
        raise invalid(code, MESSAGES_EN)


class Note(Command):
    """A remark that goes with the step; most steps may be taken without one."""

    note: Paragraph | None = None


class Reason(Command):
    """A step that needs its reason."""

    reason: Paragraph


class ReturnForInfo(Command):
    """What is still needed before an answer is possible."""

    question: Paragraph


class AnswerInfo(Command):
    """The answer to what was asked."""

    answer: Paragraph


class Redirect(Command):
    """On to another desk after a decline."""

    to_desk_id: UUID
    note: Paragraph | None = None


class NameLead(Command):
    """The hub names who leads, who stands in, and who is on the team for which themes."""

    lead_agency_id: UUID
    deputy_agency_id: UUID | None = None
    team: tuple[TeamMember, ...] = Field(default=(), max_length=40)
    reason: Paragraph


class Contact(Command):
    """The first contact with the person, or an attempt at it."""

    at: AwareDatetime
    reached: bool
    note: Paragraph | None = None

    def happened_by(self, now: datetime) -> bool:
        """Whether it is not in the future."""
        return self.at <= now


class FollowUp(Command):
    """How the person is doing, asked after the first contact (rows 1-29, 3-22)."""

    at: AwareDatetime
    note: Paragraph = Field(description="What was heard when asking how the person is.")

    def happened_by(self, now: datetime) -> bool:
        """Whether it is not in the future."""
        return self.at <= now


class Check(Command):
    """What the sender found some weeks after the handover (row 3-22)."""

    well: bool = Field(description="Whether the handover holds: the person is being helped.")
    note: Paragraph
    again_on: date | None = Field(default=None, description="When to ask once more.")


class Complete(Command):
    """The end of a referral: what came of it (row 1-29)."""

    outcome: Code = Field(description="e.g. support_started, handed_over, information_given")
    note: Paragraph | None = None
