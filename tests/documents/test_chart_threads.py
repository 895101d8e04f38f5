"""Small charts of the threads: on one scale, at their own figures, readable in grey and narrow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from audit_app.documents.chart_labels import NARROWEST, width_of
from audit_app.documents.chart_threads import Panel, thread_panels
from audit_app.rules.columns import Column
from audit_app.rules.intervals import wilson
from audit_app.rules.periods import PeriodKind, split
from tests.documents.drawn import SVG, Drawn

VOICE = [(2, 60, 80, 20), (5, 90, 80, 10), (1, 3, 4, 1), (20, 110, 60, 5)]
PLAN = [(0, 20, 90, 60), (0, 30, 90, 60), (0, 5, 3, 1), (1, 35, 90, 60)]
OVERALL = [(1, 40, 85, 40), (2, 60, 85, 35), (1, 4, 3, 1), (9, 75, 75, 30)]


def years(counts: Sequence[tuple[int, int, int, int]]) -> list[Column]:
    periods = split(PeriodKind.CALENDAR_YEAR, date(2019, 1, 1), date(2018 + len(counts), 12, 31))
    return [Column(each, of, 0, 10, 0) for each, of in zip(periods, counts, strict=True)]


def panel(name: str, counts: Sequence[tuple[int, int, int, int]], breaks: Sequence[int]) -> Panel:
    overall = years((OVERALL * 5)[: len(counts)])
    return Panel(name, years(counts), overall, breaks, "No clear change.")


def panels(breaks: Sequence[int] = ()) -> list[Drawn]:
    two = [panel("Child’s voice", VOICE, breaks), panel("Plan", PLAN, breaks)]
    return [Drawn(each) for each in thread_panels(two, "thread")]


def shown(counts: Sequence[tuple[int, int, int, int]]) -> list[Column]:
    return [column for column in years(counts) if column.percents_shown]


@pytest.mark.parametrize(("number", "counts"), [(0, VOICE), (1, PLAN)])
def test_every_point_and_its_interval_stand_at_their_own_figures(
    number: int, counts: list[tuple[int, int, int, int]]
) -> None:
    chart, columns = panels()[number], shown(counts)
    uprights = [line for line in chart.lines("") if line[0] == line[2] and line[1] != line[3]]

    assert [figure for _, figure in chart.dots] == pytest.approx(
        [float(column.good_or_better.exact or 0) for column in columns], abs=0.01
    )
    for column, (place, figure) in zip(columns, chart.dots, strict=True):
        interval = wilson(column.good_or_better)
        assert interval is not None
        ends = [
            (low, high)
            for at, high, _, low in uprights
            if at == pytest.approx(place, abs=0.01) and low < figure < high
        ]
        assert ends == [pytest.approx((100 * interval.low, 100 * interval.high), abs=0.01)]


def test_all_threads_are_on_one_scale() -> None:
    voice, plan = panels()

    def scale(chart: Drawn) -> list[str]:
        ticks = (t for t in chart.svg.iter(f"{SVG}text") if t.get("x") == "0%")
        return [t.text or "" for t in ticks if (t.text or "").endswith("%")]

    assert scale(voice) == scale(plan)


def test_a_period_of_too_few_audits_has_no_point_and_no_line_through_it() -> None:
    chart = panels()[0]

    assert len(chart.dots) == 3
    assert "44%" not in chart.words
    last = chart.dots[-1][0]
    ends = [line for line in chart.lines("") if line[2] == pytest.approx(last, abs=0.01)]
    assert all(line[0] == line[2] for line in ends)


def test_each_thread_says_its_name_its_message_and_every_figure() -> None:
    chart = panels()[0]

    assert chart.title == "Child’s voice: No clear change."
    assert chart.words[0] == "Child’s voice"
    assert "2019: 62 of 162 (38.3%), overall 41 of 166 (24.7%)." in chart.description
    assert "2021: 4 of 9, overall 5 of 9." in chart.description


def test_figures_stand_beside_their_points_while_they_fit_a_phone_else_at_the_ends() -> None:
    assert [word for word in panels()[0].words if "." in word] == ["38.3%", "51.4%", "66.7%"]
    many = Drawn(thread_panels([panel("Plan", PLAN * 3, [])], "thread")[0])
    assert [word for word in many.words if "." in word] == ["11.8%", "19.4%"]


def test_a_break_stands_before_the_period_in_which_a_new_set_began() -> None:
    chart = panels([1])[0]
    (at,) = {line[0] for line in chart.lines("2 3")}

    assert chart.dots[0][0] < at < chart.dots[1][0]
    assert chart.words.count("[b]") == 1
    assert "[b]" not in panels()[0].words


def test_a_long_name_takes_lines_and_not_width() -> None:
    name = "Management oversight and supervision of a long-named practice"
    chart = Drawn(thread_panels([panel(name, PLAN, [])], "thread")[0])
    bold = [t for t in chart.svg.iter(f"{SVG}text") if t.get("x") == "0%" and t.get("font-weight")]

    assert " ".join(t.text or "" for t in bold) == name
    assert max(width_of(t.text or "") for t in bold) <= NARROWEST
