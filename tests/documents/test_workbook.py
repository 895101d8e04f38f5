"""The workbook follows the Analysis Function's checklist, and what people wrote stays text."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pandas as pd
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from audit_app.documents.workbook import SHORTHAND, WorkbookTable, workbook

FRAME = pd.DataFrame({"Judgement": ["Outstanding", "Good"], "Audits": [16, 347]})
JUDGEMENTS = WorkbookTable(
    "Judgements",
    "Judgements by year",
    FRAME,
    notes=("Rounded.",),
    source="Audits",
    scope="Final judgements, all services",
)


def opened(*tables: WorkbookTable, notes: tuple[str, ...] = ()) -> openpyxl.Workbook:
    made = workbook(
        "Year on year", ["Data as at 1 November 2021"], tables, notes, "Anytown Council"
    )
    return openpyxl.load_workbook(io.BytesIO(made))


def column_a(sheet: Worksheet) -> list[Any]:
    return [cell.value for cell in sheet["A"]]


def cells(*values: object, blank: str = "[z]") -> list[Any]:
    """What stands in the cells of a column of these values, as openpyxl reads it back."""
    frame = pd.DataFrame({"Kept": range(len(values)), "Value": pd.Series(values, dtype=object)})
    sheet = opened(WorkbookTable("Values", "Values", frame, blank=blank))["Values"]
    return [cell for cell in sheet["B"] if cell.value is not None][1:]


def test_cover_contents_and_notes_come_before_the_tables() -> None:
    assert opened(JUDGEMENTS).sheetnames == ["Cover", "Contents", "Notes", "Judgements"]


def test_the_cover_says_what_it_is_and_how_fresh() -> None:
    cover = column_a(opened(JUDGEMENTS)["Cover"])
    assert cover[0] == "Year on year"
    assert cover[-1] == "Data as at 1 November 2021"


def test_the_contents_lead_to_every_table() -> None:
    contents = opened(JUDGEMENTS)["Contents"]
    link = contents["A4"]
    assert (link.value, link.hyperlink.location) == ("Judgements", "'Judgements'!A1")
    assert contents["B4"].value == "Judgements by year"


def test_a_sheet_opens_with_its_title_notes_source_and_scope_above_one_marked_up_table() -> None:
    sheet = opened(JUDGEMENTS, notes=("Final judgements.",))["Judgements"]
    assert column_a(sheet) == [
        "Judgements by year",
        "Notes: [note 1][note 2]",
        "This worksheet contains one table.",
        "Audits",
        "Final judgements, all services",
        "Judgement",
        "Outstanding",
        "Good",
    ]
    assert sheet.tables.items() == [("table_1", "A6:B8")]


def test_notes_are_numbered_once_and_referred_to_where_they_apply() -> None:
    other = WorkbookTable("Threads", "Threads", FRAME, notes=("Rounded.", "Threads are separate."))
    book = opened(JUDGEMENTS, other, notes=("Final judgements.",))
    notes = list(book["Notes"].iter_rows(min_row=4, values_only=True))
    assert notes == [(1, "Final judgements."), (2, "Rounded."), (3, "Threads are separate.")]
    assert book["Judgements"]["A2"].value == "Notes: [note 1][note 2]"
    assert book["Threads"]["A2"].value == "Notes: [note 1][note 2][note 3]"


def test_without_notes_the_notes_sheet_says_so() -> None:
    book = opened(WorkbookTable("Plain", "Plain", FRAME))
    assert "These tables need no notes." in [cell.value for cell in book["Notes"]["B"]]
    assert book["Plain"]["A2"].value == "This worksheet contains one table."


def test_numbers_stay_numbers() -> None:
    assert [cell.value for cell in cells(16, -5, Decimal("39.3"))] == [16, -5, 39.3]


def test_a_decimal_is_shown_with_the_decimals_it_was_printed_with() -> None:
    shown = cells(Decimal("36.0"), Decimal("39.3"), Decimal("2"), Decimal("0.25"), 7)
    assert [cell.value for cell in shown] == [36, 39.3, 2, 0.25, 7]
    assert [cell.number_format for cell in shown] == ["0.0", "0.0", "General", "0.00", "General"]


def test_dates_are_dates_as_people_here_write_them() -> None:
    day, moment, never = cells(date(2021, 10, 31), datetime(2021, 10, 31, 9, 30, tzinfo=UTC), None)
    assert day.value == datetime(2021, 10, 31)  # noqa: DTZ001  Excel knows no time zones
    assert moment.value == datetime(2021, 10, 31, 9, 30)  # noqa: DTZ001
    assert day.number_format == "dd/mm/yyyy"
    assert never.value == "[z]"


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://example.org","Permanence")',
        "{=SUM(A1:A2)}",
        "+44 161 496 0000",
        "-5",
        "@SUM(A1)",
        "0123",
        "http://example.org",
        "[Permanence](http://example.org)",
        "[one](two) [three](four)",
        "$$note0$$",
        "?",
        "حماية",
        "line one\nline two",
    ],
)
def test_text_stays_the_text_it_was(text: str) -> None:
    (cell,) = cells(text)
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


def test_marks_and_links_in_titles_and_notes_are_only_words() -> None:
    table = WorkbookTable("Odd", "[Odd](x) $$team$$", FRAME, notes=("[See](y) $$z$$",))
    book = opened(table)
    assert book["Odd"]["A1"].value == "[Odd] (x) $ $team$ $"
    assert book["Odd"]["A1"].hyperlink is None
    assert book["Notes"]["B4"].value == "[See] (y) $ $z$ $"


def test_formulas_in_headings_and_on_the_cover_are_only_words() -> None:
    frame = pd.DataFrame({"=1+1": ["Good"]})
    made = workbook("=1+1", ["=2+2"], [WorkbookTable("Odd", "=3+3", frame)])
    book = openpyxl.load_workbook(io.BytesIO(made))
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds


def test_an_empty_cell_is_never_left_unexplained() -> None:
    assert [cell.value for cell in cells(None, float("nan"), "  ", pd.NaT)] == ["[z]"] * 4
    assert [cell.value for cell in cells(None, blank="[x]")] == ["[x]"]


def test_yes_and_no_are_words() -> None:
    assert [cell.value for cell in cells(True, False)] == ["Yes", "No"]


def test_shorthand_is_explained_on_the_sheet_that_uses_it_and_only_there() -> None:
    used = pd.DataFrame({"Judgement": ["Good"], "Percent": ["[low]"]})
    book = opened(JUDGEMENTS, WorkbookTable("Shares", "Shares", used))
    explained = f"[low] means {SHORTHAND['[low]']}."
    assert explained in column_a(book["Shares"])
    assert explained not in column_a(book["Judgements"])


def test_text_longer_than_a_cell_is_cut_and_says_so() -> None:
    (cell,) = cells("a" * 40_000)
    assert len(cell.value) == 32_767
    assert cell.value.endswith("[cut short: longer than a cell can hold]")


def test_a_table_without_rows_says_that_there_is_nothing() -> None:
    sheet = opened(WorkbookTable("None yet", "None yet", FRAME.iloc[:0]))["None yet"]
    last = list(sheet.iter_rows(values_only=True))[-1]
    assert last == ("Nothing to list", "[z]")


def test_long_text_wraps_in_a_column_of_readable_width() -> None:
    frame = pd.DataFrame({"Evidence": ["The child was seen. " * 30], "Audits": [1]})
    sheet = opened(WorkbookTable("Evidence", "Evidence", frame))["Evidence"]
    assert sheet.column_dimensions["A"].width == pytest.approx(60, abs=1)
    assert sheet.column_dimensions["B"].width == pytest.approx(10, abs=1)
    assert sheet["A4"].alignment.wrap_text


def test_nothing_is_merged_frozen_or_filtered() -> None:
    sheet = opened(JUDGEMENTS)["Judgements"]
    assert not sheet.merged_cells.ranges
    assert sheet.freeze_panes is None
    assert sheet.tables["table_1"].autoFilter is None


def test_the_documents_properties_name_it_and_its_owner() -> None:
    properties = opened(JUDGEMENTS).properties
    assert (properties.title, properties.creator) == ("Year on year", "Anytown Council")


@pytest.mark.parametrize("name", ["", "Q1 2022/23", "x" * 32, "'Odd'", " first"])
def test_a_name_excel_cannot_use_for_a_sheet_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name of a sheet"):
        opened(WorkbookTable(name, "Title", FRAME))


@pytest.mark.parametrize("name", ["judgements", "Notes"])
def test_two_sheets_of_one_name_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="Two sheets would be called"):
        opened(JUDGEMENTS, WorkbookTable(name, "Title", FRAME))


def test_a_workbook_without_tables_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one table"):
        opened()
