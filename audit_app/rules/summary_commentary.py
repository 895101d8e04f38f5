"""The commentary of a summary: what practice leads write beside the figures."""

from __future__ import annotations

from collections.abc import Mapping

from audit_app.rules.completeness import Problem

#: The boxes in the order of the page, and what each asks.
BOXES = {
    "what_changed": "What changed",
    "why": "Why",
    "doing": "What we are doing",
}
LONGEST = 4_000

_NEEDED = {
    "what_changed": "Write what changed, or that nothing clearly did",
    "why": "Write why, or that it is not known yet",
    "doing": "Write what is being done",
}


def problems(texts: Mapping[str, str]) -> list[Problem]:
    """What the commentary still needs before somebody can sign the summary off."""
    return [Problem(box, _NEEDED[box]) for box in BOXES if not texts.get(box, "").strip()]


def with_sentence(typed: str, sentence: str) -> str:
    """What is typed with a sentence as a line of its own after it, unless it is there already."""
    if sentence in typed:
        return typed
    return f"{typed.rstrip()}\n{sentence}" if typed.strip() else sentence
