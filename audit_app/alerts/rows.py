"""What a draft is made of besides its own row: what readers must do, and whom it is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import delete, insert

from audit_app.alerts.audience import audience_of
from audit_app.alerts.queries import requirements_of
from audit_app.extensions import db
from audit_app.models import Alert, AlertAudience, AlertRequirement, AudienceKind
from audit_app.rules.alert_audience import Audience
from audit_app.rules.alerts import Requirement


def differs(
    alert: Alert,
    values: Mapping[str, Any],
    requirements: Mapping[int, Requirement | None],
    audience: Audience | None,
) -> bool:
    """Whether a form holds anything else than what is saved."""
    saved = requirements_of(alert)
    return (
        any(getattr(alert, name) != value for name, value in values.items())
        or any(saved.get(place) != each for place, each in requirements.items())
        or audience not in (None, audience_of(alert))
    )


def parts_of(audience: Audience) -> Iterator[AlertAudience]:
    if audience.everyone:
        yield AlertAudience(kind=AudienceKind.EVERYONE)
    for number in audience.services:
        yield AlertAudience(kind=AudienceKind.SERVICE, service_id=number)
    for role in audience.roles:
        yield AlertAudience(kind=AudienceKind.ROLE, role=role)
    for number in audience.teams:
        yield AlertAudience(kind=AudienceKind.TEAM, team_id=number)


def put(alert: Alert, place: int, requirement: Requirement | None) -> None:
    db.session.execute(
        delete(AlertRequirement).where(
            AlertRequirement.alert_id == alert.id, AlertRequirement.position == place
        )
    )
    if requirement is not None:
        db.session.execute(
            insert(AlertRequirement).values(
                alert_id=alert.id,
                position=place,
                what=requirement.what,
                by_when=requirement.by_when,
            )
        )
