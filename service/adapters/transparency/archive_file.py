"""A month of the audit log in a file: written whole, on the disk, and read back before it counts."""

import os
from collections.abc import AsyncIterator, Callable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from service.adapters.transparency.whole_files import sync_folder
from service.domain.audit_bundle import LONGEST_LINE, BundleHeader
from service.domain.bundle_check import BundleCheck, Trust, Verdict
from service.domain.errors import IllegalMove, Invalid
from service.domain.signed_note import Check

#: The lines that a file must have between two places.
Lines = Callable[[int, int], AsyncIterator[bytes]]


class ReadBack(NamedTuple):
    """What a file that holds was found to be."""

    sha256: str
    verdict: Verdict


async def write(path: Path, header: BundleHeader, lines: Lines) -> None:
    """Write a file and see it onto the disk, where nothing of it is in memory any more."""
    descriptor = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(header.line())
        async for line in lines(header.first, header.size):
            file.write(line)
        file.flush()
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def settle(written: Path, path: Path) -> None:
    """Give a file that was read back its name. Raises FileExistsError where another has it."""
    path.hardlink_to(written)
    written.unlink()
    sync_folder(path.parent)


async def read_back(path: Path, trust: Trust, check: Check, lines: Lines) -> ReadBack:
    """Verify a file as anybody would, and compare each line with the one that it must be.

    Raises IllegalMove (archive.file_differs) for a file that says anything else than the log.
    """
    differs = IllegalMove("archive.file_differs", facts={"file": path.name})
    checking, hashed = BundleCheck(trust, check), sha256()
    with path.open("rb") as file:
        first = _next(file.readline, checking, hashed.update)
        try:
            header = BundleHeader.read(first)
        except Invalid as error:
            raise differs from error
        async for line in lines(header.first, header.size):
            if _next(file.readline, checking, hashed.update) != line:
                raise differs
        if file.read(1):
            raise differs
    return ReadBack(hashed.hexdigest(), checking.finish())


def verified(path: Path, trust: Trust, check: Check) -> ReadBack:
    """Verify a file as anybody would. Raises Invalid for one that does not hold."""
    checking, hashed = BundleCheck(trust, check), sha256()
    with path.open("rb") as file:
        while _next(file.readline, checking, hashed.update):
            pass
    return ReadBack(hashed.hexdigest(), checking.finish())


def _next(
    read: Callable[[int], bytes], checking: BundleCheck, hashing: Callable[[bytes], object]
) -> bytes:
    line = read(LONGEST_LINE + 1)
    if line:
        hashing(line)
        checking.feed(line)
    return line
