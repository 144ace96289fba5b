"""What the chair of a statutory conference asks for: documents, information, opinions (§2.4 no. 4)."""

import io
import uuid
from typing import Any

import pytest
from openpyxl import load_workbook
from scenario_steps import (
    counted,
    heard_by,
    hidden,
    listen,
    notices,
    ok,
    refused,
    remedies,
    same_as_unknown,
    tally,
    written_in,
)
from table_steps import SUBJECT, Table, at, attendees, her_item, laid, position, sits
from town import Town

from service.api import examples
from service.domain.role import Role

ASKED = "訪問した日と様子、家族の連絡先の有無"
OPINION = "受診につなぐ時期についての意見"
SAID = "十月に二度訪問し、玄関先で話ができた"
REASON = "当課では訪問の記録を持っていない"
GENERAL = "地区の見守りの仕組み"


def ask(town: Town, letter: str, item: str | None, **more: Any) -> dict[str, Any]:
    """Two things asked of an agency."""
    return {
        "agency_id": str(town.agency[letter]),
        "item_id": item,
        "asks": [{"what": "information", "text": ASKED}, {"what": "opinion", "text": OPINION}],
        "due_on": "2026-11-27",
    } | more


async def asked(town: Town, table: Table, letter: str = "HC", **more: Any) -> str:
    """M as chair asks an agency about her; the id of the request."""
    path = f"{table.path}/information-requests"
    form = ask(town, letter, table.item, **more)
    return (await ok(at(town, "M").post(path, form), 201))["id"]


def of(request: str) -> str:
    return f"/v1/information-requests/{request}"


@pytest.mark.mechanism("2-14")
async def test_asked_answered_and_on_the_papers_of_the_sitting(town: Town):
    heard = listen(town)
    table = await laid(town)
    await sits(town, table, "m-officer", "hc-nurse", "s-csw")
    request = await asked(town, table)
    m, hc = at(town, "M"), at(town, "HC")
    # Told by ids, with the one call.
    assert ("information_requested", request) in await notices(hc)
    (task,) = (await ok(hc.get("/v1/tasks")))["items"]
    assert (task["kind"], task["call"]) == ("information_request", f"{of(request)}/answer")
    assert task["due_on"] == "2026-11-27"
    assert not {"what", "person_id"} & set(task)

    # Whom and what, on which article, and that nobody is compelled.
    shown = await ok(hc.get(of(request)))
    assert [line["text"] for line in shown["asks"]] == [ASKED, OPINION]
    assert shown["asks_ja"] == ["情報の提供", "意見の開陳"]
    assert [p["id"] for p in shown["persons"]] == [table.person]
    assert "names" in shown["persons"][0]
    assert "considerations" not in shown["persons"][0]
    assert (shown["basis"], shown["article"][:3]) == ("CONF_LAYERED", "106")
    assert any("努力義務" in note for note in shown["notes_ja"])
    assert any("税" in note for note in shown["notes_ja"])
    assert {o["duty"] for o in shown["obligations"]} == {"no_onward", "readable_until"}

    # To others at the table it is in the papers of the item, not in a list of theirs.
    for account in ("s-csw", "hc-nurse", "m-officer"):
        (line,) = (await her_item(town, table, account))["information_requests"]
        assert (line["status"], line["asks"][0]["text"]) == ("requested", ASKED)
    # H does not stay for the item; T stays, and has promised nothing.
    for account in ("h-supporter", "t-officer"):
        assert "information_requests" not in await her_item(town, table, account)
    assert (await ok(at(town, "S").get(f"{table.path}/information-requests")))["items"] == []
    await hidden(at(town, "S"), "/v1/information-requests/{}", request)
    await hidden(at(town, "e-consultant"), "/v1/information-requests/{}", request)

    done = await ok(hc.post(f"{of(request)}/answer", {"text": SAID}))
    assert (done["status"], "text" in done) == ("answered", False)
    assert ("information_request_answered", request) in await notices(m)
    assert (await ok(hc.get("/v1/tasks")))["items"] == []
    again = hc.post(f"{of(request)}/answer", {"text": SAID})
    await refused(again, 409, "information_request.illegal_move")
    (line,) = (await her_item(town, table, "s-csw"))["information_requests"]
    assert line["text"] == SAID
    (of_m,) = (await ok(m.get(f"{table.path}/information-requests")))["items"]
    (of_hc,) = (await ok(hc.get(f"{table.path}/information-requests")))["items"]
    assert (of_m["text"], of_hc["text"]) == (SAID, SAID)

    await on_the_papers(town, table)
    told = "m-officer hc-nurse s-csw"
    assert heard_by(heard, ASKED) == heard_by(heard, SAID) == set(told.split())
    for words in (ASKED, OPINION, SAID):
        assert await written_in(town, words) == set()
    log = await tally(town, person_id=uuid.UUID(table.person))
    requests = {k: n for k, n in log.items() if "information_request" in k}
    assert requests == counted("""
        1 m-officer information_request.ask allowed INTERNAL
        1 hc-nurse information_request.answer allowed CONF_LAYERED
        2 hc-nurse information_request.read allowed CONF_LAYERED
        1 m-officer information_request.read allowed CONF_LAYERED
    """)


