"""Who is told of an escalation, what they can do about it, and that nothing closes it silently."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from audit_app.extensions import db
from audit_app.models import EntryKind, Escalation, HistoryEvent, RoleGrant
from audit_app.models.base import now
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.permissions import Role
from audit_app.web.pages import day
from tests.browser_page import Page, PageClient
from tests.escalations.escalated import concern_at, draft_with_concern, entries, inadequate
from tests.people import World

TODAY = date.today()
CLOSING: dict[str, Any] = {
    "done": "The plan was changed and a visit made the same day.",
    "done_on__day": str(TODAY.day),
    "done_on__month": str(TODAY.month),
    "done_on__year": str(TODAY.year),
    "safe": "yes",
}


def address_of(escalation: Escalation) -> str:
    return f"/escalations/{escalation.reference}"


@pytest.fixture
def hester(web: PageClient, world: World) -> PageClient:
    """A browser in which the head of service is signed in."""
    web.sign_in(world.hester)
    return web


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("hester", 200),  # head of service
        ("carol", 200),  # leads practice development
        ("alice", 200),  # the auditor
        ("mallory", 200),  # manages the team
        ("bob", 403),  # moderates
        ("dan", 403),
        ("priya", 403),  # whose work it is
        ("adam", 403),
    ],
)
def test_those_it_concerns_open_it(web: PageClient, world: World, person: str, status: int) -> None:
    address = address_of(inadequate(world))
    web.sign_in(getattr(world, person))
    web.get(address, status)
    web.get("/escalations/", status)


def test_strangers_are_told_that_there_is_no_such_page(web: PageClient, world: World) -> None:
    address = address_of(inadequate(world, auditor=world.mallory, team=world.fostering))
    for way in ("", "/note"):
        web.sign_out()
        web.sign_in(world.alice)
        web.get(address + way, 404)
    assert "None is open" in web.get("/escalations/").text


def test_a_head_of_one_service_is_told_of_that_service_only(web: PageClient, world: World) -> None:
    ours, theirs = inadequate(world), inadequate(world, team=world.fostering)
    world.hester.grants = [
        RoleGrant(role=Role.HEAD_OF_SERVICE, service_id=world.fostering.service_id)
    ]
    db.session.commit()
    web.sign_in(world.hester)
    web.get(address_of(theirs))
    for way in ("", "/close", "/reopen", "/note"):
        web.get(address_of(ours) + way, 404)
    listed = web.get("/escalations/").links().values()
    assert address_of(theirs) in listed
    assert address_of(ours) not in listed


def test_who_may_still_moderate_blind_is_not_told_that_it_was_judged_inadequate(
    web: PageClient, world: World
) -> None:
    escalation = inadequate(world)
    escalation.audit.blind = True
    world.carol.grants.append(RoleGrant(role=Role.MODERATOR))
    db.session.commit()
    web.sign_in(world.carol)
    web.get(address_of(escalation), 404)
    assert address_of(escalation) not in web.get("/").links().values()
    assert "None is open" in web.get("/escalations/").text
    world.hester.active = False
    db.session.commit()
    assert "No head of service" not in web.get("/").text


@pytest.mark.parametrize(
    ("person", "reads"),
    [("hester", True), ("alice", True), ("carol", False), ("mallory", False)],
)
def test_the_words_of_a_concern_in_a_draft_are_for_the_head_of_service_and_the_auditor(
    web: PageClient, world: World, person: str, reads: bool
) -> None:
    address = address_of(concern_at(draft_with_concern(web, world).path))
    web.sign_out()
    web.sign_in(getattr(world, person))
    page = web.get(address)
    assert ("A bruise that nobody has explained." in page.text) is reads
    assert ("/audits/" in " ".join(page.links().values())) is (person == "alice")


def test_without_a_head_of_service_it_goes_to_the_practice_leads(
    web: PageClient, world: World
) -> None:
    address = address_of(concern_at(draft_with_concern(web, world).path))
    world.hester.active = False
    db.session.commit()
    web.sign_out()
    web.sign_in(world.carol)
    assert "A bruise that nobody has explained." in web.get(address).text
    for name, told in (("carol", True), ("adam", True), ("mallory", False), ("dan", False)):
        web.sign_out()
        web.sign_in(getattr(world, name))
        home = web.get("/")
        assert ("No head of service Locality social work" in home.text) is told, name
        assert "bruise" not in home.text


def test_the_dcs_office_sees_how_many_and_nothing_else(web: PageClient, world: World) -> None:
    escalation = inadequate(world)
    web.sign_in(world.dan)
    home = web.get("/")
    assert "Escalations open 1" in home.text
    assert escalation.audit.case_reference not in home.text
    assert not [way for way in home.links().values() if way.startswith("/escalations")]


def test_a_note_is_added_by_those_who_are_told(web: PageClient, world: World) -> None:
    escalation = inadequate(world)
    for name in ("mallory", "alice", "carol", "hester"):
        web.sign_out()
        web.sign_in(getattr(world, name))
        page = web.send(web.get(f"{address_of(escalation)}/note"), note=f"Seen by {name}.")
        assert f"Seen by {name}." in page.text
    assert len(entries(escalation)) == 5


def test_it_is_closed_with_what_was_done_and_not_before(hester: PageClient, world: World) -> None:
    escalation = inadequate(world)
    form = hester.get(f"{address_of(escalation)}/close")
    page = hester.send(form, status=400)
    assert page.errors == [
        "Say what was done",
        "Enter when it was done",
        "Select whether the child is safe now",
    ]
    page = hester.send(form, status=400, **(CLOSING | {"done_on__year": "2090"}))
    assert page.errors == ["The date it was done must be today or in the past"]
    assert page.fields()["done"] == CLOSING["done"]
    page = hester.send(page, **(CLOSING))
    assert "Closed by Hester" in page.text
    kind, text = entries(escalation)[-1]
    assert kind == "closed"
    assert text == f"{CLOSING['done']}\nDone on {day(TODAY)}.\n{CLOSED}"
    assert address_of(escalation) not in hester.get("/").links().values()
    assert "Closed lately" in hester.get("/escalations/").text


def test_it_is_not_closed_with_what_was_done_before_it_began(
    hester: PageClient, world: World
) -> None:
    escalation = inadequate(world)
    form = hester.get(f"{address_of(escalation)}/close")
    before = TODAY - timedelta(days=1)
    page = hester.send(
        form, status=400,
        **(CLOSING | {
            "done_on__day": str(before.day),
            "done_on__month": str(before.month),
            "done_on__year": str(before.year),
        }),
    )  # fmt: skip
    assert page.errors == [f"The date it was done must be {day(TODAY)}, when it began, or later"]
    hester.send(page, **CLOSING)
    assert entries(escalation)[-1][0] == "closed"


def test_what_was_closed_long_ago_is_not_closed_lately(hester: PageClient, world: World) -> None:
    by = world.hester.id
    lately, long_ago = inadequate(world), inadequate(world)
    for days, escalation in ((80, lately), (100, long_ago)):
        escalation.say(EntryKind.CLOSED, by, "Long ago.")
        escalation.closed_at, escalation.closed_by_id = now() - timedelta(days=days), by
    db.session.commit()
    listed = list(hester.get("/escalations/").links().values())
    assert len([each for each in listed if each.startswith("/escalations/") and "-" in each]) == 1
    assert address_of(long_ago) not in listed


CLOSED = "The child is safe now. Closed in time."


def test_while_the_child_is_not_safe_it_stays_open_and_says_what_to_do(
    hester: PageClient, world: World
) -> None:
    escalation = inadequate(world)
    form = hester.get(f"{address_of(escalation)}/close")
    page = hester.send(form, **(CLOSING | {"safe": "no"}))
    assert "stays open, because the child is not safe yet" in page.text
    kind, text = entries(escalation)[-1]
    assert kind == "note"
    assert CLOSING["done"] in text
    assert address_of(escalation) in hester.get("/").links().values()


@pytest.mark.parametrize("stake", ["auditor", "line manager", "worker", "no head"])
def test_nobody_with_a_hand_in_the_case_closes_it(
    web: PageClient, world: World, stake: str
) -> None:
    by = world.hester if stake == "auditor" else world.alice
    worker = "E1010" if stake == "worker" else "E1006"
    escalation = inadequate(world, auditor=by, worker=worker)
    if stake == "line manager":
        world.hester.grants.append(RoleGrant(role=Role.TEAM_MANAGER, team_id=world.south.id))
    if stake == "no head":
        world.carol.grants.append(
            RoleGrant(role=Role.HEAD_OF_SERVICE, service_id=world.fostering.service_id)
        )
    db.session.commit()
    web.sign_in(world.carol if stake == "no head" else world.hester)
    page = web.get(address_of(escalation))
    assert "Record what was done" not in page.links()
    way = f"{address_of(escalation)}/close"
    web.get(way, 403)
    data = {name.replace("__", "-"): said for name, said in CLOSING.items()}
    web.post(way, data | {"csrf_token": web.get(f"{address_of(escalation)}/note").csrf}, 403)
    assert entries(escalation) == [("started", "")]


def test_it_is_opened_again_with_a_reason_and_a_new_deadline(web: PageClient, world: World) -> None:
    escalation = inadequate(world)
    web.sign_in(world.hester)
    web.send(web.get(f"{address_of(escalation)}/close"), **CLOSING)
    web.sign_out()
    web.sign_in(world.carol)
    form = web.get(f"{address_of(escalation)}/reopen")
    assert web.send(form, status=400).errors == ["Say why it is opened again"]
    page = web.send(form, reason="The visit did not happen.")
    assert "Open:" in page.text
    kind, text = entries(escalation)[-1]
    assert kind == "reopened"
    assert text.startswith("The visit did not happen.\nDue again by ")
    assert [kind for kind, _ in entries(escalation)] == ["started", "closed", "reopened"]


def test_a_team_manager_does_not_open_it_again(web: PageClient, world: World) -> None:
    escalation = inadequate(world)
    web.sign_in(world.mallory)
    web.get(f"{address_of(escalation)}/reopen", 403)


def test_two_who_close_it_at_once_lose_no_text(web: PageClient, world: World) -> None:
    escalation = inadequate(world)
    web.sign_in(world.hester)
    first = web.get(f"{address_of(escalation)}/close")
    second = web.get(f"{address_of(escalation)}/close")
    web.send(first, **CLOSING)
    page = web.send(second, status=409, **(CLOSING | {"done": "Something else was done."}))
    assert "Somebody else has closed or reopened" in page.errors[0]
    assert page.fields()["done"] == "Something else was done."
    assert len(entries(escalation)) == 2


def test_a_form_sent_twice_is_acted_on_once(hester: PageClient, world: World) -> None:
    escalation = inadequate(world)
    form = hester.get(f"{address_of(escalation)}/close")
    for _ in range(2):
        assert hester.send(form, **CLOSING).path == address_of(escalation)
    assert len(entries(escalation)) == 2


def test_the_history_tells_each_act_and_no_words(hester: PageClient, world: World) -> None:
    escalation = inadequate(world)
    hester.send(hester.get(f"{address_of(escalation)}/note"), note="Asked the manager.")
    hester.send(hester.get(f"{address_of(escalation)}/close"), **CLOSING)
    hester.send(hester.get(f"{address_of(escalation)}/reopen"), reason="Not done.")
    events = db.session.query(HistoryEvent.verb).filter_by(record_type="escalation")
    assert [verb for (verb,) in events] == ["noted", "closed", "reopened"]


def test_an_audit_discarded_still_shows_its_concern_to_the_head(
    web: PageClient, world: World
) -> None:
    tasks = draft_with_concern(web, world)
    web.send(web.get(f"{tasks.path}/discard"))
    web.sign_out()
    web.sign_in(world.hester)
    page: Page = web.get(address_of(concern_at(tasks.path)))
    assert "A bruise that nobody has explained." in page.text
    assert AuditState.DISCARDED.label.lower() in page.text
