"""Moderation cycles by HTTP: what is moderated, since when, and proof of the draw."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.models import ModerationCycle
from audit_app.moderation import cycle_changes as changes
from audit_app.moderation import sample
from audit_app.moderation.cycle_forms import CycleForm, settings_of
from audit_app.rules.completeness import Problem
from audit_app.rules.permissions import Permission
from audit_app.rules.workflow import NotAllowed
from audit_app.web.access import requires
from audit_app.web.once import already_acted_on, once
from audit_app.web.reads import room_names

bp = Blueprint("cycles", __name__, url_prefix="/cycles")
room_names(bp, "moderation cycle", "it says how audits are drawn, and lists them")

TAKEN = "Another cycle starts on that day"
STALE = (
    "Somebody changed this cycle after you opened it. Your answers are in the boxes, and what is "
    "saved now stands above them. Keep what is right, then save again"
)


@bp.get("")
@requires(Permission.MODERATION_MANAGE)
def every() -> str:
    lines, in_force = sample.cycles(), sample.in_force()
    return render_template("moderation/cycles.html", lines=lines, in_force=in_force)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.MODERATION_MANAGE)
def new() -> str | Response | tuple[str, int]:
    """Begin with the settings of today's cycle: mostly one of them is to change."""
    before = settings_of(sample.in_force())
    form = CycleForm.opened(before | {"name": None, "starts_on": None})
    if request.method == "POST" and form.validate():
        try:
            return redirect(once(lambda: _set_up(form)), code=303)
        except changes.DayTaken:
            form.add_problems([Problem("starts_on", TAKEN)])
    return render_template("moderation/cycle_form.html", form=form, cycle=None), form.status


def _set_up(form: CycleForm) -> str:
    cycle = changes.set_up(current_user, form.readable_values())
    return url_for("moderation.cycles.cycle", reference=cycle.reference)


@bp.get("/<reference>")
@requires(Permission.MODERATION_MANAGE)
def cycle(reference: str) -> str:
    found = sample.cycle_for(reference)
    return render_template(
        "moderation/cycle.html",
        cycle=found,
        counts=sample.counts(found),
        in_force=sample.in_force() == found,
        waiting_blind=sample.waiting_blind(found, current_user),
        keeps_seed=sample.keeps_seed_from(found, current_user),
    )


@bp.route("/<reference>/change", methods=["GET", "POST"])
@requires(Permission.MODERATION_MANAGE)
def change(reference: str) -> str | Response | tuple[str, int]:
    found = sample.cycle_for(reference)
    form = CycleForm.opened(settings_of(found))
    form.first_day = found.starts_on
    if request.method == "POST" and (address := already_acted_on()):
        return redirect(address, code=303)
    _check_may_change(found)
    if request.method == "GET" or not form.validate():
        return _form_page(found, form), form.status
    try:
        return redirect(once(lambda: _change(found, form)), code=303)
    except changes.DayTaken:
        form.add_problems([Problem("starts_on", TAKEN)])
        return _form_page(sample.cycle_for(reference), form), 400
    except changes.Stale:
        form.form_errors.append(STALE)
        return _form_page(found, form, stale=True), 409


def _change(found: ModerationCycle, form: CycleForm) -> str:
    changes.change(current_user, found, request.form.get("seen", ""), form.readable_values())
    return url_for("moderation.cycles.cycle", reference=found.reference)


def _form_page(found: ModerationCycle, form: CycleForm, stale: bool = False) -> str:
    return render_template(
        "moderation/cycle_form.html",
        form=form,
        cycle=found,
        seen=changes.read_at(found),
        stale=stale,
    )


def _check_may_change(found: ModerationCycle) -> None:
    if sample.was_drawn_under(found):
        raise NotAllowed("An audit was drawn under this cycle, so it stays as it is.")


@bp.route("/<reference>/remove", methods=["GET", "POST"])
@requires(Permission.MODERATION_MANAGE)
def remove(reference: str) -> str | Response:
    if request.method == "POST" and (address := already_acted_on()):
        return redirect(address, code=303)
    found = sample.cycle_for(reference)
    _check_may_change(found)
    if request.method == "GET":
        seen = changes.read_at(found)
        return render_template("moderation/remove_cycle.html", cycle=found, seen=seen)

    def take_away() -> str:
        changes.remove(current_user, found, request.form.get("seen", ""))
        return url_for("moderation.cycles.every")

    try:
        address = once(take_away)
    except changes.Stale:
        flash("Somebody changed this cycle after you opened the page. Look at it again.")
        return redirect(url_for("moderation.cycles.cycle", reference=reference), code=303)
    flash("The cycle was removed.", "success")
    return redirect(address, code=303)


@bp.get("/<reference>/replay")
@requires(Permission.MODERATION_MANAGE)
def replay(reference: str) -> str:
    found = sample.cycle_for(reference)
    if waiting := sample.waiting_blind(found, current_user):
        return render_template("moderation/replay.html", cycle=found, waiting_blind=waiting)
    drawn = sample.replay(found)
    return render_template(
        "moderation/replay.html",
        cycle=found,
        drawn=drawn,
        different=[each for each in drawn if not each.same],
    )
