"""Papers that agencies hand in for an agenda item: looked through, locked, handed out by number."""

import hashlib
import io
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import asyncpg
import httpx
import pytest
from conftest import Urls
from paper_files import EXE, JFIF, archive, docx, exif, jpeg, pdf, png, segment, xlsx
from pypdf import PdfReader
from scenario_steps import consent, everybody, listen, ok, person, refused, tally, written_in
from structlog.testing import capture_logs
from town import Caller, Clock, Town, open_town

from service.api import examples
from service.api.middleware import MAX_BODY
from service.domain.item_paper import MEBIBYTE, MOST_PAPERS, MediaType

MARKER = "見立ての本文：台所に大量の薬"
NOTE = f"{MARKER}\r\n".encode()
NAME = "花子さんの見立て.txt"
SUBJECT = "花子さんの暮らし"
NOBODYS = str(uuid.uuid4())


class Sitting(NamedTuple):
    """A conference of J's with CC, L and H: an item on her for CC and L, one about nobody."""

    path: str
    person: str
    consent: str
    item: str
    nobodys: str

    @property
    def papers(self) -> str:
        return f"{self.path}/items/{self.item}/papers"

    @property
    def open_papers(self) -> str:
        return f"{self.path}/items/{self.nobodys}/papers"


def of(town: Town, account: str) -> Caller:
    return town.caller(account, "planning")


async def planned(town: Town, classes: str = "D1 D2 D3 D4") -> Sitting:
    cc, j = town.caller("cc-worker"), of(town, "j-consultant")
    her = (await ok(cc.post("/v1/persons", person("髙﨑", "花子", "タカサキ ハナコ")), 201))["id"]
    to = {"agencies": [str(town.agency[a]) for a in ("J", "L", "CC")]}
    slip = consent(her, to=to, classes=classes, purposes=("consultation", "planning"))
    consent_id = (await ok(cc.post("/v1/consents", slip), 201))["id"]
    draft = examples.REFERRAL | {"person_id": her, "data_classes": ["D1", "D3"]}
    referral = (await ok(cc.post("/v1/referrals", draft), 201))["id"]
    await ok(cc.post(f"/v1/referrals/{referral}/send"))
    await ok(town.caller("j-consultant").post(f"/v1/referrals/{referral}/accept"))
    when = {"starts_at": "2026-11-20T14:00:00+09:00", "ends_at": "2026-11-20T15:00:00+09:00"}
    conference = (await ok(j.post("/v1/conferences", examples.CONFERENCE | when), 201))["id"]
    path = f"/v1/conferences/{conference}"
    invited = {"agency_ids": [str(town.agency[a]) for a in ("CC", "L", "H")]}
    await ok(j.post(f"{path}/invite", invited))
    about = {
        "person_ids": [her],
        "purpose": "plan_sharing",
        "subject": SUBJECT,
        "invited_agency_ids": [str(town.agency[a]) for a in ("CC", "L")],
    }
    item = (await ok(j.post(f"{path}/items", examples.ITEM | about), 201))["id"]
    nobody = {"purpose": "resource_gap", "minutes": 10, "subject": "短時間の仕事が少ない"}
    nobodys = (await ok(j.post(f"{path}/items", nobody), 201))["id"]
    return Sitting(path, her, consent_id, item, nobodys)


async def sitting(town: Town) -> Sitting:
    held = await planned(town)
    await ok(of(town, "j-consultant").post(f"{held.path}/fix"))
    return held


async def hand_in(
    caller: Caller,
    path: str,
    content: Any = NOTE,
    name: str = NAME,
    kind: str | None = "text/plain",
    headers: Mapping[str, str] | None = None,
    **query: str,
) -> httpx.Response:
    """As curl --data-binary does it."""
    stated = {"Content-Type": kind} if kind else {}
    return await caller.send(
        "POST",
        path,
        content=content,
        params={"name": name, **query},
        headers=stated | dict(headers or {}),
    )


async def handed_in(caller: Caller, path: str, *args: Any, **more: Any) -> str:
    return (await ok(hand_in(caller, path, *args, **more), 201))["id"]


async def copy_of(caller: Caller, path: str) -> bytes:
    response = await caller.get(path)
    assert response.status_code == 200, response.text
    return response.content


