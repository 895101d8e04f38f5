"""The last counts of the years that go, so that no figure of them ever falls.

A year's total is counted from its records before the first of them goes, and stands in the
year-on-year table from then on, as a total nobody can look behind. Records count in figures from
the first day of the year after; what is held back of an earlier year counts in that total alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

from sqlalchemy import func, select

from audit_app.audits.closed_years import counts_from
from audit_app.extensions import db
from audit_app.historic.queries import in_force_between
from audit_app.models import Audit
from audit_app.models.base import JsonObject
from audit_app.rules.judgements import SCALE
from audit_app.web.pages import day


class Overlaps(Exception):
    """A total was entered for days that records are counted for; the message says which."""


def totals_before(before: date) -> list[JsonObject]:
    """The total of each calendar year before a day, of those that records count for today.

    Raises:
        Overlaps: when somebody entered a total for some of the same days.
    """
    since = db.session.scalar(select(counts_from()))
    days = [Audit.audit_date < before, *([Audit.audit_date >= since] if since else [])]
    month, final = Audit.audit_month, Audit.final_overall
    counted = select(month, final, func.count()).where(Audit.recorded, final.is_not(None), *days)
    by_year: dict[int, Counter[str]] = defaultdict(Counter)
    first: dict[int, int] = {}
    for key, judgement, n in db.session.execute(counted.group_by(month, final).order_by(month)):
        if key is None or judgement is None:
            continue
        first.setdefault(key // 100, key % 100)
        by_year[key // 100][judgement.value] += n
    # The first year there is begins in the month of its first audit, as tables show it.
    begins = {year: first[year] if since is None and year == min(first) else 1 for year in first}
    return [_total(date(year, begins[year], 1), by_year[year]) for year in by_year]


def _total(first: date, counts: Counter[str]) -> JsonObject:
    last = date(first.year, 12, 31)
    if other := in_force_between(first, last):
        raise Overlaps(
            f"A published total for {day(other.first)} to {day(other.last)} is entered, and audits "
            f"of {first.year} are recorded and count instead. Withdraw the total first: otherwise "
            "it would stand in their place once they are gone"
        )
    judged = {judgement.value: counts[judgement.value] for judgement in SCALE}
    return {"first": first.isoformat(), "last": last.isoformat(), **judged}
