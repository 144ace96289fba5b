"""``tsunagi serve --workers``: real processes on one socket, killed and stopped."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

TSUNAGI = [sys.executable, "-c", "from service.cli import main; main()"]


class Serving:
    """One ``tsunagi serve`` with two workers on a database that is there."""

    def __init__(
        self, home: Path, database: str, workers: int = 2, port: int | None = None
    ) -> None:
        if port is None:
            with socket.socket() as listening:
                listening.bind(("127.0.0.1", 0))
                port = int(listening.getsockname()[1])
        self.url = f"http://127.0.0.1:{port}"
        self.port = port
        self.printed = home / f"{time.monotonic_ns()}.log"
        environment = os.environ | {
            "TSUNAGI_HOME": str(home),
            "TSUNAGI_PORT": str(port),
            "TSUNAGI_DATABASE_URL": database,
            "TSUNAGI_SWEEP_SECONDS": "0.5",
            "TSUNAGI_LOG_SECONDS": "0.5",
        }
        with self.printed.open("wb") as output:
            self.process = subprocess.Popen(
                [*TSUNAGI, "serve", "--workers", str(workers)],
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def workers(self) -> set[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return {int(number) for number in children.read_text().split()}

    def told(self) -> str:
        return self.printed.read_text()

    def answers(self) -> bool:
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"{self.url}/readyz").status_code == 200
        return False

    def until(self, so: Callable[[], bool], seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not so():
            assert time.monotonic() < end, self.told()
            time.sleep(0.05)

    def until_all_answer(self) -> None:
        self.until(lambda: "answers at" in self.told())


def gone(processes: set[int]) -> bool:
    """Whether none of them runs any more; what nobody buried yet does not run."""
    for process in processes:
        with contextlib.suppress(OSError):
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
            if state != "Z":
                return False
    return True


Start = Callable[..., Serving]


@pytest.fixture
async def start(urls, tmp_path: Path) -> AsyncIterator[Start]:
    started: list[Serving] = []

    def begin(**options: int) -> Serving:
        serving = Serving(tmp_path, options.pop("database", None) or urls.app, **options)
        started.append(serving)
        return serving

    yield begin
    for serving in started:
        if serving.process.poll() is None:
            serving.process.kill()
            serving.process.wait(timeout=30)


def test_a_worker_that_dies_is_replaced_and_all_stop_together(start: Start):
    serving = start()
    serving.until_all_answer()
    first = serving.workers()
    assert len(first) == 2
    assert {httpx.get(f"{serving.url}/readyz").json()["status"] for _ in range(5)} == {"ready"}
    died = min(first)
    os.kill(died, signal.SIGKILL)
    serving.until(lambda: len(serving.workers() - {died}) == 2)
    assert serving.answers()
    assert '"worker.ended"' in serving.told()
    # Each of them knows how the audit log fares.
    serving.until(
        lambda: (
            {httpx.get(f"{serving.url}/readyz").json()["audit_log"] for _ in range(8)} == {"signed"}
        )
    )
    last = serving.workers()
    serving.process.send_signal(signal.SIGTERM)
    assert serving.process.wait(timeout=30) == 0
    assert gone(first | last)
    assert not serving.answers()
    assert "Traceback" not in serving.told()


def test_workers_do_not_outlive_the_process_that_keeps_them(start: Start):
    serving = start()
    serving.until_all_answer()
    workers = serving.workers()
    serving.process.kill()
    serving.process.wait(timeout=30)
    serving.until(lambda: gone(workers))
    assert not serving.answers()


def test_workers_that_die_again_and_again_stop_the_whole(start: Start):
    serving = start()
    serving.until_all_answer()

    for killed in range(5):
        serving.until(lambda n=killed: serving.told().count('"worker.answers"') == 2 + n)
        os.kill(min(serving.workers()), signal.SIGKILL)
    assert serving.process.wait(timeout=30) == 1
    assert "ended 5 times" in serving.told()
    assert not serving.answers()


async def test_what_cannot_start_says_so(start: Start, urls):
    taken = start()
    taken.until_all_answer()
    second = start(port=taken.port)
    assert second.process.wait(timeout=60) == 1
    assert "TSUNAGI_PORT" in second.told()
    nowhere = start(database=urls.app.replace("/t_", "/nothing_"))
    assert nowhere.process.wait(timeout=60) == 1
    assert "A worker could not start" in nowhere.told()
