"""An entry as the log keeps it: stable bytes, and no bit of it changes unnoticed."""

import json
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sealing import canonical, seal

from service.domain import sealed_entry
from service.domain.audit import DecidedEntry
from service.domain.errors import Invalid
from service.domain.sealed_entry import (
    Leaf,
    Sealed,
    check_sealed,
    commitment,
)

SALT = bytes(range(32))
QUESTION = '{"person": "山田花子", "purpose": "住居確保"}'
ENTRY = DecidedEntry(
    id=UUID("01900000-0000-7000-8000-000000000001"),
    attempt_id=UUID("01900000-0000-7000-8000-000000000002"),
    at=datetime(2026, 4, 1, 9, 30, 0, 123456, tzinfo=UTC),
    actor_kind="staff",
    iss="https://issuer.example",
    sub="kawada",
    agency_id=UUID("01900000-0000-7000-8000-000000000003"),
    roles=("worker", "chair"),
    purpose="referral",
    action="person.read",
    record_kind="person",
    record_id=UUID("01900000-0000-7000-8000-000000000004"),
    person_id=UUID("01900000-0000-7000-8000-000000000005"),
    data_classes=("D1", "D3"),
    fields=("name", "住所"),
    outcome="allowed",
    basis="consent",
    policy_version="1",
    request_id="req-1",
    remote="192.0.2.1",
    question=QUESTION,
)
SEALED = seal(ENTRY, SALT)


def test_the_bytes_are_these_and_stay_these() -> None:
    """What was committed to once must be found again by every later version."""
    assert SEALED.leaf == (
        b'{"at":"2026-04-01T09:30:00.123456+00:00","id":"01900000-0000-7000-8000-000000000001",'
        b'"sealed":"' + commitment(SALT, SEALED.words).encode() + b'","v":1}'
    )
    assert SEALED.words.decode() == (
        '{"action":"person.read","actor_kind":"staff",'
        '"agency_id":"01900000-0000-7000-8000-000000000003",'
        '"at":"2026-04-01T09:30:00.123456Z","attempt_id":"01900000-0000-7000-8000-000000000002",'
        '"basis":"consent","consent_ids":[],"data_classes":["D1","D3"],'
        f'"decided_on":"{commitment(SALT, QUESTION.encode())}",'
        '"fields":["name","住所"],"id":"01900000-0000-7000-8000-000000000001",'
        '"iss":"https://issuer.example","obligations":[],"outcome":"allowed",'
        '"person_id":"01900000-0000-7000-8000-000000000005","policy_version":"1",'
        '"purpose":"referral","record_id":"01900000-0000-7000-8000-000000000004",'
        '"record_kind":"person","remote":"192.0.2.1","request_id":"req-1",'
        '"roles":["worker","chair"],"rules":[],"sub":"kawada"}'
    )
    assert SEALED.hash.hex() == "cd1b0d74a3fb8e6bc1a287cc3cace76812867ee3f98f91537f2a9badc8dad256"


def test_an_instant_is_the_same_wherever_the_clock_hangs() -> None:
    in_tokyo = ENTRY.at.astimezone(timezone(timedelta(hours=9)))
    assert seal(ENTRY.model_copy(update={"at": in_tokyo}), SALT).leaf.startswith(
        b'{"at":"2026-04-01T09:30:00.123456+00:00"'
    )


def test_what_an_entry_says_is_read_back() -> None:
    said = check_sealed(SEALED.leaf, SEALED.salt, SEALED.words)
    assert said["action"] == "person.read"
    assert said["decided_on"] == commitment(SALT, QUESTION.encode())
    assert "question" not in said


def flipped(whole: bytes, bit: int) -> bytes:
    bit %= 8 * len(whole)
    return (int.from_bytes(whole, "big") ^ (1 << bit)).to_bytes(len(whole), "big")


@pytest.mark.parametrize("part", ["salt", "words"])
@given(bit=st.integers(0, 8 * 4096))
def test_one_bit_changed_anywhere_is_noticed(part: str, bit: int) -> None:
    changed = SEALED._replace(**{part: flipped(getattr(SEALED, part), bit)})
    with pytest.raises(Invalid, match=r"log.entry_(altered|unreadable)"):
        check_sealed(*changed)


def test_one_bit_changed_in_the_leaf_is_another_leaf() -> None:
    for bit in range(8 * len(SEALED.leaf)):
        changed = SEALED._replace(leaf=flipped(SEALED.leaf, bit))
        assert changed.hash != SEALED.hash
        with pytest.raises(Invalid, match=r"log.entry_(altered|unreadable)"):
            check_sealed(*changed)


OTHER = DecidedEntry.model_validate(
    {**ENTRY.model_dump(), "id": "01900000-0000-7000-8000-0000000000ff", "sub": "another"}
)


@pytest.mark.parametrize(
    "changed",
    [
        SEALED._replace(words=seal(OTHER, SALT).words),
        SEALED._replace(leaf=seal(OTHER, SALT).leaf),
        SEALED._replace(salt=bytes(32)),
        SEALED._replace(words=SEALED.words + b" "),
    ],
)
def test_another_entry_is_not_this_one(changed: Sealed) -> None:
    with pytest.raises(Invalid, match=r"log.entry_altered"):
        check_sealed(*changed)


