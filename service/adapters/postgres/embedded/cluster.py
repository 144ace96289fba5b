"""The cluster on disk: made whole or not at all."""

import secrets
import shutil
import time
from datetime import timedelta
from pathlib import Path

from service.adapters.postgres.embedded.binaries import MAJOR, Binaries
from service.adapters.postgres.embedded.errors import EmbeddedPostgresError
from service.adapters.postgres.embedded.passwords import (
    kept_password,
    password_file,
    sync_directory,
    write_durably,
)
from service.adapters.postgres.embedded.site import Site, is_occupied
from service.adapters.postgres.embedded.urls import SUPERUSER

#: Written last into a new cluster; a data directory without it was not finished by us.
MARKER = "tsunagi.complete"

_STAGING = "postgres.new-"


def ensure_cluster(site: Site, binaries: Binaries, timeout: timedelta) -> None:
    """Make the cluster unless it is there; refuse one that this PostgreSQL must not touch."""
    _remove_unfinished(site)
    if is_occupied(site.cluster):
        _check(site)
    else:
        _initialise(site, binaries, timeout)
    site.record_initialised()


def _check(site: Site) -> None:
    version = site.cluster / "PG_VERSION"
    made_by = version.read_text(encoding="utf-8").strip() if version.exists() else "?"
    if made_by not in ("?", str(MAJOR)):
        message = (
            f"The database in {site.cluster} was made by PostgreSQL {made_by}, "
            f"and this is PostgreSQL {MAJOR}. "
            "Nothing was changed. Carry it over with pg_dump of the old version or pg_upgrade, "
            "go back to the tsunagi that made it, or set TSUNAGI_HOME to another directory."
        )
        raise EmbeddedPostgresError(message)
    if not (site.cluster / MARKER).exists():
        message = (
            f"{site.cluster} holds files, but no database that tsunagi finished making. "
            "Nothing was changed. Move that directory away, "
            "or set TSUNAGI_HOME to another directory."
        )
        raise EmbeddedPostgresError(message)
    if not password_file(site.secrets, SUPERUSER).exists():
        message = (
            f"The database in {site.cluster} is there, but its password file "
            f"{password_file(site.secrets, SUPERUSER)} is not. Restore it from a backup."
        )
        raise EmbeddedPostgresError(message)


def _initialise(site: Site, binaries: Binaries, timeout: timedelta) -> None:
    """Make a cluster under another name; it gets its own once it is complete and on disk."""
    staging = site.root / f"{_STAGING}{secrets.token_hex(4)}"
    staging.mkdir(mode=0o700)
    try:
        password = staging / "password"
        write_durably(password, kept_password(site.secrets, SUPERUSER))
        site.account.own(password)
        site.account.own(staging)
        _initdb(staging / "data", password, binaries, timeout)
        marker = staging / "data" / MARKER
        write_durably(marker, f"PostgreSQL {MAJOR}\n")
        site.account.own(marker)
        (staging / "data").rename(site.cluster)
        sync_directory(site.root)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _initdb(data: Path, password: Path, binaries: Binaries, timeout: timedelta) -> None:
    done = binaries.run(
        "initdb",
        f"--pgdata={data}",
        f"--username={SUPERUSER}",
        f"--pwfile={password}",
        "--auth=scram-sha-256",
        "--data-checksums",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--text-search-config=simple",
        "--no-instructions",
        timeout=timeout,
    )
    if done.returncode != 0:
        message = (
            f"PostgreSQL could not make a database in {data.parent.parent}: {done.stderr.strip()} "
            "Nothing was left there; start again when that is mended."
        )
        raise EmbeddedPostgresError(message)


def _remove_unfinished(site: Site) -> None:
    """Remove what a killed start left; its ``initdb`` may write there for a moment more."""
    give_up = time.monotonic() + 10
    while leftovers := list(site.root.glob(f"{_STAGING}*")):
        for leftover in leftovers:
            shutil.rmtree(leftover, ignore_errors=True)
        if time.monotonic() > give_up:
            message = f"{leftovers[0]}, left by a killed start, cannot be removed. Remove it."
            raise EmbeddedPostgresError(message)
        time.sleep(0.05)
