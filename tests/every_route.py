"""Every route of the running application, with a request that a permitted caller could send.

A new route joins by itself: its path parameters say which record it needs, its example says
the body. A parameter of a kind that is not known here stops the tests with a clear message.
"""

import json
import re
import uuid
from collections.abc import Mapping
from typing import Any, NamedTuple

import httpx
from town import Caller, Town

from service.api import examples
from service.api.application import ROUTERS
from service.demo.city import NETWORK_ID
from service.domain.permission import Permission
from service.domain.role import Role
from service.domain.scope import purposes_for

#: What is asked along with a list of persons.
IMPORT = {"kind": "loan_screening", "purpose_text": examples.IMPORT_PURPOSE}
#: Stands in texts of the records, so that a leak of any of it can be seen.
CANARY = "カナリア"


class Route(NamedTuple):
    """One operation."""

    method: str
    path: str
    permission: Permission
    keyed: bool
    body: Any
    #: What must stand in the query.
    query: Mapping[str, str] = {}

    @property
    def parameters(self) -> list[str]:
        return re.findall(r"\{(\w+)\}", self.path)

    @property
    def purpose(self) -> str | None:
        fitting = purposes_for(self.permission)
        return min(fitting) if fitting else None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


async def every_route(town: Town) -> list[Route]:
    """All operations under /v1, from the contract of the running application."""
    contract = (await town.http.get("/openapi.json")).json()
    declared = _declared()
    routes = []
    for path, operations in contract["paths"].items():
        for method, operation in operations.items():
            if operation.get("security") == []:
                continue  # its address is its key: tests/scenarios/test_calendars.py
            permission, keyed = declared[operation["summary"], path]
            body, query = _example(operation), _query(operation)
            routes.append(Route(method.upper(), path, permission, keyed, body, query))
    return routes


def _declared() -> dict[tuple[str, str], tuple[Permission, bool]]:
    found = {}
    for router in ROUTERS:
        for route in router.routes:
            summary = route.name.replace("_", " ").title()
            found[summary, route.path] = (route.endpoint.permission, route.endpoint.keyed)
    return found


def _example(operation: Mapping[str, Any]) -> Any:
    if "requestBody" not in operation:
        return None
    content = operation["requestBody"]["content"]
    # A file of text is shown as text; everything else is JSON.
    shown = content.get("application/json") or content["text/csv"]
    return shown["examples"]["example"]["value"]


def _query(operation: Mapping[str, Any]) -> dict[str, str]:
    stated = operation.get("parameters", ())
    needed = [p for p in stated if p.get("in") == "query" and p["required"]]
    return {p["name"]: p["schema"]["examples"][0] for p in needed if "examples" in p["schema"]}


class Records(NamedTuple):
    """One record of every kind, made by agencies that have nothing to do with H or W."""

    by_parameter: dict[str, str]
    person_id: str

    def path(self, route: Route) -> str:
        """The route's path with the records' ids."""
        return filled(route.path, self.by_parameter)


def filled(path: str, ids: Mapping[str, str]) -> str:
    """The path with ids in it."""
    for name in re.findall(r"\{(\w+)\}", path):
        if name not in ids:
            raise AssertionError(
                f"{path}: no record is known for {{{name}}}; make one in tests/every_route.py"
            )
        path = path.replace(f"{{{name}}}", ids[name])
    return path


#: Periods are no ids: of these there is nothing.
EMPTY_PERIODS = {"fiscal_year": "2024", "month": "2024-05"}


def random_ids(ids: Mapping[str, str]) -> dict[str, str]:
    """Ids that nobody has; the number of a version is none."""
    return {
        name: EMPTY_PERIODS.get(name, known if known.isdigit() else str(uuid.uuid4()))
        for name, known in ids.items()
    }


def replaced(body: Any, old: str, new: str) -> Any:
    """The body with one id in place of another."""
    return json.loads(json.dumps(body).replace(old, new))


async def _id(answer: httpx.Response) -> str:
    assert answer.status_code < 300, answer.text
    return str(answer.json()["id"])


