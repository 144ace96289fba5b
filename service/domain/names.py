"""Names of persons as registers, residence cards and people write them (brief section 7.3).

A name has a family and a given part, or is single; it never needs exactly two parts. The
characters stay as written (variation selectors, 外字); the reading is kept in full-width
katakana, and a search key folds the ways in which one reading is spelled.
"""

import re
import unicodedata
from enum import StrEnum
from functools import partial
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.domain.text import Reads, invalid, read_line

MESSAGES_EN = {
    "kana.half_width": "Write the reading in full-width katakana or in hiragana, not half-width.",
    "kana.missing": (
        "Give the reading of every part of the name, or say with kana_unknown that it is unknown."
    ),
    "kana.not_kana": (
        "Write the reading in katakana or hiragana only; the long vowel mark, the middle dot "
        "and spaces are allowed."
    ),
    "kana.unknown_but_given": (
        "Leave kana_unknown out, or leave out the reading that is not known; "
        "every part has a reading."
    ),
    "kana.without_name": "Give the part of the name that this reading belongs to.",
    "name.missing": "Give a family name, a given name, or a single name.",
    "name.not_latin": "Write a Latin name in half-width Latin letters, as on the residence card.",
    "name.single_and_parts": "Give either a single name, or a family and given name, not both.",
}
MESSAGES_JA = {
    "kana.half_width": (
        "ふりがなは、半角カナではなく、全角カタカナまたはひらがなで入力してください。"
    ),
    "kana.missing": "氏名のすべての部分にふりがなを入力するか、「不明」を選んでください。",
    "kana.not_kana": (
        "ふりがなは、カタカナまたはひらがなだけで入力してください。"
        "長音「ー」、中点「・」、空白は使えます。"
    ),
    "kana.unknown_but_given": (
        "すべてのふりがなが入力されています。「不明」を外すか、不明なふりがなを空にしてください。"
    ),
    "kana.without_name": "ふりがなに対応する氏名の部分も入力してください。",
    "name.missing": "姓、名、または単一の氏名のいずれかを入力してください。",
    "name.not_latin": "ローマ字氏名は、在留カードのとおり半角のローマ字で入力してください。",
    "name.single_and_parts": "単一の氏名か、姓・名か、どちらか一方だけを入力してください。",
}

_LIMIT = 100
_HALF_WIDTH = re.compile(r"[\uff61-\uff9f]")
_KANA = re.compile(r"[ァ-ヺ・ーヽヾㇰ-ㇿ ]*[ァ-ヺㇰ-ㇿ][ァ-ヺ・ーヽヾㇰ-ㇿ ]*")
#: ゛ and ゜ standing alone mean the combining marks; NFKC would put a space before them.
_VOICING = str.maketrans({"\u309b": "\u3099", "\u309c": "\u309a"})
_NO_MARKS = dict.fromkeys((0x3099, 0x309A))
_KATAKANA = str.maketrans(
    {chr(code): chr(code + 0x60) for code in (*range(0x3041, 0x3097), 0x309D, 0x309E)}
)
_VOWELS = {
    kana: row[0]
    for row in (
        "アカガサザタダナハバパマヤラワ",
        "イキギシジチニヒビピミリ",
        "ウクグスズツヌフブプムユル",
        "エケゲセゼテデネヘベペメレ",
        "オコゴソゾトドノホボポモヨロ",
    )
    for kana in row
}
_SMALL = str.maketrans(
    "ァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ",
    "アイウエオツヤユヨワカケクシストヌハヒフヘホムラリルレロ",
)
#: Spelled apart, said alike.
_SAME_SOUND = (
    {"ヴア": "バ", "ヴイ": "ビ", "ヴエ": "ベ", "ヴオ": "ボ", "ヴ": "ブ"}
    | dict(zip("ヷヸヹヺ", "バビベボ", strict=True))
    | dict(zip("ヂヅヲヰヱ", "ジズオイエ", strict=True))
)
_LONG = "ー"
_DASH = re.compile("[-\u2010-\u2015\u2212]")


class NameKind(StrEnum):
    """Which of a person's names it is."""

    #: 戸籍・住民票の氏名
    OFFICIAL = "official"
    #: 旧姓
    FORMER_FAMILY_NAME = "former_family_name"
    #: 通称
    COMMON_NAME = "common_name"
    #: 在留カードのローマ字
    LATIN = "latin"
    OTHER = "other"


def read_kana(text: str) -> str:
    """Read a reading: hiragana becomes katakana, spaces collapse, half-width kana is refused."""
    if _HALF_WIDTH.search(text):
        raise invalid("kana.half_width", MESSAGES_EN)
    kana = read_line(text.translate(_VOICING), _LIMIT).translate(_KATAKANA)
    kana = " ".join(kana.split())
    if not _KANA.fullmatch(kana):
        raise invalid("kana.not_kana", MESSAGES_EN)
    return kana


#: One part of a name, in the characters in which it was written.
NamePart = Annotated[str, Reads(partial(read_line, limit=_LIMIT), minLength=1, maxLength=_LIMIT)]
#: A reading, kept in full-width katakana.
Kana = Annotated[str, Reads(read_kana, minLength=1, maxLength=_LIMIT)]


