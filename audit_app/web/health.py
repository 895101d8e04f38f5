"""Whether the process is up, and whether it can do its work. Both say nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from alembic.script import ScriptDirectory
from flask import Blueprint, current_app
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from audit_app.extensions import db
from audit_app.web.access import public
from audit_app.web.notices import security_contact_runs_out
from audit_app.web.read_copy import CopyDoesNotAnswer, has_copy, reading_copy

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

bp = Blueprint("health", __name__)

PROBES = frozenset({"/healthz", "/readyz"})
BUILT_FILES = "/static/"

NO_STORE = {"Cache-Control": "no-store"}


class AsksNobody:
    """Lets probes and built files be asked for by nobody in particular.

    Without who asks, no session is looked up for them. A probe asks a machine by its number, or by
    a name of its own, so it is answered whatever host it names.
    """

    def __init__(self, app: WSGIApplication, hosts: Sequence[str]) -> None:
        self.app = app
        self.host = hosts[0].removeprefix(".") if hosts else "localhost"

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path in PROBES:
            environ["HTTP_HOST"] = self.host
        if path in PROBES or path.startswith(BUILT_FILES):
            environ.pop("HTTP_COOKIE", None)
            environ.pop("HTTP_AUTHORIZATION", None)
        return self.app(environ, start_response)


@bp.get("/healthz")
@public
def healthz() -> tuple[str, int, dict[str, str]]:
    """The process answers; touches nothing."""
    return "ok", 200, NO_STORE


@bp.get("/readyz")
@public
def readyz() -> tuple[str, int, dict[str, str]]:
    """The database answers and is migrated as far as this version needs, or further.

    While a new version is put in place, workers of the version before it go on serving a database
    that is newer than they are: a step up only adds, and takes nothing away that they use.

    Where only the copy that figures are read from is amiss, it says so and is ready all the same:
    what people record must not wait for figures.
    """
    head = ScriptDirectory(current_app.extensions["migrate"].directory).get_current_head()
    try:
        if not _far_enough(_version(), head):
            return "not migrated", 503, NO_STORE
    except SQLAlchemyError:
        return "the database does not answer", 503, NO_STORE
    return _said_of_copy(head), 200, NO_STORE


def _said_of_copy(head: str | None) -> str:
    if not has_copy():
        return _said_of_contact()
    try:
        with reading_copy():
            version = _version()
    except CopyDoesNotAnswer:
        return "ready, but the copy of the records for figures does not answer"
    if not _far_enough(version, head):
        return "ready, but the copy of the records for figures is not migrated"
    return _said_of_contact()


def _said_of_contact() -> str:
    runs_out = security_contact_runs_out(current_app.config["SETTINGS"], date.today())
    return f"ready, but {runs_out}" if runs_out else "ready"


def _far_enough(version: str | None, head: str | None) -> bool:
    """Whether a database of this version has what the newest step known here made.

    Steps are numbered, as one cannot be told from its name to be newer when it is not known here.
    """
    if version == head:
        return True
    numbers = (version or "", head or "")
    return all(each.isdecimal() for each in numbers) and int(numbers[0]) > int(numbers[1])


def _version() -> str | None:
    return db.session.scalar(text("SELECT version_num FROM alembic_version"))
