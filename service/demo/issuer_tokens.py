"""The demo issuer's tokens: access tokens as RFC 9068 has them, and ID tokens."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

from service.demo.issuer_accounts import DemoAccount, DemoClient

STAFF_LIFETIME = timedelta(minutes=15)
CLIENT_LIFETIME = timedelta(minutes=10)

_ALGORITHM = "ES256"


def new_private_jwk() -> dict[str, Any]:
    """Make an ES256 private key, to be stored so that tokens survive a restart."""
    return dict(ECKey.generate_key("P-256", auto_kid=True).as_dict(private=True))


class TokenMint:
    """Signs tokens in the name of one issuer."""

    def __init__(self, *, issuer: str, audience: str, key: Mapping[str, Any] | None) -> None:
        """Sign with the private JWK ``key`` (P-256), or with a new one kept in memory."""
        self.issuer = issuer
        self._audience = audience
        self._key = ECKey.import_key(dict(key or new_private_jwk()))
        if not self._key.is_private or self._key.curve_name != "P-256":
            raise ValueError("the demo issuer needs a private P-256 key")
        self._key.ensure_kid()

    def jwks(self) -> dict[str, Any]:
        """Publish the key."""
        return {"keys": [self._key.as_dict(private=False, use="sig", alg=_ALGORITHM)]}

    def staff_token(
        self,
        account: DemoAccount,
        *,
        client_id: str,
        scopes: Iterable[str],
        now: datetime,
        **overrides: object,
    ) -> str:
        """Sign an access token for a person: 15 minutes. An override of None drops a claim."""
        claims = {
            "sub": account.sub,
            "client_id": client_id,
            "agency": account.agency,
            "auth_time": int(now.timestamp()),
        }
        return self._access_token({**claims, **overrides}, scopes, now, STAFF_LIFETIME)

    def client_token(
        self, client: DemoClient, *, scopes: Iterable[str], now: datetime, **overrides: object
    ) -> str:
        """Sign an access token for a program: 10 minutes. An override of None drops a claim."""
        claims = {"sub": client.client_id, "client_id": client.client_id, "agency": client.agency}
        return self._access_token({**claims, **overrides}, scopes, now, CLIENT_LIFETIME)

    def id_token(
        self, account: DemoAccount, *, client_id: str, now: datetime, **claims: object
    ) -> str:
        """Sign an ID token, which tells the client who logged in and opens nothing.

        ``claims`` are further ones, such as ``nonce``; None drops one.
        """
        standard = {
            "iss": self.issuer,
            "sub": account.sub,
            "aud": client_id,
            "iat": int(now.timestamp()),
            "exp": int((now + STAFF_LIFETIME).timestamp()),
            "name": account.display_name,
            "preferred_username": account.name,
        }
        return self._signed("JWT", {**standard, **claims})

    def _access_token(
        self,
        claims: Mapping[str, object],
        scopes: Iterable[str],
        now: datetime,
        lifetime: timedelta,
    ) -> str:
        standard = {
            "iss": self.issuer,
            "aud": self._audience,
            "iat": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
            "jti": secrets.token_urlsafe(16),
            "scope": " ".join(sorted(scopes)),
        }
        return self._signed("at+jwt", {**standard, **claims})

    def _signed(self, typ: str, claims: Mapping[str, object]) -> str:
        header = {"alg": _ALGORITHM, "typ": typ, "kid": self._key.kid}
        present = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(header, present, self._key, algorithms=[_ALGORITHM])
