"""Charts in rows for a sheet of A4: name, figure and mark on one line, so that many fit a page.

They are drawn for a width and grow and shrink as a whole, unlike the charts of the screen, which
set a name above its mark to fit a phone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from textwrap import wrap
from xml.etree import ElementTree as ET

from markupsafe import Markup

from audit_app.documents.chart_parts import (
    EMPTY,
    NAVY,
    RULE,
    THREAD,
    Drawing,
    dot,
    line,
    rectangle,
    text,
    upright,
)
from audit_app.documents.chart_places import Dot
from audit_app.documents.chart_stacks import Piece, in_words
from audit_app.rules.shares import Share

#: In pixels: how wide a drawing is, across a sheet, most of it or half of it.
ACROSS, MOST, HALF = 670, 400, 322
_FONT, _LINE = 13, 16
_LETTER = 0.51 * _FONT
_BAR, _BETWEEN = 22, 8
_INSIDE = 6


@dataclass(frozen=True)
class Row:
    """One bar: what it is of, how many audits that is in words, and its pieces."""

    name: str
    said: str
    pieces: Sequence[Piece]


def bars_in_rows(rows: Sequence[Row], title: str, chart_id: str, across: float = ACROSS) -> Markup:
    """One bar for each row, every piece named in it or just below it; ``title`` is the message.

    Names stand beside the bars, or above them where the drawing is half a sheet wide.
    """
    spoken = (f"{row.name}, {row.said}: {_spoken(row)}." for row in rows)
    chart = _drawing(chart_id, title, " ".join(spoken))
    room = _Room(chart.inside, across, 0.30 * across if across >= ACROSS else 0)
    top = 0.0
    for row in rows:
        top = _draw_row(room, row, top) + _BETWEEN
    return chart.finished(max(top - _BETWEEN, 1), across)


def _drawing(chart_id: str, title: str, description: str) -> Drawing:
    chart = Drawing(chart_id, title, description)
    chart.inside.set("font-size", str(_FONT))
    return chart


def _spoken(row: Row) -> str:
    return in_words(row.pieces, row.pieces[0].share.total)


@dataclass(frozen=True)
class _Room:
    """Where bars are drawn: how wide all of it is, and where bars begin, in pixels."""

    inside: ET.Element
    across: float
    names: float

    @property
    def bar(self) -> int:
        """How high a bar is: one line of words, or two where it is short."""
        return _BAR if self.names else 2 * _BAR - 8

    def percent(self, pixels: float) -> float:
        """A length along the drawing, as its parts are placed."""
        return pixels / self.across * 100


def _draw_row(room: _Room, row: Row, top: float) -> float:
    """The name and its audits, and the bar with its words; where it ends."""
    baseline = top + _FONT - 1
    if not room.names:
        text(room.inside, 0, baseline, row.name, weight="bold")
        text(room.inside, 100, baseline, row.said, anchor="end")
        return _draw_bar(room, row.pieces, top + _LINE + 2)
    name, bracket, months = row.name.partition(" (")
    text(room.inside, 0, baseline, name, weight="bold")
    text(room.inside, room.percent(room.names - 10), baseline, row.said, anchor="end")
    if bracket:
        text(room.inside, 0, baseline + _LINE, f"({months}")
    return max(_draw_bar(room, row.pieces, top), top + (2 if bracket else 1) * _LINE)


def _draw_bar(room: _Room, pieces: Sequence[Piece], top: float) -> float:
    ends = top + room.bar
    if pieces[0].share.percent is None:
        begins = room.percent(room.names)
        rectangle(room.inside, begins, 100 - begins, top, room.bar, EMPTY)
        text(room.inside, begins + 1, top + room.bar / 2 + 4.5, _too_few(pieces))
        return ends
    below = [each for each in _placed(room, pieces) if not _draw_piece(room, each, top)]
    lines = 0
    for label, start, at, place in _apart(room, below):
        baseline = ends + 4 + _FONT - 1 + place * _LINE
        upright(room.inside, room.percent(at), (ends, baseline - _FONT + 1), THREAD, 1)
        text(room.inside, room.percent(start), baseline, label)
        lines = max(lines, place + 1)
    return ends + (4 + lines * _LINE if lines else 0)


def _too_few(pieces: Sequence[Piece]) -> str:
    """The counts alone, as there are too few for a bar."""
    counted = [f"{each.share.count:,} {each.word}" for each in pieces if each.share.count]
    return f"Too few for percentages: {', '.join(counted)}" if counted else "No audits"


@dataclass(frozen=True)
class _Placed:
    """A piece of a bar with where it starts and how wide it is, in pixels."""

    piece: Piece
    start: float
    wide: float

    @property
    def label(self) -> str:
        return f"{self.piece.word} {self.piece.share.percent_text}"


def _placed(room: _Room, pieces: Sequence[Piece]) -> Iterator[_Placed]:
    """What nobody was given has no piece."""
    wide, total = room.across - room.names, pieces[0].share.total
    ends = accumulate(piece.share.count for piece in pieces)
    for piece, end in zip(pieces, ends, strict=True):
        if piece.share.count:
            start = room.names + wide * (end - piece.share.count) / total
            yield _Placed(piece, start, wide * piece.share.count / total)


def _draw_piece(room: _Room, placed: _Placed, top: float) -> bool:
    """Draw it, and say whether its words stand within."""
    fill, ink = placed.piece.colours
    begins, wide = room.percent(placed.start), room.percent(placed.wide)
    rectangle(room.inside, begins, wide, top, room.bar, fill)
    upright(room.inside, begins, (top, top + room.bar), "#FFFFFF", 2)
    lines = _inside(room, placed)
    first = top + (room.bar - len(lines) * _LINE) / 2 + _FONT - 1
    for place, words in enumerate(lines):
        baseline = first + place * _LINE
        text(room.inside, begins + wide / 2, baseline, words, anchor="middle", ink=ink)
    return bool(lines)


def _inside(room: _Room, placed: _Placed) -> list[str]:
    """The words in as few lines as fit within a piece; none where none do."""
    most = room.bar // _LINE
    for letters in (len(placed.label), (len(placed.label) + 1) // 2 + 4):
        lines = wrap(placed.label, letters)
        if len(lines) <= most and max(map(_width, lines)) + 2 * _INSIDE <= placed.wide:
            return lines
    return []


def _apart(room: _Room, below: Sequence[_Placed]) -> Iterator[tuple[str, float, float, int]]:
    """Words below a bar: where they start, where their piece is, and on which line.

    All stand on one line, each as near its piece as the others let it; where they do not fit,
    each has a line of its own.
    """
    starts: list[float] = []
    ends = room.across
    for each in reversed(below):
        ends = min(ends - _width(each.label), each.start)
        starts.insert(0, ends)
        ends -= 10
    fits = not starts or starts[0] >= 0
    for place, (each, start) in enumerate(zip(below, starts, strict=True)):
        middle = each.start + each.wide / 2
        if fits:
            yield each.label, start, middle, 0
        else:
            alone = min(each.start, room.across - _width(each.label))
            yield each.label, alone, middle, len(below) - 1 - place


def _width(words: str) -> float:
    return len(words) * _LETTER


@dataclass(frozen=True)
class _Plan:
    """Where things stand in a chart of dots this wide; ``top`` is where its scale ends, in percent.

    Names take ``names`` percent of the width, and their figures, which only a drawing across the
    sheet has room for, end at ``left``.
    """

    across: float
    names: float
    left: float
    top: int
    step: int

    @classmethod
    def of(cls, across: float, dots: Sequence[Dot], whole: tuple[str, Share]) -> _Plan:
        wide = across >= ACROSS
        longest = max((_width(each.name) for each in dots), default=0) + 10
        figures = max((_width(each.share.text) for each in dots), default=0) + 20 if wide else 0
        names = min(100 * longest / across, 36.0 if wide else 61.0)
        highest = [100 * each.interval.high for each in dots if each.interval]
        reach = max([*highest, float(whole[1].exact or 0), 5.0])
        step = next((each for each in (1, 2, 5, 10, 25) if reach <= 4 * each), 25)
        top = min(-int(-reach // step) * step, 100)
        return cls(across, names, names + 100 * figures / across, top, step)

    def at(self, part: float) -> float:
        """Where a part of 1 stands, in percent of the width."""
        return self.left + (97 - self.left) * min(100 * part / self.top, 1)

    def lines(self, name: str) -> list[str]:
        """A name in as many lines as its room asks for, a word that is longer cut in two."""
        return wrap(name, max(int(self.names / 100 * self.across / _LETTER), 1)) or [""]


def dots_in_rows(
    measure: str,
    dots: Sequence[Dot],
    whole: tuple[str, Share],
    title: str,
    chart_id: str,
    across: float = ACROSS,
) -> Markup:
    """Each share with its interval on the line of its name, beside ``whole`` as an upright line.

    ``measure`` is what the shares are of; ``title`` the message.
    """
    plan = _Plan.of(across, dots, whole)
    spoken = " ".join(f"{each.name}: {each.share.text_of}." for each in dots)
    chart = _drawing(chart_id, title, f"{spoken} {whole[0]}: {whole[1].text_of}.")
    inside = chart.inside
    text(inside, 0, _FONT - 1, measure, weight="bold")
    _draw_scale(inside, plan, _LINE + 4, _height(plan, dots))
    _draw_whole(inside, plan, whole, _height(plan, dots))
    top = _LINE + 8.0
    for each in dots:
        top = _draw_dot(inside, plan, each, top)
    return chart.finished(_height(plan, dots) + _LINE + 4, across)


_ROW = 17


def _height(plan: _Plan, dots: Sequence[Dot]) -> float:
    return _LINE + 8 + sum(_row(plan, each) for each in dots)


def _row(plan: _Plan, each: Dot) -> float:
    return _ROW + (len(plan.lines(each.name)) - 1) * (_LINE - 1)


def _draw_dot(inside: ET.Element, plan: _Plan, each: Dot, top: float) -> float:
    for place, words in enumerate(plan.lines(each.name)):
        text(inside, 0, top + _FONT + place * (_LINE - 1), words)
    high = _row(plan, each)
    if plan.across >= ACROSS:
        end = plan.left - 100 * 12 / plan.across
        text(inside, end, top + _FONT, each.share.text, anchor="end")
    if each.interval:
        low, end = plan.at(each.interval.low), plan.at(each.interval.high)
        middle = top + _ROW / 2 - 1
        line(inside, (low, middle), (end, middle), NAVY, 2)
        for at in (low, end):
            upright(inside, at, (middle - 4, middle + 4), NAVY, 2)
        dot(inside, plan.at(each.share.count / each.share.total), middle, 5, NAVY)
    else:
        text(inside, plan.left, top + _FONT, "too few to compare", ink=THREAD)
    return top + high


def _draw_scale(inside: ET.Element, plan: _Plan, top: float, bottom: float) -> None:
    for tick in range(0, plan.top + 1, plan.step):
        at = plan.at(tick / 100)
        upright(inside, at, (top, bottom), RULE, 0.6)
        text(inside, at, bottom + _FONT + 1, f"{tick}%", anchor="middle")


def _draw_whole(inside: ET.Element, plan: _Plan, whole: tuple[str, Share], bottom: float) -> None:
    """The line that the others are held against, with its name above it."""
    name, share = whole
    if share.percent is None:
        return
    at = plan.at(share.count / share.total)
    upright(inside, at, (_LINE + 1, bottom), THREAD, 2).set("stroke-dasharray", "5 3")
    words = f"{name} {share.percent_text}"
    half = 50 * _width(words) / plan.across
    anchor, place = ("end", 100.0) if at + half > 100 else ("middle", at)
    text(inside, place, _FONT - 1, words, anchor=anchor)
