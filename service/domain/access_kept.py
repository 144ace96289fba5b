"""A question of access as text, as it is kept with the audit entry for its replay.

One question, one text: names in order, what is as it is by default left out, sets sorted.
The questions of one request have their actor, their law and often their consents in common;
what they have in common is written once.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from json.encoder import encode_basestring as quoted
from typing import Any, NamedTuple, get_args
from uuid import UUID

from pydantic import BaseModel

#: What is never kept: the id of the token says nothing that decides.
NOT_KEPT = frozenset({"jti"})


class _Field(NamedTuple):
    """A field that is kept: its name, its value by default, the kind of values inside it."""

    name: str
    label: str
    usual: Any
    inner: type[BaseModel] | None


@cache
def _fields_of(kind: type[BaseModel]) -> tuple[_Field, ...]:
    return tuple(
        _Field(
            name,
            f'"{name}": ',
            field.get_default(call_default_factory=False),
            _inner(field.annotation),
        )
        for name, field in sorted(kind.model_fields.items())
        if name not in NOT_KEPT
    )


def _inner(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((i for a in get_args(annotation) if (i := _inner(a))), None)


class KeptQuestion(str):
    """A question as text, and those of its parts that other questions say alike."""

    __slots__ = ("shared",)
    shared: tuple[str, ...]


class Writer:
    """Writes the questions of one request; a part that it has written before, it knows."""

    def __init__(self) -> None:
        """Nothing is written yet."""
        #: By identity; each with the part itself, so that no other one can take its place.
        self._known: dict[int, tuple[object, str]] = {}
        #: By what is in them: all of them of strings and ids.
        self._sets: dict[frozenset[Any], str] = {}
        #: What other requests say as well.
        self._shared: tuple[str, ...] = ()

    def know(self, part: object, text: str) -> None:
        """A part whose text is known from another request."""
        self._known[id(part)] = (part, text)
        if text not in self._shared:
            self._shared += (text,)

    def part(self, part: object, inner: type[BaseModel] | None = None) -> str:
        """A part alone."""
        return self._value(part, inner)

    def question(self, asked: BaseModel) -> KeptQuestion:
        """The whole question."""
        kept = KeptQuestion(self._object(asked, type(asked)))
        kept.shared = self._shared
        return kept

    def _object(self, value: BaseModel, kind: type[BaseModel]) -> str:
        """The value, as far as its kind knows it: of a consent, its terms."""
        said = []
        for name, label, usual, inner in _fields_of(kind):
            found = getattr(value, name)
            if found is usual or found == usual:
                continue
            said.append(label + self._value(found, inner))
        return f"{{{', '.join(said)}}}"

    def _value(self, found: Any, inner: type[BaseModel] | None) -> str:
        if isinstance(found, str):
            return quoted(found)
        if isinstance(found, UUID):
            return f'"{found}"'
        if isinstance(found, date):
            return f'"{found.isoformat()}"'
        if isinstance(found, bool):
            return str(found).lower()
        if isinstance(found, frozenset):
            return self._set(found)
        known = self._known.get(id(found))
        if known is None:
            known = self._known[id(found)] = (found, self._part(found, inner))
        return known[1]

    def _set(self, found: frozenset[Any]) -> str:
        """A set, in an order of its own."""
        known = self._sets.get(found)
        if known is None:
            known = self._sets[found] = _listed(map(quoted, sorted(map(str, found))))
        return known

    def _part(self, found: Any, inner: type[BaseModel] | None) -> str:
        if isinstance(found, tuple):
            return _listed([self._value(f, inner) for f in found])
        if inner is not None and isinstance(found, BaseModel):
            return self._object(found, inner)
        if isinstance(found, Mapping):
            said = [f"{quoted(k)}: {self._value(v, inner)}" for k, v in sorted(found.items())]
            return f"{{{', '.join(said)}}}"
        return json.dumps(found)


def _listed(texts: Iterable[str]) -> str:
    return f"[{', '.join(texts)}]"
