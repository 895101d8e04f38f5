"""Days at the ends of the calendar, typed into the address of any page or file that takes one."""

from __future__ import annotations

import pytest
from flask import Flask

from audit_app.web.access import PUBLIC, access_of
from tests.browser_page import PageClient
from tests.people import World

#: What a page shows; what it reads and writes is tried on every database elsewhere.
pytestmark = pytest.mark.sqlite_only

#: The first and the last day of the calendar, and of those that are taken.
ENDS = ("0001-01-01", "9999-12-31", "1/1/1990", "31/12/2100")
PEOPLE = ("alice", "bob", "hester", "carol", "dan", "priya", "adam", "gwen", "ivy")


def _addresses(app: Flask) -> dict[str, object]:
    """Every page and file whose address names no record, and what it takes to open it."""
    return {
        rule.rule: access_of(app, rule.endpoint)
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and not rule.arguments
        and access_of(app, rule.endpoint) != PUBLIC
    }


@pytest.mark.parametrize("day", ENDS)
def test_no_page_breaks_by_a_day_at_the_end_of_the_calendar(
    app: Flask, web: PageClient, world: World, day: str
) -> None:
    world.recorded_audit()
    left, broken = _addresses(app), []
    for person in (getattr(world, name) for name in PEOPLE):
        mine = [path for path, access in left.items() if person.can(access)]
        web.sign_in(person)
        for path in mine:
            del left[path]
            answer = web.request("GET", f"{path}?from={day}&to={day}")
            broken += [path] if answer.status_code >= 500 else []
        web.sign_out()
    assert (broken, left) == ([], {})
