"""What is typed about an action: notes, more time, evidence, what difference it made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import SelectField, ValidationError
from wtforms.fields.choices import SelectChoice

from audit_app.audits.action_form import ActionForm
from audit_app.rules.actions import Difference, last_day_to_look_again
from audit_app.web.fields import DateField, PickField, WordField, YesNoField, long_text
from audit_app.web.forms import PageForm
from audit_app.web.pages import day


def _needed(field: Any, message: str) -> None:
    if field.data is None or (isinstance(field.data, str) and not field.data.strip()):
        raise ValidationError(message)


class NoteForm(PageForm):
    note = long_text(
        "Note", description="What was done, found out or asked for. It stays for good."
    )

    def validate_note(self, field: Any) -> None:
        _needed(field, "Write the note")


class ExtensionForm(PageForm):
    #: The day it is due now: an extension gives it longer.
    due_on_now: date | None = None

    due_on = DateField("When is it due instead?", what="The new due date")
    reason = long_text(
        "Why does it need longer?",
        description="And what it means for the child that it takes longer.",
    )

    def validate_due_on(self, field: Any) -> None:
        _needed(field, "Enter the new due date")
        if field.data < date.today():
            raise ValidationError("The new due date must be today or later")
        if self.due_on_now is not None and field.data <= self.due_on_now:
            was = day(self.due_on_now)
            raise ValidationError(f"The new due date must be after {was}, when it is due now")

    def validate_reason(self, field: Any) -> None:
        _needed(field, "Say why it needs longer")


class OwnerForm(PageForm):
    person = PickField("Who owns it from now on?", what="a person")
    reason = long_text("Anything they should know (optional)")

    def validate_person(self, field: Any) -> None:
        _needed(field, "Select who owns it")


class DifferenceForm(PageForm):
    """Whether an action made a difference for the child, and how that is known."""

    difference = WordField("Did it make a difference for the child?", Difference)
    how_known = long_text(
        "How do you know?",
        description="What is different in the child’s life, and who says so. "
        "Not needed when it is too early to say.",
    )
    look_again_on = DateField("When will you look again?", what="The date to look again")

    def validate_difference(self, field: Any) -> None:
        _needed(field, "Select whether it made a difference for the child")

    def validate_how_known(self, field: Any) -> None:
        if self.difference.data not in (None, Difference.TOO_EARLY):
            _needed(field, "Say how you know")

    def validate_look_again_on(self, field: Any) -> None:
        if self.difference.data is not Difference.TOO_EARLY:
            # Another answer was chosen, which hides the date: nothing there can be wrong.
            field.errors, field.data = [], None
            return
        _needed(field, "Enter when you will look again")
        if field.data <= date.today():
            raise ValidationError("The date to look again must be after today")
        latest = last_day_to_look_again(date.today())
        if field.data > latest:
            raise ValidationError(f"The date to look again must be {day(latest)} or earlier")


class AnswerForm(DifferenceForm):
    """The same, once somebody looks again: where it is still too early, why."""

    how_known = long_text(
        "How do you know, or why is it still too early?",
        description="What is different in the child’s life, and who says so.",
    )

    def validate_how_known(self, field: Any) -> None:
        early = self.difference.data is Difference.TOO_EARLY
        _needed(field, "Say why it is still too early" if early else "Say how you know")


class ClosingForm(DifferenceForm):
    evidence = long_text(
        "What was done, and where is the evidence?",
        description="Say where it can be seen, such as a case note and its date. Never a name.",
    )

    def validate_evidence(self, field: Any) -> None:
        _needed(field, "Say what was done, and where the evidence is")


class VerifyingForm(PageForm):
    holds = YesNoField("Was it done as the evidence says?")
    looked_at = long_text(
        "What did you look at, and what did you find?",
        description="If it was not done, say what is missing: the action opens again with it.",
    )

    def validate_holds(self, field: Any) -> None:
        _needed(field, "Select whether it was done as the evidence says")

    def validate_looked_at(self, field: Any) -> None:
        _needed(field, "Say what you looked at, and what you found")


class JoiningForm(PageForm):
    to = PickField("Which action says the same?", what="an action")

    reason = long_text("Why are they the same?")

    def validate_to(self, field: Any) -> None:
        _needed(field, "Select the action that says the same")

    def validate_reason(self, field: Any) -> None:
        _needed(field, "Say why they are the same")


class SeparatingForm(PageForm):
    reason = long_text("Why are they not the same?")

    def validate_reason(self, field: Any) -> None:
        _needed(field, "Say why they are not the same")


class ReopeningForm(PageForm):
    reason = long_text("Why is it opened again?")

    def validate_reason(self, field: Any) -> None:
        _needed(field, "Say why it is opened again")


class RaisingForm(ActionForm):
    """An action raised after the audit: from its moderation, from a theme, or after another."""

    def validate_due_on(self, field: Any) -> None:
        super().validate_due_on(field)
        if field.data < date.today():
            raise ValidationError("The due date must be today or later")


class PlaceForm(PageForm):
    """Where an action that is about no single child is to happen."""

    place = SelectField("Where is it to happen?", choices=[])

    def offer(self, places: Sequence[tuple[str, str]]) -> None:
        self.place.choices = [SelectChoice("", "Select"), *(SelectChoice(*p) for p in places)]
