"""What is typed to place a legal hold, and to lift one."""

from __future__ import annotations

from typing import Any

from wtforms import StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired

from audit_app.rules.audits import CASE_REFERENCE, CASE_REFERENCE_RULE
from audit_app.web.fields import fits, tidy
from audit_app.web.forms import PageForm


def _trim(typed: str | None) -> str:
    return (typed or "").strip()


def _why(label: str, needed: str, **kwargs: Any) -> TextAreaField:
    validators = [DataRequired(needed), fits(1_000)]
    return TextAreaField(label, validators=validators, filters=[tidy, _trim], **kwargs)


class HoldForm(PageForm):
    """The case, and why its records must stay."""

    not_free_text = frozenset({"case_reference"})

    case_reference = StringField(
        "Case reference",
        description="The person ID in the case system. Capital and small letters are the same.",
        validators=[DataRequired("Enter the case reference")],
        filters=[tidy, _trim],
    )
    reason = _why(
        "Why must its records be kept?",
        "Say why its records must be kept",
        description="Such as the inquiry, claim or complaint and its reference. No names.",
    )

    def validate_case_reference(self, field: Any) -> None:
        if field.data and not CASE_REFERENCE.fullmatch(field.data):
            raise ValidationError(CASE_REFERENCE_RULE)


class LiftForm(PageForm):
    """Why a hold need not be any more."""

    because = _why("Why is the hold lifted?", "Say why the hold is lifted")
