"""Years whose records were disposed of: what is dated in them counts in no figure any more."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ScalarSelect, func, select

from audit_app.extensions import db
from audit_app.models import DisposalCertificate
from audit_app.rules.retention import CLOSED_YEAR


def counts_from() -> ScalarSelect[date | None]:
    """The first day that records count from: years before it were disposed of, and their totals
    kept. None where none was.
    """
    return select(func.max(DisposalCertificate.counts_from)).scalar_subquery()


def first_open_day() -> date | None:
    """The same day, asked for; None where every day is open."""
    return db.session.scalar(select(counts_from()))


def why_closed(on: date) -> str | None:
    """Why no audit of a day can be recorded any more; None where one can.

    Nothing is disposed of in the year it is of, so of this year nobody is asked.
    """
    if on.year >= date.today().year:
        return None
    first = first_open_day()
    return CLOSED_YEAR.format(on.year) if first is not None and on < first else None
