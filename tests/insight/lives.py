"""Audits of every kind, moderated, themed and acted on, drawn from a number, as teams move."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random

from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import (
    Action,
    Audit,
    Finding,
    Moderation,
    ModerationCycle,
    ModerationDraw,
    Stage,
    Theme,
    Thread,
    ThreadSet,
)
from audit_app.people.place_changes import change_place, read_at
from audit_app.people.queries import Kind
from audit_app.rules.action_steps import ActionState
from audit_app.rules.actions import Difference
from audit_app.rules.audit_steps import MODERATED_STATES, AuditState
from audit_app.rules.audits import (
    AuditType,
    FamilyFeedback,
    Priority,
    Selection,
    WorkerInvolvement,
)
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.sampling import DrawnBecause
from tests.moderation.waiting import a_cycle
from tests.people import World

FIRST, LAST = date(2019, 1, 1), date(2021, 12, 31)
#: From when another set of threads is in force: two that there were, and a new one.
NEW_SET_FROM = date(2021, 4, 1)


class Lives:
    """A council whose audits are made up from a number."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.rng = world, Random(seed)  # noqa: S311
        self.teams = [world.north, world.south, world.fostering]
        self.themes = [Theme(name=f"Theme {name}") for name in "ABC"]
        db.session.add_all(self.themes)
        self.cycle: ModerationCycle = a_cycle()
        self.old, self.new = world.thread_set, _new_set(world.thread_set)
        db.session.commit()

    def go_on(self, audits: int) -> None:
        """So many audits more, a team moved in the middle of them, and second thoughts."""
        for number in range(audits):
            if number == audits // 2:
                self._move_a_team()
            self._record()
        for audit in self.rng.sample(list(db.session.scalars(select(Audit))), 3):
            self._think_again(audit)
        db.session.commit()

    def _move_a_team(self) -> None:
        team, other = self.rng.sample(self.teams, 2)
        db.session.commit()
        places = (team.name, other.service_id, other.locality_id)
        change_place(self.world.adam, Kind.TEAM, team, read_at(team), *places)

    def _record(self) -> None:
        rng = self.rng
        on = FIRST + timedelta(days=rng.randrange((LAST - FIRST).days + 1))
        state = rng.choice(list(AuditState))
        thread_set = self.new if on >= NEW_SET_FROM else self.old
        overall, final = rng.choice(SCALE), rng.choice(SCALE)
        audit = Audit(
            state=state,
            case_reference=str(rng.randrange(10**7)),
            audit_type=rng.choice(list(AuditType)),
            selection=rng.choice([None, *Selection]),
            audit_date=on,
            auditor_id=self.world.alice.id,
            thread_set_id=thread_set.id,
            worker_involvement=rng.choice([None, *WorkerInvolvement]),
            family_feedback=rng.choice([None, *FamilyFeedback]),
            imported=rng.random() < 0.2,
            overall=overall,
            final_overall=final,
        )
        audit.place(rng.choice(self.teams))
        audit.themes = rng.sample(self.themes, rng.randrange(len(self.themes) + 1))
        db.session.add(audit)
        for thread in thread_set.threads:
            audit.findings.append(self._finding(thread))
        db.session.flush()
        self._moderate(audit, on)
        for _ in range(rng.randrange(3)):
            self._act(audit, on)

    def _finding(self, thread: Thread) -> Finding:
        before, after = self.rng.choice(list(Judgement)), self.rng.choice(list(Judgement))
        return Finding(
            thread_id=thread.id,
            position=thread.position,
            judgement=before,
            final_judgement=after,
        )

    def _moderate(self, audit: Audit, on: date) -> None:
        if audit.state not in MODERATED_STATES:
            return
        rng = self.rng
        if not audit.imported:
            because = rng.choice([DrawnBecause.RANDOM, DrawnBecause.INADEQUATE])
            audit.draw = ModerationDraw(cycle_id=self.cycle.id, number=1, chosen_because=because)
        judged = rng.choice(SCALE)
        audit.moderation = Moderation(
            moderator_id=self.world.bob.id,
            moderated_on=on + timedelta(days=rng.randrange(30)),
            overall=judged,
            blind=rng.random() < 0.5,
        )
        audit.judge(self.world.bob, Stage.MODERATED, None, judged)

    def _act(self, audit: Audit, on: date) -> None:
        rng = self.rng
        opened = datetime.combine(on, time(12), UTC) + timedelta(days=rng.randrange(40))
        state = rng.choice([ActionState.OPEN, ActionState.TO_VERIFY, ActionState.CLOSED])
        is_open = state is ActionState.OPEN
        difference = None if is_open else rng.choice([Difference.YES, Difference.NO])
        action = Action(
            audit_id=audit.id,
            what="See the child alone.",
            due_on=on + timedelta(days=60),
            priority=Priority.HIGH,
            thread_id=rng.choice(audit.findings).thread_id,
            state=state,
            difference=difference,
            opened_at=opened,
            closed_at=None if is_open else opened + timedelta(days=9),
        )
        action.themes = rng.sample(self.themes, rng.randrange(2))
        db.session.add(action)

    def _think_again(self, audit: Audit) -> None:
        """What corrections and moderations do to an audit that was recorded long ago."""
        audit.overall = audit.final_overall = self.rng.choice(SCALE)
        audit.selection = self.rng.choice(list(Selection))
        finding = self.rng.choice(audit.findings)
        finding.judgement = finding.final_judgement = self.rng.choice(list(Judgement))
        audit.place(self.rng.choice(self.teams))


def _new_set(old: ThreadSet) -> ThreadSet:
    old.valid_to = NEW_SET_FROM - timedelta(days=1)
    new = ThreadSet(code="2021b", name="2021 (second)", valid_from=NEW_SET_FROM)
    kept = old.threads[:2]
    words = [(thread.code, thread.name) for thread in kept] + [("belonging", "Belonging")]
    new.threads = [
        Thread(code=code, name=name, description=name, position=position)
        for position, (code, name) in enumerate(words, 1)
    ]
    db.session.add(new)
    return new
