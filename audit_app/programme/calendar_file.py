"""Due dates as a calendar file. It leaves the service, so it holds references and links only."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from icalendar import Calendar, Event

from audit_app.programme.allocations import AllocationLine


def calendar_of(
    lines: Iterable[AllocationLine], address_of: Callable[[str], str], host: str, at: datetime
) -> bytes:
    """A day for every audit to come, on the day it is due (RFC 5545).

    A calendar that reads a newer file knows each day again by its UID, and takes the newer of two
    by when they were made.

    Args:
        address_of: the whole address of an allocation’s page, from its reference.
        host: what the UIDs end with, so that they are like nobody else’s.
    """
    calendar = Calendar()
    calendar.add("prodid", f"-//{host}//Audits given to me//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Audits given to me")
    for line in lines:
        calendar.add_component(_due_day(line, address_of(line.reference), host, at))
    return calendar.to_ical()


def _due_day(line: AllocationLine, address: str, host: str, at: datetime) -> Event:
    event = Event()
    event.add("uid", f"{line.reference}@{host}")
    event.add("dtstamp", at)
    event.add("last-modified", at)
    event.add("sequence", int(at.timestamp() // 60))
    event.add("summary", f"Audit {line.reference} is due")
    event.add("description", address)
    event.add("url", address)
    event.add("dtstart", line.due_on)
    event.add("dtend", line.due_on + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    return event
