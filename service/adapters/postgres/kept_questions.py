"""Kept questions as they are stored: what many of them say alike is stored once."""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from service.domain.access_kept import KeptQuestion
from service.domain.audit import DecidedEntry, Outcome

#: Before the id of a part; no JSON has this character.
MARK = "\x01"
#: So many bytes of the part's SHA-256 are its id: nobody finds two parts with the same.
ID_BYTES = 24


class QuestionPartRow(SQLModel, table=True):
    """A part of kept questions: who asks, or the law in force. It tells of nobody who is asked about."""

    __tablename__ = "question_part"

    id: str = Field(sa_column=Column(Text(collation="C"), primary_key=True))
    said: str = Field(sa_column=Column(Text, nullable=False))


class Stored(NamedTuple):
    """The questions of some entries as they are stored, and the parts they refer to, by id."""

    questions: list[str | None]
    parts: dict[str, str]


def apart(entries: Sequence[DecidedEntry]) -> Stored:
    """Take out of the entries' questions what others say as well.

    The database completes what was refused without being found (``name_the_record``): that stays whole.
    """
    questions: list[str | None] = []
    parts: dict[str, str] = {}
    for entry in entries:
        asked = entry.question
        if isinstance(asked, KeptQuestion) and entry.outcome is Outcome.ALLOWED:
            kept = str(asked)
            for part in asked.shared:
                before, found, after = kept.partition(part)
                if found:
                    part_id = _id_of(part)
                    kept = f"{before}{MARK}{part_id}{after}"
                    parts[part_id] = part
            asked = kept
        questions.append(asked)
    return Stored(questions, parts)


@lru_cache(maxsize=4096)
def _id_of(part: str) -> str:
    return urlsafe_b64encode(sha256(part.encode()).digest()[:ID_BYTES]).decode()
