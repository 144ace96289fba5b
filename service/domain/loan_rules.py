"""Which borrowers of special loans (特例貸付) are called first: rules as data, reasons in words.

A household is looked at as a whole (brief 0-01). Each rule that applies adds its weight and
gives its reason; enough weight means that somebody calls. What is not known weighs nothing,
but it is never "none": such a household is watched.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict

from service.domain.disclosure import D0, Disclosable
from service.domain.text import Code, Line


class Answer(StrEnum):
    """有・無・不明. An empty cell is not "no"."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Work(StrEnum):
    """就労状況."""

    WORKING = "working"
    REDUCED = "reduced"
    OUT_OF_WORK = "out_of_work"
    RETIRED = "retired"
    UNKNOWN = "unknown"


class Result(StrEnum):
    """What the screening says of a household."""

    NEEDS_CONTACT = "needs_contact"
    WATCH = "watch"
    NONE = "none"

    @property
    def label_ja(self) -> str:
        """The result in the field's words."""
        return RESULT_JA[self]


RESULT_JA: dict[Result, str] = {
    Result.NEEDS_CONTACT: "連絡が必要",
    Result.WATCH: "見守り",
    Result.NONE: "該当なし",
}


class Borrower(BaseModel):
    """What the list says of one borrower; ``None`` months of arrears: not known."""

    model_config = ConfigDict(frozen=True)

    months_in_arrears: int | None = None
    budget: Answer = Answer.UNKNOWN
    work: Work = Work.UNKNOWN
    debt: Answer = Answer.UNKNOWN
    food: Answer = Answer.UNKNOWN


class Reason(Disclosable):
    """Why, as a code for machines and in words for staff."""

    code: Annotated[Code, D0]
    label_ja: Annotated[Line, D0]


class Assessment(Disclosable):
    """The result for a household, and every reason for it."""

    result: Annotated[Result, D0]
    reasons: Annotated[tuple[Reason, ...], D0] = ()


class LoanRule(BaseModel):
    """One rule: an answer to look at, and what it weighs when it applies."""

    model_config = ConfigDict(frozen=True)

    code: str
    label_ja: str
    #: The field of ``Borrower``.
    asks: str
    #: The answers to which it applies; months of arrears are a range instead.
    answers: frozenset[str] = frozenset()
    months: tuple[int, int] | None = None
    weight: int = 0

    def applies(self, borrower: Borrower) -> bool:
        """Whether the answer is one the rule is about."""
        found = getattr(borrower, self.asks)
        if self.months is not None:
            return found is not None and self.months[0] <= found <= self.months[1]
        return "unknown" in self.answers if found is None else found in self.answers


def _yes(code: str, asks: str, weight: int, label_ja: str) -> LoanRule:
    return LoanRule(
        code=code, asks=asks, answers=frozenset({"yes"}), weight=weight, label_ja=label_ja
    )


def _unknown(asks: str, label_ja: str) -> LoanRule:
    code = f"{asks}_unknown"
    return LoanRule(code=code, asks=asks, answers=frozenset({"unknown"}), label_ja=label_ja)


#: Weight from which somebody calls.
ENOUGH = 3
NO_END = 9999

RULES: tuple[LoanRule, ...] = (
    _yes("food_trouble", "food", 3, "食料に困っている"),
    _yes("budget_trouble", "budget", 3, "家計に困りごとがある"),
    LoanRule(
        code="out_of_work",
        asks="work",
        answers=frozenset({Work.OUT_OF_WORK}),
        weight=3,
        label_ja="離職・失業中である",
    ),
    LoanRule(
        code="work_reduced",
        asks="work",
        answers=frozenset({Work.REDUCED}),
        weight=2,
        label_ja="休業・減収がある",
    ),
    _yes("other_debt", "debt", 2, "ほかにも債務がある"),
    LoanRule(
        code="arrears_long",
        asks="months_in_arrears",
        months=(3, NO_END),
        weight=2,
        label_ja="償還の滞納が3か月以上ある",
    ),
    LoanRule(
        code="arrears_begun",
        asks="months_in_arrears",
        months=(1, 2),
        weight=1,
        label_ja="償還の滞納が始まっている",
    ),
    _unknown("months_in_arrears", "償還状況が不明"),
    _unknown("budget", "家計の状況が不明"),
    _unknown("work", "就労状況が不明"),
    _unknown("debt", "債務の有無が不明"),
    _unknown("food", "食料の状況が不明"),
)


def assess(household: Iterable[Borrower]) -> Assessment:
    """The result for the borrowers of one household together; a rule counts once."""
    borrowers = list(household)
    said = [rule for rule in RULES if any(rule.applies(b) for b in borrowers)]
    weight = sum(rule.weight for rule in said)
    reasons = tuple(Reason(code=rule.code, label_ja=rule.label_ja) for rule in said)
    if weight >= ENOUGH:
        return Assessment(result=Result.NEEDS_CONTACT, reasons=reasons)
    return Assessment(result=Result.WATCH if said else Result.NONE, reasons=reasons)


def in_words(reasons: Sequence[Reason]) -> str:
    """The reasons on one line."""
    return "、".join(reason.label_ja for reason in reasons)
