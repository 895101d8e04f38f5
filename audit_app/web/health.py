"""Whether the process is up, and whether it can do its work. Both say nothing else."""

from __future__ import annotations

from alembic.script import ScriptDirectory
from flask import Blueprint, current_app
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from audit_app.extensions import db
from audit_app.web.access import public

bp = Blueprint("health", __name__)

NO_STORE = {"Cache-Control": "no-store"}


@bp.get("/healthz")
@public
def healthz() -> tuple[str, int, dict[str, str]]:
    """The process answers; touches nothing."""
    return "ok", 200, NO_STORE


@bp.get("/readyz")
@public
def readyz() -> tuple[str, int, dict[str, str]]:
    """The database answers and its migrations are the newest."""
    try:
        version = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    except SQLAlchemyError:
        return "the database does not answer", 503, NO_STORE
    head = ScriptDirectory(current_app.extensions["migrate"].directory).get_current_head()
    return ("ready", 200, NO_STORE) if version == head else ("not migrated", 503, NO_STORE)
