"""Every route says who may open it, and nobody else can."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from audit_app.models import User
from audit_app.rules.permissions import READ_ONLY, Permission, Role
from audit_app.web.access import PUBLIC, access_of, only_reads
from tests.browser_page import BASE, PageClient
from tests.people import World
from tests.web.addresses import address_of

#: What a page shows; what it reads and writes is tried on every database elsewhere.
pytestmark = pytest.mark.sqlite_only

PEOPLE = {
    Role.TEAM_MANAGER: "alice",
    Role.MODERATOR: "bob",
    Role.HEAD_OF_SERVICE: "hester",
    Role.PRACTICE_LEAD: "carol",
    Role.DCS_OFFICE: "dan",
    Role.PRACTITIONER: "priya",
    Role.ADMINISTRATOR: "adam",
    Role.INFORMATION_GOVERNANCE: "gwen",
    Role.INSPECTOR: "ivy",
}


def _rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def _ways(rules: Iterable[Rule]) -> Iterator[tuple[str, Rule]]:
    """Each rule with each method a browser would use."""
    for rule in rules:
        for method in sorted({"GET", "POST"} & (rule.methods or set())):
            yield method, rule


def test_every_route_declares_who_may_open_it(app: Flask) -> None:
    silent = [rule.rule for rule in _rules(app) if access_of(app, rule.endpoint) is None]
    assert silent == []


def test_a_stranger_is_sent_to_sign_in_from_every_route(app: Flask, web: PageClient) -> None:
    closed = [rule for rule in _rules(app) if access_of(app, rule.endpoint) != PUBLIC]
    for method, rule in _ways(closed):
        response = web.client.open(address_of(rule), method=method, base_url=BASE)
        assert response.status_code == 303, f"{method} {rule.rule}"
        assert response.location.startswith("/account/sign-in"), f"{method} {rule.rule}"


@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_refused_every_route_it_has_no_permission_for(
    app: Flask, web: PageClient, world: World, role: Role
) -> None:
    permissions, token = _enter(web, world, role)
    refused = [
        rule for rule in _rules(app) if access_of(app, rule.endpoint) not in {PUBLIC, *permissions}
    ]
    for method, rule in _ways(refused):
        response = web.request(method, address_of(rule), _data(method, token))
        assert response.status_code == 403, f"{role} may {method} {rule.rule}"


@pytest.mark.parametrize("role", list(Role))
def test_a_record_that_is_not_there_is_not_found_by_anybody(
    app: Flask, web: PageClient, world: World, role: Role
) -> None:
    permissions, token = _enter(web, world, role)
    # A file held between its check and its import is no record, and leads back to the start.
    records = [
        rule
        for rule in _rules(app)
        if access_of(app, rule.endpoint) in permissions and re.search("<(?!token)", rule.rule)
    ]
    for method, rule in _ways(records):
        if method == "POST" and role in READ_ONLY and not only_reads(app, rule.endpoint):
            continue
        response = web.request(method, address_of(rule), _data(method, token))
        assert response.status_code == 404, f"{role}: {method} {rule.rule}"


def _enter(web: PageClient, world: World, role: Role) -> tuple[frozenset[Permission], str]:
    """Sign in as the person who holds the role; their permissions, and a token for their forms."""
    user: User = getattr(world, PEOPLE[role])
    permissions = user.permissions
    web.sign_in(user)
    return permissions, web.get("/").csrf


def _data(method: str, token: str) -> dict[str, str] | None:
    return {"csrf_token": token} if method == "POST" else None


def test_a_form_without_its_token_changes_nothing(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    response = web.request("POST", "/audits/new", {"case_reference": "1"})
    assert response.status_code == 303
    assert response.location == "/audits/new"
