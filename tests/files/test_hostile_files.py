"""Files made to break what reads them: each is refused with a sentence, in little room."""

from __future__ import annotations

import io
import resource
import zipfile
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit_app.files.reading import FileRefused
from tests.files.test_reading import read, refusal, repacked, sheet_of, workbook
from tests.transfer.audit_files import audit, csv_file, workbook_file

#: Megabytes that reading a file of one megabyte may take beyond what was taken before.
ROOM = 150
WORKBOOK = workbook_file([audit(), audit("1000002")])
CSV = csv_file([audit(), audit("1000002")])
_SHEET = "xl/worksheets/sheet1.xml"
_TOP = b'<?xml version="1.0"?>'


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _with_sheet(body: bytes) -> bytes:
    return repacked(workbook(("A2", "x")), **{_SHEET: body})


def _sheet_of_rows(rows: bytes) -> bytes:
    whole = sheet_of(workbook(("A2", "x")))
    before, after = whole.split(b"<sheetData>")[0], whole.split(b"</sheetData>")[1]
    return _with_sheet(before + b"<sheetData>" + rows + b"</sheetData>" + after)


def _laughs() -> bytes:
    entities = b"".join(
        b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10 if n else b"lol") for n in range(10)
    )
    return _with_sheet(_TOP + b"<!DOCTYPE w [" + entities + b"]><w>&l9;</w>")


def _external() -> bytes:
    return _with_sheet(_TOP + b'<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]><w>&x;</w>')


def _nested() -> bytes:
    inner = b"\0" * 900_000
    for _ in range(4):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", 8) as archive:
            for number in range(3):
                archive.writestr(f"{number}.zip", inner)
        inner = out.getvalue()
    return inner


def _deep() -> bytes:
    return _with_sheet(_TOP + b"<a>" * 60_000 + b"</a>" * 60_000)


def _many_members() -> bytes:
    return repacked(WORKBOOK, **{f"xl/media/{number}.png": b"x" for number in range(600)})


HOSTILE: dict[str, Callable[[], bytes]] = {
    "entities that multiply": _laughs,
    "an entity from outside": _external,
    "zips in a zip": _nested,
    "elements within elements": _deep,
    "more members than a workbook has": _many_members,
    "millions of blank rows": lambda: _sheet_of_rows(b"<row/>" * 3_000_000),
    "millions of blank cells": lambda: _sheet_of_rows(b"<row>" + b"<c/>" * 3_000_000 + b"</row>"),
    "ten thousand columns": lambda: b",".join([b"a"] * 10_000) + b"\n" + b"," * 9_999 + b"1\n",
    "one long line": lambda: b"a" * 1_000_000,
    "a field that never ends": lambda: b'a,b\n1,"' + b"x\n" * 400_000,
    "UTF-16 without a mark": lambda: "a,b\n1,2\n".encode("utf-16-le"),
    "UTF-32": lambda: "a,b\n1,2\n".encode("utf-32"),
    "a CSV called a workbook inside": lambda: b"PK\x03\x04" + CSV,
    "half a workbook": lambda: WORKBOOK[: len(WORKBOOK) // 2],
    "a workbook without its directory": lambda: WORKBOOK[:-60],
    "texts that are shared a million times": lambda: repacked(
        WORKBOOK, **{"xl/sharedStrings.xml": _TOP + b"<sst>" + b"<si/>" * 3_000_000 + b"</sst>"}
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_made_to_break_its_reader_is_refused_in_little_room(name: str) -> None:
    content = HOSTILE[name]()
    before = _peak()
    assert refusal(content).startswith("The ")
    assert _peak() - before < ROOM


@settings(max_examples=150)
@given(st.data())
def test_a_damaged_file_is_refused_or_read_and_never_breaks_the_reader(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from([WORKBOOK, CSV])))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    kept = data.draw(st.integers(1, len(content)))
    _taken_or_refused(bytes(content[:kept]))


@settings(max_examples=100)
@given(st.binary(min_size=1, max_size=300), st.sampled_from(["a.csv", "a.xlsx"]))
def test_any_bytes_by_any_name_are_refused_or_read(content: bytes, name: str) -> None:
    _taken_or_refused(content, name)


@settings(max_examples=60)
@given(st.sampled_from([_SHEET, "xl/workbook.xml", "xl/styles.xml"]), st.data())
def test_a_workbook_damaged_before_it_was_packed_is_refused_or_read(
    member: str, data: st.DataObject
) -> None:
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as archive:
        body = bytearray(archive.read(member))
    for _ in range(data.draw(st.integers(1, 6))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(32, 126))
    _taken_or_refused(repacked(WORKBOOK, **{member: bytes(body)}))


def _taken_or_refused(content: bytes, name: str = "") -> None:
    with suppress(FileRefused):
        assert read(content, name).rows