async def on_the_papers(town: Town, table: Table) -> None:
    """The statutory minutes say what was requested and given, and by whom; the workbook as well."""
    m = at(town, "M")
    there = {"present_attendee_ids": list((await attendees(town, table)).values())}
    await ok(m.post(f"{table.path}/hold", there))
    await ok(m.post(f"{table.path}/minutes/draft", {}))
    text = (await ok(m.get(f"{table.path}/minutes")))["text"]
    assert f"資料提供等の依頼：みほん保健所：情報の提供：{ASKED}" in text
    assert f"回答：{SAID}" in text
    book = load_workbook(io.BytesIO((await m.get(f"{table.path}/sitting.xlsx")).content))
    (row,) = list(book["資料提供等の依頼"].iter_rows(min_row=2, values_only=True))
    assert row[0] == "1"
    assert SAID in row


@pytest.mark.mechanism("2-14")
async def test_the_addressee_sees_whom_only_while_the_law_opens_it(town: Town):
    table = await laid(town)
    request = await asked(town, table)
    hc = at(town, "HC")
    bare = await ok(hc.get(of(request)))
    assert bare["missing"] == ["register_participant", "acknowledge_secrecy"]
    assert ("persons" in bare, [set(line) for line in bare["asks"]]) == (False, [{"what"}] * 2)
    problem = await refused(
        hc.post(f"{of(request)}/answer", {"text": SAID}), 403, "information_request.not_open"
    )
    assert remedies(problem) == {"register_participant", "acknowledge_secrecy"}
    # Neither is it open to the convener who has promised nothing.
    of_m = await ok(at(town, "M").get(of(request)))
    assert ("persons" in of_m, "text" in of_m["asks"][0]) == (False, False)

    await sits(town, table, "hc-nurse")
    assert (await ok(hc.get(of(request))))["asks"][0]["text"] == ASKED
    # A colleague who is no participant reads the bare fact, and so does one who is replaced.
    await town.hire("hc-second", "HC", Role.CONSULTANT)
    second = town.caller("hc-second", "consultation")
    assert "persons" not in await ok(second.get(of(request)))
    pair = {
        "position_id": str(
            await town.owner.fetchval("SELECT position_id FROM tenure WHERE sub = 'sub-hc-second'")
        ),
        "substitute_for_position_id": await position(town, "hc-nurse"),
    }
    await ok(hc.post(f"{table.path}/participants", pair), 201)
    closed = await ok(hc.get(of(request)))
    assert closed["missing"][0] == "withdraw_substitute"
    log = await tally(town, person_id=uuid.UUID(table.person), action="information_request.read")
    assert log == counted("""
        2 hc-nurse information_request.read masked -
        1 hc-nurse information_request.read allowed CONF_LAYERED
        1 m-officer information_request.read masked -
        1 hc-second information_request.read masked -
    """)
    # Papers that are closed close it as well.
    await ok(at(town, "M").post(f"{table.path}/cancel"))
    assert (await ok(second.get(of(request))))["status"] == "withdrawn"
    assert ("information_request_withdrawn", request) in await notices(hc)


