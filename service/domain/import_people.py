"""Lists of persons: a row of a borrowers' list or of a survey, read into a person and answers.

Only the columns named here are taken; a list with others is refused, so that nobody hands
over more than is needed (promise 8).
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import partial
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from service.domain.calendar_jp import PartialDate
from service.domain.contact import Address, AddressKind, Phone, PhoneKind, domestic
from service.domain.import_rows import Column, Faults, Read, Sheet, choice, read_rows, whole_number
from service.domain.loan_rules import (
    Answer,
    Assessment,
    Borrower,
    Reason,
    Result,
    Work,
    assess,
    in_words,
)
from service.domain.names import PersonName, read_kana
from service.domain.people import RegisterPerson
from service.domain.text import half_width, invalid, read_line, read_paragraph

MESSAGES_EN = {
    "import.area": "Write the code or the name of an area (地区) of your municipality.",
    "import.kana_parts": "Put a space between family and given name, as in the name itself.",
    "import.person_twice": "Remove this row; the same person stands in an earlier one.",
}
MESSAGES_JA = {
    "import.area": "市町村に登録されている地区の名称またはコードを入力してください。",
    "import.kana_parts": "氏名と同じように、姓と名の間に空白を入れてください。",
    "import.person_twice": "同じ方が前の行にあります。この行を削除してください。",
}


class ImportKind(StrEnum):
    """What kind of list it is."""

    LOAN_SCREENING = "loan_screening"
    SURVEY = "survey"

    @property
    def label_ja(self) -> str:
        """The kind in the field's words."""
        return IMPORT_KIND_JA[self]


IMPORT_KIND_JA: dict[ImportKind, str] = {
    ImportKind.LOAN_SCREENING: "特例貸付 借受世帯の把握",
    ImportKind.SURVEY: "福祉ニーズ調査",
}


class Candidate(NamedTuple):
    """One row as it was meant, and what the rules say of its household."""

    row: int
    person: RegisterPerson
    assessment: Assessment

    @property
    def flagged(self) -> bool:
        """Whether somebody calls."""
        return self.assessment.result is Result.NEEDS_CONTACT


class _Row(NamedTuple):
    """One row, before its household is looked at."""

    number: int
    household: str | None
    person: RegisterPerson
    values: Mapping[str, Any]


#: What "not known" looks like in a cell.
_UNKNOWN = ("不明", "未確認", "未回答", "わからない", "分からない", "unknown", "?")
read_answer = choice(
    dict.fromkeys(("有", "あり", "はい", "○", "〇", "1", "yes"), Answer.YES)
    | dict.fromkeys(("無", "なし", "いいえ", "×", "0", "no"), Answer.NO)
    | dict.fromkeys(_UNKNOWN, Answer.UNKNOWN),
    ("有", "無", "不明"),
)
read_work = choice(
    dict.fromkeys(("就労中", "就労", "勤務", "自営", "working"), Work.WORKING)
    | dict.fromkeys(("休業", "減収", "休業・減収", "収入減少", "reduced"), Work.REDUCED)
    | dict.fromkeys(
        ("離職", "失業", "離職・失業", "無職", "求職中", "out_of_work"), Work.OUT_OF_WORK
    )
    | dict.fromkeys(("年金", "年金生活", "退職", "非就労", "retired"), Work.RETIRED)
    | dict.fromkeys(_UNKNOWN, Work.UNKNOWN),
    ("就労中", "休業・減収", "離職・失業", "年金生活", "不明"),
)
_MONTHS = whole_number(0, 999)
_NO_ARREARS = frozenset({"無", "なし", "滞納なし", "完済", "償還免除"})
_NOTHING_NOTICED = frozenset({"無", "なし", "特になし", "無し", "-"})


