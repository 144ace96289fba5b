"""The demonstration as it was told: chapters, steps, and what was expected of each answer."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Mark(StrEnum):
    """What an expectation is about."""

    SHOWN = "✔"
    REFUSED = "✖"
    MASKED = "◐"
    FACT = "·"

    @property
    def word(self) -> str:
        """The mark for machines."""
        return self.name.lower()


@dataclass
class Expectation:
    """What was expected of one answer, what came, and what the audit log says about it."""

    mark: Mark
    who: str
    what: str
    expected: str
    got: str
    #: What must be on record: the legal basis, the rule that refused, or ``masked``.
    verdict: str | None = None
    #: The request whose entry is looked for once the log is read.
    request_id: str | None = None
    on_record: str | None = None
    #: Codes of what would make a refused access possible.
    remedies: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether it came as expected, also on record."""
        return self.expected == self.got and self.verdict == self.on_record

    @property
    def name(self) -> str:
        """The expectation in a few words."""
        return f"{self.who}: {self.what}" if self.who else self.what

    def as_json(self) -> dict[str, Any]:
        """The expectation for machines."""
        return {
            "mark": self.mark.word,
            "name": self.name,
            "expected": _with_verdict(self.expected, self.verdict),
            "got": _with_verdict(self.got, self.on_record),
            "ok": self.ok,
        }


@dataclass
class Step:
    """One thing that somebody did, in plain words, and what was expected of it."""

    number: int
    ja: str
    en: str
    expectations: list[Expectation] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The step for machines."""
        return {
            "number": self.number,
            "ja": self.ja,
            "en": self.en,
            "expectations": [e.as_json() for e in self.expectations],
        }


@dataclass
class Chapter:
    """One scenario of the brief (§6)."""

    code: str
    ja: str
    en: str
    steps: list[Step] = field(default_factory=list)
    #: False when a step failed on which everything after it rests.
    finished: bool = False

    def as_json(self) -> dict[str, Any]:
        """The chapter for machines."""
        return {
            "scenario": self.code,
            "ja": self.ja,
            "en": self.en,
            "finished": self.finished,
            "steps": [s.as_json() for s in self.steps],
        }


@dataclass
class Told:
    """The whole demonstration."""

    service: str
    chapters: list[Chapter] = field(default_factory=list)

    def expectations(self) -> Iterator[tuple[Chapter, Step, Expectation]]:
        """Every expectation with its place."""
        for chapter in self.chapters:
            for step in chapter.steps:
                for expectation in step.expectations:
                    yield chapter, step, expectation

    @property
    def failures(self) -> list[tuple[Chapter, Step, Expectation]]:
        """What did not come as expected."""
        return [found for found in self.expectations() if not found[2].ok]

    @property
    def ok(self) -> bool:
        """Whether every chapter was told to its end and every expectation holds."""
        return bool(self.chapters) and all(c.finished for c in self.chapters) and not self.failures

    def as_json(self) -> dict[str, Any]:
        """The demonstration for machines."""
        return {
            "service": self.service,
            "ok": self.ok,
            "expectations": sum(1 for _ in self.expectations()),
            "failed": len(self.failures),
            "scenarios": [c.as_json() for c in self.chapters],
        }


def _with_verdict(said: str, verdict: str | None) -> str:
    return f"{said} [{verdict}]" if verdict else said
