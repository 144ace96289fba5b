"""A question of access as text, as it is kept with the audit entry for its replay.

One question, one text: names in order, what is as it is by default left out, sets sorted.
The questions of one request have their actor, their law and often their consents in common;
what they have in common is written once.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import StrEnum
from functools import cache, lru_cache
from json.encoder import encode_basestring as quoted
from types import NoneType
from typing import Any, NamedTuple, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel

#: What is never kept: the id of the token says nothing that decides.
NOT_KEPT = frozenset({"jti"})


class _Field(NamedTuple):
    """A field that is kept: its name, its value by default, and how any other one is written."""

    name: str
    label: str
    usual: Any
    #: The value by default has fields of its own, and ``usual`` is what is in them.
    nested: bool
    say: Callable[["Writer", Any], str]


@cache
def _fields_of(kind: type[BaseModel]) -> tuple[_Field, ...]:
    return tuple(
        _Field(
            name,
            f'"{name}": ',
            usual.__dict__ if isinstance(usual, BaseModel) else usual,
            isinstance(usual, BaseModel),
            _way_of(field.annotation, optional=usual is None),
        )
        for name, field in sorted(kind.model_fields.items())
        if name not in NOT_KEPT
        for usual in (field.get_default(call_default_factory=False),)
    )


def _way_of(annotation: Any, *, optional: bool = False) -> Callable[["Writer", Any], str]:
    """How values of a type are written; what has no way of its own is looked at each time."""
    stated = [a for a in get_args(annotation) if a is not NoneType]
    if optional and len(stated) == 1 and NoneType in get_args(annotation):
        # What is not there is as it is by default, and left out.
        annotation = stated[0]
    origin, inner = get_origin(annotation), _inner(annotation)
    if origin is frozenset:
        codes = all(isinstance(a, type) and issubclass(a, StrEnum) for a in get_args(annotation))
        return (lambda _, found: _codes(found)) if codes else Writer.set
    if inner is not None and annotation is inner:
        return lambda writer, found: writer.one(found, inner)
    if inner is not None and origin is tuple and get_args(annotation) == (inner, ...):
        return lambda writer, found: _listed([writer.one(f, inner) for f in found])
    if origin is None and isinstance(annotation, type):
        for simple, way in _SIMPLE.items():
            if issubclass(annotation, simple):
                return way
    return lambda writer, found: writer.value(found, inner)


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

    def question(self, asked: BaseModel) -> KeptQuestion:
        """The whole question."""
        kept = KeptQuestion(self._object(asked, type(asked)))
        kept.shared = self._shared
        return kept

    def one(self, found: BaseModel, kind: type[BaseModel]) -> str:
        """A value with fields of its own, which may stand in several questions."""
        known = self._known.get(id(found))
        if known is None:
            known = self._known[id(found)] = (found, self._object(found, kind))
        return known[1]

    def value(self, found: Any, inner: type[BaseModel] | None = None) -> str:
        """A value alone; ``inner`` is the kind of the values in it."""
        for simple, way in _SIMPLE.items():
            if isinstance(found, simple):
                return way(self, found)
        if isinstance(found, frozenset):
            return self.set(found)
        if inner is not None and isinstance(found, BaseModel):
            return self.one(found, inner)
        known = self._known.get(id(found))
        if known is None:
            known = self._known[id(found)] = (found, self._part(found, inner))
        return known[1]

    def set(self, found: frozenset[Any]) -> str:
        """A set, in an order of its own."""
        known = self._sets.get(found)
        if known is None:
            known = self._sets[found] = _listed(map(quoted, sorted(map(str, found))))
        return known

    def _object(self, value: BaseModel, kind: type[BaseModel]) -> str:
        """The value, as far as its kind knows it: of a consent, its terms."""
        held = value.__dict__
        said = [
            label + say(self, found)
            for name, label, usual, nested, say in _fields_of(kind)
            if (found := held[name]) is not usual and (found.__dict__ if nested else found) != usual
        ]
        return f"{{{', '.join(said)}}}"

    def _part(self, found: Any, inner: type[BaseModel] | None) -> str:
        if isinstance(found, tuple):
            return _listed([self.value(f, inner) for f in found])
        if isinstance(found, Mapping):
            said = [f"{quoted(k)}: {self.value(v, inner)}" for k, v in sorted(found.items())]
            return f"{{{', '.join(said)}}}"
        return json.dumps(found)


#: Values with nothing inside them. A date may have a time; a truth is no number here.
_SIMPLE: Mapping[type, Callable[[Writer, Any], str]] = {
    str: lambda _, found: quoted(found),
    UUID: lambda _, found: f'"{found}"',
    date: lambda _, found: f'"{found.isoformat()}"',
    bool: lambda _, found: "true" if found else "false",
}


@lru_cache(maxsize=4096)
def _codes(found: frozenset[StrEnum]) -> str:
    """A set of codes of ours; there are few, and nothing of a person is in them."""
    return _listed(map(quoted, sorted(found)))


def _listed(texts: Iterable[str]) -> str:
    return f"[{', '.join(texts)}]"
