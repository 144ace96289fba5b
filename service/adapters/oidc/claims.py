"""What the claims of a correctly signed access token must say to be accepted."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from service.domain.actor import TokenIssuer, VerifiedToken
from service.domain.errors import Unauthenticated

#: Clocks may differ by this much (FAPI 2.0 accepts 10 s and refuses more than 60 s).
LEEWAY = timedelta(seconds=10)
STAFF_LIFETIME = timedelta(minutes=15)
PARTNER_LIFETIME = timedelta(minutes=10)

#: Claims that only an ID token carries (OpenID Connect Core 2 and 3.3.2.11).
_OF_ID_TOKENS = frozenset({"nonce", "at_hash", "c_hash"})
_YEAR_10000 = 253_402_300_800


def printable(text: str) -> str:
    """Pass text fit for a database and a log; raise ValueError for the rest.

    Control characters and lone surrogates are the rest.
    """
    if not text.isprintable():
        raise ValueError("not printable")
    return text


_Words = Annotated[str, AfterValidator(printable)]
_Text = Annotated[str, Field(min_length=1, max_length=512), AfterValidator(printable)]
#: Seconds since 1970 (RFC 7519), up to the year 9999. A boolean is none.
_Instant = Annotated[float, Field(ge=0, lt=_YEAR_10000, allow_inf_nan=False)]


class Span(NamedTuple):
    """From when to when a token is good, in seconds as its claims give them; asked at every use."""

    issued: float
    #: The latest instant that must have passed: a VerifiedToken has no ``nbf``.
    since: float
    until: float
    #: Whether a client speaks for itself: it is its own subject (RFC 9068 section 2.2).
    own: bool

    def is_over(self, now: datetime) -> bool:
        """Whether nobody can use it any more."""
        return now.timestamp() > self.until + LEEWAY.total_seconds()

    def check(self, issuer: TokenIssuer, now: datetime) -> None:
        """Whether it is good now. Raises Unauthenticated."""
        instant, leeway = now.timestamp(), LEEWAY.total_seconds()
        if self.is_over(now):
            raise Unauthenticated("token.expired")
        if self.since > instant + leeway:
            raise Unauthenticated("token.not_yet_valid")
        longest = {
            "staff": STAFF_LIFETIME,
            "partner": PARTNER_LIFETIME,
            "mixed": PARTNER_LIFETIME if self.own else STAFF_LIFETIME,
        }[issuer.kind]
        if not 0 < self.until - self.issued <= longest.total_seconds():
            raise Unauthenticated("token.lifetime")


class _Claims(BaseModel):
    """The claims that are read, by type (RFC 9068 section 2.2). Others are of no consequence."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)

    iss: _Text
    sub: _Text
    client_id: _Text
    jti: _Text
    iat: _Instant
    exp: _Instant
    nbf: _Instant | None = None
    aud: str | list[str] = []
    scope: _Words = ""
    agency: _Text | None = None
    purpose_of_use: _Words | list[_Text] | None = None
    auth_time: _Instant | None = None
    acr: _Text | None = None

    @property
    def purposes(self) -> frozenset[str] | None:
        """The purposes the token is limited to; a limit that is there but empty permits none."""
        if "purpose_of_use" not in self.model_fields_set:
            return None
        named = self.purpose_of_use or ""
        return frozenset(named.split() if isinstance(named, str) else named)

    @property
    def span(self) -> Span:
        """From when to when it is good."""
        # A login in the future would pass every later question how recent it is.
        since = max(self.iat, self.nbf or 0, self.auth_time or 0)
        return Span(self.iat, since, self.exp, own=self.sub == self.client_id)


class Accepted(NamedTuple):
    """What an accepted token says, and from when to when it may be said."""

    token: VerifiedToken
    span: Span


def accepted(
    members: Mapping[str, object], issuer: TokenIssuer, *, audience: str, now: datetime
) -> Accepted:
    """Return what the token says, if it is an access token for us, now. Raises Unauthenticated."""
    if _OF_ID_TOKENS & members.keys():
        raise Unauthenticated("token.typ")
    try:
        claims = _Claims.model_validate(members)
    except ValidationError:
        raise Unauthenticated("token.claims") from None  # its text could quote the token
    if audience not in ([claims.aud] if isinstance(claims.aud, str) else claims.aud):
        raise Unauthenticated("token.audience")
    span = claims.span
    span.check(issuer, now)
    _check_bearer(members)
    return Accepted(_verified(claims, issuer), span)


def _check_bearer(members: Mapping[str, object]) -> None:
    """Refuse a token bound to its sender: whoever merely bears it may have stolen it.

    This is where a DPoP proof (``jkt``) or a client certificate (``x5t#S256``) is
    compared once the service takes them; until then there is nothing to compare with.
    """
    if "cnf" in members:
        raise Unauthenticated("token.sender_constrained")


def _verified(claims: _Claims, issuer: TokenIssuer) -> VerifiedToken:
    return VerifiedToken(
        iss=claims.iss,
        sub=claims.sub,
        client_id=claims.client_id,
        scopes=frozenset(claims.scope.split()),
        jti=claims.jti,
        issued_at=_instant(claims.iat),
        expires_at=_instant(claims.exp),
        agency=claims.agency,
        purposes=claims.purposes,
        authenticated_at=None if claims.auth_time is None else _instant(claims.auth_time),
        acr=claims.acr,
        issuer=issuer,
    )


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
