"""The private directory of the Unix socket, made anew at each start."""

import os
import re
import secrets
import shutil
import tempfile
from pathlib import Path

from service.adapters.postgres.embedded.errors import EmbeddedPostgresError
from service.adapters.postgres.embedded.passwords import write_durably
from service.adapters.postgres.embedded.site import Site
from service.adapters.postgres.embedded.urls import PORT

#: A socket's path has at most 107 bytes on Linux and 103 on macOS.
_LONGEST = 103

#: Other characters would need quoting, each time differently, in the setting and in the URL.
_PLAIN = re.compile(r"[A-Za-z0-9/._-]+")


def socket_file(directory: Path) -> Path:
    """Name the socket in ``directory``."""
    return directory / f".s.PGSQL.{PORT}"


def make_socket_directory(site: Site) -> Path:
    """Make an empty directory, closed to all but the server's user, for a server to start.

    It lies beside the cluster if the path is short enough, else under an unguessable name in
    ``/tmp``, recorded beside the cluster so that the next start can remove it after a crash.
    """
    remove_socket_directory(site)
    directory = site.root / "postgres.run"
    if not _fits(directory):
        directory = _temporary(site) / f"tsunagi-{secrets.token_hex(8)}"
        write_durably(_record(site), str(directory))
    directory.mkdir(mode=0o700)
    site.account.own(directory)
    return directory


def remove_socket_directory(site: Site) -> None:
    """Remove the directory of a server that has ended."""
    shutil.rmtree(site.root / "postgres.run", ignore_errors=True)
    record = _record(site)
    if not record.exists():
        return
    directory = Path(record.read_text(encoding="utf-8"))
    if directory.name.startswith("tsunagi-") and directory.exists() and _is_ours(directory, site):
        shutil.rmtree(directory, ignore_errors=True)
    record.unlink()


def _temporary(site: Site) -> Path:
    for parent in (Path(tempfile.gettempdir()), Path("/", "tmp")):
        if _fits(parent / f"tsunagi-{'0' * 16}") and site.account.reaches(parent):
            return parent
    message = (
        f"A socket needs a directory with a short path that {site.account.name} can enter. "
        "Set TMPDIR to one."
    )
    raise EmbeddedPostgresError(message)


def _record(site: Site) -> Path:
    return site.root / "postgres.socket"


def _fits(directory: Path) -> bool:
    path = str(socket_file(directory))
    return len(path) <= _LONGEST and _PLAIN.fullmatch(path) is not None


def _is_ours(directory: Path, site: Site) -> bool:
    """Tell whether it is a real directory of the server's user, or ours before it was given."""
    return not directory.is_symlink() and directory.stat().st_uid in (
        site.account.uid,
        os.geteuid(),
    )
