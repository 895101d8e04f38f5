"""Moderation by HTTP: the queue, the second judgement, and asking for more evidence first."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.audits.queries import audit_for
from audit_app.extensions import db
from audit_app.models import Audit
from audit_app.moderation import changes, queries
from audit_app.moderation.allocation import bp as allocation
from audit_app.moderation.coming_back import returned_by
from audit_app.moderation.cycles import bp as cycles
from audit_app.moderation.disputes import bp as disputes
from audit_app.moderation.forms import (
    ModerationForm,
    ReturnForm,
    field_of,
    judgements_given,
    moderation_form,
    thread_names,
)
from audit_app.moderation.moderated import judged_by_moderator, lately_moderated_by
from audit_app.moderation.rounds import last_round
from audit_app.rules.audit_steps import AUDIT_STEPS, MODERATED_STATES, AuditState
from audit_app.rules.completeness import Problem, moderation_problems
from audit_app.rules.deeds import Reading
from audit_app.rules.numbers import whole_number
from audit_app.rules.permissions import Permission
from audit_app.rules.workflow import NotAllowed, Verb, next_state
from audit_app.web.access import requires
from audit_app.web.once import already_acted_on, once
from audit_app.web.paging import Paging, page_asked
from audit_app.web.reads import shows_case

DONE_ALREADY = (
    "You have already moderated this audit. What you have typed now was not saved: copy what you "
    "want to keep before you leave this page"
)

SUBMITTED_AGAIN = (
    "The audit was returned and submitted again after you opened this page. Nothing was saved: "
    "read what changed below, change what you typed where you now see it otherwise, and send it "
    "again"
)

bp = Blueprint("moderation", __name__, url_prefix="/moderation")
bp.register_blueprint(cycles)
bp.register_blueprint(allocation)
bp.register_blueprint(disputes)

#: How many without a moderator are listed below the queue of a lead who moderates too.
MOST_UNPLACED = 25

OVERTAKEN = (
    "Somebody else moderated this audit while you were writing. Nothing of yours was saved: copy "
    "what you want to keep before you leave this page"
)


@bp.get("/")
@requires(Permission.MODERATION_READ)
def queue() -> str:
    judges = current_user.can(Permission.AUDIT_MODERATE)
    unplaced = queries.without_moderator(current_user)
    waiting = queries.queue_of(current_user) if judges else unplaced
    paging = Paging(len(waiting), page_asked())
    return render_template(
        "moderation/queue.html",
        waiting=queries.lines_of(current_user, paging.of(waiting)),
        unplaced=queries.lines_of(current_user, unplaced[:MOST_UNPLACED]) if judges else (),
        unplaced_in_all=len(unplaced),
        returned=returned_by(current_user) if judges else (),
        disputes=queries.disputes_for(current_user),
        done=lately_moderated_by(current_user),
        paging=paging,
    )


@bp.route("/<reference>", methods=["GET", "POST"])
@requires(Permission.AUDIT_MODERATE)
@shows_case(Reading.MODERATING)
def moderate(reference: str) -> str | Response | tuple[str, int]:
    audit = audit_for(current_user, reference)
    form = moderation_form(audit).opened({})
    if audit.state in MODERATED_STATES:
        return _already_done(audit, form)
    if request.method == "GET":
        return _show(audit, form)
    _check_may(audit, Verb.MODERATE)
    if _submission_read() != len(audit.submissions):
        return _submitted_again(audit, form)
    form.validate()
    values = form.readable_values()
    form.add_problems(_problems(audit, values))
    if form.errors:
        return _page(audit, form), 400
    return _save(audit, form, values)


def _show(audit: Audit, form: ModerationForm) -> str | Response:
    reference = audit.reference
    if audit.state is not AuditState.SUBMITTED:
        return redirect(url_for("audits.audit", reference=reference), code=303)
    if audit.can_be_taken_over_by(current_user):
        return redirect(url_for("moderation.allocation.take_over", reference=reference), code=303)
    _check_may(audit, Verb.MODERATE)
    return _page(audit, form)


def _save(audit: Audit, form: ModerationForm, values: dict[str, Any]) -> Response | tuple[str, int]:
    reference = audit.reference
    try:
        return redirect(once(lambda: _moderate(audit, values)), code=303)
    except changes.SubmittedAgain:
        db.session.rollback()
        return _submitted_again(audit_for(current_user, reference), form)
    except changes.Overtaken:
        db.session.rollback()
        return _overtaken(audit_for(current_user, reference), form)


def _moderate(audit: Audit, values: dict[str, Any]) -> str:
    threads = judgements_given(audit, values)
    reasons = {f.thread_id: values.get(f"{field_of(f)}_reason") for f in audit.findings}
    changes.moderate(current_user, audit, threads, values, reasons, _submission_read())
    return url_for("moderation.done", reference=audit.reference)


def _already_done(audit: Audit, form: ModerationForm) -> Response | tuple[str, int]:
    """Moderated before: show it, and throw nothing away that was typed since."""
    if request.method == "GET":
        return redirect(url_for("audits.audit", reference=audit.reference), code=303)
    if address := already_acted_on():
        return redirect(address, code=303)
    return _overtaken(audit, form)


def _overtaken(audit: Audit, form: ModerationForm) -> tuple[str, int]:
    mine = audit.moderation is not None and audit.moderation.moderator_id == current_user.id
    form.form_errors.append(DONE_ALREADY if mine else OVERTAKEN)
    return _page(audit, form, overtaken=True), 409


def _submission_read() -> int:
    """The number of the submission that was on the page; -1 when it does not say."""
    number = whole_number(request.form.get("submission", ""))
    return -1 if number is None else number


def _submitted_again(audit: Audit, form: ModerationForm) -> tuple[str, int]:
    form.form_errors.append(SUBMITTED_AGAIN)
    return _page(audit, form, since=_submission_read()), 409


def _page(
    audit: Audit, form: ModerationForm, overtaken: bool = False, since: int | None = None
) -> str:
    return render_template(
        "moderation/moderate.html",
        audit=audit,
        form=form,
        field_of=field_of,
        blind=audit.blind,
        round=last_round(audit, audit.blind, since),
        overtaken=overtaken,
    )


def _problems(audit: Audit, values: dict[str, Any]) -> list[Problem]:
    audited = {"overall": audit.overall} | {field_of(f): f.judgement for f in audit.findings}
    overall_judged, names = audit.thread_set.overall_judged, thread_names(audit)
    return moderation_problems(values, audited, overall_judged, names, audit.blind)


@bp.get("/<reference>/done")
@requires(Permission.AUDIT_MODERATE)
@shows_case(Reading.MODERATING)
def done(reference: str) -> str | Response:
    audit = audit_for(current_user, reference)
    if audit.moderation is None:
        return redirect(url_for("moderation.moderate", reference=reference))
    waiting = queries.count_waiting(current_user)
    judged = judged_by_moderator(audit)
    return render_template("moderation/done.html", audit=audit, waiting=waiting, judged=judged)


@bp.route("/<reference>/return", methods=["GET", "POST"])
@requires(Permission.AUDIT_MODERATE)
@shows_case(Reading.MODERATING)
def return_for_evidence(reference: str) -> str | Response | tuple[str, int]:
    """Ask the auditor for more before judging."""
    audit = audit_for(current_user, reference)
    form = ReturnForm.opened({})
    if request.method == "POST" and (address := already_acted_on()):
        return redirect(address, code=303)
    _check_may(audit, Verb.RETURN)
    if request.method == "POST" and _submission_read() != len(audit.submissions):
        return _read_first(audit, form)
    if request.method == "POST" and form.validate():
        return _return(audit, form)
    return render_template("moderation/return.html", audit=audit, form=form), form.status


def _return(audit: Audit, form: ReturnForm) -> Response | tuple[str, int]:
    reference, auditor = audit.reference, audit.auditor.name

    def send() -> str:
        changes.return_for_evidence(current_user, audit, form.needed.data, _submission_read())
        return url_for("moderation.queue")

    try:
        address = once(send)
    except changes.SubmittedAgain:
        db.session.rollback()
        return _read_first(audit_for(current_user, reference), form)
    flash(f"Audit {reference} was returned to {auditor}.", "success")
    return redirect(address, code=303)


def _read_first(audit: Audit, form: ReturnForm) -> tuple[str, int]:
    """Submitted again since the page was opened: show what changed before it is returned."""
    form.form_errors.append(SUBMITTED_AGAIN)
    changed = last_round(audit, audit.blind, _submission_read())
    return render_template("moderation/return.html", audit=audit, form=form, round=changed), 409


def _check_may(audit: Audit, verb: Verb) -> None:
    if audit.can_be_taken_over_by(current_user) and audit.state is AuditState.SUBMITTED:
        has_it = audit.draw.moderator.name if audit.draw and audit.draw.moderator else "Somebody"
        raise NotAllowed(
            f"{has_it} has this audit to moderate. If you take it over from them, on the audit’s "
            "own page, you can do this."
        )
    relations = audit.relations_of(current_user)
    next_state(AUDIT_STEPS, audit.state, verb, current_user.permissions, relations)
