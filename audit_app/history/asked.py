"""What somebody asks of history: read from an address once, the same for the page and the file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from audit_app.rules.dates import read_day
from audit_app.rules.deeds import Kind
from audit_app.rules.numbers import whole_number

#: Stands for what nobody did: the service itself.
NOBODY = "nobody"
#: How many records can be asked for at once.
MOST_RECORDS = 200
LONGEST_TYPE = 30
#: As the page has them.
_IN_ORDER = ("person", "kind", "type", "records", "from", "to", "before")
_REFERENCE = re.compile(r"[\w.:-]{1,40}", re.ASCII)


class OfCase(StrEnum):
    """That the records asked for are those found of a case, whose reference is in no address."""

    WHOLE = "case"
    PART = "part"

    @property
    def label(self) -> str:
        some = "some of " if self is OfCase.PART else ""
        return f"What was done to {some}the records of the case you entered"


@dataclass(frozen=True)
class Asked:
    """Which events are wanted; None means any. Days are London's, the last one included.

    ``before`` is the number of an event: only older ones are wanted, for the next page.
    """

    person: str | None = None
    kind: Kind | None = None
    record_type: str | None = None
    records: tuple[str, ...] = ()
    of_case: OfCase | None = None
    first: date | None = None
    last: date | None = None
    before: int | None = None
    #: What could not be read, by the name in the address.
    problems: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def narrows(self) -> bool:
        return self.as_args() != {}

    def as_args(self, **changed: object) -> dict[str, str]:
        """As an address carries it, without the page."""
        parts = {
            "person": self.person,
            "kind": self.kind,
            "type": self.record_type,
            "records": " ".join(self.records) or None,
            "of": self.of_case,
            "from": self.first,
            "to": self.last,
        } | changed
        return {name: str(value) for name, value in parts.items() if value is not None}

    @property
    def in_short(self) -> str:
        """What history itself remembers was looked at: whose, or of which record."""
        if len(self.records) == 1:
            return f"record {self.records[0]}"
        if self.records:
            return f"{len(self.records)} records"
        if self.person:
            return f"person {self.person}"
        return self.kind or self.record_type or "all"


def read_asked(args: Mapping[str, str]) -> Asked:
    """What an address asks for; what cannot be read is left out and named."""
    problems: dict[str, str] = {}
    days = {name: _day(args.get(name, ""), name, problems) for name in ("from", "to")}
    if days["from"] and days["to"] and days["to"] < days["from"]:
        problems["to"] = "The last day must be the same as or after the first day"
        days["to"] = None
    records = _records(args.get("records", ""), problems)
    of = args.get("of", "")
    return Asked(
        person=_person(args.get("person", ""), problems),
        kind=_kind(args.get("kind", ""), problems),
        record_type=_type(args.get("type", ""), problems),
        records=records,
        of_case=OfCase(of) if records and of in list(OfCase) else None,
        first=days["from"],
        last=days["to"],
        before=_event(args.get("before", ""), problems),
        problems={name: problems[name] for name in _IN_ORDER if name in problems},
    )


def _person(typed: str, problems: dict[str, str]) -> str | None:
    reference = typed.strip()
    if reference and not _REFERENCE.fullmatch(reference):
        problems["person"] = "Choose who did it from the list"
        return None
    return reference or None


def _kind(typed: str, problems: dict[str, str]) -> Kind | None:
    kind = typed.strip()
    if kind and kind not in list(Kind):
        problems["kind"] = "Choose what was done from the list"
        return None
    return Kind(kind) if kind else None


def _type(typed: str, problems: dict[str, str]) -> str | None:
    record_type = typed.strip()
    if len(record_type) > LONGEST_TYPE:
        problems["type"] = "Choose a type of record from the list"
        return None
    return record_type or None


def _event(typed: str, problems: dict[str, str]) -> int | None:
    number = whole_number(typed)
    if typed.strip() and number is None:
        problems["before"] = "The address names no event to go on from"
    return number


def _records(typed: str, problems: dict[str, str]) -> tuple[str, ...]:
    asked = tuple(dict.fromkeys(typed.replace(",", " ").split()))
    if len(asked) > MOST_RECORDS:
        problems["records"] = f"Enter {MOST_RECORDS} references or fewer"
    elif not all(_REFERENCE.fullmatch(each) for each in asked):
        problems["records"] = "A reference has letters, digits and a hyphen, such as K7QM-2XVD"
    else:
        return asked
    return ()


def _day(typed: str, name: str, problems: dict[str, str]) -> date | None:
    if not typed.strip():
        return None
    try:
        return read_day(typed)
    except ValueError as problem:
        problems[name] = str(problem)
        return None
