"""One token per rule of RFC 9068 and of the checklist (A1 to A8, A19), with the exact code."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64encode

from service.adapters.oidc.keys import KeyStore
from service.adapters.oidc.tokens import TokenVerifier, bearer_token
from service.domain.actor import TokenIssuer
from service.domain.errors import Unauthenticated, Unavailable

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
T = int(NOW.timestamp())
AUDIENCE = "https://tsunagi.example/api"
CITY = "https://login.city.example"
COUNCIL = "https://login.council.example/realms/staff"
CLINIC = "https://login.clinic.example"
PARTNER = "https://login.partner.example"


def _rsa(bits: int) -> RSAKey:
    # Not through joserfc, which warns about the small one.
    raw = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    return RSAKey(raw, raw, {"kid": f"rsa-{bits}"})


EC = ECKey.generate_key("P-256", {"kid": "ec"})
EC384 = ECKey.generate_key("P-384", {"kid": "ec-384"})
ED = OKPKey.generate_key("Ed25519", {"kid": "ed"})
RSA = _rsa(2048)
SMALL_RSA = _rsa(1024)
OTHER = ECKey.generate_key("P-256", {"kid": "ec-council"})
ATTACKER = ECKey.generate_key("P-256", {"kid": "ec"})
ONLY_ENCRYPTION = ECKey.generate_key("P-256", {"kid": "enc", "use": "enc"})
ONLY_RS256 = RSAKey(RSA.raw_value, RSA.raw_value, {"kid": "rs-only", "alg": "RS256"})
SHARED = OctKey.import_key("a secret that two parties would know", {"kid": "oct"})


def _public_pem(key: ECKey | RSAKey) -> OctKey:
    """Take the public key for a shared secret, as the old attack does."""
    return OctKey(key.as_pem(private=False), None, {"kid": str(key.kid)})


def _public_jwk(key: ECKey) -> OctKey:
    return OctKey(json.dumps(key.as_dict(private=False)).encode(), None, {"kid": str(key.kid)})


ISSUERS = {
    issuer.iss: issuer
    for issuer in (
        TokenIssuer(iss=CITY),
        TokenIssuer(iss=COUNCIL, kind="staff"),
        # Even a careless table does not admit what proves nothing.
        TokenIssuer(iss=CLINIC, algorithms=("RS256", "HS256", "none")),
        TokenIssuer(iss=PARTNER, kind="partner"),
    )
}
JWKS: dict[str, list[Key]] = {
    "login.city.example": [EC, EC384, ED, RSA, SMALL_RSA, ONLY_ENCRYPTION, ONLY_RS256, SHARED],
    "login.council.example": [OTHER],
    "login.clinic.example": [RSA],
    "login.partner.example": [EC, OTHER],
}


def _publish(request: httpx.Request) -> httpx.Response:
    url = request.url
    if url.path.endswith("/.well-known/openid-configuration"):
        iss = str(url).removesuffix("/.well-known/openid-configuration")
        return httpx.Response(200, json={"issuer": iss, "jwks_uri": f"{iss}/jwks"})
    # Private halves are published by nobody, except the secret that has no other half.
    keys = [key.as_dict(private=key is SHARED) for key in JWKS[url.host]]
    return httpx.Response(200, json={"keys": keys})


def _verifier() -> TokenVerifier:
    async def issuers(iss: str) -> TokenIssuer | None:
        return ISSUERS.get(iss)

    http = httpx.AsyncClient(transport=httpx.MockTransport(_publish))
    return TokenVerifier(audience=AUDIENCE, issuers=issuers, keys=KeyStore(http, clock=lambda: NOW))


CLAIMS: dict[str, Any] = {
    "iss": CITY,
    "sub": "staff-0017",
    "aud": AUDIENCE,
    "client_id": "portal",
    "iat": T - 60,
    "exp": T + 240,
    "jti": "0001",
    "scope": "referral.read referral.write",
}
ABSENT = object()
NO_TEXT: tuple[Any, ...] = (5, None, True, "", ["a"], "a\nb", "a\0b", "\ud800", "a" * 513)
NO_INSTANT: tuple[Any, ...] = (True, str(T), [T], -1, 10**18, 10**400, {})


@dataclass(frozen=True)
class Token:
    """A token to be made: what differs from a good one, and who signs it."""

    about: str
    claims: Mapping[str, Any] = field(default_factory=dict)
    header: Mapping[str, Any] = field(default_factory=dict)
    key: Key = field(default_factory=lambda: EC)
    alg: str = "ES256"

    def text(self) -> str:
        """Sign it, however wrong it is."""
        header = _with({"typ": "at+jwt", "alg": self.alg, "kid": self.key.kid}, self.header)
        return signed(json.dumps(header), json.dumps(_with(CLAIMS, self.claims)), self)


def _with(members: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: v for name, v in {**members, **changes}.items() if v is not ABSENT}


def signed(header: str, payload: str, by: Token) -> str:
    """Sign exactly these texts, as no library would let one."""
    signing_input = b".".join(urlsafe_b64encode(part.encode()) for part in (header, payload))
    signature = JWSRegistry.algorithms[by.alg].sign(signing_input, by.key)
    return (signing_input + b"." + urlsafe_b64encode(signature)).decode()


ACCEPTED = [
    Token("ES256"),
    Token("PS256", key=RSA, alg="PS256"),
    Token("EdDSA by its old name", key=ED, alg="EdDSA"),
    Token("EdDSA by its new name", key=ED, alg="Ed25519"),
    Token("RS256 where the table lists it", {"iss": CLINIC}, key=RSA, alg="RS256"),
    Token("typ in capitals", header={"typ": "AT+JWT"}),
    Token("typ as a full media type", header={"typ": "application/at+jwt"}),
    Token("unknown header members", header={"org": "city", "x5t": "AAAA"}),
    Token("attacker's key set URL is not followed", header={"jku": "https://evil.example/"}),
    Token("aud is a list with ours", {"aud": ["https://other.example", AUDIENCE]}),
    Token("no scope", {"scope": ABSENT}),
    Token("empty scope", {"scope": ""}),
    Token("times with fractions", {"iat": T - 0.5, "exp": T + 10.25}),
    Token("issued 10 s ahead", {"iat": T + 10}),
    Token("not before 10 s ahead", {"nbf": T + 10}),
    Token("expired 10 s ago", {"exp": T - 10}),
    Token("mixed issuer, staff, 15 min", {"iat": T, "exp": T + 900}),
    Token("mixed issuer, client, 10 min", {"sub": "portal", "iat": T, "exp": T + 600}),
    Token("staff issuer, client, 15 min", {"iss": COUNCIL, "iat": T, "exp": T + 900}, key=OTHER),
    Token("partner issuer, 10 min", {"iss": PARTNER, "iat": T, "exp": T + 600}),
    Token("no kid, one key", {"iss": COUNCIL}, {"kid": ABSENT}, key=OTHER),
    Token("no kid, one key that fits", header={"kid": ABSENT}, key=ED, alg="Ed25519"),
    Token("claims nobody reads", {"groups": ["a"], "act": {"sub": "x"}}),
]

REFUSED = [
    # A1, A19: the type
    ("token.typ", Token("no typ", header={"typ": ABSENT})),
    ("token.typ", Token("typ JWT", header={"typ": "JWT"})),
    ("token.typ", Token("typ of a logout token", header={"typ": "logout+jwt"})),
    ("token.typ", Token("ID token", {"aud": "portal", "nonce": "n"}, {"typ": "JWT"})),
    ("token.typ", Token("ID token with the other typ", {"nonce": "n"})),
    ("token.typ", Token("ID token by its at_hash", {"at_hash": "x"})),
    ("token.malformed", Token("typ is a list", header={"typ": ["at+jwt"]})),
    # A2: the issuer, and whose key it is
    ("token.issuer_unknown", Token("unknown issuer", {"iss": "https://evil.example"})),
    ("token.issuer_unknown", Token("iss with a slash", {"iss": CITY + "/"})),
    ("token.issuer_unknown", Token("iss in capitals", {"iss": CITY.upper()})),
    ("token.issuer_unknown", Token("iss with NUL", {"iss": CITY + "\0"})),
    ("token.issuer_unknown", Token("iss with half a character", {"iss": CITY + "\ud800"})),
    ("token.claims", Token("no iss", {"iss": ABSENT})),
    ("token.claims", Token("iss is a list", {"iss": [CITY]})),
    ("token.key_unknown", Token("signed by another issuer's key", key=OTHER)),
    ("token.signature", Token("signed by a stranger under a known kid", key=ATTACKER)),
    (
        "token.signature",
        Token(
            "brings its own key",
            header={"jwk": ATTACKER.as_dict(private=False)},
            key=ATTACKER,
        ),
    ),
    ("token.key_unknown", Token("unknown kid", header={"kid": "ec-2"})),
    ("token.key_unknown", Token("empty kid", header={"kid": ""})),
    ("token.key_unknown", Token("no kid, two fit", {"iss": PARTNER}, {"kid": ABSENT})),
    (
        "token.key_unknown",
        Token("no kid, none fits", {"iss": COUNCIL}, {"kid": ABSENT}, key=ED, alg="EdDSA"),
    ),
    ("token.malformed", Token("critical extension", header={"crit": ["exp"], "exp": T})),
    ("token.malformed", Token("critical b64", header={"crit": ["b64"], "b64": False})),
    ("token.malformed", Token("b64 without crit", header={"b64": False})),
    ("token.malformed", Token("crit is a number", header={"crit": 5})),
    ("token.malformed", Token("kid is a number", header={"kid": 5})),
    ("token.malformed", Token("alg is a list", header={"alg": ["ES256"]})),
    ("token.malformed", Token("no alg", header={"alg": ABSENT})),
    # A5: the algorithm, and whether the key is for it
    ("token.algorithm", Token("none", alg="none")),
    ("token.algorithm", Token("none, listed by mistake", {"iss": CLINIC}, alg="none")),
    ("token.algorithm", Token("none in capitals", header={"alg": "NONE"}, alg="none")),
    ("token.algorithm", Token("HS256 with a published secret", key=SHARED, alg="HS256")),
    ("token.key_unknown", Token("the published secret's kid", header={"kid": "oct"})),
    ("token.algorithm", Token("HS256, public key PEM", key=_public_pem(EC), alg="HS256")),
    ("token.algorithm", Token("HS256, public JWK", key=_public_jwk(EC), alg="HS256")),
    (
        "token.algorithm",
        Token("HS256, listed by mistake", {"iss": CLINIC}, key=_public_pem(RSA), alg="HS256"),
    ),
    ("token.algorithm", Token("RS256 where it is no exception", key=RSA, alg="RS256")),
    ("token.algorithm", Token("PS256 where only RS256 is", {"iss": CLINIC}, key=RSA, alg="PS256")),
    ("token.signature", Token("RS256 called PS256", header={"alg": "PS256"}, key=RSA, alg="RS256")),
    ("token.algorithm", Token("a key for RS256 only", key=ONLY_RS256, alg="PS256")),
    ("token.algorithm", Token("an unlisted curve", key=EC384, alg="ES384")),
    (
        "token.algorithm",
        Token("P-384 called ES256", header={"alg": "ES256"}, key=EC384, alg="ES384"),
    ),
    (
        "token.algorithm",
        Token("an EC key's kid with PS256", header={"kid": "ec"}, key=RSA, alg="PS256"),
    ),
    ("token.key_unknown", Token("RSA with 1024 bits", key=SMALL_RSA, alg="PS256")),
    ("token.key_unknown", Token("a key for encryption", key=ONLY_ENCRYPTION)),
    # How long, and since when (A6)
    ("token.not_yet_valid", Token("issued 11 s ahead", {"iat": T + 11})),
    ("token.not_yet_valid", Token("issued 61 s ahead", {"iat": T + 61})),
    ("token.not_yet_valid", Token("not before 61 s ahead", {"nbf": T + 61})),
    ("token.not_yet_valid", Token("logged in tomorrow", {"auth_time": T + 86_400})),
    ("token.expired", Token("expired 11 s ago", {"exp": T - 11})),
    ("token.expired", Token("expired 61 s ago", {"iat": T - 300, "exp": T - 61})),
    ("token.lifetime", Token("10 years", {"exp": T + 315_360_000})),
    ("token.lifetime", Token("mixed, staff, 901 s", {"iat": T, "exp": T + 901})),
    ("token.lifetime", Token("mixed, client, 601 s", {"sub": "portal", "iat": T, "exp": T + 601})),
    (
        "token.lifetime",
        Token("staff issuer, 901 s", {"iss": COUNCIL, "iat": T, "exp": T + 901}, key=OTHER),
    ),
    ("token.lifetime", Token("partner, 601 s", {"iss": PARTNER, "iat": T, "exp": T + 601})),
    ("token.lifetime", Token("no lifetime", {"iat": T, "exp": T})),
    ("token.lifetime", Token("negative lifetime", {"iat": T + 5, "exp": T - 5})),
    # A7: the audience
    ("token.audience", Token("no aud", {"aud": ABSENT})),
    ("token.audience", Token("aud is another", {"aud": "https://other.example"})),
    ("token.audience", Token("aud with a slash", {"aud": AUDIENCE + "/"})),
    ("token.audience", Token("aud begins like ours", {"aud": AUDIENCE[:-1]})),
    ("token.audience", Token("aud is a list of others", {"aud": ["https://other.example"]})),
    ("token.audience", Token("aud is an empty list", {"aud": []})),
    ("token.claims", Token("aud is a number", {"aud": 5})),
    ("token.claims", Token("aud is a list of numbers", {"aud": [AUDIENCE, 5]})),
    # A12: tokens bound to their sender
    ("token.sender_constrained", Token("DPoP-bound", {"cnf": {"jkt": "x"}})),
    ("token.sender_constrained", Token("certificate-bound", {"cnf": {"x5t#S256": "x"}})),
    ("token.sender_constrained", Token("bound to nothing readable", {"cnf": None})),
    # the claims' presence and types
    *(
        ("token.claims", Token(f"no {name}", {name: ABSENT}))
        for name in ("sub", "client_id", "jti", "iat", "exp")
    ),
    *(
        ("token.claims", Token(f"{name} is {value!r:.20}", {name: value}))
        for name in ("sub", "client_id", "jti")
        for value in NO_TEXT
    ),
    *(
        ("token.claims", Token(f"{name} is {value!r:.20}", {name: value}))
        for name in ("iat", "exp", "nbf", "auth_time")
        for value in NO_INSTANT
    ),
    ("token.claims", Token("scope is a list", {"scope": ["referral.read"]})),
    ("token.claims", Token("scope is null", {"scope": None})),
    ("token.claims", Token("scope over two lines", {"scope": "a\nb"})),
    ("token.claims", Token("agency is a list", {"agency": ["131016"]})),
    ("token.claims", Token("acr is a number", {"acr": 2})),
    ("token.claims", Token("purposes are numbers", {"purpose_of_use": [1]})),
    ("token.claims", Token("purposes are an object", {"purpose_of_use": {"a": True}})),
    ("token.malformed", Token("NaN", {"exp": float("nan")})),
    ("token.malformed", Token("Infinity", {"exp": float("inf")})),
]


@pytest.mark.parametrize("token", ACCEPTED, ids=lambda token: token.about)
async def test_accepted(token: Token) -> None:
    """A token within the rules is accepted, and says the same when it comes again."""
    verifier, text = _verifier(), token.text()
    verified = await verifier.verify(text, NOW)
    assert verified.jti == "0001"
    assert await verifier.verify(text, NOW) == verified


@pytest.mark.parametrize(("code", "token"), REFUSED, ids=lambda value: getattr(value, "about", ""))
async def test_refused(code: str, token: Token) -> None:
    """A token outside a rule is refused, and the code names the rule."""
    assert await _refusal(token.text()) == code


async def _refusal(text: str) -> str:
    """The code, which is the same at the second try, also where other tokens were accepted."""
    verifier = _verifier()
    codes = set()
    for _ in range(2):
        with pytest.raises(Unauthenticated) as refused:
            await verifier.verify(text, NOW)
        codes.add(refused.value.code)
        await verifier.verify(GOOD, NOW)
    [code] = codes
    return code


GOOD = Token("good").text()
_HEADER, _PAYLOAD, _SIGNATURE = GOOD.split(".")
HEADER = json.dumps({"typ": "at+jwt", "alg": "ES256", "kid": "ec"})
PAYLOAD = json.dumps(CLAIMS)
_BYTES = urlsafe_b64encode(b"{\xff}").decode()
DEEP = "[" * 5000 + "]" * 5000
UNREADABLE = {
    "nothing": "",
    "dots": "..",
    "one part": _HEADER,
    "no signature part": f"{_HEADER}.{_PAYLOAD}",
    "four parts": f"{GOOD}.{_SIGNATURE}",
    "encrypted": f"{_HEADER}.a.b.c.d",
    "padded": f"{_HEADER}.{_PAYLOAD}=.{_SIGNATURE}",
    "not base64": f"{_HEADER}.{_PAYLOAD[:-1]}!.{_SIGNATURE}",
    "not ASCII": GOOD + "あ",
    "130 kB": Token("long", {"padding": "x" * 97_000}).text(),
    "over 16 KiB": Token("long", {"padding": "x" * 12_300}).text(),
    "header is a list": signed("[]", PAYLOAD, Token("")),
    "header is no JSON": signed("{", PAYLOAD, Token("")),
    "header is not UTF-8": f"{_BYTES}.{_PAYLOAD}.{_SIGNATURE}",
    "header is deep": signed('{"typ":"at+jwt","x":' + DEEP + "}", PAYLOAD, Token("")),
    "payload is a list": signed(HEADER, "[]", Token("")),
    "payload is a string": signed(HEADER, '"iss"', Token("")),
    "payload is no JSON": signed(HEADER, "iss", Token("")),
    "payload is deep": signed(HEADER, f'{{"iss":{DEEP}}}', Token("")),
    "a number of 5000 digits": signed(HEADER, f'{{"exp":{"9" * 5000}}}', Token("")),
    "two types": signed('{"typ":"JWT",' + HEADER[1:], PAYLOAD, Token("")),
    "two issuers": signed(HEADER, '{"iss":"https://evil.example",' + PAYLOAD[1:], Token("")),
    "two of a kind inside": signed(HEADER, '{"a":{"b":1,"b":2},' + PAYLOAD[1:], Token("")),
}


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE.keys())
async def test_unreadable(text: str) -> None:
    """What is no well-formed JWS of JSON objects is refused before anything else."""
    assert await _refusal(text) == "token.malformed"


async def test_infinite_number() -> None:
    """A number too large for a float does not pass as an expiry."""
    endless = signed(HEADER, PAYLOAD.replace(f'"exp": {T + 240}', '"exp": 1e400'), Token(""))
    assert await _refusal(endless) == "token.claims"


async def test_altered_tokens() -> None:
    """No byte of header, payload or signature can be exchanged for another token's."""
    other_header, other_payload, other_signature = (
        Token("o", {"jti": "2"}, {"x": "y"}).text().split(".")
    )
    assert await _refusal(f"{other_header}.{_PAYLOAD}.{_SIGNATURE}") == "token.signature"
    assert await _refusal(f"{_HEADER}.{other_payload}.{_SIGNATURE}") == "token.signature"
    assert await _refusal(f"{_HEADER}.{_PAYLOAD}.{other_signature}") == "token.signature"
    assert await _refusal(f"{_HEADER}.{_PAYLOAD}.") == "token.signature"
    for signature in (_SIGNATURE[:-4], _SIGNATURE + "==", _SIGNATURE + "\n", _SIGNATURE[:-1] + "_"):
        assert await _refusal(f"{_HEADER}.{_PAYLOAD}.{signature}") == "token.signature"


