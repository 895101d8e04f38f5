"""Organisations at random, to try who is ever given which case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from dateutil.relativedelta import relativedelta
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import (
    Absence,
    Allocation,
    Audit,
    CaseList,
    DeclaredStake,
    Escalation,
    EscalationCause,
    Locality,
    OpenCase,
    ProgrammeCycle,
    ProgrammeTarget,
    RoleGrant,
    Service,
    Team,
    ThreadSet,
    User,
)
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.audits import AuditType
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Role

TODAY = date.today()
WORKERS = [f"E{number}" for number in range(1, 13)]


@dataclass
class Organisation:
    """Teams, people who are often several things at once, and a cycle that is not drawn yet."""

    lead: User
    approver: User
    auditors: list[User]
    teams: list[Team]
    thread_set: ThreadSet
    cycle: ProgrammeCycle

    @classmethod
    def at_random(cls, dice: Random) -> Organisation:
        teams = _teams(dice)
        thread_set = db.session.scalars(select(ThreadSet).limit(1)).one()
        lead, approver = (_person(f"lead{n}", Role.PRACTICE_LEAD) for n in range(2))
        auditors = [_auditor(dice, number, teams) for number in range(dice.randint(1, 6))]
        for number in range(4):
            worker = _person(f"worker{number}", Role.PRACTITIONER, dice.choice(teams))
            worker.staff_id = WORKERS[number]
        db.session.flush()
        cycle = _cycle(dice, lead, teams, auditors)
        made = cls(lead, approver, auditors, teams, thread_set, cycle)
        for case in db.session.scalars(select(OpenCase).where(OpenCase.cycle_id == cycle.id)):
            made.give_past(dice, case)
        for auditor in auditors:
            if dice.random() < 0.2:
                made.away(auditor, dice)
        db.session.flush()
        return made

    def give_past(self, dice: Random, case: OpenCase) -> None:
        """Perhaps it was audited, lately or long ago, is being audited, or somebody knows it."""
        match dice.randint(0, 9):
            case 0:
                self.audit(case, TODAY - timedelta(days=dice.choice([1, 200, 364])))
            case 1:
                self.audit(
                    case, TODAY - relativedelta(years=1) - timedelta(days=dice.randint(0, 9))
                )
            case 2:
                self.audit(case, None, AuditState.DRAFT)
            case 3:
                escalated = self.audit(case, TODAY - timedelta(days=500))
                clock = Escalation(cause=EscalationCause.INADEQUATE, due_on=TODAY)
                escalated.escalations.append(clock)
            case 4:
                self.declare(dice.choice(self.auditors), case)

    def audit(
        self, case: OpenCase, on: date | None, state: AuditState = AuditState.SUBMITTED
    ) -> Audit:
        audit = Audit(
            state=state,
            case_reference=case.case_reference.swapcase(),
            audit_type=AuditType.FULL,
            audit_date=on,
            auditor_id=self.auditors[0].id,
            thread_set_id=self.thread_set.id,
            overall=Judgement.GOOD,
            final_overall=Judgement.GOOD,
        )
        audit.place(case.team)
        db.session.add(audit)
        db.session.flush()
        return audit

    def declare(self, user: User, case: OpenCase) -> None:
        db.session.add(
            DeclaredStake(user_id=user.id, case_reference=case.case_reference, reason="A friend.")
        )

    def away(self, user: User, dice: Random) -> None:
        first = TODAY + timedelta(days=dice.randint(-20, 20))
        db.session.add(
            Absence(
                user_id=user.id,
                first_day=first,
                last_day=first + timedelta(days=dice.randint(0, 40)),
                recorded_by_id=self.lead.id,
            )
        )


def _teams(dice: Random) -> list[Team]:
    place = Locality(name="Everywhere")
    services = [Service(name=f"Service {number}") for number in range(2)]
    db.session.add_all([place, *services])
    db.session.flush()
    teams = [
        Team(name=f"Team {number}", service_id=dice.choice(services).id, locality_id=place.id)
        for number in range(dice.randint(2, 5))
    ]
    db.session.add_all(teams)
    db.session.flush()
    return teams


def _person(name: str, role: Role, team: Team | None = None) -> User:
    user = User(email=f"{name}@example.gov.uk", name=name, password_hash="x")
    user.grants = [RoleGrant(role=role, team_id=team.id if team else None)]
    db.session.add(user)
    return user


def _auditor(dice: Random, number: int, teams: list[Team]) -> User:
    """Somebody who manages a team; perhaps a second one, and is in another, and heads a service."""
    user = _person(f"auditor{number}", Role.TEAM_MANAGER, dice.choice(teams))
    user.staff_id = WORKERS[-1 - number] if dice.random() < 0.8 else None
    others = [each for each in teams if each.id != user.grants[0].team_id]
    if dice.random() < 0.3:
        user.grants.append(RoleGrant(role=Role.TEAM_MANAGER, team_id=dice.choice(others).id))
    if dice.random() < 0.3:
        user.grants.append(RoleGrant(role=Role.PRACTITIONER, team_id=dice.choice(others).id))
    if dice.random() < 0.3:
        service = dice.choice([None, dice.choice(teams).service_id])
        user.grants.append(RoleGrant(role=Role.HEAD_OF_SERVICE, service_id=service))
    return user


def _cycle(dice: Random, lead: User, teams: list[Team], auditors: list[User]) -> ProgrammeCycle:
    cycle = ProgrammeCycle(
        name="A month",
        starts_on=TODAY,
        ends_on=TODAY + timedelta(days=30),
        due_on=TODAY + timedelta(days=30),
        audit_type=AuditType.FULL,
        look_back_months=6,
        audits_each=dice.randint(0, 4),
        seed=str(dice.random()),
        set_up_by_id=lead.id,
    )
    cycle.case_list = CaseList(
        file_name="open.csv", sha256="0" * 64, rows=30, uploaded_by_id=lead.id
    )
    db.session.add(cycle)
    db.session.flush()
    services = sorted({team.service_id for team in teams})
    cycle.targets = [ProgrammeTarget(service_id=s, number=dice.randint(0, 8)) for s in services]
    if dice.random() < 0.5:
        cycle.targets.append(ProgrammeTarget(auditor_id=auditors[0].id, number=dice.randint(0, 5)))
    for number in range(dice.randint(1, 30)):
        team = dice.choice(teams)
        db.session.add(
            OpenCase(
                cycle_id=cycle.id,
                case_reference=f"P{number:06}",
                service_id=team.service_id,
                locality_id=team.locality_id,
                team_id=team.id,
                worker_staff_id=dice.choice([None, *WORKERS]),
            )
        )
    db.session.flush()
    return cycle


def given() -> list[Allocation]:
    """Every case that somebody is to audit."""
    wanted = select(Allocation).where(
        Allocation.put_aside.is_(None), Allocation.auditor_id.is_not(None)
    )
    return list(db.session.scalars(wanted))


def has_to_do_with(user: User, case: Allocation) -> bool:
    """Whether somebody has a stake in a case, asked of the tables one by one."""
    own = {grant.team_id for grant in user.grants if grant.team_id}
    own |= _teams_of(user.staff_id, case)
    managed = {g.team_id for g in user.grants if g.role is Role.TEAM_MANAGER}
    same = case.case_reference.lower()
    declared = db.session.scalars(
        select(DeclaredStake).where(DeclaredStake.user_id == user.id)
    ).all()
    audits = db.session.scalars(select(Audit)).all()
    return (
        case.team_id in own
        or (user.staff_id is not None and user.staff_id == case.worker_staff_id)
        or bool(managed & _teams_of(case.worker_staff_id, case))
        or any(each.case_reference.lower() == same for each in declared)
        or user.heads(case.service_id)
        or (case.re_audit_of is not None and case.re_audit_of.auditor_id == user.id)
        or any(
            each.case_reference.lower() == same and each.escalations and user.heads(each.service_id)
            for each in audits
        )
    )


def _teams_of(staff_id: str | None, case: Allocation) -> set[int]:
    """The teams a worker is in, by what they may do or by the cases they hold."""
    if staff_id is None:
        return set()
    granted = db.session.scalars(
        select(RoleGrant.team_id).join(User).where(User.staff_id == staff_id)
    )
    held = db.session.scalars(
        select(OpenCase.team_id).where(
            OpenCase.worker_staff_id == staff_id, OpenCase.cycle_id == case.cycle_id
        )
    )
    return {team for team in [*granted, *held] if team is not None}


def audited_within_a_year(case: Allocation) -> bool:
    """Whether there is a recorded audit of the child, other than this one, not a year old."""
    audits = db.session.scalars(select(Audit).where(Audit.recorded))
    return any(
        each.case_reference.lower() == case.case_reference.lower()
        and each.id != case.audit_id
        and each.audit_date is not None
        and each.audit_date + relativedelta(years=1) > TODAY
        for each in audits
    )
