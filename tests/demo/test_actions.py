"""The demonstration's actions: every state there is, and none closed without the answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from audit_app.audits.opening import ALIKE, likeness
from audit_app.extensions import db
from audit_app.improvement.queries import needs_verifying
from audit_app.models import (
    Action,
    ActionEntry,
    ActionRecheck,
    ActionSample,
    Audit,
    Message,
    Theme,
)
from audit_app.models.theme import action_themes, audit_themes
from audit_app.rules.action_samples import draw
from audit_app.rules.action_steps import ActionState
from audit_app.rules.actions import ActionEvent, ActionSource, Difference
from audit_app.rules.audits import AuditType
from tests.demo.conftest import TODAY


def _live() -> list[Action]:
    return list(db.session.scalars(select(Action).where(Action.live)))


def test_every_action_of_a_submitted_audit_is_live_and_has_its_place(demo: Flask) -> None:
    of_audits = select(func.count()).select_from(Action).join(Action.audit).where(Audit.recorded)
    assert db.session.scalar(of_audits.where(~Action.live)) == 0
    assert (db.session.scalar(of_audits) or 0) > 300
    for each in _live():
        if each.audit is not None:
            assert (each.team_id, each.service_id) == (each.audit.team_id, each.audit.service_id)


def test_no_live_action_is_closed_without_evidence_and_the_answer(demo: Flask) -> None:
    for each in _live():
        said = Counter(entry.event for entry in each.entries)
        assert said[ActionEvent.OPENED] == 1
        if each.state in (ActionState.CLOSED, ActionState.TO_VERIFY):
            assert each.difference is not None
            assert said[ActionEvent.CLOSED]
            assert said[ActionEvent.ANSWERED]
            assert (each.difference is Difference.TOO_EARLY) == (each.look_again_on is not None)
        else:
            assert each.difference is None


def test_an_inadequates_is_verified_by_somebody_with_no_hand_in_it(demo: Flask) -> None:
    needed = select(Action).where(Action.state == ActionState.CLOSED, needs_verifying())
    for each in db.session.scalars(needed).all():
        assert each.verified_by_id is not None
        assert each.verified_by_id not in {each.owner_id, each.closed_by_id}


KINDS: dict[str, Callable[[Action], bool]] = {
    "open with a note": lambda a: a.state is ActionState.OPEN and _said(a, ActionEvent.NOTE),
    "extended": lambda a: a.state is ActionState.OPEN and _said(a, ActionEvent.EXTENDED),
    "overdue": lambda a: a.state is ActionState.OPEN and a.due_on < TODAY,
    "still to come": lambda a: a.state is ActionState.OPEN and a.due_on >= TODAY,
    "ownerless": lambda a: a.state is ActionState.OPEN and a.owner_id is None,
    "maybe a duplicate": lambda a: a.state is ActionState.OPEN and a.like_id is not None,
    "waiting to be verified": lambda a: a.state is ActionState.TO_VERIFY,
    "joined": lambda a: a.state is ActionState.JOINED,
    "to look at again now": lambda a: a.look_again_on is not None and a.look_again_on <= TODAY,
    "to look at again later": lambda a: a.look_again_on is not None and a.look_again_on > TODAY,
    "opened again": lambda a: a.state is ActionState.OPEN and _said(a, ActionEvent.REOPENED),
    **{
        f"closed, {answer.label}": lambda a, answer=answer: (  # type: ignore[misc]
            a.state is ActionState.CLOSED and a.difference is answer
        )
        for answer in Difference
    },
    **{
        f"raised from {source.value}": lambda a, source=source: a.source is source  # type: ignore[misc]
        for source in ActionSource
    },
}


def _said(action: Action, event: ActionEvent) -> bool:
    return any(each.event is event for each in action.entries)


@pytest.mark.sqlite_only
@pytest.mark.parametrize("kind", KINDS)
def test_there_are_actions_of_every_kind(demo: Flask, kind: str) -> None:
    assert [each for each in _live() if KINDS[kind](each)]


def test_what_may_be_a_duplicate_says_much_the_same_of_the_same_case(demo: Flask) -> None:
    for each in _live():
        if each.like is not None:
            assert likeness(each.what, each.like.what) >= ALIKE
            assert each.audit.case_reference == each.like.audit.case_reference
            assert each.like.state is ActionState.OPEN


def test_most_of_what_was_due_is_done(demo: Flask) -> None:
    due = [each for each in _live() if each.due_on < TODAY]
    late = [each for each in due if each.state is ActionState.OPEN]
    assert 10 <= len(late) < 0.25 * len(due)


def test_what_was_recorded_happened_before_today(demo: Flask) -> None:
    last = db.session.scalar(select(func.max(ActionEntry.at)))
    assert last is not None
    assert last.date() < TODAY


def test_the_sample_replays_and_half_of_it_was_looked_at(demo: Flask) -> None:
    sample = db.session.scalars(select(ActionSample)).one()
    rows = {each.action.reference: each for each in sample.rechecks}
    again = draw(sample.seed, list(rows), sample.percent)
    assert [(each.number, each.chosen) for each in again] == [
        (rows[each.reference].number, rows[each.reference].chosen) for each in again
    ]
    chosen = [each for each in sample.rechecks if each.chosen]
    assert {each.holds for each in chosen} == {True, False, None}
    assert not [each for each in sample.rechecks if each.holds is not None and not each.chosen]


def test_whoever_looked_again_had_no_hand_in_it(demo: Flask) -> None:
    for each in db.session.scalars(select(ActionRecheck).where(ActionRecheck.holds.is_(True))):
        action = each.action
        assert each.checked_by_id not in {
            action.owner_id,
            action.closed_by_id,
            action.verified_by_id,
        }


def test_themes_are_carried_by_audits_and_by_actions(demo: Flask) -> None:
    assert db.session.scalar(select(func.count(Theme.id))) == 8
    for table in (audit_themes, action_themes):
        carried = db.session.scalars(select(table.c.theme_id).distinct()).all()
        assert len(carried) == 8
    without = select(func.count(Audit.id)).where(
        Audit.recorded, Audit.audit_type == AuditType.THEMATIC, ~Audit.themes.any()
    )
    assert db.session.scalar(without) == 0


def test_re_audits_are_linked_to_the_audit_before_of_the_same_case(demo: Flask) -> None:
    again = db.session.scalars(select(Audit).where(Audit.re_audit_of_id.is_not(None))).all()
    assert len(again) >= 2
    for each in again:
        before = db.session.get_one(Audit, each.re_audit_of_id)
        assert before.case_reference == each.case_reference
        assert before.audit_date is not None
        assert each.audit_date is not None
        assert before.audit_date < each.audit_date


def test_messages_name_no_case_and_some_are_not_seen_yet(demo: Flask) -> None:
    every = db.session.scalars(select(Message)).all()
    assert {each.seen_at is None for each in every} == {True, False}
    cases = set(db.session.scalars(select(Audit.case_reference)))
    words = {word for each in every for line in each.lines for word in str(line).split()}
    assert not words & cases
