"""Holds, certificates and what would go next, by HTTP. Never what a record says."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.disposal import changes, queries
from audit_app.disposal.foretold import foretold
from audit_app.disposal.forms import HoldForm, LiftForm
from audit_app.extensions import db
from audit_app.historic.queries import totals_in
from audit_app.rules.completeness import Problem
from audit_app.rules.permissions import Permission
from audit_app.rules.retention import Periods
from audit_app.web.access import requires
from audit_app.web.forms import version_sent
from audit_app.web.moments import in_london
from audit_app.web.once import once
from audit_app.web.pages import day
from audit_app.web.paging import Paging, page_asked
from audit_app.web.reads import room_names

bp = Blueprint("disposal", __name__, url_prefix="/disposal")
room_names(bp, "disposal", "references and counts of what went, and which cases are held")
_LATEST = 25


def _periods() -> Periods:
    settings = current_app.config["SETTINGS"]
    return Periods(settings.retention_years, settings.retention_months)


@bp.get("/")
@requires(Permission.DISPOSAL_READ)
def overview() -> str:
    return render_template(
        "disposal/overview.html",
        periods=_periods(),
        today=date.today(),
        put_back=queries.put_back(),
        holds=queries.open_holds(),
        lifted=queries.lifted_holds(_LATEST),
        latest=queries.certificates(0, 5),
        certificates=queries.count_certificates(),
    )


@bp.get("/next")
@requires(Permission.DISPOSAL_READ)
def coming() -> str:
    return render_template("disposal/coming.html", found=foretold(_periods(), date.today()))


@bp.get("/certificates")
@requires(Permission.DISPOSAL_READ)
def certificates() -> str:
    paging = Paging(queries.count_certificates(), page_asked())
    lines = queries.certificates(paging.offset, paging.per_page)
    return render_template("disposal/certificates.html", lines=lines, paging=paging)


@bp.get("/certificates/<reference>")
@requires(Permission.DISPOSAL_READ)
def certificate(reference: str) -> str:
    made = queries.certificate_with(reference)
    return render_template(
        "disposal/certificate.html",
        made=made,
        totals=totals_in(made.totals, made.reference),
        unaltered=queries.is_unaltered(made),
    )


@bp.route("/holds/new", methods=["GET", "POST"])
@requires(Permission.HOLD_MANAGE)
def place() -> str | Response | tuple[str, int]:
    form, held = HoldForm.opened({}), None
    if request.method == "POST" and form.validate():
        try:
            return redirect(once(lambda: _place(form)), code=303)
        except changes.Held as there:
            held = there.hold
            since = day(in_london(held.placed_at).date())
            said = f"This case is under hold already, since {since}. It needs no other"
            form.add_problems([Problem("case_reference", said)])
    return render_template("disposal/place.html", form=form, held=held), form.status


def _place(form: HoldForm) -> str:
    hold = changes.place(current_user, form.case_reference.data, form.reason.data)
    flash("The hold is placed. Every record of the case is kept until it is lifted.", "success")
    return url_for("disposal.hold", reference=hold.reference)


@bp.route("/holds/confirm", methods=["GET", "POST"])
@requires(Permission.HOLD_MANAGE)
def confirm() -> str | Response:
    """Say, once, that no hold is missing from a backup that was put back."""
    if request.method == "GET":
        if waiting := queries.put_back():
            return render_template(
                "disposal/confirm.html", put_back=waiting, holds=queries.open_holds()
            )
        return redirect(url_for(".overview"), code=303)

    def act() -> str:
        changes.confirm(current_user, version_sent())
        flash("The holds are confirmed. What may go goes with the next disposal.", "success")
        return url_for(".overview")

    try:
        return redirect(once(act), code=303)
    except changes.Stale:
        db.session.rollback()
        flash("Somebody has confirmed the holds already, or another backup was put back.")
        return redirect(url_for(".overview"), code=303)


@bp.get("/holds/<reference>")
@requires(Permission.DISPOSAL_READ)
def hold(reference: str) -> str:
    found = queries.hold_with(reference)
    return render_template(
        "disposal/hold.html",
        hold=found,
        records=queries.records_of(found.case_reference),
        story=queries.story_of(found),
    )


@bp.route("/holds/<reference>/lift", methods=["GET", "POST"])
@requires(Permission.HOLD_MANAGE)
def lift(reference: str) -> str | Response | tuple[str, int]:
    found, form = queries.hold_with(reference), LiftForm.opened({})
    here = url_for("disposal.hold", reference=reference)
    if request.method == "GET" and found.lifted_at is not None:
        return redirect(here, code=303)
    if request.method == "GET" or not form.validate():
        return render_template("disposal/lift.html", form=form, hold=found), form.status

    def act() -> str:
        changes.lift(current_user, found, form.because.data)
        flash("The hold is lifted. Records of the case go when their time is up.", "success")
        return here

    try:
        return redirect(once(act), code=303)
    except changes.Stale:
        flash("This hold is lifted already.")
        return redirect(here, code=303)
