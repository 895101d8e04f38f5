"""How a board arranges improvement actions: what is late first, and nothing unfinished left out.

Every action that somebody still has to do something about is in exactly one group, so the groups
of a board add up to it. That nobody owns it, or that it says much the same as another, is said
across the groups.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from audit_app.rules.action_steps import ActionState
from audit_app.rules.actions import Difference

#: Days ahead within which an action is due soon.
SOON = timedelta(days=14)


class BoardGroup(StrEnum):
    """What an action waits for, in the order of a board."""

    OVERDUE = "overdue"
    LOOK_AGAIN = "look_again"
    SOON = "soon"
    LATER = "later"
    TO_VERIFY = "to_verify"
    TOO_EARLY = "too_early"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    BoardGroup.OVERDUE: "Overdue",
    BoardGroup.LOOK_AGAIN: "Look again now",
    BoardGroup.SOON: "Due in 14 days",
    BoardGroup.LATER: "Due later",
    BoardGroup.TO_VERIFY: "Waiting to be verified",
    BoardGroup.TOO_EARLY: "Done, too early to say",
}


class OnBoard(Protocol):
    """What of an action says where it stands on a board.

    ``to_verify`` is whether it is done and somebody else has to verify that.
    """

    @property
    def state(self) -> ActionState: ...
    @property
    def to_verify(self) -> bool: ...
    @property
    def due_on(self) -> date: ...
    @property
    def difference(self) -> Difference | None: ...
    @property
    def look_again_on(self) -> date | None: ...


Row = TypeVar("Row", bound=OnBoard)


def group_of(action: OnBoard, today: date) -> BoardGroup | None:
    """Where an action stands today; None when nobody has to do anything about it any more."""
    if action.state is ActionState.OPEN:
        if action.due_on < today:
            return BoardGroup.OVERDUE
        return BoardGroup.SOON if action.due_on <= today + SOON else BoardGroup.LATER
    if action.to_verify:
        return BoardGroup.TO_VERIFY
    if action.state is ActionState.CLOSED and action.difference is Difference.TOO_EARLY:
        look_again = action.look_again_on is None or action.look_again_on <= today
        return BoardGroup.LOOK_AGAIN if look_again else BoardGroup.TOO_EARLY
    return None


def grouped(actions: Iterable[Row], today: date) -> dict[BoardGroup, list[Row]]:
    """The actions of each group that has any, in the order of a board; each in their own order."""
    found: dict[BoardGroup, list[Row]] = {group: [] for group in BoardGroup}
    for action in actions:
        group = group_of(action, today)
        if group is not None:
            found[group].append(action)
    return {group: rows for group, rows in found.items() if rows}


@dataclass(frozen=True)
class BoardCounts:
    """How many actions stand in each group, and how many across them need sorting out.

    ``ownerless`` have nobody who answers for them; ``alike`` may say the same as another.
    """

    groups: Mapping[BoardGroup, int] = field(default_factory=dict)
    ownerless: int = 0
    alike: int = 0

    def __getitem__(self, group: BoardGroup) -> int:
        return self.groups.get(group, 0)

    @property
    def total(self) -> int:
        return sum(self.groups.values())


def how_due(group: BoardGroup, due_on: date, today: date) -> str:
    """How far off its day an action is: ``3 days overdue``, ``due today``, ``due in 9 days``.

    Nothing for what is done already, whatever its day.
    """
    if group is BoardGroup.OVERDUE:
        return f"{_days((today - due_on).days)} overdue"
    if group in (BoardGroup.SOON, BoardGroup.LATER):
        left = (due_on - today).days
        return {0: "due today", 1: "due tomorrow"}.get(left, f"due in {_days(left)}")
    return ""


def _days(count: int) -> str:
    return f"{count:,} day" + ("" if count == 1 else "s")
