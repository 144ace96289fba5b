"""The audit log, through HTTP: what every access leaves in it, who reads it, who reads one's own."""

import asyncio
import base64
import json
import uuid
from collections import Counter
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
from conftest import Urls
from scenario_steps import (
    act,
    consent,
    hidden,
    jiro_has_a_lead,
    ok,
    person,
    refer,
    refused,
)
from town import Caller, Town

from service.demo.city_staff import STAFF
from service.domain.decision import POLICY_VERSION
from service.domain.permission import Permission

REASON = "家計の相談をお願いします"

#: What the database seals of an entry, for the transparency log.
SEALED = {"leaf", "salt", "words", "xid"}


async def registered(caller: Caller, given: str = "一子", **more: Any) -> str:
    form = person("試験", given, "シケン テスト", **more)
    return (await ok(caller.post("/v1/persons", form), 201))["id"]


async def signs(caller: Caller, person_id: str, *letters: str, **more: Any) -> str:
    """Her slip: D1 to D3 to these agencies."""
    slip = consent(
        person_id,
        to={"agencies": [str(caller.town.agency[letter]) for letter in letters]},
        classes=more.pop("classes", "D1 D2 D3"),
        purposes=more.pop("purposes", ("consultation", "planning")),
    )
    return (await ok(caller.post("/v1/consents", slip | more), 201))["id"]


async def sent_to_j(town: Town) -> tuple[str, str, str]:
    """A person of CC's whom J was sent: the ids of person, consent and referral."""
    cc = town.caller("cc-worker")
    person_id = await registered(cc)
    consent_id = await signs(cc, person_id, "J")
    referral_id = await refer(cc, person_id, town.desk["J"], reason=REASON)
    await act(cc, referral_id, "send")
    return person_id, consent_id, referral_id


async def left_by(town: Town, response: httpx.Response) -> list[asyncpg.Record]:
    """The entries of the request that was answered so."""
    return await town.audit(request_id=response.headers["x-request-id"])


def claims(response: httpx.Response) -> dict[str, Any]:
    """What the token of the request said."""
    part = response.request.headers["authorization"].split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


async def read_all(caller: Caller, path: str, **asked: Any) -> list[dict[str, Any]]:
    """All pages of a list."""
    items: list[dict[str, Any]] = []
    params = {"limit": 100} | asked
    while True:
        page = await ok(caller.get(path, params=params))
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        params["cursor"] = page["next_cursor"]


# One entry per person per access.


async def test_a_list_of_three_persons_leaves_three_entries(town: Town):
    cc = town.caller("cc-worker")
    persons = [await registered(cc, given) for given in ("一子", "二子", "三子")]
    for person_id in persons:
        await refer(cc, person_id, town.desk["J"], reason=REASON)
    answer = await cc.get("/v1/referrals", params={"box": "outbox"})
    assert len(answer.json()["items"]) == 3
    entries = await left_by(town, answer)
    assert Counter(str(e["person_id"]) for e in entries) == Counter(persons)
    assert {(e["action"], e["outcome"]) for e in entries} == {("referral.read", "allowed")}
    assert len({e["id"] for e in entries}) == 3
    assert len({e["attempt_id"] for e in entries}) == 1
    again = await left_by(town, await cc.get("/v1/referrals", params={"box": "outbox"}))
    assert {e["attempt_id"] for e in again}.isdisjoint({e["attempt_id"] for e in entries})
    # What lies on the next page was not shown, and is not on record.
    first = await left_by(town, await cc.get("/v1/referrals?box=outbox&limit=1"))
    assert [str(e["person_id"]) for e in first] == persons[2:]
    # An empty list leaves one entry, about nobody.
    empty = await town.caller("j-consultant").get("/v1/referrals", params={"box": "inbox"})
    assert empty.json()["items"] == []
    (entry,) = await left_by(town, empty)
    assert (entry["action"], entry["outcome"]) == ("referral.read", "allowed")
    assert entry["person_id"] is None


