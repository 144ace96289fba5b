"""What must hold on every route there is, and on every one that will be."""

import uuid
from typing import Any

import asyncpg
import httpx
import pytest
from every_route import (
    CANARY,
    Records,
    Route,
    call,
    every_route,
    filled,
    give_every_role,
    make_records,
    random_ids,
    replaced,
)
from structlog.testing import capture_logs
from town import Town

from service.api import examples
from service.application import people

#: Headers in which two answers to two requests may differ.
OWN_HEADERS = {"x-request-id"}


#: Who may do what not every member of staff may; by permission, or by its noun.
WHO_MAY = {
    "audit": "cc-auditor",
    "conference.constitute": "m-officer",
    "conference.keep_body": "m-officer",
    "conference": "j-consultant",
    "conference_series": "j-consultant",
    "date_poll": "j-consultant",
    "disclosure": "cc-privacy",
    "embargo": "cc-privacy",
    "feedback.acknowledge": "p3-commissioner",
    "form.add_version": "m-officer",
    "hub.answer": "s-hub",
    "information_request": "j-consultant",
    "person.report_access": "cc-privacy",
    "plan.decide": "m-officer",
    "provision.review": "cc-privacy",
    "referral.name_lead": "s-hub",
    "statistics": "m-officer",
    "task.drop": "j-consultant",
    "task.reschedule": "j-consultant",
}
#: Area issues name nobody: whoever has an account may read what is published of them. Nor do a
#: municipality's conference bodies, which stand in its directory like its agencies.
PUBLISHED = {
    "/v1/area-issues/{issue_id}/report",
    "GET /v1/conference-bodies/{body_id}",
    "GET /v1/conference-bodies/{body_id}/area-issues",
}
#: Codes of printed forms and checklists, which are the same for everybody: no records.
DEFINITIONS = {"form_code", "checklist_code"}


def permitted(route: Route, *, otherwise: str) -> str:
    """An account whose role includes what the route does."""
    permission = route.permission.value
    return WHO_MAY.get(permission) or WHO_MAY.get(permission.split(".")[0], otherwise)


