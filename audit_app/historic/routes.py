"""Published totals by HTTP: their list, one of them, entering and withdrawing."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.historic import changes, queries
from audit_app.historic.forms import COUNTS, PublishedTotalForm, WithdrawForm, typed_before
from audit_app.models import HistoricFigures
from audit_app.rules.completeness import Problem
from audit_app.rules.permissions import Permission
from audit_app.web.access import requires
from audit_app.web.once import once
from audit_app.web.reads import room_names

bp = Blueprint("historic", __name__, url_prefix="/historic")
room_names(bp, "historic figures", "totals of earlier years name no case")


def _floor() -> int:
    return int(current_app.config["SETTINGS"].small_base)


@bp.get("/")
@requires(Permission.HISTORIC_MANAGE)
def every() -> str:
    return render_template("historic/every.html", lines=queries.listed(_floor()))


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.HISTORIC_MANAGE)
def new() -> str | Response | tuple[str, int]:
    form = PublishedTotalForm.opened(typed_before(_put_right()))
    if request.method == "POST" and form.validate():
        try:
            return redirect(once(lambda: _enter(form)), code=303)
        except changes.Overlaps as overlap:
            form.add_problems([Problem("first", str(overlap))])
    return render_template("historic/new.html", form=form, counts=COUNTS), form.status


def _put_right() -> HistoricFigures | None:
    """The entry that was withdrawn and is entered again, as the address names it."""
    reference = request.args.get("instead_of", "")
    return queries.line_with(reference, _floor()).figures if reference else None


def _enter(form: PublishedTotalForm) -> str:
    days = (form.first.data, form.last.data)
    figures = changes.enter(current_user, days, form.counts, form.source)
    flash("The total is entered and stands in the year-on-year tables.", "success")
    return url_for("historic.one", reference=figures.reference)


@bp.get("/<reference>")
@requires(Permission.HISTORIC_MANAGE)
def one(reference: str) -> str:
    line = queries.line_with(reference, _floor())
    return render_template(
        "historic/one.html", line=line, total=line.figures, story=queries.story_of(line.figures)
    )


@bp.route("/<reference>/withdraw", methods=["GET", "POST"])
@requires(Permission.HISTORIC_MANAGE)
def withdraw(reference: str) -> str | Response | tuple[str, int]:
    line, form = queries.line_with(reference, _floor()), WithdrawForm.opened({})
    here = url_for("historic.one", reference=reference)
    if request.method == "GET" and not line.in_force:
        return redirect(here, code=303)
    if request.method == "GET" or not form.validate():
        return render_template("historic/withdraw.html", form=form, line=line), form.status

    def act() -> str:
        changes.withdraw(current_user, line.figures, form.because.data, date.today())
        flash("The total is withdrawn and stands in no table.", "success")
        return here

    try:
        return redirect(once(act), code=303)
    except changes.Stale:
        flash("This total is withdrawn already.")
        return redirect(here, code=303)
