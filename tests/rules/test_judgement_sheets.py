"""The table with what stands beside it, and the numbers behind what is said of a change."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from audit_app.rules.change import movement
from audit_app.rules.change_sheet import change_sheets
from audit_app.rules.columns import Column
from audit_app.rules.distribution import Distribution
from audit_app.rules.judgement_sheets import Beside, judgements_sheet, tidy_sheet
from audit_app.rules.periods import Period, PeriodKind, split
from audit_app.rules.same_months import same_months
from audit_app.rules.shares import Share
from audit_app.rules.sheets import Sheet

PUBLISHED = ((4, 99, 142, 41), (16, 347, 479, 82), (30, 383, 393, 47))
YEARS = split(PeriodKind.CALENDAR_YEAR, date(2019, 9, 1), date(2021, 10, 31))


def published() -> Distribution:
    pairs = zip(YEARS, PUBLISHED, strict=True)
    return Distribution(tuple(Column(period, counts, 0, 10, 0) for period, counts in pairs))


def months(kind: PeriodKind, first: date, last: date) -> list[tuple[date, date]]:
    return [(each.first, each.last) for each in same_months(split(kind, first, last))]


def rows(sheet: Sheet) -> dict[str, list[str]]:
    return {line.label: [cell.text for cell in line.cells] for line in sheet.lines}


def test_the_interval_and_how_audits_were_chosen_stand_below_good_or_better() -> None:
    at_random = [Share(200, 286), Share(924, 924), Share(0, 853)]
    shown = rows(judgements_sheet(published(), "Overall", Beside(at_random)))
    assert shown["Good or better"] == ["103 (36.0%)", "363 (39.3%)", "413 (48.4%)"]
    assert shown["95% interval, from"] == ["30.7%", "36.2%", "45.1%"]
    assert shown["95% interval, to"] == ["41.7%", "42.5%", "51.8%"]
    assert shown["Chosen at random"] == ["200 (70%)", "924 (100%)", "0 (0%)"]
    assert shown["Months covered"] == ["4", "12", "10"]


def test_many_periods_stand_one_below_the_other_with_the_same_figures() -> None:
    quarters = split(PeriodKind.QUARTER, date(2018, 1, 1), date(2021, 3, 31))
    table = Distribution(tuple(Column(each, (1, 6, 4, 1), 2, 10, 0) for each in quarters))
    sheet = judgements_sheet(table, "Plan", Beside(evidence=True))
    assert [heading.label for heading in sheet.columns] == [
        *("Outstanding", "Good", "Requires Improvement to be Good", "Inadequate", "Total"),
        *("Good or better", "95% interval", "Not enough evidence to judge"),
        *("Months covered", "Audits a month"),
    ]
    assert rows(sheet)["Q4 2020/21 (Jan – Mar 2021)"] == [
        *("1 (8%)", "6 (50%)", "4 (33%)", "1 (8%)", "12"),
        *("7 (58%)", "32% to 81%", "2", "3", "4.0"),
    ]


def test_too_few_audits_have_no_interval() -> None:
    table = Distribution((Column(YEARS[1], (1, 2, 3, 3), 0, 10, 0),))
    sheet = judgements_sheet(table, "Overall", Beside())
    assert rows(sheet)["95% interval, from"] == ["–"]
    ends = next(row for row in sheet.file_rows() if row[0] == "95% interval, to")
    assert dict(zip(sheet.file_header, ends, strict=True)) == {
        "Judgement": "95% interval, to",
        "2020: audits": "[z]",
        "2020: percent": "[x]",
    }


def test_a_period_in_which_a_new_set_of_threads_begins_is_marked() -> None:
    sheet = judgements_sheet(published(), "Overall", Beside(breaks=frozenset(YEARS[1:2])))
    assert [heading.label for heading in sheet.columns] == [
        *("2019 (Sept – Dec)", "2020 [b]", "2021 (Jan – Oct)")
    ]


def test_the_tidy_table_keeps_the_columns_people_script_against() -> None:
    sheet = tidy_sheet(published(), "Overall")
    assert sheet.file_header == (
        *("period", "from", "to", "months", "judgement", "count", "percent", "total"),
    )
    assert list(sheet.file_rows())[5] == (
        *("2020", "2020-01-01", "2020-12-31", 12, "Good", 347, 38, 924),
    )
    assert list(tidy_sheet(None, "Overall").file_rows()) == []


def test_every_step_and_the_trend_are_there_to_be_defended() -> None:
    steps, trend = change_sheets(movement(published().columns))
    assert rows(steps) == {
        "2019 (Sept – Dec) to 2020": [
            *("103 (36.0%)", "363 (39.3%)", "+3.3", "−3.2 to +9.5", "No clear change"),
        ],
        "2020 to 2021 (Jan – Oct)": [
            *("363 (39.3%)", "413 (48.4%)", "+9.1", "+4.5 to +13.7", "Better"),
        ],
    }
    assert steps.lines[0].cells[3].values == (Decimal("-3.2"), Decimal("9.5"))
    assert rows(trend) == {
        "2019 (Sept – Dec) to 2021 (Jan – Oct)": [
            "3",
            "2,063",
            "−5.80",
            "less than 0.001",
            "Better",
        ]
    }


def test_nothing_tested_has_no_numbers_behind_it() -> None:
    assert change_sheets(movement(published().columns[:1])) == ()


def test_years_are_cut_to_the_months_all_of_them_have() -> None:
    assert months(PeriodKind.CALENDAR_YEAR, date(2019, 9, 1), date(2021, 10, 31)) == [
        (date(year, 9, 1), date(year, 10, 31)) for year in (2019, 2020, 2021)
    ]
    assert months(PeriodKind.FINANCIAL_YEAR, date(2019, 4, 1), date(2021, 2, 28)) == [
        (date(2019, 4, 1), date(2020, 2, 29)),
        (date(2020, 4, 1), date(2021, 2, 28)),
    ]


def test_a_month_of_which_days_are_missing_is_not_one_that_every_year_has() -> None:
    assert months(PeriodKind.CALENDAR_YEAR, date(2020, 1, 1), date(2021, 3, 20)) == [
        (date(year, 1, 1), date(year, 2, 28 + (year == 2020))) for year in (2020, 2021)
    ]


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [
        (PeriodKind.CALENDAR_YEAR, date(2020, 3, 5), date(2020, 9, 9)),
        (PeriodKind.QUARTER, date(2020, 3, 1), date(2021, 9, 30)),
        (PeriodKind.CALENDAR_YEAR, date(2020, 1, 1), date(2021, 12, 31)),
    ],
)
def test_one_year_whole_years_and_shorter_periods_stay_as_they_are(
    kind: PeriodKind, first: date, last: date
) -> None:
    periods: tuple[Period, ...] = split(kind, first, last)
    assert same_months(periods) == periods


def test_years_without_a_month_in_common_cannot_be_compared() -> None:
    assert months(PeriodKind.CALENDAR_YEAR, date(2019, 9, 1), date(2020, 6, 30)) == []