async def test_a_denial_names_the_person_inside_and_nothing_was_shown(town: Town):
    person_id = await registered(town.caller("cc-worker"))
    answer = await town.caller("w-worker").get(f"/v1/persons/{person_id}")
    assert answer.status_code == 404
    (entry,) = await left_by(town, answer)
    assert (entry["action"], entry["outcome"]) == ("person.read", "denied")
    assert (str(entry["person_id"]), str(entry["record_id"])) == (person_id, person_id)
    assert entry["holder_agency_id"] == town.agency["CC"]
    assert entry["rules"] == ["record.no_basis"]
    assert (entry["data_classes"], entry["fields"], entry["basis"]) == ([], [], None)
    # An id that nobody has is denied without a person.
    nobody = str(uuid.uuid4())
    (entry,) = await left_by(town, await town.caller("w-worker").get(f"/v1/persons/{nobody}"))
    assert (entry["outcome"], entry["person_id"], entry["holder_agency_id"]) == (
        "denied",
        None,
        None,
    )
    assert str(entry["record_id"]) == nobody
    assert entry["rules"] == ["record.unknown"]


async def test_what_was_undone_is_on_record_as_failed(town: Town):
    person_id, _, referral_id = await sent_to_j(town)
    j = town.caller("j-consultant")
    await act(j, referral_id, "accept")
    answer = await j.post(f"/v1/referrals/{referral_id}/accept")
    assert answer.status_code == 409
    (entry,) = await left_by(town, answer)
    assert (entry["action"], entry["outcome"]) == ("referral.accept", "failed")
    assert str(entry["person_id"]) == person_id
    assert (entry["data_classes"], entry["fields"]) == ([], [])
    # So is a form that cannot be read.
    answer = await town.caller("cc-worker").post("/v1/persons", {"names": "試験"})
    assert answer.status_code == 422
    (entry,) = await left_by(town, answer)
    assert (entry["action"], entry["outcome"], entry["person_id"]) == (
        "person.register",
        "failed",
        None,
    )


async def test_an_answer_given_again_is_on_record_as_replayed(town: Town):
    cc = town.caller("cc-worker")
    form, key = person("試験", "一子", "シケン テスト"), {"Idempotency-Key": str(uuid.uuid4())}
    first = await cc.post("/v1/persons", form, headers=key)
    again = await cc.post("/v1/persons", form, headers=key)
    assert again.content == first.content
    assert [e["outcome"] for e in await left_by(town, first)] == ["allowed"]
    assert [e["outcome"] for e in await left_by(town, again)] == ["replayed"]


async def test_whoever_has_no_good_token_is_on_record_too(town: Town):
    answer = await town.caller("cc-worker").get(
        "/v1/me", headers={"Authorization": "Bearer no.good.token"}
    )
    assert answer.status_code == 401
    (entry,) = await left_by(town, answer)
    assert (entry["action"], entry["outcome"], entry["actor_kind"]) == (
        "token.verify",
        "denied",
        "unknown",
    )
    assert "no.good" not in str(dict(entry))


async def on_the_agenda(town: Town, *persons: str) -> str:
    """A sitting of J's whose one item is about these persons and for S alone; H is there as well."""
    j = town.caller("j-consultant", "planning")
    when = {"starts_at": "2026-12-04T13:30:00+09:00", "ends_at": "2026-12-04T15:00:00+09:00"}
    form = {"kind": "support_coordination_conf", "place": "市役所 3階"} | when
    path = f"/v1/conferences/{(await ok(j.post('/v1/conferences', form), 201))['id']}"
    invited = {"agency_ids": [str(town.agency[letter]) for letter in ("S", "H")]}
    await ok(j.post(f"{path}/invite", invited))
    about = {
        "purpose": "information_exchange",
        "minutes": 20,
        "subject": REASON,
        "person_ids": persons,
        "invited_agency_ids": [str(town.agency["S"])],
    }
    await ok(j.post(f"{path}/items", about), 201)
    await ok(j.post(f"{path}/fix"))
    return f"{path}/packet"


async def papers(town: Town, account: str, path: str) -> tuple[list[Any], list[asyncpg.Record]]:
    """The items of a packet, and the entries that reading it left about persons."""
    answer = await town.caller(account, "consultation").get(path)
    assert answer.status_code == 200, answer.text
    entries = await left_by(town, answer)
    assert {e["action"] for e in entries} == {"conference.read_packet"}
    return answer.json()["items"], [e for e in entries if e["person_id"]]


