"""What is typed to sign in."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import DataRequired


class SignInForm(FlaskForm):
    email = EmailField(
        "Email address", validators=[DataRequired("Enter your email address")], id="email"
    )
    password = PasswordField("Password", validators=[DataRequired("Enter your password")])
    next = HiddenField()
