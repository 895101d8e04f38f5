"""The form of each section, opened with what is saved; the same whichever way it is recorded."""

from __future__ import annotations

from flask import request, url_for

from audit_app.audits import queries
from audit_app.audits.forms import CHOSEN_FOR_THEM, FIXED, CaseForm
from audit_app.audits.sections import Section, answers, fixed_answers, saved, theme_given
from audit_app.audits.unread import FORMS
from audit_app.framework.queries import themes_offered
from audit_app.models import Audit
from audit_app.rules.audit_steps import AuditState
from audit_app.web.forms import PageForm

#: Said by a page that shows two texts: until one is chosen, what is typed there is only kept.
CLASH = "clash"

STALE = (
    "This section was saved somewhere else after you opened it. Nothing is lost: your text is in "
    "the boxes and the saved text is shown with it. Keep what is right, then save again"
)


def open_form(audit: Audit, section: Section) -> PageForm:
    """The form as sent, or as it was typed and not saved, or as it is saved."""
    stands = saved(audit, section)
    address = url_for("recording.section", reference=audit.reference, key=section.key)
    form = FORMS[section.kind].opened(answers(audit, section), address, stands.saved_at)
    with_choices(audit, form)
    if isinstance(form, CaseForm):
        form.fixed = fixed_answers(audit)
        form.theme_given = theme_given(audit)
        form.why_fixed = FIXED if audit.state is AuditState.RETURNED else CHOSEN_FOR_THEM
    if stands.unread and not form.kept and address != _sent_to():
        form.put_back(stands.unread)
        if isinstance(form, CaseForm):
            form.refuse_changes()
    return form


def open_with_saved(audit: Audit, section: Section) -> tuple[PageForm, PageForm | None]:
    """The form; and what is saved, where something else was typed that could not be saved."""
    form = open_form(audit, section)
    if not _clashes(form, saved(audit, section).version):
        return form, None
    form.form_errors.append(STALE)
    return form, saved_form(audit, section)


def _clashes(form: PageForm, version: int) -> bool:
    kept = form.kept
    return kept is not None and (kept.version != version or CLASH in kept.row.typed)


def _sent_to() -> str | None:
    return request.path if request.method == "POST" else None


def saved_form(audit: Audit, section: Section) -> PageForm:
    """The form as it is saved, whatever was sent."""
    return with_choices(audit, FORMS[section.kind](data=answers(audit, section)))


def with_choices(audit: Audit, form: PageForm) -> PageForm:
    """The form, and what was typed into it in other windows, with the lists to choose from."""
    if isinstance(form, CaseForm):
        teams, themes = _teams(audit), themes_offered(audit.themes)
        for each in (form, *(typed.form for typed in form.also_typed)):
            each["team"].offer(teams)
            each["themes"].offer(themes)
    return form


def _teams(audit: Audit) -> list[tuple[int, str]]:
    """The teams in use, and the audit's own even when it is not any more."""
    teams = dict(queries.teams_in_use()) | {audit.team_id: audit.team.name}
    return sorted(teams.items(), key=lambda team: team[1])
