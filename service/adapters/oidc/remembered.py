"""Tokens that were verified a moment ago, so that the same one costs no second signature check.

What is remembered is that this signature is by this key of this issuer, which stays true. What can
change is asked at every use: the clock, the issuer in our table, and its keys.
"""

import hashlib
from collections import OrderedDict
from datetime import datetime
from typing import NamedTuple

from service.adapters.oidc.claims import Accepted
from service.adapters.oidc.jwks import VerificationKey
from service.domain.actor import TokenIssuer

#: Tokens; some two kilobytes each. A token lives fifteen minutes at most.
MOST = 10_000


class Verified(NamedTuple):
    """An accepted token, and what it was verified with."""

    accepted: Accepted
    issuer: TokenIssuer
    algorithm: str
    kid: str | None
    key: VerificationKey


class Remembered:
    """Verified tokens by the SHA-256 of their whole text, which itself is not kept.

    Each time one is remembered, the one not used for longest goes if its time is over: what is
    remembered are the tokens of the last minutes, and not all of the last days.
    """

    def __init__(self, most: int = MOST) -> None:
        """Remember so many; the one not used for longest is forgotten first."""
        self._most = most
        self._found: OrderedDict[bytes, Verified] = OrderedDict()

    def __len__(self) -> int:
        return len(self._found)

    def get(self, digest: bytes) -> Verified | None:
        """What is remembered of a token."""
        found = self._found.get(digest)
        if found is not None:
            self._found.move_to_end(digest)
        return found

    def keep(self, digest: bytes, verified: Verified, now: datetime) -> None:
        """Remember a token that was accepted; the one not used for longest goes if its time is over."""
        self._found[digest] = verified
        self._found.move_to_end(digest)
        if len(self._found) > self._most or self._longest_unused().accepted.span.is_over(now):
            self._found.popitem(last=False)

    def _longest_unused(self) -> Verified:
        return next(iter(self._found.values()))

    def forget(self, digest: bytes) -> None:
        """Remember nothing of it any more."""
        self._found.pop(digest, None)


def digest_of(token: str) -> bytes:
    """Under what a token is remembered: two texts that differ anywhere are two tokens."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
