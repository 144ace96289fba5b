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
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
from bench.usage import tree

from service.demo.accounts import demo_issuers
from service.settings import Settings

_SERVICE = [sys.executable, "-c", "from service.cli import main; main()", "run"]
#: The service, by its own command; the same, but for what writes the audit log; the same, with a
#: worker a core. The settings travel in TSUNAGI_*.
SERVICES: Mapping[str, tuple[list[str], Mapping[str, str]]] = {
    "service": (_SERVICE, {}),
    "unlogged": ([sys.executable, "-m", "bench.programs.unlogged"], {}),
    "workers": (_SERVICE, {"TSUNAGI_WORKERS": str(os.cpu_count() or 1)}),
}
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
    settings: Settings, database: str, extra: Mapping[str, str], name: str = "service"
) -> tuple[Program, dict[str, str]]:
    """The service as ``tsunagi run`` starts it on a database of its operator's, and its environment.

    It may stand beside itself, otherwise than it is in one thing (``SERVICES``).
    """
    command, otherwise = SERVICES[name]
    port = settings.port if name == "service" else free_port()
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
        **otherwise,
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


@contextlib.contextmanager
def keys_served(settings: Settings, name: str) -> Iterator[str]:
    """Where a demo issuer's keys are, whichever program stands still.

    The service that runs the issuer does while others are measured; whoever had no keys yet, or old
    ones, would wait for it.
    """
    said = json.dumps({"keys": issuer_keys(demo_issuers(settings)[name])}).encode()

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Keys) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/keys"
        finally:
            server.shutdown()


def issuer_keys(issuer: object) -> list[dict[str, object]]:
    """The public keys of a demo issuer."""
    found: list[dict[str, object]] = issuer._mint.jwks()["keys"]  # type: ignore[attr-defined]  # noqa: SLF001 - its JWKS without HTTP
    return found
