"""What a lead does with published totals: enter one, or withdraw it. None is changed or deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import text

from audit_app.extensions import db
from audit_app.historic.queries import (
    RECORD_TYPE,
    disposed,
    in_force_between,
    recorded_between,
)
from audit_app.models import HistoricFigures, User, remember
from audit_app.web.pages import day, plural

#: Any number, the same in every process: whoever holds it is entering a total.
_ENTERING = 20_261_122


class Overlaps(Exception):
    """These days are counted already, by records or by another total; the message says by which."""


class Stale(Exception):
    """Somebody withdrew it after the page was opened; nothing was written."""


def enter(by: User, days: tuple[date, date], counts: Sequence[int], source: str) -> HistoricFigures:
    """Enter a total, its counts in the order of the scale; not committed.

    Raises:
        Overlaps: when audits of these days are recorded, or another total holds one of them.
    """
    _one_at_a_time()
    _refuse_what_is_counted(*days)
    outstanding, good, requires_improvement, inadequate = counts
    figures = HistoricFigures(
        first=days[0],
        last=days[1],
        outstanding=outstanding,
        good=good,
        requires_improvement=requires_improvement,
        inadequate=inadequate,
        source=source,
        entered_by_id=by.id,
    )
    db.session.add(figures)
    db.session.flush()
    remember(db.session, by, "entered", RECORD_TYPE, figures.reference)
    return figures


def withdraw(by: User, figures: HistoricFigures, because: str, today: date) -> None:
    """Take a total out of every table; it stays to be read, with the reason; not committed.

    Raises:
        Stale: when it is withdrawn already.
    """
    db.session.refresh(figures, with_for_update={"of": HistoricFigures})
    if figures.withdrawn_on is not None:
        raise Stale
    figures.withdrawn_on, figures.withdrawn_because = today, because
    figures.version += 1
    remember(db.session, by, "withdrew", RECORD_TYPE, figures.reference)


def _refuse_what_is_counted(first: date, last: date) -> None:
    if audits := recorded_between(first, last):
        are = plural(audits, "audit of these days is", "audits of these days are")
        raise Overlaps(
            f"{are} recorded here, and counted from records. Enter days before the first of them"
        )
    if kept := [each for each in disposed() if each.first <= last and each.last >= first]:
        raise Overlaps(
            f"Audits of {day(kept[0].first)} to {day(kept[0].last)} were recorded here and "
            "disposed of. Their total stands in the tables already"
        )
    if other := in_force_between(first, last):
        raise Overlaps(
            f"A total for {day(other.first)} to {day(other.last)} is entered already. Withdraw it "
            "first, or enter other days"
        )


def _one_at_a_time() -> None:
    """Two people who look at the same moment would both find the days free.

    SQLite's transaction is the only writer already.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _ENTERING})
