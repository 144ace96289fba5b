"""Data classes D0–D7, and what is left of a value when only some of them may be shown.

Every field of a :class:`Disclosable` declares its class once, in its annotation
(``Annotated[Line, D3]``). A field without one is a programming error found at import, so
nothing new can be shown by accident (brief §2.5).
"""

from enum import StrEnum
from functools import cache, lru_cache
from typing import Any, NamedTuple, Self, get_args, get_origin

from pydantic import BaseModel, ConfigDict, create_model
from pydantic.fields import FieldInfo


class DataClass(StrEnum):
    """How far a piece of personal data may travel (brief §2.5)."""

    D0 = "D0"
    """Anonymous or administrative: anyone with a right to the record at all."""
    D1 = "D1"
    """That a person is known; name, kana, birth date, address, contact."""
    D2 = "D2"
    """Household, work, housing, schemes used."""
    D3 = "D3"
    """Referral reason, goals, plan, roles, progress."""
    D4 = "D4"
    """Sensitive: health, disability, criminal record, having been a victim."""
    D5 = "D5"
    """Protected address, child-protection facts: the lead and the protecting authority only."""
    D6 = "D6"
    """Who told us: the receiving agency only, hidden from the person's own copy."""
    D7 = "D7"
    """Worker's opinion, supervision notes: own agency only."""

    @property
    def label_ja(self) -> str:
        """The class in the field's words."""
        return LABELS_JA[self]


D0, D1, D2, D3, D4, D5, D6, D7 = DataClass

LABELS_JA: dict[DataClass, str] = {
    D0: "匿名・事務情報",
    D1: "基本情報（氏名・住所・連絡先）",
    D2: "世帯・仕事・住まい・利用制度",
    D3: "相談内容・目標・支援経過",
    D4: "要配慮個人情報（健康・障害など）",
    D5: "保護情報（支援措置の住所など）",
    D6: "情報提供者",
    D7: "支援者の所見・スーパービジョン記録",
}

Classes = frozenset[DataClass]

EVERY_CLASS: Classes = frozenset(DataClass)
#: What a consent may open at all. D6 and D7 never leave their circle (brief §2.5).
CONSENTABLE: Classes = frozenset({D0, D1, D2, D3, D4, D5})


@cache
def classes_up_to(ceiling: DataClass) -> Classes:
    """All classes up to and including ``ceiling``."""
    return frozenset(c for c in DataClass if c.value <= ceiling.value)


class Disclosable(BaseModel):
    """A value whose every field declares how far it may travel."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Refuse a subclass with a field that declares no data class."""
        super().__pydantic_init_subclass__(**kwargs)
        for name, field in cls.model_fields.items():
            if _class_of(field) is None:
                raise TypeError(f"{cls.__name__}.{name} declares no data class")

    def but(self, **changes: Any) -> Self:
        """The same value with some fields changed; the new value is validated."""
        kept = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self).model_validate(kept | changes)


def _class_of(field: FieldInfo) -> DataClass | None:
    return next((m for m in field.metadata if isinstance(m, DataClass)), None)


@cache
def field_classes(kind: type[Disclosable]) -> dict[str, DataClass]:
    """The declared class of every field."""
    found = {name: _class_of(field) for name, field in kind.model_fields.items()}
    return {name: declared for name, declared in found.items() if declared is not None}


@cache
def classes_within(kind: type[Disclosable]) -> Classes:
    """All classes that occur in the type, nested values included."""
    own = frozenset(field_classes(kind).values())
    nested = (classes_within(n) for n in nested_in(kind).values())
    return own.union(*nested)


@cache
def nested_in(kind: type[Disclosable]) -> dict[str, type[Disclosable]]:
    """The fields whose values, or items, are themselves disclosable."""
    found = ((name, _disclosable_in(f.annotation)) for name, f in kind.model_fields.items())
    return {name: inner for name, inner in found if inner is not None}


def _disclosable_in(annotation: Any) -> type[Disclosable] | None:
    if isinstance(annotation, type) and issubclass(annotation, Disclosable):
        return annotation
    return next((f for a in get_args(annotation) if (f := _disclosable_in(a))), None)


