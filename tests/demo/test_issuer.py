"""The demo issuer, from the login to a token the service accepts."""

import base64
import importlib
import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.routing import Mount

from service.adapters.oidc.keys import KeyStore
from service.adapters.oidc.tokens import TokenVerifier
from service.demo.issuer import (
    DemoAccount,
    DemoClient,
    DemoIssuer,
    create_issuer,
    new_private_jwk,
)
from service.domain.actor import TokenIssuer, VerifiedToken
from service.domain.errors import Unauthenticated

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
AUDIENCE = "https://tsunagi.example/api"
CITY = "http://127.0.0.1:8000/demo-issuers/city"
COUNCIL = "http://127.0.0.1:8000/demo-issuers/council"
CALLBACK = "http://127.0.0.1:8000/docs/oauth2-redirect"
VERIFIER = "a-verifier-that-is-long-enough-for-rfc-7636~"
CLIENT_KEY = ECKey.generate_key("P-256")

YAMADA = DemoAccount(
    name="tax-yamada",
    display_name="山田 <花子>",
    sub="staff-0017",
    role="納税課",
    agency="131016",
    agency_name="つなぎ市",
    scopes=frozenset({"referral.read", "referral.write"}),
)
SUZUKI = DemoAccount(name="welfare-suzuki", display_name="鈴木 一郎", sub="staff-0018")
DOCS = DemoClient(
    client_id="docs",
    redirect_uris=(CALLBACK, "http://127.0.0.1:8000/cb?next=1"),
    scopes=frozenset({"referral.read", "plan.read"}),
)
BATCH = DemoClient(
    client_id="batch:1",
    secret="s3cret+/:ü",
    scopes=frozenset({"statistics.read", "referral.read"}),
    agency="131016",
    grants=frozenset({"client_credentials"}),
)
KEYED = DemoClient(
    client_id="keyed",
    public_jwk={k: str(v) for k, v in CLIENT_KEY.as_dict(private=False).items()},
    scopes=frozenset({"statistics.read"}),
    grants=frozenset({"client_credentials"}),
)

TWIN = DemoClient(client_id="twin", redirect_uris=(CALLBACK,), scopes=DOCS.scopes)
NO_LOGIN = DemoClient(client_id="no-login", redirect_uris=(CALLBACK,), grants=frozenset())
BARE = DemoClient(client_id="bare", grants=frozenset({"client_credentials"}))

# Authlib judges what we do by its own reading of the standards; it has no type hints.
pkce: Any = importlib.import_module("authlib.oauth2.rfc7636")
server_metadata: Any = importlib.import_module("authlib.oauth2.rfc8414")


class Clock:
    """A clock that is moved by hand."""

    now = NOW

    def __call__(self) -> datetime:
        return self.now


def demo_issuer(
    issuer: str = CITY,
    *,
    clock: Callable[[], datetime] = lambda: NOW,
    key: dict[str, Any] | None = None,
) -> DemoIssuer:
    return create_issuer(
        issuer=issuer,
        audience=AUDIENCE,
        accounts=[YAMADA, SUZUKI],
        clients=[DOCS, BATCH, KEYED, TWIN, NO_LOGIN, BARE],
        allow=True,
        clock=clock,
        key=key,
    )


