"""What becomes of an issued alert by HTTP: withdrawn, replaced, read."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.alerts import changes, queries
from audit_app.alerts.step_forms import WithdrawForm
from audit_app.models import Alert
from audit_app.rules.alert_steps import ALERT_STEPS
from audit_app.rules.permissions import Permission
from audit_app.rules.workflow import Verb, next_state
from audit_app.web.access import requires
from audit_app.web.once import already_acted_on, once

bp = Blueprint("after", __name__)

CHANGED = "Somebody changed this alert after you opened the page. Read it again before you go on"


@bp.route("/<reference>/withdraw", methods=["GET", "POST"])
@requires(Permission.ALERT_APPROVE)
def withdraw(reference: str) -> str | Response | tuple[str, int]:
    """Take an alert out of force, with a reason that everybody reads."""
    if request.method == "POST" and (done := already_acted_on()):
        return redirect(done, code=303)
    alert = queries.alert_for(current_user, reference)
    check_lets(alert, Verb.WITHDRAW)
    form = WithdrawForm.opened({"version": alert.version})
    status = form.status
    if request.method == "POST" and form.validate():
        try:
            return redirect(once(lambda: _withdraw(reference, form)), code=303)
        except changes.Stale:
            form.form_errors.append(CHANGED)
            status = 409
    number = queries.number_of(alert)
    page = render_template("alerts/withdraw.html", alert=alert, number=number, form=form)
    return page, max(status, form.status)


def _withdraw(reference: str, form: WithdrawForm) -> str:
    alert = queries.alert_for(current_user, reference)
    version = form.version.data
    changes.withdraw(current_user, alert, version, form.because.data, date.today())
    flash(f"{queries.number_of(alert)} is withdrawn.", "success")
    return url_for("alerts.alert", reference=reference)


@bp.post("/<reference>/replace")
@requires(Permission.ALERT_WRITE)
def replace(reference: str) -> Response:
    """Begin a draft that takes the alert's place, or go on with the one that is begun."""
    try:
        return redirect(once(lambda: _replace(reference)), code=303)
    except changes.BeingReplaced as begun:
        flash("Somebody has begun to replace this alert already. This is their draft.")
        where = url_for("alerts.alert", reference=begun.replacement.reference)
        return redirect(where, code=303)


def _replace(reference: str) -> str:
    alert = changes.start_replacement(current_user, queries.alert_for(current_user, reference))
    flash("This draft holds what the alert says. Change what must be different.", "success")
    return url_for("alerts.writing.edit", reference=alert.reference)


def check_lets(alert: Alert, verb: Verb) -> None:
    """Refuse, with the reason, a page whose form could not be sent."""
    relations = alert.relations_of(current_user)
    next_state(ALERT_STEPS, alert.state, verb, current_user.permissions, relations)
