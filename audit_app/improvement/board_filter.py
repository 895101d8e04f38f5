"""Which actions a board shows, as its address says it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from audit_app.rules.action_board import BoardGroup
from audit_app.rules.actions import ActionKind
from audit_app.rules.audits import Priority
from audit_app.rules.numbers import whole_number

#: Instead of a place's number: actions of no place of that kind.
NO_PLACE = 0
#: Instead of an owner's reference: actions of nobody who can still work on them.
NOBODY = "nobody"


class Whose(StrEnum):
    """Whether only a person's own board is wanted."""

    MINE = "mine"

    @property
    def label(self) -> str:
        return "yours"


class ToSortOut(StrEnum):
    """What is wrong with an action, whenever it is due."""

    OWNERLESS = "ownerless"
    ALIKE = "alike"

    @property
    def label(self) -> str:
        return {
            ToSortOut.OWNERLESS: "without an owner",
            ToSortOut.ALIKE: "possible duplicates",
        }[self]


@dataclass(frozen=True)
class BoardFilter:
    """Which actions are wanted; None means any.

    Places are row numbers, or ``NO_PLACE``; an owner is their reference, or ``NOBODY``.
    """

    whose: Whose | None = None
    service: int | None = None
    team: int | None = None
    owner: str | None = None
    group: BoardGroup | None = None
    show: ToSortOut | None = None
    priority: Priority | None = None
    kind: ActionKind | None = None

    def as_args(self, **changed: Any) -> dict[str, str]:
        """The filter as an address carries it, with some parts changed (None takes one away)."""
        values = {name: getattr(self, name) for name in _READERS} | changed
        return {name: str(value) for name, value in values.items() if value is not None}

    def chosen(self, names: Mapping[str, Mapping[Any, str]]) -> list[tuple[str, dict[str, str]]]:
        """Each part that narrows, in words, with the address's arguments without it.

        ``names`` gives the words for places and owners, by the part's name and then its value.
        """
        parts = []
        for name, label in _LABELS.items():
            value = getattr(self, name)
            if value is not None:
                words = names.get(name, {}).get(value) or _in_words(name, value)
                parts.append((f"{label}: {words}", self.as_args(**{name: None})))
        return parts


_LABELS = {
    "group": "Where it stands",
    "show": "To sort out",
    "service": "Service",
    "team": "Team",
    "owner": "Owner",
    "priority": "Priority",
    "kind": "Kind",
}


def _in_words(name: str, value: Any) -> str:
    if name == "kind":
        return str(value.label).partition(":")[0]
    if value in (NO_PLACE, NOBODY):
        return "none"
    return str(getattr(value, "label", value))


_READERS: dict[str, Callable[[str], Any]] = {
    "whose": Whose,
    "service": whole_number,
    "team": whole_number,
    "owner": str,
    "group": BoardGroup,
    "show": ToSortOut,
    "priority": Priority,
    "kind": ActionKind,
}
assert set(_READERS) == {each.name for each in fields(BoardFilter)}


def read_board_filter(args: Mapping[str, str]) -> BoardFilter:
    """Read a filter from an address's arguments; what cannot be read is left out."""
    values: dict[str, Any] = {}
    for name, read in _READERS.items():
        typed = args.get(name, "").strip()
        try:
            values[name] = read(typed) if typed else None
        except ValueError:
            values[name] = None
    return BoardFilter(**values)