def read_arrears(text: str) -> int | None:
    """Months in arrears: 3, 3か月, なし; nothing where it is not known."""
    folded = half_width(text)
    if folded in _NO_ARREARS:
        return 0
    if folded in _UNKNOWN:
        return None
    for unit in ("か月", "カ月", "ヶ月", "ケ月", "ヵ月", "月"):
        folded = folded.removesuffix(unit)
    return _MONTHS(folded)


def read_reading(text: str) -> str:
    """The reading in kana, half-width kana included; empty where it is 不明."""
    return "" if text in _UNKNOWN else read_kana(unicodedata.normalize("NFKC", text))


def read_phone(text: str) -> Phone:
    """A telephone; なし is an answer as well."""
    if text in {"なし", "無", "無し"}:
        return Phone(kind=PhoneKind.NONE)
    phone = Phone(kind=PhoneKind.HOME, number=text)
    mobile = domestic(phone.number or "").startswith(("060", "070", "080", "090"))
    return phone.model_copy(update={"kind": PhoneKind.MOBILE}) if mobile else phone


def read_address(text: str) -> Address:
    """An address on one line, kept as it was written; 住所不定 is one as well."""
    if text in {"住所不定", "不定"}:
        return Address(kind=AddressKind.WHEREABOUTS, no_fixed_abode=True)
    return Address(kind=AddressKind.REGISTERED, town=text)


def _concern(text: str) -> str | None:
    return None if text in _NOTHING_NOTICED else read_paragraph(text, 2000)


#: What the rules look at: the columns must be there, their cells may be empty (不明).
_LOAN_COLUMNS = (
    Column("months_in_arrears", "償還状況(滞納月数)", read_arrears, ("償還状況", "滞納月数")),
    Column("budget", "家計の困りごと(有/無/不明)", read_answer, ("家計の困りごと",)),
    Column("work", "就労状況", read_work),
    Column("debt", "債務(有/無/不明)", read_answer, ("債務",)),
    Column("food", "食料(有/無/不明)", read_answer, ("食料", "食料の困りごと")),
)


def columns_of(kind: ImportKind, areas: Mapping[str, str]) -> tuple[Column, ...]:
    """The columns of a kind of list. ``areas`` are the municipality's, code by code or name."""
    survey = kind is ImportKind.SURVEY

    def read_area(text: str) -> str:
        found = areas.get(unicodedata.normalize("NFKC", text))
        if found is None:
            raise invalid("import.area", MESSAGES_EN)
        return found

    common = (
        Column("name", "氏名", read_line, ("名前",), needed=not survey, filled=not survey),
        Column("kana", "ふりがな", read_reading, ("フリガナ", "氏名カナ"), needed=not survey),
        Column("birth", "生年月日", PartialDate),
        Column("phone", "電話", read_phone, ("電話番号", "連絡先")),
        Column("address", "住所", read_address),
        Column("area", "地区", read_area),
        Column("household", "世帯番号", partial(read_line, limit=64), ("世帯No",)),
    )
    note = Column("note", "備考", partial(read_paragraph, limit=1000))
    if survey:
        return (
            *common,
            Column("concern", "気になる点", _concern, ("気になること",), needed=True),
            Column("wish", "相談希望(有/無)", read_answer, ("相談希望",), needed=True),
            note,
        )
    return (*common, *(c._replace(needed=True) for c in _LOAN_COLUMNS), note)


def read_people(
    kind: ImportKind, sheet: Sheet, *, areas: Mapping[str, str], municipality_code: str
) -> tuple[Candidate, ...]:
    """Every row with what the rules say of it. Raises Invalid with all faults of all rows."""
    faults = Faults()
    rows: list[_Row] = []
    seen: set[tuple[Any, ...]] = set()
    for read in read_rows(sheet, columns_of(kind, areas), faults):
        person = _person(read, faults, municipality_code)
        if person is None:
            continue
        who = (person.names, person.birth, person.address)
        if person.names and person.birth is not None and who in seen:
            faults.add(read.number, "氏名", "import.person_twice")
        seen.add(who)
        rows.append(_Row(read.number, read.values["household"], person, read.values))
    faults.refuse_if_any()
    return tuple(_assessed(kind, rows))


