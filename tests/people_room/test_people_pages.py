"""Finding people, adding them, and changing who they are and what they may do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from audit_app.account.changes import make_token, person_of_token
from audit_app.extensions import db
from audit_app.models import AccessToken, HistoryEvent, RoleGrant, StoredSession, User
from audit_app.rules.permissions import Role
from tests.browser_page import BASE, Page, PageClient
from tests.people import World, make_user

#: What a page shows; what it reads and writes is tried on every database elsewhere.
pytestmark = pytest.mark.sqlite_only

PASSWORD = "seven brave teapots sang"

NEW = {
    "name": "Erin Shaw",
    "email": "Erin@example.gov.uk",
    "staff_id": "E2001",
    "role": "practitioner",
    "team": "",
    "service": "",
    "password": PASSWORD,
}


@pytest.fixture
def admin(web: PageClient, world: World) -> PageClient:
    web.sign_in(world.adam)
    return web


def found(email: str) -> User:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(User).where(User.email == email)).one()


def names(page: Page) -> list[str]:
    return [row[0].split()[0] for row in page.tables[0][1:]] if page.tables else []


def verbs(user: User) -> list[str]:
    return list(
        db.session.scalars(
            select(HistoryEvent.verb)
            .where(HistoryEvent.record_reference == user.reference)
            .order_by(HistoryEvent.id)
        )
    )


def test_everybody_is_listed_by_name_with_roles_in_words(admin: PageClient, world: World) -> None:
    page = admin.get("/people/")
    assert names(page) == [
        "Adam",
        "Alice",
        "Bob",
        "Carol",
        "Cora",
        "Dan",
        "Hester",
        "Mallory",
        "Priya",
    ]
    roles = {row[0].split()[0]: row[1] for row in page.tables[0][1:]}
    assert roles["Alice"] == "Team manager, LSW North 1"
    assert roles["Bob"] == "Moderator, whole authority"


@pytest.mark.parametrize(
    ("asked", "who"),
    [
        ("q=ALI", ["Alice"]),
        ("q=mallory%40example", ["Mallory"]),
        ("q=e1005", ["Dan"]),
        ("q=%25", []),
        ("role=practice_lead", ["Carol", "Cora"]),
        ("access=off", ["Dan"]),
        ("access=on&q=dan", []),
        ("role=nonsense&team=x&access=y", ["Adam", "Alice", "Bob", "Carol", "Cora", "Dan"]),
    ],
)
def test_the_list_is_narrowed_by_what_is_in_the_address(
    admin: PageClient, world: World, asked: str, who: list[str]
) -> None:
    world.dan.active = False
    db.session.commit()
    assert names(admin.get(f"/people/?{asked}"))[:6] == who


def test_the_list_is_narrowed_by_team_and_paged(admin: PageClient, world: World) -> None:
    assert names(admin.get(f"/people/?team={world.north.id}")) == ["Alice"]
    for number in range(30):
        make_user(f"worker{number:02d}", Role.PRACTITIONER, world.south)
    db.session.commit()
    second = admin.get(f"/people/?team={world.south.id}&page=2")
    assert names(second) == [f"Worker{number}" for number in range(24, 30)]


def test_a_new_person_can_sign_in_and_is_made_once(admin: PageClient, world: World) -> None:
    form = admin.get("/people/new")
    data = form.fields("Add this person") | NEW
    for _ in range(2):
        page = admin.post("/people/new", data)
        assert page.h1 == "Erin Shaw"
    erin = found("erin@example.gov.uk")
    assert erin.staff_id == "E2001"
    assert erin.roles == {Role.PRACTITIONER}
    assert verbs(erin) == ["gave access"]
    admin.sign_out()
    page = admin.get("/account/sign-in")
    assert admin.send(page, email="erin@example.gov.uk", password=PASSWORD).path == "/"


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"name": " "}, "Enter the person’s name"),
        ({"email": "erin"}, "correct format"),
        ({"email": "ALICE@example.gov.uk"}, "already a person"),
        ({"staff_id": "e1006"}, "Priya has this staff ID"),
        ({"staff_id": "E 1 2"}, "letters, numbers and hyphens"),
        ({"role": ""}, "Select a role"),
        ({"role": "team_manager"}, "needs a team"),
        ({"password": "short"}, "at least 12 characters"),
        ({"password": "erin@example.gov.uk"}, "too easy to guess"),
    ],
)
def test_what_will_not_do_is_said_beside_the_field_and_nothing_typed_is_lost(
    admin: PageClient, world: World, typed: dict[str, str], reason: str
) -> None:
    before = db.session.scalar(select(func.count(User.id)))
    page = admin.send(admin.get("/people/new"), "Add this person", 400, **(NEW | typed))
    assert reason in page.errors[0]
    assert page.fields("Add this person")["name"] == (NEW | typed)["name"]
    assert page.fields("Add this person")["password"] == ""
    assert db.session.scalar(select(func.count(User.id))) == before


def test_a_place_that_does_not_go_with_the_role_is_refused(admin: PageClient, world: World) -> None:
    for typed in (
        {"role": "moderator", "team": str(world.north.id)},
        {"role": "practice_lead", "service": str(world.north.service_id)},
    ):
        page = admin.send(admin.get("/people/new"), "Add this person", 400, **(NEW | typed))
        assert "leave it out" in page.errors[0]


def test_details_are_changed_and_remembered(admin: PageClient, world: World) -> None:
    form = admin.get(f"/people/{world.priya.reference}/details")
    typed: dict[str, Any] = {
        "name": "Priya  Nair",
        "email": "Priya.Nair@Example.gov.uk",
        "staff_id": "e9",
    }
    page = admin.send(form, "Save details", **typed)
    assert page.h1 == "Priya Nair"
    priya = found("priya.nair@example.gov.uk")
    assert (priya.name, priya.staff_id) == ("Priya Nair", "E9")
    assert verbs(priya) == ["changed details"]


def test_another_persons_address_or_staff_id_is_refused(admin: PageClient, world: World) -> None:
    form = admin.get(f"/people/{world.priya.reference}/details")
    for typed in ({"email": "bob@example.gov.uk"}, {"staff_id": "e1002"}):
        assert admin.send(form, "Save details", 400, **typed).errors
    assert found("priya@example.gov.uk").staff_id == "E1006"


def test_details_changed_in_the_meantime_are_not_overwritten(
    admin: PageClient, world: World
) -> None:
    form = admin.get(f"/people/{world.priya.reference}/details")
    world.priya.name = "Priya Nair"
    db.session.commit()
    page = admin.send(form, "Save details", 409, name="Priya N")
    assert "Priya Nair" in page.text
    assert page.fields("Save details")["name"] == "Priya N"
    assert found("priya@example.gov.uk").name == "Priya Nair"
    admin.send(page, "Save details")
    assert found("priya@example.gov.uk").name == "Priya N"


def test_a_moderator_is_given_one_service_once(admin: PageClient, world: World) -> None:
    address = f"/people/{world.alice.reference}/roles/new"
    typed: dict[str, Any] = {"role": "moderator", "service": str(world.fostering.service_id)}
    page = admin.send(admin.get(address), "Give this role", **typed)
    assert "Moderator, Fostering" in page.text
    again = admin.send(admin.get(address), "Give this role", 400, **typed)
    assert again.errors == ["Alice holds this role already"]
    assert verbs(found("alice@example.gov.uk")) == ["gave role moderator"]


def test_a_head_of_service_is_given_one_service_or_all(admin: PageClient, world: World) -> None:
    address = f"/people/{world.alice.reference}/roles/new"
    one: dict[str, Any] = {"role": "head_of_service", "service": str(world.fostering.service_id)}
    page = admin.send(admin.get(address), "Give this role", **one)
    assert "Head of service, Fostering" in page.text
    page = admin.send(admin.get(address), "Give this role", role="head_of_service")
    assert "Head of service, whole authority" in page.text


@pytest.mark.sqlite_only
def test_nobody_gives_themselves_a_role(admin: PageClient, world: World) -> None:
    form = admin.get(f"/people/{world.adam.reference}/roles/new")
    page = admin.send(form, "Give this role", 400, role="practice_lead")
    assert page.errors == ["Somebody else who administers must give you a role"]
    assert [each.role for each in found("adam@example.gov.uk").grants] == [Role.ADMINISTRATOR]


def test_a_role_given_twice_by_one_form_is_given_once(admin: PageClient, world: World) -> None:
    address = f"/people/{world.alice.reference}/roles/new"
    data = admin.get(address).fields("Give this role") | {"role": "practice_lead"}
    for _ in range(2):
        assert admin.post(address, data).h1 == "Alice"
    held = select(func.count(RoleGrant.id)).where(RoleGrant.user_id == world.alice.id)
    assert db.session.scalar(held) == 2


def test_a_role_taken_away_is_gone_at_the_next_page(admin: PageClient, world: World) -> None:
    other = PageClient(admin.client.application)
    other.sign_in(world.carol)
    other.get("/insight/distribution")
    admin.send(
        admin.get(f"/people/{world.carol.reference}"),
        "Take away the role Practice development lead",
    )
    other.get("/insight/distribution", status=403)
    assert verbs(found("carol@example.gov.uk"))[-1] == "took role practice_lead"


def test_switching_off_ends_every_session_and_keeps_the_person(
    admin: PageClient, world: World
) -> None:
    other = PageClient(admin.client.application)
    other.sign_in(world.carol)
    page = admin.send(admin.get(f"/people/{world.carol.reference}"), "Switch off")
    assert "switched off" in page.text.lower()
    stored = select(func.count()).where(StoredSession.user_id == world.carol.id)
    assert db.session.scalar(stored.select_from(StoredSession)) == 0
    assert other.get("/").path == "/account/sign-in"
    admin.send(page, "Switch on")
    assert found("carol@example.gov.uk").active
    other.sign_in(world.carol)


def test_a_new_password_replaces_the_old_and_ends_sessions(admin: PageClient, world: World) -> None:
    other = PageClient(admin.client.application)
    other.sign_in(world.carol)
    form = admin.get(f"/people/{world.carol.reference}/password")
    admin.send(form, "Set this password", 400, password="carol@example.gov.uk")
    page = admin.send(form, "Set this password", password=PASSWORD)
    assert page.h1 == "Carol"
    assert PASSWORD not in page.text
    assert other.get("/").path == "/account/sign-in"
    sign_in = other.get("/account/sign-in")
    assert other.send(sign_in, email=world.carol.email, password=PASSWORD).path == "/"


@pytest.mark.parametrize("ending", ["password", "switched off and on", "revoked"])
def test_what_ends_a_persons_sessions_ends_their_tokens_for_good(
    admin: PageClient, world: World, ending: str
) -> None:
    token = make_token(world.carol, "Power BI", 30)
    db.session.commit()
    kept = db.session.scalars(select(AccessToken)).one()
    path = f"/people/{world.carol.reference}"
    page = admin.get(path)
    assert "1 token lets a program read figures as" in page.text
    if ending == "password":
        form = admin.get(f"{path}/password")
        admin.send(form, "Set this password", password=PASSWORD)
    elif ending == "revoked":
        page = admin.send(page, "Revoke all tokens")
        assert "No token of" in page.text
    else:
        admin.send(admin.send(page, "Switch off"), "Switch on")
    db.session.rollback()
    assert person_of_token(token) is None
    assert "Revoke all tokens" not in admin.get(path).text
    about = select(HistoryEvent.user_id).where(HistoryEvent.record_reference == kept.reference)
    revoked = about.where(HistoryEvent.verb == "revoked a token")
    assert list(db.session.scalars(revoked)) == [world.adam.id]


def test_somebody_locked_out_is_unlocked(admin: PageClient, world: World) -> None:
    other = PageClient(admin.client.application)
    for _ in range(10):
        other.send(
            other.get("/account/sign-in"), status=400, email=world.carol.email, password="wrong"
        )
    page = admin.get(f"/people/{world.carol.reference}")
    page = admin.send(page, "Unlock sign-in")
    assert "Unlock sign-in" not in page.text
    right = other.get("/account/sign-in")
    assert (
        other.send(right, email=world.carol.email, password="three quiet purple otters").path == "/"
    )


def test_the_last_administrator_stays_one(admin: PageClient, world: World) -> None:
    own = admin.get(f"/people/{world.adam.reference}")
    for button in ("Switch off", "Take away the role Administrator"):
        page = admin.send(own, button)
        assert "only administrator who can sign in" in page.html.get_text()
    adam = found("adam@example.gov.uk")
    assert adam.active
    assert adam.roles == {Role.ADMINISTRATOR}


@pytest.mark.parametrize("how", ["switched off", "without a password"])
def test_an_administrator_who_cannot_sign_in_does_not_count(
    admin: PageClient, world: World, how: str
) -> None:
    other = make_user("ada", Role.ADMINISTRATOR)
    if how == "switched off":
        other.active = False
    else:
        other.password_hash = None
    db.session.commit()
    admin.send(admin.get(f"/people/{world.adam.reference}"), "Switch off")
    assert found("adam@example.gov.uk").active


def test_with_a_second_administrator_the_first_may_go(admin: PageClient, world: World) -> None:
    make_user("ada", Role.ADMINISTRATOR)
    db.session.commit()
    admin.send(
        admin.get(f"/people/{world.adam.reference}"), "Take away the role Administrator", 403
    )
    assert found("adam@example.gov.uk").roles == frozenset()


def test_a_person_who_does_not_exist_is_not_found(admin: PageClient) -> None:
    for page in ("", "/details", "/password", "/roles/new"):
        admin.get(f"/people/2222-2222{page}", status=404)


@pytest.mark.parametrize("who", ["alice", "bob", "carol", "dan", "priya"])
def test_nobody_but_an_administrator_sees_or_changes_people(
    web: PageClient, world: World, who: str
) -> None:
    web.sign_in(getattr(world, who))
    own = f"/people/{getattr(world, who).reference}"
    for page in ("/people/", "/people/new", own, f"{own}/details", "/people/places"):
        web.get(page, status=403)
    token = {"csrf_token": web.get("/").csrf}
    for action in ("switch-off", "switch-on", "unlock", "roles/1/take", "roles/new", "password"):
        web.post(f"{own}/{action}", token, status=403)
    web.post("/people/new", token | NEW, status=403)


def test_no_case_is_shown_to_an_administrator(admin: PageClient, world: World) -> None:
    world.recorded_audit(case="7654321")
    for page in ("/people/", f"/people/{world.alice.reference}", "/people/places"):
        assert "7654321" not in admin.get(page).text
    admin.get("/audits/", status=403)


def test_two_administrators_who_demote_each_other_at_once_leave_one(
    app: Flask, world: World
) -> None:
    ada = make_user("ada", Role.ADMINISTRATOR)
    db.session.commit()
    both = []
    for own, other in ((world.adam, ada), (ada, world.adam)):
        client = PageClient(app)
        client.sign_in(own)
        page = client.get(f"/people/{other.reference}")
        button = "Take away the role Administrator"
        both.append((client.client, page.action(button), page.fields(button)))
    db.session.remove()
    ready = Barrier(2, timeout=60)

    def take(client: FlaskClient, address: str, data: dict[str, str]) -> int:
        ready.wait()
        return client.post(address, data=data, base_url=BASE).status_code

    with ThreadPoolExecutor(2) as pool:
        codes = list(pool.map(lambda each: take(*each), both))
    assert all(code in (303, 403) for code in codes)
    left = select(func.count(RoleGrant.id)).where(RoleGrant.role == Role.ADMINISTRATOR)
    assert db.session.scalar(left) == 1
