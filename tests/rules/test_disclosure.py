"""What may be published: small rows put together, and nothing that could be worked out."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, product

import pytest

from audit_app.rules.disclosure import (
    OTHER,
    NotForPublication,
    for_publication,
    published,
)
from audit_app.rules.recovery import Measure, Range, can_be_worked_out, ranges
from audit_app.rules.shares import Share
from audit_app.rules.sheets import (
    CONFIDENTIAL,
    SHARE,
    Heading,
    Line,
    Paper,
    Rows,
    Sheet,
    count,
    number,
    share,
)

Counts = Sequence[int]
NAMES = ("Assessment", "Court", "Early help", "Fostering", "Leaving care", "Safeguarding")


def _sheet(rows: Sequence[Counts], *, total: bool = True, kind: Rows | None = Rows.PARTS) -> Sheet:
    """Services with their judgements, good or better and totals, as a page would show them."""
    width = len(rows[0])
    headings = [Heading(f"Grade {place}", SHARE) for place in range(width)]
    lines = [_line(name, row) for name, row in zip(NAMES, rows, strict=False)]
    if total:
        lines.append(_line("All services", [sum(c) for c in zip(*rows, strict=True)], total=True))
    columns = (*headings, Heading("Good or better", SHARE), Heading("Total"))
    return Sheet("Services", "By service", "Service", columns, tuple(lines), rows=kind)


def _line(name: str, row: Counts, total: bool = False) -> Line:
    shares = [share(Share(n, sum(row)), {"service": name}) for n in row]
    good = share(Share(sum(row[: len(row) // 2]), sum(row)))
    return Line(name, (*shares, good, count(sum(row))), total)


def _texts(sheet: Sheet) -> dict[str, list[str]]:
    return {line.label: [cell.text for cell in line.cells] for line in sheet.lines}


def test_rows_without_small_numbers_are_published_as_they_are_but_lead_to_no_audit() -> None:
    sheet = _sheet([(6, 10, 20, 0), (0, 8, 9, 10)])
    (out,) = published([sheet])
    assert _texts(out) == _texts(sheet)
    assert all(cell.behind is None for line in out.lines for cell in line.cells)


def test_a_small_figure_takes_its_row_and_the_next_smallest_into_other() -> None:
    sheet = _sheet([(3, 10, 20, 9), (8, 8, 9, 10), (10, 20, 30, 40)])
    (out,) = published([sheet])
    assert _texts(out) == {
        "Assessment": [CONFIDENTIAL] * 6,
        "Court": [CONFIDENTIAL] * 6,
        "Early help": ["10 (10%)", "20 (20%)", "30 (30%)", "40 (40%)", "30 (30%)", "100"],
        OTHER: ["11 (14%)", "18 (23%)", "29 (38%)", "19 (25%)", "29 (38%)", "77"],
        "All services": ["21 (12%)", "38 (21%)", "59 (33%)", "59 (33%)", "59 (33%)", "177"],
    }
    assert f"{OTHER} is Assessment and Court together." in out.notes


def test_number_and_percentage_are_hidden_together_in_files_too() -> None:
    (out,) = published([_sheet([(3, 10, 20, 9), (8, 8, 9, 10), (10, 20, 30, 40)])])
    assert set(next(out.file_rows())[1:]) == {CONFIDENTIAL}


def test_a_true_zero_stays_and_an_empty_row_hides_nobody() -> None:
    (out,) = published([_sheet([(0, 0, 0, 0), (0, 10, 20, 0), (7, 8, 9, 10)])])
    assert _texts(out)["Assessment"] == ["0", "0", "0", "0", "0", "0"]
    assert _texts(out)["Court"][0] == "0 (0%)"


def test_what_is_left_of_a_share_is_small_as_well() -> None:
    columns = (Heading("Worker took part", SHARE),)
    made = [share(Share(58, 60)), share(Share(40, 80)), share(Share(50, 100))]
    lines = tuple(Line(name, (cell,)) for name, cell in zip(NAMES, made, strict=False))
    (out,) = published([Sheet("Part", "Part", "Service", columns, lines, rows=Rows.PARTS)])
    assert _texts(out)["Assessment"] == [CONFIDENTIAL]
    assert _texts(out)[OTHER] == ["98 (70%)"]


def test_a_figure_that_does_not_add_up_is_not_available_for_other() -> None:
    columns = (Heading("Audits"), Heading("Median days"))
    lines = tuple(
        Line(name, (count(n), number(None))) for name, n in zip(NAMES, (4, 20, 90), strict=False)
    )
    (out,) = published([Sheet("Days", "Days", "Service", columns, lines, rows=Rows.PARTS)])
    other = next(line for line in out.lines if line.label == OTHER)
    assert [cell.values for cell in other.cells] == [(24,), ("[x]",)]


def test_tables_of_the_same_rows_hide_the_same_ones() -> None:
    overall = _sheet([(9, 10, 20, 9), (8, 8, 9, 10), (10, 20, 30, 40), (9, 9, 9, 9)])
    thread = _sheet([(9, 10, 20, 9), (8, 8, 9, 10), (10, 20, 30, 40), (2, 9, 9, 9)])
    first, second = published([overall, thread])
    hidden = [label for label, texts in _texts(second).items() if CONFIDENTIAL in texts]
    assert hidden == ["Court", "Fostering"]
    assert [label for label, texts in _texts(first).items() if CONFIDENTIAL in texts] == hidden


def test_a_table_of_the_whole_authority_is_published_with_its_small_numbers() -> None:
    sheet = _sheet([(4, 99, 142, 41), (16, 347, 479, 82)], kind=Rows.WHOLE, total=False)
    (out,) = published([sheet])
    assert _texts(out)["Assessment"][0] == "4 (1%)"


def test_a_table_that_does_not_say_whose_audits_it_counts_is_not_published() -> None:
    with pytest.raises(NotForPublication, match="teams or people"):
        published([_sheet([(9, 9, 9, 9)], kind=None)])


@pytest.mark.parametrize(
    "rows",
    [
        [(3, 10, 20, 9)],
        [(3, 10, 20, 9), (10, 20, 30, 40)],
        [(1, 1, 0, 1), (0, 1, 0, 1), (1, 0, 1, 0)],
    ],
    ids=["one row", "two rows", "no row is large enough"],
)
def test_a_table_is_refused_where_putting_rows_together_does_not_help(
    rows: Sequence[Counts],
) -> None:
    with pytest.raises(NotForPublication, match="too small"):
        published([_sheet(rows)])


def test_one_table_that_may_not_be_published_does_not_hold_back_another() -> None:
    small, whole = _sheet([(3, 10, 20, 9)]), _sheet([(3, 10, 20, 9)], kind=Rows.WHOLE)
    out = for_publication(Paper("Threads", (), {}, (small, whole)))
    assert [sheet.rows for sheet in out.sheets] == [Rows.WHOLE]
    assert any(note.startswith("One table is left out") for note in out.notes)


def test_sentences_stay_inside_where_parts_of_the_authority_are_told_apart() -> None:
    sheet = _sheet([(3, 10, 20, 9), (8, 8, 9, 10), (10, 20, 30, 40)])
    paper = Paper(
        "Places", ("Assessment has 3.",), {}, (sheet,), ("Court: few audits.", "Counted once.")
    )
    out = for_publication(paper)
    assert out.message == ()
    assert "Counted once." in out.notes
    assert not any("Court" in note for note in out.notes)


def test_sentences_go_out_only_with_every_table_they_may_rest_on() -> None:
    told = _sheet([(3, 10, 20, 9)], kind=Rows.WHOLE)
    kept_in = replace(_sheet([(1, 2, 28, 0)], kind=None), name="Periods")
    paper = Paper("Moderation", ("1 moved up.",), {}, (told, kept_in))
    assert for_publication(paper).message == ()
    assert for_publication(replace(paper, sheets=(told,))).message == ("1 moved up.",)


def test_six_hidden_rows_of_six_audits_are_known_to_be_one_each() -> None:
    ones = Measure((1, 1, 1, 1, 1, 1), (40, 46))
    assert list(ranges([ones])) == [Range(1, 1)]
    assert can_be_worked_out([ones])


def test_a_hidden_part_cannot_be_more_than_its_hidden_total() -> None:
    measures = [Measure((7, 3), (20,)), Measure((6, 3), (10,), within=0)]
    found = list(ranges(measures))
    assert found == [Range(1, 9), Range(0, 9)]


def test_columns_that_add_up_are_seen_to_add_up() -> None:
    # 9 of 10 audits of the two rows are Good and 1 is Inadequate, so Good is all but one of each.
    total = Measure((5, 5), (20,))
    good = Measure((5, 4), (12,), within=0)
    bad = Measure((0, 1), (8,), within=0)
    found = list(ranges([total, good, bad]))
    assert found == [Range(1, 9), Range(0, 9), Range(0, 1)]
    assert can_be_worked_out([total, good, bad])


@pytest.mark.parametrize("seed", range(25))
def test_every_hidden_figure_of_a_random_table_can_be_several_numbers(seed: int) -> None:
    """Tables of whole numbers are tried until two of them, published, would look just the same."""
    drawn = random.Random(seed)  # noqa: S311
    width = drawn.choice((2, 2, 4))
    rows = [[drawn.choice((0, 0, 1, 2, 3, 6, 7, 9)) for _ in range(width)] for _ in range(4)]
    total = drawn.random() < 0.7
    out = _published_or_refused(_sheet(rows, total=total))
    hidden = [n for n, name in enumerate(NAMES[:4]) if out and CONFIDENTIAL in out[name]]
    sums = [sum(rows[n][column] for n in hidden) for column in range(width)]
    open_yet = {(n, column) for n in hidden for column in range(width) if sums[column]}
    for table in _tables_like(rows, hidden, sums, drawn):
        differing = {(n, column) for n, column in open_yet if table[n][column] != rows[n][column]}
        if differing and _published_or_refused(_sheet(table, total=total)) == out:
            open_yet -= differing
        if not open_yet:
            break
    assert not open_yet


def _published_or_refused(sheet: Sheet) -> dict[str, list[str]] | None:
    try:
        (out,) = published([sheet])
    except NotForPublication:
        return None
    return _texts(out)


def _tables_like(
    rows: list[list[int]], hidden: Sequence[int], sums: Sequence[int], drawn: random.Random
) -> Iterator[list[list[int]]]:
    """Tables with the rows in sight as they are and the hidden ones adding up as they do.

    Some drawn at random, which mostly settles it, and then each there is.
    """
    ways = [_splits(total, len(hidden)) for total in sums] if hidden else []
    at_random = (tuple(drawn.choice(each) for each in ways) for _ in range(400))
    for columns in chain(at_random, product(*ways)):
        table = [list(row) for row in rows]
        for place, row in enumerate(hidden):
            table[row] = [column[place] for column in columns]
        yield table


def _splits(total: int, ways: int) -> list[tuple[int, ...]]:
    if ways == 1:
        return [(total,)]
    return [(n, *rest) for n in range(total + 1) for rest in _splits(total - n, ways - 1)]


def test_most_random_tables_are_published_and_some_are_refused() -> None:
    drawn = random.Random(7)  # noqa: S311
    tables = [[[drawn.randrange(12) for _ in range(2)] for _ in range(4)] for _ in range(12)]
    refused = [_published_or_refused(_sheet(rows)) is None for rows in tables]
    assert 0 < sum(refused) < 6
