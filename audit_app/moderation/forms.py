"""What a moderator says: overall, on each thread where it differs, and on the audit itself."""

from __future__ import annotations

from typing import Any

from wtforms.fields.choices import SelectChoice

from audit_app.models import Audit, Finding
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.web.fields import WordField, long_text
from audit_app.web.forms import PageForm

KEEP = "keep"


class ThreadJudgementField(WordField):
    """A thread's judgement, or the auditor's kept, which is where it stands until changed."""

    def __init__(self, audited: Judgement | None, **kwargs: Any) -> None:
        super().__init__("Your judgement", Judgement, **kwargs)
        word = audited.label if audited else "not judged"
        kept = SelectChoice(KEEP, f"Keep the auditor’s: {word}")
        self.choices: list[SelectChoice] = [kept, *self.choices]

    def iter_choices(self) -> Any:
        for choice in self.choices:
            chosen = choice.value == (self.data or KEEP)
            yield choice.value, choice.label, chosen, {}


class ModerationForm(PageForm):
    overall = WordField("Your overall judgement of the practice", Judgement, SCALE)
    overall_reason = long_text("Reason, if you changed the overall judgement")
    practice_note = long_text("Note on the practice (optional)")
    audit_quality_note = long_text(
        "Note on the quality of the audit (optional)",
        description="For the auditor: how well the audit was done, apart from the practice.",
    )


def field_of(finding: Finding) -> str:
    """The field that holds the moderator's judgement of a thread."""
    return f"thread_{finding.thread.code}"


def moderation_form(audit: Audit) -> type[ModerationForm]:
    """The form with two fields for each thread of this audit."""
    fields: dict[str, object] = {}
    for finding in audit.findings:
        name = field_of(finding)
        fields[name] = ThreadJudgementField(finding.judgement)
        fields[f"{name}_reason"] = long_text("Reason, if you changed it")
    return type("AuditModerationForm", (ModerationForm,), fields)


def judgements_given(audit: Audit, values: dict[str, object]) -> dict[int, Judgement]:
    """The threads the moderator judged apart from the auditor, by the thread's number."""
    return {
        finding.thread_id: Judgement(str(values[field_of(finding)]))
        for finding in audit.findings
        if values.get(field_of(finding)) not in (None, finding.judgement)
    }
