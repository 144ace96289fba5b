"""What a list changes in the directory: added, changed or as before; and how to take it back.

Ids stay with the codes that are known: an agency by its code, a position by agency and code,
an area by municipality and code, a desk by agency and name.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from service.domain.directory import (
    Agency,
    AgencyKind,
    Area,
    AreaWorker,
    Desk,
    IssuerTrust,
    Municipality,
    Position,
    Tenure,
)
from service.domain.import_directory import DirectoryKind, Line, heading_of, read_lines
from service.domain.import_rows import Faults, Sheet, folded

MESSAGES_EN = {
    "import.code_twice": "Keep one row with this code; it stands in an earlier one.",
    "import.ends_before_start": "Give a last day that is not before the first.",
    "import.holder_incomplete": "Give name and login id (sub) of the holder, or neither.",
    "import.unknown_agency": "Import the agency first, or correct its code.",
    "import.unknown_area": "Import the area first, or correct its code or name.",
    "import.unknown_issuer": "Write the issuer of the login as it is entered in the directory.",
    "import.unknown_kind": "Write a kind of agency by its code or Japanese name: {choices}.",
    "import.unknown_municipality": "Write the code of a municipality that is served here.",
    "import.unknown_position": "Import the position first, or correct its code.",
}
MESSAGES_JA = {
    "import.code_twice": "同じコードが前の行にあります。一行にまとめてください。",
    "import.ends_before_start": "終了日は開始日以降の日付にしてください。",
    "import.holder_incomplete": (
        "職員名とログインID(sub)は、両方入力するか、両方空欄にしてください。"
    ),
    "import.unknown_agency": (
        "登録されていない機関です。先に機関名簿を取り込むか、コードを直してください。"
    ),
    "import.unknown_area": (
        "登録されていない地区です。先に地区一覧を取り込むか、コードまたは名称を直してください。"
    ),
    "import.unknown_issuer": (
        "登録されていないログイン元です。名簿に登録されたissを入力してください。"
    ),
    "import.unknown_kind": ("機関の種別は、コードまたは名称で入力してください（例: {choices}）。"),
    "import.unknown_municipality": (
        "この窓口網で扱っていない市区町村です。コードを確認してください。"
    ),
    "import.unknown_position": (
        "登録されていない役職です。先に役職・職員名簿を取り込むか、コードを直してください。"
    ),
}


class Change(NamedTuple):
    """One row of the directory, before and after."""

    #: The row of the file; several changes may come of one.
    number: int
    before: BaseModel | None
    after: BaseModel


class Plan(NamedTuple):
    """Everything a list would do."""

    rows: int
    changes: tuple[Change, ...]
    unchanged: int

    @property
    def added(self) -> int:
        """Rows of the directory that are new."""
        return sum(c.before is None for c in self.changes)

    @property
    def changed(self) -> int:
        """Rows of the directory that become different."""
        return len(self.changes) - self.added


class ImportBatch(BaseModel):
    """A list of the directory that was taken in, with what was there before."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    kind: DirectoryKind
    file_name: str
    sha256: str
    made_at: datetime
    made_by: str
    rows: int
    added: int
    changed: int
    unchanged: int
    undone_at: datetime | None = None
    undone_by: str | None = None
    before: tuple["Kept", ...] = ()
    after: tuple["Kept", ...] = ()


class Kept(BaseModel):
    """A row of the directory as it was, or was not, at one end of a change."""

    model_config = ConfigDict(frozen=True)

    number: int
    table: str
    row: dict[str, Any] | None = Field(default=None)


ImportBatch.model_rebuild()


class Known(BaseModel):
    """The directory as it is."""

    model_config = ConfigDict(frozen=True)

    kinds: tuple[AgencyKind, ...] = ()
    municipalities: tuple[Municipality, ...] = ()
    areas: tuple[Area, ...] = ()
    agencies: tuple[Agency, ...] = ()
    desks: tuple[Desk, ...] = ()
    positions: tuple[Position, ...] = ()
    tenures: tuple[Tenure, ...] = ()
    area_workers: tuple[AreaWorker, ...] = ()
    issuers: tuple[IssuerTrust, ...] = ()


def plan(kind: DirectoryKind, sheet: Sheet, known: Known, new_id: Callable[[], UUID]) -> Plan:
    """What the list does. Raises Invalid with every fault of every row."""
    return _Planner(kind, known, new_id).plan(sheet)


