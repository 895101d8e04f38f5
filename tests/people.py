"""The people and places tests are about, by name, and audits for them to work on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from argon2 import PasswordHasher
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import (
    Audit,
    Finding,
    JudgementRow,
    Locality,
    RoleGrant,
    Service,
    Stage,
    Team,
    ThreadSet,
    User,
)
from audit_app.models.base import now
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.audits import AuditType, Selection
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Role

PASSWORD = "three quiet purple otters"
# As safe as a test needs: an honest hash takes half a second, and every test signs somebody in.
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@dataclass
class World:
    """Two services, two localities, three teams, and somebody of every kind.

    Alice manages the North team and audits. Bob moderates for the whole authority. Carol leads
    practice development, and Cora does too. Dan works in the DCS office. Priya is a practitioner
    in the North team. Adam administers. Hester is a head of service, for the whole authority.
    Mallory manages the South team and is a stranger to North. Who looks on is made when a test asks
    for them: Gwen, of information governance, and Ivy, who inspects.
    """

    north: Team
    south: Team
    fostering: Team
    thread_set: ThreadSet
    alice: User
    bob: User
    carol: User
    cora: User
    dan: User
    priya: User
    adam: User
    mallory: User
    hester: User

    @classmethod
    def found(cls) -> World:
        """The world that was built in this database before."""
        north, south, fostering = db.session.scalars(select(Team).order_by(Team.id))
        people = {user.name.lower(): user for user in db.session.scalars(select(User))}
        thread_set = db.session.scalars(select(ThreadSet).where(ThreadSet.code == "2021")).one()
        db.session.rollback()
        return cls(north, south, fostering, thread_set, **people)

    @classmethod
    def build(cls) -> World:
        """Make it and write it down."""
        locality_work, fostering = Service(name="Locality social work"), Service(name="Fostering")
        north, citywide = Locality(name="North"), Locality(name="Citywide")
        db.session.add_all([locality_work, fostering, north, citywide])
        db.session.flush()
        teams = [
            Team(name=name, service_id=service.id, locality_id=place.id)
            for name, service, place in (
                ("LSW North 1", locality_work, north),
                ("LSW South 1", locality_work, citywide),
                ("F Citywide 1", fostering, citywide),
            )
        ]
        db.session.add_all(teams)
        db.session.flush()
        people = {
            name: make_user(name, role, team, staff_id)
            for name, role, team, staff_id in (
                ("alice", Role.TEAM_MANAGER, teams[0], "E1001"),
                ("bob", Role.MODERATOR, None, "E1002"),
                ("carol", Role.PRACTICE_LEAD, None, "E1003"),
                ("cora", Role.PRACTICE_LEAD, None, "E1004"),
                ("dan", Role.DCS_OFFICE, None, "E1005"),
                ("priya", Role.PRACTITIONER, None, "E1006"),
                ("adam", Role.ADMINISTRATOR, None, "E1007"),
                ("mallory", Role.TEAM_MANAGER, teams[1], "E1008"),
                ("hester", Role.HEAD_OF_SERVICE, None, "E1010"),
            )
        }
        thread_set = db.session.scalars(select(ThreadSet).where(ThreadSet.code == "2021")).one()
        db.session.commit()
        north_team, south_team, fostering_team = teams
        return cls(north_team, south_team, fostering_team, thread_set, **people)

    @cached_property
    def gwen(self) -> User:
        return self._made("gwen", Role.INFORMATION_GOVERNANCE)

    @cached_property
    def ivy(self) -> User:
        return self._made("ivy", Role.INSPECTOR)

    def _made(self, name: str, role: Role) -> User:
        user = make_user(name, role)
        db.session.commit()
        return user

    def another_moderator(self) -> User:
        """Mo, who moderates for the whole authority as Bob does."""
        mo = make_user("mo", Role.MODERATOR, staff_id="E1009")
        db.session.commit()
        return mo

    def recorded_audit(
        self,
        overall: Judgement = Judgement.GOOD,
        *,
        auditor: User | None = None,
        team: Team | None = None,
        on: date = date(2026, 10, 5),
        state: AuditState = AuditState.SUBMITTED,
        worker: str = "E1006",
        case: str = "1234567",
        threads: Judgement | None = None,
        selection: Selection = Selection.RANDOM,
    ) -> Audit:
        """A submitted audit of the South team by Alice, every thread judged like the overall."""
        by = auditor or self.alice
        audit = Audit(
            state=state,
            submitted_at=now(),
            case_reference=case,
            audit_type=AuditType.FULL,
            selection=selection,
            audit_date=on,
            auditor_id=by.id,
            thread_set_id=self.thread_set.id,
            worker_staff_id=worker,
            overall=overall,
            final_overall=overall,
            rationale="The evidence of the six threads taken together.",
        )
        audit.place(team or self.south)
        db.session.add(audit)
        db.session.flush()
        each = threads or overall
        for thread in self.thread_set.threads:
            audit.findings.append(
                Finding(
                    thread_id=thread.id,
                    position=thread.position,
                    judgement=each,
                    final_judgement=each,
                    evidence=f"Evidence for {thread.name}.",
                )
            )
            _judge(audit, thread.id, each, by)
        _judge(audit, None, overall, by)
        db.session.commit()
        return audit


def make_user(name: str, role: Role, team: Team | None = None, staff_id: str | None = None) -> User:
    user = User(
        email=f"{name}@example.gov.uk",
        name=name.capitalize(),
        staff_id=staff_id,
        password_hash=_HASH,
    )
    user.grants.append(grant_of(role, team))
    db.session.add(user)
    db.session.flush()
    return user


def grant_of(role: Role, team: Team | None = None) -> RoleGrant:
    """A role held today, an inspector's until a day to come."""
    ends_on = date.today() + timedelta(days=28) if role is Role.INSPECTOR else None
    return RoleGrant(role=role, team_id=team.id if team else None, ends_on=ends_on)


def _judge(audit: Audit, thread_id: int | None, judgement: Judgement, by: User) -> None:
    db.session.add(
        JudgementRow(
            audit_id=audit.id,
            thread_id=thread_id,
            stage=Stage.AUDITED,
            judgement=judgement,
            made_by_id=by.id,
        )
    )
