"""Nobody is shown a word of, or changes, a record that is none of theirs, whatever they ask for.

Every route there is, about records that are there, opened and sent by people of every role to whom
none of them belongs. A mark is in every text of those records; no answer may hold it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from audit_app.extensions import db
from audit_app.models import Locality, Service, Team, User
from audit_app.models.base import Base
from audit_app.rules.permissions import ROLE_PERMISSIONS, ROLE_REACH, Reach, Role
from audit_app.web.access import PUBLIC, access_of
from tests.browser_page import PageClient
from tests.hostile.marking import PRIVATE_MARK, mark_cases, mark_what_is_private, shown
from tests.hostile.tried import Addresses, about_a_record, beginning_of
from tests.people import make_user

pytestmark = [pytest.mark.sqlite_only, pytest.mark.slow]

#: Routes that name one audit, or what hangs on one: refused to whoever it is none of.
OF_A_CASE = (
    "/audits/",
    "/calibration/new/",
    "/escalations/",
    "/improvement/actions/",
    "/improvement/actions/from-audit/",
    "/moderation/",
    "/my-work/",
    "/programme/allocations/",
    "/programme/re-audits/",
)
#: What signing in and looking on write; a mark of a form that was sent is no record.
OF_THE_VISIT = {
    "history_events",
    "history_seals",
    "once_tokens",
    "second_steps",
    "sessions",
    "sign_in_tries",
}
#: What the service makes itself out of the records, in the same transaction.
COUNTED_ANEW = {"moderation_tallies", "moderation_waits", "passages", "tallies"}
#: Files of figures, which hold what their page holds and take long to make.
SAME_AS_THE_PAGE = (".csv", ".json", ".pdf", ".xlsx")
NARROW = [role for role in Role if ROLE_REACH[role] is not Reach.AUTHORITY]
WIDE = [role for role in Role if ROLE_REACH[role] is Reach.AUTHORITY]


@pytest.fixture(scope="module")
def addresses(demonstration: Flask, records: dict[str, str]) -> Addresses:
    return Addresses(demonstration, records)


@pytest.fixture(scope="module")
def strangers(demonstration: Flask, addresses: Addresses) -> dict[Role, int]:
    """Somebody new of each role, in a team and a service without audits; everything is marked."""
    with demonstration.app_context():
        service, place = Service(name="Adoption"), Locality(name="Nowhere yet")
        db.session.add_all([service, place])
        db.session.flush()
        team = Team(name="A team without audits", service_id=service.id, locality_id=place.id)
        db.session.add(team)
        db.session.flush()
        people = {role: _newcomer(role, team, service) for role in Role}
        db.session.commit()
        return {role: person.id for role, person in people.items()}


def _newcomer(role: Role, team: Team, service: Service) -> User:
    person = make_user(f"new.{role}", role, staff_id=f"Z{list(Role).index(role)}")
    (grant,) = person.grants
    grant.team_id = team.id if ROLE_REACH[role] is Reach.TEAM else None
    grant.service_id = service.id if ROLE_REACH[role] is Reach.GRANTED_SERVICE else None
    return person


@pytest.fixture(scope="module")
def all_marked(demonstration: Flask, strangers: dict[Role, int]) -> None:
    with demonstration.app_context():
        mark_what_is_private()
        mark_cases()


@pytest.mark.parametrize("role", NARROW)
def test_a_stranger_is_shown_no_word_of_any_case(
    demonstration: Flask,
    addresses: Addresses,
    strangers: dict[Role, int],
    all_marked: None,
    role: Role,
) -> None:
    with demonstration.app_context():
        web, _ = _entered(demonstration, strangers[role])
        for rule, address in _open_to(demonstration, addresses, role, "GET"):
            answer = web.request("GET", address)
            assert not shown(answer), f"{role} is shown a case by {address}"
            assert answer.status_code < 500, f"{role}: {answer.status_code} {address}"
            if _of_a_case(rule):
                assert answer.status_code in (403, 404), f"{role}: {answer.status_code} {address}"


@pytest.mark.parametrize("role", WIDE)
def test_whoever_reads_every_audit_is_shown_nothing_that_others_keep_to_themselves(
    demonstration: Flask,
    addresses: Addresses,
    strangers: dict[Role, int],
    all_marked: None,
    role: Role,
) -> None:
    with demonstration.app_context():
        web, _ = _entered(demonstration, strangers[role])
        for rule, address in _open_to(demonstration, addresses, role, "GET"):
            if about_a_record(rule) or rule.rule == "/audits/":
                answer = web.request("GET", address)
                assert answer.status_code < 500, f"{role}: {answer.status_code} {address}"
                assert not shown(answer, PRIVATE_MARK), f"{role} is shown a draft by {address}"


def test_a_stranger_changes_nothing_of_any_case(
    demonstration: Flask, addresses: Addresses, strangers: dict[Role, int], all_marked: None
) -> None:
    with demonstration.app_context():
        before = _contents()
        for role in NARROW:
            web, token = _entered(demonstration, strangers[role])
            sent = {"csrf_token": token, "name": "A name", "text": "A text", "reason": "A reason"}
            for rule, address in _open_to(demonstration, addresses, role, "POST"):
                if not _of_a_case(rule):
                    continue
                answer = web.request("POST", address, sent)
                assert answer.status_code in (403, 404), f"{role}: {answer.status_code} {address}"
                assert not shown(answer), f"{role} is shown a case by {address}"
        assert _contents() == before


def _of_a_case(rule: Rule) -> bool:
    return beginning_of(rule) in OF_A_CASE and about_a_record(rule)


def _entered(app: Flask, number: int) -> tuple[PageClient, str]:
    web, person = PageClient(app), db.session.get(User, number)
    assert person is not None
    web.sign_in(person)
    return web, web.get("/").csrf


def _open_to(
    app: Flask, addresses: Addresses, role: Role, method: str
) -> Iterator[tuple[Rule, str]]:
    """Every address a role may ask for.

    That all others are refused is tried with every route elsewhere.
    """
    held = {PUBLIC, *ROLE_PERMISSIONS[role]}
    for rule in addresses.rules:
        if method not in (rule.methods or ()) or access_of(app, rule.endpoint) not in held:
            continue
        if rule.rule.startswith("/insight/") and rule.rule.endswith(SAME_AS_THE_PAGE):
            continue
        for address in addresses.of(rule):
            yield rule, address


def _contents() -> dict[str, str]:
    """What every table holds, in short."""
    db.session.rollback()
    found = {}
    for table in Base.metadata.sorted_tables:
        if table.name not in OF_THE_VISIT and table.name not in COUNTED_ANEW:
            rows = repr(db.session.execute(select(table)).all())
            found[table.name] = hashlib.sha256(rows.encode()).hexdigest()
    return found
