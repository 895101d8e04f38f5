"""Absences by HTTP: days on which auditors are given nothing."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.models import Absence, User
from audit_app.programme import absence_changes as changes
from audit_app.programme.cycle_forms import AbsenceForm
from audit_app.programme.queries import absences_to_come, auditors
from audit_app.rules.completeness import Problem
from audit_app.rules.permissions import Permission
from audit_app.web.access import requires
from audit_app.web.once import already_acted_on, once
from audit_app.web.pages import day
from audit_app.web.reads import room_names

bp = Blueprint("absences", __name__, url_prefix="/absences")
room_names(bp, "absence", "about who works here", "number")


@bp.route("", methods=["GET", "POST"])
@requires(Permission.PROGRAMME_MANAGE)
def absences() -> Response | tuple[str, int]:
    people = {each.id: each for each in auditors()}
    form = AbsenceForm.opened({})
    form.person.offer([(each.id, each.name) for each in people.values()])
    if request.method == "POST" and (address := already_acted_on()):
        return redirect(address, code=303)
    if request.method == "POST" and form.validate():
        try:
            address = once(lambda: _record(form, people[form.person.data]))
            flash(f"{people[form.person.data].name}’s days away are recorded.", "success")
            return redirect(address, code=303)
        except changes.AlreadyAway as already:
            form.add_problems([Problem("first_day", _already(already.absence))])
    return render_template(
        "programme/absences.html", form=form, absences=absences_to_come()
    ), form.status


def _record(form: AbsenceForm, person: User) -> str:
    changes.record(current_user, person, form.first_day.data, form.last_day.data)
    return url_for("programme.absences.absences")


def _already(absence: Absence) -> str:
    days = f"{day(absence.first_day)} to {day(absence.last_day)}"
    return f"{absence.user.name} is already away from {days}. Remove that first"


@bp.post("/<int:number>/remove")
@requires(Permission.PROGRAMME_MANAGE)
def remove(number: int) -> Response:
    def take_away() -> str:
        changes.remove(current_user, number)
        return url_for("programme.absences.absences")

    if address := already_acted_on():
        return redirect(address, code=303)
    address = once(take_away)
    flash("The days away are removed.", "success")
    return redirect(address, code=303)
