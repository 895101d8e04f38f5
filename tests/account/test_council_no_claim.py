"""A sign-in by the council that says nothing of roles, as one that lost the claim does."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import RoleGrant, User
from audit_app.rules.permissions import Role
from tests.account.council_provider import Claims, Provider, come_by_council, verified
from tests.browser_page import PageClient
from tests.people import World


@pytest.fixture(autouse=True)
def _mapped(app: Flask, council: Provider) -> None:
    names = {"oidc_roles": "Audit.Managers=team_manager"}
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update=names)


def _held(user: User) -> set[tuple[Role, int | None]]:
    db.session.rollback()
    grants = select(RoleGrant.role, RoleGrant.team_id).where(RoleGrant.user_id == user.id)
    return {(row.role, row.team_id) for row in db.session.execute(grants)}


@pytest.mark.parametrize("without", [{}, {"roles": None}])
def test_a_claim_that_is_not_there_gives_and_takes_nothing_and_the_log_says_so(
    web: PageClient,
    world: World,
    council: Provider,
    caplog: pytest.LogCaptureFixture,
    without: Claims,
) -> None:
    world.alice.grants.append(RoleGrant(role=Role.MODERATOR))
    db.session.commit()
    council.person = verified(world.alice.email, "secret-subject") | without
    assert come_by_council(web).path == "/"
    assert _held(world.alice) == {(Role.TEAM_MANAGER, world.north.id), (Role.MODERATOR, None)}
    assert [each for each in caplog.messages if "OIDC_ROLE_CLAIM" in each]
    assert world.alice.email not in caplog.text
    assert "secret-subject" not in caplog.text


def test_a_claim_that_is_not_there_lets_nobody_in_by_what_the_council_once_said(
    web: PageClient, world: World, council: Provider
) -> None:
    council.person = verified(world.alice.email)
    assert come_by_council(web, status=403).h1 == "You do not have a role yet"
    assert _held(world.alice) == {(Role.TEAM_MANAGER, world.north.id)}


def test_an_empty_claim_takes_as_it_says(web: PageClient, world: World, council: Provider) -> None:
    world.alice.grants.append(RoleGrant(role=Role.MODERATOR))
    db.session.commit()
    council.person = verified(world.alice.email, roles=[])
    come_by_council(web)
    assert _held(world.alice) == {(Role.MODERATOR, None)}


def test_without_names_of_roles_a_claim_is_not_missed(
    app: Flask,
    web: PageClient,
    world: World,
    council: Provider,
    caplog: pytest.LogCaptureFixture,
) -> None:
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"oidc_roles": None})
    council.person = verified(world.alice.email)
    assert come_by_council(web).path == "/"
    assert "OIDC_ROLE_CLAIM" not in caplog.text
