"""What an audit was begun from: another that it follows up, or the programme that gave it out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from audit_app.audits.opening import open_actions
from audit_app.extensions import db
from audit_app.models import Action, Allocation, Audit, RecordingWay, User
from audit_app.rules.allocation_steps import AllocationState
from audit_app.rules.audits import Priority
from audit_app.rules.judgements import Judgement
from tests.browser_page import Page, PageClient
from tests.people import World
from tests.programme.given import allocate, cycle_of, fresh

# The pages are the same on every database.
pytestmark = pytest.mark.sqlite_only

START = "Start a re-audit"
FOLDED = "details.app-earlier-fold"


def _earlier(world: World) -> Audit:
    """A North case that Mallory found Inadequate, with one action."""
    audit = world.recorded_audit(
        Judgement.INADEQUATE, auditor=world.mallory, team=world.north, on=date(2025, 10, 16)
    )
    audit.actions.append(
        Action(
            what="Draw the genogram.",
            owner="Team",
            due_on=date(2026, 3, 1),
            priority=Priority.HIGH,
        )
    )
    open_actions(world.mallory, audit)
    db.session.commit()
    return audit


def _folds(page: Page, within: str) -> str:
    return " ".join(" ".join(each.get_text(" ").split()) for each in page.html.select(within))


@pytest.mark.parametrize("way", RecordingWay)
def test_the_earlier_overall_and_actions_stand_beside_in_both_ways_of_recording(
    web: PageClient, world: World, way: RecordingWay
) -> None:
    earlier = _earlier(world)
    _prefers(world.alice, way)
    web.sign_in(world.alice)
    draft = web.send(web.get(f"/audits/{earlier.reference}"), START)
    if way is RecordingWay.PAGE:
        overall = _folds(draft, f"#section-overall {FOLDED}")
        actions = _folds(draft, f"#section-actions {FOLDED}")
    else:
        path = draft.path
        overall = _folds(web.get(f"{path}/section/overall"), FOLDED)
        actions = _folds(web.get(f"{path}/section/actions"), FOLDED)
    assert overall == "The audit before, 16 October 2025: overall judgement Inadequate"
    assert actions.startswith("The audit before, 16 October 2025: its actions")
    assert "Draw the genogram. (Team, due 1 March 2026)" in actions


@pytest.mark.parametrize("way", RecordingWay)
def test_a_re_audit_being_written_says_which_audit_it_follows_up(
    web: PageClient, world: World, way: RecordingWay
) -> None:
    earlier = _earlier(world)
    _prefers(world.alice, way)
    web.sign_in(world.alice)
    draft = web.send(web.get(f"/audits/{earlier.reference}"), START)
    for page in (draft, web.get(f"{_path(draft)}/check")):
        assert "Re-audit of the audit of 16 October 2025" in page.text
        assert page.links()["audit of 16 October 2025"] == f"/audits/{earlier.reference}"


def test_no_link_leads_to_an_earlier_audit_that_its_auditor_may_not_read(
    web: PageClient, world: World
) -> None:
    earlier = _earlier(world)
    allocate(None, world.mallory, world.north, re_audit_of_id=earlier.id)
    earlier.auditor_id = world.bob.id
    db.session.commit()
    allocation = db.session.query(Allocation).one()
    draft = _begun(web, world.mallory, allocation)
    assert "Re-audit of the audit of 16 October 2025" in draft.text
    assert "audit of 16 October 2025" not in draft.links()


@pytest.mark.parametrize("way", RecordingWay)
@pytest.mark.parametrize(
    ("days", "words"), [(8, "in 8 days"), (1, "tomorrow"), (0, "today"), (-3, "3 days overdue")]
)
def test_an_audit_the_programme_gave_says_by_when_it_is_due(
    web: PageClient, world: World, way: RecordingWay, days: int, words: str
) -> None:
    due = date.today() + timedelta(days=days)
    allocation = allocate(cycle_of(world), world.alice, world.south, due_on=due)
    _prefers(world.alice, way)
    draft = _begun(web, world.alice, allocation)
    for page in (draft, web.get(f"{_path(draft)}/check")):
        assert f"Due {due.day} {due:%B %Y}: {words}" in page.text
        to = f"/programme/allocations/{allocation.reference}"
        assert page.links()["More time, or another case"] == to


def test_a_draft_that_the_programme_waits_for_no_more_is_not_said_to_be_due(
    web: PageClient, world: World
) -> None:
    allocation = allocate(cycle_of(world), world.alice, world.south)
    draft = _begun(web, world.alice, allocation)
    fresh(allocation).put_aside = AllocationState.EXEMPT
    db.session.commit()
    page = web.get(draft.path)
    assert "not to be audited for the programme any more" in page.text
    assert "More time, or another case" not in page.links()


def _begun(web: PageClient, auditor: User, allocation: Allocation) -> Page:
    web.sign_in(auditor)
    page = web.get(f"/programme/allocations/{allocation.reference}")
    return web.send(page, "Start the audit")


def _prefers(user: User, way: RecordingWay) -> None:
    user.recording_way = way
    db.session.commit()


def _path(draft: Page) -> str:
    return draft.path.removesuffix("/page")


def test_a_manager_of_the_team_is_told_that_somebody_else_would_usually_audit_it_again(
    web: PageClient, world: World
) -> None:
    told = "Somebody outside its line of management would usually audit it again."
    own = world.recorded_audit(auditor=world.mallory, team=world.north, case="1111111")
    of_south = world.recorded_audit(auditor=world.alice, team=world.south, case="2222222")
    web.sign_in(world.alice)
    page = web.get(f"/audits/{own.reference}")
    assert told in page.text
    assert "counted apart" in page.text
    assert told not in web.get(f"/audits/{of_south.reference}").text
    draft = web.send(page, START)
    assert "1111111" in draft.text
