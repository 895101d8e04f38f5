"""What can happen to a worker’s reflection on an audit: state × verb × who → state."""

from __future__ import annotations

from audit_app.rules.permissions import Permission
from audit_app.rules.workflow import Relation, State, Step, Verb


class ReflectionState(State):
    WRITING = "writing"
    SHARED = "shared"
    ACKNOWLEDGED = "acknowledged"

    @property
    def label(self) -> str:
        return _REFLECTION_LABELS[self]


_REFLECTION_LABELS = {
    ReflectionState.WRITING: "Not shared yet",
    ReflectionState.SHARED: "Shared",
    ReflectionState.ACKNOWLEDGED: "Acknowledged",
}


_WORKER = frozenset({Relation.WORKER})

REFLECTION_STEPS: tuple[Step, ...] = (
    Step(
        ReflectionState.WRITING,
        Verb.SAVE,
        ReflectionState.WRITING,
        Permission.WORK_REFLECT,
        only=Relation.WORKER,
    ),
    Step(
        ReflectionState.WRITING,
        Verb.SHARE,
        ReflectionState.SHARED,
        Permission.WORK_REFLECT,
        only=Relation.WORKER,
    ),
    Step(
        ReflectionState.SHARED,
        Verb.ACKNOWLEDGE,
        ReflectionState.ACKNOWLEDGED,
        Permission.WORK_ACKNOWLEDGE,
        only=Relation.LINE_MANAGER,
        never=_WORKER,
    ),
)
