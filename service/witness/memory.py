"""What a witness has cosigned, in a folder of its own: the last note of each log.

A log that the witness has never seen has a file too, which says so. So a file that is lost or
broken is never taken for a log that nobody has seen: the witness then refuses to cosign.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from service.adapters.transparency.whole_files import sync_folder, write_whole
from service.domain.errors import Invalid
from service.domain.signed_note import Check, Checkpoint, Note, NoteKey
from service.domain.witnessing import Seen
from service.witness.refusal import NotReadyToWitnessError

#: So many contradictions are kept at most: one is enough, and no log may fill the disk.
MOST_CONTRADICTIONS = 100
_NOTHING_YET = "\nnothing cosigned yet\n"


def log_name(origin: str) -> str:
    """How a log is named in files and addresses (C2SP tlog-witness, origin hash)."""
    return sha256(origin.encode()).hexdigest()


class Memory:
    """The notes that one key has cosigned."""

    def __init__(self, folder: Path, key: NoteKey, check: Check) -> None:
        """Remember in this folder what this key cosigned."""
        self._key, self._check = key, check
        self._lock = folder / "lock"
        self._logs, self._contradictions = folder / "logs", folder / "contradictions"
        for each in (self._logs, self._contradictions):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
        sync_folder(folder)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else looks and writes here meanwhile: no thread, no other process."""
        # Of this block's own: a lock belongs to the opened file, so threads keep each other out.
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def begin(self, origin: str) -> None:
        """Say that nothing was seen of a log so far. Raises FileExistsError if something may be."""
        with self.locked():
            path = self._logs / log_name(origin)
            if path.exists():
                raise FileExistsError(path)
            write_whole(path, origin + _NOTHING_YET)

    def last(self, origin: str) -> Note | None:
        """The last note cosigned of a log; none if it is new.

        Raises NotReadyToWitnessError where the memory of it is lost or broken.
        """
        path = self._logs / log_name(origin)
        try:
            written = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise NotReadyToWitnessError(
                f"This witness remembers nothing of {origin}, not even that it is new. If it never"
                " cosigned this log: `tsunagi witness init --first-time`. If it did: take"
                f" {path} back from a copy of today, or begin with a new key."
            ) from None
        except (OSError, UnicodeDecodeError) as error:
            raise NotReadyToWitnessError(f"{path} cannot be read: {error}.") from error
        if written == origin + _NOTHING_YET:
            return None
        try:
            note = Note.read(written)
            right = Checkpoint.read(note.text).origin == origin
            right = right and bool(note.signed_by([self._key], self._check))
        except Invalid:
            right = False
        if not right:
            raise NotReadyToWitnessError(
                f"{path} is not what this witness wrote of {origin}. It cosigns nothing of this log"
                " before the file is taken back from a copy of today; or begin with a new key."
            )
        return note

    def keep(self, origin: str, note: Note) -> None:
        """Remember this note in the place of the one before; on disk before anything else."""
        write_whole(self._logs / log_name(origin), str(note))

    def keep_contradiction(self, seen: Note | None, other: Note) -> Path:
        """Keep two notes of one log that cannot both be true; nobody can make them but the log."""
        told = Checkpoint.read(other.text)
        stem = f"{log_name(told.origin)[:16]}-{told.size}-{told.root.hex()[:16]}"
        path = self._contradictions / f"{stem}.told"
        if not path.exists() and len(self.contradictions()) < MOST_CONTRADICTIONS:
            if seen is not None:
                write_whole(self._contradictions / f"{stem}.seen", str(seen))
            write_whole(path, str(other))
        return path

    def contradictions(self) -> list[Path]:
        """The notes that contradict what was cosigned."""
        return sorted(self._contradictions.glob("*.told"))

    def origins(self) -> list[str]:
        """The logs that there is a file of, as the files name them."""
        named = []
        for path in sorted(self._logs.iterdir()):
            first, _, _ = path.read_text(encoding="utf-8", errors="replace").partition("\n")
            if path.name == log_name(first):
                named.append(first)
            elif path.suffix != ".new":
                named.append(path.name)
        return sorted(named)


def seen_of(note: Note | None) -> Seen:
    """What a note says that the witness has seen."""
    if note is None:
        return Seen()
    told = Checkpoint.read(note.text)
    return Seen(told.size, told.root)
