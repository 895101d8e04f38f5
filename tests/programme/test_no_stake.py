"""No auditor is ever given a case they have a stake in, nor one audited in the last 12 months.

Whatever the organisation is like, and whatever happens after the draw.
"""

from __future__ import annotations

from contextlib import suppress
from random import Random

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from audit_app.audits.starting import start_given
from audit_app.extensions import db
from audit_app.models import Allocation, OpenCase
from audit_app.programme import allocation_changes, draw_changes, giving
from audit_app.programme.drawing import replay
from audit_app.rules.allocation_steps import AllocationState
from audit_app.rules.workflow import NotAllowed
from tests.programme import organisations
from tests.programme.organisations import (
    TODAY,
    Organisation,
    audited_within_a_year,
    has_to_do_with,
)

#: Who had which allocation, by their row numbers.
Had = frozenset[tuple[int, int | None]]

DICE = st.randoms(use_true_random=False)
#: The database is the same for every example: what an example wrote is taken back.
EVERY_EXAMPLE = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@given(DICE)
@EVERY_EXAMPLE
def test_no_draw_gives_anybody_a_case_they_must_not_audit(app: Flask, dice: Random) -> None:
    try:
        there = Organisation.at_random(dice)
        draw_changes.draw(there.lead, there.cycle, "0")
        _check_all()
        assert all(each.same for each in replay(there.cycle))
    finally:
        db.session.rollback()


@given(DICE)
@EVERY_EXAMPLE
def test_whatever_happens_after_the_draw_nobody_is_given_a_case_they_must_not_audit(
    app: Flask, dice: Random
) -> None:
    try:
        there = Organisation.at_random(dice)
        draw_changes.draw(there.lead, there.cycle, "0")
        for _ in range(12):
            had = _who_has_what()
            _something_happens(there, dice)
            _check_all(had)
        assert all(each.same for each in replay(there.cycle))
    finally:
        db.session.rollback()


def _something_happens(there: Organisation, dice: Random) -> None:
    allocations = list(db.session.scalars(select(Allocation)))
    if not allocations:
        return
    allocation = dice.choice(allocations)
    match dice.randint(0, 6):
        case 0 if allocation.state is AllocationState.GIVEN:
            assert allocation.auditor is not None
            allocation_changes.declare_stake(allocation.auditor, allocation, "A friend.")
        case 1:
            _try_to_substitute(there, allocation)
        case 2:
            _try_to_give(there, allocation, dice)
        case 3 if allocation.state is AllocationState.WAITING:
            giving.give_to_somebody(allocation)
        case 4:
            there.away(dice.choice(there.auditors), dice)
        case _:
            _somebody_audits(there, allocation, dice)
    db.session.flush()


def _somebody_audits(there: Organisation, allocation: Allocation, dice: Random) -> None:
    """A case that was not drawn, or was given out already; or an auditor presses Start."""
    match dice.randint(0, 2):
        case 0:
            _audit_one_that_was_not_drawn(there, dice)
        case 1 if allocation.put_aside is None:
            there.audit(db.session.get_one(OpenCase, allocation.open_case_id), TODAY)
            _try_to_give(there, allocation, dice)
            _try_to_start(there, allocation)
        case _:
            _try_to_start(there, allocation)


def _try_to_start(there: Organisation, allocation: Allocation) -> None:
    if allocation.auditor is None:
        return
    free = not audited_within_a_year(allocation)
    with suppress(NotAllowed):
        start_given(allocation.auditor, there.thread_set, allocation)
        assert free, allocation.case_reference


def _try_to_substitute(there: Organisation, allocation: Allocation) -> None:
    with suppress(NotAllowed, giving.NothingLeft):
        giving.substitute(there.approver, allocation)


def _try_to_give(there: Organisation, allocation: Allocation, dice: Random) -> None:
    """Somebody picked at random, as a lead might by mistake."""
    has_it = allocation.auditor.reference if allocation.auditor else ""
    with suppress(NotAllowed):
        giving.give(there.lead, allocation, dice.choice(there.auditors), has_it)


def _audit_one_that_was_not_drawn(there: Organisation, dice: Random) -> None:
    left = db.session.scalars(
        select(OpenCase).where(
            OpenCase.cycle_id == there.cycle.id,
            OpenCase.id.not_in(select(Allocation.open_case_id)),
        )
    ).all()
    if left:
        there.audit(dice.choice(left), TODAY)


def _who_has_what() -> Had:
    return frozenset((each.id, each.auditor_id) for each in organisations.given())


def _check_all(had: Had = frozenset()) -> None:
    """Nobody has a stake in what they have, and nothing newly given was audited lately."""
    for case in organisations.given():
        assert case.auditor is not None
        assert not has_to_do_with(case.auditor, case), case.case_reference
        newly = (case.id, case.auditor_id) not in had
        assert not (newly and audited_within_a_year(case)), case.case_reference
