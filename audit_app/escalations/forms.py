"""What is typed about an escalation: a note, what was done, why it is opened again."""

from __future__ import annotations

from datetime import date
from typing import Any

from wtforms import ValidationError

from audit_app.web.fields import DateField, YesNoField, long_text
from audit_app.web.forms import PageForm
from audit_app.web.pages import day


def _needed(field: Any, message: str) -> None:
    if not (field.data or "").strip():
        raise ValidationError(message)


class NoteForm(PageForm):
    note = long_text("Note", description="What you know, asked for or arranged. It stays for good.")

    def validate_note(self, field: Any) -> None:
        _needed(field, "Write the note")


class ClosingForm(PageForm):
    #: The day the escalation began: what was done before it is no answer to it.
    began_on: date | None = None

    done = long_text(
        "What was done?",
        description="By whom, by their job, and what is different for the child because of it.",
    )
    done_on = DateField("When was it done?", what="The date it was done")
    safe = YesNoField("Is the child safe now?")

    def validate_done(self, field: Any) -> None:
        _needed(field, "Say what was done")

    def validate_done_on(self, field: Any) -> None:
        if field.data is None and not field.problem:
            raise ValidationError("Enter when it was done")
        if field.data is not None and field.data > date.today():
            raise ValidationError("The date it was done must be today or in the past")
        if field.data is not None and self.began_on is not None and field.data < self.began_on:
            began = day(self.began_on)
            raise ValidationError(f"The date it was done must be {began}, when it began, or later")

    def validate_safe(self, field: Any) -> None:
        if field.data is None:
            raise ValidationError("Select whether the child is safe now")


class ReopeningForm(PageForm):
    reason = long_text("Why is it opened again?")

    def validate_reason(self, field: Any) -> None:
        _needed(field, "Say why it is opened again")
