"""Who is calling: tokens that prove nothing, and callers who may not speak for an agency."""

import hashlib
import hmac
import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from joserfc.util import urlsafe_b64decode, urlsafe_b64encode
from scenario_steps import ok, refused
from town import Town

CENTER = "mihon_center"


# Tokens as an attacker would make them.


def key_of(town: Town, issuer: str) -> ECKey:
    """The issuer's private key, from where the demo keeps it."""
    path = town.settings.home / "secrets" / f"demo-issuer-{issuer}.jwk"
    key = ECKey.import_key(json.loads(path.read_text()))
    key.ensure_kid()
    return key


def claims_of(token: str) -> dict[str, Any]:
    return json.loads(urlsafe_b64decode(token.split(".")[1].encode()))


def signed(town: Town, by: str, *, typ: str = "at+jwt", kid: str | None = None, **more: Any) -> str:
    """The clerk's claims in the name of ``city``, signed by the issuer ``by``."""
    key = key_of(town, by)
    header = {"alg": "ES256", "typ": typ, "kid": kid or key.kid}
    claims = claims_of(town.token("cc-worker")) | more
    return jwt.encode(header, claims, key, algorithms=["ES256"])


def forged(town: Town, alg: str, sign: Callable[[bytes], bytes]) -> str:
    """The clerk's claims under a header that names another algorithm."""
    header = {"alg": alg, "typ": "at+jwt", "kid": key_of(town, "city").kid}
    parts = (header, claims_of(town.token("cc-worker")))
    text = b".".join(urlsafe_b64encode(json.dumps(part).encode()) for part in parts)
    return (text + b"." + urlsafe_b64encode(sign(text))).decode()


def expired(town: Town) -> str:
    return town.issuers["city"].staff_token("cc-worker", now=town.clock.now - timedelta(minutes=16))


def wrong_audience(town: Town) -> str:
    return town.token("cc-worker", aud="https://another.example/api")


def unsigned(town: Town) -> str:
    return forged(town, "none", lambda _text: b"")


def public_key_as_secret(town: Town) -> str:
    pem = key_of(town, "city").as_pem(private=False)
    return forged(town, "HS256", lambda text: hmac.digest(pem, text, hashlib.sha256))


def id_token(town: Town) -> str:
    return signed(town, "city", typ="JWT", aud="tsunagi-portal")


def id_token_for_us(town: Town) -> str:
    return signed(town, "city", typ="JWT")


def by_another_issuer(town: Town) -> str:
    return signed(town, "partners")


def by_another_issuer_under_its_kid(town: Town) -> str:
    return signed(town, "partners", kid=key_of(town, "city").kid)


def by_nobody_we_know(town: Town) -> str:
    return signed(town, "city", iss="https://login.evil.example")


def too_long(town: Town) -> str:
    return town.token("cc-worker", exp=int(town.clock.now.timestamp()) + 86_400)


def not_a_token(_town: Town) -> str:
    return "a.b.c"


BAD: list[tuple[Callable[[Town], str], str]] = [
    (expired, "token.expired"),
    (wrong_audience, "token.audience"),
    (unsigned, "token.algorithm"),
    (public_key_as_secret, "token.algorithm"),
    (id_token, "token.typ"),
    (id_token_for_us, "token.typ"),
    (by_another_issuer, "token.key_unknown"),
    (by_another_issuer_under_its_kid, "token.signature"),
    (by_nobody_we_know, "token.issuer_unknown"),
    (too_long, "token.lifetime"),
    (not_a_token, "token.malformed"),
]


def bearer(token: str) -> dict[str, str | None]:
    return {"Authorization": f"Bearer {token}"}


async def nothing_is_known_of_the_caller(town: Town, code: str) -> None:
    """The last entry says that a token was refused, why, and nothing else of who sent it."""
    entry = (await town.audit())[-1]
    assert entry["actor_kind"] == "unknown"
    assert (entry["action"], entry["outcome"]) == ("token.verify", "denied")
    assert [rule for rule in entry["rules"] if rule != "token.refused"] == [code]
    of_the_caller = "iss sub client_id agency_id position_id purpose token_id person_id record_id"
    assert {name: entry[name] for name in of_the_caller.split() if entry[name] is not None} == {}
    assert not entry["roles"]


def is_an_invitation_to_log_in(answer: httpx.Response) -> None:
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith('Bearer realm="tsunagi"')


async def test_a_good_token_is_good(town: Town):
    resigned = signed(town, "city")
    me = await ok(town.caller("cc-worker").get("/v1/me", headers=bearer(resigned)))
    assert me["agency_code"] == CENTER


