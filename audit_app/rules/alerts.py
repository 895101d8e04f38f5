"""What a practice alert is made of: how long its texts may be, and what it needs to go out.

The lengths keep an alert on one side of A4 as people write, and on two at the very most.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from audit_app.rules.completeness import Problem
from audit_app.rules.personal_data import find, warning

#: The most characters in each text of an alert.
LONGEST: dict[str, int] = {
    "title": 90,
    "audience": 100,
    "owner": 100,
    "why_now": 400,
    "found": 600,
    "good_looks_like": 600,
    "what": 200,
    "standards": 360,
    "question": 160,
    "how_checked": 360,
}
#: The most characters in each text about an issued alert, which is not on its paper.
LONGEST_AFTER: dict[str, int] = {
    "because": 500,
    "where_discussed": 120,
    "what_changes": 1000,
}
#: The most lines in each of its longer texts, so that a list does not run down the page.
MOST_LINES = 10
REQUIREMENTS = 4
QUESTIONS = 3

_NUMBER = re.compile(r"([A-Za-z]{1,6}) ?(\d{4})/(\d{1,4})")


@dataclass(frozen=True)
class Requirement:
    """One thing every reader must do, and the day it must be done by."""

    what: str
    by_when: date


_TEXTS = {
    "why_now": "Say why this matters now",
    "found": "Say what the audits found",
    "good_looks_like": "Say what good looks like",
    **{f"question_{n}": f"Enter question {n} for the team" for n in range(1, QUESTIONS + 1)},
    "how_checked": "Say how you will check that practice has changed",
}


def problems(
    texts: Mapping[str, str | None],
    requirements: Mapping[int, Requirement],
    review_on: date | None,
    today: date,
) -> list[Problem]:
    """What an alert still needs before it can be submitted, by the name of its field.

    ``requirements`` are by their place, counted from 1; empty places are left out.
    """
    found = [
        Problem(field, message)
        for field, message in _TEXTS.items()
        if not (texts.get(field) or "").strip()
    ]
    written = {name: texts.get(name) or "" for name in _TEXTS}
    written |= {f"what_{place}": each.what for place, each in requirements.items()}
    for name, text in written.items():
        if told := warning(text, find(text), reason_will_do=False):
            found.append(Problem(name, told))
    if not requirements:
        found.append(Problem("what_1", "Enter at least one thing that teams must do"))
    found += [
        Problem(f"by_{place}", f"The date for requirement {place} must be in the future")
        for place, each in requirements.items()
        if each.by_when <= today
    ]
    if review_on is None:
        found.append(Problem("review_on", "Enter the date when this alert will be reviewed"))
    elif review_on <= today:
        found.append(Problem("review_on", "The review date must be in the future"))
    return found


def written_number(prefix: str, year: int, sequence: int) -> str:
    """An alert’s number as it is printed: ``PA 2026/04``."""
    return f"{prefix} {year}/{sequence:02d}"


def read_number(text: str) -> tuple[str, int, int]:
    """Read ``PA 2026/04`` into its prefix, year and sequence.

    Raises:
        ValueError: when it is written otherwise.
    """
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"“{text}” is not an alert’s number. Write it like PA 2026/04")
    return match[1].upper(), int(match[2]), int(match[3])
