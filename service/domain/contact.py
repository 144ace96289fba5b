"""How and where a person can be reached, and how they must not be (brief section 7.3).

A call can endanger a person, so a telephone says whether and when it may be used. The
registered address (住民票) and the whereabouts can differ, and there may be neither.
"""

import re
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.domain.municipality import MunicipalityCode
from service.domain.text import Line, Reads, half_width, invalid

MESSAGES_EN = {
    "address.empty": "Give at least one part of the address, or say that there is no fixed abode.",
    "phone.characters": "Write the telephone number in digits and hyphens only.",
    "phone.extension": "Write the extension as one to eight digits.",
    "phone.foreign": "Give a Japanese telephone number; numbers abroad cannot be kept here.",
    "phone.leading_zero": "Begin the telephone number with 0 and the area code, or with +81.",
    "phone.length": (
        "Check the telephone number: 11 digits for 050, 060, 070, 080 and 090, otherwise 10."
    ),
    "phone.message_without_call": (
        "Do not allow messages on a telephone that may not be called, or allow the call."
    ),
    "phone.number_missing": "Give the number, or say that there is no telephone or it is stopped.",
    "phone.number_of_none": "Leave the number and what it is good for out, or change the kind.",
    "postcode.format": "Write the postcode as seven digits, like 100-0001.",
}
MESSAGES_JA = {
    "address.empty": "住所のいずれかの項目を入力するか、「住所不定」を選んでください。",
    "phone.characters": "電話番号は数字とハイフンだけで入力してください。",
    "phone.extension": "内線番号は1桁から8桁までの数字で入力してください。",
    "phone.foreign": "日本国内の電話番号を入力してください。海外の番号は登録できません。",
    "phone.leading_zero": "電話番号は、0で始まる市外局番から、または+81から入力してください。",
    "phone.length": (
        "電話番号の桁数を確認してください。050・060・070・080・090は11桁、それ以外は10桁です。"
    ),
    "phone.message_without_call": (
        "架電できない電話に伝言を残すことはできません。架電か伝言の可否を見直してください。"
    ),
    "phone.number_missing": "電話番号を入力するか、「電話なし」または「停止中」を選んでください。",
    "phone.number_of_none": "「電話なし」のときは、番号や架電の可否を空にしてください。",
    "postcode.format": "郵便番号は「100-0001」のように7桁の数字で入力してください。",
}

_SEPARATORS = re.compile(r"[\s().-]")
#: IP telephones and mobiles (060 opens under the numbering plan of 2024), 0800 among them.
_ELEVEN_DIGITS = ("050", "060", "070", "080", "090")
#: Prefixes of calls abroad: 010 and what begins with two zeros.
_ABROAD = ("00", "010")


def read_phone_number(text: str) -> str:
    """Read a domestic or +81 number, with or without hyphens, and keep it as E.164."""
    number = _SEPARATORS.sub("", half_width(text))
    if not re.fullmatch(r"\+?[0-9]+", number):
        raise invalid("phone.characters", MESSAGES_EN)
    if number.startswith("+81"):
        number = "0" + number.removeprefix("+81").removeprefix("0")
    if number.startswith(("+", *_ABROAD)):
        raise invalid("phone.foreign", MESSAGES_EN)
    if not number.startswith("0"):
        raise invalid("phone.leading_zero", MESSAGES_EN)
    if len(number) != (11 if number.startswith(_ELEVEN_DIGITS) else 10):
        raise invalid("phone.length", MESSAGES_EN)
    return "+81" + number[1:]


def domestic(number: str) -> str:
    """Write a kept number as it is dialled in Japan: +81312345678 is 0312345678."""
    return "0" + number.removeprefix("+81")


def read_extension(text: str) -> str:
    """Read an extension (内線)."""
    extension = half_width(text)
    if not re.fullmatch(r"[0-9]{1,8}", extension):
        raise invalid("phone.extension", MESSAGES_EN)
    return extension


