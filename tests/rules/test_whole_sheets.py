"""A table says where its percentages do not add up to 100, whichever way its shares lie."""

from __future__ import annotations

from audit_app.rules.shares import Share
from audit_app.rules.sheets import SHARE, Heading, Line, Sheet, count, share
from audit_app.rules.whole_sheets import rounding_notes

PARTS = ("Good", "Mixed", "Poor")


def across(*rows: tuple[int, ...]) -> Sheet:
    """A row for each place, its parts side by side and their total after them."""
    columns = (*(Heading(each, SHARE) for each in PARTS), Heading("Total"))
    lines = tuple(
        Line(
            f"Place {n}",
            (*(share(Share(each, sum(row))) for each in row), count(sum(row))),
        )
        for n, row in enumerate(rows, 1)
    )
    return Sheet("Places", "Places", "Place", columns, lines)


def down(*columns: tuple[int, ...]) -> Sheet:
    """A column for each period, its parts one below the other."""
    lines = tuple(
        Line(name, tuple(share(Share(each[n], sum(each))) for each in columns))
        for n, name in enumerate(PARTS)
    )
    heads = tuple(Heading(str(2020 + n), SHARE) for n in range(len(columns)))
    return Sheet("Years", "Years", "Judgement", heads, lines)


def test_rows_and_columns_that_print_as_99_or_101_are_named() -> None:
    said = "Each percentage is rounded on its own, so they add up to"
    thirds, sixths, even = (10, 10, 10), (20, 4, 32), (10, 20, 20)
    assert rounding_notes(across(thirds, even)) == (f"{said} 99 in Place 1, not to 100.",)
    assert rounding_notes(down(even, thirds)) == (f"{said} 99 in 2021, not to 100.",)
    assert sum(Share(each, 56).percent or 0 for each in sixths) == 100
    assert rounding_notes(across((25, 25, 150), thirds)) == (
        f"{said} 101 in Place 1 and 99 in Place 2, not to 100.",
    )


def test_many_are_counted() -> None:
    found = rounding_notes(across(*[(10, 10, 10)] * 5, (10, 20, 20), (0, 0, 0), (1, 1, 1)))
    assert found == (
        "Each percentage is rounded on its own, so in 5 of 6 cases they do not add up to 100.",
    )


def test_nothing_is_said_of_shares_that_make_up_no_whole() -> None:
    assert rounding_notes(across((10, 20, 20), (50, 30, 20))) == ()
    assert rounding_notes(across((1, 1, 1))) == ()
    apart = Line("Place", (share(Share(10, 30)), share(Share(5, 30)), share(Share(5, 30))))
    heads = tuple(Heading(each, SHARE) for each in PARTS)
    assert rounding_notes(Sheet("Apart", "Apart", "Place", heads, (apart,))) == ()
    assert rounding_notes(Sheet("Empty", "Empty", "Place", heads, ())) == ()
