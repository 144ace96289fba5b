"""The monthly survey (支援状況調査): counted by event date, closed, corrected, printed, asked about."""

import asyncio
import csv
import io
import json
import uuid
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from openpyxl import load_workbook
from scenario_steps import act, consent, ok, person, refer, refused
from survey_steps import close_month, figure, heard, month_of, public, survey
from town import Town

from service.adapters.postgres.statistics import SOURCES
from service.domain.role import Role
from service.domain.statistics import Indicator

HOKUEI = {
    "population": 15_130,
    "population_as_of": "2026-01-01",
    "population_source": "住民基本台帳",
}
CLOSE = "/v1/statistics/months/{}/close"
PLANS = """
WITH said AS (SELECT * FROM jsonb_to_recordset($2::jsonb) AS s(
        id uuid, number int, decided_at timestamptz, employment_support boolean, lines jsonb)),
     made AS (INSERT INTO plan SELECT (jsonb_populate_record(NULL::plan,
        to_jsonb(p) || jsonb_build_object('id', s.id))).*
        FROM plan p CROSS JOIN (SELECT DISTINCT id FROM said) s WHERE p.id = $1)
INSERT INTO plan_version SELECT (jsonb_populate_record(NULL::plan_version, to_jsonb(v)
        || jsonb_build_object('plan_id', s.id, 'number', s.number, 'status', 'decided',
            'decided_at', s.decided_at, 'employment_support', s.employment_support,
            'lines', coalesce(s.lines, v.lines)))).*
FROM plan_version v CROSS JOIN said s WHERE v.plan_id = $1
"""


async def settle(town: Town, **policy: Any) -> None:
    await town.owner.execute(
        "INSERT INTO policy (municipality_code, name, valid_from, value)"
        " VALUES ('999997', 'statistics', '2024-04-01', $1)",
        json.dumps(policy),
    )


async def supported(town: Town) -> tuple[str, str]:
    """A person with a plan at J, that was not decided yet."""
    j = town.caller("j-consultant", "planning")
    form = person("見本", "三郎", "ミホン サブロウ", birth="1950-02-02")
    person_id = (await ok(j.post("/v1/persons", form), 201))["id"]
    line = {
        "theme": "work",
        "issue": "仕事が続かない",
        "goal_in_own_words": "働きたい",
        "action": "就労準備",
        "responsible_agency_id": str(town.agency["J"]),
        "starts_on": "2026-11-01",
        "exit": "一般就労",
        "service_code": "employment_preparation",
        "layered_function": 5,
    }
    plan = {
        "person_id": person_id,
        "goal_in_own_words": "働きたい",
        "period_from": "2026-11-01",
        "period_until": "2027-03-31",
        "lines": [line, line | {"service_code": "budget_support", "layered_function": 2}],
    }
    return person_id, (await ok(j.post("/v1/plans", plan), 201))["id"]


async def decided(town: Town, plan_id: str, versions: list[dict[str, Any]]) -> None:
    """Plans like this one, as the municipality decided on them."""
    await town.owner.execute(PLANS, plan_id, json.dumps(versions))


EMPLOYMENT = ("employed", "employed_targets", "income_increased", "increased_targets")


async def evaluated(town: Town, plans: list[str], work: dict[str, Any], **more: Any) -> None:
    """Evaluations of these plans on 10 March, with what became of work."""
    sheet = {
        "agency_id": str(town.agency["J"]),
        "on": "2026-03-10",
        "recorded_at": "2026-03-10T12:00:00+09:00",
        "number": 1,
        "reason": "term_over",
        "result": "ended",
        "changes": [],
        "lines": [],
        "step_up": False,
        "employment": {"employed_on": None, "income_increased": False} | work,
    } | more
    await town.owner.execute(
        "INSERT INTO plan_evaluation SELECT (jsonb_populate_record(NULL::plan_evaluation, $2::jsonb"
        " || jsonb_build_object('id', gen_random_uuid(), 'plan_id', plan))).*"
        " FROM unnest($1::uuid[]) AS plan",
        plans,
        json.dumps(sheet),
    )


