"""How sure a share of audits is: intervals around it, between two of them, and what chance allows.

Every interval treats the audits as a random sample of practice. Where they were chosen in another
way it says how far chance alone reaches, and nothing about what the choice did.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from audit_app.rules.shares import Share, least_printed

#: The confidence of every interval that is shown, unless it says otherwise.
LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """From ``low`` to ``high``, as parts of 1: 0.5 is 50%, or 50 percentage points."""

    low: float
    high: float

    @property
    def leaves_out_zero(self) -> bool:
        return self.low > 0 or self.high < 0

    def percents(self, places: int = 0) -> tuple[Decimal, Decimal]:
        """Both ends in percent, rounded half up as every percentage is."""
        return _printed(self.low, places), _printed(self.high, places)

    def text(self, places: int = 0) -> str:
        """``34.2% to 44.9%``."""
        low, high = self.percents(places)
        return f"{low}% to {high}%"


@lru_cache(maxsize=4096)
def wilson(of: Share) -> Interval | None:
    """The 95% Wilson score interval of a share; None where nothing was counted.

    Source: E. B. Wilson, “Probable inference”, 1927; what the Office for Health Improvement and
    Disparities uses for proportions. It never leaves 0% to 100% and is honest for 0 of few.
    """
    if not of.total:
        return None
    # Loaded by whoever first needs it: it takes longer than everything else a command starts with.
    from statsmodels.stats.proportion import proportion_confint  # noqa: PLC0415

    low, high = proportion_confint(of.count, of.total, alpha=1 - LEVEL, method="wilson")
    return Interval(max(float(low), 0.0), min(float(high), 1.0))


@lru_cache(maxsize=4096)
def difference(before: Share, after: Share) -> Interval | None:
    """The 95% interval of how much ``after`` is above ``before``; None where either is of nothing.

    Source: R. G. Newcombe, “Interval estimation for the difference between independent
    proportions”, 1998, method 10: made of the two Wilson intervals, so it holds for few audits.
    """
    if not before.total or not after.total:
        return None
    from statsmodels.stats.proportion import confint_proportions_2indep  # noqa: PLC0415

    low, high = confint_proportions_2indep(
        after.count, after.total, before.count, before.total, method="newcomb", alpha=1 - LEVEL
    )
    return Interval(float(low), float(high))


@lru_cache(maxsize=4096)
def exact_limits(total: int, centre: float, level: float = LEVEL) -> tuple[int, int]:
    """The fewest and the most of ``total`` audits that chance explains around a share ``centre``.

    Fewer than the first, or more than the second, happens by chance in less than half of what
    ``level`` leaves: 2.5% on each side at 0.95, 0.1% at 0.998. Exact binomial, for funnel plots.
    Source: D. J. Spiegelhalter, “Funnel plots for comparing institutional performance”, 2005.
    """
    from scipy.stats import binom  # noqa: PLC0415

    tail = (1 - level) / 2
    return int(binom.ppf(tail, total, centre)), int(binom.ppf(1 - tail, total, centre))


def _printed(part: float, places: int) -> Decimal:
    # Adding 0 turns a rounded “-0” into 0.
    return (Decimal(part) * 100).quantize(least_printed(places), ROUND_HALF_UP) + 0
