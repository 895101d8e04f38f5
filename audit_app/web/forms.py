"""What every form with writing in it does alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from flask import request
from werkzeug.datastructures import MultiDict
from wtforms import Field

from audit_app.models import KeptForm
from audit_app.rules.completeness import Problem
from audit_app.rules.numbers import whole_number
from audit_app.web.fields import DateField, DatePart
from audit_app.web.guarded import FieldGuard, GuardedForm, refused
from audit_app.web.kept import kept_at, mark_taken_over
from audit_app.web.openings import new_opening, opening_of_page


@dataclass(frozen=True)
class Typed:
    """What somebody typed into a form and has not sent: where it is kept, since when, and what."""

    row: KeptForm
    form: PageForm

    @property
    def version(self) -> int:
        """The version of the record that it was typed at; -1 when it does not say."""
        return _version(self.row.typed.get("version", [""])[0])


class PageForm(GuardedForm):
    """A form on a page of its own. The page's CSRF token is checked before any view runs.

    ``opening`` tells this opening of the page from every other. ``kept`` is what its boxes show
    where that was typed earlier and never sent; ``also_typed`` is what other openings kept.
    ``has_saved`` is whether it was ever saved, so that what was can stand there instead: what a new
    form is filled in with is nobody's.
    """

    opening = ""
    kept: Typed | None = None
    has_saved = False
    also_typed: tuple[Typed, ...] = ()

    @classmethod
    def opened(
        cls, data: Mapping[str, Any], path: str | None = None, saved_at: datetime | None = None
    ) -> Self:
        """The form as sent; or as it was typed and not sent; or as it is stored.

        ``path`` is where the form is sent to, when that is not the address of its page. What was
        typed before the record was saved last, at ``saved_at``, is not put in its boxes.
        """
        path = path or request.path
        if request.method == "POST" and path == request.path:
            form = cls(formdata=request.form, data=dict(data))
            form.opening = opening_of_page()
            return form
        return cls._as_kept(dict(data), path, saved_at)

    @classmethod
    def _as_kept(cls, data: dict[str, Any], path: str, saved_at: datetime | None) -> Self:
        form = stored = cls(data=data)
        typed = [Typed(row, cls(formdata=MultiDict(row.typed), data=data)) for row in kept_at(path)]
        typed = [each for each in typed if each.form.differs_from(stored)]
        if typed and not _before(typed[0].row.kept_at, saved_at):
            kept = typed.pop(0)
            # Not the form it is compared with: choices are offered, and errors added, later.
            form = cls(formdata=MultiDict(kept.row.typed), data=data)
            form.kept = kept
        form.has_saved = saved_at is not None
        form.also_typed = tuple(each for each in typed if each.form.differs_from(form))
        form.opening = _opening(path, form.kept)
        return form

    def differs_from(self, other: PageForm) -> bool:
        """Whether anything is typed here that the other form does not hold."""
        return any(
            field.process_errors
            or getattr(field, "problem", None)
            or _answer(field) != _answer(other[field.name])
            for field in self
        )

    def unread(self) -> dict[str, list[str]]:
        """What was typed and could not be read, by box. Call after ``validate``."""
        wrong = [field for field in self if refused(field)]
        return {
            name: values
            for name, values in request.form.lists()
            if any(_is_box_of(field, name) for field in wrong)
        }

    def put_back(self, unread: Mapping[str, list[str]]) -> None:
        """Put what could not be read back in its boxes, with what is wrong beside it."""
        typed: MultiDict[str, str] = MultiDict(dict(unread))
        for field in self:
            if any(_is_box_of(field, name) for name in unread):
                field.process(typed)
                rule = getattr(type(self), f"validate_{field.name}", None)
                field.validate(self, [rule] if rule else [])

    def readable_values(self) -> dict[str, Any]:
        """What could be read, by field; empty text is None. Call after ``validate``."""
        return {
            name: None if isinstance(field.data, str) and not field.data.strip() else field.data
            for name, field in self._fields.items()
            if not refused(field)
        }

    def beside(self) -> dict[str, dict[str, Any]]:
        """What stands beside each field, for a page that saves by itself. Call after ``validate``.

        ``wrong`` is why it cannot be saved; the rest is what its guard says (web/guarded.py).
        """
        said = {field.name: _wrong(field) | _guarded(field) for field in self}
        return {name: {k: v for k, v in each.items() if v} for name, each in said.items()}

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
    return _version(request.form.get("version", ""))


def _version(typed: str) -> int:
    read = whole_number(typed)
    return -1 if read is None else read


def _opening(path: str, kept: Typed | None) -> str:
    """The token of a form on the page being made, which takes over the text it shows."""
    opening = opening_of_page() if path == request.path else new_opening()
    if kept:
        mark_taken_over(opening, kept.row)
    return opening


def _before(kept_at: datetime, saved_at: datetime | None) -> bool:
    """Whether typed text is older than what was saved; a time without a zone is in UTC."""
    if saved_at is None:
        return False
    kept_at, saved_at = (at.replace(tzinfo=at.tzinfo or UTC) for at in (kept_at, saved_at))
    return kept_at < saved_at


def _wrong(field: Field) -> dict[str, Any]:
    return {"wrong": field.errors[0] if refused(field) else ""}


def _guarded(field: Field) -> dict[str, Any]:
    guard: FieldGuard | None = getattr(field, "guard", None)
    return guard.for_script() if guard and not refused(field) else {}


def _is_box_of(field: Field, name: str) -> bool:
    """Whether the box is one of the field's; a date has three."""
    return name == field.name or name in {f"{field.name}-{p.name}" for p in _parts(field)}


def _parts(field: Field) -> list[DatePart]:
    return field.parts if isinstance(field, DateField) else []


def _answer(field: Field) -> Any:
    """What a field holds; nothing is nothing, however it is written."""
    blank = isinstance(field.data, str) and not field.data.strip()
    return None if blank or field.data == [] else field.data
