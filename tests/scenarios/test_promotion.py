"""After consent: from the 支援会議 to the 重層的支援会議, and nothing goes along (brief §2.4 no. 9)."""

import asyncio
import uuid
from typing import Any

import pytest
from conference_steps import (
    LAYERED,
    STATUTORY,
    SUBJECT,
    WITHOUT,
    Item,
    a_body,
    agrees,
    decide,
    e_brings,
    e_knows,
    fix,
    hold,
    ids,
    item_on,
    items_in,
    of,
    packet,
    put,
    sits_under_secrecy,
    sitting,
)
from scenario_steps import (
    counted,
    heard_by,
    hidden,
    listen,
    nothing_slipped,
    ok,
    refused,
    remedies,
    tally,
)
from town import Town

TABLE = ("E", "S", "HC", "P")
DECISION = "社協が月二回訪ね、保健所は後ろから支える。母には知らせない"
NEW = "本人の希望する居場所と、これからの役割分担"
VISITS = "だれが訪ねるか"
DECIDED = "社協が月二回訪ね"
LATER = "2027-08-02"


def promotion(to: str | None, **more: Any) -> dict[str, Any]:
    words = {"purpose": "information_exchange", "minutes": 30, "subject": NEW}
    return words | {"to_conference_id": to, "kind": LAYERED} | more


async def he_was_discussed(town: Town) -> tuple[str, Item]:
    """E, S, HC and P3 talked about him under secrecy; H sat in the same sitting."""
    whom = await e_knows(town)
    conference = await sitting(
        town, "2026-12-04", STATUTORY, (*TABLE, "H"), body_id=await a_body(town)
    )
    item = await e_brings(town, conference, whom, *TABLE)
    await sits_under_secrecy(town, conference, "M", *TABLE)
    await fix(town, conference)
    town.clock.forward(days=14, hours=5)
    await hold(town, conference)
    await decide(town, item, DECISION)
    m = of(town, "M")
    await ok(m.post(f"/v1/conferences/{conference}/minutes", {"text": "会議録"}))
    await ok(m.post(f"/v1/conferences/{conference}/minutes/confirm"))
    return whom, item


async def months_later(town: Town) -> str:
    """The 重層的支援会議 that M convenes eight months on, with J and H; not with E."""
    town.clock.forward(days=241)
    return await sitting(town, "2027-08-20", LAYERED, ("J", "S", "HC", "H"))


async def he_agrees(town: Town, whom: str, *letters: str, **more: Any) -> str:
    return await agrees(town, whom, letters, explained_on=LATER, valid_from=LATER, **more)


async def promoted(town: Town, whom: str, old: Item, target: str) -> Item:
    """Not without his word, not by anybody, not twice; the new item."""
    m, promote = of(town, "M"), f"{old.path}/promote"
    # Without his word there is no way, and the refusal says which there would be.
    problem = await refused(
        m.post(promote, promotion(target)), 403, "conference.person_without_consent"
    )
    assert remedies(problem) == {"ask_consent", "ask_support_conference"}
    # His name alone is not his reasons and goals; and not for another purpose.
    await he_agrees(town, whom, "J", classes="D1")
    await he_agrees(town, whom, "J", classes="D1 D3", purposes=("planning",))
    await refused(m.post(promote, promotion(target)), 403, "conference.person_without_consent")
    assert await items_in(town, target) == []
    await he_agrees(town, whom, "M", "J", "S", "HC", classes="D1 D3")

    # Only who convened both; for whoever is not at the old table there is no such item.
    for account, status, code in (
        ("e-consultant", 403, "actor.permission_missing"),
        ("s-hub", 403, "conference.convener_only"),
        ("e-chief", 403, "conference.convener_only"),
        ("j-consultant", 404, "record.not_found"),
    ):
        await refused(town.caller(account).post(promote, promotion(target)), status, code)
    done = await ok(m.post(promote, promotion(target)), 201)
    assert (done["from_item_id"], done["kind"], done["basis"]) == (old.id, LAYERED, "CONSENT")
    await refused(m.post(promote, promotion(target)), 409, "conference.item_already_moved")
    return Item(target, done["id"])


async def words_are_released(town: Town, old: Item, new: Item) -> tuple[str, str]:
    """Only by whose they are, word for word, into the item that came of it; both releases."""
    m, e, s, h, j = (of(town, x) for x in ("M", "E", "S", "H", "J"))
    releases = f"{old.path}/releases"
    slip = {"what": "subject", "text": VISITS, "to_item_id": new.id}
    decided = slip | {"what": "decision", "text": DECIDED}
    await refused(s.post(releases, slip), 403, "conference.release_not_yours")
    await refused(m.post(releases, slip), 403, "conference.release_not_yours")
    await refused(e.post(releases, decided), 403, "conference.release_not_yours")
    # H sat in the sitting and not for the item: it is none to it.
    await refused(h.post(releases, slip), 422, "conference.unknown_item")
    unknown = f"/v1/conferences/{old.sitting}/items/{new.id}/releases"
    await refused(h.post(unknown, slip), 422, "conference.unknown_item")
    await refused(j.post(releases, slip), 404, "record.not_found")
    other = slip | {"text": "奥の部屋の娘さん"}
    await refused(e.post(releases, other), 422, "conference.release_not_its_words")
    for elsewhere in (old.id, str(uuid.uuid4())):
        wrong = slip | {"to_item_id": elsewhere}
        await refused(e.post(releases, wrong), 422, "conference.release_not_linked")
    released = await ok(e.post(releases, slip), 201)
    assert "text" not in released
    return released["id"], (await ok(m.post(releases, decided), 201))["id"]


