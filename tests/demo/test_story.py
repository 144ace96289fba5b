"""The demonstration itself: it holds on this service, and it fails on a service that leaks."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from town import Clock, open_town

from service.application import referrals
from service.demo import story
from service.domain.disclosure import EVERY_CLASS, disclose
from service.domain.referral import Referral


class RealClock(Clock):
    """The demonstration plans its conferences by the real clock."""

    def __call__(self) -> datetime:
        self.now = datetime.now(UTC)
        return self.now


async def test_every_expectation_holds(urls: Any, tmp_path: Path):
    async with open_town(urls, tmp_path, RealClock()) as town:
        told = await story.play(town.settings, town.http)
        assert told.ok, told.failures
        # It can be told again on the same state.
        again = await story.play(town.settings, town.http)
        assert again.ok, again.failures
    chapters = told.as_json()
    assert chapters["ok"] is True


async def test_a_service_that_shows_too_much_fails_it(
    urls: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def leaking(referral: Referral, _permit: Any) -> dict[str, Any]:
        return disclose(referral, EVERY_CLASS)

    monkeypatch.setattr(referrals, "show_referral", leaking)
    async with open_town(urls, tmp_path, RealClock()) as town:
        told = await story.play(town.settings, town.http)
    assert not told.ok
