"""The themes by HTTP: the list with its counts, and keeping it."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.framework import queries, theme_changes
from audit_app.framework.forms import ThemeForm
from audit_app.models import Theme
from audit_app.rules.completeness import Problem
from audit_app.rules.permissions import Permission
from audit_app.web.access import requires
from audit_app.web.once import once
from audit_app.web.reads import room_names

bp = Blueprint("themes", __name__, url_prefix="/themes")
room_names(bp, "theme", "threads and themes are no case")

STALE = (
    "Somebody changed this theme after you opened the page. What you typed is in the boxes, and "
    "what is saved now stands above them"
)


@bp.get("")
@requires(Permission.FRAMEWORK_READ)
def every() -> str:
    counted = current_user.can(Permission.INSIGHT_READ)
    counts = queries.theme_counts(queries.last_quarters(date.today())) if counted else None
    return render_template("framework/themes.html", themes=queries.themes(), counts=counts)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.THEME_MANAGE)
def new() -> str | Response | tuple[str, int]:
    form = ThemeForm.opened({})

    def add() -> str:
        values = form.readable_values()
        theme = theme_changes.add_theme(current_user, values["name"], values["description"])
        flash(f"{theme.name} is added.", "success")
        return url_for("framework.themes.every")

    if request.method == "POST" and form.validate():
        try:
            return redirect(once(add), code=303)
        except theme_changes.NameTaken as taken:
            form.add_problems([Problem("name", str(taken))])
    return render_template("framework/theme.html", theme=None, form=form), form.status


@bp.route("/<reference>", methods=["GET", "POST"])
@requires(Permission.THEME_MANAGE)
def change(reference: str) -> str | Response | tuple[str, int]:
    theme = queries.theme_with(reference)
    form = ThemeForm.opened({"name": theme.name, "description": theme.description})
    seen = request.form.get("seen") or theme_changes.read_at(theme)
    if request.method == "GET" or not form.validate():
        return _change_page(theme, form, seen), form.status
    values = form.readable_values()
    try:
        theme_changes.change_theme(current_user, theme, seen, values["name"], values["description"])
    except theme_changes.NameTaken as taken:
        form.add_problems([Problem("name", str(taken))])
        return _change_page(theme, form, seen), 400
    except theme_changes.Stale:
        form.form_errors.append(STALE)
        return _change_page(theme, form, theme_changes.read_at(theme), stale=True), 409
    return _done(f"{theme.name} is saved.")


def _change_page(theme: Theme, form: ThemeForm, seen: str, stale: bool = False) -> str:
    return render_template("framework/theme.html", theme=theme, form=form, seen=seen, stale=stale)


@bp.post("/<reference>/use")
@requires(Permission.THEME_MANAGE)
def use(reference: str) -> Response:
    """Take a theme out of use, or put it back, as the button says."""
    theme = queries.theme_with(reference)
    if request.form.get("in_use") == "yes":
        theme_changes.put_back_in_use(current_user, theme)
        return _done(f"{theme.name} is back in use.")
    theme_changes.take_out_of_use(current_user, theme)
    return _done(f"{theme.name} is out of use.")


def _done(message: str) -> Response:
    flash(message, "success")
    return redirect(url_for("framework.themes.every"), code=303)
