"""Whatever happens to audits, the tallies are what a slow count of the records says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from audit_app.extensions import db
from audit_app.models import (
    Audit,
    Finding,
    JudgementRow,
    Moderation,
    ModerationCycle,
    ModerationDraw,
    Stage,
    Tally,
    Team,
    Thread,
)
from audit_app.models.base import new_reference
from audit_app.rules.audit_steps import AUDIT_STEPS, AuditState
from audit_app.rules.audits import AuditType, Selection
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.permissions import Role
from audit_app.rules.sampling import DrawnBecause
from audit_app.rules.workflow import NotAllowed, allowed
from audit_app.tallying.keeping import Uncounted, added, count_again
from audit_app.transfer.changes import import_audits
from tests.moderation.test_any_walk import attempt, cast, draft
from tests.people import World
from tests.tallying.slow import held, recounted
from tests.transfer import audit_files


def exact() -> bool:
    return held() == recounted()


def bare(world: World) -> dict[str, object]:
    return {
        "reference": new_reference(), "state": AuditState.COMPLETE, "case_reference": "7000001",
        "service_id": world.south.service_id, "locality_id": world.south.locality_id,
        "team_id": world.south.id, "audit_type": AuditType.FULL, "audit_date": date(2026, 10, 5),
        "audit_month": 202610, "auditor_id": world.alice.id, "thread_set_id": world.thread_set.id,
        "overall": Judgement.GOOD, "final_overall": Judgement.GOOD,
    }  # fmt: skip


class Life:
    """Things that happen to audits, drawn from a number."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.people = cast(world)
        self.rng = Random(0)  # noqa: S311
        self.cases = 2_000_000
        db.session.commit()

    @property
    def teams(self) -> list[Team]:
        return [self.world.north, self.world.south, self.world.fostering]

    def day(self) -> date:
        return date(2026, self.rng.choice((9, 10)), self.rng.randint(1, 28))

    def some_audit(self) -> Audit:
        numbers = list(db.session.scalars(select(Audit.id).order_by(Audit.id)))
        if not numbers:
            return self.world.recorded_audit()
        return db.session.get_one(Audit, self.rng.choice(numbers[-8:]))

    def record(self) -> None:
        self.world.recorded_audit(
            self.rng.choice(SCALE), on=self.day(), team=self.rng.choice(self.teams),
            threads=self.rng.choice(list(Judgement)), selection=self.rng.choice(list(Selection)),
        )  # fmt: skip

    def draft(self) -> None:
        draft(self.world)

    def walk(self) -> None:
        """The next steps of one audit, by whoever may take them, as the service takes them."""
        audit = draft(self.world)
        for _ in range(self.rng.randint(1, 6)):
            steps = [
                (user, step.verb)
                for user in self.people
                for step in AUDIT_STEPS
                if step.before is audit.state
                and step.after is not AuditState.DISCARDED
                and allowed(AUDIT_STEPS, audit.state, step.verb, user.permissions,
                            audit.relations_of(user))
            ]  # fmt: skip
            if not steps:
                return
            user, verb = self.rng.choice(steps)
            try:
                attempt(user, audit, verb, [self.rng.choice(SCALE) for _ in range(7)])
            except NotAllowed:
                db.session.rollback()

    def import_file(self) -> None:
        self.cases += 2
        second = audit_files.MODERATED if self.rng.random() < 0.5 else {}
        rows = [
            audit_files.audit(str(self.cases), audit_date=self.day().isoformat()),
            audit_files.audit(str(self.cases + 1), **second),
        ]
        assert import_audits(audit_files.csv_file(rows), "a.csv").written == 2

    def insert(self) -> None:
        """Bare rows, as an import writes them."""
        rows = [bare(self.world) | {"final_overall": self.rng.choice(SCALE)} for _ in range(3)]
        numbers = db.session.scalars(insert(Audit).returning(Audit.id), rows).all()
        added(db.session, numbers)
        thread = self.world.thread_set.threads[2].id
        found = {"thread_id": thread, "position": 1, "judgement": self.rng.choice(SCALE)}
        db.session.execute(insert(Finding), [{"audit_id": each} | found for each in numbers])
        db.session.commit()

    def move_case(self) -> None:
        self.some_audit().place(self.rng.choice(self.teams))
        db.session.commit()

    def move_team(self) -> None:
        """A team's audits stay where they were made."""
        team = self.rng.choice(self.teams)
        team.service_id = self.rng.choice(self.teams).service_id
        db.session.commit()

    def edit(self) -> None:
        audit = self.some_audit()
        audit.audit_date = self.rng.choice([None, self.day(), self.day()])
        audit.audit_type = self.rng.choice(list(AuditType))
        audit.selection = self.rng.choice([None, *Selection])
        audit.state = self.rng.choice(list(AuditState))
        audit.imported = self.rng.random() < 0.2
        audit.overall = self.rng.choice([None, *SCALE])
        db.session.flush()
        audit.final_overall = self.rng.choice([None, *SCALE])
        for finding in audit.findings:
            finding.judgement = self.rng.choice([None, *Judgement])
        db.session.commit()

    def moderate_by_hand(self) -> None:
        audit = self.some_audit()
        audit.state = AuditState.MODERATED
        if audit.moderation is None:
            audit.moderation = Moderation(moderator_id=self.world.bob.id, moderated_on=self.day())
        audit.moderation.overall = self.rng.choice([None, *SCALE])
        audit.moderation.moderated_on = self.day()
        audit.moderation.blind = self.rng.random() < 0.5
        for finding in audit.findings[: self.rng.randint(0, 6)]:
            audit.judge(self.world.bob, Stage.MODERATED, finding, self.rng.choice(list(Judgement)))
        if audit.draw is None:
            audit.draw = ModerationDraw(cycle=db.session.scalars(select(ModerationCycle)).first(),
                                        number=1)  # fmt: skip
        audit.draw.chosen_because = self.rng.choice([None, *DrawnBecause])
        db.session.commit()

    def bulk(self) -> None:
        """Statements that change many rows at once."""
        south = self.world.south.id
        other = self.rng.choice(list(AuditState))
        db.session.execute(update(Audit).where(Audit.team_id == south).values(state=other))
        thread = self.world.thread_set.threads[0].id
        few = select(Audit.id).where(Audit.team_id == south)
        db.session.execute(
            update(Finding)
            .where(Finding.thread_id == thread, Finding.audit_id.in_(few))
            .values(final_judgement=self.rng.choice(SCALE))
        )
        db.session.execute(
            delete(Moderation)
            .where(Moderation.moderated_on < self.day())
            .execution_options(synchronize_session=False)
        )
        db.session.commit()

    def discard_rows(self) -> None:
        audit = self.some_audit()
        for finding in audit.findings[:2]:
            db.session.delete(finding)
        db.session.flush()
        draw = db.session.get(ModerationDraw, audit.id)
        if draw is not None:
            db.session.delete(draw)
        db.session.commit()

    def take_back(self) -> None:
        """A change undone, and one that outlives a savepoint that was undone."""
        self.some_audit().final_overall = self.rng.choice(SCALE)
        db.session.flush()
        db.session.rollback()
        first, second = self.some_audit(), self.some_audit()
        first.final_overall = self.rng.choice(SCALE)
        undone = db.session.begin_nested()
        second.audit_date = self.day()
        db.session.flush()
        undone.rollback()
        with db.session.begin_nested():
            second.overall = self.rng.choice(SCALE)
        db.session.commit()

    def rename_thread(self) -> None:
        thread = self.world.thread_set.threads[1]
        thread.code = "plan" if thread.code != "plan" else "planning"
        db.session.commit()

    @property
    def happenings(self) -> list[Callable[[], None]]:
        return [
            self.record, self.draft, self.walk, self.import_file, self.insert, self.move_case,
            self.move_team, self.edit, self.moderate_by_hand, self.bulk, self.discard_rows,
            self.take_back, self.walk,
        ]  # fmt: skip


