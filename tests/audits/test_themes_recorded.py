"""Themes of an audit and of its actions, and who owns an action: recorded, kept and shown."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from audit_app.audits.owners import owners_offered
from audit_app.audits.starting import start_given
from audit_app.extensions import db
from audit_app.models import Action, Audit, RoleGrant, Theme
from audit_app.rules.actions import ActionKind
from audit_app.rules.audits import AuditType
from audit_app.rules.permissions import Role
from tests.browser_page import Page, PageClient
from tests.people import World, make_user
from tests.programme.given import allocate, cycle_of
from tests.recording import CASE, record_everything, start_audit

# The pages are the same on every database.
pytestmark = pytest.mark.sqlite_only

NEEDED = "Select at least one theme, as this is a thematic audit"
THEMATIC = CASE | {"audit_type": "thematic", "selection": "themed"}
ACTION: dict[str, Any] = {
    "what": "See him alone.",
    "kind": "quality",
    "due_on-day": "1",
    "due_on-month": "12",
    "due_on-year": "2026",
    "priority": "high",
}


@pytest.fixture
def themes(world: World) -> dict[str, Theme]:
    made = {name: Theme(name=name) for name in ("Drift and delay", "Neglect")}
    made["Old"] = Theme(name="Old", active=False)
    db.session.add_all(made.values())
    db.session.commit()
    return made


@pytest.fixture
def case(web: PageClient, world: World, themes: dict[str, Theme]) -> Page:
    """The case section of a draft."""
    web.sign_in(world.alice)
    return web.get(start_audit(web, world).links()["Case and people"])


def _numbers(themes: dict[str, Theme], *names: str) -> list[str]:
    return [str(themes[name].id) for name in names]


def _carried() -> list[str]:
    db.session.rollback()
    return [each.name for each in db.session.scalars(select(Audit)).one().themes]


def test_a_thematic_audit_needs_a_theme(
    web: PageClient, case: Page, themes: dict[str, Theme]
) -> None:
    page = web.post(case.path, case.fields() | THEMATIC, status=400)
    assert page.errors == [NEEDED]
    sent = page.fields() | {"themes": _numbers(themes, "Neglect", "Drift and delay")}
    assert web.post(case.path, sent).h1 == "Impact chronology"
    assert _carried() == ["Drift and delay", "Neglect"]
    assert web.get(case.path).fields()["themes"] == _numbers(themes, "Drift and delay", "Neglect")


def test_a_thematic_audit_without_one_cannot_be_submitted(
    web: PageClient, world: World, themes: dict[str, Theme]
) -> None:
    web.sign_in(world.alice)
    check = record_everything(web, world)
    db.session.scalars(select(Audit)).one().audit_type = AuditType.THEMATIC
    db.session.commit()
    assert NEEDED in web.send(web.get(check.path), "Submit the audit", status=400).text
    audit = db.session.scalars(select(Audit)).one()
    audit.themes = [themes["Neglect"]]
    db.session.commit()
    done = web.send(web.get(check.path), "Submit the audit")
    assert done.h1.startswith("Audit submitted")
    assert "Themes Neglect" in web.get(f"/audits/{audit.reference}").text
    kept = web.get(f"/audits/{audit.reference}/submitted/1").text
    assert "Themes Neglect" in kept


def test_any_other_audit_may_carry_themes_and_lose_them_again(
    web: PageClient, case: Page, themes: dict[str, Theme]
) -> None:
    later = "Save and come back later"
    web.send(case, later, themes=_numbers(themes, "Neglect"))
    assert _carried() == ["Neglect"]
    page = web.get(case.path)
    sent = {name: value for name, value in page.fields().items() if name != "themes"}
    web.post(page.path, sent | {"then": "later"})
    assert _carried() == []


def test_the_theme_of_the_cycle_an_audit_was_given_in_stays_and_others_may_be_added(
    web: PageClient, themes: dict[str, Theme], world: World
) -> None:
    """Otherwise its auditor could choose what a thematic cycle is about."""
    cycle = cycle_of(world, audit_type=AuditType.THEMATIC, theme_id=themes["Neglect"].id)
    given = allocate(cycle, world.alice, world.south)
    audit = start_given(world.alice, world.thread_set, given)
    db.session.commit()
    web.sign_in(world.alice)
    address = f"/audits/{audit.reference}/section/case"
    assert "“Neglect” is the theme of the cycle and stays" in web.get(address).text
    for swapped in (_numbers(themes, "Drift and delay"), []):
        sent = web.get(address).fields() | {"themes": swapped, "then": "later"}
        refused = web.post(address, sent, status=400)
        assert ["“Neglect” is the theme of the cycle" in each for each in refused.errors] == [True]
        assert _carried() == ["Neglect"]
    both = _numbers(themes, "Drift and delay", "Neglect")
    web.post(address, web.get(address).fields() | {"themes": both, "then": "later"})
    assert _carried() == ["Drift and delay", "Neglect"]


def test_themes_are_saved_as_they_are_ticked_also_on_the_long_page(
    web: PageClient, case: Page, themes: dict[str, Theme]
) -> None:
    page = web.get(case.path.replace("section/case", "page"))
    assert page.html.select_one("details.app-themes[open]") is None
    sent = page.fields("Save this section : Case and people")
    sent |= {"themes": _numbers(themes, "Neglect"), "then": "autosave", "sending": "1"}
    answer = web.request("POST", case.path, sent)
    assert answer.get_json()["beside"]["themes"] == {}
    assert _carried() == ["Neglect"]
    again = web.get(page.path)
    assert again.html.select_one("details.app-themes[open]") is not None


def test_two_windows_with_other_themes_lose_neither(
    web: PageClient, case: Page, themes: dict[str, Theme]
) -> None:
    other = web.get(case.path)
    web.send(case, "Save and come back later", themes=_numbers(themes, "Neglect"))
    drift = _numbers(themes, "Drift and delay")
    page = web.send(other, "Save and come back later", status=409, themes=drift)
    assert page.fields()["themes"] == drift[0]
    now_saved = page.html.select_one("#now-saved-case").parent
    assert "Themes" in now_saved.text
    assert "Neglect" in now_saved.text
    assert _carried() == ["Neglect"]


@pytest.mark.parametrize("chosen", ["Old", None])
def test_what_is_not_on_the_list_is_refused_and_the_rest_saved(
    web: PageClient, case: Page, themes: dict[str, Theme], chosen: str | None
) -> None:
    number = str(themes[chosen].id) if chosen else "²"
    page = web.send(case, "Save and come back later", status=400, child_age="9", themes=[number])
    assert page.errors == ["Choose themes from the list"]
    db.session.rollback()
    audit = db.session.scalars(select(Audit)).one()
    assert (audit.child_age, audit.themes) == (9, [])


def test_a_theme_taken_out_of_use_stays_on_the_draft_that_carries_it(
    web: PageClient, case: Page, themes: dict[str, Theme]
) -> None:
    db.session.scalars(select(Audit)).one().themes = [themes["Old"]]
    db.session.commit()
    page = web.get(case.path)
    web.send(page, "Save and come back later", child_age="9")
    assert _carried() == ["Old"]


def test_an_action_has_a_kind_an_owner_and_themes(
    web: PageClient, world: World, case: Page, themes: dict[str, Theme]
) -> None:
    form = web.get(case.path.replace("section/case", "actions/new"))
    mallory = str(world.mallory.id)
    sent = form.fields() | ACTION | {"person": mallory, "themes": _numbers(themes, "Neglect")}
    listed = web.post(form.path, sent)
    action = db.session.scalars(select(Action)).one()
    assert (action.owner_id, action.owner, action.kind) == (
        world.mallory.id, None, ActionKind.QUALITY,
    )  # fmt: skip
    assert [each.name for each in action.themes] == ["Neglect"]
    assert listed.tables[0][1][:3] == [
        "See him alone. Quality, Neglect",
        "None in particular",
        "Mallory",
    ]
    change = web.get(next(a for text, a in listed.links().items() if text.startswith("Change")))
    held = change.fields()
    assert {name: held[name] for name in ACTION} == ACTION
    assert (held["person"], held["themes"]) == (mallory, _numbers(themes, "Neglect")[0])
    web.send(change, owner="Health visiting")
    db.session.rollback()
    assert db.session.scalars(select(Action)).one().owned_by == "Mallory (Health visiting)"


def test_an_action_needs_a_kind_and_somebody_or_some_team_to_own_it(
    web: PageClient, case: Page
) -> None:
    form = web.get(case.path.replace("section/case", "actions/new"))
    page = web.post(form.path, form.fields() | ACTION | {"kind": ""}, status=400)
    assert page.errors == [
        "Select what kind of action it is",
        "Select who owns the action, or enter a job or team below",
    ]
    sent = page.fields() | {"kind": "compliance", "owner": "Health visiting"}
    web.post(form.path, sent)
    assert db.session.scalars(select(Action)).one().owned_by == "Health visiting"


def test_nobody_is_offered_as_owner_but_people_of_the_team_or_service(world: World) -> None:
    fostering = make_user("fay", Role.TEAM_MANAGER, world.fostering)
    head = make_user("hal", Role.HEAD_OF_SERVICE)
    head.grants = [RoleGrant(role=Role.HEAD_OF_SERVICE, service_id=world.fostering.service_id)]
    left = make_user("len", Role.PRACTITIONER, world.south)
    left.active = False
    here = make_user("una", Role.PRACTITIONER, world.south)
    db.session.commit()
    offered = dict(owners_offered(world.south, "E1006"))
    people = {world.mallory, world.priya, world.hester, here}
    assert set(offered) == {each.id for each in people}
    assert offered[world.mallory.id] == "Mallory, team manager"
    with_chosen = dict(owners_offered(world.south, None, fostering))
    assert with_chosen[fostering.id] == "Fay"
    assert world.priya.id not in with_chosen


def test_an_owner_who_is_not_on_the_list_is_refused(
    web: PageClient, world: World, case: Page
) -> None:
    form = web.get(case.path.replace("section/case", "actions/new"))
    sent = form.fields() | ACTION | {"person": str(world.dan.id)}
    page = web.post(form.path, sent, status=400)
    assert page.errors == ["Choose a person from the list"]
    assert db.session.scalars(select(Action)).all() == []


def test_an_action_said_before_people_could_own_one_is_still_shown(
    web: PageClient, world: World
) -> None:
    audit = world.recorded_audit()
    audit.actions.append(
        Action(what="Visit.", owner="Social worker", due_on=date(2026, 1, 1), priority="low")
    )
    db.session.commit()
    web.sign_in(world.carol)
    assert "Social worker" in web.get(f"/audits/{audit.reference}").text
