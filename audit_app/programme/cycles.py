"""Cycles by HTTP: every cycle, one of them, and setting one up until it is drawn."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.models import ProgrammeCycle
from audit_app.programme import cycle_changes as changes
from audit_app.programme import queries
from audit_app.programme.allocations import count_without_auditor
from audit_app.programme.cycle_forms import (
    TELLING,
    CycleForm,
    none_moderated_at_random,
    settings_after,
    settings_of,
)
from audit_app.programme.preparing import preparation_of, target_lines
from audit_app.programme.request_queries import count_to_decide
from audit_app.rules.completeness import Problem
from audit_app.rules.permissions import Permission
from audit_app.rules.programme import ModerationWay
from audit_app.web.access import requires
from audit_app.web.forms import version_sent
from audit_app.web.once import already_acted_on, once
from audit_app.web.reads import room_names

bp = Blueprint("cycles", __name__)
room_names(bp, "programme cycle", "it says how cases are drawn, and lists them")

TAKEN = "Another cycle has that name"
STALE = (
    "Somebody changed this cycle after you opened it. Your answers are in the boxes, and what is "
    "saved now stands above them. Keep what is right, then save again"
)
CHANGED = "Somebody changed this cycle after you opened the page. Look at it again."


@bp.get("/")
@requires(Permission.PROGRAMME_READ)
def every() -> str:
    approves = current_user.can(Permission.PROGRAMME_APPROVE)
    manages = current_user.can(Permission.PROGRAMME_MANAGE)
    return render_template(
        "programme/cycles.html",
        lines=queries.cycles(),
        approves=approves,
        manages=manages,
        to_decide=count_to_decide(current_user) if approves else 0,
        without_auditor=count_without_auditor() if manages else 0,
    )


@bp.route("/cycles/new", methods=["GET", "POST"])
@requires(Permission.PROGRAMME_MANAGE)
def new() -> Response | tuple[str, int]:
    """Begin with the last cycle's settings, for the month after it."""
    last = queries.latest_cycle()
    form = CycleForm.opened(settings_after(last, date.today()))
    form.offer()
    if request.method == "POST" and form.validate():
        try:
            return redirect(once(lambda: _set_up(form, last)), code=303)
        except changes.NameTaken:
            form.add_problems([Problem("name", TAKEN)])
            last = queries.latest_cycle()
    return render_template("programme/cycle_new.html", form=form, last=last), form.status


def _set_up(form: CycleForm, last: ProgrammeCycle | None) -> str:
    copied = last if form.copy_targets.data else None
    cycle = changes.set_up(current_user, form.settings(), copied)
    return url_for("programme.cycles.cycle", reference=cycle.reference)


@bp.get("/cycles/<reference>")
@requires(Permission.PROGRAMME_APPROVE)
def cycle(reference: str) -> str:
    found = queries.cycle_for(reference)
    return render_template(
        "programme/cycle.html",
        cycle=found,
        preparation=preparation_of(found),
        telling=TELLING if _chosen_tells(found) else None,
        given=queries.given_of(found),
        targets=target_lines(found),
        history=queries.history_of(found),
    )


def _chosen_tells(cycle: ProgrammeCycle) -> bool:
    """Whether its audits are moderated blind where only a judgement makes one be chosen."""
    return cycle.moderation is ModerationWay.BLIND and none_moderated_at_random()


@bp.route("/cycles/<reference>/change", methods=["GET", "POST"])
@requires(Permission.PROGRAMME_MANAGE)
def change(reference: str) -> Response | tuple[str, int]:
    found = queries.cycle_for(reference)
    form = CycleForm.opened(settings_of(found))
    form.offer(found.theme)
    form.due_before = found.due_on
    if request.method == "POST" and (address := already_acted_on()):
        return redirect(address, code=303)
    changes.check_not_drawn(found)
    if request.method == "GET" or not form.validate():
        return _change_page(found, form), form.status
    try:
        return redirect(once(lambda: _change(found, form)), code=303)
    except changes.NameTaken:
        form.add_problems([Problem("name", TAKEN)])
        return _change_page(queries.cycle_for(reference), form), 400
    except changes.Stale:
        form.form_errors.append(STALE)
        return _change_page(found, form, stale=True), 409


def _change(found: ProgrammeCycle, form: CycleForm) -> str:
    changes.change(current_user, found, request.form.get("seen", ""), form.settings())
    return url_for("programme.cycles.cycle", reference=found.reference)


def _change_page(found: ProgrammeCycle, form: CycleForm, stale: bool = False) -> str:
    return render_template(
        "programme/cycle_change.html",
        form=form,
        cycle=found,
        seen=changes.read_at(found),
        stale=stale,
    )


@bp.route("/cycles/<reference>/remove", methods=["GET", "POST"])
@requires(Permission.PROGRAMME_MANAGE)
def remove(reference: str) -> str | Response:
    if request.method == "POST" and (address := already_acted_on()):
        return redirect(address, code=303)
    found = queries.cycle_for(reference)
    changes.check_not_drawn(found)
    if request.method == "GET":
        preparation = preparation_of(found)
        return render_template("programme/cycle_remove.html", cycle=found, preparation=preparation)

    def take_away() -> str:
        changes.remove(current_user, found, version_sent())
        return url_for("programme.cycles.every")

    try:
        address = once(take_away)
    except changes.Stale:
        flash(CHANGED)
        return redirect(url_for("programme.cycles.cycle", reference=reference), code=303)
    flash("The cycle was removed.", "success")
    return redirect(address, code=303)
