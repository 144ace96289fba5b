"""How a domain value lies in a table: one column a field, nothing declared twice.

``row_of`` makes the SQLModel table of a value from the value's own annotations (UUID,
date, timestamptz, text with a CHECK for enums, arrays for sets and tuples of them, jsonb
for nested values). ``Table`` reads and writes it with plain SQL over asyncpg: no session,
no lazy loading, one statement a method.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Generic, TypeVar, Union, cast, get_args, get_origin
from uuid import UUID

from asyncpg import Connection, Record
from pydantic import AwareDatetime, BaseModel
from pydantic_core import from_json, to_json
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel
from sqlmodel.main import SQLModelMetaclass

from service.domain.calendar_jp import PartialDate
from service.domain.errors import Stale

metadata: MetaData = SQLModel.metadata

_SCALARS: Mapping[type, TypeEngine[Any]] = {
    UUID: Uuid(),
    datetime: DateTime(timezone=True),
    AwareDatetime: DateTime(timezone=True),
    date: Date(),
    bool: Boolean(),
    int: Integer(),
    str: Text(),
    PartialDate: Text(),
}

V = TypeVar("V", bound=BaseModel)


class _Plain(BaseModel):
    """What an annotation comes down to."""

    model_config = {"arbitrary_types_allowed": True}

    sql: TypeEngine[Any]
    optional: bool = False
    choices: type[StrEnum] | None = None


def _plain(annotation: Any) -> _Plain:  # noqa: PLR0911 - one return a shape
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _plain(args[0])
    if origin in (Union, UnionType):
        inner = [a for a in args if a is not NoneType]
        found = _plain(inner[0]) if len(inner) == 1 else _Plain(sql=JSONB())
        return found.model_copy(update={"optional": NoneType in args})
    if origin in (tuple, frozenset):
        item = _plain(args[0])
        return _Plain(sql=JSONB() if isinstance(item.sql, JSONB) else ARRAY(item.sql))
    if origin is not None and str(origin) == "typing.Literal":
        return _Plain(sql=Text())
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return _Plain(sql=Text(), choices=annotation)
    for scalar, sql in _SCALARS.items():
        if isinstance(annotation, type) and issubclass(annotation, scalar):
            return _Plain(sql=sql)
    return _Plain(sql=JSONB())


def row_of(
    value: type[BaseModel],
    name: str,
    *,
    key: Sequence[str] = ("id",),
    references: Mapping[str, str] | None = None,
    extra: Sequence[Column[Any]] = (),
    constraints: Sequence[Any] = (),
) -> type[SQLModel]:
    """The SQLModel table class of a domain value.

    ``references`` maps fields to ``table.column``; ``extra`` are columns that only storage
    knows; ``constraints`` are indexes and constraints of the table.
    """
    annotations: dict[str, Any] = {}
    fields: dict[str, Any] = {}
    checks: list[Any] = []
    for field, described in value.model_fields.items():
        plain = _plain(described.annotation)
        target = (references or {}).get(field)
        column: Column[Any] = Column(
            field,
            plain.sql,
            *([ForeignKey(target, deferrable=True)] if target else []),
            primary_key=field in key,
            nullable=plain.optional,
        )
        if plain.choices is not None:
            listed = ", ".join(f"'{c.value}'" for c in plain.choices)
            checks.append(CheckConstraint(f"{field} IN ({listed})", name=field))
        annotations[field] = Any
        fields[field] = Field(default=None, sa_column=column)
    for column in extra:
        annotations[column.name] = Any
        fields[column.name] = Field(default=None, sa_column=column)
    body = {
        "__tablename__": name,
        "__annotations__": annotations,
        "__table_args__": (*checks, *constraints),
        "__module__": __name__,
        "__doc__": f"The table of {value.__name__}.",
        **fields,
    }
    made: Any = SQLModelMetaclass(f"{value.__name__}Row", (SQLModel,), body, table=True)
    return cast("type[SQLModel]", made)


class Table(Generic[V]):
    """SQL for one value's table."""

    def __init__(self, value: type[V], row: type[SQLModel]) -> None:
        """Prepare the statements; nothing is derived per request."""
        self.value = value
        self.table = row.__table__  # type: ignore[attr-defined]  # SQLModel sets it for table=True
        self.name: str = self.table.name
        self.key = [c.name for c in self.table.primary_key.columns]
        self.fields = list(value.model_fields)
        self._json = {f for f in self.fields if isinstance(self.table.c[f].type, JSONB)}
        self.columns = ", ".join(f'"{f}"' for f in self.fields)
        self.select = f"SELECT {self.columns} FROM {self.name}"

    def prefixed(self, alias: str) -> str:
        """The column list for a join, under an alias."""
        return ", ".join(f'{alias}."{f}"' for f in self.fields)

    def read(self, record: Record | Mapping[str, Any]) -> V:
        """The value in a row. What we stored ourselves is validated again: the rules may be newer."""
        found = dict(record)
        for field in self._json:
            if found.get(field) is not None:
                found[field] = from_json(found[field])
        if len(found) != len(self.fields):
            found = {f: found[f] for f in self.fields}
        return self.value.model_validate(found)

    def parameters(self, value: V) -> list[Any]:
        """The row of a value, in column order."""
        return [self._stored(field, getattr(value, field)) for field in self.fields]

    def members(self, value: V) -> dict[str, Any]:
        """The row of a value by column, nested values as they are."""
        return {
            field: found if field in self._json else self._stored(field, found)
            for field in self.fields
            for found in (getattr(value, field),)
        }

    def _stored(self, field: str, found: Any) -> Any:
        if found is None:
            return None
        if field in self._json:
            return to_json(found).decode()
        if isinstance(found, frozenset):
            return sorted(_flat(f) for f in found)
        if isinstance(found, tuple):
            return [_flat(f) for f in found]
        return _flat(found)

    def insert(self, extra: Iterable[str] = ()) -> str:
        """INSERT of the value's columns, then of the ``extra`` ones."""
        names = [*self.fields, *extra]
        holes = ", ".join(f"${n}" for n in range(1, len(names) + 1))
        listed = ", ".join(f'"{n}"' for n in names)
        return f"INSERT INTO {self.name} ({listed}) VALUES ({holes})"

    def update(self, extra: Iterable[str] = ()) -> str:
        """UPDATE by key, and by version where there is one: nobody overwrites a newer one."""
        names = [*self.fields, *extra]
        sets = ", ".join(f'"{n}" = ${i}' for i, n in enumerate(names, 1) if n not in self.key)
        where = [f'"{k}" = ${names.index(k) + 1}' for k in self.key]
        if "version" in names:
            where.append(f'"version" = ${names.index("version") + 1} - 1')
        return f"UPDATE {self.name} SET {sets} WHERE {' AND '.join(where)}"

    async def replace(self, connection: Connection, value: V, **extra: Any) -> None:
        """Save a changed value over the version before it. Raises Stale if that is gone."""
        status = await connection.execute(
            self.update(extra), *self.parameters(value), *extra.values()
        )
        if status == "UPDATE 0":
            raise Stale("record.changed_meanwhile")

    def upsert(self) -> str:
        """INSERT, or UPDATE of the row with the same key (reference data only)."""
        sets = ", ".join(f'"{f}" = EXCLUDED."{f}"' for f in self.fields if f not in self.key)
        keys = ", ".join(f'"{k}"' for k in self.key)
        return f"{self.insert()} ON CONFLICT ({keys}) DO UPDATE SET {sets}"


class Records(Generic[V]):
    """Records of one table with an ``id``: found, added, saved."""

    table: Table[V]

    def __init__(self, connection: Connection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def find(self, record_id: UUID, *, lock: bool = False) -> V | None:
        """The record."""
        tail = " FOR UPDATE" if lock else ""
        return await self._one(f"WHERE id = $1{tail}", record_id)

    async def add(self, value: V) -> None:
        """A new record."""
        await self._connection.execute(self.table.insert(), *self.table.parameters(value))

    async def save(self, value: V) -> None:
        """The record as it is now."""
        await self.table.replace(self._connection, value)

    async def _one(self, where: str, *values: Any) -> V | None:
        row = await self._connection.fetchrow(f"{self.table.select} {where}", *values)
        return self.table.read(row) if row else None

    async def _all(self, where: str, *values: Any) -> list[V]:
        rows = await self._connection.fetch(f"{self.table.select} {where}", *values)
        return [self.table.read(r) for r in rows]


def _flat(found: Any) -> Any:
    if isinstance(found, StrEnum):
        return found.value
    if isinstance(found, PartialDate):
        return found.root
    return found
