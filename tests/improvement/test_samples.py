"""A random share of closed actions is looked at again, by nobody who had a hand in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from time_machine import travel

from audit_app.extensions import db
from audit_app.improvement import sample_changes
from audit_app.improvement.changes import close, verify
from audit_app.improvement.claiming import version_of
from audit_app.improvement.sample_queries import closed_between, count_to_recheck, sampled_already
from audit_app.models import Action, ActionRecheck, ActionSample, HistoryEvent, User
from audit_app.reminders.gathering import what_waits_for
from audit_app.rules.action_samples import size
from audit_app.rules.action_steps import ActionState
from audit_app.rules.actions import ActionEvent, Difference
from audit_app.rules.judgements import Judgement
from audit_app.rules.workflow import NotAllowed
from tests.browser_page import PageClient
from tests.improvement.lives import EVIDENCE, action_of, live_action, themed
from tests.people import World
from tests.statements import queries_of

TODAY = date.today()


def closed(world: World, by: User | None = None, **more: object) -> Action:
    """An action of the South team that its owner, Mallory, closed today."""
    action = themed(world, world.carol, **more)
    close(by or world.mallory, action, EVIDENCE, Difference.YES, "He says so.", None, None)
    db.session.commit()
    return action


def drawn(world: World, percent: int = 100) -> ActionSample:
    """A sample by Carol of what was closed in the last week."""
    sample = sample_changes.draw_sample(world.carol, TODAY - timedelta(days=7), TODAY, percent)
    db.session.commit()
    return sample


def recheck_of(sample: ActionSample, action: Action) -> ActionRecheck:
    return next(each for each in sample.rechecks if each.action_id == action.id)


def days(first: date, last: date) -> dict[str, Any]:
    return {
        f"closed_{name}-{part}": str(getattr(day, part))
        for name, day in (("from", first), ("to", last))
        for part in ("day", "month", "year")
    }


def address(sample: ActionSample, rest: str = "") -> str:
    return f"/improvement/samples/{sample.reference}{rest}"


def test_a_lead_draws_a_tenth_of_what_was_closed_and_anybody_can_see_how(
    web: PageClient, world: World
) -> None:
    actions = [closed(world, what=f"Step {number}.") for number in range(11)]
    live_action(world, what="Still open.")
    web.sign_in(world.carol)
    form = web.get("/improvement/samples/new")
    page = web.send(form, "Draw the sample", **days(TODAY, TODAY), percent="10")
    sample = db.session.scalars(select(ActionSample)).one()
    assert page.path == address(sample)
    assert page.h1 == "A second look at 2 closed actions"
    assert sample.seed in page.text
    assert {each.action_id for each in sample.rechecks} == {each.id for each in actions}
    chosen = [each for each in sample.rechecks if each.chosen]
    assert len(chosen) == size(11, 10) == 2
    assert {row[0].rpartition(" ")[2] for row in page.tables[0][1:]} == {
        each.action.reference for each in chosen
    }
    row = web.get("/improvement/samples").tables[0][1]
    assert row[0] == sample.reference
    assert row[2:7] == ["11", "2", "0", "0", "0"]
    verbs = select(HistoryEvent.verb).where(HistoryEvent.record_reference == sample.reference)
    assert list(db.session.scalars(verbs)) == ["drew"]


def test_sending_the_draw_twice_draws_once(web: PageClient, world: World) -> None:
    closed(world)
    web.sign_in(world.carol)
    form = web.get("/improvement/samples/new")
    for _ in range(2):
        web.send(form, "Draw the sample", **days(TODAY, TODAY), percent="50")
    assert len(db.session.scalars(select(ActionSample)).all()) == 1


def test_no_day_is_sampled_twice_and_the_next_sample_begins_after_the_last(
    web: PageClient, world: World
) -> None:
    closed(world)
    yesterday = TODAY - timedelta(days=1)
    sample = drawn(world)
    sample.closed_to = yesterday
    db.session.commit()
    web.sign_in(world.carol)
    form = web.get("/improvement/samples/new")
    filled_in = [form.fields()[f"closed_from-{part}"] for part in ("day", "month", "year")]
    assert filled_in == [str(TODAY.day), str(TODAY.month), str(TODAY.year)]
    page = web.send(form, "Draw the sample", 400, **days(yesterday, TODAY), percent="50")
    assert page.errors[0].startswith(f"Sample {sample.reference} was drawn from ")
    assert len(db.session.scalars(select(ActionSample)).all()) == 1
    web.send(form, "Draw the sample", **days(TODAY, TODAY), percent="50")
    assert len(db.session.scalars(select(ActionSample)).all()) == 2


def test_a_day_that_went_on_after_its_sample_is_left_for_the_next(app: Flask, world: World) -> None:
    closed(world)
    sample = drawn(world)
    assert sampled_already(TODAY, TODAY) is sample
    day_before = timedelta(days=1)
    sample.closed_to, sample.drawn_at = TODAY - day_before, sample.drawn_at - day_before
    db.session.flush()
    assert sampled_already(TODAY - day_before, TODAY) is None
    assert sampled_already(TODAY - 2 * day_before, TODAY) is sample


def test_the_day_of_a_sample_is_londons_in_the_first_hour_of_a_summers_day(
    app: Flask, world: World
) -> None:
    drawn_at = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    last_month, first = date(2026, 6, 30), date(2026, 7, 1)
    with travel(drawn_at.timestamp(), tick=False):
        sample_of_one = closed(world)
        sample = sample_changes.draw_sample(world.carol, last_month, first, 100)
        sample.closed_to = last_month
        db.session.commit()
        # In UTC it is still June, and June would seem to go on.
        assert {each.action_id for each in sample.rechecks} == {sample_of_one.id}
        assert sampled_already(last_month, last_month) is sample
        assert sampled_already(first, first) is None


def test_days_in_which_nothing_was_closed_make_no_sample(web: PageClient, world: World) -> None:
    closed(world)
    web.sign_in(world.carol)
    form = web.get("/improvement/samples/new")
    long_ago = date(2020, 1, 1)
    page = web.send(form, "Draw the sample", 400, **days(long_ago, long_ago), percent="10")
    assert page.errors == ["No action was closed in these days"]
    assert page.fields()["closed_from-year"] == "2020"
    for percent in ("0", "101", "ten", ""):
        page = web.send(form, "Draw the sample", 400, **days(TODAY, TODAY), percent=percent)
        assert page.errors == ["The share must be a whole number from 1 to 100"]
    tomorrow = TODAY + timedelta(days=1)
    page = web.send(form, "Draw the sample", 400, **days(TODAY, tomorrow), percent="10")
    assert page.errors == ["The last day must be today or in the past"]
    assert db.session.scalars(select(ActionSample)).all() == []


def test_days_are_londons_and_both_ends_count(app: Flask, world: World) -> None:
    """Half past midnight in a London summer is still the day before by the server's clock."""
    moments = {
        "first": datetime(2026, 6, 30, 23, 30, tzinfo=UTC),
        "last": datetime(2026, 7, 31, 22, 59, tzinfo=UTC),
        "before": datetime(2026, 6, 30, 22, 59, tzinfo=UTC),
        "after": datetime(2026, 7, 31, 23, 0, tzinfo=UTC),
    }
    for what, at in moments.items():
        action = closed(world, what=what)
        db.session.execute(update(Action).where(Action.id == action.id).values(closed_at=at))
    db.session.commit()
    july = (date(2026, 7, 1), date(2026, 7, 31))
    sample = sample_changes.draw_sample(world.carol, *july, 1)
    db.session.flush()
    assert {each.action.what for each in sample.rechecks} == {"first", "last"}
    db.session.rollback()


