"""Opening an exercise: who may, on which audits, and whom they may invite."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import Calibration, CalibrationPlace, Moderation, RoleGrant
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.permissions import Role
from tests.browser_page import Page, PageClient
from tests.calibration.exercises import SOON, TITLE, colleagues, moderated_audit, opened
from tests.people import World

#: What a page shows; what it reads and writes is tried on every database elsewhere.
pytestmark = pytest.mark.sqlite_only

DUE: dict[str, Any] = {
    "due_on__day": str(SOON.day),
    "due_on__month": str(SOON.month),
    "due_on__year": str(SOON.year),
}


def _offered(page: Page) -> list[str]:
    labels = page.html.select(".govuk-checkboxes__label")
    return [each.get_text(" ", strip=True) for each in labels]


def _barred(page: Page) -> list[str]:
    return [each.get_text(" ", strip=True) for each in page.html.select("main details li")]


def _box(page: Page, name: str) -> str:
    label = next(
        each for each in page.html.select(".govuk-checkboxes__label") if name in each.get_text()
    )
    return str(page.html.find(id=label["for"])["value"])


def test_a_lead_opens_an_exercise_from_the_audits_page(web: PageClient, world: World) -> None:
    audit = moderated_audit(world)
    colleagues("nora", "noel")
    web.sign_in(world.carol)
    page = web.get(f"/audits/{audit.reference}")
    page = web.get(page.links()["Use for calibration"])
    chosen = [_box(page, "Nora"), _box(page, "Noel")]
    page = web.send(page, "Open the exercise", title=TITLE, people=chosen, **DUE)
    assert page.h1 == TITLE
    assert [row[0] for row in page.tables[0][1:]] == ["Noel", "Nora"]
    assert audit.reference in page.links()
    exercise = db.session.scalars(select(Calibration)).one()
    assert (exercise.audit_id, exercise.due_on) == (audit.id, SOON)


def test_a_double_click_opens_one_exercise(web: PageClient, world: World) -> None:
    audit = moderated_audit(world)
    colleagues("nora")
    web.sign_in(world.carol)
    page = web.get(f"/calibration/new/{audit.reference}")
    for _ in range(2):
        web.send(page, "Open the exercise", title=TITLE, people=_box(page, "Nora"), **DUE)
    db.session.rollback()
    assert len(db.session.scalars(select(Calibration)).all()) == 1


def test_whoever_knows_the_audit_is_named_with_the_reason_and_not_offered(
    web: PageClient, world: World
) -> None:
    audit = moderated_audit(world)
    (nora,) = colleagues("nora")
    db.session.add(
        Moderation(audit_id=audit.id, moderator_id=world.bob.id, moderated_on=audit.audit_date)
    )
    world.alice.grants.append(RoleGrant(role=Role.MODERATOR))
    nora.staff_id = "E9999"
    db.session.commit()
    web.sign_in(world.carol)
    page = web.get(f"/calibration/new/{audit.reference}")
    assert _barred(page) == [
        "Alice recorded this audit",
        "Bob moderated this audit",
        "Carol opens this exercise",
        "Mallory manages the worker’s team",
        "Nora the audit is of their own work",
    ]
    assert "Cora (Practice development lead)" in _offered(page)
    assert not {"Alice", "Bob", "Carol", "Mallory", "Nora"} & set(_offered(page))
    data = page.fields() | {"title": TITLE, "people": str(world.bob.id)}
    data |= {name.replace("__", "-"): value for name, value in DUE.items()}
    page = web.post(page.path, data, status=400)
    assert "Choose people from the list" in page.errors


def test_nobody_judges_the_same_audit_in_two_exercises(web: PageClient, world: World) -> None:
    audit = moderated_audit(world)
    (nora,) = colleagues("nora")
    opened(world, audit, [nora])
    web.sign_in(world.carol)
    page = web.get(f"/calibration/new/{audit.reference}")
    assert "Nora has judged it in another exercise" in _barred(page)


def test_what_is_missing_is_said_and_what_was_typed_stays(web: PageClient, world: World) -> None:
    audit = moderated_audit(world)
    colleagues("nora")
    web.sign_in(world.carol)
    page = web.get(f"/calibration/new/{audit.reference}")
    page = web.send(page, "Open the exercise", status=400, title="  ", due_on__day="99")
    assert page.errors == [
        "Enter a title",
        "The date to judge by must include a month and year",
        "Choose at least one person to invite",
    ]
    page = web.send(page, "Open the exercise", status=400, title=TITLE, people=_box(page, "Nora"))
    assert page.fields()["title"] == TITLE
    assert page.fields()["people"] == _box(page, "Nora")
    past: dict[str, Any] = {"due_on__day": "1", "due_on__month": "1", "due_on__year": "2020"}
    page = web.send(page, "Open the exercise", status=400, **past)
    assert page.errors == ["The date to judge by must be today or later"]


@pytest.mark.parametrize("state", [AuditState.SUBMITTED, AuditState.RETURNED])
def test_an_audit_that_waits_for_its_moderator_cannot_be_used(
    web: PageClient, world: World, state: AuditState
) -> None:
    audit = moderated_audit(world)
    audit.state = state
    db.session.commit()
    web.sign_in(world.carol)
    page = web.get(f"/calibration/new/{audit.reference}")
    assert "still waits for its moderator" in page.text
    data = {"csrf_token": page.csrf, "title": TITLE, "people": str(world.cora.id)}
    web.post(page.path, data, status=403)
    assert db.session.scalar(select(CalibrationPlace)) is None


def test_nobody_but_a_practice_lead_opens_one(web: PageClient, world: World) -> None:
    audit = moderated_audit(world)
    for user in (world.alice, world.bob, world.dan, world.priya, world.adam, world.mallory):
        web.sign_out()
        web.sign_in(user)
        token = web.get("/").csrf
        address = f"/calibration/new/{audit.reference}"
        assert web.request("GET", address).status_code == 403
        assert web.request("POST", address, {"csrf_token": token}).status_code == 403
    web.sign_out()
    web.sign_in(world.alice)
    assert "Use for calibration" not in web.get(f"/audits/{audit.reference}").links()


def test_whoever_can_be_invited_stands_with_their_role_and_team(
    web: PageClient, world: World
) -> None:
    audit = moderated_audit(world)
    colleagues("mallory-anne")
    web.sign_in(world.carol)
    page = web.get(f"/calibration/new/{audit.reference}")
    offered = [
        label.get_text(strip=True) for label in page.html.select(".app-people-to-tick label")
    ]
    assert "Cora (Practice development lead)" in offered
    assert "Mallory-anne (Moderator)" in offered
    assert "Mallory (Team manager, LSW South 1)" not in offered  # manages the worker's team
