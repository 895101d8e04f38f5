"""More audits than somebody's work asks for, in a short time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from audit_app.rules.mass_viewing import MassViewing, mass_viewings

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def minute(number: int) -> datetime:
    return START + timedelta(minutes=number)


def test_as_many_as_are_usual_are_no_mass_viewing() -> None:
    readings = [(minute(n), f"A{n % 3}") for n in range(60)]
    assert list(mass_viewings(readings, 3, HOUR)) == []


def test_one_more_within_the_time_is_and_just_outside_it_is_not() -> None:
    readings = [(minute(0), "A"), (minute(10), "B"), (minute(60), "C")]
    assert list(mass_viewings(readings, 2, HOUR)) == [MassViewing(minute(0), minute(60), 3)]
    readings[-1] = (minute(60) + timedelta(microseconds=1), "C")
    assert list(mass_viewings(readings, 2, HOUR)) == []


def test_a_long_stretch_is_told_once_with_all_that_was_read_in_it() -> None:
    readings = [(minute(10 * n), f"A{n}") for n in range(30)]
    assert list(mass_viewings(readings, 5, HOUR)) == [MassViewing(minute(0), minute(290), 30)]


def test_two_stretches_are_told_apart() -> None:
    readings = [(minute(n + 600 * half), f"A{n}") for half in (0, 1) for n in range(4)]
    assert list(mass_viewings(readings, 3, HOUR)) == [
        MassViewing(minute(0), minute(3), 4),
        MassViewing(minute(600), minute(603), 4),
    ]


@given(
    some.lists(some.tuples(some.integers(0, 200), some.integers(0, 6)), max_size=40).map(sorted),
    some.integers(1, 4),
)
def test_every_window_with_too_many_is_in_one_of_the_stretches_and_no_other_reading_is(
    typed: list[tuple[int, int]], most: int
) -> None:
    readings = [(minute(at), f"A{audit}") for at, audit in typed]
    told = list(mass_viewings(readings, most, HOUR))

    def too_many(end: int) -> bool:
        at = readings[end][0]
        window = {audit for when, audit in readings[: end + 1] if at - when <= HOUR}
        return len(window) > most

    ends = {readings[n][0] for n in range(len(readings)) if too_many(n)}
    assert all(any(each.first <= end <= each.last for each in told) for end in ends)
    assert all(each.last in ends for each in told)
    assert bool(told) is bool(ends)
