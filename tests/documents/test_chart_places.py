"""Dots and funnels draw the figures they are given, in the order given, within a phone's width."""

from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from audit_app.documents.chart_funnel import funnel_chart
from audit_app.documents.chart_labels import NARROWEST, width_of
from audit_app.documents.chart_places import Dot, dots_chart
from audit_app.rules.funnel import FAR, NEAR, Funnel, edges, funnel
from audit_app.rules.intervals import wilson
from audit_app.rules.shares import Share

SVG = "{http://www.w3.org/2000/svg}"
PLACES = {
    "Zebra": (30, 60),
    "Advice, Guidance and Support for Families": (2, 101),
    "Citywide": (97, 100),
    "Few": (3, 7),
}
TEAMS = [
    *((f"Within {number}", 50 + number % 5, 100 + number) for number in range(20)),
    ("Above them", 190, 240),
    ("Above them too", 185, 238),
    ("Below", 10, 90),
    ("Few", 0, 4),
]


def dots() -> list[Dot]:
    shares = {name: Share(*of) for name, of in PLACES.items()}
    return [
        Dot(name, of, wilson(of) if of.percent is not None else None) for name, of in shares.items()
    ]


def drawn(places: list[Dot]) -> ET.Element:
    whole = ("All places", Share(132, 268))
    markup = dots_chart("Outstanding", places, whole, "What it says", "places")
    return ET.fromstring(markup)  # noqa: S314  drawn by us


def drawn_funnel(found: Funnel) -> ET.Element:
    markup = funnel_chart(found, "Good or better", "What it says", "funnel")
    return ET.fromstring(markup)  # noqa: S314  drawn by us


def place(element: ET.Element, name: str) -> float:
    return float(element.attrib[name].removesuffix("%"))


def words(svg: ET.Element) -> list[str]:
    return [each.text or "" for each in svg.iter(f"{SVG}text")]


def span(text: ET.Element) -> tuple[float, float]:
    """Where words begin and end on the narrowest screen."""
    at = place(text, "x") / 100 * NARROWEST + float(text.get("dx", "0"))
    wide = width_of(text.text or "")
    start = {"start": at, "middle": at - wide / 2, "end": at - wide}[text.attrib["text-anchor"]]
    return start, start + wide


def test_each_dot_stands_at_its_share_in_the_order_given() -> None:
    svg = drawn(dots())
    ticks = {
        round(place(each, "x1"), 2)
        for each in svg.iter(f"{SVG}line")
        if place(each, "y2") - place(each, "y1") == 5
    }
    left, right = min(ticks), max(ticks)
    marks = [place(each, "cx") for each in svg.iter(f"{SVG}circle")]
    shares = [count / total for count, total in PLACES.values() if total >= 10]
    assert marks == pytest.approx([left + (right - left) * share for share in shares], abs=0.01)
    named = [each for each in words(svg) if each in ("Zebra", "Citywide", "Few")]
    assert named == ["Zebra", "Citywide", "Few"]


def test_too_few_have_their_count_and_neither_dot_nor_percentage() -> None:
    svg = drawn(dots())
    assert "3, too few to compare" in words(svg)
    assert "Few: 3 of 7, too few to compare." in (svg.findtext(f"{SVG}desc") or "")
    assert len(list(svg.iter(f"{SVG}circle"))) == 3


def test_title_and_description_say_it_to_whoever_cannot_see() -> None:
    for svg in (drawn(dots()), drawn_funnel(funnel(TEAMS))):
        assert svg.findtext(f"{SVG}title") == "What it says"
        assert svg.findtext(f"{SVG}desc")
        assert not any("style" in each.attrib for each in svg.iter())


def test_words_stay_within_the_narrowest_screen() -> None:
    for svg in (drawn(dots()), drawn_funnel(funnel(TEAMS))):
        for text in svg.iter(f"{SVG}text"):
            start, end = span(text)
            assert start >= -0.5, text.text
            assert end <= NARROWEST + 0.5, text.text


