"""Reading which teams have talked about an alert, which have not, and who has read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import (
    ColumnElement,
    ColumnExpressionArgument,
    Subquery,
    and_,
    exists,
    false,
    func,
    or_,
    select,
    true,
)

from audit_app.alerts.audience import is_for, takes_in_team
from audit_app.alerts.queries import as_published
from audit_app.extensions import db
from audit_app.models import (
    Alert,
    AlertAcknowledgement,
    AlertReading,
    RoleGrant,
    Service,
    Team,
    User,
)
from audit_app.rules.alert_steps import AlertState
from audit_app.rules.permissions import Permission, Role

#: The newest alerts a page gathers for one person.
_MOST = 100


@dataclass(frozen=True)
class Said:
    """What a team said last: when and where it talked, what changes, and who said so."""

    discussed_on: date
    where_discussed: str
    what_changes: str
    by: str
    at: datetime


@dataclass(frozen=True)
class TeamLine:
    """A team that an alert asks to talk about it; ``times`` is how often it said that it did."""

    number: int
    name: str
    service_id: int
    service: str
    said: Said | None
    times: int


def teams_asked(alert: Alert) -> list[TeamLine]:
    """The teams the alert is for, and any that talked about it and is closed since; by service."""
    said = _said_of(alert)
    rows = db.session.execute(
        select(Team.id, Team.name, Team.service_id, Service.name.label("service"))
        .join(Team.service)
        .join(Alert, Alert.id == alert.id)
        .where(or_(takes_in_team(), Team.id.in_(said)))
        .order_by(Service.name, Team.name)
    )
    return [
        TeamLine(
            number=row.id,
            name=row.name,
            service_id=row.service_id,
            service=row.service,
            said=said[row.id][0] if row.id in said else None,
            times=len(said.get(row.id, ())),
        )
        for row in rows
    ]


def _said_of(alert: Alert) -> dict[int, list[Said]]:
    """All that teams said of the alert, by team, the newest first."""
    rows = db.session.execute(
        select(
            AlertAcknowledgement.team_id,
            AlertAcknowledgement.discussed_on,
            AlertAcknowledgement.where_discussed,
            AlertAcknowledgement.what_changes,
            User.name.label("by"),
            AlertAcknowledgement.at,
        )
        .join(AlertAcknowledgement.by)
        .where(AlertAcknowledgement.alert_id == alert.id)
        .order_by(AlertAcknowledgement.at.desc(), AlertAcknowledgement.id.desc())
    )
    said: dict[int, list[Said]] = {}
    for team, on, where, changes, by, at in rows:
        said.setdefault(team, []).append(Said(on, where, changes, by, at))
    return said


def speaks_for(user: User, line: TeamLine) -> bool:
    """Whether this person says for a team that it talked: its manager, or its head of service."""
    answers = user.manages(line.number) or user.heads(line.service_id)
    return user.can(Permission.ALERT_ACKNOWLEDGE) and answers


def belongs_to(user: User, line: TeamLine) -> bool:
    """Whether a team is this person's own."""
    return any(grant.team_id == line.number for grant in user.grants)


def count_readers(alert: Alert) -> int:
    """How many people said that they have read it."""
    wanted = select(func.count()).where(AlertReading.alert_id == alert.id)
    return db.session.scalar(wanted) or 0


def has_read(user: User, alert: Alert) -> bool:
    return db.session.get(AlertReading, (alert.id, user.id)) is not None


@dataclass(frozen=True)
class ForYou:
    """An alert in force that waits for a person: to be read, or talked about in their teams."""

    reference: str
    number: str
    title: str
    issued_on: date
    unread: bool
    teams_waiting: int


def alerts_for(user: User, issued_by: date | None = None) -> list[ForYou]:
    """What waits for a person in alerts in force, the newest first.

    With ``issued_by``, only what teams have not talked about of alerts issued on that day or
    before.
    """
    waiting = _teams_waiting(user)
    unread: ColumnElement[bool] = and_(is_for(user), Alert.author_id != user.id, ~_read_by(user))
    if not user.can(Permission.ALERT_CONFIRM):
        # Nobody is told to say what they have no way to say.
        unread = false()
    teams = func.coalesce(waiting.c.teams, 0)
    waits = teams > 0 if issued_by else or_(unread, teams > 0)
    rows = db.session.execute(
        select(
            Alert.reference,
            as_published("number").label("number"),
            as_published("title").label("title"),
            Alert.issued_on,
            unread.label("unread"),
            teams.label("teams_waiting"),
        )
        .outerjoin(Alert.published)
        .outerjoin(waiting, waiting.c.alert_id == Alert.id)
        .where(Alert.state == AlertState.ISSUED, waits)
        .where(Alert.issued_on <= issued_by if issued_by else true())
        .order_by(Alert.year.desc(), Alert.sequence.desc())
        .limit(_MOST)
    )
    return [ForYou(**row) for row in rows.mappings()]


def _read_by(user: User) -> ColumnElement[bool]:
    return exists().where(AlertReading.alert_id == Alert.id, AlertReading.user_id == user.id)


def _teams_waiting(user: User) -> Subquery:
    """How many teams that this person speaks for have not talked about each alert."""
    return (
        select(Alert.id.label("alert_id"), func.count(Team.id).label("teams"))
        .join(Team, takes_in_team())
        .where(_speaks_for_team(user), ~talked())
        .group_by(Alert.id)
        .subquery()
    )


def talked() -> ColumnElement[bool]:
    """Whether a team has talked about an alert, in a query that has both."""
    return exists().where(
        AlertAcknowledgement.alert_id == Alert.id, AlertAcknowledgement.team_id == Team.id
    )


def _speaks_for_team(user: User) -> ColumnElement[bool]:
    """As :func:`speaks_for` says."""
    headed = [each for each in user.grants if each.role is Role.HEAD_OF_SERVICE]
    if any(grant.service_id is None for grant in headed):
        return true()
    managed = [each.team_id for each in user.grants if each.role is Role.TEAM_MANAGER]
    services = [grant.service_id for grant in headed]
    return or_(Team.service_id.in_(services), Team.id.in_([each for each in managed if each]))


@dataclass(frozen=True)
class ToTell:
    """A team manager, and an alert in force that a team of theirs has not talked about."""

    user: User
    reference: str
    number: str
    issued_on: date


def managers_to_tell(since: date, *whom: ColumnExpressionArgument[bool]) -> Sequence[ToTell]:
    """Each manager, of those asked about, of a team that has not talked about an alert issued on
    that day or later: once for each alert.
    """
    rows = db.session.execute(
        select(User, Alert.reference, as_published("number"), Alert.issued_on)
        .select_from(Alert)
        .outerjoin(Alert.published)
        .join(Team, takes_in_team())
        .join(RoleGrant, and_(RoleGrant.team_id == Team.id, RoleGrant.role == Role.TEAM_MANAGER))
        .join(User, and_(User.id == RoleGrant.user_id, RoleGrant.holds))
        .where(Alert.state == AlertState.ISSUED, Alert.issued_on >= since, ~talked(), *whom)
        .order_by(Alert.year, Alert.sequence, User.id)
    )
    return list(dict.fromkeys(ToTell(*row) for row in rows))
