"""Lists that end, cursors that serve nobody else, and a search that gives nobody away."""

import base64
import json
import uuid
from typing import Any

import httpx
from scenario_steps import consent, ok, person, refused
from town import Caller, Town

from service.domain.permission import Permission
from service.domain.scope import purposes_for

LISTS = (
    "/v1/agencies",
    "/v1/notices",
    "/v1/referrals",
    "/v1/conferences",
    "/v1/tasks",
    "/v1/audit/events",
)
AUDITING = min(purposes_for(Permission.AUDIT_READ) or ())


# Pages.


async def notice(town: Town, letter: str, number: int) -> str:
    """Tell an agency something; ids ascend with ``number``."""
    made = f"01a1f000-0000-7000-8000-{number:012x}"
    await town.owner.execute(
        "INSERT INTO notice (id, agency_id, kind, record_kind, record_id, made_at, version)"
        " VALUES ($1, $2, 'referral_received', 'referral', $3, $4, 1)",
        made,
        town.agency[letter],
        uuid.uuid4(),
        town.clock(),
    )
    return made


def next_link(answer: httpx.Response) -> str | None:
    """The address of the next page, from RFC 8288's header; it agrees with the body."""
    cursor = answer.json()["next_cursor"]
    link = answer.headers.get("link")
    if link is None:
        assert cursor is None
        return None
    address, _, relation = link.partition("; ")
    assert relation == 'rel="next"'
    assert httpx.URL(address[1:-1]).params["cursor"] == cursor
    return address[1:-1]


async def test_pages_are_complete_while_the_list_grows(town: Town):
    there = {await notice(town, "J", 1000 + n) for n in range(25)}
    foreign = await notice(town, "S", 2000)
    j = town.caller("j-consultant")
    seen: list[str] = []
    page: str | None = "/v1/notices?limit=4"
    added = 0
    while page is not None:
        answer = await j.get(page)
        assert answer.status_code == 200, answer.text
        assert set(answer.json()) == {"items", "next_cursor"}
        assert len(answer.json()["items"]) <= 4
        seen += [item["id"] for item in answer.json()["items"]]
        page = next_link(answer)
        # One before and one behind wherever the reader is.
        added += 1
        await notice(town, "J", 5000 + added)
        await notice(town, "J", added)
    assert len(seen) == len(set(seen))
    assert there <= set(seen)
    assert foreign not in seen


async def test_the_directory_is_paged_like_everything_else(town: Town):
    j = town.caller("j-consultant")
    whole = [a["id"] for a in (await ok(j.get("/v1/agencies?limit=100")))["items"]]
    assert len(whole) == len(town.agency)
    paged: list[str] = []
    page: str | None = "/v1/agencies?limit=7"
    while page is not None:
        answer = await j.get(page)
        paged += [a["id"] for a in answer.json()["items"]]
        page = next_link(answer)
    assert paged == whole


async def test_no_list_says_how_many_there_are(town: Town):
    for path in LISTS:
        account, purpose = (
            ("cc-auditor", AUDITING) if "audit" in path else ("cc-worker", "planning")
        )
        answer = await town.caller(account, purpose).get(path, params={"limit": 3})
        assert answer.status_code == 200, (path, answer.text)
        assert set(answer.json()) == {"items", "next_cursor"}
        told = {name.lower() for name in answer.headers}
        assert not {name for name in told if "total" in name or "count" in name}


async def a_cursor(caller: Caller, path: str = "/v1/agencies", **params: Any) -> str:
    page = await ok(caller.get(path, params={"limit": 2} | params))
    assert page["next_cursor"] is not None
    return page["next_cursor"]


async def test_a_cursor_serves_only_whom_and_what_it_was_given_for(town: Town):
    j = town.caller("j-consultant")
    for letter in "JS":
        for number in range(5):
            await notice(town, letter, 1000 + 100 * ord(letter) + number)
    agencies = await a_cursor(j)
    notices = await a_cursor(j, "/v1/notices")
    filtered = await a_cursor(j, municipality="999997")
    wrong = [
        (town.caller("j-privacy"), "/v1/agencies", {"cursor": agencies}),
        (town.caller("s-hub"), "/v1/notices", {"cursor": notices}),
        (j, "/v1/notices", {"cursor": agencies}),
        (j, "/v1/agencies", {"cursor": notices}),
        (j, "/v1/agencies", {"cursor": filtered}),
        (j, "/v1/agencies", {"cursor": agencies, "municipality": "999997"}),
        (j, "/v1/agencies", {"cursor": filtered, "municipality": "993417"}),
        (j, "/v1/notices", {"cursor": notices, "unread": "true"}),
    ]
    for caller, path, params in wrong:
        answer = await caller.get(path, params=params)
        said = (answer.status_code, answer.json().get("code"))
        if params.get("municipality") == "993417" and said[0] == 422:
            continue
        assert said == (400, "cursor.invalid"), (path, params, answer.text)
        assert [e["pointer"] for e in answer.json()["errors"]] == ["cursor"]
        assert (await town.audit())[-1]["outcome"] == "failed"
    # For the same list it serves, whatever the size of the page.
    await ok(j.get("/v1/agencies", params={"cursor": agencies, "limit": 50}))
    await ok(j.get("/v1/agencies", params={"cursor": filtered, "municipality": "999997"}))


