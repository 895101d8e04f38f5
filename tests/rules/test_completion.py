"""Completion: every figure is what a plain loop counts, and exempting hides nothing."""

from __future__ import annotations

from datetime import date, timedelta
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.rules.allocation_steps import AllocationState
from audit_app.rules.completion import Allocated, Completion, completion

TODAY = date(2026, 11, 22)
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
SERVICES = ("Fostering", "Locality social work", "Early help")

DAYS = st.dates(date(2025, 11, 1), date(2027, 2, 28))


@st.composite
def allocations(draw: st.DrawFn) -> Allocated:
    first = draw(DAYS)
    return Allocated(
        service=draw(st.sampled_from(SERVICES)),
        first_due_on=first,
        due_on=first + timedelta(days=draw(st.sampled_from((0, 0, 7, 60)))),
        state=draw(st.sampled_from(AllocationState)),
        count=draw(st.integers(1, 4)),
    )


def one_by_one(rows: list[Allocated]) -> dict[str, object]:
    """The figures again, counted one allocation after the other, in plain words."""
    found = dict.fromkeys(
        ("allocated", "exempt", "done", "substituted", "waiting", "overdue", "more", "not_yet"), 0
    )
    late = []
    for row in rows:
        for _ in range(row.count):
            state = row.state.value
            if state == "substituted":
                found["substituted"] += 1
                continue
            found["allocated"] += 1
            if state in ("exempt", "done"):
                found[state] += 1
                continue
            if state == "waiting":
                found["waiting"] += 1
            if row.due_on < TODAY:
                found["overdue"] += 1
                late.append((TODAY - row.first_due_on).days)
            else:
                found["not_yet"] += 1
                if row.first_due_on < TODAY:
                    found["more"] += 1
    return found | {"longest": max(late, default=None), "median": median(late) if late else None}


def figures(line: Completion) -> dict[str, object]:
    return {
        "allocated": line.given_out,
        "exempt": line.exempt,
        "done": line.done,
        "substituted": line.substituted,
        "waiting": line.waiting,
        "overdue": line.overdue,
        "more": line.with_more_time,
        "not_yet": line.not_yet_due,
        "longest": line.longest_late,
        "median": line.median_late,
    }


@given(st.lists(allocations(), max_size=40))
def test_every_figure_is_what_a_plain_loop_counts(rows: list[Allocated]) -> None:
    table = completion(rows, SERVICES, FIRST, LAST, TODAY)
    within = [row for row in rows if row.first_due_on.year == 2026]
    assert figures(table.total) == one_by_one(within)
    for line in table.services:
        assert figures(line) == one_by_one([row for row in within if row.service == line.label])
    for number, line in enumerate(table.months, 1):
        assert figures(line) == one_by_one(
            [row for row in within if row.first_due_on.month == number]
        )


@given(st.lists(allocations(), max_size=40))
def test_nothing_that_was_allocated_is_left_out_of_the_sum(rows: list[Allocated]) -> None:
    total = completion(rows, SERVICES, date(2025, 1, 1), LAST.replace(year=2027), TODAY).total
    assert total.given_out == total.exempt + total.done + total.not_yet_due + total.overdue
    assert total.to_be_done == total.given_out - total.exempt
    assert total.given_out + total.substituted == sum(row.count for row in rows)


@given(st.lists(allocations(), min_size=1, max_size=30), st.data())
def test_an_exemption_never_raises_the_share_of_all(
    rows: list[Allocated], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(rows) - 1))
    before = Completion("", TODAY, tuple(rows))
    one = rows[place]
    exempted = Allocated(
        one.service, one.first_due_on, one.due_on, AllocationState.EXEMPT, one.count
    )
    after = Completion("", TODAY, (*rows[:place], exempted, *rows[place + 1 :]))
    if one.state is not AllocationState.SUBSTITUTED:
        assert after.given_out == before.given_out
        assert after.share_of_all.count <= before.share_of_all.count


def _of(state: AllocationState, count: int, first: date = date(2026, 11, 2)) -> Allocated:
    return Allocated("Fostering", first, first, state, count)


@pytest.mark.parametrize(
    ("rows", "text", "of_all"),
    [
        ([], "None were due", "None were due"),
        ([_of(AllocationState.EXEMPT, 3)], "None were due", "0 of 3"),
        ([_of(AllocationState.DONE, 4), _of(AllocationState.EXEMPT, 1)], "4 of 4", "4 of 5"),
        (
            [
                _of(AllocationState.DONE, 34),
                _of(AllocationState.GIVEN, 7),
                _of(AllocationState.EXEMPT, 4),
            ],
            "34 of 41 (83%)",
            "34 of 45 (76%)",
        ),
        ([_of(AllocationState.GIVEN, 12)], "0 of 12 (0%)", "0 of 12 (0%)"),
    ],
)
def test_both_numbers_are_printed_and_no_share_of_nothing(
    rows: list[Allocated], text: str, of_all: str
) -> None:
    line = Completion("", TODAY, tuple(rows))
    assert (line.text, line.text_of_all) == (text, of_all)


def test_more_time_moves_neither_the_month_nor_the_days_late() -> None:
    more = Allocated("Fostering", date(2026, 9, 30), date(2026, 11, 20), AllocationState.GIVEN)
    table = completion([more], SERVICES, FIRST, LAST, TODAY)
    (september,) = [line for line in table.months if line.label == "September 2026"]
    assert (september.overdue, september.longest_late) == (1, 53)
    assert september.late_text == "53 days late"


def test_an_audit_due_today_is_not_overdue() -> None:
    line = Completion("", TODAY, (_of(AllocationState.GIVEN, 2, TODAY),))
    assert (line.overdue, line.not_yet_due, line.late_text) == (0, 2, "")


def test_days_late_tell_the_longest_and_the_median() -> None:
    rows = (
        _of(AllocationState.GIVEN, 1, date(2026, 11, 21)),
        _of(AllocationState.WAITING, 1, date(2026, 10, 13)),
    )
    line = Completion("", TODAY, rows)
    assert line.late_text == "longest 40 days late, median 20.5"
