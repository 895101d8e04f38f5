"""What is done in an exercise. The only writer of exercises, and never of a judgement of a case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import select, update

from audit_app.calibration.queries import (
    invitees,
    leads,
    learning_version,
    place_of,
    why_not_usable,
)
from audit_app.extensions import db
from audit_app.models import (
    Audit,
    Calibration,
    CalibrationJudgement,
    CalibrationPlace,
    User,
    remember,
)
from audit_app.models.base import new_reference, now
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Permission
from audit_app.rules.workflow import NotAllowed

#: What one person says of one thread, or of the whole where there is no thread, and why.
Judged = Mapping[int | None, tuple[Judgement, str | None]]


class Closed(Exception):
    """The exercise was closed in the meantime; nothing was written."""


class JudgedAlready(Exception):
    """This person has judged already, and that stands; nothing was written."""


class Stale(Exception):
    """What was learned was written down elsewhere after it was read; nothing was written."""


def open_exercise(
    lead: User, audit: Audit, title: str, due_on: date, people: Iterable[int]
) -> Calibration:
    """Open an exercise on an audit and invite people to it, by their row numbers. Not committed.

    Raises:
        NotAllowed: when this person may not, the audit cannot be used, or somebody invited knows
            the audit already.
    """
    if not lead.can(Permission.MODERATION_MANAGE):
        raise NotAllowed("Your role does not allow this.")
    if why_not := why_not_usable(audit):
        raise NotAllowed(why_not)
    possible = {each.user.id for each in invitees(audit, lead) if each.why_not is None}
    invited = sorted(set(people))
    if not invited or not possible.issuperset(invited):
        raise NotAllowed("Somebody you chose cannot judge this audit. Choose again.")
    exercise = Calibration(
        reference=new_reference(),
        title=title,
        audit_id=audit.id,
        opened_by_id=lead.id,
        due_on=due_on,
        places=[CalibrationPlace(user_id=user_id) for user_id in invited],
    )
    db.session.add(exercise)
    remember(db.session, lead, "opened", "calibration", exercise.reference)
    return exercise


def judge(user: User, exercise: Calibration, judged: Judged) -> None:
    """Write down how one person judges, once and for all. Not committed.

    Raises:
        NotAllowed: when they are not invited.
        Closed: when the exercise was closed first.
        JudgedAlready: when they judged before.
    """
    place = place_of(exercise, user)
    if place is None or not user.can(Permission.CALIBRATE):
        raise NotAllowed("You are not invited to judge in this exercise.")
    _lock_open(exercise)
    taken = db.session.execute(
        update(CalibrationPlace)
        .where(CalibrationPlace.id == place.id, CalibrationPlace.done_at.is_(None))
        .values(done_at=now())
        .execution_options(synchronize_session=False)
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        raise JudgedAlready
    db.session.add_all(
        CalibrationJudgement(
            calibration_id=exercise.id,
            user_id=user.id,
            thread_id=thread_id,
            judgement=judgement,
            reason=reason,
        )
        for thread_id, (judgement, reason) in judged.items()
    )
    remember(db.session, user, "judged", "calibration", exercise.reference)


def _lock_open(exercise: Calibration) -> None:
    """Hold the exercise open until this transaction ends."""
    still_open = select(Calibration.id).where(
        Calibration.id == exercise.id, Calibration.closed_at.is_(None)
    )
    if db.session.scalar(still_open.with_for_update()) is None:
        raise Closed


def close(lead: User, exercise: Calibration) -> None:
    """Show everybody in it the spread, whoever has not judged by now. Not committed.

    Closing what is closed already changes nothing.

    Raises:
        NotAllowed: when this person does not lead the exercise.
    """
    _check_leads(lead, exercise)
    closed = db.session.execute(
        update(Calibration)
        .where(Calibration.id == exercise.id, Calibration.closed_at.is_(None))
        .values(closed_at=now())
        .execution_options(synchronize_session=False)
    )
    if closed.rowcount:  # type: ignore[attr-defined]
        remember(db.session, lead, "closed", "calibration", exercise.reference)


def write_learning(lead: User, exercise: Calibration, version: int, text: str | None) -> None:
    """Write down what the group learned; committed.

    Raises:
        Stale: when something else was written since it was read at ``version``.
        NotAllowed: when this person does not lead the exercise, or it is still open.
    """
    _check_leads(lead, exercise)
    db.session.refresh(exercise, with_for_update=True)
    if exercise.closed_at is None:
        raise NotAllowed("Close the exercise first, so that everybody can see the spread.")
    if (exercise.learning or None) != text:
        if learning_version(exercise) != version:
            raise Stale
        exercise.learning = text
    remember(db.session, lead, "wrote down", "calibration", exercise.reference)
    db.session.commit()


def _check_leads(lead: User, exercise: Calibration) -> None:
    if not leads(exercise, lead):
        raise NotAllowed("Only a practice lead who does not judge in this exercise can do this.")
