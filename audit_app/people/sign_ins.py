"""Where a person is signed in, and their second step, by HTTP: for an administrator to end."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.people import queries
from audit_app.people import sign_in_changes as changes
from audit_app.rules.permissions import Permission
from audit_app.web.access import requires

bp = Blueprint("sign_ins", __name__)


@bp.post("/<reference>/sessions/<ended>/end")
@requires(Permission.PEOPLE_MANAGE)
def end_session(reference: str, ended: str) -> Response:
    changes.end_session(current_user, queries.person(reference), ended)
    return _done(reference, "That session is ended.")


@bp.post("/<reference>/sessions/end")
@requires(Permission.PEOPLE_MANAGE)
def end_sessions(reference: str) -> Response:
    found = queries.person(reference)
    changes.end_sessions(current_user, found)
    return _done(reference, f"{found.name} is signed out everywhere.")


@bp.post("/<reference>/second-step/take")
@requires(Permission.PEOPLE_MANAGE)
def take_second_step(reference: str) -> Response:
    found = queries.person(reference)
    changes.take_second_step(current_user, found)
    return _done(reference, f"{found.name} is asked for no code any more.")


def _done(reference: str, message: str) -> Response:
    flash(message, "success")
    return redirect(url_for("people.person", reference=reference), code=303)
