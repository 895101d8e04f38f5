"""What is typed about a sample of closed actions, and about what a second look found."""

from __future__ import annotations

from datetime import date
from typing import Any

from wtforms import ValidationError

from audit_app.web.fields import DateField, WholeNumberField, YesNoField, long_text
from audit_app.web.forms import PageForm

_PERCENT = "The share must be a whole number from 1 to 100"


class SampleForm(PageForm):
    not_free_text = frozenset({"percent"})

    closed_from = DateField("First day", what="The first day")
    closed_to = DateField("Last day", what="The last day")
    percent = WholeNumberField(
        "Share to look at again, in percent",
        _PERCENT,
        description="Rounded up to a whole action: 10 percent of 11 are 2.",
    )

    def validate_closed_from(self, field: Any) -> None:
        if field.data is None:
            raise ValidationError("Enter the first day")

    def validate_closed_to(self, field: Any) -> None:
        if field.data is None:
            raise ValidationError("Enter the last day")
        if field.data > date.today():
            raise ValidationError("The last day must be today or in the past")
        if self.closed_from.data is not None and field.data < self.closed_from.data:
            raise ValidationError("The last day must be the same as or after the first day")

    def validate_percent(self, field: Any) -> None:
        if field.errors:
            return
        if field.data is None or not 1 <= field.data <= 100:
            raise ValidationError(_PERCENT)


class RecheckForm(PageForm):
    holds = YesNoField("Does it hold?", description="Was it done, and does it still show?")
    found = long_text(
        "What did you look at, and what did you find?",
        description="If it does not hold, the action opens again with these words.",
    )

    def validate_holds(self, field: Any) -> None:
        if field.data is None:
            raise ValidationError("Select whether it holds")

    def validate_found(self, field: Any) -> None:
        if not (field.data or "").strip():
            raise ValidationError("Say what you looked at, and what you found")
