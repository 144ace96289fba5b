"""Every reading route × every agency of the city × every state of the consent, with canaries.

Each data class of the person's papers carries a word of its own. In every state only the
allowed agencies are told, and only the allowed words; protected ones (D4–D7) stand nowhere
else: not in headers, refusals, log lines, notices, first answers or the audit log.
"""

from typing import NamedTuple

import pytest
from every_route import Route, call, every_route, filled, give_every_role
from scenario_steps import act, consent, ok, person, refer, written_in
from structlog.testing import capture_logs
from town import Town

from service.demo.city import AGENCIES
from service.demo.city_staff import STAFF
from service.domain.role import Role

#: The word of each data class; none is part of another.
WORDS = {f"D{n}": f"{word}之印" for n, word in enumerate("零壱弐参肆伍陸漆")}
STATES = ("none", "consent", "revoked", "expired", "wrong purpose", "excluded receiver")
#: What each agency may be told, by state; whoever is not here is told nothing.
HOLDER = {"D1", "D2", "D3", "D4", "D5", "D6", "D7"}
RECEIVER = {"D1", "D2", "D3", "D4", "D6"}
#: One member of staff of each agency, of whatever role; they are given all of them.
ACCOUNTS = {
    agency.letter: next(
        s.account
        for s in STAFF
        if s.letter == agency.letter and s.role not in (Role.PARTNER_SYSTEM, Role.AUDITOR)
    )
    for agency in AGENCIES
    if any(s.letter == agency.letter for s in STAFF)
}


class Papers(NamedTuple):
    """The ids of everything about the person."""

    ids: dict[str, str]
    kana: str


async def papers_in(town: Town, state: str) -> Papers:
    """A person with a word in every class, and the consent as the state says."""
    cc, j = town.caller("cc-worker"), town.caller("j-consultant")
    form = person("隠野", WORDS["D1"], "カクシノ シルシ") | {
        "living": WORDS["D2"],
        "considerations": WORDS["D4"],
        "protected_address": {
            "kind": "whereabouts",
            "municipality_code": "999997",
            "town": WORDS["D5"],
        },
    }
    person_id = (await ok(cc.post("/v1/persons", form), 201))["id"]
    heard = {
        "told": WORDS["D3"],
        "person_id": person_id,
        "informant": WORDS["D6"],
        "opinion": WORDS["D7"],
    }
    ids = {"person_id": person_id, "form_code": "intake_application"}
    ids["consultation_id"] = (await ok(cc.post("/v1/consultations", heard), 201))["id"]
    home = {"members": [{"person_id": person_id, "relation": "self"}]}
    ids["household_id"] = (await ok(cc.post("/v1/households", home), 201))["id"]
    ids["referral_id"] = await refer(
        cc,
        person_id,
        town.desk["J"],
        reason=WORDS["D3"],
        informant=WORDS["D6"],
        opinion=WORDS["D7"],
        data_classes=["D1", "D2", "D3", "D4", "D6"],
    )
    ids |= await _entrance(town, person_id)
    if state == "none":
        return Papers(ids, "カクシノ シルシ")
    slip = consent(
        person_id,
        to={"agencies": [str(town.agency["J"])]},
        classes="D1 D2 D3 D4",
        purposes=("consultation",),
        valid_until="2026-11-21",
    )
    ids["consent_id"] = (await ok(cc.post("/v1/consents", slip), 201))["id"]
    await act(cc, ids["referral_id"], "send")
    ids["case_id"] = (await act(j, ids["referral_id"], "accept"))["case_id"]
    later = slip | {"valid_until": "2027-11-20", "supersedes_id": ids["consent_id"]}
    match state:
        case "revoked":
            await ok(cc.post(f"/v1/consents/{ids['consent_id']}/revoke"))
        case "expired":
            town.clock.forward(days=2)
        case "wrong purpose":
            await ok(cc.post("/v1/consents", later | {"purposes": ["statistics"]}), 201)
        case "excluded receiver":
            kinds = {"kinds": ["self_reliance_agency", "legal_aid"]}
            out = {"agencies": [str(town.agency["J"])]}
            await ok(cc.post("/v1/consents", later | {"receivers": kinds, "excluded": out}), 201)
    return Papers(ids, "カクシノ シルシ")


async def _entrance(town: Town, person_id: str) -> dict[str, str]:
    """What CC noticed, asked its hub, plans and gave: S as hub is told that there is something."""
    cc = town.caller("cc-worker")
    noticed = {
        "kind": "neighbour_check",
        "person_id": person_id,
        "who": WORDS["D1"],
        "text": WORDS["D3"],
        "informant": WORDS["D6"],
        "watchers": [{"name": WORDS["D6"], "way": WORDS["D6"]}],
    }
    signal = (await ok(cc.post("/v1/signals", noticed), 201))["id"]
    stuck = await ok(cc.post(f"/v1/signals/{signal}/escalate", {"reason": WORDS["D3"]}))
    contact = {"person_id": person_id, "next_on": "2027-01-15", "how": WORDS["D3"]}
    given = {
        "person_id": person_id,
        "kind": "food",
        "what": WORDS["D3"],
        "given_at": "2026-11-20T09:00:00+09:00",
    }
    return {
        "signal_id": signal,
        "entry_of_hub_id": stuck["id"],
        "schedule_id": (await ok(cc.post("/v1/contacts", contact), 201))["id"],
        "support_id": (await ok(cc.post("/v1/urgent-supports", given), 201))["id"],
    }


def reads(route: Route, papers: Papers) -> bool:
    """Whether the route shows something and its records are among the papers."""
    asks = route.method == "GET" or route.path in ("/v1/persons/search", "/v1/access/explain")
    return asks and set(route.parameters) <= set(papers.ids)


def body_for(route: Route, papers: Papers) -> object:
    if route.path == "/v1/persons/search":
        return {"kana": papers.kana}
    if route.path == "/v1/access/explain":
        return {"kind": "person", "record_id": papers.ids["person_id"]}
    return None


@pytest.mark.mechanism("1-27", "1-53")
@pytest.mark.parametrize("state", STATES)
async def test_only_the_allowed_cells_answer_and_only_with_the_allowed_words(
    town: Town, state: str
) -> None:
    papers = await papers_in(town, state)
    routes = [r for r in await every_route(town) if reads(r, papers)]
    assert len(routes) > 20
    allowed = {"CC": HOLDER} | ({"J": RECEIVER} if state == "consent" else {})
    told: dict[str, set[str]] = {}
    with capture_logs() as logged:
        for letter, account in ACCOUNTS.items():
            await give_every_role(town, account, letter)
            for route in routes:
                # Under the purpose of the work wherever it fits, else the only one that does.
                purpose = route.purpose and "consultation"
                caller = town.caller(account, purpose)
                path = filled(route.path, papers.ids)
                answer = await call(caller, route, path, body_for(route, papers))
                if answer.status_code == 403:
                    caller = town.caller(account, route.purpose)
                    answer = await call(caller, route, path, body_for(route, papers))
                everything = answer.text + str(answer.headers)
                heard = {name for name, word in WORDS.items() if word in everything}
                assert heard <= allowed.get(letter, set()), (letter, str(route), heard)
                assert not (heard and answer.status_code != 200), (letter, str(route))
                told.setdefault(letter, set()).update(heard)
    # Nobody is refused what they may see, either: over-refusal harms too.
    assert {letter: words for letter, words in told.items() if words} == allowed
    for name in ("D4", "D5", "D6", "D7"):
        assert WORDS[name] not in str(logged)
        assert await written_in(town, WORDS[name]) == set()