EMPTY_PLACE = {"number": 1, "minutes": 20, "restricted": True}


async def test_a_place_on_the_agenda_that_stays_empty_is_masked(town: Town):
    j = town.caller("j-consultant", "planning")
    person_id = await registered(j)
    await signs(j, person_id, "S")
    path = await on_the_agenda(town, person_id)
    items, (shown,) = await papers(town, "s-hub", path)
    assert items[0]["subject"] == REASON
    assert (shown["outcome"], shown["basis"]) == ("allowed", "CONSENT")
    items, (masked,) = await papers(town, "h-supporter", path)
    assert items == [EMPTY_PLACE]
    assert (masked["outcome"], str(masked["person_id"])) == ("masked", person_id)
    assert (masked["data_classes"], masked["fields"], masked["basis"]) == ([], [], None)


async def test_a_place_that_stays_empty_because_of_one_person_shows_nothing_of_the_other(
    town: Town,
):
    j = town.caller("j-consultant", "planning")
    persons = [await registered(j, given) for given in ("一子", "二子")]
    slips = [await signs(j, person_id, "S") for person_id in persons]
    path = await on_the_agenda(town, *persons)
    await ok(j.post(f"/v1/consents/{slips[1]}/revoke"))
    items, entries = await papers(town, "s-hub", path)
    assert items == [EMPTY_PLACE]
    assert {str(e["person_id"]) for e in entries} == set(persons)
    # Nobody is told, in the report on who saw their data, of something that nobody saw.
    assert [(e["outcome"], e["data_classes"]) for e in entries] == [("masked", [])] * 2


# What stands in an entry.


async def test_every_entry_says_who_when_why_and_from_where(town: Town):
    person_id, consent_id, referral_id = await sent_to_j(town)
    j = town.caller("j-consultant")
    answer = await j.get(f"/v1/referrals/{referral_id}", headers={"X-Request-Id": "desk-2026-0001"})
    assert answer.headers["x-request-id"] == "desk-2026-0001"
    (entry,) = await left_by(town, answer)
    said = claims(answer)
    position = await town.owner.fetchval("SELECT id FROM position WHERE code = 'j_consultant'")
    assert {k: v for k, v in entry.items() if k not in SEALED} == {
        "id": entry["id"],
        "attempt_id": entry["attempt_id"],
        "at": entry["at"],
        "actor_kind": "staff",
        "iss": said["iss"],
        "sub": "sub-j-consultant",
        "client_id": said["client_id"],
        "agency_id": town.agency["J"],
        "position_id": position,
        "roles": ["chief_consultant"],
        "purpose": "consultation",
        "action": "referral.read",
        "record_kind": "referral",
        "record_id": uuid.UUID(referral_id),
        "holder_agency_id": town.agency["CC"],
        "person_id": uuid.UUID(person_id),
        "data_classes": ["D0", "D2", "D3"],
        "fields": entry["fields"],
        "outcome": "allowed",
        "basis": "CONSENT",
        "rules": ["party.keeps_fact", "party.with_consent"],
        "consent_ids": [consent_id],
        "conference_id": None,
        "policy_version": POLICY_VERSION,
        "request_id": "desk-2026-0001",
        "token_id": said["jti"],
        "remote": "127.0.0.1",
        "law": "CONSENT@2023-04-01",
        "obligations": [],
        "question": entry["question"],
    }
    # The fields are those that the answer had, and no others.
    extra = {"status_ja", "status_local", "owner_agency_id", "turn", "next", "withheld"}
    assert set(entry["fields"]) == set(answer.json()) - extra
    assert timedelta(0) <= town.clock.now - entry["at"] < timedelta(seconds=1)