async def gone(caller: Caller, path: str, paper: str) -> None:
    """To the caller there is no such paper: the same bytes as for one that nobody ever had."""
    there, nowhere = [await caller.get(f"{path}/{i}") for i in (paper, str(uuid.uuid4()))]
    assert (there.status_code, there.json()["code"]) == (404, "record.not_found"), there.text
    assert there.content == nowhere.content
    own = {"x-request-id"}
    assert [h for h in there.headers.items() if h[0] not in own] == [
        h for h in nowhere.headers.items() if h[0] not in own
    ]


async def closed(caller: Caller, path: str, paper: str) -> None:
    """To the caller the item is not there, for whatever it wants of it."""
    await gone(caller, path, paper)
    elsewhere = path.replace(path.split("/")[-2], NOBODYS)
    seen = []
    for where in (path, elsewhere):
        seen += [
            (await caller.get(where)).content,
            (await hand_in(caller, where)).content,
            (await caller.post(f"{where}/{paper}/withdraw", {"reason": "誤り"})).content,
        ]
    assert len(set(seen)) == 1, seen
    assert b"record.not_found" in seen[0]


# Handed in, handed out.


async def test_a_paper_is_handed_in_and_handed_out_in_numbered_copies(town: Town):
    held = await sitting(town)
    heard = listen(town)
    cc, lawyer, j = (of(town, a) for a in ("cc-worker", "l-lawyer", "j-consultant"))
    with capture_logs() as logs:
        answer = await hand_in(lawyer, held.papers)
        paper = answer.json()["id"]
        assert answer.headers["location"] == f"{held.papers}/{paper}"
        [listed] = (await ok(cc.get(held.papers)))["items"]
        copy = await cc.get(f"{held.papers}/{paper}")
        again = await copy_of(j, f"{held.papers}/{paper}")
        packet = await ok(cc.get(f"{held.path}/packet"))
    # The receipt says nothing personal; the list says what it is.
    assert {"name", "withdrawn_reason"}.isdisjoint(answer.json())
    assert listed["name"] == NAME
    assert (listed["data_class"], listed["media_type_ja"]) == ("D3", "テキスト")
    assert listed["agency_id"] == str(town.agency["L"])
    assert (listed["size"], listed["sha256"]) == (len(NOTE), hashlib.sha256(NOTE).hexdigest())
    assert packet["items"][0]["papers"] == [listed]
    assert packet["items"][1]["papers"] == []

    # The very bytes, as something to keep and nothing to run.
    assert copy.content == again == NOTE
    told = dict(copy.headers)
    assert told["content-type"] == "text/plain; charset=utf-8"
    assert told["content-disposition"] == f"attachment; filename*=UTF-8''{quote(NAME)}"
    assert (told["x-content-type-options"], told["cache-control"]) == ("nosniff", "no-store")
    assert "sandbox" in told["content-security-policy"]
    assert told["copy-number"] == "1"
    copies = (await ok(j.get(f"{held.path}/copies")))["items"]
    assert [(c["number"], c["agency_id"], c["paper_id"]) for c in copies] == [
        (1, str(town.agency["CC"]), paper),
        (2, str(town.agency["J"]), paper),
    ]

    # On record: who, about whom, which paper, on which basis, which class.
    log = await tally(town, person_id=held.person, action="conference.read_paper")
    assert log == {
        "cc-worker conference.read_paper allowed CONSENT": 2,
        "j-consultant conference.read_paper allowed CONSENT": 1,
    }
    read = await town.audit(person_id=held.person, action="conference.read_paper")
    # The list is a look, what was handed out is a copy.
    assert sorted(e["fields"][1:] for e in read) == [[], ["copy:file"], ["copy:file"]]
    for entry in read:
        assert entry["fields"][0] == f"paper:{paper}"
        assert entry["data_classes"] == ["D0", "D3"]
    [added] = await town.audit(person_id=held.person, action="conference.add_paper")
    assert (added["sub"], added["outcome"], added["basis"]) == (
        "sub-l-lawyer",
        "allowed",
        "CONSENT",
    )
    # Neither name nor content is anywhere else.
    for words in (NAME, MARKER, quote(NAME)):
        assert words not in str(logs)
        assert await written_in(town, words) == set()
    told_name = {(a.account, a.method) for a in heard if NAME in a.text}
    assert told_name == {("cc-worker", "GET")}


