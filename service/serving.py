"""Answering requests: in this process, or in several that share one listening socket.

What reads and writes PDF and XLSX is loaded by the first thread that does so, not here: it is some
25 MiB of every process, and most of them never see such a file.
"""

import contextlib
import gc
import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from service.answers_whole import WholeAnswers
from service.app import build, open_pool
from service.demo.accounts import docs_login, mounts
from service.settings import NotReadyError, Settings
from service.workers import Workers

#: Seconds that requests under way have when the service stops.
GRACE = 10
#: When Python looks for garbage: a page of fifty holds thousands of values while it is made, and
#: none of them is garbage. With the usual 700 each page would be looked through dozens of times.
GARBAGE = (100_000, 10, 10)


def serve(settings: Settings, url: str, *, started: Callable[[], None]) -> None:
    """Answer requests until interrupted; ``started`` is called once when it does."""
    asgi = build(
        settings,
        open_pool(url, settings),
        mounts=mounts(settings) if settings.demo else [],
        login=docs_login(settings) if settings.demo else None,
    )
    # What is loaded by now stays, and lies in memory once for all workers: looking through it for
    # garbage would stop everybody for 0.3 s, and copy it.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)
    config = _config(asgi, settings)
    if settings.workers > 1:
        with _listening(settings) as listening:
            Workers(config, listening, settings.workers, grace=GRACE + 5).keep(started)
        return
    server = Announced(config, started)
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        raise NotReadyError(
            f"The service could not start on {settings.base_url}; the lines above say why."
            " If the port is taken, set TSUNAGI_PORT."
        )


def _config(asgi: ASGIApp, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        asgi,
        http=WholeAnswers,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
    )


def _listening(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as error:
        raise NotReadyError(
            f"The service could not start on {settings.base_url}: {error.strerror}."
            " If the port is taken, set TSUNAGI_PORT."
        ) from error


class Announced(uvicorn.Server):
    """Uvicorn that says when it answers."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        """Remember whom to tell."""
        super().__init__(config)
        self._tell = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets)
        if self.started:
            self._tell()
