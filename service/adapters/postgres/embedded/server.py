"""Start, adopt and stop the PostgreSQL server of a home."""

import os
import shutil
import time
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from service.adapters.postgres.embedded.binaries import usable_binaries
from service.adapters.postgres.embedded.cluster import ensure_cluster
from service.adapters.postgres.embedded.control import Control
from service.adapters.postgres.embedded.errors import EmbeddedPostgresError
from service.adapters.postgres.embedded.lock import locked
from service.adapters.postgres.embedded.passwords import kept_password
from service.adapters.postgres.embedded.processes import server_processes
from service.adapters.postgres.embedded.settings import checked_settings
from service.adapters.postgres.embedded.site import Site, find_site, location_file, prepare_home
from service.adapters.postgres.embedded.sockets import (
    make_socket_directory,
    remove_socket_directory,
)
from service.adapters.postgres.embedded.superuser import Superuser
from service.adapters.postgres.embedded.urls import (
    APP,
    OWNER,
    SUPERUSER,
    DatabaseUrls,
    database_urls,
)


class EmbeddedPostgres:
    """The PostgreSQL server of one home, for as long as this process runs it.

    Its methods block; it is for one thread at a time.
    """

    def __init__(self, home: Path, *, settings: Mapping[str, str] = {}) -> None:
        """Name the home (``TSUNAGI_HOME``), and settings of PostgreSQL that differ from ours.

        Nothing is touched before ``start``. A server that is adopted keeps its own settings.
        """
        self._home = home.absolute()
        self._settings = checked_settings(settings)
        self._control: Control | None = None
        self._urls: DatabaseUrls | None = None
        self._undo = ExitStack()
        self._process = os.getpid()

    def start(self, timeout: timedelta = timedelta(minutes=5)) -> DatabaseUrls:
        """Start the server, or adopt the one that a killed starter left, and return its addresses.

        Calling it again returns the same addresses, after starting the server again if it died.
        ``timeout`` bounds making the cluster and the wait until the server is ready. Raises
        EmbeddedPostgresError, and then leaves nothing running that it started.
        """
        if self._urls and self._control and self._control.running():
            return self._urls
        self.stop()
        deadline = time.monotonic() + timeout.total_seconds()
        with ExitStack() as undo:
            try:
                urls = self._start(undo, deadline)
            except OSError as error:
                message = (
                    f"PostgreSQL could not be started from {self._home}: {error}. "
                    "Mend that and start again."
                )
                raise EmbeddedPostgresError(message) from error
            self._undo = undo.pop_all()
        self._process = os.getpid()
        self._urls = urls
        return urls

    def stop(self) -> None:
        """Stop the server cleanly if this object started or adopted it, and release the home.

        Does nothing in a fork of the process that started it.
        """
        if self._process != os.getpid():
            return
        self._urls = None
        self._undo.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _start(self, undo: ExitStack, deadline: float) -> DatabaseUrls:
        """Do what ``start`` says, noting in ``undo`` how each step is taken back."""
        site = _lock_site(self._home, undo)
        binaries = usable_binaries(site)
        ensure_cluster(site, binaries, timedelta(seconds=deadline - time.monotonic()))
        passwords = {role: kept_password(site.secrets, role) for role in (SUPERUSER, OWNER, APP)}
        superuser = Superuser(binaries, passwords)
        self._control = control = Control(site, binaries, superuser)
        postmaster = control.survivor(deadline)
        undo.callback(_shut_down, control)
        if postmaster is None:
            postmaster = control.launch(self._settings, make_socket_directory(site), deadline)
        superuser.apply_roles(postmaster.socket_directory)
        return database_urls(postmaster.socket_directory, passwords)


def remove_cluster(home: Path) -> None:
    """Delete the database of a home that nothing runs from, wherever it lies.

    Passwords and lock stay. For tests and for starting over. Raises EmbeddedPostgresError
    when something runs.
    """
    with ExitStack() as undo:
        site = _lock_site(home.absolute(), undo)
        if processes := server_processes(site):
            message = f"PostgreSQL (processes {processes}) runs in {site.cluster}. Stop it first."
            raise EmbeddedPostgresError(message)
        remove_socket_directory(site)
        if site.is_elsewhere:
            shutil.rmtree(site.root)
            location_file(site.home).unlink()
        else:
            shutil.rmtree(site.cluster, ignore_errors=True)
            shutil.rmtree(site.root / "postgres.bin", ignore_errors=True)
            site.log.unlink(missing_ok=True)


def _shut_down(control: Control) -> None:
    control.halt()
    remove_socket_directory(control.site)


def _lock_site(home: Path, undo: ExitStack) -> Site:
    """Lock the home, and the place of its cluster too: a copied home names the same one."""
    home = prepare_home(home)
    undo.enter_context(locked(home))
    site = find_site(home)
    if site.is_elsewhere:
        undo.enter_context(locked(site.root))
    return site