async def test_the_entry_names_every_class_that_was_shown(town: Town):
    """What stands inside another value counts: a plan's lines, the persons on an item."""
    j = town.caller("j-consultant", "planning")
    person_id = await registered(j, living="兄と二人で暮らす")
    line = {
        "theme": "debt",
        "issue": "返済が滞っている",
        "goal_in_own_words": "静かに暮らしたい",
        "action": "家計表をつける",
        "responsible_agency_id": str(town.agency["J"]),
        "starts_on": "2026-12-07",
    }
    form = {"person_id": person_id, "goal_in_own_words": "静かに暮らしたい", "lines": [line]}
    form |= {"period_from": "2026-12-07", "period_until": "2027-11-30"}
    plan_id = (await ok(j.post("/v1/plans", form | {"opinion": REASON}), 201))["id"]
    member = {"person_id": person_id, "relation": "self"}
    household = (await ok(j.post("/v1/households", {"members": [member]}), 201))["id"]
    for path, classes in (
        (f"/v1/plans/{plan_id}", {"D0", "D3", "D7"}),
        (f"/v1/plans/{plan_id}/versions", {"D0", "D3", "D7"}),
        (f"/v1/persons/{person_id}", {"D0", "D1", "D2"}),
        (f"/v1/households/{household}", {"D2"}),
    ):
        answer = await j.get(path)
        assert answer.status_code == 200
        told = {c for e in await left_by(town, answer) if e["person_id"] for c in e["data_classes"]}
        assert told >= classes, path


async def test_the_token_itself_is_nowhere(town: Town):
    await sent_to_j(town)
    answer = await town.caller("j-consultant").get("/v1/referrals")
    token = answer.request.headers["authorization"].removeprefix("Bearer ")
    for part in token.split("."):
        found = "SELECT count(*) FROM audit_entry t WHERE strpos(t::text, $1) > 0"
        assert await town.owner.fetchval(found, part) == 0


async def test_every_request_of_a_long_day_leaves_entries_and_no_free_text(town: Town):
    answers: list[httpx.Response] = []

    async def keep(response: httpx.Response) -> None:
        await response.aread()
        answers.append(response)

    town.http.event_hooks["response"].append(keep)
    jiro, case_id = await jiro_has_a_lead(town)
    j, s = town.caller("j-consultant"), town.caller("s-hub")
    await act(
        j,
        jiro.referral,
        "contact",
        reached=True,
        at="2026-11-20T10:00:00+09:00",
        note="本人と会えた",
    )
    for path in (
        f"/v1/referrals/{jiro.referral}",
        f"/v1/referrals/{jiro.referral}/history",
        f"/v1/persons/{jiro.person}",
        f"/v1/persons/{jiro.person}/consents",
        f"/v1/cases/{case_id}",
        "/v1/referrals",
        "/v1/notices",
    ):
        for caller in (j, s, town.caller("cc-worker"), town.caller("w-worker")):
            await caller.get(path)
    for words in ("試験", "'; DROP TABLE person; --", "\u2028"):
        cc = town.caller("cc-worker")
        await cc.get(f"/v1/persons/{words}")
        await cc.get("/v1/referrals", params={"box": words, "cursor": words})
        await cc.post("/v1/persons/search", {"kana": words})
        await cc.post("/v1/persons", {"names": [{"family": words}], words: words})
    await town.caller("cc-worker", "gossip-about-shiken").get(f"/v1/persons/{jiro.person}")
    await town.caller("cc-worker").get("/v1/me", headers={"Acting-Agency": "gossip-agency"})
    await town.caller("cc-worker").post(
        "/v1/persons", {}, headers={"Idempotency-Key": "gossip-key"}
    )

    entries = await town.audit()
    asked = {a.headers["x-request-id"] for a in answers if a.request.url.path.startswith("/v1/")}
    assert asked == {e["request_id"] for e in entries}
    # All the free text of this day is Japanese; what the log holds are codes, ids and names of fields.
    for entry in entries:
        written = " ".join(str(v) for v in entry.values())
        assert written.isascii(), dict(entry)
        assert "gossip" not in written
        assert "DROP" not in written
    assert {e["policy_version"] for e in entries} == {POLICY_VERSION}
    assert {e["action"] for e in entries} <= {p.value for p in Permission}
    for column in ("client_id", "token_id", "remote", "iss", "sub"):
        assert all(e[column] for e in entries), column


# The agency's auditor.


