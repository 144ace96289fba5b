"""SC-2: a mother of 82 and her withdrawn son of 54; what her helper noticed (brief §6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from scenario_steps import (
    CARE,
    LIFE,
    WHO,
    act,
    address,
    consent,
    counted,
    fields,
    heard_by,
    hidden,
    inbox,
    listen,
    nothing_slipped,
    notices,
    ok,
    person,
    refer,
    refused,
    remedies,
    tally,
)
from town import Caller, Town

from service.domain.role import Role

NOTICED = "訪問のたびに、奥の部屋に息子さんの気配がある"
HELPER = "訪問介護の三浦さん"
E_OPINION = "遠藤は母の介護より先に息子と会うべきと考える"
MOTHER_LIVING = "要介護2、息子と二人暮らし、年金で二人分をまかなう"
SON_LIVING = "十五年ほど家から出ず、母の年金で暮らす"
DIAGNOSIS = "過去にうつ病の診断、通院は中断"
SUBJECT = "息子さんへの関わり方と、だれが訪ねるか"
WITHOUT = "本人は面会を避けており、同意を確かめる機会がまだない"
DECISION = "社協が月二回訪ね、保健所は後ろから支える"
VISITS = "月二回、玄関先で声をかける"
MINUTES = "母の体調が崩れる前に息子さんと会えるようにする"
WISH = "まず市役所以外の人と話したい"
REASON = "居場所と、短い時間の仕事から始めたい"
DAYS = "週二日、午前中だけ"
NEEDED = "大きな声での指示を避ける"
WORK_TOPIC = "カフェの次の一歩を話し合う"

ACCOUNTS = {
    "M": "m-officer",
    "E": "e-consultant",
    "S": "s-csw",
    "HC": "hc-nurse",
    "P": "p3-commissioner",
    "H": "h-supporter",
    "J": "j-consultant",
}
#: Who stays for the son's item; H is invited to the sitting only.
TABLE = ("E", "S", "HC", "P")
BODY = {
    "kind": "support_conf_layered",
    "name": "みほん市支援会議",
    "by_laws": "みほん市支援会議設置要綱（令和6年告示第10号）",
    "valid_from": "2024-04-01",
    "paper_days": 14,
}


def of(town: Town, letter: str) -> Caller:
    return town.caller(ACCOUNTS[letter])


def ids(town: Town, letters: Iterable[str]) -> list[str]:
    return [str(town.agency[letter]) for letter in letters]


@dataclass(frozen=True)
class Home:
    """The two of them, as E has them."""

    mother: str
    son: str
    household: str
    mothers_consent: str


async def e_holds_both(town: Town) -> Home:
    """The helper tells E; E has the mother's word for S and HC, and nobody has the son's."""
    e = of(town, "E")
    where = {"address": address("9番地2")}
    mother = person("見本", "フミ", "ミホン フミ", birth="1944-02-11", **where)
    mother_id = (await ok(e.post("/v1/persons", mother | {"living": MOTHER_LIVING}), 201))["id"]
    son = person("見本", "徹", "ミホン トオル", birth="1972-08-30", **where)
    son |= {"living": SON_LIVING, "considerations": DIAGNOSIS}
    son_id = (await ok(e.post("/v1/persons", son), 201))["id"]
    notice = {"told": NOTICED, "informant": HELPER, "opinion": E_OPINION, "person_id": son_id}
    await ok(e.post("/v1/consultations", notice | {"channel": "third_party"}), 201)
    members = [
        {"person_id": mother_id, "relation": "self", "lives_together": True},
        {"person_id": son_id, "relation": "child", "lives_together": True},
    ]
    home = await ok(e.post("/v1/households", {"members": members, "tags": ["8050"]}), 201)
    slip = consent(
        mother_id,
        to={"agencies": ids(town, ("S", "HC"))},
        classes="D1 D2 D3",
        purposes=("consultation",),
    )
    signed = await ok(e.post("/v1/consents", slip), 201)
    return Home(mother_id, son_id, home["id"], signed["id"])


@pytest.mark.mechanism("1-19", "2-02", "4-01")
async def test_the_mothers_word_does_not_open_the_son(town: Town):
    heard = listen(town)
    home = await e_holds_both(town)
    e, s, hc, j = (of(town, letter) for letter in ("E", "S", "HC", "J"))

    # ✔ E, its own record of both.
    whole = await ok(e.get(f"/v1/households/{home.household}"))
    assert {m["person_id"] for m in whole["members"]} == {home.mother, home.son}
    assert whole["tags"] == ["8050"]
    assert (await ok(e.get(f"/v1/persons/{home.son}")))["considerations"] == DIAGNOSIS

    # S takes the mother on, and leads her case.
    letter = await refer(e, home.mother, town.desk["S"], household_id=home.household)
    await act(e, letter, "send")
    await act(s, letter, "accept")

    # ✔ The mother, for S and HC; ✖ the son, for them as for anybody.
    for caller in (s, hc):
        mother = await ok(caller.get(f"/v1/persons/{home.mother}"))
        assert fields(mother) == WHO | LIFE
        assert mother["withheld"] == ["D4", "D5"]
        view = await ok(caller.get(f"/v1/households/{home.household}"))
        assert [m["person_id"] for m in view["members"]] == [home.mother]
        assert not {"tags", "tags_ja"} & set(view)
        assert home.son not in str(view)
    # "1 member not visible" is for the lead alone.
    lead = await ok(s.get(f"/v1/households/{home.household}"))
    assert lead["members_not_visible"] == 1
    member = await ok(hc.get(f"/v1/households/{home.household}"))
    assert "members_not_visible" not in member
    for letter_of in ("S", "HC", "J", "M", "H", "P"):
        other = of(town, letter_of)
        await hidden(other, "/v1/persons/{}", home.son)
        if letter_of != "P":
            await hidden(other, "/v1/persons/{}/consents", home.son)
    for stranger in (j, of(town, "M"), of(town, "H")):
        await hidden(stranger, "/v1/persons/{}", home.mother)
        await hidden(stranger, "/v1/households/{}", home.household)

    # E and S talk it over: the son cannot be handed on; the conference can be asked for.
    his = await refer(e, home.son, town.desk["S"], reason=REASON)
    problem = await refused(
        e.post(f"/v1/referrals/{his}/send"), 403, "referral.receiver_not_covered"
    )
    assert remedies(problem) == {"ask_consent", "ask_support_conference"}
    await hidden(s, "/v1/referrals/{}", his)

    about_him = await tally(town, person_id=home.son)
    assert about_him == counted("""
        1 e-consultant person.register allowed INTERNAL
        1 e-consultant consultation.receive allowed INTERNAL
        1 e-consultant household.form allowed INTERNAL
        1 e-consultant household.read allowed INTERNAL
        1 e-consultant person.read allowed INTERNAL
        1 e-consultant referral.draft allowed INTERNAL
        1 e-consultant referral.send denied -
        1 s-csw referral.read denied -
    """) + counted(
        "\n".join(
            f"1 {ACCOUNTS[x]} {action} denied -"
            for x in ("S", "HC", "J", "M", "H", "P")
            for action in ("person.read", "consent.read")
            if (x, action) != ("P", "consent.read")
        )
    )
    about_her = await tally(town, person_id=home.mother, action="household.read")
    assert about_her == counted("""
        1 e-consultant household.read allowed INTERNAL
        2 s-csw household.read allowed CONSENT
        2 hc-nurse household.read allowed CONSENT
    """)
    await nothing_slipped(
        town,
        heard,
        {
            DIAGNOSIS: "e-consultant",
            SON_LIVING: "e-consultant",
            MOTHER_LIVING: "s-csw hc-nurse",
            NOTICED: "",
            HELPER: "",
            E_OPINION: "",
            REASON: "",
        },
    )


@pytest.mark.mechanism("4-22")
async def test_only_a_municipality_with_the_project_constitutes_the_conference(town: Town):
    for account in ("e-chief", "s-hub", "j-consultant"):
        answer = town.caller(account).post("/v1/conference-bodies", BODY)
        await refused(answer, 403, "actor.permission_missing")
    # みほん町 does not run the layered project.
    elsewhere = town.caller("tm-officer").post("/v1/conference-bodies", BODY)
    await refused(elsewhere, 422, "conference_body.no_layered_project")
    # Nobody registers a statutory one without by-laws.
    bare = {k: v for k, v in BODY.items() if k != "by_laws"}
    problem = await refused(of(town, "M").post("/v1/conference-bodies", bare), 422, "body.invalid")
    assert [e["code"] for e in problem["errors"]] == ["conference_body.by_laws_missing"]
    made = await ok(of(town, "M").post("/v1/conference-bodies", BODY), 201)
    assert made["basis"] == "CONF_LAYERED"
    listed = (await ok(of(town, "H").get("/v1/conference-bodies")))["items"]
    assert [(b["id"], b["by_laws"]) for b in listed] == [(made["id"], BODY["by_laws"])]


@dataclass(frozen=True)
class Sitting:
    """A conference of M, and the son's item on it."""

    body: str
    id: str
    item: str

    @property
    def path(self) -> str:
        return f"/v1/conferences/{self.id}"


