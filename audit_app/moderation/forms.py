"""What is said about an audit: by its moderator, by its auditor in answer, by a third person."""

from __future__ import annotations

from typing import Any

from wtforms import ValidationError
from wtforms.fields.choices import SelectChoice

from audit_app.models import Audit, Finding
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.web.fields import PickField, WordField, YesNoField, long_text
from audit_app.web.forms import PageForm

KEEP = "keep"


class ThreadJudgementField(WordField):
    """A moderator's judgement of a thread, or none of their own, so that the auditor's stands.

    In the open it stands at the auditor's until changed. Blind, nothing is chosen beforehand.
    """

    def __init__(self, audited: Judgement | None, blind: bool, **kwargs: Any) -> None:
        super().__init__("Your judgement", Judgement, **kwargs)
        word = audited.label if audited else "not judged"
        label = "No judgement of mine" if blind else f"Keep the auditor’s: {word}"
        self.kept = SelectChoice(KEEP, label)
        self.blind = blind
        self.choices: list[SelectChoice] = (
            [*self.choices, self.kept] if blind else [self.kept, *self.choices]
        )

    def iter_choices(self) -> Any:
        nothing = "" if self.blind else KEEP
        chosen = self.data or next(iter(self.raw_data or ()), nothing)
        for choice in self.choices:
            yield choice.value, choice.label, choice.value == chosen, {}


class ModerationForm(PageForm):
    overall = WordField("Your overall judgement of the practice", Judgement, SCALE)
    overall_reason = long_text("Reason, if you changed the overall judgement")
    practice_note = long_text("Note on the practice (optional)")
    audit_quality_note = long_text(
        "Note on the quality of the audit (optional)",
        description="For the auditor: how well the audit was done, apart from the practice.",
    )


def field_of(finding: Finding) -> str:
    """The field that holds a judgement of a thread."""
    return f"thread_{finding.thread.code}"


def thread_names(audit: Audit) -> dict[str, str]:
    """What each thread is called, by the field that holds its judgement."""
    return {field_of(each): each.thread.name for each in audit.findings}


def moderation_form(audit: Audit) -> type[ModerationForm]:
    """The form with two fields for each thread of this audit."""
    fields: dict[str, object] = {}
    for finding in audit.findings:
        name = field_of(finding)
        shown = None if audit.blind else finding.judgement
        fields[name] = ThreadJudgementField(shown, audit.blind)
        why = "Why you judge it so" if audit.blind else "Reason, if you changed it"
        fields[f"{name}_reason"] = long_text(why)
    if audit.blind:
        fields["overall_reason"] = long_text("Why you judge it so")
    return type("AuditModerationForm", (ModerationForm,), fields)


def judgements_given(audit: Audit, values: dict[str, object]) -> dict[int, Judgement]:
    """The threads the moderator judged, by number: all of them when blind, else those changed."""
    given = {finding: values.get(field_of(finding)) for finding in audit.findings}
    return {
        finding.thread_id: Judgement(str(judgement))
        for finding, judgement in given.items()
        if judgement is not None and (audit.blind or judgement != finding.judgement)
    }


class ReturnForm(PageForm):
    """What more a moderator needs before they can judge."""

    needed = long_text(
        "What more do you need?",
        description="Say which thread it is about and what would show it. The auditor reads this.",
    )

    def validate_needed(self, field: Any) -> None:
        _needed(field, "Say what more you need")


class AnswerForm(PageForm):
    """The auditor's answer to a moderation that changed something."""

    accepted = YesNoField("Do you accept the moderator’s judgements?")
    reason = long_text(
        "Why you dispute them",
        description="Point to the evidence. A third person reads both sides and decides.",
    )

    def validate_accepted(self, field: Any) -> None:
        if field.data is None:
            raise ValidationError("Select whether you accept the moderator’s judgements")

    def validate_reason(self, field: Any) -> None:
        if self.accepted.data is False:
            _needed(field, "Say why you dispute them")


class ResolutionForm(PageForm):
    reason = long_text(
        "Why these judgements stand",
        description="Both the auditor and the moderator read this.",
    )


def resolution_form(audit: Audit) -> type[ResolutionForm]:
    """The form with a judgement for whatever is to be decided."""
    fields: dict[str, object] = {
        field_of(finding): WordField("The judgement that stands", Judgement)
        for finding in in_dispute(audit)
    }
    if audit.thread_set.overall_judged:
        fields["overall"] = WordField("The overall judgement that stands", Judgement, SCALE)
    return type("AuditResolutionForm", (ResolutionForm,), fields)


def in_dispute(audit: Audit) -> list[Finding]:
    """The threads that the moderator judged otherwise than the auditor."""
    return [each for each in audit.findings if each.final_judgement is not each.judgement]


class AllocationForm(PageForm):
    moderator = PickField("Who should moderate it?", what="a moderator")

    def validate_moderator(self, field: Any) -> None:
        if field.data is None:
            raise ValidationError("Select who should moderate it")


class CallInForm(PageForm):
    """Why an audit that the sample left out is moderated after all."""

    reason = long_text("Why should it be moderated?")

    def validate_reason(self, field: Any) -> None:
        _needed(field, "Say why it should be moderated")


def _needed(field: Any, message: str) -> None:
    if not (field.data or "").strip():
        raise ValidationError(message)