async def a_busy_day(town: Town) -> tuple[str, str, str]:
    """CC and J do things, to their own records and to each other's; W and T try."""
    hers, consent_id, referral_id = await sent_to_j(town)
    j, w, t = (town.caller(a) for a in ("j-consultant", "w-worker", "t-officer"))
    await ok(j.get(f"/v1/persons/{hers}"))
    await act(j, referral_id, "accept")
    js_own = await registered(j, "二子")
    for caller in (w, t):
        await caller.get(f"/v1/persons/{js_own}")
        await caller.get(f"/v1/persons/{hers}")
    await registered(t, "三子")
    await registered(town.caller("cc-worker"), "四子")
    return hers, consent_id, js_own


MINE = "SELECT * FROM audit_entry WHERE (agency_id = $1 OR holder_agency_id = $1)"


async def mine(town: Town, letter: str) -> list[str]:
    """What the log holds for this agency: what it did, and what was done to its records."""
    rows = await town.owner.fetch(f"{MINE} ORDER BY id DESC", town.agency[letter])
    return [str(r["id"]) for r in rows]


async def test_it_reads_its_agencys_actions_and_what_was_done_to_its_records(town: Town):
    hers, _, js_own = await a_busy_day(town)
    tried = {str(town.agency[letter]) for letter in ("W", "T")}
    for account, letter, persons, agencies in (
        ("cc-auditor", "CC", {hers}, tried),
        ("j-auditor", "J", {hers, js_own}, tried),
        # T's own attempts, of which it is told no more than when it was refused.
        ("t-auditor", "T", set(), set()),
        # A privacy officer may as well; by now the auditor has been there.
        ("cc-privacy", "CC", {hers}, tried),
    ):
        there = await mine(town, letter)
        assert 0 < len(there) < len(await town.audit())
        read = await read_all(town.caller(account, "audit"), "/v1/audit/events", limit=5)
        assert [item["id"] for item in read] == there
        assert {item["person_id"] for item in read} & {hers, js_own} == persons
        assert {item["agency_id"] for item in read} >= agencies | {str(town.agency[letter])}
        if letter == "T":
            assert {item["agency_id"] for item in read} == {str(town.agency["T"])}


async def test_an_entry_is_shown_as_it_lies_there(town: Town):
    await a_busy_day(town)
    row = await town.owner.fetchrow(f"{MINE} ORDER BY id DESC LIMIT 1", town.agency["J"])
    page = await ok(town.caller("j-auditor", "audit").get("/v1/audit/events?limit=1"))
    (item,) = page["items"]
    assert item.pop("withheld") == []
    # What is known of its answer lies elsewhere (test_answered_attempts).
    assert item.pop("answered") is None
    # What it was decided on is read for its replay alone, what the log keeps for its proof.
    assert not {"question", *SEALED} & set(item)
    row = {k: v for k, v in row.items() if k not in {"question", *SEALED}}
    assert item.pop("at") == row["at"].isoformat().replace("+00:00", "Z")
    assert item == {
        k: str(v) if isinstance(v, uuid.UUID) else v for k, v in row.items() if k != "at"
    }


async def test_it_filters_by_person_action_outcome_and_time(town: Town):
    hers, _, _ = await a_busy_day(town)
    town.clock.forward(hours=1)
    auditor = town.caller("cc-auditor", "audit")
    instants = [r["at"] for r in await town.owner.fetch(f"{MINE} ORDER BY at", town.agency["CC"])]
    since, until = instants[1], instants[-2]
    for asked, where, values in (
        ({"person_id": hers}, "person_id = $2", [hers]),
        ({"action": "person.read"}, "action = $2", ["person.read"]),
        ({"outcome": "denied"}, "outcome = $2", ["denied"]),
        ({"since": since.isoformat()}, "at >= $2", [since]),
        ({"until": until.isoformat()}, "at < $2", [until]),
        (
            {"since": since.isoformat(), "until": until.isoformat(), "outcome": "allowed"},
            "at >= $2 AND at < $3 AND outcome = 'allowed'",
            [since, until],
        ),
        (
            {"person_id": hers, "action": "person.read", "outcome": "denied"},
            "person_id = $2 AND action = 'person.read' AND outcome = 'denied'",
            [hers],
        ),
    ):
        rows = await town.owner.fetch(
            f"{MINE} AND {where} ORDER BY id DESC", town.agency["CC"], *values
        )
        unfiltered = await mine(town, "CC")
        read = await read_all(auditor, "/v1/audit/events", limit=2, **asked)
        found = [item["id"] for item in read]
        # Reading it adds to it: only what was there before is compared.
        assert [i for i in found if i in unfiltered] == [str(r["id"]) for r in rows], asked
        assert 0 < len(rows) < len(unfiltered), asked
    # Another agency's person filters to nothing; a filter that makes no sense is refused.
    theirs = town.caller("m-auditor", "audit")
    assert await read_all(theirs, "/v1/audit/events", person_id=hers) == []
    for asked in (
        {"since": "2026-11-20T10:00:00"},
        {"person_id": "試験"},
        {"action": "person.spy"},
        {"outcome": "fine"},
    ):
        await refused(auditor.get("/v1/audit/events", params=asked), 422, "request.invalid")