async def test_what_a_token_says() -> None:
    """Every claim that is read arrives as it was said."""
    token = Token(
        "full",
        {
            "agency": "131016",
            "purpose_of_use": "support.plan referral",
            "auth_time": T - 100,
            "acr": "2",
        },
    )
    verified = await _verifier().verify(token.text(), NOW)
    assert (verified.iss, verified.sub, verified.client_id) == (CITY, "staff-0017", "portal")
    assert verified.scopes == {"referral.read", "referral.write"}
    assert verified.issued_at == NOW - timedelta(seconds=60)
    assert verified.expires_at == NOW + timedelta(seconds=240)
    assert verified.agency == "131016"
    assert verified.purposes == frozenset({"support.plan", "referral"})
    assert verified.authenticated_at == NOW - timedelta(seconds=100)
    assert verified.acr == "2"


@pytest.mark.parametrize(
    ("said", "purposes"),
    [
        (ABSENT, None),
        (["support.plan"], {"support.plan"}),
        ("", set()),
        ([], set()),
        (None, set()),
    ],
)
async def test_purposes(said: object, purposes: set[str] | None) -> None:
    """Only a token that says nothing of purposes is not limited to any."""
    verified = await _verifier().verify(Token("", {"purpose_of_use": said}).text(), NOW)
    assert verified.purposes == purposes