async def test_to_decline_needs_a_reason_and_no_look(town: Town):
    table = await laid(town)
    request = await asked(town, table, "T")
    t = at(town, "T")
    await refused(t.post(f"{of(request)}/answer", {"declines": True}), 422, "body.invalid")
    done = await ok(t.post(f"{of(request)}/answer", {"declines": True, "text": REASON}))
    assert done["status"] == "declined"
    await sits(town, table, "s-csw")
    (line,) = (await her_item(town, table, "s-csw"))["information_requests"]
    assert (line["status_ja"], line["text"]) == ("協力できないとの回答", REASON)


async def test_tax_secrets_are_not_part_of_an_answer(town: Town):
    """Bound by another law's secrecy, as ``provision.special_secrecy`` refuses it elsewhere."""
    table = await laid(town)
    request = await asked(town, table, "T")
    await sits(town, table, "t-officer")
    t = at(town, "T")
    answer = {"text": "窓口での様子だけを伝える"}
    await refused(
        t.post(f"{of(request)}/answer", answer), 422, "information_request.special_secrecy"
    )
    done = t.post(f"{of(request)}/answer", answer | {"without_special_secrets": True})
    assert (await ok(done))["status"] == "answered"


async def test_about_a_person_only_whoever_is_invited_to_the_item_is_asked(town: Town):
    table = await laid(town)
    m, path = at(town, "M"), f"{table.path}/information-requests"

    async def wrong(status: int, code: str, letter: str, item: str | None, **more: Any) -> None:
        await refused(m.post(path, ask(town, letter, item, **more)), status, code)

    for stranger in ("E", "H"):
        await wrong(422, "information_request.names_to_stranger", stranger, table.item)
    await wrong(422, "information_request.to_itself", "M", table.item)
    await wrong(422, "conference.unknown_item", "HC", str(uuid.uuid4()))
    await wrong(422, "information_request.due_in_past", "HC", table.item, due_on="2026-11-19")
    await wrong(422, "conference.nobody_there", "F", None)
    unknown = {"agency_id": str(uuid.uuid4())}
    await wrong(422, "directory.unknown_agency", "HC", table.item, **unknown)
    # Only the chair asks; to a stranger there is no such conference.
    form = ask(town, "HC", table.item)
    await refused(at(town, "s-hub").post(path, form), 403, "conference.convener_only")
    await refused(at(town, "S").post(path, form), 403, "actor.permission_missing")
    url = "/v1/conferences/{}/information-requests"
    await same_as_unknown(at(town, "e-chief"), url, ask(town, "HC", None), table.id)
    assert await town.owner.fetchval("SELECT count(*) FROM information_request") == 0


async def test_in_general_anybody_is_asked_without_names(town: Town):
    """E is no member: it reads what is asked, and of nobody whom the conference is about."""
    heard = listen(town)
    table = await laid(town)
    m, e = at(town, "M"), town.caller("e-consultant", "consultation")
    path = f"{table.path}/information-requests"
    lines = {"asks": [{"what": "document", "text": GENERAL}]}
    ids = [
        (await ok(m.post(path, ask(town, "E", item, **lines)), 201))["id"]
        for item in (None, table.open_item)
    ]
    for request in ids:
        shown = await ok(e.get(of(request)))
        assert (shown["asks"][0]["text"], shown["names_somebody"]) == (GENERAL, False)
        assert shown["law_ja"]
        assert "persons" not in shown
    assert len((await ok(e.get(path)))["items"]) == 2
    for request in ids:
        await ok(e.post(f"{of(request)}/answer", {"text": "配食と声かけがある"}))
    # What was asked for an item about nobody stands on everybody's papers.
    packet = await ok(at(town, "H").get(f"{table.path}/packet"))
    (line,) = packet["items"][1]["information_requests"]
    assert line["text"] == "配食と声かけがある"
    # The conference itself stays closed to E, and she is not named to it.
    await hidden(e, "/v1/conferences/{}", table.id)
    said = [a.text for a in heard if a.account == "e-consultant"]
    assert not any(table.person in text or SUBJECT in text for text in said)
    await sits(town, table, "m-officer")
    await ok(
        m.post(
            f"{table.path}/hold", {"present_attendee_ids": [(await attendees(town, table))["M"]]}
        )
    )
    await ok(m.post(f"{table.path}/minutes/draft", {}))
    text = (await ok(m.get(f"{table.path}/minutes")))["text"]
    assert text.count(f"資料の提供：{GENERAL}") == 2
    assert "議題以外の事項" in text


