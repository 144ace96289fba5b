"""Bearer tokens: found in a request, and verified against the issuer they name.

joserfc does the cryptography. Around it stand the rules it leaves open (RFC 9068 and
RFC 8725): the type is required, the issuer is looked up before any key, and neither the
algorithm nor the key is ever the token's own choice.
"""

import json
import re
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwa import JWSAlgModel
from joserfc.jws import CompactSignature, JWSRegistry, extract_compact, validate_compact
from joserfc.util import urlsafe_b64decode

from service.adapters.oidc.claims import accepted, printable
from service.adapters.oidc.jwks import VerificationKey
from service.adapters.oidc.keys import KeyStore
from service.adapters.oidc.remembered import MOST, Remembered, Verified, digest_of
from service.domain.actor import TokenIssuer, VerifiedToken
from service.domain.errors import Unauthenticated

#: The issuer of our table whose ``iss`` is exactly this one, or None.
IssuerSource = Callable[[str], Awaitable[TokenIssuer | None]]

#: Bytes; checked before anything is decoded.
MAX_TOKEN_BYTES = 16 * 1024
#: What an issuer may be allowed at all. Neither ``none`` nor a shared secret ever is.
ASYMMETRIC = frozenset(
    {"ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "EdDSA", "Ed25519"}
    | {"RS256", "RS384", "RS512"}
)

_TYPES = frozenset({"at+jwt", "application/at+jwt"})
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*", re.ASCII)


def bearer_token(authorization_headers: Sequence[str], query_names: Collection[str] = ()) -> str:
    """Take the bearer token from a request (RFC 6750): only its Authorization header may carry it.

    ``authorization_headers`` are all headers of that name, ``query_names`` the names of
    the query's parameters. Raises Unauthenticated ``token.in_query``, ``token.missing``,
    ``token.malformed`` or, for the scheme DPoP, ``token.sender_constrained``.
    """
    if any(name.lower() == "access_token" for name in query_names):
        raise Unauthenticated("token.in_query")
    if not authorization_headers:
        raise Unauthenticated("token.missing")
    if len(authorization_headers) > 1:
        raise Unauthenticated("token.malformed")
    scheme, _, token = authorization_headers[0].strip(" \t").partition(" ")
    if scheme.lower() == "dpop":
        raise Unauthenticated("token.sender_constrained")
    if scheme.lower() != "bearer":
        raise Unauthenticated("token.missing")
    token = token.strip(" ")
    if not _TOKEN.fullmatch(token):
        raise Unauthenticated("token.malformed")
    return token


class _Registry(JWSRegistry):
    """joserfc's rules for headers; unknown members are ignored, as RFC 7515 section 4 asks."""

    def __init__(self) -> None:
        super().__init__(algorithms=sorted(ASYMMETRIC), strict_check_header=False)

    def get_alg(self, name: str) -> JWSAlgModel:
        """Look up without joserfc's warning about the name ``EdDSA``, which issuers still use."""
        return self.algorithms[name] if name == "EdDSA" else super().get_alg(name)


_REGISTRY = _Registry()


@dataclass(frozen=True)
class _Unverified:
    """A token taken apart. Of the claims only ``iss`` may be read before the signature is."""

    signature: CompactSignature
    algorithm: str
    kid: str | None
    claims: dict[str, Any]


class TokenVerifier:
    """Checks access tokens of several issuers for one audience.

    A token that was accepted is remembered by its hash, and spared the signature check (100 to
    200 microseconds) while nothing changed. That delays no revocation: an issuer that our table
    no longer has, or has otherwise, and a token that expired count at the next request; a key that
    its issuer withdrew counts when the keys are fetched again, which is as soon as it would be
    without (``keys.FRESH_FOR``, five minutes; ``keys.STALE_FOR``, one hour, if it cannot be reached).
    """

    def __init__(
        self, *, audience: str, issuers: IssuerSource, keys: KeyStore, remembers: int = MOST
    ) -> None:
        """Accept tokens for ``audience`` from ``issuers``, signed with one of their ``keys``.

        ``remembers`` is how many accepted tokens are remembered; none with 0.
        """
        self._audience = audience
        self._issuers = issuers
        self._keys = keys
        self.remembered = Remembered(remembers)

    async def verify(self, token: str, now: datetime) -> VerifiedToken:
        """Return what the token says, if all of it holds at ``now``.

        Raises Unauthenticated with the code of the first rule that fails, or Unavailable
        ``keys.unavailable``.
        """
        digest = digest_of(token)
        try:
            verified = await self._again(self.remembered.get(digest), now)
            if verified is None:
                verified = await self._anew(token, now)
        except Unauthenticated:
            self.remembered.forget(digest)
            raise
        self.remembered.keep(digest, verified, now)
        return verified.accepted.token

    async def _again(self, known: Verified | None, now: datetime) -> Verified | None:
        """The remembered verification if it stands, None if it must be made anew.

        It asks for the issuer and the key as the first time did, with the same refusals and the
        same fetches. Keys that were fetched again are other keys, so that the signature is checked
        again as well: an issuer may publish another one under the same name.
        """
        if known is None:
            return None
        issuer = await self._issuer(known.accepted.token.iss)
        if issuer != known.issuer:
            return None
        key = await self._keys.key(issuer, known.kid, known.algorithm)
        if key is not known.key:
            return None
        known.accepted.span.check(issuer, now)
        return known

    async def _anew(self, token: str, now: datetime) -> Verified:
        unverified = _taken_apart(token)
        issuer = await self._issuer(unverified.claims.get("iss"))
        if unverified.algorithm not in ASYMMETRIC.intersection(issuer.algorithms):
            raise Unauthenticated("token.algorithm")
        key = await self._keys.key(issuer, unverified.kid, unverified.algorithm)
        _check_signature(unverified.signature, key)
        found = accepted(unverified.claims, issuer, audience=self._audience, now=now)
        return Verified(found, issuer, unverified.algorithm, unverified.kid, key)

    async def _issuer(self, iss: object) -> TokenIssuer:
        if not isinstance(iss, str):
            raise Unauthenticated("token.claims")
        try:
            printable(iss)
        except ValueError:
            raise Unauthenticated("token.issuer_unknown") from None
        issuer = await self._issuers(iss)
        # Compared again: a database may find more alike than the bytes are.
        if issuer is None or issuer.iss != iss:
            raise Unauthenticated("token.issuer_unknown")
        return issuer


def _taken_apart(token: str) -> _Unverified:
    """Decode header and claims without believing them. Raises Unauthenticated."""
    if len(token) > MAX_TOKEN_BYTES:
        raise Unauthenticated("token.malformed")
    try:
        segments = token.encode("ascii").split(b".")
        header = _members(urlsafe_b64decode(segments[0]))
        # No extension is understood here, so none may be critical (RFC 7515 section 4.1.11).
        if "crit" in header:
            raise Unauthenticated("token.malformed")
        _REGISTRY.check_header(header)
        signature = extract_compact(token.encode("ascii"), None, _REGISTRY)
        claims = _members(signature.payload)
    except (JoseError, ValueError, RecursionError):
        raise Unauthenticated("token.malformed") from None
    if str(header.get("typ", "")).lower() not in _TYPES:
        raise Unauthenticated("token.typ")
    return _Unverified(signature, header["alg"], header.get("kid"), claims)


def _check_signature(signature: CompactSignature, key: VerificationKey) -> None:
    try:
        valid = validate_compact(signature, key, registry=_REGISTRY)
    except (JoseError, ValueError):
        valid = False
    if not valid:
        raise Unauthenticated("token.signature")


def _members(text: bytes) -> dict[str, Any]:
    """Read a JSON object that names each member once. Raises ValueError or RecursionError."""
    value = json.loads(text, object_pairs_hook=_named_once, parse_constant=_refuse)
    if isinstance(value, dict):
        return value
    raise ValueError("not an object")


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is named twice")
    return members


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
