"""Form fields that read what people type: dates in three boxes, words of a vocabulary, text."""

from __future__ import annotations

from calendar import month_abbr, month_name
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from markupsafe import Markup, escape
from wtforms import Field, IntegerField, RadioField, StringField, TextAreaField, ValidationError
from wtforms.fields import SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.utils import unset_value
from wtforms.validators import Length

from audit_app.rules.dates import YEARS
from audit_app.rules.numbers import whole_number

LONGEST_TEXT = 10_000


def options(field: SelectField) -> Markup:
    """The options of a list to choose from; not drawn by a template, as some have hundreds."""
    drawn = (
        f'<option value="{escape(value)}"{" selected" if chosen else ""}>{escape(name)}</option>\n'
        for value, name, chosen, _ in field.iter_choices()
    )
    return Markup("".join(drawn))  # noqa: S704  every word of it is escaped


_MONTHS = {
    **{month_name[number].casefold(): number for number in range(1, 13)},
    **{month_abbr[number].casefold(): number for number in range(1, 13)},
    "sept": 9,
}


@dataclass
class DatePart:
    """One box of a date: what stands in it, and whether it is wrong."""

    name: str
    label: str
    width: int
    typed: str = ""
    wrong: bool = False


class DateField(Field):
    """A date typed as day, month and year; the month by number or by name.

    ``data`` is a date or None. What was typed stays in ``parts`` even when it is not a date.
    """

    def __init__(
        self, label: str, what: str, validators: Sequence[Any] = (), **kwargs: Any
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.what = what
        self.problem: str | None = None
        self._make_parts()

    def _make_parts(self) -> None:
        self.parts = [
            DatePart("day", "Day", 2),
            DatePart("month", "Month", 2),
            DatePart("year", "Year", 4),
        ]

    @property
    def error_id(self) -> str:
        wrong = next((part for part in self.parts if part.wrong), self.parts[0])
        return f"{self.id}-{wrong.name}"

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self.process_errors: list[str] = []
        self.problem = None
        if data is unset_value:
            data = self.default
        self.data = data() if callable(data) else data
        self._make_parts()
        if formdata is not None and any(f"{self.name}-{p.name}" in formdata for p in self.parts):
            self._read(formdata)
        elif isinstance(self.data, date):
            for part, number in zip(
                self.parts, (self.data.day, self.data.month, self.data.year), strict=True
            ):
                part.typed = str(number)

    def _read(self, formdata: Any) -> None:
        for part in self.parts:
            part.typed = formdata.get(f"{self.name}-{part.name}", "").strip()
        self.data = None
        if not any(part.typed for part in self.parts):
            return
        self.problem = self._missing() or self._not_a_date()

    def _missing(self) -> str | None:
        missing = [part for part in self.parts if not part.typed]
        for part in missing:
            part.wrong = True
        if not missing:
            return None
        names = " and ".join(part.name for part in missing)
        return f"{self.what} must include a {names}"

    def _not_a_date(self) -> str | None:
        day, month, year = self.parts
        number = _MONTHS.get(month.typed.casefold()) or _whole(month.typed, 1, 12)
        day.wrong = _whole(day.typed, 1, 31) is None
        month.wrong = number is None
        year.wrong = _whole(year.typed, *YEARS) is None
        if year.wrong and not (day.wrong or month.wrong):
            return f"{self.what} must have a year of four digits, like 2026"
        if not any(part.wrong for part in self.parts):
            try:
                self.data = date(int(year.typed), number or 0, int(day.typed))
                return None
            except ValueError:
                day.wrong = True
        return f"{self.what} must be a real date, like 27 3 2026"

    def pre_validate(self, form: Any) -> None:
        if self.problem:
            raise ValidationError(self.problem)


def _whole(typed: str, least: int, most: int) -> int | None:
    number = whole_number(typed, most)
    return number if number is not None and number >= least else None


class _Radios(RadioField):
    """Radios that take no other answer than those offered; with none chosen, ``data`` is None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0] if valuelist else ""
        if typed and typed not in [choice.value for choice in self.choices]:
            # What is stored stays as it is: an answer with an error is not saved.
            raise ValueError("Choose one of the answers listed")
        self.data = self.coerce(typed)

    def pre_validate(self, form: Any) -> None:
        """An answer that was not offered was refused when it was read."""


class WordField(_Radios):
    """Radios over a closed vocabulary; ``data`` is the member, or None when nothing is chosen."""

    def __init__(
        self, label: str, vocabulary: type[StrEnum], members: Sequence[StrEnum] = (), **kwargs: Any
    ) -> None:
        self.vocabulary = vocabulary
        offered = members or tuple(vocabulary)
        choices = [SelectChoice(each.value, each.label) for each in offered]  # type: ignore[attr-defined]
        super().__init__(label, choices=choices, coerce=_member(vocabulary), **kwargs)

    def iter_choices(self) -> Any:
        for choice in self.choices:
            yield choice.value, choice.label, self.data == choice.value, {}


def _member(vocabulary: type[StrEnum]) -> Callable[[object], StrEnum | None]:
    def coerce(typed: object) -> StrEnum | None:
        return vocabulary(str(typed)) if typed in list(vocabulary) else None

    return coerce


class YesNoField(_Radios):
    """Yes or no; ``data`` is True, False, or None when nothing is chosen."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        choices = [SelectChoice("yes", "Yes"), SelectChoice("no", "No")]
        super().__init__(label, choices=choices, coerce=_yes_no, **kwargs)

    def iter_choices(self) -> Any:
        for choice in self.choices:
            yield choice.value, choice.label, self.data is (choice.value == "yes"), {}


def _yes_no(typed: object) -> bool | None:
    return {"yes": True, "no": False, True: True, False: False}.get(typed)


class PickField(SelectField):
    """A list to pick one row from by its number; the first choice is empty."""

    def __init__(self, label: str, what: str, **kwargs: Any) -> None:
        self.what = what
        super().__init__(label, coerce=_number, choices=[], **kwargs)

    def offer(self, rows: Sequence[tuple[int, str]], nothing: str = "Select") -> None:
        """Offer these rows, by number and name."""
        self.choices = [SelectChoice("", nothing), *(SelectChoice(n, name) for n, name in rows)]

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and self.data not in [choice.value for choice in self.choices]:
            raise ValidationError(f"Choose {self.what} from the list")

    def iter_choices(self) -> Any:
        for choice in self.choices:
            yield choice.value, choice.label, self.data == (choice.value or None), {}


class MultiPickField(SelectMultipleField):
    """Checkboxes to pick any rows from by their numbers; ``data`` is a list of them, lowest first.

    A form without any of its boxes says that none is chosen, as a browser sends it.
    """

    def __init__(self, label: str, what: str, **kwargs: Any) -> None:
        self.what = what
        super().__init__(label, coerce=_number, choices=[], **kwargs)

    def offer(self, rows: Sequence[tuple[int, str]]) -> None:
        """Offer these rows, by number and name."""
        self.choices = [SelectChoice(number, name) for number, name in rows]

    def process_data(self, value: Any) -> None:
        self.data = sorted(value or [])

    def process_formdata(self, valuelist: list[str]) -> None:
        read = {_number(typed) for typed in valuelist if typed.strip()}
        self.data = sorted(number for number in read if number is not None)
        self.unknown = None in read

    def pre_validate(self, form: Any) -> None:
        offered = [choice.value for choice in self.choices]
        if self.unknown or not set(self.data or []) <= set(offered):
            raise ValidationError(f"Choose {self.what} from the list")

    def iter_choices(self) -> Any:
        for choice in self.choices:
            yield choice.value, choice.label, choice.value in (self.data or []), {}

    #: Whether something was sent that is no row's number.
    unknown = False


def _number(typed: object) -> int | None:
    return typed if isinstance(typed, int) else whole_number(str(typed))


class WholeNumberField(IntegerField):
    """A whole number, with an error that says what it should be."""

    def __init__(self, label: str, message: str, **kwargs: Any) -> None:
        self.message = message
        super().__init__(label, **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(self.message) from None


def long_text(label: str, **kwargs: Any) -> TextAreaField:
    """A box for paragraphs; more than anybody needs, and counted as the person counts."""
    return TextAreaField(label, validators=[fits(LONGEST_TEXT)], filters=[tidy], **kwargs)


def short_text(label: str, longest: int, **kwargs: Any) -> StringField:
    return StringField(label, validators=[fits(longest)], filters=[tidy], **kwargs)


def fits(longest: int, box: str = "") -> Length:
    """A validator: at most so many characters. Name the box where a form has several alike."""
    said = f"{box}: use" if box else "Use"
    return Length(max=longest, message=f"{said} {longest:,} characters or fewer")


def tidy(typed: str | None) -> str | None:
    """Line ends as one character, so that the count is the person's; nothing seen is changed."""
    return typed.replace("\r\n", "\n") if typed else typed
