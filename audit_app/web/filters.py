"""Narrowing a list or a table by what is in the address: read once, the same for every page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from typing import Any

from audit_app.rules.audit_steps import AuditState
from audit_app.rules.audits import AuditType, Selection
from audit_app.rules.dates import read_day
from audit_app.rules.judgements import Judgement
from audit_app.rules.numbers import whole_number


class Basis(StrEnum):
    """Which of the two judgements is counted."""

    FINAL = "final"
    AUDITED = "audited"

    @property
    def label(self) -> str:
        return {
            Basis.FINAL: "Final (moderated where moderated)",
            Basis.AUDITED: "As audited, before moderation",
        }[self]


class Recorded(StrEnum):
    """Whether only audits that count in figures are wanted."""

    ONLY = "only"

    @property
    def label(self) -> str:
        return "recorded, no drafts"


@dataclass(frozen=True)
class AuditFilter:
    """Which audits are wanted; None means any. Places and themes are row numbers, a thread is its
    code.

    ``first`` and ``last`` are days of the audit date and both are included. ``judgement`` is read
    on ``basis``, for the thread where one is named and overall where none is.
    """

    service: int | None = None
    locality: int | None = None
    team: int | None = None
    theme: int | None = None
    type: AuditType | None = None
    selection: Selection | None = None
    state: AuditState | None = None
    #: Only what figures count: a person's own drafts are left out.
    recorded: Recorded | None = None
    thread: str | None = None
    judgement: Judgement | None = None
    basis: Basis = Basis.FINAL
    first: date | None = None
    last: date | None = None
    #: What could not be read, by the name in the address; the page says so beside the field.
    problems: Mapping[str, str] = field(default_factory=dict, compare=False)

    def chosen(self, names: Mapping[str, Mapping[Any, str]]) -> list[tuple[str, dict[str, str]]]:
        """Each part that narrows, in words, with the address's arguments without it.

        ``names`` gives the words for places and threads, by the part's name and then its value.
        """
        parts = []
        for name, label in _LABELS.items():
            value = getattr(self, name)
            if value is None or value == Basis.FINAL:
                continue
            words = names.get(name, {}).get(value) or _in_words(value)
            parts.append((f"{label}: {words}", self.as_args(**{name: None})))
        return parts

    def as_args(self, **changed: Any) -> dict[str, str]:
        """The filter as an address carries it, with some parts changed (None takes one away)."""
        values = {name: getattr(self, name) for name in _NAMES} | changed
        return {
            _IN_ADDRESS.get(name, name): str(value)
            for name, value in values.items()
            if value is not None and not (name == "basis" and value == Basis.FINAL)
        }


_LABELS = {
    "state": "Status",
    "recorded": "Audits",
    "judgement": "Judgement",
    "thread": "Judgement of",
    "basis": "Which judgement",
    "service": "Service",
    "locality": "Locality",
    "team": "Team",
    "theme": "Theme",
    "type": "Type",
    "selection": "Selection",
    "first": "From",
    "last": "To",
}


def _in_words(value: Any) -> str:
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    return str(getattr(value, "label", value))


_IN_ADDRESS = {"first": "from", "last": "to"}
_NAMES = tuple(each.name for each in fields(AuditFilter) if each.name != "problems")


def _row(typed: str) -> int:
    number = whole_number(typed)
    if number is None:
        raise ValueError(f"“{typed}” is not the number of one of the choices")
    return number


_READERS: dict[str, Callable[[str], Any]] = {
    "service": _row,
    "locality": _row,
    "team": _row,
    "theme": _row,
    "type": AuditType,
    "selection": Selection,
    "state": AuditState,
    "recorded": Recorded,
    "thread": str,
    "judgement": Judgement,
    "basis": Basis,
    "first": read_day,
    "last": read_day,
}


def read_filter(args: Mapping[str, str]) -> AuditFilter:
    """Read a filter from an address's arguments; what cannot be read is left out and named."""
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name in _NAMES:
        key = _IN_ADDRESS.get(name, name)
        typed = args.get(key, "").strip()
        if not typed:
            continue
        try:
            values[name] = _READERS[name](typed)
        except ValueError as problem:
            dated = name in _IN_ADDRESS
            problems[key] = str(problem) if dated else f"“{typed}” is not one of the choices"
    if values.get("first") and values.get("last") and values["last"] < values["first"]:
        problems["to"] = "The last day must be the same as or after the first day"
        del values["last"]
    return AuditFilter(**values, problems=problems)
