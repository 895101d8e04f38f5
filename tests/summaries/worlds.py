"""Audits of every kind for summaries, with all that follows from them, and a slow way to count."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from audit_app.extensions import db
from audit_app.models import (
    Action,
    Allocation,
    Audit,
    Escalation,
    EscalationCause,
    Theme,
)
from audit_app.rules.action_steps import ActionState
from audit_app.rules.actions import ActionSource, Difference
from audit_app.rules.allocation_steps import AllocationState, ChosenBecause
from audit_app.rules.audit_steps import RECORDED_STATES, WAITING_STATES, AuditState
from audit_app.rules.audits import FamilyFeedback, Priority, Selection, WorkerInvolvement
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.sheets import Value
from audit_app.summaries.contents import Contents
from tests.insight.moderations import Both, record_both
from tests.people import World

#: The day everything is counted on.
TODAY = date(2026, 11, 22)
_FIRST, _DAYS = date(2024, 7, 1), 600
#: Where most audits are: the second quarter of 2025/26, so that percentages are shown in it.
_MOSTLY, _QUARTER = date(2025, 7, 1), 92
_STATES = (
    *(AuditState.COMPLETE,) * 4,
    AuditState.SUBMITTED,
    AuditState.RETURNED,
    AuditState.DRAFT,
)


def everything(world: World, seed: int, audits: int = 60) -> list[Audit]:
    """Audits of two years in every state, some waiting to be judged blind, and what followed."""
    dealer = random.Random(seed)  # noqa: S311  no secret
    themes = [Theme(name=name) for name in ("Drift", "Neglect", "Fathers")]
    db.session.add_all(themes)
    made = [_audit(world, dealer) for _ in range(audits)]
    for audit in made:
        _done_with(audit, dealer, themes)
        _followed(audit, world, dealer)
    db.session.add_all(_given_out(world, dealer, each) for each in range(12))
    db.session.add_all(
        _action(dealer, None, team.service_id) for team in (world.south, world.fostering)
    )
    db.session.commit()
    return made


def _audit(world: World, dealer: random.Random) -> Audit:
    first, days = (_MOSTLY, _QUARTER) if dealer.random() < 0.4 else (_FIRST, _DAYS)
    on = first + timedelta(days=dealer.randrange(days))
    one, other, each = dealer.choice(SCALE), dealer.choice(SCALE), dealer.choice([*Judgement])
    team = dealer.choice([world.north, world.south, world.fostering])
    if dealer.random() < 0.3:
        both = Both(one, other, on, blind=dealer.random() < 0.5, days=dealer.randrange(40))
        (audit,) = record_both(world, replace(both, audited_threads=each))
        audit.place(team)
        return audit
    state = dealer.choice(_STATES)
    audit = world.recorded_audit(one, team=team, on=on, state=state, threads=each)
    audit.blind = state in WAITING_STATES and dealer.random() < 0.5
    return audit


def _done_with(audit: Audit, dealer: random.Random, themes: list[Theme]) -> None:
    audit.selection = dealer.choice([*Selection, Selection.RANDOM, Selection.RANDOM])
    audit.worker_involvement = dealer.choice([*WorkerInvolvement, None])
    audit.family_feedback = dealer.choice([*FamilyFeedback, None])
    audit.good_practice = dealer.random() < 0.3
    if audit.good_practice and dealer.random() < 0.5:
        audit.good_practice_quote = "She was heard, and the plan changed."
    audit.themes = dealer.sample(themes, dealer.randrange(3))


def _followed(audit: Audit, world: World, dealer: random.Random) -> None:
    for _ in range(dealer.randrange(3)):
        db.session.add(_action(dealer, audit, audit.service_id))
    for cause in EscalationCause:
        if dealer.random() < 0.3:
            db.session.add(_escalation(audit, world, dealer, cause))


def _action(dealer: random.Random, audit: Audit | None, service_id: int | None) -> Action:
    state = dealer.choice([ActionState.OPEN, ActionState.CLOSED, ActionState.TO_VERIFY])
    done = state is not ActionState.OPEN
    made = dealer.choice([*Difference]) if done else None
    raised = datetime(2025, 1, 10, 12, tzinfo=UTC) + timedelta(days=dealer.randrange(400))
    return Action(
        source=ActionSource.THEME if audit is None else ActionSource.AUDIT,
        audit=audit,
        service_id=service_id,
        what="See him alone.",
        due_on=TODAY + timedelta(days=dealer.choice([-9, -1, 0, 5])),
        priority=Priority.HIGH,
        opened_at=raised,
        state=state,
        closed_at=raised if done else None,
        difference=made,
        look_again_on=date(2027, 1, 1) if made is Difference.TOO_EARLY else None,
    )


def _escalation(
    audit: Audit, world: World, dealer: random.Random, cause: EscalationCause
) -> Escalation:
    assert audit.audit_date is not None
    due = audit.audit_date + timedelta(days=10)
    closed = dealer.choice([None, due - timedelta(days=1), due, due + timedelta(days=3)])
    # In summer this is half an hour into the next day in London, where the clock runs.
    moment = None if closed is None else datetime(*closed.timetuple()[:3], 23, 30, tzinfo=UTC)
    return Escalation(
        audit_id=audit.id,
        cause=cause,
        due_on=due if closed else TODAY + timedelta(days=dealer.choice([-2, 0, 2])),
        closed_at=moment,
        closed_by_id=None if closed is None else world.hester.id,
    )


def _given_out(world: World, dealer: random.Random, number: int) -> Allocation:
    team = dealer.choice([world.north, world.fostering])
    due = date(2025, 7, 15) + timedelta(days=dealer.randrange(60))
    return Allocation(
        chosen_because=ChosenBecause.RANDOM,
        case_reference=f"{number:07}",
        service_id=team.service_id,
        locality_id=team.locality_id,
        team_id=team.id,
        auditor_id=world.alice.id,
        due_on=due,
        first_due_on=due,
        put_aside=AllocationState.EXEMPT if number % 4 == 0 else None,
    )


def counted(audits: list[Audit], first: date, last: date, service: int | None) -> list[Audit]:
    """The audits a summary may count, by a plain loop."""
    return [
        each
        for each in audits
        if each.state in RECORDED_STATES
        and each.audit_date is not None
        and first <= each.audit_date <= last
        and service in (None, each.service_id)
        and not (each.blind and each.state in WAITING_STATES)
    ]


def values(of: Contents, section: str, key: str) -> dict[str, dict[str, tuple[Value, ...]]]:
    """What files hold for each cell of a table, by row and column."""
    sheet = next(each for name, each in of.sheets if (name, each.key) == (section, key))
    return {
        line.label: {
            column.label: cell.values
            for column, cell in zip(sheet.columns, line.cells, strict=True)
        }
        for line in sheet.lines
    }


def texts(of: Contents) -> Iterator[str]:
    """Every sentence of a summary."""
    yield from (of.headline.message, *of.headline.changes, of.headline.weakest)
    yield from (of.headline.inadequate, *of.headline.doing, of.headline.basis, *of.notes)
    for section in of.sections:
        yield from section.message


def made_difference(actions: list[Action], word: Difference) -> int:
    return sum(a.state is ActionState.CLOSED and a.difference is word for a in actions)


def of_actions(audits: list[Audit]) -> list[Any]:
    """The live actions of some audits, those joined to another left out."""
    return [
        action
        for audit in audits
        for action in audit.actions
        if action.opened_at is not None and action.state is not ActionState.JOINED
    ]
