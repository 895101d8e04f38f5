"""Sentences for the commentary, drawn from the figures: to be accepted, rewritten or left.

Every one of them is a sentence of a section, and says a change only where a rule found one. None
says why: what lies behind a figure is for people to write.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from audit_app.summaries.parts import Contents, Suggestion

#: The boxes of the commentary, as the summary's record names them, and the sections whose
#: sentences may go there.
BOXES: Mapping[str, Sequence[str]] = {
    "what_changed": ("judgements", "years", "threads", "places"),
    "why": ("themes", "moderation", "involvement"),
    "doing": ("inadequates", "actions", "learning", "programme"),
}


def suggestions(contents: Contents) -> Mapping[str, Sequence[Suggestion]]:
    """For each box of the commentary what the figures say of it; nothing they do not."""
    return {
        box: () if contents.empty else tuple(_of(contents, keys)) for box, keys in BOXES.items()
    }


def _of(contents: Contents, keys: Sequence[str]) -> Iterator[Suggestion]:
    for key in keys:
        section = contents.section(key)
        for place, sentence in enumerate(section.message if section else ()):
            yield Suggestion(f"{key}-{place + 1}", sentence)
