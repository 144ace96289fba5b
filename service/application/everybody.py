"""One thing that is about several persons: it is open for all of them, or it is not there."""

from collections.abc import Iterable, Sequence

from service.application.context import Context
from service.domain.access import WAYS_FORWARD, Facts
from service.domain.decision import Deny, Permit, Rule
from service.domain.disclosure import EVERY_CLASS, Classes, DataClass
from service.domain.errors import Concealed, Denied
from service.domain.permission import Permission, Purpose


def enforce_all(
    context: Context,
    permission: Permission,
    about: Sequence[Facts],
    *,
    needs: DataClass,
    purpose: Purpose,
    within: Classes = EVERY_CLASS,
) -> list[Permit]:
    """Permits for everybody, noted; or the refusal of something unknown, noted for everybody.

    The thing is of the class ``needs``; ``within`` are the classes that may be shown at all,
    whatever a permit opens.
    """
    permits: list[tuple[Facts, Permit]] = []
    for facts in about:
        try:
            permit = context.enforce(permission, facts, needs=needs, purpose=purpose)
        except (Concealed, Denied):
            # A purpose that the caller may not use closes it like anything else.
            continue
        permits.append((facts, permit))
    if len(permits) == len(about) and needs in within:
        return [permit for _, permit in permits]
    closed = Deny(rule=Rule.ITEM_CLOSED_BY_ANOTHER, conceal=True, remedies=WAYS_FORWARD)
    for facts, _ in permits:
        try:
            context.refuse(permission, facts, closed)
        except Concealed:
            continue
    raise Concealed("record.not_found", remedies=[r.value for r in WAYS_FORWARD])


def tell_more(context: Context, count: int, classes: Classes, fields: Iterable[str]) -> None:
    """Add to the last entries, one a person, what the access turned out to show."""
    told = tuple(fields)
    for place in range(-count, 0):
        entry = context.entries[place]
        shown = {*entry.data_classes, *(c.value for c in classes)}
        context.entries[place] = entry.but(
            data_classes=tuple(sorted(shown)), fields=(*entry.fields, *told)
        )
