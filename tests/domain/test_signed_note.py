"""Signed notes: what is written is read again, and whatever is malformed or unsigned is refused."""

import json
from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.adapters.transparency.ed25519 import Signer, check
from service.domain.errors import Invalid
from service.domain.merkle import EMPTY_ROOT
from service.domain.signed_note import (
    LONGEST_NOTE,
    MOST_SIGNATURES,
    Algorithm,
    Checkpoint,
    Note,
    NoteKey,
    NoteSignature,
    opened,
)

DATA = Path(__file__).parents[1] / "data"
PUBLISHED = json.loads((DATA / "signed_note.json").read_text())
ORIGIN = "audit.example/tsunagi"
LOG = Signer(ORIGIN, bytes(31) + b"\x01")
NEXT = Signer(ORIGIN, bytes(31) + b"\x02")
STRANGER = Signer(ORIGIN, bytes(31) + b"\x03")
WITNESS = Signer("ombudsman.example/w1", bytes(31) + b"\x04", Algorithm.COSIGNATURE)
STATE = Checkpoint(ORIGIN, 7, bytes(range(32)))


def note(checkpoint: Checkpoint = STATE, *signers: Signer) -> str:
    text = checkpoint.text
    return str(Note(text, tuple(signer.sign(text) for signer in signers or (LOG,))))


# As published (tests/data/README.md)


def test_the_published_example_is_signed_by_its_key_and_by_no_other() -> None:
    key = NoteKey.read(PUBLISHED["signed"]["key"])
    assert str(key) == PUBLISHED["signed"]["key"]
    written = PUBLISHED["signed"]["note"]
    assert Note.read(written).signed_by([LOG.key, key], check) == (key,)
    assert str(Note.read(written)) == written
    assert Note.read(written).signed_by([LOG.key], check) == ()
    with pytest.raises(Invalid, match=r"log.signature_wrong"):
        Note.read(written.replace("example message", "example massage")).signed_by([key], check)


def test_the_published_forms_are_read_and_written_back() -> None:
    poem, cosigned = map(Note.read, PUBLISHED["without_key"])
    assert [str(poem), str(cosigned)] == PUBLISHED["without_key"]
    assert poem.text.endswith("di sole:\n\ned è subito sera.\n")
    assert Checkpoint.read(cosigned.text)[:2] == ("example.com/behind-the-sofa", 20852163)
    assert [len(s.signature) for s in cosigned.signatures] == [64, 72]


@pytest.mark.parametrize("vector", json.loads((DATA / "ed25519.json").read_text()))
def test_signatures_are_those_of_the_standard(vector: dict[str, str]) -> None:
    secret, public, message, signature = (
        bytes.fromhex(vector[part]) for part in ("secret", "public", "message", "signature")
    )
    assert Signer("a", secret).key.public == public
    assert check(public, message, signature)
    assert not check(public, message + b" ", signature)
    assert not check(LOG.key.public, message, signature)


#: Keys under which a signature of zeros holds over anything, or over every eighth message.
WEAK = [
    *("00" * 32, "01" + "00" * 31, "ec" + "ff" * 30 + "7f", "01" + "00" * 30 + "80"),
    *("ed" + "ff" * 30 + "7f", "ee" + "ff" * 30 + "7f", "ee" + "ff" * 31),
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
]


@pytest.mark.parametrize("public", WEAK)
def test_nothing_is_signed_by_a_key_under_which_anybody_can_sign(public: str) -> None:
    points = [(1).to_bytes(32, "little"), *(bytes.fromhex(weak) for weak in WEAK)]
    for point in points:
        for n in range(16):
            assert not check(bytes.fromhex(public), b"message %d" % n, point + bytes(32))


# Round trips


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=30)
names = st.from_regex(r"[^\s+]{1,20}", fullmatch=True).filter(
    lambda name: not any("\ud800" <= c <= "\udfff" or c < " " for c in name)
)


@given(
    st.lists(texts | st.just(""), min_size=1), st.lists(st.tuples(names, st.binary()), min_size=1)
)
def test_a_note_is_read_as_it_was_written(
    lines: list[str], signed: list[tuple[str, bytes]]
) -> None:
    text = "".join(f"{line}\n" for line in lines)
    below = tuple(NoteSignature(name, b"\x01\x02\x03\x04", b"s" + raw) for name, raw in signed)
    written = Note(text, below[:MOST_SIGNATURES])
    assert Note.read(str(written)) == written


@given(texts, st.integers(0, 10**19 - 1), st.binary(min_size=32, max_size=32), st.lists(texts))
def test_a_checkpoint_is_read_as_it_was_written(
    origin: str, size: int, root: bytes, more: list[str]
) -> None:
    written = Checkpoint(origin, size, root, tuple(more))
    assert Checkpoint.read(written.text) == written


