"""Giving a role in a browser: what another answer hides is not sent, and without a script it is."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import RoleGrant, User
from audit_app.models.base import today
from tests.journeys.conftest import OpenBrowser
from tests.journeys.serving import Site
from tests.journeys.steps import choose, enter_date, heading, press, sign_in_as
from tests.people import World

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]

NO_LAST_DAY = "The role Moderator has no last day"


def _give(page: Page, user: User) -> None:
    page.goto(f"/people/{user.reference}/roles/new")
    choose(page, "Role", "Inspector")
    enter_date(page, "Last day", today())
    choose(page, "Role", "Moderator")
    press(page, "Give this role")


def _roles(user: User) -> set[str]:
    db.session.rollback()
    return set(db.session.scalars(select(RoleGrant.role).where(RoleGrant.user_id == user.id)))


def test_a_day_typed_before_another_role_was_chosen_is_not_sent(
    site: Site, world: World, open_browser: OpenBrowser
) -> None:
    page = sign_in_as(open_browser(site), world.adam)
    _give(page, world.dan)
    heading(page, "Dan")
    assert _roles(world.dan) == {"dcs_office", "moderator"}


def test_without_a_script_the_day_is_seen_and_refused(
    site: Site, world: World, open_browser: OpenBrowser
) -> None:
    page = sign_in_as(open_browser(site, javascript=False), world.adam)
    _give(page, world.dan)
    expect(page.get_by_role("alert")).to_contain_text(NO_LAST_DAY)
    assert _roles(world.dan) == {"dcs_office"}