async def test_a_careless_issuer_source() -> None:
    """A source that finds an issuer merely alike does not make it the same."""

    async def alike(_iss: str) -> TokenIssuer:
        return ISSUERS[CITY]

    http = httpx.AsyncClient(transport=httpx.MockTransport(_publish))
    keys = KeyStore(http, clock=lambda: NOW)
    verifier = TokenVerifier(audience=AUDIENCE, issuers=alike, keys=keys)
    with pytest.raises(Unauthenticated, match="issuer_unknown"):
        await verifier.verify(Token("", {"iss": CITY.upper()}).text(), NOW)


async def test_the_database_is_asked_for_text_only() -> None:
    """What no database can store is no issuer, and is not looked up."""
    asked: list[str] = []

    async def issuers(iss: str) -> TokenIssuer | None:
        asked.append(iss)
        return None

    http = httpx.AsyncClient(transport=httpx.MockTransport(_publish))
    keys = KeyStore(http, clock=lambda: NOW)
    verifier = TokenVerifier(audience=AUDIENCE, issuers=issuers, keys=keys)
    for iss in (CITY + "\0", CITY + "\ud800", "other"):
        with pytest.raises(Unauthenticated, match="issuer_unknown"):
            await verifier.verify(Token("", {"iss": iss}).text(), NOW)
    assert asked == ["other"]


