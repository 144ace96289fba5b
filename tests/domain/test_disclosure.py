"""What is left of a value when only some classes may be shown (promise 8; brief §2.5)."""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import combinations
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

import pytest
from domain_builders import classes, grant, plan, plan_version, referral
from pydantic import (
    AwareDatetime,
    BaseModel,
    Field,
    JsonValue,
    TypeAdapter,
    ValidationError,
    computed_field,
)

import service.domain
from service.domain.calendar_jp import PartialDate
from service.domain.contact import Address, Phone
from service.domain.disclosure import (
    CONSENTABLE,
    D0,
    D1,
    D2,
    D3,
    D4,
    D5,
    D6,
    D7,
    EVERY_CLASS,
    LABELS_JA,
    Classes,
    DataClass,
    Disclosable,
    classes_up_to,
    classes_within,
    disclose,
    field_classes,
    fields_shown,
    shown_view_of,
    view_of,
)
from service.domain.names import PersonName
from service.domain.notice import Notice
from service.domain.permission import Purpose
from service.domain.plan import PlanShown
from service.domain.recurrence import Every, Recurrence
from service.domain.referral import Referral

SUBSETS: tuple[Classes, ...] = tuple(
    frozenset(some) for n in range(len(DataClass) + 1) for some in combinations(DataClass, n)
)


def every_kind() -> list[type[Disclosable]]:
    """Every disclosable type of the domain, found by importing all of it."""
    for module in pkgutil.iter_modules(service.domain.__path__):
        importlib.import_module(f"service.domain.{module.name}")
    found: list[type[Disclosable]] = []
    waiting = Disclosable.__subclasses__()
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.startswith("service.domain."):
            found.append(kind)
    return sorted(found, key=lambda kind: kind.__name__)


KINDS = every_kind()


def named(kind: type) -> str:
    return kind.__name__


# Declaring


def test_a_field_without_a_class_is_refused_when_the_type_is_made() -> None:
    with pytest.raises(TypeError, match=r"Leaky\.name declares no data class"):

        class Leaky(Disclosable):
            name: str


def test_a_class_on_a_part_of_the_annotation_is_no_class() -> None:
    with pytest.raises(TypeError, match="name declares no data class"):

        class Leaky(Disclosable):
            name: Annotated[str, D1] | None = None


def test_a_field_added_by_a_subclass_needs_its_class_too() -> None:
    class Known(Disclosable):
        name: Annotated[str, D1]

    with pytest.raises(TypeError, match=r"Wider\.nickname declares no data class"):

        class Wider(Known):
            nickname: str

    with pytest.raises(TypeError, match=r"Renamed\.name declares no data class"):

        class Renamed(Known):
            name: str


def test_the_walk_finds_the_domain() -> None:
    names = {kind.__name__ for kind in KINDS}
    assert {"Person", "Consent", "Referral", "PlanVersion", "AgendaItem", "AuditEntry"} <= names
    assert len(KINDS) > 35


@pytest.mark.parametrize("kind", KINDS, ids=named)
def test_every_field_of_the_domain_declares_its_class(kind: type[Disclosable]) -> None:
    assert set(field_classes(kind)) == set(kind.model_fields)
    assert set(field_classes(kind).values()) <= EVERY_CLASS
    assert classes_within(kind) >= set(field_classes(kind).values())


@pytest.mark.parametrize("kind", KINDS, ids=named)
def test_nothing_is_shown_that_is_no_field(kind: type[Disclosable]) -> None:
    assert not kind.model_computed_fields
    assert kind.model_config.get("extra") == "forbid"


@pytest.mark.parametrize("kind", KINDS, ids=named)
def test_nested_values_stand_alone_or_in_a_tuple(kind: type[Disclosable]) -> None:
    """No dictionary and no set of disclosable values: their items would not be filtered."""
    for field in kind.model_fields.values():
        for container in _containers(field.annotation):
            assert container is tuple


def _containers(annotation: Any, outside: Any = None) -> Iterator[Any]:
    if isinstance(annotation, type) and issubclass(annotation, Disclosable):
        if outside is not None:
            yield outside
        return
    origin = get_origin(annotation)
    through = outside if origin in (None, Annotated, Union, UnionType) else origin
    for inside in get_args(annotation):
        yield from _containers(inside, through)


def test_a_notice_holds_ids_only() -> None:
    assert classes_within(Notice) == {D0}


# Showing: one invented type with every class, and values in values


class Inner(Disclosable):
    place: Annotated[int, D0] = 1
    secret: Annotated[str, D4]


class Middle(Disclosable):
    title: Annotated[str, D2]
    inner: Annotated[Inner, D3]


