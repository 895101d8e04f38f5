"""Places and threads by the names people type for them."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from audit_app.insight.queries import Choices


class NoSuchName(LookupError):
    """Nothing goes by the name; the message says what comes near it."""


def named(choices: Choices, part: str, typed: str) -> Any:
    """The filter's value for a name in any case: a place's row number, or a thread's code.

    Raises:
        NoSuchName: when nothing of that kind has the name.
    """
    known = {_name(part, value, name): value for value, name in choices[part].items()}
    asked = " ".join(typed.split()).casefold()
    found = [value for name, value in known.items() if name.casefold() == asked]
    if not found:
        raise NoSuchName(f"There is no {part} “{typed}”. {_near(asked, list(known))}")
    return found[0]


def _name(part: str, value: Any, name: str) -> str:
    """What people type: a thread goes by its code."""
    return str(value) if part == "thread" else name


def _near(asked: str, names: list[str]) -> str:
    cased = {name.casefold(): name for name in names}
    near = get_close_matches(asked, cased, n=3, cutoff=0.5)
    near += [name for name in cased if asked in name and name not in near]
    if near:
        return f"Did you mean {' or '.join(cased[name] for name in near[:3])}?"
    return f"There are: {', '.join(names)}." if names else "There are none yet."
