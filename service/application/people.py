"""Registering, reading, amending and finding persons; forming households."""

from typing import Any
from uuid import UUID

from service.application.context import Context, Page, Shown
from service.application.facts import person_facts
from service.domain.access import Facts, Part, RecordKind, no_basis
from service.domain.decision import said_of
from service.domain.disclosure import D0, D1, D2, disclose
from service.domain.errors import Invalid
from service.domain.people import (
    FormHousehold,
    Household,
    Member,
    NameRepresentative,
    Person,
    RegisterPerson,
    Representation,
    SearchPersons,
)
from service.domain.permission import Permission


async def register(context: Context, command: RegisterPerson) -> Shown:
    """A new record, held by the caller's agency. Nothing about it is required."""
    person = Person.model_validate(
        command.model_dump()
        | {
            "id": context.new_id(),
            "holder_agency_id": context.agency_id,
            "registered_at": context.now,
        }
    )
    facts = _own(context, RecordKind.PERSON, person.id, person_id=person.id)
    context.enforce(Permission.PERSON_REGISTER, facts)
    await context.work.persons.add(person)
    return context.receipt(person)


async def read(context: Context, person_id: UUID) -> Shown:
    """The person, as far as the caller may know."""
    person = await context.work.persons.find(person_id)
    facts = await person_facts(context, person_id, person)
    permit = context.enforce(Permission.PERSON_READ, facts, shows=Person, needs=D1)
    assert person is not None  # noqa: S101 - no permit without a record
    shown = disclose(person, permit.classes)
    if permit.obligations:
        shown["obligations"] = said_of(permit.obligations)
    return Shown(shown, person.version, person.id)


async def amend(context: Context, person_id: UUID, command: RegisterPerson) -> Shown:
    """The whole record anew, by the agency that holds it; earlier versions are kept."""
    person = await context.work.persons.find(person_id, lock=True)
    facts = await person_facts(context, person_id, person)
    held = facts.as_holder()
    context.enforce(Permission.PERSON_AMEND, held)
    assert person is not None  # noqa: S101 - no permit without a record
    context.check_version(person.version)
    amended = person.but(**command.model_dump(), version=person.version + 1)
    await context.work.persons.save(amended)
    return context.receipt(amended)


async def search(context: Context, command: SearchPersons) -> Page:
    """Persons of that reading whom the caller may know. No totals, no hint of any other."""
    found: list[dict[str, Any]] = []
    for person in await context.work.persons.candidates(command.kana, context.agency_id):
        if command.birth is not None and person.birth is not None and not _agrees(command, person):
            continue
        facts = await person_facts(context, person.id, person)
        permit = context.may(Permission.PERSON_SEARCH, facts, shows=Person, needs=D1)
        if permit is not None:
            found.append(disclose(person, permit.classes))
    if not context.entries:
        # The search itself is on record; whom it did not show is not.
        context.enforce(Permission.PERSON_SEARCH, _own(context, RecordKind.PERSON, None))
    return Page(found)


def _agrees(command: SearchPersons, person: Person) -> bool:
    asked, known = command.birth, person.birth
    if asked is None or known is None:
        return True
    return asked.earliest() <= known.latest() and known.earliest() <= asked.latest()


def _own(
    context: Context, kind: RecordKind, record_id: UUID | None, person_id: UUID | None = None
) -> Facts:
    """A record that the caller's own agency is making."""
    return Facts(
        kind=kind,
        record_id=record_id,
        found=True,
        holder_agency_id=context.actor.agency_id,
        person_id=person_id,
        parts=frozenset({Part.HOLDER}),
    )


async def form_household(context: Context, command: FormHousehold) -> Shown:
    """A household of persons whom the caller's agency may know itself."""
    for member in command.members:
        person = await context.work.persons.find(member.person_id)
        facts = await person_facts(context, member.person_id, person)
        context.enforce(Permission.HOUSEHOLD_FORM, facts)
    household = Household(
        members=command.members,
        tags=command.tags,
        id=context.new_id(),
        holder_agency_id=context.agency_id,
        formed_at=context.now,
    )
    await context.work.persons.add_household(household)
    return context.receipt(household)


async def read_household(context: Context, household_id: UUID) -> Shown:
    """The household with those members the caller may know.

    How many are not visible is told to the lead of a member's case alone (row 2-02); what the
    household as a whole faces, to whoever sees all of it.
    """
    household = await context.work.persons.household(household_id)
    members: list[dict[str, Any]] = []
    for member in household.members if household else ():
        person = await context.work.persons.find(member.person_id)
        facts = await person_facts(context, member.person_id, person)
        permit = context.may(Permission.HOUSEHOLD_READ, facts, shows=Member, needs=D2)
        if permit is not None:
            members.append(disclose(member, permit.classes))
    mine = household is not None and household.holder_agency_id == context.actor.agency_id
    if household is None or not (mine or members):
        nobody = Facts(
            kind=RecordKind.HOUSEHOLD, record_id=household_id, found=household is not None
        )
        context.refuse(Permission.HOUSEHOLD_READ, nobody, no_basis(nobody))
    body = disclose(household, frozenset({D0})) | {"members": members}
    del body["withheld"]
    hidden = len(household.members) - len(members)
    leads = context.actor.agency_id is not None and await context.work.persons.leads(
        [m.person_id for m in household.members], context.actor.agency_id
    )
    if leads:
        body["members_not_visible"] = hidden
    if hidden == 0 or mine:
        body["tags"] = sorted(t.value for t in household.tags)
        body["tags_ja"] = [t.label_ja for t in sorted(household.tags)]
    if mine:
        context.enforce(
            Permission.HOUSEHOLD_READ, _own(context, RecordKind.HOUSEHOLD, household.id)
        )
    return Shown(body, household.version, household.id)


async def name_representative(
    context: Context, person_id: UUID, command: NameRepresentative
) -> Shown:
    """Register who acts for the person, in what, from when to when (row 2-28)."""
    person = await context.work.persons.find(person_id)
    facts = await person_facts(context, person_id, person)
    held = facts.as_holder()
    context.enforce(Permission.PERSON_REPRESENT, held)
    if command.valid_until is not None and command.valid_until < command.valid_from:
        raise Invalid("representation.ends_before_start", field="/valid_until")
    representation = Representation.model_validate(
        command.model_dump()
        | {
            "id": context.new_id(),
            "person_id": person_id,
            "recorded_by": context.agency_id,
            "recorded_at": context.now,
        }
    )
    await context.work.persons.add_representation(representation)
    return context.receipt(representation)


async def representatives(context: Context, person_id: UUID) -> Page:
    """Who acts for the person, for those who may know the person."""
    person = await context.work.persons.find(person_id)
    facts = await person_facts(context, person_id, person)
    permit = context.enforce(Permission.PERSON_READ, facts, shows=Representation, needs=D1)
    found = await context.work.persons.representations(person_id)
    return Page([disclose(r, permit.classes) for r in found])
