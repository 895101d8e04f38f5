"""Files as they really come: spreadsheets' dates and numbers, odd encodings, traps."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from audit_app.files.reading import FileRefused, Limits, Table, read_bytes, read_table
from audit_app.rules.import_cells import Unreadable
from tests.transfer.audit_files import audit, csv_file, saved, workbook_file

AFTERNOON = datetime(2020, 1, 2, 13, 5)  # noqa: DTZ001 - a spreadsheet knows no time zone
LIMITS = Limits(megabytes=1, rows=100)


def read(content: bytes, name: str = "") -> Table:
    return read_table(content, name or ("a.xlsx" if content[:2] == b"PK" else "a.csv"), LIMITS)


def refusal(content: bytes, name: str = "") -> str:
    with pytest.raises(FileRefused) as refused:
        read(content, name)
    return str(refused.value)


def workbook(*cells: tuple[str, Any], after: Callable[[Any], None] | None = None) -> bytes:
    """A workbook with these cells, and a header in A1."""
    book = openpyxl.Workbook()
    book.active["A1"] = "case_reference"
    for place, value in cells:
        book.active[place] = value
    if after:
        after(book)
    return saved(book)


def repacked(content: bytes, **members: bytes) -> bytes:
    """A workbook with some members put in place of its own, and others added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for each in old.namelist():
            new.writestr(each, members.pop(each) if each in members else old.read(each))
        for name, data in members.items():
            new.writestr(name, data)
    return out.getvalue()


def sheet_of(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read("xl/worksheets/sheet1.xml")


def test_rows_keep_the_numbers_a_spreadsheet_shows_and_blank_ones_are_left_out() -> None:
    text = b'a,b\r\n"two\nlines",2\r\n,\r\n\r\n3,4\r\n'
    assert [row.number for row in read(text).rows] == [1, 2, 5]
    sheet = workbook(("A2", "two\nlines"), ("A5", "x"))
    assert [row.number for row in read(sheet).rows] == [1, 2, 5]


def test_a_mark_at_the_start_of_the_file_is_no_part_of_the_first_column() -> None:
    assert read("\ufeffa,b\n1,2\n".encode()).rows[0].cells == ["a", "b"]


def test_dates_and_numbers_of_a_workbook_read_as_they_were_typed() -> None:
    content = workbook(
        ("A2", 3267420), ("B2", date(2020, 1, 2)), ("C2", AFTERNOON),
        ("D2", "2021"), ("E2", 1.5), ("F2", 12345678901234567890), ("G2", True),
    )  # fmt: skip
    cells = read(content).rows[1].cells
    assert cells[:5] == ["3267420", date(2020, 1, 2), date(2020, 1, 2), "2021", "1.5"]
    assert isinstance(cells[5], Unreadable)
    assert cells[6] == "TRUE"


def test_dates_counted_from_1904_are_the_same_days() -> None:
    def macintosh(book: openpyxl.Workbook) -> None:
        book.epoch = CALENDAR_MAC_1904

    assert read(workbook(("A2", date(2020, 1, 2)), after=macintosh)).rows[1].cells[0] == date(
        2020, 1, 2
    )


def test_the_first_sheet_people_see_is_read_and_they_are_told() -> None:
    def hidden_first(book: openpyxl.Workbook) -> None:
        book.active.sheet_state = "hidden"
        shown, other = book.create_sheet("Audits"), book.create_sheet("Notes")
        shown["A1"], shown["A2"], other["A1"] = "x", "y", "z"

    table = read(workbook(after=hidden_first))
    assert [row.cells for row in table.rows] == [["x"], ["y"]]
    assert table.notes == ("The file has 2 sheets. Only the first, “Audits”, was read.",)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_a_text_that_is_not_utf_8_is_refused_with_what_to_do(encoding: str) -> None:
    said = refusal("a,b\n1,Zoë\n".encode(encoding))
    assert "not in UTF-8" in said
    assert "CSV UTF-8" in said


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"%PDF-1.7 a", "a.pdf", "must be a CSV or XLSX"),
        (b"a\0b,c\n", "a.csv", "must be a CSV or XLSX"),
        (b"\xd0\xcf\x11\xe0 old", "a.xlsx", "password protected or in an old Excel format"),
        (b"PK\x03\x04 not a zip", "a.xlsx", "cannot be read as a workbook"),
        (b'a,b\n"open,2\n', "a.csv", "not a whole CSV: row 2"),
        (b"a;b\n1;2\n", "a.csv", "commas between its columns"),
        (b"a,b\n", "a.csv", "no rows below"),
        (b",\n,\n", "a.csv", "is empty"),
        (b"a\n" + b"1\n" * 101, "a.csv", "100 rows or fewer"),
        (b"a," * 101 + b"\n1\n", "a.csv", "100 columns or fewer"),
    ],
)
def test_what_is_no_file_of_audits_is_refused_in_plain_words(
    content: bytes, name: str, reason: str
) -> None:
    assert reason in refusal(content, name)