class _Opened(NamedTuple):
    """What some classes open of a kind of value."""

    names: tuple[str, ...]
    #: Those among them that hold a set, or values with classes of their own.
    sets: tuple[str, ...]
    nested: tuple[str, ...]


@lru_cache(maxsize=4096)
def _opened(kind: type[Disclosable], classes: Classes) -> _Opened:
    names = tuple(n for n, declared in field_classes(kind).items() if declared in classes)
    nested = tuple(n for n in names if n in nested_in(kind))
    sets = (n for n in names if n not in nested and _holds_a_set(kind.model_fields[n].annotation))
    return _Opened(names, tuple(sets), nested)


def _holds_a_set(annotation: Any) -> bool:
    return get_origin(annotation) is frozenset or any(map(_holds_a_set, get_args(annotation)))


@lru_cache(maxsize=4096)
def _withheld(kind: type[Disclosable], classes: Classes) -> tuple[DataClass, ...]:
    return tuple(sorted(classes_within(kind) - classes))


def disclose(value: Disclosable, classes: Classes) -> dict[str, Any]:
    """What a viewer who may see ``classes`` gets: JSON values, the rest left out.

    ``withheld`` names the classes of this *type* that were not granted, whether or not
    the record has anything in them, so that it tells nothing about the content.
    """
    shown = _shown(value, value.model_dump(mode="json"), classes)
    shown["withheld"] = list(_withheld(type(value), classes))
    return shown


def _shown(value: Disclosable, dumped: dict[str, Any], classes: Classes) -> dict[str, Any]:
    opened = _opened(type(value), classes)
    shown = {name: dumped[name] for name in opened.names}
    for name in opened.sets:
        # A set has no order of its own; without one the same record would look changed.
        if isinstance(getattr(value, name), frozenset):
            shown[name] = sorted(shown[name])
    for name in opened.nested:
        if shown[name]:
            shown[name] = _shown_inner(getattr(value, name), shown[name], classes)
    return shown


def _shown_inner(inner: Any, dumped: Any, classes: Classes) -> Any:
    if isinstance(inner, Disclosable):
        return _shown(inner, dumped, classes)
    return [_shown(item, d, classes) for item, d in zip(inner, dumped, strict=True)]


@lru_cache(maxsize=4096)
def fields_shown(kind: type[Disclosable], classes: Classes) -> tuple[str, ...]:
    """Names of the fields that ``classes`` open, for the audit entry."""
    return tuple(sorted(n for n, declared in field_classes(kind).items() if declared in classes))


@lru_cache(maxsize=4096)
def classes_shown(kind: type[Disclosable], classes: Classes) -> tuple[str, ...]:
    """The classes that those fields have, for the audit entry."""
    return tuple(sorted(c.value for c in classes & frozenset(field_classes(kind).values())))


@cache
def view_of(kind: type[Disclosable]) -> type[BaseModel]:
    """The shape of a disclosure, for the contract: what may be withheld is optional."""
    fields: dict[str, Any] = {}
    nested = nested_in(kind)
    for name, field in kind.model_fields.items():
        annotation = viewed(field.annotation, nested.get(name))
        declared = field_classes(kind)[name]
        note = f"Data class {declared.value}. {field.description or ''}".strip()
        if declared is D0:
            fields[name] = (annotation, FieldInfo(description=note))
        else:
            fields[name] = (annotation | None, FieldInfo(default=None, description=note))
    return create_model(f"{kind.__name__}View", **fields)


def viewed(annotation: Any, inner: type[Disclosable] | None) -> Any:
    """The annotation of a field as a viewer gets it; ``inner`` is the disclosable value in it."""
    if inner is None:
        return annotation
    view: Any = view_of(inner)
    stated = [a for a in get_args(annotation) if a is not type(None)]
    optional = len(stated) < len(get_args(annotation))
    one = annotation is inner or (inner in stated and optional)
    shape = view if one else list[view]
    return shape | None if optional else shape


def shown_view_of(kind: type[Disclosable]) -> type[BaseModel]:
    """The view with its list of withheld classes."""
    return create_model(
        f"{kind.__name__}Shown",
        __base__=view_of(kind),
        withheld=(
            list[DataClass],
            FieldInfo(
                description="Data classes of this kind of record that were not opened to you."
            ),
        ),
    )
