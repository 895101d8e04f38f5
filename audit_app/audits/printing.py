"""One audit on paper: what its reader is shown on screen, fit for a committee or a court bundle."""

from __future__ import annotations

from flask import current_app, render_template

from audit_app.audits.copies import shown_to
from audit_app.audits.followed import followed
from audit_app.audits.judged import judged, moderators_reasons
from audit_app.audits.re_audits import beside
from audit_app.audits.story import short_story, story_of
from audit_app.audits.story_sources import PRINTED
from audit_app.documents.pdf import render_pdf
from audit_app.extensions import db
from audit_app.models import Audit, User, remember
from audit_app.models.base import now
from audit_app.models.sqlite import WRITES
from audit_app.rules.workflow import WRITING_STATES


def audit_pdf(audit: Audit, user: User) -> bytes:
    """The audit as this person may read it now, as PDF/UA-1."""
    settings = current_app.config["SETTINGS"]
    shown = shown_to(user, audit)
    html = render_template(
        "documents/audit.html",
        audit=audit,
        shown=shown,
        hidden=audit.hides_judgement_from(user),
        draft=is_draft(audit, user),
        judged=judged(audit, shown),
        reasons=moderators_reasons(audit),
        beside=beside(audit, user),
        became=followed(user, [each.reference for each in shown.actions]),
        told=short_story(story_of(audit, user)),
        printed_by=user.name,
        printed_at=now(),
        logo=settings.council_logo.resolve().as_uri() if settings.council_logo else None,
    )
    return render_pdf(html, logo=settings.council_logo)


def is_draft(audit: Audit, user: User) -> bool:
    """Whether what this person prints is still being written: only its auditor can."""
    return audit.state in WRITING_STATES and user.id == audit.auditor_id


def file_name(audit: Audit) -> str:
    """Named by the audit alone: the name of a file travels further than the file."""
    return f"audit-{audit.reference}.pdf"


def remember_printed(user: User, reference: str) -> None:
    """Put in the history who printed it, though the request that prints only reads."""
    db.session.rollback()
    db.session.connection(execution_options=WRITES)
    remember(db.session, user, PRINTED, "audit", reference)
    db.session.commit()
