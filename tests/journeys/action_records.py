"""Records of improvement actions that a tour of the pages calls at: some for each role."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from audit_app.audits.opening import open_action
from audit_app.audits.queries import within_reach
from audit_app.extensions import db
from audit_app.improvement import changes, joining_changes
from audit_app.models import Action, Audit, Team, User
from audit_app.rules.actions import ActionKind, ActionSource, Difference
from audit_app.rules.audit_steps import MODERATED_STATES, AuditState
from audit_app.rules.audits import Priority
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Role

DAY = timedelta(days=1)
OWNERS = (
    Role.TEAM_MANAGER,
    Role.MODERATOR,
    Role.HEAD_OF_SERVICE,
    Role.PRACTICE_LEAD,
    Role.PRACTITIONER,
)


def action_records(people: dict[Role, User]) -> dict[str, str]:
    """For each role one that its person owns and that is open, done too early to say, and done
    for nothing; and one to verify, one overdue and likely a duplicate, and one that is joined.
    """
    manager, lead = people[Role.TEAM_MANAGER], people[Role.PRACTICE_LEAD]
    team = next(grant.team for grant in manager.grants if grant.team is not None)
    found = {}
    for role in OWNERS:
        owner = people[role]
        found[f"<open action of {role}>"] = _raised(lead, team, owner)
        found[f"<early action of {role}>"] = _closed(lead, team, owner, Difference.TOO_EARLY)
        found[f"<vain action of {role}>"] = _closed(lead, team, owner, Difference.NO)
    found["<action to verify>"] = _to_verify(people)
    joined = found["<joined action>"] = _raised(lead, team, manager, "Write it again.")
    open_one = found[f"<open action of {Role.TEAM_MANAGER}>"]
    joining_changes.join(lead, joined, open_one, "Both ask for the same.", None)
    found["<likely duplicate>"] = _raised(lead, team, None, due_on=date.today() - DAY)
    db.session.commit()
    return {name: action.reference for name, action in found.items()}


def _raised(
    by: User,
    team: Team,
    owner: User | None,
    what: str = "Write a chronology on every case.",
    due_on: date | None = None,
) -> Action:
    action = Action(
        source=ActionSource.THEME,
        what=what,
        kind=ActionKind.QUALITY,
        owner_user=owner,
        owner=None if owner else "Health visiting",
        team_id=team.id,
        service_id=team.service_id,
        due_on=due_on or date.today() + DAY,
        priority=Priority.HIGH,
    )
    open_action(by, action)
    return action


def _closed(by: User, team: Team, owner: User, answer: Difference) -> Action:
    action = _raised(by, team, owner, f"Try it: {answer.label.lower()}.")
    early = answer is Difference.TOO_EARLY
    how, again = (None, date.today() + DAY) if early else ("He says so.", None)
    changes.close(owner, action, "The case note of today.", answer, how, again, None)
    return action


def _to_verify(people: dict[Role, User]) -> Action:
    """Of an audit that was judged Inadequate, done by the worker; everybody else can verify it."""
    others = [people[role] for role in OWNERS if role is not Role.PRACTITIONER]
    audit = db.session.scalars(
        select(Audit)
        .where(
            Audit.final_overall == Judgement.INADEQUATE,
            Audit.state.in_((*MODERATED_STATES, AuditState.COMPLETE)),
            *(within_reach(each) for each in others),
        )
        .order_by(Audit.id)
        .limit(1)
    ).one()
    worker = people[Role.PRACTITIONER]
    action = Action(
        audit_id=audit.id,
        what="See him alone.",
        owner_user=worker,
        team_id=audit.team_id,
        service_id=audit.service_id,
        due_on=date.today() + DAY,
        priority=Priority.HIGH,
    )
    open_action(audit.auditor, action)
    seen = ("The case note of today.", Difference.PARTLY, "He says so.", None, None)
    changes.close(worker, action, *seen)
    return action
