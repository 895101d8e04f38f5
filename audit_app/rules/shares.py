"""A share of audits: its percentage, rounded one way everywhere, and how it is printed.

Every percentage the service shows is made here, from counts, rounded last and half up: Python's
own ``round`` rounds halves to even and would print 12% for 12.5%.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cached_property, lru_cache

#: Under this many audits a percentage says more than the audits do, so only counts are shown.
DEFAULT_FLOOR = 10


@lru_cache(maxsize=65536)
def percent(count: int, total: int, places: int = 0) -> Decimal | None:
    """The share of ``total`` that ``count`` is, in percent, rounded half up to ``places``.

    Returns None when ``total`` is 0, for which there is no share.

    Raises:
        ValueError: when ``count`` is negative or more than ``total``.
    """
    if not 0 <= count <= total:
        raise ValueError(f"{count} is not a part of {total}")
    if total == 0:
        return None
    return (Decimal(100 * count) / Decimal(total)).quantize(least_printed(places), ROUND_HALF_UP)


@dataclass(frozen=True)
class Share:
    """A number of audits out of a total, and how the two are printed together.

    ``places`` is the number of decimals asked for; ``floor`` is the total below which the
    percentage is left out.
    """

    count: int
    total: int
    places: int = 0
    floor: int = DEFAULT_FLOOR

    @property
    def exact(self) -> Fraction | None:
        """The percentage unrounded, floor or no floor; None where the total is 0."""
        return Fraction(100 * self.count, self.total) if self.total else None

    @cached_property
    def percent(self) -> Decimal | None:
        """The percentage as printed; None where the total is 0 or below the floor."""
        shown = self.total >= self.floor
        return percent(self.count, self.total, self.places) if shown else None

    @property
    def rounds_to_zero(self) -> bool:
        """Whether some audits are printed as no percent, which must not read as a true zero."""
        return self.count > 0 and self.percent == 0

    @cached_property
    def percent_text(self) -> str:
        """The percentage with its sign, ``<1%`` where audits round to 0, ``""`` where unshown."""
        if self.percent is None:
            return ""
        return f"<{least_printed(self.places)}%" if self.rounds_to_zero else f"{self.percent}%"

    @property
    def text(self) -> str:
        """The count and its percentage as the practice report prints them: ``99 (35%)``."""
        return f"{self.count:,} ({self.percent_text})" if self.percent_text else f"{self.count:,}"

    @property
    def out_of(self) -> str:
        """The count with the total that it is part of: ``99 of 286``."""
        return f"{self.count:,} of {self.total:,}"

    @property
    def text_of(self) -> str:
        """The count, its total and its percentage: ``99 of 286 (35%)``."""
        return f"{self.out_of} ({self.percent_text})" if self.percent_text else self.out_of

    @property
    def workbook_percent(self) -> Decimal | str:
        """The percentage as printed, for a workbook's number cell, or official shorthand.

        ``[low]`` where audits round to 0, ``[x]`` (not available) where only counts are shown.
        """
        if self.percent is None:
            return "[x]"
        return "[low]" if self.rounds_to_zero else self.percent

    def as_json(self) -> dict[str, int | float | None]:
        """``count`` and ``percent`` as printed; null where only the count is shown."""
        return {"count": self.count, "percent": printed_number(self.percent)}


@lru_cache(maxsize=16)
def least_printed(places: int) -> Decimal:
    """The smallest amount that shows at this many decimals: 1, 0.1, 0.01."""
    return Decimal(1).scaleb(-places)


def printed_number(figure: Decimal | None) -> int | float | None:
    """A printed figure as JSON holds it: whole numbers stay whole."""
    if figure is None:
        return None
    return int(figure) if figure == figure.to_integral_value() else float(figure)
