"""Whatever is sent: a refusal that says what to put right, repeats nothing, and changes nothing."""

import json
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any, NamedTuple

import httpx
import pytest
from structlog.testing import capture_logs
from town import Caller, Town

from service.api import examples
from service.api.middleware import MAX_BODY

#: Stands in everything that is submitted.
CANARY = "カナリア"
FIELD = "canary_field"
RECORD = "/v1/persons"
NOWHERE = str(uuid.UUID(int=7))


class Bad(NamedTuple):
    """One request that cannot be meant."""

    about: str
    path: str
    body: Any
    status: int
    code: str
    #: Where and what, if a single field is wrong.
    errors: tuple[tuple[str, str], ...] | None = None
    content_type: str = "application/json"


def person(**said: Any) -> dict[str, Any]:
    return {"living": CANARY} | said


def named(**parts: Any) -> dict[str, Any]:
    return person(names=[{"kind": "official", "family": CANARY} | parts])


def invalid(
    about: str, path: str, body: Any, pointer: str | None = None, code: str | None = None
) -> Bad:
    errors = None if pointer is None or code is None else ((pointer, code),)
    return Bad(about, path, body, 422, "body.invalid", errors)


def malformed(about: str, body: bytes) -> Bad:
    return Bad(about, RECORD, body, 400, "body.malformed")


HERE = f'"living": "{CANARY}"'
BAD = [
    malformed("no JSON", f"{{{HERE}, ".encode()),
    malformed("a lone quote", f'"{CANARY}'.encode()),
    malformed("single quotes", f"{{'living': '{CANARY}'}}".encode()),
    malformed("Shift_JIS", f"{{{HERE}}}".encode("shift_jis")),
    malformed("half a character", b'{"living": "\xe3\x82"}'),
    malformed("nested too deeply to be read", b"[" * 200_000),
    malformed("nested and closed", b"[" * 100_000 + b"]" * 100_000),
    malformed("nested objects", b'{"living":' * 60_000 + b"1" + b"}" * 60_000),
    invalid("nothing", RECORD, b""),
    invalid("null", RECORD, b"null"),
    invalid("a list", RECORD, [person()]),
    invalid("a text", RECORD, CANARY),
    malformed("a number that goes on", b'{"living": ' + b"9" * 5000 + b"}"),
    invalid("no number", RECORD, b'{"living": NaN}'),
    Bad("form", RECORD, f"living={CANARY}".encode(), 422, "body.invalid", None, "text/plain"),
    Bad(
        "another type",
        RECORD,
        json.dumps(person()).encode(),
        422,
        "body.invalid",
        None,
        "application/x-www-form-urlencoded",
    ),
    invalid("an unknown field", RECORD, person(**{FIELD: CANARY}), "/", "field.unknown"),
    invalid("a field of the service's own", RECORD, person(version=7), "/", "field.unknown"),
    invalid(
        "an unknown field inside",
        RECORD,
        named(**{FIELD: 1, "kana_unknown": True}),
        "/names/0",
        "field.unknown",
    ),
    invalid("a day that is not", RECORD, person(birth="2026-02-30")),
    invalid("an era that had ended", RECORD, person(birth="昭和64年2月1日")),
    invalid("a birth that is words", RECORD, person(birth=CANARY)),
    invalid("a birth that is a number", RECORD, person(birth=19810309)),
    invalid(
        "half-width kana",
        RECORD,
        named(family_kana="ｶﾅﾘｱ"),
        "/names/0/family_kana",
        "kana.half_width",
    ),
    invalid(
        "kanji as a reading",
        RECORD,
        named(family_kana="漢字"),
        "/names/0/family_kana",
        "kana.not_kana",
    ),
    invalid("a wrong check digit", RECORD, person(municipality_code="999998")),
    invalid("no such sex", RECORD, person(sex=CANARY), "/sex", "field.choice"),
    invalid(
        "NUL", RECORD, person(area=None, living=f"{CANARY}\0"), "/living", "text.control_character"
    ),
    invalid(
        "an escape", RECORD, person(living=f"{CANARY}\x1b[2J"), "/living", "text.control_character"
    ),
    invalid("half a pair", RECORD, b'{"living": "\\ud800"}'),
    invalid("half a pair as a name", RECORD, b'{"\\ud800": 1}'),
    invalid("nothing but spaces", RECORD, person(living=" \u3000 "), "/living", "text.empty"),
    invalid("a very long text", RECORD, person(living=CANARY * 20_000), "/living", "text.too_long"),
    invalid("many names", RECORD, person(names=[{}] * 100_000)),
    invalid("many numbers", RECORD, person(phones=[1] * 100_000)),
    invalid("many unknown fields", RECORD, {f"{FIELD}_{n}": 1 for n in range(20_000)}),
    invalid(
        "it ends before it starts",
        "/v1/conferences",
        examples.CONFERENCE | {"place": CANARY, "ends_at": "2099-12-01T13:00:00+09:00"},
        "/",
        "conference.ends_before_start",
    ),
    invalid(
        "a time without a zone",
        "/v1/conferences",
        examples.CONFERENCE | {"place": CANARY, "starts_at": "2099-12-01T13:30:00"},
        "/starts_at",
        "field.date",
    ),
    Bad(
        "a consent of nobody",
        "/v1/consents",
        examples.CONSENT | {"person_id": NOWHERE, "evidence": CANARY},
        404,
        "record.not_found",
    ),
    invalid(
        "a consent that opens nothing",
        "/v1/consents",
        examples.CONSENT | {"data_classes": [CANARY], "evidence": CANARY},
    ),
    invalid(
        "a decline that leads nowhere",
        f"/v1/referrals/{NOWHERE}/decline",
        {"reason": CANARY},
        "/",
        "referral.decline_needs_proposal",
    ),
    invalid(
        "going along at no time",
        "/v1/referrals",
        examples.REFERRAL | {"reason": CANARY, "handover": {"mode": "accompany"}},
    ),
    Bad(
        "an address that is no id",
        f"/v1/consents/{FIELD}/revoke",
        {"reason": CANARY},
        422,
        "request.invalid",
        (("consent_id", "field.type"),),
    ),
]


