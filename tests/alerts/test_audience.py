"""Whom an alert is for: chosen on the form, saved, and the same teams and people by every way."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from audit_app.alerts.audience import audience_of, is_for, takes_in_team
from audit_app.extensions import db
from audit_app.models import Alert, RoleGrant, Team, User
from audit_app.rules.alert_audience import Audience
from audit_app.rules.permissions import Role
from tests.alerts.alerts_to_try import draft, issued, stored
from tests.alerts.test_writing import BEGUN
from tests.browser_page import Page, PageClient
from tests.people import World


def _begin(web: PageClient, status: int = 200, **chosen: Any) -> Page:
    nobody: dict[str, Any] = {"for_everyone": []}
    return web.send(web.get("/alerts/new"), status=status, **(BEGUN | nobody | chosen))


def test_services_roles_and_teams_are_chosen_together_and_printed_in_words(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.carol)
    _begin(
        web,
        for_services=[str(world.fostering.service_id)],
        for_roles=["head_of_service"],
        for_teams=[str(world.north.id)],
    )
    alert = db.session.scalars(select(Alert)).one()
    assert alert.audience == "Fostering, all heads of service and LSW North 1"
    assert audience_of(alert) == Audience.of(
        services=[world.fostering.service_id],
        roles=[Role.HEAD_OF_SERVICE],
        teams=[world.north.id],
    )


def test_everyone_beside_somebody_else_is_refused_and_what_was_ticked_stays(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.carol)
    chosen: dict[str, Any] = {"for_everyone": ["everyone"], "for_teams": [str(world.south.id)]}
    page = _begin(web, status=400, **chosen)
    assert page.errors == ["Select everyone, or the services, roles and teams it is for"]
    assert page.fields()["for_everyone"] == "everyone"
    assert page.fields()["for_teams"] == str(world.south.id)
    assert _begin(web, status=400).errors == ["Select who the alert is for"]


def test_a_team_that_is_none_is_refused(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    page = web.get("/alerts/new")
    sent = page.fields() | BEGUN | {"for_everyone": [], "for_teams": ["999999"]}
    refused = web.post("/alerts/new", sent, status=400)
    assert "Choose teams from the list" in refused.errors


def test_the_audience_can_be_changed_and_an_older_window_is_told(
    web: PageClient, world: World
) -> None:
    alert = draft(world.carol)
    web.sign_in(world.carol)
    first = web.get(f"/alerts/{alert.reference}/basis")
    second = web.get(f"/alerts/{alert.reference}/basis")
    web.send(first, for_everyone=[], for_teams=[str(world.north.id)])
    page = web.send(second, status=409, title="Another title")
    assert "Saved now: LSW North 1" in page.text
    now = stored(alert.reference)
    assert (now.audience, now.title) == ("LSW North 1", alert.title)


def test_a_team_taken_out_of_use_stays_where_it_was_chosen_and_is_offered_nowhere_else(
    web: PageClient, world: World
) -> None:
    alert = draft(world.carol, Audience.of(teams=[world.south.id]))
    world.south.active = False
    db.session.commit()
    web.sign_in(world.carol)
    here = web.get(f"/alerts/{alert.reference}/basis")
    assert here.fields()["for_teams"] == str(world.south.id)
    assert "LSW South 1" not in web.get("/alerts/new").text
    assert _teams_of(alert) == set()


def _teams_of(alert: Alert) -> set[str]:
    asked = select(Team.name).join(Alert, takes_in_team()).where(Alert.id == alert.id)
    return set(db.session.scalars(asked))


def _people_of(alert: Alert, world: World) -> set[str]:
    people: list[User] = list(db.session.scalars(select(User)))
    return {
        user.name
        for user in people
        if db.session.scalar(select(Alert.id).where(Alert.id == alert.id, is_for(user)))
    }


def test_the_database_and_the_rule_mean_the_same_teams(world: World) -> None:
    audiences = [
        Audience(everyone=True),
        Audience.of(services=[world.north.service_id]),
        Audience.of(teams=[world.south.id, world.fostering.id]),
        *(Audience.of(roles=[role]) for role in Role),
        Audience.of(services=[world.fostering.service_id], teams=[world.north.id]),
    ]
    for audience in audiences:
        by_rule = {
            team.name
            for team in (world.north, world.south, world.fostering)
            if audience.takes_in(team.id, team.service_id)
        }
        assert _teams_of(draft(world.carol, audience)) == by_rule


@pytest.fixture
def frank(world: World) -> User:
    """The head of service for Fostering alone."""
    frank = User(email="frank@example.gov.uk", name="Frank")
    grant = RoleGrant(role=Role.HEAD_OF_SERVICE, service_id=world.fostering.service_id)
    frank.grants.append(grant)
    db.session.add(frank)
    db.session.commit()
    return frank


def test_people_are_meant_by_their_team_its_service_or_their_role(
    world: World, frank: User
) -> None:
    # Bob, Hester and Priya have no place of their own, and so work for all of them.
    anywhere = {"Bob", "Hester", "Priya"}
    for audience, meant in (
        (Audience.of(teams=[world.north.id]), {"Alice"} | anywhere),
        (Audience.of(services=[world.north.service_id]), {"Alice", "Mallory"} | anywhere),
        (Audience.of(services=[world.fostering.service_id]), {"Frank"} | anywhere),
        (Audience.of(teams=[world.fostering.id]), {"Frank"} | anywhere),
        (Audience.of(roles=[Role.TEAM_MANAGER]), {"Alice", "Mallory"}),
        (Audience.of(roles=[Role.DCS_OFFICE]), {"Dan"}),
    ):
        assert _people_of(draft(world.carol, audience), world) == meant
    everybody = _people_of(draft(world.carol), world)
    assert everybody == set(db.session.scalars(select(User.name)))


def test_an_alert_says_on_its_page_everybody_it_is_for(web: PageClient, world: World) -> None:
    where = {"service_id": world.north.service_id, "locality_id": world.north.locality_id}
    names = (f"{name} team with a long name {'x' * 40}" for name in ("First", "Second", "Third"))
    teams = [Team(name=name, **where) for name in names]
    db.session.add_all(teams)
    db.session.commit()
    alert = issued(world, audience=Audience.of(teams=[team.id for team in teams]))
    assert alert.audience.endswith("2 other teams")
    web.sign_in(world.priya)
    page = web.get(f"/alerts/{alert.reference}")
    assert all(team.name in page.text for team in teams)
