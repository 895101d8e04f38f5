"""What auditors ask of the programme, what a named senior decides, and who is given what."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user

from audit_app.audits.lately import why_not_now
from audit_app.audits.queries import audit_for
from audit_app.extensions import db
from audit_app.models import Allocation
from audit_app.programme import allocation_changes as changes
from audit_app.programme import allocations, request_queries
from audit_app.programme.acting import Answer, acts_once, allow, answer, drawn, page_of
from audit_app.programme.allocation_forms import DecisionForm, GiveForm, ReAuditForm
from audit_app.programme.asking import ask_about
from audit_app.programme.giving import Candidate, NothingLeft, candidates_for
from audit_app.rules.allocation_steps import AllocationState
from audit_app.rules.numbers import whole_number
from audit_app.rules.permissions import Permission
from audit_app.rules.workflow import NotAllowed, Verb
from audit_app.web.access import requires
from audit_app.web.once import once
from audit_app.web.paging import Paging, page_asked
from audit_app.web.reads import WHICH_CASE, names, room_names

bp = Blueprint("requests", __name__)
room_names(bp, "allocation", "says which case is to be audited, and nothing an audit says")

WAITING_PER_PAGE = 100

NOTHING_LEFT = "There is no other case left to audit in its place: decline it, or exempt the audit"
DAY_PASSED = "The day asked for has passed, so it cannot be granted: decline it, and say so"
UNDER_WAY = "Somebody is to audit this case already, or has begun to"


@bp.get("/requests")
@requires(Permission.PROGRAMME_APPROVE)
def listed() -> str:
    return render_template(
        "programme/requests.html",
        waiting=request_queries.requests_to_decide(current_user),
        decided=request_queries.requests_decided(current_user),
    )


@bp.route("/allocations/<reference>/decide", methods=["GET", "POST"])
@requires(Permission.PROGRAMME_APPROVE)
@acts_once
def decide(reference: str) -> Answer:
    """Grant or decline what was asked; never whoever asked or is to do the audit."""
    found = allocations.allocation_for(current_user, reference)
    form = DecisionForm.opened({})
    if request.method == "GET":
        if found.asked is None or found.state is AllocationState.DONE:
            flash("Nothing waits for a decision about this audit.")
            return redirect(page_of(reference), code=303)
        allow(found, found.asked.kind.verb, Verb.EXEMPT)

    def act(held: Allocation) -> str:
        seen = whole_number(request.form.get("seen", "")) or 0
        changes.decide(current_user, held, seen, form.granted.data, form.decision.data)
        if form.granted.data:
            return _granted(held)
        flash("Declined.", "success")
        return url_for(".listed")

    try:
        return answer(found, form, act, lambda held: drawn("decide", held, form))
    except (NothingLeft, changes.DayPassed) as problem:
        db.session.rollback()
        form.form_errors.append(NOTHING_LEFT if isinstance(problem, NothingLeft) else DAY_PASSED)
        held = allocations.allocation_for(current_user, reference)
        return drawn("decide", held, form), 409


def _granted(allocation: Allocation) -> str:
    """Say that it was granted; where another case came instead, lead to the page that links it."""
    instead = allocations.taken_by(current_user, allocation)
    if instead is None:
        flash("Granted.", "success")
        return url_for(".listed")
    what = f"Granted. Case {instead.case_reference} is to be audited instead"
    flash(f"{what}: audit {instead.reference}.", "success")
    return page_of(allocation.reference)


@bp.route("/allocations/<reference>/request", methods=["GET", "POST"])
@requires(Permission.PROGRAMME_MANAGE)
@acts_once
def ask(reference: str) -> Answer:
    """Ask another senior about an audit that nobody has."""
    return ask_about(reference)


@bp.get("/waiting")
@requires(Permission.PROGRAMME_MANAGE)
def waiting() -> str:
    """Audits that nobody has who can do them."""
    lines = allocations.without_auditor()
    paging = Paging(len(lines), page_asked(), WAITING_PER_PAGE)
    return render_template("programme/waiting.html", lines=paging.of(lines), paging=paging)


@bp.route("/allocations/<reference>/give", methods=["GET", "POST"])
@requires(Permission.PROGRAMME_MANAGE)
@acts_once
def give(reference: str) -> Answer:
    """Give an audit to a person with no stake in the case, and say why."""
    found = allocations.allocation_for(current_user, reference)
    form = GiveForm.opened({})
    if request.method == "GET":
        if found.state is AllocationState.STARTED:
            raise NotAllowed(changes.begun(found))
        allow(found, Verb.GIVE)
    people = [each for each in candidates_for(found) if each.user.id != found.auditor_id]
    offered = {each.user.id: each.user for each in people if each.eligible}
    form.auditor.offer([(each.user.id, _load(each)) for each in people if each.eligible])

    def act(held: Allocation) -> str:
        chosen = offered[form.auditor.data]
        seen = request.form.get("seen", "")
        changes.give_to(current_user, held, chosen, form.reason.data, seen)
        flash(f"Audit {held.reference} was given to {chosen.name}.", "success")
        return page_of(reference)

    shown = {
        "barred": [each for each in people if not each.eligible],
        "not_now": why_not_now(found, date.today()),
    }
    return answer(found, form, act, lambda held: drawn("give", held, form, **shown))


def _load(each: Candidate) -> str:
    """``Alice (2 of 3, away)``: how much of their number somebody has already."""
    load = f"{each.held} of {each.target}" if each.target is not None else f"{each.held} to do"
    return f"{each.user.name} ({load}{', away' if each.away else ''})"


@bp.route("/re-audits/<reference>", methods=["GET", "POST"])
@requires(Permission.PROGRAMME_MANAGE)
@acts_once
@names("audit", WHICH_CASE)
def re_audit(reference: str) -> Answer:
    """Ask that a recorded audit is done again by somebody with no stake in the case."""
    earlier = audit_for(current_user, reference)
    form = ReAuditForm.opened({})
    if request.method == "POST" and form.validate():
        try:
            return redirect(once(lambda: _ask_again(reference, form)), code=303)
        except changes.UnderWay:
            db.session.rollback()
            form.form_errors.append(UNDER_WAY)
            earlier = audit_for(current_user, reference)
    page = render_template("programme/re_audit.html", audit=earlier, form=form)
    return page, 409 if form.form_errors else form.status


def _ask_again(reference: str, form: ReAuditForm) -> str:
    earlier = audit_for(current_user, reference)
    allocation = changes.ask_re_audit(current_user, earlier, form.due_on.data)
    to = f"was given to {allocation.auditor.name}" if allocation.auditor else "waits for an auditor"
    flash(f"The re-audit {to}.", "success")
    return page_of(allocation.reference)