async def test_work_counts_in_the_month_it_began_and_each_person_once(town: Town):
    """What an evaluation tells of a month that is closed stands beside its figure."""
    _, plan_id = await supported(town)
    ids = [str(uuid.uuid4()) for _ in range(2)]
    await decided(
        town,
        plan_id,
        [
            {
                "id": i,
                "number": 1,
                "decided_at": "2025-10-01T10:00:00+09:00",
                "employment_support": True,
            }
            for i in ids
        ],
    )
    await close_month(town, "2026-01")
    # Two plans of one person, and the same work told of twice; later they earn more.
    await evaluated(town, ids, {"employed_on": "2026-01-31"})
    await evaluated(
        town, ids[:1], {"employed_on": "2026-02-01", "income_increased": True}, on="2026-04-01"
    )
    told = await survey(town, 2025)
    by_month = {
        month: [figure(month_of(told, month), i) for i in EMPLOYMENT]
        for month in ("2026-01", "2026-02", "2026-03")
    }
    assert [f["correction"] for f in by_month["2026-01"]] == [1, 1, 0, 0]
    assert [f["count"] for f in by_month["2026-01"]] == [0, 0, 0, 0]
    assert [f["count"] for f in by_month["2026-02"]] == [1, 1, 0, 0]
    assert [f["count"] for f in by_month["2026-03"]] == [0, 0, 0, 0]
    april = month_of(await survey(town, 2026), "2026-04")
    assert [figure(april, i)["count"] for i in EMPLOYMENT] == [0, 0, 1, 1]


def test_every_indicator_has_one_source():
    counted = [indicator for indicators in SOURCES.values() for indicator in indicators]
    assert sorted(counted) == sorted(Indicator)


@pytest.mark.mechanism("4-40")
async def test_a_year_of_hokuei_town(town: Town):
    """Brief §7.1: 34 consultations, 86 plans, 53 for work, 15,130 people: 18.7, 47.4, 29.2."""
    await settle(town, plan_made="decided")
    _, plan_id = await supported(town)
    months = [f"2025-{m:02}" for m in range(4, 13)] + [f"2026-{m:02}" for m in (1, 2, 3)]
    await heard(town, [{"heard_on": f"{months[n % 12]}-10"} for n in range(34)])
    versions = [
        {
            "id": str(uuid.uuid4()),
            "number": 1,
            "decided_at": f"{months[n % 12]}-20T10:00:00+09:00",
            "employment_support": False,
        }
        for n in range(86)
    ]
    # One person is for work in each of 12 months; the others of the 53 are other people.
    await decided(town, plan_id, versions)
    j = town.caller("j-consultant", "planning")
    ids = [v["id"] for v in versions]
    for n, plan in enumerate(ids[:53]):
        form = person("見本", f"{n}郎", "ミホン タロウ", birth="1970-01-01")
        somebody = (await ok(j.post("/v1/persons", form), 201))["id"]
        await town.owner.execute("UPDATE plan SET person_id = $2 WHERE id = $1", plan, somebody)
        await town.owner.execute(
            "UPDATE plan_version SET employment_support = true WHERE plan_id = $1", plan
        )
    officer = town.caller("m-officer", None)
    await ok(officer.put("/v1/populations/2025", HOKUEI, 0))
    body = await survey(town, 2025)
    assert body["fiscal_year_ja"] == "令和7年度"
    assert body["population"]["population_as_of"] == "2026-01-01"
    assert body["population"]["population_source"] == "住民基本台帳"
    year = body["year"]
    assert year["months"] == 12
    assert [
        figure(year, i)["count"] for i in ("new_consultations", "plans", "employment_targets")
    ] == [34, 86, 53]
    assert year["rates"] == {
        "new_consultations": 18.7,
        "plans": 47.4,
        "employment_targets": 29.2,
        "employed_or_increased_percent": 0.0,
    }
    # 20 of the 53 found work or earn more; so do others, whose plan is not for work.
    found, better = {"employed_on": "2026-02-01"}, {"income_increased": True}
    await evaluated(town, ids[:12], found)
    await evaluated(town, ids[12:20], better)
    await evaluated(town, ids[60:63], found | better)
    year = (await survey(town, 2025))["year"]
    assert [figure(year, i)["count"] for i in EMPLOYMENT] == [13, 12, 9, 8]
    assert year["rates"]["employed_or_increased_percent"] == 37.7


