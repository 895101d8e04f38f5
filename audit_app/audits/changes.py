"""What an auditor does with an audit. The only writer of audits while they are being recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from audit_app.audits.earlier import earlier_reference
from audit_app.audits.sections import (
    FIELDS,
    Kind,
    Section,
    holder,
    problems,
    read_at,
    sections_of,
)
from audit_app.extensions import db
from audit_app.models import (
    Action,
    Audit,
    Finding,
    JudgementRow,
    OversightStatement,
    RecordingWay,
    SavedSection,
    Stage,
    Team,
    ThreadSet,
    User,
    remember,
)
from audit_app.models.base import new_reference, now
from audit_app.rules.workflow import AUDIT_STEPS, AuditState, Verb, next_state


class Stale(Exception):
    """Somebody saved the same thing after this form was opened; nothing was written."""


class NotReady(Exception):
    """Sections still need something before the audit can be submitted."""


def start(auditor: User, thread_set: ThreadSet, values: dict[str, Any], team: Team) -> Audit:
    """Begin a draft under the thread set in force; not committed, as a token goes with it."""
    audit = Audit(
        reference=new_reference(),
        case_reference=values["case_reference"],
        audit_type=values["audit_type"],
        auditor_id=auditor.id,
        thread_set_id=thread_set.id,
    )
    audit.place(team)
    audit.findings = [
        Finding(thread_id=thread.id, thread=thread, position=thread.position)
        for thread in thread_set.threads
    ]
    audit.oversight = OversightStatement()
    audit.sections = [SavedSection(section=s.key, version=0) for s in sections_of(audit)]
    db.session.add(audit)
    remember(db.session, auditor, "started", "audit", audit.reference)
    db.session.flush()
    _remember_shown(auditor, audit, before=None)
    return audit


def save_section(
    user: User, audit: Audit, section: Section, version: int | None, values: dict[str, Any]
) -> None:
    """Save what could be read of a section, complete or not.

    Raises:
        Stale: when the section was saved after this form was opened.
        NotAllowed: when this person may not change this audit now.
    """
    _allow(user, audit, Verb.SAVE)
    before = earlier_reference(audit) if section.kind is Kind.CASE else None
    _claim(audit, section, version)
    row = holder(audit, section)
    for name in FIELDS[section.kind]:
        if name in values:
            setattr(row, name, values[name])
    if section.kind is Kind.CASE and values.get("team"):
        audit.place(db.session.get_one(Team, values["team"]))
    remember(db.session, user, f"saved {section.key}", "audit", audit.reference)
    if section.kind is Kind.CASE:
        _remember_shown(user, audit, before)
    db.session.commit()


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
    """
    _allow(user, audit, Verb.SAVE)
    _claim(audit, section, change.version if change else None)
    action = change.action if change else None
    written = action or Action()
    for name in ("what", "owner", "due_on", "priority"):
        setattr(written, name, values[name])
    written.thread_id = values["thread"]
    if action is None:
        audit.actions.append(written)
    remember(db.session, user, "saved actions", "audit", audit.reference)


def remove_action(user: User, audit: Audit, section: Section, action: Action) -> None:
    _allow(user, audit, Verb.SAVE)
    _claim(audit, section, None)
    db.session.delete(action)
    remember(db.session, user, "removed an action", "audit", audit.reference)
    db.session.commit()


def submit(user: User, audit: Audit, version_read: int) -> None:
    """Submit a complete draft: its judgements are written down for good. Not committed.

    Raises:
        NotReady: when a section still needs something.
        Stale: when a section was saved after the answers were checked, or it was submitted already.
    """
    state = _allow(user, audit, Verb.SUBMIT)
    if any(problems(audit, section) for section in sections_of(audit)):
        raise NotReady
    if read_at(audit) != version_read or not _move(audit, state):
        raise Stale
    audit.submitted_at = now()
    audit.final_overall = audit.overall
    _judge(audit, user, None, audit.overall)
    for finding in audit.findings:
        finding.final_judgement = finding.judgement
        _judge(audit, user, finding.thread_id, finding.judgement)
    remember(db.session, user, "submitted", "audit", audit.reference)


def discard(user: User, audit: Audit) -> None:
    """Put a draft aside. Its text is kept, but nobody is shown it."""
    state = _allow(user, audit, Verb.DISCARD)
    _move(audit, state)
    remember(db.session, user, "discarded", "audit", audit.reference)
    db.session.commit()


def _remember_shown(user: User, audit: Audit, before: str | None) -> None:
    """Say in both audits' history that the auditor is shown the last one of the case."""
    earlier = earlier_reference(audit)
    if earlier is not None and earlier != before:
        remember(db.session, user, "was shown the last audit of the case", "audit", audit.reference)
        remember(db.session, user, "was shown its judgements and actions", "audit", earlier)


def _allow(user: User, audit: Audit, verb: Verb) -> AuditState:
    relations = audit.relations_of(user)
    return AuditState(next_state(AUDIT_STEPS, audit.state, verb, user.permissions, relations))


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


def _move(audit: Audit, state: AuditState) -> bool:
    """Change the state, unless somebody else already has."""
    moved = db.session.execute(
        update(Audit).where(Audit.id == audit.id, Audit.state == audit.state).values(state=state)
    )
    return bool(moved.rowcount)  # type: ignore[attr-defined]


def _judge(audit: Audit, user: User, thread_id: int | None, judgement: Any) -> None:
    if judgement is not None:
        audit.judgements.append(
            JudgementRow(
                thread_id=thread_id, stage=Stage.AUDITED, judgement=judgement, made_by_id=user.id
            )
        )
