"""A bar that adds up to all audits of something, with its heading above and every piece labelled.

A label stands inside its piece where it fits, and below the bar on a thread where it does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from xml.etree import ElementTree as ET

from audit_app.documents.chart_labels import (
    FONT_SIZE,
    NARROWEST,
    Outside,
    Segment,
    place_outside,
    width_of,
)
from audit_app.documents.chart_parts import EMPTY, LINE, THREAD, rectangle, text, upright
from audit_app.rules.shares import Share

#: The height of a bar, and what is left free below it and between two.
_BAR = 66
_AFTER_BAR = 5
BETWEEN = 14


@dataclass(frozen=True)
class Piece:
    """A part of the bar: its word, its share, its fill, and the ink that can be read on that."""

    word: str
    share: Share
    colours: tuple[str, str]


def draw_bar(
    inside: ET.Element, top: int, heading: tuple[str, int], pieces: Sequence[Piece]
) -> int:
    """Draw a bar under its heading, below ``top``; returns where it and its labels end.

    ``heading`` is what the bar is of and how many audits. The pieces add up to all of them; where
    they are too few for percentages the bar says so.
    """
    label, total = heading
    top = _draw_heading(inside, label, audits(total), top)
    if not _shown(pieces):
        rectangle(inside, 0, 100, top, _BAR, EMPTY)
        text(inside, 50, top + _BAR / 2 + 5, _why_empty(total), anchor="middle")
        return top + _BAR
    segments = _segments(pieces)
    for piece, segment in segments:
        _draw_segment(inside, piece.colours, segment, top)
    outside = place_outside([each for _, each in segments if each.lines_inside() is None])
    for each in outside:
        _draw_outside(inside, each, top + _BAR)
    lines = max((each.line + 1 for each in outside), default=0)
    return top + _BAR + (_AFTER_BAR + lines * LINE if lines else 0)


def audits(total: int) -> str:
    return f"{total:,} audit{'' if total == 1 else 's'}"


def in_words(pieces: Sequence[Piece], total: int) -> str:
    """What a reader would learn by looking along the bar."""
    if not _shown(pieces):
        return _why_empty(total).lower()
    return ", ".join(f"{piece.word} {piece.share.percent_text}" for piece in pieces)


def _shown(pieces: Sequence[Piece]) -> bool:
    """Whether there are audits enough for percentages."""
    return any(piece.share.percent is not None for piece in pieces)


def _why_empty(total: int) -> str:
    return "Too few audits for percentages" if total else "No audits"


def _draw_heading(inside: ET.Element, label: str, said: str, top: int) -> int:
    """What it is of on the left, its audits on the right; a period's months below if too long."""
    fits = width_of(f"{label}  {said}") <= NARROWEST
    first, bracket, rest = (label, "", "") if fits else label.partition(" (")
    text(inside, 0, top + FONT_SIZE, first, weight="bold")
    text(inside, 100, top + FONT_SIZE, said, anchor="end")
    if bracket:
        text(inside, 0, top + LINE + FONT_SIZE, f"({rest}")
    return top + (2 if bracket else 1) * LINE + _AFTER_BAR


def _segments(pieces: Sequence[Piece]) -> list[tuple[Piece, Segment]]:
    """Where each piece stands; what nobody was given has no piece."""
    total = pieces[0].share.total
    ends = accumulate(piece.share.count for piece in pieces)
    return [
        (piece, _segment(piece, 100 * (end - piece.share.count) / total))
        for piece, end in zip(pieces, ends, strict=True)
        if piece.share.count
    ]


def _segment(piece: Piece, start: float) -> Segment:
    wide = 100 * piece.share.count / piece.share.total
    return Segment(start, wide, piece.word, piece.share.percent_text)


def _draw_segment(inside: ET.Element, colours: tuple[str, str], segment: Segment, top: int) -> None:
    fill, ink = colours
    rectangle(inside, segment.start, segment.width, top, _BAR, fill)
    if segment.start:
        upright(inside, segment.start, (top, top + _BAR), "#FFFFFF", 2)
    lines = segment.lines_inside() or []
    first = top + (_BAR - len(lines) * LINE) / 2 + FONT_SIZE - 1
    for number, line in enumerate(lines):
        text(inside, segment.centre, first + number * LINE, line, anchor="middle", ink=ink)


def _draw_outside(inside: ET.Element, label: Outside, bar_end: int) -> None:
    baseline = bar_end + _AFTER_BAR + label.line * LINE + FONT_SIZE
    thread = upright(inside, label.point, (bar_end, baseline - FONT_SIZE + 2), THREAD, 1)
    thread.set("transform", f"translate({label.thread_shift:g})")
    anchor = "end" if label.at_end else "start"
    text(inside, label.point, baseline, label.text, anchor=anchor, shift=label.shift)