async def test_reading_the_log_is_on_record_once_for_each_person_shown(town: Town):
    await a_busy_day(town)
    answer = await town.caller("j-auditor", "audit").get("/v1/audit/events")
    shown = {item["person_id"] for item in answer.json()["items"]}
    assert len(shown) > 1
    entries = await left_by(town, answer)
    told = Counter(str(e["person_id"]) if e["person_id"] else None for e in entries)
    assert told == Counter(shown)
    assert {(e["action"], e["outcome"], e["purpose"], e["sub"]) for e in entries} == {
        ("audit.read", "allowed", "audit", "sub-j-auditor")
    }
    # An empty page is on record as well.
    nothing = await town.caller("m-auditor", "audit").get("/v1/audit/events")
    assert nothing.json()["items"] == []
    (entry,) = await left_by(town, nothing)
    assert (entry["action"], entry["person_id"]) == ("audit.read", None)


async def test_an_auditors_own_relative_is_left_out_and_the_rest_is_read(town: Town):
    """A conflict of interest closes one person's entries, not the agency's whole log."""
    hers, _, js_own = await a_busy_day(town)
    iss = town.issuers["council"].issuer
    await town.owner.execute(
        "INSERT INTO conflict_of_interest (iss, sub, person_id) VALUES ($1, 'sub-j-auditor', $2)",
        iss,
        js_own,
    )
    read = await read_all(town.caller("j-auditor", "audit"), "/v1/audit/events")
    persons = {item["person_id"] for item in read}
    assert hers in persons
    assert js_own not in persons


async def test_nobody_else_reads_it(town: Town):
    for account in ("j-consultant", "m-officer", "d-system", "k-adviser"):
        answer = await town.caller(account, "audit").get("/v1/audit/events")
        assert (answer.status_code, answer.json()["code"]) == (403, "actor.permission_missing")
        (entry,) = await left_by(town, answer)
        assert (entry["action"], entry["outcome"]) == ("audit.read", "denied")


async def test_it_is_read_for_the_purpose_of_audit_alone(town: Town):
    for purpose, code in (("consultation", "purpose.not_for_action"), (None, "purpose.missing")):
        auditor = town.caller("j-auditor", purpose)
        await refused(auditor.get("/v1/audit/events"), 403, code)
    # And the auditor opens no record.
    person_id = await registered(town.caller("j-consultant"))
    await refused(
        town.caller("j-auditor").get(f"/v1/persons/{person_id}"), 403, "actor.permission_missing"
    )


# Who saw my data.


def herself(town: Town, sub: str = "person-1") -> dict[str, str]:
    """The header of a token for her own account, at the city's issuer."""
    token = town.issuers["city"].staff_token("m-officer", sub=sub, agency=None, now=town.clock.now)
    return {"Authorization": f"Bearer {token}"}


async def has_an_account(town: Town, person_id: str, sub: str = "person-1") -> None:
    await town.owner.execute(
        "INSERT INTO person_account (iss, sub, person_id) VALUES ($1, $2, $3)",
        town.issuers["city"].issuer,
        sub,
        person_id,
    )


REPORT = "/v1/persons/{}/access-report"


