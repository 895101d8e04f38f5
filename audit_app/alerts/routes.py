"""Practice alerts by HTTP: the list, one alert and what can be done with it, and its paper."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.alerts import changes, queries
from audit_app.alerts.forms import ReturnForm
from audit_app.alerts.printing import alert_pdf, blocks, file_name
from audit_app.alerts.writing import bp as writing
from audit_app.models import Alert
from audit_app.rules.permissions import Permission
from audit_app.rules.workflow import Verb
from audit_app.web.access import requires
from audit_app.web.downloads import PDF
from audit_app.web.forms import version_sent
from audit_app.web.once import once
from audit_app.web.paging import Paging, page_asked

bp = Blueprint("alerts", __name__, url_prefix="/alerts")
bp.add_app_template_filter(blocks, "blocks")
bp.register_blueprint(writing)

CHANGED = "This alert has changed since you opened it. Read it again before you go on."


@bp.get("/")
@requires(Permission.ALERT_READ)
def alerts() -> str:
    paging = Paging(queries.count_issued(), page_asked())
    return render_template(
        "alerts/alerts.html",
        paging=paging,
        issued=queries.latest_issued(paging.per_page, paging.offset),
        under_way=queries.open_alerts(current_user) if _takes_part() else None,
        today=date.today(),
    )


def _takes_part() -> bool:
    """Whether this person writes or approves alerts, and so sees those on their way."""
    return current_user.can(Permission.ALERT_WRITE) or current_user.can(Permission.ALERT_APPROVE)


@bp.route("/<reference>", methods=["GET", "POST"])
@requires(Permission.ALERT_READ)
def alert(reference: str) -> str | Response | tuple[str, int]:
    """One alert. What can be done with it is sent to the same address and names its verb."""
    form = ReturnForm.opened({})
    if request.method == "GET":
        return _page(queries.alert_for(current_user, reference), None, form)
    if request.form.get("verb") == Verb.RETURN and not form.validate():
        return _page(queries.alert_for(current_user, reference), form, form), 400
    return redirect(_act(reference, form), code=303)


def _page(alert: Alert, invalid: ReturnForm | None, return_form: ReturnForm) -> str:
    today = date.today()
    sheet = queries.sheet_of(alert, today)
    approved = queries.approved_evidence(alert)
    return render_template(
        "alerts/alert.html",
        alert=alert,
        sheet=sheet,
        form=invalid,
        return_form=return_form,
        approved=approved if approved and approved.figures() != sheet.evidence.figures() else None,
        may={verb for verb in Verb if alert.lets(current_user, verb)},
        today=today,
    )


def _act(reference: str, form: ReturnForm) -> str:
    """Do what the button says, once, and say where to go on."""
    here = url_for("alerts.alert", reference=reference)
    try:
        return once(lambda: _step(reference, form) or here)
    except changes.Stale:
        flash(CHANGED)
        return here
    except changes.NotReady:
        return url_for("alerts.writing.edit", reference=reference, check=1)


def _step(reference: str, form: ReturnForm) -> str | None:
    """One step of the workflow; where to go after it, or None for the alert's own page."""
    alert, today = queries.alert_for(current_user, reference), date.today()
    version = version_sent()
    match request.form.get("verb"):
        case Verb.SUBMIT:
            changes.submit(current_user, alert, version, today)
            flash("Submitted for approval.", "success")
        case Verb.RETURN:
            changes.return_to_author(current_user, alert, version, form.note.data)
            flash(f"Returned to {alert.author.name}.", "success")
            return url_for("alerts.alerts")
        case Verb.APPROVE:
            changes.approve(current_user, alert, version, today)
            flash("Approved. It can now be issued.", "success")
        case Verb.ISSUE:
            changes.issue(current_user, alert, version, today)
            flash(f"Issued as {queries.sheet_of(alert, today).number}.", "success")
        case _:
            abort(400)
    return None


@bp.get("/<reference>.pdf")
@requires(Permission.ALERT_READ)
def pdf(reference: str) -> Response:
    alert = queries.alert_for(current_user, reference)
    sheet = queries.sheet_of(alert, date.today())
    response = Response(alert_pdf(sheet), mimetype=PDF)
    response.headers.set("Content-Disposition", "inline", filename=file_name(sheet))
    return response