async def test_a_cursor_for_another_agency_of_the_same_person_is_foreign(town: Town):
    await town.owner.execute(
        "INSERT INTO tenure (id, position_id, iss, sub, name, valid_from)"
        " SELECT $1, id, $2, 'sub-cc-worker', '試験', '2024-04-01' FROM position"
        " WHERE code = 'hc_nurse'",
        uuid.uuid4(),
        town.issuers["city"].issuer,
    )
    token = f"Bearer {town.token('cc-worker', agency=None)}"
    cc = town.caller("cc-worker")
    here = {"Authorization": token, "Acting-Agency": "mihon_center"}
    there = {"Authorization": token, "Acting-Agency": "mihon_hokenjo"}
    page = await ok(cc.get("/v1/agencies", params={"limit": 2}, headers=here))
    asked = {"cursor": page["next_cursor"]}
    await ok(cc.get("/v1/agencies", params=asked, headers=here))
    await refused(cc.get("/v1/agencies", params=asked, headers=there), 400, "cursor.invalid")


async def test_a_cursor_cannot_be_made_or_changed(town: Town):
    j = town.caller("j-consultant")
    good = await a_cursor(j)
    raw = base64.urlsafe_b64decode(good + "=" * (-len(good) % 4))
    flipped = [bytes(b ^ (i == n) for i, b in enumerate(raw)) for n in (0, 15, 16, len(raw) - 1)]
    forged = [base64.urlsafe_b64encode(r).decode().rstrip("=") for r in flipped]
    forged += [
        base64.urlsafe_b64encode(uuid.uuid4().bytes).decode(),
        base64.urlsafe_b64encode(raw + b"x").decode(),
        good[:-4],
        "",
        "0",
        "!",
        "カーソル",
        str(uuid.uuid4()),
        "a" * 200,
    ]
    for cursor in forged:
        answer = await j.get("/v1/agencies", params={"cursor": cursor})
        said = (answer.status_code, answer.json().get("code"))
        assert said == (400, "cursor.invalid"), (cursor, answer.text)
    too_long = await j.get("/v1/agencies", params={"cursor": "a" * 201})
    assert too_long.status_code == 422


async def test_a_page_has_its_bounds(town: Town):
    j = town.caller("j-consultant")
    for limit in ("0", "-1", "101", "1.5", "many", "", "9" * 40):
        problem = await refused(
            j.get("/v1/agencies", params={"limit": limit}), 422, "request.invalid"
        )
        assert [e["pointer"] for e in problem["errors"]] == ["limit"]
    for limit in (1, 100):
        page = await ok(j.get("/v1/agencies", params={"limit": limit}))
        assert len(page["items"]) == min(limit, len(town.agency))


# Searching.


async def search(caller: Caller, kana: str, **more: Any) -> list[dict[str, Any]]:
    body = await ok(caller.post("/v1/persons/search", {"kana": kana} | more))
    assert not body.get("next_cursor")
    return body["items"]


async def registered(caller: Caller, kana: str, **more: Any) -> str:
    return (await ok(caller.post("/v1/persons", person("試験", "孝太", kana, **more)), 201))["id"]


