"""Signing in and out."""

from __future__ import annotations

from dataclasses import asdict
from urllib.parse import urlunsplit

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.account import changes, queries
from audit_app.account.forms import SignInForm
from audit_app.account.tokens import bp as tokens
from audit_app.rules.permissions import Permission
from audit_app.web.access import public, requires, stay_signed_in, time_left
from audit_app.web.addresses import split_address
from audit_app.web.openings import owner_of

bp = Blueprint("account", __name__, url_prefix="/account")
bp.register_blueprint(tokens)

REFUSED = (
    "The email address or password is not right, or the account is locked for a while after too "
    "many tries"
)


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> str | Response | tuple[str, int]:
    if current_user.is_authenticated and request.method == "GET":
        return redirect(url_for("home.home"))
    form = SignInForm(next=request.args.get("next", ""))
    if form.validate_on_submit():
        user = changes.sign_in(form.email.data or "", form.password.data or "")
        if user is not None:
            return redirect(_own_address(form.next.data), code=303)
        form.email.errors = [REFUSED]
    status = 400 if form.errors else 200
    return render_template("account/sign_in.html", form=form), status


@bp.post("/sign-out")
@requires(Permission.HOME_READ)
def sign_out() -> Response:
    changes.sign_out(current_user._get_current_object())
    flash("You have signed out.")
    return redirect(url_for("account.sign_in"), code=303)


@bp.get("/time-left")
@public
def left() -> dict[str, int | bool]:
    """How long the person stays signed in. Asking does not count as doing something."""
    return asdict(time_left())


@bp.post("/stay")
@requires(Permission.HOME_READ)
def stay() -> dict[str, int | bool]:
    stay_signed_in()
    return asdict(time_left())


@bp.get("/not-sent")
@requires(Permission.HOME_READ)
def not_sent() -> str:
    return render_template("account/not_sent.html", kept=queries.typed_by(current_user))


@bp.post("/not-sent/<int:number>/forget")
@requires(Permission.HOME_READ)
def forget(number: int) -> Response:
    """Throw away a text, and what was typed on in the page that shows it.

    Somebody who asks twice has nothing more to throw away, and goes on.
    """
    shown_in = request.form.get("shown_in", "")
    thrown = changes.forget_typed(current_user, number, shown_in)
    if not thrown and owner_of(shown_in) != current_user.reference:
        abort(404)
    flash("Your text was thrown away.")
    return redirect(_own_address(request.form.get("next")), code=303)


def _own_address(address: str | None) -> str:
    """Where to go after signing in: a page of ours and the field in it, never another site."""
    parts = split_address(address)
    path = parts.path
    if parts.scheme or parts.netloc or not path.startswith("/") or path.startswith(("//", "/\\")):
        return url_for("home.home")
    return urlunsplit(("", "", path, parts.query, parts.fragment))
