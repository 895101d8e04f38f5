"""Middles and nines in ten, against the numbers written out one after another."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from audit_app.rules.waits import waits

days = st.lists(st.integers(0, 40), max_size=50)


@given(days)
def test_the_median_and_the_nine_in_ten_are_those_of_the_days_in_a_row(taken: list[int]) -> None:
    found = waits(Counter(taken).items())
    assert found.number == len(taken)
    if not taken:
        assert (found.median, found.nine_in_ten) == (None, None)
        return
    assert found.median == Decimal(str(median(taken)))
    within = found.nine_in_ten
    assert within is not None
    assert sum(each <= within for each in taken) * 10 >= 9 * len(taken)
    assert sum(each < within for each in taken) * 10 < 9 * len(taken)


def test_a_half_day_is_printed_only_where_there_is_one() -> None:
    assert str(waits([(3, 1), (4, 1)]).median) == "3.5"
    assert str(waits([(3, 1), (5, 1)]).median) == "4"