def test_what_waited_to_be_verified_counts_on_the_day_it_was_verified(
    app: Flask, world: World
) -> None:
    """Otherwise a month that was drawn from before would have passed it over for good."""
    action = live_action(world, Judgement.INADEQUATE)
    close(world.mallory, action, EVIDENCE, Difference.YES, "He says so.", None, None)
    long_ago = datetime.now(UTC) - timedelta(days=40)
    db.session.execute(update(Action).where(Action.id == action.id).values(closed_at=long_ago))
    db.session.commit()
    then = (TODAY - timedelta(days=60), TODAY - timedelta(days=30))
    now = (TODAY - timedelta(days=29), TODAY)
    assert (closed_between(*then), closed_between(*now)) == ({}, {})
    verify(world.carol, action, "Seen.", None)
    db.session.commit()
    assert (closed_between(*then), list(closed_between(*now))) == ({}, [action.reference])


def test_a_second_look_waits_for_everybody_who_had_no_hand_in_it(app: Flask, world: World) -> None:
    one, other = closed(world, what="One."), closed(world, world.hester, what="Other.")
    closed(world, world.alice, team_id=world.north.id, owner_user=world.alice, what="North.")
    looked_at = recheck_of(drawn(world), one)
    people = ("mallory", "hester", "carol", "cora", "alice", "priya", "dan", "adam")
    waits = {name: count_to_recheck(getattr(world, name)) for name in people}
    assert waits == dict.fromkeys(people, 0) | {"hester": 2, "carol": 3, "cora": 3}
    (line,) = [each for each in what_waits_for(world.hester) if "second look" in each.text]
    assert (line.text, line.path) == ("2 closed actions for a second look", "/improvement/samples")
    sample_changes.look_again(world.carol, looked_at, True, "It holds.", None)
    other.say(ActionEvent.REOPENED, world.carol, "Not done.")
    other.state, other.closed_at, other.closed_by_id = ActionState.OPEN, None, None
    other.difference = None
    db.session.commit()
    assert [count_to_recheck(who) for who in (world.hester, world.cora)] == [1, 1]


