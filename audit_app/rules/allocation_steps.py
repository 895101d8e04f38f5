"""What can happen to an audit that the programme gave somebody: state × verb × who → state."""

from __future__ import annotations

from enum import StrEnum

from audit_app.rules.permissions import Permission
from audit_app.rules.workflow import Relation, State, Step, Verb


class AllocationState(State):
    WAITING = "waiting"
    GIVEN = "given"
    STARTED = "started"
    DONE = "done"
    EXEMPT = "exempt"
    SUBSTITUTED = "substituted"

    @property
    def label(self) -> str:
        return {
            AllocationState.WAITING: "Waiting for an auditor",
            AllocationState.GIVEN: "To do",
            AllocationState.STARTED: "Started",
            AllocationState.DONE: "Done",
            AllocationState.EXEMPT: "Exempt",
            AllocationState.SUBSTITUTED: "Another case in its place",
        }[self]


#: The states in which an audit is still to come.
TO_DO_STATES = (AllocationState.WAITING, AllocationState.GIVEN, AllocationState.STARTED)


class ChosenBecause(StrEnum):
    """How a case came into the programme."""

    RANDOM = "random"
    SUBSTITUTE = "substitute"
    RE_AUDIT = "re_audit"

    @property
    def label(self) -> str:
        return {
            ChosenBecause.RANDOM: "Drawn at random",
            ChosenBecause.SUBSTITUTE: "Next in the draw, in place of another case",
            ChosenBecause.RE_AUDIT: "Re-audit asked for",
        }[self]


class RequestKind(StrEnum):
    """What an auditor asks of the programme."""

    EXTENSION = "extension"
    EXEMPTION = "exemption"
    SUBSTITUTION = "substitution"

    @property
    def label(self) -> str:
        return {
            RequestKind.EXTENSION: "More time",
            RequestKind.EXEMPTION: "An exemption: this audit is not done",
            RequestKind.SUBSTITUTION: "Another case in its place",
        }[self]


def _by_auditor(before: AllocationState, verb: Verb, after: AllocationState) -> Step:
    return Step(before, verb, after, Permission.AUDIT_RECORD, only=Relation.AUDITOR)


def _approved(before: AllocationState, verb: Verb, after: AllocationState) -> Step:
    """By a named senior, and never by whoever asked or was to do it."""
    return Step(
        before,
        verb,
        after,
        Permission.PROGRAMME_APPROVE,
        never=frozenset({Relation.AUDITOR, Relation.ASKER}),
    )


_GIVEN, _STARTED = AllocationState.GIVEN, AllocationState.STARTED

ALLOCATION_STEPS: tuple[Step, ...] = (
    Step(AllocationState.WAITING, Verb.GIVE, _GIVEN, Permission.PROGRAMME_MANAGE),
    Step(_GIVEN, Verb.GIVE, _GIVEN, Permission.PROGRAMME_MANAGE),
    _by_auditor(_GIVEN, Verb.START, _STARTED),
    _by_auditor(_GIVEN, Verb.DECLARE, AllocationState.WAITING),
    *(_by_auditor(each, Verb.ASK, each) for each in (_GIVEN, _STARTED)),
    *(_approved(each, Verb.EXTEND, each) for each in (_GIVEN, _STARTED)),
    *(
        _approved(each, Verb.EXEMPT, AllocationState.EXEMPT)
        for each in (AllocationState.WAITING, _GIVEN, _STARTED)
    ),
    *(
        _approved(each, Verb.SUBSTITUTE, AllocationState.SUBSTITUTED)
        for each in (AllocationState.WAITING, _GIVEN)
    ),
)