@given(names, st.binary(min_size=32, max_size=32), st.sampled_from(Algorithm))
def test_a_key_is_read_as_it_was_written(name: str, public: bytes, algorithm: Algorithm) -> None:
    key = NoteKey(name, algorithm, public)
    assert NoteKey.read(str(key)) == key
    assert NoteKey.read(f"  {key}\n") == key


# What is no note


GOOD = note()
SIGNED = GOOD.split("\n\n")[1]


@pytest.mark.parametrize(
    "written",
    [
        *("", "\n", "\n\n", STATE.text, f"{STATE.text}\n", SIGNED, f"\n{SIGNED}"),
        GOOD.rstrip("\n"),
        GOOD + "\n",
        GOOD + "more\n",
        GOOD.replace("\n\n", "\n"),
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("— ", "- "),
        GOOD.replace("— ", "—"),
        GOOD.replace("— ", "—  "),
        GOOD.replace(f"— {ORIGIN}", "— au+dit"),
        GOOD.replace(f"— {ORIGIN}", "— au\u3000dit"),
        GOOD.replace(f"— {ORIGIN} ", f"— {ORIGIN}  "),
        GOOD.replace(f"— {ORIGIN} ", "— "),
        GOOD.replace(f"— {ORIGIN} ", f"— {ORIGIN} !"),
        f"{STATE.text}\n— {ORIGIN} {b64encode(b'1234').decode()}\n",
        f"{STATE.text}\n— {ORIGIN}\n",
        GOOD.replace("audit", "au\tdit", 1),
        GOOD.replace("audit", "au\x00dit", 1),
        GOOD.replace("audit", "au\ud800dit", 1),
        GOOD + SIGNED * MOST_SIGNATURES,
        "a" * LONGEST_NOTE + GOOD,
    ],
)
def test_what_is_malformed_is_no_note(written: str) -> None:
    with pytest.raises(Invalid, match=r"log.note_unreadable"):
        Note.read(written)


def test_sixteen_signatures_are_read_and_more() -> None:
    assert len(Note.read(GOOD + SIGNED * (MOST_SIGNATURES - 1)).signatures) == MOST_SIGNATURES


@pytest.mark.parametrize(
    "text",
    [
        *("", "\n", "a\n7\n", "a\n7\n" + b64encode(bytes(32)).decode()),
        *(
            f"{origin}\n{size}\n{root}\n{more}"
            for origin, size, root, more in [
                ("", "7", b64encode(bytes(32)).decode(), ""),
                ("a", "07", b64encode(bytes(32)).decode(), ""),
                ("a", "-7", b64encode(bytes(32)).decode(), ""),
                ("a", "+7", b64encode(bytes(32)).decode(), ""),
                ("a", "7 ", b64encode(bytes(32)).decode(), ""),
                ("a", "٧", b64encode(bytes(32)).decode(), ""),
                ("a", "1" * 20, b64encode(bytes(32)).decode(), ""),
                ("a", "", b64encode(bytes(32)).decode(), ""),
                ("a", "7", b64encode(bytes(31)).decode(), ""),
                ("a", "7", b64encode(bytes(33)).decode(), ""),
                ("a", "7", "*" * 44, ""),
                ("a", "7", b64encode(bytes(32)).decode(), "\n"),
                ("a", "7", b64encode(bytes(32)).decode(), "more\n\n"),
            ]
        ),
    ],
)
def test_what_is_malformed_is_no_checkpoint(text: str) -> None:
    with pytest.raises(Invalid, match=r"log.checkpoint_unreadable"):
        Checkpoint.read(text)


KEY = str(LOG.key)
NAME, ID, ENCODED = KEY.split("+", 2)


@pytest.mark.parametrize(
    "written",
    [
        *("", "+", "++", NAME, f"{NAME}+{ID}", f"{NAME}+{ID}+", f"+{ID}+{ENCODED}"),
        f"{NAME}+00000000+{ENCODED}",
        f"{NAME}+{ID.upper() if ID.upper() != ID else ID + '0'}+{ENCODED}",
        f"another.example+{ID}+{ENCODED}",
        f"au dit+{ID}+{ENCODED}",
        f"au\ud800dit+{ID}+{ENCODED}",
        f"{NAME}+{ID}+{ENCODED[:-4]}",
        f"{NAME}+{ID}+{ENCODED}AAAA",
        f"{NAME}+{ID}+{b64encode(bytes([2]) + LOG.key.public).decode()}",
        f"{NAME}+{ID}+{b64encode(bytes([4]) + LOG.key.public).decode()}",
        str(NoteKey(NAME, Algorithm.ED25519, bytes(31))),
        str(NoteKey(NAME, Algorithm.COSIGNATURE, bytes(33))),
    ],
)
def test_what_is_malformed_is_no_key(written: str) -> None:
    with pytest.raises(Invalid, match=r"log.key_unreadable"):
        NoteKey.read(written)


# Who signed