class PersonName(BaseModel):
    """One name of a person (brief section 7.3). Names are not unique and not permanent."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "kind": "official",
                    "family": "試験",
                    "given": "太郎",
                    "family_kana": "シケン",
                    "given_kana": "タロウ",
                },
                {"kind": "latin", "family": "SHIKEN", "given": "TARO"},
                {"kind": "common_name", "single": "花子", "kana_unknown": True},
            ]
        },
    )

    kind: NameKind = NameKind.OFFICIAL
    family: NamePart | None = Field(default=None, description="姓.")
    given: NamePart | None = Field(default=None, description="名.")
    single: NamePart | None = Field(
        default=None, description="The whole name of somebody whose name has no parts."
    )
    family_kana: Kana | None = Field(default=None, description="Reading of the family name.")
    given_kana: Kana | None = Field(default=None, description="Reading of the given name.")
    single_kana: Kana | None = Field(default=None, description="Reading of the single name.")
    kana_unknown: bool = Field(
        default=False, description="不明: the reading of at least one part is not known."
    )
    replacement: NamePart | None = Field(
        default=None,
        description="The whole name in common characters, where 外字 cannot be shown or printed.",
    )

    @model_validator(mode="after")
    def _has_one_shape(self) -> Self:
        if not self.parts:
            raise invalid("name.missing", MESSAGES_EN)
        if self.single and (self.family or self.given):
            raise invalid("name.single_and_parts", MESSAGES_EN)
        if self.kind is NameKind.LATIN and not all(map(_is_latin, self.parts)):
            raise invalid("name.not_latin", MESSAGES_EN)
        return self

    @model_validator(mode="after")
    def _has_its_reading(self) -> Self:
        pairs = (
            (self.family, self.family_kana),
            (self.given, self.given_kana),
            (self.single, self.single_kana),
        )
        if any(kana and not part for part, kana in pairs):
            raise invalid("kana.without_name", MESSAGES_EN)
        complete = all(kana for part, kana in pairs if part)
        if self.kana_unknown and complete:
            raise invalid("kana.unknown_but_given", MESSAGES_EN)
        if not complete and not self.kana_unknown and self.kind is not NameKind.LATIN:
            raise invalid("kana.missing", MESSAGES_EN)
        return self

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that there are, in the order in which they are written."""
        return tuple(part for part in (self.family, self.given, self.single) if part)

    @property
    def kana(self) -> str | None:
        """The reading as far as it is known, or nothing: what a search key is made of."""
        readings = (self.family_kana, self.given_kana, self.single_kana)
        return " ".join(kana for kana in readings if kana) or None


def display(name: PersonName) -> str:
    """Write a name as it is read aloud in Japan: family name first."""
    return " ".join(name.parts)


def _is_latin(part: str) -> bool:
    letters = [c for c in part if unicodedata.category(c)[0] not in "MPZ"]
    return bool(letters) and all(unicodedata.name(c, "").startswith("LATIN ") for c in letters)


def search_key(kana: str, *, ignore_voicing: bool = False) -> str:
    """Fold the spellings of one reading into one key, whatever kana they are typed in.

    Half and full width, hiragana, spaces, middle dots, small kana, iteration marks, ヂ and ジ,
    ヴァ and バ fold; so does every way to write a long vowel (コウタ, コータ, コオタ), but a long
    vowel stays apart from a short one (大野 is not 小野). ``ignore_voicing`` drops 濁点 and 半濁点.
    The result is for comparing and for a blind index (checklist V4), never for showing.
    """
    folded = unicodedata.normalize("NFKC", kana).casefold().translate(_KATAKANA)
    folded = "".join(c for c in _DASH.sub(_LONG, folded) if unicodedata.category(c)[0] in "LMN")
    # NFKC wrote ゛ as a space and a combining mark: compose again, now that the space is gone.
    folded = _iterated(unicodedata.normalize("NFC", folded)).translate(_SMALL)
    folded = unicodedata.normalize("NFC", folded).translate(_NO_MARKS)
    for spelled, said in _SAME_SOUND.items():
        folded = folded.replace(spelled, said)
    key = _lengthened(folded)
    return _unvoiced(key) if ignore_voicing else key


def _iterated(kana: str) -> str:
    """Write out ヽ and ヾ: サヽキ is ササキ, スヾキ is スズキ."""
    written = ""
    for character in kana:
        last = written[-1:]
        if last and character == "ヽ":
            written += last
        elif last and character == "ヾ":
            written += unicodedata.normalize("NFC", _unvoiced(last) + "\u3099")
        else:
            written += character
    return written


def _lengthened(kana: str) -> str:
    """Write a long vowel by its vowel: ー, and ウ after the row of オ, イ after the row of エ."""
    written = ""
    for character in kana:
        vowel = _VOWELS.get(written[-1:])
        long = character == _LONG or (vowel, character) in {("オ", "ウ"), ("エ", "イ")}
        written += (vowel or "") if long else character
    return written


def _unvoiced(kana: str) -> str:
    return unicodedata.normalize("NFD", kana).translate(_NO_MARKS)
