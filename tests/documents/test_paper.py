"""How a table lies on paper: its figures whole, its columns as wide as they need."""

from __future__ import annotations

from audit_app.documents.chart_parts import Drawing
from audit_app.documents.paper import are_low, is_dense, is_landscape, is_wide, widths
from audit_app.rules.sheets import Heading, Line, Sheet, count, words


def _sheet(columns: int, said: str = "") -> Sheet:
    headings = [Heading(f"Quarter {n} of the year") for n in range(columns)]
    cells = [count(1_234) for _ in range(columns)]
    if said:
        headings.append(Heading("What it shows", numeric=False))
        cells.append(words(said))
    return Sheet("S", "S", "Service", tuple(headings), (Line("Fostering", tuple(cells)),))


def test_a_table_of_a_few_columns_stands_upright_in_ordinary_letters() -> None:
    assert not is_dense(_sheet(4))
    assert not is_wide(_sheet(4))


def test_more_columns_take_smaller_letters_first_and_then_the_sheet_on_its_side() -> None:
    assert is_dense(_sheet(8))
    assert not is_wide(_sheet(8))
    assert is_wide(_sheet(14))


def test_words_get_more_room_than_figures_and_wrap_before_they_take_all_of_it() -> None:
    *_, figure, said = (float(width.rstrip("%")) for width in widths(_sheet(3, "No change. " * 20)))
    assert figure < said < 60


def test_the_columns_fill_the_sheet() -> None:
    assert abs(sum(float(width.rstrip("%")) for width in widths(_sheet(7))) - 100) < 0.1


def test_all_sheets_of_a_paper_lie_on_the_side_where_one_table_needs_it() -> None:
    assert not is_landscape([_sheet(4), _sheet(8)])
    assert is_landscape([_sheet(4), _sheet(14)])


def test_on_its_side_a_sheet_has_room_for_ordinary_letters() -> None:
    assert is_dense(_sheet(8))
    assert not is_dense(_sheet(8), landscape=True)


def test_low_pictures_are_kept_together_and_high_ones_break_between_rows() -> None:
    low, high = (Drawing("d", "T", "D").finished(height) for height in (60, 280))
    assert are_low([low] * 8, landscape=False)
    assert are_low([low] * 8, landscape=True)
    assert not are_low([high] * 8, landscape=False)
    assert not are_low([low] * 16 + [high], landscape=True)
    assert are_low([], landscape=True)
