"""What a practitioner and their manager do with a reflection. The only writer of reflections."""

from __future__ import annotations

from sqlalchemy import Update, update
from sqlalchemy.exc import IntegrityError

from audit_app.extensions import db
from audit_app.models import Audit, Reflection, User, remember
from audit_app.models.base import now
from audit_app.reflection.queries import state_of
from audit_app.rules.reflection_steps import REFLECTION_STEPS
from audit_app.rules.workflow import NotAllowed, Verb, next_state


class Stale(Exception):
    """The reflection was changed after this page was opened; nothing was written."""


class Overtaken(Exception):
    """Another manager acknowledged the reflection first; nothing was written."""


class NothingWritten(Exception):
    """There is no text to share."""


def save(user: User, audit: Audit, version: int, text: str | None) -> None:
    """Save a reflection as its writer's own, to be seen by nobody else; committed.

    Saving again what is saved already changes nothing.

    Raises:
        Stale: when it was saved or shared since it was read at ``version``.
        NotAllowed: when this person may not write it now.
    """
    _allow(user, audit, Verb.SAVE)
    if audit.reflection is None:
        _begin(user, audit, text)
    elif not _saved(audit.reflection, version, text):
        db.session.refresh(audit.reflection)
        if audit.reflection.text != text or audit.reflection.shared_at is not None:
            raise Stale
    remember(db.session, user, "saved", "reflection", audit.reference)
    db.session.commit()


def _begin(user: User, audit: Audit, text: str | None) -> None:
    try:
        with db.session.begin_nested():
            db.session.add(Reflection(audit_id=audit.id, user_id=user.id, text=text, version=1))
            db.session.flush()
    except IntegrityError:
        db.session.refresh(audit, ["reflection"])
        raise Stale from None


def _saved(reflection: Reflection, version: int, text: str | None) -> bool:
    return _moved(
        update(Reflection)
        .where(
            Reflection.id == reflection.id,
            Reflection.version == version,
            Reflection.shared_at.is_(None),
        )
        .values(text=text, version=Reflection.version + 1, saved_at=now())
    )


def share(user: User, audit: Audit, version: int) -> None:
    """Show the reflection to the line manager and whoever reads the audit. Not committed.

    Raises:
        NothingWritten: when there is no text.
        Stale: when it was saved since it was read at ``version``.
        NotAllowed: when this person may not share it now.
    """
    _allow(user, audit, Verb.SHARE)
    reflection = audit.reflection
    if reflection is None or not (reflection.text or "").strip():
        raise NothingWritten
    shared = _moved(
        update(Reflection)
        .where(
            Reflection.id == reflection.id,
            Reflection.version == version,
            Reflection.shared_at.is_(None),
        )
        .values(shared_at=now())
    )
    if not shared:
        raise Stale
    remember(db.session, user, "shared", "reflection", audit.reference)


def acknowledge(user: User, audit: Audit, words: str | None) -> None:
    """Say that the manager has read the reflection, in words or without. Not committed.

    Raises:
        Overtaken: when another manager of the team did so first.
        NotAllowed: when this person is not the line manager, or it is not shared.
    """
    _allow(user, audit, Verb.ACKNOWLEDGE)
    assert audit.reflection is not None
    acknowledged = _moved(
        update(Reflection)
        .where(
            Reflection.id == audit.reflection.id,
            Reflection.shared_at.is_not(None),
            Reflection.acknowledged_at.is_(None),
        )
        .values(acknowledged_by_id=user.id, acknowledged_at=now(), acknowledgement=words)
    )
    if not acknowledged:
        raise Overtaken
    remember(db.session, user, "acknowledged", "reflection", audit.reference)


def _allow(user: User, audit: Audit, verb: Verb) -> None:
    relations = audit.relations_of(user)
    next_state(REFLECTION_STEPS, state_of(audit), verb, user.permissions, relations)
    if audit.reflection is None:
        return
    own = audit.reflection.user_id == user.id
    if verb is Verb.ACKNOWLEDGE and own:
        raise NotAllowed("You cannot acknowledge your own reflection.")
    if verb is not Verb.ACKNOWLEDGE and not own:
        raise NotAllowed("Somebody else wrote the reflection on this audit.")


def _moved(statement: Update) -> bool:
    """Whether the one row it is for was still as it was read."""
    done = db.session.execute(statement.execution_options(synchronize_session=False))
    return bool(done.rowcount)  # type: ignore[attr-defined]
