"""What a run of the retention command would do, in words: counts and references, no more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from audit_app.disposal.clearing import Clearing, to_clear
from audit_app.disposal.queries import planned, rows_by_table
from audit_app.extensions import db
from audit_app.models.sqlite import reading
from audit_app.rules.retention import Due, Periods, Plan
from audit_app.web.pages import day, plural


@dataclass(frozen=True)
class Foretold:
    """What goes, by table, and what is held back. Nothing of it is written anywhere."""

    periods: Periods
    today: date
    plan: Plan
    rows: Mapping[str, int]
    clearing: Clearing

    @property
    def audits(self) -> int:
        return sum(not each.draft for each in self.plan.going)

    @property
    def drafts(self) -> int:
        return sum(each.draft for each in self.plan.going)

    @property
    def nothing(self) -> bool:
        clearing = self.clearing
        return not (self.plan.going or clearing.messages or clearing.stakes or clearing.lists)

    def lines(self, in_full: bool) -> Iterator[str]:
        """For a terminal; ``in_full`` with the reference of every record."""
        yield f"Rule: {self.periods.rule}"
        if before := self.periods.audits_before(self.today):
            yield f"Audits dated before {day(before)}: {plural(self.audits, 'audit')}"
        if saved := self.periods.drafts_before(self.today):
            yield f"Drafts last saved before {day(saved)}: {plural(self.drafts, 'draft')}"
        yield from (f"  {table}: {n:,}" for table, n in self.rows.items())
        if in_full:
            yield from (f"  {each.reference}  {_kind(each)}" for each in self.plan.going)
        yield from self._cleared()
        yield f"Held back: {plural(self.plan.held_back, 'record')}"
        for reason, held in self.plan.held.items():
            yield f"  {reason.label}: {len(held):,}"
            if in_full:
                yield from (f"    {each.reference}  {_kind(each)}" for each in held)

    def _cleared(self) -> Iterator[str]:
        yield f"Messages: {self.clearing.messages:,}"
        yield f"Declared stakes: {len(self.clearing.stakes):,}"
        yield f"Lists of open cases: {len(self.clearing.lists):,}"
        for each in self.clearing.lists:
            rows = ", ".join(f"{table} {n:,}" for table, n in each.rows.items())
            yield f"  {each.reference}  {each.name}: {rows}"
        if self.clearing.lists_held:
            yield f"Lists of open cases held back: {self.clearing.lists_held:,}"


def foretold(periods: Periods, today: date) -> Foretold:
    """Look, in a transaction that only reads."""
    with reading(db.session):
        plan = planned(periods, today)
        clearing = to_clear(periods, today, plan.going)
        return Foretold(periods, today, plan, rows_by_table(plan), clearing)


def _kind(each: Due) -> str:
    return f"draft of {each.year}" if each.draft else str(each.year)
