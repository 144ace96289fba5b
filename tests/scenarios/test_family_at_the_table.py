"""Family and supporters who come with the person: asked first, named by nobody, shown nothing more."""

import io
from typing import Any

from pypdf import PdfReader
from scenario_steps import consent, ok, person, refused, tally
from town import Caller, Town

from service.api import examples

#: An agency that may know a protected address, where she agrees.
PROTECTS = "J"
SUBJECT = "花子さんの家計の見通し"


def of(town: Town, account: str) -> Caller:
    return town.caller(account, "planning")


def agencies(town: Town, letters: str) -> list[str]:
    return [str(town.agency[letter]) for letter in letters.split()]


async def planned(town: Town, **slip: Any) -> tuple[str, str, str]:
    """J's conference, her item on it; she agrees that J, L and CC know all, her address as well."""
    cc, j = town.caller("cc-worker"), of(town, "j-consultant")
    form = person("試験", "花子", "シケン ハナコ", birth="1981-03-09")
    her = (await ok(cc.post("/v1/persons", form), 201))["id"]
    signed = consent(
        her,
        to={"agencies": agencies(town, "J L CC")},
        classes="D1 D2 D3 D4 D5",
        purposes=("consultation", "planning"),
    )
    signed_id = (await ok(cc.post("/v1/consents", signed | slip), 201))["id"]
    draft = examples.REFERRAL | {"person_id": her, "data_classes": ["D1", "D3"]}
    referral = (await ok(cc.post("/v1/referrals", draft), 201))["id"]
    await ok(cc.post(f"/v1/referrals/{referral}/send"))
    await ok(town.caller("j-consultant").post(f"/v1/referrals/{referral}/accept"))
    when = {"starts_at": "2026-11-20T14:00:00+09:00", "ends_at": "2026-11-20T15:00:00+09:00"}
    sitting = await ok(j.post("/v1/conferences", examples.CONFERENCE | when), 201)
    path = f"/v1/conferences/{sitting['id']}"
    await ok(j.post(f"{path}/invite", {"agency_ids": agencies(town, "CC L"), "person_ids": [her]}))
    item = {"purpose": "plan_sharing", "minutes": 40, "subject": SUBJECT, "person_ids": [her]}
    await ok(j.post(f"{path}/items", item), 201)
    return path, her, signed_id


async def page_of(j: Caller, path: str, agency_id: Any) -> list[str]:
    shown = await ok(j.get(f"{path}/agenda"))
    (packet,) = [p for p in shown["packets"] if p["agency_id"] == str(agency_id)]
    return packet["pages"][0]["data_classes"]


async def test_whoever_comes_along_narrows_what_anybody_is_shown(town: Town):
    path, her, _ = await planned(town)
    j, lawyer = of(town, "j-consultant"), of(town, "l-lawyer")
    assert "D5" in await page_of(j, path, town.agency[PROTECTS])
    husband = {"companions": [{"person_id": her, "relation": "spouse"}]}
    await ok(j.post(f"{path}/invite", husband))
    await ok(j.post(f"{path}/invite", husband))  # once is enough
    assert await page_of(j, path, town.agency[PROTECTS]) == ["D0", "D1", "D2", "D3", "D4"]
    found = (await ok(j.get(f"{path}/agenda")))["findings"]
    assert {"companion.hides", "person.hides"} <= {f["code"] for f in found}

    # To everybody else: what they are to the person, and of whom nobody is told.
    seen = await ok(lawyer.get(path))
    (beside,) = [a for a in seen["attendees"] if a["relation"]]
    assert (beside["relation"], beside["is_the_person"]) == ("spouse", False)
    assert not {"comes_with", "person_id"} & set(beside)
    await ok(j.post(f"{path}/fix"))
    await refused(
        j.get(f"{path}/attendees/{beside['id']}/packet"), 403, "conference.packet_of_somebody_else"
    )
    assert (await ok(lawyer.get(f"{path}/packet")))["items"][0]["subject"] == SUBJECT

    # On the roster and in the minutes by relation, never by her name.
    there = {"present_attendee_ids": [a["id"] for a in seen["attendees"]]}
    await ok(j.post(f"{path}/hold", there))
    pdf = (await lawyer.get(f"{path}/roster.pdf")).content
    words = "".join("".join(p.extract_text().split()) for p in PdfReader(io.BytesIO(pdf)).pages)
    assert "本人の付添い（配偶者）" in words
    assert "花子" not in words
    await ok(j.post(f"{path}/minutes/draft"))
    text = (await ok(j.get(f"{path}/minutes")))["text"]
    assert "・本人の付添い（配偶者）" in text
    log = await tally(town, person_id=her, action="conference.invite")
    assert log == {"j-consultant conference.invite allowed CONSENT": 3}


async def test_nobody_brings_family_without_the_persons_agreement(town: Town):
    path, her, signed = await planned(town)
    j, cc = of(town, "j-consultant"), town.caller("cc-worker")
    await ok(cc.post(f"/v1/consents/{signed}/revoke", {"reason": "本人の申出"}))
    mother = {"companions": [{"person_id": her, "relation": "parent"}]}
    refusal = await j.post(f"{path}/invite", mother)
    assert refusal.status_code in (403, 404), refusal.text
    shown = await ok(j.get(path))
    assert not any(a["relation"] for a in shown["attendees"])
    nobody = {
        "companions": [{"person_id": "0199aaaa-0000-7000-8000-00000000dead", "relation": "parent"}]
    }
    await hidden_invite(j, path, nobody)


async def hidden_invite(caller: Caller, path: str, body: dict[str, Any]) -> None:
    answer = await caller.post(f"{path}/invite", body)
    assert (answer.status_code, answer.json()["code"]) == (404, "record.not_found")


async def test_a_statutory_conference_hears_the_family_another_way(town: Town):
    m = town.caller("m-officer")
    body = {
        "kind": "support_conf_layered",
        "name": "みほん市包括的支援会議",
        "by_laws": "みほん市支援会議設置要綱（令和8年4月1日）",
        "valid_from": "2026-04-01",
        "member_agency_ids": agencies(town, "E S"),
    }
    body_id = (await ok(m.post("/v1/conference-bodies", body), 201))["id"]
    when = {"starts_at": "2026-12-04T14:00:00+09:00", "ends_at": "2026-12-04T15:00:00+09:00"}
    plan = {"kind": "support_conf_layered", "body_id": body_id, "place": "会議室"} | when
    path = f"/v1/conferences/{(await ok(m.post('/v1/conferences', plan), 201))['id']}"
    _, her, _ = await planned(town)
    come = {"companions": [{"person_id": her, "relation": "child"}]}
    await refused(m.post(f"{path}/invite", come), 422, "conference.companion_needs_consent")
    bad = {"companions": [{"person_id": her, "relation": "cousin"}]}
    await refused(m.post(f"{path}/invite", bad), 422, "body.invalid")