def test_words_of_the_scale_do_not_run_into_each_other_on_a_phone() -> None:
    """The longest figures leave the scale the least room."""
    of = Share(12_345, 12_500, 1)
    svg = drawn([Dot("Long figures", of, wilson(of))])
    scale = [each for each in svg.iter(f"{SVG}text") if (each.text or "").rstrip("%").isdigit()]
    spans = sorted(span(each) for each in scale)
    assert "100%" in [each.text for each in scale]
    assert len(spans) > 1
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


def test_a_name_stands_on_white_so_that_no_limit_strikes_it_through() -> None:
    svg = drawn_funnel(funnel(TEAMS))
    every = list(svg.iter())
    grounds = [each for each in every if each.tag == f"{SVG}rect"]
    assert len(grounds) == 3
    tags = [each.tag for each in every]
    assert every.index(grounds[-1]) < tags.index(f"{SVG}circle")
    for text in svg.iter(f"{SVG}text"):
        if text.get("dx") and not (text.text or "").endswith("%"):
            start, end = span(text)
            assert any(_under(ground, start, end, float(text.attrib["y"])) for ground in grounds)


def _under(ground: ET.Element, start: float, end: float, baseline: float) -> bool:
    moved = float(ground.attrib["transform"].removeprefix("translate(").removesuffix(")"))
    left = place(ground, "x") / 100 * NARROWEST + moved
    top, height = float(ground.attrib["y"]), float(ground.attrib["height"])
    covers = left <= start + 0.01 and left + float(ground.attrib["width"]) >= end - 0.01
    return covers and top < baseline - 10 and top + height > baseline


def test_only_teams_outside_are_named_and_have_a_shape_of_their_own() -> None:
    found = funnel(TEAMS)
    svg = drawn_funnel(found)
    outside = {"Above them", "Above them too", "Below"}
    assert {each.name for each in found.outside} == outside
    said = " ".join(words(svg))
    assert all(name in said for name in outside)
    assert "Within" not in said
    assert "Few" not in said
    assert len(list(svg.iter(f"{SVG}circle"))) == 20
    assert len(list(svg.iter(f"{SVG}polygon"))) == 3
    assert "Below: 10 of 90 (11%), below 99.8% limit." in (svg.findtext(f"{SVG}desc") or "")


def test_marks_stand_by_audits_and_share_on_the_side_of_the_limits_the_table_says() -> None:
    found = funnel(TEAMS)
    svg = drawn_funnel(found)
    holders = [each for each in svg.iter(f"{SVG}svg") if each is not svg]
    marks = {(place(each, "cx"), place(each, "cy")) for each in svg.iter(f"{SVG}circle")}
    marks |= {(place(each, "x"), place(each, "y")) for each in holders}
    by_audits = sorted((across, down) for across, down in marks)
    teams = sorted((each.share.total, -each.share.count / each.share.total, each)
                   for each in found.compared)  # fmt: skip
    assert len(by_audits) == len(teams)
    (low_across, low_down), (high_across, high_down) = by_audits[0], by_audits[-1]
    for (across, down), (total, share, _) in zip(by_audits, teams, strict=True):
        part = (total - teams[0][0]) / (teams[-1][0] - teams[0][0])
        assert across == pytest.approx(low_across + part * (high_across - low_across), abs=0.01)
        tall = (share - teams[0][1]) / (teams[-1][1] - teams[0][1])
        assert down == pytest.approx(low_down + tall * (high_down - low_down), abs=0.5)
    centre = found.whole.count / found.whole.total
    for team in found.compared:
        share = team.share.count / team.share.total
        ((near_low, near_high),) = edges(centre, [team.share.total], NEAR)
        ((far_low, far_high),) = edges(centre, [team.share.total], FAR)
        assert team.standing.outside == (not near_low <= share <= near_high)
        assert team.standing.far == (not far_low <= share <= far_high)


def test_one_size_of_team_or_one_team_draws_without_limits_beside() -> None:
    for teams in ([("A", 6, 12), ("B", 7, 12)], [("A", 6, 12)]):
        assert "Audits of the team" in words(drawn_funnel(funnel(teams)))
