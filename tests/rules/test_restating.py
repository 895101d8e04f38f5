"""Published tables come back as they were kept, and every later difference is found."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.rules.frozen_sheets import freeze, thaw
from audit_app.rules.restating import Restatement, headline_restated, restated
from audit_app.rules.shares import Share
from audit_app.rules.sheets import (
    RANGE,
    SHARE_OF,
    Cell,
    Heading,
    Line,
    Rows,
    Sheet,
    between,
    count,
    number,
    share_of,
    words,
)

COLUMNS = (
    Heading("Q2 2021/22", SHARE_OF),
    Heading("95% interval", RANGE),
    Heading("Months"),
    Heading("Answer", numeric=False),
)


def line(
    label: str, n: int, of: int, months: Decimal | None = Decimal("3.0"), key: str = ""
) -> Line:
    share = Share(n, of, 1, 10)
    low, high = (Decimal("-3.10"), Decimal("4.0")) if n else (None, None)
    cells = (share_of(share), between(low, high), number(months), words("“Ja” – [c]"))
    return Line(label, cells, key=key)


def sheet(*lines: Line, name: str = "Headline") -> Sheet:
    return Sheet(name, "Figures", "Figure", COLUMNS, lines, ("A note.",), Rows.WHOLE)


shares = st.integers(0, 2000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))
months = st.one_of(st.none(), st.decimals(0, 99, places=2, allow_nan=False, allow_infinity=False))
sheets = st.lists(st.tuples(shares, months), max_size=5).map(
    lambda rows: sheet(
        *(
            line(f"Row {n}", *share, month, key=str(n) if n % 2 else "")
            for n, (share, month) in enumerate(rows)
        )
    )
)


def through_json(of: Sheet) -> Sheet:
    return thaw(json.loads(json.dumps(freeze(of))))


@given(sheets)
def test_a_table_comes_back_from_json_as_it_was(of: Sheet) -> None:
    back = through_json(of)
    assert back == of
    # Equal decimals may print otherwise: 3.10 is 3.1.
    printed = [[str(value) for value in row] for row in back.file_rows()]
    assert printed == [[str(value) for value in row] for row in of.file_rows()]


def test_links_are_not_kept() -> None:
    linked = Sheet("A", "A", "A", (Heading("n"),), (Line("x", (count(3, {"from": "1/1/2021"}),)),))
    assert through_json(linked).lines[0].cells[0] == Cell("3", (3,), None, 3)


@pytest.mark.parametrize("kept", [True, 4.5, ["3"]])
def test_what_is_no_figure_is_refused(kept: object) -> None:
    frozen = freeze(sheet(line("x", 1, 20)))
    frozen["lines"][0]["cells"][0]["values"][0] = kept
    with pytest.raises(ValueError, match="no figure"):
        thaw(frozen)


@given(sheets)
def test_the_same_tables_have_no_restatement(of: Sheet) -> None:
    assert restated([("headline", through_json(of))], [("headline", of)]) == ()


def test_a_changed_figure_is_told_with_both() -> None:
    before, after = (sheet(line("Good or better", n, of)) for n, of in ((413, 853), (402, 855)))
    (found,) = restated([("headline", before)], [("headline", after)])
    assert found == Restatement(
        "headline",
        "Figures",
        "Good or better",
        "Q2 2021/22",
        "413 of 853 (48.4%)",
        "402 of 855 (47.0%)",
    )
    (said,) = headline_restated([found])
    assert said == (
        "Good or better, Q2 2021/22: published 413 of 853 (48.4%); counted today "
        "402 of 855 (47.0%) [r]."
    )


def test_what_is_printed_alike_but_rests_on_other_audits_is_told() -> None:
    short = Cell("48%", (413, Decimal(48), 853)), Cell("48%", (411, Decimal(48), 850))
    both = [
        Sheet("A", "A", "A", (Heading("n", SHARE_OF),), (Line("x", (cell,)),)) for cell in short
    ]
    assert len(restated([("a", both[0])], [("a", both[1])])) == 1


def test_rows_that_came_or_went_are_told_with_a_dash() -> None:
    before, after = sheet(line("North", 5, 20)), sheet(line("South", 6, 20))
    found = restated([("places", before)], [("places", after)])
    said = {(each.row, each.published, each.now) for each in found}
    assert ("North", "5 of 20 (25.0%)", "–") in said
    assert ("South", "–", "6 of 20 (30.0%)") in said


def test_a_table_that_is_no_longer_made_is_told_cell_by_cell() -> None:
    found = restated([("themes", sheet(line("Drift", 5, 20)))], [])
    assert {each.now for each in found} == {"–"}
    assert len(found) == len([each for each in COLUMNS if each.label])


def test_rows_called_alike_are_compared_in_their_order() -> None:
    before = sheet(line("All", 5, 20), line("All", 7, 20))
    after = replace(before, lines=(before.lines[0], line("All", 8, 20)))
    (found,) = restated([("a", before)], [("a", after)])
    assert (found.published, found.now) == ("7 of 20 (35.0%)", "8 of 20 (40.0%)")


def test_a_row_that_is_only_called_otherwise_is_no_restatement() -> None:
    before = sheet(
        line("North", 5, 20, key="1"), line("South", 6, 20, key="2"), line("All", 11, 40)
    )
    after = sheet(
        line("Far south", 6, 20, key="2"), line("Up", 5, 20, key="1"), line("All", 11, 40)
    )
    assert restated([("places", through_json(before))], [("places", after)]) == ()
    # A name may pass from one place to another: the figures stay with their places.
    swapped = sheet(line("South", 5, 20, key="1"), line("North", 6, 20, key="2"))
    both = replace(before, lines=before.lines[:2])
    assert restated([("places", both)], [("places", swapped)]) == ()


def test_a_row_called_otherwise_whose_figure_differs_is_told_with_both_names() -> None:
    before, after = sheet(line("North", 5, 20, key="1")), sheet(line("Up", 6, 20, key="1"))
    (found,) = restated([("places", before)], [("places", after)])
    assert found.row == "North (now Up)"
    assert (found.published, found.now) == ("5 of 20 (25.0%)", "6 of 20 (30.0%)")


def test_another_place_of_the_same_name_is_another_row() -> None:
    before, after = sheet(line("North", 5, 20, key="1")), sheet(line("North", 6, 20, key="2"))
    found = restated([("places", before)], [("places", after)])
    said = {(each.row, each.published, each.now) for each in found}
    assert {("North", "5 of 20 (25.0%)", "–"), ("North", "–", "6 of 20 (30.0%)")} <= said


def test_a_table_kept_before_rows_had_keys_is_matched_by_what_rows_are_called() -> None:
    before, after = sheet(line("North", 5, 20)), sheet(line("North", 6, 20, key="1"))
    (found,) = restated([("places", through_json(before))], [("places", after)])
    assert (found.published, found.now) == ("5 of 20 (25.0%)", "6 of 20 (30.0%)")


def test_what_was_to_be_expected_is_set_apart() -> None:
    before, after = sheet(line("Raised", 5, 20)), sheet(line("Raised", 6, 20))
    (found,) = restated([("actions", before)], [("actions", after)], ["actions"])
    assert found.moves_on
    (found,) = restated([("years", before)], [("years", after)], ["actions"])
    assert not found.moves_on