async def send(caller: Caller, bad: Bad) -> httpx.Response:
    content = bad.body if isinstance(bad.body, bytes) else json.dumps(bad.body).encode()
    headers = {"Content-Type": bad.content_type}
    return await caller.send("POST", bad.path, content=content, headers=headers)


async def rows(town: Town) -> dict[str, int]:
    """Rows of every table but the two that every request writes."""
    tables = await town.owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    counted = sorted({t["tablename"] for t in tables} - {"audit_entry", "first_answer"})
    query = " UNION ALL ".join(f"SELECT '{t}', count(*) FROM {t}" for t in counted)
    return dict(await town.owner.fetch(query))


def shortcomings(bad: Bad, answer: httpx.Response) -> Iterator[str]:
    """What is wrong with the refusal."""
    if answer.headers.get("content-type") != "application/problem+json":
        yield f"{answer.status_code} is no problem: {answer.text[:200]}"
        return
    problem = answer.json()
    if (answer.status_code, problem["code"]) != (bad.status, bad.code):
        yield f"{answer.status_code} {problem['code']}"
    if not (problem["title"] and problem["title_ja"] and problem["status"] == answer.status_code):
        yield "a title is missing"
    if bad.status == 422 and not problem["errors"]:
        yield "no field is named"
    if not all(e["message"] and e["message_ja"] and e["pointer"] for e in problem["errors"]):
        yield "a field is not explained"
    if any("{" in e["message"] + e["message_ja"] for e in problem["errors"]):
        yield "a sentence has a hole"
    if bad.errors is not None:
        found = tuple((e["pointer"], e["code"]) for e in problem["errors"])
        if found != bad.errors:
            yield f"errors {found}"
    if len(answer.content) > 64 * 1024:
        yield f"{len(answer.content)} bytes of answer"
    yield from (f"repeats {word}" for word in (CANARY, FIELD, "ｶﾅﾘｱ") if word in answer.text)


async def test_it_is_refused_explained_and_not_repeated(town: Town):
    before = await rows(town)
    wrong = []
    with capture_logs() as logs:
        for bad in BAD:
            meeting = bad.path == "/v1/conferences"
            caller = town.caller(
                *(("j-consultant", "planning") if meeting else ("cc-worker", "consultation"))
            )
            seen = len(await town.audit())
            started = time.perf_counter()
            answer = await send(caller, bad)
            seconds = time.perf_counter() - started
            wrong += [(bad.about, said) for said in shortcomings(bad, answer)]
            if seconds > 5:
                wrong.append((bad.about, f"took {seconds:.1f} s"))
            entries = (await town.audit())[seen:]
            outcomes = {e["outcome"] for e in entries}
            if outcomes != {"denied" if bad.status == 404 else "failed"}:
                wrong.append((bad.about, f"on record as {outcomes}"))
            if any(e["sub"] != f"sub-{caller.account}" for e in entries):
                wrong.append((bad.about, "nobody is on record"))
            if any(word in str([dict(e) for e in entries]) for word in (CANARY, FIELD)):
                wrong.append((bad.about, "the audit log repeats it"))
    said = json.dumps(logs, ensure_ascii=False, default=str)
    assert not wrong, "\n".join(f"{about}: {what}" for about, what in wrong)
    assert not any(word in said for word in (CANARY, FIELD, "ｶﾅﾘｱ", NOWHERE))
    assert not [line for line in logs if line["event"] == "request.failed"]
    assert await rows(town) == before


async def test_the_address_is_checked_like_the_body(town: Town):
    cc = town.caller("cc-worker")
    before = await rows(town)
    asked = [
        f"/v1/persons/{FIELD}",
        f"/v1/referrals?box={FIELD}",
        f"/v1/agencies?kind={FIELD}-{CANARY}",
        "/v1/agencies?municipality=999998",
        f"/v1/plans/{NOWHERE}?number=0",
        f"/v1/plans/{NOWHERE}?number={'9' * 30}",
        f"/v1/plans/{NOWHERE}?number=99999999999",
    ]
    with capture_logs() as logs:
        for path in asked:
            answer = await cc.get(path)
            problem = answer.json()
            refused_as = (answer.status_code, problem["code"])
            assert refused_as in {(422, "request.invalid"), (404, "record.not_found")}, (
                path,
                answer.text,
            )
            assert all(e["message_ja"] for e in problem["errors"])
            assert FIELD not in answer.text
            assert CANARY not in answer.text
    assert FIELD not in str(logs)
    assert await rows(town) == before