async def test_a_consultation_counts_on_the_day_it_was_heard_in_japan(town: Town):
    cc = town.caller("cc-worker")
    body = {"told": "昨日の夜に来られた", "heard_on": "2026-10-31"}
    await ok(cc.post("/v1/consultations", body), 201)
    late = {"told": "今日"}
    entered = (await ok(cc.post("/v1/consultations", late), 201))["id"]
    # 23:30 on October 31 in London is November in Japan; 14:59 UTC is still October there.
    for instant, month in (
        ("2026-10-31T14:59:59Z", "2026-10"),
        ("2026-10-31T15:00:00Z", "2026-11"),
    ):
        await town.owner.execute(
            "UPDATE consultation SET received_at = $2::text::timestamptz WHERE id = $1",
            entered,
            instant,
        )
        told = await survey(town)
        others = {"2026-10": 1, "2026-11": 0}
        for name, n in others.items():
            found = figure(month_of(told, name), "new_consultations")["count"]
            assert found == n + (name == month)


async def test_nothing_is_heard_on_a_day_to_come(town: Town):
    cc = town.caller("cc-worker")
    body = {"told": "明日", "heard_on": "2026-11-21"}
    await refused(cc.post("/v1/consultations", body), 422, "consultation.in_future")
    made = await ok(cc.post("/v1/consultations", body | {"heard_on": "2026-11-20"}), 201)
    path = f"/v1/consultations/{made['id']}"
    await refused(cc.put(path, body, 1), 422, "consultation.in_future")


@pytest.mark.mechanism("4-56")
async def test_a_person_with_three_tags_is_one_person(town: Town):
    """孤独孤立・ひきこもり・ひとり親: counted with each tag, and once in all."""
    cc = town.caller("cc-worker")
    form = person("見本", "花代", "ミホン ハナヨ", birth="1978-02-02")
    person_id = (await ok(cc.post("/v1/persons", form), 201))["id"]
    tags = ["isolation", "withdrawal", "single_parent"]
    for day in ("2026-10-03", "2026-11-05"):
        slip = {"told": "三つの困りごと", "person_id": person_id, "themes": tags, "heard_on": day}
        await ok(cc.post("/v1/consultations", slip), 201)
    # Somebody unknown counts as well, each time.
    await ok(cc.post("/v1/consultations", {"told": "匿名", "heard_on": "2026-10-04"}), 201)
    town.clock.forward(days=15)
    body = await survey(town)
    october = month_of(body, "2026-10")
    assert figure(october, "new_consultations")["count"] == 2
    assert figure(october, "unidentified")["count"] == 1
    assert figure(october, "persons_consulted")["count"] == 2
    assert [figure(october, "persons_consulted", t)["count"] for t in tags] == [1, 1, 1]
    assert figure(body["year"], "new_consultations")["count"] == 3
    assert figure(body["year"], "persons_consulted")["count"] == 2
    assert [figure(body["year"], "persons_consulted", t)["count"] for t in tags] == [1, 1, 1]


async def test_who_comes_back_is_new_only_if_the_municipality_says_so(town: Town):
    await heard(town, [{"heard_on": "2026-10-10"}, {"heard_on": "2026-10-10"}])
    referral = await _accepted(town)
    await town.owner.execute(
        "UPDATE consultation SET previous_case_id = $1"
        " WHERE id = (SELECT min(id::text)::uuid FROM consultation)",
        referral["case_id"],
    )
    october = month_of(await survey(town), "2026-10")
    assert figure(october, "new_consultations")["count"] == 1
    assert figure(october, "returns")["count"] == 1
    await settle(town, returns_are_new=True)
    october = month_of(await survey(town), "2026-10")
    assert figure(october, "new_consultations")["count"] == 2