async def test_only_a_statutory_conference_lets_the_chair_ask(town: Town):
    table = await laid(town, fixed=False)
    m = at(town, "M")
    await refused(
        m.post(f"{table.path}/information-requests", ask(town, "HC", table.item)),
        409,
        "information_request.not_now",
    )
    today = {"starts_at": "2026-11-20T14:00:00+09:00", "ends_at": "2026-11-20T15:00:00+09:00"}
    form = examples.CONFERENCE | {"kind": "case_conf"} | today
    conference = (await ok(m.post("/v1/conferences", form), 201))["id"]
    path = f"/v1/conferences/{conference}"
    await ok(m.post(f"{path}/invite", {"agency_ids": [str(town.agency["HC"])]}))
    nobody = {"purpose": "resource_gap", "minutes": 10, "subject": GENERAL}
    item = (await ok(m.post(f"{path}/items", nobody), 201))["id"]
    await ok(m.post(f"{path}/fix"))
    for about in (item, None):
        await refused(
            m.post(f"{path}/information-requests", ask(town, "HC", about)),
            422,
            "information_request.not_statutory",
        )


async def test_whoever_is_silent_is_reminded_once_and_the_chair_told(town: Town):
    table = await laid(town)
    request = await asked(town, table)
    await sits(town, table, "hc-nurse")
    m, hc = at(town, "M"), at(town, "HC")
    town.clock.forward(days=6)
    await town.sweep()
    assert await town.owner.fetchval("SELECT status FROM information_request") == "requested"
    # 27 November is over in Japan at 15:00 UTC.
    town.clock.forward(days=2)
    await town.sweep()
    await town.sweep()
    assert (await notices(hc)).count(("information_request_reminder", request)) == 1
    assert (await notices(m)).count(("information_request_overdue", request)) == 1
    (task,) = [t for t in (await ok(hc.get("/v1/tasks")))["items"] if t["record_id"] == request]
    assert task["state"] == "open"
    assert (await ok(m.get(of(request))))["status_ja"] == "回答期限超過"
    # Late is better than never.
    await ok(hc.post(f"{of(request)}/answer", {"text": SAID}))
    log = await tally(town, action="information_request.miss_deadline")
    assert sum(log.values()) == 1


async def test_taken_back_by_the_chair_alone(town: Town):
    table = await laid(town)
    request = await asked(town, table)
    m, hc = at(town, "M"), at(town, "HC")
    withdraw = f"{of(request)}/withdraw"
    await town.hire("hc-chief", "HC", Role.CHIEF_CONSULTANT)
    chief = town.caller("hc-chief", "consultation")
    await refused(chief.post(withdraw), 403, "conference.convener_only")
    await refused(
        m.post(f"{of(request)}/answer", {"text": SAID}), 403, "information_request.addressee_only"
    )
    await same_as_unknown(at(town, "e-chief"), "/v1/information-requests/{}/withdraw", {}, request)
    await same_as_unknown(
        town.caller("e-consultant", "consultation"),
        "/v1/information-requests/{}/answer",
        {"text": SAID},
        request,
    )
    done = await ok(m.post(withdraw))
    assert done["status"] == "withdrawn"
    assert (await ok(hc.get("/v1/tasks")))["items"] == []
    assert ("information_request_withdrawn", request) in await notices(hc)
    await refused(m.post(withdraw), 409, "information_request.illegal_move")
    await sits(town, table, "s-csw")
    assert "information_requests" not in await her_item(town, table, "s-csw")


async def test_a_closed_conference_waits_for_no_answer(town: Town):
    table = await laid(town)
    request = await asked(town, table)
    m = at(town, "M")
    there = {"present_attendee_ids": list((await attendees(town, table)).values())}
    await ok(m.post(f"{table.path}/hold", there))
    await ok(m.post(f"{table.path}/minutes", {"text": "記録"}))
    await ok(m.post(f"{table.path}/minutes/confirm"))
    await ok(m.post(f"{table.path}/close"))
    shown = await ok(at(town, "HC").get(of(request)))
    assert shown["status"] == "withdrawn"
    assert ("information_request_withdrawn", request) in await notices(at(town, "HC"))
