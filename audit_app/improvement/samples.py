"""Random samples of closed actions, looked at again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.extensions import db
from audit_app.improvement import sample_changes, sample_queries
from audit_app.improvement.claiming import Overtaken, version_of
from audit_app.improvement.queries import action_for
from audit_app.improvement.sample_forms import RecheckForm, SampleForm
from audit_app.improvement.standing import check
from audit_app.models import ActionRecheck, ActionSample
from audit_app.rules.completeness import Problem
from audit_app.rules.deeds import Reading
from audit_app.rules.periods import PeriodKind, whole
from audit_app.rules.permissions import Permission
from audit_app.rules.workflow import Verb
from audit_app.web.access import requires
from audit_app.web.forms import version_sent
from audit_app.web.once import already_acted_on, once
from audit_app.web.pages import day
from audit_app.web.paging import Paging, page_asked
from audit_app.web.reads import Listed, lists_texts, room_names, shows_case

bp = Blueprint("samples", __name__, url_prefix="/samples")
room_names(bp, "action sample", "it lists actions, which is remembered as the board is")

Answer = str | Response | tuple[str, int]

NOTHING_CLOSED = "No action was closed in these days"
OVERTAKEN = (
    "Somebody else has acted on this action while you were writing. Nothing of yours was saved: "
    "read it again before you go on, and copy what you want to keep"
)
#: What somebody mostly asks for: a tenth of what was closed last month.
USUAL_PERCENT = 10


@bp.get("")
@requires(Permission.ACTION_VERIFY)
def samples() -> str:
    return render_template("improvement/samples.html", lines=sample_queries.sample_lines())


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.ACTION_SAMPLE)
def new() -> Answer:
    form = SampleForm.opened(_usual())
    if request.method == "POST" and form.validate():
        try:
            return redirect(once(lambda: _draw(form)), code=303)
        except sample_changes.NothingClosed:
            db.session.rollback()
            form.add_problems([Problem("closed_to", NOTHING_CLOSED)])
        except sample_changes.SampledAlready as already:
            form.add_problems([Problem("closed_from", _drawn_from(already.sample))])
            db.session.rollback()
    return render_template("improvement/sample_new.html", form=form), form.status


def _usual() -> dict[str, Any]:
    """From the day after the last sample, or else the whole of last month."""
    today = date.today()
    month = whole(PeriodKind.MONTH, today.replace(day=1) - timedelta(days=1))
    last = sample_queries.latest_sample()
    first = sample_queries.sampled_to(last) + timedelta(days=1) if last else month.first
    to = month.last if first <= month.last else today
    return {"closed_from": first, "closed_to": to, "percent": USUAL_PERCENT}


def _drawn_from(sample: ActionSample) -> str:
    days = f"{day(sample.closed_from)} to {day(sample.closed_to)}"
    return f"Sample {sample.reference} was drawn from {days}. Choose days after it or before it"


def _draw(form: SampleForm) -> str:
    drawn = sample_changes.draw_sample(current_user, **form.readable_values())
    return url_for(".sample", reference=drawn.reference)


@bp.get("/<reference>")
@requires(Permission.ACTION_VERIFY)
@lists_texts("action sample")
def sample(reference: str) -> Listed:
    line = sample_queries.sample_line(reference)
    paging = Paging(sample_queries.count_chosen_for(current_user, line.sample), page_asked())
    chosen = sample_queries.chosen_for(current_user, line.sample, paging)
    page = render_template("improvement/sample.html", line=line, chosen=chosen, paging=paging)
    return Listed(page, len(chosen), {"sample": line.sample.reference})


@bp.get("/<reference>/replay")
@requires(Permission.ACTION_SAMPLE)
def replay(reference: str) -> str:
    line = sample_queries.sample_line(reference)
    drawn = sample_queries.replay(line.sample)
    different = [each for each in drawn if not each.same]
    return render_template(
        "improvement/sample_replay.html", line=line, drawn=drawn, different=different
    )


@bp.route("/<reference>/<action>", methods=["GET", "POST"])
@requires(Permission.ACTION_VERIFY)
@shows_case(Reading.ACTION, "action", argument="action")
def recheck(reference: str, action: str) -> Answer:
    """Say what a second look found; it opens the action again where it does not hold."""
    form = RecheckForm.opened({})
    found = sample_queries.recheck_for(current_user, reference, action)
    if request.method == "POST" and (led_to := already_acted_on()) is not None:
        return redirect(led_to, code=303)
    if found.checked_at is not None:
        return _looked_at_already(reference)
    check(current_user, found.action, Verb.RECHECK)
    if request.method == "GET" or not form.validate():
        return _recheck_page(found, form), form.status
    try:
        return redirect(once(lambda: _look_again(reference, action, form)), code=303)
    except sample_changes.LookedAtAlready:
        db.session.rollback()
        return _looked_at_already(reference)
    except Overtaken:
        db.session.rollback()
        form.form_errors.append(OVERTAKEN)
        again = sample_queries.recheck_for(current_user, reference, action)
        return _recheck_page(again, form), 409


def _look_again(reference: str, action: str, form: RecheckForm) -> str:
    row = sample_queries.recheck_for(current_user, reference, action)
    answers = (form.holds.data, form.found.data, version_sent())
    sample_changes.look_again(current_user, row, *answers)
    said = "It holds." if form.holds.data else "It does not hold, so the action is open again."
    flash(f"What you found is recorded. {said}", "success")
    return url_for(".sample", reference=reference)


def _looked_at_already(reference: str) -> Response:
    flash("Somebody has looked at this action already.")
    return redirect(url_for(".sample", reference=reference), code=303)


def _recheck_page(row: ActionRecheck, form: RecheckForm) -> str:
    action = action_for(current_user, row.action.reference)
    return render_template(
        "improvement/recheck.html",
        recheck=row,
        action=action,
        form=form,
        version=version_of(action),
    )
