"""The papers of a conference through HTTP: numbered, watermarked, and never more than the packet."""

import hashlib
import io
from dataclasses import dataclass
from typing import Any

import pytest
from fontTools.ttLib import TTFont
from noto_cjk_sans_jp_regular import FONT_PATH
from openpyxl import load_workbook
from pypdf import PdfReader
from scenario_steps import (
    consent,
    hidden,
    notices,
    ok,
    person,
    refused,
    same_as_unknown,
    tally,
)
from town import Caller, Town

from service.api import examples

SUBJECT, OPEN_SUBJECT = "花子さんの支援プランの適切性", "短時間で働ける場が少ない"
#: Taken back from everybody.
WHOLLY = {"reason": "本人の申出"}
ISSUE = "家賃を二か月滞納している"


@dataclass(frozen=True)
class Sitting:
    """A conference of J's whose agenda is fixed: an item on her, one about nobody; H is not at hers."""

    path: str
    person: str
    consent: str
    item: str


def of(town: Town, account: str) -> Caller:
    return town.caller(account, "planning")


async def sitting(town: Town, family: str = "髙﨑", **name: Any) -> Sitting:
    cc, j = town.caller("cc-worker"), of(town, "j-consultant")
    form = person(family, "花子", "タカサキ ハナコ", birth="1981-03-09")
    form["names"][0] |= name
    her = (await ok(cc.post("/v1/persons", form), 201))["id"]
    to = {"agencies": [str(town.agency[a]) for a in ("J", "L", "CC")]}
    purposes = ("consultation", "planning")
    slip = consent(her, to=to, classes="D1 D2 D3 D4", purposes=purposes)
    consent_id = (await ok(cc.post("/v1/consents", slip), 201))["id"]
    draft = examples.REFERRAL | {"person_id": her, "data_classes": ["D1", "D3"]}
    referral = (await ok(cc.post("/v1/referrals", draft), 201))["id"]
    await ok(cc.post(f"/v1/referrals/{referral}/send"))
    await ok(town.caller("j-consultant").post(f"/v1/referrals/{referral}/accept"))
    lines = [examples.PLAN_VERSION["lines"][0] | {"issue": ISSUE}]
    plan = await ok(j.post("/v1/plans", examples.PLAN | {"person_id": her, "lines": lines}), 201)
    when = {"starts_at": "2026-11-20T14:00:00+09:00", "ends_at": "2026-11-20T15:00:00+09:00"}
    called = {"local_name": "まるごと支援会議", "online_url": None}
    conference = (await ok(j.post("/v1/conferences", examples.CONFERENCE | when | called), 201))[
        "id"
    ]
    path = f"/v1/conferences/{conference}"
    invited = {"agency_ids": [str(town.agency[a]) for a in ("CC", "L", "H")]}
    await ok(j.post(f"{path}/invite", invited))
    coming = {"answer": "accepted", "representative": "弁護士 試験"}
    await ok(of(town, "l-lawyer").post(f"{path}/answer", coming))
    about = {
        "person_ids": [her],
        "plan": {"plan_id": plan["id"], "number": 1},
        "subject": SUBJECT,
        "invited_agency_ids": [str(town.agency[a]) for a in ("CC", "L")],
    }
    item = (await ok(j.post(f"{path}/items", examples.ITEM | about), 201))["id"]
    nobody = {"purpose": "resource_gap", "minutes": 10, "subject": OPEN_SUBJECT}
    await ok(j.post(f"{path}/items", nobody), 201)
    await ok(j.post(f"{path}/fix"))
    return Sitting(path, her, consent_id, item)


async def printed(caller: Caller, path: str) -> tuple[str, bytes]:
    """What stands on all pages, without spaces and line ends; and the bytes."""
    response = await caller.get(path)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/pdf"
    assert response.headers["cache-control"] == "no-store"
    pages = PdfReader(io.BytesIO(response.content), strict=True).pages
    return "".join("".join(p.extract_text().split()) for p in pages), response.content


