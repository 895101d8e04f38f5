"""What was shared: alerts issued in the period, and good practice found in its audits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app
from sqlalchemy import and_, exists, func, or_, select

from audit_app.alerts.audience import takes_in_team
from audit_app.extensions import db
from audit_app.models import (
    Alert,
    AlertAcknowledgement,
    AlertAudience,
    AlertKind,
    AudienceKind,
    Audit,
    Team,
)
from audit_app.rules.alert_steps import ONCE_ISSUED_STATES, AlertState
from audit_app.rules.shares import Share
from audit_app.rules.sheets import NO_FIGURE, SHARE_OF, Cell, Heading, Line, Sheet, share_of, words
from audit_app.rules.summary_words import number, of_audits
from audit_app.rules.thread_comparison import listed
from audit_app.summaries.parts import Section
from audit_app.summaries.scope import Scope
from audit_app.web.pages import day


@dataclass(frozen=True)
class IssuedAlert:
    """An alert as it was issued; ``teams`` are those it asks that said they talked about it."""

    number: str
    title: str
    kind: AlertKind
    state: AlertState
    issued_on: date
    review_on: date | None
    teams: Share


@dataclass(frozen=True)
class Learning:
    """Alerts in the order of their numbers; how many audits were marked as good practice."""

    period: str
    alerts: Sequence[IssuedAlert]
    good_practice: Share
    quotes: int


def learning(scope: Scope) -> Learning:
    good = Audit.good_practice.is_(True)
    quoted = and_(good, func.trim(Audit.good_practice_quote) != "")
    counted: Any = select(
        func.count(Audit.id), func.count(Audit.id).filter(good), func.count().filter(quoted)
    )
    whole = scope.whole
    row = db.session.execute(scope.audits(counted, whole.first, whole.last)).one()
    every, marked, quotes = row
    return Learning(whole.label, _alerts(scope), Share(marked, every, floor=scope.floor), quotes)


def _alerts(scope: Scope) -> list[IssuedAlert]:
    """Alerts of the period that reach the place, whatever became of them since."""
    prefix = current_app.config["SETTINGS"].alert_prefix
    rows = db.session.execute(
        select(
            func.coalesce(Alert.evidence["number"].as_string(), "").label("number"),
            Alert.year,
            Alert.sequence,
            Alert.title,
            Alert.kind,
            Alert.state,
            Alert.issued_on,
            Alert.review_on,
            _teams(scope, _talked).label("talked"),
            _teams(scope).label("teams"),
        )
        .where(
            Alert.state.in_(ONCE_ISSUED_STATES),
            Alert.issued_on.between(scope.whole.first, scope.whole.last),
            _reaches(scope),
        )
        .order_by(Alert.year, Alert.sequence)
    ).all()
    return [
        IssuedAlert(
            row.number or f"{prefix} {row.year}/{row.sequence:02d}",
            *(row.title, row.kind, row.state, row.issued_on, row.review_on),
            Share(row.talked, row.teams, floor=scope.floor),
        )
        for row in rows
    ]


#: Teams that said that they talked about an alert.
_talked = (
    exists()
    .where(AlertAcknowledgement.alert_id == Alert.id, AlertAcknowledgement.team_id == Team.id)
    .correlate(Alert, Team)
)


def _teams(scope: Scope, *which: Any) -> Any:
    """How many teams of the place an alert is for, with any that talked and is closed since."""
    theirs = () if scope.service_id is None else (Team.service_id == scope.service_id,)
    asked = or_(takes_in_team(), _talked)
    wanted = select(func.count(Team.id)).where(asked, *theirs, *which)
    return wanted.correlate(Alert).scalar_subquery()


def _reaches(scope: Scope) -> Any:
    """Alerts for everybody, for a role, or for the service or one of its teams.

    One whose audience was written in words alone is for everybody.
    """
    if scope.service_id is None:
        return Alert.id.is_not(None)
    of = AlertAudience.alert_id == Alert.id
    own_teams = select(Team.id).where(Team.service_id == scope.service_id)
    theirs = or_(
        AlertAudience.kind.in_((AudienceKind.EVERYONE, AudienceKind.ROLE)),
        AlertAudience.service_id == scope.service_id,
        AlertAudience.team_id.in_(own_teams),
    )
    return or_(exists().where(of, theirs), ~exists().where(of))


def learning_section(found: Learning) -> Section:
    sheets = (_sheet(found),) if found.alerts else ()
    title = "Practice alerts and good practice"
    return Section("learning", title, tuple(_said(found)), sheets, moves_on=True)


def _said(found: Learning) -> Iterator[str]:
    yield from alert_sentences(found)
    good = found.good_practice
    if good.total:
        quoted = f", {found.quotes:,} with a sentence that others may quote" if found.quotes else ""
        said = of_audits(good) if good.count else f"None of {number(good.total, 'audit')}"
        was = "was" if good.count in (0, 1) else "were"
        yield f"{said} {was} marked as good practice{quoted}."


def alert_sentences(found: Learning) -> Iterator[str]:
    """A sentence for all alerts: how many, and each by number, title and day."""
    if not found.alerts:
        yield f"No practice alert was issued in {found.period}."
        return
    each = [
        f"{one.number} “{one.title}” on {day(one.issued_on)}{_since(one.state)}"
        for one in found.alerts
    ]
    many = number(len(each), "practice alert was", "practice alerts were")
    yield f"{many} issued: {listed(each)}."


def _talked_in(teams: Share) -> Cell:
    """Of all teams it is for; nothing where no team is known to be."""
    return share_of(teams) if teams.total else Cell(NO_FIGURE, ("[x]",) * 3)


def _since(state: AlertState) -> str:
    return "" if state is AlertState.ISSUED else f" ({state.label.casefold()} since)"


def _sheet(found: Learning) -> Sheet:
    said = ("Title", "Kind", "Issued", "To be reviewed", "Stands")
    columns = (
        *(Heading(label, numeric=False) for label in said),
        Heading("Teams that talked about it", SHARE_OF),
    )
    lines = tuple(
        Line(
            each.number,
            (
                words(each.title),
                words(each.kind.label),
                words(day(each.issued_on)),
                words(day(each.review_on) if each.review_on else "–"),
                words(each.state.label),
                _talked_in(each.teams),
            ),
        )
        for each in found.alerts
    )
    return Sheet("Alerts", "Practice alerts issued", "Number", columns, lines)