def when(day: str) -> dict[str, str]:
    return {
        "starts_at": f"{day}T13:30:00+09:00",
        "ends_at": f"{day}T15:00:00+09:00",
        "place": "市役所 3階 会議室",
    }


async def convened(town: Town, day: str, kind: str = "support_conf_layered") -> tuple[str, str]:
    """M convenes E, S, HC, P3 and H; the ids of the body and of the sitting."""
    m = of(town, "M")
    listed = BODY | {"member_agency_ids": ids(town, (*TABLE, "H"))}
    body_id = (await ok(m.post("/v1/conference-bodies", listed), 201))["id"]
    statutory = {"body_id": body_id} if kind == "support_conf_layered" else {}
    planned = await ok(m.post("/v1/conferences", {"kind": kind} | when(day) | statutory), 201)
    invited = {"agency_ids": ids(town, (*TABLE, "H"))}
    await ok(m.post(f"/v1/conferences/{planned['id']}/invite", invited))
    return body_id, planned["id"]


def his_item(town: Town, home: Home, **more: Any) -> dict[str, Any]:
    return {
        "purpose": "information_exchange",
        "minutes": 40,
        "subject": SUBJECT,
        "person_ids": [home.son],
        "reason_without_consent": WITHOUT,
        "presenter_agency_id": str(town.agency["E"]),
        "invited_agency_ids": ids(town, TABLE),
    } | more


