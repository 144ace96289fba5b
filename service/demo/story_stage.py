"""The stage: visitors act step by step, and each answer is held against what was expected."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from service.demo.story_log import Log, read_all
from service.demo.story_told import Chapter, Expectation, Mark, Step, Told
from service.demo.visitors import Answer, LoginError, Visitors
from service.domain.permission import Purpose

_OK, _CREATED = 200, 201


class StuckError(RuntimeError):
    """A step failed on which the rest of the chapter stands."""


@dataclass(frozen=True)
class Refusal:
    """How somebody is refused, what is put on record, and what would make it possible."""

    status: int
    code: str
    on_record: str
    remedies: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.status} {self.code}"


#: Not theirs to know: from outside the same as a record that does not exist.
CONCEALED = Refusal(
    404,
    "record.not_found",
    "record.no_basis",
    (
        "ask_consent",
        "ask_holder_to_provide",
        "ask_support_conference",
        "use_emergency_access",
    ),
)


class Stage:
    """Where the story is played; it keeps the answers and what was expected of them."""

    def __init__(self, visitors: Visitors, told: Told) -> None:
        """Begin with an empty stage."""
        self.visitors = visitors
        self.told = told
        self._purpose = Purpose.CONSULTATION
        self._auditors: tuple[str, ...] = ()
        self._began = datetime.now(UTC)
        #: Every answer of the chapter, for the log to be held against.
        self.answers: list[Answer] = []

    @asynccontextmanager
    async def chapter(
        self, code: str, ja: str, en: str, auditors: Sequence[str]
    ) -> AsyncIterator[None]:
        """One scenario; ``auditors`` are the accounts that read the log for it at the end."""
        chapter = Chapter(code, ja, en)
        self.told.chapters.append(chapter)
        self.answers, self._auditors, self._began = [], tuple(auditors), datetime.now(UTC)
        try:
            yield
            chapter.finished = True
        except StuckError:
            await self.read_log()
        except LoginError as error:
            self.fact("ログイン login", "a token", str(error))

    def step(self, ja: str, en: str, purpose: Purpose = Purpose.CONSULTATION) -> None:
        """The next thing that happens, and what the data is used for from here on."""
        chapter = self.told.chapters[-1]
        chapter.steps.append(Step(len(chapter.steps) + 1, ja, en))
        self._purpose = purpose

    async def get(self, account: str, path: str, **query: str) -> Answer:
        """Somebody reads."""
        return await self._ask("GET", account, path, query=query)

    async def post(self, account: str, path: str, body: object = None) -> Answer:
        """Somebody tries something."""
        return await self._ask("POST", account, path, body={} if body is None else body)

    async def do(self, account: str, path: str, body: object = None) -> Answer:
        """Somebody does something; if it fails, the chapter ends here."""
        answer = await self.post(account, path, body)
        self._must_succeed(answer, f"POST {path}")
        return answer

    async def change(self, account: str, path: str, body: object, version: int) -> Answer:
        """Somebody rewrites a record they have read; if it fails, the chapter ends here."""
        answer = await self._ask("PUT", account, path, body=body, version=version)
        self._must_succeed(answer, f"PUT {path}")
        return answer

    async def _ask(self, method: str, account: str, path: str, **said: Any) -> Answer:
        answer = await self.visitors[account].send(method, path, purpose=self._purpose, **said)
        self.answers.append(answer)
        return answer

    def _must_succeed(self, answer: Answer, what: str) -> None:
        if answer.status not in (_OK, _CREATED):
            self._expect(Mark.FACT, answer, what, "done", f"{answer.status} {answer.code}")
            raise StuckError

    def fact(self, what: str, expected: object, got: object) -> None:
        """Something that must be so."""
        self._note(Expectation(Mark.FACT, "", what, str(expected), str(got)))

    def sees(self, answer: Answer, what: str, verdict: str, *parts: str) -> None:
        """Somebody gets to see these parts, on this basis."""
        self._shows(Mark.SHOWN, answer, what, verdict, parts, ())

    def masked(
        self,
        answer: Answer,
        what: str,
        verdict: str,
        *,
        hides: Sequence[str],
        shows: Sequence[str] = (),
    ) -> None:
        """Somebody gets the record, without these parts."""
        self._shows(Mark.MASKED, answer, what, verdict, shows, hides)

    def refused(self, what: str, refusal: Refusal, *answers: Answer) -> None:
        """Each of them is refused, in this way."""
        for answer in answers:
            got = f"{answer.status} {answer.code}"
            if answer.remedies != refusal.remedies:
                got += f" → {', '.join(answer.remedies) or 'no remedy'}"
            self._expect(
                Mark.REFUSED, answer, what, str(refusal), got, refusal.on_record, refusal.remedies
            )

    def _shows(
        self,
        mark: Mark,
        answer: Answer,
        what: str,
        verdict: str,
        shows: Sequence[str],
        hides: Sequence[str],
    ) -> None:
        if answer.status != _OK:
            got = f"{answer.status} {answer.code}"
        else:
            there = set(parts_of(answer.body))
            hidden = [p for p in hides if p not in there]
            got = _described([p for p in shows if p in there], hidden)
            if len(hidden) < len(hides):
                got += f" / LEAKED: {', '.join(p for p in hides if p in there)}"
        self._expect(mark, answer, what, _described(shows, hides), got, verdict)

    def _expect(
        self,
        mark: Mark,
        answer: Answer,
        what: str,
        expected: str,
        got: str,
        verdict: str | None = None,
        remedies: tuple[str, ...] = (),
    ) -> None:
        who, asked = answer.staff.letter, answer.request_id if verdict else None
        self._note(Expectation(mark, who, what, expected, got, verdict, asked, remedies=remedies))

    def _note(self, expectation: Expectation) -> None:
        self.told.chapters[-1].steps[-1].expectations.append(expectation)

    async def read_log(self) -> Log:
        """Let the chapter's auditors read; whatever was shown or refused must be on record."""
        since = (self._began - timedelta(minutes=1)).isoformat()
        entries = [
            entry
            for account in self._auditors
            for entry in await read_all(
                self.visitors[account], "/v1/audit/events", Purpose.AUDIT, since=since
            )
        ]
        log = Log(entries)
        for step in self.told.chapters[-1].steps:
            for expectation in step.expectations:
                if expectation.verdict is not None:
                    expectation.on_record = log.verdict(expectation.request_id)
        return log


def _described(shows: Sequence[str], hides: Sequence[str]) -> str:
    shown = ", ".join(shows)
    hidden = f"hidden: {', '.join(hides)}" if hides else ""
    return " / ".join(part for part in (shown, hidden) if part)


#: Records inside an answer whose fields count as the answer's own.
_WRAPPERS = frozenset({"current", "plan", "plan_paper"})


def parts_of(body: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """What an answer shows: names of filled fields, and what each listed thing is about.

    ``needs:debt`` is the need of that theme, ``decline.note`` the note of that act, and
    ``1.lines:debt`` the line of a plan that lies with the first item of an agenda.
    """
    for name, value in body.items():
        if value in (None, [], ""):
            continue
        if name in _WRAPPERS and isinstance(value, dict):
            yield from parts_of(value, prefix)
        elif name == "items":
            for item in value:
                yield from parts_of(item, f"{prefix}{item.get('act') or item.get('number')}.")
        elif isinstance(value, list) and isinstance(value[0], dict) and "theme" in value[0]:
            yield from (f"{prefix}{name}:{each['theme']}" for each in value)
        else:
            yield f"{prefix}{name}"
