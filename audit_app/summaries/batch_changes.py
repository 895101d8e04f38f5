"""Making the summaries of every service for one period. The only writer of batches."""

from __future__ import annotations

from datetime import date, timedelta
from time import monotonic

from flask import current_app
from sqlalchemy import delete, update

from audit_app.documents.pdf import AssetsMissing
from audit_app.extensions import db
from audit_app.models import Print, SummaryBatch, SummaryBatchPart, User, remember
from audit_app.models.base import new_reference, now
from audit_app.models.sqlite import reading
from audit_app.rules.summary_periods import SummaryPeriod
from audit_app.summaries.batch_queries import next_part
from audit_app.summaries.document import file_name
from audit_app.summaries.queries import WHOLE, newest, published, services
from audit_app.summaries.signing import drawn_as_draft
from audit_app.web.prints import print_of, reprint_of
from audit_app.web.published import Tampered, published_pdf

#: How long a batch is there to be fetched.
KEPT = timedelta(days=1)
#: In seconds: as long as somebody may wait for a page.
_AT_ONCE = 8.0

_UNFORESEEN = (
    "It could not be drawn. Try again, and tell whoever runs this service if it fails again."
)
_TAMPERED = "What is stored is not as it was signed off, so it is left out."


def begin_batch(user: User, period: SummaryPeriod, today: date) -> SummaryBatch:
    """Note what is to be made: the whole authority, then every service in use. Not committed.

    The person's older batches go.
    """
    theirs = SummaryBatch.made_by_id == user.id
    db.session.execute(delete(SummaryBatch).where(theirs, SummaryBatch.created_at < now() - KEPT))
    batch = SummaryBatch(
        reference=new_reference(),
        kind=period.kind,
        year=period.year,
        quarter=period.quarter,
        made_by_id=user.id,
        made_on=today,
    )
    places: list[tuple[int | None, str]] = [(None, WHOLE), *services()]
    batch.parts = [
        SummaryBatchPart(position=n, service_id=service, file_name=_name(period, n, place))
        for n, (service, place) in enumerate(places)
    ]
    db.session.add(batch)
    remember(db.session, user, "began", "summary batch", batch.reference)
    return batch


def _name(period: SummaryPeriod, position: int, place: str) -> str:
    """``2021-22-Q2-03-fostering.pdf``: in the order of the page, whatever sorts them."""
    where = file_name(period, place, 1, "pdf").removeprefix(f"summary-{period.code}-")
    return f"{period.code}-{position:02d}-{where}"


def go_on(user: User, batch: SummaryBatch, address: str, today: date) -> None:
    """Make as many as fit in a few seconds, and one at least. Each is kept once it is made."""
    batch_id, period, until = batch.id, batch.period, monotonic() + _AT_ONCE
    while _make_next(user, batch_id, period, address, today) and monotonic() < until:
        pass


def _make_next(user: User, batch_id: int, period: SummaryPeriod, address: str, today: date) -> bool:
    """Draw the next one while nobody has to wait, then keep it; whether there was one."""
    with reading(db.session):
        part = next_part(batch_id)
        if part is None:
            return False
        part_id = part.id
        pdf, row, problem = _drawn(user, period, part.service_id, today)
    kept = db.session.execute(
        update(SummaryBatchPart)
        .where(
            SummaryBatchPart.id == part_id,
            SummaryBatchPart.made_at.is_(None),
            SummaryBatchPart.problem.is_(None),
        )
        .values(pdf=pdf, made_at=None if problem else now(), problem=problem)
        .execution_options(synchronize_session=False)
    )
    if row is not None and kept.rowcount:  # type: ignore[attr-defined]
        row.address, row.arguments, row.printed_by_id = address, "", user.id
        db.session.add(row)
    db.session.commit()
    return True


def _drawn(
    user: User, period: SummaryPeriod, service_id: int | None, today: date
) -> tuple[bytes | None, Print | None, str | None]:
    """One summary on paper, as published or as a draft, with its print; or what went wrong."""
    try:
        document = published(period, service_id)
        if document is not None:
            return published_pdf(document), reprint_of(document), None
        draft = newest(period, service_id)
        printing, made = drawn_as_draft(period, service_id, draft, user.name, today)
        return made.pdf, print_of(printing, made.pdf), None
    except Tampered:
        return None, None, _TAMPERED
    except AssetsMissing as problem:
        return None, None, str(problem)
    except Exception:
        # One service that cannot be drawn must not keep the others from being.
        current_app.logger.exception("A summary of a batch could not be drawn")
        return None, None, _UNFORESEEN
