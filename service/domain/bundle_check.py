"""Checking an export bundle line by line, with nothing but it and what the reader brings along.

The verdict says what was checked, and in words what was not: nobody may take a bundle for more
than it shows.
"""

from collections.abc import Sequence
from typing import NamedTuple

from service.domain.audit_bundle import BundleHeader, BundleLine
from service.domain.errors import Invalid
from service.domain.merkle import EMPTY_ROOT, Hash, check_consistency, grown, root_of
from service.domain.sealed_entry import Leaf, check_sealed, commitment
from service.domain.signed_note import Check, Checkpoint, Note, NoteKey, opened

_TIME_BYTES = 8


class Consistency(NamedTuple):
    """A proof that the tree of ``new`` entries begins with the one of ``old``."""

    old: int
    new: int
    proof: tuple[Hash, ...]


class Trust(NamedTuple):
    """What the reader brings along: nothing of it may come from the bundle."""

    origin: str
    keys: tuple[NoteKey, ...]
    witnesses: tuple[NoteKey, ...] = ()
    witnesses_needed: int = 0
    #: Checkpoints that the reader kept from before, and proofs for those outside the bundle.
    kept: tuple[Checkpoint, ...] = ()
    proofs: tuple[Consistency, ...] = ()


class Verdict(NamedTuple):
    """A bundle that holds: what was checked, and how much of it was not to be checked."""

    first: int
    size: int
    opened: int
    erased: int
    closed: int
    #: Of those opened: decided on something that was shown and fits, or that was not shown.
    questions: int
    questions_not_shown: int
    signed_by: tuple[NoteKey, ...]
    #: Which witnesses have seen the later checkpoint, and when as they say (seconds since 1970).
    witnessed: tuple[tuple[NoteKey, int], ...]
    kept: tuple[Checkpoint, ...]
    kept_not_checked: tuple[Checkpoint, ...]

    @property
    def answers_everything(self) -> bool:
        """Whether everything that the reader asked of this bundle could be checked."""
        return not self.kept_not_checked

    def not_checked(self) -> list[tuple[str, str]]:
        """What nobody should read out of the verdict, in English and Japanese."""
        said = [_COMPLETE]
        if self.closed:
            said.append((_CLOSED[0].format(self.closed), _CLOSED[1].format(self.closed)))
        if self.erased:
            said.append((_ERASED[0].format(self.erased), _ERASED[1].format(self.erased)))
        if self.questions_not_shown:
            number = self.questions_not_shown
            said.append((_QUESTIONS[0].format(number), _QUESTIONS[1].format(number)))
        if not self.witnessed:
            said.append(_WITNESSES)
        if self.first:
            said.append((_BEFORE[0].format(self.first), _BEFORE[1].format(self.first)))
        said += [
            (_KEPT[0].format(kept.size), _KEPT[1].format(kept.size))
            for kept in self.kept_not_checked
        ]
        if not self.kept:
            said.append(_NONE_KEPT)
        return said


_COMPLETE = (
    "Whether everything that happened was recorded: the log shows that nothing was changed after.",
    "起きたことがすべて記録されたかどうか。確認できるのは、記録後に変更がないことだけです。",
)
_CLOSED = (
    "What {} entries say that are closed to you: only their place in the log was checked.",
    "閲覧権限のない{}件の内容。ログ内の位置だけを確認しました。",
)
_ERASED = (
    "What {} erased entries said, and whether they were erased lawfully: only their place and time.",
    "消去済み{}件の内容と、消去の適法性。ログ内の位置と時刻だけを確認しました。",
)
_QUESTIONS = (
    "What {} entries were decided on: it is not in this bundle.",
    "{}件の判断の前提。このファイルには含まれていません。",
)
_WITNESSES = (
    "Whether others were shown the same log: no witness whom you named has signed it.",
    "他の人にも同じログが示されたかどうか。指定された立会人の署名がありません。",
)
_BEFORE = (
    "The {} entries before this bundle: only the hashes over them.",
    "この範囲より前の{}件。それらのハッシュだけを確認しました。",
)
_KEPT = (
    "NOT CHECKED: the checkpoint of {} entries that you kept. Bring a proof (--consistency).",
    "未確認: 保存されていた{}件時点のチェックポイント。整合性証明（--consistency）が必要です。",
)
_NONE_KEPT = (
    "Whether the log was rewritten since you last looked: no checkpoint of before was compared.",
    "前回の確認以降に書き換えがないかどうか。以前のチェックポイントと比較していません。",
)


