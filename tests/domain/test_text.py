"""Lines, paragraphs and codes; and what holds for the messages of every module of values."""

import inspect
import re
import string
import unicodedata
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from service.domain import calendar_jp, contact, municipality, names, text
from service.domain.text import Code, Line, Paragraph, composed, half_width

LINE: TypeAdapter[str] = TypeAdapter(Line)
PARAGRAPH: TypeAdapter[str] = TypeAdapter(Paragraph)
CODE: TypeAdapter[str] = TypeAdapter(Code)


def refusal(read: Callable[[Any], Any], value: Any) -> str:
    """The code with which a value is refused."""
    with pytest.raises(ValidationError) as caught:
        read(value)
    (error,) = caught.value.errors()
    return error["type"]


@pytest.mark.parametrize("module", [calendar_jp, contact, municipality, names, text])
def test_every_message_is_said_in_both_languages_with_the_same_facts(module: ModuleType) -> None:
    assert module.MESSAGES_EN.keys() == module.MESSAGES_JA.keys()
    for code, english in module.MESSAGES_EN.items():
        assert re.fullmatch(r"[a-z_]+\.[a-z_0-9]+", code)
        facts = [{fact for _, fact, _, _ in string.Formatter().parse(s) if fact}
                 for s in (english, module.MESSAGES_JA[code])]  # fmt: skip
        assert facts[0] == facts[1]
        assert english.isascii() or code == "fiscal_year.format"
        assert (english[-1], module.MESSAGES_JA[code][-1]) == (".", "。")


@pytest.mark.parametrize("module", [calendar_jp, contact, municipality, names, text])
def test_every_message_belongs_to_a_code_that_the_module_raises(module: ModuleType) -> None:
    body = inspect.getsource(module).split("MESSAGES_JA = {", 1)[1].split("\n}\n", 1)[1]
    named = set(re.findall(r'"([a-z_]+\.[a-z_0-9]+)"', body))
    assert named == module.MESSAGES_EN.keys()


def test_codes_are_unique_across_the_modules() -> None:
    modules = (calendar_jp, contact, municipality, names, text)
    codes = [code for module in modules for code in module.MESSAGES_EN]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("試験", "試験"),
        ("  試験 太郎\u3000", "試験 太郎"),
        ("か\u3099", "が"),
        ("葛\U000e0100城", "葛\U000e0100城"),
        ("\ufa19", "\ufa19"),
        ("\U0002f800", "\U0002f800"),
        ("\ue000", "\ue000"),
        ("ｼｹﾝ", "ｼｹﾝ"),
        ("😀\u200d🌾", "😀\u200d🌾"),
        ("あ" * 200, "あ" * 200),
        (" " * 300 + "あ", "あ"),
    ],
)
def test_a_line_keeps_what_was_written(written: str, kept: str) -> None:
    assert LINE.validate_python(written) == kept


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "text.empty"),
        (" \u3000 ", "text.empty"),
        ("\u200b", "text.empty"),
        ("あ" * 201, "text.too_long"),
        ("一\n二", "text.control_character"),
        ("一\n", "text.control_character"),
        ("一\t二", "text.control_character"),
        ("一\x00", "text.control_character"),
        ("一\x7f", "text.control_character"),
        ("一\x85", "text.control_character"),
        ("一\u2028二", "text.control_character"),
        ("一\u202e二", "text.control_character"),
        ("一\u2066二", "text.control_character"),
        ("一\u2069二", "text.control_character"),
        ("\ufeff一", "text.control_character"),
        (1, "string_type"),
        (None, "string_type"),
    ],
)
def test_a_line_says_what_is_wrong(written: object, code: str) -> None:
    assert refusal(LINE.validate_python, written) == code


