"""SC-15: S asks the prefectural council for supervision, and says nobody's name (brief §6)."""

import uuid
from collections.abc import Iterable
from typing import Any

import pytest
from scenario_steps import (
    address,
    consent,
    counted,
    hidden,
    listen,
    nothing_slipped,
    notices,
    ok,
    person,
    refused,
    tally,
    written_in,
)
from town import Town

SUMMARY = "長く家から出ていない五十代の方と高齢の親の世帯。訪問の間合いについて助言がほしい。"
NOTE = "片岡さんの助言：週一回、玄関先の短い声かけから始める"
LIVING = "八十二歳の母と二人暮らし"
HEALTH = "昼夜が逆転している"
ID = "0199aaaa-2222-7000-8000-0000000000ff"


def son(**more: Any) -> dict[str, Any]:
    """The son of SC-2, with everything that could give him away."""
    names = [
        {
            "kind": "official",
            "family": "試験",
            "given": "健一郎",
            "family_kana": "シケン",
            "given_kana": "ケンイチロウ",
        },
        {"kind": "other", "single": "ケンボー", "single_kana": "ケンボー"},
    ]
    return person("試験", "健一郎", "シケン ケンイチロウ") | {
        "names": names,
        "birth": "1972-06-01",
        "phones": [{"number": "090-1234-5678", "kind": "mobile"}],
        "address": address("12番地34") | {"building": "みほんハイツ101"},
        "living": LIVING,
        "considerations": HEALTH,
        **more,
    }


async def registered(town: Town, **more: Any) -> str:
    return (await ok(town.caller("s-csw").post("/v1/persons", son(**more)), 201))["id"]


def question(town: Town, person_id: str, **more: Any) -> dict[str, Any]:
    return {
        "to_agency_id": str(town.agency["K"]),
        "person_id": person_id,
        "pseudonym": "Aさん",
        "summary": SUMMARY,
        "days": 14,
    } | more


async def asked(town: Town, person_id: str, **more: Any) -> str:
    body = question(town, person_id, **more)
    return (await ok(town.caller("s-csw").post("/v1/supervisions", body), 201))["id"]


@pytest.mark.mechanism("1-60", "2-30", "3-28")
async def test_k_advises_for_fourteen_days_and_never_learns_who_it_is(town: Town):
    heard = listen(town)
    person_id = await registered(town)
    supervision_id = await asked(town, person_id)
    s, k = town.caller("s-csw"), town.caller("k-adviser")
    path = f"/v1/supervisions/{supervision_id}"

    # ✔ K, from the first day to the last.
    read = await ok(k.get(path))
    assert (read["pseudonym"], read["summary"]) == ("Aさん", SUMMARY)
    assert read["from_agency_id"] == str(town.agency["S"])
    assert not {"person_id", "note"} & set(read)
    assert read["withheld"] == ["D7"]
    (listed,) = (await ok(k.get("/v1/supervisions")))["items"]
    assert listed == {name: value for name, value in read.items() if name in listed}
    assert "person_id" not in listed
    town.clock.forward(days=13, hours=23)
    await ok(k.get(path))

    # The session's note stays in S.
    await ok(s.post(f"{path}/note", {"note": NOTE}))
    own = await ok(s.get(path))
    assert (own["person_id"], own["note"]) == (person_id, NOTE)
    assert "note" not in await ok(k.get(path))
    answer = await k.post(f"{path}/note", {"note": "Kのメモ"})
    assert answer.status_code == 403

    # ✖ After fourteen days it does not exist for K any longer; S keeps it.
    town.clock.forward(hours=2)
    await hidden(k, "/v1/supervisions/{}", supervision_id)
    assert (await ok(k.get("/v1/supervisions")))["items"] == []
    assert (await ok(s.get(path)))["summary"] == SUMMARY

    # Nobody else was asked.
    for account in ("m-officer", "j-consultant", "hc-nurse", "cc-worker"):
        await hidden(town.caller(account), "/v1/supervisions/{}", supervision_id)

    await ks_entries_name_nobody(town, person_id)
    assert await tally(town, person_id=person_id) == counted("""
        1 s-csw person.register allowed INTERNAL
        1 s-csw supervision.ask allowed INTERNAL
        1 s-csw supervision.note allowed INTERNAL
        2 s-csw supervision.read allowed INTERNAL
    """)
    await nothing_slipped(town, heard, {NOTE: "s-csw", LIVING: "", HEALTH: ""})
    for answer in heard:
        if answer.account == "k-adviser":
            for words in (person_id, "試験", "シケン", "健一郎", NOTE):
                assert words not in answer.text
    assert await written_in(town, "健一郎") == set()


