"""Who may read which audit: a stranger is told that there is no such page."""

from __future__ import annotations

import pytest

from audit_app.rules.audit_steps import AuditState
from tests.browser_page import PageClient
from tests.people import World
from tests.recording import record_everything


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("alice", 200),  # the auditor
        ("bob", 200),  # moderates for the authority
        ("carol", 200),  # leads practice development
        ("priya", 200),  # whose work it is
        ("mallory", 200),  # manages the team that holds the case
        ("dan", 403),  # the DCS office sees aggregates
        ("adam", 403),  # administrators see no case text
    ],
)
def test_a_recorded_audit_opens_for_those_it_concerns(
    web: PageClient, world: World, person: str, status: int
) -> None:
    audit = world.recorded_audit(team=world.south)
    web.sign_in(getattr(world, person))
    web.get(f"/audits/{audit.reference}", status=status)


@pytest.mark.parametrize("person", ["mallory", "priya"])
def test_another_teams_or_workers_audit_is_not_found(
    web: PageClient, world: World, person: str
) -> None:
    audit = world.recorded_audit(team=world.north, worker="E9999")
    web.sign_in(getattr(world, person))
    assert web.get(f"/audits/{audit.reference}", status=404).h1 == "Page not found"
    assert audit.reference not in web.get("/audits/").text


@pytest.mark.parametrize("typed", ["e1006", " E1006 "])
def test_a_practitioner_reads_their_work_however_their_staff_id_was_typed(
    web: PageClient, world: World, typed: str
) -> None:
    web.sign_in(world.alice)
    checked = record_everything(web, world)
    reference = checked.path.split("/")[2]
    web.send(web.get(f"/audits/{reference}/section/case"), worker_staff_id=typed)
    web.send(web.get(checked.path), "Submit the audit")
    web.sign_out()
    web.sign_in(world.priya)
    assert reference in web.get(f"/audits/{reference}").text


@pytest.mark.parametrize("person", ["bob", "carol", "priya", "mallory"])
def test_a_draft_opens_only_for_its_auditor(web: PageClient, world: World, person: str) -> None:
    audit = world.recorded_audit(team=world.south, state=AuditState.DRAFT)
    web.sign_in(getattr(world, person))
    web.get(f"/audits/{audit.reference}", status=404)


def test_a_case_search_shows_only_what_the_person_may_read(web: PageClient, world: World) -> None:
    ours = world.recorded_audit(team=world.south)
    theirs = world.recorded_audit(team=world.fostering)
    web.sign_in(world.mallory)
    listed = web.get("/audits/")
    found = web.send(listed, "Find", case_reference="1234567")
    assert ours.reference in found.links()
    assert theirs.reference not in found.links()
    assert "1234567" not in found.path


def test_a_name_is_not_a_case_reference(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    found = web.send(web.get("/audits/"), "Find", status=400, case_reference="Ann Smith!")
    assert found.errors == ["Enter a case reference of up to 20 letters and numbers"]
    assert found.fields()["case_reference"] == "Ann Smith!"
