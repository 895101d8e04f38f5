"""The page of one action, as each person meets it."""

from __future__ import annotations

from flask import Flask

from audit_app.extensions import db
from audit_app.models import Action
from audit_app.rules.judgements import Judgement
from audit_app.rules.action_steps import ActionState
from tests.browser_page import Page, PageClient
from tests.improvement.lives import EVIDENCE, live_action
from tests.people import World


def page_of(web: PageClient, action: Action, verb: str = "", status: int = 200) -> Page:
    return web.get(f"/improvement/actions/{action.reference}{'/' + verb if verb else ''}", status)


def test_its_owner_closes_it_with_evidence_and_what_difference_it_made(
    web: PageClient, world: World
) -> None:
    action = live_action(world)
    web.sign_in(world.mallory)
    page = page_of(web, action)
    form = web.get(page.links()["Record that it is done"])
    done = web.send(
        form, "Save", evidence=EVIDENCE, difference="partly", how_known="He says so himself."
    )
    assert done.path == f"/improvement/actions/{action.reference}"
    assert "Mallory recorded that it is done." in done.text
    assert "Did it make a difference for the child? Mallory: partly." in done.text
    db.session.refresh(action)
    assert action.state is ActionState.CLOSED
