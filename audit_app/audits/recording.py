"""Recording an audit by HTTP: one page for each section, saved as a draft each time."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.audits import autosaving, changes, long_page, queries
from audit_app.audits.action_form import ActionForm
from audit_app.audits.earlier import earlier_audit
from audit_app.audits.guidance import notes
from audit_app.audits.owners import owners_offered
from audit_app.audits.section_forms import STALE, open_form, open_with_saved, saved_form
from audit_app.audits.sections import (
    Kind,
    Section,
    after,
    answers,
    problems,
    saved,
    section_named,
)
from audit_app.extensions import db
from audit_app.framework.queries import themes_offered
from audit_app.models import Action, Audit
from audit_app.rules.completeness import concern_problems
from audit_app.rules.permissions import Permission
from audit_app.rules.workflow import NotAllowed, Verb
from audit_app.web.access import requires
from audit_app.web.forms import PageForm, version_sent
from audit_app.web.kept import saves_as_typed, typing
from audit_app.web.once import once
from audit_app.web.reads import WRITING, names

STALE_ACTION = (
    "The actions were changed somewhere else after you opened this one. Your text is in the boxes "
    "and what is saved is shown with it. Keep what is right, then save again"
)

bp = Blueprint("recording", __name__, url_prefix="/audits")


@bp.route("/<reference>/section/<key>", methods=["GET", "POST"])
@requires(Permission.AUDIT_RECORD)
@saves_as_typed
@names("audit", WRITING)
def section(reference: str, key: str) -> str | Response | tuple[str, int] | autosaving.Answer:
    audit, section = _draft_section(reference, key)
    if section.kind is Kind.ACTIONS:
        return _actions(audit, section)
    if request.method == "GET":
        return _section_page(audit, section, *open_with_saved(audit, section))
    form = open_form(audit, section)
    if typing():
        return autosaving.autosave(audit, section, form)
    return _save(audit, section, form)


def _save(audit: Audit, section: Section, form: PageForm) -> str | Response | tuple[str, int]:
    """Save what can be read, then say what is wrong or missing, or go on."""
    try:
        autosaving.save(audit, section, form)
    except changes.Stale:
        return _conflict(audit.reference, section, form)
    if request.form.get("then") != "later":
        form.add_problems(problems(audit, section))
    elif section.kind is Kind.OVERALL:
        form.add_problems(concern_problems(answers(audit, section)))
    if form.errors:
        return _section_page(audit, section, form), 400
    return redirect(_next_address(audit, section), code=303)


def _conflict(reference: str, section: Section, form: PageForm) -> tuple[str, int]:
    """Show what was typed and what was saved in the meantime, and lose neither."""
    db.session.rollback()
    audit = queries.audit_for(current_user, reference)
    now_saved = saved_form(audit, section)
    form.form_errors.append(STALE)
    return _section_page(audit, section, form, now_saved), 409


def _section_page(
    audit: Audit, section: Section, form: PageForm, now_saved: PageForm | None = None
) -> str:
    if long_page.sent_from_here():
        return long_page.long_page(audit, section, form, now_saved)
    earlier = earlier_audit(audit, current_user)
    return render_template(
        f"audits/section_{section.kind}.html",
        audit=audit,
        section=section,
        form=form,
        earlier=earlier,
        warned=notes(audit, current_user, earlier),
        now_saved=now_saved,
        saved=saved(audit, section),
        back=_back(audit),
    )


def _actions(audit: Audit, section: Section) -> str | Response | tuple[str, int]:
    if request.method == "POST":
        changes.save_section(current_user, audit, section, None, {})
        return redirect(_next_address(audit, section), code=303)
    return render_template(
        "audits/section_actions.html",
        audit=audit,
        section=section,
        earlier=earlier_audit(audit, current_user),
        saved=saved(audit, section),
        back=_back(audit),
    )


@bp.route("/<reference>/actions/new", methods=["GET", "POST"])
@bp.route("/<reference>/actions/<int:action_id>", methods=["GET", "POST"])
@requires(Permission.AUDIT_RECORD)
@names("audit", WRITING)
def action(reference: str, action_id: int | None = None) -> str | Response | tuple[str, int]:
    audit, section = _draft_section(reference, Kind.ACTIONS)
    action = _action_of(audit, action_id)
    form = ActionForm.opened(_action_values(action))
    _offer_choices(form, audit, action)
    if request.method == "POST" and form.validate():
        return _save_action(audit, section, form, action)
    overtaken = form.kept is not None and form.kept.version != saved(audit, section).version
    return _action_page(audit, section, form, action, stale=overtaken), form.status


def _offer_choices(form: ActionForm, audit: Audit, action: Action | None) -> None:
    threads = [(each.thread_id, each.thread.name) for each in audit.findings]
    owner = action.owner_user if action else None
    owners = owners_offered(audit.team, audit.worker_staff_id, owner)
    themes = themes_offered(action.themes if action else ())
    for each in (form, *(typed.form for typed in form.also_typed)):
        each["thread"].offer(threads, "None in particular")
        each["person"].offer(owners, "Nobody listed")
        each["themes"].offer(themes)


def _save_action(
    audit: Audit, section: Section, form: ActionForm, action: Action | None
) -> Response | tuple[str, int]:
    values, reference = form.readable_values(), audit.reference
    change = changes.ActionChange(action, version_sent()) if action else None
    listed = _actions_address(audit, section)

    def save() -> str:
        changes.save_action(current_user, audit, section, values, change)
        return listed

    try:
        return redirect(once(save), code=303)
    except changes.Stale:
        db.session.rollback()
        audit = queries.audit_for(current_user, reference)
        form.form_errors.append(STALE_ACTION)
        again = _action_of(audit, action.id if action else None)
        return _action_page(audit, section, form, again, stale=True), 409


def _action_page(
    audit: Audit, section: Section, form: ActionForm, action: Action | None, stale: bool = False
) -> str:
    return render_template(
        "audits/action.html",
        audit=audit,
        action=action,
        form=form,
        stale=stale,
        saved=saved(audit, section),
        back=_actions_address(audit, section),
    )


@bp.route("/<reference>/actions/<int:action_id>/remove", methods=["GET", "POST"])
@requires(Permission.AUDIT_RECORD)
@names("audit", WRITING)
def remove_action(reference: str, action_id: int) -> str | Response:
    audit, section = _draft_section(reference, Kind.ACTIONS)
    action = _action_of(audit, action_id)
    assert action is not None
    listed = _actions_address(audit, section)
    if request.method == "GET":
        return render_template("audits/remove.html", audit=audit, action=action, back=listed)
    changes.remove_action(current_user, audit, section, action)
    flash("The action was removed.")
    return redirect(listed, code=303)


def _draft_section(reference: str, key: str) -> tuple[Audit, Section]:
    audit = queries.audit_for(current_user, reference)
    if not audit.lets(current_user, Verb.SAVE):
        raise NotAllowed("This audit was submitted, so it can no longer be changed.")
    section = section_named(audit, key)
    if section is None:
        abort(404)
    return audit, section


def _action_of(audit: Audit, action_id: int | None) -> Action | None:
    if action_id is None:
        return None
    found = next((each for each in audit.actions if each.id == action_id), None)
    if found is None:
        abort(404)
    changes.still_theirs(found)
    return found


def _action_values(action: Action | None) -> dict[str, Any]:
    if action is None:
        return {}
    held = {name: getattr(action, name) for name in ("what", "kind", "owner", "due_on", "priority")}
    themes = [each.id for each in action.themes]
    return held | {"thread": action.thread_id, "person": action.owner_id, "themes": themes}


def _actions_address(audit: Audit, section: Section) -> str:
    """Where the actions are listed: on the long page, or in their own section."""
    if long_page.sent_from_here():
        return long_page.address_of(audit, section)
    return url_for(".section", reference=audit.reference, key=section.key)


def _back(audit: Audit) -> str:
    """Where a section was opened from: the check page, or the task list."""
    came_from_check = request.values.get("back") == "check"
    return url_for("audits.check" if came_from_check else "audits.audit", reference=audit.reference)


def _next_address(audit: Audit, section: Section) -> str:
    if request.form.get("then") == "later":
        return url_for("audits.audit", reference=audit.reference)
    if long_page.sent_from_here():
        return long_page.next_address(audit, section)
    if request.form.get("back") == "check":
        return url_for("audits.check", reference=audit.reference)
    following = after(audit, section)
    if following is None:
        return url_for("audits.check", reference=audit.reference)
    return url_for(".section", reference=audit.reference, key=following.key)
