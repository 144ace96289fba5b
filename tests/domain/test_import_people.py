"""A row of a list as it was meant: names, readings, answers in all the ways they are written."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.errors import Invalid
from service.domain.import_people import (
    Candidate,
    ImportKind,
    of_survey,
    read_address,
    read_answer,
    read_arrears,
    read_people,
    read_phone,
    read_work,
)
from service.domain.import_rows import Row, Sheet, folded, letter
from service.domain.loan_rules import Answer, Result, Work
from service.domain.problems import VALUE_MESSAGES

HEADINGS = (
    "氏名",
    "ふりがな",
    "地区",
    "世帯番号",
    "滞納月数",
    "家計の困りごと",
    "就労状況",
    "債務",
    "食料",
)
FINE = ("0", "無", "就労中", "無", "無")
AREAS = {"第3地区": "district_3", "district_3": "district_3"}


def loans(*rows: tuple[str, ...], headings: tuple[str, ...] = HEADINGS) -> tuple[Candidate, ...]:
    sheet = Sheet(headings, tuple(Row(n, r) for n, r in enumerate(rows, 2)))
    return read_people(ImportKind.LOAN_SCREENING, sheet, areas=AREAS, municipality_code="999997")


def faults(*rows: tuple[str, ...]) -> list[tuple[int, str, str]]:
    with pytest.raises(Invalid) as caught:
        loans(*rows)
    assert {f.code for f in caught.value.faults} <= set(VALUE_MESSAGES)
    return [(f.row, f.column, f.code) for f in caught.value.faults]


@pytest.mark.parametrize(
    ("name", "kana", "kept"),
    [
        ("借受 一世", "かりうけ かずよ", ("借受", "一世", None, "カリウケ カズヨ", False)),
        ("借受\u3000一世", "ｶﾘｳｹ ｶｽﾞﾖ", ("借受", "一世", None, "カリウケ カズヨ", False)),
        (
            "グエン ティ ホア",
            "グエン ティ ホア",
            ("グエン", "ティ ホア", None, "グエン ティ ホア", False),
        ),
        ("花", "ほあ", (None, None, "花", "ホア", False)),
        ("借受一世", "かりうけ かずよ", (None, None, "借受一世", "カリウケ カズヨ", False)),
        ("借受 一世", "不明", ("借受", "一世", None, None, True)),
        # A name that looks like a formula is a name.
        ("=借受", "かりうけ", (None, None, "=借受", "カリウケ", False)),
    ],
)
def test_names(name: str, kana: str, kept: tuple[Any, ...]) -> None:
    (found,) = loans((name, kana, "", "", *FINE))
    (said,) = found.person.names
    assert (said.family, said.given, said.single, said.kana, said.kana_unknown) == kept


def test_faults_of_several_rows_at_once() -> None:
    assert faults(
        ("", "かりうけ", "", "", *FINE),
        ("借受 一", "", "", "", *FINE),
        ("借受 一", "かりうけ", "", "", *FINE),
        ("借受 一", "漢字 漢字", "第9地区", "", *FINE),
        ("借受 一", "かりうけ いち", "", "", "三", "多少", "?!", "", "無"),
    ) == [
        (2, "氏名", "import.cell_empty"),
        (3, "ふりがな", "import.cell_empty"),
        (4, "ふりがな", "import.kana_parts"),
        (5, "ふりがな", "kana.not_kana"),
        (5, "地区", "import.area"),
        (6, "償還状況(滞納月数)", "import.number"),
        (6, "家計の困りごと(有/無/不明)", "import.choice"),
        (6, "就労状況", "import.choice"),
    ]


def test_no_more_than_two_hundred_are_told() -> None:
    assert len(faults(*[("", "", "", "", *FINE)] * 300)) == 200


def test_the_same_person_twice() -> None:
    who = ("借受 一", "かりうけ いち", "1980/4/1", *FINE)
    headings = ("氏名", "ふりがな", "生年月日", *HEADINGS[4:])
    with pytest.raises(Invalid) as caught:
        loans(who, who, headings=headings)
    assert [(f.row, f.code) for f in caught.value.faults] == [(3, "import.person_twice")]
    # Namesakes of whom nothing else is known may be two.
    assert len(loans(*[("借受 一", "かりうけ いち", "", "", *FINE)] * 2)) == 2


def test_the_household_and_not_the_row_is_flagged() -> None:
    found = loans(
        ("借受 一", "かりうけ いち", "", "Ｋ-1", "0", "有", "就労中", "無", "無"),
        ("借受 二", "かりうけ に", "", "Ｋ-1", *FINE),
        ("借受 三", "かりうけ さん", "", "", *FINE),
        ("借受 四", "かりうけ よん", "", "", *FINE),
    )
    assert [c.flagged for c in found] == [True, True, False, False]
    assert [c.row for c in found] == [2, 3, 4, 5]


@pytest.mark.parametrize(
    ("written", "months"),
    [
        ("3", 3),
        ("３", 3),
        ("3か月", 3),
        ("12ヶ月", 12),
        ("3.0", 3),
        ("なし", 0),
        ("完済", 0),
        ("不明", None),
    ],
)
def test_months(written: str, months: int | None) -> None:
    assert read_arrears(written) == months


def test_words() -> None:
    assert [read_answer(w) for w in ("有", "あり", "〇", "はい")] == [Answer.YES] * 4
    assert [read_answer(w) for w in ("無", "なし", "×", "いいえ")] == [Answer.NO] * 4
    assert [read_answer(w) for w in ("不明", "未確認", "わからない")] == [Answer.UNKNOWN] * 3
    assert [read_work(w) for w in ("就労中", "休業・減収", "失業", "年金生活", "不明")] == [
        Work.WORKING,
        Work.REDUCED,
        Work.OUT_OF_WORK,
        Work.RETIRED,
        Work.UNKNOWN,
    ]
    assert [read_phone(p).kind.value for p in ("090-0000-0001", "03-0000-0001", "なし")] == [
        "mobile",
        "home",
        "none",
    ]
    assert read_address("住所不定").no_fixed_abode


@pytest.mark.parametrize(
    ("concern", "wish", "result"),
    [
        (None, Answer.YES, Result.NEEDS_CONTACT),
        ("郵便物", Answer.NO, Result.NEEDS_CONTACT),
        ("郵便物", None, Result.NEEDS_CONTACT),
        (None, Answer.NO, Result.NONE),
        (None, None, Result.WATCH),
        (None, Answer.UNKNOWN, Result.WATCH),
    ],
)
def test_a_survey(concern: str | None, wish: Answer | None, result: Result) -> None:
    assert of_survey(concern, wish).result is result


def test_letters_of_columns() -> None:
    assert [letter(n) for n in (0, 25, 26, 51, 52, 701, 702, 16383)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA", "XFD",
    ]  # fmt: skip


def test_headings_as_clerks_write_them() -> None:
    assert folded("※氏名（必須）") == folded(" 氏 名 ") == folded("氏名*") == "氏名"


@given(st.lists(st.lists(st.text(max_size=12), min_size=9, max_size=9), max_size=4))
def test_whatever_stands_in_the_cells_no_refusal_repeats_it(rows: list[list[str]]) -> None:
    marked = [tuple(f"{cell}カナリア" if cell else "" for cell in row) for row in rows]
    try:
        loans(*marked)
    except Invalid as refusal:
        assert "カナリア" not in str([*refusal.faults, refusal.facts])  # noqa: PT017 - either is right