async def _accepted(town: Town) -> dict[str, Any]:
    cc, j = town.caller("cc-worker"), town.caller("j-consultant")
    form = person("見本", "二郎", "ミホン ジロウ", birth="1960-02-02")
    person_id = (await ok(cc.post("/v1/persons", form), 201))["id"]
    slip = consent(
        person_id,
        to={"kinds": ["self_reliance_agency"]},
        classes="D1 D2 D3",
        purposes=("consultation",),
    )
    await ok(cc.post("/v1/consents", slip), 201)
    referral_id = await refer(cc, person_id, town.desk["J"])
    await act(cc, referral_id, "send")
    town.clock.forward(hours=5)
    return await act(j, referral_id, "accept") | {"referral_id": referral_id}


@pytest.mark.mechanism("2-06")
async def test_plans_and_what_they_use_are_counted_by_the_milestone_that_was_settled(town: Town):
    await settle(town, plan_made="decided")
    _, plan_id = await supported(town)
    first = str(uuid.uuid4())
    again = {"id": first, "number": 2, "decided_at": "2026-11-02T09:00:00+09:00"}
    await decided(
        town,
        plan_id,
        [
            {
                "id": first,
                "number": 1,
                "decided_at": "2026-10-02T09:00:00+09:00",
                "employment_support": True,
            },
            again | {"employment_support": False},
        ],
    )
    body = await survey(town)
    october, november = month_of(body, "2026-10"), month_of(body, "2026-11")
    assert figure(october, "plans")["count"] == figure(october, "plans", "initial")["count"] == 1
    assert figure(november, "plans", "replan")["count"] == figure(november, "plans")["count"] == 1
    assert figure(october, "employment_targets")["count"] == 1
    assert figure(november, "employment_targets")["count"] == 0
    # Both services and both functions (重層 第2号, 第5号), and one person with each.
    for code in ("employment_preparation", "budget_support"):
        assert figure(october, "services", code)["count"] == 1
    for code in ("2", "5"):
        assert figure(october, "functions", code)["count"] == 1
    assert "第5号" in figure(october, "functions", "5")["label_ja"]


async def test_endings_interruptions_and_ways_to_go_on(town: Town):
    cc = town.caller("cc-worker")
    made = await ok(cc.post("/v1/consultations", {"told": "手続きの質問"}), 201)
    await ok(cc.post(f"/v1/consultations/{made['id']}/screen", {"act": "inform"}))
    case_id = (await _accepted(town))["case_id"]
    async with town.owner.transaction():
        await town.owner.execute(
            "UPDATE support_case SET ended_at = '2026-11-19T23:30:00Z', stage = 'closed',"
            ' closing = \'{"category": "goal_reached", "exit": "就労", "note": "-",'
            ' "after_care": "-"}\' WHERE id = $1',
            case_id,
        )
        await town.owner.execute(
            "UPDATE case_lead SET ended_at = now() WHERE case_id = $1", case_id
        )
    november = month_of(await survey(town), "2026-11")
    assert figure(november, "informed_only")["count"] == 1
    assert figure(november, "handed_over")["count"] == 0
    assert figure(november, "closings", "goal_reached")["count"] == 1
    assert figure(november, "closings")["count"] == 1


async def test_an_interruption_counts_once_however_often_the_case_is_written(town: Town):
    case_id = (await _accepted(town))["case_id"]
    for stage in ("interrupted", "interrupted", "assessing", "interrupted", "replanning"):
        await town.owner.execute(
            "UPDATE support_case SET stage = $2, version = version + 1 WHERE id = $1",
            case_id,
            stage,
        )
    await town.owner.execute("UPDATE record_history SET at = '2026-10-15T00:00:00Z'")
    october = month_of(await survey(town), "2026-10")
    assert figure(october, "interruptions")["count"] == 2
    assert figure(october, "replannings")["count"] == 1


