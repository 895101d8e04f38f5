"""Drawing a cycle: coverage before, the confirmation, the list after, and the replay."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Redirect

from audit_app.extensions import db
from audit_app.models import OpenCase, ProgrammeCycle
from audit_app.programme import draw_changes as changes
from audit_app.programme import draw_listing as listing
from audit_app.programme.coverage import coverage_as_drawn, forecast
from audit_app.programme.cycle_changes import check_not_drawn
from audit_app.programme.draw_forms import ExemptionForm
from audit_app.programme.drawing import replay as done_again
from audit_app.programme.queries import RECORD_TYPE, cycle_for
from audit_app.rules.completeness import Problem
from audit_app.rules.permissions import Permission
from audit_app.web.access import requires
from audit_app.web.downloads import CSV, download_remembered
from audit_app.web.once import already_acted_on, once
from audit_app.web.paging import Paging, page_asked
from audit_app.web.reads import room_names

bp = Blueprint("draw", __name__, url_prefix="/cycles/<reference>")
room_names(bp, "programme cycle", "it says how cases are drawn, and lists them")

#: Cases to audit shown at once; the file holds all.
PER_PAGE = 100

Answer = str | Redirect | tuple[str, int]

STALE = (
    "The cycle was changed after you opened this page, so nothing was drawn. Look at what would be "
    "drawn now before you confirm it."
)


@bp.route("/draw", methods=["GET", "POST"])
@requires(Permission.PROGRAMME_MANAGE)
def confirm(reference: str) -> Answer:
    """What the draw would cover; and the draw itself, once."""
    if request.method == "POST" and (address := already_acted_on()):
        return redirect(address, code=303)
    cycle = cycle_for(reference)
    if cycle.drawn_at is not None:
        return _drawn_already(cycle)
    if request.method == "POST":
        return _draw(cycle)
    changes.check_can_be_drawn(cycle, date.today())
    return _forecast_page(cycle)


def _draw(cycle: ProgrammeCycle) -> Answer:
    reference = cycle.reference

    def act() -> str:
        changes.draw(current_user, cycle, request.form.get("seen", ""))
        return url_for(".drawn", reference=reference)

    try:
        address = once(act)
    except changes.AlreadyDrawn:
        db.session.rollback()
        return _drawn_already(cycle_for(reference))
    except changes.Stale:
        db.session.rollback()
        flash(STALE)
        return _forecast_page(cycle_for(reference)), 409
    flash("The cycle is drawn.", "success")
    return redirect(address, code=303)


def _drawn_already(cycle: ProgrammeCycle) -> Redirect:
    by = cycle.drawn_by.name if cycle.drawn_by else "Somebody"
    flash(f"{by} has drawn this cycle already. A cycle is drawn once.")
    return redirect(url_for(".drawn", reference=cycle.reference), code=303)


def _forecast_page(cycle: ProgrammeCycle) -> str:
    expected = forecast(cycle, date.today())
    return render_template(
        "programme/draw.html",
        cycle=cycle,
        coverage=expected.coverage,
        capacity=expected.capacity,
        begun=expected.begun,
    )


@bp.get("/drawn")
@requires(Permission.PROGRAMME_APPROVE)
def drawn(reference: str) -> str | Redirect:
    """The cases that were drawn, and who audits them."""
    cycle = cycle_for(reference)
    if cycle.drawn_at is None:
        return redirect(url_for("programme.cycles.cycle", reference=reference), code=303)
    paging = Paging(listing.count_drawn(current_user, cycle), page_asked(), PER_PAGE)
    return render_template(
        "programme/drawn.html",
        cycle=cycle,
        coverage=coverage_as_drawn(cycle),
        cases=listing.cases_drawn(current_user, cycle, paging),
        paging=paging,
        example=listing.example_of(current_user, cycle),
    )


@bp.get("/drawn.csv")
@requires(Permission.PROGRAMME_APPROVE)
def whole_list(reference: str) -> Response:
    """Every case of the list, drawn or not, with its number."""
    cycle = _drawn_cycle(reference)
    rows = listing.rows_of(cycle, listing.seen_by(current_user))
    name = f"draw-{cycle.reference}.csv"
    return download_remembered(listing.csv_of(rows), name, CSV, RECORD_TYPE, reference)


@bp.get("/replay")
@requires(Permission.PROGRAMME_APPROVE)
def replay(reference: str) -> str:
    """The draw done again, and what of it comes out otherwise, if anything does."""
    cycle = _drawn_cycle(reference)
    again = done_again(cycle)
    different = [each for each in again if not each.same]
    return render_template(
        "programme/replay.html",
        cycle=cycle,
        again=again,
        different=different,
        named=[each for each in different if listing.sees(current_user, each.case)],
    )


def _drawn_cycle(reference: str) -> ProgrammeCycle:
    cycle = cycle_for(reference)
    if cycle.drawn_at is None:
        abort(404)
    return cycle


@bp.get("/exemptions")
@requires(Permission.PROGRAMME_APPROVE)
def exemptions(reference: str) -> str:
    """Cases kept out of the draw by hand, by whom and why."""
    cycle = cycle_for(reference)
    return render_template(
        "programme/exemptions.html",
        cycle=cycle,
        cases=listing.exempted(current_user, cycle),
        ended=listing.exempted_before(current_user, cycle),
    )


@bp.route("/exemptions/new", methods=["GET", "POST"])
@requires(Permission.PROGRAMME_APPROVE)
def exempt(reference: str) -> Answer:
    cycle, form = cycle_for(reference), ExemptionForm.opened({})
    if request.method == "POST" and (address := already_acted_on()):
        return redirect(address, code=303)
    check_not_drawn(cycle)
    if request.method == "POST" and form.validate():
        case = listing.open_case(cycle, form.case_reference.data)
        form.add_problems(_cannot_be_exempted(case))
        if case is not None and not form.errors:
            return redirect(once(lambda: _exempt(cycle, case, form)), code=303)
    return render_template("programme/exempt.html", cycle=cycle, form=form), form.status


def _cannot_be_exempted(case: OpenCase | None) -> list[Problem]:
    if case is None:
        return [Problem("case_reference", "There is no such case on the list of open cases")]
    if not changes.may_exempt(current_user, case.service_id):
        return [Problem("case_reference", changes.OWN_SERVICE)]
    if case.exempted_by is not None:
        by = case.exempted_by.name
        return [Problem("case_reference", f"{by} exempted this case already")]
    return []


def _exempt(cycle: ProgrammeCycle, case: OpenCase, form: ExemptionForm) -> str:
    changes.exempt(current_user, cycle, case, form.reason.data)
    flash(f"Case {case.case_reference} will not be drawn.", "success")
    return url_for(".exemptions", reference=cycle.reference)


@bp.post("/exemptions/put-back")
@requires(Permission.PROGRAMME_APPROVE)
def put_back(reference: str) -> Redirect:
    """Let an exempted case be drawn after all."""
    if address := already_acted_on():
        return redirect(address, code=303)
    cycle = cycle_for(reference)
    case = listing.exempted_case(current_user, cycle, request.form.get("case", ""))
    if case is None:
        abort(404)

    def act() -> str:
        changes.put_back(current_user, cycle, case)
        flash(f"Case {case.case_reference} can be drawn again.", "success")
        return url_for(".exemptions", reference=reference)

    return redirect(once(act), code=303)