async def test_the_holders_privacy_officer_reports_on_request(town: Town):
    person_id, _, _ = await a_busy_day(town)
    rows = await town.owner.fetch(
        "SELECT * FROM audit_entry WHERE person_id = $1 ORDER BY id DESC", uuid.UUID(person_id)
    )
    officer = town.caller("cc-privacy", "access_request")
    lines = await read_all(officer, REPORT.format(person_id), limit=2)
    assert [(x["agency_id"], x["action"], x["outcome"], x["basis"]) for x in lines] == [
        (str(r["agency_id"]), r["action"], r["outcome"], r["basis"]) for r in rows
    ]
    assert [x["data_classes"] for x in lines] == [r["data_classes"] for r in rows]
    read = next(x for x in lines if x["basis"] == "CONSENT" and x["action"] == "person.read")
    assert read["agency_name"] == "みほん市 自立相談支援センター"
    assert (read["purpose"], read["purpose_ja"]) == ("consultation", "相談支援")
    assert read["basis_ja"]
    # The attempts of those who saw nothing are in it, as attempts.
    assert {x["agency_name"] for x in lines if x["outcome"] == "denied"} == {
        "みほん市 福祉事務所",
        "みほん市 税務課",
    }


async def test_she_reads_her_own_report_in_her_own_account(town: Town):
    person_id, _, _ = await a_busy_day(town)
    await has_an_account(town, person_id)
    anybody = town.caller("cc-worker", "access_request")
    answer = await anybody.get(REPORT.format(person_id), headers=herself(town))
    assert answer.status_code == 200, answer.text
    agencies = {line["agency_name"] for line in answer.json()["items"]}
    assert agencies >= {"みほん市 自立相談支援センター", "みほん市 第3地区 コミュニティセンター"}
    (entry,) = await left_by(town, answer)
    assert (entry["actor_kind"], entry["basis"], entry["agency_id"]) == ("person", "SELF", None)
    assert (entry["action"], str(entry["person_id"])) == ("person.report_access", person_id)

    # Agencies are named, staff never: neither to her nor to whoever hands it to her.
    officer = town.caller("cc-privacy", "access_request")
    for headers in ({}, herself(town)):
        answer = await officer.get(REPORT.format(person_id), headers=headers)
        assert answer.status_code == 200
        assert set(answer.json()["items"][0]) == {
            "at",
            "agency_id",
            "agency_name",
            "action",
            "action_ja",
            "purpose",
            "purpose_ja",
            "basis",
            "basis_ja",
            "data_classes",
            "outcome",
            "withheld",
        }
        for staff in STAFF:
            words = (staff.account, staff.title, f"sub-{staff.account}")
            assert not any(w in answer.text for w in words), staff.account
        assert "demo-issuers" not in answer.text
        assert "127.0.0.1" not in answer.text


async def test_nobody_elses_privacy_officer_learns_that_there_is_anything(town: Town):
    person_id, _, referral_id = await sent_to_j(town)
    await act(town.caller("j-consultant"), referral_id, "accept")
    # J supports her and is covered by her consent; it does not hold the record.
    for account in ("j-privacy", "s-privacy", "t-privacy"):
        await hidden(town.caller(account, "access_request"), REPORT, person_id)
    for account in ("cc-worker", "j-consultant", "cc-auditor", "d-system"):
        await refused(
            town.caller(account, "access_request").get(REPORT.format(person_id)),
            403,
            "actor.permission_missing",
        )
    for purpose, code in (("audit", "purpose.not_for_action"), (None, "purpose.missing")):
        officer = town.caller("cc-privacy", purpose)
        await refused(officer.get(REPORT.format(person_id)), 403, code)


async def test_nobody_reads_anothers_report_in_an_account_of_their_own(town: Town):
    hers, _, js_own = await a_busy_day(town)
    await has_an_account(town, hers)
    anybody = town.caller("cc-worker", "access_request")
    headers = herself(town)
    theirs = await anybody.get(REPORT.format(js_own), headers=headers)
    nobodys = await anybody.get(REPORT.format(uuid.uuid4()), headers=headers)
    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.content == nobodys.content
    stranger = await anybody.get(REPORT.format(hers), headers=herself(town, sub="person-2"))
    assert stranger.status_code == 403
    log = await anybody.get("/v1/audit/events", headers=headers | {"Purpose-Of-Use": "audit"})
    assert log.status_code == 403


