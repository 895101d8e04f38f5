"""What is typed about people and places. Whether an answer will do is decided where it is kept."""

from __future__ import annotations

from typing import Any

from wtforms import PasswordField, StringField, ValidationError

from audit_app.account.council_queries import ways_in
from audit_app.people.answers import RoleAsked
from audit_app.people.queries import Kind, services_in_use, teams_in_use
from audit_app.rules.permissions import Role
from audit_app.web.fields import DateField, PickField, WordField
from audit_app.web.forms import PageForm


def _needed(message: str) -> Any:
    def check(form: Any, field: Any) -> None:
        if field.data in (None, ""):
            raise ValidationError(message)

    return check


class DetailsForm(PageForm):
    not_free_text = frozenset({"name", "email", "staff_id"})

    name = StringField("Name", validators=[_needed("Enter the person’s name")])
    email = StringField("E-mail address", validators=[_needed("Enter an e-mail address")])
    staff_id = StringField(
        "Staff ID (optional)",
        description="As in the case system. A practitioner needs it to read the audits of their "
        "own work.",
    )


class RoleForm(PageForm):
    """A role with the team or service it is for, or its last day."""

    role = WordField("Role", Role, validators=[_needed("Select a role")])
    ends_on = DateField(
        "Last day",
        "The last day",
        description="For example, 27 3 2026. The role ends by itself at the end of this day.",
    )
    team = PickField(
        "Team",
        "a team",
        description="For a team manager, or a practitioner. Otherwise leave it out.",
    )
    service = PickField(
        "Service",
        "a service",
        description="For a moderator, or a head, of one service only. Otherwise leave it out.",
    )

    def offer(self) -> None:
        """Offer the teams and services in use."""
        self.teams, self.services = teams_in_use(), services_in_use()
        self.team.offer([(each.id, each.name) for each in self.teams], "None")
        self.service.offer([(each.id, each.name) for each in self.services], "None")

    def asked(self) -> RoleAsked:
        """The role asked for; call after ``validate``."""
        return RoleAsked(
            self.role.data,
            next((each for each in self.teams if each.id == self.team.data), None),
            next((each for each in self.services if each.id == self.service.data), None),
            self.ends_on.data,
        )


class NewPersonForm(DetailsForm, RoleForm):
    password = PasswordField("First password")

    def validate_password(self, field: Any) -> None:
        if not field.data and not ways_in().council:
            raise ValidationError("Enter a password")


class PasswordForm(PageForm):
    password = PasswordField("New password", validators=[_needed("Enter a password")])


class PlaceForm(PageForm):
    not_free_text = frozenset({"name"})

    name = StringField("Name")


class TeamForm(PlaceForm):
    service = PickField("Service", "a service", validators=[_needed("Select a service")])
    locality = PickField("Locality", "a locality", validators=[_needed("Select a locality")])


PLACE_FORMS: dict[Kind, type[PlaceForm]] = {
    Kind.SERVICE: PlaceForm,
    Kind.LOCALITY: PlaceForm,
    Kind.TEAM: TeamForm,
}
