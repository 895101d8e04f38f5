"""Audits with a clock running, for tests that need one."""

from __future__ import annotations

from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import (
    Audit,
    Escalation,
    EscalationCause,
    EscalationEntry,
    Team,
    User,
    start_clock,
)
from audit_app.rules.judgements import Judgement
from tests.browser_page import Page, PageClient
from tests.people import World
from tests.recording import OVERALL, start_audit

CONCERN = {
    "safeguarding_concern": "yes",
    "concern_what": "A bruise that nobody has explained.",
    "concern_told": "The team manager",
    "concern_told_on__day": "20",
    "concern_told_on__month": "11",
    "concern_told_on__year": "2026",
}


def inadequate(
    world: World, auditor: User | None = None, team: Team | None = None, worker: str = "E1006"
) -> Escalation:
    """An Inadequate audit of Alice's in the South team, and the clock it started."""
    by = auditor or world.alice
    audit = world.recorded_audit(Judgement.INADEQUATE, auditor=by, team=team, worker=worker)
    start_clock(db.session, audit, EscalationCause.INADEQUATE, by, 5)
    db.session.commit()
    return audit.escalations[0]


def draft_with_concern(web: PageClient, world: World) -> Page:
    """Alice's draft of a South team case in which she has just saved a concern; its task list."""
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    save_concern(web, tasks)
    return tasks


def save_concern(web: PageClient, tasks: Page, **changed: str) -> None:
    form = web.get(f"{tasks.path}/section/overall")
    web.send(form, "Save and come back later", **(OVERALL | CONCERN | changed))


def audit_at(path: str) -> Audit:
    return db.session.scalars(select(Audit).where(Audit.reference == path.split("/")[2])).one()


def concern_at(path: str) -> Escalation:
    """The escalation that the concern in an audit started, as it stands in the database."""
    db.session.expire_all()
    return next(
        each for each in audit_at(path).escalations if each.cause is EscalationCause.SAFEGUARDING
    )


def entries(escalation: Escalation) -> list[tuple[str, str]]:
    """What is recorded about an escalation, as kinds and texts in the order they were added."""
    db.session.rollback()
    rows = db.session.execute(
        select(EscalationEntry.kind, EscalationEntry.text)
        .where(EscalationEntry.escalation_id == escalation.id)
        .order_by(EscalationEntry.id)
    )
    return [(row.kind.value, row.text or "") for row in rows]
