"""The tables of moderation, for a page of the authority and for one auditor's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from audit_app.insight.moderation_figures import Moderations, Way
from audit_app.rules.agreement_coefficients import LEAST_PAIRS, Coefficient, printed
from audit_app.rules.judgements import SCALE
from audit_app.rules.moderation_grid import ModerationGrid
from audit_app.rules.sheets import (
    RANGE,
    SHARE,
    Cell,
    Heading,
    Line,
    Sheet,
    between,
    count,
    number,
    share,
)
from audit_app.rules.waits import Waits

#: More periods than a reader compares grids of: then one grid stands for all of them.
MOST_GRIDS = 10

_EITHER_WAY = ("Same grade", "Within one grade", "Moderator higher", "Moderator lower")
_REVISED = ("Grade kept", "Moved one grade at most", "Moved up", "Moved down")
ALL = "All these periods"


def summary(every: Sequence[Moderations]) -> Sheet:
    """Each way over all periods, one below the other and never added up."""
    lines = (Line(each.way.label, _figures(each.all, each.waits)) for each in every)
    return Sheet(
        "Summary",
        "Auditors’ and moderators’ grades, by how audits were moderated",
        "How audits were moderated",
        _columns(_EITHER_WAY),
        tuple(lines),
    )


def by_period(of: Moderations) -> Sheet:
    """One way, period by period."""
    lines = [Line(period.label, _figures(grid, took)) for period, grid, took in of.periods]
    if len(lines) > 1:
        lines.append(Line(ALL, _figures(of.all, of.waits), total=True))
    columns = _columns(_EITHER_WAY if of.way.blind else _REVISED)
    return Sheet(of.way.name, f"{of.way.title}, by period", "Period", columns, tuple(lines))


def _columns(names: Iterable[str]) -> tuple[Heading, ...]:
    shares = (Heading(name, SHARE) for name in names)
    return (Heading("Audits with both grades"), *shares, Heading("Days, middle one"))


def _figures(grid: ModerationGrid, took: Waits) -> tuple[Cell, ...]:
    moves = (grid.exact, grid.within_one, grid.up, grid.down)
    return (count(grid.pairs), *(share(each) for each in moves), number(took.median))


def grids(of: Moderations) -> Sheet:
    """The 4×4 grid of one way, one period below the other."""
    apart = 1 < len(of.periods) <= MOST_GRIDS
    lines = [line for period, grid in of.grids for line in _grid(grid, f"{period.label}: ")]
    if not apart:
        when = of.grids[0][0].label if len(of.grids) == 1 else ALL
        lines = list(_grid(of.all, f"{when}: "))
    columns = tuple(Heading(f"Moderator: {word.short_label}") for word in SCALE)
    return Sheet(
        f"{of.way.name} grid",
        f"{of.way.title}: auditors’ grades down, moderators’ across",
        "Auditor",
        (*columns, Heading("Total")),
        tuple(lines),
    )


def _grid(grid: ModerationGrid, when: str) -> Iterator[Line]:
    for word, row in zip(SCALE, grid.rows, strict=True):
        yield Line(f"{when}{word.short_label}", (*map(count, row), count(sum(row))))
    down = [sum(column) for column in zip(*grid.rows, strict=True)]
    yield Line(f"{when}total", (*map(count, down), count(grid.pairs)), total=True)


def coefficients(every: Sequence[Moderations]) -> Sheet:
    """Kappa and AC2 where there are pairs enough: each way's periods, and all of them."""
    columns = (
        Heading("Audits with both grades"),
        Heading("Weighted kappa"),
        Heading("95% interval of kappa", RANGE),
        Heading("Gwet’s AC2"),
        Heading("95% interval of AC2", RANGE),
    )
    lines = [line for each in every for line in _coefficients_of(each)]
    return Sheet(
        "Beyond chance",
        "How far grades agree beyond chance",
        "How audits were moderated, and when",
        columns,
        tuple(lines),
        notes=(f"Worked out only from {LEAST_PAIRS} audits with both grades; fewer have no line.",),
    )


def _coefficients_of(of: Moderations) -> Iterator[Line]:
    rows = [(period.label, grid) for period, grid in of.grids]
    if len(rows) > 1:
        rows.append((ALL, of.all))
    for when, grid in rows:
        if grid.pairs >= LEAST_PAIRS:
            cells = (*_coefficient(grid.kappa), *_coefficient(grid.ac2))
            yield Line(f"{of.way.label}: {when}", (count(grid.pairs), *cells), when == ALL)


def _coefficient(found: Coefficient | None) -> tuple[Cell, Cell]:
    if found is None:
        return number(None), between(None, None)
    if found.low is None or found.high is None:
        return number(printed(found.value)), between(None, None)
    return number(printed(found.value)), between(printed(found.low), printed(found.high), "")


def days(every: Sequence[Moderations]) -> Sheet:
    """How long moderation took."""
    columns = (
        Heading("Moderated audits"),
        Heading("Middle one, days"),
        Heading("Nine in ten within, days"),
    )
    lines = [
        Line(_when(each.way, period.label), _took(took))
        for each in every
        for period, _, took in each.periods
    ]
    return Sheet(
        "Days",
        "Days from audit to moderation",
        "How audits were moderated, and when",
        columns,
        tuple(lines),
    )


def _when(way: Way, period: str) -> str:
    return f"{way.label}: {period}"


def _took(waits: Waits) -> tuple[Cell, ...]:
    within = waits.nine_in_ten
    nine = Cell("–", ("[x]",)) if within is None else count(within)
    return count(waits.total), number(waits.median), nine
