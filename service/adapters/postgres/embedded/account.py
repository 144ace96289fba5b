"""The operating-system user that PostgreSQL runs as: it refuses to run as root."""

import errno
import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from service.adapters.postgres.embedded.errors import EmbeddedPostgresError


@dataclass(frozen=True)
class Account:
    """A user and its primary group; other groups are dropped."""

    name: str
    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """Tell whether programs must change user to run as this one."""
        return self.uid != os.geteuid()

    def own(self, path: Path) -> None:
        """Give ``path`` itself to this user."""
        if self.is_other:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def reaches(self, directory: Path) -> bool:
        """Tell whether this user can enter ``directory``, by letting it try."""
        command = ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(directory)]
        return self.popen(command, stderr=subprocess.DEVNULL).wait() == 0

    def popen(
        self,
        command: list[str],
        *,
        stdin: int = subprocess.DEVNULL,
        stdout: int = subprocess.DEVNULL,
        stderr: int = subprocess.DEVNULL,
        environment: dict[str, str] | None = None,
    ) -> subprocess.Popen[str]:
        """Start a program as this user, in a session of its own.

        Ctrl-C goes to every process of the terminal's foreground group; in another session
        PostgreSQL does not get it, and is stopped by us, cleanly. The environment is not the
        caller's, whose locale and ``PG…`` variables would change what PostgreSQL does.
        """
        try:
            return subprocess.Popen(
                command,
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                encoding="utf-8",
                errors="replace",
                cwd="/",
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"} | (environment or {}),
                start_new_session=True,
                umask=0o077,
                user=self.uid if self.is_other else None,
                group=self.gid if self.is_other else None,
                extra_groups=[] if self.is_other else None,
            )
        except PermissionError as error:
            if error.errno != errno.EPERM:
                raise  # The program is out of this user's reach, which callers expect.
            message = (
                "PostgreSQL does not run as root, and root may not change to user "
                f"{self.name} here (no capabilities SETUID and SETGID). "
                "Run tsunagi as an ordinary user."
            )
            raise EmbeddedPostgresError(message) from error


def server_account(cluster: Path | None) -> Account:
    """Choose the user: ourselves, or an ordinary one when we are root.

    That is the owner of ``cluster`` where there is one, else ``TSUNAGI_PG_USER``, else ``nobody``.
    """
    owner = cluster.stat().st_uid if cluster else None
    if os.geteuid() != 0:
        if owner not in (None, os.geteuid()):
            message = (
                f"The database in {cluster} belongs to user {_name(owner)}, "
                f"not to {_name(os.geteuid())}. Run tsunagi as that user, "
                "or set TSUNAGI_HOME to a directory of your own."
            )
            raise EmbeddedPostgresError(message)
        return Account(_name(os.geteuid()), os.geteuid(), os.getegid())
    wanted = _ordinary_account(os.environ.get("TSUNAGI_PG_USER", "nobody"))
    if owner is None or owner == wanted.uid:
        return wanted
    if owner == 0 or "TSUNAGI_PG_USER" in os.environ:
        message = (
            f"The database in {cluster} belongs to {_name(owner)}, "
            f"but PostgreSQL is to run as {wanted.name}. Give it to that user "
            f"(chown -R {wanted.name} {cluster}), or set TSUNAGI_PG_USER to its owner."
        )
        raise EmbeddedPostgresError(message)
    return _ordinary_account(_name(owner))


def _ordinary_account(name: str) -> Account:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        entry = None
    if entry is None or entry.pw_uid == 0:
        message = (
            f"PostgreSQL does not run as root, and {name!r} is no ordinary user of this machine. "
            "Set TSUNAGI_PG_USER to one, or run tsunagi as an ordinary user."
        )
        raise EmbeddedPostgresError(message)
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
