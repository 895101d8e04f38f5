"""The numbers behind what is said of a change, for whoever has to defend it."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from audit_app.rules.change import Direction, Movement, Step, Trend
from audit_app.rules.columns import Column
from audit_app.rules.intervals import Interval
from audit_app.rules.shares import least_printed
from audit_app.rules.sheets import Heading, Line, Sheet, words

VERDICTS = {
    Direction.BETTER: "Better",
    Direction.WORSE: "Worse",
    Direction.NO_CLEAR_CHANGE: "No clear change",
    Direction.TOO_FEW: "Too few to compare",
}
_NOTES = (
    (
        "Last step: the difference between the two percentages with Newcombe’s 95% interval. "
        "It is called a change where the interval leaves out 0."
    ),
    (
        "Trend: the linear-by-linear test for ordered tables, all four judgements by period, with "
        "equal steps between judgements and between periods. It is called a trend where p is "
        "below 0.05."
    ),
    "Both treat the audits as a random sample. Two tests are made, so one may fire by chance.",
)


def change_sheet(found: Movement) -> Sheet | None:
    """Both tests in figures; None where neither could be made."""
    lines = [
        *(_step_lines(found.step) if found.step else []),
        *(_trend_lines(found, found.trend) if found.trend else []),
    ]
    if not lines:
        return None
    said = tuple(Line(label, (words(text),)) for label, text in lines)
    found_in = (Heading("Found", numeric=False),)
    return Sheet("Tests", "The numbers behind the sentence", "Test", found_in, said, _NOTES)


def _step_lines(step: Step) -> list[tuple[str, str]]:
    return [
        (f"Good or better, {step.before.period.label}", _of(step.before)),
        (f"Good or better, {step.after.period.label}", _of(step.after)),
        ("Difference", f"{points(step)} percentage points"),
        ("95% interval of the difference", f"{_reach(step.interval)} percentage points"),
        ("Last step", VERDICTS[step.direction]),
    ]


def _trend_lines(found: Movement, over_all: Trend) -> list[tuple[str, str]]:
    held = [column for column in found.columns if column.total]
    audits = sum(column.total for column in held)
    return [
        ("Trend over", f"{len(held)} periods, {audits:,} audits"),
        ("z, below 0 where later judgements are better", _signed(Decimal(over_all.z), 2)),
        ("p, two-sided", over_all.p_text),
        ("Trend", VERDICTS[over_all.direction]),
    ]


def points(step: Step) -> str:
    """How far the two shares are apart, in percentage points, from counts: ``+9.1``."""
    before, after = (share.exact for share in step.shares)
    assert before is not None
    assert after is not None
    apart = after - before
    return _signed(Decimal(apart.numerator) / Decimal(apart.denominator), 1)


def _reach(interval: Interval) -> str:
    low, high = (_signed(each, 1) for each in interval.percents(1))
    return f"{low} to {high}"


def _signed(figure: Decimal, places: int) -> str:
    rounded = figure.quantize(least_printed(places), ROUND_HALF_UP)
    sign = {1: "+", 0: "", -1: "−"}[(rounded > 0) - (rounded < 0)]
    return f"{sign}{abs(rounded)}"


def _of(column: Column) -> str:
    share = column.good_or_better
    return f"{share.count:,} of {share.total:,} ({share.percent_text})"
