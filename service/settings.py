"""Settings from the environment, checked once at the start."""

import contextlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from service.adapters.transparency.whole_files import write_first
from service.domain.errors import Invalid
from service.domain.log_month import LEAST_YEARS
from service.domain.signed_note import Algorithm, NoteKey


class SettingsError(ValueError):
    """A setting cannot be meant; the message names it and says what to do."""


class NotReadyError(RuntimeError):
    """The service refuses to start; the message says why and what to do."""


class Witness(NamedTuple):
    """Who outside cosigns the log's checkpoints: where it is asked, and its key."""

    url: str
    key: NoteKey


@dataclass(frozen=True)
class Settings:
    """How this process runs. Secrets never show in its repr."""

    home: Path = Path(".tsunagi")
    """``TSUNAGI_HOME``: where the state lives (embedded database, keys)."""
    port: int = 8000
    """``TSUNAGI_PORT``: TCP port."""
    host: str = "127.0.0.1"
    """``TSUNAGI_HOST``: address to listen on."""
    database_url: str | None = field(default=None, repr=False)
    """``TSUNAGI_DATABASE_URL``: an external PostgreSQL 15 or later, as the role tsunagi_app."""
    database_owner_url: str | None = field(default=None, repr=False)
    """``TSUNAGI_DATABASE_OWNER_URL``: the same database as tsunagi_owner, for ``tsunagi migrate`` only."""
    audience: str = "urn:tsunagi:api"
    """``TSUNAGI_AUDIENCE``: what access tokens must name as their audience."""
    demo: bool = False
    """``TSUNAGI_DEMO``: demo issuers and the demo city. Never in production."""
    docs: bool = False
    """``TSUNAGI_DOCS``: /docs and /openapi.json. On in the demo."""
    sweep_seconds: float = 20.0
    """``TSUNAGI_SWEEP_SECONDS``: how often deadlines are looked at."""
    pool: int = 10
    """``TSUNAGI_POOL``: database connections of one process."""
    workers: int = 1
    """``TSUNAGI_WORKERS``: processes that answer, each with a pool of its own."""
    log_origin: str = "tsunagi.example/audit"
    """``TSUNAGI_LOG_ORIGIN``: the name of this service's audit log, as its checkpoints begin."""
    log_seconds: float = 10.0
    """``TSUNAGI_LOG_SECONDS``: how often new audit entries are sealed into a signed checkpoint."""
    audit_years: int = 10
    """``TSUNAGI_AUDIT_YEARS``: how many fiscal years audit entries are kept before they may go."""
    paper_mib: int = 20
    """``TSUNAGI_PAPER_MIB``: how large a paper of a conference may be, in MiB."""
    secrets: Path | None = None
    """``TSUNAGI_SECRETS``: a folder of secrets that all processes on one database share."""
    witnesses: tuple[Witness, ...] = ()
    """``TSUNAGI_WITNESSES``: who cosigns the audit log's checkpoints: ``url|vkey``, comma separated."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read ``TSUNAGI_*``. Raises SettingsError."""
        known = {k: v for k, v in environment.items() if k.startswith("TSUNAGI_") and v}
        demo = _flag(known, "TSUNAGI_DEMO", default=False)
        host = known.get("TSUNAGI_HOST", "127.0.0.1")
        if demo and host not in ("127.0.0.1", "localhost", "::1"):
            raise SettingsError(
                "TSUNAGI_DEMO lets anybody log in as anybody, so it answers on this machine only:"
                " leave TSUNAGI_HOST out, or TSUNAGI_DEMO."
            )
        return cls(
            home=Path(known.get("TSUNAGI_HOME", ".tsunagi")).absolute(),
            port=int(_number(known, "TSUNAGI_PORT", 8000, 1, 65535)),
            host=host,
            database_url=known.get("TSUNAGI_DATABASE_URL"),
            database_owner_url=known.get("TSUNAGI_DATABASE_OWNER_URL"),
            audience=known.get("TSUNAGI_AUDIENCE", "urn:tsunagi:api"),
            demo=demo,
            docs=_flag(known, "TSUNAGI_DOCS", default=demo),
            sweep_seconds=_number(known, "TSUNAGI_SWEEP_SECONDS", 20.0, 0.2, 3600),
            pool=int(_number(known, "TSUNAGI_POOL", 10, 2, 200)),
            workers=int(_number(known, "TSUNAGI_WORKERS", 1, 1, 64)),
            log_origin=_origin(known.get("TSUNAGI_LOG_ORIGIN", "tsunagi.example/audit")),
            log_seconds=_number(known, "TSUNAGI_LOG_SECONDS", 10.0, 0.2, 30),
            audit_years=int(_number(known, "TSUNAGI_AUDIT_YEARS", 10, LEAST_YEARS, 100)),
            paper_mib=int(_number(known, "TSUNAGI_PAPER_MIB", 20, 1, 100)),
            secrets=Path(known["TSUNAGI_SECRETS"]) if "TSUNAGI_SECRETS" in known else None,
            witnesses=_witnesses(known.get("TSUNAGI_WITNESSES", "")),
        )

    @property
    def base_url(self) -> str:
        """Where this process answers."""
        return f"http://{self.host}:{self.port}"

    def shared_secret(self, name: str) -> bytes:
        """32 bytes that every process on the same database must have, or it finds nobody."""
        if self.secrets is None:
            return self.kept_secret(name)
        try:
            found = bytes.fromhex((self.secrets / name).read_text().strip())
        except (OSError, ValueError):
            found = b""
        if len(found) != 32:
            raise SettingsError(
                f"TSUNAGI_SECRETS needs a file {name} with 32 bytes in hexadecimal"
                " (openssl rand -hex 32); the same one for every process."
            )
        return found

    def file_keys(self) -> tuple[bytes, ...]:
        """The keys that lock papers, one a line in ``file.keys``: the first locks, all open.

        A new key goes on top; an old one stays as long as there are files that it locked.
        """
        return self._secret_lines("file.keys")

    def log_keys(self) -> tuple[bytes, ...]:
        """The private keys that sign the audit log, one a line in ``log.keys``: all of them sign.

        A new key is added, its public half is handed on, and only then the old one is taken out.
        """
        return self._secret_lines("log.keys")

    def _secret_lines(self, name: str) -> tuple[bytes, ...]:
        if self.secrets is None:
            found = self.kept_secret(name)
        else:
            try:
                found = bytes.fromhex((self.secrets / name).read_text())
            except (OSError, ValueError):
                found = b""
        if not found or len(found) % 32:
            raise SettingsError(
                f"TSUNAGI_SECRETS needs a file {name} with 32 bytes in hexadecimal on each line"
                " (openssl rand -hex 32), the newest on top; the same one for every process."
            )
        return tuple(found[i : i + 32] for i in range(0, len(found), 32))

    def kept_secret(self, name: str) -> bytes:
        """32 random bytes that survive restarts, readable by this user only."""
        folder = self.home / "secrets"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / name
        if not path.exists():
            # Two processes may come at once; neither reads what the other has half written.
            with contextlib.suppress(FileExistsError):
                write_first(path, secrets.token_hex(32))
        return bytes.fromhex(path.read_text().strip())


