"""How long records are kept, and what keeps one beyond its time.

Audits are management records about the quality of practice; the child's own file is kept in the
case system, for much longer. What is decided here is only when the copy in this service goes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from dateutil.relativedelta import relativedelta

#: Said of a day in a year that records do not count for any more.
CLOSED_YEAR = (
    "The records of {0} were disposed of and its figures are closed. Enter a published total "
    "instead, if the tables have none of {0}"
)


@dataclass(frozen=True)
class Periods:
    """How long: years for audits and all that belongs to them, months for what never became one.

    0 means for ever.
    """

    years: int
    months: int

    def audits_before(self, today: date) -> date | None:
        """Audits dated before this day may go: always the first day of a calendar year.

        Whole years, so that no year's figures are ever those of a part of its audits.
        """
        if not self.years:
            return None
        return date((today - relativedelta(years=self.years)).year, 1, 1)

    def kept_until(self, on: date) -> date | None:
        """The last day on which an audit of that day is kept, where no work followed later."""
        return date(on.year + self.years, 12, 31) if self.years else None

    def drafts_before(self, today: date) -> date | None:
        """Drafts that were last saved before this day may go."""
        return today - relativedelta(months=self.months) if self.months else None

    @property
    def rule(self) -> str:
        """As a certificate states it."""
        audits = f"audits after {_count(self.years, 'year')}" if self.years else "audits never"
        drafts = f"drafts after {_count(self.months, 'month')}" if self.months else "drafts never"
        return f"Whole calendar years of {audits}, once all work on them ended; {drafts}"


class HeldBecause(StrEnum):
    """Why a record stays though its time is up."""

    LEGAL_HOLD = "legal_hold"
    OPEN_MODERATION = "open_moderation"
    OPEN_ACTION = "open_action"
    OPEN_ESCALATION = "open_escalation"
    OPEN_REFLECTION = "open_reflection"
    OPEN_EXERCISE = "open_exercise"
    OPEN_RECHECK = "open_recheck"
    OPEN_RE_AUDIT = "open_re_audit"
    WORKED_ON_SINCE = "worked_on_since"
    ESCALATED = "escalated"
    NEEDED_BY_ANOTHER = "needed_by_another"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    HeldBecause.LEGAL_HOLD: "Its case is under legal hold",
    HeldBecause.OPEN_MODERATION: "Its moderation or a dispute about it has not ended",
    HeldBecause.OPEN_ACTION: "An action of it is open, or is to be looked at again",
    HeldBecause.OPEN_ESCALATION: "An escalation of it is open",
    HeldBecause.OPEN_REFLECTION: "A reflection on it was shared and not acknowledged",
    HeldBecause.OPEN_EXERCISE: "A calibration exercise on it is open",
    HeldBecause.OPEN_RECHECK: "An action of it was drawn for a second look that is still to come",
    HeldBecause.OPEN_RE_AUDIT: "A re-audit of it is still to be done",
    HeldBecause.WORKED_ON_SINCE: "Work on it ended less than the full time ago",
    HeldBecause.ESCALATED: "An escalation came out of the draft, and is kept as long as an audit",
    HeldBecause.NEEDED_BY_ANOTHER: "A re-audit, or an action joined to one of it, is kept",
}


@dataclass(frozen=True)
class Due:
    """A record whose time is up by its date. ``draft`` says that it never became an audit.

    ``needed_by`` are the numbers of other records that refer to it: it stays while they do.
    """

    id: int
    reference: str
    year: int
    draft: bool = False
    because: frozenset[HeldBecause] = frozenset()
    needed_by: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Plan:
    """What goes and what is held back. Records that refer to each other go in one group."""

    groups: tuple[tuple[Due, ...], ...] = ()
    held: Mapping[HeldBecause, tuple[Due, ...]] = field(default_factory=dict)

    @property
    def going(self) -> tuple[Due, ...]:
        return tuple(each for group in self.groups for each in group)

    @property
    def held_back(self) -> int:
        """How many records are held back, whatever number of reasons there is for each."""
        return len({each.id for some in self.held.values() for each in some})


def plan(due: Collection[Due]) -> Plan:
    """Which of these go together and which stay, and why: oldest years first.

    A record stays while one stays that refers to it, and so on.
    """
    going = {each.id: each for each in due if not each.because}
    needed: set[int] = set()
    while found := {n for n, each in going.items() if not each.needed_by <= going.keys()}:
        needed |= found
        for number in found:
            del going[number]
    held: dict[HeldBecause, tuple[Due, ...]] = {}
    for reason in HeldBecause:
        if some := tuple(each for each in due if reason in _reasons(each, needed)):
            held[reason] = some
    return Plan(tuple(_groups(going)), held)


def _reasons(each: Due, needed: Collection[int]) -> frozenset[HeldBecause]:
    return each.because | ({HeldBecause.NEEDED_BY_ANOTHER} if each.id in needed else set())


def _groups(going: Mapping[int, Due]) -> list[tuple[Due, ...]]:
    """Those that refer to each other, together; in the order of the latest year in each."""
    first: dict[int, int] = {number: number for number in going}
    for each in going.values():
        for other in each.needed_by:
            first[_root(first, other)] = _root(first, each.id)
    grouped: dict[int, list[Due]] = {}
    for each in sorted(going.values(), key=lambda due: (due.year, due.id)):
        grouped.setdefault(_root(first, each.id), []).append(each)
    return sorted(
        (tuple(group) for group in grouped.values()),
        key=lambda group: (group[-1].year, group[0].id),
    )


def _root(first: dict[int, int], number: int) -> int:
    while first[number] != number:
        first[number] = first[first[number]]
        number = first[number]
    return number


def batches(groups: Iterable[tuple[Due, ...]], most: int) -> list[tuple[Due, ...]]:
    """Groups put together up to so many records; a larger group is a batch of its own.

    No batch holds audits of more than one year, but where a group does.
    """
    made: list[tuple[Due, ...]] = []
    for group in groups:
        fits = made and len(made[-1]) + len(group) <= most
        if fits and made[-1][-1].year == group[-1].year:
            made[-1] += group
        else:
            made.append(group)
    return made


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