async def on_the_agenda(town: Town, home: Home, day: str = "2026-12-04") -> Sitting:
    """E brings the son's item into M's conference."""
    body_id, conference_id = await convened(town, day)
    items = f"/v1/conferences/{conference_id}/items"
    item = await ok(of(town, "E").post(items, his_item(town, home)), 201)
    assert item["basis"] == "CONF_LAYERED"
    return Sitting(body_id, conference_id, item["id"])


async def position(town: Town, account: str, letter: str) -> str:
    agency = await ok(town.caller(account).get(f"/v1/agencies/{town.agency[letter]}"))
    code = account.replace("-", "_")
    return next(p["id"] for p in agency["positions"] if p["code"] == code)


async def registers(town: Town, sitting: Sitting, letter: str, account: str = "") -> None:
    """Somebody is registered for the agency, by position."""
    who = account or ACCOUNTS[letter]
    form = {"position_id": await position(town, who, letter)}
    await ok(of(town, letter).post(f"{sitting.path}/participants", form), 201)


async def promises_secrecy(town: Town, sitting: Sitting, account: str) -> None:
    caller = town.caller(account)
    notice = await ok(caller.get(f"{sitting.path}/secrecy"))
    assert notice["notices"][0]["basis"] == "CONF_LAYERED"
    assert "秘密" in notice["notices"][0]["secrecy_ja"]
    said = {"notice_version": notice["notice_version"]}
    await ok(caller.post(f"{sitting.path}/secrecy", said))


async def all_are_ready(town: Town, sitting: Sitting) -> None:
    for letter in ("M", *TABLE):
        await registers(town, sitting, letter)
        await promises_secrecy(town, sitting, ACCOUNTS[letter])


async def item_for(town: Town, sitting: Sitting, account: str) -> dict[str, Any]:
    """The son's item in somebody's packet."""
    return (await ok(town.caller(account).get(f"{sitting.path}/packet")))["items"][0]


def shut(item: dict[str, Any]) -> list[str] | None:
    """What an empty place says is missing; ``None`` when it is not empty."""
    if "restricted" not in item:
        return None
    assert set(item) <= {"number", "minutes", "restricted", "missing"}
    return item.get("missing", [])


async def outside_he_is_unknown(town: Town, home: Home) -> None:
    """Whatever the packet shows: nobody but E finds his record, or him."""
    for letter in ("M", "S", "HC", "P", "H", "J"):
        await hidden(of(town, letter), "/v1/persons/{}", home.son)
        if letter != "P":
            asked = {"kana": "ミホン トオル"}
            found = await ok(of(town, letter).post("/v1/persons/search", asked))
            assert found == {"items": []}
    await ok(of(town, "E").get(f"/v1/persons/{home.son}"))


@pytest.mark.mechanism("2-10", "4-22")
async def test_the_item_needs_a_conference_of_its_kind_a_reason_and_its_holder(town: Town):
    home = await e_holds_both(town)
    e, chief = of(town, "E"), town.caller("e-chief")

    # A conference that presupposes consent refuses him, and says which one would not.
    plan = {"kind": "layered_support_conf"} | when("2026-12-02")
    own = await ok(chief.post("/v1/conferences", plan), 201)
    problem = await refused(
        chief.post(
            f"/v1/conferences/{own['id']}/items",
            his_item(town, home, invited_agency_ids=[]) | {"presenter_agency_id": None},
        ),
        403,
        "conference.person_without_consent",
    )
    assert remedies(problem) == {"ask_consent", "ask_support_conference"}
    (denied,) = await town.audit(person_id=home.son, outcome="denied")
    assert denied["rules"] == ["consent.covers_receiver"]

    _, conference_id = await convened(town, "2026-12-04")
    items = f"/v1/conferences/{conference_id}/items"
    no_reason = his_item(town, home, reason_without_consent=None)
    await refused(e.post(items, no_reason), 422, "conference.reason_missing")
    uninvited = his_item(town, home, invited_agency_ids=ids(town, ("S", "J")))
    await refused(e.post(items, uninvited), 422, "conference.item_invites_stranger")
    # Neither the convener nor another member brings somebody whom it does not know.
    for letter in ("M", "S", "HC", "H"):
        await refused(of(town, letter).post(items, his_item(town, home)), 404, "record.not_found")
    await refused(of(town, "J").post(items, his_item(town, home)), 404, "record.not_found")
    await ok(e.post(items, his_item(town, home)), 201)


