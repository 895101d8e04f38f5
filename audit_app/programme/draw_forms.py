"""What is typed to keep a case out of a draw by hand."""

from __future__ import annotations

from typing import Any

from wtforms import ValidationError

from audit_app.rules.audits import IDENTIFIERS
from audit_app.web.fields import long_text, short_text
from audit_app.web.forms import PageForm


class ExemptionForm(PageForm):
    not_free_text = IDENTIFIERS

    case_reference = short_text(
        "Case reference",
        20,
        description="As it stands on the list of open cases.",
    )
    reason = long_text(
        "Why must it not be drawn?",
        description="Your name is kept with the reason. Whoever looks at the draw can read both.",
    )

    def validate_case_reference(self, field: Any) -> None:
        field.data = (field.data or "").strip()
        if not field.data:
            raise ValidationError("Enter the case reference")

    def validate_reason(self, field: Any) -> None:
        if not (field.data or "").strip():
            raise ValidationError("Say why it must not be drawn")
