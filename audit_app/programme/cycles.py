"""Cycles by HTTP: every cycle, one of them, and setting one up until it is drawn."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.programme import queries
from audit_app.rules.permissions import Permission
from audit_app.web.access import requires

bp = Blueprint("cycles", __name__)


@bp.get("/")
@requires(Permission.PROGRAMME_READ)
def every() -> str | Response:
    may_open = current_user.can(Permission.PROGRAMME_APPROVE)
    return render_template("programme/cycles.html", lines=queries.cycles(), may_open=may_open)


@bp.get("/cycles/<reference>")
@requires(Permission.PROGRAMME_APPROVE)
def cycle(reference: str) -> str:
    found = queries.cycle_for(reference)
    return render_template("programme/cycle.html", cycle=found, given=queries.given_of(found))
