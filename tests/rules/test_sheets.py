"""A table of figures says once what is printed and what files hold."""

from __future__ import annotations

from decimal import Decimal

import pytest

from audit_app.rules.shares import Share
from audit_app.rules.sheets import (
    RANGE,
    SHARE,
    Heading,
    Line,
    Paper,
    Sheet,
    between,
    count,
    number,
    share,
)

COLUMNS = (Heading("Good", SHARE), Heading("95% interval", RANGE), Heading("Days"))


def _sheet(*lines: Line) -> Sheet:
    return Sheet("By service", "Good in each service", "Service", COLUMNS, lines)


FEW = Line("Fostering", (share(Share(3, 8)), between(None, None), number(None)))
MANY = Line(
    "Permanence",
    (share(Share(99, 286)), between(Decimal("29.3"), Decimal("40.4")), number(Decimal("12.5"))),
)


def test_a_printed_column_is_as_many_columns_in_a_file_as_it_has_parts() -> None:
    assert _sheet(MANY).file_header == (
        "Service", "Good: audits", "Good: percent", "95% interval: from", "95% interval: to",
        "Days",
    )  # fmt: skip
    assert [cell.text for cell in MANY.cells] == ["99 (35%)", "29.3% to 40.4%", "12.5"]
    (row,) = _sheet(MANY).file_rows()
    assert row == ("Permanence", 99, Decimal(35), Decimal("29.3"), Decimal("40.4"), Decimal("12.5"))


def test_what_is_not_available_is_shorthand_in_files_and_is_explained_in_print() -> None:
    (row,) = _sheet(FEW).file_rows()
    assert row == ("Fostering", 3, "[x]", "[x]", "[x]", "[x]")
    assert _sheet(FEW).legend == "– means there is no figure."
    assert _sheet(MANY).legend == ""


def test_json_has_each_cell_as_printed_and_as_files_hold_it() -> None:
    (row,) = _sheet(MANY).as_json()["rows"]
    assert row["cells"][0] == {"column": "Good", "text": "99 (35%)", "audits": 99, "percent": 35}
    assert row["cells"][2] == {"column": "Days", "text": "12.5", "value": 12.5}


def test_a_line_that_does_not_fit_its_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="Fostering"):
        _sheet(Line("Fostering", (count(1),)))


def test_a_table_is_found_by_the_name_in_the_address_and_the_first_without_one() -> None:
    first, second = _sheet(MANY), Sheet("Teams", "Teams", "Team", (), ())
    paper = Paper("Places", (), {}, (first, second))
    assert paper.sheet("") is first
    assert paper.sheet("by-service") is first
    assert paper.sheet("teams") is second
    with pytest.raises(KeyError):
        paper.sheet("services")


def test_paper_without_tables_has_none_to_name() -> None:
    with pytest.raises(KeyError):
        Paper("Teams", (), {}, ()).sheet("")
