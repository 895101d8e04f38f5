"""The published table comes out to the digit, and every figure follows from its counts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.rules.distribution import Distribution, Share, distribution, percent
from audit_app.rules.judgement_sheets import Beside, judgements_sheet
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.periods import Period, PeriodKind, month_key, split
from audit_app.rules.sheets import Sheet

#: The practice report's table: final judgements, best first, and the columns they stand under.
PUBLISHED = {201909: (4, 99, 142, 41), 202001: (16, 347, 479, 82), 202110: (30, 383, 393, 47)}
PUBLISHED_PERIODS = split(PeriodKind.CALENDAR_YEAR, date(2019, 9, 1), date(2021, 10, 31))
YEAR_2020 = split(PeriodKind.CALENDAR_YEAR, date(2020, 1, 1), date(2020, 12, 31))

Audit = tuple[date, Judgement]
AUDITS = st.lists(
    st.tuples(st.dates(date(2019, 9, 1), date(2021, 10, 31)), st.sampled_from(Judgement)),
    max_size=120,
)


def counted(lines: Iterable[tuple[int, Judgement, int]]) -> pd.DataFrame:
    return pd.DataFrame(list(lines), columns=["month", "judgement", "n"])


def published() -> Distribution:
    lines = (
        (month, word, count)
        for month, counts in PUBLISHED.items()
        for word, count in zip(SCALE, counts, strict=True)
    )
    return distribution(counted(lines), PUBLISHED_PERIODS)


def of_2020(*counts: int, **options: int) -> Distribution:
    """One year's table; the counts are in the order of the words, too little evidence last."""
    lines = ((202003, word, n) for word, n in zip(Judgement, counts, strict=False))
    return distribution(counted(lines), YEAR_2020, **options)


def sheet(table: Distribution) -> Sheet:
    return judgements_sheet(table, "Overall", Beside(evidence=True))


def rows(table: Distribution) -> list[tuple[str, tuple[str, ...]]]:
    """The lines of the table as people read them."""
    return [(line.label, tuple(cell.text for cell in line.cells)) for line in sheet(table).lines]


