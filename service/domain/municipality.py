"""全国地方公共団体コード: the six-digit code of a municipality or prefecture (brief section 7.3).

Two digits of prefecture, three of municipality, one check digit. Codes change with mergers,
so whatever refers to one keeps the dates between which it was valid.
"""

import re
from typing import Annotated

from service.domain.text import Reads, half_width, invalid

MESSAGES_EN = {
    "municipality_code.check_digit": (
        "Check the municipality code for typing errors; its last digit does not fit the others."
    ),
    "municipality_code.five_digits": (
        "Add the check digit; the municipality code has six digits here."
    ),
    "municipality_code.format": "Write the municipality code as six digits.",
    "municipality_code.prefecture": (
        "Start the municipality code with a prefecture from 01 to 47."
    ),
}
MESSAGES_JA = {
    "municipality_code.check_digit": (
        "全国地方公共団体コードの末尾の検査数字が合いません。入力の誤りがないか確認してください。"
    ),
    "municipality_code.five_digits": (
        "全国地方公共団体コードは、検査数字を加えた6桁で入力してください。"
    ),
    "municipality_code.format": "全国地方公共団体コードは6桁の数字で入力してください。",
    "municipality_code.prefecture": (
        "全国地方公共団体コードの先頭2桁は、「01」から「47」までの都道府県コードにしてください。"
    ),
}

#: No prefecture has this number; demonstrations and tests live here (みほん市 is 999997).
DEMONSTRATION = "99"
_PREFECTURES = frozenset(f"{number:02}" for number in range(1, 48)) | {DEMONSTRATION}
_WEIGHTS = (6, 5, 4, 3, 2)


def check_digit(first_five: str) -> int:
    """Compute the sixth digit: weigh by 6 5 4 3 2, add, modulo 11, from 11, last digit."""
    if not re.fullmatch(r"[0-9]{5}", first_five):
        raise invalid("municipality_code.format", MESSAGES_EN)
    weighed = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, first_five, strict=True))
    return (11 - weighed % 11) % 10


def read_municipality_code(text: str) -> str:
    """Read six digits, full width or not, and check prefecture and check digit."""
    code = half_width(text)
    if re.fullmatch(r"[0-9]{5}", code):
        raise invalid("municipality_code.five_digits", MESSAGES_EN)
    if not re.fullmatch(r"[0-9]{6}", code):
        raise invalid("municipality_code.format", MESSAGES_EN)
    if code[:2] not in _PREFECTURES:
        raise invalid("municipality_code.prefecture", MESSAGES_EN)
    if int(code[5]) != check_digit(code[:5]):
        raise invalid("municipality_code.check_digit", MESSAGES_EN)
    return code


def from_five_digits(first_five: str) -> str:
    """Complete the five-digit form, which statistics use, by its check digit."""
    five = half_width(first_five)
    return read_municipality_code(f"{five}{check_digit(five)}")


def is_of(code: str | None, other: str) -> bool:
    """Whether ``other`` is the municipality itself, or the prefecture in which it lies."""
    prefecture = other[2:5] == "000"
    return code is not None and (code == other or (prefecture and code[:2] == other[:2]))


#: A code with a right check digit, of a prefecture that exists or of the demonstration.
MunicipalityCode = Annotated[
    str, Reads(read_municipality_code, pattern=r"^[0-9]{6}$", examples=["999997", "131016"])
]
