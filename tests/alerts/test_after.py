"""What becomes of an alert: discarded, returned after approval, withdrawn, replaced."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from audit_app.alerts import changes
from audit_app.alerts.audience import audience_of
from audit_app.alerts.queries import alert_numbered, requirements_of
from audit_app.extensions import db
from audit_app.models import Alert, HistoryEvent, User
from audit_app.rules.alert_audience import Audience
from audit_app.rules.alert_steps import AlertState
from audit_app.rules.permissions import Role
from audit_app.rules.workflow import NotAllowed
from tests.alerts.alerts_to_try import (
    REVIEW,
    TODAY,
    approved,
    draft,
    issue,
    issued,
    stored,
    submitted,
)
from tests.browser_page import Page, PageClient
from tests.people import World

REASON = "The guidance it rests on has changed."


def opened(web: PageClient, user: User, path: str, status: int = 200) -> Page:
    web.sign_out()
    web.sign_in(user)
    return web.get(path, status=status)


def verbs(alert: Alert) -> list[str]:
    of = HistoryEvent.record_reference == alert.reference
    return list(db.session.scalars(select(HistoryEvent.verb).where(of).order_by(HistoryEvent.id)))


def replaced(world: World, old: Alert) -> Alert:
    """A replacement that is approved and waits to be issued."""
    new = changes.start_replacement(world.carol, old)
    db.session.flush()
    changes.save(world.carol, new, new.version, {"review_on": REVIEW})
    changes.submit(world.carol, new, new.version, TODAY)
    changes.approve(world.dan, new, new.version, TODAY)
    db.session.commit()
    return new


def test_a_draft_that_is_discarded_is_gone_from_everybodys_sight(
    web: PageClient, world: World
) -> None:
    alert = draft(world.carol)
    page = opened(web, world.carol, f"/alerts/{alert.reference}")
    for _ in "12":
        assert web.send(page, "Discard this draft").path == "/alerts/"
    assert stored(alert.reference).state is AlertState.DISCARDED
    assert verbs(alert) == ["started", "discarded"]
    for user in (world.carol, world.cora, world.dan, world.priya):
        opened(web, user, f"/alerts/{alert.reference}", status=404)
    assert alert.title not in web.get("/alerts/").text


def test_only_its_author_discards_a_draft_and_nobody_one_that_was_submitted(world: World) -> None:
    alert = draft(world.carol)
    with pytest.raises(NotAllowed):
        changes.discard(world.cora, alert, alert.version)
    sent = submitted(world.carol)
    with pytest.raises(NotAllowed):
        changes.discard(world.carol, sent, sent.version)


def test_an_approved_alert_is_returned_and_must_be_approved_again(
    web: PageClient, world: World
) -> None:
    alert = approved(world.carol, world.dan)
    page = opened(web, world.cora, f"/alerts/{alert.reference}")
    web.send(page, "Return this alert", note="The second date is too soon.")
    now = stored(alert.reference)
    assert (now.state, now.approved_by_id, now.approved_on, now.evidence) == (
        AlertState.DRAFT,
        None,
        None,
        None,
    )
    again = opened(web, world.carol, f"/alerts/{alert.reference}")
    assert "The second date is too soon." in again.text
    with pytest.raises(NotAllowed):
        issue(world.cora, now, now.version, TODAY)


def test_an_alert_is_withdrawn_with_a_reason_that_everybody_reads(
    web: PageClient, world: World
) -> None:
    alert = issued(world)
    page = opened(web, world.dan, f"/alerts/{alert.reference}/withdraw")
    empty = web.send(page, status=400, because=" ")
    assert empty.errors == ["Say why it is withdrawn"]
    done = web.send(empty, because=REASON)
    assert done.path == f"/alerts/{alert.reference}"
    assert web.send(empty, because=REASON).path == done.path
    for user in (world.carol, world.priya, world.alice, world.adam):
        read = opened(web, user, f"/alerts/{alert.reference}")
        assert "Withdrawn: do not follow this alert" in read.text
        assert REASON in read.text
        assert "Dan withdrew it" in read.text
        assert "Withdraw this alert" not in read.links()
    now = stored(alert.reference)
    assert (now.state, now.withdrawn_on) == (AlertState.WITHDRAWN, TODAY)
    assert verbs(alert).count("withdrawn") == 1


def test_a_reason_that_names_somebody_is_refused_and_kept_in_the_box(
    web: PageClient, world: World
) -> None:
    alert = issued(world)
    page = opened(web, world.dan, f"/alerts/{alert.reference}/withdraw")
    typed = "Ring 0161 496 0000 about NHS 943 476 5919."
    refused = web.send(page, status=400, because=typed)
    assert refused.fields()["because"] == typed
    assert stored(alert.reference).state is AlertState.ISSUED


def test_whoever_may_not_approve_alerts_withdraws_none(web: PageClient, world: World) -> None:
    alert = issued(world)
    for user in (world.alice, world.bob, world.priya, world.adam, world.hester):
        opened(web, user, f"/alerts/{alert.reference}/withdraw", status=403)
        page = web.get(f"/alerts/{alert.reference}")
        assert "Withdraw this alert" not in page.links()
        sent = {"csrf_token": web.get("/").csrf}
        web.post(f"/alerts/{alert.reference}/replace", sent, status=403)
    opened(web, world.dan, f"/alerts/{draft(world.carol).reference}/withdraw", status=404)


def test_of_two_windows_one_withdraws_and_the_other_is_told(web: PageClient, world: World) -> None:
    alert = issued(world)
    page = opened(web, world.dan, f"/alerts/{alert.reference}/withdraw")
    changes.withdraw(world.carol, alert, alert.version, "Carol’s reason.", TODAY)
    db.session.commit()
    refused = web.send(page, status=403, because="Dan’s reason, typed at length.")
    assert "its status is “Withdrawn”" in refused.text
    assert "Dan’s reason, typed at length." in refused.html.get_text()
    assert stored(alert.reference).withdrawn_because == "Carol’s reason."


def test_a_replacement_begins_with_all_that_the_alert_says(web: PageClient, world: World) -> None:
    chosen = Audience.of(roles=[Role.TEAM_MANAGER], teams=[world.north.id])
    old = issued(world, audience=chosen)
    page = opened(web, world.cora, f"/alerts/{old.reference}")
    begun = web.send(page, "Replace this alert")
    assert web.send(page, "Replace this alert").path == begun.path
    new = db.session.scalars(select(Alert).where(Alert.replaces_id == old.id)).one()
    assert begun.path == f"/alerts/{new.reference}/edit"
    assert (new.title, new.found, new.state) == (old.title, old.found, AlertState.DRAFT)
    assert (new.review_on, new.author_id) == (None, world.cora.id)
    assert audience_of(new) == chosen
    assert requirements_of(new) == requirements_of(old)
    assert stored(old.reference).state is AlertState.ISSUED


def test_a_second_replacement_leads_to_the_first(web: PageClient, world: World) -> None:
    old = issued(world)
    page = opened(web, world.cora, f"/alerts/{old.reference}")
    first = changes.start_replacement(world.carol, old)
    db.session.commit()
    told = web.send(page, "Replace this alert")
    assert told.path == f"/alerts/{first.reference}"
    assert "Somebody has begun to replace this alert already" in told.text
    assert db.session.scalars(select(Alert.replaces_id)).all().count(old.id) == 1


def test_of_two_who_replace_an_alert_at_the_same_moment_one_begins(
    app: Flask, world: World
) -> None:
    old = issued(world)
    number, people = old.id, (world.carol.id, world.cora.id)
    start, came = threading.Barrier(2, timeout=60), []

    def press(person: int) -> None:
        with app.app_context():
            start.wait()
            try:
                user, alert = db.session.get_one(User, person), db.session.get_one(Alert, number)
                changes.start_replacement(user, alert)
                db.session.commit()
                came.append("begun")
            except changes.BeingReplaced:
                came.append("told")

    db.session.rollback()
    hands = [threading.Thread(target=press, args=(person,)) for person in people]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert sorted(came) == ["begun", "told"]


def test_after_a_replacement_is_discarded_another_can_be_begun(world: World) -> None:
    old = issued(world)
    first = changes.start_replacement(world.carol, old)
    db.session.flush()
    changes.discard(world.carol, first, first.version)
    assert changes.start_replacement(world.cora, old).replaces_id == old.id


def test_issuing_a_replacement_supersedes_the_old_one_in_the_same_step(
    web: PageClient, world: World
) -> None:
    old = issued(world)
    new = replaced(world, old)
    assert stored(old.reference).state is AlertState.ISSUED
    web.send(opened(web, world.cora, f"/alerts/{new.reference}"), "Issue this alert")
    assert stored(old.reference).state is AlertState.SUPERSEDED
    assert verbs(old)[-1] == "superseded"
    number = f"PA {TODAY.year}/02"
    assert (stored(new.reference).evidence or {})["replaces"] == f"PA {TODAY.year}/01"
    read = opened(web, world.priya, f"/alerts/{old.reference}")
    assert read.links()[number] == f"/alerts/{new.reference}"
    assert "Superseded: another alert has taken its place" in read.text
    assert web.get(f"/alerts/{new.reference}").links()[f"PA {TODAY.year}/01"] == (
        f"/alerts/{old.reference}"
    )


def test_an_alert_withdrawn_before_its_replacement_is_issued_stays_withdrawn(
    web: PageClient, world: World
) -> None:
    old = issued(world)
    new = replaced(world, old)
    db.session.refresh(old)
    changes.withdraw(world.dan, old, old.version, REASON, TODAY)
    issue(world.cora, new, new.version, TODAY)
    db.session.commit()
    assert stored(old.reference).state is AlertState.WITHDRAWN
    read = opened(web, world.priya, f"/alerts/{old.reference}")
    assert f"Follow PA {TODAY.year}/02 instead" in read.text
    assert "which is withdrawn" in web.get(f"/alerts/{new.reference}").text


def test_only_an_alert_in_force_is_replaced(world: World) -> None:
    alert = issued(world)
    changes.withdraw(world.dan, alert, alert.version, REASON, TODAY)
    with pytest.raises(NotAllowed):
        changes.start_replacement(world.carol, alert)


def test_the_number_of_a_withdrawn_alert_is_never_given_again(world: World) -> None:
    first = issued(world)
    changes.withdraw(world.dan, first, first.version, REASON, TODAY)
    db.session.commit()
    assert issued(world).number("PA") == f"PA {TODAY.year}/02"
    found = alert_numbered(f"PA {TODAY.year}/01")
    assert found is not None
    assert found.state is AlertState.WITHDRAWN


def test_the_list_shows_alerts_by_how_they_stand(web: PageClient, world: World) -> None:
    titles: dict[str, dict[str, Any]] = {
        "In force": {},
        "Due": {"review_on": TODAY + timedelta(days=1)},
        "Withdrawn": {},
        "Superseded": {},
    }
    alerts = {name: issued(world, title=name, **changed) for name, changed in titles.items()}
    changes.withdraw(world.dan, alerts["Withdrawn"], alerts["Withdrawn"].version, REASON, TODAY)
    new = replaced(world, alerts["Superseded"])
    issue(world.cora, new, new.version, TODAY)
    alerts["Due"].review_on = TODAY - timedelta(days=1)
    db.session.commit()
    page = opened(web, world.priya, "/alerts/")
    assert "in force (3) · review due (1) · withdrawn or superseded (2)" in page.text
    assert _titles(page) == {"In force", "Due", "Superseded"}
    assert _titles(web.get("/alerts/?standing=review-due")) == {"Due"}
    past = web.get("/alerts/?standing=past")
    assert _titles(past) == {"Withdrawn", "Superseded"}
    assert {row[1].rpartition(" ")[2] for row in past.tables[0][1:]} == {"Withdrawn", "Superseded"}
    assert _titles(web.get("/alerts/?standing=nonsense")) == _titles(page)


def _titles(page: Page) -> set[str]:
    known = {"In force", "Due", "Withdrawn", "Superseded"}
    return {title for title, to in page.links().items() if to.startswith("/alerts/")} & known


def test_the_home_page_shows_only_alerts_in_force(web: PageClient, world: World) -> None:
    alert = issued(world, on=date(TODAY.year, 1, 5), title="No longer right")
    changes.withdraw(world.dan, alert, alert.version, REASON, TODAY)
    db.session.commit()
    assert "No longer right" not in opened(web, world.priya, "/").text
