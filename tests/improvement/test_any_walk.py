"""Whatever people try, in whatever order: the table is kept, and nothing recorded is lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.improvement import changes, claiming, joining_changes
from audit_app.improvement.claiming import version_of
from audit_app.improvement.standing import must_be_verified, verbs_open_to
from audit_app.models import Action, ActionEntry, Audit, Stage, User
from audit_app.rules.action_steps import ACTION_STEPS, ActionState
from audit_app.rules.actions import ActionEvent, Difference
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Permission, Role
from audit_app.rules.workflow import NotAllowed, Verb
from tests.improvement.lives import EVIDENCE, action_of
from tests.people import World, grant_of, make_user

#: Beside the verbs of the table, a moderator may judge the practice Inadequate at any time.
JUDGED = "judged inadequate"
acts = st.one_of(st.sampled_from(sorted({str(step.verb) for step in ACTION_STEPS})),
                 st.just(JUDGED))  # fmt: skip
tries = st.lists(
    st.tuples(
        acts, st.integers(0, 9), st.integers(0, 2), st.booleans(), st.sampled_from(Difference)
    ),
    min_size=8,
    max_size=24,
)


def cast(world: World) -> Sequence[User]:
    """Somebody of every role, two of some, and somebody who holds them all."""
    everything = make_user("everywhere", Role.MODERATOR, staff_id="E1900")
    for role in set(Role) - {Role.MODERATOR}:
        everything.grants.append(grant_of(role))
    db.session.commit()
    return (world.alice, world.bob, world.carol, world.cora, world.dan, world.priya,
            world.hester, world.mallory, world.adam, everything)  # fmt: skip


def three_of(world: World, people: Sequence[User], number: int) -> list[Action]:
    """Three actions of two audits of one case, each owned by somebody else or by nobody."""
    case = f"70000{number:02}"
    one, two = (world.recorded_audit(case=case) for _ in range(2))
    owners: tuple[User | None, ...] = (world.mallory, None, people[-1])
    return [
        action_of(audit, world.alice, f"See him {when}.", owner_user=owner)
        for audit, when, owner in zip(
            (one, one, two), ("now", "soon", "daily"), owners, strict=True
        )
    ]


def attempt(user: User, actions: list[Action], at: int, act: str, difference: Difference) -> None:
    """Do it as the service does."""
    action, other = actions[at], actions[(at + 1) % 3]
    later = date.today() + timedelta(days=30)
    early = difference is Difference.TOO_EARLY
    answer = (difference, "As far as he says.", later if early else None)
    read = version_of(action)
    doing: dict[str, Callable[[], Any]] = {
        Verb.NOTE: lambda: changes.note(user, action, "A note."),
        Verb.EXTEND: lambda: changes.extend(
            user, action, action.due_on + timedelta(days=1), "It takes longer.", read
        ),
        Verb.ASSIGN: lambda: changes.assign(user, action, user, None, read),
        Verb.CLOSE: lambda: changes.close(user, action, EVIDENCE, *answer, read),
        Verb.JOIN: lambda: joining_changes.join(user, action, other, "The same.", read),
        Verb.SEPARATE: lambda: joining_changes.separate(user, action, "They differ.", read),
        Verb.VERIFY: lambda: changes.verify(user, action, "Read the note.", read),
        Verb.RETURN: lambda: changes.send_back(user, action, "No such note.", read),
        Verb.ANSWER: lambda: changes.answer(user, action, *answer, read),
        Verb.REOPEN: lambda: changes.reopen(user, action, "He was not seen.", read),
        Verb.RECHECK: lambda: changes.recheck(user, action, not early, "Read it.", read),
    }
    doing[Verb.SUBMIT] = doing[Verb.CLOSE if action.state is ActionState.OPEN else Verb.ANSWER]
    doing[act]()
    db.session.commit()


def judge_inadequate(audit: Audit, by: User) -> None:
    audit.judge(by, Stage.MODERATED, None, Judgement.INADEQUATE)
    db.session.commit()


def entries_of(actions: list[Action]) -> dict[int, tuple[Any, ...]]:
    columns = ActionEntry.__table__.columns
    numbers = [each.id for each in actions]
    rows = db.session.execute(select(*columns).where(ActionEntry.action_id.in_(numbers)))
    return {row.id: tuple(row) for row in rows}


def leads_to(before: ActionState, verb: str, user: User) -> set[ActionState]:
    """Where the table lets somebody with these permissions go, whoever they are to the action."""
    opens = {ActionState.OPEN} if verb == Verb.RECHECK else set()  # it does not hold
    done = {Verb.CLOSE, Verb.ANSWER, Verb.SUBMIT}  # the last where it needs to be verified
    verbs = done if verb in done else {verb}
    return opens | {
        ActionState(step.after)
        for step in ACTION_STEPS
        if step.before is before and step.verb in verbs and step.permission in user.permissions
    }


def check(action: Action, first_due_on: date) -> None:
    """What is true of an action whatever was done."""
    events = [each.event for each in action.entries]
    assert action.first_due_on == first_due_on
    assert action.due_on >= first_due_on
    if action.state in (ActionState.CLOSED, ActionState.TO_VERIFY):
        assert action.difference is not None
        assert action.closed_at is not None
        closed = [each for each in action.entries if each.event is ActionEvent.CLOSED][-1]
        assert closed.text
        assert closed.difference is not None
        assert closed.by_id == action.closed_by_id
    if action.verified_at is not None:
        had_a_hand = {action.owner_id, action.closed_by_id}
        had_a_hand |= {each.owner_id for each in action.entries}
        answered = [e for e in action.entries if e.event is ActionEvent.ANSWERED]
        had_a_hand |= {e.by_id for e in answered}
        verified = [e for e in action.entries if e.event is ActionEvent.VERIFIED][-1]
        known = [e for e in answered if e.difference is not Difference.TOO_EARLY]
        assert all(e.id < verified.id for e in known), "what was answered later was seen, too"
        assert action.verified_by_id == verified.by_id
        assert verified.by_id not in had_a_hand
    if action.state is ActionState.JOINED:
        assert action.joined_to is not None
        assert action.joined_to.state is not ActionState.JOINED
    assert events[0] is ActionEvent.OPENED


def test_no_sequence_of_verbs_leaves_the_table_or_loses_a_word(app: Flask, world: World) -> None:
    people = cast(world)
    seen: set[ActionState] = set()
    done: set[str] = set()
    numbers = iter(range(1000))

    @settings(
        max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(walk=tries)
    def walk_it(walk: list[tuple[str, int, int, bool, Difference]]) -> None:
        actions = three_of(world, people, next(numbers))
        first = [each.due_on for each in actions]
        kept: dict[int, tuple[Any, ...]] = {}
        for wanted, number, at, helped, difference in walk:
            user, act = _who_tries(people, number, actions[at], wanted, helped, done)
            before = actions[at].state
            if act == JUDGED:
                judge_inadequate(actions[at].audit, world.bob)
            else:
                needed = must_be_verified(actions[at])
                try:
                    attempt(user, actions, at, act, difference)
                except (NotAllowed, claiming.Overtaken):
                    db.session.rollback()
                    assert actions[at].state is before
                    assert entries_of(actions) == kept or not kept
                else:
                    assert user.can(Permission.ACTION_READ)
                    assert actions[at].state in leads_to(before, act, user)
                    if before is ActionState.OPEN and act in (Verb.CLOSE, Verb.SUBMIT):
                        waits = actions[at].state is ActionState.TO_VERIFY
                        assert waits is needed, "an Inadequate's, and no other, waits"
                    done.add(act)
            rows = entries_of(actions)
            assert {number: rows[number] for number in kept} == kept
            kept = rows
            for each, first_due_on in zip(actions, first, strict=True):
                check(each, first_due_on)
                seen.add(each.state)

    walk_it()
    assert seen == set(ActionState), "the walks went everywhere"
    assert done | {Verb.SUBMIT} == {str(step.verb) for step in ACTION_STEPS}


def _who_tries(
    people: Sequence[User], number: int, action: Action, act: str, helped: bool, done: set[str]
) -> tuple[User, str]:
    """Somebody and something at random; or, helped, something that is open to them, and rather
    what nobody has done yet.
    """
    if not helped or act == JUDGED:
        return people[number], act
    possible = [
        (user, str(verb))
        for user in people
        for verb in sorted(verbs_open_to(user, action))
        if verb is not Verb.NOTE
    ]
    possible = [each for each in possible if each[1] not in done] or possible
    return possible[(number * 7) % len(possible)] if possible else (people[number], act)
