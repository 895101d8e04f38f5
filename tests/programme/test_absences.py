"""Days away: recorded once, for people who audit, and removed; why is never asked."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import Absence, HistoryEvent
from tests.browser_page import Page, PageClient
from tests.people import World

AT = "/programme/absences"
BACKWARDS = "The last day away must be the same as or after the first day"
RECORD = "Record the days away"
TODAY = date.today()


def _on(field: str, day: date) -> dict[str, str]:
    return {f"{field}-{name}": str(getattr(day, name)) for name in ("day", "month", "year")}


def _away(world: World, first: int, last: int, **other: Any) -> dict[str, Any]:
    """Alice away, from so many days from now to so many days."""
    days = (TODAY + timedelta(days=first), TODAY + timedelta(days=last))
    typed = _on("first_day", days[0]) | _on("last_day", days[1])
    return {"person": str(world.alice.id)} | typed | other


def _record(web: PageClient, typed: dict[str, Any], status: int = 200) -> Page:
    page = web.get(AT)
    return web.post(AT, page.fields(RECORD) | typed, status)


def _absences() -> list[Absence]:
    db.session.rollback()
    return list(db.session.scalars(select(Absence)))


def test_a_lead_records_days_away_and_removes_them(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    shown = _record(web, _away(world, 3, 9))
    assert [row[0].partition(" ")[0] for row in shown.tables[0][1:]] == ["Alice"]
    [absence] = _absences()
    assert (absence.user_id, absence.recorded_by_id) == (world.alice.id, world.carol.id)
    assert absence.last_day - absence.first_day == timedelta(days=6)
    button = shown.html.select("main table button")[0].get_text(" ", strip=True)
    for _ in range(2):
        assert "Nobody is recorded as away" in web.send(shown, button).text
    told = select(HistoryEvent.verb).where(HistoryEvent.record_type == "absence")
    assert db.session.scalars(told.order_by(HistoryEvent.id)).all() == [
        "recorded days away",
        "removed days away",
    ]


def test_sending_the_form_twice_records_the_days_once(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    page = web.get(AT)
    typed = page.fields(RECORD) | _away(world, 3, 9)
    for _ in range(2):
        web.post(AT, typed)
    assert len(_absences()) == 1


def test_days_that_are_recorded_already_are_told(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    _record(web, _away(world, 3, 9))
    _record(web, _away(world, 10, 12))
    for first, last in ((9, 10), (1, 3), (4, 5), (1, 30)):
        page = _record(web, _away(world, first, last), status=400)
        assert "Alice is already away from" in page.errors[0]
    assert len(_absences()) == 2


@pytest.mark.parametrize(
    ("first", "last", "other", "said"),
    [
        (3, 9, {"person": ""}, "Select who is away"),
        (3, 9, {"first_day-day": ""}, "The first day away must include a day"),
        (
            3,
            9,
            _on("last_day", TODAY),
            BACKWARDS,
        ),
        (-9, -3, {}, "The last day away must be today or later"),
    ],
)
def test_what_cannot_be_an_absence_is_refused(
    web: PageClient, world: World, first: int, last: int, other: dict[str, str], said: str
) -> None:
    web.sign_in(world.carol)
    assert _record(web, _away(world, first, last, **other), status=400).errors == [said]
    assert _absences() == []


def test_only_people_who_audit_are_offered(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    offered = [each.get_text(strip=True) for each in web.get(AT).html.select("#person option")]
    assert offered == ["Select", "Alice", "Mallory"]
    page = _record(web, _away(world, 3, 9, person=str(world.dan.id)), status=400)
    assert page.errors == ["Choose somebody who audits from the list"]


def test_absences_that_are_over_are_not_listed(web: PageClient, world: World) -> None:
    db.session.add(
        Absence(
            user_id=world.alice.id,
            first_day=TODAY - timedelta(days=9),
            last_day=TODAY - timedelta(days=1),
            recorded_by_id=world.carol.id,
        )
    )
    db.session.commit()
    web.sign_in(world.carol)
    assert "Nobody is recorded as away" in web.get(AT).text


def test_an_absence_nobody_recorded_cannot_be_removed(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    page = web.get(AT)
    web.post(f"{AT}/99/remove", {"csrf_token": page.csrf}, status=404)