async def test_keys_that_cannot_be_had() -> None:
    """That the issuer is down is nobody's refusal: it is ours to say so."""

    async def issuers(iss: str) -> TokenIssuer | None:
        return ISSUERS.get(iss)

    http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(500)))
    keys = KeyStore(http, clock=lambda: NOW)
    verifier = TokenVerifier(audience=AUDIENCE, issuers=issuers, keys=keys)
    with pytest.raises(Unavailable, match=r"keys\.unavailable"):
        await verifier.verify(GOOD, NOW)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
_CHANGED_HEADER = st.dictionaries(
    st.sampled_from(["typ", "alg", "kid", "crit", "jwk", "jku", "x5u", "x5c", "b64", "cty"]), _JSON
)
_CHANGED_CLAIMS = st.dictionaries(
    st.sampled_from([*CLAIMS, "nbf", "agency", "purpose_of_use", "auth_time", "acr"]), _JSON
)


@settings(max_examples=200, deadline=None)
@given(header=_CHANGED_HEADER, claims=_CHANGED_CLAIMS)
async def test_any_json(header: dict[str, Any], claims: dict[str, Any]) -> None:
    """Whatever JSON a token holds, the answer is a verified token or a refusal, never a crash."""
    try:
        await _verifier().verify(Token("", claims, header).text(), NOW)
    except Unauthenticated as refused:
        assert refused.code.startswith("token.")  # noqa: PT017 - acceptance is fine too


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60) | st.text(alphabet="eyJ0.=-_+/", max_size=60))
async def test_any_text(text: str) -> None:
    """Text that is no token at all is refused as unreadable."""
    assert await _refusal(text) == "token.malformed"