async def test_a_copy_of_a_pdf_says_on_every_page_whose_it_is(town: Town):
    held = await sitting(town)
    cc, lawyer = of(town, "cc-worker"), of(town, "l-lawyer")
    original = pdf(3, rotated=90)
    paper = await handed_in(lawyer, held.papers, original, "見立て.pdf", "application/pdf")
    said = []
    for caller in (cc, lawyer):
        marked = await copy_of(caller, f"{held.papers}/{paper}")
        pages = PdfReader(io.BytesIO(marked), strict=True).pages
        said.append(["".join(p.extract_text().split()) for p in pages])
    for number, (letter, pages) in enumerate(zip("CL", said, strict=True), 1):
        agency = town.agency["CC" if letter == "C" else "L"]
        name = await town.owner.fetchval("SELECT name FROM agency WHERE id = $1", agency)
        assert len(pages) == 3
        assert all(f"写し第{number}号" in page for page in pages)
        assert all("".join(name.split()) in page for page in pages)
        assert all("令和8年11月20日" in page for page in pages)
    # The packet that is printed names what was handed in, and is a copy in the same register.
    printed = await copy_of(lawyer, f"{held.path}/packet.pdf")
    words = "".join("".join(p.extract_text().split()) for p in PdfReader(io.BytesIO(printed)).pages)
    assert "見立て.pdf" in words
    assert "写し第3号" in words


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (png(), "図.png", MediaType.PNG),
        (jpeg(JFIF), "写真.JPG", MediaType.JPEG),
        (docx(), "手紙.docx", MediaType.DOCX),
        (xlsx(), "家計.xlsx", MediaType.XLSX),
        ("収入,支出\r\n".encode("cp932"), "家計.csv", MediaType.CSV),
    ],
)
async def test_other_types_are_handed_out_as_they_are(
    town: Town, content: bytes, name: str, kind: MediaType
):
    held = await sitting(town)
    lawyer = of(town, "l-lawyer")
    paper = await handed_in(lawyer, held.papers, content, name, kind.value, data_class="D2")
    answer = await of(town, "cc-worker").get(f"{held.papers}/{paper}")
    assert answer.content == content
    charset = "; charset=Shift_JIS" if kind is MediaType.CSV else ""
    assert answer.headers["content-type"] == kind.value + charset


async def test_a_retry_hands_in_once(town: Town):
    held = await sitting(town)
    lawyer = of(town, "l-lawyer")
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first, again = [await hand_in(lawyer, held.papers, headers=key) for _ in range(2)]
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert again.headers["idempotency-replayed"] == "true"
    other = hand_in(lawyer, held.papers, NOTE + b"more", headers=key)
    await refused(other, 422, "idempotency.key_reused")
    assert await town.owner.fetchval("SELECT count(*) FROM stored_file") == 1


# Refused.


@pytest.mark.parametrize(
    ("content", "name", "kind", "code"),
    [
        (b"", "a.txt", "text/plain", "file.empty"),
        (EXE, "a.pdf", "application/pdf", "file.type_does_not_match"),
        (EXE, "a.exe", "application/x-msdownload", "file.type_refused"),
        (png(), "a.pdf", "application/pdf", "file.type_does_not_match"),
        (png(), "a.png", "image/jpeg", "file.type_does_not_match"),
        (pdf(), "a.pdf", None, "file.type_does_not_match"),
        (pdf(locked=True), "a.pdf", "application/pdf", "file.locked"),
        (pdf(script=True), "a.pdf", "application/pdf", "file.active_content"),
        (png(behind=archive({"a": EXE})), "a.png", "image/png", "file.unreadable"),
        (jpeg(JFIF)[:20], "a.jpg", "image/jpeg", "file.unreadable"),
        (
            jpeg(segment(0xE1, b"Exif\0\0" + exif(place=True))),
            "a.jpg",
            "image/jpeg",
            "file.has_place",
        ),
        (docx(word_vbaProject__bin=b"x"), "a.docx", MediaType.DOCX, "file.active_content"),
        (docx(word_a__xml=b"\0" * 101 * MEBIBYTE), "a.docx", MediaType.DOCX, "file.too_packed"),
        (xlsx(), "a.docx", MediaType.DOCX, "file.type_does_not_match"),
    ],
)
async def test_what_is_no_paper_is_refused_and_not_kept(
    town: Town, content: bytes, name: str, kind: str | None, code: str
):
    held = await sitting(town)
    await refused(hand_in(of(town, "l-lawyer"), held.papers, content, name, kind), 422, code)
    assert await town.owner.fetchval("SELECT count(*) FROM stored_file") == 0
    assert await town.owner.fetchval("SELECT count(*) FROM file_content") == 0
    [entry] = await town.audit(person_id=held.person, action="conference.add_paper")
    assert (entry["outcome"], entry["fields"]) == ("failed", [])


