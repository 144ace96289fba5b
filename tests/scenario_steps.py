"""Steps that the stories of the brief share: forms filled in at a desk, and who heard what."""

import base64
import json
import uuid
from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, NamedTuple

import httpx
from town import Caller, Town

RULES = "個人情報取扱規程 2026-04"

#: What whoever has no basis is told, whether or not there is anything.
WAYS_FORWARD = {
    "ask_consent",
    "ask_holder_to_provide",
    "ask_support_conference",
    "use_emergency_access",
}


# What a desk sends, and what it gets.


async def ok(call: Awaitable[httpx.Response], status: int = 200) -> dict[str, Any]:
    """The body of an answer that must be a success."""
    response = await call
    assert response.status_code == status, response.text
    return response.json()


async def refused(call: Awaitable[httpx.Response], status: int, code: str) -> dict[str, Any]:
    """The problem of an answer that must be this refusal, in both languages."""
    response = await call
    assert response.status_code == status, response.text
    problem = response.json()
    assert problem["code"] == code, problem
    assert problem["title"]
    assert problem["title_ja"]
    return problem


async def hidden(caller: Caller, path: str, *ids: str) -> None:
    """To this caller the record does not exist: the same answer as for ids nobody ever had."""
    there = await caller.get(path.format(*ids))
    nowhere = await caller.get(path.format(*(uuid.uuid4() for _ in ids)))
    assert there.status_code == nowhere.status_code == 404, (path, there.text)
    assert there.content == nowhere.content
    assert _headers(there) == _headers(nowhere)


def _headers(response: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name != "x-request-id"}


async def portal(
    town: Town, person_id: str, purpose: str = "access_request", sub: str = "person-1"
) -> Caller:
    """The person with an account of their own, at the city's issuer."""
    await town.owner.execute(
        "INSERT INTO person_account (iss, sub, person_id) VALUES ($1, $2, $3)"
        " ON CONFLICT DO NOTHING",
        town.issuers["city"].issuer,
        sub,
        uuid.UUID(person_id),
    )
    return town.caller("m-officer", purpose, sub=sub, agency=None)


async def same_as_unknown(caller: Caller, path: str, body: Any, record_id: str) -> None:
    """A POST about a record that is hidden from the caller: the same answer as for no record.

    The id may stand in the path (``{}``) or anywhere in the body.
    """
    nobody = str(uuid.uuid4())
    there = await caller.post(path.format(record_id), body)
    otherwise = json.loads(json.dumps(body).replace(record_id, nobody))
    nowhere = await caller.post(path.format(nobody), otherwise)
    assert there.status_code == nowhere.status_code == 404, (path, there.text, nowhere.text)
    assert there.content == nowhere.content
    assert _headers(there) == _headers(nowhere)


def remedies(problem: dict[str, Any]) -> set[str]:
    """What would make it possible."""
    return {remedy["code"] for remedy in problem["remedies"]}


def everybody(town: Town) -> list[str]:
    """All agencies of the city, for the list of a conference body."""
    return [str(agency_id) for agency_id in town.agency.values()]


async def inbox(caller: Caller, box: str = "inbox") -> list[str]:
    """The ids of the referrals in a box."""
    page = await ok(caller.get("/v1/referrals", params={"box": box}))
    return [item["id"] for item in page["items"]]


async def notices(caller: Caller) -> list[tuple[str, str]]:
    """What an agency was told: kind and record, newest first."""
    page = await ok(caller.get("/v1/notices"))
    return [(item["kind"], item["record_id"]) for item in page["items"]]


#: A person's record: who it is and how to reach them (D1), how they live (D2), what to take
#: care of (D4); and the fields that say nothing about anybody (D0).
WHO = frozenset(
    {
        "names",
        "birth",
        "sex",
        "phones",
        "address",
        "municipality_code",
        "area",
        "language",
        "emergency_contacts",
    }
)
LIFE = frozenset({"living"})
CARE = frozenset({"considerations"})
_PLAIN = frozenset({"id", "holder_agency_id", "registered_at", "version", "department"})
_AROUND = frozenset({"withheld", "obligations"})


def fields(shown: dict[str, Any]) -> set[str]:
    """Which fields of a person's record were shown, empty ones as well."""
    return set(shown) - _PLAIN - _AROUND


# Forms.


def person(family: str, given: str, kana: str, **more: Any) -> dict[str, Any]:
    """A person with a name; ``kana`` is the reading, family and given name with a space."""
    family_kana, given_kana = kana.split()
    name = {
        "kind": "official",
        "family": family,
        "given": given,
        "family_kana": family_kana,
        "given_kana": given_kana,
    }
    return {"names": [name], "municipality_code": "999997", "area": "district_3"} | more