async def ks_entries_name_nobody(town: Town, person_id: str) -> None:
    """K's lines of the log are about nobody, in whatever column one looks."""
    entries = await town.audit(agency_id=town.agency["K"])
    assert {str(e["action"]) for e in entries} >= {"supervision.read"}
    for entry in entries:
        assert entry["person_id"] is None
        assert person_id not in str(dict(entry))
    read = await town.audit(sub="sub-k-adviser", action="supervision.read")
    assert sorted(e["outcome"] for e in read) == ["allowed"] * 5 + ["denied"] * 2
    opened = {tuple(e["data_classes"]) for e in read if e["outcome"] == "allowed"}
    assert opened == {("D0",)}


@pytest.mark.mechanism("1-60")
async def test_ks_reading_is_on_record_as_anonymous(town: Town):
    """✔ (ANON): K is no party to a case, and is not inside S (brief SC-15)."""
    person_id = await registered(town)
    supervision_id = await asked(town, person_id)
    k = town.caller("k-adviser")
    await ok(k.get(f"/v1/supervisions/{supervision_id}"))
    await ok(k.get("/v1/supervisions"))
    assert await tally(town, agency_id=town.agency["K"]) == counted(
        "2 k-adviser supervision.read allowed ANON"
    )


async def test_k_asks_for_the_name_and_gets_what_anybody_gets(town: Town):
    person_id = await registered(town)
    await asked(town, person_id)
    k = town.caller("k-adviser")
    for path in ("/v1/persons/{}", "/v1/persons/{}/consents", "/v1/persons/{}/representatives"):
        there = await k.get(path.format(person_id))
        nowhere = await k.get(path.format(uuid.uuid4()))
        assert there.status_code == nowhere.status_code == 403
        assert there.content == nowhere.content
    search = await k.post("/v1/persons/search", {"kana": "シケン ケンイチロウ"})
    nobody = await k.post("/v1/persons/search", {"kana": "ミホン ナナシ"})
    assert (search.status_code, search.content) == (nobody.status_code, nobody.content)
    assert search.status_code == 403
    denied = await town.audit(agency_id=town.agency["K"], outcome="denied")
    assert {e["person_id"] for e in denied} == {None}


async def works_with_cases_too(town: Town) -> None:
    """The adviser is a consultant at K as well."""
    position = uuid.uuid4()
    await town.owner.execute(
        "INSERT INTO position (id, agency_id, code, title, role, valid_from)"
        " VALUES ($1, $2, 'k_consultant', '相談員', 'consultant', '2024-04-01')",
        position,
        town.agency["K"],
    )
    await town.owner.execute(
        "INSERT INTO tenure (id, position_id, iss, sub, name, valid_from)"
        " VALUES ($1, $2, $3, 'sub-k-adviser', '片岡', '2024-04-01')",
        uuid.uuid4(),
        position,
        town.issuers["partners"].issuer,
    )