async def each_reads_its_own(town: Town, old: Item, target: str) -> None:
    """J, S and HC: the new item and the released words, and not where they come from."""
    for letter in ("J", "S", "HC"):
        (item,) = await packet(town, letter, target)
        assert (item["subject"], item["added_by_agency_id"]) == (NEW, str(town.agency["M"]))
        assert [set(r) for r in item["released"]] == [{"text", "released_at"}] * 2
        assert [r["text"] for r in item["released"]] == [VISITS, DECIDED]
        assert (item["decision"], item["reason_without_consent"]) == (None, None)
        assert "from_item_id" not in item
    # M, which convened both, sees that as well.
    (item,) = await packet(town, "M", target)
    assert item["from_item_id"] == old.id
    assert [(r["agency_id"], r["what"]) for r in item["released"]] == [
        (str(town.agency["E"]), "subject"),
        (str(town.agency["M"]), "decision"),
    ]
    # H, not on his slip: the place is empty. E is not at the new table, whatever it released.
    assert await packet(town, "H", target) == [{"number": 1, "minutes": 30, "restricted": True}]
    await hidden(of(town, "E"), "/v1/conferences/{}", target)


@pytest.mark.mechanism("2-02", "2-10", "2-16", "4-22")
async def test_he_agrees_and_only_what_was_released_goes_along(town: Town):
    heard = listen(town)
    whom, old = await he_was_discussed(town)
    target = await months_later(town)
    m, e, s = (of(town, x) for x in ("M", "E", "S"))
    new = await promoted(town, whom, old, target)
    of_e, of_m = await words_are_released(town, old, new)
    await fix(town, target)
    await each_reads_its_own(town, old, target)

    # Taken back before the sitting: gone from the next packet. Whoever else tries finds none.
    back = f"{old.path}/releases/{of_e}/withdraw"
    await refused(s.post(back), 422, "conference.unknown_release")
    await refused(m.post(back), 422, "conference.unknown_release")
    await ok(e.post(back))
    await refused(e.post(back), 409, "conference.release_withdrawn")
    (item,) = await packet(town, "J", target)
    assert [r["text"] for r in item["released"]] == [DECIDED]

    # Once it has been held, what was read was read.
    town.clock.forward(days=18)
    await hold(town, target)
    back = f"{old.path}/releases/{of_m}/withdraw"
    await refused(m.post(back), 409, "conference.release_closed")
    slip = {"what": "subject", "text": VISITS, "to_item_id": new.id}
    await refused(e.post(f"{old.path}/releases", slip), 409, "conference.release_closed")

    # J has heard the released words and nothing else of the old sitting: not that there was one.
    for secret in (old.id, old.sitting, SUBJECT, WITHOUT, DECISION):
        assert "j-consultant" not in heard_by(heard, secret)
    assert heard_by(heard, old.id) == {"e-consultant", "m-officer"}
    await nothing_slipped(
        town,
        heard,
        {
            NEW: "j-consultant s-csw hc-nurse m-officer",
            VISITS: "j-consultant s-csw hc-nurse m-officer",
            DECIDED: "j-consultant s-csw hc-nurse m-officer",
        },
    )
    await the_log_tells(town, whom)


async def the_log_tells(town: Town, whom: str) -> None:
    about_him = await tally(town, person_id=whom)
    wanted = counted("""
        1 m-officer conference.promote allowed INTERNAL
        2 m-officer conference.plan denied -
        1 e-consultant conference.release allowed INTERNAL
        1 m-officer conference.release allowed INTERNAL
        1 e-consultant conference.withdraw_release allowed INTERNAL
        2 j-consultant conference.read_packet allowed CONSENT
        1 hc-nurse conference.read_packet allowed CONSENT
        1 s-csw conference.read_packet allowed CONSENT
        1 h-supporter conference.read_packet masked -
    """)
    assert {line: about_him[line] for line in wanted} == wanted