async def test_a_token_that_proves_nothing_opens_nothing(town: Town):
    for make, code in BAD:
        token = make(town)
        before = len(await town.audit())
        for path in ("/v1/me", f"/v1/persons/{uuid.uuid4()}"):
            answer = await town.caller("cc-worker").get(path, headers=bearer(token))
            refusal = (answer.status_code, answer.json()["code"])
            assert refusal == (401, code), (make.__name__, answer.text)
            is_an_invitation_to_log_in(answer)
            assert 'error="invalid_token"' in answer.headers["www-authenticate"]
            assert "sub-cc-worker" not in answer.text
            await nothing_is_known_of_the_caller(town, code)
        assert len(await town.audit()) == before + 2, make.__name__


async def test_no_token_at_all(town: Town):
    answer = await town.caller("cc-worker").get("/v1/me", headers={"Authorization": None})
    assert (answer.status_code, answer.json()["code"]) == (401, "token.missing")
    is_an_invitation_to_log_in(answer)
    assert "error=" not in answer.headers["www-authenticate"]
    await nothing_is_known_of_the_caller(town, "token.missing")


@pytest.mark.parametrize("also_in_the_header", [True, False])
async def test_a_token_in_the_address_is_refused_even_if_it_is_good(
    town: Town, *, also_in_the_header: bool
):
    token = town.token("cc-worker")
    answer = await town.caller("cc-worker").get(
        "/v1/me",
        params={"access_token": token},
        headers={} if also_in_the_header else {"Authorization": None},
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "token.in_query")
    is_an_invitation_to_log_in(answer)
    assert token not in answer.text
    await nothing_is_known_of_the_caller(town, "token.in_query")


# Good tokens of callers who may not.


async def is_on_record_as(town: Town, token: str, rule: str = "actor.no_position") -> None:
    """The refusal names the caller by issuer and subject, and no agency."""
    entry = (await town.audit())[-1]
    claims = claims_of(token)
    assert (entry["iss"], entry["sub"]) == (claims["iss"], claims["sub"])
    assert (entry["client_id"], entry["token_id"]) == (claims["client_id"], claims["jti"])
    assert (entry["outcome"], entry["rules"], entry["agency_id"]) == ("denied", [rule], None)


async def test_an_issuer_speaks_only_for_its_own_agencies(town: Town):
    token = town.token("d-consultant", agency=CENTER)
    call = town.caller("d-consultant").get("/v1/me", headers=bearer(token))
    problem = await refused(call, 403, "actor.agency_not_yours")
    assert problem["rule"] == "actor.no_position"
    await is_on_record_as(town, token)


async def test_an_issuer_cannot_speak_for_a_foreign_agency_even_with_a_tenure_there(town: Town):
    partners = town.issuers["partners"].issuer
    await tenure(town, "cc_worker", iss=partners, sub="sub-d-consultant")
    caller = town.caller("d-consultant")
    own = await ok(caller.get("/v1/me"))
    assert own["agency_code"] == "mihon_kikan"
    acting = bearer(town.token("d-consultant", agency=None)) | {"Acting-Agency": CENTER}
    await refused(caller.get("/v1/me", headers=acting), 403, "actor.agency_not_yours")


async def test_a_subject_without_a_position_is_nobody(town: Town):
    token = town.token("cc-worker", sub="sub-of-nobody", agency=None)
    caller = town.caller("cc-worker")
    await refused(caller.get("/v1/me", headers=bearer(token)), 403, "actor.no_position")
    await is_on_record_as(town, token)
    named = town.token("cc-worker", sub="sub-of-nobody")
    await refused(caller.get("/v1/me", headers=bearer(named)), 403, "actor.agency_not_yours")
    await is_on_record_as(town, named)


async def test_the_day_after_a_tenure_ends_the_token_opens_nothing(town: Town):
    caller = town.caller("cc-worker")
    token = town.token("cc-worker")
    await ok(caller.get("/v1/me", headers=bearer(token)))
    # In force to the end of its last day ...
    await ends(town, "cc_worker", days_ago=0)
    await ok(caller.get("/v1/me", headers=bearer(token)))
    # ... and not a request longer, although the token would be good for minutes.
    await ends(town, "cc_worker", days_ago=1)
    call = caller.get("/v1/me", headers=bearer(token))
    await refused(call, 403, "actor.agency_not_yours")
    await is_on_record_as(town, token)
    without = town.token("cc-worker", agency=None)
    await refused(caller.get("/v1/me", headers=bearer(without)), 403, "actor.no_position")
    await is_on_record_as(town, without)


