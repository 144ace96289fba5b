"""Where the files of a home lie, and as which user PostgreSQL works on them.

Usually that is the home itself. When we are root and the server's user cannot enter the home
(a clone under ``/root``), the cluster lies in a directory of its own under ``/var/lib``, and
``postgres.location`` in the home names it. ``/var/tmp`` would not do: system cleaners delete
old files there. Only a home that is itself temporary gets a temporary place.
"""

import errno
import hashlib
import json
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from service.adapters.postgres.embedded.account import Account, server_account
from service.adapters.postgres.embedded.errors import EmbeddedPostgresError
from service.adapters.postgres.embedded.passwords import write_durably

#: Parent of the clusters whose home the server's user cannot enter.
ELSEWHERE = Path("/var/lib")

#: ``pg_ctl`` puts paths between double quotes in a shell command.
UNQUOTABLE = frozenset('"$`\\\n')


@dataclass(frozen=True)
class Site:
    """The places of one home. ``root`` is the home, or the directory that stands in for it."""

    home: Path
    root: Path
    account: Account

    @property
    def cluster(self) -> Path:
        """The data directory of PostgreSQL."""
        return self.root / "postgres"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.root / "postgres.log"

    @property
    def secrets(self) -> Path:
        """The directory of the password files."""
        return self.home / "secrets"

    @property
    def cluster_name(self) -> str:
        """The name that all server processes carry in the process list."""
        return f"tsunagi-{_short_hash(self.cluster)}"

    @property
    def is_elsewhere(self) -> bool:
        """Tell whether the cluster lies outside the home."""
        return self.root != self.home

    def record_initialised(self) -> None:
        """Tie home and cluster together when they lie apart.

        The home notes that the cluster is complete, so that its loss is noticed; the
        cluster's place notes whose it is.
        """
        if self.is_elsewhere:
            write_durably(self.root / "home", f"{self.home}\n")
            _record(self.home, self.root, initialised=True)


def prepare_home(home: Path) -> Path:
    """Make the home if it is missing, and return its real path."""
    if not home.exists():
        home.mkdir(parents=True)
        # Root lends the way through, not the sight: the server's user must reach its cluster.
        home.chmod(0o711 if os.geteuid() == 0 else 0o700)
    home = home.resolve()
    if UNQUOTABLE & set(str(home)):
        message = (
            f'The path {home} holds one of " $ ` \\ or a line break. '
            "Set TSUNAGI_HOME to another directory."
        )
        raise EmbeddedPostgresError(message)
    return home


def find_site(home: Path) -> Site:
    """Find where the cluster of ``home`` lies, or choose a place for a new one."""
    root, initialised = _recorded(home) or (home, False)
    cluster = root / "postgres"
    account = server_account(cluster if is_occupied(cluster) else None)
    site = Site(home, root, account)
    if initialised and not is_occupied(site.cluster):
        message = (
            f"The database of {home} was in {site.cluster} and is gone. "
            "Restore that directory from a backup; "
            f"or, to begin with an empty database, delete {location_file(home)}."
        )
        raise EmbeddedPostgresError(message)
    if root == home and not account.reaches(home):
        if is_occupied(site.cluster):
            message = (
                f"PostgreSQL runs as {account.name}, who cannot enter {home}, "
                "where the database is. Let that user through (chmod o+x on it and the "
                "directories above), or move the home."
            )
            raise EmbeddedPostgresError(message)
        site = Site(home, _choose_elsewhere(home, account), account)
    if site.is_elsewhere:
        _make_elsewhere(site)
    return site


def is_occupied(directory: Path) -> bool:
    """Tell whether ``directory`` is there and holds something, or is closed to us."""
    try:
        return directory.is_dir() and any(directory.iterdir())
    except PermissionError:
        return True


def location_file(home: Path) -> Path:
    """Name the file that says where the cluster of ``home`` lies, if not in it."""
    return home / "postgres.location"


def _choose_elsewhere(home: Path, account: Account) -> Path:
    """Pick a place and record it before it is made: a crash leaves nothing unknown behind."""
    temporary = Path(tempfile.gettempdir()).resolve()
    parent = (
        temporary if home.is_relative_to(temporary) and account.reaches(temporary) else ELSEWHERE
    )
    root = parent / f"tsunagi-{_short_hash(home)}-{secrets.token_hex(8)}"
    _record(home, root, initialised=False)
    return root


def _make_elsewhere(site: Site) -> None:
    try:
        site.root.mkdir(mode=0o711, exist_ok=True)
        if site.root.is_symlink() or site.root.stat().st_uid != os.geteuid():
            raise PermissionError(errno.EPERM, "belongs to somebody else", str(site.root))
        site.root.chmod(0o711)
        reachable = site.account.reaches(site.root)
    except OSError as error:
        message = f"{_unreachable(site)} ({error})"
        raise EmbeddedPostgresError(message) from error
    if not reachable:
        raise EmbeddedPostgresError(_unreachable(site))


def _unreachable(site: Site) -> str:
    return (
        f"PostgreSQL runs as {site.account.name}, who cannot enter {site.home}, "
        f"and {site.root} cannot stand in. "
        "Set TSUNAGI_HOME to a directory that this user can enter, such as /srv/tsunagi."
    )


def _recorded(home: Path) -> tuple[Path, bool] | None:
    file = location_file(home)
    if not file.exists():
        return None
    try:
        record = cast("dict[str, object]", json.loads(file.read_text(encoding="utf-8")))
        return Path(str(record["directory"])), record["initialised"] is True
    except (ValueError, KeyError, TypeError) as error:
        message = f"{file} should say where the database is. Restore it from a backup."
        raise EmbeddedPostgresError(message) from error


def _record(home: Path, root: Path, *, initialised: bool) -> None:
    record = {"directory": str(root), "initialised": initialised}
    write_durably(location_file(home), json.dumps(record) + "\n")


def _short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
