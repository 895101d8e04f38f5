"""Reading an audit by HTTP beyond its own page: its story, what was submitted, and on paper."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template
from flask_login import current_user

from audit_app.audits import queries
from audit_app.audits.copies import as_submitted
from audit_app.audits.followed import what_became_of
from audit_app.audits.printing import send_audit
from audit_app.audits.story import story_of
from audit_app.rules.deeds import Reading
from audit_app.rules.permissions import Permission
from audit_app.web.access import requires
from audit_app.web.reads import names, shows_case

bp = Blueprint("reading", __name__, url_prefix="/audits")
bp.add_app_template_global(what_became_of)


@bp.get("/<reference>/story")
@requires(Permission.AUDIT_READ)
@shows_case(Reading.STORY)
def story(reference: str) -> str:
    audit = queries.audit_for(current_user, reference)
    told = story_of(audit, current_user)
    return render_template("audits/story.html", audit=audit, told=told[::-1])


@bp.get("/<reference>/submitted/<int:number>")
@requires(Permission.AUDIT_READ)
@shows_case(Reading.SUBMITTED)
def submission(reference: str, number: int) -> str:
    audit = queries.audit_for(current_user, reference)
    kept = next((each for each in audit.submissions if each.number == number), None)
    if kept is None:
        abort(404)
    return render_template(
        "audits/submission.html",
        audit=audit,
        kept=kept,
        shown=as_submitted(audit, kept),
    )


@bp.get("/<reference>.pdf")
@requires(Permission.AUDIT_READ)
@names("audit", "what is printed is remembered as a print")
def pdf(reference: str) -> Response:
    """The audit on paper. Whoever prints it is remembered, so nothing is fetched on a guess."""
    return send_audit(queries.audit_for(current_user, reference), current_user)
