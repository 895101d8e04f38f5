"""What a published total must be like before it is entered, and where it says it comes from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

#: More audits than any authority makes; a slip of the finger makes as many.
MOST_AUDITS = 100_000


@dataclass(frozen=True)
class Source:
    """Where a total was published: ``Annual report of 2018, 4 March 2019, page 12``."""

    title: str
    published_on: date
    page: str

    @property
    def text(self) -> str:
        on = self.published_on
        return f"{self.title}, {on.day} {on:%B %Y}, {self.page}"


_WRITTEN = re.compile(r"(?P<title>.+), (?P<on>\d{1,2} [A-Z][a-z]+ \d{4}), (?P<page>.+)", re.DOTALL)


def read_source(text: str) -> Source | None:
    """The parts of a source that :attr:`Source.text` wrote; None where it is written otherwise."""
    match = _WRITTEN.fullmatch(text)
    if match is None:
        return None
    try:
        on = datetime.strptime(match["on"], "%d %B %Y").date()  # noqa: DTZ007  a day has no zone
    except ValueError:
        return None
    return Source(match["title"], on, match["page"])


def days_problem(first: date, last: date, today: date) -> tuple[str, str] | None:
    """What is wrong with the days and in which box; None where nothing is."""
    if last < first:
        return "last", "The last day must be the same as or after the first day"
    if last >= today:
        return "last", "The last day must be in the past"
    return None