async def test_conferences_count_on_the_day_they_were_held(town: Town):
    made = {}
    for day, status in (("2026-12-01", "held"), ("2026-12-02", "cancelled")):
        when = {"starts_at": f"{day}T10:00:00+09:00", "ends_at": f"{day}T11:00:00+09:00"}
        form = {"kind": "layered_plenary", "place": "会議室"} | when
        hub = town.caller("s-hub", "planning")
        conference = (await ok(hub.post("/v1/conferences", form), 201))["id"]
        item = {"purpose": "area_issue", "minutes": 30, "subject": "地域のこと"}
        await ok(hub.post(f"/v1/conferences/{conference}/items", item), 201)
        made[status] = conference
    for status, conference in made.items():
        await town.owner.execute(
            "UPDATE conference SET status = $2 WHERE id = $1", conference, status
        )
        await town.owner.execute(
            "UPDATE agenda_item SET result = 'discussed' WHERE conference_id = $1", conference
        )
    town.clock.forward(days=30)
    december = month_of(await survey(town), "2026-12")
    assert figure(december, "conferences", "layered_plenary")["count"] == 1
    assert figure(december, "items", "layered_plenary")["count"] == 1
    assert figure(december, "conferences")["label_ja"] == "会議の開催回数"


@pytest.mark.mechanism("4-40")
async def test_a_closed_month_stays_and_what_comes_late_is_a_correction(town: Town):
    await heard(town, [{"heard_on": "2026-10-10"}, {"heard_on": "2026-10-20"}])
    officer = town.caller("m-officer", None)
    running = await refused(officer.post(CLOSE.format("2026-11")), 409, "statistics.month_not_over")
    assert "翌月1日" in running["title_ja"]
    closed = await close_month(town, "2026-10")
    assert (closed["month_ja"], closed["fewest_told"]) == ("令和8年10月", 10)
    late = {"told": "紙の記録から", "heard_on": "2026-10-31"}
    await ok(town.caller("cc-worker").post("/v1/consultations", late), 201)
    october = month_of(await survey(town), "2026-10")
    assert october["closed_at"] is not None
    found = figure(october, "new_consultations")
    assert (found["count"], found["correction"]) == (2, 1)
    # What is dated otherwise afterwards is taken back.
    await town.owner.execute(
        "UPDATE consultation SET heard_on = '2026-09-30' WHERE heard_on < '2026-10-31'"
    )
    body = await survey(town)
    found = figure(month_of(body, "2026-10"), "new_consultations")
    assert (found["count"], found["correction"]) == (2, -1)
    assert figure(month_of(body, "2026-09"), "new_consultations")["count"] == 2
    # Nothing opens it again.
    again = await refused(officer.post(CLOSE.format("2026-10")), 409, "statistics.month_closed")
    assert "訂正として自動で表示" in again["title_ja"]
    assert "appears by itself as a correction" in again["title"]


async def test_of_two_who_close_a_month_at_once_one_does(town: Town):
    await heard(town, [{"heard_on": "2026-10-10"}])
    officer = town.caller("m-officer", None)
    answers = await asyncio.gather(*(officer.post(CLOSE.format("2026-10")) for _ in range(4)))
    assert sorted(a.status_code for a in answers) == [200, 409, 409, 409]
    rows = await town.owner.fetch("SELECT month FROM closed_month")
    assert [r["month"] for r in rows] == ["2026-10"]