async def make_records(town: Town) -> Records:
    """A person with everything there can be about a person; nothing of it is H's or W's."""
    cc, j = town.caller("cc-worker"), town.caller("j-consultant", "planning")
    person = await _id(
        await cc.post(
            "/v1/persons",
            examples.PERSON
            | {
                "names": [{"kind": "official", "family": CANARY, "family_kana": CANARY}],
                "living": CANARY,
                "considerations": CANARY,
            },
        )
    )
    consent = await _id(
        await cc.post(
            "/v1/consents",
            examples.CONSENT
            | {
                "person_id": person,
                "valid_from": "2026-01-01",
                "evidence": CANARY,
                "receivers": {"agencies": [str(town.agency[a]) for a in ("J", "S", "M")]},
            },
        )
    )
    household = await _id(
        await cc.post("/v1/households", {"members": [{"person_id": person, "relation": "self"}]})
    )
    consultation = await _id(
        await cc.post("/v1/consultations", {"told": CANARY, "person_id": person})
    )
    referral = await _id(
        await cc.post(
            "/v1/referrals",
            examples.REFERRAL | {"person_id": person, "reason": CANARY, "wishes": CANARY},
        )
    )
    assert (await cc.post(f"/v1/referrals/{referral}/send")).status_code == 200
    accepted = await town.caller("j-consultant").post(f"/v1/referrals/{referral}/accept")
    case = accepted.json()["case_id"]
    amended = {"changes": {"wishes": CANARY * 2}, "reason": CANARY}
    assert (await cc.post(f"/v1/referrals/{referral}/amend-sent", amended)).status_code == 200
    lines = [examples.PLAN_VERSION["lines"][0] | {"issue": CANARY}]
    plan = await _id(
        await j.post(
            "/v1/plans",
            examples.PLAN | {"person_id": person, "lines": lines, "goal_in_own_words": CANARY},
        )
    )
    conference, item, attendee, task = await _conference(town, j, person, plan)
    more_of_it = await _at_the_table(town, conference, item)
    paper = await _paper(j, f"/v1/conferences/{conference}/items/{item}/papers")
    poll = await _id(await j.post("/v1/date-polls", examples.DATE_POLL))
    lawyer = town.caller("l-lawyer", "planning")
    said = await lawyer.post(f"/v1/date-polls/{poll}/answer", examples.DATE_POLL_ANSWER)
    assert said.status_code == 200, said.text
    series = await _id(await j.post("/v1/conference-series", examples.SERIES))
    notice = await town.owner.fetchval(
        "SELECT id FROM notice WHERE agency_id = $1 ORDER BY id LIMIT 1", town.agency["J"]
    )
    more = await _without_consent(town, person) | await _without_names(town, person)
    more |= await _entrance(town, person, case)
    more |= await _promoted(town, person, conference, item)
    more |= more_of_it
    return Records(
        more
        | {
            "agency_id": str(town.agency["J"]),
            "attendee_id": attendee,
            "case_id": case,
            "checklist_code": "support_system",
            "conference_id": conference,
            "consent_id": consent,
            "consultation_id": consultation,
            "desk_id": str(town.desk["J"]),
            "form_code": "intake_application",
            "fiscal_year": "2026",
            "household_id": household,
            "item_id": item,
            "line_id": await _line_of(j, plan),
            "month": "2026-04",
            "network_id": str(NETWORK_ID),
            "notice_id": str(notice),
            "number": "1",
            "paper_id": paper,
            "person_id": person,
            "plan_id": plan,
            "poll_id": poll,
            "referral_id": referral,
            "series_id": series,
            "task_id": task,
        },
        person,
    )


async def _line_of(j: Caller, plan: str) -> str:
    return str((await j.get(f"/v1/plans/{plan}")).json()["current"]["lines"][0]["id"])


