"""The demonstration's practice alerts: two in force, two no longer, and one still being written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from audit_app.alerts.audience import words_of
from audit_app.alerts.publication_changes import publish_alert
from audit_app.alerts.queries import sheet_now
from audit_app.alerts.rows import parts_of
from audit_app.demo import schedule
from audit_app.demo.alert_fates import add_what_came_of_it, event_of
from audit_app.demo.people import Staff
from audit_app.demo.references import reference
from audit_app.demo.sentences import stock
from audit_app.documents.pdf import AssetsMissing
from audit_app.extensions import db
from audit_app.models import Alert, AlertKind, AlertRequirement, HistoryEvent, Service, User
from audit_app.rules.alert_audience import Audience
from audit_app.rules.alert_steps import AlertState
from audit_app.rules.permissions import Role

_TEXTS = (
    "title", "owner", "why_now", "found", "good_looks_like", "standards", "how_checked",
)  # fmt: skip

#: What happened to an issued alert, and how many days before it was issued.
_STEPS = (("started", 9), ("submitted", 6), ("approved", 2), ("issued", 0))


def add_alerts(rng: Random, staff: Staff, today: date) -> None:
    """Make the alerts, each resting on the three months of audits before it, the oldest first."""
    numbers: Counter[int] = Counter()
    made: dict[str, Alert] = {}
    for content in stock("alerts")["alert"]:
        author, approver = (staff.sign_ins[name] for name in content["people"])
        days_ago = content.get("issued_days_ago")
        on = schedule.friday_at_latest(today - timedelta(days=days_ago or 1))
        alert = _alert(rng, content, author, on)
        alert.replaces = made[content["replaces"]] if "replaces" in content else None
        db.session.add(alert)
        if days_ago is not None:
            numbers[on.year] += 1
            _issue(rng, alert, approver, author, on, numbers[on.year])
            add_what_came_of_it(content, alert, staff, today)
        db.session.add_all(_history(alert, author, approver, on))
        made[content["title"]] = alert


def _alert(rng: Random, content: dict[str, Any], author: User, on: date) -> Alert:
    last = on.replace(day=1) - timedelta(days=1)
    audience = _audience(content["for"])
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
        audience=words_of(audience),
        audiences=list(parts_of(audience)),
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


def _audience(named: dict[str, Any]) -> Audience:
    services = select(Service.id).where(Service.name.in_(named.get("services", [])))
    return Audience.of(
        named.get("everyone", False),
        list(db.session.scalars(services)),
        [Role(role) for role in named.get("roles", [])],
    )


def _issue(
    rng: Random, alert: Alert, approver: User, issuer: User, on: date, sequence: int
) -> None:
    """Number the alert, freeze what it says, with the audits as they stood that day, and keep it.

    Where no document can be drawn, as nothing is built yet, it is kept when it is first opened.
    """
    alert.state, alert.version = AlertState.ISSUED, 1 + len(_STEPS)
    alert.year, alert.sequence, alert.issued_on = on.year, sequence, on
    alert.approved_by, alert.approved_on = approver, on - timedelta(days=2)
    db.session.flush()
    sheet = sheet_now(alert, on, issued_by=issuer.name)
    alert.evidence = sheet.frozen()
    with suppress(AssetsMissing):
        publish_alert(alert, sheet, issuer, _at(on), reference(rng))


def _history(alert: Alert, author: User, approver: User, on: date) -> Iterator[HistoryEvent]:
    steps = _STEPS if alert.issued_on else _STEPS[:1]
    for verb, days in steps:
        by = approver if verb == "approved" else author
        yield event_of(alert, by, verb, _at(on - timedelta(days=days)))
    if alert.issued_on and alert.replaces:
        alert.replaces.state = AlertState.SUPERSEDED
        yield event_of(alert.replaces, author, "superseded", _at(on))


def _at(day: date) -> datetime:
    return datetime.combine(day, time(10, 40), tzinfo=UTC)
