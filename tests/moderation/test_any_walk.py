"""Whatever people try, in whatever order: the table is kept, and every judgement made stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from audit_app.audits import changes as recording
from audit_app.audits import submitting
from audit_app.audits.sections import read_at, section_named
from audit_app.extensions import db
from audit_app.models import (
    Audit,
    Finding,
    JudgementRow,
    ModerationCycle,
    OversightStatement,
    SavedSection,
    User,
)
from audit_app.moderation import allocation_changes, changes
from audit_app.rules.audit_steps import AUDIT_STEPS, RECORDED_STATES, WAITING_STATES, AuditState
from audit_app.rules.audits import (
    OVERSIGHT_PROMPTS,
    AuditType,
    FamilyFeedback,
    Independence,
    PlanStatus,
    Selection,
    WorkerInvolvement,
)
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.permissions import Role
from audit_app.rules.workflow import NotAllowed, Step, Verb, allowed
from tests.people import World, grant_of, make_user

WORDS = "Words nobody may lose."

#: A verb with what it takes: an overall judgement and one for each of the six threads.
verbs = st.sampled_from([step.verb for step in AUDIT_STEPS])
judgements = st.lists(st.sampled_from(SCALE), min_size=7, max_size=7)
#: Who tries what. Every other time it is something that leads on, so that walks get far.
tries = st.lists(
    st.tuples(verbs, st.integers(0, 9), st.booleans(), judgements), min_size=8, max_size=24
)


def draft(world: World) -> Audit:
    """An audit of the South team by Alice with every section complete."""
    audit = Audit(
        case_reference="7654321", child_age=12, plan_status=PlanStatus.CHILD_IN_NEED,
        audit_type=AuditType.FULL, selection=Selection.RANDOM, audit_date=date(2026, 10, 5),
        period_from=date(2026, 4, 1), period_to=date(2026, 9, 30), worker_staff_id="E1006",
        independence=Independence.INDEPENDENT, worker_involvement=WorkerInvolvement.TOOK_PART,
        auditor_id=world.alice.id, thread_set_id=world.thread_set.id, overall=Judgement.GOOD,
        rationale=WORDS, overall_reason=WORDS, good_practice=False, safeguarding_concern=False,
        family_feedback=FamilyFeedback.SOUGHT,
    )  # fmt: skip
    audit.place(world.south)
    prompts = {prompt.field: WORDS for prompt in OVERSIGHT_PROMPTS}
    audit.oversight = OversightStatement(**prompts)
    db.session.add(audit)
    db.session.flush()
    for thread in world.thread_set.threads:
        audit.findings.append(
            Finding(
                thread=thread, position=thread.position, judgement=Judgement.GOOD,
                evidence=WORDS, working_well=WORDS, worried_about=WORDS, impact=WORDS,
            )
        )  # fmt: skip
    keys = ["case", "overall", "family", "oversight", "actions"]
    keys += [f"thread-{thread.code}" for thread in world.thread_set.threads]
    audit.sections = [SavedSection(section=key, version=1) for key in keys]
    db.session.commit()
    return audit


def cast(world: World) -> Sequence[User]:
    """Somebody of every role, two of some, and somebody who holds them all."""
    everything = make_user("everywhere", Role.MODERATOR, staff_id="E1900")
    for role in Role:
        if role is not Role.MODERATOR:
            everything.grants.append(grant_of(role))
    mo = world.another_moderator()
    return (world.alice, world.bob, mo, world.carol, world.cora, world.dan, world.priya,
            world.hester, world.mallory, everything)  # fmt: skip


def attempt(user: User, audit: Audit, verb: Verb, judged: list[Judgement]) -> None:
    """Do it as the service does."""
    overall, *threads = judged
    by_thread = dict(zip([each.thread_id for each in audit.findings], threads, strict=True))
    same = {each.thread_id: each.judgement for each in audit.findings if each.judgement}
    notes = {"overall_reason": WORDS, "practice_note": None, "audit_quality_note": None}
    reasons: dict[int, str | None] = dict.fromkeys(by_thread, WORDS)
    section = section_named(audit, "overall")
    assert section is not None
    doing: dict[Verb, Callable[[], Any]] = {
        Verb.SAVE: lambda: recording.save_section(
            user, audit, section, None, {"overall": overall, "rationale": WORDS}
        ),
        Verb.DISCARD: lambda: recording.discard(user, audit),
        Verb.SUBMIT: lambda: submitting.submit(user, audit, read_at(audit), WORDS),
        Verb.MODERATE: lambda: changes.moderate(
            user, audit, by_thread, notes | {"overall": overall}, reasons, len(audit.submissions)
        ),
        Verb.AGREE: lambda: changes.moderate(
            user, audit, same, notes | {"overall": audit.overall}, reasons, len(audit.submissions)
        ),
        Verb.RETURN: lambda: changes.return_for_evidence(
            user, audit, WORDS, len(audit.submissions)
        ),
        Verb.ACCEPT: lambda: changes.answer(user, audit, disputed=False, reason=None),
        Verb.DISPUTE: lambda: changes.answer(user, audit, disputed=True, reason=WORDS),
        Verb.RESOLVE: lambda: changes.resolve(user, audit, overall, by_thread, WORDS),
        Verb.CALL_IN: lambda: allocation_changes.call_in(user, audit, WORDS),
    }
    doing[Verb.COMPLETE] = doing[Verb.SUBMIT]
    doing[verb]()
    db.session.commit()


def taken(audit: Audit, user: User, before: AuditState) -> list[Step]:
    """The steps of the table that were open to this person where the audit stood."""
    relations = audit.relations_of(user)
    return [
        step
        for step in AUDIT_STEPS
        if step.before is before
        and allowed(AUDIT_STEPS, before, step.verb, user.permissions, relations)
    ]


def rows_of(audit: Audit) -> dict[int, tuple[Any, ...]]:
    columns = JudgementRow.__table__.columns
    found = db.session.execute(
        select(*columns).where(JudgementRow.audit_id == audit.id).order_by(JudgementRow.id)
    )
    return {row.id: tuple(row) for row in found}


def newest(audit: Audit, thread_id: int | None) -> Judgement | None:
    return db.session.scalar(
        select(JudgementRow.judgement)
        .where(JudgementRow.audit_id == audit.id, JudgementRow.thread_id == thread_id)
        .order_by(JudgementRow.id.desc())
        .limit(1)
    )


def test_no_sequence_of_verbs_leaves_the_table_or_loses_a_judgement(
    app: Flask, world: World
) -> None:
    people = cast(world)
    cycle = ModerationCycle(
        name="Half", starts_on=date.today(), blind=True, every_inadequate=True,
        every_outstanding=True, random_percent=50, seed="a seed", days_allowed=10,
        resolved_by=Role.PRACTICE_LEAD,
    )  # fmt: skip
    db.session.add(cycle)
    db.session.commit()
    seen: set[AuditState] = set()
    waited_blind: list[bool] = []

    @settings(
        max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(walk=tries)
    @example(walk=[(Verb.DISCARD, 0, False, [Judgement.GOOD] * 7)])
    def walk_it(walk: list[tuple[Verb, int, bool, list[Judgement]]]) -> None:
        audit = draft(world)
        kept: dict[int, tuple[Any, ...]] = {}
        for wanted, number, helped, judged in walk:
            user, verb = _who_tries(people, number, audit, wanted, helped)
            before = AuditState(audit.state)
            was_counted = before in RECORDED_STATES and not _waits_blind(audit)
            open_steps = taken(audit, user, before)
            try:
                attempt(user, audit, verb, judged)
            except NotAllowed:
                db.session.rollback()
                db.session.refresh(audit)
                assert audit.state is before
            else:
                assert audit.state in {step.after for step in open_steps}
            rows = rows_of(audit)
            assert {number: rows[number] for number in kept} == kept
            kept = rows
            seen.add(audit.state)
            waited_blind.append(_waits_blind(audit))
            # What a published figure has more than today's would tell its judgement.
            assert not (was_counted and _waits_blind(audit)), "figures hold its judgement already"
            if audit.state in RECORDED_STATES:
                assert audit.final_overall is newest(audit, None)
                for finding in audit.findings:
                    assert finding.final_judgement is newest(audit, finding.thread_id)
            else:
                assert not rows, "a draft has judged nothing yet"

    walk_it()
    assert seen == set(AuditState), "the walks went everywhere"
    assert any(waited_blind)


def _waits_blind(audit: Audit) -> bool:
    return audit.blind and audit.state in WAITING_STATES


def _who_tries(
    people: Sequence[User], number: int, audit: Audit, verb: Verb, helped: bool
) -> tuple[User, Verb]:
    """Somebody and something at random; or, helped, something that leads on from here."""
    if not helped:
        return people[number], verb
    possible = [
        (user, step.verb)
        for user in people
        for step in taken(audit, user, AuditState(audit.state))
        if step.after not in (step.before, AuditState.DISCARDED)
    ]
    return possible[number % len(possible)] if possible else (people[number], verb)
