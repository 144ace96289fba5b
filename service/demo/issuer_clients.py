"""How a program proves to the demo issuer which client it is."""

import base64
import hmac
import json
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from urllib.parse import unquote_plus

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import import_key
from joserfc.jws import extract_compact

from service.demo.issuer_accounts import DemoClient
from service.demo.issuer_oauth import OAuthError

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_ALGORITHMS = ("ES256", "PS256", "Ed25519")
#: Seconds by which the clock of a client may differ.
_LEEWAY = 10


class ClientDesk:
    """Recognises clients by client_secret_basic, private_key_jwt, or their bare name if public."""

    def __init__(
        self,
        clients: Mapping[str, DemoClient],
        *,
        audiences: Collection[str],
        clock: Callable[[], datetime],
    ) -> None:
        """Know ``clients`` by id; their assertions are meant for one of ``audiences``."""
        self._clients = clients
        self._audiences = list(audiences)
        self._clock = clock
        self._seen: dict[tuple[str, str], float] = {}

    def recognise(self, authorization: str | None, form: Mapping[str, str]) -> DemoClient:
        """Find the client of a token request. Raises OAuthError ``invalid_client``."""
        if authorization is not None:
            client = self._by_secret(authorization)
        elif "client_assertion" in form:
            client = self._by_assertion(form)
        else:
            client = self._by_name(form.get("client_id", ""))
        if form.get("client_id", client.client_id) != client.client_id:
            raise _unrecognised("two different clients are named")
        return client

    def _by_secret(self, authorization: str) -> DemoClient:
        scheme, _, credentials = authorization.partition(" ")
        try:
            pair = base64.b64decode(credentials, validate=True).decode()
        except ValueError:
            raise _unrecognised("the Authorization header cannot be read") from None
        name, _, secret = pair.partition(":")
        client = self._clients.get(unquote_plus(name))
        if scheme.lower() != "basic" or client is None or client.secret is None:
            raise _unrecognised("unknown client, or one without a secret")
        if not hmac.compare_digest(unquote_plus(secret).encode(), client.secret.encode()):
            raise _unrecognised("wrong secret")
        return client

    def _by_name(self, name: str) -> DemoClient:
        client = self._clients.get(name)
        if client is None or not client.public:
            raise _unrecognised("unknown client, or one that must authenticate")
        return client

    def _by_assertion(self, form: Mapping[str, str]) -> DemoClient:
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise _unrecognised("unknown client_assertion_type")
        assertion = form["client_assertion"]
        try:
            name = json.loads(extract_compact(assertion.encode()).payload)["iss"]
            client = self._clients.get(name)
            if client is None or client.public_jwk is None:
                raise _unrecognised("unknown client, or one without a key")
            key = import_key(dict(client.public_jwk))
            claims = jwt.decode(assertion, key, algorithms=ASSERTION_ALGORITHMS).claims
            self._rules(client.client_id).validate(claims)
        except (JoseError, ValueError, TypeError, KeyError, RecursionError):
            raise _unrecognised("the client_assertion does not hold") from None
        self._use_once(client.client_id, claims)
        return client

    def _rules(self, client_id: str) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            now=int(self._clock().timestamp()),
            leeway=_LEEWAY,
            iss={"essential": True, "value": client_id},
            sub={"essential": True, "value": client_id},
            aud={"essential": True, "values": self._audiences},
            exp={"essential": True},
            jti={"essential": True},
        )

    def _use_once(self, client_id: str, claims: jwt.Claims) -> None:
        now = self._clock().timestamp()
        self._seen = {used: until for used, until in self._seen.items() if until >= now}
        used = (client_id, claims["jti"])
        if used in self._seen:
            raise _unrecognised("the client_assertion was used before")
        self._seen[used] = claims["exp"] + _LEEWAY


def _unrecognised(description: str) -> OAuthError:
    return OAuthError("invalid_client", description, status=401)
