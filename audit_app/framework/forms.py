"""What is typed about a theme."""

from __future__ import annotations

from typing import Any

from wtforms import ValidationError

from audit_app.web.fields import long_text, short_text
from audit_app.web.forms import PageForm

LONGEST_NAME = 80


class ThemeForm(PageForm):
    """A theme's name and what it covers."""

    name = short_text(
        "Name", LONGEST_NAME, description="A few words, such as Drift and delay, or Neglect."
    )
    description = long_text(
        "What it covers (optional)",
        description="So that everybody gives it to the same audits and actions.",
    )

    def validate_name(self, field: Any) -> None:
        if not (field.data or "").strip():
            raise ValidationError("Enter the name of the theme")
