"""The chart says in words what it shows, needs no colour to be read and breaks no rule of print."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from weasyprint import HTML

from audit_app.documents.chart_labels import (
    NARROWEST,
    Outside,
    Segment,
    place_outside,
    width_of,
)
from audit_app.documents.charts import COLOURS, stacked_bars
from audit_app.rules.distribution import Distribution, distribution
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.periods import Period, PeriodKind, split
from tests.documents.verapdf import check_pdf, require_verapdf

SVG = "{http://www.w3.org/2000/svg}"
PALETTE = ["#12436D", "#28A197", "#801650", "#F46A25"]
YEAR_2020 = split(PeriodKind.CALENDAR_YEAR, date(2020, 1, 1), date(2020, 12, 31))
COUNTS = st.lists(st.integers(0, 500), min_size=4, max_size=4).filter(any)


def published() -> Distribution:
    counts = {201909: (4, 99, 142, 41), 202001: (16, 347, 479, 82), 202110: (30, 383, 393, 47)}
    periods = split(PeriodKind.CALENDAR_YEAR, date(2019, 9, 1), date(2021, 10, 31))
    return table_of(counts, periods)


def table_of(counts: Mapping[int, tuple[int, ...]], periods: tuple[Period, ...]) -> Distribution:
    lines = [
        (key, word, n) for key, ns in counts.items() for word, n in zip(SCALE, ns, strict=True)
    ]
    return distribution(pd.DataFrame(lines, columns=["month", "judgement", "n"]), periods)


def drawn(table: Distribution, title: str | None = None) -> ET.Element:
    return ET.fromstring(stacked_bars(table, "judgements", title))  # noqa: S314  drawn by us


def of_2020(*counts: int) -> ET.Element:
    return drawn(table_of({202001: counts}, YEAR_2020))


def words(svg: ET.Element) -> list[str]:
    return [text.text or "" for text in svg.iter(f"{SVG}text")]


def segments_of(counts: list[int]) -> list[Segment]:
    total, start, segments = sum(counts), 0, []
    for word, count in zip(SCALE, counts, strict=True):
        share = f"{100 * count // total}%"
        segments.append(Segment(100 * start / total, 100 * count / total, word.short_label, share))
        start += count
    return [segment for segment in segments if segment.width]


def on_a_chart(label: Outside, width: float) -> tuple[float, float, float]:
    """Where a label's text begins and ends and its thread comes down, in pixels."""
    point = label.point / 100 * width
    begins = point + label.shift - (width_of(label.text) if label.at_end else 0)
    return begins, begins + width_of(label.text), point + label.thread_shift


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_title_is_the_message_and_the_description_holds_every_figure() -> None:
    svg = drawn(published())
    title, description = svg[0], svg[1]
    assert title.text == published().headline
    assert description.text == (
        "Share of audits at each judgement, best first. "
        "2019 (Sept – Dec), 286 audits: Outstanding 1%, Good 35%, "
        "Requires Improvement to be Good 50%, Inadequate 14%. "
        "2020, 924 audits: Outstanding 2%, Good 38%, "
        "Requires Improvement to be Good 52%, Inadequate 9%. "
        "2021 (Jan – Oct), 853 audits: Outstanding 4%, Good 45%, "
        "Requires Improvement to be Good 46%, Inadequate 6%."
    )
    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"


def test_a_title_of_ones_own_replaces_the_headline_and_cannot_add_markup() -> None:
    message = "Good & better </title><script>alert(1)</script>"
    svg = drawn(published(), message)
    assert svg[0].text == message
    assert not list(svg.iter(f"{SVG}script"))


def test_every_bar_is_labelled_in_words_and_percentages_beside_its_period_and_audits() -> None:
    assert words(drawn(published()))[:8] == [
        "2019 (Sept – Dec)",
        "286 audits",
        "Good 35%",
        "Requires",
        "Improvement",
        "50%",
        "Outstanding 1%",
        "Inadequate 14%",
    ]


def test_pieces_stand_in_scale_order_in_the_palettes_order_and_fill_the_bar() -> None:
    bars = list(drawn(published()).iter(f"{SVG}rect"))
    assert [bar.get("fill") for bar in bars] == PALETTE * 3
    pieces = [(float(bar.attrib["x"][:-1]), float(bar.attrib["width"][:-1])) for bar in bars[:4]]
    for (start, width), (after, _) in pairwise(pieces):
        assert start + width == pytest.approx(after, abs=0.01)
    assert pieces[0][0] == 0
    assert sum(pieces[-1]) == pytest.approx(100, abs=0.01)


def test_white_gaps_part_the_pieces() -> None:
    lines = [
        line
        for line in of_2020(25, 25, 25, 25).iter(f"{SVG}line")
        if line.get("stroke") == "#FFFFFF"
    ]
    assert [line.get("x1") for line in lines] == ["25%", "50%", "75%"]


