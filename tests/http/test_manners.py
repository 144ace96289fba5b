"""How the service behaves towards everybody: its contract, its health, its headers, its log."""

import dataclasses
import json
import re
import uuid
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from every_route import CANARY, Route, call, every_route, make_records
from pydantic import TypeAdapter
from structlog.testing import capture_logs
from town import Town

from service.api import examples
from service.api.application import ROUTERS
from service.domain.scope import EVERY_SCOPE

CONTRACT = Path(__file__).parents[2] / "openapi" / "openapi.json"
LOGGED = {"event", "log_level", "request_id", "method", "route", "status", "ms", "agency"}


async def contract_of(town: Town) -> dict[str, Any]:
    answer = await town.http.get("/openapi.json")
    assert answer.status_code == 200
    return answer.json()


def operations(contract: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, item in contract["paths"].items()
        for method, operation in item.items()
    ]


def endpoints() -> dict[tuple[str, str], Any]:
    """Every route of the routers, by method and path."""
    found = {}
    for router in ROUTERS:
        for route in router.routes:
            for method in route.methods:
                found[method, route.path] = route
    return found


# What is no route.


NO_ROUTES = [
    ("GET", "/", 404, "route.unknown"),
    ("GET", "/v1", 404, "route.unknown"),
    ("GET", "/v1/nothing-here", 404, "route.unknown"),
    ("POST", "/v1/persons/", 404, "route.unknown"),
    ("GET", "/admin", 404, "route.unknown"),
    ("GET", "/v1/../etc/passwd", 404, "route.unknown"),
    ("DELETE", f"/v1/persons/{uuid.UUID(int=7)}", 405, "method.not_allowed"),
    ("PATCH", "/v1/persons", 405, "method.not_allowed"),
    ("POST", "/v1/me", 405, "method.not_allowed"),
    ("PUT", "/healthz", 405, "method.not_allowed"),
    ("TRACE", "/v1/me", 405, "method.not_allowed"),
]


async def test_what_is_no_route_is_a_problem(town: Town):
    for method, path, status, code in NO_ROUTES:
        answer = await town.http.request(method, path)
        assert answer.status_code == status, (method, path, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert (problem["code"], problem["status"]) == (code, status)
        assert problem["title"]
        assert problem["title_ja"]
        assert path not in answer.text or path == "/"
        if status == 405:
            assert answer.headers["allow"]
        private(answer)


# The contract.


async def test_every_operation_says_what_it_does(town: Town):
    contract = await contract_of(town)
    found = operations(contract)
    assert len(found) == len(endpoints())
    unsaid = [
        (method, path)
        for method, path, operation in found
        if not (operation.get("summary") and operation.get("tags") and operation.get("description"))
    ]
    assert unsaid == []
    ids = [operation["operationId"] for _, _, operation in found]
    assert len(ids) == len(set(ids))


async def test_every_body_has_an_example_that_its_own_command_accepts(town: Town):
    known = endpoints()
    wrong, tried = [], 0
    for method, path, operation in operations(await contract_of(town)):
        route = known[method.upper(), path]
        field = route.body_field
        if field is None:
            # A file is read by hand: any of its types, among them CSV with something to try.
            content = operation.get("requestBody", {}).get("content", {"text/csv": {"examples": 1}})
            if not content.get("text/csv", {}).get("examples"):
                wrong.append((method, path, "a body nobody reads"))
            continue
        content = operation["requestBody"]["content"]
        if "text/csv" in content:
            # What is in a file its own tests tell; here, that there is one to try.
            assert content["text/csv"]["examples"], path
            continue
        shown = content["application/json"].get("examples", {})
        if not shown:
            wrong.append((method, path, "no example"))
        command = route.dependant.body_params[0].field_info.annotation
        for example in shown.values():
            tried += 1
            try:
                TypeAdapter(command).validate_json(json.dumps(example["value"]))
            except ValueError as error:
                wrong.append((method, path, str(error)))
    assert wrong == []
    assert tried >= 30


async def test_the_contract_on_file_is_the_running_one(town: Town):
    running, filed = await contract_of(town), json.loads(CONTRACT.read_text())
    for contract in (running, filed):
        schemes = contract["components"].pop("securitySchemes")
        assert schemes["bearer"]["scheme"] == "bearer"
        assert {"bearer": []} in contract.pop("security")
    assert running == filed


# Health.


async def test_it_is_alive_and_ready(town: Town):
    for path in ("/healthz", "/readyz"):
        answer = await town.http.get(path)
        assert answer.status_code == 200
        private(answer)


async def test_it_is_not_ready_without_its_database(town: Town, databases: Any):
    name = await town.owner.fetchval("SELECT current_database()")
    admin = await asyncpg.connect(databases.urls.superuser)
    try:
        await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = $1 AND usename = 'tsunagi_app'",
            name,
        )
        answers = [await town.http.get("/readyz") for _ in range(3)]
        assert {a.status_code for a in answers} == {503}, [a.text for a in answers]
        private(answers[-1])
        assert (await town.http.get("/healthz")).status_code == 200
        refused = await town.caller("cc-worker").get("/v1/me")
        assert refused.status_code == 503, refused.text
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.headers["retry-after"]
        assert refused.json()["title_ja"]
        assert not [a for a in (*answers, refused) if name in a.text]
        await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    finally:
        await admin.close()
    # It comes back by itself.
    assert (await town.http.get("/readyz")).status_code == 200
    assert (await town.caller("cc-worker").get("/v1/me")).status_code == 200


