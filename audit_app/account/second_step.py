"""The second step by HTTP: asked for after a password, set up, and taken away."""

from __future__ import annotations

from datetime import UTC, datetime

import segno
from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response

from audit_app.account import changes
from audit_app.account import second_step_changes as steps
from audit_app.account.forms import CodeForm, ProofForm
from audit_app.account.halfway import LONGEST, halfway
from audit_app.account.own_changes import WrongPassword, prove
from audit_app.account.refused import refused
from audit_app.account.second_step_queries import (
    KeyChanged,
    address_for_app,
    being_set_up,
    is_offered,
    must_set_up,
    second_step_of,
    secret_of,
)
from audit_app.models import SecondStep
from audit_app.models.base import now
from audit_app.rules.permissions import Permission
from audit_app.web.access import (
    before_set_up,
    is_led_to_set_up,
    lead_to_set_up,
    public,
    reads,
    requires,
)
from audit_app.web.addresses import own_address

bp = Blueprint("second_step", __name__, url_prefix="/second-step")

KEY_CHANGED = (
    "No code can be checked, because the secret key of this service was changed. Ask an "
    "administrator to take your second step away"
)
#: What this browser's session keeps of the second step that was begun in it.
_BEGUN = "second_step_begun"


@bp.route("/code", methods=["GET", "POST"])
@public
def code() -> str | Response | tuple[str, int]:
    """Asked for after the password; five minutes later the password is asked for again."""
    form = CodeForm(next=request.args.get("next", ""))
    person = halfway()
    if person is None:
        if not current_user.is_authenticated:
            flash("Enter your password again: there were more than five minutes for the code.")
        return redirect(url_for("account.sign_in", next=form.next.data or None), code=303)
    if form.validate_on_submit():
        try:
            if changes.enter_code(person, form.code.data or ""):
                return redirect(own_address(form.next.data), code=303)
            form.code.errors = [refused("code", "Wait for the next one")]
        except KeyChanged:
            form.code.errors = [KEY_CHANGED]
    return render_template("account/code.html", form=form), 400 if form.errors else 200


@bp.get("/")
@requires(Permission.HOME_READ)
@before_set_up
def set_up() -> str:
    return _page()


@bp.post("/begin")
@requires(Permission.HOME_READ)
@reads
@before_set_up
def begin() -> str | Response | tuple[str, int]:
    """Show a secret, here alone and until its first code; who begins anew is shown another."""
    if not is_offered() or not current_user.password_hash:
        abort(404)
    form, person = ProofForm(), current_user._get_current_object()
    if _asks_password():
        if not form.validate():
            return _page(form), 400
        try:
            prove(person, form.password.data or "")
        except WrongPassword:
            form.password.errors = [refused("password")]
            return _page(form), 400
    session[_BEGUN] = steps.begin(person)
    return redirect(url_for(".set_up"), code=303)


@bp.post("/confirm")
@requires(Permission.HOME_READ)
@reads
@before_set_up
def confirm() -> str | Response | tuple[str, int]:
    form = CodeForm()
    if being_set_up(current_user, session.get(_BEGUN)) is None:
        flash("No key waits for its first code in this browser. Begin again.")
        return redirect(url_for(".set_up"), code=303)
    if form.validate():
        if steps.confirm(current_user, session[_BEGUN], form.code.data or ""):
            del session[_BEGUN]
            lead_to_set_up(False)
            flash("From now on you are asked for a code after your password.", "success")
            return redirect(url_for("account.own.account"), code=303)
        form.code.errors = ["The code is not right. Wait for the next one, and check the clock"]
    return _page(form), 400


@bp.route("/remove", methods=["GET", "POST"])
@requires(Permission.HOME_READ)
@reads
def remove() -> str | Response | tuple[str, int]:
    form, step = ProofForm(), second_step_of(current_user)
    if step is not None and form.validate_on_submit():
        person = current_user._get_current_object()
        try:
            prove(person, form.password.data or "")
        except WrongPassword:
            form.password.errors = [refused("password")]
        else:
            steps.take_away(person)
            lead_to_set_up(must_set_up(person))
            flash("You are asked for your password alone again.", "success")
            return redirect(url_for("account.own.account"), code=303)
    page = render_template("account/remove_step.html", form=form, step=step)
    return page, 400 if form.errors else 200


def _asks_password() -> bool:
    """Whether somebody else may sit here by now: not where signing in has just led here."""
    signed_in_at = datetime.fromtimestamp(session["signed_in_at"], UTC)
    return not (is_led_to_set_up() and now() - signed_in_at < LONGEST)


def _page(form: CodeForm | ProofForm | None = None) -> str:
    """The page to begin at, with the form that was not taken; or the secret that was shown."""
    begun = None if isinstance(form, ProofForm) else being_set_up(current_user, session.get(_BEGUN))
    secret = _readable(begun) if begun else ""
    fits = isinstance(form, CodeForm if secret else ProofForm)
    form = form if fits else CodeForm() if secret else ProofForm()
    return render_template(
        "account/second_step.html",
        form=form,
        step=second_step_of(current_user),
        offered=is_offered(),
        asks_password=_asks_password(),
        needed=must_set_up(current_user),
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        square=_square(address_for_app(current_user, secret)) if secret else "",
    )


def _readable(begun: SecondStep) -> str:
    """The secret being set up; none where it can be read no more and has to be begun anew."""
    try:
        return secret_of(begun)
    except KeyChanged:
        return ""


def _square(address: str) -> Markup:
    """The square that an app reads, drawn in the page itself: no picture has to be fetched."""
    drawn = segno.make(address, micro=False).svg_inline(scale=5, border=4, light="#fff")
    return Markup(drawn)  # noqa: S704  drawn here, of lines alone
