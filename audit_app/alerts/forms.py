"""What is typed to write, return and issue an alert."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from wtforms import HiddenField, SelectMultipleField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired

from audit_app.alerts.audience import Offered, audience_of
from audit_app.models import Alert, AlertKind
from audit_app.rules.alert_audience import EVERYONE, ROLES, Audience
from audit_app.rules.alert_narrowing import is_whole_quarter, quarter_that_would_do
from audit_app.rules.alerts import (
    LONGEST,
    MOST_LINES,
    QUESTIONS,
    REQUIREMENTS,
    Requirement,
    problems,
)
from audit_app.rules.completeness import Problem
from audit_app.rules.judgements import SCALE
from audit_app.rules.numbers import whole_number
from audit_app.rules.permissions import Role
from audit_app.rules.personal_data import Kind
from audit_app.web.fields import DateField, MultiPickField, PickField, WordField, fits, tidy
from audit_app.web.forms import PageForm
from audit_app.web.pages import day

PLACES = range(1, REQUIREMENTS + 1)


def trim(typed: str | None) -> str:
    """No blanks around the text, which fills a narrow space on paper; empty rather than None."""
    return (typed or "").strip()


def _few_lines(form: PageForm, field: TextAreaField) -> None:
    lines = [line for line in field.data.splitlines() if line.strip()]
    if len(lines) > MOST_LINES:
        raise ValidationError(f"Use {MOST_LINES} lines or fewer, so that the alert fits its page")


def line_field(label: str, longest: int, **kwargs: Any) -> StringField:
    """One line of text, empty rather than None when nothing is typed."""
    needed = kwargs.pop("needed", None)
    validators = [DataRequired(needed)] if needed else []
    return StringField(
        label,
        validators=[*validators, fits(longest)],
        filters=[tidy, trim],
        render_kw={"longest": longest},
        **kwargs,
    )


def _paragraphs(label: str, longest: int, **kwargs: Any) -> TextAreaField:
    return TextAreaField(
        label,
        validators=[fits(longest), _few_lines],
        filters=[tidy, trim],
        render_kw={"longest": longest},
        **kwargs,
    )


def _requirement(place: int) -> tuple[StringField, DateField]:
    return (
        line_field(f"Requirement {place}", LONGEST["what"]),
        DateField(f"Requirement {place}: by when", f"The date for requirement {place}"),
    )


def version_field() -> HiddenField:
    return HiddenField(filters=[lambda typed: whole_number(str(typed)) or 0])


class PublishedForm(PageForm):
    """Texts that many people will read: personal data must go, whatever the reason.

    Only the standards may name an office to ask, when somebody says why.
    """

    def may_stay(self, field: str, kind: Kind) -> bool:
        return field == "standards" and kind in (Kind.EMAIL, Kind.PHONE)


TOO_SMALL = (
    "These audits are so few that no figure may be shown: one could point at a child or a worker. "
    "Choose another quarter, all services or no theme"
)
WHOLE_QUARTER = (
    "For one service or one theme the days must be one whole quarter, such as {} to {}, or "
    "choose all services and no theme"
)


class BasisForm(PublishedForm):
    """What an alert is about, and which audits it rests on."""

    kind = WordField(
        "What kind of alert is it?",
        AlertKind,
        validators=[InputRequired("Select what kind of alert it is")],
    )
    title = line_field("Title", LONGEST["title"], needed="Enter a title")
    for_everyone = SelectMultipleField(
        "Who is it for?", choices=[SelectChoice("everyone", EVERYONE)]
    )
    for_services = MultiPickField("Services", "services")
    for_roles = SelectMultipleField(
        "Roles", choices=[SelectChoice(role.value, role.label) for role in ROLES]
    )
    for_teams = MultiPickField("Teams", "teams")
    owner = line_field("Who owns it?", LONGEST["owner"], needed="Enter who owns the alert")
    evidence_from = DateField("First day of the audits", "The first day")
    evidence_to = DateField("Last day of the audits", "The last day")
    evidence_threads = SelectMultipleField(
        "Which threads does it rest on?",
        validators=[DataRequired("Select at least one thread, or the overall judgement")],
        validate_choice=True,
    )
    evidence_judgements = SelectMultipleField(
        "Which judgements does it count?",
        choices=[SelectChoice(each.value, each.label) for each in SCALE],
        validators=[DataRequired("Select at least one judgement")],
    )
    evidence_service_id = PickField("Only audits of one service", "a service")
    evidence_theme_id = PickField("Only audits with one theme", "a theme")
    version = version_field()

    def offer(
        self,
        threads: list[tuple[str, str]],
        places: Offered,
        services: list[tuple[int, str]],
        themes: list[tuple[int, str]],
    ) -> None:
        """What can be chosen: ``services`` and ``themes`` are those of the evidence."""
        self.evidence_threads.choices = [SelectChoice(code, name) for code, name in threads]
        self.evidence_service_id.offer(services, "All services")
        self.evidence_theme_id.offer(themes, "All audits, whatever their themes")
        self.for_services.offer(places.services)
        self.for_teams.offer(places.all_teams())

    def audience(self) -> Audience:
        """Whom it is for. Call after ``validate``."""
        roles = [Role(role) for role in self.for_roles.data or []]
        everyone = bool(self.for_everyone.data)
        return Audience.of(everyone, self.for_services.data, roles, self.for_teams.data)

    def validate_for_everyone(self, field: SelectMultipleField) -> None:
        named = [self.for_services.data, self.for_roles.data, self.for_teams.data]
        if not field.data and not any(named):
            raise ValidationError("Select who the alert is for")
        if field.data and any(named):
            raise ValidationError("Select everyone, or the services, roles and teams it is for")

    def validate_evidence_from(self, field: DateField) -> None:
        if field.data is None:
            raise ValidationError("Enter the first day of the audits")

    def validate_evidence_to(self, field: DateField) -> None:
        if field.data is None:
            raise ValidationError("Enter the last day of the audits")
        if field.data > date.today():
            raise ValidationError("The last day must be today or in the past")
        if self.evidence_from.data and field.data < self.evidence_from.data:
            raise ValidationError("The last day must be the same as or after the first day")
        self._check_quarter()

    def _check_quarter(self) -> None:
        """Two tables of one service or theme whose days overlap would tell what lies between."""
        first, last = self.evidence_from.data, self.evidence_to.data
        part = (self.evidence_service_id.data, self.evidence_theme_id.data)
        if first is None or part == (None, None) or is_whole_quarter(first, last):
            return
        would_do = quarter_that_would_do(last, date.today())
        raise ValidationError(WHOLE_QUARTER.format(*map(day, would_do)))

    def widen(self) -> None:
        """Say that nothing of what these audits were judged may be shown."""
        fields = (self.evidence_service_id, self.evidence_theme_id)
        (next(field for field in fields if field.data is not None)).errors = [TOO_SMALL]

    def values(self) -> dict[str, Any]:
        """What could be read, by the alert's own names. Call after ``validate``."""
        return {name: self._fields[name].data for name in BASIS if not self._fields[name].errors}


