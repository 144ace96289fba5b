"""How often one address may be asked."""

from datetime import UTC, datetime, timedelta

from service.api.pace import WINDOW, Pace

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def test_so_often_in_so_long_and_then_anew() -> None:
    pace = Pace(at_most=2)
    assert [pace.allows("a", AT) for _ in range(3)] == [True, True, False]
    assert pace.allows("b", AT)
    assert not pace.allows("a", AT + WINDOW - timedelta(seconds=1))
    assert pace.allows("a", AT + WINDOW)


def test_it_never_remembers_more_than_it_may() -> None:
    pace = Pace(at_most=1, most_keys=2)
    assert all(pace.allows(key, AT) for key in "abc")
    assert not pace.allows("c", AT)
    # The oldest was forgotten.
    assert pace.allows("a", AT)
