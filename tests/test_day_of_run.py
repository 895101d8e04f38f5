"""A run that goes on past midnight, as its tests see it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from time_machine import travel

from audit_app.models.base import now
from tests.day_of_run import within

DAY = date(2026, 6, 30)
READ_ON = date.today()


@pytest.mark.parametrize(
    ("really", "seen"),
    [
        ("2026-06-30T00:00:00+01:00", "2026-06-30T00:00:00+01:00"),
        ("2026-06-30T23:49:59+01:00", "2026-06-30T23:49:59+01:00"),
        ("2026-06-30T23:51:00+01:00", "2026-06-30T22:51:00+01:00"),
        ("2026-07-01T00:00:00+01:00", "2026-06-30T23:00:00+01:00"),
        ("2026-07-01T00:49:00+01:00", "2026-06-30T23:49:00+01:00"),
        ("2026-07-01T00:51:00+01:00", "2026-06-30T22:51:00+01:00"),
        ("2026-07-01T09:30:00+01:00", "2026-06-30T23:30:00+01:00"),
    ],
)
def test_it_stays_the_day_on_which_the_run_began(really: str, seen: str) -> None:
    with travel(datetime.fromisoformat(really).timestamp(), tick=True):
        with within(DAY):
            assert date.today() == DAY
            assert timedelta() <= now() - datetime.fromisoformat(seen) < timedelta(minutes=5)
        assert date.today() == datetime.fromisoformat(really).date()


def test_every_test_runs_on_the_day_on_which_its_file_was_read() -> None:
    assert date.today() == READ_ON