async def test_populations_are_the_officers_and_nobody_is_nobody(town: Town):
    officer = town.caller("m-officer", None)
    await refused(officer.put("/v1/populations/2026", HOKUEI, 1), 412, "record.changed_meanwhile")
    zero = await officer.put("/v1/populations/2026", HOKUEI | {"population": 0}, 0)
    assert zero.status_code == 422
    future = HOKUEI | {"population_as_of": "2027-01-01"}
    await refused(
        officer.put("/v1/populations/2026", future, 0), 422, "statistics.population_in_future"
    )
    first = await ok(officer.put("/v1/populations/2026", HOKUEI, 0))
    assert (first["fiscal_year"], first["version"]) == (2026, 1)
    await refused(officer.put("/v1/populations/2026", HOKUEI, 0), 412, "record.changed_meanwhile")
    second = await ok(officer.put("/v1/populations/2026", HOKUEI | {"population": 15_000}, 1))
    assert (second["population"], second["version"]) == (15_000, 2)


async def test_true_numbers_are_for_the_section_in_charge_alone(town: Town):
    """Another agency's officer, a consultant, a hub: none of them reads the municipality's numbers."""
    await heard(town, [{"heard_on": "2026-10-10"}])
    await _accepted(town)
    params = {"fiscal_year": 2026}
    await town.hire("w-officer", "W", Role.MUNICIPAL_OFFICER)
    elsewhere = town.caller("w-officer", None)
    for path in ("", ".csv", ".xlsx", ".svg"):
        where = f"/v1/statistics/monthly{path}"
        answer = await elsewhere.get(where, params=params)
        assert answer.status_code == 404, answer.text
        for account in ("j-consultant", "s-hub", "cc-worker"):
            await refused(
                town.caller(account, None).get(where, params=params),
                403,
                "actor.permission_missing",
            )
    assert (await elsewhere.post(CLOSE.format("2026-10"))).status_code == 404
    assert (await elsewhere.put("/v1/populations/2026", HOKUEI, 0)).status_code == 404
    # Below the service, the database knows it as well.
    for letter, rows in (("M", 1), ("W", 0)):
        async with town.app.state.service.open_work() as work:
            await work.connection.execute(
                "SELECT set_config('tsunagi.agency', $1, true)", str(town.agency[letter])
            )
            period = "'999997', '2026-10-01', '2026-11-01'"
            found = await work.connection.fetch(
                f"SELECT * FROM survey_consultations({period}, '{{}}')"
                " WHERE indicator = 'new_consultations'"
            )
            assert len(found) == rows
            for source in (*SOURCES, "survey_areas"):
                found = await work.connection.fetch(f"SELECT * FROM {source}({period}, '{{}}')")
                assert rows or found == []
            people = await work.connection.fetch(f"SELECT * FROM survey_persons({period})")
            assert [r["number"] for r in people] == [rows]
            of_another = await work.connection.fetchval(
                "SELECT management_figures($1, '2026-01-01', '2027-01-01', '2026-11-20', now())",
                town.agency["J"],
            )
            # Of another agency, W hears nothing; the section in charge hears of its case.
            assert json.loads(of_another)["cases_open"] == rows


async def test_a_year_to_come_is_refused(town: Town):
    officer = town.caller("m-officer", None)
    await refused(
        officer.get("/v1/statistics/monthly", params={"fiscal_year": 2027}),
        422,
        "statistics.year_to_come",
    )


# How an agency fares


@pytest.mark.mechanism("3-24")
async def test_management_figures_are_the_agencys_own(town: Town):
    referral = await _accepted(town)
    town.clock.forward(hours=19)
    j = town.caller("j-consultant")
    await act(j, referral["referral_id"], "contact", at=town.clock.now.isoformat(), reached=True)
    await town.hire("j-chief", "J", Role.CHIEF_CONSULTANT)
    chief = town.caller("j-chief", None)
    params = {"from": "2026-11-01", "until": "2026-11-30"}
    [own] = (await ok(chief.get("/v1/statistics/management", params=params)))["items"]
    assert own["agency_id"] == str(town.agency["J"])
    assert own["referrals_received"] == own["first_contacts"] == 1
    assert own["first_contact_hours_median"] == pytest.approx(24, abs=0.1)
    assert own["first_contact_hours_p90"] == own["first_contact_hours_median"]
    assert own["cases_open"] == 1
    assert own["declines"] == own["most_hops"] == own["cases_stale"] == 0
    # The whole municipality is for the section in charge.
    everywhere = params | {"everywhere": "true"}
    answer = await chief.get("/v1/statistics/management", params=everywhere)
    assert answer.status_code == 404
    officer = town.caller("m-officer", None)
    items = (await ok(officer.get("/v1/statistics/management", params=everywhere)))["items"]
    by_agency = {item["agency_id"]: item for item in items}
    assert by_agency[str(town.agency["J"])] == own
    assert len(items) > 10
    backwards = {"from": "2026-11-30", "until": "2026-11-01"}
    await refused(
        chief.get("/v1/statistics/management", params=backwards), 422, "statistics.period"
    )
    await refused(
        town.caller("cc-worker", None).get("/v1/statistics/management", params=params),
        403,
        "actor.permission_missing",
    )


