"""What decides about the items of one agenda, who they are about, and what lies beside them.

Loaded for all items at once, so that an agenda of twenty asks no more than an agenda of one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from service.application.conference_bodies import window_with
from service.application.conference_memberships import tables_of
from service.application.context import Context
from service.application.facts import consents_by_person, provisions_by_person
from service.application.ports import Involvement
from service.domain.conference import AgendaItem, Conference
from service.domain.conference_body import ConferenceBody, Participant
from service.domain.conference_window import Window
from service.domain.consent import GivenTerms
from service.domain.decision import CONFERENCE_BASES
from service.domain.information_request import InformationRequest
from service.domain.item_paper import ItemPaper
from service.domain.item_release import ItemRelease
from service.domain.people import Person
from service.domain.plan import Plan, PlanVersion
from service.domain.provision import Provision


class AgendaGrounds(NamedTuple):
    """What decides about each of some items of one conference."""

    consents: Mapping[UUID, Sequence[GivenTerms]]
    bodies: Mapping[UUID, ConferenceBody]
    #: The bodies whose table the caller sits at.
    tables: frozenset[UUID]
    #: Who sits there, where an item is statutory.
    seats: Sequence[Participant]

    def table_of(self, conference: Conference, item: AgendaItem) -> UUID | None:
        """The body whose table the caller sits at: a consent to a meeting is one to its members."""
        body_id = item.body_id or conference.body_id
        return body_id if body_id in self.tables else None

    def window_of(
        self, context: Context, conference: Conference, item: AgendaItem, *, invited: bool
    ) -> Window | None:
        """The window of a statutory item as it concerns the caller; ``None`` for other items."""
        if item.basis not in CONFERENCE_BASES:
            return None
        body_id = item.body_id or conference.body_id
        return window_with(
            context,
            conference,
            item,
            self.bodies.get(body_id) if body_id is not None else None,
            self.seats,
            invited=invited,
            member=self.table_of(conference, item) is not None,
        )


class PeopleOn(NamedTuple):
    """Everybody on some items, and what access to their own records hangs on."""

    persons: Mapping[UUID, Person]
    provisions: Mapping[UUID, Sequence[Provision]]
    involvements: Mapping[UUID, Involvement]


async def load_agenda_grounds(
    context: Context, conference: Conference, items: Sequence[AgendaItem]
) -> AgendaGrounds:
    """The bodies, seats and consents of the items; the consents are locked until the commit."""
    about = [item for item in items if item.person_ids]
    body_ids = {item.body_id or conference.body_id for item in about}
    bodies, tables = await tables_of(context, conference, filter(None, body_ids))
    statutory = any(item.basis in CONFERENCE_BASES for item in about)
    return AgendaGrounds(
        consents=await consents_by_person(context, persons_on(about)),
        bodies=bodies,
        tables=tables,
        seats=await context.work.conferences.participants(conference.id) if statutory else (),
    )


async def load_people(context: Context, items: Sequence[AgendaItem]) -> PeopleOn:
    """Everybody on the items; a statutory item opens nobody's own record."""
    me, everybody = context.actor.agency_id, persons_on(items)
    own = persons_on(item for item in items if item.basis not in CONFERENCE_BASES)
    return PeopleOn(
        persons={p.id: p for p in await context.work.persons.find_many(everybody)}
        if everybody
        else {},
        provisions=await provisions_by_person(context, own),
        involvements=await context.work.persons.involvements(own, me)
        if own and me is not None
        else {},
    )


def persons_on(items: Iterable[AgendaItem]) -> set[UUID]:
    """Everybody whom the items are about."""
    return {person_id for item in items for person_id in item.person_ids}


#: By plan and number.
Plans = Mapping[tuple[UUID, int], tuple[Plan, PlanVersion]]


class Enclosures(NamedTuple):
    """What lies beside some items of one conference, by item where it is not of all."""

    papers: Mapping[UUID, Sequence[ItemPaper]]
    released: Mapping[UUID, Sequence[ItemRelease]]
    came_from: Mapping[UUID, UUID]
    requests: Sequence[InformationRequest]
    plans: Plans


async def load_enclosures(
    context: Context, conference: Conference, items: Sequence[AgendaItem]
) -> Enclosures:
    """Papers, released words, requests and plans; what of them is shown is decided item by item."""
    work, item_ids = context.work, [item.id for item in items]
    papers: dict[UUID, list[ItemPaper]] = defaultdict(list)
    for paper in await work.files.of_items(item_ids):
        papers[paper.item_id].append(paper)
    released: dict[UUID, list[ItemRelease]] = defaultdict(list)
    for words in await work.item_moves.released_to(item_ids):
        released[words.to_item_id].append(words)
    return Enclosures(
        papers=papers,
        released=released,
        came_from={m.to_item_id: m.from_item_id for m in await work.item_moves.to_items(item_ids)},
        requests=await work.information_requests.of_conference(conference.id),
        plans=await load_plans(context, items),
    )


async def load_plans(context: Context, items: Sequence[AgendaItem]) -> Plans:
    """The plans on the items, in the versions that are talked about."""
    places = {(item.plan.plan_id, item.plan.number) for item in items if item.plan is not None}
    if not places:
        return {}
    plans = {p.id: p for p in await context.work.plans.find_many({plan for plan, _ in places})}
    versions = await context.work.plans.versions_at(places)
    return {(v.plan_id, v.number): (plans[v.plan_id], v) for v in versions if v.plan_id in plans}
