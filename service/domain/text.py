"""Text as people write it: one line, several lines, or a code.

Every module of values says what it refuses in two dictionaries of the same keys:
``MESSAGES_EN``, used when raising, and ``MESSAGES_JA``, which the edge shows to staff.
A sentence may name impersonal facts in braces (``{limit}``); they travel in the error's
context. No sentence ever contains the submitted value (brief section 8, rules 15 and 24).
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

MESSAGES_EN = {
    "text.code": (
        "Use a code of lower-case letters, digits and underscores, starting with a letter."
    ),
    "text.control_character": "Remove the control characters; they cannot be shown or printed.",
    "text.empty": "Write something, or leave the field out.",
    "text.too_long": "Shorten the text to at most {limit} characters.",
}
MESSAGES_JA = {
    "text.code": (
        "英小文字で始まり、英小文字・数字・下線「_」だけからなるコードを入力してください。"
    ),
    "text.control_character": (
        "表示も印刷もできない制御文字が含まれています。取り除いてください。"
    ),
    "text.empty": "文字を入力するか、項目ごと省いてください。",
    "text.too_long": "{limit}文字以内に短くしてください。",
}

_CODE = re.compile(r"[a-z][a-z0-9_]*")
#: Control characters, line separators, direction overrides (they disguise text), byte order mark.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_LINE_END = re.compile(r"\r\n|[\r\x85\u2028\u2029]")
#: NFC would replace these by other characters (U+FA19 by U+795E), which changes a person's name.
_NOT_COMPATIBILITY_IDEOGRAPH = re.compile(r"[^\uf900-\ufaff\U0002f800-\U0002fa1f]+")
#: What Japanese keyboards give for a dash between digits, the long vowel mark included.
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc", "-"))


def invalid(code: str, messages: Mapping[str, str], **facts: int | str) -> PydanticCustomError:
    """Build the error for a value that cannot be meant; ``facts`` are impersonal."""
    return PydanticCustomError(code, messages[code], facts or None)


def composed(text: str) -> str:
    """Compose characters (NFC), but keep CJK compatibility ideographs as they were written.

    Registers tell U+FA19 and U+795E (神) apart (brief section 7.3: keep original characters).
    """
    if unicodedata.is_normalized("NFC", text):
        return text
    return _NOT_COMPATIBILITY_IDEOGRAPH.sub(lambda run: unicodedata.normalize("NFC", run[0]), text)


def half_width(text: str) -> str:
    """Fold full-width digits, letters, signs, dashes and spaces, for fields made of digits."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_DASHES).split())


def read_line(text: str, limit: int = 200) -> str:
    """Read one line: composed, without surrounding space, without control characters."""
    text = composed(text)
    if _CONTROL.search(text):
        raise invalid("text.control_character", MESSAGES_EN)
    return _bounded(text.strip(), limit)


def read_paragraph(text: str, limit: int = 4000) -> str:
    """Read several lines: line ends become newlines, tabs and first-line indents stay."""
    if _CONTROL.search(text):
        text = _LINE_END.sub("\n", text)
        if _CONTROL.search(text.replace("\n", "").replace("\t", "")):
            raise invalid("text.control_character", MESSAGES_EN)
    return _bounded(composed(text).rstrip().lstrip("\n"), limit)


def read_code(text: str, limit: int = 64) -> str:
    """Read a code such as ``home_visit``; codes are typed by machines, so nothing is folded."""
    if not _CODE.fullmatch(text):
        raise invalid("text.code", MESSAGES_EN)
    return _bounded(text, limit)


def _bounded(text: str, limit: int) -> str:
    if all(unicodedata.category(character) in {"Cf", "Zs"} for character in text):
        raise invalid("text.empty", MESSAGES_EN)
    if len(text) > limit:
        raise invalid("text.too_long", MESSAGES_EN, limit=limit)
    return text


class Reads:
    """Annotation that reads a string with a function, and says in the JSON schema what it takes.

    ``Annotated[str, Reads(read_line, maxLength=200, examples=["試験"])]``
    """

    def __init__(self, read: Callable[[str], str], **schema: Any) -> None:
        """Keep the reading function and the JSON schema keywords that describe it."""
        self._read = read
        self._schema = schema

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Read after pydantic has made sure that the value is a string."""
        return core_schema.no_info_after_validator_function(self._read, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Describe the string with the keywords given."""
        return handler(schema) | self._schema


#: One line of text, at most 200 characters.
Line = Annotated[str, Reads(read_line, minLength=1, maxLength=200)]
#: As long as a document of many pages gets: minutes.
LONGEST_TEXT = 20_000
LongText = Annotated[
    str,
    Reads(partial(read_paragraph, limit=LONGEST_TEXT), minLength=1, maxLength=LONGEST_TEXT),
]
#: Free text of several lines, at most 4000 characters.
Paragraph = Annotated[str, Reads(read_paragraph, minLength=1, maxLength=4000)]
#: A code, at most 64 characters.
Code = Annotated[str, Reads(read_code, maxLength=64, pattern=r"^[a-z][a-z0-9_]*$")]
