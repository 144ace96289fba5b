"""Words of OAuth 2.0 that the demo issuer's endpoints share: errors, scopes, parameters."""

from collections.abc import Iterable

#: Scopes of OpenID Connect itself, which every account and client may ask for.
OPENID_SCOPES = frozenset({"openid", "profile"})


class OAuthError(Exception):
    """A request that OAuth 2.0 refuses, with the error code of RFC 6749."""

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        """Name the code, what is wrong (in English), and the HTTP status."""
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status


def granted_scopes(asked: str | None, *allowed: Iterable[str]) -> frozenset[str]:
    """Narrow the scopes asked for to those all of ``allowed`` have; nothing asked means all.

    Raises OAuthError ``invalid_scope`` when nothing remains of what was asked.
    """
    common = frozenset.intersection(*(frozenset(scopes) | OPENID_SCOPES for scopes in allowed))
    if not asked:
        return common - OPENID_SCOPES
    granted = common.intersection(asked.split())
    if not granted:
        raise OAuthError("invalid_scope", "none of these scopes may be granted")
    return granted


def single(parameters: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Read parameters that may each come once (RFC 6749 section 3.1); empty ones count as absent.

    Raises OAuthError ``invalid_request`` for a repeated one.
    """
    found: dict[str, str] = {}
    for name, value in parameters:
        if name in found:
            raise OAuthError("invalid_request", "a parameter is repeated")
        found[name] = value
    return {name: value for name, value in found.items() if value}
