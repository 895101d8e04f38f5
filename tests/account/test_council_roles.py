"""Roles that the council's sign-in gives and takes, and those an administrator keeps."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import HistoryEvent, RoleGrant, User
from audit_app.rules.permissions import Role
from tests.account.council_provider import Provider, come_by_council, verified
from tests.browser_page import Page, PageClient
from tests.people import World

pytestmark = pytest.mark.sqlite_only

MAPPING = (
    "Audit.Managers=team_manager, Audit.Leads=practice_lead, Audit.Office=dcs_office,"
    "Audit.Admins=administrator"
)


@pytest.fixture(autouse=True)
def _mapped(app: Flask, council: Provider) -> None:
    usual = app.config["SETTINGS"]
    app.config["SETTINGS"] = usual.model_copy(update={"oidc_roles": MAPPING})


def _come(web: PageClient, council: Provider, who: User, *roles: str, status: int = 200) -> Page:
    council.person = verified(who.email, who.email, roles=list(roles))
    return come_by_council(web, status=status)


def _held(user: User) -> set[tuple[Role, int | None]]:
    db.session.rollback()
    grants = select(RoleGrant.role, RoleGrant.team_id).where(RoleGrant.user_id == user.id)
    return {(row.role, row.team_id) for row in db.session.execute(grants)}


def test_a_role_is_given_and_another_taken(
    web: PageClient, world: World, council: Provider
) -> None:
    _come(web, council, world.dan, "Audit.Leads")
    assert _held(world.dan) == {(Role.PRACTICE_LEAD, None)}
    said = select(HistoryEvent.verb).where(HistoryEvent.record_reference == world.dan.reference)
    assert {"council took role dcs_office", "council gave role practice_lead"} <= set(
        db.session.scalars(said)
    )


def test_what_stays_the_same_is_not_written_down(
    web: PageClient, world: World, council: Provider
) -> None:
    _come(web, council, world.dan, "Audit.Office")
    web.sign_out()
    _come(web, council, world.dan, "Audit.Office")
    verbs = db.session.scalars(select(HistoryEvent.verb)).all()
    assert verbs == ["linked council account", "signed in", "signed in"]


def test_a_team_manager_keeps_the_team_an_administrator_gave_them(
    web: PageClient, world: World, council: Provider
) -> None:
    _come(web, council, world.alice, "Audit.Managers", "Audit.Leads")
    assert _held(world.alice) == {
        (Role.TEAM_MANAGER, world.north.id),
        (Role.PRACTICE_LEAD, None),
    }


def test_who_manages_no_team_any_more_loses_it(
    web: PageClient, world: World, council: Provider
) -> None:
    _come(web, council, world.alice, "Audit.Leads")
    assert _held(world.alice) == {(Role.PRACTICE_LEAD, None)}


def test_a_team_manager_of_no_team_is_told_to_ask_for_one(
    web: PageClient, world: World, council: Provider
) -> None:
    page = _come(web, council, world.dan, "Audit.Managers", status=403)
    assert page.h1 == "You do not have a place yet"
    assert "you are a team manager" in page.text
    assert _held(world.dan) == {(Role.DCS_OFFICE, None)}


@pytest.mark.parametrize("roles", [[], ["Something.Else"]])
def test_who_would_be_left_with_nothing_is_refused_and_loses_nothing(
    web: PageClient, world: World, council: Provider, roles: list[str]
) -> None:
    page = _come(web, council, world.alice, *roles, status=403)
    assert page.h1 == "You do not have a role yet"
    assert _held(world.alice) == {(Role.TEAM_MANAGER, world.north.id)}
    assert db.session.scalars(select(HistoryEvent.verb)).all() == ["sign-in refused"]


def test_roles_that_the_council_has_no_name_for_are_the_administrators_alone(
    web: PageClient, world: World, council: Provider
) -> None:
    assert _come(web, council, world.bob).path == "/"
    assert _held(world.bob) == {(Role.MODERATOR, None)}


def test_the_last_administrator_stays_one(web: PageClient, world: World, council: Provider) -> None:
    _come(web, council, world.adam, "Audit.Leads")
    assert _held(world.adam) == {(Role.ADMINISTRATOR, None), (Role.PRACTICE_LEAD, None)}
    web.sign_out()
    world.dan.grants.append(RoleGrant(role=Role.ADMINISTRATOR))
    db.session.commit()
    _come(web, council, world.adam, "Audit.Leads")
    assert _held(world.adam) == {(Role.PRACTICE_LEAD, None)}


def test_a_claim_of_one_name_is_read_as_one(
    app: Flask, web: PageClient, world: World, council: Provider
) -> None:
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"oidc_role_claim": "role"})
    council.person = verified(world.dan.email, role="Audit.Leads")
    come_by_council(web)
    assert _held(world.dan) == {(Role.PRACTICE_LEAD, None)}


def test_who_holds_no_role_is_told_so(web: PageClient, world: World, council: Provider) -> None:
    world.bob.grants = []
    db.session.commit()
    assert _come(web, council, world.bob, status=403).h1 == "You do not have a role yet"
