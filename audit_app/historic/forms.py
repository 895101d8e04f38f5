"""What is typed to enter a published total, and to withdraw one."""

from __future__ import annotations

from datetime import date
from typing import Any

from wtforms import StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired

from audit_app.models import HistoricFigures
from audit_app.rules.historic_entry import MOST_AUDITS, Source, days_problem, read_source
from audit_app.rules.judgements import SCALE
from audit_app.rules.personal_data import Kind
from audit_app.web.fields import DateField, WholeNumberField, fits, tidy
from audit_app.web.forms import PageForm

#: The fields of the four counts, in the order of the scale.
COUNTS = tuple(word.value for word in SCALE)
_A_NUMBER = "Enter a whole number, such as 41"


def _trim(typed: str | None) -> str:
    return (typed or "").strip()


def _line(label: str, longest: int, needed: str, **kwargs: Any) -> StringField:
    validators = [DataRequired(needed), fits(longest)]
    return StringField(label, validators=validators, filters=[tidy, _trim], **kwargs)


def _count(label: str) -> WholeNumberField:
    return WholeNumberField(label, _A_NUMBER)


class PublishedTotalForm(PageForm):
    """The days, the four counts, and where they were published."""

    first = DateField("First day", "The first day")
    last = DateField("Last day", "The last day")
    outstanding = _count(SCALE[0].label)
    good = _count(SCALE[1].label)
    requires_improvement = _count(SCALE[2].label)
    inadequate = _count(SCALE[3].label)
    title = _line(
        "Title of the document",
        200,
        "Enter the title of the document",
        description="As it is printed on it, such as Quality of practice: annual report 2018.",
    )
    published_on = DateField("When it was published", "The date of publication")
    page = _line(
        "Page or place in it",
        60,
        "Enter the page or place",
        description="Such as page 14, or table 3.",
    )

    def may_stay(self, field: str, kind: Kind) -> bool:
        """A source is printed with the table, also for publication: no personal data."""
        return False

    def validate(self, extra_validators: Any = None) -> bool:
        sound = super().validate(extra_validators)
        return self._days_and_counts_agree() and sound

    def _days_and_counts_agree(self) -> bool:
        found = self._problem_of_days() or self._problem_of_counts()
        if found is None:
            return True
        name, problem = found
        self[name].errors = [*self[name].errors, problem]
        return False

    def _problem_of_days(self) -> tuple[str, str] | None:
        first, last, published = self.first.data, self.last.data, self.published_on.data
        if first is None or last is None:
            return None
        if problem := days_problem(first, last, date.today()):
            return problem
        if published and published < last:
            return "published_on", "A document cannot hold totals of days after it was published"
        return None

    def _problem_of_counts(self) -> tuple[str, str] | None:
        typed = [self[name].data for name in COUNTS]
        if None in typed or any(typed):
            return None
        return COUNTS[0], "Enter how many audits got each judgement. They cannot all be 0"

    def validate_first(self, field: DateField) -> None:
        if field.data is None:
            raise ValidationError("Enter the first day")

    def validate_last(self, field: DateField) -> None:
        if field.data is None:
            raise ValidationError("Enter the last day")

    def validate_published_on(self, field: DateField) -> None:
        if field.data is None:
            raise ValidationError("Enter when it was published")
        if field.data > date.today():
            raise ValidationError("The date of publication must be today or in the past")

    def _validate_count(self, field: Any) -> None:
        if field.data is None:
            if not field.errors:
                said = f"{field.label.text}: enter how many, or 0 where there were none"
                raise ValidationError(said)
        elif not 0 <= field.data <= MOST_AUDITS:
            raise ValidationError(f"{field.label.text}: enter a number from 0 to {MOST_AUDITS:,}")

    validate_outstanding = validate_good = _validate_count
    validate_requires_improvement = validate_inadequate = _validate_count

    @property
    def counts(self) -> tuple[int, ...]:
        return tuple(self[name].data for name in COUNTS)

    @property
    def source(self) -> str:
        return Source(self.title.data, self.published_on.data, self.page.data).text


def typed_before(figures: HistoricFigures | None) -> dict[str, Any]:
    """What is in the boxes where an entry that was withdrawn is put right."""
    if figures is None:
        return {}
    source = read_source(figures.source)
    said = {"first": figures.first, "last": figures.last}
    said |= {name: getattr(figures, name) for name in COUNTS}
    if source is None:
        return {**said, "title": figures.source}
    published = {"title": source.title, "published_on": source.published_on, "page": source.page}
    return {**said, **published}


class WithdrawForm(PageForm):
    """Why a published total stands in no table any more."""

    because = TextAreaField(
        "Why is it withdrawn?",
        validators=[DataRequired("Say why it is withdrawn"), fits(1_000)],
        filters=[tidy, _trim],
    )