def test_a_checkpoint_is_opened_with_a_key_of_its_log() -> None:
    assert opened(note(), ORIGIN, [LOG.key], check) == STATE
    assert opened(note(Checkpoint(ORIGIN, 0, EMPTY_ROOT)), ORIGIN, [LOG.key], check).size == 0


def test_nothing_is_opened_that_nobody_known_has_signed() -> None:
    for keys in ([], [STRANGER.key], [WITNESS.key], [LOG.key._replace(name="another")]):
        with pytest.raises(Invalid, match=r"log.checkpoint_not_signed"):
            opened(note(), ORIGIN, keys, check)
    seen = STATE.text + "\n" + str(WITNESS.cosign(STATE.text, 1))
    with pytest.raises(Invalid, match=r"log.checkpoint_not_signed"):
        opened(seen, ORIGIN, [LOG.key], check)


def test_another_log_is_never_opened_even_under_the_same_key() -> None:
    with pytest.raises(Invalid, match=r"log.checkpoint_of_another_log"):
        opened(note(STATE._replace(origin="audit.example/other")), ORIGIN, [LOG.key], check)


@given(st.integers(0, 8 * (4 + 64) - 1))
def test_one_bit_off_and_the_signature_is_not_right(bit: int) -> None:
    whole = LOG.key.key_id + LOG.sign(STATE.text).signature
    wrong = (int.from_bytes(whole, "big") ^ (1 << bit)).to_bytes(len(whole), "big")
    bad = str(Note(STATE.text, (NoteSignature(ORIGIN, wrong[:4], wrong[4:]),)))
    # One bit in the key's id: it is by a key that nobody knows.
    code = "log.checkpoint_not_signed" if wrong[:4] != whole[:4] else "log.signature_wrong"
    with pytest.raises(Invalid, match=code):
        opened(bad, ORIGIN, [LOG.key], check)


@pytest.mark.parametrize(
    "changed",
    [STATE._replace(size=8), STATE._replace(root=bytes(32)), STATE._replace(extensions=("x",))],
)
def test_what_was_signed_cannot_be_changed(changed: Checkpoint) -> None:
    bad = str(Note(changed.text, (LOG.sign(STATE.text),)))
    with pytest.raises(Invalid, match=r"log.signature_wrong"):
        opened(bad, ORIGIN, [LOG.key], check)


def test_a_signature_that_is_not_right_is_refused_beside_one_that_is() -> None:
    forged = NoteSignature(ORIGIN, NEXT.key.key_id, bytes(64))
    bad = str(Note(STATE.text, (LOG.sign(STATE.text), forged)))
    assert opened(bad, ORIGIN, [LOG.key], check) == STATE
    with pytest.raises(Invalid, match=r"log.signature_wrong"):
        opened(bad, ORIGIN, [LOG.key, NEXT.key], check)


def test_while_keys_change_either_key_opens_it() -> None:
    both = note(STATE, LOG, NEXT)
    for keys in ([LOG.key], [NEXT.key], [NEXT.key, LOG.key]):
        assert opened(both, ORIGIN, keys, check) == STATE
    assert Note.read(both).signed_by([NEXT.key, LOG.key], check) == (LOG.key, NEXT.key)


# Witnesses


def test_a_witness_signs_the_note_and_the_time() -> None:
    seen = Note.read(note()).also_signed(WITNESS.cosign(STATE.text, 1_800_000_000))
    assert Note.read(str(seen)).signed_by([WITNESS.key], check) == (WITNESS.key,)
    line = seen.signatures[1]
    later = (1_800_000_001).to_bytes(8, "big") + line.signature[8:]
    for signature in (later, line.signature[8:], line.signature + b"\x00"):
        wrong = Note(STATE.text, (line._replace(signature=signature),))
        with pytest.raises(Invalid, match=r"log.signature_wrong"):
            wrong.signed_by([WITNESS.key], check)


def test_a_witness_writes_no_time_beyond_the_last() -> None:
    for seen_at, holds in ((2**63 - 1, True), (2**63, False)):
        seen = Note(STATE.text, (WITNESS.cosign(STATE.text, seen_at),))
        if holds:
            assert seen.signed_by([WITNESS.key], check)
        else:
            with pytest.raises(Invalid, match=r"log.signature_wrong"):
                seen.signed_by([WITNESS.key], check)


def test_a_logs_signature_is_no_cosignature_even_of_the_same_key() -> None:
    as_log = Signer(WITNESS.key.name, bytes(31) + b"\x04")
    assert as_log.key.public == WITNESS.key.public
    assert as_log.key.key_id != WITNESS.key.key_id
    assert Note(STATE.text, (as_log.sign(STATE.text),)).signed_by([WITNESS.key], check) == ()


def test_a_note_has_one_line_a_key() -> None:
    first, second = WITNESS.cosign(STATE.text, 1), WITNESS.cosign(STATE.text, 2)
    seen = Note(STATE.text, (LOG.sign(STATE.text), first)).also_signed(second)
    assert seen.signatures == (LOG.sign(STATE.text), second)
