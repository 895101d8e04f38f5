"""Reading alerts and the evidence they rest on. Fetching is authorising."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import abort, current_app
from sqlalchemy import ColumnElement, Select, and_, func, literal, not_, select, true, union_all
from sqlalchemy.orm import joinedload, selectinload

from audit_app.alerts.sheet import Sheet, thawed, thawed_evidence
from audit_app.audits.blindness import waits_blind
from audit_app.extensions import db
from audit_app.models import Alert, AlertKind, Audit, Finding, Thread, ThreadSet, User
from audit_app.rules.alert_evidence import OVERALL, OVERALL_LABEL, Counted, Evidence, evidence
from audit_app.rules.alerts import QUESTIONS, Requirement, read_number
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Permission
from audit_app.rules.workflow import RECORDED_STATES, AlertState, Verb

_BEYOND_DRAFT = (AlertState.SUBMITTED, AlertState.APPROVED, AlertState.ISSUED)

#: The newest open alerts a page looks through; a council has a handful.
_MOST_OPEN = 100


def within_sight(user: User) -> ColumnElement[bool]:
    """Which alerts a person may read: writers all, approvers what was submitted, others issued."""
    if user.can(Permission.ALERT_WRITE):
        return true()
    if user.can(Permission.ALERT_APPROVE):
        return Alert.state.in_(_BEYOND_DRAFT)
    return Alert.state == AlertState.ISSUED


def alert_for(user: User, reference: str) -> Alert:
    """The alert with all that is printed on it, if this person may read it; otherwise 404."""
    alert = db.session.scalar(_whole().where(Alert.reference == reference, within_sight(user)))
    if alert is None:
        abort(404)
    return alert


def alert_numbered(text: str) -> Alert | None:
    """The issued alert with a number such as ``PA 2026/04`` printed on it; None if there is none.

    Raises:
        ValueError: when the text is not written like an alert's number.
    """
    prefix, year, sequence = read_number(text)
    alert = db.session.scalar(
        _whole().where(
            Alert.state == AlertState.ISSUED, Alert.year == year, Alert.sequence == sequence
        )
    )
    # What is printed keeps the prefix of its day, whatever the setting says now.
    if alert is None or read_number((alert.evidence or {})["number"])[0] != prefix:
        return None
    return alert


def _whole() -> Select[Alert]:
    return select(Alert).options(
        joinedload(Alert.author), joinedload(Alert.approved_by), selectinload(Alert.requirements)
    )


@dataclass(frozen=True)
class IssuedLine:
    """An issued alert as a list shows it."""

    reference: str
    number: str
    kind: AlertKind
    title: str
    audience: str
    issued_on: date
    review_on: date | None


def count_issued() -> int:
    wanted = select(func.count(Alert.id)).where(Alert.state == AlertState.ISSUED)
    return db.session.scalar(wanted) or 0


def latest_issued(limit: int, offset: int = 0) -> list[IssuedLine]:
    """Issued alerts, the newest number first. Everybody may read them."""
    rows = db.session.execute(
        select(
            Alert.reference,
            Alert.evidence["number"].as_string().label("number"),
            Alert.kind,
            Alert.title,
            Alert.audience,
            Alert.issued_on,
            Alert.review_on,
        )
        .where(Alert.state == AlertState.ISSUED)
        .order_by(Alert.year.desc(), Alert.sequence.desc())
        .offset(offset)
        .limit(limit)
    )
    return [IssuedLine(**row) for row in rows.mappings()]


@dataclass(frozen=True)
class OpenLine:
    """An alert not yet issued, and what waits for the reader in it; nothing where nothing does."""

    reference: str
    title: str
    kind: AlertKind
    state: AlertState
    author: str
    waits: str


def open_alerts(user: User) -> list[OpenLine]:
    """Alerts on their way that this person may read: those waiting for them first, then newest."""
    alerts = db.session.scalars(
        select(Alert)
        .where(Alert.state != AlertState.ISSUED, within_sight(user))
        .options(joinedload(Alert.author))
        .order_by(Alert.id.desc())
        .limit(_MOST_OPEN)
    )
    return sorted((_open_line(user, alert) for alert in alerts), key=lambda line: not line.waits)


def alerts_waiting_for(user: User) -> list[OpenLine]:
    """The open alerts in which it is this person's turn; for the home page."""
    if not (user.can(Permission.ALERT_WRITE) or user.can(Permission.ALERT_APPROVE)):
        return []
    return [line for line in open_alerts(user) if line.waits]


def _open_line(user: User, alert: Alert) -> OpenLine:
    return OpenLine(
        reference=alert.reference,
        title=alert.title,
        kind=alert.kind,
        state=alert.state,
        author=alert.author.name,
        waits=_what_waits(user, alert),
    )


