"""Files that are there as a whole or not at all, whenever the power goes."""

import os
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Put a file in the place of another: after this it is there even if the power goes now.

    Not for two at once: the caller holds the folder's lock.
    """
    new = path.with_name(f"{path.name}.new")
    descriptor = os.open(new, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    sync_folder(path.parent)


def write_first(path: Path, text: str) -> None:
    """Make a file that is not there yet. Raises FileExistsError if it is."""
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    write_whole(new, text)
    try:
        path.hardlink_to(new)
        sync_folder(path.parent)
    finally:
        new.unlink()


def sync_folder(folder: Path) -> None:
    """See to it that the names in a folder are on disk too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
