"""The sentences that stand beside a distribution: its headline and what to beware of.

They describe and never claim a change: whether a difference is real is a test's to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from audit_app.rules.columns import Column

#: Sentences name every period up to this many; beyond it they would be read by nobody.
PERIODS_NAMED = 4


def headline(columns: Sequence[Column]) -> str:
    """Good or better in each period; beyond four periods, in the first and the last."""
    if len(columns) <= PERIODS_NAMED:
        return f"Good or better: {', '.join(map(_good_or_better, columns))}"
    ends = f"{_good_or_better(columns[0])}, {_good_or_better(columns[-1])}"
    return f"Good or better: {ends} (first and last of {len(columns)} periods)"


def notes(columns: Sequence[Column]) -> tuple[str, ...]:
    """Every note that applies, most important first; none where nothing needs saying."""
    every = (unequal_periods, rounding, too_few, not_enough_evidence)
    return tuple(note for rule in every if (note := rule(columns)))


def unequal_periods(columns: Sequence[Column]) -> str | None:
    """That periods differ in length, and what may then be compared; None where they do not."""
    periods = [column.period for column in columns]
    if len({period.exact_months for period in periods}) < 2:
        return None
    if len(periods) > PERIODS_NAMED:
        return "The periods do not all cover the same time: compare percentages, not totals."
    months = _listed(str(period.months) for period in periods)
    return f"The periods cover {months} months: compare percentages, not totals."


def rounding(columns: Sequence[Column]) -> str | None:
    """Why printed percentages do not add up to 100, or None where they all do."""
    odd = [column for column in columns if column.printed_sum not in (None, Decimal(100))]
    if not odd:
        return None
    if len(odd) > PERIODS_NAMED:
        where = f"in {len(odd)} of the {len(columns)} periods they do not add up to 100."
        return f"Each percentage is rounded on its own, so {where}"
    sums = _listed(f"{column.printed_sum} in {column.period.label}" for column in odd)
    return f"Each percentage is rounded on its own, so they add up to {sums}, not to 100."


def too_few(columns: Sequence[Column]) -> str | None:
    """Which periods hold too few audits for percentages; None where none does."""
    few = [column for column in columns if 0 < column.total < column.floor]
    if not few:
        return None
    reason = f"Counts only where there are fewer than {few[0].floor} audits"
    if len(few) > PERIODS_NAMED:
        return f"{reason}: {len(few)} of the {len(columns)} periods."
    return f"{reason}: {_listed(column.period.label for column in few)}."


def not_enough_evidence(columns: Sequence[Column]) -> str | None:
    """How many had too little evidence to judge and are left out; None where none had."""
    without = [column for column in columns if column.not_enough_evidence]
    if not without:
        return None
    reason = "Not enough evidence to judge, so in no total or percentage"
    if len(without) > PERIODS_NAMED:
        audits = sum(column.not_enough_evidence for column in without)
        return f"{reason}: {audits:,} in {len(without)} of the {len(columns)} periods."
    said = _listed(f"{column.not_enough_evidence:,} in {column.period.label}" for column in without)
    return f"{reason}: {said}."


def _good_or_better(column: Column) -> str:
    label, share = column.period.label, column.good_or_better
    if not share.total:
        return f"no audits in {label}"
    return f"{share.percent_text or f'{share.count} of {share.total}'} in {label}"


def _listed(words: Iterable[str]) -> str:
    """Words as a sentence lists them: ``4, 12 and 10``."""
    *firsts, last = words
    return f"{', '.join(firsts)} and {last}" if firsts else last
