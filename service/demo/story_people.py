"""The invented people of the story. Each run makes new ones, so that it can be told again."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from service.demo.city import AGENCY_ID, CITY, DESK_ID
from service.domain.calendar_jp import jst_date

AGENCY = {letter: str(agency_id) for letter, agency_id in AGENCY_ID.items()}
DESK = {letter: str(desk_id) for letter, desk_id in DESK_ID.items()}

#: Syllables of the family names: 試験 and so many of these. Of a million and more, no two are alike
#: however often the story is told on the same state.
_SYLLABLES = "アイカキサシタトナニハヒマミヤラリ"
_LENGTH = 5


def family_name() -> str:
    """What follows 試験 in this run's family name; its own reading."""
    return "".join(secrets.choice(_SYLLABLES) for _ in range(_LENGTH))


def person(family: str, given: str, given_kana: str, birth: str, **known: str) -> dict[str, Any]:
    """A person as a desk registers them."""
    name = {
        "family": f"試験{family}",
        "given": given,
        "family_kana": f"シケン{family}",
        "given_kana": given_kana,
    }
    return {"names": [name], "birth": birth, "municipality_code": CITY, **known}


def consent(person_id: str, *, classes: list[str], kinds: list[str]) -> dict[str, Any]:
    """A written consent of today, to agencies of these kinds."""
    return {
        "person_id": person_id,
        "method": "written",
        "evidence": "相談受付・申込票",
        "explained_on": today(),
        "rule_version": "個人情報取扱規程 2026-04",
        "purposes": ["consultation", "planning"],
        "data_classes": classes,
        "receivers": {"kinds": kinds},
        "valid_from": today(),
    }


def now() -> str:
    """This instant."""
    return datetime.now(UTC).isoformat()


def today(later: int = 0) -> str:
    """Today in Japan, or so many days later."""
    return (jst_date(datetime.now(UTC)) + timedelta(days=later)).isoformat()
