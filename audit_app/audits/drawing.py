"""What a submission sets going: the draw for moderation, a moderator, and the Inadequate clock."""

from __future__ import annotations

import secrets
from datetime import date, timedelta

from flask import current_app
from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from audit_app.audits.judged import judged_anew
from audit_app.audits.moderators import eligible_moderators
from audit_app.extensions import db
from audit_app.models import (
    Audit,
    EscalationCause,
    ModerationCycle,
    ModerationDraw,
    User,
    remember,
    start_clock,
)
from audit_app.models.base import now
from audit_app.rules.deed_words import GIVEN, NOBODY
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Role
from audit_app.rules.programme import ModerationWay
from audit_app.rules.sampling import DrawnBecause, moderated_blind, number_drawn, why_chosen

#: Until a council decides otherwise, every audit is moderated, in the open.
_FIRST_CYCLE = {
    "name": "Every audit",
    "starts_on": date(2000, 1, 1),
    "blind": False,
    "every_inadequate": True,
    "every_outstanding": True,
    "random_percent": 100,
    "days_allowed": 10,
    "resolved_by": Role.PRACTICE_LEAD,
}


def cycle_on(day: date) -> ModerationCycle:
    """The moderation cycle in force on a day; the first one is made where there is none yet."""
    while (cycle := _latest_by(day)) is None:
        # Another submission may be making it at this moment.
        try:
            with db.session.begin_nested():
                db.session.add(ModerationCycle(seed=secrets.token_hex(16), **_FIRST_CYCLE))
        except IntegrityError:
            pass
    return cycle


def _latest_by(day: date) -> ModerationCycle | None:
    """The cycle, as nobody can change it until what is drawn under it is written down."""
    return db.session.scalar(_LATEST, {"day": day})


_LATEST = (
    select(ModerationCycle)
    .where(ModerationCycle.starts_on <= bindparam("day"))
    .order_by(ModerationCycle.starts_on.desc())
    .limit(1)
    .with_for_update(read=True, of=ModerationCycle)
)


def draw(audit: Audit) -> ModerationDraw:
    """Draw whether a newly submitted audit is moderated, and by whom. Not committed.

    The judgements must be written down already, as the draw may depend on them.
    """
    cycle = cycle_on(date.today())
    judgement = audit.deciding_judgement()
    drawn = ModerationDraw(
        cycle=cycle,
        number=number_drawn(cycle.seed, audit.reference),
        judgement=judgement,
        chosen_because=why_chosen(cycle.sampling, audit.reference, judgement),
    )
    audit.draw = drawn
    if drawn.chosen_because is not None:
        audit.blind = moderated_blind(_asked_blind(audit, cycle), drawn.chosen_because)
        give_to_somebody(audit)
    return drawn


def _asked_blind(audit: Audit, cycle: ModerationCycle) -> bool:
    """As the audit programme says of what it gave out, if it says; else as the cycle in force."""
    programme = None if audit.allocation is None else audit.allocation.cycle
    if programme is None or programme.moderation is ModerationWay.AS_SET:
        return cycle.blind
    return programme.moderation is ModerationWay.BLIND


def give_to_somebody(audit: Audit) -> None:
    """Allocate to the person with no stake and the fewest waiting; to nobody if there is none."""
    possible = eligible_moderators(audit)
    allocate(audit, possible[0].user if possible else None)


def allocate(audit: Audit, moderator: User | None, by: User | None = None) -> None:
    """Say who moderates an audit that was drawn, and by when. Not committed.

    The history keeps who had it and who has it now, as the draw knows only the last.
    ``by`` is who decided it; nobody where the draw did.
    """
    drawn = audit.draw
    assert drawn is not None
    if drawn.moderator is not moderator:
        was, given = (each.reference if each else NOBODY for each in (drawn.moderator, moderator))
        remember(db.session, by, f"{GIVEN}{was} to {given}", "audit", audit.reference)
    drawn.moderator = moderator
    drawn.moderator_id = None if moderator is None else moderator.id
    drawn.allocated_at = None if moderator is None else now()
    if drawn.due_on is None:
        drawn.due_on = date.today() + timedelta(days=drawn.cycle.days_allowed)


def call_in(audit: Audit, by: User, reason: str) -> None:
    """Choose an audit that the sample left out. Not committed.

    It is moderated in the open, whatever the cycle says: whoever moderates could read the auditor's
    judgement since it was submitted, and it may stand in published figures.
    """
    drawn = audit.draw or ModerationDraw(
        cycle=(cycle := cycle_on(date.today())),
        number=number_drawn(cycle.seed, audit.reference),
        judgement=audit.deciding_judgement(),
    )
    audit.draw = drawn
    drawn.chosen_because = DrawnBecause.CALLED_IN
    drawn.called_in_by_id, drawn.called_in_reason = by.id, reason
    audit.blind = moderated_blind(_asked_blind(audit, drawn.cycle), drawn.chosen_because)
    give_to_somebody(audit)


def start_clock_if_inadequate(audit: Audit, by: User) -> None:
    """Start the clock where the reported judgement is Inadequate. Not committed.

    One that was closed starts again where the practice was not judged Inadequate any more until
    this judgement, which must be written down already.
    """
    if audit.deciding_judgement() is not Judgement.INADEQUATE:
        return
    days = current_app.config["SETTINGS"].inadequate_days
    cause = EscalationCause.INADEQUATE
    start_clock(db.session, audit, cause, by, days)
    for ran in audit.escalations:
        if ran.cause is cause:
            ran.hold()
            if ran.closed_at is not None and judged_anew(audit, ran.closed_at):
                ran.reopen(by, f"{by.name} judged the practice Inadequate again.", days)
                remember(db.session, by, f"escalated: {cause}", "audit", audit.reference)


def remember_draw(audit: Audit) -> None:
    """Put in the history what came of the draw; never why, which may tell the judgement."""
    drawn = audit.draw
    assert drawn is not None
    if drawn.chosen_because is None:
        remember(db.session, None, "not drawn for moderation", "audit", audit.reference)
    else:
        remember(db.session, None, "drawn for moderation", "audit", audit.reference)
