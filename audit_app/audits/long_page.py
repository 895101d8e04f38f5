"""Recording an audit by HTTP on one long page: the sections' own forms, one below the other.

Each form is sent to its section's own address, so both ways keep the same draft by the same rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import Field

from audit_app.audits import changes, queries
from audit_app.audits.earlier import earlier_audit
from audit_app.audits.guidance import done, notes, outline
from audit_app.audits.origin import origin_of
from audit_app.audits.section_forms import open_with_saved
from audit_app.audits.sections import Kind, Section, Status, after, saved
from audit_app.framework.queries import thread_set_with
from audit_app.models import Audit, RecordingWay, SavedSection
from audit_app.rules.permissions import Permission
from audit_app.rules.workflow import Verb
from audit_app.web.access import requires
from audit_app.web.forms import PageForm
from audit_app.web.reads import LEADS_ON, WRITING, names

bp = Blueprint("long_page", __name__, url_prefix="/audits")

#: What a form says that was sent from the long page, so that it leads back there.
BACK = "page"


@dataclass(frozen=True)
class Part:
    """One section on the long page. The actions have no form of their own fields."""

    section: Section
    status: Status
    saved: SavedSection
    form: PageForm | None
    now_saved: PageForm | None = None


@dataclass(frozen=True)
class Wrong:
    """What is wrong anywhere on the page, said as one form says it."""

    forms: list[PageForm]

    def __iter__(self) -> Iterator[Field]:
        return chain.from_iterable(self.forms)

    @property
    def errors(self) -> list[Any]:
        return [form.errors for form in self.forms if form.errors]

    @property
    def form_errors(self) -> list[str]:
        return list(dict.fromkeys(words for form in self.forms for words in form.form_errors))


@bp.get("/<reference>/page")
@requires(Permission.AUDIT_RECORD)
@names("audit", WRITING)
def page(reference: str) -> str | Response:
    audit = queries.audit_for(current_user, reference)
    if not audit.lets(current_user, Verb.SAVE):
        return redirect(url_for("audits.audit", reference=reference))
    return long_page(audit)


@bp.post("/<reference>/way")
@requires(Permission.AUDIT_RECORD)
@names("audit", LEADS_ON)
def way(reference: str) -> Response:
    """Remember how this person likes to record, and go on with this audit in that way."""
    audit = queries.audit_for(current_user, reference)
    chosen = RecordingWay.PAGE if request.form.get("way") == BACK else RecordingWay.TASKS
    changes.choose_way(current_user, chosen)
    return redirect(url_for("audits.audit", reference=audit.reference), code=303)


def sent_from_here() -> bool:
    return request.values.get("back") == BACK


def address_of(audit: Audit, section: Section | None) -> str:
    """Where a section stands on the long page; the answers to check after the last."""
    if section is None:
        return url_for("audits.check", reference=audit.reference)
    return url_for("long_page.page", reference=audit.reference, _anchor=f"section-{section.key}")


def next_address(audit: Audit, section: Section) -> str:
    return address_of(audit, after(audit, section))


def long_page(
    audit: Audit,
    sent: Section | None = None,
    form: PageForm | None = None,
    now_saved: PageForm | None = None,
) -> str:
    """The page, with one section's form as it was sent where something is wrong with it."""
    thread_set_with(audit.thread_set.code)  # every descriptor in one go
    earlier = earlier_audit(audit, current_user)
    stands = outline(audit)
    parts = [
        _part(audit, section, status, (form, now_saved) if section == sent else None)
        for section, status in stands
    ]
    return render_template(
        "audits/long_page.html",
        audit=audit,
        parts=parts,
        done=done(stands),
        earlier=earlier,
        origin=origin_of(audit, current_user),
        warned=notes(audit, current_user, earlier),
        form=Wrong([part.form for part in parts if part.form]),
    )


def _part(
    audit: Audit,
    section: Section,
    status: Status,
    sent: tuple[PageForm | None, PageForm | None] | None,
) -> Part:
    if section.kind is Kind.ACTIONS:
        return Part(section, status, saved(audit, section), None)
    form, now_saved = sent or (None, None)
    if form is None:
        form, now_saved = open_with_saved(audit, section)
    return Part(section, status, saved(audit, section), _told_apart(form, section), now_saved)


def _told_apart(form: PageForm, section: Section) -> PageForm:
    """Give each field an id of its own on the page; its name stays, and so does its form."""
    for field in form:
        field.id = field.label.field_id = f"{section.key}-{field.id}"
    return form
