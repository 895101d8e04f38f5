"""Totals published before records: how their days are named, where they stand, what is said."""

from __future__ import annotations

from datetime import date

import pytest

from audit_app.rules.columns import Column
from audit_app.rules.historic import UNTESTED, PublishedTotal, published_totals
from audit_app.rules.historic_entry import Source, read_source
from audit_app.rules.periods import Period, PeriodKind

YEAR, FINANCIAL = PeriodKind.CALENDAR_YEAR, PeriodKind.FINANCIAL_YEAR
COUNTS = (3, 71, 160, 58)


def total(first: date, last: date, recorded: bool = False) -> PublishedTotal:
    return PublishedTotal(first, last, COUNTS, "Annual report, page 9", recorded)


IN_2018 = total(date(2018, 1, 1), date(2018, 12, 31))


@pytest.mark.parametrize(
    ("kind", "days", "label", "part"),
    [
        (YEAR, (date(2018, 1, 1), date(2018, 12, 31)), "2018", False),
        (YEAR, (date(2019, 1, 1), date(2019, 8, 31)), "2019 (Jan – Aug)", True),
        (YEAR, (date(2017, 4, 1), date(2018, 3, 31)), "Apr 2017 – Mar 2018", True),
        (FINANCIAL, (date(2017, 4, 1), date(2018, 3, 31)), "2017/18", False),
        (FINANCIAL, (date(2018, 1, 1), date(2018, 12, 31)), "Jan – Dec 2018", True),
        (YEAR, (date(2017, 4, 3), date(2018, 3, 31)), "3 Apr 2017 – 31 Mar 2018", True),
    ],
)
def test_its_days_are_named_as_parts_of_years_are_and_marked(
    kind: PeriodKind, days: tuple[date, date], label: str, part: bool
) -> None:
    found = total(*days).days(kind)
    assert found.label == f"{label}, published total"
    assert found.is_part is part
    assert not found.from_records


def test_percentages_are_made_from_counts_like_any_other() -> None:
    column = IN_2018.column(YEAR, 10)
    assert [cell.text for cell in column.cells] == ["3 (1%)", "71 (24%)", "160 (55%)", "58 (20%)"]
    assert column.good_or_better.text == "74 (25.3%)"


def test_it_stands_in_time_order_among_what_is_counted() -> None:
    counted = [
        Column(Period(YEAR, date(year, 1, 1), date(year, 12, 31)), COUNTS, 0, 10, 0)
        for year in (2017, 2019)
    ]
    found = published_totals([IN_2018], YEAR, 10, (None, None)).among(counted)
    assert [each.period.label for each in found] == ["2017", "2018, published total", "2019"]


def test_where_records_hold_its_days_they_count_and_the_notes_say_so() -> None:
    found = published_totals(
        [total(IN_2018.first, IN_2018.last, recorded=True)], YEAR, 10, (None, None)
    )
    assert found.columns == ()
    (note,) = found.notes
    assert "for 2018 is not shown: audits of those days are recorded here" in note
    assert "Annual report, page 9." in note


def test_of_days_asked_for_only_what_lies_within_them_is_shown() -> None:
    half = published_totals([IN_2018], YEAR, 10, (date(2018, 7, 1), None))
    assert half.columns == ()
    assert half.notes == (
        "The published total for 2018 is not shown, as it holds days outside those asked for.",
    )
    assert published_totals([IN_2018], YEAR, 10, (date(2019, 1, 1), None)).notes == ()
    whole = published_totals([IN_2018], YEAR, 10, (date(2018, 1, 1), date(2018, 12, 31)))
    assert whole.notes[-1] == UNTESTED
    assert "Source: Annual report, page 9." in whole.notes[0]


@pytest.mark.parametrize("title", ["Annual report", "Report, 4 May 2019, part 2, of audits"])
def test_a_source_can_be_read_in_its_parts_again(title: str) -> None:
    source = Source(title, date(2019, 3, 4), "page 9, table 2")
    assert read_source(source.text) is not None
    assert read_source("by telephone") is None
    plain = Source(title, date(2019, 3, 4), "page 9")
    assert read_source(plain.text) == plain
