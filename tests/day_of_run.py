"""A run that goes on past midnight is in one day from its first test to its last.

Days are named when test files are read, by ``date.today()``, and much later the service is asked
what day it is. Whatever would last past midnight has its clock put back by as many whole hours as
keep it before; at any other time of the day the clock is left alone.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

import pytest
from time_machine import travel

from audit_app.web.moments import live_in_london

#: Test files are read before any service has begun to live in London.
live_in_london()
_BEGAN = date.today()
_HOUR = timedelta(hours=1)
#: What nothing takes as long as: a test, or the reading of all test files.
_LONGEST = timedelta(minutes=10)


@contextmanager
def within(day: date) -> Iterator[None]:
    """It is the day on which the run began, and will be in ten minutes."""
    at = datetime.now().astimezone()
    if hours := hours_past(day, at):
        with travel((at - hours * _HOUR).timestamp(), tick=True):
            yield
    else:
        yield


def hours_past(day: date, at: datetime) -> int:
    """By how many hours, begun ones as well, ten minutes from then is past the end of the day."""
    ends = datetime.combine(day + timedelta(days=1), time()).astimezone(at.tzinfo)
    return max(0, -((ends - at - _LONGEST) // _HOUR))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Read every test file on the same day."""
    with within(_BEGAN):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """Run every test, and make what it needs, on the day on which its file was read."""
    with within(_BEGAN):
        return (yield)
