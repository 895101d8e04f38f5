"""How much of the programme is done: of what was to be done, and of all that was given out.

Done is what is recorded. What is exempt leaves the first of the two and stays in the second, so
that no exemption hides an audit that was not done. A case with another in its place counts once,
as the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from statistics import median

from audit_app.rules.allocation_steps import TO_DO_STATES, AllocationState
from audit_app.rules.periods import Period, PeriodKind, split
from audit_app.rules.shares import DEFAULT_FLOOR, Share


@dataclass(frozen=True)
class Allocated:
    """So many allocations of one service that are due, and were due at first, on the same days."""

    service: str
    first_due_on: date
    due_on: date
    state: AllocationState
    count: int = 1


@dataclass(frozen=True)
class Completion:
    """What became of some allocations, on the day ``today``.

    An allocation belongs to the month it was first due in, and its days late count from then: more
    time moves neither. ``floor`` is the number below which no percentage is shown.
    """

    label: str
    today: date
    allocated: tuple[Allocated, ...] = field(repr=False)
    floor: int = DEFAULT_FLOOR

    @property
    def given_out(self) -> int:
        """All that were allocated, exempt ones too; one with another in its place is the other."""
        return self._count(lambda each: each.state is not AllocationState.SUBSTITUTED)

    @property
    def exempt(self) -> int:
        return self._in(AllocationState.EXEMPT)

    @property
    def substituted(self) -> int:
        return self._in(AllocationState.SUBSTITUTED)

    @property
    def waiting(self) -> int:
        """Those that nobody has yet."""
        return self._in(AllocationState.WAITING)

    @property
    def to_be_done(self) -> int:
        """Allocated and not exempt."""
        return self.given_out - self.exempt

    @property
    def done(self) -> int:
        return self._in(AllocationState.DONE)

    @property
    def overdue(self) -> int:
        """Still to come, and past the day they are due with whatever more time they had."""
        return sum(each.count for each in self._overdue())

    @property
    def with_more_time(self) -> int:
        """Still to come, not overdue, and only because more time was approved."""
        return self._count(
            lambda each: each.first_due_on < self.today <= each.due_on and _to_come(each)
        )

    @property
    def not_yet_due(self) -> int:
        """Still to come and not overdue, those with more time among them."""
        return self._count(lambda each: _to_come(each) and each.due_on >= self.today)

    @property
    def longest_late(self) -> int | None:
        """Days since the first due day of the overdue one that has waited longest."""
        return max(self._days_late(), default=None)

    @property
    def median_late(self) -> Fraction | None:
        days = list(self._days_late())
        return Fraction(median(days)) if days else None

    @property
    def median_late_text(self) -> str:
        """``12`` or ``12.5``; nothing where none is overdue."""
        return "" if self.median_late is None else days_text(self.median_late)

    @property
    def share(self) -> Share:
        """Done, of those that were to be done."""
        return Share(self.done, self.to_be_done, floor=self.floor)

    @property
    def share_of_all(self) -> Share:
        """Done, of all that were allocated, exempt or not."""
        return Share(self.done, self.given_out, floor=self.floor)

    @property
    def text(self) -> str:
        """``34 of 41 (83%)``; without a percentage below the floor; words where none were due."""
        return _text(self.share)

    @property
    def text_of_all(self) -> str:
        return _text(self.share_of_all)

    @property
    def late_text(self) -> str:
        """``longest 40 days, half of them over 12``; nothing where none is overdue."""
        if self.longest_late is None or self.median_late is None:
            return ""
        days = "1 day" if self.longest_late == 1 else f"{self.longest_late:,} days"
        if self.overdue == 1:
            return f"{days} late"
        return f"longest {days} late, median {days_text(self.median_late)}"

    def _in(self, state: AllocationState) -> int:
        return self._count(lambda each: each.state is state)

    def _count(self, wanted: Callable[[Allocated], bool]) -> int:
        return sum(each.count for each in self.allocated if wanted(each))

    def _overdue(self) -> Iterator[Allocated]:
        return (each for each in self.allocated if _to_come(each) and each.due_on < self.today)

    def _days_late(self) -> Iterator[int]:
        for each in self._overdue():
            days = (self.today - each.first_due_on).days
            yield from (days for _ in range(each.count))


@dataclass(frozen=True)
class CompletionTable:
    """Completion as a whole, by service and by month."""

    total: Completion
    services: tuple[Completion, ...]
    months: tuple[Completion, ...]

    @property
    def by_service(self) -> tuple[Completion, ...]:
        """Every service, and all of them last."""
        return (*self.services, self.total)

    @property
    def by_month(self) -> tuple[Completion, ...]:
        """Every month, and all of them last."""
        return (*self.months, replace(self.total, label="All months"))


def completion(
    allocated: Sequence[Allocated],
    services: Iterable[str],
    first: date,
    last: date,
    today: date,
    floor: int = DEFAULT_FLOOR,
) -> CompletionTable:
    """Completion of what was first due from ``first`` to ``last``, both days included.

    Every one of the ``services`` and every month has a line, whether anything was due in it or
    not; a service that is not listed has one where something was.
    """
    within = [each for each in allocated if first <= each.first_due_on <= last]

    def line(label: str, of: Iterable[Allocated]) -> Completion:
        return Completion(label, today, tuple(of), floor)

    names = sorted({*services, *(each.service for each in within)}, key=str.casefold)
    return CompletionTable(
        total=line("All services", within),
        services=tuple(
            line(name, (each for each in within if each.service == name)) for name in names
        ),
        months=tuple(
            line(month.label, (each for each in within if _in_period(each, month)))
            for month in split(PeriodKind.MONTH, first, last)
        ),
    )


def _in_period(each: Allocated, period: Period) -> bool:
    return period.first <= each.first_due_on <= period.last


def days_text(days: Fraction) -> str:
    """A median of whole days: ``12`` or ``12.5``."""
    return str(days.numerator) if days.denominator == 1 else f"{float(days):.1f}"


def _to_come(each: Allocated) -> bool:
    return each.state in TO_DO_STATES


def _text(share: Share) -> str:
    if share.total == 0:
        return "None were due"
    of = f"{share.count:,} of {share.total:,}"
    return f"{of} ({share.percent_text})" if share.percent_text else of
