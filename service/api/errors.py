"""The one place where a refusal becomes a status and an RFC 9457 problem, in two languages."""

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from pydantic_core import to_json
from starlette.responses import Response

from service.domain.errors import (
    Concealed,
    Denied,
    Fault,
    IllegalMove,
    Invalid,
    Malformed,
    Refusal,
    Stale,
    TooLarge,
    Unauthenticated,
    Unavailable,
    Unconditional,
)
from service.domain.problems import PROBLEMS, REMEDIES, VALUE_MESSAGES, Words

STATUS: dict[type[Refusal], int] = {
    Malformed: 400,
    Unauthenticated: 401,
    Denied: 403,
    Concealed: 404,
    IllegalMove: 409,
    Stale: 412,
    TooLarge: 413,
    Invalid: 422,
    Unconditional: 428,
    Unavailable: 503,
}

#: What pydantic calls it, and what we say.
_PYDANTIC: dict[str, str] = {
    "missing": "field.missing",
    "extra_forbidden": "field.unknown",
    "enum": "field.choice",
    "literal_error": "field.choice",
    **dict.fromkeys(
        (
            "greater_than",
            "greater_than_equal",
            "less_than",
            "less_than_equal",
            "string_too_short",
            "string_too_long",
            "string_pattern_mismatch",
            "too_short",
            "too_long",
        ),
        "field.range",
    ),
    **dict.fromkeys(
        (
            "date_from_datetime_inexact",
            "date_from_datetime_parsing",
            "date_parsing",
            "date_type",
            "datetime_from_date_parsing",
            "datetime_parsing",
            "datetime_type",
            "timezone_aware",
        ),
        "field.date",
    ),
}


class Remedy(BaseModel):
    """A way to make it possible."""

    code: str
    message: str
    message_ja: str


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    pointer: str = Field(
        description="JSON pointer into the body, or the name of the header or parameter."
    )
    code: str
    message: str
    message_ja: str


class RowProblem(BaseModel):
    """What is wrong with one cell of a file; what stands in it is not repeated."""

    row: int = Field(description="As the spreadsheet numbers it; the headings are row 1.")
    column: str = Field(description="The heading, or the letter of a column without one.")
    code: str
    message: str
    message_ja: str


class Problem(BaseModel):
    """An RFC 9457 problem. It never repeats what was submitted."""

    type: str = Field(description="urn:tsunagi:problem:<code>")
    title: str
    title_ja: str
    status: int
    code: str
    rule: str | None = Field(default=None, description="The rule that decided.")
    remedies: list[Remedy] = []
    errors: list[FieldProblem | RowProblem] = []
    facts: dict[str, Any] = Field(default={}, description="Impersonal values: states, counts.")


#: RFC 6750 and, for step-up, RFC 9470.
_BEARER_ERRORS = {
    "token.missing": "",
    "token.login_too_old": ' error="insufficient_user_authentication", max_age="600",',
}


def problem(refusal: Refusal) -> Response:
    """The answer to a refusal."""
    status = STATUS[type(refusal)]
    body = _problem(
        refusal.code, status, rule=refusal.rule, remedies=refusal.remedies, facts=refusal.facts
    )
    if refusal.field is not None:
        words = PROBLEMS[refusal.code]
        body.errors = [
            FieldProblem(
                pointer=refusal.field, code=refusal.code, message=words.en, message_ja=words.ja
            )
        ]
    body.errors += [_row(f) for f in refusal.faults]
    headers = {}
    if status == 401:
        error = _BEARER_ERRORS.get(refusal.code, ' error="invalid_token",')
        headers["WWW-Authenticate"] = f'Bearer realm="tsunagi",{error} scope="openid"'
    if status == 503:
        headers["Retry-After"] = "5"
    return answer_problem(body, headers)


def invalid_request(error: RequestValidationError) -> Response:
    """The answer to a request that cannot be read: every wrong field, none of its values."""
    found = error.errors()
    if any(e["type"] == "json_invalid" for e in found):
        return answer_problem(_problem("body.malformed", 400))
    in_body = any(e["loc"][0] == "body" for e in found)
    body = _problem("body.invalid" if in_body else "request.invalid", 422)
    body.errors = [_field(e) for e in found[:50]]
    return answer_problem(body)


def _field(error: Mapping[str, Any]) -> FieldProblem:
    where, *path = error["loc"]
    kind = error["type"]
    code = kind if kind in VALUE_MESSAGES else _PYDANTIC.get(kind) or _by_ending(kind)
    words = VALUE_MESSAGES.get(code) or PROBLEMS[code]
    facts = {k: v for k, v in (error.get("ctx") or {}).items() if isinstance(v, int | str)}
    pointer = (
        "/" + "/".join(str(p) for p in path) if where == "body" else ".".join(str(p) for p in path)
    )
    if code == "field.unknown":
        # The name of an unknown field is something that was submitted.
        pointer = pointer.rpartition("/")[0] or "/"
    return FieldProblem(
        pointer=pointer,
        code=code,
        message=_filled(words.en, facts),
        message_ja=_filled(words.ja, facts),
    )


def _row(fault: Fault) -> RowProblem:
    words = VALUE_MESSAGES[fault.code]
    return RowProblem(
        row=fault.row,
        column=fault.column,
        code=fault.code,
        message=_filled(words.en, fault.facts),
        message_ja=_filled(words.ja, fault.facts),
    )


def _by_ending(kind: str) -> str:
    return "field.type" if kind.endswith(("_type", "_parsing", "_from_float")) else "field.invalid"


def _filled(sentence: str, facts: Mapping[str, Any]) -> str:
    for name, value in facts.items():
        sentence = sentence.replace(f"{{{name}}}", str(value))
    return sentence


def simple_problem(code: str, status: int, headers: Mapping[str, str] | None = None) -> Response:
    """A problem that has nothing to say but its code."""
    return answer_problem(_problem(code, status), headers)


def answer_problem(body: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The problem as it goes out."""
    return Response(
        to_json(body),
        status_code=body.status,
        media_type="application/problem+json",
        headers=dict(headers or {}),
    )


def _problem(
    code: str,
    status: int,
    *,
    rule: str | None = None,
    remedies: Iterable[str] = (),
    facts: Mapping[str, Any] | None = None,
) -> Problem:
    words: Words = PROBLEMS[code]
    return Problem(
        type=f"urn:tsunagi:problem:{code}",
        title=words.en,
        title_ja=words.ja,
        status=status,
        code=code,
        rule=rule,
        remedies=[
            Remedy(code=r, message=REMEDIES[r].en, message_ja=REMEDIES[r].ja) for r in remedies
        ],
        facts=dict(facts or {}),
    )
