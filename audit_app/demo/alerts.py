"""The demonstration's practice alerts: two that were issued, and one still being written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from audit_app.alerts.queries import sheet_now
from audit_app.demo import schedule
from audit_app.demo.people import Staff
from audit_app.demo.references import reference
from audit_app.demo.sentences import stock
from audit_app.extensions import db
from audit_app.models import Alert, AlertKind, AlertRequirement, HistoryEvent, User
from audit_app.rules.workflow import AlertState

_TEXTS = (
    "title", "audience", "owner", "why_now", "found", "good_looks_like", "standards", "how_checked",
)  # fmt: skip

#: What happened to an issued alert, and how many days before it was issued.
_STEPS = (("started", 9), ("submitted", 6), ("approved", 2), ("issued", 0))


def add_alerts(rng: Random, staff: Staff, today: date) -> None:
    """Make the alerts, each resting on the three months of audits before it."""
    numbers: Counter[int] = Counter()
    for content in stock("alerts")["alert"]:
        author, approver = (staff.sign_ins[name] for name in content["people"])
        days_ago = content.get("issued_days_ago")
        on = schedule.friday_at_latest(today - timedelta(days=days_ago or 1))
        alert = _alert(rng, content, author, on)
        db.session.add(alert)
        if days_ago is not None:
            numbers[on.year] += 1
            _issue(alert, approver, author, on, numbers[on.year])
        db.session.add_all(_history(alert, author, approver, on))


def _alert(rng: Random, content: dict[str, Any], author: User, on: date) -> Alert:
    last = on.replace(day=1) - timedelta(days=1)
    alert = Alert(
        reference=reference(rng),
        kind=AlertKind(content["kind"]),
        author_id=author.id,
        author=author,
        review_on=on + timedelta(days=content["review_after"]),
        evidence_from=(last.replace(day=1) - timedelta(days=59)).replace(day=1),
        evidence_to=last,
        evidence_threads=content["threads"],
        evidence_judgements=content["judgements"],
        created_at=_at(on - timedelta(days=_STEPS[0][1])),
        **{name: content[name] for name in _TEXTS},
    )
    alert.question_1, alert.question_2, alert.question_3 = content["questions"]
    alert.requirements = [
        AlertRequirement(
            position=place, what=what, by_when=schedule.weekdays(on, on + timedelta(days=days))[-1]
        )
        for place, (what, days) in enumerate(content["requirements"], start=1)
    ]
    return alert


def _issue(alert: Alert, approver: User, issuer: User, on: date, sequence: int) -> None:
    """Number the alert and freeze what it says, with the audits as they stood that day."""
    alert.state, alert.version = AlertState.ISSUED, 1 + len(_STEPS)
    alert.year, alert.sequence, alert.issued_on = on.year, sequence, on
    alert.approved_by, alert.approved_on = approver, on - timedelta(days=2)
    db.session.flush()
    alert.evidence = sheet_now(alert, on, issued_by=issuer.name).frozen()


def _history(alert: Alert, author: User, approver: User, on: date) -> Iterator[HistoryEvent]:
    steps = _STEPS if alert.state is AlertState.ISSUED else _STEPS[:1]
    for verb, days in steps:
        yield HistoryEvent(
            at=_at(on - timedelta(days=days)),
            user_id=(approver if verb == "approved" else author).id,
            verb=verb,
            record_type="alert",
            record_reference=alert.reference,
        )


def _at(day: date) -> datetime:
    return datetime.combine(day, time(10, 40), tzinfo=UTC)