async def it_is_held(town: Town, sitting: Sitting) -> None:
    """Held on its day; who visits him and until when; the minutes are confirmed the same day."""
    m, s, h = (of(town, letter) for letter in ("M", "S", "H"))
    town.clock.forward(days=14, hours=5)
    attendees = (await ok(m.get(sitting.path)))["attendees"]
    assert not any("person_id" in a for a in attendees)
    present = {"present_attendee_ids": [a["id"] for a in attendees]}
    await ok(m.post(f"{sitting.path}/hold", present))
    task = {"agency_id": str(town.agency["S"]), "what": VISITS, "due_on": "2027-08-31"}
    result = {"result": "discussed", "decision": DECISION, "tasks": [task]}
    await ok(m.post(f"{sitting.path}/items/{sitting.item}/result", result))
    (mine,) = (await ok(s.get("/v1/tasks")))["items"]
    assert ("task_assigned", mine["id"]) in await notices(s)
    assert (mine["due_on"], "person_id" in mine) == ("2027-08-31", False)
    await ok(m.post(f"{sitting.path}/minutes", {"text": MINUTES}))
    await ok(m.post(f"{sitting.path}/minutes/confirm"))
    for letter in ("M", *TABLE):
        read = await ok(of(town, letter).get(f"{sitting.path}/minutes"))
        assert (read["text"], read["results"][0]["decision"]) == (MINUTES, DECISION)
    assert (await ok(h.get(f"{sitting.path}/minutes"))).get("text") is None


@pytest.mark.mechanism("1-50", "4-22", "1-52")
async def test_in_the_conference_he_is_talked_about_and_nowhere_else(town: Town):
    heard = listen(town)
    home = await e_holds_both(town)
    sitting = await on_the_agenda(town, home)
    m, s = of(town, "M"), of(town, "S")
    for letter in (*TABLE, "H"):
        invitation = ("conference_invitation", sitting.id)
        assert invitation in await notices(of(town, letter))
    await all_are_ready(town, sitting)
    await registers(town, sitting, "H")
    await promises_secrecy(town, sitting, "h-supporter")

    # Papers open when the agenda is fixed.
    for letter in ("M", *TABLE, "H"):
        early = of(town, letter).get(f"{sitting.path}/packet")
        await refused(early, 409, "conference.packet_closed")
    await ok(m.post(f"{sitting.path}/fix"))

    # ✔ Invited, registered, under secrecy: who he is, what it is about, why without consent.
    for letter in ("M", *TABLE):
        item = await item_for(town, sitting, ACCOUNTS[letter])
        assert (item["subject"], item["reason_without_consent"]) == (SUBJECT, WITHOUT)
        assert item["basis"] == "CONF_LAYERED"
        (who,) = item["persons"]
        assert fields(who) == WHO
        assert who["names"][0]["given"] == "徹"
        duties = {d["duty"]: d["until"] for d in item["obligations"]}
        assert set(duties) == {"no_onward", "readable_until"}
    # ✖ H, although it is on the list and has promised secrecy; nothing it could do about it.
    assert shut(await item_for(town, sitting, "h-supporter")) == []
    # ✖ Whoever is not invited to the sitting at all.
    await hidden(of(town, "J"), "/v1/conferences/{}", sitting.id)
    await hidden(of(town, "J"), "/v1/conferences/{}/packet", sitting.id)
    await outside_he_is_unknown(town, home)

    await it_is_held(town, sitting)

    # Until fourteen days after, and not a minute longer.
    town.clock.forward(days=14)
    for letter in ("M", *TABLE):
        item = await item_for(town, sitting, ACCOUNTS[letter])
        assert (item["subject"], item["decision"]) == (SUBJECT, DECISION)
        until = {d["duty"]: d["until"] for d in item["obligations"]}["readable_until"]
        assert until.startswith(("2026-12-19T00:00:00+09:00", "2026-12-18T15:00:00"))
    town.clock.forward(hours=8, minutes=59)
    assert shut(await item_for(town, sitting, "s-csw")) is None
    town.clock.forward(minutes=1)
    for letter in ("M", *TABLE, "H"):
        assert shut(await item_for(town, sitting, ACCOUNTS[letter])) == []
        gone = await ok(of(town, letter).get(f"{sitting.path}/minutes"))
        assert gone.get("text") is None
    assert "what" not in (await ok(s.get("/v1/tasks")))["items"][0]
    await outside_he_is_unknown(town, home)

    await log_of_the_conference(town, home)
    await nothing_slipped(
        town,
        heard,
        {
            SUBJECT: "m-officer e-consultant s-csw hc-nurse p3-commissioner",
            WITHOUT: "m-officer e-consultant s-csw hc-nurse p3-commissioner",
            DECISION: "m-officer e-consultant s-csw hc-nurse p3-commissioner",
            MINUTES: "m-officer e-consultant s-csw hc-nurse p3-commissioner",
            SON_LIVING: "e-consultant",
            DIAGNOSIS: "e-consultant",
            NOTICED: "",
            HELPER: "",
            E_OPINION: "",
        },
    )


