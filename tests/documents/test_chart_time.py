"""A control chart draws the figures it is given, says what they mean, and prints."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from weasyprint import HTML

from audit_app.documents.chart_labels import NARROWEST, width_of
from audit_app.documents.chart_threads import Panel, thread_panels
from audit_app.documents.chart_time import time_chart
from audit_app.rules.columns import Column
from audit_app.rules.over_time import Change, Series, series
from audit_app.rules.over_time_words import printed
from audit_app.rules.periods import PeriodKind, split
from tests.documents.drawn import SVG, Drawn
from tests.documents.verapdf import check_pdf, require_verapdf

STEADY = [9, 11, 10, 12, 9, 10, 11, 9, 12, 10, 9, 11, 10, 12, 9, 10]
#: A step upwards that fires a rule, with a month of too few audits in it.
STEPPED = [*STEADY, None, *(each + 6 for each in STEADY[:9])]


def series_of(
    good: Iterable[int | None],
    kind: PeriodKind = PeriodKind.MONTH,
    changes: tuple[Change, ...] = (),
) -> Series:
    periods = split(kind, date(2019, 9, 1), date(2039, 12, 31))
    columns = [
        Column(period, (0, 9, 0, 0) if n is None else (0, n, 20 - n, 0), 0, 10, 0)
        for n, period in zip(good, periods, strict=False)
    ]
    return series(columns, changes)


def drawn(of: Series) -> Drawn:
    return Drawn(time_chart(of, "chart", "No clear change"))


def test_every_point_stands_at_its_own_figure_in_its_own_place() -> None:
    of = series_of(STEPPED)
    chart = drawn(of)
    marks = sorted(chart.dots + chart.triangles)

    assert [figure for _, figure in marks] == pytest.approx(
        [float(column.good_or_better.exact or 0) for column in of.points], abs=0.01
    )
    # The month without a point keeps its place.
    gaps = [round(after - before, 2) for (before, _), (after, _) in pairwise(marks)]
    assert gaps[15] == pytest.approx(2 * gaps[0], abs=0.02)


def test_points_of_a_signal_have_a_shape_of_their_own_and_a_key_in_words() -> None:
    of = series_of(STEPPED)
    fired = [c for stretch in of.stretches for c in stretch.columns if stretch.said_of(c)]
    chart = drawn(of)

    assert len(chart.triangles) == len(fired) > 0
    assert "Higher, or rising: a signal" in chart.words
    assert drawn(series_of(STEADY)).triangles == []
    assert "Higher, or rising: a signal" not in drawn(series_of(STEADY)).words


def test_mean_and_limits_are_drawn_where_they_are_and_say_what_they_are() -> None:
    of = series_of(STEADY)
    limits, chart = of.latest.limits, drawn(of)

    assert limits is not None
    heights = sorted({round(line[1], 2) for line in chart.lines("7 5")})
    assert heights == pytest.approx([float(limits.lower), float(limits.upper)], abs=0.01)
    for figure in (limits.upper, limits.mean, limits.lower):
        assert f"{printed(figure)}%" in chart.words
    assert {"Upper", "Mean", "Lower"} <= set(chart.words)


def test_a_run_chart_has_a_median_and_no_limits() -> None:
    chart = drawn(series_of(STEADY[:10], PeriodKind.QUARTER))

    assert "Median" in chart.words
    assert not {"Upper", "Mean", "Lower"} & set(chart.words)
    assert chart.lines("7 5") == []


def test_a_recorded_change_is_a_break_with_limits_on_either_side() -> None:
    change = Change(date(2020, 9, 14), "2020")
    chart = drawn(series_of([*STEADY, *STEADY], changes=(change,)))

    assert chart.words.count("[b]") == 1
    assert len({line[1] for line in chart.lines("7 5")}) == 4


def test_labels_of_lines_near_each_other_are_moved_apart() -> None:
    chart = drawn(series_of([10] * 12))
    heights = [
        float(text.attrib["y"])
        for text in chart.svg.iter(f"{SVG}text")
        if text.text in ("Upper", "Mean", "Lower")
    ]

    assert min(after - before for before, after in pairwise(sorted(heights))) >= 40


@pytest.mark.parametrize("months", [1, 3, 7, 26, 36, 87, 120])
def test_periods_are_told_without_running_into_each_other_on_a_phone(months: int) -> None:
    chart = drawn(series_of((STEADY * 8)[:months]))
    below = max(float(t.attrib["y"]) for t in chart.svg.iter(f"{SVG}text"))
    named = [t for t in chart.svg.iter(f"{SVG}text") if float(t.attrib["y"]) == below]
    spans = sorted(span(t.text or "", t.get("text-anchor", ""), t.attrib["x"]) for t in named)

    assert named
    assert spans[0][0] >= 0
    for (_, end), (start, _) in pairwise(spans):
        assert end <= start


def span(words: str, anchor: str, place: str) -> tuple[float, float]:
    at = float(place.removesuffix("%")) / 100 * NARROWEST
    before = {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor] * width_of(words)
    return at - before, at - before + width_of(words)


def test_the_description_holds_every_figure_and_what_fired() -> None:
    description = drawn(series_of(STEPPED)).description

    assert "September 2019: 9 of 20 (45%), below the mean for 16 months in a row." in description
    assert "January 2021: 9 of 9." in description
    assert "in a row" in description


def test_the_drawing_follows_its_page_and_carries_no_style() -> None:
    svg = drawn(series_of(STEPPED)).svg
    used = {name for element in svg.iter() for name in element.attrib}

    assert (svg.get("width"), svg.get("viewBox")) == ("100%", None)
    assert not {name for name in used if name in ("style", "class") or "opacity" in name}


@pytest.mark.verapdf
def test_on_paper_charts_over_time_are_accessible(tmp_path: Path) -> None:
    require_verapdf()
    of = series_of(STEPPED)
    threads = thread_panels([Panel("Plan", of.columns, of.columns, [3], "Better")], "thread")
    drawings = "".join([time_chart(of, "chart", "More than chance"), *threads])
    page = HTML(string=f"<html lang='en-GB'><title>Time</title><h1>Time</h1>{drawings}")
    page.write_pdf(tmp_path / "charts.pdf", pdf_variant="pdf/ua-1")
    assert check_pdf(tmp_path / "charts.pdf") == []
