"""Dates as people type them in one box or keep them in a file."""

from __future__ import annotations

import re
from datetime import date

#: The years that a day of this service may be in; any other is a slip.
YEARS = (1990, 2100)

_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})")
_BRITISH = re.compile(r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})")


def read_day(text: str) -> date:
    """Read ``2026-03-27`` or ``27/03/2026``, a day of :data:`YEARS`.

    Raises:
        ValueError: when the text is neither, or is no day of the calendar or of those years; the
            message says what would do.
    """
    day = read_any_day(text)
    if not YEARS[0] <= day.year <= YEARS[1]:
        raise ValueError(f"The year must be from {YEARS[0]} to {YEARS[1]}")
    return day


def read_any_day(text: str) -> date:
    """The same of whatever year, for whoever says themselves which days will do.

    Raises:
        ValueError: when the text is neither, or is no day of the calendar; the message says what
            would do.
    """
    match = _ISO.fullmatch(text.strip()) or _BRITISH.fullmatch(text.strip())
    try:
        if match is not None:
            return date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        pass
    raise ValueError(f"“{text}” is not a date. Write it like 27/03/2026")