class Everything(Disclosable):
    number: Annotated[int, D0]
    name: Annotated[str, D1]
    work: Annotated[str | None, D2] = None
    reason: Annotated[str, D3]
    health: Annotated[str, D4]
    shelter: Annotated[str, D5]
    informant: Annotated[str, D6]
    opinion: Annotated[str, D7]
    themes: Annotated[frozenset[str], D3] = frozenset()
    inner: Annotated[Inner, D1]
    maybe: Annotated[Inner | None, D1] = None
    many: Annotated[tuple[Inner, ...], D2] = ()
    deep: Annotated[tuple[Middle, ...], D1] = ()


def everything(**changes: Any) -> Everything:
    given = {
        "number": 1,
        "name": "n",
        "reason": "r",
        "health": "h",
        "shelter": "s",
        "informant": "i",
        "opinion": "o",
        "themes": frozenset({"debt", "work", "care"}),
        "inner": Inner(secret="s0"),
        "maybe": Inner(secret="s1"),
        "many": (Inner(secret="s2"), Inner(place=2, secret="s3")),
        "deep": (Middle(title="t", inner=Inner(secret="s4")),),
    }
    return Everything(**given | changes)


@pytest.mark.parametrize(
    ("granted", "shown"),
    [
        ("", {}),
        ("0", {"number": 1}),
        ("1", {"name": "n", "inner": {}, "maybe": {}, "deep": [{}]}),
        (
            "0-1",
            {
                "number": 1,
                "name": "n",
                "inner": {"place": 1},
                "maybe": {"place": 1},
                "deep": [{}],
            },
        ),
        ("2", {"work": None, "many": [{}, {}]}),
        (
            "0 2 4",
            {
                "number": 1,
                "work": None,
                "health": "h",
                "many": [{"place": 1, "secret": "s2"}, {"place": 2, "secret": "s3"}],
            },
        ),
        ("3", {"reason": "r", "themes": ["care", "debt", "work"]}),
        ("4", {"health": "h"}),
        (
            "1-4",
            {
                "name": "n",
                "work": None,
                "reason": "r",
                "health": "h",
                "themes": ["care", "debt", "work"],
                "inner": {"secret": "s0"},
                "maybe": {"secret": "s1"},
                "many": [{"secret": "s2"}, {"secret": "s3"}],
                "deep": [{"title": "t", "inner": {"secret": "s4"}}],
            },
        ),
        (
            "1-2",
            {
                "name": "n",
                "work": None,
                "inner": {},
                "maybe": {},
                "many": [{}, {}],
                "deep": [{"title": "t"}],
            },
        ),
        ("5", {"shelter": "s"}),
        ("6", {"informant": "i"}),
        ("7", {"opinion": "o"}),
    ],
)
def test_exactly_the_granted_classes_are_shown(granted: str, shown: dict) -> None:
    found = disclose(everything(), classes(granted))
    withheld = found.pop("withheld")
    assert found == shown
    assert set(withheld) == EVERY_CLASS - classes(granted)


def test_nothing_is_withheld_from_who_may_see_all() -> None:
    value = everything()
    found = disclose(value, EVERY_CLASS)
    assert found.pop("withheld") == []
    assert found == json.loads(value.model_dump_json()) | {"themes": ["care", "debt", "work"]}


def test_what_is_empty_is_shown_empty() -> None:
    bare = everything(maybe=None, many=(), deep=(), themes=frozenset())
    found = disclose(bare, EVERY_CLASS)
    assert (found["maybe"], found["many"], found["deep"], found["themes"]) == (None, [], [], [])


@pytest.mark.parametrize("granted", SUBSETS, ids=lambda some: "".join(sorted(some)) or "none")
def test_what_is_withheld_depends_on_the_type_alone(granted: Classes) -> None:
    full = disclose(everything(work="w"), granted)["withheld"]
    bare = disclose(everything(maybe=None, many=(), deep=(), themes=frozenset()), granted)
    assert full == bare["withheld"] == sorted(EVERY_CLASS - granted)


def test_an_optional_tuple_is_filtered_and_described_like_any_other() -> None:
    class Optional(Disclosable):
        number: Annotated[int, D0] = 1
        deep: Annotated[tuple[Middle, ...] | None, D1] = None

    value = Optional(deep=(Middle(title="t", inner=Inner(secret="s")),))
    shown = disclose(value, frozenset({D0, D1, D2}))
    assert shown == {"number": 1, "deep": [{"title": "t"}], "withheld": ["D3", "D4"]}
    assert disclose(Optional(), EVERY_CLASS)["deep"] is None
    read = shown_view_of(Optional).model_validate(shown)
    assert read.model_dump()["deep"] == [{"title": "t", "inner": None}]


