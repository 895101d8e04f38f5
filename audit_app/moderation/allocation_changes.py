"""Who moderates an audit: given to somebody else, taken over, or called in after all."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from audit_app.audits import drawing
from audit_app.audits.moderators import eligible_moderators
from audit_app.extensions import db
from audit_app.models import Audit, ModerationDraw, User, remember
from audit_app.moderation.changes import Overtaken, move
from audit_app.rules.audit_steps import WAITING_STATES
from audit_app.rules.sampling import DrawnBecause, number_drawn
from audit_app.rules.workflow import NotAllowed, Verb

#: Why an audit waits that was submitted before there was a draw.
WAITED_BEFORE = "It waited for a moderator before audits were drawn"


def allocate(by: User, audit: Audit, moderator: User, seen: str) -> None:
    """Give a waiting audit to a moderator who has no stake in the case. Not committed.

    Args:
        seen: the reference of whoever had it when the page was opened; empty for nobody.

    Raises:
        NotAllowed: when it does not wait, or this person cannot moderate it.
        Overtaken: when it was given to somebody else since.
    """
    _check_waits(audit)
    if moderator.id not in [each.user.id for each in eligible_moderators(audit)]:
        raise NotAllowed(f"{moderator.name} cannot moderate this audit.")
    _claim(audit, by, seen)
    drawing.allocate(audit, moderator, by)
    remember(db.session, by, "allocated for moderation", "audit", audit.reference)


def take_over(user: User, audit: Audit, seen: str) -> None:
    """Moderate an audit in the place of whoever it was given to. Not committed.

    Raises:
        NotAllowed: when it does not wait, or this person has a stake in the case.
        Overtaken: when it was given to somebody else since.
    """
    _check_waits(audit)
    if not audit.can_be_taken_over_by(user):
        raise NotAllowed(
            "You cannot take this audit over: it is yours to moderate already, or you have a stake "
            "in the case."
        )
    _claim(audit, user, seen)
    drawing.allocate(audit, user, user)
    remember(db.session, user, "took over the moderation", "audit", audit.reference)


def call_in(by: User, audit: Audit, reason: str) -> None:
    """Have an audit moderated that the sample left out. Not committed.

    Raises:
        NotAllowed: when this person may not, or it is not complete.
        Overtaken: when somebody else called it in first.
    """
    move(by, audit, Verb.CALL_IN)
    drawing.call_in(audit, by, reason)
    remember(db.session, by, "called in for moderation", "audit", audit.reference)


def _check_waits(audit: Audit) -> None:
    if audit.state not in WAITING_STATES:
        raise NotAllowed(f"This cannot be done now: its status is “{audit.state.label}”.")


def _claim(audit: Audit, by: User, seen: str) -> None:
    """Hold the draw until the end of the transaction, if it still is with whom the page said."""
    if audit.draw is None:
        audit.draw = _late_draw(audit, by)
        db.session.flush()
    drawn = db.session.scalars(
        select(ModerationDraw)
        .where(ModerationDraw.audit_id == audit.id)
        .with_for_update(of=ModerationDraw)
        .execution_options(populate_existing=True)
    ).one()
    has_it = "" if drawn.moderator is None else drawn.moderator.reference
    if has_it != seen:
        raise Overtaken


def _late_draw(audit: Audit, by: User) -> ModerationDraw:
    """For an audit that waits without one; it stays as open as it was."""
    cycle = drawing.cycle_on(date.today())
    return ModerationDraw(
        cycle=cycle,
        number=number_drawn(cycle.seed, audit.reference),
        judgement=audit.deciding_judgement(),
        chosen_because=DrawnBecause.CALLED_IN,
        called_in_by_id=by.id,
        called_in_reason=WAITED_BEFORE,
    )
