"""What a moderation cycle is set up with."""

from __future__ import annotations

from datetime import date
from typing import Any

from wtforms import ValidationError

from audit_app.models import ModerationCycle
from audit_app.moderation.cycle_changes import SETTINGS
from audit_app.rules.permissions import Role
from audit_app.web.fields import DateField, WholeNumberField, WordField, YesNoField, short_text
from audit_app.web.forms import PageForm

_PERCENT = "The random share must be a whole number from 0 to 100"
_TELLING = (
    "A blind cycle needs a random share of at least 1. Without one, that an audit was chosen tells "
    "its moderator how it was judged"
)
_DAYS = "The days allowed must be a whole number from 1 to 90"


class CycleForm(PageForm):
    not_free_text = frozenset({"random_percent", "days_allowed"})

    name = short_text("Name", 80, description="Such as Autumn 2026.")
    starts_on = DateField("First day", what="The first day")
    blind = YesNoField(
        "Do moderators judge blind?",
        description="Blind, a moderator does not see the auditor’s judgement until they have saved "
        "their own. Only blind moderation measures agreement.",
    )
    every_inadequate = YesNoField("Is every audit judged Inadequate moderated?")
    every_outstanding = YesNoField("Is every audit judged Outstanding moderated?")
    random_percent = WholeNumberField(
        "Random share of all the others, in percent",
        _PERCENT,
        description="0 for none, 100 for every one. A blind cycle needs at least 1, so that being "
        "chosen does not give the judgement away.",
    )
    days_allowed = WholeNumberField(
        "Days allowed for a moderation",
        _DAYS,
        description="Calendar days from the submission.",
    )
    resolved_by = WordField(
        "Who resolves a dispute?",
        Role,
        (Role.PRACTICE_LEAD, Role.MODERATOR),
        description="Always a third person, with no stake in the case.",
    )

    #: The first day of the cycle being changed, which may lie in the past already.
    first_day: date | None = None

    def validate_name(self, field: Any) -> None:
        if not (field.data or "").strip():
            raise ValidationError("Enter a name for the cycle")

    def validate_starts_on(self, field: Any) -> None:
        if field.data is None:
            if not field.problem:
                raise ValidationError("Enter the first day of the cycle")
        elif field.data < date.today() and field.data != self.first_day:
            raise ValidationError("The first day must be today or later")

    def validate_random_percent(self, field: Any) -> None:
        _within(field, 0, 100, _PERCENT)
        if self.blind.data and field.data == 0:
            raise ValidationError(_TELLING)

    def validate_days_allowed(self, field: Any) -> None:
        _within(field, 1, 90, _DAYS)

    def validate_blind(self, field: Any) -> None:
        _answered(field, "Select whether moderators judge blind")

    def validate_every_inadequate(self, field: Any) -> None:
        _answered(field, "Select whether every audit judged Inadequate is moderated")

    def validate_every_outstanding(self, field: Any) -> None:
        _answered(field, "Select whether every audit judged Outstanding is moderated")

    def validate_resolved_by(self, field: Any) -> None:
        _answered(field, "Select who resolves a dispute")


def settings_of(cycle: ModerationCycle | None) -> dict[str, Any]:
    """A cycle's settings by field; nothing where there is no cycle."""
    return {} if cycle is None else {name: getattr(cycle, name) for name in SETTINGS}


def _within(field: Any, least: int, most: int, message: str) -> None:
    if not field.errors and (field.data is None or not least <= field.data <= most):
        raise ValidationError(message)


def _answered(field: Any, message: str) -> None:
    if field.data is None and not field.errors:
        raise ValidationError(message)
