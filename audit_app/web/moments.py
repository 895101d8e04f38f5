"""What time it is where the council is, whatever the server's clock is set to."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def in_london(value: datetime) -> datetime:
    """A stored moment by London's clock; one without a time zone is in UTC."""
    return in_utc(value).astimezone(LONDON)


def in_utc(value: datetime) -> datetime:
    """A stored moment with its time zone, which not every database gives back."""
    return value.replace(tzinfo=value.tzinfo or UTC)


def clock(value: datetime) -> str:
    """``16:42``, by London's clock."""
    return f"{in_london(value):%H:%M}"
