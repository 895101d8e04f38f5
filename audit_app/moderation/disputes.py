"""What follows a moderation by HTTP: the auditor's answer, and a third person's judgement."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.audits.queries import audit_for
from audit_app.models import Audit
from audit_app.moderation import changes
from audit_app.moderation.forms import (
    AnswerForm,
    ResolutionForm,
    field_of,
    in_dispute,
    resolution_form,
    thread_names,
)
from audit_app.moderation.moderated import judged_by_moderator
from audit_app.rules.audit_steps import AUDIT_STEPS
from audit_app.rules.completeness import OVERALL, resolution_problems
from audit_app.rules.deeds import Reading
from audit_app.rules.permissions import Permission
from audit_app.rules.workflow import Verb, next_state
from audit_app.web.access import requires
from audit_app.web.once import already_acted_on, once
from audit_app.web.reads import shows_case

bp = Blueprint("disputes", __name__)


@bp.route("/<reference>/answer", methods=["GET", "POST"])
@requires(Permission.AUDIT_RECORD)
@shows_case(Reading.MODERATING)
def answer(reference: str) -> str | Response | tuple[str, int]:
    """Accept what moderation changed, or dispute it."""
    audit = audit_for(current_user, reference)
    form = AnswerForm.opened({})
    if address := _answered(audit, Verb.ACCEPT):
        return redirect(address, code=303)
    _check_may(audit, Verb.ACCEPT)
    if request.method == "POST" and form.validate():
        return redirect(once(lambda: _answer(audit, form)), code=303)
    page = render_template(
        "moderation/answer.html",
        audit=audit,
        form=form,
        judged=judged_by_moderator(audit),
        changed=in_dispute(audit),
    )
    return page, form.status


def _answer(audit: Audit, form: AnswerForm) -> str:
    disputed = not form.accepted.data
    reason = form.readable_values()["reason"]
    changes.answer(current_user, audit, disputed, reason if disputed else None)
    return _page_of(audit)


@bp.route("/<reference>/resolve", methods=["GET", "POST"])
@requires(Permission.AUDIT_RESOLVE)
@shows_case(Reading.MODERATING)
def resolve(reference: str) -> str | Response | tuple[str, int]:
    """Judge as a third person what auditor and moderator do not agree on."""
    audit = audit_for(current_user, reference)
    form = resolution_form(audit).opened({})
    if address := _answered(audit, Verb.RESOLVE):
        return redirect(address, code=303)
    _check_may(audit, Verb.RESOLVE)
    if request.method == "POST":
        form.validate()
        values = form.readable_values()
        form.add_problems(resolution_problems(values, _asked(audit, form)))
        if not form.errors:
            return redirect(once(lambda: _resolve(audit, values)), code=303)
    page = render_template(
        "moderation/resolve.html",
        audit=audit,
        form=form,
        field_of=field_of,
        judged=judged_by_moderator(audit),
        disputed=in_dispute(audit),
    )
    return page, form.status


def _asked(audit: Audit, form: ResolutionForm) -> dict[str, str]:
    """What is to be decided, by the field that holds the judgement of it."""
    names = thread_names(audit) | {"overall": OVERALL}
    return {field.name: names[field.name] for field in form if field.name != "reason"}


def _resolve(audit: Audit, values: dict[str, Any]) -> str:
    threads = {each.thread_id: values[field_of(each)] for each in in_dispute(audit)}
    overall = values.get("overall")
    changes.resolve(current_user, audit, overall, threads, values["reason"])
    return _page_of(audit)


def _answered(audit: Audit, verb: Verb) -> str | None:
    """Where to go when this was done already: this very sending, or a page opened too late."""
    if request.method == "POST":
        return already_acted_on()
    step = next(each for each in AUDIT_STEPS if each.verb is verb)
    return None if audit.state is step.before else _page_of(audit)


def _page_of(audit: Audit) -> str:
    return url_for("audits.audit", reference=audit.reference)


def _check_may(audit: Audit, verb: Verb) -> None:
    relations = audit.relations_of(current_user)
    next_state(AUDIT_STEPS, audit.state, verb, current_user.permissions, relations)
