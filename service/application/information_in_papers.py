"""What was asked for and given, as it stands in packets, minutes and the workbook."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from service.application.context import Context
from service.domain.disclosure import D0, D3, Classes, disclose
from service.domain.information_request import InformationRequest, RequestStatus


async def requests_on(
    context: Context, conference_id: UUID, item_id: UUID | None, classes: Classes
) -> list[dict[str, Any]]:
    """The requests for an item (or for none), to whoever may read reasons and goals there."""
    if D3 not in classes:
        return []
    found = await context.work.information_requests.of_conference(conference_id)
    return requests_among(found, item_id, classes)


def requests_among(
    found: Sequence[InformationRequest], item_id: UUID | None, classes: Classes
) -> list[dict[str, Any]]:
    """The same from those of the conference, as they are loaded already."""
    if D3 not in classes:
        return []
    return [_shown(r) for r in found if r.item_id == item_id and r.status is not _GONE]


_GONE = RequestStatus.WITHDRAWN


def _shown(request: InformationRequest) -> dict[str, Any]:
    shown = disclose(request, frozenset({D0, D3}))
    del shown["withheld"]
    return shown | {"status_ja": request.status.label_ja}
