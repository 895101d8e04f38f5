"""What is typed to say what needs to happen: in an audit, and wherever else an action is raised."""

from __future__ import annotations

from typing import Any

from wtforms import ValidationError

from audit_app.rules.actions import ActionKind
from audit_app.rules.audits import Priority
from audit_app.web.fields import (
    DateField,
    MultiPickField,
    PickField,
    WordField,
    long_text,
    short_text,
)
from audit_app.web.forms import PageForm


def _needed(field: Any, message: str) -> None:
    if field.data in (None, ""):
        raise ValidationError(message)


class ActionForm(PageForm):
    """One thing that needs to happen."""

    what = long_text("What needs to happen?")
    thread = PickField("Which golden thread?", what="a golden thread")
    kind = WordField("What kind of action is it?", ActionKind)
    person = PickField(
        "Who owns it?",
        what="a person",
        description="Somebody of the team or service. They see it among their actions.",
    )
    owner = short_text(
        "Job or team that owns it, if nobody listed does",
        120,
        description="Such as Health visiting. Outside the service, nobody is reminded of it.",
    )
    due_on = DateField("When is it due?", what="The due date")
    priority = WordField("Priority", Priority)
    themes = MultiPickField("Themes (optional)", what="themes")

    def validate_kind(self, field: Any) -> None:
        _needed(field, "Select what kind of action it is")

    def validate_person(self, field: Any) -> None:
        if not (self.owner.data or "").strip():
            _needed(field, "Select who owns the action, or enter a job or team below")

    def validate_what(self, field: Any) -> None:
        _needed(field, "Say what needs to happen")

    def validate_due_on(self, field: Any) -> None:
        _needed(field, "Enter when the action is due")

    def validate_priority(self, field: Any) -> None:
        _needed(field, "Select the priority")