async def _without_consent(town: Town, person: str) -> dict[str, str]:
    """What is about the person on other grounds than the consent to J, S and M."""
    cc, privacy = town.caller("cc-worker"), town.caller("cc-privacy", "access_request")
    watched = examples.CONSENT | {
        "person_id": person,
        "valid_from": "2026-01-01",
        "purposes": ["watch_over"],
        "data_classes": ["D1", "D3"],
        "receivers": {"agencies": [str(town.agency["P"])]},
    }
    assert (await cc.post("/v1/consents", watched)).status_code == 201
    feedback = examples.FEEDBACK | {"person_id": person, "watch_point": CANARY}
    provision = examples.PROVISION | {"person_id": person, "message": CANARY}
    enquiry = examples.ENQUIRY | {"name": CANARY, "noticed": CANARY}
    request = examples.DISCLOSURE_REQUEST | {"person_id": person, "wants": CANARY}
    embargo = examples.EMBARGO | {"reason": CANARY * 5}
    return {
        "embargo_id": await _id(
            await privacy.post(f"/v1/persons/{person}/access-report/embargoes", embargo)
        ),
        "enquiry_id": await _id(await cc.post("/v1/enquiries", enquiry)),
        "entry_id": str(
            await town.owner.fetchval(
                "SELECT id FROM audit_entry WHERE person_id = $1 ORDER BY id LIMIT 1", person
            )
        ),
        "feedback_id": await _id(await cc.post("/v1/feedbacks", feedback)),
        "provision_id": await _id(await cc.post("/v1/provisions", provision)),
        "request_id": await _id(await privacy.post("/v1/disclosure-requests", request)),
    }


async def _entrance(town: Town, person: str, case: str) -> dict[str, str]:
    """What was noticed, what the hub was asked, how contact is kept; and how J sees the household."""
    cc, j = town.caller("cc-worker"), town.caller("j-consultant", "planning")
    noticed = {"person_id": person, "text": CANARY, "place": CANARY, "who": CANARY}
    noticed |= {"informant": CANARY, "watchers": [{"name": CANARY, "way": CANARY}]}
    signal = await _id(await cc.post("/v1/signals", examples.SIGNAL | noticed))
    stuck = examples.ESCALATE | {"reason": CANARY}
    contact = examples.CONTACT_SCHEDULE | {"person_id": person, "how": CANARY}
    support = examples.URGENT_SUPPORT | {"person_id": person, "what": CANARY}
    member = examples.ASSESSMENT["members"][0] | {"person_id": person, "issues": CANARY}
    seen = examples.ASSESSMENT | {"members": [member | {"opinion": CANARY}]}
    await _id(await j.post(f"/v1/cases/{case}/assessments", seen))
    return {
        "entry_of_hub_id": await _id(await cc.post(f"/v1/signals/{signal}/escalate", stuck)),
        "schedule_id": await _id(await cc.post("/v1/contacts", contact)),
        "signal_id": signal,
        "support_id": await _id(await cc.post("/v1/urgent-supports", support)),
    }


async def _without_names(town: Town, person: str) -> dict[str, str]:
    """What other agencies are told of without names."""
    cc = town.caller("cc-worker")
    screening = await _id(await cc.post("/v1/screenings", examples.SCREENING))
    entries = {"entries": [{"person_id": person, "flagged": True}]}
    assert (await cc.post(f"/v1/screenings/{screening}/entries", entries)).status_code == 200
    supervision = await _id(
        await cc.post("/v1/supervisions", examples.SUPERVISION | {"person_id": person})
    )
    note = {"note": CANARY}
    assert (await cc.post(f"/v1/supervisions/{supervision}/note", note)).status_code == 200
    issue = await _id(await cc.post("/v1/area-issues", examples.AREA_ISSUE))
    m = town.caller("m-officer")
    body = await _id(await m.post("/v1/conference-bodies", examples.BODY))
    member = await _id(await m.post(f"/v1/conference-bodies/{body}/members", examples.BODY_MEMBER))
    # A list of which nobody needs a call: nobody is on record for it.
    nobody = Route("POST", "/v1/imports", Permission.IMPORT_RUN, True, None, IMPORT)  # noqa: FBT003
    unflagged = examples.BORROWERS.replace("4,有,離職・失業,有,無", "0,無,就労中,無,無")
    taken_in = await _id(await call(cc, nobody, nobody.path, unflagged))
    return {
        "screening_id": screening,
        "supervision_id": supervision,
        "issue_id": issue,
        "body_id": body,
        "member_id": member,
        "import_id": taken_in,
    }