def test_every_control_character_is_refused() -> None:
    controls = [
        chr(n) for n in range(0x110000) if unicodedata.category(chr(n)) in {"Cc", "Zl", "Zp"}
    ]
    assert len(controls) == 67
    for control in controls:
        assert refusal(LINE.validate_python, f"一{control}二") == "text.control_character"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("一\n二", "一\n二"),
        ("一\r\n二\r三\u2028四", "一\n二\n三\n四"),
        ("\n\n\u3000字下げ\n\u3000次\n\n", "\u3000字下げ\n\u3000次"),
        ("表\t列", "表\t列"),
        ("あ" * 4000, "あ" * 4000),
    ],
)
def test_a_paragraph_keeps_lines_and_indents(written: str, kept: str) -> None:
    assert PARAGRAPH.validate_python(written) == kept


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("\n \n", "text.empty"),
        ("あ" * 4001, "text.too_long"),
        ("一\x00", "text.control_character"),
        ("一\x0b二", "text.control_character"),
    ],
)
def test_a_paragraph_says_what_is_wrong(written: str, code: str) -> None:
    assert refusal(PARAGRAPH.validate_python, written) == code


@pytest.mark.parametrize("written", ["a", "home_visit", "r8", "a" * 64])
def test_a_code_is_kept_as_it_is(written: str) -> None:
    assert CODE.validate_python(written) == written


@pytest.mark.parametrize("written", ["", "A", "8r", "_a", "a-b", "a\n", " a", "ａ", "訪問"])
def test_a_code_is_not_folded(written: str) -> None:
    assert refusal(CODE.validate_python, written) == "text.code"


def test_a_code_has_a_limit() -> None:
    assert refusal(CODE.validate_python, "a" * 65) == "text.too_long"


def test_a_message_names_the_limit_and_never_the_text() -> None:
    with pytest.raises(ValidationError) as caught:
        LINE.validate_python("秘密" * 101)
    (error,) = caught.value.errors(include_input=False, include_url=False)
    assert error["msg"] == "Shorten the text to at most 200 characters."
    assert error["ctx"] == {"limit": 200}
    assert "秘密" not in str(error)


@pytest.mark.parametrize("adapter", [LINE, PARAGRAPH])
@given(written=st.text(max_size=40))
def test_reading_twice_changes_nothing(adapter: TypeAdapter[str], written: str) -> None:
    try:
        kept = adapter.validate_python(written)
    except ValidationError:
        return
    assert adapter.validate_python(kept) == kept


ODD = st.sampled_from("\r\n\t\x85\u2028\u3000 あが\u304b\u3099\ufa19\u795eA\u0301\x07\ufeff")


@given(st.text(ODD | st.characters(), max_size=20))
def test_a_paragraph_is_read_as_if_every_step_were_always_taken(written: str) -> None:
    """Most texts need none of the steps, and are not put through them."""
    every_step = composed(re.sub(r"\r\n|[\r\x85\u2028\u2029]", "\n", written))
    control = r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
    if re.search(control, every_step.replace("\n", "").replace("\t", "")):
        assert refusal(PARAGRAPH.validate_python, written) in {
            "text.control_character",
            "string_unicode",
        }
        return
    try:
        assert PARAGRAPH.validate_python(written) == every_step.rstrip().lstrip("\n")
    except ValidationError:
        assert not every_step.strip() or all(
            unicodedata.category(c) in {"Cf", "Zs"} for c in every_step.rstrip().lstrip("\n")
        )


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_composing_is_nfc_but_for_compatibility_ideographs(written: str) -> None:
    ideographs = re.compile("[\uf900-\ufaff\U0002f800-\U0002fa1f]")
    assert ideographs.findall(composed(written)) == ideographs.findall(written)
    if not ideographs.search(written):
        assert composed(written) == unicodedata.normalize("NFC", written)


@pytest.mark.parametrize("dash", "-‐‑‒–—―−ー－ｰ")
def test_every_dash_between_digits_is_one(dash: str) -> None:
    assert half_width(f"１２{dash}３") == "12-3"


def test_the_schema_says_the_limits() -> None:
    assert LINE.json_schema() == {"type": "string", "minLength": 1, "maxLength": 200}
    assert CODE.json_schema()["pattern"] == "^[a-z][a-z0-9_]*$"