async def test_an_adviser_who_works_with_cases_gets_no_further(town: Town):
    await works_with_cases_too(town)
    person_id = await registered(town)
    supervision_id = await asked(town, person_id)
    k = town.caller("k-adviser")
    await ok(k.get(f"/v1/supervisions/{supervision_id}"))
    for path in ("/v1/persons/{}", "/v1/persons/{}/consents", "/v1/persons/{}/notes"):
        await hidden(k, path, person_id)
    found = await ok(k.post("/v1/persons/search", {"kana": "シケン ケンイチロウ"}))
    assert found["items"] == []
    note = await k.post(f"/v1/supervisions/{supervision_id}/note", {"note": "Kのメモ"})
    nothing = await k.post(f"/v1/supervisions/{uuid.uuid4()}/note", {"note": "Kのメモ"})
    assert note.status_code == nothing.status_code == 404
    assert note.content == nothing.content
    explained = await k.post("/v1/access/explain", {"kind": "person", "record_id": person_id})
    assert explained.status_code == 404
    # ✔ With the person's consent it is another matter, for whoever he names.
    slip = consent(
        person_id,
        to={"agencies": [str(town.agency["K"])]},
        classes="D1 D3",
        purposes=("consultation",),
    )
    await ok(town.caller("s-csw").post("/v1/consents", slip), 201)
    assert (await ok(k.get(f"/v1/persons/{person_id}")))["names"][0]["given"] == "健一郎"


async def test_no_notice_tells_k_anything(town: Town):
    person_id = await registered(town)
    await asked(town, person_id)
    assert all(record != person_id for _, record in await notices(town.caller("k-adviser")))


NAMING = {
    "family name": "試験さん宅の件",
    "given name": "健一郎さんのこと",
    "whole name": "試験健一郎について",
    "name with a space": "試験　健一郎について",
    "name spread out": "試 験 健 一 郎 について",
    "on two lines": "試験\n健一郎",
    "reading": "シケンさんのお宅",
    "given reading": "ケンイチロウさん",
    "half-width reading": "ｼｹﾝ ｹﾝｲﾁﾛｳさん",
    "half-width reading, spread out": "ｹ ﾝ ｲ ﾁ ﾛ ｳ",
    "what he is called": "近所でケンボーと呼ばれる方",
    "block": "第3地区12番地34にお住まい",
    "block in full-width digits": "第3地区１２番地３４にお住まい",
    "block, spread out": "12 番地 34",
    "building": "みほんハイツ101の方",
    "building in half-width kana": "みほんﾊｲﾂ１０１の方",
    "telephone in the form it is kept": "+819012345678に電話",
}
NAMING_UNSEEN = {
    "telephone": ("090-1234-5678に電話", "telephone numbers are kept as +81 and compared as kept"),
    "telephone in full-width": ("０９０（１２３４）５６７８", "as above: +81"),
    "telephone without hyphens": ("携帯09012345678", "as above: +81"),
    "reading in hiragana": ("しけんさんのお宅", "hiragana is not read as katakana"),
    "given reading in hiragana": ("けんいちろうさん", "hiragana is not read as katakana"),
    "name with zero-width space": (
        "試\u200b験健\u200b一郎さん",
        "invisible characters hide a name",
    ),
    "block with hyphen": ("第3地区12-34にお住まい", "12番地34 is not read as 12-34"),
    "date of birth": ("昭和47年6月1日生まれの方", "the date of birth is not looked for"),
    "an id": (f"ケース{ID}の方", "an id is not looked for, as it is in an area issue"),
}


def written(cases: Iterable[tuple[str, str]]) -> list[Any]:
    return [pytest.param(text, id=name) for name, text in cases]


UNSEEN = [pytest.param(text, id=name) for name, (text, reason) in NAMING_UNSEEN.items()]


