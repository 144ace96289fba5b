"""Authorization codes of the demo issuer: single use, 60 seconds, bound by PKCE."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from joserfc.util import urlsafe_b64encode

from service.demo.issuer_accounts import DemoAccount, DemoClient
from service.demo.issuer_oauth import OAuthError

CODE_LIFETIME = timedelta(seconds=60)

#: RFC 7636 section 4.1; a S256 challenge is 43 characters long.
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True)
class Login:
    """An account that logged in for a client: what a code stands for."""

    account: DemoAccount
    client: DemoClient
    redirect_uri: str
    challenge: str
    scopes: frozenset[str]
    nonce: str | None
    authenticated_at: datetime


def valid_challenge(challenge: str) -> bool:
    """Tell whether this can be a S256 code challenge."""
    return _CHALLENGE.fullmatch(challenge) is not None


class CodeBook:
    """Codes that were handed out and not yet redeemed, in memory."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """Age codes by ``clock``."""
        self._clock = clock
        self._logins: dict[str, Login] = {}

    def issue(self, login: Login) -> str:
        """Make a code for the login; forget those nobody came for."""
        self._logins = {
            code: open_ for code, open_ in self._logins.items() if not self._expired(open_)
        }
        code = secrets.token_urlsafe(32)
        self._logins[code] = login
        return code

    def redeem(self, code: str, *, client: DemoClient, redirect_uri: str, verifier: str) -> Login:
        """Exchange the code, which is used up by the attempt. Raises ``invalid_grant``."""
        login = self._logins.pop(code, None)
        if login is None or self._expired(login):
            raise OAuthError("invalid_grant", "the code is unknown, used or older than 60 seconds")
        if login.client.client_id != client.client_id or login.redirect_uri != redirect_uri:
            raise OAuthError("invalid_grant", "the code was made for another client or address")
        if not _VERIFIER.fullmatch(verifier) or not _proves(verifier, login.challenge):
            raise OAuthError("invalid_grant", "the code_verifier does not match")
        return login

    def _expired(self, login: Login) -> bool:
        return self._clock() - login.authenticated_at > CODE_LIFETIME


def _proves(verifier: str, challenge: str) -> bool:
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return hmac.compare_digest(urlsafe_b64encode(digest), challenge.encode("ascii"))