def test_the_contract_says_whether_a_nested_value_may_be_missing() -> None:
    class Nested(Disclosable):
        always: Annotated[Inner, D0]
        perhaps: Annotated[Inner | None, D0] = None
        several: Annotated[tuple[Inner, ...], D0] = ()

    view = view_of(Nested)
    inner = {"place": 1}
    assert view.model_validate({"always": inner, "perhaps": None, "several": [inner]})
    for missing in ("always", "several"):
        whole = {"always": inner, "perhaps": inner, "several": []}
        with pytest.raises(ValidationError):
            view.model_validate(whole | {missing: None})


def test_the_contract_describes_a_field_as_the_domain_does() -> None:
    class Described(Disclosable):
        name: Annotated[str, D1] = Field(description="As it is written.")
        number: Annotated[int, D0]

    fields = view_of(Described).model_fields
    assert fields["name"].description == "Data class D1. As it is written."
    assert fields["number"].description == "Data class D0."


def test_only_classes_of_the_type_are_withheld() -> None:
    value = Middle(title="t", inner=Inner(secret="s"))
    assert classes_within(Middle) == {D0, D2, D3, D4}
    assert disclose(value, frozenset())["withheld"] == ["D0", "D2", "D3", "D4"]
    assert disclose(value, frozenset({D2, D7}))["withheld"] == ["D0", "D3", "D4"]
    nested = disclose(PlanShown(plan=plan(), current=plan_version()), frozenset({D0}))
    assert nested["withheld"] == ["D3", "D6", "D7"]


def test_a_computed_value_is_not_shown() -> None:
    class Clever(Disclosable):
        name: Annotated[str, D1]

        @computed_field
        def shouted(self) -> str:
            return self.name.upper()

    assert disclose(Clever(name="n"), EVERY_CLASS) == {"name": "n", "withheld": []}


def test_a_set_is_shown_in_the_same_order_every_time() -> None:
    purposes = frozenset(Purpose)
    shown = disclose(
        grant(purposes=purposes - {Purpose.AUDIT, Purpose.ACCESS_REQUEST}), EVERY_CLASS
    )
    assert shown["purposes"] == sorted(shown["purposes"])
    assert shown["data_classes"] == ["D1", "D2", "D3"]


# Canaries: every type of the domain, filled with values that are found again anywhere

#: The instant from which a canary's dates are counted; one day for each.
_FIRST = datetime(2001, 1, 1, tzinfo=UTC)
#: Values inside a field that declare no class of their own: shown or withheld as a whole.
_WHOLE: dict[type, Any] = {
    PersonName: lambda mark: PersonName(family=mark, given="太郎", kana_unknown=True),
    Address: lambda mark: Address(kind="registered", building=mark),
    Phone: lambda mark: Phone(kind="mobile", number="090-0000-0000", safe_hours=mark),
}


class Filler:
    """Fills a type with values of the right shapes, and remembers under which classes each went."""

    def __init__(self) -> None:
        self.count = 0
        #: What to look for in the answer, and the classes that must all be granted to see it.
        self.canaries: list[tuple[str, Classes]] = []

    def value(self, kind: type[Disclosable], above: Classes = frozenset()) -> Disclosable:
        filled = {}
        for name, field in kind.model_fields.items():
            needed = above | {field_classes(kind)[name]}
            annotation = Annotated[field.annotation, *field.metadata] if field.metadata else None
            filled[name] = self._fill(annotation or field.annotation, needed)
        return kind.model_construct(**filled)

    def _fill(self, annotation: Any, needed: Classes, *notes: Any) -> Any:
        origin, inside = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            return self._fill(inside[0], needed, *inside[1:], *notes)
        if origin in (Union, UnionType):
            known = next(a for a in inside if a is not NoneType)
            return self._fill(known, needed, *notes)
        if origin in (tuple, frozenset):
            return origin(self._fill(inside[0], needed) for _ in range(2))
        if annotation is JsonValue:
            # Whatever a field of another record held; a text will do.
            return self._single(str, needed, notes)
        if origin is None and issubclass(annotation, Disclosable):
            return self.value(annotation, needed)
        return inside[0] if origin is Literal else self._single(annotation, needed, notes)

    def _single(self, kind: type, needed: Classes, notes: tuple[Any, ...]) -> Any:
        self.count += 1
        mark = f"canary_{self.count}_"
        if kind in (PartialDate, Recurrence):
            mark = f"{1900 + self.count}-03-09"
            return self._marked(mark, needed, _dated(kind, mark))
        if kind in _WHOLE:
            return self._marked(mark, needed, _WHOLE[kind](mark))
        if issubclass(kind, StrEnum):
            return next(iter(kind))
        if kind is bool:
            return True
        if kind is str:
            return self._text(mark, needed, notes)
        instant = _FIRST + timedelta(days=self.count)
        made = {
            int: 7_000_000 + self.count,
            UUID: UUID(int=0xCA << 100 | self.count),
            datetime: instant,
            AwareDatetime: instant,
            date: date(1901, 1, 1) + timedelta(days=self.count),
            time: time(13, 59, self.count % 60),
        }[kind]
        return self._marked(str(made).split(" ", maxsplit=1)[0], needed, made)

    def _text(self, mark: str, needed: Classes, notes: tuple[Any, ...]) -> str:
        try:
            TypeAdapter(Annotated[str, "text", *notes]).validate_python(mark)
        except ValidationError:
            return "999997"
        return self._marked(mark, needed, mark)

    def _marked(self, mark: str, needed: Classes, value: Any) -> Any:
        self.canaries.append((mark, needed))
        return value