@pytest.mark.parametrize("judgement", SCALE)
def test_words_contrast_with_their_piece(judgement: Judgement) -> None:
    fill, ink = map(luminance, COLOURS[judgement])
    assert (max(fill, ink) + 0.05) / (min(fill, ink) + 0.05) >= 4.5


def test_a_judgement_nobody_was_given_has_no_piece_and_no_label() -> None:
    svg = of_2020(0, 50, 50, 0)
    assert [bar.get("fill") for bar in svg.iter(f"{SVG}rect")] == PALETTE[1:3]
    assert not any("Outstanding" in word or "Inadequate" in word for word in words(svg))


def test_a_share_that_rounds_to_nothing_is_still_labelled() -> None:
    assert "Good <1%" in words(of_2020(0, 1, 150, 149))


def test_too_few_audits_say_so_in_place_of_a_bar_that_would_give_the_shares_away() -> None:
    svg = of_2020(3, 3, 2, 1)
    assert words(svg) == ["2020", "9 audits", "Too few audits for percentages"]
    assert len(list(svg.iter(f"{SVG}rect"))) == 1
    assert (svg[1].text or "").endswith("2020, 9 audits: too few audits for percentages.")


def test_a_period_without_audits_says_so() -> None:
    assert words(of_2020(0, 0, 0, 0)) == ["2020", "0 audits", "No audits"]


def test_one_audit_is_not_plural() -> None:
    assert "1 audit" in words(of_2020(1, 0, 0, 0))


def test_a_long_period_says_its_months_on_a_second_line() -> None:
    quarter = split(PeriodKind.QUARTER, date(2020, 4, 1), date(2020, 6, 30))
    svg = drawn(table_of({202004: (10, 20, 30, 40)}, quarter))
    assert words(svg)[:3] == ["Q1 2020/21", "100 audits", "(Apr – Jun 2020)"]


def test_letters_keep_their_size_on_every_width() -> None:
    svg = drawn(published())
    assert svg.get("width") == "100%"
    assert svg.get("viewBox") is None
    assert {group.get("font-size") for group in svg.iter(f"{SVG}g")} == {"16"}


def test_nothing_is_styled_inline_or_transparent() -> None:
    used = {name for element in drawn(published()).iter() for name in element.attrib}
    assert not {name for name in used if name == "style" or "opacity" in name}
    assert not list(drawn(published()).iter(f"{SVG}style"))


def test_every_label_lies_within_the_drawing() -> None:
    svg = drawn(table_of({202001: (22, 3, 10, 65)}, YEAR_2020))
    lowest = max(float(text.attrib["y"]) for text in svg.iter(f"{SVG}text"))
    assert lowest < float(svg.attrib["height"])


@given(COUNTS)
@example([22, 3, 10, 65])
@example([25, 25, 25, 25])
@example([1, 1, 1, 1])
def test_labels_below_a_bar_never_collide_nor_run_off_the_chart(counts: list[int]) -> None:
    labels = place_outside([piece for piece in segments_of(counts) if not piece.lines_inside()])
    for width in (NARROWEST, 640, 900):
        for label in labels:
            begins, ends, _ = on_a_chart(label, width)
            assert begins >= -0.01
            assert ends <= width + 0.01
            for other in labels:
                others_begin, others_end, thread = on_a_chart(other, width)
                if other is not label and other.line == label.line:
                    assert ends <= others_begin or others_end <= begins
                if other.line > label.line:
                    assert not begins < thread < ends


@given(COUNTS)
def test_every_piece_is_labelled_once_inside_or_below(counts: list[int]) -> None:
    pieces = segments_of(counts)
    narrow = [piece for piece in pieces if piece.lines_inside() is None]
    below = [label.text for label in place_outside(narrow)]
    inside = [" ".join(lines) for piece in pieces if (lines := piece.lines_inside())]
    assert sorted(below + inside) == sorted(f"{piece.word} {piece.figure}" for piece in pieces)


def test_labels_that_cannot_be_kept_clear_get_a_line_each() -> None:
    endless = "Requires Improvement to be Good " * 3
    pieces = [Segment(start, 5, endless, "5%") for start in (40, 45, 50)]
    assert [label.line for label in place_outside(pieces)] == [0, 1, 2]


@pytest.mark.verapdf
def test_on_paper_the_chart_is_accessible(tmp_path: Path) -> None:
    require_verapdf()
    chart = stacked_bars(published(), "judgements")
    page = HTML(string=f"<html lang='en-GB'><title>Judgements</title><h1>Judgements</h1>{chart}")
    page.write_pdf(tmp_path / "chart.pdf", pdf_variant="pdf/ua-1")
    assert check_pdf(tmp_path / "chart.pdf") == []