async def test_two_attendees_get_different_packets_numbered_and_marked(town: Town):
    held = await sitting(town)
    packet = f"{held.path}/packet.pdf"
    for_l, bytes_of_l = await printed(of(town, "l-lawyer"), packet)
    for_h, bytes_of_h = await printed(of(town, "h-supporter"), packet)

    # ✔ L: all that the packet shows, with the name as it is written.
    assert all(
        words in for_l for words in (SUBJECT, ISSUE, "髙﨑花子", "昭和56年3月9日", OPEN_SUBJECT)
    )
    assert all(words in for_l for words in ("取扱注意", "会議資料", "まるごと支援会議", "1/"))
    # ✖ H: a place on the agenda and what is about nobody.
    assert not any(words in for_h for words in (SUBJECT, ISSUE, "花子", "昭和56年"))
    assert "この議題の資料は、貴機関には開示されません" in for_h
    assert OPEN_SUBJECT in for_h

    # Numbered over the whole conference; whose and when stands behind every page.
    for said, number, letter in ((for_l, 1, "L"), (for_h, 2, "H")):
        name = await town.owner.fetchval(
            "SELECT name FROM agency WHERE id = $1", town.agency[letter]
        )
        assert said.count(f"写し第{number}号") >= 3
        assert "".join(name.split()) in said
        assert "令和8年11月20日" in said
    listed = (await ok(of(town, "j-consultant").get(f"{held.path}/copies")))["items"]
    assert [(c["number"], c["agency_id"]) for c in listed] == [
        (1, str(town.agency["L"])),
        (2, str(town.agency["H"])),
    ]
    hashes = [hashlib.sha256(b).hexdigest() for b in (bytes_of_l, bytes_of_h)]
    assert [c["sha256"] for c in listed] == hashes
    await refused(of(town, "l-lawyer").get(f"{held.path}/copies"), 403, "conference.convener_only")

    # On record like a packet that is read: one entry about her each; H's place was empty.
    log = await tally(town, person_id=held.person, action="conference.read_packet")
    assert log == {
        "l-lawyer conference.read_packet allowed CONSENT": 1,
        "h-supporter conference.read_packet masked -": 1,
    }


async def test_the_paper_says_what_the_packet_shows_and_is_refused_alike(town: Town):
    held = await sitting(town)
    cc, lawyer = town.caller("cc-worker"), of(town, "l-lawyer")
    for paper in ("packet.pdf", "agenda.pdf", "roster.pdf", "minutes.pdf", "copies"):
        w = of(town, "w-worker")
        await hidden(w, "/v1/conferences/{}/" + paper, held.path.rpartition("/")[2])
    await printed(lawyer, f"{held.path}/packet.pdf")

    # Consent is taken back: the next copy has a place only, and her name nowhere.
    await ok(cc.post(f"/v1/consents/{held.consent}/revoke", WHOLLY))
    said, _ = await printed(lawyer, f"{held.path}/packet.pdf")
    assert not any(words in said for words in (SUBJECT, ISSUE, "花子"))
    assert "写し第2号" in said

    # Closed, it is refused as the packet is; no number is used up.
    j = of(town, "j-consultant")
    view = await ok(j.get(held.path))
    there = {"present_attendee_ids": [a["id"] for a in view["attendees"]]}
    await ok(j.post(f"{held.path}/hold", there))
    await ok(j.post(f"{held.path}/minutes", {"text": "会議録"}))
    for step in ("minutes/confirm", "close"):
        await ok(j.post(f"{held.path}/{step}"))
    as_data = await refused(lawyer.get(f"{held.path}/packet"), 409, "conference.packet_closed")
    as_paper = await refused(lawyer.get(f"{held.path}/packet.pdf"), 409, "conference.packet_closed")
    assert as_data == as_paper
    assert len((await ok(j.get(f"{held.path}/copies")))["items"]) == 2


