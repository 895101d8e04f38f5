"""The framework by HTTP: the thread sets, one set as guidance, and confirming it."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.framework import changes, queries, themes
from audit_app.rules.permissions import Permission
from audit_app.web.access import requires
from audit_app.web.once import once
from audit_app.web.reads import room_names

bp = Blueprint("framework", __name__, url_prefix="/framework")
room_names(bp, "thread set", "threads and themes are no case", "code")
bp.register_blueprint(themes.bp)


@bp.get("/")
@requires(Permission.FRAMEWORK_READ)
def thread_sets() -> str:
    return render_template(
        "framework/thread_sets.html", sets=queries.set_lines(), today=date.today()
    )


@bp.get("/<code>")
@requires(Permission.FRAMEWORK_READ)
def thread_set(code: str) -> str:
    found = queries.thread_set_with(code)
    return render_template(
        "framework/thread_set.html",
        set=found,
        confirmed_by=queries.confirmed_by(found),
        today=date.today(),
    )


@bp.post("/<code>/confirm")
@requires(Permission.FRAMEWORK_MANAGE)
def confirm(code: str) -> Response:
    found = queries.thread_set_with(code)

    def act() -> str:
        if changes.confirm(current_user, found, date.today()):
            flash(f"The thread set {found.name} is now confirmed.", "success")
        else:
            flash("Somebody had confirmed this thread set already.")
        return url_for("framework.thread_set", code=code)

    return redirect(once(act), code=303)
