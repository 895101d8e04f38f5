"""A cycle's targets by HTTP."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.models import ProgrammeCycle
from audit_app.programme import target_changes as changes
from audit_app.programme.cycle_changes import Stale, check_not_drawn
from audit_app.programme.preparing import Boxes, away_in, counted, preparation_of, targets_can_be_of
from audit_app.programme.queries import cycle_for
from audit_app.programme.target_forms import TargetForm, field_data, target_form
from audit_app.rules.permissions import Permission
from audit_app.web.access import requires
from audit_app.web.once import already_acted_on, once
from audit_app.web.reads import room_names

bp = Blueprint("targets", __name__, url_prefix="/cycles/<reference>/targets")
room_names(bp, "programme cycle", "numbers of audits to do")

STALE = (
    "Somebody changed the targets after you opened the page. Your numbers are in the boxes, and "
    "beside each that differs stands what is saved now. Keep what is right, then save again"
)


@bp.route("", methods=["GET", "POST"])
@requires(Permission.PROGRAMME_MANAGE)
def targets(reference: str) -> Response | tuple[str, int]:
    found = cycle_for(reference)
    boxes = targets_can_be_of()
    kind = target_form(boxes.services, boxes.teams, boxes.auditors)
    form = kind.opened(field_data(changes.targets_of(found)))
    if request.method == "POST" and (address := already_acted_on()):
        return redirect(address, code=303)
    check_not_drawn(found)
    if request.method == "GET":
        return _page(found, boxes, form), 200
    if "fill" in request.form:
        filled = form.fill_in(counted(found).services)
        return _page(found, boxes, form), 200 if filled else 400
    if not (form.validate() and form.check_teams(boxes.teams)):
        return _page(found, boxes, form), 400
    try:
        address = once(lambda: _set(found, form))
    except Stale:
        form.form_errors.append(STALE)
        return _page(found, boxes, form, stale=True), 409
    flash("The targets are saved.", "success")
    return redirect(address, code=303)


def _set(found: ProgrammeCycle, form: TargetForm) -> str:
    changes.set_targets(current_user, found, request.form.get("seen", ""), form.numbers())
    return url_for("programme.cycles.cycle", reference=found.reference)


def _page(found: ProgrammeCycle, boxes: Boxes, form: TargetForm, stale: bool = False) -> str:
    seen = changes.targets_read_at(found)
    if request.method == "POST" and not stale:
        seen = request.form.get("seen", "")
    return render_template(
        "programme/targets.html",
        cycle=found,
        form=form,
        boxes=boxes,
        counted=counted(found),
        preparation=preparation_of(found),
        away=away_in(found),
        seen=seen,
        saved=field_data(changes.targets_of(found)) if stale else None,
    )
