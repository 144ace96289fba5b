"""A token that was verified before is refused as one that was not, whatever made it bad since.

Each story is lived through twice, by a verifier that remembers and by one that does not: the answers
and the requests to the issuer must be the same.
"""

import gc
import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey, Key
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode, urlsafe_b64encode

from service.adapters.oidc import tokens
from service.adapters.oidc.keys import KeyStore
from service.adapters.oidc.remembered import MOST
from service.adapters.oidc.tokens import TokenVerifier
from service.domain.actor import TokenIssuer
from service.domain.errors import Unauthenticated, Unavailable

ISS = "https://login.city.example"
KEYS, OTHER_KEYS = f"{ISS}/jwks", f"{ISS}/other-jwks"
KEY = ECKey.generate_key("P-256", {"kid": "k"})
NEXT = ECKey.generate_key("P-256", {"kid": "next"})
SAME_NAME = ECKey.generate_key("P-256", {"kid": "k"})
CITY = TokenIssuer(iss=ISS, jwks_uri=KEYS)


class World:
    """An issuer that can be changed, our table, a clock, and a verifier."""

    def __init__(self, remembers: int) -> None:
        self.now = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
        self.table: dict[str, TokenIssuer] = {ISS: CITY}
        self.published: dict[str, list[Key | dict[str, Any]] | Exception] = {KEYS: [KEY]}
        self.asked: list[str] = []
        self.answers: list[str] = []
        http = httpx.AsyncClient(transport=httpx.MockTransport(self._publish))
        self.verifier = TokenVerifier(
            audience="us",
            issuers=self._issuer,
            keys=KeyStore(http, clock=lambda: self.now),
            remembers=remembers,
        )

    def _publish(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        keys = self.published[str(request.url)]
        if isinstance(keys, Exception):
            raise keys
        shown = [k if isinstance(k, dict) else k.as_dict(private=False) for k in keys]
        return httpx.Response(200, json={"keys": shown})

    async def _issuer(self, iss: str) -> TokenIssuer | None:
        return self.table.get(iss)

    def token(self, *, by: ECKey = KEY, header: Any = (), **claims: Any) -> str:
        """A token of this moment, good for fifteen minutes."""
        t = int(self.now.timestamp())
        said = {"iss": ISS, "sub": "s", "aud": "us", "client_id": "portal", "jti": "1"}
        said |= {"iat": t, "exp": t + 900} | claims
        head = {"typ": "at+jwt", "alg": "ES256", "kid": by.kid} | dict(header)
        head = {name: value for name, value in head.items() if value is not None}
        text = b".".join(urlsafe_b64encode(json.dumps(part).encode()) for part in (head, said))
        signature = JWSRegistry.algorithms["ES256"].sign(text, by)
        return (text + b"." + urlsafe_b64encode(signature)).decode()

    async def show(self, token: str) -> str:
        """What a caller with this token is told."""
        try:
            await self.verifier.verify(token, self.now)
        except (Unauthenticated, Unavailable) as refused:
            self.answers.append(refused.code)
        else:
            self.answers.append("accepted")
        return self.answers[-1]

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    def change(self, **fields: Any) -> None:
        self.table[ISS] = self.table[ISS].model_copy(update=fields)


Story = Callable[[World], Awaitable[None]]
STORIES: list[Story] = []


def story(told: Story) -> Story:
    STORIES.append(told)
    return told


@story
async def nothing_changes(w: World) -> None:
    token = w.token()
    for _ in range(5):
        assert await w.show(token) == "accepted"
        w.later(minutes=2)


@story
async def it_expires(w: World) -> None:
    token = w.token()
    assert await w.show(token) == "accepted"
    w.later(seconds=910)
    assert await w.show(token) == "accepted"
    w.later(seconds=1)
    assert await w.show(token) == "token.expired"
    assert await w.show(token) == "token.expired"
    # Clocks are set back now and then.
    w.later(seconds=-1)
    assert await w.show(token) == "accepted"


@story
async def it_expires_between_two_seconds(w: World) -> None:
    token = w.token(exp=w.now.timestamp() + 100.0000004)
    assert await w.show(token) == "accepted"
    w.later(seconds=110)
    assert await w.show(token) == "accepted"
    w.later(microseconds=1)
    assert await w.show(token) == "token.expired"


@story
async def the_clock_is_set_back(w: World) -> None:
    t = w.now.timestamp()
    tokens = [
        w.token(jti="iat"),
        w.token(jti="nbf", iat=t - 300, exp=t + 300, nbf=t),
        w.token(jti="auth", iat=t - 300, exp=t + 300, auth_time=t),
    ]
    for token in tokens:
        assert await w.show(token) == "accepted"
    w.later(seconds=-10)
    for token in tokens:
        assert await w.show(token) == "accepted"
    w.later(seconds=-1)
    for token in tokens:
        assert await w.show(token) == "token.not_yet_valid"


@story
async def its_issuer_is_removed(w: World) -> None:
    token = w.token()
    assert await w.show(token) == "accepted"
    del w.table[ISS]
    assert await w.show(token) == "token.issuer_unknown"
    w.table[ISS] = CITY
    assert await w.show(token) == "accepted"


@story
async def the_table_finds_another_issuer(w: World) -> None:
    token = w.token()
    assert await w.show(token) == "accepted"
    w.change(iss=ISS.upper())
    assert await w.show(token) == "token.issuer_unknown"


@story
async def its_issuer_may_speak_for_less_time(w: World) -> None:
    token = w.token()
    assert await w.show(token) == "accepted"
    w.change(kind="partner")
    assert await w.show(token) == "token.lifetime"
    w.change(kind="staff")
    assert await w.show(token) == "accepted"


@story
async def its_algorithm_is_struck_off(w: World) -> None:
    token = w.token()
    assert await w.show(token) == "accepted"
    w.change(algorithms=("PS256",))
    assert await w.show(token) == "token.algorithm"
    w.change(algorithms=("PS256", "ES256"))
    assert await w.show(token) == "accepted"


@story
async def its_issuer_publishes_elsewhere(w: World) -> None:
    token = w.token()
    assert await w.show(token) == "accepted"
    w.published[OTHER_KEYS] = [NEXT]
    w.change(jwks_uri=OTHER_KEYS)
    assert await w.show(token) == "token.key_unknown"
    w.change(jwks_uri=KEYS)
    assert await w.show(token) == "accepted"


@story
async def elsewhere_is_a_key_of_the_same_name(w: World) -> None:
    token = w.token()
    assert await w.show(token) == "accepted"
    w.published[OTHER_KEYS] = [SAME_NAME]
    w.change(jwks_uri=OTHER_KEYS)
    assert await w.show(token) == "token.signature"


@story
async def its_key_is_withdrawn(w: World) -> None:
    token = w.token()
    assert await w.show(token) == "accepted"
    w.published[KEYS] = [NEXT]
    w.later(seconds=299)
    assert await w.show(token) == "accepted"
    w.later(seconds=1)
    assert await w.show(token) == "token.key_unknown"
    assert await w.show(w.token(by=NEXT)) == "accepted"


@story
async def its_key_is_withdrawn_and_somebody_asks_for_an_unknown_one(w: World) -> None:
    token = w.token()
    assert await w.show(token) == "accepted"
    w.published[KEYS] = [NEXT]
    w.later(seconds=31)
    assert await w.show(w.token(by=NEXT)) == "accepted"
    assert await w.show(token) == "token.key_unknown"


@story
async def all_keys_are_withdrawn(w: World) -> None:
    token = w.token()
    assert await w.show(token) == "accepted"
    w.published[KEYS] = []
    w.later(minutes=5)
    assert await w.show(token) == "token.key_unknown"


@story
async def its_key_is_exchanged_under_the_same_name(w: World) -> None:
    token = w.token()
    assert await w.show(token) == "accepted"
    w.published[KEYS] = [SAME_NAME]
    w.later(minutes=5)
    assert await w.show(token) == "token.signature"


@story
async def the_same_keys_are_published_again(w: World) -> None:
    token = w.token()
    assert await w.show(token) == "accepted"
    w.published[KEYS] = [NEXT, KEY]
    w.later(minutes=5)
    assert await w.show(token) == "accepted"
    w.later(minutes=5)
    assert await w.show(token) == "accepted"


@story
async def its_key_is_no_longer_for_this(w: World) -> None:
    token = w.token()
    assert await w.show(token) == "accepted"
    w.published[KEYS] = [KEY.as_dict(private=False, use="enc")]
    w.later(minutes=5)
    assert await w.show(token) == "token.key_unknown"
    w.published[KEYS] = [KEY.as_dict(private=False, key_ops=["sign"])]
    w.later(minutes=1)
    assert await w.show(token) == "token.algorithm"


@story
async def its_key_gets_a_twin(w: World) -> None:
    named, nameless = w.token(), w.token(header={"kid": None})
    assert await w.show(named) == "accepted"
    assert await w.show(nameless) == "accepted"
    w.published[KEYS] = [KEY, NEXT]
    w.later(minutes=5)
    assert await w.show(named) == "accepted"
    assert await w.show(nameless) == "token.key_unknown"
    w.published[KEYS] = [KEY, SAME_NAME]
    w.later(minutes=5)
    assert await w.show(named) == "token.key_unknown"


@story
async def its_issuer_cannot_be_reached(w: World) -> None:
    assert await w.show(w.token()) == "accepted"
    w.published[KEYS] = httpx.ConnectError("down")
    w.later(minutes=50)
    token = w.token()
    for _ in range(5):
        assert await w.show(token) == "accepted"
        w.later(minutes=2)
    assert await w.show(token) == "accepted"
    w.later(seconds=1)
    assert await w.show(token) == "keys.unavailable"
    w.published[KEYS] = [KEY]
    w.later(seconds=30)
    assert await w.show(token) == "accepted"


@story
async def somebody_changes_a_part_of_it(w: World) -> None:
    token, other = w.token(), w.token(jti="2")
    assert await w.show(token) == "accepted"
    assert await w.show(other) == "accepted"
    header, payload, signature = token.split(".")
    last = "A" if signature[-1] != "A" else "Q"
    for changed in (
        f"{header}.{other.split('.')[1]}.{signature}",
        f"{header}.{payload}.{other.split('.')[2]}",
        f"{header}.{payload}.{signature[:-1]}{last}",
        f"{header}.{payload}.",
        f"{header}.{payload}.{signature}=",
    ):
        assert await w.show(changed) == "token.signature"
    for changed in (token + ".", token + "あ", token[1:], header + "." + payload):
        assert await w.show(changed) == "token.malformed"
    assert await w.show(token) == "accepted"


@story
async def what_was_refused_becomes_good(w: World) -> None:
    early = w.token(nbf=w.now.timestamp() + 60)
    assert await w.show(early) == "token.not_yet_valid"
    unknown = w.token(by=NEXT)
    assert await w.show(unknown) == "token.key_unknown"
    w.published[KEYS] = [KEY, NEXT]
    w.later(seconds=50)
    assert await w.show(early) == "accepted"
    assert await w.show(unknown) == "accepted"


@pytest.mark.parametrize("told", STORIES, ids=lambda told: told.__name__)
async def test_remembered_or_not_the_answer_is_the_same(told: Story) -> None:
    remembering, forgetful, short = World(MOST), World(0), World(1)
    for world in (remembering, forgetful, short):
        await told(world)
    assert remembering.answers == forgetful.answers == short.answers
    assert remembering.asked == forgetful.asked == short.asked
    assert "accepted" in remembering.answers


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """Every signature check that is made."""
    made: list[object] = []
    check = tokens.validate_compact

    def counted(signature: Any, key: Any, **options: Any) -> bool:
        made.append(signature)
        return check(signature, key, **options)

    monkeypatch.setattr(tokens, "validate_compact", counted)
    return made


async def test_one_check_for_many_requests_and_one_more_for_other_keys(checked: list[object]):
    world = World(MOST)
    token = world.token()
    for _ in range(10):
        assert await world.show(token) == "accepted"
    assert len(checked) == 1
    world.later(minutes=5)
    for _ in range(10):
        assert await world.show(token) == "accepted"
    assert len(checked) == 2


async def test_so_many_are_remembered_and_the_least_used_is_forgotten(checked: list[object]):
    world = World(2)
    first, second, third = (world.token(jti=str(n)) for n in range(3))
    for token in (first, second, first, third):
        assert await world.show(token) == "accepted"
    assert len(checked) == 3
    assert await world.show(first) == "accepted"
    assert len(checked) == 3
    assert await world.show(second) == "accepted"
    assert len(checked) == 4


async def test_what_nobody_can_use_any_more_is_forgotten():
    world = World(MOST)
    for n in range(5):
        assert await world.show(world.token(jti=f"old {n}")) == "accepted"
    world.later(minutes=10)
    fresh = [world.token(jti=str(n)) for n in range(3)]
    for token in fresh:
        assert await world.show(token) == "accepted"
    # All eight are good still; seven minutes later only the three are.
    assert len(world.verifier.remembered) == 8
    world.later(minutes=7)
    for token in fresh * 2:
        assert await world.show(token) == "accepted"
    assert len(world.verifier.remembered) == 3


async def test_what_is_refused_is_not_remembered():
    world = World(MOST)
    for token in ("", "a.b.c", world.token(aud="others"), world.token(by=NEXT)):
        assert await world.show(token) != "accepted"
    token = world.token()
    assert await world.show(token) == "accepted"
    assert len(world.verifier.remembered) == 1
    world.later(minutes=20)
    assert await world.show(token) == "token.expired"
    assert len(world.verifier.remembered) == 0


async def test_the_token_itself_is_not_kept():
    world = World(MOST)
    token = world.token(secret_of_the_issuer="not for us")
    assert await world.show(token) == "accepted"
    [_, payload, signature] = token.split(".")
    parts = {token, payload, signature, "not for us"}
    parts |= {part.encode() for part in parts} | {urlsafe_b64decode(signature.encode())}
    seen: set[int] = set()
    left: list[object] = [world.verifier.remembered]
    while left:
        thing = left.pop()
        if id(thing) in seen or isinstance(thing, type):
            continue
        seen.add(id(thing))
        assert not isinstance(thing, str | bytes) or thing not in parts
        left += gc.get_referents(thing)
        assert len(seen) < 200_000
