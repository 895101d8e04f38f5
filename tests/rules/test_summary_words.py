"""The sentences of a summary claim a change only where a rule found one."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.rules.change import Direction
from audit_app.rules.columns import Column
from audit_app.rules.periods import Period, PeriodKind
from audit_app.rules.summary_words import Against, found, inadequate_against, sure

THEN = Period(PeriodKind.CALENDAR_YEAR, date(2020, 1, 1), date(2020, 12, 31))
LAST = Period(PeriodKind.CALENDAR_YEAR, date(2019, 1, 1), date(2019, 12, 31))
NOW = Period(PeriodKind.CALENDAR_YEAR, date(2021, 1, 1), date(2021, 10, 31))
CLAIMS = ("rose", "fell", "clearly up", "clearly down", "a clear rise", "a clear fall")
counts = st.tuples(*(st.integers(0, 400) for _ in range(4)))


def column(period: Period, *judged: int) -> Column:
    return Column(period, judged, 0, floor=10, places=0)


def against(before: tuple[int, ...], now: tuple[int, ...]) -> Against:
    return Against("the year before", column(THEN, *before), column(NOW, *now))


def whole(before: tuple[int, ...], now: tuple[int, ...]) -> Against:
    """Of years that are both over."""
    return Against("the year before", column(LAST, *before), column(THEN, *now))


PUBLISHED = against((16, 347, 479, 82), (30, 383, 393, 47))


def test_the_published_years_read_as_a_rise_with_what_they_are_of() -> None:
    assert PUBLISHED.sentence == (
        "Good or better rose from 39.3% (363 of 924) in 2020 to 48.4% (413 of 853) in "
        "2021 (Jan – Oct), 10 months against 12; a change this size is unlikely to be chance."
    )
    assert found(PUBLISHED.now, [PUBLISHED]) == (
        "48.4% of 853 audits were good or better: clearly up from 39.3% of 924 in the year before "
        "(10 months against 12)."
    )
    assert sure(PUBLISHED.now) == "95% interval 45.1% to 51.8%"
    assert inadequate_against(PUBLISHED) == (
        "47 of 853 audits (6%) were judged Inadequate; 82 of 924 (9%) in the year before, "
        "a clear fall (10 months against 12)."
    )


def test_two_comparisons_without_a_change_are_said_once() -> None:
    same = whole((4, 50, 40, 6), (4, 51, 40, 5))
    other = Against("the quarter before", same.before, same.now)
    assert found(same.now, [same, other]) == (
        "55.0% of 100 audits were good or better: no clear change from 54.0% of 100 in the year "
        "before or from 54.0% of 100 in the quarter before."
    )


def test_a_sentence_prints_all_its_percentages_with_as_many_decimals() -> None:
    few, many = whole((0, 37, 29, 0), (4, 50, 40, 6)), whole((4, 61, 45, 6), (4, 50, 40, 6))
    other = Against("the quarter before", many.before, many.now)
    assert found(few.now, [few, other]) == (
        "54% of 100 audits were good or better: no clear change from 56% of 66 in the year before "
        "or from 56% of 116 in the quarter before."
    )
    assert "56% (37 of 66)" in few.sentence
    assert "54% (54 of 100)" in few.sentence
    assert "56.0% (65 of 116)" in other.sentence


def test_a_period_that_runs_is_said_to_be_shorter_than_what_it_is_held_against() -> None:
    same = against((4, 50, 40, 6), (4, 51, 40, 5))
    assert same.sentence.endswith("; 10 months against 12.")
    assert same.clause.endswith(" in the year before (10 months against 12)")
    assert "months against" not in whole((4, 50, 40, 6), (4, 51, 40, 5)).sentence


@given(counts, counts)
def test_a_change_is_claimed_only_where_the_rule_fired(
    before: tuple[int, ...], now: tuple[int, ...]
) -> None:
    one = against(before, now)
    clear = one.direction in (Direction.BETTER, Direction.WORSE)
    for said in (one.sentence, one.clause, found(one.now, [one])):
        assert any(claim in said for claim in CLAIMS) is (clear and bool(sum(now)))


@given(counts, counts)
def test_no_percentage_stands_below_the_floor(
    before: tuple[int, ...], now: tuple[int, ...]
) -> None:
    one = against(before, now)
    if sum(before) < 10 and sum(now) < 10:
        said = f"{one.sentence} {found(one.now, [one])} {inadequate_against(one)} {sure(one.now)}"
        assert "%" not in said


@given(counts, counts)
def test_every_percentage_stands_beside_what_it_is_of(
    before: tuple[int, ...], now: tuple[int, ...]
) -> None:
    said = found(column(NOW, *now), [against(before, now)])
    for place in re.finditer(r"%", said):
        assert said[place.end() :].startswith(" of ")


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        ((0, 0, 0, 0), (0, 0, 0, 0), "No audit was judged, so there is nothing to compare."),
        (
            (0, 9, 9, 0),
            (0, 1, 0, 0),
            "1 of 1 audit was good or better: too few for a percentage or a comparison.",
        ),
        (
            (0, 0, 0, 0),
            (0, 6, 6, 0),
            "50% of 12 audits were good or better: no audits in the year before to compare with.",
        ),
        (
            (0, 1, 2, 0),
            (0, 6, 6, 0),
            (
                "50% of 12 audits were good or better: only 3 audits in the year before, too few "
                "to compare."
            ),
        ),
    ],
)
def test_few_audits_are_said_to_be_few(
    before: tuple[int, ...], now: tuple[int, ...], said: str
) -> None:
    one = against(before, now)
    assert found(one.now, [one]) == said


def test_none_inadequate_is_said_so() -> None:
    one = against((0, 0, 0, 0), (0, 5, 6, 0))
    assert inadequate_against(one) == "None of 11 audits was judged Inadequate."
