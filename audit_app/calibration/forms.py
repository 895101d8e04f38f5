"""What is asked of whoever opens an exercise, judges in it, and writes down what was learned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import SelectMultipleField, ValidationError
from wtforms.fields.choices import SelectChoice

from audit_app.calibration.queries import Invitee
from audit_app.models import Audit, Thread
from audit_app.rules.completeness import Problem
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.numbers import whole_number
from audit_app.web.fields import DateField, WordField, long_text, short_text
from audit_app.web.forms import PageForm

LONGEST_TITLE = 120


class PeopleField(SelectMultipleField):
    """People to tick, by their row numbers."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, coerce=_number, choices=[], validate_choice=False, **kwargs)

    def offer(self, people: Sequence[Invitee]) -> None:
        self.choices = [SelectChoice(str(each.user.id), each.who) for each in people]

    def iter_choices(self) -> Any:
        for choice in self.choices:
            yield choice.value, choice.label, int(choice.value) in (self.data or []), {}

    def pre_validate(self, form: Any) -> None:
        offered = {int(choice.value) for choice in self.choices}
        if not offered.issuperset(self.data or []):
            raise ValidationError("Choose people from the list")


def _number(typed: object) -> int:
    return typed if isinstance(typed, int) else whole_number(str(typed)) or 0


class OpeningForm(PageForm):
    title = short_text(
        "Title",
        LONGEST_TITLE,
        description="For the people you invite. Do not say which audit it is or how it was judged.",
    )
    due_on = DateField("Judge by", "The date to judge by")
    people = PeopleField("People to invite")

    def validate_title(self, field: Any) -> None:
        if not (field.data or "").strip():
            raise ValidationError("Enter a title")

    def validate_due_on(self, field: Any) -> None:
        if field.data is None:
            raise ValidationError("Enter the date to judge by")
        if field.data < date.today():
            raise ValidationError("The date to judge by must be today or later")

    def validate_people(self, field: Any) -> None:
        if not field.data:
            raise ValidationError("Choose at least one person to invite")


class JudgingForm(PageForm):
    """Two fields for each thread, and two for the whole where the thread set judges it."""

    def judged(self, audit: Audit) -> dict[int | None, tuple[Judgement, str | None]]:
        """What was judged, by the thread's number; None is the practice as a whole."""
        values = self.readable_values()
        keys: dict[str, int | None] = {field_of(f.thread): f.thread_id for f in audit.findings}
        if audit.thread_set.overall_judged:
            keys["overall"] = None
        return {key: (values[name], values[f"{name}_reason"]) for name, key in keys.items()}

    def missing(self, names: dict[str, str]) -> list[Problem]:
        """What is still to be said, by field; ``names`` are the threads' by their field."""
        values = self.readable_values()
        return [
            problem
            for name, thread in names.items()
            for problem in (
                Problem(name, f"Select your judgement of {thread}"),
                Problem(f"{name}_reason", f"Give the reason for your judgement of {thread}"),
            )
            if problem.field in values and not values[problem.field]
        ]


def field_of(thread: Thread) -> str:
    """The field that holds the judgement of a thread."""
    return f"thread_{thread.code}"


def judging_form(audit: Audit) -> type[JudgingForm]:
    fields: dict[str, object] = {}
    for finding in audit.findings:
        name = field_of(finding.thread)
        fields[name] = WordField("Your judgement", Judgement)
        fields[f"{name}_reason"] = long_text("Your reason")
    if audit.thread_set.overall_judged:
        fields["overall"] = WordField("Your overall judgement", Judgement, SCALE)
        fields["overall_reason"] = long_text("Your reason")
    return type("AuditJudgingForm", (JudgingForm,), fields)


def names_of(audit: Audit) -> dict[str, str]:
    """What each judgement is of, by its field, as a sentence names it."""
    names = {field_of(each.thread): each.thread.name for each in audit.findings}
    if audit.thread_set.overall_judged:
        names["overall"] = "the practice as a whole"
    return names


class LearningForm(PageForm):
    learning = long_text(
        "What the group learned",
        description="Where you differed and why, and what you agreed to look for from now on. "
        "Everybody in the exercise can read it.",
    )
