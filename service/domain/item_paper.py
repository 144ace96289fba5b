"""Papers of an agenda item (会議資料): what an agency hands in, and how far it may travel (brief §2.4).

A paper is never changed: it is withdrawn, and another one handed in. How sensitive it is, says
whoever hands it in; its name is as sensitive as the paper.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from service.domain.conference_states import C, ConferenceStatus
from service.domain.disclosure import (
    D0,
    D1,
    D2,
    D3,
    D4,
    D5,
    D6,
    D7,
    Classes,
    DataClass,
    Disclosable,
    disclose,
)
from service.domain.errors import IllegalMove, Invalid, TooLarge
from service.domain.text import Paragraph, Reads, invalid, read_line

MEBIBYTE = 1024 * 1024
LONGEST_NAME = 120
#: Papers of one item that are not withdrawn, and bytes of all papers of a conference.
MOST_PAPERS, MOST_BYTES = 20, 200 * MEBIBYTE

MESSAGES_EN = {
    "file.name": (
        "Give the file's name alone, with its ending: no folder, none of / \\ : * ? \" < > |,"
        " at most 120 characters."
    ),
}
MESSAGES_JA = {
    "file.name": (
        "フォルダー名を含まないファイル名を、拡張子まで入力してください。"
        '/ \\ : * ? " < > | は使えません。120文字以内です。'
    ),
}


class MediaType(StrEnum):
    """What a paper may be."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    TEXT = "text/plain"
    CSV = "text/csv"

    @property
    def label_ja(self) -> str:
        """The type as clerks call it."""
        return TYPE_JA[self]


TYPE_JA: dict[MediaType, str] = {
    MediaType.PDF: "PDF",
    MediaType.PNG: "画像（PNG）",
    MediaType.JPEG: "画像（JPEG）",
    MediaType.XLSX: "Excel",
    MediaType.DOCX: "Word",
    MediaType.TEXT: "テキスト",
    MediaType.CSV: "CSV",
}
ENDINGS: dict[str, MediaType] = {
    "pdf": MediaType.PDF,
    "png": MediaType.PNG,
    "jpg": MediaType.JPEG,
    "jpeg": MediaType.JPEG,
    "xlsx": MediaType.XLSX,
    "docx": MediaType.DOCX,
    "txt": MediaType.TEXT,
    "csv": MediaType.CSV,
}
#: Nothing in the content tells these apart.
_PLAIN = frozenset({MediaType.TEXT, MediaType.CSV})

#: What a paper may hold, by whether its item is about somebody; the first is meant if none is said.
CLASSES: dict[bool, tuple[DataClass, ...]] = {True: (D3, D1, D2, D4), False: (D0,)}
#: What stays in the record: protected addresses, who told us, workers' opinions.
NEVER_ON_PAPER = frozenset({D5, D6, D7})

#: Papers are handed in until the conference is held.
TAKES_PAPERS = frozenset({C.PLANNED, C.INVITED, C.AGENDA_FIXED})
#: Before the agenda is fixed, each agency sees what it handed in itself.
OWN_ONLY = frozenset({C.PLANNED, C.INVITED})

_NOT_IN_A_NAME = frozenset('/\\:*?"<>|')


def read_file_name(text: str) -> str:
    """Read the name of a file: one line, no path, nothing that a file system takes for something else."""
    name = read_line(text, LONGEST_NAME)
    stem, _, ending = name.rpartition(".")
    if _NOT_IN_A_NAME & set(name) or not stem.strip(" .") or not ending or name.startswith("."):
        raise invalid("file.name", MESSAGES_EN)
    return name


FileName = Annotated[str, Reads(read_file_name, minLength=3, maxLength=LONGEST_NAME)]


class AddPaper(BaseModel):
    """What is said about a paper that is handed in; its bytes come along."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: FileName
    data_class: DataClass | None = None
    #: The ``Content-Type`` of the request.
    stated_type: str | None = None


class WithdrawPaper(BaseModel):
    """Why a paper is taken off."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Paragraph


