"""The rules on naming persons, over every kind of conference there is (brief §8 rules 5-7, 19)."""

from typing import Any

import pytest
from scenario_steps import consent, ok, person, refused, remedies
from town import Caller, Town

from service.domain.conference_body import STATUTORY_BASIS
from service.domain.conference_kinds import KINDS, Persons
from service.domain.conference_states import ConferenceKind
from service.domain.decision import Basis

WHEN = {"starts_at": "2026-12-04T14:00:00+09:00", "ends_at": "2026-12-04T15:00:00+09:00"}
#: What a kind talks about, where it is not everything.
PURPOSE = {ConferenceKind.EVALUATION_CONF: {"purpose": "evaluation"}}
REASON = "呼びかけに応答がなく、本人の意思をまだ確かめられない"


async def a_person(m: Caller) -> str:
    form = person("試験", "花子", "シケン ハナコ", birth="1981-03-09")
    return (await ok(m.post("/v1/persons", form), 201))["id"]


async def planned(m: Caller, kind: ConferenceKind, **more: Any) -> str:
    plan = {"kind": kind.value, "place": "市役所"} | WHEN | more
    return f"/v1/conferences/{(await ok(m.post('/v1/conferences', plan), 201))['id']}"


def body(town: Town, kind: ConferenceKind) -> dict[str, Any]:
    return {
        "kind": kind.value,
        "name": "会議体",
        "by_laws": "設置要綱（令和8年4月1日）",
        "valid_from": "2026-04-01",
        "member_agency_ids": [str(town.agency["S"])],
    }


def about(persons: list[str], **more: Any) -> dict[str, Any]:
    said = {"purpose": "information_exchange", "minutes": 10, "subject": "様子について"}
    return said | {"person_ids": persons} | more


@pytest.mark.mechanism("2-10", "2-11", "4-22")
async def test_each_kind_names_persons_on_its_own_ground_or_not_at_all(town: Town):
    m = town.caller("m-officer")
    her = await a_person(m)
    items = {kind: f"{await planned(m, kind)}/items" for kind in ConferenceKind}
    for kind, path in items.items():
        call = m.post(path, about([her], **PURPOSE.get(kind, {})))
        match KINDS[kind].persons:
            case Persons.NEVER:
                refusal = await refused(call, 422, "conference.kind_names_nobody")
                assert her not in str(refusal)
            case Persons.INSIDE_ONE_AGENCY:
                assert (await ok(call, 201))["basis"] == "INTERNAL"
                shared = await planned(m, kind)
                await ok(m.post(f"{shared}/invite", {"agency_ids": [str(town.agency["S"])]}))
                another = m.post(f"{shared}/items", about([her]))
                await refused(another, 422, "conference.inside_one_agency")
            case Persons.WITH_CONSENT if kind in PURPOSE:
                # It evaluates plans and nothing else; without one there is nothing to consent to.
                await refused(call, 422, "conference.evaluation_needs_plan")
            case Persons.WITH_CONSENT:
                refusal = await refused(call, 403, "conference.person_without_consent")
                assert remedies(refusal) == {"ask_consent", "ask_support_conference"}
            case Persons.STATUTORY:
                await refused(call, 422, "conference.body_missing")
    # Once she agrees, and nothing else has changed.
    to = {"agencies": [str(town.agency["S"])]}
    slip = consent(her, to=to, classes="D1 D2 D3", purposes=("consultation",))
    await ok(m.post("/v1/consents", slip), 201)
    for kind, path in items.items():
        if KINDS[kind].persons is Persons.WITH_CONSENT and kind not in PURPOSE:
            assert (await ok(m.post(path, about([her])), 201))["basis"] == "CONSENT", kind


@pytest.mark.mechanism("4-22")
async def test_each_statutory_kind_needs_its_body_its_reason_and_its_list(town: Town):
    m = town.caller("m-officer")
    her = await a_person(m)
    for kind, basis in STATUTORY_BASIS.items():
        by_laws = body(town, kind)
        if basis is Basis.CONF_OTHER:
            # The city has not switched it on: data, not code, says so.
            call = m.post("/v1/conference-bodies", by_laws)
            assert remedies(await refused(call, 403, "basis.not_in_force")) == {"switch_on_basis"}
            continue
        body_id = (await ok(m.post("/v1/conference-bodies", by_laws), 201))["id"]
        path = await planned(m, kind, body_id=body_id)
        call = m.post(f"{path}/items", about([her]))
        await refused(call, 422, "conference.reason_missing")
        item = about([her], reason_without_consent=REASON)
        assert (await ok(m.post(f"{path}/items", item), 201))["basis"] == basis.value
        # Whoever is on no list cannot be called.
        stranger = {"agency_ids": [str(town.agency["L"])]}
        await refused(m.post(f"{path}/invite", stranger), 422, "conference.not_a_member")


async def test_each_kind_talks_about_nobody_in_particular(town: Town):
    m = town.caller("m-officer")
    for kind in ConferenceKind:
        call = m.post(f"{await planned(m, kind)}/items", about([]))
        if kind in PURPOSE:
            await refused(call, 422, "conference.evaluates_only")
        else:
            assert (await ok(call, 201))["basis"] == "ANON", kind


@pytest.mark.mechanism("4-22")
async def test_a_private_body_constitutes_no_statutory_kind(town: Town):
    j = town.caller("j-consultant")
    for kind in ConferenceKind:
        call = j.post("/v1/conference-bodies", body(town, kind))
        if KINDS[kind].persons is Persons.STATUTORY:
            await refused(call, 403, "actor.permission_missing")
        else:
            await ok(call, 201)
