"""Keys and references that history writes down within what was done, and how they are read.

What is written down is sealed and never changes, so titles and names are put in where it is shown.
"""

from __future__ import annotations

from typing import NamedTuple

#: What history says before the key of the section that was saved.
SAVED = "saved "
#: Before the references of who had something to do, and who has it.
GIVEN = "given from "
NOBODY = "nobody"
#: Before the code of a golden thread, in the key of its section.
THREAD = "thread"
#: The sections of an audit besides those of its threads, by their keys, in the order of the list.
SECTION_TITLES = {
    "case": "Case and people",
    "overall": "Overall judgement",
    "family": "Family feedback",
    "oversight": "Management oversight impact statement",
    "actions": "Actions",
}
#: Types of record that are written down under two names, the usual one first.
_ONE_TYPE = (("user", "person"),)
_CALLED = {"user": "person"}


class Given(NamedTuple):
    """Something that passed from one person to another, by their references."""

    was: str
    to: str


def section_saved(verb: str) -> str | None:
    """The key of the section that was saved, if one was."""
    return verb.removeprefix(SAVED) if verb.startswith(SAVED) else None


def given(verb: str) -> Given | None:
    """Who had something to do and who has it, where that is what happened."""
    if not verb.startswith(GIVEN):
        return None
    was, _, to = verb.removeprefix(GIVEN).partition(" to ")
    return Given(was, to)


def types_of(record_type: str) -> tuple[str, ...]:
    """Every name that records of this type are written down under, the usual one first."""
    return next((each for each in _ONE_TYPE if record_type in each), (record_type,))


def type_called(record_type: str) -> str:
    """What people call records of this type."""
    usual = types_of(record_type)[0]
    return _CALLED.get(usual, usual)
