"""One audit on paper: what its reader is shown on screen, fit for a committee or a court bundle."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Response, current_app

from audit_app.audits.copies import shown_to
from audit_app.audits.followed import followed
from audit_app.audits.judged import judged, moderators_reasons
from audit_app.audits.re_audits import beside
from audit_app.audits.story import short_story, story_of
from audit_app.documents.made import Made, draw, words_of
from audit_app.extensions import db
from audit_app.models import Audit, User, remember
from audit_app.rules.audit_steps import WRITING_STATES, AuditState
from audit_app.rules.deeds import PRINTED
from audit_app.web.papers import send_print
from audit_app.web.prints import Printing, begin_print

TEMPLATE = "documents/audit.html"


def send_audit(audit: Audit, user: User) -> Response:
    """The audit as this person may read it now, on paper; its history says who printed it."""
    reference, name = audit.reference, file_name(audit)
    printing, made = printed(audit, user)
    also = partial(remember, db.session, user, PRINTED, "audit", reference)
    return send_print(printing, made.pdf, name, also)


def printed(audit: Audit, user: User) -> tuple[Printing, Made]:
    """One print of the audit, with what is to be written down of it: nothing of the case."""
    said = _said(audit, user)
    words = {"audit": audit.reference, "words": words_of(TEMPLATE, **said)}
    printing = begin_print("audit", f"Audit {audit.reference}", words)
    return printing, draw(TEMPLATE, **said, stamp=printing.stamp)


def _said(audit: Audit, user: User) -> dict[str, Any]:
    """What the paper is told of the audit as this person may read it now."""
    shown = shown_to(user, audit)
    draft = is_draft(audit, user)
    return {
        "title": f"Audit {audit.reference} of case {shown.case_reference}",
        "marking": current_app.config["SETTINGS"].printed_marking,
        "draft": _why_draft(audit) if draft else "",
        "facts": ["Data as at that time"],
        "audit": audit,
        "shown": shown,
        "hidden": audit.hides_judgement_from(user),
        "judged": judged(audit, shown),
        "reasons": moderators_reasons(audit),
        "beside": beside(audit, user),
        "became": followed(user, [each.reference for each in shown.actions]),
        "told": short_story(story_of(audit, user)),
        "printed_by": user.name,
    }


def audit_pdf(audit: Audit, user: User) -> bytes:
    """The audit as this person may read it now, on paper alone."""
    return printed(audit, user)[1].pdf


def _why_draft(audit: Audit) -> str:
    if audit.state == AuditState.RETURNED:
        return (
            "this audit is being written again and has not been submitted again. Do not rely on it."
        )
    return "this audit has not been submitted. Do not rely on it."


def is_draft(audit: Audit, user: User) -> bool:
    """Whether what this person prints is still being written: only its auditor can."""
    return audit.state in WRITING_STATES and user.id == audit.auditor_id


def file_name(audit: Audit) -> str:
    """Named by the audit alone: the name of a file travels further than the file."""
    return f"audit-{audit.reference}.pdf"