def test_a_large_sample_is_paged_and_asks_as_little_as_a_small_one(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.carol)
    asked = []
    for more in (3, 27):
        for number in range(more):
            action = closed(world, what=f"Step {more} {number}.")
            other = themed(world, world.carol, what=f"The same as {more} {number}.")
            other.say(ActionEvent.JOINED, world.carol)
            other.state, other.joined_to = ActionState.JOINED, action
        db.session.commit()
        db.session.execute(delete(ActionRecheck))
        db.session.execute(delete(ActionSample))
        asked.append(len(queries_of(web, address(drawn(world)))))
    assert asked[0] == asked[1]
    sample = db.session.scalars(select(ActionSample).order_by(ActionSample.id.desc())).first()
    assert sample is not None
    first, second = (web.get(address(sample) + f"?page={page}") for page in (1, 2))
    shown = [row[0] for page in (first, second) for row in page.tables[0][1:]]
    assert (len(shown), len(set(shown)), len(second.tables[0]) - 1) == (30, 30, 5)


def test_a_replayed_draw_is_the_same_and_a_changed_one_is_found_out(
    app: Flask, web: PageClient, world: World
) -> None:
    for number in range(7):
        closed(world, what=f"Step {number}.")
    sample = drawn(world, 30)
    web.sign_in(world.carol)
    assert "All 7 draws came out the same" in web.get(address(sample, "/replay")).text
    command = app.test_cli_runner().invoke(args=["action-sample", sample.reference, "--replay"])
    assert command.exit_code == 0, command.output
    assert [line.split()[2] for line in command.output.splitlines()[2:9]] == [
        *["yes"] * 3,
        *["no"] * 4,
    ]
    swapped = next(each for each in sample.rechecks if not each.chosen)
    db.session.execute(
        update(ActionRecheck).where(ActionRecheck.id == swapped.id).values(chosen=True)
    )
    db.session.commit()
    page = web.get(address(sample, "/replay"))
    assert "1 draw of 7 came out otherwise" in page.text
    assert page.tables[0][1][3:] == ["Yes", "No"]
    command = app.test_cli_runner().invoke(args=["action-sample", sample.reference, "--replay"])
    assert command.exit_code == 1
    # One that was taken out changes who is chosen of those that are left.
    lowest = sample.rechecks[0]
    db.session.execute(delete(ActionRecheck).where(ActionRecheck.id.in_([lowest.id, swapped.id])))
    db.session.commit()
    assert app.test_cli_runner().invoke(args=["action-sample", "NONE"]).exit_code == 1


