"""What every form with writing in it does alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

from flask import request
from wtforms import Form

from audit_app.rules.completeness import Problem
from audit_app.rules.numbers import whole_number
from audit_app.web.held import take_held_form


class PageForm(Form):
    """A form on a page of its own. The page's CSRF token is checked before any view runs."""

    @classmethod
    def opened(cls, data: Mapping[str, Any]) -> Self:
        """The form as sent; or as it was typed when a session ended; or as it is stored."""
        typed = request.form if request.method == "POST" else take_held_form()
        return cls(formdata=typed, data=dict(data))

    def readable_values(self) -> dict[str, Any]:
        """What could be read, by field; empty text is None. Call after ``validate``."""
        return {
            name: None if isinstance(field.data, str) and not field.data.strip() else field.data
            for name, field in self._fields.items()
            if not field.errors
        }

    def add_problems(self, problems: Iterable[Problem]) -> None:
        """Put each problem beside its field, unless something is already wrong with it."""
        for problem in problems:
            field = self._fields[problem.field]
            if not field.errors:
                field.errors = [problem.message]

    @property
    def status(self) -> int:
        """The HTTP status of the page that shows this form."""
        return 400 if self.errors else 200


def version_sent() -> int:
    """The version of the record that the sent form was opened at; -1 when it does not say."""
    sent = whole_number(request.form.get("version", ""))
    return -1 if sent is None else sent
