"""Writing an alert by HTTP: begin one, choose what it rests on, and write its texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import Field, Form

from audit_app.alerts import changes, queries
from audit_app.alerts.audience import Offered, audience_of, offered
from audit_app.alerts.evidence import evidence_of
from audit_app.alerts.forms import (
    TOO_SMALL_NOW,
    BasisForm,
    WritingForm,
    saved_basis,
    saved_writing,
)
from audit_app.extensions import db
from audit_app.framework.queries import current_thread_set
from audit_app.models import Alert
from audit_app.rules.alert_audience import Audience
from audit_app.rules.alert_steps import ALERT_STEPS
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Permission
from audit_app.rules.workflow import Verb, next_state
from audit_app.web.access import requires
from audit_app.web.once import once

bp = Blueprint("writing", __name__)

STALE = (
    "This alert was saved somewhere else after you opened it. Nothing is lost: your text is in the "
    "boxes and the saved text is with each box. Keep what is right, then save again"
)

_WEAKER = (Judgement.REQUIRES_IMPROVEMENT.value, Judgement.INADEQUATE.value)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.ALERT_WRITE)
def new() -> str | Response | tuple[str, int]:
    form = BasisForm.opened(_last_quarter() | {"evidence_judgements": list(_WEAKER)})
    places = _offer(form)
    if request.method == "POST" and _stands(form):
        return redirect(once(lambda: _start(form)), code=303)
    return render_template("alerts/basis.html", form=form, alert=None, places=places), form.status


def _start(form: BasisForm) -> str:
    alert = changes.start(current_user, form.values(), form.audience())
    return url_for("alerts.writing.edit", reference=alert.reference)


@bp.route("/<reference>/basis", methods=["GET", "POST"])
@requires(Permission.ALERT_WRITE)
def basis(reference: str) -> str | Response | tuple[str, int]:
    """Change what a draft is about and which audits it rests on."""
    alert = queries.alert_for(current_user, reference)
    form = BasisForm.opened(saved_basis(alert))
    places = _offer(form, alert)
    _check_may_write(alert)
    if request.method == "GET" or not _stands(form):
        return _basis_page(alert, form, places), form.status
    try:
        version = form.version.data
        changes.save(current_user, alert, version, form.values(), audience=form.audience())
    except changes.Stale:
        now = BasisForm(data=saved_basis(alert))
        _offer(now, alert)
        return _basis_page(alert, form, places, _both_texts(alert, form, now)), 409
    db.session.commit()
    return redirect(url_for("alerts.writing.edit", reference=reference), code=303)


@bp.route("/<reference>/edit", methods=["GET", "POST"])
@requires(Permission.ALERT_WRITE)
def edit(reference: str) -> str | Response | tuple[str, int]:
    alert = queries.alert_for(current_user, reference)
    form = WritingForm.opened(_saved(alert))
    if request.method == "POST":
        return _save(alert, form)
    _check_may_write(alert)
    if "check" in request.args:
        form.add_problems(changes.missing(alert, date.today()))
        _check_tells(alert, form)
    return _writing_page(alert, form)


def _save(alert: Alert, form: WritingForm) -> str | Response | tuple[str, int]:
    """Save what can be read; then say what is wrong or missing, or go on."""
    all_read = form.validate()
    submitting = request.form.get("verb") == Verb.SUBMIT
    if submitting:
        form.add_problems(form.missing(date.today()))
        _check_tells(alert, form)
    try:
        if submitting and not form.errors:
            return redirect(once(lambda: _save_and_submit(alert, form)), code=303)
        _save_draft(alert, form, all_read)
        db.session.commit()
    except changes.Stale:
        saved = _both_texts(alert, form, WritingForm(data=_saved(alert)))
        return _writing_page(alert, form, saved), 409
    if form.errors:
        form.version.data = alert.version
        return _writing_page(alert, form), 400
    flash("Draft saved.", "success")
    return redirect(url_for("alerts.writing.edit", reference=alert.reference), code=303)


def _check_tells(alert: Alert, form: WritingForm) -> None:
    if queries.tells_nothing(alert, date.today()):
        form.form_errors.append(TOO_SMALL_NOW)


def _save_draft(alert: Alert, form: WritingForm, all_read: bool = True) -> None:
    changes.save(
        current_user,
        alert,
        form.version.data,
        form.values(),
        form.requirements(),
        all_read,
    )


def _save_and_submit(alert: Alert, form: WritingForm) -> str:
    _save_draft(alert, form)
    changes.submit(current_user, alert, alert.version, date.today())
    flash("Submitted for approval.", "success")
    return url_for("alerts.alert", reference=alert.reference)


def _saved(alert: Alert) -> dict[str, Any]:
    return saved_writing(alert, queries.requirements_of(alert))


def _both_texts(alert: Alert, form: Form, now: Form) -> dict[str, Field]:
    """Keep what was typed in the form, and give the saved fields that differ from it.

    The form then carries the saved version, so that saving again is a choice made with both texts
    in sight.
    """
    form.form_errors.append(STALE)
    form.version.data = alert.version
    return {field.name: now[field.name] for field in form if now[field.name].data != field.data}


def _writing_page(alert: Alert, form: WritingForm, saved: Mapping[str, Field] | None = None) -> str:
    evidence = evidence_of(alert, date.today())
    return render_template(
        "alerts/edit.html", alert=alert, form=form, evidence=evidence, saved=saved or {}
    )


def _check_may_write(alert: Alert) -> None:
    """Refuse, with the reason, a page whose form could not be saved."""
    relations = alert.relations_of(current_user)
    next_state(ALERT_STEPS, alert.state, Verb.SAVE, current_user.permissions, relations)


def _offer(form: BasisForm, alert: Alert | None = None) -> Offered:
    """Offer what can be chosen now, and what the alert rests on already; the places it is for."""
    chosen = alert.evidence_threads if alert else []
    places = offered(audience_of(alert) if alert else Audience())
    threads = queries.threads_to_choose(chosen, current_thread_set(date.today()).threads)
    service, theme = (alert.evidence_service_id, alert.evidence_theme_id) if alert else (None, None)
    services = queries.services_to_choose(service, places.services)
    form.offer(threads, places, services, queries.themes_to_choose(theme))
    return places


def _basis_page(
    alert: Alert, form: BasisForm, places: Offered, saved: Mapping[str, Field] | None = None
) -> str:
    return render_template(
        "alerts/basis.html", form=form, alert=alert, places=places, saved=saved or {}
    )


def _stands(form: BasisForm) -> bool:
    """Whether the form is sound, and the audits it names enough for one figure at least."""
    if not form.validate():
        return False
    if evidence_of(Alert(**form.values()), date.today()).confidential:
        form.widen()
        return False
    return True


def _last_quarter() -> dict[str, Any]:
    """The last whole quarter, which most alerts look back on."""
    today = date.today()
    last = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1) - timedelta(days=1)
    return {"evidence_from": last.replace(month=last.month - 2, day=1), "evidence_to": last}