def _what_waits(user: User, alert: Alert) -> str:
    if alert.lets(user, Verb.APPROVE):
        return "Read it, then approve or return it"
    if alert.lets(user, Verb.ISSUE):
        return "Issue it"
    if alert.lets(user, Verb.SAVE):
        return "Change it as the note asks" if alert.return_note else "Finish and submit it"
    return ""


def thread_names() -> dict[str, str]:
    """Every thread by its code, in the newest set's words, the overall judgement first."""
    rows = db.session.execute(
        select(Thread.code, Thread.name)
        .join(Thread.thread_set)
        .order_by(ThreadSet.valid_from, Thread.position)
    )
    return {OVERALL: OVERALL_LABEL} | {row.code: row.name for row in rows}


def evidence_of(alert: Alert, as_at: date) -> Evidence:
    """The evidence table as the audits stand now, over the whole authority.

    Moderators read alerts too, so audits that wait for a blind moderation are in nobody's figures.
    """
    names = thread_names()
    counted = _recorded_between(alert.evidence_from, alert.evidence_to)
    return evidence(
        _counts(and_(counted, not_(waits_blind()))),
        {code: name for code, name in names.items() if code in alert.evidence_threads},
        [Judgement(each) for each in alert.evidence_judgements],
        (alert.evidence_from, alert.evidence_to),
        as_at,
        current_app.config["SETTINGS"].small_base,
        waiting_blind=_number_of(and_(counted, waits_blind())),
    )


def _recorded_between(first: date, last: date) -> ColumnElement[bool]:
    return and_(Audit.state.in_(RECORDED_STATES), Audit.audit_date.between(first, last))


def _number_of(counted: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count(Audit.id)).where(counted)) or 0


def _counts(counted: ColumnElement[bool]) -> list[Counted]:
    """Final judgements of these audits, by thread and set: one query, no case and no person."""
    of_threads = (
        select(Thread.code, Audit.thread_set_id, Finding.final_judgement, func.count())
        .select_from(Audit)
        .join(Finding, Finding.audit_id == Audit.id)
        .join(Thread, Thread.id == Finding.thread_id)
        .where(counted)
        .group_by(Thread.code, Audit.thread_set_id, Finding.final_judgement)
    )
    overall = (
        select(literal(OVERALL), Audit.thread_set_id, Audit.final_overall, func.count())
        .where(counted)
        .group_by(Audit.thread_set_id, Audit.final_overall)
    )
    return [Counted(*row) for row in db.session.execute(union_all(of_threads, overall))]


def approved_evidence(alert: Alert) -> Evidence | None:
    """The table the approver read, while the alert waits to be issued."""
    if alert.state is not AlertState.APPROVED or alert.evidence is None:
        return None
    return thawed_evidence(alert.evidence)


def sheet_of(alert: Alert, today: date) -> Sheet:
    """All that the alert says: as frozen once issued, else as it stands now."""
    if alert.state is AlertState.ISSUED and alert.evidence is not None:
        return thawed(alert.evidence)
    return sheet_now(alert, today)


def sheet_now(alert: Alert, today: date, issued_by: str | None = None) -> Sheet:
    """All that the alert says, drawn afresh; ``issued_by`` is set when it is being issued."""
    settings = current_app.config["SETTINGS"]
    return Sheet(
        number=alert.number(settings.alert_prefix),
        kind=alert.kind.label,
        urgent=alert.kind is AlertKind.ALERT,
        title=alert.title,
        audience=alert.audience,
        owner=alert.owner,
        issued_on=alert.issued_on,
        issued_by=issued_by,
        review_on=alert.review_on,
        why_now=alert.why_now,
        found=alert.found,
        good_looks_like=alert.good_looks_like,
        requirements=tuple(requirements_of(alert).values()),
        standards=alert.standards,
        questions=questions_of(alert),
        how_checked=alert.how_checked,
        evidence=evidence_of(alert, today),
        author=alert.author.name,
        approved_by=alert.approved_by.name if alert.approved_by else None,
        approved_on=alert.approved_on,
        council=settings.council_name,
        marking=settings.printed_marking,
    )


def requirements_of(alert: Alert) -> dict[int, Requirement]:
    """What readers must do, by its place on the form."""
    return {each.position: Requirement(each.what, each.by_when) for each in alert.requirements}


def questions_of(alert: Alert) -> tuple[str, ...]:
    return tuple(getattr(alert, f"question_{n}") for n in range(1, QUESTIONS + 1))


def threads_to_choose(chosen: Sequence[str], current: Sequence[Thread]) -> list[tuple[str, str]]:
    """The threads a form offers: overall, those in force, and any chosen before."""
    names = thread_names()
    codes = [OVERALL, *(thread.code for thread in current)]
    return [(code, names[code]) for code in [*codes, *(c for c in chosen if c not in codes)]]