class World:
    """Two demo issuers in one process, a browser, and the service's own verifier."""

    def __init__(self, key: dict[str, Any] | None = None) -> None:
        self.clock = Clock()
        self.city = demo_issuer(CITY, clock=self.clock, key=key)
        self.council = demo_issuer(COUNCIL, clock=self.clock)
        app = Starlette(
            routes=[
                Mount("/demo-issuers/city", self.city.app),
                Mount("/demo-issuers/council", self.council.app),
            ]
        )
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app))
        keys = KeyStore(self.http, clock=self.clock, allow_loopback_http=True)
        self._verifier = TokenVerifier(audience=AUDIENCE, issuers=self._issuer, keys=keys)

    @staticmethod
    async def _issuer(iss: str) -> TokenIssuer | None:
        return TokenIssuer(iss=iss) if iss in (CITY, COUNCIL) else None

    async def verified(self, token: str) -> VerifiedToken:
        return await self._verifier.verify(token, self.clock.now)

    async def login(self, **changes: str | None) -> httpx.Response:
        parameters = {
            "response_type": "code",
            "client_id": "docs",
            "redirect_uri": CALLBACK,
            "scope": "openid referral.read statistics.read",
            "state": "a state",
            "nonce": "a nonce",
            "code_challenge": pkce.create_s256_code_challenge(VERIFIER),
            "code_challenge_method": "S256",
            "login_hint": "tax-yamada",
            **changes,
        }
        present = {name: value for name, value in parameters.items() if value is not None}
        return await self.http.get(f"{CITY}/authorize", params=present)

    async def code(self, **changes: str | None) -> str:
        return sent_back(await self.login(**changes))["code"]

    async def exchange(self, code: str, **changes: str) -> httpx.Response:
        form = {
            "grant_type": "authorization_code",
            "client_id": "docs",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
            **changes,
        }
        return await self.http.post(f"{CITY}/token", data=form)

    async def credentials(self, secret: str, **form: str) -> httpx.Response:
        # RFC 6749 section 2.3.1: both parts are form-encoded first.
        user = f"{httpx.QueryParams({'': 'batch:1'})}"[1:]
        password = f"{httpx.QueryParams({'': secret})}"[1:]
        basic = base64.b64encode(f"{user}:{password}".encode()).decode()
        return await self.http.post(
            f"{CITY}/token",
            data={"grant_type": "client_credentials", **form},
            headers={"Authorization": f"Basic {basic}"},
        )


@pytest.fixture
def world() -> World:
    return World()


def sent_back(response: httpx.Response) -> dict[str, str]:
    assert response.status_code == 303
    location = response.headers["Location"]
    assert location.startswith(CALLBACK + "?")
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def refused(response: httpx.Response) -> str:
    assert response.status_code in (400, 401)
    assert response.headers["Cache-Control"] == "no-store"
    assert set(response.json()) == {"error", "error_description"}
    return str(response.json()["error"])


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, payload, _ = token.split(".")
    both = [json.loads(base64.urlsafe_b64decode(part + "==")) for part in (header, payload)]
    return both[0], both[1]


# Login with code and PKCE


async def test_code_flow(world: World) -> None:
    """A login ends in an access token the service accepts, and an ID token it does not."""
    answer = sent_back(await world.login())
    assert answer == {"code": answer["code"], "state": "a state", "iss": CITY}
    world.clock.now += timedelta(seconds=60)
    response = await world.exchange(answer["code"])
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    tokens = response.json()
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 900)
    assert tokens["scope"] == "openid referral.read"

    verified = await world.verified(tokens["access_token"])
    assert (verified.iss, verified.sub, verified.client_id) == (CITY, "staff-0017", "docs")
    assert verified.scopes == {"openid", "referral.read"}
    assert verified.agency == "131016"
    assert verified.authenticated_at == NOW
    assert verified.expires_at - verified.issued_at == timedelta(minutes=15)

    with pytest.raises(Unauthenticated, match=r"token\.typ"):
        await world.verified(tokens["id_token"])
    header, claims = parts(tokens["id_token"])
    assert header["typ"] == "JWT"
    assert (claims["aud"], claims["nonce"], claims["name"]) == ("docs", "a nonce", "山田 <花子>")


async def test_access_token_as_rfc_9068_has_it(world: World) -> None:
    """Header and claims are those of RFC 9068, and no others."""
    header, claims = parts((await world.exchange(await world.code())).json()["access_token"])
    assert header.keys() == {"alg", "typ", "kid"}
    assert (header["alg"], header["typ"]) == ("ES256", "at+jwt")
    standard = {"iss", "sub", "client_id", "aud", "iat", "exp", "jti", "scope"}
    assert claims.keys() == standard | {"agency", "auth_time"}


async def test_without_openid(world: World) -> None:
    """Who does not ask for OpenID gets no ID token; who asks for nothing gets all they may."""
    tokens = (await world.exchange(await world.code(scope=None))).json()
    assert tokens["scope"] == "referral.read"
    assert "id_token" not in tokens


