"""The programs under load, each in a process of its own, started as it would be in earnest."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
from bench.usage import tree

from service.demo.accounts import demo_issuers
from service.settings import Settings

#: The service, by its own command; the settings travel in TSUNAGI_*.
SERVICE = [sys.executable, "-c", "from service.cli import main; main()", "run"]
#: The same, but for what writes the audit log.
UNLOGGED = [sys.executable, "-m", "bench.programs.unlogged"]
TESTS = Path(__file__).parents[1]
_PATH = os.pathsep.join([str(TESTS), str(TESTS.parent)])


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


class Program:
    """One program and where it answers."""

    def __init__(self, name: str, port: int, command: list[str], output: Path) -> None:
        self.name, self.port, self.output = name, port, output
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, environment: Mapping[str, str]) -> None:
        with self.output.open("ab") as output:
            self._process = subprocess.Popen(
                self._command,
                env={**os.environ, **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def wait(self, path: str, statuses: tuple[int, ...], seconds: float = 90) -> None:
        """Until it answers."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"http://127.0.0.1:{self.port}{path}").status_code in statuses:
                    return
            if self._process is not None and self._process.poll() is not None:
                break
            time.sleep(0.1)
        raise SystemExit(f"{self.name} does not answer:\n{self.output.read_text()[-4000:]}")

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Stands still while others are measured, with all its workers."""
        there = tree(self.pid)
        try:
            for pid in there:
                os.kill(pid, signal.SIGSTOP)
            yield
        finally:
            for pid in there:
                os.kill(pid, signal.SIGCONT)

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


def service(
    settings: Settings, database: str, extra: Mapping[str, str], *, logged: bool = True
) -> tuple[Program, dict[str, str]]:
    """The service as ``tsunagi run`` starts it on a database of its operator's, and its environment.

    It may stand beside itself without its log: all else is the same.
    """
    name, command, port = "service", SERVICE, settings.port
    if not logged:
        name, command, port = "unlogged", UNLOGGED, free_port()
    program = Program(name, port, command, settings.home / f"{name}.log")
    environment = {
        "PYTHONPATH": _PATH,
        "TSUNAGI_HOME": str(settings.home),
        "TSUNAGI_PORT": str(port),
        "TSUNAGI_DEMO": "1",
        "TSUNAGI_DATABASE_URL": database,
        # Each round pays for the sealing of its own entries.
        "TSUNAGI_LOG_SECONDS": "1",
        **extra,
    }
    return program, environment


def reference(
    name: str, settings: Settings, database: str, pool: int
) -> tuple[Program, dict[str, str]]:
    """One of the reference programs."""
    port = free_port()
    told = settings.home / f"{name}.json"
    keys = {}
    for issuer in demo_issuers(settings).values():
        (keys[issuer.issuer],) = issuer_keys(issuer)
    known = {
        "port": port,
        "database": database,
        "pool": pool,
        "audience": settings.audience,
        "keys": keys,
        "cursor_key": settings.kept_secret("cursor.key").hex(),
    }
    told.write_text(json.dumps(known))
    told.chmod(0o600)
    command = [sys.executable, "-m", f"bench.programs.{name}"]
    environment = {"BENCH_PROGRAM": str(told), "PYTHONPATH": _PATH}
    return Program(name, port, command, settings.home / f"{name}.log"), environment


def issuer_keys(issuer: object) -> list[dict[str, object]]:
    """The public keys of a demo issuer."""
    found: list[dict[str, object]] = issuer._mint.jwks()["keys"]  # type: ignore[attr-defined]  # noqa: SLF001 - its JWKS without HTTP
    return found
