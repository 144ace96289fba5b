"""How keys are fetched, kept and forgotten (checklist A16, A17)."""

import asyncio
import gzip
import json
import warnings
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from service.adapters.oidc import publication
from service.adapters.oidc.jwks import NoKeySet, fits, usable_keys
from service.adapters.oidc.keys import KeyStore
from service.domain.actor import TokenIssuer
from service.domain.errors import Unauthenticated, Unavailable

ISS = "https://login.city.example/realms/staff"
CITY = TokenIssuer(iss=ISS)
DISCOVERY = f"{ISS}/.well-known/openid-configuration"
RFC_8414 = "https://login.city.example/.well-known/oauth-authorization-server/realms/staff"
JWKS = f"{ISS}/jwks"
METADATA = {"issuer": ISS, "jwks_uri": JWKS}

OLD = ECKey.generate_key("P-256", {"kid": "old"})
NEW = ECKey.generate_key("P-256", {"kid": "new"})
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})

Answer = httpx.Response | Exception | dict[str, Any]


def key_set(*keys: Key | dict[str, Any]) -> dict[str, Any]:
    return {"keys": [key if isinstance(key, dict) else key.as_dict(private=False) for key in keys]}


@dataclass
class Web:
    """What issuers answer by URL, and what they were asked; with a clock that stands still."""

    answers: dict[str, Answer | Callable[[], Answer]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    now: datetime = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
    delay: float = 0.0

    async def answer(self, request: httpx.Request) -> httpx.Response:
        url = str(request.url)
        self.asked.append(url)
        await asyncio.sleep(self.delay)
        answer = self.answers.get(url, httpx.Response(404))
        if callable(answer):
            answer = answer()
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(200, json=answer) if isinstance(answer, dict) else answer

    def store(self, *, allow_loopback_http: bool = False) -> KeyStore:
        http = httpx.AsyncClient(transport=httpx.MockTransport(self.answer), follow_redirects=True)
        return KeyStore(http, clock=lambda: self.now, allow_loopback_http=allow_loopback_http)

    def count(self, url: str = JWKS) -> int:
        return self.asked.count(url)

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def web() -> Web:
    return Web({DISCOVERY: METADATA, JWKS: key_set(OLD)})


async def refusal(store: KeyStore, kid: str | None = "old", *, issuer: TokenIssuer = CITY) -> str:
    with pytest.raises((Unauthenticated, Unavailable)) as refused:
        await store.key(issuer, kid, "ES256")
    return refused.value.code


async def found(store: KeyStore, kid: str | None = "old", *, issuer: TokenIssuer = CITY) -> str:
    return str((await store.key(issuer, kid, "ES256")).kid)


# Keeping


async def test_kept_for_five_minutes(web: Web) -> None:
    """One fetch serves five minutes."""
    store = web.store()
    for _ in range(5):
        assert await found(store) == "old"
        web.later(seconds=59)
    assert web.asked == [DISCOVERY, JWKS]
    web.later(seconds=5)
    assert await found(store) == "old"
    assert web.count() == 2


async def test_withdrawn_key(web: Web) -> None:
    """A key the issuer withdraws is refused after five minutes at the latest."""
    store = web.store()
    await found(store)
    web.answers[JWKS] = key_set(NEW)
    web.later(minutes=5)
    assert await refusal(store) == "token.key_unknown"
    assert await found(store, "new") == "new"


async def test_all_keys_withdrawn(web: Web) -> None:
    """An empty set is an answer, not a failure: nothing stale is used instead."""
    store = web.store()
    await found(store)
    web.answers[JWKS] = {"keys": []}
    web.later(minutes=5)
    assert await refusal(store) == "token.key_unknown"


async def test_added_key(web: Web) -> None:
    """A new key is found at once, if nobody asked within 30 s."""
    store = web.store()
    await found(store)
    web.answers[JWKS] = key_set(OLD, NEW)
    web.later(seconds=29)
    assert await refusal(store, "new") == "token.key_unknown"
    web.later(seconds=1)
    assert await found(store, "new") == "new"


async def test_a_thousand_unknown_keys(web: Web) -> None:
    """Random key ids cost the issuer one fetch per 30 s, also when it fails."""
    store = web.store()
    await found(store)
    web.later(seconds=31)
    for number in range(500):
        assert await refusal(store, f"random-{number}") == "token.key_unknown"
    await asyncio.gather(*(refusal(store, f"more-{number}") for number in range(500)))
    assert web.count() == 2
    web.answers[DISCOVERY] = httpx.Response(500)
    web.later(seconds=31)
    for number in range(100):
        assert await refusal(store, f"again-{number}") == "token.key_unknown"
    assert web.count(DISCOVERY) == 3
    assert await found(store) == "old"


async def test_issuer_down(web: Web) -> None:
    """Keys of an issuer that is down count for an hour; then it is unavailable."""
    store = web.store()
    await found(store)
    web.answers[JWKS] = httpx.ConnectError("down")
    web.later(hours=1)
    assert await found(store) == "old"
    web.later(seconds=1)
    assert await refusal(store) == "keys.unavailable"
    web.answers[JWKS] = key_set(OLD)
    web.later(seconds=30)
    assert await found(store) == "old"


async def test_issuer_down_from_the_start(web: Web) -> None:
    """Failures are not repeated within 30 s either."""
    web.answers[JWKS] = httpx.Response(503)
    store = web.store()
    for _ in range(10):
        assert await refusal(store) == "keys.unavailable"
        web.later(seconds=2)
    assert web.count() == 1
    web.answers[JWKS] = key_set(OLD)
    web.later(seconds=10)
    assert await found(store) == "old"


async def test_clock_set_back(web: Web) -> None:
    """A clock that jumps back does not keep keys longer."""
    store = web.store()
    await found(store)
    web.answers[JWKS] = key_set(NEW)
    web.later(days=-1)
    assert await refusal(store) == "token.key_unknown"


async def test_cold_start_is_shared(web: Web) -> None:
    """Callers that come together share one fetch, and each gets its answer."""
    web.delay = 0.01
    store = web.store()
    answers = await asyncio.gather(*(found(store) for _ in range(50)), refusal(store, "new"))
    assert answers == ["old"] * 50 + ["token.key_unknown"]
    assert web.asked == [DISCOVERY, JWKS]


async def test_a_caller_goes_away(web: Web) -> None:
    """Whoever started the fetch does not end it for the others by leaving."""
    web.delay = 0.01
    store = web.store()
    first = asyncio.create_task(found(store))
    await asyncio.sleep(0)
    second = asyncio.create_task(found(store))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == "old"
    assert first.cancelled()
    assert web.count() == 1


async def test_issuers_are_kept_apart(web: Web) -> None:
    """Neither keys nor failures of one issuer touch another."""
    other = TokenIssuer(iss="https://other.example")
    store = web.store()
    assert await refusal(store, issuer=other) == "keys.unavailable"
    assert await found(store) == "old"
    assert await refusal(store, issuer=other) == "keys.unavailable"


async def test_a_changed_entry_counts_at_once(web: Web) -> None:
    """When the table names another key set, the old one is not used any more."""
    store = web.store()
    await found(store)
    elsewhere = TokenIssuer(iss=ISS, jwks_uri="https://keys.example/set")
    web.answers["https://keys.example/set"] = key_set(NEW)
    assert await refusal(store, issuer=elsewhere) == "token.key_unknown"
    assert await found(store, "new", issuer=elsewhere) == "new"


# Choosing


async def test_without_kid(web: Web) -> None:
    """A token that names no key is for an issuer that has only one that fits."""
    web.answers[JWKS] = key_set(OLD, RSA)
    store = web.store()
    assert (await store.key(CITY, None, "ES256")).kid == "old"
    assert (await store.key(CITY, None, "PS256")).kid == "rsa"
    web.answers[JWKS] = key_set(OLD, NEW, RSA)
    web.later(minutes=5)
    assert await refusal(store, None) == "token.key_unknown"


async def test_the_same_kid_twice(web: Web) -> None:
    """Keys of different types may share an id; keys that both fit are told apart by nothing."""
    rsa_named_old = RSA.as_dict(private=False, kid="old")
    web.answers[JWKS] = key_set(OLD, rsa_named_old)
    store = web.store()
    assert (await store.key(CITY, "old", "PS256")).key_type == "RSA"
    assert (await store.key(CITY, "old", "ES256")).key_type == "EC"
    web.answers[JWKS] = key_set(OLD, NEW.as_dict(private=False, kid="old"))
    web.later(minutes=5)
    assert await refusal(store) == "token.key_unknown"


async def test_a_key_for_another_algorithm(web: Web) -> None:
    """A known key that is not for the token's algorithm does not make the store ask again."""
    store = web.store()
    await found(store)
    web.later(minutes=1)
    with pytest.raises(Unauthenticated, match=r"token\.algorithm"):
        await store.key(CITY, "old", "PS256")
    assert web.count() == 1


# Reading a set


def _small_rsa() -> dict[str, Any]:
    bits = 1024
    raw = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    return RSAKey(raw, raw).as_dict(private=False, kid="bad")


BAD: dict[str, Any] = {
    "no object": "key",
    "no kty": {"kid": "bad"},
    "unknown kty": {"kty": "AKP", "alg": "ML-DSA-44", "kid": "bad", "pub": "AAAA"},
    "kty is a list": {"kty": ["EC"], "kid": "bad"},
    "unknown curve": OLD.as_dict(private=False, kid="bad", crv="P-512"),
    "curve not in use": ECKey.generate_key("secp256k1").as_dict(private=False, kid="bad"),
    "key for agreement": OKPKey.generate_key("X25519").as_dict(private=False, kid="bad"),
    "Ed448": OKPKey.generate_key("Ed448").as_dict(private=False, kid="bad"),
    "point off the curve": OLD.as_dict(private=False, kid="bad", y="AAAA"),
    "coordinate is a number": OLD.as_dict(private=False, kid="bad", y=5),
    "exponent 0": RSA.as_dict(private=False, kid="bad", e="AA"),
    "exponent 3": RSA.as_dict(private=False, kid="bad", e="Aw"),
    "even exponent": RSA.as_dict(private=False, kid="bad", e="AQAC"),
    "no exponent": {"kty": "RSA", "n": RSA.as_dict()["n"], "kid": "bad"},
    "modulus is no base64": RSA.as_dict(private=False, kid="bad", n="あ"),
    "1024 bits": _small_rsa(),
    "shared secret": OctKey.generate_key(256).as_dict(kid="bad"),
    "private key": ECKey.generate_key("P-256").as_dict(private=True, kid="bad"),
    "for encryption": OLD.as_dict(private=False, kid="bad", use="enc"),
    "use and operations disagree": OLD.as_dict(
        private=False, kid="bad", use="sig", key_ops=["encrypt"]
    ),
    "use is a list": OLD.as_dict(private=False, kid="bad", use=["sig", 5]),
    "kid is a number": OLD.as_dict(private=False, kid=5),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
async def test_one_bad_key(web: Web, bad: dict[str, Any]) -> None:
    """A key that is no use is never used, and spoils no other."""
    web.answers[JWKS] = {"keys": [bad, *key_set(OLD, RSA)["keys"]]}
    store = web.store()
    assert await found(store) == "old"
    assert await refusal(store, "bad") == "token.key_unknown"
    assert len(usable_keys(web.answers[JWKS])) == 2


@pytest.mark.parametrize("document", [None, [], "keys", {}, {"keys": {}}, {"keys": None}])
def test_no_key_set(document: object) -> None:
    """What has no list of keys is no key set."""
    with pytest.raises(NoKeySet):
        usable_keys(document)


def test_small_rsa_without_warnings() -> None:
    """The size is our own rule: joserfc only warns, and a warning may be switched off."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert usable_keys({"keys": [BAD["1024 bits"]]}) == ()


def test_key_operations() -> None:
    """A key that is published for signing only does not verify."""
    (key,) = usable_keys(key_set(OLD.as_dict(private=False, key_ops=["sign"])))
    assert not fits(key, "ES256")


# Fetching

COMPRESSED = gzip.compress(json.dumps(key_set(OLD)).encode())


@pytest.mark.parametrize(
    "answer",
    [
        key_set(*[OLD] * 33),
        {**key_set(OLD), "padding": "x" * 524_288},
        httpx.Response(302, headers={"Location": "https://login.city.example/other"}),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, content=b"\xff"),
        httpx.Response(200, text="[" * 100_000),
        httpx.Response(200, content=COMPRESSED, headers={"Content-Encoding": "gzip"}),
        httpx.Response(204),
        httpx.Response(203, json=key_set(OLD)),
        httpx.Response(403, json=key_set(OLD)),
        httpx.Response(500),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("broken"),
    ],
    ids=lambda answer: repr(answer)[:30],
)
async def test_an_answer_that_is_no_key_set(web: Web, answer: Answer) -> None:
    """Neither a wrong document nor a redirect is taken for keys."""
    web.answers[JWKS] = answer
    web.answers["https://login.city.example/other"] = key_set(OLD)
    assert await refusal(web.store()) == "keys.unavailable"
    assert web.count("https://login.city.example/other") == 0


async def test_thirty_two_keys(web: Web) -> None:
    """32 keys are not too many."""
    web.answers[JWKS] = key_set(OLD, *[RSA] * 31)
    assert await found(web.store()) == "old"


async def test_reading_stops(web: Web) -> None:
    """An endless document is not read to its end."""
    chunks = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal chunks
        while True:
            chunks += 1
            yield b" " * 65_536

    web.answers[JWKS] = lambda: httpx.Response(200, content=endless())
    assert await refusal(web.store()) == "keys.unavailable"
    assert chunks == 9


async def test_slow_issuer(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time for a fetch is limited as a whole, not per byte."""
    assert publication.FETCH_TIMEOUT == 5
    monkeypatch.setattr(publication, "FETCH_TIMEOUT", 0.02)

    async def dripping() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.005)

    web.answers[JWKS] = lambda: httpx.Response(200, content=dripping())
    begun = asyncio.get_running_loop().time()
    assert await refusal(web.store()) == "keys.unavailable"
    assert asyncio.get_running_loop().time() - begun < 1


@pytest.mark.parametrize(
    "metadata",
    [
        {**METADATA, "issuer": "https://login.council.example"},
        {**METADATA, "issuer": ISS + "/"},
        {**METADATA, "issuer": ISS.upper()},
        {"jwks_uri": JWKS},
        {"issuer": ISS},
        {**METADATA, "jwks_uri": 5},
        {**METADATA, "jwks_uri": "https://keys.example/set"},
        {**METADATA, "jwks_uri": "https://login.city.example.evil.example/set"},
        {**METADATA, "jwks_uri": "https://login.city.example:8443/set"},
        {**METADATA, "jwks_uri": "https://login.city.example@keys.example/set"},
        {**METADATA, "jwks_uri": "https://me:pw@login.city.example/set"},
        {**METADATA, "jwks_uri": JWKS.replace("https", "http")},
        {**METADATA, "jwks_uri": "http://127.0.0.1/set"},
        {**METADATA, "jwks_uri": "file:///etc/passwd"},
        {**METADATA, "jwks_uri": "/jwks"},
        {**METADATA, "jwks_uri": "https://[::1"},
    ],
    ids=str,
)
async def test_misleading_metadata(web: Web, metadata: dict[str, Any]) -> None:
    """Metadata of another issuer, or leading to another host, is not followed."""
    web.answers[DISCOVERY] = metadata
    assert await refusal(web.store()) == "keys.unavailable"
    assert web.asked == [DISCOVERY]


async def test_metadata_of_rfc_8414(web: Web) -> None:
    """An issuer without OpenID discovery is asked the way of RFC 8414."""
    del web.answers[DISCOVERY]
    web.answers[RFC_8414] = METADATA
    assert await found(web.store()) == "old"
    assert web.asked == [DISCOVERY, RFC_8414, JWKS]


async def test_no_fallback_on_errors(web: Web) -> None:
    """An issuer that fails is not asked another way."""
    web.answers[DISCOVERY] = httpx.Response(500)
    web.answers[RFC_8414] = METADATA
    assert await refusal(web.store()) == "keys.unavailable"
    assert web.asked == [DISCOVERY]


async def test_issuer_with_a_slash(web: Web) -> None:
    """A slash at the end of iss is part of its name, but not doubled in the URL."""
    slashed = TokenIssuer(iss=ISS + "/")
    web.answers[DISCOVERY] = {**METADATA, "issuer": ISS + "/"}
    assert await found(web.store(), issuer=slashed) == "old"


async def test_configured_key_set(web: Web) -> None:
    """A key set our own table names may be anywhere, and needs no discovery."""
    issuer = TokenIssuer(iss=ISS, jwks_uri="https://keys.example/set")
    web.answers["https://keys.example/set"] = key_set(OLD)
    assert await found(web.store(), issuer=issuer) == "old"
    assert web.asked == ["https://keys.example/set"]


@pytest.mark.parametrize(
    "jwks_uri",
    [
        "http://keys.example/set",
        "http://127.0.0.1/set",
        "ftp://keys.example/set",
        "keys",
        "https://",
    ],
)
async def test_configured_without_tls(web: Web, jwks_uri: str) -> None:
    """A configured key set comes over https, too."""
    web.answers[jwks_uri] = key_set(OLD)
    issuer = TokenIssuer(iss=ISS, jwks_uri=jwks_uri)
    assert await refusal(web.store(), issuer=issuer) == "keys.unavailable"
    assert web.asked == []


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000"])
async def test_loopback(web: Web, host: str) -> None:
    """Plain HTTP to this machine is for development, where it is allowed."""
    iss = f"http://{host}/demo-issuers/city"
    web.answers[f"{iss}/.well-known/openid-configuration"] = {
        "issuer": iss,
        "jwks_uri": f"{iss}/jwks",
    }
    web.answers[f"{iss}/jwks"] = key_set(OLD)
    issuer = TokenIssuer(iss=iss)
    assert await refusal(web.store(), issuer=issuer) == "keys.unavailable"
    assert web.asked == []
    assert await found(web.store(allow_loopback_http=True), issuer=issuer) == "old"


@pytest.mark.parametrize(
    "iss",
    [
        "http://login.city.example",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "https://login.city.example?tenant=a",
        "https://login.city.example#a",
        "urn:city",
        "",
    ],
)
async def test_unfit_issuers(web: Web, iss: str) -> None:
    """Nothing else is reachable without TLS, and an issuer is a plain URL."""
    store = web.store(allow_loopback_http=True)
    assert await refusal(store, issuer=TokenIssuer(iss=iss)) == "keys.unavailable"
    assert web.asked == []
