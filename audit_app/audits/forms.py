"""What is typed to record an audit. A draft may leave anything out; what is there must be sound."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from wtforms import ValidationError
from wtforms.validators import NumberRange, Optional

from audit_app.audits.closed_years import why_closed
from audit_app.models import Audit, Theme
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.audits import (
    CASE_REFERENCE,
    CASE_REFERENCE_RULE,
    IDENTIFIERS,
    IMPORTED_ONLY,
    LONGEST_QUOTE,
    OLDEST_AGE,
    OVERSIGHT_PROMPTS,
    PUBLISHED,
    AuditType,
    FamilyFeedback,
    Independence,
    PlanStatus,
    Selection,
    WorkerInvolvement,
)
from audit_app.rules.completeness import Problem
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.personal_data import Kind
from audit_app.rules.staff_ids import LONGEST_STAFF_ID, read_staff_id
from audit_app.web.fields import (
    DateField,
    MultiPickField,
    PickField,
    WholeNumberField,
    WordField,
    YesNoField,
    long_text,
    short_text,
)
from audit_app.web.forms import PageForm

_AGE = f"The child’s age must be a whole number of years from 0 to {OLDEST_AGE}"


def _offered(vocabulary: type[Any]) -> list[Any]:
    return [word for word in vocabulary if word not in IMPORTED_ONLY]


def _squeeze(typed: str | None) -> str | None:
    return typed.strip() if typed else typed


def _needed(message: str) -> Any:
    def check(form: Any, field: Any) -> None:
        if field.data in (None, ""):
            raise ValidationError(message)

    return check


def _not_in_the_future(what: str) -> Any:
    def check(form: Any, field: Any) -> None:
        if field.data is not None and field.data > date.today():
            raise ValidationError(f"{what} must be today or in the past")

    return check


def _case_reference() -> Any:
    return short_text(
        "Case reference",
        20,
        description="The person ID in the case system. Never a name or a date of birth.",
    )


class StartForm(PageForm):
    """The least an audit needs to begin."""

    not_free_text = IDENTIFIERS

    case_reference = _case_reference()
    team = PickField("Team that holds the case", what="a team", validators=[])
    audit_type = WordField("Type of audit", AuditType)

    def validate_case_reference(self, field: Any) -> None:
        field.data = _squeeze(field.data)
        _needed("Enter the case reference")(self, field)
        if not CASE_REFERENCE.fullmatch(field.data):
            raise ValidationError(CASE_REFERENCE_RULE)

    def validate_team(self, field: Any) -> None:
        _needed("Select the team that holds the case")(self, field)

    def validate_audit_type(self, field: Any) -> None:
        _needed("Select the type of audit")(self, field)


FIXED = (
    "This was submitted and decides who reads the audit and where it counts, so it cannot be "
    "changed now. Put it back. If it is wrong, say so in your reply to the moderator"
)
THEME_GIVEN = "“{}” is the theme of the cycle, so it stays. Tick it again. You can add others"
CHOSEN_FOR_THEM = (
    "This was decided when you were given the case, or began the re-audit, so it stays as it is. "
    "Put it back"
)


class CaseForm(StartForm):
    """The case, the people, and the event."""

    child_age = WholeNumberField(
        "Child’s age in years",
        message=_AGE,
        validators=[Optional(), NumberRange(0, OLDEST_AGE, _AGE)],
    )
    plan_status = WordField("Plan status", PlanStatus)
    worker_staff_id = short_text(
        "Worker’s staff ID", LONGEST_STAFF_ID, description="Their staff number, never their name."
    )
    themes = MultiPickField("Themes", what="themes")
    selection = WordField("How the case was chosen", Selection)
    audit_date = DateField("Date of the audit", what="The date of the audit")
    period_from = DateField("First day of the period looked at", what="The first day")
    period_to = DateField("Last day of the period looked at", what="The last day")
    allocated_on = DateField("Date allocated (optional)", what="The date allocated")
    due_on = DateField("Date due (optional)", what="The date due")
    independence = WordField("Where you stand to the worker", Independence)
    worker_involvement = WordField(
        "Was the worker involved in the audit?",
        WorkerInvolvement,
        _offered(WorkerInvolvement),
    )
    worker_not_involved_reason = long_text("Why was the worker not involved?")

    #: What cannot be changed, by field, as it stands; mostly nothing. And why it cannot.
    fixed: Mapping[str, Any] = {}
    why_fixed = FIXED
    #: The theme that must stay among the themes, if any.
    theme_given: Theme | None = None

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        super().validate(*args, **kwargs)
        self.refuse_changes()
        return not self.errors

    def refuse_changes(self) -> None:
        """Say beside each field that is fixed, and was changed, that it stays as it is."""
        for name, submitted in self.fixed.items():
            field = self[name]
            if not field.errors and field.data != submitted:
                field.errors = [self.why_fixed]
        given = self.theme_given
        if given is not None and not self.themes.errors and given.id not in self.themes.data:
            self.themes.errors = [THEME_GIVEN.format(given.name)]

    def validate_worker_staff_id(self, field: Any) -> None:
        field.data = _squeeze(field.data)
        try:
            field.data = field.data and read_staff_id(field.data)
        except ValueError as problem:
            raise ValidationError(str(problem)) from None

    def validate_audit_date(self, field: Any) -> None:
        _not_in_the_future("The date of the audit")(self, field)
        if field.data and "audit_date" not in self.fixed and (closed := why_closed(field.data)):
            raise ValidationError(closed)

    def validate_period_to(self, field: Any) -> None:
        _not_in_the_future("The last day of the period looked at")(self, field)
        if field.data and self.period_from.data and field.data < self.period_from.data:
            raise ValidationError("The last day must be the same as or after the first day")


class ThreadForm(PageForm):
    """One golden thread."""

    judgement = WordField("Judgement", Judgement)
    evidence = long_text("Evidence")
    working_well = long_text("What is working well?")
    worried_about = long_text("What are we worried about?")
    impact = long_text("What has been the impact for the child?")


class OverallForm(PageForm):
    """The judgement of the practice as a whole."""

    overall = WordField("Overall judgement", Judgement, SCALE)
    rationale = long_text("Why this judgement?")
    overall_reason = long_text("Reason for the difference from the threads")
    good_practice = YesNoField("Is this good practice that others can learn from?")
    good_practice_note = long_text("What can others learn?")
    good_practice_quote = short_text(
        "A sentence others may quote (optional)",
        LONGEST_QUOTE,
        description="No identifying details: it may be printed where others learn from it. "
        f"Up to {LONGEST_QUOTE} characters.",
    )
    safeguarding_concern = YesNoField("Is there an immediate safeguarding concern?")
    concern_what = long_text("What is the concern?")
    concern_told = long_text("Who was told?", description="Their job, not their name.")
    concern_told_on = DateField("When were they told?", what="The date they were told")

    def may_stay(self, field: str, kind: Kind) -> bool:
        return field not in PUBLISHED

    def validate_concern_told_on(self, field: Any) -> None:
        _not_in_the_future("The date they were told")(self, field)


class FamilyForm(PageForm):
    """What the family said about the help they had."""

    family_feedback = WordField(
        "Was feedback sought from the family?", FamilyFeedback, _offered(FamilyFeedback)
    )
    feedback_not_sought_reason = long_text("Why was feedback not sought?")
    feedback_from = long_text(
        "Who gave feedback?", description="Their part in the family, such as mother or carer."
    )
    feedback_how = long_text("How was it gathered?")
    feedback_said = long_text("What did they say?")


OversightForm: type[PageForm] = type(
    "OversightForm",
    (PageForm,),
    {p.field: long_text(p.question, description=p.useful) for p in OVERSIGHT_PROMPTS}
    | {"__doc__": "The management oversight impact statement: the seven prompts."},
)


class ReplyForm(PageForm):
    """What the auditor answers to the moderator who returned the audit; else there is no reply."""

    reply = long_text(
        "Your reply to the moderator",
        description="What you have added, and where. It is kept beside what they asked for.",
    )

    def needs_reply(self, audit: Audit) -> bool:
        """Whether a reply is needed and missing; the field then says so."""
        if audit.state is not AuditState.RETURNED or (self.reply.data or "").strip():
            return False
        self.add_problems([Problem("reply", "Say what you have added")])
        return True