def test_whatever_happens_to_audits_the_tallies_equal_a_slow_count(
    app: Flask, world: World
) -> None:
    life = Life(world)
    cycle = ModerationCycle(
        name="Half", starts_on=date(2026, 1, 1), blind=True, every_inadequate=True,
        every_outstanding=True, random_percent=50, seed="a seed", days_allowed=10,
        resolved_by=Role.PRACTICE_LEAD,
    )  # fmt: skip
    db.session.add(cycle)
    db.session.commit()
    for happens in life.happenings:
        happens()
        assert exact(), happens.__name__

    @settings(
        max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(st.lists(st.sampled_from(range(13)), min_size=1, max_size=4), st.integers(0, 2**32))
    def live(drawn: list[int], number: int) -> None:
        life.rng.seed(number)
        for each in drawn:
            life.happenings[each]()
            assert exact(), life.happenings[each].__name__

    live()
    assert all(held().values()), "something is in every tally"


def test_a_thread_with_another_code_is_counted_under_it(app: Flask, world: World) -> None:
    world.recorded_audit()
    Life(world).rename_thread()
    assert exact()
    assert db.session.scalar(select(Tally.n).where(Tally.judged == "planning").limit(1)) == 1


def test_threads_that_a_statement_gives_another_code_are_counted_under_it(
    app: Flask, world: World
) -> None:
    world.recorded_audit()
    thread = world.thread_set.threads[1].id
    db.session.execute(update(Thread).where(Thread.id == thread).values(code="planning"))
    db.session.commit()
    assert exact()
    assert db.session.scalar(select(Tally.n).where(Tally.judged == "planning").limit(1)) == 1


def test_bare_rows_that_were_undone_need_not_be_named(app: Flask, world: World) -> None:
    audit = world.recorded_audit(Judgement.GOOD)
    taken = bare(world) | {"reference": audit.reference}
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(insert(Audit), [taken])
    audit.final_overall = Judgement.INADEQUATE
    db.session.commit()
    assert exact()


def test_bare_rows_still_need_a_name_where_others_were_undone(app: Flask, world: World) -> None:
    db.session.execute(insert(Audit), [bare(world)])
    undone = db.session.begin_nested()
    db.session.execute(insert(Audit), [bare(world)])
    undone.rollback()
    with pytest.raises(Uncounted):
        db.session.commit()
    db.session.rollback()


def test_rows_named_in_a_savepoint_that_was_undone_are_counted(app: Flask, world: World) -> None:
    number = db.session.execute(insert(Audit).returning(Audit.id), [bare(world)]).scalar_one()
    undone = db.session.begin_nested()
    added(db.session, [number])
    undone.rollback()
    db.session.commit()
    assert exact()


def test_counting_again_is_undone_with_its_savepoint(app: Flask, world: World) -> None:
    world.recorded_audit(Judgement.GOOD)
    db.session.execute(delete(Tally))
    undone = db.session.begin_nested()
    count_again(db.session)
    undone.rollback()
    db.session.commit()
    assert not exact()


def test_rows_of_audits_that_nobody_named_are_refused(app: Flask, world: World) -> None:
    db.session.execute(insert(Audit), [bare(world)])
    with pytest.raises(Uncounted):
        db.session.commit()
    db.session.rollback()
    assert db.session.scalar(select(Audit.id)) is None
    assert exact()


def test_rows_that_were_named_are_counted(app: Flask, world: World) -> None:
    number = db.session.execute(insert(Audit).returning(Audit.id), [bare(world)]).scalar_one()
    added(db.session, [number])
    db.session.commit()
    assert exact()
    assert db.session.scalars(select(Tally.n)).all() != []


def test_findings_from_nowhere_are_refused(app: Flask, world: World) -> None:
    thread = world.thread_set.threads[0].id
    world.recorded_audit()
    row = select(Audit.id, Audit.thread_set_id, Audit.thread_set_id).where(Audit.id < 0)
    with pytest.raises(Uncounted):
        db.session.execute(insert(Finding).from_select(["audit_id", "thread_id", "position"], row))
    with pytest.raises(Uncounted):
        db.session.execute(
            update(Finding), [{"id": 1, "judgement": Judgement.GOOD, "thread_id": thread}]
        )
    db.session.rollback()
    assert exact()


def test_a_count_that_went_missing_does_not_stop_anybody_from_recording(
    app: Flask, world: World
) -> None:
    audit = world.recorded_audit(Judgement.GOOD)
    db.session.execute(delete(Tally))
    audit.final_overall = Judgement.INADEQUATE
    db.session.commit()
    assert audit.final_overall is Judgement.INADEQUATE
    assert not exact()


def test_a_judgement_row_added_by_itself_is_counted(app: Flask, world: World) -> None:
    audit = world.recorded_audit(state=AuditState.MODERATED)
    audit.moderation = Moderation(moderator_id=world.bob.id, moderated_on=date(2026, 10, 9))
    db.session.commit()
    thread = world.thread_set.threads[0].id
    row = JudgementRow(
        audit_id=audit.id, thread_id=thread, stage=Stage.MODERATED,
        judgement=Judgement.INADEQUATE, made_by_id=world.bob.id,
    )  # fmt: skip
    db.session.add(row)
    db.session.commit()
    assert exact()


def test_a_part_that_a_commit_let_go_of_is_counted_with_its_audit(app: Flask, world: World) -> None:
    audit, other = world.recorded_audit(Judgement.GOOD), world.recorded_audit(Judgement.GOOD)
    db.session.execute(delete(Finding).where(Finding.audit_id == other.id))
    changed, moved, gone, handed = audit.findings[:4]
    number = other.id
    db.session.commit()
    changed.final_judgement = Judgement.INADEQUATE
    db.session.commit()
    assert exact()
    moved.audit_id = number
    db.session.commit()
    assert exact()
    db.session.delete(gone)
    db.session.commit()
    assert exact()
    other.findings.append(handed)
    db.session.commit()
    assert exact()


def test_a_part_that_is_no_longer_there_is_refused(app: Flask, world: World) -> None:
    finding = world.recorded_audit(Judgement.GOOD).findings[0]
    number = finding.id
    db.session.commit()
    db.session.execute(
        delete(Finding).where(Finding.id == number).execution_options(synchronize_session=False)
    )
    finding.final_judgement = Judgement.INADEQUATE
    with pytest.raises(Uncounted):
        db.session.commit()
    db.session.rollback()
    assert exact()
