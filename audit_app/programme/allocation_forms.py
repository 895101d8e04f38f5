"""What is typed about an allocated audit: what is asked for, decided and declared, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta
from wtforms import ValidationError
from wtforms.fields.choices import SelectChoice

from audit_app.rules.allocation_steps import ASKED_FOR, RequestKind
from audit_app.web.fields import DateField, PickField, WordField, YesNoField, long_text
from audit_app.web.forms import PageForm
from audit_app.web.pages import day

#: More time than this is another year’s audit, or a slip of the finger.
LONGEST_EXTENSION = relativedelta(months=6)


def _needed(field: Any, message: str) -> None:
    if not (field.data or "").strip():
        raise ValidationError(message)


class AskForm(PageForm):
    #: The day the audit is due now; more time ends after it.
    due_on: date | None = None

    kind = WordField("What do you ask for?", RequestKind, ASKED_FOR)
    until = DateField("Until when do you need?", what="The new due date")
    reason = long_text(
        "Why?",
        description="A named senior reads this and decides. Say what stands in the way, not who.",
    )

    def offer(self, kinds: Sequence[RequestKind]) -> None:
        """Offer only what could be granted now."""
        self.kind.choices = [SelectChoice(each.value, each.label) for each in kinds]

    def validate_kind(self, field: Any) -> None:
        if field.data is None or field.data not in [each.value for each in field.choices]:
            raise ValidationError("Select what you ask for")

    def validate_until(self, field: Any) -> None:
        if self.kind.data is not RequestKind.EXTENSION:
            return
        if field.data is None and not field.problem:
            raise ValidationError("Enter the date until when you need more time")
        if field.data is not None:
            self._check_until(field.data)

    def _check_until(self, until: date) -> None:
        now_due = max(self.due_on or date.today(), date.today())
        if until <= now_due:
            raise ValidationError(f"The new due date must be after {day(now_due)}")
        if until > (latest := now_due + LONGEST_EXTENSION):
            raise ValidationError(f"The new due date must be {day(latest)} or earlier")

    def validate_reason(self, field: Any) -> None:
        _needed(field, "Say why you ask")


class StakeForm(PageForm):
    reason = long_text(
        "What is your stake in the case?",
        description="For example, that you worked with the family. Practice leads can read it.",
    )

    def validate_reason(self, field: Any) -> None:
        _needed(field, "Say what your stake in the case is")


class DecisionForm(PageForm):
    granted = YesNoField("Do you grant it?")
    decision = long_text("Why?", description="Whoever asked reads this. It is kept for good.")

    def validate_granted(self, field: Any) -> None:
        if field.data is None:
            raise ValidationError("Select whether you grant it")

    def validate_decision(self, field: Any) -> None:
        _needed(field, "Say why you decide so")


class GiveForm(PageForm):
    auditor = PickField("Who audits it?", what="the auditor")
    reason = long_text("Why this person?", description="It is kept for good, with your name.")

    def validate_auditor(self, field: Any) -> None:
        if field.data is None:
            raise ValidationError("Select who audits it")

    def validate_reason(self, field: Any) -> None:
        _needed(field, "Say why it is given to this person")


class ReAuditForm(PageForm):
    due_on = DateField("By when is it to be done?", what="The due date")

    def validate_due_on(self, field: Any) -> None:
        if field.data is None and not field.problem:
            raise ValidationError("Enter the date it is to be done by")
        if field.data is not None and field.data <= date.today():
            raise ValidationError("The due date must be in the future")
        if field.data is not None and field.data > date.today() + relativedelta(years=1):
            raise ValidationError("The due date must be within a year")