async def log_of_the_conference(town: Town, home: Home) -> None:
    """Each packet and each reading of the minutes is one line about him, with its basis."""
    about_him = await tally(town, person_id=home.son)
    lines = [
        f"3 {ACCOUNTS[x]} conference.read_packet allowed CONF_LAYERED"
        for x in ("M", "E", "HC", "P")
    ]
    lines += [f"2 {ACCOUNTS[x]} conference.read_packet masked -" for x in ("M", *TABLE)]
    lines += [f"2 {ACCOUNTS[x]} person.read denied -" for x in ("M", "S", "HC", "P", "H", "J")]
    assert about_him == counted("""
        1 e-consultant person.register allowed INTERNAL
        1 e-consultant consultation.receive allowed INTERNAL
        1 e-consultant household.form allowed INTERNAL
        2 e-consultant person.read allowed INTERNAL
        1 e-consultant conference.propose allowed INTERNAL
        4 s-csw conference.read_packet allowed CONF_LAYERED
        4 h-supporter conference.read_packet masked -
        1 m-officer conference.minute allowed INTERNAL
        2 s-csw task.read allowed INTERNAL
    """) + counted("\n".join(lines))
    read = await town.audit(person_id=home.son, basis="CONF_LAYERED")
    assert {str(r["conference_id"]) for r in read} != {"None"}
    assert all("D5" not in r["data_classes"] and not r["consent_ids"] for r in read)
    assert {r["law"] for r in read} == {"CONF_LAYERED@2021-04-01"}
    masked = await town.audit(person_id=home.son, outcome="masked")
    assert {(tuple(r["data_classes"]), tuple(r["fields"])) for r in masked} == {((), ())}


@pytest.mark.mechanism("4-22", "1-50")
async def test_not_registered_or_not_under_secrecy_sees_an_empty_place(town: Town):
    heard = listen(town)
    home = await e_holds_both(town)
    sitting = await on_the_agenda(town, home)
    s, hc = of(town, "S"), of(town, "HC")
    secrecy = f"{sitting.path}/secrecy"
    await ok(of(town, "M").post(f"{sitting.path}/fix"))

    # The convener as well sits there in person.
    for account in ("m-officer", "s-csw", "hc-nurse", "e-consultant", "p3-commissioner"):
        place = await item_for(town, sitting, account)
        assert shut(place) == ["register_participant", "acknowledge_secrecy"]
    notice = await ok(hc.get(secrecy))
    assert notice["notice_version"] == "CONF_LAYERED@2021-04-01"
    said = {"notice_version": notice["notice_version"]}
    problem = await refused(hc.post(secrecy, said), 403, "conference.not_registered")
    assert remedies(problem) == {"register_participant"}

    # Registered by their own agency, and then each for themself, on the words of today.
    strange = {"position_id": await position(town, "hc-nurse", "HC")}
    answer = s.post(f"{sitting.path}/participants", strange)
    await refused(answer, 422, "conference.position_of_another_agency")
    await registers(town, sitting, "HC")
    again = hc.post(f"{sitting.path}/participants", strange)
    await refused(again, 409, "conference.already_registered")
    assert shut(await item_for(town, sitting, "hc-nurse")) == ["acknowledge_secrecy"]
    old = {"notice_version": "CONF_LAYERED@2020-04-01"}
    await refused(hc.post(secrecy, old), 422, "conference.notice_changed")
    assert shut(await item_for(town, sitting, "hc-nurse")) == ["acknowledge_secrecy"]
    await promises_secrecy(town, sitting, "hc-nurse")
    assert (await item_for(town, sitting, "hc-nurse"))["subject"] == SUBJECT

    # S sends a substitute; whoever else works there still sees an empty place.
    deputy = {
        "position_id": await position(town, "s-hub", "S"),
        "substitute_for_position_id": await position(town, "s-csw", "S"),
    }
    done = await ok(s.post(f"{sitting.path}/participants", deputy), 201)
    assert done["substitute_for_position_id"] == deputy["substitute_for_position_id"]
    await promises_secrecy(town, sitting, "s-hub")
    assert (await item_for(town, sitting, "s-hub"))["subject"] == SUBJECT
    place = await item_for(town, sitting, "s-loan")
    assert shut(place) == ["register_participant", "acknowledge_secrecy"]
    # Whoever is stood in for is told what would help them.
    assert shut(await item_for(town, sitting, "s-csw")) == ["withdraw_substitute"]
    await hidden(town.caller("s-hub"), "/v1/persons/{}", home.son)

    assert await tally(town, person_id=home.son, action="conference.read_packet") == counted("""
        1 m-officer conference.read_packet masked -
        1 e-consultant conference.read_packet masked -
        1 p3-commissioner conference.read_packet masked -
        3 hc-nurse conference.read_packet masked -
        1 hc-nurse conference.read_packet allowed CONF_LAYERED
        1 s-hub conference.read_packet allowed CONF_LAYERED
        2 s-csw conference.read_packet masked -
        1 s-loan conference.read_packet masked -
    """)
    await nothing_slipped(
        town,
        heard,
        {SUBJECT: "hc-nurse s-hub", WITHOUT: "hc-nurse s-hub", DIAGNOSIS: "", SON_LIVING: ""},
    )


LATER = "2027-08-02"