def read_postcode(text: str) -> str:
    """Read seven digits, with or without 〒 and the hyphen, and keep them as ``NNN-NNNN``."""
    match = re.fullmatch(r"(?:〒\s*)?([0-9]{3})-?([0-9]{4})", half_width(text))
    if match is None:
        raise invalid("postcode.format", MESSAGES_EN)
    return f"{match[1]}-{match[2]}"


#: A Japanese telephone number, kept as E.164.
PhoneNumber = Annotated[str, Reads(read_phone_number, examples=["03-0000-0000", "+819000000000"])]
#: An extension behind a telephone number.
Extension = Annotated[str, Reads(read_extension, examples=["123"])]
#: A Japanese postcode, kept with its hyphen.
Postcode = Annotated[str, Reads(read_postcode, examples=["100-0001"])]


class PhoneKind(StrEnum):
    """Where a telephone rings, or why none does."""

    #: 自宅
    HOME = "home"
    #: 携帯
    MOBILE = "mobile"
    #: 勤務先
    WORK = "work"
    OTHER = "other"
    #: 電話なし
    NONE = "none"
    #: 停止中; the number may be kept for later.
    STOPPED = "stopped"


class Phone(BaseModel):
    """A telephone and how it may be used; not asked is not the same as allowed."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "number": "090-0000-0000",
                    "kind": "mobile",
                    "may_call": True,
                    "may_leave_message": False,
                    "safe_hours": "平日の10時から15時まで",
                },
                {"kind": "none"},
            ]
        },
    )

    kind: PhoneKind
    number: PhoneNumber | None = None
    extension: Extension | None = Field(default=None, description="内線.")
    may_call: bool | None = Field(default=None, description="Nothing means: not asked yet.")
    may_leave_message: bool | None = Field(default=None, description="Nothing: not asked yet.")
    safe_hours: Line | None = Field(
        default=None, description="When a call does not endanger the person, in their words."
    )

    @model_validator(mode="after")
    def _has_a_number_or_a_reason(self) -> Self:
        facts = (self.number, self.extension, self.may_call, self.may_leave_message)
        if self.kind is PhoneKind.NONE and (any(facts) or self.safe_hours):
            raise invalid("phone.number_of_none", MESSAGES_EN)
        if self.number is None and self.kind not in {PhoneKind.NONE, PhoneKind.STOPPED}:
            raise invalid("phone.number_missing", MESSAGES_EN)
        if self.may_call is False and self.may_leave_message:
            raise invalid("phone.message_without_call", MESSAGES_EN)
        return self


class AddressKind(StrEnum):
    """What an address is good for."""

    #: 住民登録地
    REGISTERED = "registered"
    #: 居所
    WHEREABOUTS = "whereabouts"
    #: 送付先
    MAILING = "mailing"


class Address(BaseModel):
    """An address in the lines of Japanese forms, as far as it is known."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "kind": "registered",
                    "municipality_code": "999997",
                    "postcode": "999-9999",
                    "prefecture": "みほん県",
                    "city": "みほん市",
                    "town": "試験町一丁目",
                    "block": "2番地3",
                    "building": "みほん荘101号室",
                },
                {"kind": "whereabouts", "no_fixed_abode": True, "town": "みほん駅の北口"},
            ]
        },
    )

    kind: AddressKind
    municipality_code: MunicipalityCode | None = None
    postcode: Postcode | None = None
    prefecture: Line | None = Field(default=None, description="都道府県.")
    city: Line | None = Field(default=None, description="市区町村.")
    town: Line | None = Field(default=None, description="町字.")
    block: Line | None = Field(default=None, description="番地.")
    building: Line | None = Field(default=None, description="方書.")
    no_fixed_abode: bool = Field(
        default=False, description="住所不定; where the person can be found may still be said."
    )

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        parts = (self.municipality_code, self.postcode, self.prefecture, self.city)
        lines = (self.town, self.block, self.building)
        if not any((*parts, *lines, self.no_fixed_abode)):
            raise invalid("address.empty", MESSAGES_EN)
        return self
