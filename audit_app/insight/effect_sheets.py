"""The tables of what was judged before and after an alert."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

from audit_app.insight.effect_figures import Effect
from audit_app.rules.alert_effect import Around
from audit_app.rules.change import Direction
from audit_app.rules.shares import least_printed
from audit_app.rules.sheets import (
    MINUS,
    RANGE,
    SHARE,
    SHARE_OF,
    Cell,
    Heading,
    Line,
    Sheet,
    between,
    count,
    number,
    share,
    share_of,
    words,
)
from audit_app.rules.thread_comparison import points_apart

_SAYS = {
    Direction.BETTER: "Better",
    Direction.WORSE: "Worse",
    Direction.NO_CLEAR_CHANGE: "No clear change",
    Direction.TOO_FEW: "Too few to compare",
}
_RULE = (
    "The interval is Newcombe’s for the difference of two shares. Better or worse is said only "
    "where it leaves out none and that stays unlikely to be chance when allowing for the alert’s "
    "other threads, by Holm’s method."
)


_ALONE = (
    "Only audits chosen at random speak for all cases. Where the two tables say different things, "
    "believe this one where it holds enough audits."
)


def before_and_after(found: Effect) -> Sheet:
    """Good or better in each thread on both sides; what the alert does not rest on stands apart."""
    title = f"Good or better before the alert and {found.spans.words}"
    return _sides("Before and after", title, found.threads, _RULE)


def at_random_alone(found: Effect) -> Iterator[Sheet]:
    """The same of the audits chosen at random alone, where there are others."""
    alone = [each.at_random for each in found.threads if each.at_random]
    pairs = zip(found.threads, alone, strict=True)
    if any((every.before, every.after) != (each.before, each.after) for every, each in pairs):
        title = "Good or better, of audits chosen at random alone"
        yield _sides("At random alone", title, alone, _ALONE)


def _sides(key: str, title: str, threads: Sequence[Around], note: str) -> Sheet:
    columns = (
        Heading("Before", SHARE_OF),
        Heading("After", SHARE_OF),
        Heading("Difference in points"),
        Heading("95% interval of the difference", RANGE),
        Heading("Between the two", numeric=False),
    )
    lines = tuple(Line(each.name, _cells(each), total=not each.own) for each in threads)
    return Sheet(key, title, "Judged on", columns, lines, (note,))


def _cells(each: Around) -> tuple[Cell, ...]:
    apart = points_apart(each.before, each.after)
    low, high = each.interval.percents(1) if each.interval else (None, None)
    return (
        share_of(each.before),
        share_of(each.after),
        _signed(apart),
        between(low, high, ""),
        words(_SAYS[each.direction]),
    )


def _signed(points: Decimal | None) -> Cell:
    return number(None) if points is None else Cell(f"{points:+}".replace("-", MINUS), (points,))


def how_chosen(found: Effect) -> Sheet:
    """How many of the audits of each side were chosen at random."""
    columns = (Heading("Audits judged overall"), Heading("Chosen at random", SHARE))
    sides = zip(("Before", "After"), found.at_random, strict=True)
    lines = tuple(Line(name, (count(of.total), share(of))) for name, of in sides)
    return Sheet("How chosen", "How the audits were chosen", "Months", columns, lines)


def tests_behind(found: Effect) -> Iterator[Sheet]:
    tested = [(each.name, each.tested) for each in found.threads if each.tested]
    if not tested:
        return
    columns = (Heading("p of the difference"), Heading("p allowing for other threads"))
    lines = tuple(Line(name, (_p(of.alone), _p(of.allowing))) for name, of in tested)
    yield Sheet("Tests", "The numbers behind what is said", "Judged on", columns, lines)


def _p(figure: float) -> Cell:
    if figure < 0.001:
        return Cell("less than 0.001", ("[low]",))
    return number(Decimal(figure).quantize(least_printed(3), ROUND_HALF_UP) + 0)