def _flag(known: Mapping[str, str], name: str, *, default: bool) -> bool:
    given = known.get(name)
    if given is None:
        return default
    if given.lower() in ("1", "true", "yes", "on"):
        return True
    if given.lower() in ("0", "false", "no", "off"):
        return False
    raise SettingsError(f"{name} is on or off: set it to 1 or 0.")


def _origin(given: str) -> str:
    if not given or any(c.isspace() or c == "+" for c in given):
        raise SettingsError(
            "TSUNAGI_LOG_ORIGIN is a name like tsunagi.example.lg.jp/audit: no spaces, no plus sign."
        )
    return given


def _number(known: Mapping[str, str], name: str, default: float, low: float, high: float) -> float:
    given = known.get(name)
    if given is None:
        return default
    try:
        number = float(given)
    except ValueError:
        raise SettingsError(f"{name} is a number from {low:g} to {high:g}.") from None
    if not low <= number <= high:
        raise SettingsError(f"{name} is a number from {low:g} to {high:g}.")
    return number


def _witnesses(given: str) -> tuple[Witness, ...]:
    found = tuple(_witness(each.strip()) for each in given.split(",") if each.strip())
    if len({witness.key for witness in found}) < len(found):
        raise SettingsError(
            "TSUNAGI_WITNESSES names a witness twice: each key counts once, however often it signs."
        )
    return found


def _witness(given: str) -> Witness:
    url, _, written = given.partition("|")
    try:
        parts = urlsplit(url)
        key = NoteKey.read(written)
        readable = parts.scheme in ("http", "https") and bool(parts.hostname)
        readable = readable and parts.port != 0 and not (parts.query or parts.fragment)
        readable = readable and url.isascii() and url.isprintable() and " " not in url
    except (Invalid, ValueError):
        readable = False
    if not readable or key.algorithm is not Algorithm.COSIGNATURE:
        raise SettingsError(
            f"TSUNAGI_WITNESSES: {given!r} is no witness. Write url|vkey, the vkey as"
            " `tsunagi witness init` printed it, with a comma between two."
        )
    return Witness(url, key)
