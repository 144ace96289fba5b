"""The audit log as auditors read it over HTTP, and what it says about a request or a person."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from service.demo.city import AGENCY_ID
from service.demo.visitors import Answer, Visitor
from service.domain.permission import Purpose

_LETTER = {str(agency_id): letter for letter, agency_id in AGENCY_ID.items()}

Entry = dict[str, Any]


def letter_of(agency_id: str | None) -> str:
    """The demo city's letter for an agency."""
    return _LETTER.get(agency_id or "", "?")


class Log:
    """Entries of the audit log, each once, whoever read them."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Keep the entries by request; of two readings the one that says whom it is about.

        A refused agency's own auditor is told no more of it than the refusal did.
        """
        self._by_request: dict[str, list[Entry]] = {}
        telling = sorted(entries, key=lambda e: e["person_id"] is not None)
        for entry in {e["id"]: e for e in telling}.values():
            self._by_request.setdefault(entry["request_id"], []).append(entry)

    def entries(self, answers: Iterable[Answer]) -> list[Entry]:
        """All entries of these requests."""
        return [e for a in answers for e in self._by_request.get(a.request_id, ())]

    def missing(self, answers: Iterable[Answer]) -> list[Answer]:
        """Requests that nobody put on record."""
        return [a for a in answers if a.request_id not in self._by_request]

    def verdict(self, request_id: str | None) -> str:
        """The basis, the refusing rule, or the outcome; of the entry about a person, if any."""
        entries = self._by_request.get(request_id or "", [])
        about_somebody = [e for e in entries if e["person_id"]]
        return " ".join(sorted({_verdict(e) for e in about_somebody or entries})) or "not on record"


def _verdict(entry: Entry) -> str:
    match entry["outcome"]:
        case "allowed":
            return str(entry["basis"])
        case "denied":
            return " ".join(entry["rules"])
        case outcome:
            return str(outcome)


def counted(values: Iterable[str]) -> str:
    """How often each value occurs: ``CONSENT 12, INTERNAL 9``."""
    return ", ".join(f"{value} {times}" for value, times in sorted(Counter(values).items()))


async def read_all(visitor: Visitor, path: str, purpose: Purpose, **query: str) -> list[Any]:
    """Every page of a list, following its cursor."""
    items: list[Any] = []
    asked = {"limit": "100", **query}
    while True:
        answer = await visitor.send("GET", path, purpose=purpose, query=asked)
        items += answer.body.get("items", [])
        cursor = answer.body.get("next_cursor")
        if cursor is None:
            return items
        asked["cursor"] = cursor