async def test_not_ready_is_told_as_such(town: Town):
    async def never() -> bool:
        return False

    town.app.state.service = dataclasses.replace(town.app.state.service, ready=never)
    answer = await town.http.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "database does not answer")


async def test_where_to_get_tokens(town: Town):
    answer = await town.http.get("/.well-known/oauth-protected-resource")
    assert answer.status_code == 200
    told = answer.json()
    assert told["resource"] == town.settings.audience
    assert told["authorization_servers"] == sorted(i.issuer for i in town.issuers.values())
    assert told["scopes_supported"] == sorted(EVERY_SCOPE)
    assert told["bearer_methods_supported"] == ["header"]
    private(answer)


# Headers.


def private(answer: httpx.Response) -> None:
    headers = answer.headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert re.fullmatch(r"[A-Za-z0-9._-]{8,64}", headers["x-request-id"])
    assert "server" not in headers
    assert "x-powered-by" not in headers


async def test_a_request_id_is_taken_over_if_it_is_a_plain_one(town: Town):
    cc = town.caller("cc-worker")
    mine = await cc.get("/v1/me", headers={"X-Request-Id": "portal-0001.a_b"})
    assert mine.headers["x-request-id"] == "portal-0001.a_b"
    assert (await town.audit())[-1]["request_id"] == "portal-0001.a_b"
    for given in ("short", "x" * 65, "a b c d e f g", "<script>alert(1)", f"{'a' * 8};drop"):
        ours = await cc.get("/v1/me", headers={"X-Request-Id": given})
        assert ours.headers["x-request-id"] != given
        private(ours)
    assert len(mine.headers.get_list("x-request-id")) == 1


async def test_no_other_page_may_read_an_answer(town: Town):
    answer = await town.caller("cc-worker").get(
        "/v1/me", headers={"Origin": "https://evil.example"}
    )
    assert "access-control-allow-origin" not in answer.headers


# The log.


async def test_a_request_is_one_line_of_known_fields_and_nothing_personal(town: Town):
    cc = town.caller("cc-worker")
    body = examples.PERSON | {"living": CANARY}
    # Once each, so that the issuers' keys are here: fetching them are requests of their own.
    for account in ("cc-worker", "h-supporter"):
        await town.caller(account).get("/v1/me")
    with capture_logs() as logs:
        made = await cc.post("/v1/persons", body, params={"q": CANARY})
        path = f"/v1/persons/{made.json()['id']}"
        answers = [
            made,
            await cc.get(path),
            await town.caller("h-supporter").get(path),
            await cc.post("/v1/persons/search", {"kana": CANARY}),
            await cc.post("/v1/persons", {"birth": CANARY}),
            await cc.get(f"/v1/nothing/{CANARY}"),
            await cc.get("/v1/me", params={"access_token": CANARY}),
            await town.http.get("/healthz"),
        ]
    assert len(logs) == len(answers)
    for line, answer in zip(logs, answers, strict=True):
        assert set(line) == LOGGED
        assert (line["event"], line["status"]) == ("request", answer.status_code)
        assert line["request_id"] == answer.headers["x-request-id"]
    said = json.dumps(logs, ensure_ascii=False)
    assert CANARY not in said
    assert made.json()["id"] not in said
    assert "sub-cc-worker" not in said
    assert logs[1]["route"] == "/v1/persons/{person_id}"
    assert logs[1]["agency"] == str(town.agency["CC"])
    assert logs[5]["route"] is None


# The shapes of answers.


def callers_for(route: Route) -> list[str]:
    """Accounts of which one may do it."""
    return ["cc-worker", "j-consultant", "s-hub", "cc-auditor", "j-privacy", "m-officer"]


async def test_every_success_has_the_shape_that_the_contract_promises(town: Town):
    records = await make_records(town)
    known = endpoints()
    wrong, shapes = [], set()
    routes = sorted(await every_route(town), key=lambda r: r.method != "GET")
    for route in routes:
        if route.path.endswith(
            (".csv", ".fhir", ".ics", ".jsonl", ".pdf", ".svg", ".xlsx", "/papers/{paper_id}")
        ):
            continue  # no plain JSON: tests/adapters/test_the_calendar.py, test_the_paper.py
        model = known[route.method, route.path].response_model
        if model is None:
            wrong.append((str(route), "promises nothing"))
            continue
        body = json.loads(
            json.dumps(route.body, ensure_ascii=False).replace(examples.RECORD, records.person_id)
        )
        for account in callers_for(route):
            caller = town.caller(account, route.purpose)
            answer = await call(caller, route, records.path(route), body)
            assert answer.status_code < 500, (route, answer.text)
            if not answer.is_success:
                continue
            shapes.add(str(route))
            promised = known[route.method, route.path].status_code or 200
            if answer.status_code != promised:
                wrong.append((str(route), f"{answer.status_code} instead of {promised}"))
            wrong += [(str(route), w) for w in unpromised(model, answer)]
            break
    assert not wrong, "\n".join(map(str, wrong))
    assert len(shapes) >= 40, sorted({str(r) for r in routes} - shapes)


def unpromised(model: Any, answer: httpx.Response) -> list[str]:
    """Where the body is not as promised, fields beyond the promise included."""
    try:
        TypeAdapter(model).validate_json(answer.content)
    except ValueError as error:
        return [str(error)]
    said = answer.json()
    fields = getattr(model, "model_fields", None)
    if not isinstance(said, dict) or fields is None:
        return []
    return [f"{name} is not promised" for name in sorted(set(said) - set(fields))]
