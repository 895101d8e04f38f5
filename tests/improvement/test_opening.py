"""Actions go live with their audit, and from then on nobody changes them unseen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from audit_app.audits import changes as recording
from audit_app.audits.sections import section_named
from audit_app.extensions import db
from audit_app.models import Action, Audit, EvidenceRequest, Theme
from audit_app.rules.actions import ActionEvent
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.workflow import NotAllowed
from tests.audits.lives import moderated
from tests.browser_page import Page, PageClient
from tests.improvement.lives import IN_A_MONTH, IN_A_WEEK, action_of
from tests.improvement.test_action_page import on
from tests.people import World
from tests.recording import record_everything

NEW: dict[str, Any] = {
    "what": "See him alone.",
    "kind": "quality",
    "priority": "high",
    **on("due_on", IN_A_WEEK),
}


def actions() -> list[Action]:
    db.session.expire_all()
    return list(db.session.scalars(select(Action).order_by(Action.id)))


def add(web: PageClient, listed: Page, **typed: Any) -> Page:
    link = next(to for words, to in listed.links().items() if words.startswith("Add a"))
    return web.send(web.get(link), "Save the action", **(NEW | typed))


def sent_back(world: World, audit: Audit) -> None:
    """As a moderator does, without walking through their pages."""
    audit.state = AuditState.RETURNED
    audit.evidence_requests.append(
        EvidenceRequest(asked_by_id=world.bob.id, asked_at=audit.submitted_at, needed="More.")
    )
    db.session.commit()


def submitted_with_one(web: PageClient, world: World) -> Audit:
    web.sign_in(world.alice)
    check = record_everything(web, world)
    section = check.path.replace("check", "section/actions")
    add(web, web.get(section), person=str(world.mallory.id))
    assert not actions()[0].live, "nobody follows what is still being written"
    web.send(web.get(check.path), "Submit the audit")
    return actions()[0].audit


def test_an_action_is_live_from_the_moment_its_audit_is_submitted(
    web: PageClient, world: World
) -> None:
    audit = submitted_with_one(web, world)
    (action,) = actions()
    assert action.live
    assert (action.first_due_on, action.due_on) == (IN_A_WEEK, IN_A_WEEK)
    assert (action.team_id, action.service_id) == (audit.team_id, audit.service_id)
    assert [(each.event, each.by, each.owner) for each in action.entries] == [
        (ActionEvent.OPENED, world.alice, world.mallory)
    ]
    web.sign_out()
    web.sign_in(world.mallory)
    assert web.get(f"/improvement/actions/{action.reference}").h1.endswith("What needs to happen")


def test_in_a_returned_audit_live_actions_stay_and_new_ones_go_live_when_it_is_sent_again(
    web: PageClient, world: World
) -> None:
    audit = submitted_with_one(web, world)
    sent_back(world, audit)
    section = f"/audits/{audit.reference}/section/actions"
    page = web.get(section)
    (live,) = actions()
    assert "Change" not in " ".join(page.links())
    assert f"/improvement/actions/{live.reference}" in page.links().values()
    page = add(web, page, what="Ask his teacher.", owner="School")
    assert sum("Change" in words for words in page.links()) == 1
    before = live.entries[0].id
    page = web.get(f"/audits/{audit.reference}/check")
    web.send(page, "Submit the audit", reply="I have added what you asked for.")
    assert [each.live for each in actions()] == [True, True]
    assert [entry.id for entry in actions()[0].entries] == [before], "it was opened once"


@pytest.mark.parametrize("where", ["", "/remove"])
def test_a_live_action_is_neither_changed_nor_removed_through_its_audit(
    web: PageClient, world: World, where: str
) -> None:
    audit = submitted_with_one(web, world)
    sent_back(world, audit)
    (live,) = actions()
    address = f"/audits/{audit.reference}/actions/{live.id}{where}"
    web.get(address, 403)
    form = web.get(f"/audits/{audit.reference}/actions/new")
    typed = form.fields() | NEW | {"what": "Nothing.", "person": str(world.mallory.id)}
    assert web.request("POST", address, typed).status_code == 403
    assert [(each.what, each.live) for each in actions()] == [("See him alone.", True)]


def test_the_writer_of_audits_refuses_it_too(web: PageClient, world: World) -> None:
    audit = submitted_with_one(web, world)
    sent_back(world, audit)
    section = section_named(audit, "actions")
    (live,) = actions()
    assert section is not None
    with pytest.raises(NotAllowed):
        recording.remove_action(world.alice, audit, section, live)
    db.session.rollback()
    values: dict[str, Any] = {"what": "Nothing.", "kind": None, "owner": "", "due_on": IN_A_MONTH}
    values |= {"priority": "low", "thread": None, "person": None, "themes": []}
    with pytest.raises(NotAllowed):
        recording.save_action(world.alice, audit, section, values, recording.ActionChange(live, 1))


def test_what_was_submitted_is_kept_though_the_action_moves_on(
    web: PageClient, world: World
) -> None:
    audit = submitted_with_one(web, world)
    (live,) = actions()
    live.say(ActionEvent.EXTENDED, world.mallory, "Shut.", due_on=IN_A_MONTH, was_due_on=IN_A_WEEK)
    live.due_on = IN_A_MONTH
    db.session.commit()
    sent_back(world, audit)
    page = web.get(f"/audits/{audit.reference}/check")
    web.send(page, "Submit the audit", reply="Nothing changed.")
    kept = [each.answers["actions"][0]["due_on"] for each in audit.submissions]
    assert kept == [IN_A_WEEK.isoformat()] * 2


def test_the_audits_page_and_story_say_what_became_of_it(web: PageClient, world: World) -> None:
    audit = world.recorded_audit(state=AuditState.COMPLETE)
    action = action_of(audit, world.alice, owner_user=world.mallory)
    web.sign_in(world.mallory)
    form = web.get(f"/improvement/actions/{action.reference}/close")
    web.send(form, "Save", evidence="Seen.", difference="partly", how_known="He says so.")
    page = web.get(f"/audits/{audit.reference}")
    row = next(row for row in page.tables[-1] if row[0].startswith("See him alone."))
    assert row[-1].startswith("Closed")
    assert "Difference for the child: partly" in row[-1]
    story = web.get(f"/audits/{audit.reference}/story")
    assert f"Mallory recorded that action {action.reference} is done." in story.text


def test_an_action_much_like_an_open_one_of_the_same_case_is_pointed_out(world: World) -> None:
    first = action_of(world.recorded_audit(), world.alice, "See him alone at school.")
    same = action_of(world.recorded_audit(), world.alice, "At school, see him alone")
    other = action_of(world.recorded_audit(), world.alice, "Write the chronology.")
    another_child = action_of(
        world.recorded_audit(case="7777777"), world.alice, "See him alone at school."
    )
    assert [each.like for each in (first, same, other, another_child)] == [None, first, None, None]


# Raised afterwards


def test_a_moderator_raises_an_action_from_what_they_found(web: PageClient, world: World) -> None:
    audit = moderated(world)
    web.sign_in(world.bob)
    page = web.get(f"/audits/{audit.reference}")
    form = web.get(page.links()["Raise another action"])
    page = web.send(form, "Raise the action", **NEW, person=str(world.mallory.id))
    raised = actions()[-1]
    assert page.path == f"/improvement/actions/{raised.reference}"
    assert (raised.source, raised.audit_id, raised.live) == ("moderation", audit.id, True)
    assert "Bob raised it after the audit was moderated" in page.text
    assert "Bob raised another action." in web.get(f"/audits/{audit.reference}/story").text


@pytest.mark.parametrize("who", ["alice", "mallory", "hester"])
def test_nobody_else_raises_one_from_a_moderation(web: PageClient, world: World, who: str) -> None:
    audit = moderated(world)
    web.sign_in(getattr(world, who))
    web.get(f"/improvement/actions/from-audit/{audit.reference}", 403)


def test_nothing_is_raised_from_a_moderation_still_to_come(web: PageClient, world: World) -> None:
    audit = world.recorded_audit()
    for user in (world.bob, world.carol):
        web.sign_out()
        web.sign_in(user)
        web.get(f"/improvement/actions/from-audit/{audit.reference}", 403)
        assert "Raise another action" not in web.get(f"/audits/{audit.reference}").links()


def test_a_theme_leads_to_an_action_for_a_team_a_service_or_everybody(
    web: PageClient, world: World
) -> None:
    theme = Theme(name="Drift and delay")
    db.session.add(theme)
    db.session.commit()
    address = f"/improvement/actions/from-theme/{theme.reference}"
    web.sign_in(world.carol)
    offered = web.get(address).html.find("select").find_all("option")
    assert [each["value"] for each in offered][1] == "authority"
    for place, team, owner in (
        ("authority", None, world.hester),
        (f"service-{world.south.service_id}", None, world.mallory),
        (f"team-{world.south.id}", world.south.id, world.mallory),
    ):
        form = web.get(f"{address}?place={place}")
        sent = form.fields() | NEW | {"person": str(owner.id)}
        web.post(f"{address}?place={place}", sent)
        raised = actions()[-1]
        assert (raised.team_id, raised.audit_id, raised.source) == (team, None, "theme")
        assert raised.themes == [theme]


def test_a_team_manager_raises_one_for_their_own_team_only(web: PageClient, world: World) -> None:
    theme = Theme(name="Neglect")
    db.session.add(theme)
    db.session.commit()
    address = f"/improvement/actions/from-theme/{theme.reference}"
    web.sign_in(world.mallory)
    form = web.get(address)
    assert form.h1.endswith("Raise an action")
    for place in ("authority", f"team-{world.north.id}", f"service-{world.south.service_id}"):
        sent = form.fields() | NEW | {"person": str(world.mallory.id)}
        web.request("POST", f"{address}?place={place}", sent)
    assert actions() == []
    web.post(address, form.fields() | NEW | {"person": str(world.mallory.id)})
    assert [each.team_id for each in actions()] == [world.south.id]


def test_what_is_raised_is_due_today_or_later(web: PageClient, world: World) -> None:
    audit = moderated(world)
    web.sign_in(world.bob)
    form = web.get(f"/improvement/actions/from-audit/{audit.reference}")
    late = NEW | on("due_on", date.today() - timedelta(days=1))
    page = web.send(form, "Raise the action", status=400, **late, person=str(world.mallory.id))
    assert page.errors == ["The due date must be today or later"]
