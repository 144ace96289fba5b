"""What a witness cosigns: the protocol's table as a whole, and never two trees that part ways."""

import itertools
from base64 import b64encode
from functools import cache
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from witnessed_log import (
    LOG_SEED,
    ORIGIN,
    WITNESS_SEED,
    Log,
    consistency,
    leaves,
    root,
)

from service.adapters.transparency.ed25519 import Signer, check
from service.domain.errors import Invalid
from service.domain.merkle import EMPTY_ROOT
from service.domain.problems import PROBLEMS
from service.domain.signed_note import Algorithm, Checkpoint, Note, NoteSignature
from service.domain.witnessing import (
    MOST_STEPS,
    STATUS,
    Agreed,
    Reason,
    Refused,
    Seen,
    Submission,
    cosignature_in,
    seen_at,
    weigh,
)

LOG = Signer("log.tsunagi.example", LOG_SEED)
NEXT_KEY = Signer("log.tsunagi.example", b"\x03" * 32)
STRANGER = Signer("stranger.example", b"\x04" * 32)
WITNESS = Signer("witness.example", WITNESS_SEED, Algorithm.COSIGNATURE)
TRUSTED = (LOG.key, NEXT_KEY.key)

# The whole table

TRUE, REWRITTEN = leaves(9), leaves(9, mark=b"x")
SIZES = (0, 1, 3, 4, 8)
OLDS = (0, 1, 3, 4, 7, 8, 9)
#: How a checkpoint may be signed, and what the protocol answers to that before all else.
SIGNED = {
    "by the log": None,
    "by the log's next key": None,
    "by the log, by a stranger, and by another witness": None,
    "by a stranger": 403,
    "in the log's name, but not by it": 403,
    "by the log, and in the name of its next key, but not by that": 403,
    "of a log that the witness does not watch": 404,
}


@cache
def signatures(how: str, text: str) -> tuple[NoteSignature, ...]:
    right = LOG.sign(text)
    forged = NEXT_KEY.sign(f"{text}and more\n")
    return {
        "by the log": (right,),
        "by the log's next key": (NEXT_KEY.sign(text),),
        "by the log, by a stranger, and by another witness": (
            STRANGER.sign(text),
            WITNESS.cosign(text, 1),
            right,
        ),
        "by a stranger": (STRANGER.sign(text),),
        "in the log's name, but not by it": (LOG.sign(f"{text}and more\n"),),
        "by the log, and in the name of its next key, but not by that": (right, forged),
        "of a log that the witness does not watch": (right,),
    }[how]


class Told(NamedTuple):
    """One line of the table."""

    seen: int
    old: int
    size: int
    tree: str
    proof: str


def roots(told: Told) -> bytes:
    return {
        "the same": root(TRUE[: told.size]),
        "rewritten": root(REWRITTEN[: told.size]),
        "no root at all": b"\x07" * 32,
    }[told.tree]


def proofs(told: Told) -> list[bytes]:
    tree = {"rewritten": REWRITTEN}.get(told.tree, TRUE)[: told.size]
    right = consistency(told.old, tree) if told.old <= told.size else []
    return {
        "right": right,
        "none": [],
        "one step too many": [*right, b"\x08" * 32],
        "of what the witness has": consistency(told.old, TRUE[: told.size])
        if told.old <= told.size
        else [],
        "one step wrong": [*right[:-1], b"\x09" * 32] if right else [],
    }[told.proof]


def answered(told: Told) -> int:
    """What the protocol says of a checkpoint that is signed as it should be."""
    if told.old > told.size:
        return 400
    if told.old != told.seen:
        return 409
    if told.size == 0 and roots(told) != EMPTY_ROOT:
        return 422
    if told.old == told.size and roots(told) != root(TRUE[: told.seen]):
        return 422
    if told.old == 0:
        return 422 if proofs(told) else 200
    # A proof is written in one way only: it is this one, of a tree that begins with what was seen.
    tree = {"the same": TRUE, "rewritten": REWRITTEN}.get(told.tree, ())[: told.size]
    begins = bool(tree) and tree[: told.old] == TRUE[: told.old]
    return 200 if begins and proofs(told) == consistency(told.old, tree) else 422


TABLE = [
    Told(*line)
    for line in itertools.product(
        SIZES,
        OLDS,
        SIZES,
        ("the same", "rewritten", "no root at all"),
        ("right", "none", "one step too many", "of what the witness has", "one step wrong"),
    )
]


def test_the_table_has_every_answer() -> None:
    assert {answered(told) for told in TABLE} == {200, 400, 409, 422}