async def test_redirect_uri_with_a_query(world: World) -> None:
    """The answer is added to the query the client registered."""
    response = await world.login(redirect_uri="http://127.0.0.1:8000/cb?next=1")
    assert response.headers["Location"].startswith("http://127.0.0.1:8000/cb?next=1&code=")


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": VERIFIER[:-1] + "x"},
        {"code_verifier": VERIFIER[:42]},
        {"code_verifier": ""},
        {"code_verifier": pkce.create_s256_code_challenge(VERIFIER)},
        {"redirect_uri": CALLBACK + "/"},
        {"redirect_uri": ""},
        {"client_id": "twin"},
        {"code": "another"},
        {"code": ""},
    ],
    ids=str,
)
async def test_a_code_that_does_not_hold(world: World, changes: dict[str, str]) -> None:
    """A wrong attempt fails; with the right code, it also uses the code up."""
    code = await world.code()
    assert refused(await world.exchange(**{"code": code, **changes})) == "invalid_grant"
    right = await world.exchange(code)
    assert right.status_code == (200 if "code" in changes else 400)


async def test_short_verifier(world: World) -> None:
    """A verifier that could be guessed is refused, though it matches."""
    short = VERIFIER[:42]
    code = await world.code(code_challenge=pkce.create_s256_code_challenge(short))
    assert refused(await world.exchange(code, code_verifier=short)) == "invalid_grant"


async def test_replayed_code(world: World) -> None:
    """A code works once."""
    code = await world.code()
    assert (await world.exchange(code)).status_code == 200
    assert refused(await world.exchange(code)) == "invalid_grant"


async def test_late_code(world: World) -> None:
    """A code works for 60 seconds."""
    code = await world.code()
    world.clock.now += timedelta(seconds=61)
    assert refused(await world.exchange(code)) == "invalid_grant"


async def test_code_of_another_issuer(world: World) -> None:
    """Issuers in one process do not honour each other's codes."""
    code = await world.code()
    form = {"grant_type": "authorization_code", "client_id": "docs", "code": code}
    proof = {"redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    response = await world.http.post(f"{COUNCIL}/token", data=form | proof)
    assert refused(response) == "invalid_grant"


@pytest.mark.parametrize(
    ("error", "changes"),
    [
        ("invalid_request", {"code_challenge_method": "plain"}),
        ("invalid_request", {"code_challenge_method": None}),
        ("invalid_request", {"code_challenge": None}),
        ("invalid_request", {"code_challenge": "short"}),
        ("invalid_request", {"code_challenge": "a" * 44}),
        ("unsupported_response_type", {"response_type": "token"}),
        ("unsupported_response_type", {"response_type": None}),
        ("invalid_scope", {"scope": "statistics.read"}),
        ("unauthorized_client", {"client_id": "no-login"}),
    ],
    ids=str,
)
async def test_refused_login(world: World, error: str, changes: dict[str, str | None]) -> None:
    """The client learns what is wrong, from whom, and to which request."""
    answer = sent_back(await world.login(**changes))
    assert (answer["error"], answer["state"], answer["iss"]) == (error, "a state", CITY)
    assert "code" not in answer


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": CALLBACK + "/"},
        {"redirect_uri": "http://127.0.0.1:8001/docs/oauth2-redirect"},
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": None},
        {"client_id": "stranger"},
        {"client_id": "<script>"},
        {"client_id": None},
        {"client_id": "batch:1"},
    ],
    ids=str,
)
async def test_nobody_is_sent_astray(world: World, changes: dict[str, str | None]) -> None:
    """Without a registered address nobody is sent anywhere; a page says so."""
    response = await world.login(**changes)
    assert response.status_code == 400
    assert "Location" not in response.headers
    assert "Check the settings" in response.text
    assert "<script>" not in response.text


async def test_repeated_parameter(world: World) -> None:
    """A parameter that comes twice means nothing certain."""
    response = await world.http.get(f"{CITY}/authorize?client_id=docs&client_id=docs")
    assert response.status_code == 400


