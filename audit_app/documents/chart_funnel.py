"""Teams by how many audits they have, between the limits of chance: a funnel, never a list by rank.

Only teams outside the limits are named. A name stands beside its mark where there is room on the
narrowest screen; otherwise a letter does, and the name below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, product
from string import ascii_uppercase
from textwrap import wrap
from xml.etree import ElementTree as ET

from markupsafe import Markup

from audit_app.documents.chart_labels import FONT_SIZE, NARROWEST, width_of
from audit_app.documents.chart_parts import (
    INK,
    LINE,
    NAVY,
    PLUM,
    RULE,
    THREAD,
    Drawing,
    dot,
    line,
    percent,
    shape,
    text,
    upright,
)
from audit_app.rules.funnel import FAR, NEAR, Funnel, TeamStanding, edges

#: The plot between its scales: percent of the width, pixels down.
_LEFT, _RIGHT = 15, 97
_TOP, _BOTTOM = 34, 354
_PIECES = 56
#: How far words stand from the middle of their mark.
_ASIDE = 11
_DIAMOND = ((0, -8), (8, 0), (0, 8), (-8, 0))
_STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)


@lru_cache(maxsize=64)
def funnel_chart(found: Funnel, measure: str, title: str, chart_id: str) -> Markup:
    """``measure`` is what the share is of, such as Good or better; there must be teams compared."""
    chart = Drawing(chart_id, title, _description(found, measure))
    plot = _Plot.of(found)
    _draw_scales(chart.inside, plot, measure)
    _draw_limits(chart.inside, plot, found)
    labels = _place(plot, found)
    _draw_grounds(chart.inside, labels)
    _draw_teams(chart.inside, plot, found)
    bottom = _draw_key(chart.inside, found, _BOTTOM + 2 * LINE + 16)
    return chart.finished(_draw_labels(chart.inside, labels, bottom))


@dataclass(frozen=True)
class _Plot:
    """Shares from ``low`` to ``high`` percent going up; audits from 0 to ``most`` going right."""

    low: int
    high: int
    most: int
    step: int

    @classmethod
    def of(cls, found: Funnel) -> _Plot:
        most = max(each.share.total for each in found.compared)
        shares = [100 * each.share.count / each.share.total for each in found.compared]
        least = min(each.share.total for each in found.compared)
        ((low, high),) = edges(found.whole.count / found.whole.total, [least], FAR)
        bottom, top = min(*shares, 100 * low, 100), max(*shares, 100 * high, 0)
        step = next((step for step in _STEPS if most <= 4 * step), most)
        return cls(int(bottom // 10) * 10, min(-int(-top // 10) * 10, 100), most, step)

    def across(self, audits: float) -> float:
        return _LEFT + (_RIGHT - _LEFT) * audits / self.most

    def down(self, share: float) -> float:
        part = (100 * share - self.low) / (self.high - self.low)
        return _BOTTOM - (_BOTTOM - _TOP) * min(max(part, 0), 1)

    def place(self, team: TeamStanding) -> tuple[float, float]:
        return self.across(team.share.total), self.down(team.share.count / team.share.total)


def _description(found: Funnel, measure: str) -> str:
    said = [f"{measure} of all teams: {found.whole.text_of}."]
    said += [f"{each.name}: {each.share.text_of}, {_beyond(each)}." for each in found.outside]
    within = len(found.compared) - len(found.outside)
    said.append(f"{within:,} team{' is' if within == 1 else 's are'} within the limits.")
    return " ".join(said)


def _beyond(team: TeamStanding) -> str:
    return f"{team.standing.label.lower()} limit"


def _draw_scales(inside: ET.Element, plot: _Plot, measure: str) -> None:
    text(inside, 0, FONT_SIZE - 2, measure, weight="bold")
    for share in range(plot.low, plot.high + 1, 10 if plot.high - plot.low <= 60 else 20):
        down = plot.down(share / 100)
        line(inside, (_LEFT, down), (_RIGHT, down), RULE, 1)
        text(inside, _LEFT, down + 5, f"{share}%", anchor="end", shift=-6)
    for audits in range(0, plot.most + 1, plot.step):
        upright(inside, plot.across(audits), (_BOTTOM, _BOTTOM + 5), THREAD, 1)
        text(inside, plot.across(audits), _BOTTOM + 22, f"{audits:,}", anchor="middle")
    line(inside, (_LEFT, _BOTTOM), (_RIGHT, _BOTTOM), THREAD, 1)
    text(inside, 100, _BOTTOM + 22 + LINE, "Audits of the team", anchor="end", weight="bold")


def _draw_limits(inside: ET.Element, plot: _Plot, found: Funnel) -> None:
    """The share of all teams, and the limits about it: dashed at 95%, solid at 99.8%."""
    centre = found.whole.count / found.whole.total
    level = plot.down(centre)
    line(inside, (_LEFT, level), (_RIGHT, level), NAVY, 2)
    least = min(each.share.total for each in found.compared)
    sizes = sorted(
        {least + round((plot.most - least) * part / _PIECES) for part in range(_PIECES + 1)}
    )
    for confidence, dashed in ((NEAR, True), (FAR, False)):
        drawn = list(zip(sizes, edges(centre, sizes, confidence), strict=True))
        for number, ((one, left), (other, right)) in enumerate(pairwise(drawn)):
            if dashed and number % 2:
                continue
            for start, end in zip(left, right, strict=True):
                here = (plot.across(one), plot.down(start))
                line(inside, here, (plot.across(other), plot.down(end)), THREAD, 1.5)


def _draw_teams(inside: ET.Element, plot: _Plot, found: Funnel) -> None:
    """Dots within the limits; diamonds outside them, which tell in grey as well."""
    for team in found.compared:
        across, down = plot.place(team)
        if team.standing.outside:
            shape(inside, across, down, _DIAMOND, PLUM, "#FFFFFF")
        else:
            dot(inside, across, down, 4, NAVY)


def _draw_key(inside: ET.Element, found: Funnel, top: float) -> float:
    line(inside, (0, top + 10), (8, top + 10), NAVY, 2)
    text(inside, 10, top + FONT_SIZE, f"All teams, {found.whole.percent_text}")
    line(inside, (0, top + LINE + 10), (8, top + LINE + 10), THREAD, 1.5, "6 5")
    text(inside, 10, top + LINE + FONT_SIZE, "95% limits")
    line(inside, (50, top + LINE + 10), (58, top + LINE + 10), THREAD, 1.5)
    text(inside, 60, top + LINE + FONT_SIZE, "99.8% limits")
    return top + 2 * LINE


@dataclass(frozen=True)
class _Label:
    """Words beside a mark: ``left`` and ``down`` in pixels on the narrowest screen."""

    team: TeamStanding
    words: str
    across: float
    shift: float
    down: float

    @property
    def left(self) -> float:
        start = self.across / 100 * NARROWEST + self.shift
        return start if self.shift > 0 else start - width_of(self.words)

    def clear_of(self, other: _Label) -> bool:
        apart = abs(self.down - other.down) >= LINE - 2
        ends, others = (each.left + width_of(each.words) for each in (self, other))
        return apart or ends + 4 <= other.left or others + 4 <= self.left

    def covers(self, across: float, down: float) -> bool:
        """Whether a mark there lies under the words."""
        beside = across / 100 * NARROWEST - self.left
        return -4 <= beside <= width_of(self.words) + 4 and -17 <= down - self.down <= 8


def _place(plot: _Plot, found: Funnel) -> list[_Label]:
    """A label for each team outside: its name where there is room, or else the next letter."""
    placed: list[_Label] = []
    marks = [(plot.place(each), each) for each in found.compared]
    letters = iter([*ascii_uppercase, *(f"{one}{one}" for one in ascii_uppercase)])
    for team in found.outside:
        others = [mark for mark, each in marks if each is not team]
        room = _room(plot.place(team), team, team.name, placed, others)
        placed.append(room or _lettered(plot.place(team), team, next(letters, "*"), placed))
    return placed


def _lettered(
    mark: tuple[float, float], team: TeamStanding, letter: str, placed: Sequence[_Label]
) -> _Label:
    return _room(mark, team, letter, placed, ()) or _Label(
        team, letter, mark[0], _ASIDE, mark[1] + 5
    )


def _room(
    mark: tuple[float, float],
    team: TeamStanding,
    words: str,
    placed: Sequence[_Label],
    others: Sequence[tuple[float, float]],
) -> _Label | None:
    """Where words fit beside a mark, clear of other words and of other marks."""
    across, down = mark
    for shift, lower in product((_ASIDE, -_ASIDE), (5, -8, 18)):
        label = _Label(team, words, across, shift, down + lower)
        within = _LEFT / 100 * NARROWEST <= label.left <= NARROWEST - width_of(words)
        clear = within and all(label.clear_of(other) for other in placed)
        if clear and not any(label.covers(*other) for other in others):
            return label
    return None


def _draw_grounds(inside: ET.Element, labels: Sequence[_Label]) -> None:
    """White under each label, so that no line of the limits strikes its words through."""
    for each in labels:
        wide = width_of(each.words)
        start = each.shift - (0 if each.shift > 0 else wide)
        place = {"x": percent(each.across), "y": f"{each.down - FONT_SIZE + 2:g}"}
        size = {"width": f"{wide:g}", "height": f"{FONT_SIZE + 2}", "fill": "#FFFFFF"}
        ET.SubElement(inside, "rect", {**place, **size, "transform": f"translate({start:g})"})


def _draw_labels(inside: ET.Element, labels: Sequence[_Label], top: float) -> float:
    """The words beside the marks, and below the names that letters stand for."""
    for each in labels:
        anchor = "start" if each.shift > 0 else "end"
        text(inside, each.across, each.down, each.words, anchor=anchor, shift=each.shift)
        if each.words == each.team.name:
            continue
        for words in wrap(f"{each.words}: {each.team.name}", 32):
            text(inside, 0, top + FONT_SIZE, words, ink=INK)
            top += LINE
    return top + 4
