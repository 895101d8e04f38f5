"""Two people acting on one action at the same moment: one of them does, and the other is told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from typing import Any

from flask import Flask

from audit_app.extensions import db
from audit_app.improvement import changes
from audit_app.models import Action, Stage, User
from audit_app.rules.action_steps import ActionState
from audit_app.rules.actions import ActionEvent, Difference
from audit_app.rules.judgements import Judgement
from tests.browser_page import BASE, Page, PageClient
from tests.improvement.lives import EVIDENCE, live_action
from tests.people import World

Sender = tuple[PageClient, Page, str, dict[str, Any]]
KNOWN = (Difference.YES, "He says so himself.", None, None)
DONE = {"evidence": EVIDENCE, "difference": "yes", "how_known": "He says so himself."}


def _opened(app: Flask, user: User, action: Action, verb: str, **typed: Any) -> Sender:
    web = PageClient(app)
    web.sign_in(user)
    button = "Open it again" if verb == "reopen" else "Save"
    return web, web.get(f"/improvement/actions/{action.reference}/{verb}"), button, typed


def _at_once(senders: list[Sender]) -> list[int]:
    """Each presses their button in a thread of its own; the statuses of the answers."""
    db.session.rollback()

    def send(sender: Sender) -> int:
        web, page, button, typed = sender
        post: Callable[..., Any] = web.client.post
        response = Context().run(
            post,
            page.action(button),
            data=page.fields(button) | typed,
            base_url=BASE,
            headers={"Origin": BASE},
        )
        return int(response.status_code)

    with ThreadPoolExecutor(len(senders)) as pool:
        return list(pool.map(send, senders))


def _said(action: Action) -> list[ActionEvent]:
    db.session.expire_all()
    return [each.event for each in action.entries]


def test_two_people_closing_an_action_at_once_close_it_once(app: Flask, world: World) -> None:
    action = live_action(world)
    people = (world.mallory, world.carol, world.hester)
    senders = [_opened(app, user, action, "close", **DONE) for user in people]
    assert sorted(_at_once(senders)) == [303, 409, 409]
    assert _said(action) == [ActionEvent.OPENED, ActionEvent.CLOSED, ActionEvent.ANSWERED]


def test_verifying_and_opening_again_at_once_does_one_of_them(app: Flask, world: World) -> None:
    action = live_action(world)
    changes.close(world.mallory, action, EVIDENCE, *KNOWN)
    # Judged Inadequate since: it is closed, waits to be verified, and can be opened again.
    action.audit.judge(world.bob, Stage.MODERATED, None, Judgement.INADEQUATE)
    db.session.commit()
    senders = [
        _opened(app, world.alice, action, "verify", holds="yes", looked_at="Read the case note."),
        _opened(app, world.hester, action, "reopen", reason="He was not seen."),
    ]
    assert sorted(_at_once(senders)) == [303, 409]
    said = _said(action)[3:]
    closed = action.state is ActionState.CLOSED
    assert said == [ActionEvent.VERIFIED if closed else ActionEvent.REOPENED]
    assert (action.verified_at is not None) is closed


def test_two_who_verify_and_send_back_at_once_leave_one_finding(app: Flask, world: World) -> None:
    action = live_action(world, Judgement.INADEQUATE)
    changes.close(world.mallory, action, EVIDENCE, *KNOWN)
    db.session.commit()
    senders = [
        _opened(app, world.alice, action, "verify", holds="yes", looked_at="Read the case note."),
        _opened(app, world.carol, action, "verify", holds="no", looked_at="No such note."),
    ]
    assert sorted(_at_once(senders)) == [303, 409]
    assert len(_said(action)) == 4
