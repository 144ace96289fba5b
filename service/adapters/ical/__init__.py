"""Calendars as iCalendar (RFC 5545, RFC 5546), as calendar programs take them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneStandard, vCalAddress, vUri

from service.domain.conference import Answer
from service.domain.invitation import CalendarEntry, InvitedAgency, Method

TOKYO = ZoneInfo("Asia/Tokyo")
PARTSTAT: dict[Answer, str] = {
    Answer.NONE: "NEEDS-ACTION",
    Answer.ACCEPTED: "ACCEPTED",
    Answer.TENTATIVE: "TENTATIVE",
    Answer.DECLINED: "DECLINED",
}


class IcalWriter:
    """The writer that the service is wired with."""

    def write(
        self, entries: Sequence[CalendarEntry], method: Method, *, at: datetime, name: str
    ) -> bytes:
        """The calendar in UTF-8, with CRLF and folded lines."""
        calendar = Calendar()
        calendar.add("version", "2.0")
        calendar.add("prodid", "-//Tsunagi//Conferences//JA")
        calendar.add("calscale", "GREGORIAN")
        calendar.add("method", method.upper())
        if method is Method.PUBLISH:
            calendar.add("x-wr-calname", name)
        calendar.add_component(_japan())
        for entry in entries:
            calendar.add_component(_event(entry, at, published=method is Method.PUBLISH))
        written: bytes = calendar.to_ical()
        return written


def _japan() -> Timezone:
    """Japan's time: nine hours ahead, without summer time since 1951."""
    standard = TimezoneStandard()
    # Before the first conference anybody can plan; a local time, as RFC 5545 wants it.
    standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001 - local by definition
    standard.add("tzoffsetfrom", timedelta(hours=9))
    standard.add("tzoffsetto", timedelta(hours=9))
    standard.add("tzname", "JST")
    zone = Timezone()
    zone.add("tzid", TOKYO.key)
    zone.add_component(standard)
    return zone


def _event(entry: CalendarEntry, at: datetime, *, published: bool) -> Event:
    event = Event()
    event.add("uid", f"urn:uuid:{entry.conference_id}")
    event.add("dtstamp", at.astimezone(UTC))
    event.add("sequence", entry.sequence)
    event.add("status", entry.status.upper())
    event.add("dtstart", entry.starts_at.astimezone(TOKYO))
    event.add("dtend", entry.ends_at.astimezone(TOKYO))
    event.add("summary", entry.title)
    where = entry.place or entry.online_url
    if where is not None:
        event.add("location", where)
    if entry.online_url is not None:
        event.add("url", vUri(entry.online_url))
    event.add("class", "CONFIDENTIAL")
    event.add("transp", "TRANSPARENT" if entry.status == "cancelled" else "OPAQUE")
    event.add("organizer", _agency(entry.convener))
    if not published:
        # Whoever publishes a calendar invites nobody with it (RFC 5546 §3.2.1).
        for agency in (entry.convener, *entry.invited):
            event.add("attendee", _attendee(agency, chairs=agency is entry.convener))
    return event


def _agency(agency: InvitedAgency) -> vCalAddress:
    """An agency has a name and no mailbox: answers come through the service."""
    address = vCalAddress(f"urn:uuid:{agency.agency_id}")
    address.params["CN"] = agency.name
    return address


def _attendee(agency: InvitedAgency, *, chairs: bool) -> vCalAddress:
    address = _agency(agency)
    address.params["CUTYPE"] = "GROUP"
    address.params["ROLE"] = "CHAIR" if chairs else "REQ-PARTICIPANT"
    address.params["PARTSTAT"] = PARTSTAT[agency.answer]
    return address
