"""Escalations by HTTP: the list, one with its timeline, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.audits.clock import concern_of
from audit_app.escalations import changes, queries
from audit_app.escalations.forms import ClosingForm, NoteForm, ReopeningForm
from audit_app.extensions import db
from audit_app.models import Escalation
from audit_app.rules.deeds import Reading
from audit_app.rules.escalation_steps import ESCALATION_STEPS, EscalationState
from audit_app.rules.permissions import Permission
from audit_app.rules.workflow import Verb, next_state
from audit_app.web.access import requires
from audit_app.web.forms import PageForm
from audit_app.web.moments import in_london
from audit_app.web.once import already_acted_on, once
from audit_app.web.paging import Paging, page_asked
from audit_app.web.reads import shows_case

bp = Blueprint("escalations", __name__, url_prefix="/escalations")
bp.add_app_template_global(queries.heads_of, "heads_of")

Answer = str | Response | tuple[str, int]

OVERTAKEN = (
    "Somebody else has closed or reopened this escalation while you were writing. Nothing of yours "
    "was saved: read it again before you go on, and copy what you want to keep"
)
NOT_SAFE = (
    "This escalation stays open, because the child is not safe yet. What you wrote is kept as a "
    "note. Follow the safeguarding procedures now, and agree with the team manager what must "
    "happen today. Come back to close it when the child is safe."
)


@bp.get("/")
@requires(Permission.ESCALATION_READ)
def escalations() -> str:
    typed = request.args.get("state", "")
    asked = EscalationState(typed) if typed in list(EscalationState) else None
    state = asked or EscalationState.OPEN
    paging = Paging(queries.count_escalations(current_user, state), page_asked())
    return render_template(
        "escalations/escalations.html",
        asked=asked,
        EscalationState=EscalationState,
        lines=queries.escalation_lines(current_user, state, paging),
        paging=paging,
        lately=[] if asked else queries.closed_lately(current_user),
        unheaded=queries.unheaded_for(current_user),
    )


@bp.get("/<reference>")
@requires(Permission.ESCALATION_READ)
@shows_case(Reading.ESCALATION, "escalation")
def escalation(reference: str) -> str:
    found = queries.escalation_for(current_user, reference)
    audit = found.audit
    return render_template(
        "escalations/escalation.html",
        escalation=found,
        line=queries.line_of(found),
        concern=concern_of(audit),
        reads_words=queries.reads_words(current_user, audit),
        may_read=queries.reads_audit(current_user, audit),
        may={verb for verb in Verb if found.lets(current_user, verb)},
    )


@bp.route("/<reference>/note", methods=["GET", "POST"])
@requires(Permission.ESCALATION_NOTE)
@shows_case(Reading.ESCALATION, "escalation")
def note(reference: str) -> Answer:
    form = NoteForm.opened({})

    def act(found: Escalation) -> None:
        changes.add_note(current_user, found, form.note.data)
        flash("Your note was added.", "success")

    return _answer(reference, Verb.NOTE, form, act)


@bp.route("/<reference>/close", methods=["GET", "POST"])
@requires(Permission.ESCALATION_ANSWER)
@shows_case(Reading.ESCALATION, "escalation")
def close(reference: str) -> Answer:
    form = ClosingForm.opened({})

    def act(found: Escalation) -> None:
        answers = (form.done.data, form.done_on.data, form.safe.data)
        if changes.close(current_user, found, *answers):
            flash("This escalation is closed.", "success")
        else:
            flash(NOT_SAFE)

    return _answer(reference, Verb.CLOSE, form, act)


@bp.route("/<reference>/reopen", methods=["GET", "POST"])
@requires(Permission.ESCALATION_REOPEN)
@shows_case(Reading.ESCALATION, "escalation")
def reopen(reference: str) -> Answer:
    form = ReopeningForm.opened({})

    def act(found: Escalation) -> None:
        changes.reopen(current_user, found, form.reason.data)
        flash("This escalation is open again.", "success")

    return _answer(reference, Verb.REOPEN, form, act)


def _answer(
    reference: str, verb: Verb, form: PageForm, act: Callable[[Escalation], None]
) -> Answer:
    """Show the form of a verb, or do what it says, once."""
    found = queries.escalation_for(current_user, reference)
    here = url_for(".escalation", reference=reference)
    if isinstance(form, ClosingForm):
        # Just after midnight in summer, London is a day ahead of the server.
        form.began_on = min(in_london(found.started_at).date(), date.today())
    if request.method == "GET":
        _allow(found, verb)
        return _page(found, verb, form)
    if (led_to := already_acted_on()) is not None:
        return redirect(led_to, code=303)
    if not form.validate():
        return _page(found, verb, form), 400

    def once_only() -> str:
        act(queries.escalation_for(current_user, reference))
        return here

    try:
        return redirect(once(once_only), code=303)
    except changes.Overtaken:
        db.session.rollback()
        form.form_errors.append(OVERTAKEN)
        return _page(queries.escalation_for(current_user, reference), verb, form), 409


def _allow(found: Escalation, verb: Verb) -> None:
    """Raises NotAllowed when this person may not do this to it now."""
    relations = found.audit.relations_of(current_user)
    next_state(ESCALATION_STEPS, found.state, verb, current_user.permissions, relations)


def _page(found: Escalation, verb: Verb, form: PageForm) -> str:
    return render_template(
        f"escalations/{verb}.html",
        escalation=found,
        line=queries.line_of(found),
        concern=concern_of(found.audit),
        reads_words=queries.reads_words(current_user, found.audit),
        form=form,
    )


@bp.app_template_global()
def open_escalations_of(reference: str) -> list[queries.EscalationLine]:
    """What the page of an audit shows of its open escalations to the person who reads it."""
    return queries.lines_of_audit(current_user, reference)