TOO_SMALL_NOW = (
    "No figure of the audits that this alert rests on may be shown: they are too few by now, or "
    "their days are not one whole quarter. Change what it rests on, then submit it"
)


class WritingForm(PublishedForm):
    """The texts of an alert. Everything may be missing while it is a draft."""

    why_now = _paragraphs("Why now", LONGEST["why_now"])
    found = _paragraphs("What we found", LONGEST["found"])
    good_looks_like = _paragraphs("What good looks like", LONGEST["good_looks_like"])
    what_1, by_1 = _requirement(1)
    what_2, by_2 = _requirement(2)
    what_3, by_3 = _requirement(3)
    what_4, by_4 = _requirement(4)
    question_1, question_2, question_3 = (
        line_field(f"Question {place}", LONGEST["question"]) for place in range(1, QUESTIONS + 1)
    )
    how_checked = _paragraphs("How we will check", LONGEST["how_checked"])
    standards = _paragraphs("Standards and links (optional)", LONGEST["standards"])
    review_on = DateField("When will this alert be reviewed?", "The review date")
    version = version_field()

    def rows(self) -> list[tuple[StringField, DateField]]:
        """Each requirement's text with its date."""
        return [(self._fields[f"what_{n}"], self._fields[f"by_{n}"]) for n in PLACES]

    def validate(self, extra_validators: Any = None) -> bool:
        sound = super().validate(extra_validators)
        return all([sound, *(_row_is_whole(what, by) for what, by in self.rows())])

    def values(self) -> dict[str, Any]:
        """The texts that could be read, by the alert's own names. Call after ``validate``."""
        return {name: self._fields[name].data for name in TEXTS if not self._fields[name].errors}

    def requirements(self) -> dict[int, Requirement | None]:
        """The requirements that could be read, by place: None where a place was left empty."""
        return {
            place: Requirement(what.data, by.data) if what.data else None
            for place, (what, by) in enumerate(self.rows(), start=1)
            if not (what.errors or by.errors)
        }

    def missing(self, today: date) -> list[Problem]:
        """What stands in the way of submitting the alert as typed."""
        typed = {place: each for place, each in self.requirements().items() if each is not None}
        return problems(self.values(), typed, self.review_on.data, today)


def _row_is_whole(what: StringField, by: DateField) -> bool:
    """Say what half of a requirement is missing. Nothing in both is an empty row, and is fine."""
    if what.data and by.data is None and not by.errors:
        by.errors = [f"Enter the date for {what.label.text.lower()}, or empty its text"]
        return False
    if by.data is not None and not what.data:
        what.errors = [f"Enter what must be done for {what.label.text.lower()}"]
        return False
    return True


BASIS = (
    "kind",
    "title",
    "owner",
    "evidence_from",
    "evidence_to",
    "evidence_threads",
    "evidence_judgements",
    "evidence_service_id",
    "evidence_theme_id",
)
TEXTS = (
    "why_now",
    "found",
    "good_looks_like",
    *(f"question_{n}" for n in range(1, QUESTIONS + 1)),
    "how_checked",
    "standards",
    "review_on",
)


def saved_basis(alert: Alert) -> dict[str, Any]:
    """The saved alert as :class:`BasisForm` shows it."""
    audience = audience_of(alert)
    return {name: getattr(alert, name) for name in (*BASIS, "version")} | {
        "for_everyone": ["everyone"] if audience.everyone else [],
        "for_services": audience.services,
        "for_roles": [role.value for role in ROLES if role in audience.roles],
        "for_teams": audience.teams,
    }


def saved_writing(alert: Alert, requirements: Mapping[int, Requirement]) -> dict[str, Any]:
    """The saved alert as :class:`WritingForm` shows it; ``requirements`` are by place."""
    shown = {name: getattr(alert, name) for name in (*TEXTS, "version")}
    for place, each in requirements.items():
        shown |= {f"what_{place}": each.what, f"by_{place}": each.by_when}
    return shown
