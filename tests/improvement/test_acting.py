"""What may be done to an action, and what never: whoever tries it, by whatever way in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from sqlalchemy import Executable, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from audit_app.audits.story import story_of
from audit_app.extensions import db
from audit_app.improvement import changes, claiming, joining_changes
from audit_app.improvement.queries import needs_verifying, verifying_hidden_from
from audit_app.improvement.raising_changes import Origin, raise_action
from audit_app.improvement.standing import (
    may,
    must_be_verified,
    verifying_hidden,
    waits_to_be_verified,
)
from audit_app.models import Action, ActionEntry, Stage, User
from audit_app.models.action import ActionKept
from audit_app.models.base import now
from audit_app.rules.action_steps import ActionState
from audit_app.rules.actions import ActionEvent, Difference
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.audits import Priority
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Role
from audit_app.rules.workflow import NotAllowed, Verb
from audit_app.web.pages import day
from tests.improvement.lives import EVIDENCE, IN_A_MONTH, TODAY, action_of, live_action, themed
from tests.people import World, grant_of, make_user

INADEQUATE = Judgement.INADEQUATE
KNOWN = "He says so himself."
SAME = "Both ask that he is seen alone."


def close(user: User, action: Action) -> None:
    db.session.commit()
    version = claiming.version_of(action)
    changes.close(user, action, EVIDENCE, Difference.YES, KNOWN, None, version)
    db.session.commit()


def verify(user: User, action: Action) -> None:
    db.session.commit()
    changes.verify(user, action, "Read the case note.", claiming.version_of(action))
    db.session.commit()


def assign(user: User, action: Action, owner: User) -> None:
    changes.assign(user, action, owner, None, claiming.version_of(action))
    db.session.commit()


def test_an_action_is_closed_with_evidence_and_what_difference_it_made(world: World) -> None:
    action = live_action(world)
    close(world.mallory, action)
    assert (action.state, action.difference) == (ActionState.CLOSED, Difference.YES)
    assert action.closed_by is world.mallory
    said = [(each.event, each.text, each.difference) for each in action.entries]
    assert said == [
        (ActionEvent.OPENED, None, None),
        (ActionEvent.CLOSED, EVIDENCE, Difference.YES),
        (ActionEvent.ANSWERED, KNOWN, Difference.YES),
    ]


@pytest.mark.parametrize(
    ("evidence", "difference", "known", "again"),
    [
        ("", Difference.YES, KNOWN, None),
        ("  \n ", Difference.YES, KNOWN, None),
        (EVIDENCE, Difference.YES, None, None),
        (EVIDENCE, Difference.PARTLY, "  ", None),
        (EVIDENCE, Difference.NO, None, None),
        (EVIDENCE, Difference.TOO_EARLY, None, None),
        (EVIDENCE, Difference.TOO_EARLY, None, TODAY),
    ],
)
def test_nothing_is_closed_with_an_answer_missing(
    world: World, evidence: str, difference: Difference, known: str | None, again: object
) -> None:
    action = live_action(world)
    with pytest.raises(NotAllowed):
        changes.close(world.mallory, action, evidence, difference, known, again, None)  # type: ignore[arg-type]
    db.session.rollback()
    assert action.state is ActionState.OPEN
    assert len(action.entries) == 1


def test_too_early_waits_on_a_day_until_somebody_answers_and_then_no_more(world: World) -> None:
    action = live_action(world)
    early = Difference.TOO_EARLY
    changes.close(world.mallory, action, EVIDENCE, early, None, IN_A_MONTH, None)
    db.session.commit()
    assert (action.difference, action.look_again_on) == (early, IN_A_MONTH)
    changes.answer(world.mallory, action, Difference.NO, KNOWN, None, None)
    db.session.commit()
    assert (action.difference, action.look_again_on) == (Difference.NO, None)
    assert action.state is ActionState.CLOSED
    with pytest.raises(NotAllowed):
        changes.answer(world.mallory, action, Difference.YES, KNOWN, None, None)


def test_it_is_too_early_for_six_months_and_again_only_with_a_reason_and_counted(
    world: World,
) -> None:
    action, early = live_action(world), Difference.TOO_EARLY
    last, too_late = (TODAY + relativedelta(months=6, days=days) for days in (0, 1))
    with pytest.raises(NotAllowed):
        changes.close(world.mallory, action, EVIDENCE, early, None, too_late, None)
    db.session.rollback()
    changes.close(world.mallory, action, EVIDENCE, early, None, last, None)
    db.session.commit()
    assert action.times_put_off == 0
    for why, day_again in ((None, IN_A_MONTH), ("  ", IN_A_MONTH), ("He is away.", too_late)):
        with pytest.raises(NotAllowed):
            changes.answer(world.mallory, action, early, why, day_again, None)
        db.session.rollback()
    for _ in range(2):
        changes.answer(world.mallory, action, early, "He is away.", IN_A_MONTH, None)
        db.session.commit()
    assert (action.times_put_off, action.look_again_on) == (2, IN_A_MONTH)
    assert action.entries[-1].text == "He is away."


def test_an_inadequates_is_verified_again_once_it_is_not_too_early_any_more(world: World) -> None:
    action, early = live_action(world, INADEQUATE), Difference.TOO_EARLY
    changes.close(world.mallory, action, EVIDENCE, early, None, IN_A_MONTH, None)
    verify(world.carol, action)
    changes.answer(world.mallory, action, early, "He is away.", IN_A_MONTH, None)
    db.session.commit()
    assert action.state is ActionState.CLOSED, "there is nothing new to verify"
    changes.answer(world.hester, action, Difference.YES, KNOWN, None, None)
    db.session.commit()
    assert (action.state, action.verified_by) == (ActionState.TO_VERIFY, None)
    assert not may(world.mallory, action, Verb.VERIFY)
    assert not may(world.hester, action, Verb.VERIFY), "she said what difference it made"
    verify(world.carol, action)
    assert (action.state, action.verified_by) == (ActionState.CLOSED, world.carol)


@pytest.mark.parametrize("state", [ActionState.CLOSED, ActionState.TO_VERIFY])
def test_the_model_refuses_to_close_without_a_word(world: World, state: ActionState) -> None:
    action = live_action(world)
    action.state, action.closed_at, action.difference = state, now(), Difference.YES
    with pytest.raises(ActionKept):
        db.session.commit()
    db.session.rollback()
    action.say(ActionEvent.NOTE, world.mallory, "All done.")
    action.state, action.closed_at, action.difference = state, now(), Difference.YES
    with pytest.raises(ActionKept):
        db.session.commit()


def test_the_model_refuses_to_change_a_live_action_or_delete_it_without_a_word(
    world: World,
) -> None:
    action = live_action(world)
    for name, value in (("what", "Less."), ("due_on", IN_A_MONTH), ("owner_id", world.alice.id)):
        setattr(action, name, value)
        with pytest.raises(ActionKept):
            db.session.commit()
        db.session.rollback()
    db.session.delete(action)
    with pytest.raises(ActionKept):
        db.session.commit()


def test_the_model_refuses_to_change_or_delete_what_was_recorded(world: World) -> None:
    action = live_action(world)
    action.entries[0].text = "Otherwise."
    with pytest.raises(ActionKept):
        db.session.commit()
    db.session.rollback()
    db.session.delete(action.entries[0])
    with pytest.raises(ActionKept):
        db.session.commit()


def test_the_database_refuses_what_gets_past_the_model(world: World) -> None:
    action = live_action(world)
    number, by = action.id, world.mallory.id
    row = {"action_id": number, "event": "closed", "at": now(), "by_id": by}
    entries = [
        row | {"text": None, "difference": "yes"},
        row | {"text": "   ", "difference": "yes"},
        row | {"text": EVIDENCE, "difference": None},
        row | {"event": "answered", "text": EVIDENCE, "difference": None},
    ]
    of_it = update(Action).where(Action.id == number)
    refused: list[Executable] = [
        *(insert(ActionEntry).values(**each) for each in entries),
        of_it.values(state="closed"),
        of_it.values(state="closed", closed_at=now()),
        of_it.values(state="to_verify", difference="yes"),
        of_it.values(state="joined"),
        of_it.values(joined_to_id=number),
        of_it.values(difference="too_early"),
    ]
    for statement in refused:
        with pytest.raises(IntegrityError):
            db.session.execute(statement)
        db.session.rollback()
    kept = db.session.execute(text("SELECT state FROM actions")).scalars().all()
    assert kept == ["open"]


# An Inadequate's, and who may verify it


def test_an_inadequates_waits_for_somebody_who_had_no_hand_in_it(world: World) -> None:
    action = live_action(world, INADEQUATE)
    close(world.mallory, action)
    assert action.state is ActionState.TO_VERIFY
    for nobody in (world.mallory, world.priya, world.dan, world.adam):
        assert not may(nobody, action, Verb.VERIFY)
    verify(world.alice, action)
    assert (action.state, action.verified_by) == (ActionState.CLOSED, world.alice)


def test_answering_does_not_close_what_is_open_and_closing_does_not_answer(world: World) -> None:
    action = live_action(world, INADEQUATE)
    with pytest.raises(claiming.Overtaken):
        changes.answer(world.mallory, action, Difference.PARTLY, KNOWN, None, None)
    db.session.rollback()
    assert (action.state, len(action.entries)) == (ActionState.OPEN, 1)
    early = Difference.TOO_EARLY
    changes.close(world.mallory, action, EVIDENCE, early, None, IN_A_MONTH, None)
    db.session.commit()
    changes.verify(world.alice, action, "Read the case note.", None)
    db.session.commit()
    said = len(action.entries)
    with pytest.raises(claiming.Overtaken):
        changes.close(world.mallory, action, EVIDENCE, Difference.YES, KNOWN, None, None)
    db.session.rollback()
    assert (action.state, len(action.entries)) == (ActionState.CLOSED, said)


def test_any_other_is_closed_by_whoever_did_it(world: World) -> None:
    action = live_action(world, Judgement.REQUIRES_IMPROVEMENT)
    close(world.mallory, action)
    assert action.state is ActionState.CLOSED
    assert not may(world.carol, action, Verb.VERIFY), "there is nothing to verify"


def test_it_needs_verifying_once_anybody_ever_judged_it_inadequate(world: World) -> None:
    action = live_action(world)
    thread, other = action.thread_id, world.thread_set.threads[0]
    finding = {each.thread_id: each for each in action.audit.findings}
    assert thread is not None
    action.audit.judge(world.bob, Stage.MODERATED, finding[other.id], INADEQUATE)
    db.session.commit()
    assert not must_be_verified(action), "that is another thread"
    action.audit.judge(world.bob, Stage.MODERATED, finding[thread], INADEQUATE)
    action.audit.judge(world.carol, Stage.RESOLVED, finding[thread], Judgement.GOOD)
    db.session.commit()
    assert must_be_verified(action), "it was once, whatever was judged since"


def test_under_a_thread_set_without_an_overall_judgement_any_thread_counts(world: World) -> None:
    action = live_action(world)
    world.thread_set.overall_judged = False
    other = action.audit.findings[0]
    action.audit.judge(world.bob, Stage.MODERATED, other, INADEQUATE)
    db.session.commit()
    assert must_be_verified(action)


def test_one_closed_before_it_was_judged_inadequate_is_verified_afterwards(world: World) -> None:
    action = live_action(world)
    close(world.mallory, action)
    action.audit.judge(world.bob, Stage.MODERATED, None, INADEQUATE)
    db.session.commit()
    assert waits_to_be_verified(action)
    assert not may(world.mallory, action, Verb.VERIFY)
    verify(world.bob, action)
    assert not waits_to_be_verified(action)
    assert not may(world.alice, action, Verb.VERIFY), "once is enough"


def test_whoever_does_it_cannot_give_it_away_and_verify_it(world: World) -> None:
    action = live_action(world, INADEQUATE, owner=world.hester)
    assign(world.mallory, action, world.mallory)
    assign(world.mallory, action, world.hester)
    close(world.hester, action)
    for each in (world.mallory, world.hester):
        assert not may(each, action, Verb.VERIFY)
        assert not may(each, action, Verb.RETURN)
        with pytest.raises(NotAllowed):
            verify(each, action)
        db.session.rollback()
    assert may(world.carol, action, Verb.VERIFY)


def test_whoever_closed_it_once_never_verifies_it_however_often_it_is_opened_again(
    world: World,
) -> None:
    action = live_action(world, INADEQUATE)
    close(world.carol, action)
    changes.send_back(world.alice, action, "There is no such note.", None)
    db.session.commit()
    close(world.mallory, action)
    assert not may(world.carol, action, Verb.VERIFY)
    verify(world.alice, action)
    changes.reopen(world.hester, action, "He was not seen.", None)
    db.session.commit()
    close(world.hester, action)
    for each in (world.carol, world.mallory, world.hester):
        assert not may(each, action, Verb.VERIFY)


def test_holding_every_role_lets_nobody_verify_their_own(world: World) -> None:
    everything = make_user("everywhere", Role.MODERATOR, staff_id="E1900")
    for role in set(Role) - {Role.MODERATOR}:
        everything.grants.append(grant_of(role))
    db.session.commit()
    action = live_action(world, INADEQUATE, owner=everything)
    close(everything, action)
    assert not may(everything, action, Verb.VERIFY)
    closed_for_another = live_action(world, INADEQUATE)
    close(everything, closed_for_another)
    assert not may(everything, closed_for_another, Verb.VERIFY)


def follow(user: User, after: Action, what: str = "Try something else.") -> Action:
    values: dict[str, Any] = {
        "thread": None, "kind": None, "person": after.owner_id, "owner": None, "themes": [],
        "what": what, "due_on": IN_A_MONTH, "priority": Priority.LOW,
    }  # fmt: skip
    action = raise_action(user, Origin.following(after), values)
    db.session.commit()
    return action


def test_what_follows_an_inadequates_is_verified_however_long_the_chain(world: World) -> None:
    audit = world.recorded_audit(threads=INADEQUATE)
    action = action_of(audit, world.alice, owner_user=world.mallory)
    alone = action_of(audit, world.alice, "Write.", owner_user=world.mallory, thread=None)
    for _ in range(3):
        assert must_be_verified(action)
        changes.close(world.mallory, action, EVIDENCE, Difference.NO, KNOWN, None, None)
        verify(world.carol, action)
        action = follow(world.mallory, action)
    joining_changes.join(world.mallory, action, alone, SAME, None)
    db.session.commit()
    for each in db.session.scalars(select(Action)):
        one = select(needs_verifying()).where(Action.id == each.id)
        assert must_be_verified(each), "none of them is of the thread itself but the first"
        assert db.session.scalar(one), "the rule for rows says the same"
    close(world.mallory, alone)
    assert alone.state is ActionState.TO_VERIFY


def test_what_follows_and_nothing_else_hides_what_it_came_out_of(world: World) -> None:
    earlier = world.recorded_audit(state=AuditState.COMPLETE)
    blind = world.recorded_audit(INADEQUATE, case=earlier.case_reference)
    kept = action_of(earlier, world.alice, "Write.", owner_user=world.mallory)
    action_of(earlier, world.alice, "Ring.", owner_user=world.mallory)
    bad = action_of(blind, world.alice, "See him.", owner_user=world.mallory)
    joining_changes.join(world.mallory, bad, kept, SAME, None)
    changes.close(world.mallory, kept, EVIDENCE, Difference.NO, KNOWN, None, None)
    verify(world.carol, kept)
    after = follow(world.mallory, kept)
    blind.blind = True
    db.session.commit()
    for user in (world.bob, world.carol):
        hidden = {
            each.what for each in db.session.scalars(select(Action))
            if verifying_hidden(user, each)
        }  # fmt: skip
        rows = select(Action.what).where(verifying_hidden_from(user))
        assert set(db.session.scalars(rows)) == hidden
        assert hidden == ({"Write.", "See him.", after.what} if user is world.bob else set())


def test_the_story_of_another_audit_tells_no_judgement_by_an_action_joined_to_its_own(
    world: World,
) -> None:
    earlier = world.recorded_audit(state=AuditState.COMPLETE)
    blind = world.recorded_audit(INADEQUATE, case=earlier.case_reference)
    blind.blind = True
    kept, own = (
        action_of(earlier, world.alice, what, owner_user=world.mallory) for what in ("Go.", "Ring.")
    )
    bad = action_of(blind, world.alice, "See him.", owner_user=world.mallory)
    joining_changes.join(world.mallory, bad, kept, SAME, None)
    close(world.mallory, kept)
    verify(world.carol, kept)
    close(world.mallory, own)
    told = {
        user: [each.sentence for each in story_of(earlier, user) if kept.reference in each.sentence]
        for user in (world.bob, world.carol)
    }
    assert len(told[world.carol]) == 2
    assert told[world.bob] == told[world.carol][:1], "closed, and not that it was verified"


def test_joining_gets_round_nothing(world: World) -> None:
    audit = world.recorded_audit(INADEQUATE)
    plain = world.recorded_audit(case=audit.case_reference)
    bad = action_of(audit, world.alice, "See him alone.", owner_user=world.hester)
    good = action_of(plain, world.alice, "See him by himself.", owner_user=world.mallory)
    joining_changes.join(world.mallory, bad, good, SAME, None)
    db.session.commit()
    assert must_be_verified(good)
    close(world.mallory, good)
    assert good.state is ActionState.TO_VERIFY
    assert not may(world.hester, good, Verb.VERIFY), "she owns the one that is joined to it"
    assert not may(world.mallory, good, Verb.VERIFY)
    verify(world.carol, good)
    joining_changes.separate(world.mallory, bad, "It is not the same after all.", None)
    db.session.commit()
    assert bad.state is ActionState.OPEN, "nobody has done it"


def test_joining_never_hides_that_something_is_late_or_urgent(world: World) -> None:
    audit = world.recorded_audit()
    week_ago = TODAY - timedelta(days=7)
    late = action_of(
        audit, world.alice, "See him alone.", owner_user=world.mallory, due_on=week_ago
    )
    changes.extend(world.mallory, late, TODAY - timedelta(days=1), "The school is closed.", None)
    kept = action_of(
        audit, world.alice, "Write to him.", owner_user=world.mallory,
        due_on=IN_A_MONTH, priority=Priority.LOW,
    )  # fmt: skip
    read_at = claiming.version_of(kept)
    with pytest.raises(NotAllowed):
        joining_changes.join(world.mallory, late, kept, " ", None)
    db.session.rollback()
    late = db.session.get_one(Action, late.id)
    joining_changes.join(world.mallory, late, kept, SAME, None)
    db.session.commit()
    assert (kept.due_on, kept.first_due_on) == (late.due_on, week_ago)
    assert kept.priority is Priority.HIGH
    assert claiming.version_of(kept) > read_at, "what was read of it is not true any more"
    said = kept.entries[-1]
    assert (said.was_due_on, said.due_on) == (IN_A_MONTH, late.due_on)
    assert said.text is not None
    assert said.text.splitlines() == [
        f"Joined action {late.reference} to this one: {SAME}",
        f"It is due on {day(late.due_on)} instead of {day(IN_A_MONTH)}.",
        "Its priority is high instead of low.",
    ]
    joining_changes.join(
        world.mallory, action_of(audit, world.alice, owner_user=world.mallory), kept, SAME, None
    )
    assert (kept.due_on, kept.first_due_on) == (late.due_on, week_ago), "the other is later"


def test_capitals_in_a_case_reference_make_no_other_child(world: World) -> None:
    one = action_of(world.recorded_audit(case="p55"), world.alice, owner_user=world.mallory)
    two = action_of(world.recorded_audit(case="P55"), world.alice, owner_user=world.mallory)
    assert two.like is one
    joining_changes.join(world.mallory, two, one, SAME, None)


def test_holding_an_action_drops_nothing_that_was_changed_before(world: World) -> None:
    action = live_action(world)
    action.say(ActionEvent.ASSIGNED, world.mallory, owner_id=world.hester.id)
    action.owner_user = world.hester
    changes.note(world.mallory, action, "Told her.")
    db.session.commit()
    assert action.owner_user is world.hester
    assert [each.event for each in action.entries][1:] == [ActionEvent.ASSIGNED, ActionEvent.NOTE]


def test_nothing_is_joined_to_what_is_done_or_to_another_childs(world: World) -> None:
    audit = world.recorded_audit(INADEQUATE)
    action = action_of(audit, world.alice, owner_user=world.mallory)
    done = action_of(audit, world.alice, owner_user=world.mallory)
    close(world.mallory, done)
    another_child = action_of(world.recorded_audit(case="7777777"), world.alice)
    of_no_child = themed(world, world.carol)
    for to in (done, another_child, of_no_child, action):
        with pytest.raises((NotAllowed, claiming.Overtaken)):
            joining_changes.join(world.carol, action, to, SAME, None)
        db.session.rollback()
    assert action.state is ActionState.OPEN


def test_what_others_are_joined_to_is_joined_to_nothing(world: World) -> None:
    audit = world.recorded_audit()
    first, second, third = (
        action_of(audit, world.alice, what, owner_user=world.mallory)
        for what in ("See him.", "See him soon.", "See him today.")
    )
    joining_changes.join(world.mallory, first, second, SAME, None)
    db.session.commit()
    with pytest.raises(NotAllowed):
        joining_changes.join(world.mallory, second, third, SAME, None)
    db.session.rollback()
    joining_changes.join(world.mallory, third, second, SAME, None)
    db.session.commit()
    assert {each.state for each in (first, third)} == {ActionState.JOINED}


# Dates, owners, and who may


def test_an_extension_gives_longer_and_keeps_the_first_day(world: World) -> None:
    action = live_action(world)
    first = action.due_on
    for later in (IN_A_MONTH, IN_A_MONTH + timedelta(days=7)):
        changes.extend(world.mallory, action, later, "The school is closed.", None)
        db.session.commit()
    assert (action.first_due_on, action.due_on) == (first, IN_A_MONTH + timedelta(days=7))
    extended = [e for e in action.entries if e.event is ActionEvent.EXTENDED]
    assert [(e.was_due_on, e.due_on) for e in extended] == [
        (first, IN_A_MONTH),
        (IN_A_MONTH, action.due_on),
    ]
    with pytest.raises(NotAllowed):
        changes.extend(world.mallory, action, IN_A_MONTH, "Sooner.", None)


def test_only_somebody_who_can_work_on_actions_is_given_one(world: World) -> None:
    action = live_action(world)
    left = make_user("left", Role.TEAM_MANAGER, world.south)
    left.active = False
    db.session.commit()
    for nobody in (world.dan, world.adam, left):
        with pytest.raises(NotAllowed):
            assign(world.mallory, action, nobody)
        db.session.rollback()
    assign(world.mallory, action, world.priya)
    assert action.owner_user is world.priya
    close(world.priya, action)
    assert action.state is ActionState.CLOSED


def test_a_reader_without_a_part_in_it_adds_notes_and_nothing_else(world: World) -> None:
    action = live_action(world)
    for user in (world.bob, world.priya, world.alice):
        assert may(user, action, Verb.NOTE)
        for verb in (Verb.CLOSE, Verb.EXTEND, Verb.ASSIGN, Verb.JOIN):
            assert not may(user, action, verb)


def test_what_was_decided_on_an_older_page_is_not_done(world: World) -> None:
    action = live_action(world)
    read_at = claiming.version_of(action)
    changes.note(world.bob, action, "The school rang.")
    db.session.commit()
    assert claiming.version_of(action) == read_at, "a note overtakes nobody"
    changes.extend(world.mallory, action, IN_A_MONTH, "The school is closed.", read_at)
    db.session.commit()
    with pytest.raises(claiming.Overtaken):
        changes.assign(world.mallory, action, world.priya, None, read_at)


def test_a_recheck_that_does_not_hold_opens_it_again(world: World) -> None:
    action = live_action(world)
    close(world.mallory, action)
    with pytest.raises(NotAllowed):
        changes.recheck(world.mallory, action, True, "It holds.", None)
    db.session.rollback()
    changes.recheck(world.carol, action, True, "He was seen.", None)
    db.session.commit()
    assert action.state is ActionState.CLOSED
    changes.recheck(world.carol, action, False, "There is no such note.", None)
    db.session.commit()
    assert (action.state, action.difference) == (ActionState.OPEN, None)
