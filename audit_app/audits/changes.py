"""What an auditor does with an audit. The only writer of audits while they are being recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from audit_app.audits.clock import Before, tell_clocks, tell_discarded
from audit_app.audits.earlier import earlier_reference
from audit_app.audits.sections import (
    FIELDS,
    Kind,
    Section,
    answers,
    fixed_answers,
    holder,
    saved,
    theme_given,
)
from audit_app.audits.starting import remember_shown
from audit_app.extensions import db
from audit_app.framework.queries import themes_numbered
from audit_app.models import (
    Action,
    Audit,
    HistoryEvent,
    RecordingWay,
    SavedSection,
    Team,
    User,
    remember,
)
from audit_app.models.base import now
from audit_app.rules.audit_steps import AUDIT_STEPS, AuditState
from audit_app.rules.deed_words import SAVED
from audit_app.rules.workflow import NotAllowed, Verb, next_state
from audit_app.web.guarded import write_reasons
from audit_app.web.kept import forget
from audit_app.web.openings import Sending

#: How often the history says that somebody is writing a section, while they do.
TYPING_TOLD_EVERY = timedelta(minutes=10)


class Stale(Exception):
    """Somebody saved the same thing after this form was opened; nothing was written."""


def save_section(
    user: User,
    audit: Audit,
    section: Section,
    version: int | None,
    values: dict[str, Any],
    unread: dict[str, list[str]] | None = None,
    sending: Sending | None = None,
    typing: bool = False,
) -> None:
    """Save what could be read of a section, complete or not, and keep the rest as it was typed.

    ``unread`` is what could not be read, by the name of its box. ``sending`` says which opening of
    the page it comes from: what that opening saved itself is no conflict with it. With ``typing``
    it was sent while somebody types, which the history does not tell each time.

    Raises:
        Stale: when the section was saved after this form was opened.
        NotAllowed: when this person may not change this audit now.
    """
    _allow(user, audit, Verb.SAVE)
    stands = _hold(audit, section)
    if sending and typing and sending.comes_late():
        return
    if section.kind is Kind.CASE:
        values = {n: value for n, value in values.items() if n not in fixed_answers(audit)}
    before = Before.of(audit)
    if _differs(audit, section, values, unread) or not (typing or stands.version):
        shown = earlier_reference(audit) if section.kind is Kind.CASE else None
        _claim(audit, section, _own_version(sending, stands, version))
        _write_section(audit, section, values)
        if section.kind is Kind.CASE:
            remember_shown(user, audit, before=shown)
        stands.unread = unread or None
        if sending:
            sending.done(stands.version)
    tell_clocks(user, audit, before, typing)
    if sending:
        forget(sending)
    write_reasons(db.session, "audit", audit.reference)
    if not (typing and _remembered_lately(user, audit, section)):
        remember(db.session, user, f"{SAVED}{section.key}", "audit", audit.reference)
    db.session.commit()


def _write_section(audit: Audit, section: Section, values: dict[str, Any]) -> None:
    row = holder(audit, section)
    for name in FIELDS[section.kind]:
        if name in values:
            setattr(row, name, values[name])
    if section.kind is not Kind.CASE:
        return
    if values.get("team"):
        audit.place(db.session.get_one(Team, values["team"]))
    if "themes" in values:
        given = theme_given(audit)
        stays = [] if given is None else [given.id]
        audit.themes = themes_numbered({*values["themes"], *stays})


def choose_way(user: User, way: RecordingWay) -> None:
    """Keep how a person likes to record; their drafts open so from now on."""
    user.recording_way = way
    remember(db.session, user, "chose how to record", "user", user.reference)
    db.session.commit()


@dataclass(frozen=True)
class ActionChange:
    """The action to change, and the version of the actions it was opened at."""

    action: Action
    version: int


def save_action(
    user: User, audit: Audit, section: Section, values: dict[str, Any], change: ActionChange | None
) -> None:
    """Add an action, or change one. Not committed.

    Raises:
        Stale: when the actions were changed after the one to change was opened.
        NotAllowed: when this person may not change this audit now, or the action is live.
    """
    _allow(user, audit, Verb.SAVE)
    action = change.action if change else None
    still_theirs(action)
    _claim(audit, section, change.version if change else None)
    written = action or Action()
    for name in ("what", "kind", "owner", "due_on", "priority"):
        setattr(written, name, values[name])
    written.thread_id, written.owner_id = values["thread"], values["person"]
    written.themes = themes_numbered(values["themes"])
    if action is None:
        audit.actions.append(written)
    remember(db.session, user, "saved actions", "audit", audit.reference)


def remove_action(user: User, audit: Audit, section: Section, action: Action) -> None:
    """Take an action out of a draft, or a new one out of an audit that was returned.

    Raises:
        NotAllowed: when this person may not change this audit now, or the action is live.
    """
    _allow(user, audit, Verb.SAVE)
    still_theirs(action)
    _claim(audit, section, None)
    db.session.delete(action)
    remember(db.session, user, "removed an action", "audit", audit.reference)
    db.session.commit()


def still_theirs(action: Action | None) -> None:
    """Raises NotAllowed for an action that others follow: it was submitted with the audit."""
    if action is not None and action.live:
        raise NotAllowed(
            "This action was submitted with the audit and is being followed, so it stays as it "
            "is. Add a note to it, or a new action."
        )


def discard(user: User, audit: Audit) -> None:
    """Put a draft aside. Its text is kept, but nobody is shown it."""
    audit.state = _allow(user, audit, Verb.DISCARD)
    tell_discarded(user, audit)
    remember(db.session, user, "discarded", "audit", audit.reference)
    db.session.commit()


def _allow(user: User, audit: Audit, verb: Verb) -> AuditState:
    """The state after the verb, where the audit stands now and will until the transaction ends.

    It may have been submitted, or a clock started for it, since it was read.
    """
    db.session.refresh(audit, ["state"], with_for_update=True)
    db.session.expire(audit, ["escalations"])
    relations = audit.relations_of(user)
    return AuditState(next_state(AUDIT_STEPS, audit.state, verb, user.permissions, relations))


def _hold(audit: Audit, section: Section) -> SavedSection:
    """Where the section stands, changed by nobody else until the transaction ends."""
    stands = saved(audit, section)
    version = stands.version
    db.session.refresh(stands, with_for_update=True)
    if stands.version != version:
        db.session.refresh(holder(audit, section))
    return stands


def _own_version(sending: Sending | None, stands: SavedSection, version: int | None) -> int | None:
    """The version a form was typed at: the newest, where that came from the same opening of it."""
    last = sending.last() if sending else None
    if sending is None or last is None or last.version != stands.version:
        return version
    return last.version if sending.number > last.number else version


def _differs(
    audit: Audit, section: Section, values: dict[str, Any], unread: dict[str, list[str]] | None
) -> bool:
    held = answers(audit, section)
    changed = any(held[name] != value for name, value in values.items() if name in held)
    return changed or (unread or None) != (saved(audit, section).unread or None)


def _remembered_lately(user: User, audit: Audit, section: Section) -> bool:
    """Whether the history already says that this person is writing this section."""
    event = select(HistoryEvent.id).where(
        HistoryEvent.record_type == "audit",
        HistoryEvent.record_reference == audit.reference,
        HistoryEvent.verb == f"{SAVED}{section.key}",
        HistoryEvent.user_id == user.id,
        HistoryEvent.at > now() - TYPING_TOLD_EVERY,
    )
    return db.session.scalar(event.limit(1)) is not None


def _claim(audit: Audit, section: Section, version: int | None) -> None:
    """Raise the section's version, if it is still the one the form was opened at."""
    claim = update(SavedSection).where(
        SavedSection.audit_id == audit.id, SavedSection.section == section.key
    )
    if version is not None:
        claim = claim.where(SavedSection.version == version)
    claimed = db.session.execute(claim.values(version=SavedSection.version + 1, saved_at=now()))
    if not claimed.rowcount:  # type: ignore[attr-defined]
        raise Stale
