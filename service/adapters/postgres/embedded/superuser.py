"""What is asked of the server as its superuser, through ``psql``."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

from service.adapters.postgres.embedded.binaries import Binaries
from service.adapters.postgres.embedded.errors import EmbeddedPostgresError
from service.adapters.postgres.embedded.urls import APP, OWNER, PORT, SUPERUSER

_IDENTITY = """
SELECT current_setting('data_directory');
SELECT extract(epoch FROM pg_postmaster_start_time())::bigint;
"""


@dataclass(frozen=True)
class Identity:
    """Who a server says it is."""

    data_directory: Path
    #: When it started, in seconds since 1970.
    started: int


@dataclass(frozen=True)
class Superuser:
    """The superuser of one cluster; ``passwords`` are by role."""

    binaries: Binaries
    passwords: Mapping[str, str]

    def identify(self, socket_directory: Path) -> Identity | None:
        """Ask the server who it is; None when it takes no connections (yet).

        Raises EmbeddedPostgresError when it refuses the password. As SCRAM is mutual, an answer
        also proves that the server knows the password's verifier.
        """
        done = self._psql(socket_directory, _IDENTITY)
        if "password authentication failed" in done.stderr:
            message = (
                f"The server on {socket_directory} refuses the password of {SUPERUSER} "
                "in the home's secrets. "
                "Restore the directory secrets from the same backup as the database."
            )
            raise EmbeddedPostgresError(message)
        if done.returncode != 0:
            return None
        directory, started = done.stdout.splitlines()
        return Identity(Path(directory), int(started))

    def apply_roles(self, socket_directory: Path) -> None:
        """Make or mend the roles, the database and the rights, as ``roles.sql`` says."""
        script = files(__package__).joinpath("roles.sql").read_text(encoding="utf-8")
        chosen = {
            "TSUNAGI_OWNER_PASSWORD": self.passwords[OWNER],
            "TSUNAGI_APP_PASSWORD": self.passwords[APP],
        }
        done = self._psql(socket_directory, script, chosen)
        if done.returncode != 0:
            message = (
                "The roles of the database could not be set. "
                f"Mend this and start again: {done.stderr.strip()}"
            )
            raise EmbeddedPostgresError(message)

    def _psql(
        self, socket_directory: Path, script: str, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a script.

        Passwords go by the environment, which only the server's user and root can read.
        """
        return self.binaries.run(
            "psql",
            "--no-psqlrc",
            "--quiet",
            "--no-align",
            "--tuples-only",
            "--no-password",
            "--set=ON_ERROR_STOP=1",
            f"--host={socket_directory}",
            f"--port={PORT}",
            f"--username={SUPERUSER}",
            "--dbname=postgres",
            "--file=-",
            text=script,
            environment={
                "PGPASSWORD": self.passwords[SUPERUSER],
                "PGCONNECT_TIMEOUT": "5",
                **(variables or {}),
            },
            timeout=timedelta(seconds=60),
        )