async def the_son_signs(town: Town, home: Home, *letters: str, classes: str) -> str:
    """Eight months of visits later he agrees; E records to whom."""
    slip = consent(
        home.son,
        to={"agencies": ids(town, letters)},
        classes=classes,
        purposes=("consultation", "planning"),
        explained_on=LATER,
        valid_from=LATER,
    )
    return (await ok(of(town, "E").post("/v1/consents", slip), 201))["id"]


async def e_refers(town: Town, home: Home, to: str, **said: Any) -> str:
    e = of(town, "E")
    referral_id = await refer(
        e,
        home.son,
        town.desk[to],
        reason=REASON,
        needs=[{"theme": "work_place", "text": f"{DAYS}。{NEEDED}"}],
        wishes=WISH,
        informant=HELPER,
        opinion=E_OPINION,
        data_classes=["D1", "D2", "D3", "D4"],
        **said,
    )
    await act(e, referral_id, "send")
    return referral_id


async def the_layered_conference_meets(town: Town, home: Home) -> None:
    """重層的支援会議, on his word: J and HC with S; H is at the sitting and not covered."""
    e, s, hc, j, h = (of(town, letter) for letter in ("E", "S", "HC", "J", "H"))
    hub = town.caller("s-hub", "planning")
    plan = {"kind": "layered_support_conf"} | when("2027-08-10")
    sitting = await ok(hub.post("/v1/conferences", plan), 201)
    path = f"/v1/conferences/{sitting['id']}"
    await ok(hub.post(f"{path}/invite", {"agency_ids": ids(town, ("J", "HC", "H"))}))
    about = {
        "purpose": "plan_sharing",
        "minutes": 20,
        "subject": WORK_TOPIC,
        "person_ids": [home.son],
    }
    assert (await ok(hub.post(f"{path}/items", about), 201))["basis"] == "CONSENT"
    await ok(hub.post(f"{path}/fix"))
    for caller in (j, hc, s):
        item = (await ok(caller.get(f"{path}/packet")))["items"][0]
        assert (item["subject"], item["basis"]) == (WORK_TOPIC, "CONSENT")
        assert item["persons"][0]["names"][0]["given"] == "徹"
        assert "obligations" not in item
    assert shut((await ok(h.get(f"{path}/packet")))["items"][0]) == []
    await hidden(e, "/v1/conferences/{}/packet", sitting["id"])


@pytest.mark.mechanism("2-10", "4-27", "1-53")
async def test_eight_months_later_he_signs_and_meets_j(town: Town):
    heard = listen(town)
    home = await e_holds_both(town)
    await town.hire("f-farmer", "F", Role.EMPLOYMENT_SUPPORTER)
    town.clock.forward(days=255)
    s, hc, j = (of(town, letter) for letter in ("S", "HC", "J"))
    for caller in (s, hc, j):
        await hidden(caller, "/v1/persons/{}", home.son)
    consent_id = await the_son_signs(town, home, "J", "S", "HC", classes="D1 D2 D3 D4")
    farms_id = await the_son_signs(town, home, "F", classes="D1 D2 D3 D4")

    # ✔ J by referral, S and HC by name: D1 to D4.
    referral_id = await e_refers(town, home, "J")
    letter = await ok(j.get(f"/v1/referrals/{referral_id}"))
    assert (letter["reason"], letter["wishes"]) == (REASON, WISH)
    assert not {"informant", "opinion"} & set(letter)
    await act(j, referral_id, "accept")
    for caller in (j, s, hc):
        who = await ok(caller.get(f"/v1/persons/{home.son}"))
        assert fields(who) == WHO | LIFE | CARE
        assert (who["living"], who["considerations"]) == (SON_LIVING, DIAGNOSIS)
        assert who["withheld"] == ["D5"]
    for caller in (s, hc):
        await hidden(caller, "/v1/referrals/{}", referral_id)
        # Now S and HC see both of them.
        view = await ok(caller.get(f"/v1/households/{home.household}"))
        assert {m["person_id"] for m in view["members"]} == {home.mother, home.son}
    # His word does not open his mother either.
    await hidden(j, "/v1/persons/{}", home.mother)
    his_part = await ok(j.get(f"/v1/households/{home.household}"))
    assert [m["person_id"] for m in his_part["members"]] == [home.son]
    assert his_part["members_not_visible"] == 1

    # ◐ F: who he is and how he lives; no diagnosis and no reason, although he signed for all.
    f = town.caller("f-farmer")
    to_farm = await e_refers(town, home, "F")
    who = await ok(f.get(f"/v1/persons/{home.son}"))
    assert fields(who) == WHO | LIFE
    assert who["withheld"] == ["D4", "D5"]
    offered = await ok(f.get(f"/v1/referrals/{to_farm}"))
    assert not {"reason", "needs", "wishes", "prior_contact", "informant"} & set(offered)
    assert offered["withheld"] == ["D3", "D4", "D6", "D7"]
    await hidden(f, "/v1/persons/{}", home.mother)
    await hidden(f, "/v1/referrals/{}", referral_id)
    his_line = await ok(f.get(f"/v1/households/{home.household}"))
    assert [m["person_id"] for m in his_line["members"]] == [home.son]
    assert not {"members_not_visible", "tags"} & set(his_line)
    # ✖ H, M and P3, whom he did not name.
    for letter_of in ("H", "M", "P"):
        await hidden(of(town, letter_of), "/v1/persons/{}", home.son)
        assert await inbox(of(town, letter_of)) == []

    await the_layered_conference_meets(town, home)
    await log_of_his_word(town, home, consent_id, farms_id)
    await nothing_slipped(
        town,
        heard,
        {
            SON_LIVING: "j-consultant s-csw hc-nurse f-farmer",
            DIAGNOSIS: "j-consultant s-csw hc-nurse",
            REASON: "j-consultant",
            WISH: "j-consultant",
            DAYS: "j-consultant",
            WORK_TOPIC: "j-consultant s-csw hc-nurse",
            HELPER: "",
            E_OPINION: "",
            NOTICED: "",
            MOTHER_LIVING: "",
        },
    )


