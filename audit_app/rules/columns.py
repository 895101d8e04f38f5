"""One period's judgements: the column of a distribution and every figure read from it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

from audit_app.rules.judgements import SCALE
from audit_app.rules.periods import Period
from audit_app.rules.shares import Share, least_printed, printed_number

#: From this many audits on, a decimal place of a percentage means something.
DECIMAL_FROM = 100


@dataclass(frozen=True)
class Column:
    """One period's judgements.

    ``counts`` are numbers of audits in scale order, best first. ``not_enough_evidence`` is
    counted apart and is in no total and no percentage.
    """

    period: Period
    counts: tuple[int, ...]
    not_enough_evidence: int
    floor: int
    places: int

    @cached_property
    def total(self) -> int:
        """Audits judged on the scale: the denominator of every percentage here."""
        return sum(self.counts)

    @cached_property
    def cells(self) -> tuple[Share, ...]:
        """One share for each judgement, in scale order."""
        places = self.places if self.total >= DECIMAL_FROM else 0
        return tuple(Share(count, self.total, places, self.floor) for count in self.counts)

    @cached_property
    def good_or_better(self) -> Share:
        """Outstanding and Good together, from counts; to one decimal from 100 audits on."""
        count = sum(
            count for word, count in zip(SCALE, self.counts, strict=True) if word.good_or_better
        )
        return Share(count, self.total, int(self.total >= DECIMAL_FROM), self.floor)

    @property
    def audits_a_month(self) -> Decimal:
        """Audits judged for each month covered, to one decimal, half up."""
        rate = self.total / self.period.exact_months
        decimal = Decimal(rate.numerator) / Decimal(rate.denominator)
        return decimal.quantize(least_printed(1), ROUND_HALF_UP)

    @property
    def percents_shown(self) -> bool:
        """Whether there are audits enough for percentages."""
        return self.total >= max(self.floor, 1)

    @property
    def printed_sum(self) -> Decimal | None:
        """What the printed percentages add up to, often 100 and sometimes not; None if unshown."""
        printed = [cell.percent for cell in self.cells if cell.percent is not None]
        return sum(printed, Decimal(0)) if printed else None

    def as_json(self) -> dict[str, Any]:
        """The column for ``json.dumps``; its keys are those of ``Distribution.as_json``."""
        period = self.period
        return {
            "period": period.label,
            "from": period.first.isoformat(),
            "to": period.last.isoformat(),
            "months": printed_number(period.months),
            "part": period.is_part,
            "total": self.total,
            "not_enough_evidence": self.not_enough_evidence,
            "audits_a_month": printed_number(self.audits_a_month),
            "good_or_better": self.good_or_better.as_json(),
            "judgements": [
                {"judgement": word.label, **cell.as_json()}
                for word, cell in zip(SCALE, self.cells, strict=True)
            ],
        }