def test_a_file_too_large_or_empty_is_refused_before_it_is_read() -> None:
    with pytest.raises(FileRefused, match="must be smaller than 1MB"):
        read_bytes(io.BytesIO(b"x" * (1024 * 1024 + 1)), LIMITS)
    with pytest.raises(FileRefused, match="is empty"):
        read_bytes(io.BytesIO(b" \n"), LIMITS)


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("letter.txt", "hello")
    assert refusal(out.getvalue()) == "The selected file must be a CSV or XLSX"


def test_a_workbook_with_macros_is_refused_by_its_parts_and_by_its_type() -> None:
    plain = workbook_file([audit()])
    assert "has macros" in refusal(repacked(plain, **{"xl/vbaProject.bin": b"code"}))
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        types = archive.read("[Content_Types].xml")
    turned = types.replace(b"sheet.main+xml", b"sheet.macroEnabled.main+xml")
    assert "has macros" in refusal(repacked(plain, **{"[Content_Types].xml": turned}))


@pytest.mark.parametrize(
    "member",
    ["[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml"],
)
def test_a_document_type_in_any_member_is_refused(member: str) -> None:
    plain = workbook_file([audit()])
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        body = archive.read(member)
    body = body[body.index(b"?>") + 2 :] if body.startswith(b"<?xml") else body
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbb">]>' + body
    assert "XML that no spreadsheet needs" in refusal(repacked(plain, **{member: bomb}))


def test_a_workbook_that_unfolds_is_refused_before_it_does() -> None:
    bomb = repacked(workbook_file([audit()]), **{"xl/media/image1.png": b"\0" * 5_000_000})
    assert "too large inside" in refusal(bomb)


def test_a_member_that_lies_about_its_size_is_refused() -> None:
    content = bytearray(workbook(("A2", "x" * 5000)))
    directory = content.index(b"PK\x01\x02", content.index(b"xl/worksheets/sheet1.xml"))
    place = content.index(b"xl/worksheets/sheet1.xml", directory) - 46
    content[place + 24 : place + 28] = (100).to_bytes(4, "little")
    assert "cannot be read as a workbook" in refusal(bytes(content))


def test_a_member_twice_is_refused() -> None:
    out = io.BytesIO(workbook(("A2", "x")))
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("xl/worksheets/sheet1.xml", "<worksheet/>")
    assert "more parts than a workbook needs" in refusal(out.getvalue())


def test_one_cell_at_the_far_corner_is_refused_without_filling_the_sheet_up_to_it() -> None:
    assert "columns or fewer" in refusal(workbook(("A2", "x"), ("XFD3", "far")))
    assert "rows or fewer" in refusal(workbook(("A2", "x"), ("A1048576", "deep")))


def test_cells_that_would_come_out_blank_are_refused_and_named() -> None:
    """A blank judgement means "not enough evidence", so none may be blank by accident."""
    assert "(B2)" in refusal(workbook(("A2", "x"), ("B2", "#N/A")))
    formula = refusal(workbook(("A2", "x"), ("C2", "=1+1")))
    assert "formulas without a value (C2)" in formula
    merged = refusal(workbook(("A2", "x"), after=lambda book: book.active.merge_cells("B2:D2")))
    assert "merged cells (B2:D2)" in merged


def test_a_formula_with_its_value_is_read_by_its_value() -> None:
    plain = workbook(("A2", 7))
    worked = sheet_of(plain).replace(b"<v>7</v>", b"<f>3+4</f><v>7</v>")
    assert b"<f>" in worked
    assert read(repacked(plain, **{"xl/worksheets/sheet1.xml": worked})).rows[1].cells == ["7"]


def test_a_number_that_is_none_is_not_guessed_at() -> None:
    plain = workbook(("A2", 7))
    odd = sheet_of(plain).replace(b"<v>7</v>", b"<v>NaN</v>")
    try:
        cell = read(repacked(plain, **{"xl/worksheets/sheet1.xml": odd})).rows[1].cells[0]
    except FileRefused:
        return
    assert isinstance(cell, Unreadable)


def test_a_csv_of_audits_and_a_workbook_of_them_hold_the_same_cells() -> None:
    rows = [audit(), audit("1000002", voice="", overall="RI")]
    texts, cells = read(csv_file(rows)).rows, read(workbook_file(rows)).rows
    assert [list(row.cells) for row in texts] == [list(row.cells) for row in cells]
