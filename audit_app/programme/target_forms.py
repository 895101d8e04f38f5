"""The targets of a cycle, one box for each service, team and auditor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import ValidationError

from audit_app.models import Service, Team, User
from audit_app.programme.target_changes import Of
from audit_app.rules.completeness import Problem
from audit_app.rules.programme import MOST_AUDITS_EACH, MOST_CASES, share_of
from audit_app.web.fields import WholeNumberField
from audit_app.web.forms import PageForm

_SHARE = "The share must be a whole number from 1 to 100"


class TargetForm(PageForm):
    """``places`` says, by field, what its number is of."""

    share = WholeNumberField("Share of the open cases of each service, in percent", _SHARE)

    places: Mapping[str, Of] = {}

    def numbers(self) -> dict[Of, int]:
        """The numbers typed; where a box is empty there is none. Call after ``validate``."""
        return {
            of: self[name].data for name, of in self.places.items() if self[name].data is not None
        }

    def fill_in(self, open_cases: Mapping[int, int]) -> bool:
        """Fill in the services' numbers from the share typed, if that is one. Nothing is saved."""
        share: int | None = self.share.data
        if share is None or not 1 <= share <= 100:
            self.share.errors = [_SHARE]
            return False
        for name, (kind, row) in self.places.items():
            if kind == "service_id":
                self[name].data = share_of(open_cases.get(row, 0), share)
                self[name].raw_data = None
        return True

    def check_teams(self, teams: Sequence[Team]) -> bool:
        """Say so where the teams of a service are to have more than the service."""
        numbers, asked = self.numbers(), dict[int, int]()
        for team in teams:
            own = numbers.get(("team_id", team.id), 0)
            asked[team.service_id] = asked.get(team.service_id, 0) + own
        wrong = [
            Problem(f"service_{row}", f"Its teams’ numbers come to {of_teams}, more than this")
            for row, of_teams in asked.items()
            if of_teams > numbers.get(("service_id", row), 0)
        ]
        self.add_problems(wrong)
        return not wrong


def target_form(
    services: Sequence[Service], teams: Sequence[Team], auditors: Sequence[User]
) -> type[TargetForm]:
    """A form with a box for each of these."""
    boxes: dict[str, Any] = {}
    places: dict[str, Of] = {}
    for kind, rows, most in (
        ("service", services, MOST_CASES),
        ("team", teams, MOST_CASES),
        ("auditor", auditors, MOST_AUDITS_EACH),
    ):
        for row in rows:
            name = f"{kind}_{row.id}"
            boxes[name] = _number(row.name, most)
            places[name] = (f"{kind}_id", row.id)
    return type("TargetForm", (TargetForm,), boxes | {"places": places})


def field_data(targets: Mapping[Of, int]) -> dict[str, int]:
    """A cycle's targets by field."""
    return {f"{kind.removesuffix('_id')}_{row}": number for (kind, row), number in targets.items()}


def _number(name: str, most: int) -> WholeNumberField:
    message = f"The number for {name} must be a whole number from 0 to {most:,}"

    def within(form: Any, field: Any) -> None:
        if field.data is not None and not 0 <= field.data <= most:
            raise ValidationError(message)

    return WholeNumberField(name, message, validators=[within])
