"""Where a run of the tests has its PostgreSQL: in memory where there is room, for it makes a database a test.

A copy of the demo city is 800 files; on a disk that takes a quarter of a second and more.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from service.adapters.postgres.embedded import EmbeddedPostgresError, remove_cluster

#: Files in memory, on Linux.
MEMORY = Path("/dev/shm")  # noqa: S108 - each run makes a folder of its own in it
#: A run takes some hundred MB of it; with less room than this it goes to the disk.
ROOM = 4 * 1024**3
#: Logs are there for a crash, and room in memory is dear.
SETTINGS = {"fsync": "off", "max_wal_size": "256MB"}
_NAME = "tsunagi-tests-"


@contextmanager
def home_of_a_run(otherwise: Path) -> Iterator[Path]:
    """A folder for one PostgreSQL, gone afterwards; ``otherwise`` is one on the disk."""
    home = _in_memory() or otherwise
    try:
        yield home
    finally:
        remove_cluster(home)
        if home is not otherwise:
            shutil.rmtree(home)


def _in_memory() -> Path | None:
    if not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK):
        return None
    _remove_what_was_left()
    if shutil.disk_usage(MEMORY).free < ROOM:
        return None
    home = Path(tempfile.mkdtemp(prefix=f"{_NAME}{os.getpid()}-", dir=MEMORY))
    if os.geteuid() == 0:
        # The server runs as somebody else, who has to come through.
        home.chmod(0o711)
    return home


def _remove_what_was_left() -> None:
    """Of runs that were killed; not of those that go on beside this one."""
    for left in MEMORY.glob(f"{_NAME}*"):
        process = left.name.removeprefix(_NAME).partition("-")[0]
        if not process.isdigit() or Path("/proc", process).exists():
            continue
        # Another run may be at the same, and be faster.
        with suppress(EmbeddedPostgresError, OSError):
            if left.lstat().st_uid == os.geteuid() and not left.is_symlink():
                remove_cluster(left)
                shutil.rmtree(left)
