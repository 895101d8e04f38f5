"""Whether the process is up, and whether it can do its work. Both say nothing else."""

from __future__ import annotations

from alembic.script import ScriptDirectory
from flask import Blueprint, current_app
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from audit_app.extensions import db
from audit_app.web.access import public
from audit_app.web.read_copy import CopyDoesNotAnswer, has_copy, reading_copy

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
    """The database answers and its migrations are the newest.

    Where only the copy that figures are read from is amiss, it says so and is ready all the same:
    what people record must not wait for figures.
    """
    head = ScriptDirectory(current_app.extensions["migrate"].directory).get_current_head()
    try:
        if _version() != head:
            return "not migrated", 503, NO_STORE
    except SQLAlchemyError:
        return "the database does not answer", 503, NO_STORE
    return _said_of_copy(head), 200, NO_STORE


def _said_of_copy(head: str | None) -> str:
    if not has_copy():
        return "ready"
    try:
        with reading_copy():
            version = _version()
    except CopyDoesNotAnswer:
        return "ready, but the copy of the records for figures does not answer"
    if version != head:
        return "ready, but the copy of the records for figures is not migrated"
    return "ready"


def _version() -> str | None:
    return db.session.scalar(text("SELECT version_num FROM alembic_version"))
