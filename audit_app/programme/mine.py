"""An auditor’s own allocated audits: starting, asking, declaring a stake, the calendar."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Redirect

from audit_app.audits.lately import IN_ITS_PLACE, why_not_now
from audit_app.audits.starting import start_given
from audit_app.framework.queries import current_thread_set
from audit_app.models import Allocation
from audit_app.models.base import now
from audit_app.programme import allocation_changes as changes
from audit_app.programme import allocations
from audit_app.programme.acting import Answer, acts_once, allow, answer, drawn, page_of
from audit_app.programme.allocation_forms import StakeForm
from audit_app.programme.asking import ask_about
from audit_app.programme.calendar_file import calendar_of
from audit_app.programme.stakes import has_stake
from audit_app.rules.allocation_steps import AllocationState
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.permissions import Permission
from audit_app.rules.workflow import Verb
from audit_app.web.access import requires
from audit_app.web.downloads import CALENDAR, download_remembered
from audit_app.web.once import once
from audit_app.web.reads import room_names

bp = Blueprint("mine", __name__)
room_names(bp, "allocation", "says which case is to be audited, and nothing an audit says")


@bp.get("/mine")
@requires(Permission.AUDIT_RECORD)
def audits() -> str:
    return render_template(
        "programme/mine.html",
        to_do=allocations.given_to(current_user),
        done=allocations.done_lately(current_user),
    )


@bp.get("/mine.ics")
@requires(Permission.AUDIT_RECORD)
def calendar() -> Response:
    lines = allocations.given_to(current_user)
    host = request.host.partition(":")[0]
    made = calendar_of(lines, _whole_address, host, now())
    return download_remembered(made, "audits.ics", CALENDAR, "calendar", current_user.reference)


def _whole_address(reference: str) -> str:
    return url_for(".allocation", reference=reference, _external=True)


@bp.get("/allocations/<reference>")
@requires(Permission.ALLOCATION_READ)
def allocation(reference: str) -> str:
    """One allocated audit, for its auditor, for practice leads and for heads of its service."""
    found = allocations.allocation_for(current_user, reference)
    mine = found.auditor_id == current_user.id
    may = {verb for verb in Verb if found.lets(current_user, verb)}
    asked = None if found.state is AllocationState.DONE else found.asked
    to_begin = found.state in (AllocationState.WAITING, AllocationState.GIVEN)
    return render_template(
        "programme/allocation.html",
        allocation=found,
        mine=mine,
        staked=mine and found.state is AllocationState.GIVEN and has_stake(current_user, found),
        not_now=why_not_now(found, date.today()) if to_begin else None,
        left_draft=mine and found.put_aside is not None and _is_draft(found),
        may=may,
        can_ask=Verb.ASK in may and asked is None,
        can_decide=asked is not None and bool({asked.kind.verb, Verb.EXEMPT} & may),
        days_left=(found.due_on - date.today()).days,
        given_late_on=allocations.given_late_on(found.allocated_at, found.due_on),
        instead=allocations.taken_by(current_user, found),
        declared=allocations.declared_by(current_user, found),
        reads_earlier=allocations.reads_earlier(current_user, found),
    )


def _why_not_started(found: Allocation) -> str | None:
    if has_stake(current_user, found):
        return "This audit was not started, because you have a stake in the case."
    not_now = why_not_now(found, date.today())
    return not_now and f"This audit was not started. {not_now} {IN_ITS_PLACE}"


def _is_draft(found: Allocation) -> bool:
    return found.audit is not None and found.audit.state is AuditState.DRAFT


@bp.post("/allocations/<reference>/start")
@requires(Permission.AUDIT_RECORD)
@acts_once
def start(reference: str) -> Redirect:
    """Begin the audit, or go on with it where it was begun in another window."""
    found = allocations.allocation_for(current_user, reference)
    if found.state is AllocationState.STARTED and found.audit.auditor_id == current_user.id:
        return redirect(url_for("audits.audit", reference=found.audit.reference), code=303)
    if found.auditor_id == current_user.id and (stays := _why_not_started(found)):
        flash(stays)
        return redirect(page_of(reference), code=303)

    def begin() -> str:
        audit = start_given(current_user, current_thread_set(date.today()), found)
        return url_for("audits.audit", reference=audit.reference)

    return redirect(once(begin), code=303)


@bp.route("/allocations/<reference>/stake", methods=["GET", "POST"])
@requires(Permission.AUDIT_RECORD)
@acts_once
def stake(reference: str) -> Answer:
    """Declare a stake in the case: the audit goes to somebody else at once."""
    found = allocations.allocation_for(current_user, reference)
    form = StakeForm.opened({})
    if request.method == "GET":
        allow(found, Verb.DECLARE)

    def act(held: Allocation) -> str:
        given = changes.declare_stake(current_user, held, form.reason.data)
        flash(_gone(held, given is not None), "success")
        return url_for(".audits")

    return answer(found, form, act, lambda held: drawn("stake", held, form))


def _gone(held: Allocation, given: bool) -> str:
    to = "It was given to somebody else" if given else "A practice lead finds somebody else for it"
    return f"Your stake is recorded. Audit {held.reference} is not yours any more. {to}."


@bp.route("/allocations/<reference>/ask", methods=["GET", "POST"])
@requires(Permission.AUDIT_RECORD)
@acts_once
def ask(reference: str) -> Answer:
    """Ask for more time, an exemption or another case."""
    return ask_about(reference)
