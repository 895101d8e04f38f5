"""The list of themes: kept by practice development, read by everybody, counted by quarter."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.framework.queries import last_quarters, theme_counts, themes_offered
from audit_app.models import Action, Audit, HistoryEvent, Theme
from audit_app.rules.action_steps import ActionState
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.audits import Priority
from tests.browser_page import PageClient
from tests.people import World
from tests.web.typing import autosave

# The pages are the same on every database.
pytestmark = pytest.mark.sqlite_only

THEMES = "/framework/themes"


#: What stands beside a theme for whoever can raise an action from it; its name follows.
IN_USE = "In use Raise an action about "


@pytest.fixture
def neglect(world: World) -> Theme:
    theme = Theme(name="Neglect", description="Basic needs that go unmet.")
    db.session.add(theme)
    db.session.commit()
    return theme


def _themes() -> list[tuple[str, str | None, bool]]:
    db.session.rollback()
    rows = db.session.scalars(select(Theme).order_by(Theme.id))
    return [(each.name, each.description, each.active) for each in rows]


def _told(theme: str) -> list[str]:
    return list(
        db.session.scalars(
            select(HistoryEvent.verb)
            .where(HistoryEvent.record_type == "theme", HistoryEvent.record_reference == theme)
            .order_by(HistoryEvent.id)
        )
    )


def test_a_practice_lead_adds_a_theme_once_however_often_the_form_is_sent(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.carol)
    form = web.get(web.get(THEMES).links()["Add a theme"])
    typed: dict[str, Any] = {
        "name": " Drift  and delay ",
        "description": "Nothing happens for months.",
    }
    listed, again = (web.send(form, "Add this theme", **typed) for _ in range(2))
    assert listed.tables == again.tables
    assert _themes() == [("Drift and delay", "Nothing happens for months.", True)]
    drift = ["Drift and delay", "Nothing happens for months.", IN_USE + "Drift and delay"]
    assert drift in listed.tables[0]
    reference = db.session.scalars(select(Theme.reference)).one()
    assert _told(reference) == ["added theme"]


@pytest.mark.parametrize("name", ["Neglect", "neglect", "  NEGLECT "])
def test_no_two_themes_have_one_name(
    web: PageClient, world: World, neglect: Theme, name: str
) -> None:
    web.sign_in(world.carol)
    page = web.send(web.get(f"{THEMES}/new"), "Add this theme", status=400, name=name)
    assert page.errors == ["There is already a theme called Neglect"]
    assert page.fields()["name"] == name
    assert len(_themes()) == 1


def test_a_theme_needs_a_name(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    page = web.send(web.get(f"{THEMES}/new"), "Add this theme", status=400, description="Kept.")
    assert page.errors == ["Enter the name of the theme"]
    assert page.fields()["description"] == "Kept."


@pytest.mark.sqlite_only
def test_what_was_typed_of_a_theme_and_not_sent_is_shown_once(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.carol)
    form = web.get("/framework/themes/new")
    autosave(web, form, name="Neglect")
    page = web.get(form.path)
    assert page.fields()["name"] == "Neglect"
    assert page.text.count("Not yet sent") == 1


def test_a_new_name_stands_on_every_audit_that_carries_the_theme(
    web: PageClient, world: World, neglect: Theme
) -> None:
    audit = world.recorded_audit()
    audit.themes = [neglect]
    db.session.commit()
    web.sign_in(world.carol)
    page = web.get(f"{THEMES}/{neglect.reference}")
    web.send(page, "Save", name="Neglect in large families")
    assert "Neglect in large families" in web.get(f"/audits/{audit.reference}").text
    assert _told(neglect.reference) == ["changed theme"]


def test_two_who_change_one_theme_see_both_texts(
    web: PageClient, world: World, neglect: Theme
) -> None:
    web.sign_in(world.carol)
    first, second = (web.get(f"{THEMES}/{neglect.reference}") for _ in range(2))
    web.send(first, "Save", name="Neglect of babies")
    page = web.send(second, "Save", status=409, name="Neglect of teenagers")
    assert page.fields("Save")["name"] == "Neglect of teenagers"
    assert "Neglect of babies" in page.text
    web.send(page, "Save", name="Neglect at every age")
    assert _themes()[0][0] == "Neglect at every age"


def test_a_theme_out_of_use_is_not_offered_and_can_be_put_back(
    web: PageClient, world: World, neglect: Theme
) -> None:
    audit = world.recorded_audit()
    audit.themes = [neglect]
    db.session.commit()
    web.sign_in(world.carol)
    web.send(web.get(f"{THEMES}/{neglect.reference}"), "Take out of use")
    assert _themes() == [("Neglect", "Basic needs that go unmet.", False)]
    assert themes_offered() == []
    assert themes_offered(db.session.get_one(Audit, audit.id).themes) == [(neglect.id, "Neglect")]
    assert "Neglect" in web.get(f"/audits/{audit.reference}").text
    web.send(web.get(f"{THEMES}/{neglect.reference}"), "Put back in use")
    assert _told(neglect.reference) == ["took out of use", "put back in use"]


@pytest.mark.parametrize("who", ["alice", "bob", "dan", "priya", "adam", "hester"])
def test_everybody_else_reads_the_list_and_changes_nothing(
    web: PageClient, world: World, neglect: Theme, who: str
) -> None:
    web.sign_in(getattr(world, who))
    page = web.get(THEMES)
    stands = IN_USE + "Neglect" if who in ("alice", "hester") else "In use"
    assert ["Neglect", "Basic needs that go unmet.", stands] in page.tables[0]
    assert "Add a theme" not in page.links()
    assert "Neglect" not in page.links()
    for address in (f"{THEMES}/new", f"{THEMES}/{neglect.reference}"):
        web.get(address, status=403)
    sent = {"csrf_token": web.get("/").csrf, "in_use": "no"}
    web.post(f"{THEMES}/{neglect.reference}/use", sent, status=403)
    assert len(page.tables) == (3 if who in ("bob", "dan", "hester") else 1)


def test_audits_and_actions_are_counted_by_the_quarter_they_belong_to(world: World) -> None:
    neglect, drift, unused = (Theme(name=name) for name in ("Neglect", "Drift", "Unused"))
    db.session.add_all([neglect, drift, unused])
    for on, themes, state in (
        (date(2026, 4, 1), [neglect], AuditState.SUBMITTED),
        (date(2026, 6, 30), [neglect, drift], AuditState.COMPLETE),
        (date(2026, 7, 1), [neglect], AuditState.ACCEPTED),
        (date(2026, 7, 2), [neglect], AuditState.DRAFT),
        (date(2025, 3, 31), [neglect], AuditState.COMPLETE),
    ):
        world.recorded_audit(on=on, state=state).themes = themes
    audit = world.recorded_audit(on=date(2026, 4, 2))
    for at, stands in (
        # Half past midnight in London on 1 July is still June in UTC.
        (datetime(2026, 6, 30, 23, 30, tzinfo=UTC), ActionState.OPEN),
        (datetime(2026, 6, 30, 22, 30, tzinfo=UTC), ActionState.OPEN),
        (None, ActionState.OPEN),
    ):
        audit.actions.append(
            Action(
                what="See him.", owner="Team", due_on=date(2026, 12, 1), priority=Priority.LOW,
                opened_at=at, state=stands, themes=[drift],
            )
        )  # fmt: skip
    db.session.commit()
    counts = theme_counts(last_quarters(date(2026, 7, 20)))
    assert [each.first for each in counts.periods] == [
        date(2025, 7, 1), date(2025, 10, 1), date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1),
    ]  # fmt: skip
    assert {key: list(row) for key, row in counts.audits.items()} == {
        neglect.id: [0, 0, 0, 2, 1],
        drift.id: [0, 0, 0, 1, 0],
    }
    assert {key: list(row) for key, row in counts.actions.items()} == {drift.id: [0, 0, 0, 1, 1]}
    assert list(counts.every_audit) == [0, 0, 0, 3, 1]
    assert list(counts.every_action) == [0, 0, 0, 1, 1]
    here = theme_counts(
        counts.periods, [Audit.team_id == world.north.id], [Action.team_id.is_(None)]
    )
    assert not here.audits
    assert sum(here.every_audit) == 0
    assert here.actions == counts.actions


@pytest.mark.sqlite_only
def test_a_number_leads_to_the_audits_behind_it(web: PageClient, world: World) -> None:
    neglect = Theme(name="Neglect")
    carrying, other = world.recorded_audit(on=date.today()), world.recorded_audit(on=date.today())
    carrying.themes = [neglect]
    db.session.commit()
    web.sign_in(world.carol)
    page = web.get(THEMES)
    (address,) = [a for text, a in page.links().items() if text.startswith("1 audits about")]
    listed = web.get(address)
    assert carrying.reference in listed.text
    assert other.reference not in listed.text
    assert "Remove filter Theme: Neglect" in listed.text
    web.sign_out()
    web.sign_in(world.dan)
    assert not [text for text in web.get(THEMES).links() if "audits about" in text]


@pytest.mark.sqlite_only
def test_figures_can_be_narrowed_to_a_theme(web: PageClient, world: World) -> None:
    neglect = Theme(name="Neglect")
    world.recorded_audit(on=date(2026, 1, 2)).themes = [neglect]
    world.recorded_audit(on=date(2026, 1, 3))
    db.session.commit()
    web.sign_in(world.dan)
    page = web.get(f"/insight/distribution?theme={neglect.id}")
    assert "Theme: Neglect" in page.text
    assert ["Total", "1"] in page.tables[0]
