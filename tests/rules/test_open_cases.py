"""Lists of open cases: every row that is wrong is told with its column and reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from audit_app.rules.audits import CASE_REFERENCE_RULE
from audit_app.rules.import_cells import Cell, Unreadable
from audit_app.rules.import_columns import Problem, RawRow
from audit_app.rules.open_cases import (
    COLUMNS,
    Earlier,
    ListPlan,
    Place,
    Places,
    TeamPlace,
    plan_list,
    read_list,
)
from audit_app.rules.programme import MOST_CASES, share_of

PLACES = Places(
    service={"locality": Place(1, "Locality"), "old": Place(2, "Old", in_use=False)},
    locality={"north": Place(1, "North"), "south": Place(2, "South")},
    team={
        "n1": TeamPlace(1, "N1", True, "Locality", "North"),
        "closed": TeamPlace(2, "Closed", False, "Locality", "North"),
    },
)
GOOD: tuple[Cell, ...] = ("3000001", "Locality", "North", "N1", "E1006")


def rows(*cells: Sequence[Cell], header: Sequence[Cell] = COLUMNS) -> list[RawRow]:
    return [RawRow(1, header), *(RawRow(number, each) for number, each in enumerate(cells, 2))]


def plan(*cells: Sequence[Cell], earlier: Earlier | None = None) -> ListPlan:
    return plan_list(read_list(rows(*cells)), PLACES, earlier or Earlier())


def changed(place: int, cell: Cell) -> tuple[Cell, ...]:
    return (*GOOD[:place], cell, *GOOD[place + 1 :])


def test_a_right_list_is_ready_and_spelt_as_the_places_are_here() -> None:
    found = plan(GOOD, ("ab12", "LOCALITY", " north ", "n1", " e2001 "), ("C3", *GOOD[1:4], ""))
    assert found.ready
    assert [each.worker for each in found.cases] == ["E1006", "E2001", None]
    assert found.without_worker == 1
    assert found.by_team == [("Locality", "North", "N1", 3)]


@pytest.mark.parametrize(
    "header",
    [
        ("Case ID", "Service", "Locality", "Team", "Worker"),
        ("worker staff ID", "team", "locality", "service", "CASE_REFERENCE"),
        ("case reference", "service", "locality", "team", "worker_staff_id", "", ""),
    ],
)
def test_columns_stand_in_any_order_under_the_names_people_give_them(
    header: tuple[str, ...],
) -> None:
    place = {"case": 0, "service": 1, "locality": 2, "team": 3, "worker": 4}
    cells = [
        GOOD[place[name.casefold().replace("_", " ").split()[0]]] if name else "" for name in header
    ]
    [case] = read_list(rows(cells, header=header)).cases
    assert (case.case_reference, case.team, case.worker) == ("3000001", "N1", "E1006")


@pytest.mark.parametrize(
    ("header", "column", "reason"),
    [
        (("case_reference", "service", "locality", "team"), "worker", "This column is missing"),
        ((*COLUMNS, "child name"), "child name", "This is not a column of the list of open cases"),
        ((*COLUMNS, "team"), "team", "This column stands in the file twice"),
        ((*COLUMNS, "Case ID"), "case_reference", "This column stands in the file twice"),
        (("", *COLUMNS), "", "Column 1 has no name"),
    ],
)
def test_a_wrong_header_is_told_and_no_row_is_read(
    header: tuple[str, ...], column: str, reason: str
) -> None:
    read = read_list(rows(GOOD, header=header))
    assert Problem(1, column, reason) in read.header_problems
    assert not read.cases
    assert not plan_list(read, PLACES, Earlier()).ready


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        (changed(0, ""), "case_reference", "This is empty"),
        (
            changed(0, "K. Jones"),
            "case_reference",
            CASE_REFERENCE_RULE,
        ),
        (
            changed(0, date(2026, 1, 2)),
            "case_reference",
            "This is a date in the spreadsheet. Format the column as text",
        ),
        (changed(0, Unreadable("Excel rounds this")), "case_reference", "Excel rounds this"),
        (changed(1, " "), "service", "This is empty"),
        (changed(1, "x" * 81), "service", "This must be 80 characters or fewer"),
        (changed(1, "Fostring"), "service", "“Fostring” is not known here"),
        (changed(1, "Old"), "service", "“Old” is no longer in use"),
        (changed(2, "West"), "locality", "“West” is not known here"),
        (changed(3, "N9"), "team", "“N9” is not known here"),
        (changed(3, "Closed"), "team", "“Closed” is no longer in use"),
        (
            changed(2, "South"),
            "team",
            "“N1” is a team of Locality, North, not of Locality, South",
        ),
        (
            changed(4, "Priya Patel"),
            "worker",
            "The staff ID must be up to 20 letters, numbers and hyphens",
        ),
        (changed(4, "\x07"), "worker", "This holds a character that cannot be printed"),
        (GOOD[:4], "column 5", "This row has 4 cells and the header has 5"),
        ((*GOOD, "x"), "column 6", "This row has more cells than the header"),
    ],
)
def test_every_wrong_row_is_told_by_row_column_and_reason(
    cells: tuple[Cell, ...], column: str, reason: str
) -> None:
    found = plan(("1", *GOOD[1:]), cells)
    assert found.every_problem == [Problem(3, column, reason)]
    assert found.bad_rows == 1
    assert not found.ready


def test_a_case_that_stands_twice_is_told_however_it_is_written() -> None:
    found = plan(("ab1", *GOOD[1:]), GOOD, ("AB1", *GOOD[1:]), ("Ab1", *GOOD[1:]))
    assert found.problems == (
        Problem(4, "case_reference", "This case stands in row 2 already"),
        Problem(5, "case_reference", "This case stands in row 2 already"),
    )


def test_everything_wrong_with_a_row_is_told_at_once() -> None:
    found = plan(("", "", "", "", "no no"))
    assert [each.column for each in found.every_problem] == [
        "case_reference", "locality", "service", "team", "worker",
    ]  # fmt: skip


def test_names_nobody_made_are_listed_once_each() -> None:
    found = plan(changed(3, "N9"), ("2", *changed(3, "n9")[1:]), ("3", *changed(1, "Fostring")[1:]))
    assert [each.row for each in found.every_problem] == [2, 3, 4]
    assert found.unknown == {"service": ("Fostring",), "team": ("N9",)}


def test_problems_stand_in_the_order_of_the_rows_whatever_they_are() -> None:
    found = plan(changed(3, "N9"), ("2", *changed(3, "N9")[1:]), changed(4, "no no"))
    assert [each.row for each in found.every_problem] == [2, 3, 4]


def test_a_new_list_is_held_against_the_one_before() -> None:
    earlier = Earlier(frozenset({"3000001", "gone", "left"}), frozenset({"3000001", "left"}))
    found = plan(GOOD, ("new", *GOOD[1:]), earlier=earlier)
    assert (found.added, found.gone) == (1, 2)
    assert (found.exemptions_kept, found.exemptions_gone) == (1, 1)
    assert found.fingerprint != plan(GOOD, ("new", *GOOD[1:])).fingerprint


def test_a_list_without_a_row_is_not_ready() -> None:
    assert not plan().ready


@pytest.mark.parametrize(
    ("cases", "percent", "number"),
    [(0, 10, 0), (1, 5, 1), (20, 5, 1), (21, 5, 2), (50, 100, 50), (90_000, 50, MOST_CASES)],
)
def test_a_share_of_cases_is_rounded_up(cases: int, percent: int, number: int) -> None:
    assert share_of(cases, percent) == number