async def test_login_page(world: World) -> None:
    """Without a hint the page offers every account, in both languages, and a click logs in."""
    page = await world.login(login_hint=None, state='"><script>alert(1)</script>')
    assert page.status_code == 200
    assert '<html lang="ja">' in page.text
    assert "デモ用ログイン" in page.text
    assert "For development only" in page.text
    assert "山田 &lt;花子&gt;" in page.text
    assert "納税課 · つなぎ市 · 131016 · tax-yamada" in page.text
    assert "<script>" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"

    fields = dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', page.text))
    buttons = re.findall(r'<button name="login_hint" value="([^"]*)"', page.text)
    assert buttons == ["tax-yamada", "welfare-suzuki"]
    form = {name: unescape(value) for name, value in fields.items()}
    clicked = await world.http.get(f"{CITY}/authorize", params={**form, "login_hint": buttons[0]})
    answer = sent_back(clicked)
    assert answer["state"] == '"><script>alert(1)</script>'
    assert (await world.exchange(answer["code"])).status_code == 200


async def test_unknown_account(world: World) -> None:
    """A hint that fits nobody leads to the page, which says so."""
    page = await world.login(login_hint="<nobody>")
    assert page.status_code == 200
    assert "There is no account “&lt;nobody&gt;”" in page.text


# Clients on their own


async def test_client_credentials(world: World) -> None:
    """A client with a secret gets a token of its own, for ten minutes."""
    response = await world.credentials("s3cret+/:ü", scope="statistics.read plan.read")
    assert response.status_code == 200
    assert response.json()["scope"] == "statistics.read"
    assert response.json()["expires_in"] == 600
    verified = await world.verified(response.json()["access_token"])
    assert verified.sub == verified.client_id == "batch:1"
    assert verified.agency == "131016"
    assert verified.authenticated_at is None
    assert verified.expires_at - verified.issued_at == timedelta(minutes=10)


@pytest.mark.parametrize("secret", ["wrong", "", "s3cret", "s3cret+/:u"])
async def test_wrong_secret(world: World, secret: str) -> None:
    """A wrong secret is answered with a challenge."""
    response = await world.credentials(secret)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Basic ")
    assert refused(response) == "invalid_client"


@pytest.mark.parametrize(
    ("error", "form", "authorization"),
    [
        ("invalid_client", {"grant_type": "client_credentials"}, None),
        ("invalid_client", {"grant_type": "client_credentials", "client_id": "batch:1"}, None),
        ("invalid_client", {"grant_type": "client_credentials", "client_id": "stranger"}, None),
        ("invalid_client", {"grant_type": "client_credentials"}, "Basic !"),
        ("invalid_client", {"grant_type": "client_credentials"}, "Basic /w=="),
        ("invalid_client", {"grant_type": "client_credentials"}, "Bearer YTpi"),
        ("invalid_client", {"grant_type": "client_credentials"}, "Basic ZG9jczo="),
        ("unauthorized_client", {"grant_type": "client_credentials", "client_id": "docs"}, None),
        ("unauthorized_client", {"grant_type": "client_credentials", "client_id": "bare"}, None),
        ("unsupported_grant_type", {"grant_type": "password", "client_id": "docs"}, None),
        ("unsupported_grant_type", {"client_id": "docs"}, None),
        ("invalid_grant", {"grant_type": "authorization_code", "client_id": "docs"}, None),
    ],
    ids=str,
)
async def test_refused_token(
    world: World, error: str, form: dict[str, str], authorization: str | None
) -> None:
    """Each refusal has the code of RFC 6749 section 5.2."""
    headers = {} if authorization is None else {"Authorization": authorization}
    response = await world.http.post(f"{CITY}/token", data=form, headers=headers)
    assert refused(response) == error
    assert response.status_code == (401 if error == "invalid_client" else 400)


@pytest.mark.parametrize("body", [b"grant_type=a&grant_type=b", b"client_id=\xff"])
async def test_unreadable_request(world: World, body: bytes) -> None:
    """A request that cannot be read for certain is refused."""
    response = await world.http.post(f"{CITY}/token", content=body)
    assert refused(response) == "invalid_request"


async def test_two_clients_in_one_request(world: World) -> None:
    """A client does not act in another's name."""
    assert refused(await world.credentials("s3cret+/:ü", client_id="docs")) == "invalid_client"


ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION = {"iss": "keyed", "sub": "keyed", "aud": CITY, "exp": NOW.timestamp() + 60, "jti": "1"}