def _dated(kind: type, mark: str) -> Any:
    if kind is PartialDate:
        return PartialDate(mark)
    first = date.fromisoformat(mark)
    return Recurrence(every=Every.MONTH, day=5, first=first, until=first + timedelta(days=1))


def filled(kind: type[Disclosable]) -> tuple[Disclosable, list[tuple[str, Classes]]]:
    filler = Filler()
    return filler.value(kind), filler.canaries


def test_the_canaries_are_in_the_values() -> None:
    for kind in KINDS:
        value, canaries = filled(kind)
        text = value.model_dump_json()
        assert all(text.count(mark) == 1 for mark, _ in canaries), kind
    assert len(filled(Referral)[1]) > 25


@pytest.mark.parametrize("kind", KINDS, ids=named)
def test_what_is_not_granted_appears_nowhere_in_the_answer(kind: type[Disclosable]) -> None:
    value, canaries = filled(kind)
    relevant = classes_within(kind)
    for granted in {some & relevant for some in SUBSETS}:
        shown = disclose(value, granted)
        text = json.dumps(shown)
        for mark, needed in canaries:
            assert (mark in text) == (needed <= granted), (mark, granted)
        names = {name for name, declared in field_classes(kind).items() if declared in granted}
        assert set(shown) == names | {"withheld"}
        assert fields_shown(kind, granted) == tuple(sorted(names))


@pytest.mark.parametrize("kind", KINDS, ids=named)
def test_the_contract_accepts_every_answer(kind: type[Disclosable]) -> None:
    """Whoever may see anything at all sees D0 of it; the rest is optional in the contract."""
    value, _ = filled(kind)
    shape = shown_view_of(kind)
    for granted in {some & classes_within(kind) | {D0} for some in SUBSETS}:
        shown = disclose(value, granted)
        read = shape.model_validate_json(json.dumps(shown))
        assert read.model_fields_set == set(shown)


@pytest.mark.parametrize("kind", KINDS, ids=named)
def test_the_contract_promises_d0_alone(kind: type[Disclosable]) -> None:
    view = view_of(kind)
    assert set(view.model_fields) == set(kind.model_fields)
    for name, declared in field_classes(kind).items():
        field = view.model_fields[name]
        assert field.is_required() == (declared is D0)
        assert (field.description or "").startswith(f"Data class {declared.value}.")


def test_the_view_of_nested_values_is_a_view_itself() -> None:
    shown = disclose(everything(), frozenset({D0, D1, D2}))
    read = shown_view_of(Everything).model_validate(shown)
    assert isinstance(read, BaseModel)
    assert read.model_dump()["many"] == [
        {"place": 1, "secret": None},
        {"place": 2, "secret": None},
    ]
    bare = disclose(everything(maybe=None), EVERY_CLASS)
    assert shown_view_of(Everything).model_validate(bare).model_dump()["maybe"] is None


# The classes themselves


@pytest.mark.parametrize(
    ("ceiling", "opened"),
    [
        (D0, "0"),
        (D1, "0-1"),
        (D2, "0-2"),
        (D3, "0-3"),
        (D4, "0-4"),
        (D5, "0-5"),
        (D6, "0-6"),
        (D7, "0-7"),
    ],
)
def test_a_ceiling_includes_itself_and_everything_below(ceiling: DataClass, opened: str) -> None:
    assert classes_up_to(ceiling) == classes(opened)


def test_every_class_has_its_words_and_two_are_never_consented_to() -> None:
    assert list(LABELS_JA) == list(DataClass)
    assert all(declared.label_ja for declared in DataClass)
    assert frozenset({D0, D1, D2, D3, D4, D5}) == CONSENTABLE


# Changing


def test_a_change_gives_a_new_value_that_is_checked() -> None:
    value = referral()
    changed = value.but(contact_attempts=2)
    assert (value.contact_attempts, changed.contact_attempts) == (0, 2)
    assert changed.but(contact_attempts=0) == value
    with pytest.raises(ValidationError):
        value.but(contact_attempts="many")
    with pytest.raises(ValidationError):
        value.but(colour="red")
    with pytest.raises(ValidationError):
        value.reason = "another"
