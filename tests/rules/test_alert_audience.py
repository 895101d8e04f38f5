"""Whom an alert is for, in words that fit, and which teams that means."""

from __future__ import annotations

import pytest

from audit_app.rules.alert_audience import EVERYONE, Audience, in_few_words, in_words
from audit_app.rules.permissions import Role

SERVICES = {1: "Early help", 2: "Fostering", 3: "Locality social work"}
TEAMS = {number: f"LSW North {number}" for number in range(1, 41)}


def _few(audience: Audience, longest: int = 100) -> str:
    return in_few_words(audience, SERVICES, TEAMS, longest)


@pytest.mark.parametrize(
    ("audience", "said"),
    [
        (Audience(everyone=True), EVERYONE),
        (Audience.of(services=[2]), "Fostering"),
        (Audience.of(services=[2, 1]), "Early help and Fostering"),
        (Audience.of(roles=[Role.TEAM_MANAGER]), "All team managers"),
        (Audience.of(roles=[Role.DCS_OFFICE]), "The DCS office"),
        (Audience.of(teams=[2]), "LSW North 2"),
        (
            Audience.of(services=[1], roles=[Role.HEAD_OF_SERVICE], teams=[1, 2]),
            "Early help, all heads of service, LSW North 1 and LSW North 2",
        ),
    ],
)
def test_a_short_audience_is_named_whole(audience: Audience, said: str) -> None:
    assert _few(audience) == in_words(audience, SERVICES, TEAMS) == said


def test_a_long_list_of_teams_ends_in_how_many_more_there_are() -> None:
    forty = Audience.of(services=[2], teams=range(1, 41))
    assert _few(forty) == (
        "Fostering, LSW North 1, LSW North 10, LSW North 11, LSW North 12, LSW North 13 and "
        "35 other teams"
    )
    assert _few(forty, 41) == "Fostering, LSW North 1 and 39 other teams"
    assert _few(forty, 40) == ("Fostering and 40 teams")
    assert in_words(forty, SERVICES, TEAMS).count("LSW North") == 40


def test_one_team_left_out_is_one_other_team() -> None:
    assert _few(Audience.of(teams=[1, 2, 3]), 37) == "LSW North 1 and 2 other teams"
    two = Audience.of(teams=[1, 2])
    assert in_few_words(two, {}, {1: "A", 2: "B" * 60}, 30) == "A and 1 other team"


def test_services_are_counted_when_even_they_have_no_room_and_roles_are_still_named() -> None:
    services = {number: f"Service number {number:02}" for number in range(1, 12)}
    chosen = Audience.of(services=list(services), roles=[Role.TEAM_MANAGER], teams=[1, 2])
    said = in_few_words(chosen, services, TEAMS, 80)
    assert said == "Service number 01, 10 other services, all team managers and 2 teams"
    assert in_few_words(chosen, services, TEAMS, 50) == "11 services, all team managers and 2 teams"
    assert in_few_words(chosen, services, TEAMS, 40) == "11 services, 1 role and 2 teams"


@pytest.mark.parametrize("longest", range(20, 121, 7))
def test_whatever_is_chosen_fits_its_room(longest: int) -> None:
    every = Audience.of(services=list(SERVICES), roles=list(Role), teams=list(TEAMS))
    assert 0 < len(_few(every, longest)) <= longest


def test_everyone_beside_somebody_named_is_a_contradiction() -> None:
    assert Audience.of(everyone=True, teams=[1]).is_contradictory
    assert not Audience(everyone=True).is_contradictory
    assert Audience().is_empty


@pytest.mark.parametrize(
    ("audience", "north", "fostering"),
    [
        (Audience(everyone=True), True, True),
        (Audience.of(services=[3]), True, False),
        (Audience.of(teams=[1]), True, False),
        (Audience.of(roles=[Role.PRACTITIONER]), True, True),
        (Audience.of(roles=[Role.TEAM_MANAGER], services=[2]), True, True),
        (Audience.of(roles=[Role.HEAD_OF_SERVICE, Role.DCS_OFFICE]), False, False),
        (Audience(), False, False),
    ],
)
def test_a_team_is_meant_by_name_by_its_service_or_by_what_a_team_is_made_of(
    audience: Audience, north: bool, fostering: bool
) -> None:
    assert audience.takes_in(1, 3) is north
    assert audience.takes_in(9, 2) is fostering


def test_the_same_audience_is_equal_however_it_was_put_together() -> None:
    roles = [Role.TEAM_MANAGER, Role.PRACTITIONER]
    assert Audience.of(services=[2, 1], roles=roles) == Audience.of(
        services=[1, 2, 2], roles=roles[::-1]
    )
