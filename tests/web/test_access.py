"""Every route says who may open it, and nobody else can."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from werkzeug.routing import Rule

from audit_app.models import User
from audit_app.rules.permissions import Permission, Role
from audit_app.web.access import PUBLIC, access_of
from tests.browser_page import BASE, PageClient
from tests.people import World

PEOPLE = {
    Role.TEAM_MANAGER: "alice",
    Role.MODERATOR: "bob",
    Role.PRACTICE_LEAD: "carol",
    Role.DCS_OFFICE: "dan",
    Role.PRACTITIONER: "priya",
    Role.ADMINISTRATOR: "adam",
}


def _rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def _address(rule: Rule) -> str:
    """An address of the rule about a record that does not exist."""
    return re.sub(r"<(int:)?[^>]+>", lambda part: "1" if part[1] else "ZZZZ-ZZZZ", rule.rule)


def test_every_route_declares_who_may_open_it(app: Flask) -> None:
    silent = [rule.rule for rule in _rules(app) if access_of(app, rule.endpoint) is None]
    assert silent == []


def test_a_stranger_is_sent_to_sign_in_from_every_route(app: Flask, web: PageClient) -> None:
    for rule in _rules(app):
        if access_of(app, rule.endpoint) == PUBLIC:
            continue
        for method in {"GET", "POST"} & (rule.methods or set()):
            response = web.client.open(_address(rule), method=method, base_url=BASE)
            assert response.status_code == 303, f"{method} {rule.rule}"
            assert response.location.startswith("/account/sign-in"), f"{method} {rule.rule}"


@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_refused_every_route_it_has_no_permission_for(
    app: Flask, web: PageClient, world: World, role: Role
) -> None:
    user: User = getattr(world, PEOPLE[role])
    permissions = user.permissions
    web.sign_in(user)
    token = web.get("/").csrf
    for rule in _rules(app):
        access = access_of(app, rule.endpoint)
        if access == PUBLIC or access in permissions:
            continue
        for method in {"GET", "POST"} & (rule.methods or set()):
            data = {"csrf_token": token} if method == "POST" else None
            response = web.request(method, _address(rule), data)
            assert response.status_code == 403, f"{role} may {method} {rule.rule}"


@pytest.mark.parametrize("role", list(Role))
def test_a_record_that_is_not_there_is_not_found_by_anybody(
    app: Flask, web: PageClient, world: World, role: Role
) -> None:
    user: User = getattr(world, PEOPLE[role])
    permissions = user.permissions
    web.sign_in(user)
    token = web.get("/").csrf
    for rule in _rules(app):
        access = access_of(app, rule.endpoint)
        # A file held between its check and its import is no record, and leads back to the start.
        if (
            "<" not in rule.rule
            or "<token>" in rule.rule
            or not isinstance(access, Permission)
            or access not in permissions
        ):
            continue
        for method in {"GET", "POST"} & (rule.methods or set()):
            data = {"csrf_token": token} if method == "POST" else None
            response = web.request(method, _address(rule), data)
            assert response.status_code == 404, f"{role}: {method} {rule.rule}"


def test_a_form_without_its_token_changes_nothing(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    response = web.request("POST", "/audits/new", {"case_reference": "1"})
    assert response.status_code == 303
    assert response.location == "/audits/new"