class BundleCheck:
    """Takes a bundle line by line and remembers only the tree's frontier.

    Each step raises Invalid for the first thing that does not hold; ``lines`` then says where.
    """

    def __init__(self, trust: Trust, check: Check) -> None:
        """Begin with what the reader trusts, and a way to check signatures."""
        self.lines = 0
        self._trust, self._check = trust, check
        self._header: BundleHeader | None = None
        self._later = Checkpoint("", 0, EMPTY_ROOT)
        self._size, self._frontier = 0, list[Hash]()
        self._signed_by: tuple[NoteKey, ...] = ()
        self._witnessed: tuple[tuple[NoteKey, int], ...] = ()
        #: The roots at the sizes that are asked about, as the tree grew through them.
        self._roots: dict[int, Hash] = {0: EMPTY_ROOT}
        self._asked = {kept.size for kept in trust.kept}
        self._asked |= {size for proof in trust.proofs for size in proof[:2]}
        self._opened = self._erased = self._closed = 0
        self._questions = self._questions_not_shown = 0

    def feed(self, line: bytes) -> None:
        """Take the next line, with its end."""
        self.lines += 1
        if self._header is not None and self._size == self._header.size:
            raise Invalid("bundle.goes_on")
        if not line.endswith(b"\n"):
            raise Invalid("bundle.line_cut_off")
        if self._header is None:
            self._begin(BundleHeader.read(line))
        else:
            self._take(BundleLine.read(line))
        if self._size in self._asked:
            self._roots[self._size] = root_of(self._frontier)

    def _begin(self, header: BundleHeader) -> None:
        trust = self._trust
        if header.origin != trust.origin:
            raise Invalid("log.checkpoint_of_another_log")
        if header.earlier is None and header.first:
            raise Invalid("bundle.from_missing")
        self._later = opened(header.later, trust.origin, trust.keys, self._check)
        earlier = Checkpoint(trust.origin, 0, EMPTY_ROOT)
        if header.earlier is not None:
            earlier = opened(header.earlier, trust.origin, trust.keys, self._check)
        if (earlier.size, self._later.size) != (header.first, header.size):
            raise Invalid("bundle.size_differs")
        self._size, self._frontier = grown(header.first, header.frontier, ())
        if root_of(self._frontier) != earlier.root:
            raise Invalid("bundle.start_differs")
        note = Note.read(header.later)
        self._signed_by = note.signed_by(trust.keys, self._check)
        self._witnessed = _seen(note, trust.witnesses, self._check)
        if len(self._witnessed) < trust.witnesses_needed:
            raise Invalid("bundle.witnesses_missing")
        self._header = header

    def _take(self, entry: BundleLine) -> None:
        if entry.number != self._size:
            raise Invalid("bundle.index_expected", facts={"index": self._size})
        if entry.sealed is not None:
            self._open(entry)
        elif entry.leaf is not None:
            Leaf.read(entry.leaf)
            self._erased += 1
        else:
            self._closed += 1
        self._size, self._frontier = grown(self._size, self._frontier, [entry.hash])

    def _open(self, entry: BundleLine) -> None:
        assert entry.sealed is not None  # noqa: S101 - asked before
        said = check_sealed(*entry.sealed)
        self._opened += 1
        if entry.question is not None:
            if said.get("decided_on") != commitment(entry.sealed.salt, entry.question):
                raise Invalid("bundle.question_altered")
            self._questions += 1
        elif "decided_on" in said:
            self._questions_not_shown += 1

    def finish(self) -> Verdict:
        """The verdict after the last line. Raises Invalid where the whole does not hold."""
        if self._header is None or self._size < self._header.size:
            raise Invalid("bundle.ends_early", facts={"index": self._size})
        if root_of(self._frontier) != self._later.root:
            raise Invalid("bundle.root_differs")
        compared = [kept for kept in self._trust.kept if self._compared(kept)]
        return Verdict(
            self._header.first,
            self._header.size,
            self._opened,
            self._erased,
            self._closed,
            self._questions,
            self._questions_not_shown,
            self._signed_by,
            self._witnessed,
            tuple(compared),
            tuple(kept for kept in self._trust.kept if kept not in compared),
        )

    def _compared(self, kept: Checkpoint) -> bool:
        """Whether a checkpoint could be compared with this log. Raises Invalid where it differs."""
        if kept.size in self._roots:
            if self._roots[kept.size] != kept.root:
                raise Invalid("bundle.kept_differs", facts={"size": kept.size})
            return True
        for old, new, proof in self._trust.proofs:
            if old == kept.size and new in self._roots:
                check_consistency(old, new, kept.root, self._roots[new], proof)
                return True
            if new == kept.size and old in self._roots and old:
                check_consistency(old, new, self._roots[old], kept.root, proof)
                return True
        return False


def _seen(
    note: Note, witnesses: Sequence[NoteKey], check: Check
) -> tuple[tuple[NoteKey, int], ...]:
    """Which witnesses have signed the note, and when as they say."""
    lines = {(line.name, line.key_id): line.signature for line in reversed(note.signatures)}
    return tuple(
        (key, int.from_bytes(lines[key.name, key.key_id][:_TIME_BYTES], "big"))
        for key in note.signed_by(witnesses, check)
    )
