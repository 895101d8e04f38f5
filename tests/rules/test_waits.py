"""How long things took: against sorting every wait out one by one."""

from __future__ import annotations

from decimal import Decimal
from math import ceil
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from audit_app.rules.waits import waits


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 5)), max_size=20))
def test_half_and_nine_in_ten_are_as_the_waits_in_order_say(found: list[tuple[int, int]]) -> None:
    every = sorted(days for days, n in found for _ in range(n))
    told = waits(found)
    assert told.number == len(every)
    if not every:
        assert (told.median, told.nine_in_ten, told.longest) == (None, None, None)
        return
    assert told.median == Decimal(str(median(every)))
    assert told.nine_in_ten == every[ceil(len(every) * 9 / 10) - 1]
    assert told.longest == every[-1]


def test_half_days_are_printed_only_where_they_are() -> None:
    assert str(waits([(3, 1), (4, 1)]).median) == "3.5"
    assert str(waits([(3, 1), (5, 1)]).median) == "4"
    assert str(waits([(10, 3)]).median) == "10"