async def test_a_name_is_no_path_and_is_not_repeated(town: Town):
    held = await sitting(town)
    for name in ("../花子.txt", "花子", "花子\u202e.txt", "花" * 200 + ".txt"):
        answer = await hand_in(of(town, "l-lawyer"), held.papers, name=name)
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (422, "request.invalid")
        assert [e["pointer"] for e in problem["errors"]] == ["name"]
        assert problem["errors"][0]["message_ja"]
        assert "花子" not in answer.text


class Flood:
    """A body that goes on; it counts what was taken from it."""

    def __init__(self, size: int) -> None:
        self.size, self.taken = size, 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        chunk = b"x" * 65_536
        while self.taken < self.size:
            self.taken += len(chunk)
            yield chunk


async def test_80_mebibytes_are_not_read(town: Town):
    held = await sitting(town)
    lawyer = of(town, "l-lawyer")
    size = 80 * MEBIBYTE
    declared = Flood(size)
    length = {"Content-Length": str(size)}
    problem = await refused(
        hand_in(lawyer, held.papers, declared, headers=length), 413, "file.too_large"
    )
    assert problem["facts"] == {"most_mib": 20}
    assert declared.taken == 0
    # Without a length, or with a lie, it is cut off where the limit is.
    for lie in ({}, {"Content-Length": "10"}):
        flood = Flood(size)
        answer = await hand_in(lawyer, held.papers, flood, headers=lie)
        assert (answer.status_code, answer.json()["code"]) == (413, "file.too_large")
        assert answer.headers["connection"] == "close"
        assert flood.taken <= 20 * MEBIBYTE + 2 * 65_536
    # It was somebody we know; a stranger's is not read at all.
    entries = await town.audit(action="conference.add_paper")
    assert [(e["sub"], e["outcome"]) for e in entries] == [("sub-l-lawyer", "failed")] * 3
    stranger = Flood(size)
    nobody = {"Authorization": "Bearer nonsense", **length}
    answer = await hand_in(lawyer, held.papers, stranger, headers=nobody)
    assert (answer.status_code, stranger.taken) == (401, 0)
    # Elsewhere a body is as small as before.
    elsewhere = Flood(size)
    answer = await hand_in(lawyer, f"{held.path}/answer", elsewhere)
    assert (answer.status_code, answer.json()["code"]) == (413, "body.too_large")
    assert elsewhere.taken <= MAX_BODY + 2 * 65_536


async def test_what_just_fits_is_kept(town: Town):
    held = await sitting(town)
    lawyer, limit = of(town, "l-lawyer"), 20 * MEBIBYTE
    paper = await handed_in(lawyer, held.papers, b"a" * limit)
    assert len(await copy_of(lawyer, f"{held.papers}/{paper}")) == limit
    await refused(hand_in(lawyer, held.papers, b"a" * (limit + 1)), 413, "file.too_large")


async def test_the_class_must_fit_the_item_and_what_it_opens(town: Town):
    held = await planned(town, "D1 D3")
    lawyer = of(town, "l-lawyer")
    for asked, code in (
        ("D0", "file.class_too_low"),
        ("D5", "file.class_refused"),
        ("D6", "file.class_refused"),
        ("D7", "file.class_refused"),
    ):
        await refused(hand_in(lawyer, held.papers, data_class=asked), 422, code)
    # No consent opens D4 to anybody at the table.
    await refused(hand_in(lawyer, held.papers, data_class="D4"), 403, "file.class_not_open")
    await handed_in(lawyer, held.papers, data_class="D1")
    await refused(
        hand_in(lawyer, held.open_papers, data_class="D3"), 422, "file.class_without_person"
    )
    done = await ok(hand_in(of(town, "h-supporter"), held.open_papers), 201)
    assert done["data_class"] == "D0"


async def test_an_item_has_room_for_twenty(town: Town):
    held = await sitting(town)
    lawyer = of(town, "l-lawyer")
    first, *_ = [await handed_in(lawyer, held.papers) for _ in range(MOST_PAPERS)]
    problem = await refused(hand_in(lawyer, held.papers), 409, "file.too_many")
    assert problem["facts"] == {"most": 20}
    await ok(lawyer.post(f"{held.papers}/{first}/withdraw", {"reason": "差替え"}))
    await handed_in(lawyer, held.papers)