# On paper


async def test_the_survey_as_csv_workbook_and_chart(town: Town):
    await heard(town, [{"heard_on": "2026-10-10"}] * 3)
    await close_month(town, "2026-10")
    officer = town.caller("m-officer", None)
    params = {"fiscal_year": 2026}
    separated = await officer.get("/v1/statistics/monthly.csv", params=params)
    assert separated.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(separated.content.decode("utf-8-sig"))))
    october = rows[0].index("令和8年10月（締め済み）")
    assert rows[0][-1] == "計（7か月）"
    [new] = [row for row in rows if row[0] == "新規相談受付件数"]
    assert (new[october], new[-1]) == ("3", "3")
    [employed] = [row for row in rows if row[0] == "就労者数"]
    assert employed[october] == "0"
    bound = await officer.get("/v1/statistics/monthly.xlsx", params=params)
    book = load_workbook(io.BytesIO(bound.content))
    assert book.sheetnames == ["令和8年度"]
    assert [[c or "" for c in row] for row in book.active.iter_rows(values_only=True)] == rows
    drawn = await officer.get("/v1/statistics/monthly.svg", params=params)
    assert drawn.headers["content-type"] == "image/svg+xml"
    svg = ET.fromstring(drawn.content)  # noqa: S314 - written by ourselves
    space = "{http://www.w3.org/2000/svg}"
    assert svg.find(f"{space}title").text == "新規相談受付件数（令和8年度）"
    assert "令和8年10月 3件" in svg.find(f"{space}desc").text
    assert svg.get("role") == "img"
    assert svg.find(f".//{space}script") is None


async def test_the_published_figures_on_paper_are_the_same_as_read(town: Town):
    rows = [{"heard_on": "2026-10-10", "area": "district_1", "themes": ["general"]}] * 25
    rows += [{"heard_on": "2026-10-11", "area": "district_2"}] * 2
    await heard(town, rows)
    await close_month(town, "2026-10")
    reader = town.caller("cc-worker", None)
    told = {
        (f["row"], f["place"]): f["count"] for f in (await public(reader))["periods"][0]["figures"]
    }
    assert told["new_consultations", "district_2"] is None
    assert told["new_consultations", "district_3"] == 0
    params = {"fiscal_year": 2026}
    separated = await reader.get("/v1/statistics/public.csv", params=params)
    text = separated.content.decode("utf-8-sig")
    assert "秘匿" in text
    lines = [line for line in csv.reader(io.StringIO(text)) if line[:1] == ["全体"]]
    shown = {place: count for _, place, count in lines}
    assert shown["第2地区"] == "秘匿"
    assert shown["第3地区"] == "0"
    total = told["new_consultations", "total"]
    assert shown["計"] == ("秘匿" if total is None else str(total))
    bound = await reader.get("/v1/statistics/public.xlsx", params=params)
    assert len(load_workbook(io.BytesIO(bound.content)).sheetnames) == 2
    drawn = (await reader.get("/v1/statistics/public.svg", params=params)).content.decode()
    assert ("秘匿" in drawn) == (total is None)
    # Running months and what was never closed are not published at all.
    assert {p["period"] for p in (await public(reader))["periods"]} == {"2026-10"}
