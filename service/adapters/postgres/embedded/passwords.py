"""Password files: one for each role, readable by the owner of the home only."""

import os
import secrets
from pathlib import Path

from service.adapters.postgres.embedded.errors import EmbeddedPostgresError


def password_file(directory: Path, role: str) -> Path:
    """Name the file that keeps the password of ``role``."""
    return directory / f"{role}.password"


def kept_password(directory: Path, role: str) -> str:
    """Read the password of ``role``, making it first when there is none."""
    file = password_file(directory, role)
    if not file.exists():
        directory.mkdir(mode=0o700, exist_ok=True)
        write_durably(file, secrets.token_urlsafe(32))
    if file.stat().st_mode & 0o077:
        file.chmod(0o600)
    password = file.read_text(encoding="utf-8").strip()
    if not password:
        message = f"The password file {file} is empty. Restore it from a backup."
        raise EmbeddedPostgresError(message)
    return password


def write_durably(file: Path, text: str) -> None:
    """Write ``file`` with mode 0600 so that after a crash it is there whole or not at all."""
    unfinished = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.rename(file)
    sync_directory(file.parent)


def sync_directory(directory: Path) -> None:
    """Make the names in ``directory`` survive a power failure."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
