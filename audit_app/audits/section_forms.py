"""The form of each section, opened with what is saved; the same whichever way it is recorded."""

from __future__ import annotations

from audit_app.audits import queries
from audit_app.audits.forms import CaseForm, FamilyForm, OverallForm, OversightForm, ThreadForm
from audit_app.audits.sections import Kind, Section, answers
from audit_app.models import Audit
from audit_app.web.forms import PageForm

FORMS: dict[Kind, type[PageForm]] = {
    Kind.CASE: CaseForm,
    Kind.THREAD: ThreadForm,
    Kind.OVERALL: OverallForm,
    Kind.FAMILY: FamilyForm,
    Kind.OVERSIGHT: OversightForm,
}


def open_form(audit: Audit, section: Section) -> PageForm:
    """The form as sent, or as it was typed when a session ended, or as it is saved."""
    return with_teams(audit, FORMS[section.kind].opened(answers(audit, section)))


def saved_form(audit: Audit, section: Section) -> PageForm:
    """The form as it is saved, whatever was sent."""
    return with_teams(audit, FORMS[section.kind](data=answers(audit, section)))


def with_teams(audit: Audit, form: PageForm) -> PageForm:
    if isinstance(form, CaseForm):
        form.team.offer(_teams(audit))
    return form


def _teams(audit: Audit) -> list[tuple[int, str]]:
    """The teams in use, and the audit's own even when it is not any more."""
    teams = dict(queries.teams_in_use()) | {audit.team_id: audit.team.name}
    return sorted(teams.items(), key=lambda team: team[1])