def _person(read: Read, faults: Faults, municipality_code: str) -> RegisterPerson | None:
    values = read.values
    name = _name(read, faults)
    if values["name"] is not None and name is None:
        return None
    return RegisterPerson(
        names=(name,) if name else (),
        birth=values["birth"],
        phones=(values["phone"],) if values["phone"] else (),
        address=values["address"],
        municipality_code=municipality_code,
        area=values["area"],
        # A remark may tell of health; what nobody has sorted is kept in the stricter class.
        considerations=values["note"],
    )


def _name(read: Read, faults: Faults) -> PersonName | None:
    """The name with its reading: parts where there is a space, else a single name."""
    name, kana = read.values["name"], read.values["kana"]
    if name is None:
        if kana is not None:
            faults.add(read.number, "氏名", "import.cell_empty")
        return None
    parts = name.split()
    if kana is None:
        faults.add(read.number, "ふりがな", "import.cell_empty")
        return None
    # 不明 was read as an empty text: it is known that nobody knows.
    readings = kana.split()
    if len(parts) > 1 and len(readings) == 1:
        faults.add(read.number, "ふりがな", "import.kana_parts")
        return None
    said = _parts(parts, "family", "given", "single")
    if readings:
        given = readings if len(parts) > 1 else [" ".join(readings)]
        said |= _parts(given, "family_kana", "given_kana", "single_kana")
    try:
        return PersonName(**said, kana_unknown=not readings)
    except (PydanticCustomError, ValidationError) as error:
        faults.add_error(read.number, "ふりがな", error)
        return None


def _parts(parts: Sequence[str], family: str, given: str, single: str) -> dict[str, str]:
    if len(parts) == 1:
        return {single: parts[0]}
    return {family: parts[0], given: " ".join(parts[1:])}


def _assessed(kind: ImportKind, rows: Sequence[_Row]) -> Iterable[Candidate]:
    if kind is ImportKind.SURVEY:
        for row in rows:
            yield _candidate(row, of_survey(row.values["concern"], row.values["wish"]))
        return
    households: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        # Without a number, a row is a household of its own.
        households[f"={row.household}" if row.household else f"row {row.number}"].append(row)
    said: dict[int, Assessment] = {}
    for household in households.values():
        assessment = assess(_borrower(row) for row in household)
        said |= {row.number: assessment for row in household}
    for row in rows:
        yield _candidate(row, said[row.number])


def _borrower(row: _Row) -> Borrower:
    answers = {n: v for n in Borrower.model_fields if (v := row.values[n]) is not None}
    return Borrower(**answers)


def of_survey(concern: str | None, wish: Answer | None) -> Assessment:
    """What a survey's row says; somebody who did not answer is not somebody who said no."""
    reasons = []
    if wish is Answer.YES:
        reasons.append(Reason(code="wants_consultation", label_ja="相談を希望している"))
    if concern is not None:
        reasons.append(Reason(code="concern", label_ja="気になる点の記載がある"))
    if reasons:
        return Assessment(result=Result.NEEDS_CONTACT, reasons=tuple(reasons))
    if wish is Answer.NO:
        return Assessment(result=Result.NONE)
    unknown = Reason(code="wish_unknown", label_ja="相談希望の回答がない")
    return Assessment(result=Result.WATCH, reasons=(unknown,))


def _candidate(row: _Row, assessment: Assessment) -> Candidate:
    """The person with the reasons, which whoever calls needs to know, and what was noticed."""
    noticed = [row.values.get("concern"), row.person.considerations]
    person = row.person.but(
        living=f"把握の理由: {in_words(assessment.reasons)}" if assessment.reasons else None,
        considerations="\n".join(n for n in noticed if n) or None,
    )
    return Candidate(row.number, person, assessment)
