"""What is typed to start a summary, to write its commentary and to send it on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wtforms import HiddenField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from audit_app.models import Summary
from audit_app.rules.numbers import whole_number
from audit_app.rules.personal_data import Kind
from audit_app.rules.summary_commentary import BOXES, LONGEST, problems, with_sentence
from audit_app.rules.summary_periods import SummaryPeriod, read_code
from audit_app.summaries.queries import WHOLE
from audit_app.web.fields import fits, tidy
from audit_app.web.forms import PageForm

LONGEST_REASON = 500
LONGEST_NOTE = 2_000


class BatchForm(PageForm):
    """Which period."""

    not_free_text = frozenset({"period"})

    period = StringField("Period", filters=[lambda typed: (typed or "").strip()])
    groups: Mapping[str, Sequence[SummaryPeriod]] = {}

    def offer(self, groups: Mapping[str, Sequence[SummaryPeriod]]) -> None:
        """Let one of these be chosen; the first of them unless another is asked for."""
        self.groups = groups
        offered = [each.code for group in groups.values() for each in group]
        if not self.period.data and not self.is_sent and offered:
            self.period.data = offered[0]

    @property
    def is_sent(self) -> bool:
        return self.period.raw_data is not None

    def validate_period(self, field: StringField) -> None:
        if field.data not in {each.code for group in self.groups.values() for each in group}:
            raise ValidationError("Select one of the periods listed")

    @property
    def chosen_period(self) -> SummaryPeriod:
        return read_code(self.period.data)


class StartForm(BatchForm):
    """Which period, and where. The whole authority is 0."""

    place = SelectField("Where", coerce=int)

    def offer_places(self, services: Iterable[tuple[int, str]]) -> None:
        everywhere = [(0, WHOLE), *services]
        self.place.choices = [SelectChoice(number, name) for number, name in everywhere]

    @property
    def chosen_service(self) -> int | None:
        return self.place.data or None


class PublishedForm(PageForm):
    """Texts that go before a committee: personal data must go, whatever the reason."""

    def may_stay(self, field: str, kind: Kind) -> bool:
        return False


def _text(label: str, longest: int, needed: str = "") -> TextAreaField:
    return TextAreaField(
        label,
        validators=[DataRequired(needed), fits(longest)] if needed else [fits(longest, label)],
        filters=[tidy, lambda typed: typed or ""],
        render_kw={"longest": longest},
    )


class CommentaryForm(PublishedForm):
    """The three boxes. Any may be empty while the summary is a draft."""

    what_changed, why, doing = (_text(label, LONGEST) for label in BOXES.values())
    version = HiddenField(filters=[lambda typed: whole_number(str(typed)) or 0])

    def add(self, box: str, sentence: str) -> None:
        """Put a suggested sentence after what is typed in a box."""
        field = self._fields[box]
        field.data = with_sentence(field.data or "", sentence)

    def values(self) -> dict[str, str]:
        """The texts that could be read. Call after ``validate``."""
        return {box: self._fields[box].data for box in BOXES if not self._fields[box].errors}

    def ask_for_missing(self) -> None:
        """Say beside each empty box what it needs before the summary can be signed off."""
        self.add_problems(problems({box: self._fields[box].data or "" for box in BOXES}))


class ReturnForm(PageForm):
    """Why a summary goes back to whoever writes it."""

    note = _text("What must change?", LONGEST_NOTE, "Write what must change")


class EditionForm(PublishedForm):
    """Why there is to be another edition; it is printed in it."""

    reason = _text(
        "Why is there a new edition?", LONGEST_REASON, "Write why there is a new edition"
    )


def saved_commentary(summary: Summary) -> dict[str, Any]:
    """The saved texts as :class:`CommentaryForm` shows them."""
    return {name: getattr(summary, name) for name in (*BOXES, "version")}