async def ends(town: Town, position: str, days_ago: int) -> None:
    """Let the tenure of a position end, counted from the day of the test in Japan."""
    last = (town.clock.now + timedelta(hours=9)).date() - timedelta(days=days_ago)
    done = await town.owner.execute(
        "UPDATE tenure SET valid_until = $1 WHERE position_id ="
        " (SELECT id FROM position WHERE code = $2)",
        last,
        position,
    )
    assert done == "UPDATE 1"


async def tenure(town: Town, position: str, *, iss: str, sub: str) -> None:
    """Give somebody a position that is there already."""
    await town.owner.execute(
        "INSERT INTO tenure (id, position_id, iss, sub, name, valid_from)"
        " SELECT $1, id, $2, $3, '試験', '2024-04-01' FROM position WHERE code = $4",
        uuid.uuid4(),
        iss,
        sub,
        position,
    )


async def test_the_same_subject_at_two_issuers_is_two_users(town: Town):
    partners = town.issuers["partners"].issuer
    await tenure(town, "d_consultant", iss=partners, sub="sub-cc-worker")
    caller = town.caller("cc-worker")
    there = town.token("d-consultant", sub="sub-cc-worker", agency=None)
    here = town.token("cc-worker", agency=None)

    me = await ok(caller.get("/v1/me", headers=bearer(there)))
    assert (me["agency_code"], me["iss"]) == ("mihon_kikan", partners)
    me = await ok(caller.get("/v1/me", headers=bearer(here)))
    assert (me["agency_code"], me["iss"]) == (CENTER, town.issuers["city"].issuer)

    # What one has registered the other does not know of.
    person = await ok(caller.post("/v1/persons", {"living": "一人"}, headers=bearer(here)), 201)
    path = f"/v1/persons/{person['id']}"
    assert (await caller.get(path, headers=bearer(here))).status_code == 200
    assert (await caller.get(path, headers=bearer(there))).status_code == 404
    denied = (await town.audit())[-1]
    assert (denied["iss"], denied["sub"]) == (partners, "sub-cc-worker")
    assert denied["agency_id"] == town.agency["D"]


async def test_an_issuer_loses_an_agency_at_the_next_request(town: Town):
    caller = town.caller("cc-worker")
    token = town.token("cc-worker")
    await ok(caller.get("/v1/me", headers=bearer(token)))
    await town.owner.execute(
        "DELETE FROM issuer_agency WHERE agency_id = $1 AND iss = $2",
        town.agency["CC"],
        town.issuers["city"].issuer,
    )
    call = caller.get("/v1/me", headers=bearer(token))
    await refused(call, 403, "actor.agency_not_yours")
    await is_on_record_as(town, token)
    # Its other agencies are as before.
    await ok(town.caller("t-officer").get("/v1/me"))


async def test_an_issuer_that_is_no_longer_trusted_proves_nothing(town: Town):
    token = town.token("cc-worker")
    caller = town.caller("cc-worker")
    await ok(caller.get("/v1/me", headers=bearer(token)))
    city = town.issuers["city"].issuer
    for table in ("issuer_agency", "issuer"):
        await town.owner.execute(f"DELETE FROM {table} WHERE iss = $1", city)
    answer = await caller.get("/v1/me", headers=bearer(token))
    assert (answer.status_code, answer.json()["code"]) == (401, "token.issuer_unknown")
    is_an_invitation_to_log_in(answer)
    await nothing_is_known_of_the_caller(town, "token.issuer_unknown")
    await ok(town.caller("j-consultant").get("/v1/me"))


async def test_with_positions_at_two_agencies_one_says_for_which_one_acts(town: Town):
    city = town.issuers["city"].issuer
    await tenure(town, "t_officer", iss=city, sub="sub-cc-worker")
    caller = town.caller("cc-worker")
    token = town.token("cc-worker", agency=None)

    await refused(caller.get("/v1/me", headers=bearer(token)), 403, "actor.agency_unclear")
    await is_on_record_as(town, token)
    for code in (CENTER, "mihon_tax"):
        acting = bearer(token) | {"Acting-Agency": code}
        me = await ok(caller.get("/v1/me", headers=acting))
        assert me["agency_code"] == code
        assert len(me["roles"]) == 1, "only the roles held at that agency"
    for foreign in ("mihon_welfare", "mihon_shakyo", "no_such_agency", ""):
        acting = bearer(token) | {"Acting-Agency": foreign}
        call = caller.get("/v1/me", headers=acting)
        await refused(call, 403, "actor.agency_not_yours")
        await is_on_record_as(town, token)

    # The token's own word cannot be overruled by a header.
    bound = bearer(town.token("cc-worker")) | {"Acting-Agency": "mihon_tax"}
    await refused(caller.get("/v1/me", headers=bound), 403, "actor.agency_not_yours")
