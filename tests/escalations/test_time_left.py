"""How long there is left, in the words of people who do not work at weekends."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.rules.escalations import Concern, is_overdue, time_left, when_closed
from audit_app.rules.working_days import is_working_day, working_days_after, working_days_between

MONDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 27)
CHRISTMAS_EVE = date(2026, 12, 24)

days = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("due_on", "today", "words"),
    [
        (FRIDAY, MONDAY, "due in 4 working days"),
        (FRIDAY, FRIDAY, "due today"),
        (FRIDAY, FRIDAY - timedelta(1), "due tomorrow"),
        (MONDAY, MONDAY - timedelta(1), "due tomorrow"),  # on a Sunday
        (MONDAY, MONDAY - timedelta(3), "due on Monday"),  # on the Friday before
        (FRIDAY, FRIDAY + timedelta(1), "overdue since Friday"),
        (FRIDAY, FRIDAY + timedelta(3), "1 working day overdue"),
        (FRIDAY, FRIDAY + timedelta(10), "6 working days overdue"),
        # Christmas Day on a Friday, Boxing Day's holiday on the Monday.
        (date(2026, 12, 29), CHRISTMAS_EVE, "due on Tuesday"),
        (CHRISTMAS_EVE, date(2026, 12, 28), "overdue since Thursday"),
        (CHRISTMAS_EVE, date(2026, 12, 29), "1 working day overdue"),
    ],
)
def test_time_left_is_said_in_working_days(due_on: date, today: date, words: str) -> None:
    assert time_left(due_on, today) == words


def test_closing_says_whether_it_was_late() -> None:
    assert when_closed(FRIDAY, FRIDAY) == "in time"
    assert when_closed(FRIDAY, FRIDAY + timedelta(2)) == "late"
    assert when_closed(FRIDAY, FRIDAY + timedelta(4)) == "2 working days late"


@given(day=days, count=st.integers(1, 60))
def test_a_deadline_is_a_working_day_with_as_many_in_between(day: date, count: int) -> None:
    due_on = working_days_after(day, count)
    assert is_working_day(due_on)
    assert working_days_between(day, due_on) == count


@given(due_on=days, passed=st.integers(-400, 400))
def test_what_is_overdue_says_so_and_nothing_else_does(due_on: date, passed: int) -> None:
    today = due_on + timedelta(passed)
    assert ("overdue" in time_left(due_on, today)) is is_overdue(due_on, today) is (passed > 0)


def test_words_that_were_added_to_lose_nothing() -> None:
    said = Concern("A bruise", "", None)
    assert Concern("A bruise on the arm", "The manager", MONDAY).goes_on_from(said)
    assert not Concern("A mark", "", None).goes_on_from(said)
    assert not Concern("A bruise", "", None).goes_on_from(Concern("A bruise", "", MONDAY))
