"""The questions of access that one request asks: the same actor, time and law, many records."""

from datetime import datetime
from functools import lru_cache
from uuid import UUID

from service.domain.access import Facts, Question
from service.domain.access_kept import Writer
from service.domain.actor import Actor
from service.domain.calendar_jp import jst_date
from service.domain.consent import Recipient
from service.domain.decision import Basis, Duty
from service.domain.disclosure import D0, Classes, DataClass
from service.domain.law import LawBook
from service.domain.permission import Permission, Purpose

#: The duties that come with a permit and that the service carries out: what a provision obliges
#: to is done when it is made (``provisions``), the rest is said with whatever is shown.
DISCHARGES = frozenset(Duty)


class Questions:
    """Asks about one record after the other; what they have in common is made and written once."""

    def __init__(self, actor: Actor, now: datetime, law: LawBook) -> None:
        """Nothing is asked yet."""
        self._actor = actor
        self._now = now
        self._law = law
        self._writer = Writer()
        #: The first one asked for a purpose, at a place, of somebody the caller is involved with.
        self._first: dict[tuple[object, ...], Question] = {}

    def about(
        self,
        permission: Permission,
        facts: Facts,
        purpose: Purpose | None = None,
        *,
        needs: DataClass = D0,
        receiver: Recipient | None = None,
        wanted: Classes = frozenset(),
        shared: bool = False,
    ) -> Question:
        """Whether the caller may do this to this record; for another purpose, if one is named."""
        conflicts = self._actor.conflicts & {facts.person_id}
        where = facts.municipality_code or self._actor.municipality_code
        alike = (conflicts, purpose, where)
        if alike not in self._first:
            self._first[alike] = self._asked_first(permission, facts, conflicts, purpose, where)
        return self._first[alike].model_copy(
            update={
                "permission": permission,
                "facts": facts,
                "needs": needs,
                "receiver": receiver,
                "wanted": wanted,
                "shared": shared,
            }
        )

    def _asked_first(
        self,
        permission: Permission,
        facts: Facts,
        conflicts: frozenset[UUID | None],
        purpose: Purpose | None,
        where: str | None,
    ) -> Question:
        actor, law = self._actor, self._law.in_force(jst_date(self._now), where)
        if conflicts != actor.conflicts or purpose is not None:
            mine = {"conflicts": conflicts}
            changed = mine if purpose is None else mine | {"purpose": purpose}
            actor = actor.model_copy(update=changed)
        self._writer.know(law, _law_as_text(tuple(law.items())))
        # Whom somebody must keep away from is remembered for nobody, nor who asks about themself:
        # it would stay when the entry is erased.
        if not actor.conflicts and actor.person_id is None:
            self._writer.know(actor, _actor_as_text(actor))
        asked = Question(
            actor=actor,
            permission=permission,
            facts=facts,
            at=self._now,
            discharges=DISCHARGES,
        )
        return asked.model_copy(update={"law": law})

    def kept(self, question: Question) -> str:
        """One of them as it is kept with its audit entry."""
        return question.kept(self._writer)


@lru_cache(maxsize=1_024)
def _actor_as_text(actor: Actor) -> str:
    """Who asks, as it is kept: the same in all requests with a token."""
    return Writer().value(actor, Actor)


@lru_cache(maxsize=256)
def _law_as_text(law: tuple[tuple[Basis, str], ...]) -> str:
    """The law in force, as it is kept: the same for a municipality on a day."""
    return Writer().value(dict(law))
