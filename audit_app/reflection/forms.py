"""What a practitioner and their manager write."""

from __future__ import annotations

from audit_app.web.fields import long_text
from audit_app.web.forms import PageForm


class ReflectionForm(PageForm):
    text = long_text(
        "Your reflection",
        description="What went well, what you would do differently, and what you will try next. "
        "Leave out names, as in the audit.",
    )


class AcknowledgementForm(PageForm):
    acknowledgement = long_text(
        "Your words to the worker (optional)",
        description="What you take from it and what you will do to help. Whoever reads the audit "
        "can read it.",
    )
