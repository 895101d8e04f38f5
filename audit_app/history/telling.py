"""What was done, in words for people: titles and names in place of keys and references."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from audit_app.extensions import db
from audit_app.history.listing import Line
from audit_app.models import Thread, ThreadSet, User
from audit_app.rules.deed_words import (
    NOBODY,
    SECTION_TITLES,
    THREAD,
    Given,
    given,
    section_saved,
)
from audit_app.rules.deeds import Kind, said_of


def told(lines: Sequence[Line]) -> dict[int, str]:
    """What each event says was done, by its number; in the same two queries, however many."""
    names, titles = _names(lines), _titles(lines)
    return {each.number: _sentence(_words(each, names, titles)) for each in lines}


def _words(line: Line, names: Mapping[str, str], titles: Mapping[str, str]) -> str:
    if passed := given(line.verb):
        return _given(passed, names)
    key = section_saved(line.verb)
    if key is not None and key in titles:
        return f"saved {titles[key]}"
    said = said_of(line.verb, line.record_type)
    # The tag beside it says that it was refused.
    refused = line.kind is Kind.REFUSED
    return said.removeprefix("refused: ").removesuffix(" refused") if refused else said


def _given(passed: Given, names: Mapping[str, str]) -> str:
    was, to = (None if each == NOBODY else names.get(each, "somebody") for each in passed)
    if was is None:
        return f"given to {to or 'nobody'}"
    return f"taken from {was}" if to is None else f"passed from {was} to {to}"


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


def _names(lines: Sequence[Line]) -> dict[str, str]:
    """Names of people by the references in what was done."""
    wanted = {each for line in lines for each in given(line.verb) or () if each != NOBODY}
    if not wanted:
        return {}
    found = db.session.execute(select(User.reference, User.name).where(User.reference.in_(wanted)))
    return {row.reference: row.name for row in found}


def _titles(lines: Sequence[Line]) -> dict[str, str]:
    """Titles of the sections of audits by their keys; of a thread, as it was called last."""
    if not any(section_saved(line.verb) for line in lines):
        return {}
    threads = db.session.execute(
        select(Thread.code, Thread.name).join(Thread.thread_set).order_by(ThreadSet.valid_from)
    )
    return SECTION_TITLES | {f"{THREAD}-{row.code}": row.name for row in threads}