async def test_what_was_seen_before_she_took_it_back_stays_in_the_report(town: Town):
    person_id, consent_id, referral_id = await sent_to_j(town)
    cc, j = town.caller("cc-worker"), town.caller("j-consultant")
    await ok(j.get(f"/v1/persons/{person_id}"))
    officer = town.caller("cc-privacy", "access_request")
    before = await read_all(officer, REPORT.format(person_id))
    await ok(cc.post(f"/v1/consents/{consent_id}/revoke"))
    assert (await j.get(f"/v1/persons/{person_id}")).status_code == 404
    after = await read_all(officer, REPORT.format(person_id))
    assert after[-len(before) :] == before
    new = [(x["action"], x["outcome"]) for x in after[: -len(before)]]
    assert new == [
        ("person.read", "denied"),
        ("consent.revoke", "allowed"),
        ("person.report_access", "allowed"),
    ]
    seen = [x for x in after if x["basis"] == "CONSENT" and x["action"] == "person.read"]
    assert len(seen) == 1
    assert referral_id not in str(after)


# Reading and taking back at the same moment.


async def waiting(owner: asyncpg.Connection) -> None:
    """Until a request of the service waits for a lock that somebody else holds."""
    query = (
        "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted"
        " AND datname = current_database() AND usename = 'tsunagi_app'"
    )
    for _ in range(200):
        if await owner.fetchval(query):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody waits")


#: What J reads about her, and how it is answered once she has taken her word back.
READS = (
    ("GET", "/v1/persons/{person}", 404),
    ("GET", "/v1/referrals/{referral}", 200),
    ("GET", "/v1/referrals/{referral}/history", 200),
    ("GET", "/v1/referrals?box=inbox", 200),
    ("POST", "/v1/persons/search", 200),
)
REVOKE = "UPDATE consent SET state = 'revoked', version = version + 1 WHERE id = $1"
RESTORE = "UPDATE consent SET state = 'active', version = version + 1 WHERE id = $1"


async def test_a_read_waits_for_a_revocation_and_shows_nothing_after_it(town: Town, urls: Urls):
    person_id, consent_id, referral_id = await sent_to_j(town)
    j = town.caller("j-consultant")
    revoking = await asyncpg.connect(urls.owner)
    try:
        for method, template, status in READS:
            path = template.format(person=person_id, referral=referral_id)
            body = {"json": {"kana": "シケン テスト"}} if method == "POST" else {}
            seen = await j.send(method, path, **body)
            assert seen.status_code == 200
            assert "CONSENT" in {e["basis"] for e in await left_by(town, seen)}, path
            transaction = revoking.transaction()
            await transaction.start()
            await revoking.execute(REVOKE, uuid.UUID(consent_id))
            under_way = asyncio.create_task(j.send(method, path, **body))
            await waiting(town.owner)
            assert not under_way.done(), path
            await transaction.commit()
            answer = await under_way
            assert answer.status_code == status, answer.text
            for words in (REASON, "一子", "シケン"):
                assert words not in answer.text, path
            entries = await left_by(town, answer)
            assert entries
            for entry in entries:
                assert not set(entry["data_classes"]) - {"D0"}, path
                assert entry["basis"] != "CONSENT", path
            await revoking.execute(RESTORE, uuid.UUID(consent_id))
    finally:
        await revoking.close()


async def test_a_revocation_waits_for_a_read_under_way(town: Town, urls: Urls):
    """Whoever was shown something is on record before the revocation looks who was."""
    person_id, consent_id, _ = await sent_to_j(town)
    reading = await asyncpg.connect(urls.owner)
    try:
        transaction = reading.transaction()
        await transaction.start()
        await reading.execute(
            "SELECT FROM consent WHERE person_id = $1 FOR SHARE", uuid.UUID(person_id)
        )
        cc = town.caller("cc-worker")
        revoking = asyncio.create_task(cc.post(f"/v1/consents/{consent_id}/revoke"))
        await waiting(town.owner)
        assert not revoking.done()
        await transaction.commit()
        answer = await revoking
    finally:
        await reading.close()
    assert answer.status_code == 200
    assert answer.json()["state"] == "revoked"
