"""Judgements by period as a sheet: counts and shares, and beside them how sure they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from audit_app.rules.columns import Column
from audit_app.rules.distribution import Distribution
from audit_app.rules.intervals import Interval, wilson
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.periods import Period
from audit_app.rules.shares import Share
from audit_app.rules.sheets import (
    NO_FIGURE,
    RANGE,
    SHARE,
    Cell,
    Heading,
    Line,
    Rows,
    Sheet,
    Value,
    between,
    count,
    number,
    share,
)

#: More periods than a page is wide stand one below the other.
MOST_ACROSS = 12
BREAK = "[b]"

#: The address arguments of the audits behind one count; no judgement means all on the scale.
Behind = Callable[[Period, Judgement | None], Mapping[str, str] | None]


def _nothing_behind(period: Period, judgement: Judgement | None) -> None:
    return None


@dataclass(frozen=True)
class Beside:
    """What stands with the judgements of each period.

    ``at_random`` has a share for each period: of the audits judged, those chosen at random; None
    where nobody can know, and empty where all were chosen in one way. ``breaks`` are the periods
    in which a new set of threads begins. ``evidence`` adds a line of audits with too little
    evidence to judge.
    """

    at_random: Sequence[Share | None] = ()
    breaks: frozenset[Period] = frozenset()
    evidence: bool = False
    behind: Behind = field(default=_nothing_behind)

    def heading(self, period: Period) -> str:
        return f"{period.label} {BREAK}" if period in self.breaks else period.label


def judgements_sheet(
    table: Distribution, title: str, beside: Beside, rows: Rows | None = None
) -> Sheet:
    """The table: periods side by side, or one below the other where there are many."""
    many = len(table.columns) > MOST_ACROSS
    sheet = _down(table, title, beside) if many else _across(table, title, beside)
    return replace(sheet, rows=rows)


def tidy_sheet(table: Distribution | None, title: str) -> Sheet:
    """One row for each period and judgement, in the columns people script against."""
    names = ("from", "to", "months", "judgement", "count", "percent", "total")
    columns = tuple(Heading(name) for name in names)
    lines = (
        Line(str(record["period"]), tuple(_plain(record[name]) for name in names))
        for record in (table.records() if table else ())
    )
    return Sheet("Tidy", title, "period", columns, tuple(lines))


def good_or_better_interval(column: Column) -> Interval | None:
    """How sure good or better is; None where there are too few audits for a percentage, or none
    that anybody can look at.
    """
    told = column.percents_shown and column.period.from_records
    return wilson(column.good_or_better) if told else None


def _plain(value: Value) -> Cell:
    return Cell("" if value is None else str(value), (value,))


def _across(table: Distribution, title: str, beside: Beside) -> Sheet:
    heads = tuple(Heading(beside.heading(column.period), SHARE) for column in table.columns)
    behind, columns = beside.behind, table.columns
    judged = (
        Line(word.label, tuple(share(c.cells[n], behind(c.period, word)) for c in columns))
        for n, word in enumerate(SCALE)
    )
    total = Line(
        "Total", tuple(_alone(count(c.total, behind(c.period, None))) for c in columns), total=True
    )
    return Sheet(
        "Judgements", title, "Judgement", heads, (*judged, total, *_reading_lines(table, beside))
    )


def _reading_lines(table: Distribution, beside: Beside) -> tuple[Line, ...]:
    """What helps to read the table, one line each."""
    columns = table.columns
    lines = {
        "Good or better": [share(c.good_or_better) for c in columns],
        "95% interval, from": [_end(c, 0) for c in columns],
        "95% interval, to": [_end(c, 1) for c in columns],
        "Chosen at random": [_at_random(each) for each in beside.at_random],
        Judgement.NOT_ENOUGH_EVIDENCE.label: [_evidence(c, beside) for c in columns],
        "Months covered": [_alone(number(c.period.months)) for c in columns],
        "Audits a month": [_alone(number(c.audits_a_month)) for c in columns],
    }
    if not beside.evidence:
        del lines[Judgement.NOT_ENOUGH_EVIDENCE.label]
    return tuple(Line(label, tuple(cells)) for label, cells in lines.items() if cells)


def _down(table: Distribution, title: str, beside: Beside) -> Sheet:
    heads = [
        *(Heading(word.label, SHARE) for word in SCALE),
        Heading("Total"),
        Heading("Good or better", SHARE),
        Heading("95% interval", RANGE),
        *([Heading("Chosen at random", SHARE)] if beside.at_random else []),
        *([Heading(Judgement.NOT_ENOUGH_EVIDENCE.label)] if beside.evidence else []),
        Heading("Months covered"),
        Heading("Audits a month"),
    ]
    lines = tuple(
        Line(beside.heading(column.period), tuple(_along(column, place, beside)))
        for place, column in enumerate(table.columns)
    )
    return Sheet("Judgements", title, "Period", tuple(heads), lines)


def _along(column: Column, place: int, beside: Beside) -> chain[Cell]:
    """One period's cells in the order of the columns of :func:`_down`."""
    period, behind = column.period, beside.behind
    judged = (
        share(cell, behind(period, word)) for word, cell in zip(SCALE, column.cells, strict=True)
    )
    ends = good_or_better_interval(column)
    low, high = ends.percents(column.good_or_better.places) if ends else (None, None)
    evidence = column.not_enough_evidence
    return chain(
        judged,
        [count(column.total, behind(period, None))],
        [share(column.good_or_better), between(low, high)],
        [_at_random(beside.at_random[place])] if beside.at_random else [],
        [count(evidence, behind(period, Judgement.NOT_ENOUGH_EVIDENCE))] if beside.evidence else [],
        [number(period.months), number(column.audits_a_month)],
    )


def _at_random(of: Share | None) -> Cell:
    return share(of) if of else Cell(NO_FIGURE, ("[x]", "[x]"))


def _end(column: Column, which: int) -> Cell:
    """One end of the interval of good or better, under a heading of :data:`SHARE`."""
    ends = good_or_better_interval(column)
    if ends is None:
        return Cell(NO_FIGURE, ("[z]", "[x]"))
    percent = ends.percents(column.good_or_better.places)[which]
    return Cell(f"{percent}%", ("[z]", percent))


def _evidence(column: Column, beside: Beside) -> Cell:
    behind = beside.behind(column.period, Judgement.NOT_ENOUGH_EVIDENCE)
    return _alone(count(column.not_enough_evidence, behind))


def _alone(cell: Cell) -> Cell:
    """A figure that is no share, under a heading of :data:`SHARE`."""
    return Cell(cell.text, (*cell.values, "[z]"), cell.behind)
