"""Whether an XLSX file is what it says, and small enough to open; nothing is read from it before.

A workbook is a zip of XML members. Whoever sends one can make it unfold into gigabytes, declare
entities, or place one cell at the far corner of a sheet; all of that is refused here, before the
parser sees it. So is what would be read wrongly without a word: errors and formulas without a value
would come out as blank cells, and a blank judgement means "not enough evidence".
"""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zipfile import BadZipFile, ZipFile, ZipInfo

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError, fromstring

MOST_MEMBERS = 500
MOST_UNFOLDING = 20
MOST_RATIO = 200
_SMALL = 1024 * 1024
_PIECE = 256 * 1024

_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_LETTERS = 26

NOT_A_WORKBOOK = "The selected file must be a CSV or XLSX"


class FileRefused(Exception):
    """The file cannot be taken; the message says why, for the person who chose it."""


@dataclass(frozen=True)
class FirstSheet:
    """The first sheet that people see, and what they should know about it."""

    name: str
    member: str
    notes: tuple[str, ...]


def check_workbook(content: bytes, size: int, most_rows: int, most_columns: int) -> FirstSheet:
    """Look through a workbook without trusting it, and say which sheet to read.

    Raises:
        FileRefused: when it is not a plain XLSX, or is larger inside than ``size`` bytes allow, or
            its first sheet holds what cannot be read for certain.
    """
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            _check_members(archive, size)
            _check_type(archive)
            sheet = _first_sheet(archive)
            for member in archive.infolist():
                if member.filename == sheet.member:
                    _check_cells(archive, member, most_rows, most_columns)
                elif member.filename.casefold().endswith((".xml", ".rels", ".vml")):
                    _parse(archive, member, object())
            return sheet
    except DefusedXmlException:
        raise FileRefused("The selected file holds XML that no spreadsheet needs") from None
    except (BadZipFile, ParseError, KeyError, NotImplementedError, EOFError, ValueError, OSError):
        raise FileRefused("The selected file cannot be read as a workbook. Save it again") from None


def _check_members(archive: ZipFile, size: int) -> None:
    members = archive.infolist()
    names = {member.filename.casefold() for member in members}
    if len(members) > MOST_MEMBERS or len(names) != len(members):
        raise FileRefused("The selected file has more parts than a workbook needs")
    if any(member.flag_bits & 1 for member in members):
        raise FileRefused("The selected file is password protected. Save it without a password")
    if sum(member.file_size for member in members) > MOST_UNFOLDING * size or any(
        _unfolds(member) for member in members
    ):
        raise FileRefused("The selected file is too large inside. Save only the rows to import")
    if any("vbaproject" in name for name in names):
        raise FileRefused("The selected file has macros. Save it as an XLSX without macros")


def _unfolds(member: ZipInfo) -> bool:
    return member.file_size > max(_SMALL, MOST_RATIO * member.compress_size)


def _check_type(archive: ZipFile) -> None:
    if "[Content_Types].xml" not in archive.namelist():
        raise FileRefused(NOT_A_WORKBOOK)
    types = {
        each.get("ContentType", "")
        for each in fromstring(archive.read("[Content_Types].xml"), forbid_dtd=True)
    }
    if any("macroenabled" in each.casefold() or "vbaproject" in each.casefold() for each in types):
        raise FileRefused("The selected file has macros. Save it as an XLSX without macros")
    if _MAIN not in types:
        raise FileRefused(NOT_A_WORKBOOK)


def _first_sheet(archive: ZipFile) -> FirstSheet:
    sheets = [
        each
        for each in _elements(archive, "xl/workbook.xml", "sheet")
        if each.get("state", "visible") == "visible"
    ]
    if not sheets:
        raise FileRefused("The selected file has no sheet to read")
    first = sheets[0]
    link = next(value for name, value in first.items() if name.endswith("}id"))
    targets = {
        each.get("Id"): each.get("Target", "")
        for each in _elements(archive, "xl/_rels/workbook.xml.rels", "Relationship")
    }
    member = posixpath.normpath(posixpath.join("/xl", targets[link])).lstrip("/")
    archive.getinfo(member)
    several = len(sheets) > 1
    note = f"The file has {len(sheets)} sheets. Only the first, “{first.get('name')}”, was read."
    return FirstSheet(str(first.get("name")), member, (note,) if several else ())


