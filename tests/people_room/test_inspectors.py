"""Letting an inspector in: until a day that somebody has to say, and not a day longer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import RoleGrant, User
from audit_app.models import people as people_tables
from audit_app.models.base import today
from audit_app.rules.permissions import Role
from tests.browser_page import Page, PageClient
from tests.people import World

#: What a page shows; what it reads and writes is tried on every database elsewhere.
pytestmark = pytest.mark.sqlite_only


def _last_day(days: int) -> dict[str, Any]:
    last = today() + timedelta(days=days)
    return {"ends_on__day": last.day, "ends_on__month": last.month, "ends_on__year": last.year}


def _give(web: PageClient, user: User, status: int = 200, **answers: Any) -> Page:
    page = web.get(f"/people/{user.reference}/roles/new")
    return web.send(page, status=status, role="inspector", **answers)


def _grants(user: User) -> list[tuple[str, int | None]]:
    db.session.rollback()
    rows = db.session.scalars(
        select(RoleGrant).where(RoleGrant.user_id == user.id).order_by(RoleGrant.id)
    )
    return [(each.role, (each.ends_on - today()).days if each.ends_on else None) for each in rows]


def test_an_inspector_is_let_in_until_a_day(web: PageClient, world: World) -> None:
    web.sign_in(world.adam)
    page = _give(web, world.dan, **_last_day(14))
    assert _grants(world.dan) == [("dcs_office", None), ("inspector", 14)]
    last = today() + timedelta(days=14)
    assert f"Until the end of {last.day} {last:%B %Y}" in page.text


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (None, "Enter the inspector’s last day"),
        (-1, "The inspector’s last day must be today or later"),
        (367, "The inspector’s last day must be within a year from today"),
    ],
)
def test_no_inspector_is_let_in_without_a_day_or_for_ever(
    web: PageClient, world: World, days: int | None, said: str
) -> None:
    web.sign_in(world.adam)
    page = _give(web, world.dan, 400, **({} if days is None else _last_day(days)))
    assert page.errors == [said]
    assert _grants(world.dan) == [("dcs_office", None)]


def test_a_last_day_for_a_role_that_has_none_is_not_dropped_without_a_word(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.adam)
    page = web.get(f"/people/{world.dan.reference}/roles/new")
    page = web.send(page, status=400, role="practitioner", **_last_day(14))
    assert page.errors == ["The role Practitioner has no last day"]
    assert page.fields()["ends_on-day"] == str(_last_day(14)["ends_on__day"])
    assert _grants(world.dan) == [("dcs_office", None)]


def test_a_longer_inspection_is_said_by_another_last_day(web: PageClient, world: World) -> None:
    ivy = world.ivy
    web.sign_in(world.adam)
    _give(web, ivy, **_last_day(60))
    assert _grants(ivy) == [("inspector", 60)]
    assert _give(web, ivy, 400, **_last_day(60)).errors == ["Ivy holds this role already"]


def test_after_the_last_day_an_inspector_sees_nothing_at_once(
    web: PageClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ivy, reference = world.ivy, world.recorded_audit().reference
    web.sign_in(ivy)
    web.get(f"/audits/{reference}")
    later = today() + timedelta(days=29)
    monkeypatch.setattr(people_tables, "today", lambda: later)
    web.get(f"/audits/{reference}", 403)
    web.get("/insight/distribution", 403)


def test_a_role_that_ended_is_still_shown_and_can_be_given_again(
    web: PageClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ivy, last = world.ivy, today() - timedelta(days=3)
    db.session.scalars(select(RoleGrant).where(RoleGrant.user_id == ivy.id)).one().ends_on = last
    db.session.commit()
    web.sign_in(world.adam)
    page = web.get(f"/people/{ivy.reference}")
    assert f"Inspector Ended on {last.day} {last:%B %Y}" in page.text
    assert "Ivy has no role now" in page.text
    _give(web, ivy, **_last_day(7))
    assert _grants(ivy) == [("inspector", 7)]


def test_the_command_asks_for_a_day_too(app: Flask, world: World) -> None:
    asked = ["create-user", "iris@example.gov.uk", "--name", "Iris", "--role", "inspector"]
    runner, typed = app.test_cli_runner(), "seven brave teapots sang\n"
    refused = runner.invoke(args=[*asked, "--password-stdin"], input=typed)
    assert refused.exit_code == 1
    assert "Enter the inspector’s last day" in refused.output
    last = (today() + timedelta(days=5)).isoformat()
    runner.invoke(args=[*asked, "--ends-on", last, "--password-stdin"], input=typed)
    db.session.rollback()
    made = db.session.scalars(select(User).where(User.email == "iris@example.gov.uk")).one()
    assert made.roles == {Role.INSPECTOR}
