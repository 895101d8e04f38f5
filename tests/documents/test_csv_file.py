"""A spreadsheet that opens the file sees what people wrote and runs none of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.documents.csv_file import FORMULA_STARTERS, csv_lines

HEADER = ["service", "count"]


def read_back(*rows: list[object]) -> list[list[str]]:
    text = "".join(csv_lines(HEADER, rows))
    return list(csv.reader(io.StringIO(text, newline="")))[1:]


@pytest.mark.parametrize("starter", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_text_that_begins_like_a_formula_gets_an_apostrophe(starter: str) -> None:
    assert read_back([f"{starter}HYPERLINK(1)", 1]) == [[f"'{starter}HYPERLINK(1)", "1"]]


@pytest.mark.parametrize("number", [-5, -2.5, Decimal("-0.1")])
def test_negative_numbers_stay_numbers(number: object) -> None:
    assert read_back(["Permanence", number]) == [["Permanence", str(number)]]


def test_a_formula_further_in_is_only_text() -> None:
    assert read_back(["North = South", 1]) == [["North = South", "1"]]


def test_headings_are_made_harmless_too() -> None:
    assert next(csv_lines(["=service"], [])) == "'=service\n"


def test_nothing_is_an_empty_cell_and_dates_are_written_year_first() -> None:
    assert read_back([None, date(2021, 10, 31)]) == [["", "2021-10-31"]]


def test_commas_quotes_and_line_ends_survive() -> None:
    text = 'Children’s "front door", North\nand West'
    assert read_back([text, 1]) == [[text, "1"]]


def test_lines_are_made_one_at_a_time_as_they_are_asked_for() -> None:
    asked: list[int] = []

    def rows() -> Iterator[list[object]]:
        for number in range(3):
            asked.append(number)
            yield ["Permanence", number]

    lines = csv_lines(HEADER, rows())
    assert next(lines) == "service,count\n"
    assert asked == []
    assert next(lines) == "Permanence,0\n"
    assert asked == [0]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00")))
def test_no_text_reaches_a_spreadsheet_as_a_formula_and_none_is_lost(text: str) -> None:
    ((cell, _),) = read_back([text, 1])
    assert not cell.startswith(FORMULA_STARTERS)
    assert cell.removeprefix("'") == text.removeprefix("'")
