"""Signing in and out."""

from __future__ import annotations

from dataclasses import asdict

from flask import (
    Blueprint,
    abort,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.account import changes, queries
from audit_app.account.changes import Entry
from audit_app.account.council import bp as council
from audit_app.account.council import sign_out_of_council
from audit_app.account.council_changes import ID_TOKEN
from audit_app.account.council_queries import ways_in
from audit_app.account.forms import SignInForm
from audit_app.account.own import bp as own
from audit_app.account.refused import refused
from audit_app.account.second_step import bp as second_step
from audit_app.account.tokens import bp as tokens
from audit_app.rules.permissions import Permission
from audit_app.web.access import before_set_up, public, reads, requires, stay_signed_in, time_left
from audit_app.web.addresses import own_address
from audit_app.web.openings import owner_of
from audit_app.web.reads import room_names

bp = Blueprint("account", __name__, url_prefix="/account")
room_names(bp, "kept text", "what somebody typed and did not send is their own", "number")
bp.register_blueprint(tokens)
bp.register_blueprint(council)
bp.register_blueprint(own)
bp.register_blueprint(second_step)


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> str | Response | tuple[str, int]:
    if current_user.is_authenticated and request.method == "GET":
        return redirect(url_for("home.home"))
    form = SignInForm(next=request.args.get("next", ""))
    if request.method == "POST" and not ways_in().passwords:
        flash("Nobody signs in with a password here. Sign in with your council account.")
        return redirect(url_for("account.sign_in", next=form.next.data), code=303)
    if form.validate_on_submit():
        entry = changes.sign_in(form.email.data or "", form.password.data or "")
        if entry is Entry.CODE_ASKED:
            asked = url_for("account.second_step.code", next=form.next.data or None)
            return redirect(asked, code=303)
        if entry is Entry.SIGNED_IN:
            return redirect(own_address(form.next.data), code=303)
        form.email.errors = [refused("email address or password", "Check both")]
    status = 400 if form.errors else 200
    return render_template("account/sign_in.html", form=form, ways=ways_in()), status


@bp.post("/sign-out")
@public
def sign_out() -> Response:
    """Whoever is signed in can sign out, also when their last role has ended."""
    if not current_user.is_authenticated:
        return redirect(url_for("account.sign_in"), code=303)
    id_token = session.get(ID_TOKEN)
    changes.sign_out(current_user._get_current_object())
    return redirect(sign_out_of_council(id_token), code=303)


@bp.get("/time-left")
@public
def left() -> dict[str, int | bool]:
    """How long the person stays signed in. Asking does not count as doing something."""
    return asdict(time_left())


@bp.post("/stay")
@requires(Permission.HOME_READ)
@reads
@before_set_up
def stay() -> dict[str, int | bool]:
    stay_signed_in()
    return asdict(time_left())


@bp.get("/not-sent")
@requires(Permission.HOME_READ)
def not_sent() -> str:
    return render_template("account/not_sent.html", kept=queries.typed_by(current_user))


@bp.post("/not-sent/<int:number>/forget")
@requires(Permission.HOME_READ)
@reads
def forget(number: int) -> Response:
    """Throw away a text, and what was typed on in the page that shows it.

    Somebody who asks twice has nothing more to throw away, and goes on.
    """
    shown_in = request.form.get("shown_in", "")
    thrown = changes.forget_typed(current_user, number, shown_in)
    if not thrown and owner_of(shown_in) != current_user.reference:
        abort(404)
    flash("Your text was thrown away.")
    return redirect(own_address(request.form.get("next")), code=303)
