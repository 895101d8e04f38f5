"""Which counts a tally can answer, and which must be read from the records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, case, literal_column, or_, true

from audit_app.audits.queries import narrowed
from audit_app.models import PlaceKind
from audit_app.models.tally import EVERY
from audit_app.rules.audits import AuditType, Selection
from audit_app.rules.periods import month_key
from audit_app.tallying.facts import APART
from audit_app.tallying.splits import Days, Split
from audit_app.web.filters import AuditFilter

_KINDS = {
    Split.SERVICE: PlaceKind.SERVICE,
    Split.LOCALITY: PlaceKind.LOCALITY,
    Split.TEAM: PlaceKind.TEAM,
}
_BY_TYPE = (Split.TYPE, Split.SELECTION)


@dataclass(frozen=True)
class Place:
    """Where a tally is read: one place, or each of a kind."""

    kind: PlaceKind
    number: int | None

    def rows_of(self, table: Any) -> ColumnElement[bool]:
        of_kind = table.place_kind == self.kind
        return of_kind if self.number is None else and_(of_kind, table.place_id == self.number)


def place_asked(of: AuditFilter, by: Sequence[Split]) -> Place | None:
    """Where the tallies answer a question; None where its places are of several kinds."""
    named = {each: getattr(of, each.value) for each in _KINDS}
    asked = [each for each in _KINDS if each in by or named[each] is not None]
    match asked:
        case []:
            return Place(PlaceKind.AUTHORITY, 0)
        case [one]:
            return Place(_KINDS[one], named[one])
        case _:
            return None


def apart_by_type(of: AuditFilter, by: Sequence[Split]) -> bool:
    """Whether types of audit or ways of choosing a case are told apart."""
    return of.type is not None or of.selection is not None or any(each in by for each in _BY_TYPE)


def judged_place(of: AuditFilter, by: Sequence[Split]) -> Place | None:
    """Where the tally of judgements answers a question; None where only the records do."""
    place = place_asked(of, by)
    if of.theme is not None or place is None:
        return None
    return place if place.kind in APART or not apart_by_type(of, by) else None


def moderated_place(of: AuditFilter, by: Sequence[Split]) -> Place | None:
    """Where the tallies of moderations answer a question; None where only the records do."""
    if of.theme is not None or apart_by_type(of, by):
        return None
    return place_asked(of, by)


def of_types(table: Any, of: AuditFilter, by: Sequence[Split]) -> ColumnElement[bool]:
    """The rows of a tally for the types and ways of choosing that are asked for."""
    if not apart_by_type(of, by):
        return and_(table.audit_type == EVERY, table.selection == EVERY)
    # Named one by one, so that a tally's rows are found and not passed over.
    types = AuditType if of.type is None else [of.type]
    ways = ["", *Selection] if of.selection is None else [of.selection]
    return and_(table.audit_type.in_(map(str, types)), table.selection.in_(map(str, ways)))


@dataclass(frozen=True)
class Months:
    """The months of some days: those that are whole, and the first or last where a day cuts it.

    ``spans`` are the first and the last month of each period.
    """

    first: int
    last: int
    cuts_first: bool = False
    cuts_last: bool = False
    spans: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, of: AuditFilter, days: Days) -> Months:
        """Only a typed day cuts a month; where counting stops today, all the month is asked for."""
        ends = (days.last + timedelta(days=1)).day == 1
        return cls(
            month_key(days.first),
            month_key(days.last),
            cuts_first=of.first is not None and days.first.day != 1,
            cuts_last=of.last is not None and not ends,
            spans=tuple((month_key(each.first), month_key(each.last)) for each in days.periods),
        )

    @property
    def one_by_one(self) -> bool:
        """Whether every period is a month."""
        return all(first == last for first, last in self.spans)

    def apart(self, by: Sequence[Split]) -> bool:
        """Whether no two months are counted together."""
        return Split.MONTH in by and self.one_by_one

    def of_period(self, month: Any) -> Any:
        """The first of the months that are counted together with a month: those of its period."""
        if self.one_by_one:
            return month
        # Said in the statement, as PostgreSQL groups by nothing that it is told twice.
        ends = [(month <= _number(last), _number(first)) for first, last in self.spans]
        return case(*ends)

    @property
    def cut(self) -> bool:
        return self.cuts_first or self.cuts_last

    def all(self, month: Any) -> ColumnElement[bool]:
        return and_(month.between(self.first, self.last), self._in_a_period(month))

    def _in_a_period(self, month: Any) -> ColumnElement[bool]:
        """Years that are cut to the months all of them have leave out months between them."""
        if all(_next(one) == other for (_, one), (other, _) in pairwise(self.spans)):
            return true()
        return or_(*(month.between(first, last) for first, last in self.spans))

    def whole(self, month: Any) -> ColumnElement[bool]:
        return and_(
            month > self.first if self.cuts_first else month >= self.first,
            month < self.last if self.cuts_last else month <= self.last,
            self._in_a_period(month),
        )

    def cut_off(self, month: Any) -> ColumnElement[bool]:
        cut = [(self.first, self.cuts_first), (self.last, self.cuts_last)]
        return or_(*(month == each for each, is_cut in cut if is_cut))

    def narrow(self, wanted: Select[Any], of: AuditFilter) -> Select[Any]:
        """Narrow a select over audits to a filter's; by day only where a day cuts a month."""
        first = of.first if self.cuts_first else None
        last = of.last if self.cuts_last else None
        wholly = replace(of, judgement=None, state=None, thread=None, first=first, last=last)
        return narrowed(wanted, wholly)


def _number(month: int) -> ColumnElement[int]:
    return literal_column(str(int(month)), Integer)


def _next(month: int) -> int:
    return month + 1 if month % 100 < 12 else month + 89
