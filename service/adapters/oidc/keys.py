"""The issuers' keys, kept for minutes and fetched again when a token names an unknown one."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx
import structlog

from service.adapters.oidc.jwks import VerificationKey, fits
from service.adapters.oidc.publication import Publication, Unpublished
from service.domain.actor import TokenIssuer
from service.domain.errors import Unauthenticated, Unavailable

#: A withdrawn key is refused after this at the latest.
FRESH_FOR = timedelta(minutes=5)
#: Keys of an issuer that cannot be reached still count until they are this old.
STALE_FOR = timedelta(hours=1)
#: Nothing, be it unknown keys or failures, asks an issuer more often than this.
RETRY_AFTER = timedelta(seconds=30)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Held:
    """Keys as the issuer published them."""

    keys: tuple[VerificationKey, ...]
    fetched_at: datetime
    #: What was chosen from them before, by key id and algorithm; what none fits is not kept.
    chosen: dict[tuple[str | None, str], VerificationKey] = field(default_factory=dict)


@dataclass
class _Shelf:
    """What is held for one issuer, and the fetch under way, if any."""

    held: _Held | None = None
    tried_at: datetime | None = None
    fetch: asyncio.Task[None] | None = None

    def fetched(self, _task: asyncio.Task[None]) -> None:
        """Let the next caller start a fetch of its own."""
        self.fetch = None


class KeyStore:
    """Keys by issuer and key id. One per event loop; it keeps no state elsewhere."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        clock: Callable[[], datetime],
        allow_loopback_http: bool = False,
    ) -> None:
        """Fetch with ``http`` (its maker closes it), and age keys by ``clock`` (aware times).

        ``allow_loopback_http`` admits http:// issuers on this machine, for development.
        """
        self._publication = Publication(http, allow_loopback_http=allow_loopback_http)
        self._clock = clock
        self._shelves: dict[tuple[str, str | None], _Shelf] = {}

    async def key(self, issuer: TokenIssuer, kid: str | None, algorithm: str) -> VerificationKey:
        """Find the one key of the issuer that fits; without ``kid`` there must be no other.

        Raises Unauthenticated ``token.key_unknown`` when there is none,
        ``token.algorithm`` when the named key is not for this algorithm, and
        Unavailable ``keys.unavailable`` when the issuer's keys cannot be had.
        """
        shelf = self._shelves.setdefault((issuer.iss, issuer.jwks_uri), _Shelf())
        if not self._fresh(shelf):
            await self._renew(issuer, shelf)
        held = self._held(shelf)
        chosen = held.chosen.get((kid, algorithm))
        if chosen is not None:
            return chosen
        named = _named(held, kid)
        if not named:
            await self._renew(issuer, shelf)
            held = self._held(shelf)
            named = _named(held, kid)
        fitting = [key for key in named if fits(key, algorithm)]
        if len(fitting) == 1:
            held.chosen[kid, algorithm] = fitting[0]
            return fitting[0]
        mismatch = kid is not None and named and not fitting
        raise Unauthenticated("token.algorithm" if mismatch else "token.key_unknown")

    def _fresh(self, shelf: _Shelf) -> bool:
        if shelf.held is None:
            return False
        # A negative age means that the clock was set back; ask again rather than trust it.
        return timedelta(0) <= self._clock() - shelf.held.fetched_at < FRESH_FOR

    def _held(self, shelf: _Shelf) -> _Held:
        if shelf.held is None or self._clock() - shelf.held.fetched_at > STALE_FOR:
            raise Unavailable("keys.unavailable")
        return shelf.held

    async def _renew(self, issuer: TokenIssuer, shelf: _Shelf) -> None:
        """Fetch, unless somebody tried within 30 s; whoever comes meanwhile shares the fetch."""
        if shelf.fetch is None:
            now = self._clock()
            if shelf.tried_at is not None and timedelta(0) <= now - shelf.tried_at < RETRY_AFTER:
                return
            shelf.tried_at = now
            shelf.fetch = asyncio.create_task(self._fetch(issuer, shelf, now))
            shelf.fetch.add_done_callback(shelf.fetched)
        # A caller who goes away must not take the fetch from the others.
        await asyncio.shield(shelf.fetch)

    async def _fetch(self, issuer: TokenIssuer, shelf: _Shelf, now: datetime) -> None:
        try:
            shelf.held = _Held(await self._publication.keys(issuer), fetched_at=now)
        except Unpublished as reason:
            _log.warning("keys.unavailable", iss=issuer.iss, reason=str(reason))


def _named(held: _Held, kid: str | None) -> list[VerificationKey]:
    return [key for key in held.keys if kid is None or key.kid == kid]