async def test_the_agenda_and_the_roster_are_about_nobody(town: Town):
    held = await sitting(town)
    for account in ("l-lawyer", "h-supporter", "j-consultant"):
        said, _ = await printed(of(town, account), f"{held.path}/agenda.pdf")
        assert not any(words in said for words in (SUBJECT, ISSUE, "花子"))
        assert "14時00分" in said
        assert OPEN_SUBJECT in said
        assert ("個別の支援について" in said) == (account != "h-supporter")
        said, _ = await printed(of(town, account), f"{held.path}/roster.pdf")
        assert "弁護士試験" in said
        assert "花子" not in said


async def test_minutes_are_printed_for_those_who_may_read_them(town: Town):
    held = await sitting(town)
    j = of(town, "j-consultant")
    await refused(j.get(f"{held.path}/minutes.pdf"), 409, "conference.no_minutes")
    view = await ok(j.get(held.path))
    there = {"present_attendee_ids": [a["id"] for a in view["attendees"]]}
    await ok(j.post(f"{held.path}/hold", there))
    await ok(j.post(f"{held.path}/minutes", {"text": "一行目の決定\n二行目"}))
    said, _ = await printed(of(town, "l-lawyer"), f"{held.path}/minutes.pdf")
    assert "一行目の決定" in said
    assert "取扱注意" in said
    assert "（第1版案）" in said
    said, _ = await printed(of(town, "h-supporter"), f"{held.path}/minutes.pdf")
    assert "一行目の決定" not in said
    assert "開示されない方の情報" in said


@pytest.mark.parametrize("family", ["髙﨑", "𠮷野", "葛\U000e0100城", "渡邉"])
async def test_rare_kanji_print_and_every_character_is_in_the_font(town: Town, family: str):
    held = await sitting(town, family)
    said, _ = await printed(of(town, "l-lawyer"), f"{held.path}/packet.pdf")
    assert f"{family}花子" in said
    with TTFont(str(FONT_PATH), lazy=True) as font:
        known = set(map(chr, font.getBestCmap()))
    assert set(said) - known <= {"\U000e0100"}
    assert "〓" not in said


async def test_a_drawn_character_is_refused_with_the_way_out(town: Town):
    held = await sitting(town, "\U00030000野")
    problem = await refused(
        of(town, "l-lawyer").get(f"{held.path}/packet.pdf"), 409, "paper.character_missing"
    )
    assert problem["facts"] == {"characters": "U+30000"}
    assert "代替表記" in problem["title_ja"]
    # Nothing was printed, and no number used up.
    assert (await ok(of(town, "j-consultant").get(f"{held.path}/copies")))["items"] == []


async def test_with_its_replacement_the_name_is_printed(town: Town):
    held = await sitting(town, "\U00030000野", replacement="吉野 花子")
    said, _ = await printed(of(town, "l-lawyer"), f"{held.path}/packet.pdf")
    assert "吉野花子" in said


async def sheets(caller: Caller, held: Sitting) -> dict[str, list[tuple[Any, ...]]]:
    response = await caller.get(f"{held.path}/sitting.xlsx")
    assert response.status_code == 200, response.text
    assert response.headers["cache-control"] == "no-store"
    book = load_workbook(io.BytesIO(response.content))
    assert {c.data_type for page in book for row in page.iter_rows() for c in row} <= {"s", "n"}
    return {page.title: list(page.iter_rows(values_only=True)) for page in book}


