"""Reading the boards of every owner, team and service, and what a board can be narrowed to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select

from audit_app.audits.owners import can_work_on_actions
from audit_app.extensions import db
from audit_app.improvement.board_filter import NO_PLACE, NOBODY, BoardFilter
from audit_app.improvement.board_groups import alike, asked_for, group_column, ownerless
from audit_app.improvement.board_queries import counts_of, how_many
from audit_app.improvement.queries import actions_within_reach
from audit_app.models import Action, Service, Team, User
from audit_app.rules.action_board import BoardCounts


class Part(StrEnum):
    """What boards can be told apart by."""

    OWNER = "owner"
    TEAM = "team"
    SERVICE = "service"

    @property
    def label(self) -> str:
        return self.value.capitalize()


@dataclass(frozen=True)
class PartLine:
    """The board of one owner, team or service in the list of them: its counts, and its filter."""

    name: str
    counts: BoardCounts
    by: BoardFilter


def part_lines(user: User, part: Part, today: date) -> list[PartLine]:
    """Every owner, team or service that has unfinished actions, by name; those of none last."""
    key, name, joined = _of_part(part)
    group = group_column(user, today).label("stands")
    rows = db.session.execute(
        select(key, name, group, func.count(), how_many(ownerless()), how_many(alike(user)))
        .select_from(Action)
        .outerjoin(*joined)
        .where(*asked_for(user, BoardFilter(), today))
        .group_by(key, name, group)
    )
    found: dict[tuple[Any, str | None], list[tuple[str, int, int, int]]] = defaultdict(list)
    for number, called, *counted in rows:
        found[number, called].append(tuple(counted))
    by_name = sorted(found, key=lambda each: (each[1] is None, each[1] or ""))
    return [
        PartLine(called or _NONE[part], counts_of(found[number, called]), _filter_of(part, number))
        for number, called in by_name
    ]


_NONE = {
    Part.OWNER: "Nobody",
    Part.TEAM: "A whole service, or the authority",
    Part.SERVICE: "The whole authority",
}


def _of_part(part: Part) -> tuple[Any, Any, tuple[Any, Any]]:
    """What tells the parts apart, what each is called, and where that is found."""
    match part:
        case Part.OWNER:
            answers = and_(User.id == Action.owner_id, can_work_on_actions())
            return User.reference, User.name, (User, answers)
        case Part.TEAM:
            return Action.team_id, Team.name, (Team, Team.id == Action.team_id)
        case Part.SERVICE:
            return Action.service_id, Service.name, (Service, Service.id == Action.service_id)


def _filter_of(part: Part, number: Any) -> BoardFilter:
    if part is Part.OWNER:
        return BoardFilter(owner=number or NOBODY)
    values: dict[str, Any] = {part.value: number or NO_PLACE}
    return BoardFilter(**values)


@dataclass(frozen=True)
class BoardNames:
    """What a board can be narrowed to: services and teams by number, owners by reference."""

    service: Sequence[tuple[int, str]]
    team: Sequence[tuple[int, str]]
    owner: Sequence[tuple[str, str]]

    def words(self) -> dict[str, dict[Any, str]]:
        return {
            "service": dict(self.service),
            "team": dict(self.team),
            "owner": dict(self.owner),
        }


def board_names(user: User) -> BoardNames:
    """The services, teams and owners that the actions a person may read are of."""
    mine = actions_within_reach(user)
    return BoardNames(
        service=_named(select(Service.id, Service.name), Action.service_id == Service.id, mine),
        team=_named(select(Team.id, Team.name), Action.team_id == Team.id, mine),
        owner=_named(select(User.reference, User.name), Action.owner_id == User.id, mine),
    )


def _named(
    wanted: Select[*tuple[Any, ...]], of: ColumnElement[bool], mine: ColumnElement[bool]
) -> Any:
    name = wanted.selected_columns[1]
    rows = db.session.execute(wanted.join(Action, of).where(mine).distinct().order_by(name))
    return [(row[0], row[1]) for row in rows]
