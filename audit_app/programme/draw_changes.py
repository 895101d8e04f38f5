"""Drawing a cycle, once; and what a named senior keeps out of it by hand before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import update
from sqlalchemy.exc import InvalidRequestError

from audit_app.extensions import db
from audit_app.models import EndedExemption, OpenCase, ProgrammeCycle, User, remember
from audit_app.models.base import now
from audit_app.programme.cycle_changes import hold
from audit_app.programme.drawing import listed, numbers_of, open_cases, seats_of, to_give
from audit_app.programme.eligibility import Standing, standings
from audit_app.programme.giving import allocation_of, assign, hold_programme
from audit_app.programme.queries import RECORD_TYPE
from audit_app.programme.stakes import Auditors, auditors_for_list
from audit_app.rules import drawing
from audit_app.rules.allocation_steps import ChosenBecause
from audit_app.rules.drawing import Drawn
from audit_app.rules.permissions import Role
from audit_app.rules.spreading import spread
from audit_app.rules.workflow import NotAllowed

OWN_SERVICE = (
    "This case is of a service you head. Ask a practice development lead, or the head of another "
    "service, to keep it out."
)


class AlreadyDrawn(Exception):
    """Somebody drew the cycle first; nothing was written."""


class Stale(Exception):
    """Something the draw depends on changed after the page was opened; nothing was written."""


def draw(by: User, cycle: ProgrammeCycle, seen: str, on: date | None = None) -> None:
    """Draw the cases of a cycle and give them to auditors. Not committed.

    Args:
        seen: the version of the cycle that the coverage was shown of.
        on: the day by which "audited in the last 12 months" counts; today unless given.

    Raises:
        AlreadyDrawn: when it was drawn since.
        Stale: when its days, targets, list or exemptions were changed since.
        NotAllowed: when it has no list of open cases, or its due date has passed.
    """
    on = on or date.today()
    _hold(cycle)
    if str(cycle.version) != seen:
        raise Stale
    check_can_be_drawn(cycle, on)
    cases, auditors = open_cases(cycle), auditors_for_list(cycle)
    standing = standings(cycle, cases, auditors, on)
    drawn = drawing.draw(cycle.seed, listed(cases, standing), numbers_of(cycle))
    _write(cases, standing, drawn)
    chosen = [case for case in cases if drawn[case.case_reference].chosen]
    _allocate(cycle, chosen, auditors, on)
    cycle.drawn_at, cycle.drawn_on, cycle.drawn_by_id = now(), on, by.id
    cycle.version += 1
    remember(db.session, by, "drawn", RECORD_TYPE, cycle.reference)
    db.session.flush()


def check_can_be_drawn(cycle: ProgrammeCycle, on: date) -> None:
    """
    Raises:
        NotAllowed: when it has no list of open cases, or its due date has passed.
    """
    if cycle.case_list is None:
        raise NotAllowed("Upload the list of open cases first: there is nothing to draw from.")
    if cycle.due_on < on:
        raise NotAllowed("The due date has passed. Change it first.")


def _hold(cycle: ProgrammeCycle) -> None:
    """Let nobody else draw, or change this cycle, until the transaction ends."""
    hold_programme()
    db.session.refresh(cycle)
    if cycle.drawn_at is not None:
        raise AlreadyDrawn


def _write(
    cases: Sequence[OpenCase], standing: Mapping[int, Standing], drawn: Mapping[str, Drawn]
) -> None:
    """Keep what the draw made of every case, in one statement."""
    rows = [
        {
            "id": case.id,
            "excluded_because": standing[case.id].excluded_because,
            "last_audited_on": standing[case.id].last_audited_on,
            "stratum": drawn[case.case_reference].stratum,
            "number": drawn[case.case_reference].number,
            "place": drawn[case.case_reference].place,
            "chosen": drawn[case.case_reference].chosen,
        }
        for case in cases
    ]
    if rows:
        db.session.execute(update(OpenCase), rows)


def _allocate(
    cycle: ProgrammeCycle, chosen: Sequence[OpenCase], auditors: Auditors, on: date
) -> None:
    given = spread(cycle.seed, to_give(chosen, auditors), seats_of(cycle, auditors, on))
    for case in chosen:
        allocation = allocation_of(case, cycle, ChosenBecause.RANDOM)
        db.session.add(allocation)
        person = given[case.case_reference]
        assign(allocation, None if person is None else auditors.people[person])


def may_exempt(user: User, service_id: int) -> bool:
    """Whether a named senior may keep a case of a service out of the draw, by hand.

    A head of service not in a service they head, as they would choose what is read of their own.
    """
    return Role.PRACTICE_LEAD in user.roles or not user.heads(service_id)


def exempt(by: User, cycle: ProgrammeCycle, case: OpenCase, reason: str) -> None:
    """Keep a case out of the draw, by hand and by name. Not committed.

    Raises:
        NotAllowed: when the cycle has been drawn, the case is not on its list any more, they head
            its service, or somebody exempted it already.
    """
    _hold_case(cycle, case)
    if not may_exempt(by, case.service_id):
        raise NotAllowed(OWN_SERVICE)
    if case.exempted_by is not None:
        raise NotAllowed(f"{case.exempted_by.name} exempted this case already.")
    remember(db.session, by, f"exempted a case, row {case.id}", RECORD_TYPE, cycle.reference)
    case.exempted_by, case.exempted_at, case.exempted_reason = by, now(), reason


def put_back(by: User, cycle: ProgrammeCycle, case: OpenCase) -> None:
    """Let a case into the draw again, and keep who had it kept out and why. Not committed.

    Raises:
        NotAllowed: when the cycle has been drawn, or the case is not exempted any more.
    """
    _hold_case(cycle, case)
    if case.exempted_at is None:
        raise NotAllowed("This case is not kept out of the draw any more.")
    told = f"put back exempted case, row {case.id}"
    remember(db.session, by, told, RECORD_TYPE, cycle.reference)
    db.session.add(EndedExemption.of(case, by))
    case.exempted_by = case.exempted_at = case.exempted_reason = None


def _hold_case(cycle: ProgrammeCycle, case: OpenCase) -> None:
    """Keep the cycle from being drawn, and its list from being replaced."""
    hold(cycle)
    try:
        db.session.refresh(case)
    except InvalidRequestError:
        raise NotAllowed(
            "The list of open cases was replaced since. Look at the new one."
        ) from None
