"""Who moderates an audit, by HTTP: reallocating, taking over, calling in."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.audits.moderators import Candidate, candidates_as_shown_to
from audit_app.audits.queries import audit_for
from audit_app.models import Audit
from audit_app.moderation import allocation_changes as changes
from audit_app.moderation import queries
from audit_app.moderation.forms import AllocationForm, CallInForm
from audit_app.rules.audit_steps import AUDIT_STEPS, WAITING_STATES
from audit_app.rules.permissions import Permission
from audit_app.rules.sampling import OPEN_AS_COUNTED
from audit_app.rules.workflow import Relation, Verb, next_state
from audit_app.web.access import requires
from audit_app.web.once import already_acted_on, once
from audit_app.web.paging import Paging, page_asked
from audit_app.web.reads import WHICH_CASE, names

bp = Blueprint("allocation", __name__)


@bp.get("/waiting")
@requires(Permission.MODERATION_READ)
def waiting() -> str:
    """Every audit that waits, whoever it was given to."""
    waiting = queries.everything_waiting(current_user)
    paging = Paging(len(waiting), page_asked())
    lines = queries.lines_of(current_user, paging.of(waiting))
    return render_template("moderation/waiting.html", lines=lines, paging=paging)


@bp.route("/<reference>/allocate", methods=["GET", "POST"])
@requires(Permission.MODERATION_MANAGE)
@names("audit", WHICH_CASE)
def allocate(reference: str) -> str | Response | tuple[str, int]:
    """Give a waiting audit to somebody else."""
    audit = audit_for(current_user, reference)
    if audit.state not in WAITING_STATES:
        flash(f"Audit {audit.reference} does not wait for a moderator.")
        return redirect(url_for("audits.audit", reference=reference), code=303)
    people = candidates_as_shown_to(current_user, audit)
    offered = [each for each in people if each.eligible]
    form = AllocationForm.opened({})
    form.moderator.offer([(each.user.id, _load(each)) for each in offered])
    if request.method == "POST" and (address := already_acted_on()):
        return redirect(address, code=303)
    if request.method == "POST" and form.validate():
        return _allocate(audit, form, offered)
    hidden = audit.hides_judgement_from(current_user)
    barred = [(each.user.name, _stakes(each, hidden)) for each in people if not each.eligible]
    page = render_template(
        "moderation/allocate.html",
        audit=audit,
        form=form,
        offered=offered,
        barred=barred,
        has_it=_has_it(audit),
    )
    return page, form.status


def _allocate(audit: Audit, form: AllocationForm, offered: list[Candidate]) -> Response:
    chosen = next(each.user for each in offered if each.user.id == form.moderator.data)
    seen = request.form.get("seen", "")

    def give() -> str:
        changes.allocate(current_user, audit, chosen, seen)
        return url_for("moderation.allocation.waiting")

    address = once(give)
    flash(f"Audit {audit.reference} was given to {chosen.name}.", "success")
    return redirect(address, code=303)


def _load(candidate: Candidate) -> str:
    return f"{candidate.user.name} ({candidate.waiting} waiting)"


def _stakes(candidate: Candidate, hidden: bool) -> str:
    """What somebody is to the case; ``hidden`` says nothing of whether it was escalated."""
    words = [
        "head of service" if hidden and stake is Relation.HEAD else str(stake)
        for stake in sorted(candidate.stakes)
    ]
    return " and the ".join(words)


def _has_it(audit: Audit) -> str:
    """The reference of whoever the audit is given to; empty for nobody."""
    if audit.draw is None or audit.draw.moderator is None:
        return ""
    return audit.draw.moderator.reference


@bp.route("/<reference>/take-over", methods=["GET", "POST"])
@requires(Permission.AUDIT_MODERATE)
@names("audit", WHICH_CASE)
def take_over(reference: str) -> str | Response:
    """Moderate in the place of whoever it was given to."""
    audit = audit_for(current_user, reference)
    address = url_for("moderation.moderate", reference=reference)
    mine = audit.draw is not None and audit.draw.moderator_id == current_user.id
    if mine and audit.state in WAITING_STATES:
        return redirect(address, code=303)
    if request.method == "GET":
        if not audit.can_be_taken_over_by(current_user):
            flash("You cannot take it over: nobody has it yet, or you have a stake in the case.")
            return redirect(url_for("audits.audit", reference=reference), code=303)
        return render_template("moderation/take_over.html", audit=audit, has_it=_has_it(audit))

    def take() -> str:
        changes.take_over(current_user, audit, request.form.get("seen", ""))
        return address

    return redirect(once(take), code=303)


@bp.route("/<reference>/call-in", methods=["GET", "POST"])
@requires(Permission.MODERATION_MANAGE)
@names("audit", WHICH_CASE)
def call_in(reference: str) -> str | Response | tuple[str, int]:
    """Have an audit moderated that the sample left out."""
    audit = audit_for(current_user, reference)
    form = CallInForm.opened({})
    if request.method == "POST" and (address := already_acted_on()):
        return redirect(address, code=303)
    relations = audit.relations_of(current_user)
    next_state(AUDIT_STEPS, audit.state, Verb.CALL_IN, current_user.permissions, relations)
    if request.method == "POST" and form.validate():
        return redirect(once(lambda: _call_in(audit, form)), code=303)
    page = render_template(
        "moderation/call_in.html", audit=audit, form=form, open_as_counted=OPEN_AS_COUNTED
    )
    return page, form.status


def _call_in(audit: Audit, form: CallInForm) -> str:
    changes.call_in(current_user, audit, form.reason.data)
    return url_for("audits.audit", reference=audit.reference)
