"""Reading teams, and the people in them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import Team


def teams_in_use() -> Sequence[Team]:
    """Every team that work can be recorded for, in the order of their names."""
    return db.session.scalars(select(Team).where(Team.active).order_by(Team.name)).all()
