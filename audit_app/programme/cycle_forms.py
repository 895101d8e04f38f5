"""What a cycle is set up with: its settings, its list of open cases, who is away."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from wtforms import FileField, ValidationError

from audit_app.extensions import db
from audit_app.models import ModerationCycle, ProgrammeCycle, Theme
from audit_app.programme.cycle_changes import SETTINGS
from audit_app.rules.audits import AuditType
from audit_app.rules.programme import ModerationWay, next_month
from audit_app.web.fields import (
    DateField,
    PickField,
    WholeNumberField,
    WordField,
    YesNoField,
    short_text,
)
from audit_app.web.forms import PageForm

_TYPES = [each for each in AuditType if each is not AuditType.RE_AUDIT]
_LONGEST = timedelta(days=366)
_LOOK_BACK = "The months to look back must be a whole number from 1 to 36"
_EACH = "The audits each auditor does must be a whole number from 0 to 20"

TELLING = (
    "The moderation cycle in force chooses no audit at random. If these are moderated blind, being "
    "chosen tells their moderator how they were judged."
)


class CycleForm(PageForm):
    name = short_text("Name", 80, description="Such as December 2026.")
    starts_on = DateField("First day", what="The first day")
    ends_on = DateField("Last day", what="The last day")
    due_on = DateField(
        "Audits are due on",
        what="The day audits are due",
        description="Leave this empty for the last day.",
    )
    audit_type = WordField("Type of audit", AuditType, _TYPES)
    theme_id = PickField(
        "Theme", "a theme", description="Needed for a thematic audit, optional for the others."
    )
    look_back_months = WholeNumberField(
        "Months each audit looks back",
        _LOOK_BACK,
        description="Counted back from the day the audit is started.",
    )
    moderation = WordField("How are these audits moderated?", ModerationWay)
    audits_each = WholeNumberField(
        "Audits each auditor does",
        _EACH,
        description="0 for a month with no audits, such as August. You can set another number for "
        "one auditor with the targets.",
    )
    copy_targets = YesNoField("Start with the targets of the last cycle?")

    #: The due day of the cycle being changed, which may have gone by already.
    due_before: date | None = None

    def offer(self, chosen: Theme | None = None) -> None:
        """Offer the themes in use, and the one the cycle has."""
        themes = db.session.scalars(select(Theme).where(Theme.active).order_by(Theme.name)).all()
        offered = {each.id: each.name for each in [*themes, *([chosen] if chosen else [])]}
        self.theme_id.offer(list(offered.items()), nothing="No theme")
        if none_moderated_at_random():
            self.moderation.description = TELLING

    def settings(self) -> dict[str, Any]:
        """What a cycle is set up with; call after ``validate``. No due day means the last day."""
        values = self.readable_values()
        return values | {"due_on": values["due_on"] or values["ends_on"]}

    def validate_name(self, field: Any) -> None:
        if not (field.data or "").strip():
            raise ValidationError("Enter a name for the cycle")

    def validate_starts_on(self, field: Any) -> None:
        if field.data is None and not field.problem:
            raise ValidationError("Enter the first day of the cycle")

    def validate_ends_on(self, field: Any) -> None:
        first = self.starts_on.data
        if field.data is None:
            if not field.problem:
                raise ValidationError("Enter the last day of the cycle")
        elif first and not first <= field.data <= first + _LONGEST:
            raise ValidationError("The last day must be in the year that follows the first day")

    def validate_due_on(self, field: Any) -> None:
        due, first = field.data or self.ends_on.data, self.starts_on.data
        if due is None or field.problem:
            return
        if first and field.data and field.data < first:
            raise ValidationError("Audits must be due on or after the first day")
        if due < date.today() and due != self.due_before:
            raise ValidationError("Audits must be due today or later")

    def validate_audit_type(self, field: Any) -> None:
        if field.data is None and not field.errors:
            raise ValidationError("Select the type of audit")

    def validate_theme_id(self, field: Any) -> None:
        if field.data is None and self.audit_type.data is AuditType.THEMATIC:
            raise ValidationError("Select the theme of a thematic audit")

    def validate_look_back_months(self, field: Any) -> None:
        _within(field, 1, 36, _LOOK_BACK)

    def validate_moderation(self, field: Any) -> None:
        if field.data is None and not field.errors:
            raise ValidationError("Select how the audits are moderated")

    def validate_audits_each(self, field: Any) -> None:
        _within(field, 0, 20, _EACH)


class CaseListForm(PageForm):
    file = FileField("Choose a file")

    def validate_file(self, field: FileField) -> None:
        if not getattr(field.data, "filename", ""):
            raise ValidationError("Select a file")


class AbsenceForm(PageForm):
    person = PickField("Who is away?", "somebody who audits")
    first_day = DateField("First day away", what="The first day away")
    last_day = DateField("Last day away", what="The last day away")

    def validate_person(self, field: Any) -> None:
        if field.data is None:
            raise ValidationError("Select who is away")

    def validate_first_day(self, field: Any) -> None:
        if field.data is None and not field.problem:
            raise ValidationError("Enter the first day away")

    def validate_last_day(self, field: Any) -> None:
        first = self.first_day.data
        if field.data is None:
            if not field.problem:
                raise ValidationError("Enter the last day away")
        elif field.data < date.today():
            raise ValidationError("The last day away must be today or later")
        elif first and field.data < first:
            raise ValidationError("The last day away must be the same as or after the first day")


def none_moderated_at_random() -> bool:
    """Whether under the moderation cycle in force only a judgement makes an audit be moderated."""
    share = (
        select(ModerationCycle.random_percent)
        .where(ModerationCycle.starts_on <= date.today())
        .order_by(ModerationCycle.starts_on.desc())
    )
    return db.session.scalar(share.limit(1)) == 0


def settings_of(cycle: ProgrammeCycle) -> dict[str, Any]:
    return {name: getattr(cycle, name) for name in SETTINGS}


def settings_after(last: ProgrammeCycle | None, today: date) -> dict[str, Any]:
    """What a new cycle is filled in with: the last one's settings, for the month after it."""
    month = next_month(last.starts_on if last else None, today)
    usual: dict[str, Any] = {
        "audit_type": AuditType.FULL,
        "look_back_months": 12,
        "moderation": ModerationWay.AS_SET,
        "audits_each": 1,
        "copy_targets": True,
    }
    before = {} if last is None else settings_of(last)
    if last is not None and last.theme is not None and not last.theme.active:
        before["theme_id"] = None
    days = {"starts_on": month.first, "ends_on": month.last, "due_on": month.last}
    return usual | before | days | {"name": month.label}


def _within(field: Any, least: int, most: int, message: str) -> None:
    if not field.errors and (field.data is None or not least <= field.data <= most):
        raise ValidationError(message)