async def test_the_sitting_as_a_workbook_for_the_convener(town: Town):
    held = await sitting(town)
    j = of(town, "j-consultant")
    view = await ok(j.get(held.path))
    there = {"present_attendee_ids": [a["id"] for a in view["attendees"]]}
    await ok(j.post(f"{held.path}/hold", there))
    task = {"agency_id": str(town.agency["L"]), "what": "+一覧を作る", "due_on": "2026-12-01"}
    decided = {"result": "discussed", "decision": "=HYPERLINK(1)", "tasks": [task]}
    await ok(j.post(f"{held.path}/items/{held.item}/result", decided))
    book = await sheets(j, held)
    assert list(book) == ["次第", "出席者", "結果・役割"]
    assert book["次第"][1][3] == SUBJECT
    assert "髙﨑 花子" in book["次第"][1][7]
    assert book["次第"][2][3] == OPEN_SUBJECT
    assert book["出席者"][0][0] == "機関等"
    assert len(book["出席者"]) == 5
    _, result, decision, agency, what, due, state = book["結果・役割"][1]
    assert (result, decision, what) == ("協議した", "'=HYPERLINK(1)", "'+一覧を作る")
    assert agency
    assert (due, state) == ("令和8年12月1日", "未完了")
    log = await tally(town, person_id=held.person, action="conference.read_packet")
    assert log == {"j-consultant conference.read_packet allowed CONSENT": 1}

    # Nobody else; and without her consent, her place only.
    await refused(
        town.caller("s-hub", "planning").get(f"{held.path}/sitting.xlsx"), 404, "record.not_found"
    )
    conference = held.path.rpartition("/")[2]
    await hidden(town.caller("s-hub", "planning"), "/v1/conferences/{}/sitting.xlsx", conference)
    cc = town.caller("cc-worker")
    await ok(cc.post(f"/v1/consents/{held.consent}/revoke", WHOLLY))
    book = await sheets(j, held)
    told = str(book)
    assert not any(words in told for words in (SUBJECT, "花子", "一覧を作る", "HYPERLINK"))
    assert OPEN_SUBJECT in told


# Minutes.


async def held_with_results(town: Town, *absent: str) -> Sitting:
    """Held with everybody but the ``absent``; what was decided is on record."""
    held = await sitting(town)
    j = of(town, "j-consultant")
    view = await ok(j.get(held.path))
    away = {str(town.agency[letter]) for letter in absent}
    present = [a["id"] for a in view["attendees"] if a["agency_id"] not in away]
    await ok(j.post(f"{held.path}/hold", {"present_attendee_ids": present}))
    task = {"agency_id": str(town.agency["L"]), "what": "債務の一覧を作る", "due_on": "2026-12-01"}
    decided = {"result": "discussed", "decision": "分割納付を相談する", "tasks": [task]}
    await ok(j.post(f"{held.path}/items/{held.item}/result", decided))
    return held


async def test_minutes_are_drafted_from_the_record_and_edited(town: Town):
    held = await held_with_results(town, "H")
    j, lawyer = of(town, "j-consultant"), of(town, "l-lawyer")
    path = f"{held.path}/minutes"
    done = await ok(j.post(f"{path}/draft", {"next_at": "2026-12-18T13:30:00+09:00"}))
    assert done["status"] == "minutes_draft"
    assert "text" not in done
    read = await ok(lawyer.get(path))
    for words in (
        "まるごと支援会議 会議録",
        "弁護士 試験",
        "欠席：",
        SUBJECT,
        "結果：協議した",
        "決定事項：分割納付を相談する",
        "債務の一覧を作る（令和8年12月1日まで）",
        "令和8年12月18日 13時30分",
    ):
        assert words in read["text"], words
    assert read["number"] == 1
    await ok(j.post(path, {"text": read["text"] + "\n補足"}))
    again = await ok(lawyer.get(path))
    assert (again["number"], again["text"].endswith("補足")) == (2, True)
    assert [v["number"] for v in again["versions"]] == [1, 2]
    # Nobody but the convener; a stranger does not learn that there is anything.
    await refused(
        town.caller("m-officer", "planning").post(f"{path}/draft", {}), 404, "record.not_found"
    )
    for verb, body in (
        ("draft", {}),
        ("agree", {"agrees": True}),
        ("correct", {"text": "直し", "reason": "誤記"}),
    ):
        conference = held.path.rpartition("/")[2]
        stranger = town.caller("m-officer", "planning")
        await same_as_unknown(stranger, "/v1/conferences/{}/minutes/" + verb, body, conference)


async def test_a_draft_leaves_out_what_the_convener_may_no_longer_see(town: Town):
    held = await held_with_results(town)
    cc, j = town.caller("cc-worker"), of(town, "j-consultant")
    await ok(cc.post(f"/v1/consents/{held.consent}/revoke", WHOLLY))
    await ok(j.post(f"{held.path}/minutes/draft", {}))
    text = await town.owner.fetchval(
        "SELECT minutes_text FROM conference WHERE id = $1", held.path.rpartition("/")[2]
    )
    assert SUBJECT not in text
    assert "債務の一覧" not in text
    assert OPEN_SUBJECT in text
    assert "次回の予定\n未定" in text