async def test_somebody_hidden_and_nobody_are_the_same_bytes(town: Town):
    await registered(town.caller("j-consultant"), "シケン コウタ", birth="1981-03-09")
    cc = town.caller("cc-worker")
    hidden = await cc.post("/v1/persons/search", {"kana": "シケン コウタ"})
    nobody = await cc.post("/v1/persons/search", {"kana": "ダレカ サン"})
    assert hidden.status_code == nobody.status_code == 200
    assert hidden.content == nobody.content
    own = "x-request-id"
    assert {k: v for k, v in hidden.headers.items() if k != own} == {
        k: v for k, v in nobody.headers.items() if k != own
    }
    # And in the searcher's log they are the same, too.
    entries = await town.audit(action="person.search")
    assert len(entries) == 2
    differing = {"id", "attempt_id", "at", "request_id", "token_id", "question"}
    differing |= {"leaf", "salt", "words", "xid"}
    first, second = ({k: v for k, v in dict(e).items() if k not in differing} for e in entries)
    assert first == second
    asked = [json.loads(e["question"]) | {"at": None} for e in entries]
    assert asked[0] == asked[1]
    assert (first["person_id"], first["outcome"]) == (None, "allowed")


SPELLINGS = (
    "シケン コウタ",
    "しけん こうた",
    "シケンコウタ",
    "ｼｹﾝ ｺｳﾀ",
    "シケン　コウタ",
    "シケン・コウタ",
    "シケン コータ",
    "しけん こおた",
    "シケン コ―タ",
    "シケン コーた",
    "  シケン   コウタ ",
)


async def test_one_person_is_found_in_every_spelling_and_each_finding_is_on_record(town: Town):
    cc = town.caller("cc-worker")
    wanted = await registered(cc, "シケン コウタ", birth="1981-03-09")
    await registered(cc, "ミホン ハナコ")
    lost = [k for k in SPELLINGS if [p["id"] for p in await search(cc, k)] != [wanted]]
    assert lost == []
    entries = await town.audit(action="person.search")
    assert [str(e["person_id"]) for e in entries] == [wanted] * len(SPELLINGS)
    assert "D1" in entries[0]["data_classes"]
    for birth in ("1981", "1981-03", "昭和56年3月9日"):
        assert [p["id"] for p in await search(cc, "シケン", birth=birth)] == [wanted]
    assert await search(cc, "シケン", birth="1982") == []


async def test_there_is_one_entry_for_each_person_shown_and_none_for_the_others(town: Town):
    cc, j = town.caller("cc-worker"), town.caller("j-consultant")
    mine = {await registered(cc, "シケン コウタ") for _ in range(3)}
    theirs = await registered(j, "シケン コウタ")
    assert {p["id"] for p in await search(cc, "シケン")} == mine
    entries = await town.audit(action="person.search")
    assert sorted(str(e["person_id"]) for e in entries) == sorted(mine)
    assert len({e["attempt_id"] for e in entries}) == 1

    # With the person's consent it is four.
    slip = consent(
        theirs,
        to={"agencies": [str(town.agency["CC"])]},
        classes="D1",
        purposes=("consultation",),
    )
    await ok(j.post("/v1/consents", slip), 201)
    assert {p["id"] for p in await search(cc, "シケン")} == mine | {theirs}
    assert len(await town.audit(action="person.search")) == 3 + 4


async def test_somebody_shared_is_found_among_many_who_are_not(town: Town):
    cc, j = town.caller("cc-worker"), town.caller("j-consultant")
    for _ in range(55):
        await registered(town.caller("d-consultant"), "シケン コウタ")
    shared = await registered(j, "シケン コウタ")
    slip = consent(
        shared,
        to={"agencies": [str(town.agency["CC"])]},
        classes="D1",
        purposes=("consultation",),
    )
    await ok(j.post("/v1/consents", slip), 201)
    assert [p["id"] for p in await search(cc, "シケン コウタ")] == [shared]


async def test_nothing_asks_for_everybody(town: Town):
    cc = town.caller("cc-worker")
    await registered(cc, "シケン コウタ")
    for asked in ("", " ", "%", "_", "*", "・", "ー", "シ%", "'", "\\"):
        answer = await cc.post("/v1/persons/search", {"kana": asked})
        assert answer.status_code in (200, 422), (asked, answer.text)
        if answer.is_success:
            assert answer.json()["items"] == [], asked


async def test_no_route_lists_persons(town: Town):
    cc = town.caller("cc-worker")
    made = await registered(cc, "シケン コウタ")
    for path in ("/v1/persons", "/v1/persons/", "/v1/persons/search", "/v1/households"):
        answer = await cc.get(path)
        assert answer.status_code in (404, 405, 422), (path, answer.text)
        assert made not in answer.text
    contract = (await town.http.get("/openapi.json")).json()
    lists = {
        path
        for path, operations in contract["paths"].items()
        if "get" in operations and not path.endswith("}") and "{" not in path
    }
    assert not {path for path in lists if "person" in path or "household" in path}
