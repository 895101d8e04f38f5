"""What is done about one allocated audit: a stake declared, something asked for, decided, given."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from audit_app.audits.lately import being_audited, hold_cases
from audit_app.extensions import db
from audit_app.models import (
    Allocation,
    AllocationRequest,
    Audit,
    DeclaredStake,
    User,
    remember,
)
from audit_app.models.base import now
from audit_app.models.inserting import insert_unless_there
from audit_app.programme import giving
from audit_app.programme.giving import Overtaken
from audit_app.rules.allocation_steps import (
    ALLOCATION_STEPS,
    AllocationState,
    ChosenBecause,
    RequestKind,
    asked_for_in,
)
from audit_app.rules.workflow import NotAllowed, Verb, next_state

RECORD_TYPE = "allocation"

STAKE_DECLARED = "Withdrawn: whoever asked declared a stake in the case."
GIVEN_AWAY = "Not needed any more: the audit was given to somebody else."


class DayPassed(Exception):
    """The day until which more time was asked for has passed."""


class UnderWay(Exception):
    """Somebody has an audit of the same case to do, or has begun one."""


def declare_stake(user: User, allocation: Allocation, reason: str) -> User | None:
    """Take an audit from somebody who has a stake in the case, for good. Not committed.

    Whoever is given it in their place; None when it waits.

    Raises:
        NotAllowed: when they do not have it, or have begun it.
    """
    _claim(user, allocation, Verb.DECLARE)
    said = {"reason": reason, "declared_at": now()}
    key = {"user_id": user.id, "case_reference": allocation.case_reference}
    insert_unless_there(db.session, DeclaredStake, **key, **said)
    _settle(user, allocation, granted=False, words=STAKE_DECLARED)
    remember(db.session, user, "declared a stake", RECORD_TYPE, allocation.reference)
    return giving.give_to_somebody(allocation)


def ask(
    user: User, allocation: Allocation, kind: RequestKind, reason: str, until: date | None
) -> None:
    """Ask a named senior for more time, an exemption, or another case. Not committed.

    Raises:
        NotAllowed: when this person may not ask, or this could not be granted now.
        Overtaken: when something was asked already and waits.
    """
    _claim(user, allocation, Verb.ASK)
    if allocation.asked is not None:
        raise Overtaken
    _check_could_be(kind, allocation)
    extension = kind is RequestKind.EXTENSION
    allocation.requests.append(
        AllocationRequest(
            kind=kind, asked_by_id=user.id, reason=reason, until=until if extension else None
        )
    )
    remember(db.session, user, f"asked for: {kind.value}", RECORD_TYPE, allocation.reference)


def _check_could_be(kind: RequestKind, allocation: Allocation) -> None:
    if not could_be_asked(kind, allocation):
        raise NotAllowed(
            f"This cannot be asked for now: the status of the audit is “{allocation.state.label}”."
        )


def could_be_asked(kind: RequestKind, allocation: Allocation) -> bool:
    """Whether anybody could grant this now. Only a case that was drawn has a next in the draw."""
    drawn = allocation.open_case_id is not None
    possible = drawn or kind is not RequestKind.SUBSTITUTION
    return possible and kind in asked_for_in(allocation.state)


def decide(user: User, allocation: Allocation, seen: int, granted: bool, words: str) -> None:
    """Grant or decline what was asked, as a named senior. Not committed.

    Args:
        seen: the row number of the request that the page showed.

    Raises:
        NotAllowed: when this person may not decide, or it cannot be granted any more.
        Overtaken: when it was decided, or the audit recorded, in the meantime.
        NothingLeft: when there is no other case to put in its place.
        DayPassed: when the day asked for has passed.
    """
    allocation.hold()
    asked = allocation.asked
    if asked is None or asked.id != seen or allocation.state is AllocationState.DONE:
        raise Overtaken
    # Whoever could not grant it may not decline it. An exemption can always be granted.
    _allow(user, allocation, asked.kind.verb if granted else Verb.EXEMPT)
    if granted:
        _carry_out(user, allocation, asked)
    _settle(user, allocation, granted, words)
    said = "granted" if granted else "declined"
    remember(db.session, user, f"{said}: {asked.kind.value}", RECORD_TYPE, allocation.reference)


def _carry_out(user: User, allocation: Allocation, asked: AllocationRequest) -> None:
    match asked.kind:
        case RequestKind.EXTENSION if asked.until is not None:
            if asked.until < date.today():
                raise DayPassed
            allocation.due_on = asked.until
            if allocation.state is AllocationState.STARTED:
                allocation.audit.due_on = asked.until
        case RequestKind.EXEMPTION:
            giving.put_aside(allocation, AllocationState.EXEMPT)
        case RequestKind.SUBSTITUTION:
            giving.substitute(user, allocation)
        case _:
            raise NotAllowed("This is not decided here.")


def give_to(by: User, allocation: Allocation, auditor: User, reason: str, seen: str) -> None:
    """Give an audit to a person a lead names, and keep why. Not committed.

    Raises:
        NotAllowed: when it is begun or put aside, or they may not be given it.
        Overtaken: when it was given to somebody else since the page was opened.
    """
    allocation.hold()
    if allocation.state is AllocationState.STARTED:
        raise NotAllowed(begun(allocation))
    if allocation.auditor_id == auditor.id:
        raise Overtaken
    giving.give(by, allocation, auditor, seen)
    _settle(by, allocation, granted=False, words=GIVEN_AWAY)
    moment = now()
    allocation.requests.append(
        AllocationRequest(
            kind=RequestKind.REALLOCATION,
            asked_by_id=by.id,
            asked_at=moment,
            reason=reason,
            decided_by_id=by.id,
            decided_at=moment,
            granted=True,
        )
    )


def begun(allocation: Allocation) -> str:
    """Why nobody else can be given an audit that somebody is writing."""
    who = "Somebody" if allocation.auditor is None else allocation.auditor.name
    return (
        f"{who} has begun this audit, so nobody else can be given it. "
        "They can discard their draft; then it can be given to somebody else."
    )


def ask_re_audit(by: User, earlier: Audit, due_on: date) -> Allocation:
    """Have a recorded audit done again by somebody with no stake in the case. Not committed.

    It waits where there is nobody.

    Raises:
        NotAllowed: when the audit is not recorded.
        UnderWay: when somebody is to audit the case already.
    """
    hold_cases()
    db.session.execute(select(Audit.id).where(Audit.id == earlier.id).with_for_update())
    if not earlier.recorded:
        raise NotAllowed("Only an audit that has been submitted can be done again.")
    if being_audited([earlier.case_reference.lower()]):
        raise UnderWay
    allocation = Allocation(
        chosen_because=ChosenBecause.RE_AUDIT,
        case_reference=earlier.case_reference,
        service_id=earlier.service_id,
        locality_id=earlier.locality_id,
        team_id=earlier.team_id,
        worker_staff_id=earlier.worker_staff_id,
        due_on=due_on,
        first_due_on=due_on,
        re_audit_of_id=earlier.id,
    )
    db.session.add(allocation)
    db.session.flush()
    remember(db.session, by, "asked for a re-audit", RECORD_TYPE, allocation.reference)
    giving.give_to_somebody(allocation)
    return allocation


def _claim(user: User, allocation: Allocation, verb: Verb) -> None:
    """Let nobody else act on it until this is written, if this person may do this to it now."""
    allocation.hold()
    _allow(user, allocation, verb)


def _allow(user: User, allocation: Allocation, verb: Verb) -> None:
    relations = allocation.relations_of(user)
    next_state(ALLOCATION_STEPS, allocation.state, verb, user.permissions, relations)


def _settle(by: User, allocation: Allocation, granted: bool, words: str) -> None:
    """Write down what came of the request that waits, if one does."""
    if (asked := allocation.asked) is not None:
        asked.decided_by_id, asked.decided_at = by.id, now()
        asked.granted, asked.decision = granted, words
