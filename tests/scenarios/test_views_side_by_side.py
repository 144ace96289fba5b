"""How the agencies on a case see it, side by side on the agenda, month by month (row 4-29)."""

from typing import Any

import pytest
from progress_steps import Sitting, called, of, printed
from scenario_steps import consent as slip_for
from scenario_steps import jiro_has_a_lead, ok, tally
from town import Caller, Town

J_SEES, S_SEES, L_SEES = "家計の見通しが立たない", "人前に出ることが怖い", "四社から借りている"
OPINION = "兄への依存が強い"
AGENCIES = ("J", "S", "L", "HC", "H")


def view(who: str, issues: str, checks: tuple[str, ...], **more: Any) -> dict[str, Any]:
    member = {"person_id": who, "checks": list(checks), "issues": issues} | more
    return {"assessed_on": "2026-11-20", "members": [member]}


async def on_the_agenda(town: Town, who: str, case: str, **more: Any) -> Sitting:
    item = {
        "purpose": "plan_sharing",
        "minutes": 20,
        "subject": "見立ての共有",
        "person_ids": [who],
        "case_id": case,
    }
    return await called(town, "2026-12-04", item, letters=("S", "L", "HC", "H"), **more)


async def views(caller: Caller, sitting: Sitting) -> dict[str, Any]:
    return (await ok(caller.get(f"{sitting.path}/packet")))["items"][0]["views"]


async def seen_by_three(town: Town) -> tuple[str, str, str]:
    """J leads, S stands in, L is there for the debt; each has its view. He agrees to planning."""
    jiro, case = await jiro_has_a_lead(town)
    j, s, lawyer = (of(town, a) for a in ("j-consultant", "s-hub", "l-lawyer"))
    to = {"agencies": [str(town.agency[a]) for a in AGENCIES]}
    slip = slip_for(jiro.person, to=to, classes="D1 D2 D3", purposes=("planning",))
    consent_id = (await ok(j.post("/v1/consents", slip), 201))["id"]
    path = f"/v1/cases/{case}/assessments"
    first = view(jiro.person, "はじめの見立て", ("debt",))
    await ok(j.post(path, first), 201)
    latest = view(jiro.person, J_SEES, ("debt", "budgeting", "illness"), opinion=OPINION)
    await ok(j.post(path, latest), 201)
    await ok(s.post(path, view(jiro.person, S_SEES, ("debt", "isolation"))), 201)
    await ok(lawyer.post(path, view(jiro.person, L_SEES, ("debt",))), 201)
    return jiro.person, case, consent_id


@pytest.mark.mechanism("4-29")
async def test_each_reader_finds_the_views_side_by_side_as_far_as_they_are_open(town: Town):
    him, case, consent_id = await seen_by_three(town)
    sitting = await on_the_agenda(town, him, case)
    j, s = of(town, "j-consultant"), of(town, "s-hub")
    for caller in (j, s):
        shown = await views(caller, sitting)
        assert [v["issues"] for v in shown["items"]] == [J_SEES, S_SEES, L_SEES]
        assert shown["masked_agency_ids"] == []
        (compared,) = shown["side_by_side"]
        assert compared["agreed"] == ["debt"]
        assert {d["check"] for d in compared["differing"]} == {"budgeting", "isolation"}
        # The item opens neither health (D4) nor opinions (D7).
        assert not any(words in str(shown) for words in ("illness", OPINION))
    # H stays for the item and is not on the case: who has a view, and nothing of it.
    shown = await views(of(town, "h-supporter"), sitting)
    assert (shown["items"], shown["side_by_side"]) == ([], [])
    assert shown["masked_agency_ids"] == sorted(str(town.agency[a]) for a in ("J", "S", "L"))
    # On record, each by its own decision.
    log = await tally(town, person_id=him, action="assessment.read")
    assert log["j-consultant assessment.read allowed INTERNAL"] == 1
    assert log["j-consultant assessment.read allowed CONSENT"] == 2
    assert log["h-supporter assessment.read masked -"] == 3
    # L is there for the debt only: its own view, and that there are others.
    shown = await views(of(town, "l-lawyer"), sitting)
    assert [v["issues"] for v in shown["items"]] == [L_SEES]
    assert shown["masked_agency_ids"] == sorted(str(town.agency[a]) for a in ("J", "S"))

    said = await printed(j, f"{sitting.path}/packet.pdf")
    assert all(words in said for words in ("各機関の見立て", J_SEES, S_SEES, L_SEES, "社会的孤立"))
    said = await printed(of(town, "h-supporter"), f"{sitting.path}/packet.pdf")
    assert "開示されません" in said
    assert not any(words in said for words in (J_SEES, S_SEES, L_SEES, OPINION))

    # With the consent the item closes, and the views with it.
    await ok(j.post(f"/v1/consents/{consent_id}/revoke", {"reason": "本人の申出"}))
    for account in ("j-consultant", "s-hub", "h-supporter"):
        packet = await ok(of(town, account).get(f"{sitting.path}/packet"))
        assert "views" not in packet["items"][0]
        assert not any(words in str(packet) for words in (J_SEES, S_SEES, L_SEES))


async def test_neither_he_nor_neighbours_get_the_views(town: Town):
    him, case, _ = await seen_by_three(town)
    with_him = await on_the_agenda(town, him, case, persons=(him,))
    j = of(town, "j-consultant")
    seen = await ok(j.get(with_him.path))
    himself = next(a["id"] for a in seen["attendees"] if a["is_the_person"])
    copy = await ok(j.get(f"{with_him.path}/attendees/{himself}/packet"))
    assert "views" not in copy["items"][0]
    assert not any(words in str(copy) for words in (J_SEES, S_SEES, OPINION))
    open_house = await on_the_agenda(town, him, case, residents=("隣の町内会長",))
    shown = await views(j, open_house)
    assert shown["items"] == []
    assert len(shown["masked_agency_ids"]) == 3