@pytest.mark.mechanism("2-16")
async def test_what_he_takes_back_takes_the_released_words_along(town: Town):
    whom, old = await he_was_discussed(town)
    target = await months_later(town)
    m, e = of(town, "M"), of(town, "E")
    consent_id = await he_agrees(town, whom, "M", "J", "S")
    done = await ok(m.post(f"{old.path}/promote", promotion(target)), 201)
    slip = {"what": "subject", "text": VISITS, "to_item_id": done["id"]}
    await ok(e.post(f"{old.path}/releases", slip), 201)
    await fix(town, target)
    heard = listen(town)
    assert (await packet(town, "J", target))[0]["released"][0]["text"] == VISITS
    await ok(e.post(f"/v1/consents/{consent_id}/revoke"))
    for letter in ("J", "S", "M"):
        (item,) = await packet(town, letter, target)
        assert item["restricted"] is True
        assert "released" not in item
    await refused(e.post(f"{old.path}/releases", slip), 403, "conference.person_without_consent")
    assert heard_by(heard, VISITS) == {"j-consultant"}


async def test_only_a_statutory_item_is_promoted_and_only_where_he_can_agree(town: Town):
    whom, old = await he_was_discussed(town)
    target = await months_later(town)
    m = of(town, "M")
    await he_agrees(town, whom, "M", "J", "S")
    promote = f"{old.path}/promote"
    for kind in ("support_conf_needy", STATUTORY, "internal_case_meeting"):
        said = promotion(target, kind=kind)
        await refused(m.post(promote, said), 422, "conference.not_a_promotion")
    for kind in ("layered_plenary", "field_council"):
        said = promotion(target, kind=kind)
        await refused(m.post(promote, said), 422, "conference.kind_names_nobody")
    plenary = await sitting(town, "2027-08-21", "layered_plenary", ("J",))
    await refused(m.post(promote, promotion(plenary)), 422, "conference.kind_names_nobody")
    # Somebody else, an agency that is not at the table, a body of nobody, an evaluation of nothing.
    stranger = await e_knows(town, given="次郎")
    for more, status, code in (
        ({"person_ids": [stranger]}, 422, "conference.promotes_somebody_else"),
        ({"invited_agency_ids": ids(town, "E")}, 422, "conference.item_invites_stranger"),
        ({"body_id": old.id}, 422, "conference.body_does_not_fit"),
        ({"purpose": "evaluation"}, 422, "conference.evaluation_needs_plan"),
    ):
        await refused(m.post(promote, promotion(target, **more)), status, code)
    # Where it stands now it is closed, held or gone: the old agenda takes nothing.
    await refused(m.post(promote, promotion(None)), 409, "conference.illegal_move")
    # A conference of somebody else, or of nobody, is none.
    foreign = await ok(
        town.caller("e-chief").post(
            "/v1/conferences",
            {
                "kind": LAYERED,
                "starts_at": "2027-09-01T10:00:00+09:00",
                "ends_at": "2027-09-01T11:00:00+09:00",
                "place": "包括",
            },
        ),
        201,
    )
    for nowhere in (foreign["id"], old.id):
        await refused(m.post(promote, promotion(nowhere)), 404, "record.not_found")
    consented = await put(m, target, item_on(whom))
    await refused(
        m.post(f"{consented.path}/promote", promotion(target)), 422, "conference.not_a_promotion"
    )
    assert len(await items_in(town, target)) == 1


@pytest.mark.mechanism("2-02")
async def test_one_sitting_of_two_kinds(town: Town):
    """He signs before the sitting: item 1 stays under secrecy, item 2 is on his word."""
    whom = await e_knows(town)
    conference = await sitting(
        town, "2026-12-04", STATUTORY, (*TABLE, "J"), body_id=await a_body(town)
    )
    old = await e_brings(town, conference, whom, *TABLE)
    await agrees(town, whom, ("M", "J"))
    m = of(town, "M")
    done = await ok(m.post(f"{old.path}/promote", promotion(None)), 201)
    assert (done["conference_id"], done["number"]) == (conference, 2)
    await fix(town, conference)
    await sits_under_secrecy(town, conference, "HC")
    first, second = await packet(town, "J", conference)
    assert first == {"number": 1, "minutes": 20, "restricted": True}
    assert (second["subject"], second["basis"]) == (NEW, "CONSENT")
    first, second = await packet(town, "HC", conference)
    assert (first["subject"], first["basis"]) == (SUBJECT, "CONF_LAYERED")
    assert second == {"number": 2, "minutes": 30, "restricted": True}
    # Converting on the spot would take the words along that are under secrecy by now.
    await refused(
        m.post(f"{old.path}/convert", {"kind": LAYERED}), 409, "conference.item_under_secrecy"
    )


async def test_of_two_who_promote_at_once_one_wins(town: Town):
    whom, old = await he_was_discussed(town)
    target = await months_later(town)
    await he_agrees(town, whom, "M", "J")
    m = of(town, "M")
    both = await asyncio.gather(
        *(m.post(f"{old.path}/promote", promotion(target)) for _ in range(3))
    )
    assert sorted(a.status_code for a in both) == [201, 409, 409], [a.text for a in both]
    assert await items_in(town, target) == [(1, NEW, None)]
    assert await town.owner.fetchval("SELECT count(*) FROM item_move") == 1
