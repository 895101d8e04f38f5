"""What time it is where the council is, whatever the server's clock is set to."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
#: The same by its rule, for a machine without a list of time zones.
_BY_RULE = "GMT0BST,M3.5.0/1,M10.5.0"


def live_in_london() -> None:
    """Let the calendar of this process be London's: ``date.today()`` is the day at the council.

    Most servers keep UTC, where in summer it is still yesterday in the first hour of a day. Every
    stored moment is in UTC all the same.
    """
    for zone in (str(LONDON), _BY_RULE):
        os.environ["TZ"] = zone
        time.tzset()
        if time.tzname == ("GMT", "BST"):
            return


def in_london(value: datetime) -> datetime:
    """A stored moment by London's clock; one without a time zone is in UTC."""
    return in_utc(value).astimezone(LONDON)


def in_utc(value: datetime) -> datetime:
    """A stored moment with its time zone, which not every database gives back."""
    return value.replace(tzinfo=value.tzinfo or UTC)


def clock(value: datetime) -> str:
    """``16:42``, by London's clock."""
    return f"{in_london(value):%H:%M}"