async def test_papers_are_handed_in_before_the_conference_is_held(town: Town):
    held = await sitting(town)
    j, lawyer = of(town, "j-consultant"), of(town, "l-lawyer")
    paper = await handed_in(lawyer, held.papers)
    view = await ok(j.get(held.path))
    there = {"present_attendee_ids": [a["id"] for a in view["attendees"]]}
    await ok(j.post(f"{held.path}/hold", there))
    await refused(hand_in(lawyer, held.papers), 409, "file.conference_held")
    assert await copy_of(lawyer, f"{held.papers}/{paper}") == NOTE
    await ok(j.post(f"{held.path}/minutes", {"text": "会議録"}))
    for step in ("minutes/confirm", "close"):
        await ok(j.post(f"{held.path}/{step}"))
    for path in (held.papers, f"{held.papers}/{paper}", f"{held.papers}/{NOBODYS}"):
        await refused(lawyer.get(path), 409, "conference.packet_closed")


# To whom it is open.


async def test_before_the_agenda_is_fixed_each_sees_its_own(town: Town):
    held = await planned(town)
    j, lawyer, cc = (of(town, a) for a in ("j-consultant", "l-lawyer", "cc-worker"))
    of_j = await handed_in(j, held.papers)
    of_l = await handed_in(lawyer, held.papers)
    for caller, own, other in ((j, of_j, of_l), (lawyer, of_l, of_j)):
        assert [p["id"] for p in (await ok(caller.get(held.papers)))["items"]] == [own]
        assert await copy_of(caller, f"{held.papers}/{own}") == NOTE
        # Another's, or none: one and the same.
        for paper in (other, NOBODYS):
            await refused(caller.get(f"{held.papers}/{paper}"), 409, "conference.packet_closed")
    assert (await ok(cc.get(held.papers)))["items"] == []
    await ok(j.post(f"{held.path}/fix"))
    assert [p["id"] for p in (await ok(cc.get(held.papers)))["items"]] == [of_j, of_l]
    assert await copy_of(j, f"{held.papers}/{of_l}") == NOTE


async def test_to_whoever_does_not_stay_for_the_item_it_is_not_there(town: Town):
    held = await sitting(town)
    paper = await handed_in(of(town, "l-lawyer"), held.papers)
    # Invited to the conference and not to the item; to neither.
    await closed(of(town, "h-supporter"), held.papers, paper)
    await closed(of(town, "w-worker"), held.papers, paper)
    log = await tally(town, person_id=held.person, agency_id=town.agency["H"])
    assert set(log) == {
        "h-supporter conference.read_paper denied -",
        "h-supporter conference.add_paper denied -",
    }
    # The right id at the wrong item or conference is none either.
    other = await sitting(town)
    for path in (held.open_papers, other.papers, other.open_papers):
        await gone(of(town, "l-lawyer"), path, paper)


async def test_consent_that_is_taken_back_closes_it_on_the_next_request(town: Town):
    held = await sitting(town)
    cc, lawyer, j = (of(town, a) for a in ("cc-worker", "l-lawyer", "j-consultant"))
    paper = await handed_in(lawyer, held.papers)
    assert await copy_of(cc, f"{held.papers}/{paper}") == NOTE
    revoked = {"reason": "本人の申出"}
    await ok(town.caller("cc-worker").post(f"/v1/consents/{held.consent}/revoke", revoked))
    # To everybody, whoever wrote it and whoever convenes.
    for caller in (cc, lawyer, j):
        await gone(caller, held.papers, paper)
        listed = await caller.get(held.papers)
        assert (listed.status_code, listed.json()["code"]) == (404, "record.not_found")
        packet = await caller.get(f"{held.path}/packet")
        assert NAME not in packet.text
        await refused(hand_in(caller, held.papers), 404, "record.not_found")
    # Its author can still take it off.
    await ok(lawyer.post(f"{held.papers}/{paper}/withdraw", {"reason": "同意の撤回"}))


async def test_a_consent_that_is_narrowed_closes_what_is_beyond_it(town: Town):
    held = await planned(town, "D1 D2 D3 D4")
    j, lawyer = of(town, "j-consultant"), of(town, "l-lawyer")
    low = await handed_in(j, held.papers, data_class="D1")
    high = await handed_in(j, held.papers, data_class="D4")
    await ok(j.post(f"{held.path}/fix"))
    narrower = consent(
        held.person,
        to={"agencies": [str(town.agency[a]) for a in ("J", "L", "CC")]},
        classes="D1 D2 D3",
        purposes=("consultation", "planning"),
        supersedes_id=held.consent,
    )
    await ok(town.caller("cc-worker").post("/v1/consents", narrower), 201)
    assert [p["id"] for p in (await ok(lawyer.get(held.papers)))["items"]] == [low]
    [item, _] = (await ok(lawyer.get(f"{held.path}/packet")))["items"]
    assert [p["id"] for p in item["papers"]] == [low]
    await gone(lawyer, held.papers, high)
    assert await copy_of(lawyer, f"{held.papers}/{low}") == NOTE