# Bodies that are too large.


class Flood:
    """A body that goes on; it counts what was taken from it."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        chunk = CANARY.encode() * 4096
        while self.taken < self.size:
            self.taken += len(chunk)
            yield chunk


def too_large(answer: httpx.Response) -> None:
    assert answer.status_code == 413, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "body.too_large"
    assert "1 MiB" in problem["title"]
    assert "1MiB" in problem["title_ja"]
    assert CANARY not in answer.text
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("size", [2 * 1024 * 1024, 100 * 1024 * 1024])
async def test_a_flood_is_cut_off(town: Town, size: int):
    cc = town.caller("cc-worker")
    before = await rows(town)
    flood = Flood(size)
    started = time.perf_counter()
    with capture_logs() as logs:
        answer = await cc.send("POST", RECORD, content=flood)
    assert time.perf_counter() - started < 5
    too_large(answer)
    assert flood.taken < MAX_BODY + 200_000
    assert CANARY not in str(logs)
    assert await rows(town) == before
    # It was somebody we know: the attempt is on record.
    assert [e["outcome"] for e in await town.audit(action="person.register")] == ["failed"]


async def test_a_declared_flood_is_not_even_read(town: Town):
    cc = town.caller("cc-worker")
    flood = Flood(2 * 1024 * 1024)
    answer = await cc.send("POST", RECORD, content=flood, headers={"Content-Length": "2097152"})
    too_large(answer)
    assert flood.taken == 0


async def test_a_length_that_is_a_lie_helps_nobody(town: Town):
    cc = town.caller("cc-worker")
    lie = {"Content-Length": "10", "Content-Type": "application/json"}
    # With a key, and without one: the body is read in different places.
    for path in (RECORD, f"{RECORD}/search"):
        flood = Flood(5 * 1024 * 1024)
        too_large(await cc.send("POST", path, content=flood, headers=lie))
        assert flood.taken < MAX_BODY + 200_000


async def test_what_just_fits_is_read(town: Town):
    body = json.dumps({"living": "一人"}).encode()
    cc = town.caller("cc-worker")
    json_type = {"Content-Type": "application/json"}
    for size in (MAX_BODY, MAX_BODY + 1):
        padded = body + b" " * (size - len(body))
        answer = await cc.send("POST", RECORD, content=padded, headers=json_type)
        if size > MAX_BODY:
            too_large(answer)
        else:
            assert answer.status_code == 201, answer.text


async def test_no_contact_is_planned_for_a_day_that_has_passed(town: Town):
    j, today = town.caller("j-consultant"), town.clock.now.date().isoformat()
    whom = (await j.post("/v1/persons", {})).json()["id"]
    slip = examples.CONSENT | {"person_id": whom}
    assert (await j.post("/v1/consents", slip)).status_code == 201
    heard = examples.CONSULTATION | {"person_id": whom}
    begun = (await j.post("/v1/consultations", heard)).json()["id"]
    applied = await j.post(f"/v1/consultations/{begun}/screen", {"act": "apply"})
    case = f"/v1/cases/{applied.json()['case_id']}"
    interrupted = {"stage": "interrupted"}
    contact = {"person_id": whom}
    for path, field, body in (
        ("/v1/contacts", "next_on", contact),
        (f"{case}/advance", "recontact_on", interrupted),
        (f"{case}/close", "contact_on", dict.fromkeys(("exit", "note", "after_care"), "…")),
    ):
        # The end follows the interruption, which went through with a day to come.
        said = {"category": "goal_reached"} | body if path.endswith("close") else body
        for day in ("2020-01-01", today):
            refused = await j.post(path, said | {field: day})
            assert refused.status_code == 422, refused.text
            assert refused.json()["code"] == "contact.day_passed"
            assert refused.json()["errors"][0]["pointer"] == f"/{field}"
        assert (await j.post(path, said | {field: "2027-01-15"})).is_success


async def test_the_longest_text_goes_on_as_far_as_there_is_room(town: Town):
    """A signal of full length, with what is put before it, becomes an agenda item or a consultation."""
    j = town.caller("j-consultant")
    meeting = examples.CONFERENCE | {"kind": "internal_case_meeting"}
    planned = await town.caller("j-consultant", "planning").post("/v1/conferences", meeting)
    signal = (await j.post("/v1/signals", examples.SIGNAL | {"text": "あ" * 4000})).json()["id"]
    listed = {"conference_id": planned.json()["id"]}
    for act, body in (("propose", listed), ("consult", {})):
        done = await j.post(f"/v1/signals/{signal}/{act}", body)
        assert done.status_code == 200, done.text
