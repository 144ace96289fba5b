"""iCalendar as calendar programs read it: parsed back, folded, escaped, and nothing personal."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import vobject
from domain_builders import OURS, THEIRS, uid
from icalendar import Calendar

from service.adapters.ical import PARTSTAT, IcalWriter
from service.domain.conference import Answer
from service.domain.invitation import CalendarEntry, EntryStatus, InvitedAgency, Method

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
STARTS = datetime(2026, 12, 1, 4, 30, tzinfo=UTC)
HOSTILE = 'A,b;c\\d"e:f^n\\nBEGIN:VEVENT' + "長い名前の会議" * 12
URL = "https://meet.example.jp/a?b=1,2;3&c=%0D%0A"


def agency(agency_id: UUID, name: str, answer: Answer = Answer.NONE) -> InvitedAgency:
    return InvitedAgency(agency_id=agency_id, name=name, answer=answer)


def entry(**changes: Any) -> CalendarEntry:
    given: dict[str, Any] = {
        "conference_id": uid(0x500),
        "sequence": 3,
        "status": EntryStatus.CONFIRMED,
        "title": "支援調整会議",
        "starts_at": STARTS,
        "ends_at": STARTS + timedelta(minutes=90),
        "place": "市役所3階、会議室",
        "online_url": URL,
        "convener": agency(OURS, "みほん社協", Answer.ACCEPTED),
        "invited": (agency(THEIRS, "みほん市福祉課", Answer.TENTATIVE),),
    }
    return CalendarEntry(**given | changes)


def written(*entries: CalendarEntry, method: Method = Method.REQUEST) -> bytes:
    return IcalWriter().write(entries, method, at=AT, name="会議")


def parsed(text: bytes) -> tuple[Any, list[Any]]:
    calendar = Calendar.from_ical(text)
    return calendar, calendar.walk("VEVENT")


def test_what_is_written_is_read_back() -> None:
    calendar, [event] = parsed(written(entry()))
    assert (calendar["version"], calendar["method"]) == ("2.0", "REQUEST")
    assert event["uid"] == f"urn:uuid:{uid(0x500)}"
    assert (event["sequence"], event["status"]) == (3, "CONFIRMED")
    assert event["dtstamp"].dt == AT
    assert (event["dtstart"].dt, event["dtend"].dt) == (STARTS, STARTS + timedelta(minutes=90))
    assert event["dtstart"].params["TZID"] == "Asia/Tokyo"
    assert str(event["summary"]) == "支援調整会議"
    assert str(event["location"]) == "市役所3階、会議室"
    assert str(event["url"]) == URL
    assert event["organizer"].params["CN"] == "みほん社協"
    chair, invited = event["attendee"]
    assert (chair.params["ROLE"], chair.params["PARTSTAT"]) == ("CHAIR", "ACCEPTED")
    assert (invited.params["CN"], invited.params["PARTSTAT"]) == ("みほん市福祉課", "TENTATIVE")
    assert str(invited) == f"urn:uuid:{THEIRS}"
    assert "description" not in event


def test_the_hour_is_the_hour_in_japan_and_the_zone_is_told() -> None:
    text = written(entry())
    assert b"\r\nDTSTART;TZID=Asia/Tokyo:20261201T133000\r\n" in text
    assert b"\r\nDTSTAMP:20261120T010000Z\r\n" in text
    calendar, _ = parsed(text)
    [zone] = calendar.walk("VTIMEZONE")
    assert zone["tzid"] == "Asia/Tokyo"
    [standard] = zone.walk("STANDARD")
    ahead = ZoneInfo("Asia/Tokyo").utcoffset(STARTS)
    assert standard["tzoffsetto"].td == standard["tzoffsetfrom"].td == ahead


@pytest.mark.parametrize("answer", Answer)
def test_every_answer_has_its_partstat(answer: Answer) -> None:
    _, [event] = parsed(written(entry(invited=(agency(THEIRS, "福祉課", answer),))))
    assert event["attendee"][1].params["PARTSTAT"] == PARTSTAT[answer]


@pytest.mark.parametrize(
    "changes",
    [{}, {"title": HOSTILE, "place": HOSTILE}, {"title": "会" * 200}, {"title": "a" * 75}],
)
def test_lines_end_with_crlf_and_are_folded_at_75_octets(changes: dict[str, Any]) -> None:
    text = written(entry(**changes))
    lines = text.split(b"\r\n")
    assert lines[-1] == b""
    assert b"\n" not in text.replace(b"\r\n", b"")
    assert max(map(len, lines)) <= 75
    # No character is torn apart by a fold.
    assert all(line.decode() is not None for line in lines)
    _, [event] = parsed(text)
    assert str(event["summary"]) == entry(**changes).title


def test_hostile_words_stay_words() -> None:
    table = (agency(THEIRS, HOSTILE),)
    text = written(entry(title=HOSTILE, place=HOSTILE, invited=table))
    assert text.count(b"\r\nBEGIN:VEVENT\r\n") == 1
    _, [event] = parsed(text)
    assert str(event["summary"]) == str(event["location"]) == HOSTILE
    assert len(event["attendee"]) == 2


def test_a_line_end_that_came_in_all_the_same_starts_no_line() -> None:
    """The domain lets none in; the writer does not rest on it."""
    text = written(entry(title="会議\r\nATTENDEE:mailto:x@example.com", place="室\nURL:x"))
    assert b"\r\nATTENDEE:mailto" not in text
    _, [event] = parsed(text)
    assert str(event["url"]) == URL
    assert len(event["attendee"]) == 2


def test_a_cancellation_takes_it_out() -> None:
    gone = entry(status=EntryStatus.CANCELLED, sequence=4)
    calendar, [event] = parsed(written(gone, method=gone.method))
    assert calendar["method"] == "CANCEL"
    assert (event["status"], event["sequence"], event["transp"]) == ("CANCELLED", 4, "TRANSPARENT")


def test_a_published_calendar_invites_nobody() -> None:
    second = entry(conference_id=uid(0x501), online_url=None, place=None)
    calendar, events = parsed(written(entry(), second, method=Method.PUBLISH))
    assert str(calendar["x-wr-calname"]) == "会議"
    assert len(calendar.walk("VTIMEZONE")) == 1
    assert len({e["uid"] for e in events}) == 2
    assert not [e for e in events if "attendee" in e]
    assert "location" not in events[1]
    assert "url" not in events[1]


def test_the_same_words_are_the_same_bytes() -> None:
    assert written(entry()) == written(entry())


# A second reader, which shares no line with the one that wrote it.


def read_by_vobject(text: bytes) -> Any:
    return vobject.readOne(text.decode())


def test_another_library_reads_the_same_across_the_end_of_the_year() -> None:
    eve = datetime(2026, 12, 31, 14, 30, tzinfo=UTC)  # 23:30 in Japan
    moved, cancelled = {"sequence": 4}, {"sequence": 5, "status": EntryStatus.CANCELLED}
    sittings = {"starts_at": eve, "ends_at": eve + timedelta(hours=1)}
    texts = [written(entry(**sittings))]
    texts.append(written(entry(**sittings | moved)))
    texts.append(written(entry(**sittings | cancelled), method=Method.CANCEL))
    read = [read_by_vobject(t) for t in texts]
    events = [c.vevent for c in read]
    assert [c.method.value for c in read] == ["REQUEST", "REQUEST", "CANCEL"]
    assert {e.uid.value for e in events} == {f"urn:uuid:{uid(0x500)}"}
    assert [int(e.sequence.value) for e in events] == [3, 4, 5]
    begins, ends = events[0].dtstart.value, events[0].dtend.value
    assert (begins, ends) == (eve, eve + timedelta(hours=1))
    assert (begins.isoformat(), ends.isoformat()) == (
        "2026-12-31T23:30:00+09:00",
        "2027-01-01T00:30:00+09:00",
    )
    assert events[2].status.value == "CANCELLED"


def test_what_one_library_writes_the_other_reads_and_writes_back() -> None:
    first = written(entry(title=HOSTILE))
    back = read_by_vobject(first).serialize().encode()
    (event,) = parsed(back)[1]
    (asked,) = parsed(first)[1]
    for name in ("uid", "sequence", "status", "summary", "location", "url"):
        assert str(event[name]) == str(asked[name]), name
    assert (event["dtstart"].dt, event["dtend"].dt) == (STARTS, STARTS + timedelta(minutes=90))
    assert len(event["attendee"]) == len(asked["attendee"])