@pytest.mark.parametrize("field", ["summary", "pseudonym"])
@pytest.mark.parametrize("text", written(NAMING.items()) + UNSEEN)
async def test_whatever_names_him_is_refused(town: Town, field: str, text: str):
    person_id = await registered(town)
    if field == "pseudonym":
        text = text.replace("\n", "")
    if text.startswith(f"ケース{ID}"):
        text = text.replace(ID, person_id)
    body = question(town, person_id, **{field: text})
    problem = await refused(
        town.caller("s-csw").post("/v1/supervisions", body), 422, "supervision.names_somebody"
    )
    assert text not in str(problem)
    assert (await ok(town.caller("k-adviser").get("/v1/supervisions")))["items"] == []
    (tried,) = await town.audit(action="supervision.ask")
    assert (tried["outcome"], tried["agency_id"]) == ("failed", town.agency["S"])


async def test_his_mothers_name_names_him_too(town: Town):
    """Whoever shares his roof tells who he is."""
    s = town.caller("s-csw")
    mother = person("見本", "ハナ代", "ミホン ハナヨ", birth="1944-05-05")
    mother_id = (await ok(s.post("/v1/persons", mother), 201))["id"]
    person_id = await registered(town)
    members = [
        {"person_id": mother_id, "relation": "self", "lives_together": True},
        {"person_id": person_id, "relation": "child", "lives_together": True},
    ]
    await ok(s.post("/v1/households", {"members": members}), 201)
    body = question(town, person_id, summary="見本ハナ代さんの息子さんのこと")
    await refused(s.post("/v1/supervisions", body), 422, "supervision.names_somebody")


async def test_a_protected_address_names_him_and_the_refusal_does_not_say_so(town: Town):
    """Nothing of D5 in an error message (rule 15)."""
    shelter = address("99番地1") | {"building": "保護施設ひなた"}
    person_id = await registered(town, protected_address=shelter)
    body = question(town, person_id, summary="試験さんのこと")
    answer = await town.caller("s-csw").post("/v1/supervisions", body)
    assert answer.status_code == 422
    assert "ひなた" not in answer.text


async def test_a_summary_that_tells_the_protected_address_is_refused(town: Town):
    shelter = address("99番地1") | {"building": "保護施設ひなた"}
    person_id = await registered(town, protected_address=shelter)
    body = question(town, person_id, summary="今は保護施設ひなたで暮らしている")
    await refused(
        town.caller("s-csw").post("/v1/supervisions", body), 422, "supervision.names_somebody"
    )


async def test_it_is_open_for_no_longer_than_fourteen_days(town: Town):
    person_id = await registered(town)
    s = town.caller("s-csw")
    for days in (0, 15, 365):
        answer = await s.post("/v1/supervisions", question(town, person_id, days=days))
        assert answer.status_code == 422
    supervision_id = await asked(town, person_id, days=1)
    k = town.caller("k-adviser")
    town.clock.forward(hours=23)
    await ok(k.get(f"/v1/supervisions/{supervision_id}"))
    town.clock.forward(hours=1)
    await hidden(k, "/v1/supervisions/{}", supervision_id)


async def test_nobody_asks_about_a_person_they_do_not_know(town: Town):
    person_id = await registered(town)
    d = town.caller("d-consultant")
    there = await d.post("/v1/supervisions", question(town, person_id))
    nowhere = await d.post("/v1/supervisions", question(town, str(uuid.uuid4())))
    assert there.status_code == nowhere.status_code == 404
    assert there.content == nowhere.content
    # And a guess at the name is no way to find out either.
    guessed = await d.post("/v1/supervisions", question(town, person_id, summary="試験健一郎"))
    assert guessed.content == nowhere.content


async def test_s_does_not_supervise_itself(town: Town):
    person_id = await registered(town)
    s = town.caller("s-csw")
    itself = question(town, person_id, to_agency_id=str(town.agency["S"]))
    await refused(s.post("/v1/supervisions", itself), 422, "supervision.to_itself")
    nobody = question(town, person_id, to_agency_id=str(uuid.uuid4()))
    await refused(s.post("/v1/supervisions", nobody), 422, "directory.unknown_agency")