@pytest.mark.parametrize(
    "header", ["Bearer abc.d-e_f", "bearer abc.d-e_f", "BEARER  abc.d-e_f", " Bearer abc.d-e_f "]
)
def test_bearer_token(header: str) -> None:
    """The scheme's case does not matter, nor do spaces around."""
    assert bearer_token([header], ["purpose"]) == "abc.d-e_f"


@pytest.mark.parametrize(
    ("code", "headers", "query"),
    [
        ("token.missing", [], []),
        ("token.missing", [""], []),
        ("token.missing", ["Basic dXNlcjpwYXNz"], []),
        ("token.malformed", ["Bearer"], []),
        ("token.malformed", ["Bearer "], []),
        ("token.malformed", ["Bearer a", "Bearer b"], []),
        ("token.malformed", ["Bearer a", "Basic b"], []),
        ("token.malformed", ["Bearer a, Bearer b"], []),
        ("token.malformed", ["Bearer a b"], []),
        ("token.malformed", ["Bearer あ"], []),
        ("token.malformed", ["Bearer a\n"], []),
        ("token.sender_constrained", ["DPoP abc"], []),
        ("token.in_query", [], ["access_token"]),
        ("token.in_query", ["Bearer abc"], ["page", "access_token"]),
        ("token.in_query", ["Bearer abc"], ["ACCESS_TOKEN"]),
    ],
)
def test_no_bearer_token(code: str, headers: list[str], query: list[str]) -> None:
    """Exactly one Authorization header carries the token, and nothing else does (A8)."""
    with pytest.raises(Unauthenticated) as refused:
        bearer_token(headers, query)
    assert refused.value.code == code
