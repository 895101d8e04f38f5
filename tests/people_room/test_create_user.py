"""Letting a person in from the command line."""

from __future__ import annotations

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from audit_app.extensions import db
from audit_app.models import HistoryEvent, RoleGrant, User
from audit_app.rules.permissions import Role
from tests.browser_page import PageClient
from tests.people import World

# The pages are the same on every database.
pytestmark = pytest.mark.sqlite_only

PASSWORD = "seven brave teapots sang"


def create(app: Flask, email: str, *options: str, password: str = PASSWORD) -> Result:
    db.session.rollback()
    command = ["create-user", email, "--password-stdin", *options]
    return app.test_cli_runner().invoke(args=command, input=f"{password}\n")


def person(email: str) -> User | None:
    db.session.rollback()
    return db.session.scalar(select(User).where(User.email == email))


def test_a_person_made_by_the_command_can_sign_in(
    app: Flask, world: World, web: PageClient
) -> None:
    made = create(app, "Erin@Example.GOV.UK", "--name", "Erin Shaw", "--role", "practice-lead")
    assert made.exit_code == 0, made.stderr
    page = web.get("/account/sign-in")
    assert web.send(page, email="erin@example.gov.uk", password=PASSWORD).path == "/"
    erin = person("erin@example.gov.uk")
    assert erin is not None
    assert erin.roles == {Role.PRACTICE_LEAD}


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("role", "said"),
    [
        ("administrator", "has the role “Administrator”."),
        ("practitioner", "has the role “Practitioner”."),
        ("dcs-office", "has the role “DCS office”."),
    ],
)
def test_it_says_what_role_the_person_has(app: Flask, world: World, role: str, said: str) -> None:
    made = create(app, "erin@example.gov.uk", "--name", "Erin Shaw", "--role", role)
    assert made.stdout.strip().endswith(said)


def test_the_password_is_asked_for_twice_and_never_shown(app: Flask, world: World) -> None:
    options = ["--name", "Erin Shaw", "--role", "dcs_office"]
    db.session.rollback()
    made = app.test_cli_runner().invoke(
        args=["create-user", "erin@example.gov.uk", *options], input=f"{PASSWORD}\n{PASSWORD}\n"
    )
    assert made.exit_code == 0
    assert PASSWORD not in made.output
    assert person("erin@example.gov.uk") is not None


@pytest.mark.parametrize("typed", ["team-manager", "team_manager", "Team-Manager"])
def test_a_team_manager_gets_their_team_whichever_way_the_role_is_written(
    app: Flask, world: World, typed: str
) -> None:
    options = ["--name", "Erin Shaw", "--role", typed, "--team", "lsw north 1"]
    assert create(app, "erin@example.gov.uk", *options).exit_code == 0
    erin = person("erin@example.gov.uk")
    assert erin is not None
    assert erin.manages(world.north.id)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--role", "team-manager"), "needs a team"),
        (("--role", "team-manager", "--team", "LSW Nroth 1"), "Did you mean “LSW North 1”"),
        (("--role", "moderator", "--team", "LSW North 1"), "not for one team"),
    ],
)
def test_a_team_that_will_not_do_is_refused_with_its_reason(
    app: Flask, world: World, options: tuple[str, ...], reason: str
) -> None:
    refused = create(app, "erin@example.gov.uk", "--name", "Erin", *options)
    assert refused.exit_code == 1
    assert reason in refused.stderr
    assert person("erin@example.gov.uk") is None


@pytest.mark.parametrize("password", ["short", "erin@example.gov.uk", "password1234"])
def test_a_password_easy_to_guess_is_refused(app: Flask, world: World, password: str) -> None:
    options = ["--name", "Erin Shaw", "--role", "practitioner"]
    refused = create(app, "erin@example.gov.uk", *options, password=password)
    assert refused.exit_code == 1
    assert "password" in refused.stderr
    assert person("erin@example.gov.uk") is None


@pytest.mark.parametrize("email", ["erin", "erin@", "a b@example.gov.uk", ""])
def test_what_is_no_e_mail_address_is_refused(app: Flask, world: World, email: str) -> None:
    refused = create(app, email, "--name", "Erin", "--role", "practitioner")
    assert refused.exit_code == 1
    assert "correct format" in refused.stderr


def test_a_role_nobody_has_heard_of_is_wrong_usage(app: Flask, world: World) -> None:
    wrong = create(app, "erin@example.gov.uk", "--name", "Erin", "--role", "owner")
    assert wrong.exit_code == 2
    assert "practice-lead" in wrong.stderr


def test_somebody_who_can_sign_in_is_never_made_again(app: Flask, world: World) -> None:
    before = world.alice.password_hash
    refused = create(app, "ALICE@example.gov.uk", "--name", "Eve", "--role", "practice-lead")
    assert refused.exit_code == 1
    assert "already a person" in refused.stderr
    alice = person("alice@example.gov.uk")
    assert alice is not None
    assert (alice.name, alice.password_hash) == ("Alice", before)


def test_somebody_switched_off_is_not_let_back_in_this_way(app: Flask, world: World) -> None:
    world.alice.active, world.alice.password_hash = False, None
    db.session.commit()
    refused = create(app, world.alice.email, "--name", "Alice", "--role", "practice-lead")
    assert refused.exit_code == 1


def test_somebody_named_only_by_imported_history_gets_password_name_and_role(
    app: Flask, world: World
) -> None:
    imported = User(email="old.hand@example.gov.uk", name="Old Hand")
    imported.grants.append(RoleGrant(role=Role.TEAM_MANAGER))
    db.session.add(imported)
    db.session.commit()
    known = imported.id
    options = ["--name", "Olive Hand", "--role", "moderator"]
    made = create(app, "old.hand@example.gov.uk", *options)
    assert made.exit_code == 0
    assert "An import named them before" in made.stdout
    olive = person("old.hand@example.gov.uk")
    assert olive is not None
    assert (olive.id, olive.name, olive.roles) == (known, "Olive Hand", frozenset({Role.MODERATOR}))
    assert db.session.scalar(select(func.count(RoleGrant.id)).filter_by(user_id=known)) == 1


def test_giving_access_is_remembered(app: Flask, world: World) -> None:
    create(app, "erin@example.gov.uk", "--name", "Erin", "--role", "practitioner")
    erin = person("erin@example.gov.uk")
    assert erin is not None
    event = db.session.scalars(select(HistoryEvent)).all()[-1]
    assert (event.verb, event.record_reference) == ("gave access", erin.reference)
