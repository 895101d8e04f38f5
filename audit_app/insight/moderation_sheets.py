"""The tables of moderation, for a page of the authority and for one auditor's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from audit_app.insight.moderation_figures import Moderations, Way
from audit_app.rules.agreement_coefficients import LEAST_PAIRS, Coefficient, printed
from audit_app.rules.intervals import wilson
from audit_app.rules.judgements import SCALE
from audit_app.rules.moderation_grid import ModerationGrid
from audit_app.rules.shares import Share
from audit_app.rules.sheets import (
    RANGE,
    SHARE,
    Cell,
    Heading,
    Line,
    Rows,
    Sheet,
    between,
    count,
    number,
    share,
)
from audit_app.rules.waits import Waits, waits

#: More periods than a reader compares grids of: then there is only that of all of them.
MOST_GRIDS = 10

_EITHER_WAY = ("Same grade", "Within one grade", "Moderator higher", "Moderator lower")
_REVISED = ("Grade kept", "Moved one grade at most", "Moved up", "Moved down")
ALL = "All these periods"


def summary(every: Sequence[Moderations]) -> Sheet:
    """Each way over all periods, one below the other and never added up."""
    return Sheet(
        "Ways",
        "Auditors’ and moderators’ grades, by how audits were moderated",
        "How audits were moderated",
        _columns(_EITHER_WAY),
        tuple(Line(each.way.label, _figures(each.all, each.waits)) for each in every),
        rows=_may_leave([each.all for each in every]),
    )


def by_period(of: Moderations) -> Sheet:
    """One way, period by period."""
    lines = [
        Line(period.label, _figures(grid, waits(days.items()))) for period, grid, days in of.periods
    ]
    if len(lines) > 1:
        lines.append(Line(ALL, _figures(of.all, of.waits), total=True))
    return Sheet(
        "Periods",
        f"{of.way.title}, by period",
        "Period",
        _columns(_EITHER_WAY if of.way.blind else _REVISED),
        tuple(lines),
        rows=_may_leave([grid for _, grid in of.grids]),
    )


def _may_leave(grids: Sequence[ModerationGrid]) -> Rows | None:
    """Whether a table may be published: not where a row is of so few that auditors could be told.

    The grids themselves, and what is made of them, stay inside.
    """
    return Rows.WHOLE if all(grid.pairs >= grid.floor for grid in grids) else None


def by_thread(way: Way, grids: Sequence[tuple[str, ModerationGrid]]) -> Sheet:
    """One way, thread by thread: these are the same audits in each line, so nothing adds up."""
    lines = (
        Line(name, (count(each.pairs), *_moves(each), count(each.without_grade)))
        for name, each in grids
    )
    names = _EITHER_WAY if way.blind else _REVISED
    columns = (
        Heading("Audits with both grades"),
        *(Heading(name, SHARE) for name in names),
        Heading("Not enough evidence, by either"),
    )
    return Sheet("Threads", f"{way.title}, by thread", "Thread", columns, tuple(lines))


def _columns(names: Iterable[str]) -> tuple[Heading, ...]:
    first, *rest = (Heading(name, SHARE) for name in names)
    took = (Heading("Days to moderation, median"), Heading("Days nine in ten took at most"))
    sure = Heading(f"95% interval of {first.label[0].lower()}{first.label[1:]}", RANGE)
    return (Heading("Audits with both grades"), first, sure, *rest, *took)


def _figures(grid: ModerationGrid, took: Waits) -> tuple[Cell, ...]:
    within = took.nine_in_ten
    nine = number(None) if within is None else count(within)
    exact, *rest = _moves(grid)
    return (count(grid.pairs), exact, _sure(grid.exact), *rest, number(took.median), nine)


def _sure(of: Share) -> Cell:
    """How far chance alone reaches, where there are audits enough for a percentage."""
    found = wilson(of) if of.percent is not None else None
    return between(None, None) if found is None else between(*found.percents())


def _moves(grid: ModerationGrid) -> tuple[Cell, ...]:
    return tuple(share(each) for each in (grid.exact, grid.within_one, grid.up, grid.down))


def grids(of: Moderations, apart: bool = True) -> Sheet:
    """The 4×4 grid of one way: all periods together, then each where they are to be told apart."""
    apart = apart and 1 < len(of.grids) <= MOST_GRIDS
    lines = list(_grid(of.all, f"{ALL}: " if apart else ""))
    if apart:
        lines += [line for period, grid in of.grids for line in _grid(grid, f"{period.label}: ")]
    named = f", {_when(of)}" if not apart else ""
    return Sheet(
        "Grid",
        f"{of.way.title}: each grade by the auditor and by the moderator{named}",
        "Auditor judged",
        (*(Heading(f"Moderator: {word.short_label}") for word in SCALE), Heading("Total")),
        tuple(lines),
    )


def _when(of: Moderations) -> str:
    return ALL.lower() if len(of.grids) > 1 else of.grids[0][0].label


def _grid(grid: ModerationGrid, when: str) -> Iterator[Line]:
    for word, row in zip(SCALE, grid.rows, strict=True):
        yield Line(f"{when}{word.short_label}", (*map(count, row), count(sum(row))))
    down = [sum(column) for column in zip(*grid.rows, strict=True)]
    total = f"{when}total" if when else "Total"
    yield Line(total, (*map(count, down), count(grid.pairs)), total=True)


def coefficients(every: Sequence[Moderations], shown: Moderations) -> Sheet:
    """Kappa and AC2 where there are pairs enough: each way, and the periods of the one shown."""
    columns = (
        Heading("Audits with both grades"),
        Heading("Weighted kappa"),
        Heading("95% interval of kappa", RANGE),
        Heading("Gwet’s AC2"),
        Heading("95% interval of AC2", RANGE),
    )
    lines = [line for each in every for line in _coefficients_of(each, each is shown)]
    return Sheet(
        "Beyond chance",
        "How far grades agree beyond chance",
        "How audits were moderated, and when",
        columns,
        tuple(lines),
        notes=(f"Worked out only from {LEAST_PAIRS} audits with both grades; fewer have no line.",),
    )


def _coefficients_of(of: Moderations, each_period: bool) -> Iterator[Line]:
    if of.all.pairs >= LEAST_PAIRS:
        yield _coefficient_line(f"{of.way.label}: {_when(of)}", of.all)
    if each_period and len(of.grids) > 1:
        for period, grid in of.grids:
            if grid.pairs >= LEAST_PAIRS:
                yield _coefficient_line(f"{of.way.label}: {period.label}", grid)


def _coefficient_line(label: str, grid: ModerationGrid) -> Line:
    cells = (*_coefficient(grid.kappa), *_coefficient(grid.ac2))
    return Line(label, (count(grid.pairs), *cells))


def _coefficient(found: Coefficient | None) -> tuple[Cell, Cell]:
    if found is None:
        return number(None), between(None, None)
    if found.low is None or found.high is None:
        return number(printed(found.value)), between(None, None)
    return number(printed(found.value)), between(printed(found.low), printed(found.high), "")
