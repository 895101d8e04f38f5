"""The workflow tables: nothing happens that they do not allow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.rules.alert_steps import ALERT_STEPS, AlertState
from audit_app.rules.audit_steps import AUDIT_STEPS, AuditState
from audit_app.rules.escalation_steps import ESCALATION_STEPS, EscalationState
from audit_app.rules.permissions import ROLE_PERMISSIONS, Permission, Role, permissions_of
from audit_app.rules.reflection_steps import REFLECTION_STEPS, ReflectionState
from audit_app.rules.workflow import NotAllowed, Relation, State, Step, Verb, allowed, next_state

roles = st.sets(st.sampled_from(list(Role)))
relations = st.frozensets(st.sampled_from(list(Relation)))
verbs = st.lists(st.tuples(st.sampled_from(list(Verb)), roles, relations), max_size=12)


@pytest.mark.parametrize(
    ("steps", "start"),
    [
        (AUDIT_STEPS, AuditState.DRAFT),
        (ALERT_STEPS, AlertState.DRAFT),
        (REFLECTION_STEPS, ReflectionState.WRITING),
        (ESCALATION_STEPS, EscalationState.OPEN),
    ],
)
@given(walk=verbs)
def test_a_random_walk_never_leaves_the_table(
    steps: tuple[Step, ...],
    start: State,
    walk: list[tuple[Verb, set[Role], frozenset[Relation]]],
) -> None:
    state = start
    table = {(step.before, step.verb): step for step in steps}
    for verb, held, related in walk:
        permissions = permissions_of(held)
        step = table.get((state, verb))
        may = (
            step is not None
            and step.permission in permissions
            and (step.only is None or step.only in related)
            and not step.never & related
        )
        assert allowed(steps, state, verb, permissions, related) is may
        if may:
            state = next_state(steps, state, verb, permissions, related)
            assert step is not None
            assert state == step.after


def test_no_verb_leads_to_two_places() -> None:
    for steps in (AUDIT_STEPS, ALERT_STEPS, REFLECTION_STEPS, ESCALATION_STEPS):
        pairs = [(step.before, step.verb) for step in steps]
        assert len(pairs) == len(set(pairs))


@pytest.mark.parametrize("relation", [Relation.AUDITOR, Relation.LINE_MANAGER])
def test_neither_the_auditor_nor_the_line_manager_moderates(relation: Relation) -> None:
    everything = frozenset(Permission)
    with pytest.raises(NotAllowed, match=str(relation)):
        next_state(
            AUDIT_STEPS, AuditState.SUBMITTED, Verb.MODERATE, everything, frozenset({relation})
        )


def test_nobody_approves_their_own_alert() -> None:
    author = frozenset({Relation.AUTHOR})
    assert not allowed(
        ALERT_STEPS, AlertState.SUBMITTED, Verb.APPROVE, frozenset(Permission), author
    )


def test_only_those_whose_work_needs_it_read_audits() -> None:
    readers = {role for role, held in ROLE_PERMISSIONS.items() if Permission.AUDIT_READ in held}
    kept_out = {Role.DCS_OFFICE, Role.ADMINISTRATOR, Role.INFORMATION_GOVERNANCE}
    assert readers == set(Role) - kept_out
