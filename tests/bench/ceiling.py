"""Reference (a): what the database could do at most. pgbench runs the statements of a request.

Once as an ordinary transaction, once as a call of one server-side function; the faster of the
two is the ceiling. It decides nothing: the entry it writes says what the last real one said. The
second wall, the locks, the bytes of the seal and the commit are the same as everybody's.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from bench.asked import LIST, READ, WRITE
from bench.programs.statements import (
    CONSENTS,
    DEPARTMENTS,
    INBOX,
    INVOLVEMENT,
    POLICY,
    PROVISIONS,
)
from bench.seed import AGENCY, DESK, PERSON, REFERRAL, Sizes, sql_id
from bench.staff import COUNT

from service.adapters.postgres.accounts import HELD
from service.adapters.postgres.audit import DECIDED
from service.adapters.postgres.people import PERSON as PERSONS
from service.adapters.postgres.referrals import EVENT
from service.adapters.postgres.referrals import REFERRAL as REFERRALS
from service.adapters.postgres.rows import Table
from service.demo.city import CITY

#: The entry comes in sealed; pgbench writes the seal of the last real one.
SEALED = ("words", "salt", "leaf")
PLAIN, FUNCTION = "pgbench, transaction", "pgbench, one function"
_VARIABLE = re.compile(r"(?<!:):([A-Za-z_]\w*)")


async def literals(
    owner: asyncpg.Connection, table: Table[Any], record_id: UUID, more: Sequence[str] = ()
) -> dict[str, str]:
    """The values of a row as SQL, with ``more`` columns."""
    fields = [*table.fields, *more]
    types = {
        r["attname"]: r["kind"]
        for r in await owner.fetch(
            "SELECT attname, format_type(atttypid, atttypmod) AS kind FROM pg_attribute"
            " WHERE attrelid = $1::regclass AND attnum > 0",
            table.name,
        )
    }
    row = await owner.fetchrow(
        "SELECT "
        + ", ".join(f'quote_nullable("{f}"::text) AS "{f}"' for f in fields)
        + f" FROM {table.name} WHERE id = $1",
        record_id,
    )
    return {f: f"{row[f]}::{types[f]}" for f in fields}


@dataclass(frozen=True)
class Work:
    """The statements of one kind of request, with pgbench's variables or a function's arguments.

    ``{caller}``, ``{n}``, ``{p}`` and so on stand for what differs from request to request.
    """

    #: pgbench's own lines, which draw what is asked.
    draws: tuple[str, ...]
    arguments: tuple[str, ...]
    statements: tuple[str, ...]
    #: Lines of the function's body, and what it gives back.
    body: tuple[str, ...]
    declares: str
    returns: str
    question: str


def _sides(sizes: Sizes) -> tuple[str, ...]:
    return (
        f"\\set n random(0, {sizes.referrals - 1})",
        f"\\set p :n % {sizes.persons}",
        f"\\set sender :p % {COUNT}",
        f"\\set receiver (:sender + 1 + (:p / {COUNT} + :n / {sizes.persons}) % {COUNT - 1}) % {COUNT}",
        "\\set side random(0, 1)",
        "\\set caller CASE WHEN :side = 0 THEN :sender ELSE :receiver END",
    )


class Works:
    """The work of R, W and L, around rows that the service itself wrote."""

    def __init__(
        self,
        sizes: Sizes,
        iss: str,
        entries: Mapping[str, Mapping[str, str]],
        drafted: Mapping[str, str],
        event: Mapping[str, str],
        page: int,
    ) -> None:
        self.sizes, self.iss, self.page = sizes, iss, page
        self.entries, self.drafted, self.event = entries, drafted, event

    def of(self, load: str) -> Work:
        return {READ: self._read, WRITE: self._write, LIST: self._list}[load]()

    def _who(self) -> tuple[str, str, str]:
        sub = "('bench-' || {caller}::text || '-consultant')"
        held = HELD.replace("$1", "CURRENT_DATE")
        return (
            f"{held} AND t.iss = '{self.iss}' AND t.sub = {sub} ORDER BY p.id",
            f"SELECT person_id FROM conflict_of_interest WHERE iss = '{self.iss}' AND sub = {sub}",
            (
                "SELECT set_config('tsunagi.kind', 'staff', true),"
                f" set_config('tsunagi.agency', ({sql_id(AGENCY, '{caller}')})::text, true),"
                " set_config('tsunagi.person', '', true)"
            ),
        )

    def _policy(self, name: str) -> str:
        filled = POLICY.replace("$1", f"'{CITY}'").replace("$2", f"'{name}'")
        return filled.replace("$3", "CURRENT_DATE")

    def _entry(self, load: str, changes: Mapping[str, str], source: str = "") -> str:
        found = dict(self.entries[load]) | {
            "id": "uuidv7()",
            "attempt_id": "uuidv7()",
            "at": "clock_timestamp()",
            "request_id": f"'ceiling-{load}'",
            "agency_id": sql_id(AGENCY, "{caller}"),
            "question": "{question}::text",
            **changes,
        }
        fields = [*DECIDED.fields, *SEALED]
        names = ", ".join(f'"{f}"' for f in fields)
        values = ", ".join(found[f] for f in fields)
        return f"INSERT INTO audit_entry ({names}) SELECT {values}{source}"

    def _read(self) -> Work:
        one, whom = sql_id(REFERRAL, "{n}"), f"ARRAY[{sql_id(PERSON, '{p}')}]"
        found = f"{REFERRALS.select} WHERE id = {one}"
        entry = {
            "record_id": one,
            "person_id": sql_id(PERSON, "{p}"),
            "holder_agency_id": sql_id(AGENCY, "{sender}"),
        }
        loads = (
            CONSENTS.replace("$1", whom),
            PROVISIONS.replace("$1", whom),
            DEPARTMENTS.replace("$1", whom).replace("$2", sql_id(AGENCY, "{caller}")),
            self._policy("status_labels"),
        )
        write = self._entry(READ, entry)
        return Work(
            draws=_sides(self.sizes),
            arguments=("n", "p", "sender", "caller"),
            statements=(*self._who(), found + " \\gset r_", *loads, write),
            declares="this referral",
            body=(
                *map(_performed, self._who()),
                f"SELECT * INTO this FROM referral WHERE id = {one}",
                "IF NOT FOUND THEN RAISE 'no such referral'; END IF",
                *map(_performed, loads),
                write,
                "RETURN NEXT this",
            ),
            returns="SETOF referral",
            question=READ,
        )

    def _write(self) -> Work:
        person, agency = sql_id(PERSON, "{p}"), sql_id(AGENCY, "{caller}")
        whom = f"ARRAY[{person}]"
        key = "('bench-' || {k}::text)"
        caller = "('bench ' || {caller}::text)"
        referral = dict(self.drafted) | {
            "id": "uuidv7()",
            "person_id": person,
            "from_agency_id": agency,
            "to_agency_id": sql_id(AGENCY, "{to}"),
            "to_desk_id": sql_id(DESK, "{to}"),
            "made_at": "clock_timestamp()",
        }
        event = dict(self.event) | {
            "id": "uuidv7()",
            "referral_id": "{rid}::uuid",
            "at": "clock_timestamp()",
            "by_agency_id": agency,
        }
        entry = {"record_id": person, "person_id": person, "holder_agency_id": agency}
        first = (
            *self._who(),
            (
                "INSERT INTO first_answer (caller, key, request_hash, at) VALUES"
                f" ({caller}, {key}, sha256({key}::bytea), clock_timestamp())"
                " ON CONFLICT (caller, key) DO NOTHING RETURNING true"
            ),
        )
        loads = (
            f"{PERSONS.select} WHERE id = {person}",
            CONSENTS.replace("$1", whom),
            PROVISIONS.replace("$1", whom),
            INVOLVEMENT.replace("$1", person).replace("$2", agency),
            f"SELECT * FROM desk WHERE id = {sql_id(DESK, '{to}')}",
            f"SELECT * FROM agency WHERE id = {sql_id(AGENCY, '{to}')}",
            f"SELECT hub_agency_id FROM municipality WHERE code = '{CITY}'",
            self._policy("referral"),
        )
        make = f"{_inserted('referral', REFERRALS, referral)} RETURNING id"
        rest = (
            _inserted("referral_event", EVENT, event),
            f"SELECT * FROM desk_capacity WHERE desk_id = {sql_id(DESK, '{to}')}",
            self._policy("status_labels"),
            (
                "UPDATE first_answer SET status = 201, location = '/v1/referrals/' || {rid}::text,"
                " etag = '\"1\"', body = convert_to({answer}::text, 'UTF8')"
                f" WHERE caller = {caller} AND key = {key}"
            ),
            self._entry(WRITE, entry),
        )
        return Work(
            draws=(
                f"\\set p random(0, {self.sizes.persons - 1})",
                f"\\set caller :p % {COUNT}",
                f"\\set other random(0, {COUNT - 2})",
                f"\\set to (:caller + 1 + :other) % {COUNT}",
                "\\set k random(0, 9000000000000000000)",
            ),
            arguments=("p", "caller", "to", "k", "answer"),
            statements=(*first, *loads, f"{make} AS rid \\gset", *rest),
            declares="rid uuid",
            body=(
                *map(_performed, first[:3]),
                first[3].removesuffix(" RETURNING true"),
                *map(_performed, loads),
                f"{make} INTO rid",
                *(r if r.startswith(("INSERT", "UPDATE")) else _performed(r) for r in rest),
                "RETURN NEXT rid",
            ),
            returns="SETOF uuid",
            question=WRITE,
        )

    def _list(self) -> Work:
        after = f"CASE WHEN {{first}}::int = 0 THEN NULL ELSE {sql_id(REFERRAL, '{n}')} END"
        box = INBOX.replace("$1", sql_id(AGENCY, "{caller}")).replace("$2", f"({after})")
        box = box.replace("$3", str(self.page + 1))
        rows = box.replace(REFERRALS.columns, "*")
        changes = {
            "record_id": "shown.id",
            "person_id": "shown.whom",
            "holder_agency_id": "shown.holder",
        }
        most = f" LIMIT {self.page}"
        entries = (
            " FROM unnest({ids}::uuid[], {whom}::uuid[], {holders}::uuid[])"
            f" AS shown (id, whom, holder){most}"
        )
        inside = (
            "(SELECT id, person_id AS whom, from_agency_id AS holder FROM unnest(page)) AS shown"
        )
        loads = (
            CONSENTS.replace("$1", "{whom}::uuid[]"),
            PROVISIONS.replace("$1", "{whom}::uuid[]"),
            DEPARTMENTS.replace("$1", "{whom}::uuid[]").replace("$2", sql_id(AGENCY, "{caller}")),
            self._policy("status_labels"),
        )
        last = self.sizes.referrals - 1
        # With a full page behind it, in every inbox.
        first = min(last, max(self.sizes.referrals // 4, 2 * COUNT * self.page))
        return Work(
            draws=(
                f"\\set caller random(0, {COUNT - 1})",
                f"\\set n random({first}, {last})",
                "\\set first random(0, 1)",
            ),
            arguments=("caller", "n", "first"),
            statements=(
                *self._who(),
                (
                    "SELECT array_agg(id) AS ids, array_agg(person_id) AS whom,"
                    " array_agg(from_agency_id) AS holders, array_agg(box::text) AS rows"
                    f" FROM ({box}) box \\gset"
                ),
                *loads,
                self._entry(LIST, changes, entries),
            ),
            declares="page referral[]; whom uuid[]",
            body=(
                *map(_performed, self._who()),
                f"SELECT array_agg(box) INTO page FROM ({rows}) box",
                f"IF cardinality(page) < {self.page} THEN RAISE 'no full page'; END IF",
                "whom := ARRAY(SELECT person_id FROM unnest(page))",
                *map(_performed, loads),
                self._entry(LIST, changes, f" FROM {inside}{most}"),
                f"RETURN QUERY SELECT * FROM unnest(page){most}",
            ),
            returns="SETOF referral",
            question=LIST,
        )


def _inserted(name: str, table: Table[Any], values: Mapping[str, str]) -> str:
    names = ", ".join(f'"{f}"' for f in table.fields)
    return f"INSERT INTO {name} ({names}) VALUES ({', '.join(values[f] for f in table.fields)})"


def _performed(query: str) -> str:
    """A query of which a function throws the rows away."""
    return "PERFORM * FROM (" + query + ") AS thrown_away"


def script_of(work: Work) -> str:
    """An ordinary transaction, for pgbench."""
    lines = [*work.draws, "BEGIN;"]
    for statement in work.statements:
        text = " ".join(_filled(statement, ":").split())
        lines.append(text if "\\gset" in text else f"{text};")
    return "\n".join([*lines, "END;", ""])


def call_of(work: Work, load: str) -> str:
    """A call of the function, for pgbench."""
    given = ", ".join(f":{a}::{_kind(a)}" for a in (*work.arguments, "question"))
    return "\n".join([*work.draws, f"SELECT * FROM bench_{load.lower()}({given});", ""])


def function_of(work: Work, load: str) -> str:
    """The function itself; it runs with the rights of whoever calls it, behind the wall."""
    arguments = ", ".join(f"a_{a} {_kind(a)}" for a in (*work.arguments, "question"))
    inner = {a: f"a_{a}" for a in (*work.arguments, "question")}
    body = ";\n    ".join(_filled(line, "", inner) for line in work.body)
    return (
        f"CREATE OR REPLACE FUNCTION bench_{load.lower()}({arguments}) RETURNS {work.returns}"
        " LANGUAGE plpgsql SET search_path = public, pg_temp AS $bench$\n"
        f"#variable_conflict use_column\nDECLARE {work.declares};\nBEGIN\n    {body};\nEND\n$bench$"
    )


def _kind(argument: str) -> str:
    return {"question": "text", "answer": "text", "k": "bigint"}.get(argument, "int")


#: Only these: an array of one word would look the same.
_HOLE = re.compile(r"\{(answer|caller|first|holders|ids|k|n|p|question|rid|sender|to|whom)\}")


def _filled(statement: str, mark: str, names: Mapping[str, str] | None = None) -> str:
    """The statement with its variables; pgbench must find no others in it."""
    known = names or {}
    if mark:
        strange = _VARIABLE.search(statement)
        if strange is not None:
            raise ValueError(f"pgbench would take {strange[0]} for a variable: {statement[:200]}")
    return _HOLE.sub(lambda m: mark + known.get(m[1], m[1]), statement)