def _elements(archive: ZipFile, member: str, tag: str) -> list[Any]:
    tree = fromstring(archive.read(member), forbid_dtd=True)
    return [each for each in tree.iter() if each.tag.rpartition("}")[2] == tag]


def _parse(archive: ZipFile, member: ZipInfo, target: object) -> None:
    """Walk through a member, refusing document types and entities; read it to its checked end."""
    parser = DefusedXMLParser(target=target, forbid_dtd=True)
    with archive.open(member) as stream:
        while piece := stream.read(_PIECE):
            parser.feed(piece)
    parser.close()


def _check_cells(archive: ZipFile, member: ZipInfo, most_rows: int, most_columns: int) -> None:
    cells = _Cells()
    _parse(archive, member, cells)
    if cells.last_row > most_rows + 1:
        raise FileRefused(f"The selected file must have {most_rows:,} rows or fewer")
    if cells.last_column > most_columns:
        raise FileRefused(f"The selected file must have {most_columns} columns or fewer")
    for where, what in (
        (cells.merged, "The sheet has merged cells ({}). Unmerge them and fill each cell"),
        (cells.errors, "The sheet has cells with an error ({}). Put them right"),
        (cells.unworked, "The sheet has formulas without a value ({}). Save it again in Excel"),
    ):
        if where:
            raise FileRefused(what.format(", ".join(where[:5])))


class _Cells:
    """Follows a sheet's elements: how far it reaches, and which cells would be read wrongly."""

    def __init__(self) -> None:
        self.row = self.column = self.last_row = self.last_column = 0
        self.merged: list[str] = []
        self.errors: list[str] = []
        self.unworked: list[str] = []
        self.cell: dict[str, str] = {}
        self.has_formula = self.has_value = self.in_value = False
        self._starts: dict[str, Callable[[dict[str, str]], None]] = {
            "row": self._row,
            "c": self._start_cell,
            "f": self._formula,
            "v": self._value,
            "is": self._value,
            "mergeCell": lambda attributes: self.merged.append(attributes.get("ref", "")),
        }

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if (act := self._starts.get(tag.rpartition("}")[2])) is not None:
            act(attributes)

    def end(self, tag: str) -> None:
        if tag.endswith("}c") and self.has_formula and not self.has_value:
            self.unworked.append(self._name())
        self.in_value = False

    def data(self, text: str) -> None:
        self.has_value = self.has_value or self.in_value

    def _row(self, attributes: dict[str, str]) -> None:
        self.row = int(attributes.get("r", self.row + 1))
        self.column = 0

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self.cell, self.has_formula, self.has_value = attributes, False, False
        self.column += 1
        if "r" in attributes:
            self.column, self.row = _place(attributes["r"])
        if attributes.get("t") == "e":
            self.errors.append(self._name())

    def _formula(self, attributes: dict[str, str]) -> None:
        self.has_formula = True
        self._reach()

    def _value(self, attributes: dict[str, str]) -> None:
        self.in_value = True
        # A formula may well work out to an empty text, but never to an empty number.
        self.has_value = self.cell.get("t") == "str"
        self._reach()

    def _reach(self) -> None:
        self.last_row = max(self.last_row, self.row)
        self.last_column = max(self.last_column, self.column)

    def _name(self) -> str:
        return self.cell.get("r", f"row {self.row}")


def _place(name: str) -> tuple[int, int]:
    """Column and row, from one, of a cell's name such as ``AB12``."""
    match = _CELL.fullmatch(name)
    if match is None:
        raise ValueError(name)
    column = 0
    for letter in match[1]:
        column = column * _LETTERS + ord(letter) - ord("A") + 1
    return column, int(match[2])
