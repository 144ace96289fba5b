"""Holding a person's record opens nobody else's papers: not through a conference either."""

from scenario_steps import ok
from town import Town

from service.api import examples

OPINION, NEIGHBOUR, MINUTES = "木村の所見", "隣の高田さんから聞いた", "会議録の本文"


async def sitting(town: Town, classes: list[str], *, receivers: list[str]) -> tuple[str, str]:
    """CC holds the person; J draws up the plan and convenes CC and L. The person does not attend."""
    cc, j = town.caller("cc-worker"), town.caller("j-consultant", "planning")
    person = (await ok(cc.post("/v1/persons", examples.PERSON), 201))["id"]
    consent = examples.CONSENT | {
        "person_id": person,
        "data_classes": classes,
        "valid_from": "2026-11-01",
        "receivers": {"agencies": [str(town.agency[r]) for r in receivers]},
    }
    await ok(cc.post("/v1/consents", consent), 201)
    draft = examples.REFERRAL | {"person_id": person, "data_classes": ["D1", "D3"]}
    referral = (await ok(cc.post("/v1/referrals", draft), 201))["id"]
    await ok(cc.post(f"/v1/referrals/{referral}/send"))
    await ok(town.caller("j-consultant").post(f"/v1/referrals/{referral}/accept"))
    plan = examples.PLAN | {"person_id": person, "opinion": OPINION, "background": NEIGHBOUR}
    plan_id = (await ok(j.post("/v1/plans", plan), 201))["id"]
    conference = (
        await ok(
            j.post(
                "/v1/conferences",
                examples.CONFERENCE
                | {
                    "starts_at": "2026-11-20T14:00:00+09:00",
                    "ends_at": "2026-11-20T15:00:00+09:00",
                },
            ),
            201,
        )
    )["id"]
    invited = {"agency_ids": [str(town.agency[a]) for a in ("CC", "L")]}
    await ok(j.post(f"/v1/conferences/{conference}/invite", invited))
    item = examples.ITEM | {"person_ids": [person], "plan": {"plan_id": plan_id, "number": 1}}
    await ok(j.post(f"/v1/conferences/{conference}/items", item), 201)
    await ok(j.post(f"/v1/conferences/{conference}/fix"))
    return conference, person


async def test_the_persons_holder_reads_the_plan_on_consent_without_informants_and_opinions(
    town: Town,
):
    conference, _ = await sitting(town, ["D1", "D2", "D3", "D4"], receivers=["J", "L", "CC"])
    for account in ("cc-worker", "l-lawyer", "j-consultant"):
        packet = await town.caller(account, "planning").get(f"/v1/conferences/{conference}/packet")
        [item] = packet.json()["items"]
        assert item["plan_paper"]["current"]["lines"][0]["issue"]
        assert "opinion" not in item["plan_paper"]["current"]
        assert OPINION not in packet.text
        assert NEIGHBOUR not in packet.text


async def test_the_persons_holder_whom_no_consent_covers_sees_the_place_only(town: Town):
    conference, _ = await sitting(town, ["D1", "D2", "D3"], receivers=["J", "L"])
    packet = await town.caller("cc-worker", "planning").get(f"/v1/conferences/{conference}/packet")
    assert packet.json()["items"] == [{"number": 1, "minutes": 20, "restricted": True}]


async def test_minutes_are_for_those_who_may_know_what_was_said(town: Town):
    conference, person = await sitting(town, ["D1", "D3"], receivers=["J", "L"])
    hc_knows_who = examples.CONSENT | {
        "person_id": person,
        "data_classes": ["D1"],
        "valid_from": "2026-11-01",
        "receivers": {"agencies": [str(town.agency["CC"])]},
    }
    await ok(town.caller("cc-worker").post("/v1/consents", hc_knows_who), 201)
    j = town.caller("j-consultant", "planning")
    view = await ok(j.get(f"/v1/conferences/{conference}"))
    present = {"present_attendee_ids": [a["id"] for a in view["attendees"]]}
    await ok(j.post(f"/v1/conferences/{conference}/hold", present))
    await ok(j.post(f"/v1/conferences/{conference}/minutes", {"text": MINUTES}))
    path = f"/v1/conferences/{conference}/minutes"
    assert (await town.caller("l-lawyer", "planning").get(path)).json()["text"] == MINUTES
    only_who = await town.caller("cc-worker", "planning").get(path)
    assert only_who.json() == {"id": conference, "restricted": True}