def test_what_holds_is_recorded_and_stays_closed(web: PageClient, world: World) -> None:
    action = closed(world)
    sample = drawn(world)
    web.sign_in(world.hester)
    page = web.get(address(sample))
    form = web.get(page.links()[f"Look again at {action.reference}"])
    assert EVIDENCE in form.text
    done = web.send(form, "Record what you found", holds="yes", found="The note says so.")
    assert "It holds." in done.text
    db.session.expire_all()
    row = recheck_of(sample, action)
    assert (row.holds, row.found, row.checked_by_id) == (True, "The note says so.", world.hester.id)
    assert action.state is ActionState.CLOSED
    assert action.entries[-1].event is ActionEvent.RECHECKED
    # Sent a second time, or by somebody else, it changes nothing.
    web.send(form, "Record what you found", holds="yes", found="The note says so.")
    web.sign_out()
    web.sign_in(world.carol)
    assert "already" in web.get(address(sample, f"/{action.reference}")).text
    assert len(db.session.scalars(select(ActionRecheck)).all()) == 1


def test_what_does_not_hold_opens_again_with_the_words(web: PageClient, world: World) -> None:
    action = closed(world)
    sample = drawn(world)
    web.sign_in(world.hester)
    form = web.get(address(sample, f"/{action.reference}"))
    page = web.send(form, "Record what you found", holds="no", found="No such note is there.")
    assert "Does not hold: opened again" in page.text
    db.session.expire_all()
    assert action.state is ActionState.OPEN
    assert (action.closed_at, action.closed_by_id, action.difference) == (None, None, None)
    assert [entry.text for entry in action.entries if entry.event is ActionEvent.RECHECKED] == [
        "No such note is there."
    ]
    assert action.entries[-1].event is ActionEvent.REOPENED
    assert recheck_of(sample, action).holds is False
    assert "All 1 draws" not in web.get(address(sample)).text


def test_a_second_look_needs_an_answer_and_its_words(web: PageClient, world: World) -> None:
    action = closed(world)
    sample = drawn(world)
    web.sign_in(world.hester)
    form = web.get(address(sample, f"/{action.reference}"))
    page = web.send(form, "Record what you found", 400, found="Kept words.")
    assert page.errors == ["Select whether it holds"]
    assert page.fields()["found"] == "Kept words."
    page = web.send(form, "Record what you found", 400, holds="no", found=" ")
    assert page.errors == ["Say what you looked at, and what you found"]
    db.session.expire_all()
    assert action.state is ActionState.CLOSED


def test_whoever_had_a_hand_in_it_never_looks_again(web: PageClient, world: World) -> None:
    """Its owner, who closed it, and who verified it; each of them may in general."""
    audit = world.recorded_audit(Judgement.INADEQUATE)
    action = action_of(audit, world.alice, owner_user=world.mallory)
    close(world.hester, action, EVIDENCE, Difference.YES, "She says so.", None, None)
    action.say(ActionEvent.VERIFIED, world.cora, "Seen.")
    action.state, action.verified_by = ActionState.CLOSED, world.cora
    action.verified_at = datetime.now(UTC)
    db.session.commit()
    sample = drawn(world)
    row = recheck_of(sample, action)
    for person in (world.mallory, world.hester, world.cora):
        web.sign_in(person)
        page = web.get(address(sample))
        assert f"Look again at {action.reference}" not in page.links()
        assert "For somebody who had no hand in it" in page.text
        assert web.request("GET", address(sample, f"/{action.reference}")).status_code == 403
        with pytest.raises(NotAllowed), rolled_back():
            sample_changes.look_again(person, row, True, "Mine.", version_of(action))
        web.sign_out()
    web.sign_in(world.carol)
    assert f"Look again at {action.reference}" in web.get(address(sample)).links()


