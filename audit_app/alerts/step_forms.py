"""What is typed to return or withdraw an alert, and to say that a team talked about it."""

from __future__ import annotations

from datetime import date

from wtforms import TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired

from audit_app.alerts.forms import PublishedForm, line_field, trim, version_field
from audit_app.rules.alerts import LONGEST_AFTER
from audit_app.web.fields import DateField, PickField, fits, tidy
from audit_app.web.forms import PageForm
from audit_app.web.pages import day


class ReturnForm(PageForm):
    """The note with which an alert goes back to its author."""

    note = TextAreaField(
        "What must change before it can be approved?",
        validators=[DataRequired("Say what must change"), fits(2000)],
        filters=[tidy, trim],
    )


class WithdrawForm(PublishedForm):
    """Why an alert is no longer to be followed, for everybody to read."""

    because = TextAreaField(
        "Why is it withdrawn?",
        validators=[DataRequired("Say why it is withdrawn"), fits(LONGEST_AFTER["because"])],
        filters=[tidy, trim],
    )
    version = version_field()


class TalkedForm(PublishedForm):
    """That a team has talked about an alert: when, where, and what changes."""

    team = PickField("Which team?", "a team", validators=[InputRequired("Select the team")])
    discussed_on = DateField("When did the team talk about it?", "The day")
    where_discussed = line_field(
        "Where did you talk about it?",
        LONGEST_AFTER["where_discussed"],
        needed="Enter where you talked about it",
    )
    what_changes = TextAreaField(
        "What changes in the team?",
        validators=[
            DataRequired("Say what changes in the team"),
            fits(LONGEST_AFTER["what_changes"]),
        ],
        filters=[tidy, trim],
    )
    #: The first day on which it can have been talked about.
    issued_on: date | None = None

    def validate_discussed_on(self, field: DateField) -> None:
        if field.data is None:
            raise ValidationError("Enter the day when the team talked about it")
        if field.data > date.today():
            raise ValidationError("The day must be today or in the past")
        if self.issued_on and field.data < self.issued_on:
            raise ValidationError(
                f"The day must not be before the alert was issued, {day(self.issued_on)}"
            )
