"""The numbers behind what is said of a change, for whoever has to defend it."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from audit_app.rules.change import Direction, Movement, Step, Trend
from audit_app.rules.shares import least_printed
from audit_app.rules.sheets import (
    RANGE,
    SHARE,
    Cell,
    Heading,
    Line,
    Sheet,
    count,
    number,
    share,
    words,
)

VERDICTS = {
    Direction.BETTER: "Better",
    Direction.WORSE: "Worse",
    Direction.NO_CLEAR_CHANGE: "No clear change",
    Direction.TOO_FEW: "Too few to compare",
}
_STEP_NOTE = (
    "Difference and interval in percentage points: Newcombe’s 95% interval of the difference "
    "between two shares. A step is clear where the interval leaves out 0."
)
_TREND_NOTE = (
    "The linear-by-linear test for ordered tables: all four judgements by period, with equal steps "
    "between judgements and between periods. z is below 0 where later judgements are better. There "
    "is a trend where p, two-sided, is below 0.05."
)
ROUNDED_LAST = (
    "Differences are made from counts and rounded last, so they may be 0.1 from the difference of "
    "the percentages as printed."
)
_BOTH = "Both tests treat the audits as a random sample."


def change_sheets(found: Movement) -> tuple[Sheet, ...]:
    """Each step and the trend, in figures; none where no test could be made."""
    steps = [_steps(found)] if found.steps else []
    return (*steps, *([_trend(found, found.trend)] if found.trend else []))


def _steps(found: Movement) -> Sheet:
    columns = (
        Heading("Before", SHARE),
        Heading("After", SHARE),
        Heading("Difference"),
        Heading("95% interval", RANGE),
        Heading("Step", numeric=False),
    )
    lines = (
        Line(f"{each.before.period.label} to {each.after.period.label}", _step_cells(each))
        for each in found.steps
    )
    notes = (_STEP_NOTE, ROUNDED_LAST, *_of_many(len(found.steps)), _BOTH)
    title = "Good or better from one period to the next"
    return Sheet("Steps", title, "Periods", columns, tuple(lines), notes)


def _step_cells(step: Step) -> tuple[Cell, ...]:
    low, high = step.interval.percents(1)
    reach = Cell(f"{signed(low)} to {signed(high)}", (low, high))
    shares = (share(each) for each in step.shares)
    return (*shares, _points_cell(step), reach, words(VERDICTS[step.direction]))


def _of_many(steps: int) -> tuple[str, ...]:
    if steps < 3:
        return ()
    return (f"{steps} steps were tested: about 1 in 20 looks clear by chance alone.",)


def _trend(found: Movement, over_all: Trend) -> Sheet:
    held = [column for column in found.columns if column.total]
    columns = (
        Heading("Number of periods"),
        Heading("Audits"),
        Heading("z"),
        Heading("p"),
        Heading("Trend", numeric=False),
    )
    z = Decimal(over_all.z).quantize(least_printed(2), ROUND_HALF_UP)
    cells = (
        count(len(held)),
        count(sum(column.total for column in held)),
        Cell(signed(z), (z,)),
        words(over_all.p_text),
        words(VERDICTS[over_all.direction]),
    )
    line = Line(f"{held[0].period.label} to {held[-1].period.label}", cells)
    notes = (_TREND_NOTE, *(() if found.steps else (_BOTH,)))
    return Sheet(
        "Trend", "All four judgements over all periods", "Periods", columns, (line,), notes
    )


def points(step: Step) -> Decimal:
    """How far good or better moved, in percentage points to one decimal, from counts."""
    before, after = (each.exact for each in step.shares)
    assert before is not None
    assert after is not None
    apart = after - before
    exact = Decimal(apart.numerator) / Decimal(apart.denominator)
    return exact.quantize(least_printed(1), ROUND_HALF_UP) + 0


def signed(figure: Decimal) -> str:
    """``+9.1``, ``−0.3``, ``0.0``."""
    sign = {1: "+", 0: "", -1: "−"}[(figure > 0) - (figure < 0)]
    return f"{sign}{abs(figure)}"


def _points_cell(step: Step) -> Cell:
    apart = points(step)
    return Cell(signed(apart), number(apart).values)