@pytest.mark.mechanism("2-16")
async def test_with_a_neighbour_at_the_table_only_what_consent_opens_to_them(town: Town):
    held = await planned(town)
    j, lawyer = of(town, "j-consultant"), of(town, "l-lawyer")
    low = await handed_in(j, held.papers, data_class="D1")
    high = await handed_in(j, held.papers, data_class="D3")
    await ok(j.post(f"{held.path}/invite", {"residents": ["隣組長"]}))
    await ok(j.post(f"{held.path}/fix"))
    for caller in (j, lawyer):
        assert [p["id"] for p in (await ok(caller.get(held.papers)))["items"]] == [low]
        await gone(caller, held.papers, high)
        assert await copy_of(caller, f"{held.papers}/{low}") == NOTE


async def test_the_copy_of_the_person_present_lists_the_papers_of_their_own_item(town: Town):
    held = await planned(town)
    j, cc = of(town, "j-consultant"), town.caller("cc-worker")
    form = person("髙﨑", "太郎", "タカサキ タロウ")
    brother = (await ok(cc.post("/v1/persons", form), 201))["id"]
    slip = consent(
        brother,
        to={"agencies": [str(town.agency[a]) for a in ("J", "L", "CC")]},
        classes="D1 D2 D3",
        purposes=("consultation", "planning"),
    )
    await ok(cc.post("/v1/consents", slip), 201)
    await ok(j.post(f"{held.path}/invite", {"person_ids": [held.person]}))
    about = {"person_ids": [brother], "purpose": "plan_sharing", "subject": "太郎さんのこと"}
    his = (await ok(j.post(f"{held.path}/items", examples.ITEM | about), 201))["id"]
    paper = await handed_in(j, held.papers)
    of_his = await handed_in(j, f"{held.path}/items/{his}/papers")
    await ok(j.post(f"{held.path}/fix"))
    view = await ok(j.get(held.path))
    [her] = [a for a in view["attendees"] if a["is_the_person"]]
    own = await ok(j.get(f"{held.path}/attendees/{her['id']}/packet"))
    assert [p["id"] for p in own["items"][0]["papers"]] == [paper]
    # Not those of somebody else's, which the convener's own copy lists.
    assert own["items"][2]["restricted"] is True
    assert of_his not in str(own)
    mine = await ok(j.get(f"{held.path}/packet"))
    assert [p["id"] for p in mine["items"][2]["papers"]] == [of_his]


async def test_on_a_statutory_item_papers_wait_for_the_window(town: Town):
    m, j = town.caller("m-officer", "planning"), of(town, "j-consultant")
    body = {
        "kind": "support_conf_layered",
        "name": "みほん市支援会議",
        "by_laws": "みほん市支援会議設置要綱（令和6年告示第10号）",
        "valid_from": "2024-04-01",
        "member_agency_ids": everybody(town),
    }
    body_id = (await ok(m.post("/v1/conference-bodies", body), 201))["id"]
    form = person("試験", "四郎", "シケン シロウ")
    whom = (await ok(town.caller("m-officer").post("/v1/persons", form), 201))["id"]
    meeting = examples.CONFERENCE | {"kind": "support_conf_layered", "body_id": body_id}
    path = f"/v1/conferences/{(await ok(m.post('/v1/conferences', meeting), 201))['id']}"
    await ok(m.post(f"{path}/invite", {"agency_ids": [str(town.agency["J"])]}))
    about = {"person_ids": [whom], "reason_without_consent": "連絡がとれない"}
    item = (await ok(m.post(f"{path}/items", examples.ITEM | about), 201))["id"]
    papers = f"{path}/items/{item}/papers"
    # The convener's own item takes its papers; to the others it is not there yet.
    paper = await handed_in(m, papers)
    assert await copy_of(m, f"{papers}/{paper}") == NOTE
    await refused(hand_in(j, papers), 404, "record.not_found")
    await refused(j.get(papers), 404, "record.not_found")
    await ok(m.post(f"{path}/fix"))
    # Open only to a registered participant under secrecy.
    await gone(j, papers, paper)
    position = await town.owner.fetchval("SELECT id FROM position WHERE code = 'j_consultant'")
    await ok(j.post(f"{path}/participants", {"position_id": str(position)}), 201)
    await gone(j, papers, paper)
    notice = await ok(j.get(f"{path}/secrecy"))
    await ok(j.post(f"{path}/secrecy", {"notice_version": notice["notice_version"]}))
    assert await copy_of(j, f"{papers}/{paper}") == NOTE
    await handed_in(j, papers, name="Jの見立て.txt")
    log = await tally(town, person_id=whom, action="conference.read_paper", outcome="allowed")
    assert log == {
        "m-officer conference.read_paper allowed INTERNAL": 1,
        "j-consultant conference.read_paper allowed CONF_LAYERED": 1,
    }


