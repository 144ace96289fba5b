"""The services that a plan's line can name (brief §4.5), each with who settles it and its dates.

Dated reference data, as the law is: the temporary-lodging service became housing support in
April 2025, and moving costs came into the housing benefit with it.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated

from service.domain.disclosure import D0
from service.domain.text import Code, Line
from service.domain.validity import Dated


class LegalKind(StrEnum):
    """Who settles that the service is used."""

    STATUTORY = "statutory"
    """A service of the Act: the municipality alone decides (支援決定)."""
    CONFIRMED = "confirmed"
    """Another scheme: the municipality confirms that it fits (確認)."""
    LOAN = "loan"
    """A loan, which its own office examines; in the plan it is confirmed."""
    INFORMAL = "informal"
    """Neighbours, volunteers, own group: nobody's decision."""

    @property
    def label_ja(self) -> str:
        """The kind in the field's words."""
        return KIND_JA[self]


KIND_JA: dict[LegalKind, str] = {
    LegalKind.STATUTORY: "法に基づく事業（支援決定）",
    LegalKind.CONFIRMED: "その他の事業（確認）",
    LegalKind.LOAN: "貸付（確認）",
    LegalKind.INFORMAL: "地域・インフォーマル",
}


class DecisionKind(StrEnum):
    """What the municipality's word on a plan is (brief §3.1)."""

    DECISION = "decision"
    CONFIRMATION = "confirmation"

    @property
    def label_ja(self) -> str:
        """The word in the field's words."""
        return {DecisionKind.DECISION: "支援決定", DecisionKind.CONFIRMATION: "確認"}[self]


class ListedService(Dated):
    """One service, in the words of the plan sheet."""

    code: Annotated[Code, D0]
    label_ja: Annotated[Line, D0]
    kind: Annotated[LegalKind, D0]


_ACT = date(2015, 4, 1)
_2025 = date(2025, 4, 1)
_S, _C, _L, _I = LegalKind


def _listed(
    code: str, label_ja: str, kind: LegalKind, since: date = _ACT, until: date | None = None
) -> ListedService:
    return ListedService(
        code=code, label_ja=label_ja, kind=kind, valid_from=since, valid_until=until
    )


SERVICES: tuple[ListedService, ...] = (
    _listed("housing_benefit", "住居確保給付金（家賃補助）", _S),
    _listed("housing_benefit_moving", "住居確保給付金（転居費用補助）", _S, _2025),
    _listed("temporary_lodging", "一時生活支援事業", _S, until=date(2025, 3, 31)),
    _listed("housing_support", "居住支援事業", _S, _2025),
    _listed("budget_support", "家計改善支援事業", _S),
    _listed("employment_preparation", "就労準備支援事業", _S),
    _listed("certified_training", "認定就労訓練事業", _S),
    _listed("child_learning", "子どもの学習・生活支援事業", _C),
    _listed("employment_support", "自立相談支援事業による就労支援", _C),
    _listed("hello_work_team", "生活保護受給者等就労自立促進事業（チーム支援）", _C),
    _listed("job_seeker_support", "求職者支援制度", _C),
    _listed("home_visit", "訪問・アウトリーチによる支援", _C),
    _listed("participation", "参加支援事業", _C),
    _listed("other_scheme", "その他の制度・事業", _C),
    _listed("welfare_loan", "生活福祉資金貸付", _L),
    _listed("informal", "地域・インフォーマルの支え", _I),
    _listed("volunteer", "ボランティア", _I),
)


def listed_on(day: date) -> tuple[ListedService, ...]:
    """The services there are on a day."""
    return tuple(s for s in SERVICES if s.holds_on(day))


def service_of(code: str, day: date) -> ListedService | None:
    """The service behind a code on a day, if it is listed then."""
    return next((s for s in SERVICES if s.code == code and s.holds_on(day)), None)


def is_statutory(code: str | None) -> bool:
    """Whether only the municipality decides on it, at whatever time it was listed."""
    return any(s.code == code and s.kind is LegalKind.STATUTORY for s in SERVICES)
