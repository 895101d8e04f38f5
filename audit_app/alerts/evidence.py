"""Counting the audits that an alert rests on, over the whole authority or a part of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, and_, exists, false, func, literal, not_, null, select
from sqlalchemy import union_all as together

from audit_app.audits.blindness import waits_blind
from audit_app.extensions import db
from audit_app.models import Alert, Audit, Finding, Service, Theme, Thread, ThreadSet
from audit_app.models.theme import audit_themes
from audit_app.rules.alert_evidence import (
    OVERALL,
    OVERALL_LABEL,
    Counted,
    Evidence,
    Narrowed,
    evidence,
)
from audit_app.rules.audit_steps import RECORDED_STATES
from audit_app.rules.judgements import Judgement


def thread_names() -> dict[str, str]:
    """Every thread by its code, in the newest set's words, the overall judgement first."""
    rows = db.session.execute(
        select(Thread.code, Thread.name)
        .join(Thread.thread_set)
        .order_by(ThreadSet.valid_from, Thread.position)
    )
    return {OVERALL: OVERALL_LABEL} | {row.code: row.name for row in rows}


def evidence_of(alert: Alert, as_at: date) -> Evidence:
    """The evidence table as the audits stand now, of the whole authority or what was chosen of it.

    Moderators read alerts too, so audits that wait for a blind moderation are in nobody's figures.
    """
    counted = _recorded_between(alert.evidence_from, alert.evidence_to)
    narrowed = narrowed_of(alert)
    return evidence(
        _counts(and_(counted, not_(waits_blind())), _apart(alert)),
        {code: name for code, name in thread_names().items() if code in alert.evidence_threads},
        [Judgement(each) for each in alert.evidence_judgements],
        (alert.evidence_from, alert.evidence_to),
        as_at,
        current_app.config["SETTINGS"].small_base,
        waiting_blind=_number_of(and_(counted, waits_blind())),
        narrowed=narrowed,
    )


def narrowed_of(alert: Alert) -> Narrowed | None:
    """Which part of the authority's audits an alert rests on; None where on all of them."""
    service, theme = alert.evidence_service_id, alert.evidence_theme_id
    if service is None and theme is None:
        return None
    said = []
    if service is not None:
        said.append(db.session.scalars(select(Service.name).where(Service.id == service)).one())
    if theme is not None:
        name = db.session.scalars(select(Theme.name).where(Theme.id == theme)).one()
        said.append(f"with the theme “{name}”")
    return Narrowed(service, theme is not None, f"in {', '.join(said)}" if service else said[0])


def _recorded_between(first: date, last: date) -> ColumnElement[bool]:
    return and_(Audit.state.in_(RECORDED_STATES), Audit.audit_date.between(first, last))


def _number_of(counted: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count(Audit.id)).where(counted)) or 0


def _apart(alert: Alert) -> list[ColumnElement[Any]]:
    """What the counts are told apart by, for evidence of one service, or with one theme."""
    service: Any = Audit.service_id if alert.evidence_service_id is not None else null()
    if alert.evidence_theme_id is None:
        return [service.label("service"), false().label("themed")]
    carries = exists().where(
        audit_themes.c.audit_id == Audit.id,
        audit_themes.c.theme_id == alert.evidence_theme_id,
    )
    return [service.label("service"), carries.label("themed")]


def _counts(counted: ColumnElement[bool], apart: list[ColumnElement[Any]]) -> list[Counted]:
    """Final judgements of these audits, by thread and set: one query, no case and no person."""
    of_threads = (
        select(Thread.code, Audit.thread_set_id, Finding.final_judgement.label("word"), *apart)
        .select_from(Audit)
        .join(Finding, Finding.audit_id == Audit.id)
        .join(Thread, Thread.id == Finding.thread_id)
        .where(counted)
    )
    overall = select(
        literal(OVERALL).label("code"), Audit.thread_set_id, Audit.final_overall, *apart
    ).where(counted)
    rows = together(of_threads, overall).subquery()
    code, thread_set, word, service, themed = rows.c
    grouped = select(code, thread_set, word, func.count(), service, themed).group_by(*rows.c)
    return [
        Counted(code, thread_set, word, n, service, bool(themed))
        for code, thread_set, word, n, service, themed in db.session.execute(grouped)
    ]