async def _conference(town: Town, j: Caller, person: str, plan: str) -> tuple[str, str, str, str]:
    conference = await _id(await j.post("/v1/conferences", examples.CONFERENCE))
    invited = {"agency_ids": [str(town.agency[a]) for a in ("S", "M")], "person_ids": [person]}
    assert (await j.post(f"/v1/conferences/{conference}/invite", invited)).status_code == 200
    item = await _id(
        await j.post(
            f"/v1/conferences/{conference}/items",
            examples.ITEM
            | {"person_ids": [person], "plan": {"plan_id": plan, "number": 1}, "subject": CANARY},
        )
    )
    assert (await j.post(f"/v1/conferences/{conference}/fix")).status_code == 200
    attendee = await town.owner.fetchval(
        "SELECT id FROM attendee WHERE conference_id = $1 AND person_id IS NOT NULL", conference
    )
    task = str(uuid.uuid4())
    await town.owner.execute(
        "INSERT INTO task (id, conference_id, item_id, person_id, agency_id, what, due_on, state,"
        " version, kind, record_kind, record_id, made_at, due_days) VALUES ($1, $2, $3, $4, $5, $6,"
        " '2099-01-01', 'open', 1, 'conference', 'conference', $2, now(), '[]')",
        task,
        conference,
        item,
        person,
        town.agency["S"],
        CANARY,
    )
    return conference, item, str(attendee), task


async def _promoted(town: Town, person: str, conference: str, item: str) -> dict[str, str]:
    """The item came from another sitting of J's, with words that S released; of both the rows."""
    earlier, there, release = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    agencies = town.agency["J"], town.agency["S"]
    await town.owner.execute(
        "INSERT INTO conference (id, kind, starts_at, ends_at, place, convener_agency_id,"
        " municipality_code, status, planned_at, sequence, version) VALUES ($1,"
        " 'support_conf_layered', now(), now() + interval '1 hour', '市役所', $2, '999997', 'held',"
        " now(), 0, 1)",
        earlier,
        agencies[0],
    )
    for agency in agencies:
        await town.owner.execute(
            "INSERT INTO attendee (id, conference_id, agency_id, answer, invited_at,"
            " present_position_ids) VALUES ($1, $2, $3, 'none', now(), '{}')",
            uuid.uuid4(),
            earlier,
            agency,
        )
    await town.owner.execute(
        "INSERT INTO agenda_item (id, conference_id, kind, purpose, minutes, subject, person_ids,"
        " invited_agency_ids, reason_without_consent, number, basis, added_by_agency_id) VALUES"
        " ($1, $2, 'support_conf_layered', 'information_exchange', 20, $3, ARRAY[$4::uuid], '{}',"
        " $3, 1, 'CONF_LAYERED', $5)",
        there,
        earlier,
        CANARY,
        person,
        agencies[1],
    )
    await town.owner.execute(
        "INSERT INTO item_move (id, way, from_conference_id, from_item_id, to_conference_id,"
        " to_item_id, moved_at, agency_id) VALUES ($1, 'promotion', $2, $3, $4, $5, now(), $6)",
        uuid.uuid4(),
        earlier,
        there,
        conference,
        item,
        agencies[0],
    )
    await town.owner.execute(
        "INSERT INTO item_release (id, origin_id, what, text, conference_id, item_id,"
        " to_conference_id, to_item_id, agency_id, released_at, version) VALUES ($1, $1, 'subject',"
        " $2, $3, $4, $5, $6, $7, now(), 1)",
        release,
        CANARY,
        earlier,
        there,
        conference,
        item,
        agencies[1],
    )
    return {"release_id": str(release)}


async def _at_the_table(town: Town, conference: str, item: str) -> dict[str, str]:
    """Who sits for S; and what J asked S for, as the chair of a statutory conference would."""
    seat = await town.owner.fetchval("SELECT id FROM position WHERE code = 's_csw'")
    s = town.caller("s-csw", "planning")
    sits = {"position_id": str(seat)}
    participant = await _id(await s.post(f"/v1/conferences/{conference}/participants", sits))
    asked = str(uuid.uuid4())
    await town.owner.execute(
        "INSERT INTO information_request (id, conference_id, item_id, agency_id,"
        " convener_agency_id, basis, law_version, names_somebody, asks, due_on, status, text,"
        " asked_at, version) VALUES ($1, $2, $3, $4, $5, 'CONF_LAYERED',"
        " 'CONF_LAYERED@2021-04-01', true, $6, '2099-01-01', 'requested', $7, now(), 1)",
        asked,
        conference,
        item,
        town.agency["S"],
        town.agency["J"],
        json.dumps([{"what": "information", "text": CANARY}]),
        CANARY,
    )
    return {"information_request_id": asked, "participant_id": participant}