class _Planner:
    """One list on its way into the directory."""

    def __init__(self, kind: DirectoryKind, known: Known, new_id: Callable[[], UUID]) -> None:
        self._kind = kind
        self._new_id = new_id
        self._faults = Faults()
        self._kinds = {folded(w): k.code for k in known.kinds for w in (k.code, k.label_ja)}
        self._examples = "・".join(k.label_ja for k in known.kinds[:4])
        self._towns = {m.code for m in known.municipalities}
        self._agencies = {a.code: a for a in known.agencies}
        self._areas = {(a.municipality_code, a.code): a for a in known.areas}
        self._area_codes = {
            (a.municipality_code, folded(w)): a.code for a in known.areas for w in (a.name, a.code)
        }
        self._desks = {(d.agency_id, d.name): d for d in known.desks}
        self._positions = {(p.agency_id, p.code): p for p in known.positions}
        self._tenures: dict[UUID, list[Tenure]] = {}
        for tenure in known.tenures:
            self._tenures.setdefault(tenure.position_id, []).append(tenure)
        self._workers = {(w.position_id, w.area): w for w in known.area_workers}
        self._issuers = known.issuers

    def plan(self, sheet: Sheet) -> Plan:
        make = {
            DirectoryKind.AGENCIES: self._agency,
            DirectoryKind.AREA_WORKERS: self._area_worker,
            DirectoryKind.AREAS: self._area,
            DirectoryKind.DESKS: self._desk,
            DirectoryKind.POSITIONS: self._position,
        }[self._kind]
        changes: list[Change] = []
        seen: set[tuple[Any, ...]] = set()
        unchanged = 0
        for line in read_lines(self._kind, sheet, self._faults):
            try:
                made = list(make(line))
            except ValidationError as error:
                self._faults.add_error(line.number, heading_of(self._kind, _key(self._kind)), error)
                continue
            named = ["municipality_code", "agency_code", _key(self._kind)]
            if self._kind is DirectoryKind.AREA_WORKERS:
                named.append("area")
            key = tuple(line.values.get(n) for n in named)
            if key in seen:
                self._fault(line, _key(self._kind), "import.code_twice")
            seen.add(key)
            changes += [c for c in made if c.before != c.after]
            unchanged += all(c.before == c.after for c in made)
        self._faults.refuse_if_any()
        return Plan(len(sheet.rows), tuple(changes), unchanged)

    def _fault(self, line: Line, name: str, code: str, **facts: str) -> None:
        self._faults.add(line.number, heading_of(self._kind, name), code, facts)

    def _put(
        self, line: Line, kind: type[BaseModel], before: BaseModel | None, values: Mapping[str, Any]
    ) -> Change:
        """The row before and after: what the list does not say stays."""
        kept = {} if before is None else {n: getattr(before, n) for n in kind.model_fields}
        given = {n: v for n, v in values.items() if n in kind.model_fields}
        optional = {n for n, f in kind.model_fields.items() if not f.is_required()}
        empty = {n for n, v in given.items() if v is None and n in optional}
        plain = {n: f.get_default() for n, f in kind.model_fields.items() if n in empty}
        after = kind.model_validate(kept | given | plain)
        self._check_dates(line, after)
        return Change(line.number, before, after)

    def _check_dates(self, line: Line, after: BaseModel) -> None:
        first, last = getattr(after, "valid_from", None), getattr(after, "valid_until", None)
        if first is not None and last is not None and last < first:
            named = "holds_until" if isinstance(after, Tenure) else "valid_until"
            self._fault(line, named, "import.ends_before_start")

    def _agency(self, line: Line) -> Iterable[Change]:
        values = dict(line.values)
        kind = self._kinds.get(folded(values["kind"]))
        if kind is None:
            self._fault(line, "kind", "import.unknown_kind", choices=self._examples)
        if values["municipality_code"] not in self._towns:
            self._fault(line, "municipality_code", "import.unknown_municipality")
        if kind is None:
            return
        before = self._agencies.get(values["code"])
        values |= {"kind": kind, "id": before.id if before else self._new_id()}
        yield self._put(line, Agency, before, values)

    def _area(self, line: Line) -> Iterable[Change]:
        town = line.values["municipality_code"]
        if town not in self._towns:
            self._fault(line, "municipality_code", "import.unknown_municipality")
        before = self._areas.get((town, line.values["code"]))
        yield self._put(line, Area, before, line.values)

    def _desk(self, line: Line) -> Iterable[Change]:
        agency = self._its_agency(line)
        if agency is None:
            return
        values = dict(line.values)
        town = values.get("municipality_code") or agency.municipality_code
        if town not in self._towns:
            self._fault(line, "municipality_code", "import.unknown_municipality")
        if values.get("areas"):
            values["areas"] = tuple(
                code for a in values["areas"] if (code := self._code_of(line, "areas", town, a))
            )
        before = self._desks.get((agency.id, values["name"]))
        values |= {"municipality_code": town, "agency_id": agency.id}
        values["id"] = before.id if before else self._new_id()
        yield self._put(line, Desk, before, values)

    def _position(self, line: Line) -> Iterable[Change]:
        agency = self._its_agency(line)
        if agency is None:
            return
        values = dict(line.values)
        if values.get("area"):
            values["area"] = self._code_of(line, "area", agency.municipality_code, values["area"])
        before = self._positions.get((agency.id, values["code"]))
        position_id = before.id if before else self._new_id()
        values |= {"agency_id": agency.id, "id": position_id}
        yield self._put(line, Position, before, values)
        if (values.get("holder") is None) != (values.get("sub") is None):
            self._fault(line, "holder", "import.holder_incomplete")
        elif values.get("sub") is not None:
            yield from self._holder(line, agency, position_id)

    def _holder(self, line: Line, agency: Agency, position_id: UUID) -> Iterable[Change]:
        """Who holds the position from now on; whoever held it until now has left the day before."""
        values = line.values
        iss = self._issuer(line, agency)
        if iss is None:
            return
        held = self._tenures.get(position_id, [])
        given = {
            "position_id": position_id,
            "iss": iss,
            "sub": values["sub"],
            "name": values["holder"],
        }
        if "holds_until" in values:
            given["valid_until"] = values["holds_until"]
        mine = [t for t in held if (t.iss, t.sub) == (iss, values["sub"]) and t.valid_until is None]
        if mine:
            start = values.get("holds_from") or mine[0].valid_from
            yield self._put(line, Tenure, mine[0], given | {"valid_from": start})
            return
        start = values.get("holds_from") or values["valid_from"]
        for other in held:
            if other.valid_until is None and other.valid_from < start:
                left = other.but(valid_until=start - timedelta(days=1))
                yield Change(line.number, other, left)
        same = [t for t in held if (t.iss, t.sub, t.valid_from) == (iss, values["sub"], start)]
        before = same[0] if same else None
        new = {"id": before.id if before else self._new_id(), "valid_from": start}
        yield self._put(line, Tenure, before, given | new)

    def _area_worker(self, line: Line) -> Iterable[Change]:
        agency = self._its_agency(line)
        if agency is None:
            return
        position = self._its_position(line, agency, "code")
        deputy = self._its_position(line, agency, "deputy") if line.values.get("deputy") else None
        area = self._code_of(line, "area", agency.municipality_code, line.values["area"])
        if position is None or area is None:
            return
        before = self._workers.get((position.id, area))
        values = dict(line.values) | {
            "id": before.id if before else self._new_id(),
            "municipality_code": agency.municipality_code,
            "agency_id": agency.id,
            "area": area,
            "position_id": position.id,
        }
        if "deputy" in line.values:
            values["deputy_position_id"] = deputy.id if deputy else None
        yield self._put(line, AreaWorker, before, values)

    def _its_position(self, line: Line, agency: Agency, name: str) -> Position | None:
        position = self._positions.get((agency.id, line.values[name]))
        if position is None:
            self._fault(line, name, "import.unknown_position")
        return position

    def _its_agency(self, line: Line) -> Agency | None:
        agency = self._agencies.get(line.values["agency_code"])
        if agency is None:
            self._fault(line, "agency_code", "import.unknown_agency")
        return agency

    def _code_of(self, line: Line, name: str, town: str, written: str) -> str | None:
        code = self._area_codes.get((town, folded(written)))
        if code is None:
            self._fault(line, name, "import.unknown_area")
        return code

    def _issuer(self, line: Line, agency: Agency) -> str | None:
        """The issuer as written; where only one speaks for the agency, it need not be."""
        written = line.values.get("iss")
        speaking = [i for i in self._issuers if agency.code in i.agency_codes]
        fitting = [i.iss for i in speaking if written is None or written in (i.iss, i.name)]
        if len(fitting) != 1:
            self._fault(line, "iss" if written else "sub", "import.unknown_issuer")
            return None
        return fitting[0]


def _key(kind: DirectoryKind) -> str:
    return "name" if kind is DirectoryKind.DESKS else "code"
