"""Saving a section while somebody types, by the same rules as when they press the button."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_login import current_user

from audit_app.audits import changes
from audit_app.audits.earlier import earlier_audit
from audit_app.audits.guidance import progress
from audit_app.audits.section_forms import CLASH
from audit_app.audits.sections import Section, saved
from audit_app.extensions import db
from audit_app.models import Audit
from audit_app.models.base import now
from audit_app.web.forms import PageForm, version_sent
from audit_app.web.kept import kept_answer, typing
from audit_app.web.moments import clock
from audit_app.web.openings import Sending

#: What a page that saves by itself is told.
Answer = tuple[dict[str, Any], int]

_STALE = "Not in the audit yet: this section was saved somewhere else after you opened it."


def save(audit: Audit, section: Section, form: PageForm) -> None:
    """Save what can be read, and keep the rest.

    Raises:
        Stale: when the section was saved after this form was opened.
    """
    form.validate()
    changes.save_section(
        current_user,
        audit,
        section,
        version_sent(),
        form.readable_values(),
        form.unread(),
        Sending.this(),
        typing(),
    )


def autosave(audit: Audit, section: Section, form: PageForm) -> Answer:
    if CLASH in request.form:
        return kept_answer("Kept at {}. Save when you have both texts as they should be")
    try:
        save(audit, section, form)
    except changes.Stale:
        db.session.rollback()
        return {"said": _STALE, "show": "See both texts"}, 409
    stands = saved(audit, section)
    return {
        "said": f"Saved at {clock(now())}",
        "version": stands.version,
        "beside": form.beside(),
        **progress(audit, current_user, earlier_audit(audit, current_user)),
    }, 200