@contextmanager
def rolled_back() -> Iterator[None]:
    try:
        yield
    finally:
        db.session.rollback()


def test_two_people_who_look_at_once_are_told_and_only_the_first_counts(
    web: PageClient, world: World
) -> None:
    action = closed(world)
    sample = drawn(world)
    web.sign_in(world.carol)
    form = web.get(address(sample, f"/{action.reference}"))
    sample_changes.look_again(world.hester, recheck_of(sample, action), False, "No.", None)
    db.session.commit()
    page = web.send(form, "Record what you found", holds="yes", found="Yes.")
    assert "Somebody has looked at this action already" in page.text
    db.session.expire_all()
    assert recheck_of(sample, action).checked_by_id == world.hester.id
    assert action.state is ActionState.OPEN


def test_what_changed_while_somebody_wrote_is_told_and_nothing_typed_is_lost(
    web: PageClient, world: World
) -> None:
    action = closed(world)
    sample = drawn(world)
    web.sign_in(world.hester)
    form = web.get(address(sample, f"/{action.reference}"))
    action.say(ActionEvent.ANSWERED, world.mallory, "Better.", difference=Difference.PARTLY)
    action.difference = Difference.PARTLY
    db.session.commit()
    page = web.send(form, "Record what you found", 409, holds="no", found="Kept words.")
    assert page.fields()["found"] == "Kept words."
    db.session.expire_all()
    assert action.state is ActionState.CLOSED
    again = web.send(page, "Record what you found", holds="no", found="Kept words.")
    assert again.path == address(sample)


def test_what_was_opened_again_since_the_draw_is_not_looked_at(
    web: PageClient, world: World
) -> None:
    action = closed(world)
    sample = drawn(world)
    action.say(ActionEvent.REOPENED, world.carol, "Not done.")
    action.state, action.closed_at, action.closed_by_id = ActionState.OPEN, None, None
    action.difference = None
    db.session.commit()
    web.sign_in(world.hester)
    page = web.get(address(sample))
    assert "Opened again since it was drawn" in page.text
    assert web.request("GET", address(sample, f"/{action.reference}")).status_code == 403


def test_a_sample_shows_each_person_only_the_actions_they_may_read(
    web: PageClient, world: World
) -> None:
    south = closed(world)
    north = closed(world, world.alice, team_id=world.north.id, owner_user=world.alice)
    sample = drawn(world)
    web.sign_in(world.mallory)
    page = web.get(address(sample))
    assert south.reference in page.text
    assert north.reference not in page.text
    assert "Of the chosen actions you can read 1" in page.text
    assert web.request("GET", address(sample, f"/{north.reference}")).status_code == 404
    for name, path in (
        ("mallory", "/improvement/samples/new"),
        ("mallory", address(sample, "/replay")),
    ):
        assert web.request("GET", path).status_code == 403, name
    web.sign_out()
    for name in ("priya", "dan", "adam"):
        web.sign_in(getattr(world, name))
        for path in (
            "/improvement/samples",
            address(sample),
            address(sample, f"/{south.reference}"),
        ):
            assert web.request("GET", path).status_code == 403, f"{name} {path}"
        web.sign_out()


def test_a_blind_moderator_is_not_shown_what_was_closed_of_what_they_may_judge(
    web: PageClient, world: World
) -> None:
    audit = world.recorded_audit(Judgement.GOOD)
    action = action_of(audit, world.alice, owner_user=world.mallory)
    close(world.mallory, action, EVIDENCE, Difference.YES, "He says so.", None, None)
    audit.blind = True
    db.session.commit()
    sample = drawn(world)
    web.sign_in(world.bob)
    assert action.reference not in web.get(address(sample)).text
    assert web.request("GET", address(sample, f"/{action.reference}")).status_code == 404