def half_up(count: int, total: int, places: int = 0) -> Fraction:
    """Rounding by whole numbers alone, to hold the decimal arithmetic against."""
    scale = 10**places
    return Fraction((2 * 100 * scale * count + total) // (2 * total), scale)


def test_the_published_table_is_reproduced_to_the_digit() -> None:
    assert rows(published())[:5] == [
        ("Outstanding", ("4 (1%)", "16 (2%)", "30 (4%)")),
        ("Good", ("99 (35%)", "347 (38%)", "383 (45%)")),
        ("Requires Improvement to be Good", ("142 (50%)", "479 (52%)", "393 (46%)")),
        ("Inadequate", ("41 (14%)", "82 (9%)", "47 (6%)")),
        ("Total", ("286", "924", "853")),
    ]


def test_good_or_better_is_made_from_counts_and_not_from_printed_figures() -> None:
    printed = [column.good_or_better.percent for column in published().columns]
    assert printed == [Decimal("36.0"), Decimal("39.3"), Decimal("48.4")]


def test_published_columns_come_to_100_101_and_101_and_a_note_says_why() -> None:
    table = published()
    assert [column.printed_sum for column in table.columns] == [100, 101, 101]
    assert table.notes == (
        "The periods cover 4, 12 and 10 months: compare percentages, not totals.",
        (
            "Each percentage is rounded on its own, so they add up to 101 in 2020 and "
            "101 in 2021 (Jan – Oct), not to 100."
        ),
    )


def test_the_headline_states_good_or_better_and_claims_no_change() -> None:
    assert published().headline == (
        "Good or better: 36.0% in 2019 (Sept – Dec), 39.3% in 2020, 48.4% in 2021 (Jan – Oct)"
    )


def test_months_and_audits_a_month_stand_below_the_table() -> None:
    assert rows(published())[5:] == [
        ("Good or better", ("103 (36.0%)", "363 (39.3%)", "413 (48.4%)")),
        ("95% interval, from", ("30.7%", "36.2%", "45.1%")),
        ("95% interval, to", ("41.7%", "42.5%", "51.8%")),
        ("Not enough evidence to judge", ("0", "0", "0")),
        ("Months covered", ("4", "12", "10")),
        ("Audits a month", ("71.5", "77.0", "85.3")),
    ]


def test_records_are_tidy_in_time_and_scale_order() -> None:
    records = published().records()
    assert list(records[0]) == [
        "period", "from", "to", "months", "judgement", "count", "percent", "total",
    ]  # fmt: skip
    assert list(records[5].values()) == [
        "2020", "2020-01-01", "2020-12-31", 12, "Good", 347, 38, 924,
    ]  # fmt: skip
    assert [record["judgement"] for record in records] == [word.label for word in SCALE] * 3


def test_the_json_holds_the_same_figures() -> None:
    shape = json.loads(json.dumps(published().as_json()))
    assert list(shape) == ["headline", "periods", "notes"]
    assert shape["periods"][2] == {
        "period": "2021 (Jan – Oct)",
        "from": "2021-01-01",
        "to": "2021-10-31",
        "months": 10,
        "part": True,
        "total": 853,
        "not_enough_evidence": 0,
        "audits_a_month": 85.3,
        "good_or_better": {"count": 413, "percent": 48.4},
        "judgements": [
            {"judgement": "Outstanding", "count": 30, "percent": 4},
            {"judgement": "Good", "count": 383, "percent": 45},
            {"judgement": "Requires Improvement to be Good", "count": 393, "percent": 46},
            {"judgement": "Inadequate", "count": 47, "percent": 6},
        ],
    }


def test_the_workbooks_table_holds_numbers_and_leaves_no_cell_empty() -> None:
    frame = sheet(published()).frame()
    assert list(frame.columns[:3]) == [
        "Judgement",
        "2019 (Sept – Dec): audits",
        "2019 (Sept – Dec): percent",
    ]
    counts = [16, 347, 479, 82, 924, 363, "[z]", "[z]", 0, 12, Decimal("77.0")]
    assert frame["2020: audits"].tolist() == counts
    assert [str(cell) for cell in frame["2020: percent"]] == [
        *("2", "38", "52", "9", "[z]", "39.3", "36.2", "42.5"),
        *["[z]"] * 3,
    ]
    assert str(frame["2019 (Sept – Dec): percent"][5]) == "36.0"
    assert frame.notna().all(axis=None)


def test_halves_are_rounded_up_and_not_to_even() -> None:
    assert percent(1, 8) == 13
    assert percent(1, 8, places=1) == Decimal("12.5")
    assert percent(5, 1000) == 1
    assert percent(1, 16, places=1) == Decimal("6.3")


def test_nothing_out_of_nothing_has_no_percentage() -> None:
    assert percent(0, 0) is None
    assert Share(0, 0, floor=0).text == "0"


@pytest.mark.parametrize(("count", "total"), [(-1, 10), (11, 10)])
def test_a_count_that_is_no_part_of_its_total_is_refused(count: int, total: int) -> None:
    with pytest.raises(ValueError, match="is not a part of"):
        percent(count, total)


def test_a_true_zero_prints_as_zero_and_a_small_share_does_not() -> None:
    column = of_2020(0, 1, 150, 149).columns[0]
    assert [cell.text for cell in column.cells] == ["0 (0%)", "1 (<1%)", "150 (50%)", "149 (50%)"]
    assert Share(1, 3000, places=1).text == "1 (<0.1%)"
    assert sheet(of_2020(0, 1, 150, 149)).frame()["2020: percent"].tolist()[:2] == [0, "[low]"]


def test_thousands_are_easy_to_read() -> None:
    assert Share(1234, 12340).text == "1,234 (10%)"


def test_below_the_floor_there_are_counts_only() -> None:
    table = of_2020(1, 2, 3, 3)
    assert [texts for _, texts in rows(table)[:5]] == [("1",), ("2",), ("3",), ("3",), ("9",)]
    assert table.notes == ("Counts only where there are fewer than 10 audits: 2020.",)
    assert table.headline == "Good or better: 3 of 9 in 2020"
    assert {record["percent"] for record in table.records()} == {None}
    assert set(sheet(table).frame()["2020: percent"]) == {"[x]", "[z]"}


def test_at_the_floor_percentages_appear_and_the_floor_can_be_moved() -> None:
    assert rows(of_2020(1, 2, 3, 4))[0][1] == ("1 (10%)",)
    assert rows(of_2020(1, 2, 3, 4, floor=11))[0][1] == ("1",)


def test_decimals_are_shown_on_request_from_a_hundred_audits_on() -> None:
    assert rows(of_2020(10, 40, 45, 5, places=1))[1][1] == ("40 (40.0%)",)
    assert rows(of_2020(10, 40, 45, 4, places=1))[1][1] == ("40 (40%)",)


def test_too_little_evidence_is_counted_apart_and_in_no_denominator() -> None:
    table = of_2020(5, 5, 5, 5, 80)
    assert rows(table)[0][1] == ("5 (25%)",)
    assert rows(table)[4][1] == ("20",)
    assert rows(table)[8][1] == ("80",)
    assert table.notes == (
        "Not enough evidence to judge, so in no total or percentage: 80 in 2020.",
    )


def test_a_year_without_audits_says_so() -> None:
    table = distribution(counted([]), YEAR_2020)
    assert [texts for _, texts in rows(table)[:5]] == [("0",)] * 5
    assert table.headline == "Good or better: no audits in 2020"
    assert table.notes == ()


def test_many_periods_are_summed_up_and_not_listed() -> None:
    months = split(PeriodKind.MONTH, date(2020, 1, 1), date(2020, 12, 15))
    lines = [
        (key, word, n)
        for period in months
        for key in period.month_keys()
        for word, n in zip(Judgement, (1, 1, 5, 0, 2), strict=True)
    ]
    lines += [(202003, Judgement.GOOD, 10), (202012, Judgement.GOOD, 7)]
    table = distribution(counted(lines), months)
    assert table.headline == (
        "Good or better: 2 of 7 in January 2020, 64% in 1 – 15 December 2020 "
        "(first and last of 12 periods)"
    )
    assert table.notes == (
        "The periods do not all cover the same time: compare percentages, not totals.",
        "Counts only where there are fewer than 10 audits: 10 of the 12 periods.",
        "Not enough evidence to judge, so in no total or percentage: 24 in 12 of the 12 periods.",
    )


def test_many_odd_sums_are_counted_and_not_listed() -> None:
    months = split(PeriodKind.MONTH, date(2020, 1, 1), date(2020, 6, 30))
    lines = [(202000 + month, word, 5) for month in range(1, 6) for word in SCALE[:3]]
    table = distribution(counted(lines), months)
    assert table.notes == (
        (
            "Each percentage is rounded on its own, so in 5 of the 6 periods "
            "they do not add up to 100."
        ),
    )


def test_periods_that_overlap_by_whole_months_are_each_counted_in_full() -> None:
    quarter = Period(PeriodKind.QUARTER, date(2020, 7, 1), date(2020, 9, 30))
    to_date = Period(PeriodKind.FINANCIAL_YEAR, date(2020, 4, 1), date(2020, 9, 30))
    lines = [(202004, Judgement.GOOD, 3), (202008, Judgement.GOOD, 4), (202101, Judgement.GOOD, 9)]
    table = distribution(counted(lines), [quarter, to_date])
    assert [column.total for column in table.columns] == [4, 7]


def test_a_month_shared_in_part_is_refused_because_monthly_counts_cannot_be_cut() -> None:
    half = Period(PeriodKind.MONTH, date(2020, 4, 1), date(2020, 4, 15))
    whole = Period(PeriodKind.MONTH, date(2020, 4, 1), date(2020, 4, 30))
    with pytest.raises(ValueError, match="1 – 15 April 2020 shares part of a month"):
        distribution(counted([]), [half, whole])


def test_counts_without_their_columns_are_refused() -> None:
    with pytest.raises(ValueError, match="lack n"):
        distribution(counted([]).drop(columns="n"), YEAR_2020)


def test_a_table_without_periods_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one period"):
        distribution(counted([]), [])


@pytest.mark.parametrize("judgement", ["excellent", None])
def test_a_judgement_that_is_no_word_of_the_scale_is_refused(judgement: str | None) -> None:
    counts = pd.DataFrame({"month": [202001], "judgement": [judgement], "n": [3]})
    with pytest.raises(ValueError, match="not a valid Judgement"):
        distribution(counts, YEAR_2020)


@given(AUDITS, st.sampled_from(PeriodKind))
def test_counts_always_equal_a_slow_recount(audits: list[Audit], kind: PeriodKind) -> None:
    periods = split(kind, date(2019, 9, 1), date(2021, 10, 31))
    table = distribution(counted((month_key(day), word, 1) for day, word in audits), periods)
    for column in table.columns:
        first, last = column.period.first, column.period.last
        words = [word for day, word in audits if first <= day <= last]
        assert column.counts == tuple(words.count(word) for word in SCALE)
        assert column.not_enough_evidence == words.count(Judgement.NOT_ENOUGH_EVIDENCE)
        assert column.total == len(words) - column.not_enough_evidence
        good = sum(word.good_or_better for word in words)
        assert column.good_or_better.count == good


@given(st.integers(0, 10**7), st.integers(1, 10**7), st.integers(0, 3))
def test_every_percentage_is_its_count_rounded_half_up(part: int, rest: int, places: int) -> None:
    printed = percent(part, part + rest, places)
    assert printed is not None
    assert Fraction(printed) == half_up(part, part + rest, places)
    assert printed.as_tuple().exponent == -places


@given(st.lists(st.integers(0, 400), min_size=4, max_size=4), st.sampled_from([0, 1]))
def test_every_printed_cell_is_half_up_and_odd_sums_are_explained(
    counts: list[int], places: int
) -> None:
    table = of_2020(*counts, places=places)
    column = table.columns[0]
    if not column.percents_shown:
        assert column.printed_sum is None
        return
    shown = places if sum(counts) >= 100 else 0
    expected = [half_up(count, sum(counts), shown) for count in counts]
    assert [Fraction(cell.percent or 0) for cell in column.cells] == expected
    assert [cell.exact for cell in column.cells] == [
        Fraction(100 * count, sum(counts)) for count in counts
    ]
    explained = any("rounded on its own" in note for note in table.notes)
    assert explained == (sum(expected) != 100)