def address(block: str) -> dict[str, Any]:
    """Somewhere in 第3地区."""
    place = {"prefecture": "みほん県", "city": "みほん市", "town": "第3地区"}
    return {"kind": "registered", "municipality_code": "999997"} | place | {"block": block}


def consent(
    person_id: str, *, to: dict[str, Any], classes: str, purposes: tuple[str, ...], **more: Any
) -> dict[str, Any]:
    """A signed slip. ``to`` names agencies or kinds, ``classes`` are written "D1 D3"."""
    return {
        "person_id": person_id,
        "method": "written",
        "evidence": "同意書 2026-0031",
        "explained_on": "2026-11-20",
        "rule_version": RULES,
        "purposes": list(purposes),
        "data_classes": classes.split(),
        "receivers": to,
        "valid_from": "2026-11-20",
    } | more


def refusal(person_id: str, next_contact_on: str) -> dict[str, Any]:
    """She does not agree; when she is asked again."""
    return {
        "person_id": person_id,
        "explained_on": "2026-11-20",
        "rule_version": RULES,
        "next_contact_on": next_contact_on,
    }


async def refer(caller: Caller, person_id: str, desk_id: Any, **said: Any) -> str:
    """A draft of a referral; its id."""
    form = {"person_id": person_id, "to_desk_id": str(desk_id), "reason": "相談をお願いします。"}
    return (await ok(caller.post("/v1/referrals", form | said), 201))["id"]


async def act(caller: Caller, referral_id: str, verb: str, **said: Any) -> dict[str, Any]:
    """A step of a referral that must succeed."""
    return await ok(caller.post(f"/v1/referrals/{referral_id}/{verb}", said))


# Who heard what.


class Heard(NamedTuple):
    """One answer, as it went out."""

    account: str
    method: str
    path: str
    status: int
    text: str


def listen(town: Town) -> list[Heard]:
    """Every answer from now on, with the account that got it."""
    heard: list[Heard] = []

    async def keep(response: httpx.Response) -> None:
        await response.aread()
        asked = response.request
        heard.append(
            Heard(
                _account(asked), asked.method, asked.url.path, response.status_code, response.text
            )
        )

    town.http.event_hooks["response"].append(keep)
    return heard


def _account(request: httpx.Request) -> str:
    claims = request.headers["authorization"].split(".")[1]
    padded = claims + "=" * (-len(claims) % 4)
    return json.loads(base64.urlsafe_b64decode(padded))["sub"].removeprefix("sub-")


def heard_by(heard: list[Heard], words: str) -> set[str]:
    """The accounts that were ever told these words."""
    return {answer.account for answer in heard if words in answer.text}


async def written_in(town: Town, words: str) -> set[str]:
    """In which of the audit log, the notices and the kept receipts these words stand."""
    texts = {
        "audit_entry": "t::text",
        "notice": "t::text",
        "first_answer": "convert_from(t.body, 'UTF8')",
    }
    found = set()
    for table, text in texts.items():
        query = f"SELECT EXISTS (SELECT FROM {table} t WHERE strpos({text}, $1) > 0)"
        if await town.owner.fetchval(query, words):
            found.add(table)
    return found


async def nothing_slipped(town: Town, heard: list[Heard], circles: dict[str, str]) -> None:
    """Each free text was heard by exactly its circle, and stands in no log, notice or receipt."""
    for words, circle in circles.items():
        told = heard_by(heard, words)
        assert told == set(circle.split()), (words, told)
        written = await written_in(town, words)
        assert written == set(), (words, written)
        receipts = [a for a in heard if a.method == "POST" and words in a.text]
        assert [a.path for a in receipts if a.path != "/v1/persons/search"] == [], words


# What is on record.


async def tally(town: Town, **columns: Any) -> Counter[str]:
    """How often each account did what, with which outcome and basis, e.g. about one person."""
    return Counter(line(entry) for entry in await town.audit(**columns))


def line(entry: Any) -> str:
    """One entry in a line: ``j-consultant person.read allowed CONSENT``."""
    account = (entry["sub"] or entry["actor_kind"]).removeprefix("sub-")
    return f"{account} {entry['action']} {entry['outcome']} {entry['basis'] or '-'}"


def counted(written: str) -> Counter[str]:
    """A tally as it is written down: one line for each kind of entry, its number first."""
    rows = [row.split(maxsplit=1) for row in written.strip().splitlines()]
    tally: Counter[str] = Counter()
    for number, rest in rows:
        tally[rest] += int(number)
    return tally


