"""Counts of judgements into the table people read: how many, what share, and what to beware of.

Every figure is made from counts and rounded last, half up, as printed practice reports do;
columns are never forced to 100. Every table of judgements is made from one :class:`Distribution`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol

from audit_app.rules import table_notes
from audit_app.rules.columns import Column
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.periods import Period
from audit_app.rules.shares import DEFAULT_FLOOR, Share, percent

__all__ = ["Column", "Distribution", "Share", "distribution", "percent"]

_COLUMNS = ("month", "judgement", "n")


class Counts(Protocol):
    """Columns by name: what a grouped query found."""

    @property
    def columns(self) -> Iterable[str]: ...

    def __getitem__(self, name: str, /) -> Iterable[Any]: ...


@dataclass(frozen=True)
class Distribution:
    """How judgements are spread over the scale in each period: the table and all that it says."""

    columns: tuple[Column, ...]

    @property
    def periods(self) -> tuple[Period, ...]:
        return tuple(column.period for column in self.columns)

    def records(self) -> list[dict[str, str | int | Decimal | None]]:
        """The tidy table: one record for each period and judgement, in scale order.

        Keys, in order: ``period`` (its label), ``from`` and ``to`` (ISO dates, both inside the
        period), ``months`` (as printed), ``judgement`` (its full words), ``count``, ``percent``
        (as printed, without a sign; None where the table shows counts only) and ``total``.
        Audits that round to no percent are 0 here: the count beside it is not.
        """
        return [
            {
                "period": column.period.label,
                "from": column.period.first.isoformat(),
                "to": column.period.last.isoformat(),
                "months": column.period.months,
                "judgement": word.label,
                "count": cell.count,
                "percent": cell.percent,
                "total": column.total,
            }
            for column in self.columns
            for word, cell in zip(SCALE, column.cells, strict=True)
        ]

    def as_json(self) -> dict[str, Any]:
        """The table for ``json.dumps``: ``headline``, ``periods`` and ``notes``.

        Each of ``periods`` has ``period``, ``from``, ``to``, ``months``, ``part``, ``total``,
        ``not_enough_evidence``, ``audits_a_month``, ``good_or_better`` and ``judgements``, a list
        in scale order. A share has ``count`` and ``percent``: a number as printed, or null where
        the table shows counts only. Months and rates are numbers as printed.
        """
        return {
            "headline": self.headline,
            "periods": [column.as_json() for column in self.columns],
            "notes": list(self.notes),
        }

    @property
    def headline(self) -> str:
        """Good or better in each period, as one sentence that claims no change."""
        return table_notes.headline(self.columns)

    @property
    def notes(self) -> tuple[str, ...]:
        """Plain sentences a reader needs beside the table, most important first."""
        return table_notes.notes(self.columns)


def distribution(
    counts: Counts,
    periods: Sequence[Period],
    *,
    floor: int = DEFAULT_FLOOR,
    places: int = 0,
) -> Distribution:
    """Arrange counted judgements by period.

    ``counts`` is one grouped query's result: ``month`` (int, yyyymm), ``judgement`` (a
    :class:`Judgement` value) and ``n`` (audits, int), in any order, with or without rows of 0. It
    must already be limited to the days of ``periods``; months outside all of them are left out.
    ``floor`` is the total below which a period shows counts only. ``places`` is the number of
    decimals where a period holds 100 audits or more.

    Raises:
        ValueError: when there is no period, a column is missing, a judgement is unknown, or
            two periods share a month of which one holds only some days, which counts by month
            cannot tell apart.
    """
    missing = [name for name in _COLUMNS if name not in counts.columns]
    if missing:
        raise ValueError(f"The counts lack {', '.join(missing)}")
    rows = tuple(zip(*(counts[name] for name in _COLUMNS), strict=True))
    return _arranged(rows, tuple(periods), floor, places)


@lru_cache(maxsize=512)
def _arranged(
    rows: tuple[tuple[int, str, int], ...], periods: tuple[Period, ...], floor: int, places: int
) -> Distribution:
    """The same object for the same counts, so that its percentages are worked out once."""
    _refuse_what_cannot_be_told_apart(periods)
    tally: dict[int, Counter[Judgement]] = defaultdict(Counter)
    for month, word, n in rows:
        tally[month][Judgement(word)] += n
    return Distribution(tuple(_column(tally, period, floor, places) for period in periods))


def _refuse_what_cannot_be_told_apart(periods: Sequence[Period]) -> None:
    if not periods:
        raise ValueError("A distribution needs at least one period")
    sharing = Counter(key for period in periods for key in period.month_keys())
    for period in periods:
        if any(sharing[key] > 1 and period.cuts_month(key) for key in period.month_keys()):
            raise ValueError(f"{period.label} shares part of a month with another period")


def _column(
    tally: Mapping[int, Counter[Judgement]], period: Period, floor: int, places: int
) -> Column:
    found: Counter[Judgement] = Counter()
    for key in period.month_keys():
        if key in tally:
            found.update(tally[key])
    counts = tuple(found[word] for word in SCALE)
    return Column(period, counts, found[Judgement.NOT_ENOUGH_EVIDENCE], floor, places)