def told(answer: httpx.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    """Everything a caller can tell from an answer."""
    headers = [(k, v) for k, v in answer.headers.items() if k not in OWN_HEADERS]
    return answer.status_code, answer.content, headers


@pytest.fixture
async def records(town: Town) -> Records:
    return await make_records(town)


@pytest.fixture
async def routes(town: Town) -> list[Route]:
    return await every_route(town)


@pytest.mark.parametrize(("account", "letter"), [("h-supporter", "H"), ("w-worker", "W")])
async def test_unknown_and_not_yours_are_the_same_bytes(
    town: Town, records: Records, routes: list[Route], account: str, letter: str
):
    await give_every_role(town, account, letter)
    differing = []
    for route in routes:
        if (
            not route.parameters
            or "agency_id" in route.parameters
            or {route.path, str(route)} & PUBLISHED
        ):
            continue
        if set(route.parameters) <= DEFINITIONS:
            continue
        caller = town.caller(account, route.purpose)
        foreign = await call(caller, route, records.path(route), route.body)
        unknown = await call(
            caller, route, filled(route.path, random_ids(records.by_parameter)), route.body
        )
        if told(foreign) != told(unknown) or foreign.status_code != 404:
            differing.append((str(route), foreign.status_code, unknown.status_code))
    assert differing == []


#: A consent given by somebody who is registered for nobody, or for somebody else.
GUARDIAN = {"given_by": "guardian", "representative_id": "?"}


@pytest.mark.parametrize("account", ["h-supporter"])
async def test_unknown_and_not_yours_are_the_same_bytes_inside_a_body(
    town: Town, records: Records, account: str
):
    """A record named in a body: the caller's own person and papers, and one id that is not."""
    await give_every_role(town, account, "H")
    caller, planner = town.caller(account), town.caller(account, "planning")
    own = (await caller.post("/v1/persons", {})).json()["id"]
    meeting = (await planner.post("/v1/conferences", examples.CONFERENCE)).json()["id"]
    ids = records.by_parameter
    mine: dict[str, Any] = {"person_id": own}
    item = examples.ITEM | {"person_ids": [own], "kind": "internal_case_meeting"}
    added = await planner.post(f"/v1/conferences/{meeting}/items", item)
    discussed = f"/v1/conferences/{meeting}/items/{added.json()['id']}"
    signal = (await caller.post("/v1/signals", examples.SIGNAL)).json()["id"]
    support = (await caller.post("/v1/urgent-supports", examples.URGENT_SUPPORT | mine)).json()[
        "id"
    ]
    slip = (await caller.post("/v1/consents", examples.CONSENT | mine)).json()
    assert slip["state"] == "active"
    begun = examples.CONSULTATION | mine
    mine_heard = (await caller.post("/v1/consultations", begun)).json()["id"]
    waiting = (await caller.post("/v1/consultations", begun)).json()["id"]
    sought = {"act": "seek_consent", "next_contact_on": "2027-01-15"}
    assert (await caller.post(f"/v1/consultations/{waiting}/screen", sought)).is_success
    applied = await caller.post(f"/v1/consultations/{mine_heard}/screen", {"act": "apply"})
    case = applied.json()["case_id"]
    tries: list[tuple[str, dict[str, Any], str]] = [
        ("/v1/households", examples.HOUSEHOLD, "person_id"),
        ("/v1/consents", examples.CONSENT, "person_id"),
        ("/v1/consents", examples.CONSENT | mine | {"supersedes_id": "?"}, "consent_id"),
        ("/v1/consents/refusals", examples.CONSENT_REFUSAL, "person_id"),
        ("/v1/consultations", examples.CONSULTATION | {"person_id": "?"}, "person_id"),
        ("/v1/referrals", examples.REFERRAL, "person_id"),
        ("/v1/referrals", examples.REFERRAL | mine | {"consultation_id": "?"}, "consultation_id"),
        ("/v1/referrals", examples.REFERRAL | mine | {"parent_id": "?"}, "referral_id"),
        ("/v1/plans", examples.PLAN, "person_id"),
        ("/v1/plans", examples.PLAN | mine | {"referral_id": "?"}, "referral_id"),
        ("/v1/plans", examples.PLAN | mine | {"case_id": "?"}, "case_id"),
        (f"/v1/conferences/{meeting}/invite", {"person_ids": ["?"]}, "person_id"),
        (f"/v1/conferences/{meeting}/items", examples.ITEM, "person_id"),
        (
            f"/v1/conferences/{meeting}/items",
            item | {"plan": {"plan_id": "?", "number": 1}},
            "plan_id",
        ),
        (f"/v1/conferences/{meeting}/items", item | {"referral_id": "?"}, "referral_id"),
        (f"/v1/conferences/{meeting}/items", item | {"case_id": "?"}, "case_id"),
        (f"{discussed}/carry-over", examples.CARRY_OVER, "conference_id"),
        (f"{discussed}/promote", examples.PROMOTION, "conference_id"),
        (f"{discussed}/releases", examples.RELEASE, "item_id"),
        (f"/v1/conferences/{meeting}/items", item | {"pre_check_item_id": "?"}, "item_id"),
        ("/v1/consents", examples.CONSENT | mine | GUARDIAN, "feedback_id"),
        ("/v1/provisions", examples.PROVISION, "person_id"),
        ("/v1/feedbacks", examples.FEEDBACK, "person_id"),
        ("/v1/supervisions", examples.SUPERVISION, "person_id"),
        ("/v1/disclosure-requests", examples.DISCLOSURE_REQUEST, "person_id"),
        ("/v1/signals", examples.SIGNAL | {"person_id": "?"}, "person_id"),
        (
            f"/v1/signals/{signal}/look-into",
            examples.LOOK | {"person_id": "?"},
            "person_id",
        ),
        (f"/v1/signals/{signal}/merge", examples.MERGE_SIGNAL, "signal_id"),
        (f"/v1/signals/{signal}/propose", examples.PROPOSE_SIGNAL, "conference_id"),
        (
            f"/v1/consultations/{waiting}/screen",
            {"act": "list", "conference_id": "?"},
            "conference_id",
        ),
        ("/v1/contacts", examples.CONTACT_SCHEDULE, "person_id"),
        ("/v1/contacts", examples.CONTACT_SCHEDULE | mine | {"case_id": "?"}, "case_id"),
        (
            "/v1/contacts",
            examples.CONTACT_SCHEDULE | mine | {"consultation_id": "?"},
            "consultation_id",
        ),
        ("/v1/urgent-supports", examples.URGENT_SUPPORT, "person_id"),
        ("/v1/urgent-supports", examples.URGENT_SUPPORT | mine | {"case_id": "?"}, "case_id"),
        (
            "/v1/urgent-supports",
            examples.URGENT_SUPPORT | mine | {"consultation_id": "?"},
            "consultation_id",
        ),
        *(
            (f"/v1/urgent-supports/{support}/follow", {"next_kind": kind, "next_id": "?"}, record)
            for kind, record in (
                ("case", "case_id"),
                ("consultation", "consultation_id"),
                ("contact", "schedule_id"),
                ("referral", "referral_id"),
            )
        ),
        (f"/v1/cases/{case}/assessments", examples.ASSESSMENT, "person_id"),
        ("/v1/access/explain", examples.EXPLAIN, "person_id"),
        ("/v1/access/explain", examples.EXPLAIN | {"kind": "plan"}, "plan_id"),
        ("/v1/access/explain", examples.EXPLAIN | {"kind": "case"}, "case_id"),
        ("/v1/access/explain", examples.EXPLAIN | {"kind": "referral"}, "referral_id"),
    ]
    differing = []
    for path, body, parameter in tries:
        asking = planner if "plans" in path or "conference" in path else caller
        if "disclosure" in path:
            asking = town.caller(account, "access_request")
        placeholder = "?" if "'?'" in str(body) else examples.RECORD
        foreign = await asking.post(path, replaced(body, placeholder, ids[parameter]))
        unknown = await asking.post(path, replaced(body, placeholder, str(uuid.uuid4())))
        if told(foreign) != told(unknown) or foreign.is_success:
            differing.append((path, parameter, foreign.status_code, unknown.status_code))
    assert differing == []
    # Where nothing is asked of it, an id is not even looked up.
    for conference in (ids["conference_id"], str(uuid.uuid4())):
        named = {"act": "drop", "conference_id": conference}
        begun_again = (await caller.post("/v1/consultations", begun)).json()["id"]
        done = await caller.post(f"/v1/consultations/{begun_again}/screen", named)
        assert (done.status_code, done.json()["conference_id"]) == (200, None)


async def test_what_is_different_is_inside(town: Town, records: Records):
    h = town.caller("h-supporter")
    await h.get(f"/v1/persons/{records.person_id}")
    await h.get(f"/v1/persons/{uuid.uuid4()}")
    foreign, unknown = (await town.audit(agency_id=town.agency["H"]))[-2:]
    assert (foreign["outcome"], foreign["rules"]) == ("denied", ["record.no_basis"])
    assert (unknown["outcome"], unknown["rules"]) == ("denied", ["record.unknown"])
    assert str(foreign["person_id"]) == records.person_id
    assert unknown["person_id"] is None


async def test_every_route_wants_a_token_a_scope_and_a_purpose(
    town: Town, records: Records, routes: list[Route]
):
    wrong = []
    for route in routes:
        path = records.path(route)
        account = permitted(route, otherwise="cc-worker")
        caller = town.caller(account, route.purpose)
        bare = await caller.send(
            route.method, path, headers={"Authorization": None}, json=route.body or {}
        )
        if bare.status_code != 401 or "WWW-Authenticate" not in bare.headers:
            wrong.append((str(route), "no token", bare.status_code))
        if route.path == "/v1/me":
            continue
        token = town.token(account, scopes=[])
        scopeless = await caller.send(
            route.method, path, headers={"Authorization": f"Bearer {token}"}, json=route.body or {}
        )
        if (scopeless.status_code, scopeless.json()["code"]) != (403, "actor.scope_missing"):
            wrong.append((str(route), "no scope", scopeless.status_code))
        if route.purpose is None:
            continue
        purposeless = await caller.send(
            route.method, path, headers={"Purpose-Of-Use": None}, json=route.body or {}
        )
        if (purposeless.status_code, purposeless.json()["code"]) != (403, "purpose.missing"):
            wrong.append((str(route), "no purpose", purposeless.status_code))
    assert wrong == []


async def test_every_answer_is_private_and_every_refusal_is_a_problem(
    town: Town, records: Records, routes: list[Route]
):
    for route in routes:
        for account in ("h-supporter", permitted(route, otherwise="cc-worker")):
            answer = await call(
                town.caller(account, route.purpose), route, records.path(route), route.body
            )
            assert answer.headers["cache-control"] == "no-store", route
            assert answer.headers["x-request-id"], route
            if not answer.is_success:
                assert answer.headers["content-type"] == "application/problem+json", route
                assert {"code", "title", "title_ja", "status"} <= set(answer.json()), route
                assert CANARY not in answer.text, route


async def snapshot(town: Town) -> dict[str, int]:
    """Rows of every table, and the sum of all versions: any change shows."""
    tables = [
        r["tablename"]
        for r in await town.owner.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
    ]
    counts = {}
    for table in tables:
        counts[table] = await town.owner.fetchval(f"SELECT count(*) FROM {table}")
    return counts


FAILING_COMMIT = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the disk is full'; END $$;
CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON audit_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse();
"""


async def test_when_no_commit_succeeds_no_route_answers(
    town: Town, records: Records, routes: list[Route]
):
    await town.owner.execute(FAILING_COMMIT)
    before = await snapshot(town)
    wrong = []
    for route in routes:
        for account in (permitted(route, otherwise="cc-worker"), "j-consultant", "h-supporter"):
            answer = await call(
                town.caller(account, route.purpose), route, records.path(route), route.body
            )
            if answer.status_code != 503 or CANARY in answer.text + str(answer.headers):
                wrong.append((str(route), account, answer.status_code))
    assert wrong == []
    assert await snapshot(town) == before


async def test_when_the_audit_log_cannot_be_written_nothing_is_shown(
    town: Town, records: Records, routes: list[Route]
):
    await town.owner.execute("REVOKE INSERT ON audit_entry FROM tsunagi_app")
    wrong = []
    for route in routes:
        answer = await call(
            town.caller(permitted(route, otherwise="cc-worker"), route.purpose),
            route,
            records.path(route),
            route.body,
        )
        if answer.status_code != 503 or CANARY in answer.text:
            wrong.append((str(route), answer.status_code))
    assert wrong == []
    await town.owner.execute("GRANT INSERT ON audit_entry TO tsunagi_app")
    person = await town.caller("cc-worker").get(f"/v1/persons/{records.person_id}")
    assert CANARY in person.text


async def test_when_the_database_goes_away_it_says_so_and_comes_back(
    town: Town, records: Records, databases: Any
):
    name = await town.owner.fetchval("SELECT current_database()")
    cc = town.caller("cc-worker")
    await town.owner.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 0")
    admin = await asyncpg.connect(databases.urls.superuser)
    await admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = $1 AND usename = 'tsunagi_app'",
        name,
    )
    await admin.close()
    gone = await cc.get(f"/v1/persons/{records.person_id}")
    assert gone.status_code == 503
    assert gone.headers["retry-after"]
    assert (await town.http.get("/readyz")).status_code == 503
    assert (await town.http.get("/healthz")).status_code == 200
    await town.owner.execute(f"ALTER DATABASE {name} CONNECTION LIMIT -1")
    back = await cc.get(f"/v1/persons/{records.person_id}")
    assert back.status_code == 200
    assert (await town.http.get("/readyz")).status_code == 200


async def test_a_mistake_of_ours_is_undone_on_record_and_tells_nothing(
    town: Town, records: Records, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_args: Any, **_more: Any) -> Any:
        raise RuntimeError(CANARY)

    monkeypatch.setattr(people, "disclose", broken)
    with capture_logs() as logged:
        answer = await town.caller("cc-worker").get(f"/v1/persons/{records.person_id}")
    assert (answer.status_code, answer.json()["code"]) == (500, "service.failed")
    assert answer.json()["status"] == 500
    assert CANARY not in answer.text + str(logged)
    assert any(line["event"] == "request.failed" for line in logged)
    [entry] = await town.audit(request_id=answer.headers["x-request-id"])
    assert (entry["outcome"], entry["data_classes"]) == ("failed", [])


def test_every_kind_of_parameter_is_known():
    """The helper itself: a parameter nobody knows is an error, not a skipped route."""
    with pytest.raises(AssertionError, match="no record is known"):
        filled("/v1/things/{thing_id}", {})
