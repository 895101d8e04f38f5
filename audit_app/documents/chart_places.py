"""Shares beside each other as dots with their intervals, one line for each, in the order given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from textwrap import wrap
from xml.etree import ElementTree as ET

from markupsafe import Markup

from audit_app.documents.chart_labels import FONT_SIZE, NARROWEST, width_of
from audit_app.documents.chart_parts import (
    LINE,
    NAVY,
    THREAD,
    Drawing,
    dot,
    line,
    text,
    upright,
)
from audit_app.rules.intervals import Interval
from audit_app.rules.shares import Share

#: Where the scale ends, so that a mark at its end is drawn whole; percent of the width.
_RIGHT = 97
_MARK, _BETWEEN = 20, 8
#: The least room between two words of the scale, in pixels.
_APART = 4
#: The steps a scale may have, in percent; the first that makes four of them or fewer is used.
_STEPS = (1, 2, 5, 10, 25)


@dataclass(frozen=True)
class Dot:
    """One line: a name, its share, and how sure the share is; no interval where none is shown."""

    name: str
    share: Share
    interval: Interval | None


def dots_chart(
    measure: str,
    dots: Sequence[Dot],
    whole: tuple[str, Share] | None,
    title: str,
    chart_id: str,
) -> Markup:
    """``measure`` is what the shares are of; ``whole`` one to hold the others against, with its
    name; ``title`` the message.
    """
    chart = Drawing(chart_id, title, _description(dots, whole))
    text(chart.inside, 0, FONT_SIZE, measure, weight="bold")
    scale = _Scale.reaching(dots, whole)
    top = (2 if whole else 1) * LINE + _BETWEEN + 4
    ends = _draw_dots(chart.inside, dots, whole, scale, top)
    _draw_scale(chart.inside, scale, ends)
    if whole and whole[1].percent is not None:
        _name_whole(chart.inside, whole, scale)
    return chart.finished(ends + LINE + 6)


@dataclass(frozen=True)
class _Scale:
    """From 0 to ``top`` percent, in steps of ``step``, beside the figures of every line.

    ``left`` is where it begins, in percent of the width.
    """

    top: int
    step: int
    left: float

    @classmethod
    def reaching(cls, dots: Sequence[Dot], whole: tuple[str, Share] | None) -> _Scale:
        highest = [100 * each.interval.high for each in dots if each.interval]
        highest += [float(whole[1].exact or 0)] if whole else []
        reach = max([*highest, 5.0])
        step = next((step for step in _STEPS if reach <= 4 * step), _STEPS[-1])
        figures = max((width_of(each.share.text) for each in dots if each.interval), default=0)
        left = min(100 * (figures + 14) / NARROWEST, 60)
        return cls(min(-int(-reach // step) * step, 100), step, left)

    def at(self, part: float) -> float:
        """Where a part of 1 stands, in percent of the width."""
        return self.left + (_RIGHT - self.left) * min(100 * part / self.top, 1)


def _description(dots: Sequence[Dot], whole: tuple[str, Share] | None) -> str:
    said = [f"{each.name}: {_in_words(each)}." for each in dots]
    if whole:
        said.append(f"{whole[0]}: {whole[1].text_of}.")
    return " ".join(said)


def _in_words(each: Dot) -> str:
    sure = f", 95% interval {each.interval.text(1)}" if each.interval else ", too few to compare"
    return f"{each.share.text_of}{sure}"


def _draw_dots(
    inside: ET.Element,
    dots: Sequence[Dot],
    whole: tuple[str, Share] | None,
    scale: _Scale,
    top: float,
) -> float:
    """Each name, with its figures and its mark below it, and the mark of them all behind."""
    for each in dots:
        for words in wrap(each.name, 32) or [""]:
            text(inside, 0, top + FONT_SIZE, words)
            top += LINE
        text(inside, 0, top + FONT_SIZE - 1, _figures(each))
        if each.interval:
            if whole and whole[1].percent is not None:
                at = scale.at(whole[1].count / whole[1].total)
                upright(inside, at, (top, top + _MARK), THREAD, 2)
            _draw_mark(inside, each.share, each.interval, scale, top + _MARK / 2)
        top += _MARK + _BETWEEN
    return top


def _figures(each: Dot) -> str:
    return each.share.text if each.interval else f"{each.share.text}, too few to compare"


def _draw_mark(
    inside: ET.Element, share: Share, sure: Interval, scale: _Scale, middle: float
) -> None:
    low, high = scale.at(sure.low), scale.at(sure.high)
    line(inside, (low, middle), (high, middle), NAVY, 2)
    for end in (low, high):
        upright(inside, end, (middle - 5, middle + 5), NAVY, 2)
    dot(inside, scale.at(share.count / share.total), middle, 6, NAVY)


def _draw_scale(inside: ET.Element, scale: _Scale, top: float) -> None:
    line(inside, (scale.left, top), (_RIGHT, top), THREAD, 1)
    ticks = range(0, scale.top + 1, scale.step)
    named = _named(scale, ticks)
    for tick in ticks:
        at = scale.at(tick / 100)
        upright(inside, at, (top, top + 5), THREAD, 1)
        if tick in named:
            anchor = "end" if tick == scale.top else "middle"
            end = 100.0 if tick == scale.top else at
            text(inside, end, top + 6 + FONT_SIZE, f"{tick}%", anchor=anchor)


def _named(scale: _Scale, ticks: range) -> Sequence[int]:
    """Every tick, or every second or third from the last on, so that words fit a phone."""
    every = (ticks[::-step][::-1] for step in range(1, len(ticks)))
    return next((some for some in every if _fit(scale, some)), ticks[-1:])


def _fit(scale: _Scale, ticks: Sequence[int]) -> bool:
    spans = [_span(scale, tick) for tick in ticks]
    return all(end + _APART <= start for (_, end), (start, _) in pairwise(spans))


def _span(scale: _Scale, tick: int) -> tuple[float, float]:
    """Where a tick's words begin and end on the narrowest screen."""
    wide = width_of(f"{tick}%")
    if tick == scale.top:
        return NARROWEST - wide, NARROWEST
    middle = scale.at(tick / 100) / 100 * NARROWEST
    return middle - wide / 2, middle + wide / 2


def _name_whole(inside: ET.Element, whole: tuple[str, Share], scale: _Scale) -> None:
    """What the upright line in every row stands for, above the first of them."""
    name, share = whole
    at = scale.at(share.count / share.total)
    words = f"{name} {share.percent_text}"
    upright(inside, at, (2 * LINE + 2, 2 * LINE + 12), THREAD, 2)
    if at > 50:
        text(inside, at, LINE + FONT_SIZE, words, anchor="end", shift=min(8, (100 - at) * 2.8))
    else:
        text(inside, at, LINE + FONT_SIZE, words, shift=-min(8, at * 2.8))
