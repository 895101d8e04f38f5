"""What may be said of a series: a change only where a rule fired."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from audit_app.rules.control_chart import FEWEST, FIRM_FROM
from audit_app.rules.over_time import Episode, Series, Stretch
from audit_app.rules.shares import least_printed


def printed(figure: Fraction) -> Decimal:
    """A mean, a median or a limit in percent, to one decimal, within 0 and 100."""
    within = min(max(figure, Fraction(0)), Fraction(100))
    exact = Decimal(within.numerator) / Decimal(within.denominator)
    return exact.quantize(least_printed(1), ROUND_HALF_UP)


def headline(of: Series) -> str:
    """The newest thing that chance does not explain, or that there is none."""
    if not of.points:
        return f"Too few audits for a chart: no {of.kind.value} holds {_floor(of)}."
    if of.latest.centre is None:
        return f"Too few points to tell a change from chance: {_few(of.latest)}."
    if of.episodes:
        since = "" if _newest(of).last == of.points[-1] else " No signal since then."
        return f"More than chance: good or better was {newest(of)}.{since}"
    return f"No clear change: every {of.kind.value} lies within what chance explains."


def newest(of: Series) -> str:
    """The headline in a few words, without a capital, for a table of places."""
    if of.latest.centre is None:
        return "too few points"
    return f"{_newest(of).words}, {_newest(of).when}" if of.episodes else "no clear change"


def _newest(of: Series) -> Episode:
    return max(of.episodes, key=lambda each: each.last.period.first)


def level(of: Series) -> str:
    """Where the line is now, and how firm its limits are; empty where there is no line."""
    now = of.latest
    if now.limits is not None:
        low, mean, high = map(printed, (now.limits.lower, now.limits.mean, now.limits.upper))
        said = f"From month to month chance moves it between {low}% and {high}%, around {mean}%."
        trial = f" These are trial limits, made from fewer than {FIRM_FROM} points."
        return said + (trial if now.limits.trial else "")
    return f"Half of the quarters are above {printed(now.run.median)}%." if now.run else ""


def others(of: Series) -> str:
    """How many other signals the table names; empty where the headline says all."""
    told = 0 if of.latest.centre is None else 1
    count = len(of.episodes) - told
    if count < 1:
        return ""
    others = "other signal" if told else "signal"
    return f"{count} {others}{' is' if count == 1 else 's are'} in the table."


def _few(of: Stretch) -> str:
    count = len(of.points)
    began = f"{of.columns[0].period.label}, when a new set of threads began"
    since = f" since {began}" if of.since else ""
    return f"there {'is' if count == 1 else 'are'} {count}{since}, and at least {FEWEST} are needed"


def _floor(of: Series) -> str:
    floor = of.columns[0].floor
    return f"{floor} audit{'' if floor == 1 else 's'}"
