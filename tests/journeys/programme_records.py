"""Cycles for the tour of the programme: one that is being prepared, and one that is drawn."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import OpenCase, ProgrammeCycle, Team, User
from audit_app.models.base import now
from audit_app.programme import case_list_changes, cycle_changes, draw_changes, target_changes
from audit_app.programme.case_list_checking import check, read_file
from audit_app.programme.cycle_forms import settings_after
from audit_app.programme.queries import latest_cycle
from audit_app.rules.permissions import Role
from tests.programme.case_files import list_file

_OF_EACH_TEAM = 4


def programme_records(people: dict[Role, User]) -> dict[str, str]:
    lead = people[Role.PRACTICE_LEAD]
    teams = db.session.scalars(select(Team).where(Team.active).order_by(Team.name).limit(8)).all()
    drawn = _prepared(lead, teams, "7")
    draw_changes.draw(lead, drawn, str(drawn.version))
    prepared = _prepared(lead, teams, "8")
    db.session.commit()
    wrong = [row | {"team": "No such team"} for row in _cases(teams, "9")]
    return {
        "<drawn cycle>": drawn.reference,
        "<cycle being prepared>": prepared.reference,
        "<good list>": _held(lead, list_file(*_cases(teams, "8"))),
        "<bad list>": _held(lead, list_file(*wrong)),
    }


def _prepared(lead: User, teams: Sequence[Team], begin: str) -> ProgrammeCycle:
    """A cycle with a list, a target for each service, and a case exempted by hand."""
    cycle = cycle_changes.set_up(lead, settings_after(latest_cycle(), date.today()))
    file = read_file(list_file(*_cases(teams, begin)), "open-cases.csv")
    case_list_changes.take_list(lead, cycle, file, check(file, cycle).plan.fingerprint)
    numbers = {("service_id", team.service_id): 2 for team in teams}
    seen = target_changes.targets_read_at(cycle)
    target_changes.set_targets(lead, cycle, seen, numbers)
    case = db.session.scalars(select(OpenCase).where(OpenCase.cycle_id == cycle.id)).first()
    assert case is not None
    case.exempted_by_id, case.exempted_at = lead.id, now()
    case.exempted_reason = "The case is before a court."
    db.session.flush()
    return cycle


def _cases(teams: Sequence[Team], begin: str) -> list[dict[str, Any]]:
    return [
        {
            "case_reference": f"{begin}{place:02}{number:04}",
            "service": team.service.name,
            "locality": team.locality.name,
            "team": team.name,
            "worker": "",
        }
        for place, team in enumerate(teams)
        for number in range(_OF_EACH_TEAM)
    ]


def _held(lead: User, content: bytes) -> str:
    token, _ = case_list_changes.hold_file(io.BytesIO(content), "open-cases.csv", lead.id)
    return token