async def log_of_his_word(town: Town, home: Home, consent_id: str, farms_id: str) -> None:
    """Whatever J, S, HC and F read of him rests on his own consent, not on his mother's."""
    about_him = await tally(town, person_id=home.son)
    assert about_him == counted("""
        1 e-consultant person.register allowed INTERNAL
        1 e-consultant consultation.receive allowed INTERNAL
        1 e-consultant household.form allowed INTERNAL
        2 e-consultant consent.grant allowed INTERNAL
        2 e-consultant referral.draft allowed INTERNAL
        2 e-consultant referral.send allowed INTERNAL
        1 j-consultant person.read denied -
        1 j-consultant referral.read allowed CONSENT
        1 j-consultant referral.accept allowed CONSENT
        1 j-consultant person.read allowed CONSENT
        1 j-consultant household.read allowed CONSENT
        1 j-consultant conference.read_packet allowed CONSENT
        1 s-csw person.read denied -
        1 s-csw person.read allowed CONSENT
        1 s-csw referral.read denied -
        1 s-csw household.read allowed CONSENT
        1 s-csw conference.read_packet allowed CONSENT
        1 hc-nurse person.read denied -
        1 hc-nurse person.read allowed CONSENT
        1 hc-nurse referral.read denied -
        1 hc-nurse household.read allowed CONSENT
        1 hc-nurse conference.read_packet allowed CONSENT
        1 f-farmer person.read allowed CONSENT
        1 f-farmer referral.read allowed CONSENT
        1 f-farmer referral.read denied -
        1 f-farmer household.read allowed CONSENT
        1 h-supporter person.read denied -
        1 h-supporter conference.read_packet masked -
        1 m-officer person.read denied -
        1 p3-commissioner person.read denied -
        1 s-hub conference.plan allowed CONSENT
    """)
    rest_on = {
        (entry["agency_id"], tuple(entry["consent_ids"]))
        for entry in await town.audit(person_id=home.son, basis="CONSENT")
    }
    assert rest_on == {(town.agency[x], (consent_id,)) for x in ("J", "S", "HC")} | {
        (town.agency["F"], (farms_id,))
    }
    farm = await town.audit(sub="sub-f-farmer", outcome="allowed")
    assert {c for entry in farm for c in entry["data_classes"]} == {"D0", "D1", "D2"}


@pytest.mark.mechanism("1-53")
async def test_the_farm_is_told_who_he_is_and_no_more_when_he_signs_for_that(town: Town):
    heard = listen(town)
    home = await e_holds_both(town)
    await town.hire("f-farmer", "F", Role.EMPLOYMENT_SUPPORTER)
    town.clock.forward(days=255)
    await the_son_signs(town, home, "F", classes="D1")
    f = town.caller("f-farmer")
    who = await ok(f.get(f"/v1/persons/{home.son}"))
    assert fields(who) == WHO
    assert who["withheld"] == ["D2", "D4", "D5"]
    await hidden(f, "/v1/households/{}", home.household)
    await hidden(f, "/v1/persons/{}", home.mother)
    await nothing_slipped(town, heard, {SON_LIVING: "", DIAGNOSIS: "", MOTHER_LIVING: ""})


@pytest.mark.mechanism("4-37")
async def test_the_farm_is_told_the_days_and_what_to_mind(town: Town):
    home = await e_holds_both(town)
    await town.hire("f-farmer", "F", Role.EMPLOYMENT_SUPPORTER)
    town.clock.forward(days=255)
    await the_son_signs(town, home, "F", classes="D1 D2 D3")
    # What a workplace needs to know has a place of its own, beside the reason and the needs.
    referral_id = await e_refers(town, home, "F", arrangements=f"{DAYS}。{NEEDED}")
    heard = listen(town)
    f = town.caller("f-farmer")
    await ok(f.get(f"/v1/referrals/{referral_id}"))
    await ok(f.get(f"/v1/persons/{home.son}"))
    assert heard_by(heard, DAYS) == heard_by(heard, NEEDED) == {"f-farmer"}
    assert heard_by(heard, REASON) == heard_by(heard, DIAGNOSIS) == set()