# 試験次郎 (SC-6, SC-7).

INFORMANT = "隣に住む山田さんの話"
TEETH = "奥歯が三本抜けている"
DEBT = "消費者金融など四社から借入れ"
NEIGHBOURS = "ごみの件で近所ともめている"
WISHES = "静かに暮らしたい"
REASON = "どこに相談したらよいか分からないと来所"
OPINION = "兄の前では話しにくい様子と川田は見た"
LIVING = "六十六歳の兄の家に同居"
HEALTH = "歯の痛みで食事がとりにくい"
TOLD = "いろいろ困っているが、何から話せばよいか分からない"

#: "Agencies suited to my request", and the desk that helps him go on.
SUITED = (
    "community_center",
    "disability_core_center",
    "self_reliance_agency",
    "elder_support_center",
    "social_welfare_council",
    "legal_aid",
    "public_health_center",
)


@dataclass(frozen=True)
class Jiro:
    """The ids of his papers."""

    consultation: str
    person: str
    consent: str
    referral: str


async def jiro_comes(town: Town, **said: Any) -> Jiro:
    """CC takes him in without a category, registers him, gets his consent, writes to D."""
    cc = town.caller("cc-worker")
    heard = {"told": TOLD, "area": "district_3", "channel": "visit"}
    consultation = (await ok(cc.post("/v1/consultations", heard), 201))["id"]
    form = person("試験", "次郎", "シケン ジロウ", birth="1981-03-09", address=address("2番地3"))
    form |= {"living": LIVING, "considerations": HEALTH}
    person_id = (await ok(cc.post("/v1/persons", form), 201))["id"]
    slip = consent(
        person_id, to={"kinds": SUITED}, classes="D1 D2 D3 D4", purposes=("consultation",)
    )
    consent_id = (await ok(cc.post("/v1/consents", slip), 201))["id"]
    letter: dict[str, Any] = {
        "reason": REASON,
        "needs": [
            {"theme": "debt", "text": DEBT},
            {"theme": "health", "text": TEETH},
            {"theme": "neighbours", "text": NEIGHBOURS},
        ],
        "wishes": WISHES,
        "informant": INFORMANT,
        "opinion": OPINION,
        "data_classes": ["D1", "D2", "D3", "D4", "D6"],
        "handover": {
            "mode": "accompany",
            "at": "2026-11-25T10:00:00+09:00",
            "staff": "公民館 川田",
        },
        "prior_contact": "土井さんに電話（11/20）",
        "consultation_id": consultation,
    }
    referral_id = await refer(cc, person_id, town.desk["D"], **letter | said)
    return Jiro(consultation, person_id, consent_id, referral_id)


NO_HANDBOOK = "手帳がなく当センターの対象ではない"
BROTHERS_INCOME = "同居の兄に収入があるため対象外と考える"


async def declines(caller: Caller, referral_id: str, reason: str, proposing: Any) -> dict[str, Any]:
    """A decline that names a desk the decliner has called."""
    proposal = {"desk_id": str(proposing), "contacted": "担当者に電話で確認（11/20）"}
    return await act(caller, referral_id, "decline", reason=reason, proposal=proposal)


async def jiro_is_bounced_twice(town: Town) -> Jiro:
    """D and J decline; he is with the hub."""
    jiro = await jiro_comes(town)
    cc, d, j = (town.caller(a) for a in ("cc-worker", "d-consultant", "j-consultant"))
    await act(cc, jiro.referral, "send")
    await declines(d, jiro.referral, NO_HANDBOOK, town.desk["J"])
    await act(cc, jiro.referral, "redirect", to_desk_id=str(town.desk["J"]))
    await declines(j, jiro.referral, BROTHERS_INCOME, town.desk["E"])
    return jiro


def lead_j(town: Town) -> dict[str, Any]:
    """The hub's decision: J leads, S stands in, L is there for the debt, HC for the teeth."""
    return {
        "lead_agency_id": str(town.agency["J"]),
        "deputy_agency_id": str(town.agency["S"]),
        "team": [
            {"agency_id": str(town.agency["L"]), "themes": ["debt"]},
            {"agency_id": str(town.agency["HC"]), "themes": ["health"]},
        ],
        "reason": "家計の相談から入り、歯科と借金を並行して進める",
    }


async def jiro_has_a_lead(town: Town) -> tuple[Jiro, str]:
    """The hub has named J; with the id of the case."""
    jiro = await jiro_is_bounced_twice(town)
    named = await act(town.caller("s-hub"), jiro.referral, "name-lead", **lead_j(town))
    return jiro, named["case_id"]
