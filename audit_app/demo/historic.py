"""The demonstration's published total: a year before any audit, as a made-up report printed it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from random import Random

from audit_app.demo.people import Staff
from audit_app.demo.references import reference
from audit_app.extensions import db
from audit_app.historic.queries import RECORD_TYPE
from audit_app.models import HistoricFigures, HistoryEvent
from audit_app.rules.historic_entry import Source

_SOURCE = Source(
    "Quality of practice in 2018: annual report, made up for this demonstration",
    date(2019, 3, 14),
    "page 9",
)
_ENTERED = datetime(2021, 11, 8, 10, 5, tzinfo=UTC)


def add_published_total(staff: Staff) -> None:
    lead = staff.sign_ins["practice.lead"]
    figures = HistoricFigures(
        reference=reference(Random("published total")),  # noqa: S311
        first=date(2018, 1, 1),
        last=date(2018, 12, 31),
        outstanding=3,
        good=71,
        requires_improvement=160,
        inadequate=58,
        source=_SOURCE.text,
        entered_by_id=lead.id,
        entered_at=_ENTERED,
    )
    db.session.add(figures)
    db.session.add(
        HistoryEvent(
            at=_ENTERED,
            user_id=lead.id,
            verb="entered",
            record_type=RECORD_TYPE,
            record_reference=figures.reference,
        )
    )