class ItemPaper(Disclosable):
    """A paper's record. Its name and the reason of its withdrawal may hold what it holds itself.

    They are declared as the most sensitive class that a paper can have; whoever may see the
    paper is shown them (``shown``).
    """

    id: Annotated[UUID, D0]
    conference_id: Annotated[UUID, D0]
    item_id: Annotated[UUID, D0]
    agency_id: Annotated[UUID, D0]
    position_id: Annotated[UUID | None, D0] = None
    name: Annotated[FileName, D4]
    data_class: Annotated[DataClass, D0]
    media_type: Annotated[MediaType, D0]
    size: Annotated[int, D0]
    #: Of the bytes as they were handed in.
    sha256: Annotated[str, D0]
    added_at: Annotated[datetime, D0]
    withdrawn_at: Annotated[datetime | None, D0] = None
    withdrawn_by_agency_id: Annotated[UUID | None, D0] = None
    withdrawn_reason: Annotated[Paragraph | None, D4] = None
    version: Annotated[int, D0] = 1

    def withdraw(self, by: UUID, reason: str, at: datetime) -> Self:
        """Taken off: kept, and handed out to nobody any longer."""
        if self.withdrawn_at is not None:
            raise IllegalMove("file.already_withdrawn")
        return self.but(
            withdrawn_at=at,
            withdrawn_by_agency_id=by,
            withdrawn_reason=reason,
            version=self.version + 1,
        )

    def shown(self) -> dict[str, Any]:
        """As whoever may see the paper is shown it."""
        shown = disclose(self, frozenset({D0, D4}))
        del shown["withheld"], shown["withdrawn_reason"]
        return shown | {"media_type_ja": self.media_type.label_ja}

    def fixed_part(self) -> bytes:
        """What never changes about it: its content is locked together with this."""
        names = ("id", "conference_id", "item_id", "agency_id", "data_class", "media_type")
        parts = [str(getattr(self, name)) for name in names]
        return json.dumps([*parts, self.size, self.sha256]).encode()


def papers_within(papers: Iterable[ItemPaper], classes: Classes) -> list[ItemPaper]:
    """Those that are not withdrawn, as far as these classes open them."""
    return [p for p in papers if p.withdrawn_at is None and p.data_class in classes]


def told_of(papers: Iterable[ItemPaper]) -> tuple[Classes, tuple[str, ...]]:
    """What stands in the audit entry of somebody who is shown these: classes, and which they are."""
    listed = tuple(papers)
    return frozenset(p.data_class for p in listed), tuple(f"paper:{p.id}" for p in listed)


def class_of(asked: DataClass | None, *, about_somebody: bool) -> DataClass:
    """The class of a paper, or why it cannot be that."""
    fitting = CLASSES[about_somebody]
    if asked is None:
        return fitting[0]
    if asked in NEVER_ON_PAPER:
        raise Invalid("file.class_refused", field="data_class")
    if asked not in fitting:
        if about_somebody:
            raise Invalid("file.class_too_low", field="data_class")
        raise Invalid("file.class_without_person", field="data_class")
    return asked


def named_type(name: str, stated: str | None) -> MediaType:
    """The type on which the ending of the name and the header agree."""
    named = ENDINGS.get(name.rpartition(".")[2].lower())
    if named is None:
        raise Invalid("file.type_refused", field="name")
    if (stated or "").partition(";")[0].strip().lower() != named.value:
        raise Invalid("file.type_does_not_match", field="Content-Type")
    return named


def check_content(named: MediaType, found: MediaType | None) -> None:
    """Refuse a content that is something else than it is called."""
    if found is not named and not {found, named} <= _PLAIN:
        raise Invalid("file.type_does_not_match", field="/")


def check_size(size: int, most: int) -> None:
    """Refuse a file without content, or with too much of it."""
    if not size:
        raise Invalid("file.empty", field="/")
    if size > most:
        raise TooLarge("file.too_large", facts={"most_mib": most // MEBIBYTE})


def check_room(there: Sequence[ItemPaper], item_id: UUID, size: int) -> None:
    """Refuse one more than can be read in a sitting; ``there`` are all papers of the conference."""
    of_item = [p for p in there if p.item_id == item_id and p.withdrawn_at is None]
    if len(of_item) >= MOST_PAPERS:
        raise IllegalMove("file.too_many", facts={"most": MOST_PAPERS})
    if sum(p.size for p in there) + size > MOST_BYTES:
        raise IllegalMove("file.conference_full", facts={"most_mib": MOST_BYTES // MEBIBYTE})


def check_taking(status: ConferenceStatus) -> None:
    """Refuse a paper for a conference that was held or called off."""
    if status not in TAKES_PAPERS:
        raise IllegalMove("file.conference_held", facts={"state": status})
