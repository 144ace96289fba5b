"""Who comes to a conference with the person: family, a guardian, somebody who helps (brief §3.4).

They have no account and get no papers. While they sit there, nothing is shown of the person that
the person's own copy would not show: who comes along may be the one to be protected from.
"""

from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Relation(StrEnum):
    """What they are to the person."""

    SPOUSE = "spouse"
    PARENT = "parent"
    CHILD = "child"
    SIBLING = "sibling"
    RELATIVE = "relative"
    GUARDIAN = "guardian"
    INTERPRETER = "interpreter"
    SUPPORTER = "supporter"

    @property
    def label_ja(self) -> str:
        """The relation as the forms say it (続柄)."""
        return RELATION_JA[self]


RELATION_JA: dict[Relation, str] = {
    Relation.SPOUSE: "配偶者",
    Relation.PARENT: "父母",
    Relation.CHILD: "子",
    Relation.SIBLING: "兄弟姉妹",
    Relation.RELATIVE: "その他の親族",
    Relation.GUARDIAN: "成年後見人等",
    Relation.INTERPRETER: "通訳",
    Relation.SUPPORTER: "支援者・付添い",
}


class Companion(BaseModel):
    """Somebody whom a person brings along."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    person_id: UUID
    relation: Relation
