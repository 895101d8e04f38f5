"""How long records are kept, and which go together."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.rules.retention import Due, HeldBecause, Periods, batches, plan


@pytest.mark.parametrize(
    ("today", "before"),
    [
        (date(2026, 1, 1), date(2020, 1, 1)),
        (date(2026, 12, 31), date(2020, 1, 1)),
        (date(2028, 2, 29), date(2022, 1, 1)),
    ],
)
def test_audits_go_by_whole_calendar_years(today: date, before: date) -> None:
    assert Periods(6, 12).audits_before(today) == before


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)), st.integers(1, 100))
def test_an_audit_goes_on_the_day_after_the_last_it_is_said_to_be_kept(
    on: date, years: int
) -> None:
    periods = Periods(years, 12)
    last = periods.kept_until(on)
    assert last is not None
    may_go = [periods.audits_before(each) for each in (last, last + timedelta(days=1))]
    assert [before is not None and on < before for before in may_go] == [False, True]


def test_no_period_keeps_for_ever() -> None:
    kept = Periods(0, 0)
    assert (kept.audits_before(date.max), kept.drafts_before(date.max)) == (None, None)
    assert kept.kept_until(date(2026, 1, 1)) is None
    assert "never" in kept.rule


def test_the_last_day_of_a_short_month_is_counted_back_to() -> None:
    assert Periods(6, 1).drafts_before(date(2026, 3, 31)) == date(2026, 2, 28)


@st.composite
def records(draw: st.DrawFn) -> list[Due]:
    numbers = range(draw(st.integers(0, 12)))
    reasons = st.frozensets(st.sampled_from([HeldBecause.LEGAL_HOLD]), max_size=1)
    others = st.frozensets(st.integers(0, 14), max_size=2)
    years = st.integers(2017, 2019)
    return [Due(n, f"R{n}", draw(years), False, draw(reasons), draw(others) - {n}) for n in numbers]


@given(records())
def test_nothing_goes_that_something_kept_refers_to(due: list[Due]) -> None:
    made = plan(due)
    going = {each.id for each in made.going}
    for each in made.going:
        assert each.needed_by <= going
        assert not each.because
    held = {each.id for some in made.held.values() for each in some}
    assert held | going == {each.id for each in due}
    assert not held & going
    assert len(made.going) == len(going)


@given(records(), st.integers(1, 5))
def test_what_refers_to_each_other_goes_in_one_batch(due: list[Due], most: int) -> None:
    made = plan(due)
    put = batches(made.groups, most)
    where = {each.id: at for at, batch in enumerate(put) for each in batch}
    for each in made.going:
        assert {where[other] for other in each.needed_by} <= {where[each.id]}
    assert sum(map(len, put)) == len(made.going)
    assert all(len(batch) <= most or batch in made.groups for batch in put)
    last = [batch[-1].year for batch in put]
    assert last == sorted(last)


def test_a_record_can_be_held_for_several_reasons_and_counts_once() -> None:
    both = frozenset({HeldBecause.LEGAL_HOLD, HeldBecause.OPEN_ACTION})
    made = plan([Due(1, "A", 2018, because=both), Due(2, "B", 2018, needed_by=frozenset({1}))])
    assert made.held_back == 2
    assert [each.reference for each in made.held[HeldBecause.NEEDED_BY_ANOTHER]] == ["B"]
    assert made.going == ()
