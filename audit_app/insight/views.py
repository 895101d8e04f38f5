"""Saved views by HTTP: keep a question, call it something else, throw it away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response
from wtforms import ValidationError

from audit_app.extensions import db
from audit_app.insight import changes
from audit_app.insight.view_queries import named_so, page_and_arguments, page_name, view_for
from audit_app.rules.completeness import Problem
from audit_app.rules.permissions import Permission
from audit_app.web.access import requires
from audit_app.web.fields import short_text
from audit_app.web.forms import PageForm
from audit_app.web.once import already_acted_on, once
from audit_app.web.reads import room_names

bp = Blueprint("views", __name__, url_prefix="/views")
room_names(bp, "view", "a saved question about figures")

LONGEST_NAME = 80
TAKEN = "You have another view of this name. Give this one a name of its own"


class ViewForm(PageForm):
    name = short_text("Name of the view", LONGEST_NAME)

    def validate_name(self, field: Any) -> None:
        if not (field.data or "").strip():
            raise ValidationError("Enter a name for the view")

    @property
    def given(self) -> str:
        return " ".join((self.name.data or "").split())


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.INSIGHT_KEEP)
def new() -> str | Response | tuple[str, int]:
    """Keep the page that ``view`` is the address of, or else that to explore, and go back to it."""
    address = request.values.get("view", "") or url_for("insight.explore.explore")
    kept = page_and_arguments(address)
    if kept is None:
        abort(404)
    form = ViewForm.opened({})

    page, arguments = kept

    def save() -> str:
        changes.save_view(current_user, form.given, page, arguments)
        flash(f"The view “{form.given}” is saved. Your views are listed on Explore.", "success")
        return page

    if request.method == "POST" and form.validate() and _done(form, save):
        # A sending is remembered with a short address only, and many filters make a long one.
        return redirect(f"{page}?{arguments}" if arguments else page, code=303)
    about = {"address": "?".join(filter(None, kept)), "page_name": page_name(page)}
    return render_template("insight/new_view.html", form=form, **about), form.status


@bp.route("/<reference>", methods=["GET", "POST"])
@requires(Permission.INSIGHT_KEEP)
def view(reference: str) -> str | Response | tuple[str, int]:
    """Call a view something else."""
    found = view_for(current_user, reference)
    form = ViewForm.opened({"name": found.name})

    def rename() -> str:
        changes.rename_view(current_user, found, form.given)
        flash(f"The view is now called “{form.given}”.", "success")
        return url_for("insight.explore.explore")

    if request.method == "POST" and form.validate() and (done := _done(form, rename, found.id)):
        return done
    return render_template("insight/view.html", form=form, view=found), form.status


@bp.post("/<reference>/delete")
@requires(Permission.INSIGHT_KEEP)
def delete(reference: str) -> Response:
    found = view_for(current_user, reference)
    name = found.name
    changes.delete_view(current_user, found)
    flash(f"The view “{name}” is deleted.", "success")
    return redirect(url_for("insight.explore.explore"), code=303)


def _done(form: ViewForm, act: Callable[[], str], own: int | None = None) -> Response | None:
    """Do it once; None where another view of this person goes by the name, which the form says.

    Sent twice, the first has taken the name for the second, which is no conflict.
    """
    other = named_so(current_user, form.given)
    if other is not None and other.id != own and not already_acted_on():
        form.add_problems([Problem("name", TAKEN)])
        return None
    try:
        return redirect(once(act), code=303)
    except IntegrityError:
        db.session.rollback()
        form.add_problems([Problem("name", TAKEN)])
        return None