async def test_a_withdrawn_paper_is_kept_and_handed_out_to_nobody(town: Town):
    held = await sitting(town)
    cc, lawyer, j = (of(town, a) for a in ("cc-worker", "l-lawyer", "j-consultant"))
    paper, other = [await handed_in(lawyer, held.papers) for _ in range(2)]
    await copy_of(cc, f"{held.papers}/{paper}")
    why = {"reason": "花子さんの申出により差替え"}
    # Not by one of the others, to whom it is open.
    await refused(cc.post(f"{held.papers}/{paper}/withdraw", why), 404, "record.not_found")
    done = await ok(lawyer.post(f"{held.papers}/{paper}/withdraw", why))
    assert done["withdrawn_by_agency_id"] == str(town.agency["L"])
    assert "花子" not in str(done)
    again = lawyer.post(f"{held.papers}/{paper}/withdraw", why)
    await refused(again, 409, "file.already_withdrawn")
    for caller in (cc, lawyer, j):
        await gone(caller, held.papers, paper)
        assert [p["id"] for p in (await ok(caller.get(held.papers)))["items"]] == [other]
        assert paper not in (await caller.get(f"{held.path}/packet")).text
    # The convener takes off what must not be there; it can see who has a copy to collect.
    stale = j.post(f"{held.papers}/{other}/withdraw", why, headers={"If-Match": '"7"'})
    await refused(stale, 412, "record.changed_meanwhile")
    await ok(j.post(f"{held.papers}/{other}/withdraw", why))
    [out] = (await ok(j.get(f"{held.path}/copies")))["items"]
    assert (out["paper_id"], out["agency_id"]) == (paper, str(town.agency["CC"]))
    assert await town.owner.fetchval("SELECT count(*) FROM file_content") == 2
    for words in why.values():
        assert await written_in(town, words) == set()


# Locked.


async def test_the_database_alone_tells_nothing_of_it(town: Town):
    held = await sitting(town)
    await handed_in(of(town, "l-lawyer"), held.papers)
    tables = await town.owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    assert len(tables) > 40
    for (table,) in tables:
        for row in await town.owner.fetch(f"SELECT * FROM {table}"):
            for value in row.values():
                plain = value if isinstance(value, bytes) else str(value).encode()
                assert MARKER.encode() not in plain, table
    [content] = await town.owner.fetch("SELECT * FROM file_content")
    assert content["ciphertext"][12:-16] != NOTE
    assert len(content["ciphertext"]) == len(NOTE) + 28


@pytest.mark.parametrize(
    "tampered",
    [
        (
            "UPDATE file_content a SET ciphertext = b.ciphertext FROM file_content b"
            " WHERE a.file_id = $1 AND b.file_id = $2"
        ),
        (
            "UPDATE file_content a SET ciphertext = b.ciphertext, wrapped_key = b.wrapped_key,"
            " key_id = b.key_id FROM file_content b WHERE a.file_id = $1 AND b.file_id = $2"
        ),
        (
            "UPDATE file_content SET ciphertext = set_byte(ciphertext, 40, 1)"
            " WHERE file_id = $1 AND $2 = $2"
        ),
        "UPDATE stored_file SET data_class = 'D1' WHERE id = $1 AND $2 = $2",
        "UPDATE stored_file SET sha256 = 'ab' WHERE id = $1 AND $2 = $2",
        "UPDATE file_content SET key_id = 'none' WHERE file_id = $1 AND $2 = $2",
    ],
)
async def test_a_swap_in_the_database_is_noticed_and_nothing_is_handed_out(
    town: Town, tampered: str
):
    held = await sitting(town)
    lawyer, cc = of(town, "l-lawyer"), of(town, "cc-worker")
    paper = await handed_in(lawyer, held.papers)
    other = await handed_in(lawyer, held.papers, "別の人の見立て".encode())
    sql = tampered.replace("$2 = $2", "$2::uuid IS NOT NULL")
    await town.owner.execute(sql, uuid.UUID(paper), uuid.UUID(other))
    with capture_logs() as logs:
        answer = await cc.get(f"{held.papers}/{paper}")
    assert (answer.status_code, answer.json()["code"]) == (500, "service.failed")
    assert [line["kind"] for line in logs if line["event"] == "request.failed"] == [
        "BrokenSealError"
    ]
    [entry] = await town.audit(person_id=held.person, action="conference.read_paper")
    assert (entry["outcome"], entry["data_classes"]) == ("failed", [])
    assert await town.owner.fetchval("SELECT count(*) FROM packet_copy") == 0