async def _paper(j: Caller, path: str) -> str:
    named = {"name": f"{CANARY}.csv"}
    add = Route("POST", path, Permission.CONFERENCE_ADD_PAPER, True, None, named)  # noqa: FBT003
    return await _id(await call(j, add, path, f"{CANARY},1\n"))


async def make_minutes(town: Town, records: Records) -> None:
    """Minutes of the conference and what S says of them, as if it had been held."""
    conference = uuid.UUID(records.by_parameter["conference_id"])
    await town.owner.execute(
        "INSERT INTO minutes_version (id, conference_id, number, text, written_at, agency_id)"
        " VALUES ($1, $2, 1, $3, now(), $4)",
        uuid.uuid4(),
        conference,
        CANARY,
        town.agency["J"],
    )
    await town.owner.execute(
        "INSERT INTO minutes_agreement (id, conference_id, number, agency_id, agrees, remark,"
        " said_at) VALUES ($1, $2, 1, $3, false, $4, now())",
        uuid.uuid4(),
        conference,
        town.agency["S"],
        CANARY,
    )


async def make_answers(town: Town, records: Records) -> None:
    """What CC wrote into the boxes that only a form has."""
    path = f"/v1/consultations/{records.by_parameter['consultation_id']}/forms/intake_application"
    said = {"answers": {"email": f"{CANARY}@example.jp", "work_kind": "regular"}}
    written = await town.caller("cc-worker").put(f"{path}/answers", said, 0)
    assert written.status_code == 200, written.text


async def make_sheets(town: Town, records: Records) -> None:
    """A monitoring and an evaluation of the plan, as if it had been decided on."""
    plan = uuid.UUID(records.by_parameter["plan_id"])
    await town.owner.execute(
        'INSERT INTO plan_monitoring (id, plan_id, number, agency_id, recorded_at, "on", findings,'
        " condition_changed, note, opinion)"
        " VALUES ($1, $2, 1, $3, now(), '2026-11-20', '[]', false, $4, $4)",
        uuid.uuid4(),
        plan,
        town.agency["J"],
        CANARY,
    )
    await town.owner.execute(
        'INSERT INTO plan_evaluation (id, plan_id, number, agency_id, recorded_at, "on", reason,'
        " lines, changes, step_up, wishes, result, opinion)"
        " VALUES ($1, $2, 1, $3, now(), '2026-11-20', 'goals_reached', $4, '{none}', false, $5,"
        " 'replanned', $5)",
        uuid.uuid4(),
        plan,
        town.agency["J"],
        json.dumps(
            [
                {
                    "line_id": records.by_parameter["line_id"],
                    "achieved": "partly",
                    "note": CANARY,
                    "theme": "debt",
                }
            ]
        ),
        CANARY,
    )


async def call(caller: Caller, route: Route, path: str, body: Any = None) -> httpx.Response:
    """Send the route's request."""
    headers = {"If-Match": '"1"'} if route.method == "PUT" else {}
    options: dict[str, Any] = {"params": route.query} if route.query else {}
    if isinstance(body, str):
        options["content"] = body.encode()
        headers["Content-Type"] = "text/csv"
    elif body is not None:
        options["json"] = body
    return await caller.send(route.method, path, headers=headers, **options)


async def give_every_role(town: Town, account: str, letter: str) -> None:
    """Let an account hold every role at its agency, so that only the record can refuse it."""
    iss, sub = await town.owner.fetchrow(
        "SELECT t.iss, t.sub FROM tenure t JOIN position p ON p.id = t.position_id WHERE p.code = $1",
        account.replace("-", "_"),
    )
    for role in Role:
        if role is Role.PARTNER_SYSTEM:
            continue
        position = await town.owner.fetchval(
            "INSERT INTO position (id, agency_id, code, title, role, valid_from)"
            " VALUES ($1, $2, $3, '試験', $4, '2024-04-01') RETURNING id",
            uuid.uuid4(),
            town.agency[letter],
            f"test_{role.value}",
            role.value,
        )
        await town.owner.execute(
            "INSERT INTO tenure (id, position_id, iss, sub, name, valid_from)"
            " VALUES ($1, $2, $3, $4, '試験', '2024-04-01')",
            uuid.uuid4(),
            position,
            iss,
            sub,
        )