@pytest.mark.parametrize("signed", SIGNED)
def test_the_protocol_as_a_whole(signed: str) -> None:
    for told in TABLE:
        text = Checkpoint(ORIGIN, told.size, roots(told)).text
        note = Note(text, signatures(signed, text))
        watched = () if SIGNED[signed] == 404 else TRUSTED
        seen = Seen(told.seen, root(TRUE[: told.seen]))
        answer = weigh(Submission(told.old, tuple(proofs(told)), note), watched, seen, check)
        expected = SIGNED[signed] or answered(told)
        if isinstance(answer, Agreed):
            assert expected == 200, told
            assert answer.seen == (told.size, roots(told))
            # Nothing is remembered but what was checked.
            assert {(s.name, s.key_id) for s in answer.note.signatures} <= {
                (key.name, key.key_id) for key in TRUSTED
            }
            assert answer.note.signed_by(TRUSTED, check)
            continue
        assert answer.status == expected, told
        assert answer.size == (told.seen if expected == 409 else None)
        parted = told.size == told.seen and roots(told) != seen.root
        assert (answer.contradiction is not None) == (parted and SIGNED[signed] is None)


def test_a_log_never_seen_is_the_empty_tree() -> None:
    assert Seen() == (0, root(()))
    asked = Submission(0, (), Log(leaves(5)).note())
    assert weigh(asked, TRUSTED, Seen(), check) == Agreed(Seen(5, root(leaves(5))), asked.note)


def test_the_empty_tree_has_one_root() -> None:
    text = Checkpoint(ORIGIN, 0, b"\x07" * 32).text
    asked = Submission(0, (), Note(text, (LOG.sign(text),)))
    refused = weigh(asked, TRUSTED, Seen(), check)
    assert refused == Refused(Reason.EMPTY_ROOT_WRONG, None, asked.note)
    empty = Submission(0, (), Log().note())
    assert weigh(empty, TRUSTED, Seen(), check) == Agreed(Seen(), empty.note)


def test_a_signature_that_nobody_checked_is_not_remembered() -> None:
    text = Log(leaves(2)).note().text
    twice = Note(text, (LOG.sign(text), LOG.sign("something else\n")))
    agreed = weigh(Submission(0, (), twice), TRUSTED, Seen(), check)
    assert isinstance(agreed, Agreed)
    assert agreed.note.signatures == (LOG.sign(text),)


def test_every_reason_has_its_status_and_its_words() -> None:
    assert set(STATUS) == set(Reason)
    assert "log.submission_unreadable" in PROBLEMS
    assert [reason.value for reason in Reason] == sorted(reason.value for reason in Reason)


# What is asked, byte for byte


def test_what_is_written_is_read() -> None:
    asked = Submission(3, tuple(consistency(3, leaves(7))), Log(leaves(7)).note())
    assert Submission.read(asked.body) == asked
    first, *steps, blank = asked.body.decode().split("\n")[:6]
    assert (first, len(steps), blank) == ("old 3", 4, "")
    assert asked.checkpoint == Checkpoint(ORIGIN, 7, root(leaves(7)))


NOTE = str(Log(leaves(7)).note())
STEP = b64encode(b"\x01" * 32).decode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        f"old 3\n{STEP}\n\n{NOTE}".encode()[:-1],
        f"old 3\n{STEP}\n\n{NOTE}\n".encode(),
        f"old 3\n{STEP}\n{NOTE}".encode(),
        f"old 3\n{STEP}\n\n\n{NOTE}".encode(),
        f"old 3 \n{STEP}\n\n{NOTE}".encode(),
        f"old  3\n{STEP}\n\n{NOTE}".encode(),
        f"old 03\n{STEP}\n\n{NOTE}".encode(),
        f"old ３\n{STEP}\n\n{NOTE}".encode(),
        f"old -1\n{STEP}\n\n{NOTE}".encode(),
        f"old {'9' * 20}\n{STEP}\n\n{NOTE}".encode(),
        f"3\n{STEP}\n\n{NOTE}".encode(),
        f"OLD 3\n{STEP}\n\n{NOTE}".encode(),
        f"old 3\r\n{STEP}\r\n\r\n{NOTE}".encode(),
        f"old 3\n{STEP[:-1]}\n\n{NOTE}".encode(),
        f"old 3\n{STEP} \n\n{NOTE}".encode(),
        f"old 3\n{STEP[:-2]}F=\n\n{NOTE}".encode(),
        f"old 3\n{b64encode(b'1' * 31).decode()}\n\n{NOTE}".encode(),
        f"old 3\n葉\n\n{NOTE}".encode(),
        f"old 3\n{STEP}\n\n{NOTE.partition(chr(10) * 2)[0]}\n".encode(),
        f"old 3\n{STEP}\n\nnot a checkpoint\n\n{NOTE.rpartition(chr(10) * 2)[2]}".encode(),
        "\n".join(["old 3", *[STEP] * (MOST_STEPS + 1), "", NOTE]).encode(),
    ],
)
def test_what_is_no_question_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        Submission.read(body)