@pytest.mark.mechanism("2-10", "2-16")
async def test_a_statutory_item_becomes_one_on_his_word_when_he_has_given_it(town: Town):
    home = await e_holds_both(town)
    sitting = await on_the_agenda(town, home, "2027-08-20")
    m = of(town, "M")
    town.clock.forward(days=255)
    convert = f"{sitting.path}/items/{sitting.item}/convert"
    plan = {"kind": "layered_support_conf"}
    problem = await refused(m.post(convert, plan), 403, "conference.person_without_consent")
    assert remedies(problem) == {"ask_consent", "ask_support_conference"}
    await refused(of(town, "E").post(convert, plan), 403, "actor.permission_missing")
    await refused(town.caller("s-hub").post(convert, plan), 403, "conference.convener_only")
    await refused(of(town, "J").post(convert, plan), 404, "record.not_found")
    await the_son_signs(town, home, "S", "HC", classes="D1 D3")
    converted = await ok(m.post(convert, plan))
    assert (converted["kind"], converted["basis"]) == ("layered_support_conf", "CONSENT")
    await ok(m.post(f"{sitting.path}/fix"))

    # No register, no promise: it is his consent that opens it, and to whom he said.
    for account in ("s-csw", "hc-nurse"):
        assert (await item_for(town, sitting, account))["subject"] == SUBJECT
    for account in ("m-officer", "p3-commissioner", "h-supporter"):
        assert shut(await item_for(town, sitting, account)) == []
    packets = await tally(town, person_id=home.son, action="conference.read_packet")
    assert packets == counted("""
        1 s-csw conference.read_packet allowed CONSENT
        1 hc-nurse conference.read_packet allowed CONSENT
        1 m-officer conference.read_packet masked -
        1 p3-commissioner conference.read_packet masked -
        1 h-supporter conference.read_packet masked -
    """)


@pytest.mark.mechanism("2-10", "2-16")
async def test_his_word_taken_back_leaves_the_statutory_conference(town: Town):
    heard = listen(town)
    home = await e_holds_both(town)
    town.clock.forward(days=255)
    consent_id = await the_son_signs(town, home, "M", "S", "HC", classes="D1 D3")
    body_id, conference_id = await convened(town, "2027-08-20", "layered_support_conf")
    m, s = of(town, "M"), of(town, "S")
    path = f"/v1/conferences/{conference_id}"
    agenda = his_item(town, home, invited_agency_ids=ids(town, ("E", "S", "HC")))
    agenda.pop("reason_without_consent")
    item = await ok(m.post(f"{path}/items", agenda), 201)
    sitting = Sitting(body_id, conference_id, item["id"])
    await ok(m.post(f"{path}/fix"))
    assert (await item_for(town, sitting, "s-csw"))["subject"] == SUBJECT

    # He takes it back: the item is gone from every packet on the next request.
    follows = (await ok(of(town, "E").post(f"/v1/consents/{consent_id}/revoke")))["follows"]
    assert follows["pulled_items"] == 1
    assert ("item_pulled", conference_id) in await notices(m)
    for letter in ("S", "HC"):
        assert ("stop_use", consent_id) in await notices(of(town, letter))
    for account in ("m-officer", "s-csw", "hc-nurse", "h-supporter"):
        place = await item_for(town, sitting, account)
        assert not {"subject", "persons", "decision", "reason_without_consent"} & set(place)
        await hidden(town.caller(account), "/v1/persons/{}", home.son)

    # What is left is the conference by law, with its conditions, and those who promise secrecy.
    convert = f"{path}/items/{item['id']}/convert"
    by_law = {"kind": "support_conf_layered", "body_id": body_id, "reason_without_consent": WITHOUT}
    without_body = {k: v for k, v in by_law.items() if k != "body_id"}
    await refused(m.post(convert, without_body), 422, "conference.body_missing")
    without_reason = {k: v for k, v in by_law.items() if k != "reason_without_consent"}
    await refused(m.post(convert, without_reason), 422, "conference.reason_missing")
    again = {"kind": "layered_support_conf"}
    await refused(m.post(convert, again), 403, "conference.person_without_consent")
    converted = await ok(m.post(convert, by_law))
    assert (converted["basis"], converted["pulled_at"]) == ("CONF_LAYERED", None)
    missing = ["register_participant", "acknowledge_secrecy"]
    assert shut(await item_for(town, sitting, "s-csw")) == missing
    await registers(town, sitting, "S")
    await promises_secrecy(town, sitting, "s-csw")
    shown = await item_for(town, sitting, "s-csw")
    assert (shown["subject"], shown["reason_without_consent"]) == (SUBJECT, WITHOUT)
    assert shut(await item_for(town, sitting, "h-supporter")) == []
    await hidden(s, "/v1/persons/{}", home.son)
    allowed = await tally(
        town, person_id=home.son, action="conference.read_packet", outcome="allowed"
    )
    assert allowed == counted("""
        1 s-csw conference.read_packet allowed CONSENT
        1 s-csw conference.read_packet allowed CONF_LAYERED
    """)
    await nothing_slipped(town, heard, {SUBJECT: "s-csw", WITHOUT: "s-csw", DIAGNOSIS: ""})
