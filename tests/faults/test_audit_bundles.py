"""Export bundles, sound and broken, before two verifiers that share no code: they must agree."""

import json
import re
import subprocess
import sys
from argparse import Namespace
from base64 import b64encode
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import NamedTuple

import pytest
from audit_bundles import (
    LOG,
    NEXT,
    ORIGIN,
    REWRITTEN,
    SEALED,
    SEEN_AT,
    SIZE,
    STRANGER,
    TREE,
    WITNESSES,
    Case,
    bundle,
    changed,
    entry_line,
    flipped,
    header,
    question,
    resealed,
    sealed_as,
    signed,
    with_line,
    witness_options,
    write,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from sealing import canonical
from typer.testing import CliRunner

from service.adapters.transparency.ed25519 import check
from service.cli_audit import app
from service.domain.audit_bundle import closed_line, open_line
from service.domain.bundle_check import BundleCheck, Trust
from service.domain.errors import Refusal
from service.domain.signed_note import Algorithm, Checkpoint, Note, NoteKey

ROOT = Path(__file__).parents[2]
ALONE = ROOT / "deploy" / "verify_audit.py"
_spec = spec_from_file_location("verify_audit", ALONE)
assert _spec
assert _spec.loader
alone = module_from_spec(_spec)
_spec.loader.exec_module(alone)


class Said(NamedTuple):
    exits: int
    code: str
    at_line: int


def first_says(arguments: list[str]) -> tuple[Said, str]:
    result = CliRunner().invoke(app, ["verify", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return said(result.exit_code, result.output), result.output


def second_says(arguments: list[str], monkeypatch, capsys) -> tuple[Said, str]:
    monkeypatch.setattr(sys, "argv", ["verify_audit.py", *arguments])
    try:
        exits = alone.main()
    except SystemExit as ended:
        exits = ended.code
    out = "".join(capsys.readouterr())
    return said(exits, out), out


def said(exits: int, out: str) -> Said:
    refusal = re.search(r"line (\d+) \(.*\): ([a-z]+\.[a-z_]+)", out)
    return Said(exits, refusal[2], int(refusal[1])) if refusal else Said(exits, "", 0)


FLIP_LEAF = with_line(2, flipped("leaf"))
SWAPPED = bundle()
SWAPPED[4], SWAPPED[5] = SWAPPED[5], SWAPPED[4]
BOTH_SWAPPED = [*SWAPPED[:4], changed(SWAPPED[4], i=3), changed(SWAPPED[5], i=4), *SWAPPED[6:]]
NOTE = TREE.note(SIZE)
BEFORE = TREE.note(5)
UNKNOWN = Checkpoint(ORIGIN, SIZE, bytes(32))
WORDS = SEALED[0].words
ROOT_LINE = NOTE.split("\n")[2]


def lines_signed(*lines: str) -> str:
    text = "".join(f"{line}\n" for line in lines)
    return str(Note(text, (LOG.sign(text),)))


REWRITTEN_LINE = closed_line(2, REWRITTEN.hashes[2])

SOUND = {
    "the whole log": Case(bundle(), 0),
    "from the fifth": Case(bundle(5), 0),
    "every beginning": Case(bundle(8, 9), 0),
    "nothing at all": Case(bundle(0, 0), 0),
    "no entry between": Case(bundle(7, 7), 0),
    "from a checkpoint of nothing": Case(bundle(earlier=TREE.note(0)), 0),
    "lines ended as elsewhere": Case([line[:-1] + b"\r\n" for line in bundle()], 0),
    "all closed": Case(
        [header().line(), *(closed_line(n, h) for n, h in enumerate(TREE.hashes))], 0
    ),
    "keys changed between": Case(
        bundle(5, later=TREE.note(SIZE, NEXT)), 0, keys=(str(LOG.key), str(NEXT.key))
    ),
    "signed by both keys, one known": Case(bundle(later=TREE.note(SIZE, NEXT, LOG)), 0),
    "signed by a stranger as well": Case(bundle(later=TREE.note(SIZE, STRANGER, LOG)), 0),
    "two witnesses": Case(bundle(), 0, options=witness_options(*WITNESSES[:2])),
    "two of three witnesses": Case(bundle(), 0, options=witness_options(*WITNESSES, needed=2)),
    "a witness whom nobody needs": Case(
        bundle(), 0, options=witness_options(WITNESSES[2], needed=0)
    ),
    "kept from before": Case(bundle(5), 0, kept=tuple(TREE.note(n) for n in (5, 6, 9, SIZE))),
    "kept when there was nothing": Case(bundle(5), 0, kept=(TREE.note(0),)),
}

LEAF = json.loads(SEALED[0].leaf)
BROKEN = {
    # Lines
    "empty": Case([], 1, "bundle.ends_early", 0),
    "only the header": Case(bundle()[:1], 1, "bundle.ends_early", 1),
    "last line missing": Case(bundle()[:-1], 1, "bundle.ends_early", SIZE),
    "first entry missing": Case([bundle()[0], *bundle()[2:]], 1, "bundle.index_expected", 2),
    "entry missing": Case([*bundle()[:6], *bundle()[7:]], 1, "bundle.index_expected", 7),
    "entry twice": Case([*bundle()[:6], *bundle()[5:]], 1, "bundle.index_expected", 7),
    "entries swapped": Case(SWAPPED, 1, "bundle.index_expected", 5),
    "entries swapped, numbers mended": Case(BOTH_SWAPPED, 1, "bundle.root_differs", SIZE + 1),
    "an entry too many": Case([*bundle(), closed_line(SIZE, bytes(32))], 1, "bundle.goes_on", 15),
    "an empty line at the end": Case([*bundle(), b"\n"], 1, "bundle.goes_on", 15),
    "an empty line between": Case(
        [*bundle()[:3], b"\n", *bundle()[3:]], 1, "bundle.line_unreadable", 4
    ),
    "last line cut off": Case(
        [*bundle()[:-1], bundle()[-1][:-1]], 1, "bundle.line_cut_off", SIZE + 1
    ),
    "header cut off": Case([bundle()[0][:-5]], 1, "bundle.line_cut_off", 1),
    "not UTF-8": Case(with_line(4, lambda line: b"\xff" + line), 1, "bundle.line_unreadable", 4),
    "no JSON": Case(with_line(4, lambda _: b"{\n"), 1, "bundle.line_unreadable", 4),
    "too deep": Case(with_line(4, lambda _: b"[" * 99_999 + b"\n"), 1, "bundle.line_unreadable", 4),
    "a list": Case(with_line(4, lambda _: b"[1]\n"), 1, "bundle.line_unreadable", 4),
    "a number twice": Case(
        with_line(4, lambda line: b'{"i":2,' + line[1:]), 1, "bundle.line_unreadable", 4
    ),
    "a number that is none": Case(
        with_line(3, lambda line: changed(line, i=True)), 1, "bundle.line_unreadable", 3
    ),
    "a number with a fraction": Case(
        with_line(3, lambda line: changed(line, i=1.0)), 1, "bundle.line_unreadable", 3
    ),
    "a part too many": Case(
        with_line(2, lambda line: changed(line, note="x")), 1, "bundle.line_unreadable", 2
    ),
    "open and erased": Case(
        with_line(2, lambda line: changed(line, erased=True)), 1, "bundle.line_unreadable", 2
    ),
    "no longer said to be erased": Case(
        with_line(5, lambda line: changed(line, erased=False)), 1, "bundle.line_unreadable", 5
    ),
    "a leaf without a word": Case(
        with_line(5, lambda line: changed(line, erased=None)), 1, "bundle.line_unreadable", 5
    ),
    "words without salt": Case(
        with_line(2, lambda line: changed(line, salt=None)), 1, "bundle.line_unreadable", 2
    ),
    "a short salt": Case(
        with_line(2, lambda line: changed(line, salt="AAAA")), 1, "bundle.line_unreadable", 2
    ),
    "a short hash": Case(
        with_line(4, lambda line: changed(line, hash="AAAA")), 1, "bundle.line_unreadable", 4
    ),
    "base64 written otherwise": Case(
        with_line(4, lambda line: changed(line, hash=b64encode(bytes(32)).decode()[:-2] + "B=")),
        *(1, "bundle.line_unreadable", 4),
    ),
    # Entries
    "words altered": Case(with_line(2, flipped("words")), 1, "log.entry_altered", 2),
    "salt altered": Case(with_line(2, flipped("salt")), 1, "log.entry_altered", 2),
    "question altered": Case(with_line(2, flipped("question")), 1, "bundle.question_altered", 2),
    "question made up": Case(
        with_line(3, lambda line: changed(line, question="eA==")), 1, "bundle.question_altered", 3
    ),
    "hash altered": Case(with_line(4, flipped("hash")), 1, "bundle.root_differs", SIZE + 1),
    "open entry made closed, hash altered": Case(
        with_line(2, lambda _: closed_line(0, bytes(32))), 1, "bundle.root_differs", SIZE + 1
    ),
    "another entry in its place": Case(
        with_line(2, lambda _: open_line(0, SEALED[1])), 1, "bundle.root_differs", SIZE + 1
    ),
    "erased leaf of nobody": Case(
        with_line(5, lambda line: changed(line, leaf="eA==")), 1, "log.entry_unreadable", 5
    ),
    "erased leaf with more in it": Case(
        with_line(
            5,
            lambda line: changed(
                line, leaf=b64encode(canonical({**LEAF, "name": "山田"})).decode()
            ),
        ),
        *(1, "log.entry_unreadable", 5),
    ),
    "rewritten and sealed anew": Case(
        with_line(2, lambda _: open_line(0, sealed_as(WORDS.replace(b"allowed", b"denied")))),
        *(1, "bundle.root_differs", SIZE + 1),
    ),
    "words that can be read in two ways": Case(
        resealed(sealed_as(WORDS.replace(b"{", b'{"action":"another",', 1))),
        *(1, "log.entry_unreadable", 2),
    ),
    "words with what is no number": Case(
        resealed(sealed_as(WORDS.replace(b"{", b'{"sum":NaN,', 1))),
        *(1, "log.entry_unreadable", 2),
    ),
    "words of another entry under a leaf": Case(
        resealed(sealed_as(SEALED[1].words)), 1, "log.entry_altered", 2
    ),
    "words that are no object": Case(resealed(sealed_as(b"[]")), 1, "log.entry_unreadable", 2),
    # Header and checkpoints
    "another format": Case(
        with_line(1, lambda line: changed(line, format="tsunagi-audit-bundle/2")),
        *(2, "bundle.header_unreadable", 1),
    ),
    "no header": Case(bundle()[1:], 2, "bundle.header_unreadable", 1),
    **{
        f"a header {what}": Case(
            with_line(1, lambda line, parts=parts: changed(line, **parts)),
            *(2, "bundle.header_unreadable", 1),
        )
        for what, parts in {
            "with more in it": {"trusted": True},
            "with less in it": {"keys": None},
            "that begins at true": {"first": True},
            "that begins before the first": {"first": -1},
            "from back to front": {"first": 14},
            "beyond any number": {"size": 1 << 63},
            "of a size in words": {"size": "13"},
            "without a name": {"origin": 1},
            "with a key that is no text": {"keys": [1]},
            "with one key for a list": {"keys": "key"},
            "with a short hash": {"frontier": ["AAAA"]},
            "with a hash that is no text": {"frontier": [None]},
        }.items()
    },
    **{
        f"a checkpoint {what}": Case(
            bundle(later=lines_signed(*lines)), 1, "log.checkpoint_unreadable", 1
        )
        for what, lines in {
            "of two lines": (ORIGIN, "13"),
            "with a short root": (ORIGIN, "13", "AAAA"),
            "without a root": (ORIGIN, "13", ""),
            "with an empty line": (ORIGIN, "13", ROOT_LINE, "", "more"),
            "with its size in other digits": (ORIGIN, "１３", ROOT_LINE),
            "without a name": ("", "13", ROOT_LINE),
        }.items()
    },
    **{
        f"a note {what}": Case(bundle(later=note), 1, "log.note_unreadable", 1)
        for what, note in {
            "without signatures": TREE.checkpoint(SIZE).text + "\n",
            "without an empty line": NOTE.replace("\n\n", "\n"),
            "that ends too early": NOTE[:-1],
            "with a hundred and one signatures": NOTE + NOTE.split("\n\n")[1] * 100,
            "with an empty signature": NOTE + f"— {ORIGIN} AAAA\n",
            "with a line that signs nothing": NOTE + "nothing\n",
            "with a zero in it": NOTE.replace("mihon", "mi\0hon"),
            "beyond any length": "a" * 1_000_000 + NOTE,
        }.items()
    },
    "a question to an erased entry": Case(
        with_line(5, lambda line: changed(line, question="eA==")), 1, "bundle.line_unreadable", 5
    ),
    "a question to a closed entry": Case(
        with_line(4, lambda line: changed(line, question="eA==")), 1, "bundle.line_unreadable", 4
    ),
    "a number before the first": Case(
        with_line(2, lambda line: changed(line, i=-1)), 1, "bundle.line_unreadable", 2
    ),
    "a line without anything": Case(
        with_line(2, lambda _: b'{"i":0}\n'), 1, "bundle.line_unreadable", 2
    ),
    "an empty question": Case(
        with_line(2, lambda line: changed(line, question="")), 1, "bundle.line_unreadable", 2
    ),
    "an instant nowhere": Case(
        resealed(sealed_as(WORDS.replace(b"00:00:00Z", b"00:00:00"))),
        *(1, "log.entry_unreadable", 2),
    ),
    "a witness beyond the last time": Case(
        bundle(later=NOTE + str(WITNESSES[0].cosign(TREE.checkpoint(SIZE).text, 1 << 63))),
        *(1, "log.signature_wrong", 1, witness_options(WITNESSES[0])),
    ),
    "of another log": Case(
        bundle(origin="audit.example/other"), 1, "log.checkpoint_of_another_log", 1
    ),
    "asked for another log": Case(
        bundle(), 1, "log.checkpoint_of_another_log", 1, origin="audit.example/other"
    ),
    "checkpoint of another log": Case(
        bundle(later=signed(TREE.checkpoint(SIZE)._replace(origin="other"), LOG)),
        *(1, "log.checkpoint_of_another_log", 1),
    ),
    "unknown key": Case(bundle(), 1, "log.checkpoint_not_signed", 1, keys=(str(NEXT.key),)),
    "signed by a stranger": Case(
        bundle(later=TREE.note(SIZE, STRANGER), keys=(str(STRANGER.key),)),
        *(1, "log.checkpoint_not_signed", 1),
    ),
    "earlier signed by a stranger": Case(
        bundle(5, earlier=TREE.note(5, STRANGER)), 1, "log.checkpoint_not_signed", 1
    ),
    "only witnesses have signed": Case(
        bundle(later=signed(TREE.checkpoint(SIZE), seen=WITNESSES)),
        *(1, "log.checkpoint_not_signed", 1),
    ),
    "signature moved to another root": Case(
        bundle(later=NOTE.replace(NOTE.split("\n")[2], UNKNOWN.text.split("\n")[2])),
        *(1, "log.signature_wrong", 1),
    ),
    "one good signature, one forged": Case(
        bundle(later=NOTE + signed(UNKNOWN, NEXT).split("\n\n")[1]),
        *(1, "log.signature_wrong", 1),
        keys=(str(LOG.key), str(NEXT.key)),
    ),
    "another root, rightly signed": Case(
        bundle(later=signed(UNKNOWN, LOG)), 1, "bundle.root_differs", SIZE + 1
    ),
    "no note": Case(bundle(later="nothing"), 1, "log.note_unreadable", 1),
    "half a character in the note": Case(
        with_line(1, lambda line: line.replace(b"audit.example/mihon\\n", b"\\ud800\\n")),
        *(1, "log.note_unreadable", 1),
    ),
    "no checkpoint": Case(
        bundle(later=NOTE.replace(f"\n{SIZE}\n", "\n0013\n")), 1, "log.checkpoint_unreadable", 1
    ),
    "earlier missing": Case(bundle(5, earlier=None), 1, "bundle.from_missing", 1),
    "earlier of another size": Case(bundle(5, earlier=TREE.note(6)), 1, "bundle.size_differs", 1),
    "later of another size": Case(bundle(later=TREE.note(12)), 1, "bundle.size_differs", 1),
    "frontier altered": Case(
        bundle(5, frontier=(bytes(32), TREE.frontier(5)[1])), 1, "bundle.start_differs", 1
    ),
    "frontier too short": Case(
        bundle(5, frontier=(TREE.frontier(5)[0],)), 1, "log.frontier_does_not_fit", 1
    ),
    "a frontier before the first": Case(
        bundle(frontier=(bytes(32),)), 1, "log.frontier_does_not_fit", 1
    ),
    "nothing, under another root": Case(
        [header(0, 0, later=signed(Checkpoint(ORIGIN, 0, bytes(32)), LOG)).line()],
        *(1, "bundle.root_differs", 1),
    ),
    "rewritten before the bundle": Case(
        bundle(5, later=REWRITTEN.note(SIZE)), 1, "bundle.root_differs", 9 + SIZE - 13
    ),
    # Witnesses
    "a witness is missing": Case(
        bundle(), 1, "bundle.witnesses_missing", 1, witness_options(*WITNESSES)
    ),
    "a cosignature of another time": Case(
        bundle(
            later=TREE.note(SIZE)
            + str(
                WITNESSES[0]
                .cosign(TREE.checkpoint(SIZE).text, SEEN_AT)
                ._replace(
                    signature=bytes(8)
                    + WITNESSES[0].cosign(TREE.checkpoint(SIZE).text, SEEN_AT).signature[8:]
                )
            )
        ),
        *(1, "log.signature_wrong", 1, witness_options(WITNESSES[0])),
    ),
    # Kept checkpoints
    "rewritten since": Case(
        [header(tree=REWRITTEN).line(), *bundle()[1:3], REWRITTEN_LINE, *bundle()[4:]],
        *(1, "bundle.kept_differs", SIZE + 1),
        kept=(TREE.note(5),),
    ),
    "kept one differs where it begins": Case(
        bundle(5), 1, "bundle.kept_differs", 9, kept=(REWRITTEN.note(5),)
    ),
    "kept one differs where it ends": Case(
        bundle(5), 1, "bundle.kept_differs", 9, kept=(BEFORE, REWRITTEN.note(SIZE))
    ),
    "kept one of nothing with another root": Case(
        bundle(),
        *(1, "bundle.kept_differs", SIZE + 1),
        kept=(signed(Checkpoint(ORIGIN, 0, bytes(32)), LOG),),
    ),
    # What cannot be decided, or was asked wrongly
    "kept from before the bundle": Case(bundle(5), 2, kept=(TREE.note(3),)),
    "kept from after the bundle": Case(bundle(0, 5), 2, kept=(TREE.note(9),)),
    "kept one is no note": Case(bundle(), 2, kept=("nothing",)),
    "kept one signed by a stranger": Case(bundle(), 2, kept=(TREE.note(5, STRANGER),)),
    "a key that is none": Case(bundle(), 2, keys=("nothing",)),
    "a witness's key for the log's": Case(bundle(), 2, keys=(str(WITNESSES[0].key),)),
    "the log's key for a witness's": Case(bundle(), 2, options=("--witness", str(LOG.key))),
    "the log as its own witness": Case(
        bundle(),
        2,
        options=(
            "--witness",
            str(NoteKey("w.example", Algorithm.COSIGNATURE, LOG.key.public)),
        ),
    ),
    "one witness named twice": Case(bundle(), 2, options=witness_options(*WITNESSES[:1] * 2)),
    "more witnesses needed than named": Case(
        bundle(), 2, options=witness_options(*WITNESSES[:1], needed=2)
    ),
    "fewer witnesses than none": Case(bundle(), 2, options=witness_options(needed=-1)),
}
CASES = {**SOUND, **BROKEN}


@pytest.mark.parametrize("name", CASES)
def test_both_verifiers_say_what_is_so(name, tmp_path, monkeypatch, capsys):
    case = CASES[name]
    arguments = write(tmp_path, case)
    expected = Said(case.exits, case.code, case.at_line)
    first, one = first_says(arguments)
    second, other = second_says(arguments, monkeypatch, capsys)
    assert (first, second) == (expected, expected), one + other
    for out in (one, other):
        assert ("OK 合格" in out) is (case.exits == 0)


def test_there_are_enough_of_both():
    assert len(BROKEN) >= 40
    assert len(SOUND) >= 10
    assert len({case.code for case in BROKEN.values()}) > 18


@given(st.data())
def test_both_agree_on_any_change_of_any_byte(data):
    whole = bytearray(b"".join(bundle(5, later=TREE.note(SIZE))))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[at]))
    verdicts = both_in_memory(bytes(whole))
    assert verdicts[0] == verdicts[1]
    # What is told for information only, and the space between, changes nothing.
    keys = bytes(whole).find(b'"keys":["'), bytes(whole).find(b'"],"from"')
    if verdicts[0] == ("", 9):
        assert keys[0] < at < keys[1] or chr(whole[at]).isspace()


def both_in_memory(whole: bytes) -> list[tuple[str, int]]:
    lines = [line + b"\n" for line in whole.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    lines = [line for line in lines if line]
    checking = BundleCheck(Trust(ORIGIN, (LOG.key,)), check)
    code = ""
    try:
        for line in lines:
            checking.feed(line)
        checking.finish()
    except Refusal as refusal:
        code = refusal.code
    other = ""
    trust = Namespace(
        origin=ORIGIN,
        key=[alone.key_reader(1)(str(LOG.key))],
        witness=[],
        witnesses_needed=0,
        kept=[],
        line=0,
    )
    try:
        alone.verify(lines, trust)
    except alone.Refused as refused:
        other = str(refused)
    return [(code, checking.lines), (other, trust.line)]


# What is said


def test_it_says_what_was_checked_and_what_was_not(tmp_path):
    case = Case(bundle(5), 0, options=witness_options(*WITNESSES[:2]), kept=(BEFORE,))
    _, out = first_says(write(tmp_path, case))
    opened = sum(b"words" in entry_line(n) for n in range(5, SIZE))
    closed = sum(b"hash" in entry_line(n) for n in range(5, SIZE))
    erased = sum(b"erased" in entry_line(n) for n in range(5, SIZE))
    assert (opened, closed, erased) == (4, 3, 1)
    assert f"open {opened}, erased {erased}, closed to you {closed}" in out
    assert "ログaudit.example/mihonの5番から13番の前まで8件が順番どおり欠けずにある" in out
    assert f"signed by {LOG.key}" in out
    assert f"seen by {WITNESSES[1].key} on 2026-09-21 23:13 JST as it says" in out
    assert "goes on from the checkpoint of 5 entries that you kept" in out
    unchecked = out.partition("Not checked 確認していないこと:")[2]
    for words in (
        "Whether everything that happened was recorded",
        "What 3 entries say that are closed to you",
        "What 1 erased entries said",
        "What 1 entries were decided on",
        "The 5 entries before this bundle",
        "起きたことがすべて記録されたか",
    ):
        assert words in unchecked
    assert "Whether others were shown the same log" not in unchecked
    assert "Whether the log was rewritten since" not in unchecked


def test_it_says_that_nobody_else_was_asked(tmp_path):
    _, out = first_says(write(tmp_path, Case(bundle(), 0)))
    unchecked = out.partition("Not checked 確認していないこと:")[2]
    assert "no witness whom you named has signed it" in unchecked
    assert "no checkpoint of before was compared" in unchecked


def test_nothing_of_an_entry_is_printed(tmp_path, monkeypatch, capsys):
    """Whoever may check a bundle may still stand before a screen that others see."""
    arguments = write(tmp_path, Case(bundle(), 0))
    for out in (first_says(arguments)[1], second_says(arguments, monkeypatch, capsys)[1]):
        assert "山田" not in out
        assert "person.read" not in out
        assert question(0) not in out


def test_what_was_kept_outside_is_said_to_be_unchecked(tmp_path, monkeypatch, capsys):
    arguments = write(tmp_path, Case(bundle(5), 2, kept=(TREE.note(3), BEFORE)))
    out = first_says(arguments)[1]
    assert "NOT DECIDED 判定不能" in out
    assert "NOT CHECKED: the checkpoint of 3 entries that you kept" in out
    assert "goes on from the checkpoint of 5 entries" in out
    assert "範囲外の保存済み: [3]" in second_says(arguments, monkeypatch, capsys)[1]


@pytest.mark.parametrize(
    ("kept", "proof", "expected"),
    [
        (TREE.note(3), TREE.consistency(3, 5), Said(0, "", 0)),
        (TREE.note(3), TREE.consistency(3, 9), Said(0, "", 0)),
        (TREE.note(3), TREE.consistency(3, 12), Said(0, "", 0)),
        (TREE.note(13), TREE.consistency(12, 13), Said(0, "", 0)),
        (TREE.note(13), TREE.consistency(5, 13), Said(0, "", 0)),
        (REWRITTEN.note(3), REWRITTEN.consistency(3, 9), Said(1, "log.proof_of_another_root", 8)),
        (REWRITTEN.note(3), TREE.consistency(3, 9), Said(1, "log.proof_of_another_root", 8)),
        (REWRITTEN.note(13), REWRITTEN.consistency(5, 13), Said(1, "log.proof_of_another_root", 8)),
        # A proof about something else proves nothing.
        (TREE.note(3), TREE.consistency(4, 9), Said(2, "", 0)),
        (TREE.note(3), TREE.consistency(3, 13), Said(2, "", 0)),
        (TREE.note(3), "{}", Said(2, "", 0)),
        (TREE.note(3), "[", Said(2, "", 0)),
        (TREE.note(3), '{"from": 3, "to": 9, "proof": ["AAAA"]}', Said(2, "", 0)),
        (TREE.note(3), '{"from": true, "to": 9, "proof": []}', Said(2, "", 0)),
        (TREE.note(3), '{"from": 3, "to": 9, "proof": []}', Said(1, "log.proof_does_not_fit", 8)),
    ],
)
def test_a_proof_joins_what_was_kept_to_the_bundle(kept, proof, expected, tmp_path):
    (tmp_path / "proof.json").write_text(proof)
    options = ("--consistency", str(tmp_path / "proof.json"))
    case = Case(bundle(5, 12), expected.exits, kept=(kept,), options=options)
    assert first_says(write(tmp_path, case))[0] == expected


# As they are started


@pytest.mark.parametrize("name", ["the whole log", "words altered", "a key that is none"])
def test_they_run_as_programs(name, tmp_path):
    arguments = write(tmp_path, CASES[name])
    own = [str(Path(sys.executable).parent / "tsunagi"), "audit", "verify"]
    for program in ([sys.executable, "-I", "-S", str(ALONE)], own):
        run = subprocess.run([*program, *arguments], capture_output=True, check=False, text=True)
        assert run.returncode == CASES[name].exits, run.stdout + run.stderr
        assert "Traceback" not in run.stderr


def test_a_file_that_is_not_there_is_not_decided(tmp_path, monkeypatch, capsys):
    arguments = [str(tmp_path / "none"), "--origin", ORIGIN, "--key", str(LOG.key)]
    assert first_says(arguments)[0].exits == 2
    assert second_says(arguments, monkeypatch, capsys)[0].exits == 2
    assert first_says(arguments[:3])[0].exits == 2
    assert second_says(arguments[:3], monkeypatch, capsys)[0].exits == 2


def test_the_second_verifier_stands_alone():
    """Python's own library only, nothing of the service, and short enough to be read."""
    written = ALONE.read_text()
    imported = re.findall(r"^\s*(?:from|import) ([\w.]+)", written, flags=re.MULTILINE)
    assert imported
    assert {name.split(".")[0] for name in imported} <= set(sys.stdlib_module_names)
    lines = [line for line in written.splitlines() if line.strip()]
    assert len(lines) < 260


# Ed25519 in plain arithmetic


def alone_accepts(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        alone.check_signature(public, message, signature)
    except alone.Refused:
        return False
    return True


@pytest.mark.parametrize(
    "vector",
    json.loads((ROOT / "tests" / "data" / "ed25519.json").read_text()),
    ids=lambda v: v["name"],
)
def test_the_second_verifier_knows_the_standards_signatures(vector):
    public, message, signature = (
        bytes.fromhex(vector[part]) for part in ("public", "message", "signature")
    )
    assert alone_accepts(public, message, signature)
    assert not alone_accepts(public, message + b"x", signature)
    assert not alone_accepts(LOG.key.public, message, signature)


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.integers(0, 96 * 8 - 1))
def test_the_second_verifier_agrees_with_the_library(secret, message, bit):
    private = Ed25519PrivateKey.from_private_bytes(secret)
    public, signature = private.public_key().public_bytes_raw(), private.sign(message)
    assert alone_accepts(public, message, signature)
    assert check(public, message, signature)
    whole = (int.from_bytes(public + signature, "big") ^ (1 << bit)).to_bytes(96, "big")
    assert not alone_accepts(whole[:32], message, whole[32:])
    assert not check(whole[:32], message, whole[32:])


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=50))
def test_a_signature_is_written_in_one_way_only(secret, message):
    """S plus the order of the group would hold as well, were it not refused (RFC 8032 §5.1.7)."""
    private = Ed25519PrivateKey.from_private_bytes(secret)
    public, signature = private.public_key().public_bytes_raw(), private.sign(message)
    s = int.from_bytes(signature[32:], "little") + alone.L
    again = signature[:32] + s.to_bytes(32, "little")
    assert not alone_accepts(public, message, again)
    assert not check(public, message, again)


FIELD = alone.P
ODD = 1 << 255
#: Points of small order, and points not written as they always are.
ODD_KEYS = [
    *(0, 1, FIELD - 1, ODD, ODD + 1, ODD + FIELD - 1, FIELD, FIELD + 1, ODD + FIELD + 1),
    0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    *(FIELD + n for n in range(2, 19)),
    2,
    2**256 - 1,
]


@pytest.mark.parametrize("y", ODD_KEYS)
def test_both_refuse_keys_under_which_anybody_can_sign(y):
    public = y.to_bytes(32, "little")
    starts = [n.to_bytes(32, "little") for n in ODD_KEYS]
    for start in starts:
        for n in range(16):
            message = b"%d" % n
            assert not alone_accepts(public, message, start + bytes(32))
            assert not check(public, message, start + bytes(32))
