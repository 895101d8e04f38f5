"""From submitted to issued: who may take which step, once, and with which number."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest
from flask import Flask, template_rendered
from jinja2 import Template
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError

from audit_app.alerts import changes
from audit_app.alerts.publication_changes import ready_to_issue
from audit_app.alerts.queries import sheet_of
from audit_app.extensions import db
from audit_app.models import Alert, User
from audit_app.models.base import now
from audit_app.rules.alert_steps import AlertState
from audit_app.rules.judgements import Judgement
from audit_app.rules.workflow import NotAllowed
from tests.alerts.alerts_to_try import TODAY, approved, draft, issue, issued, submitted, written
from tests.browser_page import Page, PageClient
from tests.people import World
from tests.statements import statements


def stored(alert: Alert) -> Alert:
    db.session.rollback()
    return db.session.scalars(select(Alert).where(Alert.id == alert.id)).one()


def buttons(page: Page) -> set[str]:
    links = page.html.select("main a.govuk-button")
    return {each.get_text(" ", strip=True) for each in [*page.html.select("main button"), *links]}


def opened(web: PageClient, user: User, alert: Alert) -> Page:
    web.sign_out()
    web.sign_in(user)
    return web.get(f"/alerts/{alert.reference}")


def test_an_alert_goes_from_draft_to_issued_through_three_pairs_of_hands(
    web: PageClient, world: World
) -> None:
    alert = written(world.carol)
    web.send(opened(web, world.carol, alert), "Submit for approval")
    web.send(opened(web, world.dan, alert), "Approve this alert")
    page = web.send(opened(web, world.cora, alert), "Issue this alert")
    now = stored(alert)
    assert now.state is AlertState.ISSUED
    assert now.number("PA") == f"PA {TODAY.year}/01"
    assert now.approved_by is not None
    assert (now.approved_by.name, now.approved_on, now.issued_on) == ("Dan", TODAY, TODAY)
    assert f"PA {TODAY.year}/01" in page.html.find("span", class_="govuk-caption-l").text


def test_a_button_is_shown_exactly_to_those_who_may_press_it(web: PageClient, world: World) -> None:
    alert = written(world.carol)
    assert buttons(opened(web, world.carol, alert)) == {
        "Continue writing",
        "Submit for approval",
        "Discard this draft",
    }
    assert buttons(opened(web, world.cora, alert)) == set()

    changes.submit(world.carol, alert, alert.version, TODAY)
    db.session.commit()
    assert buttons(opened(web, world.carol, alert)) == set()
    for approver in (world.cora, world.dan):
        shown = buttons(opened(web, approver, alert))
        assert shown == {"Approve this alert", "Return this alert"}

    changes.approve(world.dan, alert, alert.version, TODAY)
    db.session.commit()
    assert buttons(opened(web, world.dan, alert)) == {"Return this alert"}
    assert buttons(opened(web, world.cora, alert)) == {"Issue this alert", "Return this alert"}


def test_the_author_is_told_in_plain_words_that_another_must_approve(
    web: PageClient, world: World
) -> None:
    alert = submitted(world.carol)
    page = opened(web, world.carol, alert)
    for verb in ("approve", "return"):
        refused = web.post(
            f"/alerts/{alert.reference}", sent(web, alert, verb, note="Mine"), status=403
        )
        assert "You cannot do this because you are the author." in refused.text
    assert stored(alert).state is AlertState.SUBMITTED
    assert "other than its author" in page.text


def sent(web: PageClient, alert: Alert, verb: str, **more: str) -> dict[str, str]:
    """A step as somebody would send it without the button."""
    csrf = str(web.get("/").html.find("input", attrs={"name": "csrf_token"})["value"])
    db.session.refresh(alert)
    return {"csrf_token": csrf, "verb": verb, "version": str(alert.version), **more}


def test_a_role_that_may_not_take_a_step_is_refused(web: PageClient, world: World) -> None:
    alert = approved(world.carol, world.dan)
    web.sign_in(world.dan)
    refused = web.post(f"/alerts/{alert.reference}", sent(web, alert, "issue"), status=403)
    assert "Your role does not allow this." in refused.text

    known = issued(world)
    for user in (world.priya, world.adam, world.alice, world.bob):
        web.sign_out()
        web.sign_in(user)
        web.post(f"/alerts/{alert.reference}", sent(web, alert, "issue"), status=404)
        for verb in ("approve", "issue", "submit", "save"):
            status = 400 if verb == "save" else 403
            web.post(f"/alerts/{known.reference}", sent(web, known, verb), status=status)
    assert stored(alert).state is AlertState.APPROVED


def test_an_approver_returns_an_alert_with_a_note_that_its_author_reads(
    web: PageClient, world: World
) -> None:
    alert = submitted(world.carol)
    page = opened(web, world.dan, alert)
    empty = web.send(page, "Return this alert", status=400)
    assert empty.errors == ["Say what must change"]
    listed = web.send(empty, "Return this alert", note="Say how many\nchildren this is about.")
    assert listed.path == "/alerts/"
    now = stored(alert)
    assert (now.state, now.return_note) == (
        AlertState.DRAFT,
        "Say how many\nchildren this is about.",
    )
    mine = opened(web, world.carol, alert)
    assert "Say how many children this is about." in mine.text
    web.send(mine, "Submit for approval")
    assert stored(alert).return_note is None


def test_each_step_taken_twice_by_a_double_click_is_taken_once(
    web: PageClient, world: World
) -> None:
    alert = written(world.carol)
    steps: tuple[tuple[User, str, AlertState, dict[str, Any]], ...] = (
        (world.carol, "Submit for approval", AlertState.SUBMITTED, {}),
        (world.dan, "Return this alert", AlertState.DRAFT, {"note": "Shorter."}),
        (world.carol, "Submit for approval", AlertState.SUBMITTED, {}),
        (world.dan, "Approve this alert", AlertState.APPROVED, {}),
        (world.cora, "Issue this alert", AlertState.ISSUED, {}),
    )
    for user, button, state, typed in steps:
        page = opened(web, user, alert)
        first = web.send(page, button, **typed)
        again = web.send(page, button, **typed)
        assert first.path == again.path
        assert stored(alert).state is state
    assert stored(alert).sequence == 1


def test_an_alert_changed_after_it_was_read_is_not_approved(web: PageClient, world: World) -> None:
    alert = submitted(world.carol)
    read = opened(web, world.dan, alert)
    changes.return_to_author(world.cora, alert, alert.version, "Look again.")
    changes.save(world.carol, alert, alert.version, {"found": "Something else."})
    changes.submit(world.carol, alert, alert.version, TODAY)
    db.session.commit()
    page = web.send(read, "Approve this alert")
    assert "has changed since you opened it" in page.text
    assert "Something else." in page.text
    assert stored(alert).state is AlertState.SUBMITTED


def test_an_incomplete_draft_cannot_be_submitted_behind_the_page(world: World) -> None:
    alert = draft(world.carol)
    with pytest.raises(changes.NotReady):
        changes.submit(world.carol, alert, alert.version, TODAY)
    with pytest.raises(NotAllowed):
        changes.approve(world.dan, alert, alert.version, TODAY)


def test_numbers_follow_each_other_within_a_year_and_start_again_with_the_next(
    world: World,
) -> None:
    days = (date(2026, 3, 1), date(2026, 11, 1), date(2027, 1, 2), date(2026, 12, 31))
    numbers = [issued(world, on=day).number("PA") for day in days]
    assert numbers == ["PA 2026/01", "PA 2026/02", "PA 2027/01", "PA 2026/03"]


def test_a_number_cannot_be_given_twice(world: World) -> None:
    first, second = issued(world), issued(world)
    second.sequence = first.sequence
    with pytest.raises(IntegrityError):
        db.session.commit()
    db.session.rollback()


def test_people_who_issue_at_the_same_moment_get_numbers_of_their_own(
    app: Flask, world: World
) -> None:
    alerts = [(alert.id, alert.version) for alert in (_ready(world) for _ in range(6))]
    start = threading.Barrier(len(alerts), timeout=60)
    failures: list[BaseException] = []

    def press(number: int, version: int) -> None:
        try:
            with app.app_context():
                start.wait()
                cora = db.session.get_one(User, world_cora)
                issue(cora, db.session.get_one(Alert, number), version, TODAY)
                db.session.commit()
        except BaseException as failure:
            failures.append(failure)

    world_cora = world.cora.id
    db.session.rollback()
    hands = [threading.Thread(target=press, args=each) for each in alerts]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert failures == []
    assert set(db.session.scalars(select(Alert.sequence))) == {1, 2, 3, 4, 5, 6}
    printed = {(alert.evidence or {})["number"] for alert in db.session.scalars(select(Alert))}
    assert len(printed) == 6


def _ready(world: World) -> Alert:
    alert = approved(world.carol, world.dan)
    db.session.refresh(alert)
    return alert


def test_two_people_who_issue_the_same_alert_give_it_one_number(app: Flask, world: World) -> None:
    alert = _ready(world)
    version = alert.version
    issue(world.cora, alert, version, TODAY)
    db.session.commit()
    with pytest.raises(NotAllowed):
        issue(world.carol, alert, version, TODAY)
    assert stored(alert).sequence == 1


def test_figures_that_nobody_has_seen_are_neither_approved_nor_issued(
    web: PageClient, world: World
) -> None:
    alert = submitted(world.carol)
    for user, button, before in (
        (world.dan, "Approve this alert", AlertState.SUBMITTED),
        (world.cora, "Issue this alert", AlertState.APPROVED),
    ):
        page = opened(web, user, alert)
        world.recorded_audit(Judgement.INADEQUATE, on=date(2026, 8, 4))
        refused = web.send(page, button)
        assert "The figures have changed since you opened this page." in refused.text
        assert stored(alert).state is before
        assert button in buttons(refused)
        if before is AlertState.APPROVED:
            assert "The figures have changed since the alert was approved" in refused.text
        web.send(refused, button)
    assert stored(alert).state is AlertState.ISSUED
    assert sheet_of(alert, TODAY).evidence.audits == 2


def test_a_number_that_was_drawn_and_taken_meanwhile_is_not_given_again(world: World) -> None:
    first, second = _ready(world), _ready(world)
    drawn = ready_to_issue(world.cora, first, TODAY, now())
    issue(world.cora, second, second.version)
    with pytest.raises(changes.NumberTaken):
        changes.issue(world.cora, first, first.version, drawn, TODAY)


@pytest.mark.sqlite_only
def test_nobody_waits_while_an_alert_that_is_issued_is_drawn(web: PageClient, world: World) -> None:
    page = opened(web, world.cora, approved(world.carol, world.dan))

    def drawn(_app: Flask, template: Template, **_more: Any) -> None:
        said.append(str(template.name))

    def ended(_connection: Any) -> None:
        said.append("ended")

    event.listen(db.engine, "rollback", ended)
    try:
        with statements() as said, template_rendered.connected_to(drawn):
            web.send(page, "Issue this alert")
    finally:
        event.remove(db.engine, "rollback", ended)
    before = said[: said.index("documents/alert.html")]
    assert [each for each in before if each in ("BEGIN IMMEDIATE", "ended")][-1] == "ended"
    assert "BEGIN IMMEDIATE" in said[len(before) :]


def test_the_issuer_is_shown_that_the_figures_changed_after_approval(
    web: PageClient, world: World
) -> None:
    for _ in range(12):
        world.recorded_audit(Judgement.GOOD, on=date(2026, 8, 3))
    alert = approved(world.carol, world.dan)
    assert "figures have changed" not in opened(web, world.cora, alert).text
    world.recorded_audit(Judgement.INADEQUATE, on=date(2026, 8, 4))
    assert "The figures have changed since the alert was approved" in (
        opened(web, world.cora, alert).text
    )