def test_the_longest_proof_is_read() -> None:
    body = "\n".join(["old 3", *[STEP] * MOST_STEPS, "", NOTE]).encode()
    assert len(Submission.read(body).proof) == MOST_STEPS


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_whatever_is_sent_is_read_or_refused(sent: bytes) -> None:
    whole = Submission(3, (b"\x01" * 32,), Log(leaves(7)).note()).body
    for body in (sent, whole[: len(sent)] + sent, sent + whole, whole + sent):
        try:
            read = Submission.read(body)
        except Invalid:
            continue
        assert Submission.read(read.body) == read
        assert read.checkpoint.text == read.note.text


# Never two stories


class Asked(NamedTuple):
    """What a log that nobody can trust asks for."""

    story: int
    size: int
    old: int | None
    proved: int
    cut: int


STORIES = [leaves(12), leaves(12, mark=b"a", since=3), leaves(12, mark=b"b", since=4)]
asked_for = st.builds(
    Asked,
    story=st.integers(0, len(STORIES) - 1),
    size=st.integers(0, 12),
    old=st.none() | st.integers(0, 12),
    proved=st.integers(0, len(STORIES) - 1),
    cut=st.sampled_from([0, 0, 0, 1]),
)


def cosigned_of(questions: list[Asked]) -> list[tuple[bytes, ...]]:
    """The trees that a witness cosigned, in the order in which it was asked."""
    seen, found = Seen(), []
    for asked in questions:
        tree = STORIES[asked.story][: asked.size]
        old = seen.size if asked.old is None else asked.old
        proof = consistency(old, STORIES[asked.proved][: asked.size])
        text = Checkpoint(ORIGIN, asked.size, root(tree)).text
        note = Note(text, signatures("by the log", text))
        submission = Submission(old, tuple(proof[asked.cut :]), note)
        answer = weigh(submission, TRUSTED, seen, check)
        if isinstance(answer, Agreed):
            seen = answer.seen
            found.append(tree)
    return found


@settings(max_examples=300, deadline=None)
@given(st.lists(asked_for, max_size=15))
def test_of_two_cosigned_trees_one_is_the_beginning_of_the_other(questions: list[Asked]) -> None:
    cosigned = cosigned_of(questions)
    for earlier, later in itertools.pairwise(cosigned):
        assert later[: len(earlier)] == earlier


def test_a_log_that_only_grows_is_always_cosigned() -> None:
    for sizes in itertools.combinations(range(13), 4):
        honest = [Asked(0, size, None, 0, 0) for size in sizes]
        assert [len(tree) for tree in cosigned_of(honest)] == list(sizes)


def test_the_stories_part_where_nobody_is_cosigned_any_more() -> None:
    fork = [Asked(0, 6, None, 0, 0), Asked(1, 8, None, 1, 0), Asked(0, 9, None, 0, 0)]
    assert [len(tree) for tree in cosigned_of(fork)] == [6, 9]


# What the log takes for an answer

TEXT = Log(leaves(7)).note().text


def test_the_cosignature_is_found_among_others() -> None:
    own = WITNESS.cosign(TEXT, 1_800_000_000)
    other = Signer("other.example", b"\x05" * 32, Algorithm.COSIGNATURE).cosign(TEXT, 1)
    found = cosignature_in(f"{other}{own}", TEXT, WITNESS.key, check)
    assert found == own
    assert seen_at(found) == 1_800_000_000


def test_what_is_no_cosignature_is_not_taken_for_one() -> None:
    own = WITNESS.cosign(TEXT, 1_800_000_000)
    plain = Signer("witness.example", WITNESS_SEED)
    for answer in [
        "",
        "\n",
        str(own)[:-1],
        f"{own}\n",
        f"\n{own}",
        f"more\n\n{own}",
        str(WITNESS.cosign(f"{TEXT}more\n", 1_800_000_000)),
        str(WITNESS.cosign(TEXT, 0)),
        str(WITNESS.cosign(TEXT, 2**63)),
        str(WITNESS.sign(TEXT)),
        str(own._replace(name="other.example")),
        str(own._replace(key_id=b"\x00" * 4)),
        str(own._replace(signature=own.signature[:-1])),
        str(plain.sign(TEXT)),
    ]:
        with pytest.raises(Invalid):
            cosignature_in(answer, TEXT, WITNESS.key, check)
    with pytest.raises(Invalid):
        cosignature_in(str(plain.sign(TEXT)), TEXT, plain.key, check)
