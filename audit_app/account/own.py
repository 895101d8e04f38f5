"""A person's own account by HTTP: how they sign in, where they are signed in, their password."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, flash, redirect, render_template, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.account import own_changes as changes
from audit_app.account.forms import OwnPasswordForm
from audit_app.account.own_changes import EasyPassword, WrongPassword
from audit_app.account.refused import refused
from audit_app.account.second_step_queries import is_offered, second_step_of
from audit_app.account.session_queries import sessions_of
from audit_app.account.sessions import this_digest
from audit_app.models import WayIn
from audit_app.rules.permissions import Permission
from audit_app.web.access import reads, requires
from audit_app.web.reads import room_names

bp = Blueprint("own", __name__)
room_names(bp, "session", "a session is its person’s own")


@bp.get("/")
@requires(Permission.HOME_READ)
def account() -> str:
    way = session.get("way_in")
    return render_template(
        "account/account.html",
        sessions=sessions_of(current_user),
        this=this_digest(),
        way=WayIn(way) if way else None,
        step=second_step_of(current_user),
        has_password=_has_password(),
        offered=is_offered(),
    )


@bp.route("/password", methods=["GET", "POST"])
@requires(Permission.HOME_READ)
@reads
def password() -> str | Response | tuple[str, int]:
    if not _has_password():
        abort(404)
    form = OwnPasswordForm()
    if form.validate_on_submit():
        person = current_user._get_current_object()
        try:
            changes.change_password(
                person, form.current_password.data or "", form.new_password.data or ""
            )
        except WrongPassword:
            form.current_password.errors = [refused("current password")]
        except EasyPassword as problem:
            form.new_password.errors = [str(problem)]
        else:
            flash("Your password is changed. You are signed out everywhere else.", "success")
            return redirect(url_for(".account"), code=303)
    return render_template("account/password.html", form=form), 400 if form.errors else 200


def _has_password() -> bool:
    """Whether the person who is signed in could sign in with a password of this service."""
    local: bool = current_app.config["SETTINGS"].local_accounts
    return local and current_user.password_hash is not None


@bp.post("/sessions/<ended>/end")
@requires(Permission.HOME_READ)
@reads
def end_session(ended: str) -> Response:
    if ended not in {each.reference for each in sessions_of(current_user)}:
        abort(404)
    changes.end_session(current_user, ended)
    flash("That session is ended.", "success")
    return redirect(url_for(".account"), code=303)


@bp.post("/sessions/end-others")
@requires(Permission.HOME_READ)
@reads
def end_others() -> Response:
    changes.end_others(current_user)
    flash("You are signed out everywhere else.", "success")
    return redirect(url_for(".account"), code=303)
