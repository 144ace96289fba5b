"""全国地方公共団体コード: vectors of brief section 7.3, and every code there can be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from service.domain.municipality import MunicipalityCode, check_digit, from_five_digits

CODE: TypeAdapter[str] = TypeAdapter(MunicipalityCode)
#: City and code pairs of brief section 7.3.
VECTORS = {
    "北海道": "010006",
    "札幌市": "011002",
    "東京都": "130001",
    "千代田区": "131016",
    "福井市": "182010",
    "坂井市": "182109",
    "北栄町": "313726",
    "遠野市": "032085",
    "大阪狭山市": "272311",
    "松江市": "322016",
    "日向市": "452068",
    "鳩山町": "113484",
    "みほん市": "999997",
}


def refusal(written: object) -> str:
    with pytest.raises(ValidationError) as caught:
        CODE.validate_python(written)
    (error,) = caught.value.errors()
    return error["type"]


@pytest.mark.parametrize("code", VECTORS.values(), ids=VECTORS)
def test_the_codes_of_the_brief_are_right(code: str) -> None:
    assert CODE.validate_python(code) == code
    assert check_digit(code[:5]) == int(code[5])
    assert from_five_digits(code[:5]) == code


@pytest.mark.parametrize("code", VECTORS.values(), ids=VECTORS)
def test_one_wrong_digit_is_found_with_few_exceptions(code: str) -> None:
    """The remainders 0 and 10 both give the digit 1, so some typing errors slip through."""
    slipped = 0
    for place in range(6):
        for digit in "0123456789":
            typo = code[:place] + digit + code[place + 1 :]
            if typo == code:
                continue
            try:
                CODE.validate_python(typo)
                slipped += 1
            except ValidationError:
                pass
    assert slipped <= 5


def test_every_five_digits_have_exactly_one_sixth() -> None:
    """The reference is the rule in the words of the ministry: a sum below 11 is taken from 11."""
    for first_five in (f"{number:05}" for number in range(100_000)):
        total = sum(int(d) * w for d, w in zip(first_five, (6, 5, 4, 3, 2), strict=True))
        rest = total if total < 11 else total % 11
        assert check_digit(first_five) == int(str(11 - rest)[-1])


@pytest.mark.parametrize("prefecture", [f"{number:02}" for number in range(100)])
def test_prefectures_are_those_that_exist_and_the_demonstration(prefecture: str) -> None:
    code = f"{prefecture}201{check_digit(f'{prefecture}201')}"
    if 1 <= int(prefecture) <= 47 or prefecture == "99":
        assert CODE.validate_python(code) == code
    else:
        assert refusal(code) == "municipality_code.prefecture"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("182011", "municipality_code.check_digit"),
        ("18201", "municipality_code.five_digits"),
        ("１８２０１", "municipality_code.five_digits"),
        ("1820100", "municipality_code.format"),
        ("18-2010", "municipality_code.format"),
        ("福井市", "municipality_code.format"),
        ("", "municipality_code.format"),
        ("٠١٠٠٠٦", "municipality_code.format"),
        ("480002", "municipality_code.prefecture"),
        ("000000", "municipality_code.prefecture"),
        (182010, "string_type"),
    ],
)
def test_a_wrong_code_says_what_is_wrong(written: object, code: str) -> None:
    assert refusal(written) == code


def test_full_width_digits_are_folded() -> None:
    assert CODE.validate_python(" １８２０１０ ") == "182010"
    assert from_five_digits("１８２０１") == "182010"


@pytest.mark.parametrize("written", ["", "1820", "182010", "abcde"])
def test_the_check_digit_belongs_to_five_digits(written: str) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        from_five_digits(written)
    assert caught.value.type == "municipality_code.format"


@given(st.integers(1, 47), st.integers(0, 999))
def test_completing_and_reading_agree(prefecture: int, municipality: int) -> None:
    code = from_five_digits(f"{prefecture:02}{municipality:03}")
    assert CODE.validate_python(CODE.validate_python(code)) == code


def test_the_examples_of_the_schema_are_right() -> None:
    for example in CODE.json_schema()["examples"]:
        assert CODE.validate_python(example) == example
