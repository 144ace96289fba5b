"""Telephones, postcodes and addresses: truth tables of brief section 7.3."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from service.domain.contact import (
    Address,
    AddressKind,
    Extension,
    Phone,
    PhoneKind,
    PhoneNumber,
    Postcode,
    domestic,
)

NUMBER: TypeAdapter[str] = TypeAdapter(PhoneNumber)
POSTCODE: TypeAdapter[str] = TypeAdapter(Postcode)


def refusal(kind: Any, value: object) -> str:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)
    (error,) = caught.value.errors()
    return error["type"]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("0300000000", "+81300000000"),
        ("03-0000-0000", "+81300000000"),
        ("(03) 0000-0000", "+81300000000"),
        ("03(0000)0000", "+81300000000"),
        ("03 0000 0000", "+81300000000"),
        ("０３－００００－００００", "+81300000000"),
        ("０３ー００００ー００００", "+81300000000"),
        ("03−0000―0000", "+81300000000"),
        ("0776-20-0000", "+81776200000"),
        ("090-0000-0000", "+819000000000"),
        ("080-0000-0000", "+818000000000"),
        ("070-0000-0000", "+817000000000"),
        ("060-0000-0000", "+816000000000"),
        ("050-0000-0000", "+815000000000"),
        ("0120-000-000", "+81120000000"),
        ("0800-000-0000", "+818000000000"),
        ("0570-000-000", "+81570000000"),
        ("+81300000000", "+81300000000"),
        ("+81 90 0000 0000", "+819000000000"),
        ("+81 (0)3-0000-0000", "+81300000000"),
        ("＋８１－９０－００００－００００", "+819000000000"),
    ],
)
def test_a_japanese_number_is_kept_as_e164(written: str, kept: str) -> None:
    assert NUMBER.validate_python(written) == kept
    assert NUMBER.validate_python(kept) == kept


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("03-0000-000", "phone.length"),
        ("03-0000-00000", "phone.length"),
        ("090-0000-000", "phone.length"),
        ("090-0000-00000", "phone.length"),
        ("0120-000-0000", "phone.length"),
        ("+8190000000", "phone.length"),
        ("0", "phone.length"),
        ("300000000", "phone.leading_zero"),
        ("110", "phone.leading_zero"),
        ("+1 212 000 0000", "phone.foreign"),
        ("+820000000000", "phone.foreign"),
        ("010-1-212-000-0000", "phone.foreign"),
        ("0081300000000", "phone.foreign"),
        ("なし", "phone.characters"),
        ("03-0000-0000 内線1", "phone.characters"),
        ("03-0000-0000;ext=1", "phone.characters"),
        ("٠٣٠٠٠٠٠٠٠٠", "phone.characters"),
        ("03+00000000", "phone.characters"),
        ("03\x000000-0000", "phone.characters"),
        ("", "phone.characters"),
        ("-", "phone.characters"),
        (300000000, "string_type"),
    ],
)
def test_a_wrong_number_says_what_is_wrong(written: object, code: str) -> None:
    assert refusal(PhoneNumber, written) == code


FIXED = st.from_regex(r"0[1-9][1-9][0-9]{7}", fullmatch=True)
ELEVEN = st.from_regex(r"0[5-9]0[0-9]{8}", fullmatch=True)


@given(FIXED | ELEVEN)
def test_a_number_comes_back_as_it_is_dialled(number: str) -> None:
    kept = NUMBER.validate_python(number)
    assert domestic(kept) == number
    assert NUMBER.validate_python(f"{number[:3]}-{number[3:6]}-{number[6:]}") == kept


@given(FIXED | ELEVEN)
def test_a_digit_too_many_or_too_few_is_refused(number: str) -> None:
    assert refusal(PhoneNumber, number + "0") == "phone.length"
    assert refusal(PhoneNumber, number[:-1]) == "phone.length"


@pytest.mark.parametrize(
    ("written", "kept"),
    [("123", "123"), ("１２３", "123"), ("1", "1"), ("12345678", "12345678")],
)
def test_an_extension_is_a_short_number(written: str, kept: str) -> None:
    assert TypeAdapter(Extension).validate_python(written) == kept


@pytest.mark.parametrize("written", ["", "123456789", "内線1", "1-2"])
def test_a_wrong_extension_is_refused(written: str) -> None:
    assert refusal(Extension, written) == "phone.extension"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("100-0001", "100-0001"),
        ("1000001", "100-0001"),
        ("１００－０００１", "100-0001"),
        ("１００ー０００１", "100-0001"),
        ("〒100-0001", "100-0001"),
        ("〒\u30001000001 ", "100-0001"),
    ],
)
def test_a_postcode_is_kept_with_its_hyphen(written: str, kept: str) -> None:
    assert POSTCODE.validate_python(written) == kept
    assert POSTCODE.validate_python(kept) == kept


@pytest.mark.parametrize(
    "written", ["", "100-001", "100-00011", "1-000001", "10O-0001", "100 0001x"]
)
def test_a_wrong_postcode_is_refused(written: str) -> None:
    assert refusal(Postcode, written) == "postcode.format"


@given(st.integers(0, 9_999_999))
def test_a_postcode_with_or_without_hyphen_is_the_same(number: int) -> None:
    digits = f"{number:07}"
    hyphened = f"{digits[:3]}-{digits[3:]}"
    assert POSTCODE.validate_python(digits) == POSTCODE.validate_python(hyphened) == hyphened


@pytest.mark.parametrize("kind", PhoneKind)
def test_who_has_a_telephone_has_a_number(kind: PhoneKind) -> None:
    number = "090-0000-0000"
    if kind is PhoneKind.NONE:
        assert Phone(kind=kind).number is None
        assert refusal(Phone, {"kind": kind, "number": number}) == "phone.number_of_none"
    elif kind is PhoneKind.STOPPED:
        assert Phone(kind=kind).number is None
        assert Phone(kind=kind, number=number).number == "+819000000000"
    else:
        assert Phone(kind=kind, number=number).number == "+819000000000"
        assert refusal(Phone, {"kind": kind}) == "phone.number_missing"


MAY_CALL_AND_LEAVE_A_MESSAGE = {
    (None, None): True,
    (None, False): True,
    (None, True): True,
    (False, None): True,
    (False, False): True,
    (False, True): False,
    (True, None): True,
    (True, False): True,
    (True, True): True,
}


@pytest.mark.parametrize(("may", "consistent"), MAY_CALL_AND_LEAVE_A_MESSAGE.items())
def test_no_message_without_a_call(may: tuple[bool | None, bool | None], consistent: bool) -> None:
    phone = {
        "kind": "home", "number": "03-0000-0000",
        "may_call": may[0], "may_leave_message": may[1],
    }  # fmt: skip
    if consistent:
        assert Phone.model_validate(phone).may_call is may[0]
    else:
        assert refusal(Phone, phone) == "phone.message_without_call"


def test_not_asked_is_not_allowed() -> None:
    phone = Phone(kind=PhoneKind.HOME, number="03-0000-0000")
    assert (phone.may_call, phone.may_leave_message, phone.safe_hours) == (None, None, None)


@pytest.mark.parametrize(
    "part",
    [
        {"municipality_code": "999997"},
        {"postcode": "100-0001"},
        {"prefecture": "みほん県"},
        {"city": "みほん市"},
        {"town": "試験町"},
        {"block": "1番地"},
        {"building": "みほん荘"},
        {"no_fixed_abode": True},
    ],
)
@pytest.mark.parametrize("kind", AddressKind)
def test_one_part_is_an_address(kind: AddressKind, part: dict[str, object]) -> None:
    address = Address.model_validate({"kind": kind, **part})
    assert Address.model_validate_json(address.model_dump_json()) == address


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ({"kind": "registered"}, "address.empty"),
        ({"kind": "mailing", "no_fixed_abode": False}, "address.empty"),
        ({"kind": "registered", "town": " "}, "text.empty"),
        ({"kind": "registered", "town": "一\n二"}, "text.control_character"),
        ({"kind": "registered", "town": "一" * 201}, "text.too_long"),
        ({"kind": "registered", "municipality_code": "999998"}, "municipality_code.check_digit"),
        ({"kind": "registered", "postcode": "1"}, "postcode.format"),
        ({"kind": "elsewhere", "town": "町"}, "enum"),
        ({"kind": "registered", "town": "町", "country": "JP"}, "extra_forbidden"),
        ({"town": "町"}, "missing"),
    ],
)
def test_a_wrong_address_says_what_is_wrong(address: dict[str, object], code: str) -> None:
    assert refusal(Address, address) == code


@pytest.mark.parametrize("value", [Phone, Address])
def test_examples_are_right_and_values_survive_json(value: type[BaseModel]) -> None:
    for example in value.model_json_schema()["examples"]:
        read = value.model_validate(example)
        assert value.model_validate_json(read.model_dump_json()) == read
        assert (read.model_config["frozen"], read.model_config["extra"]) == (True, "forbid")
