"""The shapes of answers for the contract, derived from the values they disclose."""

from functools import cache
from typing import Any

from fastapi import Body
from pydantic import BaseModel, Field, create_model

from service.api.errors import Problem
from service.domain.disclosure import (
    D0,
    Disclosable,
    field_classes,
    nested_in,
    shown_view_of,
    viewed,
)

#: What any route may answer besides.
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {
        "model": Problem,
        "content": {"application/problem+json": {}},
        "description": description,
    }
    for status, description in {
        400: "The request cannot be read.",
        401: "Nobody knows who is calling.",
        403: "No rule permits it; remedies say what would.",
        404: "Unknown, or not yours to know: the two are the same.",
        409: "The state of the record does not allow it.",
        412: "Somebody else changed it first.",
        413: "Larger than 1 MiB, or, where a file is handed in, than the limit for files.",
        422: "It can be read but not meant; errors name the fields.",
        428: "Say which version you change (If-Match).",
        503: "It cannot be put on record at the moment, so nothing was done or shown.",
    }.items()
}


@cache
def shown(kind: type[Disclosable], **more: Any) -> type[BaseModel]:
    """A record as a viewer gets it."""
    if not more:
        return shown_view_of(kind)
    fields: Any = {name: (annotation, None) for name, annotation in more.items()}
    return create_model(f"{kind.__name__}Answer", __base__=shown_view_of(kind), **fields)


@cache
def receipt(kind: type[Disclosable], **more: Any) -> type[BaseModel]:
    """What an act is answered with: the administrative part of the record, nothing personal."""
    declared = field_classes(kind)
    nested = nested_in(kind)
    fields: dict[str, Any] = {
        name: (viewed(field.annotation, nested.get(name)), Field(description=field.description))
        for name, field in kind.model_fields.items()
        if declared[name] is D0
    }
    fields |= {name: (annotation, None) for name, annotation in more.items()}
    return create_model(f"{kind.__name__}Receipt", **fields)


@cache
def page_of(kind: type[BaseModel]) -> type[BaseModel]:
    """A page of a list."""
    return create_model(
        f"{kind.__name__}Page",
        items=(list[kind], ...),  # type: ignore[valid-type]  # a shape built at run time
        next_cursor=(
            str | None,
            Field(default=None, description="Pass it on as cursor; empty on the last page."),
        ),
    )


def said(example: dict[str, Any]) -> Any:
    """A request body with an example that works on the demo city."""
    return Body(openapi_examples={"example": {"summary": "みほん市", "value": example}})