async def asserted(
    world: World, *, key: ECKey = CLIENT_KEY, type_: str = ASSERTION_TYPE, **changes: object
) -> httpx.Response:
    claims = {name: v for name, v in {**ASSERTION, **changes}.items() if v is not None}
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": type_,
        "client_assertion": jwt.encode({"alg": "ES256"}, claims, key),
    }
    return await world.http.post(f"{CITY}/token", data=form)


async def test_private_key_jwt(world: World) -> None:
    """A client with a key signs an assertion, which works once."""
    response = await asserted(world)
    assert (await world.verified(response.json()["access_token"])).sub == "keyed"
    assert refused(await asserted(world)) == "invalid_client"
    assert (await asserted(world, jti="2", aud=[f"{CITY}/token"])).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"key": ECKey.generate_key("P-256")},
        {"type_": ASSERTION_TYPE.replace("jwt", "saml2")},
        {"iss": "docs"},
        {"iss": "stranger"},
        {"iss": ["keyed"]},
        {"sub": "batch:1"},
        {"aud": COUNCIL},
        {"aud": None},
        {"exp": NOW.timestamp() - 11},
        {"exp": None},
        {"jti": None},
        {"jti": ["1"]},
    ],
)
async def test_wrong_assertion(world: World, changes: dict[str, Any]) -> None:
    """An assertion of somebody else, for somebody else, or out of date proves nothing."""
    assert refused(await asserted(world, **changes)) == "invalid_client"


# What is published


async def test_discovery(world: World) -> None:
    """Metadata are those of the issuer where it is mounted, not of the host asked."""
    url = "http://127.0.0.1:8000/demo-issuers/city/.well-known/openid-configuration"
    metadata = (await world.http.get(url, headers={"Host": "evil.example"})).json()
    assert metadata["issuer"] == CITY
    for endpoint in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        assert metadata[endpoint].startswith(CITY + "/")
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    assert "plan.read" in metadata["scopes_supported"]
    # Authlib accepts https only; the rest must be right as it is.
    secure = json.loads(json.dumps(metadata).replace("http:", "https:"))
    server_metadata.AuthorizationServerMetadata(secure).validate()


async def test_published_key(world: World) -> None:
    """The public half is published, and nothing else."""
    (key,) = (await world.http.get(f"{CITY}/jwks")).json()["keys"]
    assert key.keys() == {"kty", "crv", "x", "y", "kid", "use", "alg"}


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/jwks", "/token"])
@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost:5173", True),
        ("http://[::1]:8000", True),
        ("https://evil.example", False),
        ("http://localhost.evil.example", False),
        ("http://127.0.0.1:8000.evil.example", False),
    ],
)
async def test_pages_of_this_machine(
    world: World, path: str, origin: str, *, allowed: bool
) -> None:
    """Swagger UI may call from any port of this machine; no other page may."""
    preflight = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST" if path == "/token" else "GET",
        "Access-Control-Request-Headers": "authorization,x-requested-with",
    }
    response = await world.http.options(CITY + path, headers=preflight)
    assert (response.status_code == 200) == allowed
    asked = await world.http.request(
        "POST" if path == "/token" else "GET", CITY + path, headers=preflight
    )
    for answer in (response, asked):
        assert (answer.headers.get("Access-Control-Allow-Origin") == origin) == allowed


async def test_no_page_reads_the_login(world: World) -> None:
    """A page's script cannot log somebody in behind their back and read the code."""
    headers = {"Origin": "http://localhost:5173"}
    response = await world.http.get(f"{CITY}/authorize?client_id=docs", headers=headers)
    assert "Access-Control-Allow-Origin" not in response.headers


async def test_oversized_request(world: World) -> None:
    """A token request has no need of 64 KiB."""
    response = await world.http.post(f"{CITY}/token", content=b"a=" + b"b" * 65_536)
    assert response.status_code == 413


# Tokens without HTTP


