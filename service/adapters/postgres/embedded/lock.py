"""One tsunagi to a home: a lock that the kernel releases when its holder dies, however it dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from service.adapters.postgres.embedded.errors import EmbeddedPostgresError
from service.adapters.postgres.embedded.processes import is_alive

#: How long a dead starter may still seem to hold the lock: a child that it was just making holds
#: it too, until the child runs another program.
_AFTERLIFE = timedelta(seconds=5)


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Hold ``directory/lock``; raises EmbeddedPostgresError when a living process holds it."""
    descriptor = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    give_up = time.monotonic() + _AFTERLIFE.total_seconds()
    try:
        while not _taken(descriptor):
            holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
            if not holder.isdigit() or is_alive(int(holder)) or time.monotonic() > give_up:
                message = (
                    f"Another tsunagi (process {holder or 'unknown'}) is running from {directory}. "
                    "Stop it, or give this one a TSUNAGI_HOME and a TSUNAGI_PORT of its own."
                )
                raise EmbeddedPostgresError(message)
            time.sleep(0.02)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)
        # The file stays: removing it would let two starters lock two files of the same name.
        yield
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
