"""The last signed checkpoint in a file, where a restored database does not reach it."""

import os
from pathlib import Path


class CheckpointFile:
    """One note in one file. Written whole or not at all, and on the disk before anybody reads it."""

    def __init__(self, path: Path) -> None:
        """Remember where; the folder is made when there is something to keep."""
        self._path = path

    def last(self) -> str | None:
        """What was kept last; nothing where nothing was ever signed here."""
        try:
            return self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def keep(self, note: str) -> None:
        """Keep a note in place of the one before."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
            opened.write(note)
            opened.flush()
            os.fsync(descriptor)
        fresh.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
