"""What the chair of a statutory conference asks for: documents, information, opinions (brief §2.4 no. 4).

Whoever is asked endeavours to co-operate, and may decline with a reason. Only an agency that is
invited to the item may be asked about a person; of anybody else it is asked in general.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from service.domain.conference_states import ConferenceStatus
from service.domain.decision import Basis
from service.domain.disclosure import D0, D3, Disclosable
from service.domain.errors import IllegalMove
from service.domain.text import LongText, Paragraph

#: From the fixing of the agenda, because nothing is open before, until the minutes stand.
ASKED_WHILE = frozenset(
    {ConferenceStatus.AGENDA_FIXED, ConferenceStatus.HELD, ConferenceStatus.MINUTES_DRAFT}
)

#: What is said with every request. That co-operation is an endeavour, the laws on conferences
#: say; that tax and like secrets stay closed without consent, ``provision`` says as well.
NOTES_EN = (
    "You are asked to endeavour to co-operate; it is not compulsory. If you cannot, decline and say why.",
    "What another law keeps secret, such as tax and social insurance, is not part of an answer without the person's consent.",
)
NOTES_JA = (
    "協力は努力義務であり、強制ではありません。応じられないときは、理由を添えてその旨を回答してください。",
    "税・社会保険など他の法律で守秘が定められた情報は、本人の同意なしに回答へ含めることはできません。",
)


class Sought(StrEnum):
    """What kind of thing is asked for."""

    DOCUMENT = "document"
    INFORMATION = "information"
    OPINION = "opinion"
    COOPERATION = "cooperation"

    @property
    def label_ja(self) -> str:
        """The kind in the field's words."""
        return SOUGHT_JA[self]


SOUGHT_JA: dict[Sought, str] = {
    Sought.DOCUMENT: "資料の提供",
    Sought.INFORMATION: "情報の提供",
    Sought.OPINION: "意見の開陳",
    Sought.COOPERATION: "その他の協力",
}


class RequestStatus(StrEnum):
    """Where a request stands."""

    REQUESTED = "requested"
    OVERDUE = "overdue"
    ANSWERED = "answered"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"

    @property
    def label_ja(self) -> str:
        """The status in the field's words."""
        return STATUS_JA[self]


S = RequestStatus
STATUS_JA: dict[RequestStatus, str] = {
    S.REQUESTED: "依頼中",
    S.OVERDUE: "回答期限超過",
    S.ANSWERED: "回答済み",
    S.DECLINED: "協力できないとの回答",
    S.WITHDRAWN: "取下げ",
}


class RequestAct(StrEnum):
    """What can happen to a request."""

    ANSWER = "answer"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    MISS_DEADLINE = "miss_deadline"


A = RequestAct
NEXT: Mapping[tuple[RequestStatus, RequestAct], RequestStatus] = {
    (S.REQUESTED, A.ANSWER): S.ANSWERED,
    (S.REQUESTED, A.DECLINE): S.DECLINED,
    (S.REQUESTED, A.WITHDRAW): S.WITHDRAWN,
    (S.REQUESTED, A.MISS_DEADLINE): S.OVERDUE,
    (S.OVERDUE, A.ANSWER): S.ANSWERED,
    (S.OVERDUE, A.DECLINE): S.DECLINED,
    (S.OVERDUE, A.WITHDRAW): S.WITHDRAWN,
}
ENDINGS = frozenset({S.ANSWERED, S.DECLINED, S.WITHDRAWN})


class AskedLine(Disclosable):
    """One thing that is asked for."""

    what: Annotated[Sought, D0]
    text: Annotated[Paragraph, D3]


class AskInformation(Disclosable):
    """What the chair asks of an agency."""

    agency_id: Annotated[UUID, D0]
    item_id: Annotated[UUID | None, D0] = Field(
        default=None,
        description="The item it is asked for. Left out, or an item about nobody: name no person.",
    )
    asks: Annotated[tuple[AskedLine, ...], D0] = Field(min_length=1, max_length=20)
    due_on: Annotated[date, D0]


class AnswerInformation(BaseModel):
    """What is provided; or why the agency cannot."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    declines: bool = False
    text: LongText = Field(description="The answer; declining, the reason.")
    without_special_secrets: bool = Field(
        default=False,
        description="An agency under tax or similar secrecy says that none of it is in the answer.",
    )


class InformationRequest(AskInformation):
    """A request's record, with the law it rests on."""

    id: Annotated[UUID, D0]
    conference_id: Annotated[UUID, D0]
    convener_agency_id: Annotated[UUID, D0]
    basis: Annotated[Basis, D0]
    law_version: Annotated[str, D0]
    #: Whether it is asked about somebody who is on the item.
    names_somebody: Annotated[bool, D0]
    status: Annotated[RequestStatus, D0] = S.REQUESTED
    asked_at: Annotated[datetime, D0]
    due_at: Annotated[datetime | None, D0] = None
    text: Annotated[LongText | None, D3] = None
    answered_at: Annotated[datetime | None, D0] = None
    answered_by_position_id: Annotated[UUID | None, D0] = None
    version: Annotated[int, D0] = 1

    def move(self, act: RequestAct, **changes: Any) -> Self:
        """The request after the act; nobody waits for a deadline any longer."""
        status = NEXT.get((self.status, act))
        if status is None:
            raise IllegalMove(
                "information_request.illegal_move", facts={"state": self.status, "act": act}
            )
        return self.but(status=status, due_at=None, version=self.version + 1, **changes)

    def answered(self, command: AnswerInformation, at: datetime, position_id: UUID | None) -> Self:
        """Answered or declined by whoever was asked."""
        act = A.DECLINE if command.declines else A.ANSWER
        return self.move(
            act, text=command.text, answered_at=at, answered_by_position_id=position_id
        )