async def test_an_objection_is_answered_by_rewriting_before_the_minutes_are_confirmed(town: Town):
    held = await held_with_results(town, "CC")
    j, lawyer = of(town, "j-consultant"), of(town, "l-lawyer")
    path = f"{held.path}/minutes"
    yes, no = {"agrees": True}, {"agrees": False, "remark": "期限が違う"}
    await refused(lawyer.post(f"{path}/agree", yes), 409, "conference.illegal_move")
    await refused(j.post(f"{path}/confirm"), 409, "conference.illegal_move")
    await ok(j.post(f"{path}/draft", {}))
    # Only who was there and may know everybody in them.
    away = of(town, "cc-worker")
    await refused(away.post(f"{path}/agree", yes), 409, "conference.not_present")
    h = of(town, "h-supporter")
    await refused(h.post(f"{path}/agree", yes), 403, "conference.minutes_restricted")

    await ok(lawyer.post(f"{path}/agree", no))
    [said] = (await ok(j.get(path)))["agreements"]
    assert (said["agency_id"], said["agrees"]) == (str(town.agency["L"]), False)
    assert said["remark"] == "期限が違う"
    await refused(j.post(f"{path}/confirm"), 409, "conference.minutes_objected")
    await refused(lawyer.post(f"{path}/confirm"), 403, "actor.permission_missing")
    await ok(j.post(path, {"text": "直した会議録"}))
    assert (await ok(j.get(path)))["agreements"] == []
    # An objection to this version as well, taken back: the last word counts.
    await ok(lawyer.post(f"{path}/agree", no))
    await ok(lawyer.post(f"{path}/agree", yes))
    confirmed = await ok(j.post(f"{path}/confirm"))
    assert confirmed["status"] == "minutes_confirmed"


async def test_confirmed_minutes_are_only_corrected_and_old_versions_stay(town: Town):
    held = await held_with_results(town)
    j, lawyer = of(town, "j-consultant"), of(town, "l-lawyer")
    path = f"{held.path}/minutes"
    correction = {"text": "正しい会議録", "reason": "氏名の誤記"}
    await ok(j.post(path, {"text": "はじめの会議録"}))
    await refused(j.post(f"{path}/correct", correction), 409, "conference.illegal_move")
    await ok(j.post(f"{path}/confirm"))
    await refused(j.post(path, {"text": "上書き"}), 409, "conference.illegal_move")
    await refused(j.post(f"{path}/draft", {}), 409, "conference.illegal_move")
    await refused(lawyer.post(f"{path}/correct", correction), 403, "actor.permission_missing")
    corrected = await ok(j.post(f"{path}/correct", correction))
    assert corrected["status"] == "minutes_confirmed"
    read = await ok(lawyer.get(path))
    assert (read["text"], read["number"]) == ("正しい会議録", 2)
    assert [(v["text"], v["reason"]) for v in read["versions"]] == [
        ("はじめの会議録", None),
        ("正しい会議録", "氏名の誤記"),
    ]
    conference = held.path.rpartition("/")[2]
    for account in ("l-lawyer", "h-supporter", "cc-worker"):
        assert ("minutes_corrected", conference) in await notices(of(town, account))
    # What they say of the new version is on record with it.
    await ok(lawyer.post(f"{path}/agree", {"agrees": True}))
    assert len((await ok(j.get(path)))["agreements"]) == 1
    said, _ = await printed(lawyer, f"{path}.pdf")
    assert "第2版確定" in said
    # To whom somebody in them is closed, every version is.
    only_h = await ok(of(town, "h-supporter").get(path))
    assert only_h == {"id": conference, "restricted": True}
    await ok(j.post(f"{held.path}/close"))
    await refused(j.post(f"{path}/correct", correction), 409, "conference.illegal_move")
