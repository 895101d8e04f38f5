"""The demonstration's summaries: one signed off, one waiting to be, and one being written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from audit_app.demo.people import Staff
from audit_app.demo.references import reference
from audit_app.demo.sentences import stock
from audit_app.documents.pdf import AssetsMissing
from audit_app.extensions import db
from audit_app.models import HistoryEvent, Service, Summary, User
from audit_app.models.published import DocumentKind
from audit_app.rules.summary_periods import quarter_of, read_code
from audit_app.rules.summary_steps import SummaryState
from audit_app.summaries.contents import contents
from audit_app.summaries.signing import ready_to_sign
from audit_app.web.published import publish

#: How many sentences the figures suggest are used as they are.
_SUGGESTED = 2


def add_summaries(staff: Staff, today: date) -> None:
    """Make them from the figures as they are counted now, so the audits must be committed.

    Where no document can be drawn, as nothing is built yet, the first one waits to be signed off.
    """
    rng = Random("summaries")  # noqa: S311
    for content in stock("summaries")["summary"]:
        lead, signer = (staff.sign_ins.get(name) for name in content["people"])
        assert lead is not None
        on = today - timedelta(days=content["days_ago"])
        summary = _summary(rng, content, lead, on)
        db.session.add(summary)
        db.session.flush()
        if signer and _sign(rng, summary, signer, on):
            summary.version += 1
        db.session.add_all(_history(summary, lead, signer, on))


def _summary(rng: Random, content: dict[str, Any], lead: User, on: date) -> Summary:
    period = read_code(content["period"]) if content["period"] else quarter_of(on).before
    service = select(Service.id).where(Service.name == content.get("service"))
    service_id = db.session.scalar(service)
    suggested = contents(period, service_id, on).headline.changes[:_SUGGESTED]
    done = bool(content["doing"])
    return Summary(
        reference=reference(rng),
        kind=period.kind,
        year=period.year,
        quarter=period.quarter,
        service_id=service_id,
        started_by_id=lead.id,
        created_at=_at(on - timedelta(days=6)),
        state=SummaryState.COMPLETE if done else SummaryState.DRAFT,
        completed_by=lead if done else None,
        completed_at=_at(on - timedelta(days=3)) if done else None,
        version=3 if done else 2,
        what_changed="\n".join([*suggested, content["what_changed"]]),
        why=content["why"],
        doing=content["doing"].strip(),
    )


def _sign(rng: Random, summary: Summary, signer: User, on: date) -> bool:
    """Sign it off as of that day, if it can be drawn."""
    try:
        ready = ready_to_sign(signer, summary, on, _at(on), reference(rng))
    except AssetsMissing:
        return False
    document = publish(
        DocumentKind.SUMMARY,
        summary.reference,
        summary.edition,
        ready.printing,
        (ready.made.pdf, ready.made.html),
        ready.figures,
        signer,
        ready.at,
    )
    summary.state, summary.published_id = SummaryState.SIGNED_OFF, document.id
    return True


def _history(summary: Summary, lead: User, signer: User | None, on: date) -> Iterator[HistoryEvent]:
    steps = [("started", lead, 6), ("saved", lead, 5)]
    if summary.completed_by is not None:
        steps.append(("completed the commentary", lead, 3))
    if summary.published_id and signer:
        steps.append(("signed off", signer, 0))
    for verb, who, days in steps:
        yield HistoryEvent(
            at=_at(on - timedelta(days=days)),
            user_id=who.id,
            verb=verb,
            record_type="summary",
            record_reference=summary.reference,
        )


def _at(day: date) -> datetime:
    return datetime.combine(day, time(14, 20), tzinfo=UTC)