async def test_staff_token(world: World) -> None:
    """A token for an account, as the command line makes it."""
    verified = await world.verified(world.city.staff_token("tax-yamada"))
    assert (verified.sub, verified.client_id) == ("staff-0017", "tsunagi-cli")
    assert verified.scopes == YAMADA.scopes
    assert verified.agency == "131016"
    assert verified.authenticated_at == NOW
    assert (await world.verified(world.city.staff_token("welfare-suzuki"))).agency is None


async def test_staff_token_made_to_measure(world: World) -> None:
    """Tests choose scopes, time and claims, and leave claims out."""
    token = world.city.staff_token(
        "tax-yamada",
        client_id="portal",
        scopes=["a", "b"],
        now=NOW - timedelta(minutes=5),
        agency=None,
        purpose_of_use="support.plan",
        auth_time=int(NOW.timestamp()) - 3600,
    )
    verified = await world.verified(token)
    assert verified.client_id == "portal"
    assert verified.scopes == {"a", "b"}
    assert verified.expires_at == NOW + timedelta(minutes=10)
    assert verified.agency is None
    assert verified.purposes == frozenset({"support.plan"})
    assert verified.authenticated_at == NOW - timedelta(hours=1)
    with pytest.raises(Unauthenticated, match=r"token\.audience"):
        await world.verified(world.city.staff_token("tax-yamada", aud="other"))


async def test_client_token(world: World) -> None:
    """A token for a client, as the command line makes it."""
    verified = await world.verified(world.city.client_token("batch:1", scopes=["statistics.read"]))
    assert verified.sub == verified.client_id == "batch:1"
    assert verified.scopes == {"statistics.read"}
    assert verified.expires_at - verified.issued_at == timedelta(minutes=10)


def test_unknown_names(world: World) -> None:
    """Whoever mistypes a name learns the names there are."""
    with pytest.raises(LookupError, match="tax-yamada, welfare-suzuki"):
        world.city.staff_token("tax-yamda")
    with pytest.raises(LookupError, match="bare, batch:1, docs, keyed"):
        world.city.client_token("tax-yamada")


async def test_one_issuers_token_in_anothers_name(world: World) -> None:
    """Sharing a process is no trust: each issuer has a key of its own."""
    with pytest.raises(Unauthenticated, match=r"token\.key_unknown"):
        await world.verified(world.council.staff_token("tax-yamada", iss=CITY))


async def test_stored_key() -> None:
    """With a stored key, tokens of an earlier run are still good."""
    key = new_private_jwk()
    earlier = demo_issuer(key=key).staff_token("tax-yamada")
    assert (await World(key=key).verified(earlier)).sub == "staff-0017"
    with pytest.raises(Unauthenticated, match=r"token\.key_unknown"):
        await World().verified(earlier)


# Never by accident


@pytest.mark.parametrize("allow", [False, None, 1, "yes"])
def test_not_allowed(allow: Any) -> None:
    """Nobody gets a demo issuer without asking for it in so many words."""
    with pytest.raises(RuntimeError, match=r"development only.*allow=True"):
        create_issuer(issuer=CITY, audience=AUDIENCE, accounts=[], clients=[], allow=allow)


@pytest.mark.parametrize("issuer", [CITY + "/", CITY + "?a=b", CITY + "#a", "city", "ftp://city"])
def test_unfit_url(issuer: str) -> None:
    """An issuer's name is a plain URL."""
    with pytest.raises(ValueError, match="an issuer"):
        demo_issuer(issuer)


@pytest.mark.parametrize(
    "key",
    [
        ECKey.generate_key("P-256").as_dict(private=False),
        ECKey.generate_key("P-384").as_dict(private=True),
    ],
    ids=["public", "P-384"],
)
def test_unfit_key(key: dict[str, Any]) -> None:
    """The key must be a private one for ES256."""
    with pytest.raises(ValueError, match="private P-256"):
        demo_issuer(key=key)


def test_importing_does_nothing() -> None:
    """Importing the module makes no key, no application and no output."""
    code = (
        "import service.demo.issuer as m, joserfc.jwk as j, starlette.applications as s;"
        "print([n for n, v in vars(m).items()"
        " if isinstance(v, (j.ECKey, s.Starlette, m.DemoIssuer))])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
    assert run.stderr == ""
