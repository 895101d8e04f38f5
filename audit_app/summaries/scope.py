"""What a summary is counted from: its period, its place, and nobody's hidden judgements.

Whoever reads a summary may yet judge an audit blind, so audits that wait for that are in no figure
of it, whoever makes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from flask import current_app
from sqlalchemy import Select, func, not_, select

from audit_app.audits.blindness import anybody, waits_blind
from audit_app.audits.queries import narrowed
from audit_app.extensions import db
from audit_app.insight.asking import Question, Spell
from audit_app.insight.queries import Choices, choices
from audit_app.insight.reading import Asked
from audit_app.models import Audit, User
from audit_app.rules.periods import Period, PeriodKind, split
from audit_app.rules.summary_periods import SummaryKind, SummaryPeriod
from audit_app.web.filters import AuditFilter

WHOLE_AUTHORITY = "Whole authority"


class NoSuchService(LookupError):
    """No service has this number."""


@dataclass(frozen=True)
class Scope:
    """Of what, where and on which day a summary is counted."""

    period: SummaryPeriod
    service_id: int | None
    today: date
    choices: Choices
    reader: User

    @property
    def place(self) -> str:
        if self.service_id is None:
            return WHOLE_AUTHORITY
        return self.choices["service"][self.service_id]

    @property
    def floor(self) -> int:
        """The number of audits below which no percentage is shown."""
        return int(current_app.config["SETTINGS"].small_base)

    @property
    def begun(self) -> bool:
        return self.period.first <= self.today

    @property
    def running(self) -> bool:
        """Whether some of the period is still to come, so that its figures are provisional."""
        return self.begun and not self.period.ended(self.today)

    @cached_property
    def now(self) -> Period:
        """The period, up to today where it still runs."""
        return self.clipped(self.period)

    def clipped(self, of: SummaryPeriod) -> Period:
        """Up to today, where today lies in it."""
        whole = of.period
        runs = whole.first <= self.today
        return Period(whole.kind, whole.first, min(whole.last, self.today) if runs else whole.last)

    @cached_property
    def before(self) -> Period:
        """The one just before: the last quarter, or the year before."""
        return self.period.before.period

    @cached_property
    def year_before(self) -> Period:
        """The same part of the year before."""
        return self.period.year_before.period

    @cached_property
    def to_date(self) -> Period | None:
        """The financial year up to the quarter's end, where that is more than the quarter."""
        found = self.period.to_date
        if found is None or self.period.quarter == 1:
            return None
        return self.clipped(found)

    @property
    def whole(self) -> Period:
        """The period to its end, whether that has come or not."""
        return self.period.period

    @cached_property
    def compared(self) -> tuple[Period, ...]:
        """The whole period and those it is held against, in time order, each once."""
        every = {self.year_before, self.before, self.whole}
        return tuple(sorted(every, key=lambda each: each.first))

    @property
    def years(self) -> PeriodKind:
        """How years are cut beside this period: those that its year to date belongs to."""
        if self.period.kind is SummaryKind.CALENDAR_YEAR:
            return PeriodKind.CALENDAR_YEAR
        return PeriodKind.FINANCIAL_YEAR

    @property
    def of(self) -> AuditFilter:
        return AuditFilter(service=self.service_id)

    def asked(self, *periods: Period) -> Asked:
        """A question about these periods, as insight answers it."""
        by = periods[0].kind
        return Asked(Question(by=by, of=self.of), Spell(periods), self.choices, self.reader, 0)

    def audits(self, wanted: Select[Any], first: date, last: date) -> Select[Any]:
        """Narrow a select over audits to those of these days and this place that may be counted."""
        days = Audit.audit_date.between(first, last)
        return narrowed(wanted, self.of).where(Audit.recorded, days, not_(waits_blind()))

    @cached_property
    def waiting_blind(self) -> int:
        """How many audits of the period are in no figure, as they wait for a blind moderation."""
        days = Audit.audit_date.between(self.period.first, self.period.last)
        wanted = select(func.count(Audit.id)).where(Audit.recorded, days, waits_blind())
        return db.session.scalar(narrowed(wanted, self.of)) or 0


def scope_of(period: SummaryPeriod, service_id: int | None, today: date) -> Scope:
    """Settle what is counted.

    Raises:
        NoSuchService: when there is no service of this number.
    """
    found = choices()
    if service_id is not None and service_id not in found["service"]:
        raise NoSuchService(f"There is no service number {service_id}")
    return Scope(period, service_id, today, found, anybody())


def months(periods: Sequence[Period]) -> Spell:
    """The months of some periods one by one, each once, so that any of them can be added up."""
    whole = {
        month
        for period in periods
        for month in split(PeriodKind.MONTH, period.first, _month_end(period.last))
    }
    return Spell(tuple(sorted(whole, key=lambda each: each.first)))


def _month_end(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