async def test_a_new_key_leaves_old_papers_readable(urls: Urls, tmp_path: Path):
    keys = tmp_path / "secrets" / "file.keys"
    clock = Clock()
    async with AsyncExitStack() as stack:
        town = await stack.enter_async_context(open_town(urls, tmp_path, clock))
        held = await sitting(town)
        old = await handed_in(of(town, "l-lawyer"), held.papers)
    first = keys.read_text()
    keys.write_text(f"{'5a' * 32}\n{first}\n")
    async with open_town(urls, tmp_path, clock) as town:
        cc = of(town, "cc-worker")
        new = await handed_in(of(town, "l-lawyer"), held.papers)
        for paper in (old, new):
            assert await copy_of(cc, f"{held.papers}/{paper}") == NOTE
        used = await town.owner.fetch("SELECT DISTINCT key_id FROM file_content")
        assert len(used) == 2
    # Without the old key the old paper is shut, and nothing else.
    keys.write_text("5a" * 32)
    async with open_town(urls, tmp_path, clock) as town:
        cc = of(town, "cc-worker")
        assert await copy_of(cc, f"{held.papers}/{new}") == NOTE
        assert (await cc.get(f"{held.papers}/{old}")).status_code == 500


# The second wall.


async def test_the_role_of_the_service_changes_nothing_but_a_withdrawal(town: Town, urls: Urls):
    held = await sitting(town)
    paper = uuid.UUID(await handed_in(of(town, "l-lawyer"), held.papers))
    conference = uuid.UUID(held.path.rpartition("/")[2])
    attempts = [
        ("L", "UPDATE stored_file SET data_class = 'D1'", "denied"),
        ("L", "UPDATE stored_file SET name = 'x.txt'", "denied"),
        ("L", "UPDATE file_content SET ciphertext = ''", "denied"),
        ("L", "DELETE FROM stored_file", "denied"),
        ("CC", "UPDATE stored_file SET withdrawn_at = now()", "UPDATE 0"),
        ("W", "UPDATE stored_file SET withdrawn_at = now()", "UPDATE 0"),
        ("L", "UPDATE stored_file SET withdrawn_at = now()", "UPDATE 1"),
        ("J", "UPDATE stored_file SET withdrawn_at = now()", "UPDATE 1"),
        ("CC", _handing_in(paper, conference, held.item, town.agency["L"]), "denied"),
        ("W", _handing_in(paper, conference, held.item, town.agency["W"]), "denied"),
        ("CC", _handing_in(paper, conference, NOBODYS, town.agency["CC"]), "denied"),
        ("CC", _handing_in(paper, conference, held.item, town.agency["CC"]), "INSERT 0 1"),
    ]
    for letter, statement, expected in attempts:
        connection = await asyncpg.connect(urls.app)
        try:
            await connection.execute("BEGIN")
            await connection.execute(
                "SELECT set_config('tsunagi.kind', 'staff', true),"
                f" set_config('tsunagi.agency', '{town.agency[letter]}', true)"
            )
            seen = await connection.fetchval("SELECT count(*) FROM file_content")
            assert seen == (0 if letter == "W" else 1)
            try:
                done = await connection.execute(statement)
            except asyncpg.InsufficientPrivilegeError:
                done = "denied"
            assert done == expected, (letter, statement)
        finally:
            await connection.close()


def _handing_in(paper: uuid.UUID, conference: uuid.UUID, item: Any, agency: uuid.UUID) -> str:
    return (
        "INSERT INTO stored_file (id, conference_id, item_id, agency_id, name, data_class,"
        " media_type, size, sha256, added_at, version) VALUES (gen_random_uuid(),"
        f" '{conference}', '{item}', '{agency}', 'a.txt', 'D3', 'text/plain', 1, 'ab', now(), 1)"
    )
