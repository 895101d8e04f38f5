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
    """What is asked of the programme about one audit; a reallocation is decided as it is asked."""

    EXTENSION = "extension"
    EXEMPTION = "exemption"
    SUBSTITUTION = "substitution"
    REALLOCATION = "reallocation"

    @property
    def label(self) -> str:
        return {
            RequestKind.EXTENSION: "More time",
            RequestKind.EXEMPTION: "An exemption: this audit is not done",
            RequestKind.SUBSTITUTION: "Another case in its place",
            RequestKind.REALLOCATION: "Given to somebody by a practice lead",
        }[self]

    @property
    def verb(self) -> Verb:
        """What is done to the allocation when it is granted."""
        return {
            RequestKind.EXTENSION: Verb.EXTEND,
            RequestKind.EXEMPTION: Verb.EXEMPT,
            RequestKind.SUBSTITUTION: Verb.SUBSTITUTE,
            RequestKind.REALLOCATION: Verb.GIVE,
        }[self]


#: What a person may ask for; the rest is done without asking.
ASKED_FOR = (RequestKind.EXTENSION, RequestKind.EXEMPTION, RequestKind.SUBSTITUTION)


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
    # Of an audit that nobody has, a practice lead asks, so that still two people decide.
    Step(AllocationState.WAITING, Verb.ASK, AllocationState.WAITING, Permission.PROGRAMME_MANAGE),
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


def asked_for_in(state: AllocationState) -> tuple[RequestKind, ...]:
    """What could be granted of an audit in this state, and so what may be asked for."""
    verbs = {step.verb for step in ALLOCATION_STEPS if step.before is state}
    return tuple(kind for kind in ASKED_FOR if kind.verb in verbs)
