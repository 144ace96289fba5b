"""The last signed checkpoint in a file, where a restored database does not reach it."""

from pathlib import Path

from service.adapters.transparency.whole_files import write_whole


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
        write_whole(self._path, note)
