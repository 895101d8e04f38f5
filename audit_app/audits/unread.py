"""What was typed into a section and could not be saved, said as its own form says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audit_app.audits.forms import CaseForm, FamilyForm, OverallForm, OversightForm, ThreadForm
from audit_app.audits.sections import Section, answers, problems, saved
from audit_app.models import Audit
from audit_app.rules.completeness import Problem
from audit_app.web.fields import DateField
from audit_app.web.forms import PageForm

#: By the kind of the section.
FORMS: dict[str, type[PageForm]] = {
    "case": CaseForm,
    "thread": ThreadForm,
    "overall": OverallForm,
    "family": FamilyForm,
    "oversight": OversightForm,
}


def told(audit: Audit, section: Section) -> list[Problem]:
    """What a section still needs; of what could not be saved, in the words of its form."""
    boxes = saved(audit, section).unread
    found = _unread_messages(section.kind, answers(audit, section), boxes) if boxes else []
    fields = {each.field for each in found}
    return found + [each for each in problems(audit, section) if each.field not in fields]


def _unread_messages(
    kind: str, held: Mapping[str, Any], boxes: Mapping[str, list[str]]
) -> list[Problem]:
    """What is wrong with each field that some box was kept of, by the words of its label."""
    form = FORMS[kind](data=dict(held))
    if isinstance(form, CaseForm):
        form.team.offer([])
        form.themes.offer([])
    form.put_back(boxes)
    return [
        Problem(field.name, f"{field.label.text}: {_wrong_with(field)}")
        for field in form
        if any(name in boxes for name in _boxes_of(field))
    ]


def _wrong_with(field: Any) -> str:
    """A day that was in the future may have come: what was typed then is not saved all the same."""
    return str(field.errors[0]) if field.errors else "what you typed is not saved yet"


def _boxes_of(field: Any) -> list[str]:
    parts = field.parts if isinstance(field, DateField) else []
    return [field.name, *(f"{field.name}-{part.name}" for part in parts)]
