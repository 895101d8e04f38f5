"""What is typed to sign in."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    EmailField,
    HiddenField,
    PasswordField,
    RadioField,
    StringField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from audit_app.web.fields import short_text
from audit_app.web.forms import PageForm

LONGEST_NAME = 80
#: For how many days a token can be made, and what that is called.
DAYS = {30: "30 days", 90: "90 days", 365: "A year"}


class SignInForm(FlaskForm):
    email = EmailField(
        "Email address", validators=[DataRequired("Enter your email address")], id="email"
    )
    password = PasswordField("Password", validators=[DataRequired("Enter your password")])
    next = HiddenField()


class CodeForm(FlaskForm):
    """The code that an authenticator app shows. It is never kept while it is typed."""

    code = StringField("Code", validators=[DataRequired("Enter the code from your app")])
    next = HiddenField()


class ProofForm(FlaskForm):
    """The password of whoever sits here, before something is changed that keeps others out."""

    password = PasswordField("Your password", validators=[DataRequired("Enter your password")])


class OwnPasswordForm(FlaskForm):
    current_password = PasswordField(
        "Current password", validators=[DataRequired("Enter your current password")]
    )
    new_password = PasswordField("New password", validators=[DataRequired("Enter a new password")])


class TokenForm(PageForm):
    """What a token is for, and for how long."""

    name = short_text(
        "What will use it",
        LONGEST_NAME,
        description="For example, quarterly figures in Power BI. Make one for each, to revoke one "
        "without the others.",
    )
    days = RadioField(
        "How long it works",
        choices=[SelectChoice(str(days), words) for days, words in DAYS.items()],
        validate_choice=False,
    )

    def validate_name(self, field: Any) -> None:
        if not (field.data or "").strip():
            raise ValidationError("Enter what will use the token")

    def validate_days(self, field: Any) -> None:
        if field.data not in [str(days) for days in DAYS]:
            raise ValidationError("Select how long the token works")
