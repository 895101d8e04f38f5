"""Services, localities and teams: added, renamed, taken out of use, never deleted."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from audit_app.extensions import db
from audit_app.models import Audit, HistoryEvent, Locality, Service, Team
from tests.browser_page import PageClient
from tests.people import World

# The pages are the same on every database.
pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def admin(web: PageClient, world: World) -> PageClient:
    web.sign_in(world.adam)
    return web


def test_every_place_is_listed_with_where_a_team_belongs(admin: PageClient, world: World) -> None:
    services, localities, teams = admin.get("/people/places").tables
    assert [row[0] for row in services[1:]] == ["Fostering", "Locality social work"]
    assert [row[0] for row in localities[1:]] == ["Citywide", "North"]
    assert ["LSW North 1", "Locality social work", "North", "In use"] in teams


@pytest.mark.parametrize(("kind", "table"), [("service", Service), ("locality", Locality)])
def test_a_place_is_added_once_however_often_the_form_is_sent(
    admin: PageClient, world: World, kind: str, table: type[Service] | type[Locality]
) -> None:
    address = f"/people/places/{kind}/new"
    data = admin.get(address).fields(f"Add this {kind}") | {"name": "  Edge of   care "}
    for _ in range(2):
        assert admin.post(address, data).path == "/people/places"
    added = select(func.count()).select_from(table).where(table.name == "Edge of care")
    assert db.session.scalar(added) == 1


def test_a_team_is_added_to_its_service_and_locality(admin: PageClient, world: World) -> None:
    form = admin.get("/people/places/team/new")
    missing = admin.send(form, "Add this team", 400, name="F North 9")
    assert missing.errors == ["Select a service", "Select a locality"]
    admin.send(
        missing,
        "Add this team",
        service=str(world.fostering.service_id),
        locality=str(world.north.locality_id),
    )
    team = db.session.scalars(select(Team).where(Team.name == "F North 9")).one()
    assert (team.service.name, team.locality.name) == ("Fostering", "North")


@pytest.mark.parametrize("name", ["LSW SOUTH 1", " lsw  south 1", ""])
def test_a_name_that_is_taken_or_missing_is_refused_beside_the_field(
    admin: PageClient, world: World, name: str
) -> None:
    form = admin.get(f"/people/places/team/{world.north.id}")
    page = admin.send(form, "Save", 400, name=name)
    assert page.errors[0] in ("There is already a team called LSW SOUTH 1",
                              "There is already a team called lsw south 1",
                              "Enter the name of the team")  # fmt: skip
    db.session.refresh(world.north)
    assert world.north.name == "LSW North 1"


def test_a_place_may_change_the_letter_case_of_its_own_name(
    admin: PageClient, world: World
) -> None:
    admin.send(admin.get(f"/people/places/team/{world.north.id}"), "Save", name="LSW NORTH 1")
    db.session.refresh(world.north)
    assert world.north.name == "LSW NORTH 1"


def test_a_place_renamed_in_the_meantime_is_not_overwritten(
    admin: PageClient, world: World
) -> None:
    form = admin.get(f"/people/places/team/{world.north.id}")
    world.north.name = "LSW North A"
    db.session.commit()
    page = admin.send(form, "Save", 409, name="LSW North B")
    assert "LSW North A" in page.text
    db.session.refresh(world.north)
    assert world.north.name == "LSW North A"
    admin.send(page, "Save")
    db.session.refresh(world.north)
    assert world.north.name == "LSW North B"


def test_a_team_that_moves_leaves_its_audits_where_they_were(
    admin: PageClient, world: World
) -> None:
    audit = world.recorded_audit(team=world.north)
    before = audit.service_id
    form = admin.get(f"/people/places/team/{world.north.id}")
    admin.send(form, "Save", service=str(world.fostering.service_id))
    db.session.expire_all()
    assert world.north.service_id == world.fostering.service_id
    assert db.session.get_one(Audit, audit.id).service_id == before


def test_out_of_use_is_not_offered_for_new_work_and_can_be_put_back(
    admin: PageClient, world: World
) -> None:
    address = f"/people/places/team/{world.north.id}"
    admin.send(admin.get(address), "Take out of use")
    web = PageClient(admin.client.application)
    web.sign_in(world.mallory)
    assert "LSW North 1" not in web.get("/audits/new").text
    admin.send(admin.get(address), "Put back in use")
    assert "LSW North 1" in web.get("/audits/new").text
    verbs = db.session.scalars(select(HistoryEvent.verb).where(HistoryEvent.record_type == "team"))
    assert list(verbs) == ["took out of use", "put back in use"]


def test_a_service_with_teams_in_use_stays_in_use(admin: PageClient, world: World) -> None:
    address = f"/people/places/service/{world.fostering.service_id}"
    page = admin.send(admin.get(address), "Take out of use")
    assert "1 team is still in use here" in page.html.get_text()
    assert db.session.get_one(Service, world.fostering.service_id).active


def test_a_team_is_not_put_back_into_a_service_out_of_use(admin: PageClient, world: World) -> None:
    admin.send(admin.get(f"/people/places/team/{world.fostering.id}"), "Take out of use")
    admin.send(admin.get(f"/people/places/service/{world.fostering.service_id}"), "Take out of use")
    page = admin.send(admin.get(f"/people/places/team/{world.fostering.id}"), "Put back in use")
    assert "Fostering is out of use" in page.html.get_text()


def test_what_does_not_exist_is_not_found(admin: PageClient, world: World) -> None:
    for page in ("team/999999", "house/1", "house/new"):
        admin.get(f"/people/places/{page}", status=404)


@pytest.mark.parametrize("who", ["alice", "bob", "carol", "dan", "priya"])
def test_nobody_but_an_administrator_changes_places(
    web: PageClient, world: World, who: str
) -> None:
    web.sign_in(getattr(world, who))
    token = {"csrf_token": web.get("/").csrf}
    for action in ("team/new", f"team/{world.north.id}", f"team/{world.north.id}/use"):
        web.post(f"/people/places/{action}", token | {"name": "Mine"}, status=403)
