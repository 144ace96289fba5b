"""The running server: found, proven to be ours, started, stopped."""

import contextlib
import logging
import math
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from service.adapters.postgres.embedded.binaries import Binaries
from service.adapters.postgres.embedded.errors import EmbeddedPostgresError
from service.adapters.postgres.embedded.passwords import write_durably
from service.adapters.postgres.embedded.processes import (
    Postmaster,
    listener,
    read_pid_file,
    server_processes,
)
from service.adapters.postgres.embedded.settings import server_options
from service.adapters.postgres.embedded.site import Site
from service.adapters.postgres.embedded.superuser import Superuser

_log = logging.getLogger(__name__)

#: A clean stop that takes longer is followed by one without a checkpoint.
_FAST_STOP = timedelta(seconds=60)
_IMMEDIATE_STOP = timedelta(seconds=20)

#: A log of more bytes is set aside at the next start.
_LARGE_LOG = 10_000_000


@dataclass(frozen=True)
class Control:
    """One cluster, the programs to run it with, and its superuser."""

    site: Site
    binaries: Binaries
    superuser: Superuser

    def running(self) -> Postmaster | None:
        """Return the postmaster if it lives, ready or not."""
        postmaster = read_pid_file(self.site.cluster)
        return postmaster if postmaster and postmaster.pid in server_processes(self.site) else None

    def survivor(self, deadline: float) -> Postmaster | None:
        """Return the server that an earlier starter left running; None once there is none.

        Waits until ``deadline`` (of ``time.monotonic``) for a server that is starting or ending.
        """
        while processes := server_processes(self.site):
            postmaster = self.running()
            if postmaster and self._answers(postmaster):
                return postmaster
            if time.monotonic() > deadline:
                message = (
                    f"A PostgreSQL server (processes {processes}) runs in {self.site.cluster} "
                    f"and does not answer. Its log is {self.site.log}. "
                    "Start again to wait longer, or stop it with kill -INT."
                )
                raise EmbeddedPostgresError(message)
            time.sleep(0.1)
        return None

    def launch(
        self, settings: Mapping[str, str], socket_directory: Path, deadline: float
    ) -> Postmaster:
        """Start the server and wait until it is ready, which after a crash means recovered."""
        self._remove_stale_pid_file()
        beginning = self._open_log()
        seconds = max(1, math.ceil(deadline - time.monotonic()))
        done = self.binaries.run(
            "pg_ctl",
            "start",
            f"--pgdata={self.site.cluster}",
            f"--log={self.site.log}",
            f"--options={server_options(self.site, socket_directory, settings)}",
            "--silent",
            "--wait",
            f"--timeout={seconds}",
            timeout=timedelta(seconds=seconds + 10),
        )
        postmaster = self.running()
        if done.returncode == 0 and postmaster and self._answers(postmaster):
            return postmaster
        advice = "Mend what its log says and start again."
        if "did not start in time" in done.stderr:
            advice = (
                f"It was not ready after {seconds} seconds and was stopped; "
                "recovery after a crash can take long. Start again with a longer timeout."
            )
        message = (
            f"PostgreSQL did not start. {advice} Its log is {self.site.log}:\n"
            f"{self._log_from(beginning)}"
        )
        raise EmbeddedPostgresError(message)

    def halt(self) -> None:
        """Stop the server if it runs.

        Cleanly; or at once when that takes too long, which loses nothing committed.
        """
        postmaster = self.running()
        for mode, patience in (("fast", _FAST_STOP), ("immediate", _IMMEDIATE_STOP)):
            if not self.running():
                break
            if not self._stop(mode, patience):
                _log.warning(
                    "PostgreSQL in %s did not stop in time (%s stop).", self.site.cluster, mode
                )
        give_up = time.monotonic() + _IMMEDIATE_STOP.total_seconds()
        while processes := server_processes(self.site):
            if time.monotonic() > give_up:
                message = f"PostgreSQL (processes {processes}) does not end. See {self.site.log}."
                raise EmbeddedPostgresError(message)
            time.sleep(0.02)
        if postmaster:
            # Where we are process 1 of a container, the orphaned postmaster is ours to bury.
            with contextlib.suppress(ChildProcessError):
                os.waitpid(postmaster.pid, os.WNOHANG)

    def _answers(self, postmaster: Postmaster) -> bool:
        """Tell whether the server behind the socket is this very process on our data.

        False when it takes no connections yet; raises EmbeddedPostgresError when it is another one.
        """
        listening = listener(postmaster.socket_directory)
        identity = self.superuser.identify(postmaster.socket_directory)
        if identity is None:
            return False
        # The two times are taken some moments apart while the server starts.
        same_start = (
            abs(identity.started - postmaster.started) < timedelta(minutes=1).total_seconds()
        )
        same_directory = identity.data_directory == self.site.cluster
        if not same_directory or not same_start or listening not in (postmaster.pid, None):
            message = (
                f"The server on {postmaster.socket_directory} is not that of {self.site.cluster}: "
                f"it is process {listening} on {identity.data_directory}. "
                "Stop it, then start again."
            )
            raise EmbeddedPostgresError(message)
        return True

    def _stop(self, mode: str, patience: timedelta) -> bool:
        done = self.binaries.run(
            "pg_ctl",
            "stop",
            f"--pgdata={self.site.cluster}",
            f"--mode={mode}",
            "--silent",
            "--wait",
            f"--timeout={patience.total_seconds():.0f}",
            timeout=patience + timedelta(seconds=10),
        )
        return done.returncode == 0

    def _remove_stale_pid_file(self) -> None:
        """Remove the ``postmaster.pid`` of a server that ended without doing so.

        Its number may by now be that of an unrelated process, and then PostgreSQL would refuse
        to start; or, in a restarted container, that of the new postmaster itself, and then
        ``pg_ctl`` would take what the old one wrote for an answer. It is only called once no
        process of this cluster is left. PostgreSQL checks that again, by the shared memory of
        the data directory.
        """
        file = self.site.cluster / "postmaster.pid"
        if file.exists():
            _log.warning("Removing %s, left by a server that ended without removing it.", file)
            file.unlink()

    def _open_log(self) -> int:
        """Make the log, as the server's user may not, and return its size in bytes.

        A large one is set aside first.
        """
        log = self.site.log
        if log.exists() and log.stat().st_size > _LARGE_LOG:
            log.rename(log.with_suffix(".log.1"))
        if not log.exists():
            write_durably(log, "")
            self.site.account.own(log)
        return log.stat().st_size

    def _log_from(self, beginning: int) -> str:
        """Return the last lines written after ``beginning``; earlier ones may tell of people."""
        written = self.site.log.read_bytes()[beginning:].decode("utf-8", "replace")
        return "\n".join(written.splitlines()[-8:])