def relabelled(**outside: str) -> Sealed:
    """A leaf that commits to the right words, and names another entry or instant."""
    leaf = {**json.loads(SEALED.leaf), **outside}
    return SEALED._replace(leaf=canonical(leaf))


@pytest.mark.parametrize(
    "changed",
    [relabelled(id=str(OTHER.id)), relabelled(at="2026-04-01T09:30:01.000000+00:00")],
)
def test_a_leaf_does_not_name_another_entry_than_its_words(changed: Sealed) -> None:
    with pytest.raises(Invalid, match=r"log.entry_altered"):
        check_sealed(*changed)


@pytest.mark.parametrize(
    "leaf",
    [
        SEALED.leaf + b" ",
        SEALED.leaf.replace(b'"v":1', b'"v":2'),
        SEALED.leaf.replace(b'"v":1', b'"v":true'),
        SEALED.leaf.replace(b',"v":1', b',"v":1,"v":1'),
        SEALED.leaf.replace(b',"v":1', b',"who":"kawada","v":1'),
        *(
            relabelled(at=at).leaf
            for at in (
                "?",
                "0001-01-01T00:00:00+09:00",
                "2026-04-01T09:30:00.123456Z",
                "2026-04-01",
            )
        ),
    ],
)
def test_a_leaf_is_written_in_one_way_only(leaf: bytes) -> None:
    with pytest.raises(Invalid, match=r"log.entry_unreadable"):
        Leaf.read(leaf)


def sealed_as(words: bytes) -> Sealed:
    """Words that somebody committed to rightly, whatever they are."""
    return relabelled(sealed=commitment(SALT, words))._replace(words=words)


@pytest.mark.parametrize(
    "words",
    [
        SEALED.words.replace(b"{", b'{"sub":NaN,', 1).replace(b'"sub":"kawada",', b""),
        SEALED.words.replace(b"{", b'{"sub":"another",', 1),
        SEALED.words.replace(b"kawada", rb"\ud800"),
    ],
)
def test_words_that_could_be_read_in_two_ways_are_not_read(words: bytes) -> None:
    assert words != SEALED.words
    with pytest.raises(Invalid, match=r"log.entry_unreadable"):
        check_sealed(*sealed_as(words))


@pytest.mark.parametrize("broken", [b"", b"[]", b"{", b"\xff", b'"words"', b"[" * 100_000])
def test_what_is_no_entry_is_unreadable(broken: bytes) -> None:
    with pytest.raises(Invalid, match=r"log.entry_unreadable"):
        check_sealed(*sealed_as(broken))
    with pytest.raises(Invalid, match=r"log.entry_unreadable"):
        check_sealed(broken, SALT, SEALED.words)


def test_nothing_of_anybody_stands_in_the_leaf() -> None:
    leaf = json.loads(SEALED.leaf)
    assert set(leaf) == {"v", "id", "at", "sealed"}
    for column, value in ENTRY.model_dump(mode="json", exclude={"id", "at"}).items():
        for said in value if isinstance(value, list) else [value]:
            assert said is None or len(str(said)) < 3 or str(said) not in SEALED.leaf.decode(), (
                column
            )
    assert SALT.hex() not in SEALED.leaf.decode()


@given(st.binary(min_size=32, max_size=32))
def test_the_same_words_under_another_salt_look_different(salt: bytes) -> None:
    assert (seal(ENTRY, salt).leaf == SEALED.leaf) == (salt == SALT)


def test_the_service_writes_these_bytes_and_no_others() -> None:
    """Short names first, as PostgreSQL writes a jsonb; the database seals in the same bytes."""
    sealed = sealed_entry.seal(ENTRY, SALT)
    assert sealed.words.decode() == (
        '{"at": "2026-04-01T09:30:00.123456+00:00", "id": "01900000-0000-7000-8000-000000000001",'
        ' "iss": "https://issuer.example", "sub": "kawada",'
        ' "basis": "consent", "roles": ["worker", "chair"], "rules": [],'
        ' "action": "person.read", "fields": ["name", "住所"], "remote": "192.0.2.1",'
        ' "outcome": "allowed", "purpose": "referral",'
        ' "agency_id": "01900000-0000-7000-8000-000000000003",'
        ' "person_id": "01900000-0000-7000-8000-000000000005",'
        ' "record_id": "01900000-0000-7000-8000-000000000004", "actor_kind": "staff",'
        ' "attempt_id": "01900000-0000-7000-8000-000000000002",'
        f' "decided_on": "{commitment(SALT, QUESTION.encode())}", "request_id": "req-1",'
        ' "consent_ids": [], "obligations": [], "record_kind": "person",'
        ' "data_classes": ["D1", "D3"], "policy_version": "1"}'
    )
    assert check_sealed(*sealed)["sub"] == "kawada"
