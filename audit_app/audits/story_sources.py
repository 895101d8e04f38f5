"""What an audit's story is told from, and how much of it a reader may be told.

Nobody is told what they may not know. While an audit waits for a blind moderation, its judgement
and all that follows from it are left out for whoever might moderate it. Escalations are for those
they concern, and for the auditor. Whose work was audited is told what became of the
audit, not how people worked on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import not_, or_, select
from sqlalchemy.orm import contains_eager, selectinload

from audit_app.audits.followed import verifying_hidden_from
from audit_app.audits.sections import Kind
from audit_app.extensions import db
from audit_app.models import Action, ActionEntry, Audit, Escalation, HistoryEvent, User
from audit_app.rules.actions import ActionEvent
from audit_app.rules.audit_steps import WRITING_STATES
from audit_app.rules.deed_words import NOBODY, Given, given, section_saved
from audit_app.rules.deeds import NOT_TOLD
from audit_app.rules.permissions import Role
from audit_app.rules.workflow import Relation

_SAVES = {"removed an action": Kind.ACTIONS}
_OF_ACTIONS = (
    ActionEvent.CLOSED,
    ActionEvent.VERIFIED,
    ActionEvent.NOT_VERIFIED,
    ActionEvent.REOPENED,
)


class Event(NamedTuple):
    """A row of the history."""

    at: datetime
    by: int | None
    verb: str

    @property
    def section(self) -> str | None:
        """The key of the section that was saved, if one was."""
        return section_saved(self.verb) or _SAVES.get(self.verb)

    @property
    def given(self) -> Given | None:
        """Who had the audit to moderate and who has it, where that is what happened."""
        return given(self.verb)


@dataclass(frozen=True)
class Sight:
    """What a reader may be told besides what the audit itself shows them.

    Of escalations those are told whom they concern, as the list of escalations does; the words of
    a concern that is still being written are for the auditor and the head of service.
    """

    judgement: bool
    escalations: bool
    concern: bool
    working: bool


@dataclass(frozen=True)
class Source:
    """An audit with all that its story is told from."""

    audit: Audit
    sight: Sight
    history: Sequence[Event]
    names: Mapping[int | str | None, str]
    acted: Sequence[ActionEntry] = ()

    def last(self, verb: str) -> Event | None:
        """The last time this was done."""
        return next((each for each in reversed(self.history) if each.verb == verb), None)

    def name(self, user_id: int | None) -> str:
        return self.names.get(user_id, "Somebody")

    def named(self, reference: str) -> str | None:
        """Who is known by a reference in the history; None for nobody."""
        return None if reference == NOBODY else self.names.get(reference, "Somebody")


def source_for(audit: Audit, user: User) -> Source:
    """Everything there is to tell from, in the same few queries whatever happened."""
    history, acted = _history(audit), _acted(audit, user)
    return Source(audit, _sight(audit, user), history, _names(audit, history, acted), acted)


def _sight(audit: Audit, user: User) -> Sight:
    relations = audit.relations_of(user)
    close = user.id == audit.auditor_id or user.heads(audit.service_id)
    told = close or user.manages(audit.team_id) or Role.PRACTICE_LEAD in user.roles
    return Sight(
        judgement=not audit.hides_judgement_from(user),
        escalations=told,
        concern=told and (close or audit.state not in WRITING_STATES),
        working=Relation.WORKER not in relations,
    )


def _history(audit: Audit) -> list[Event]:
    rows = db.session.execute(
        select(HistoryEvent.at, HistoryEvent.user_id, HistoryEvent.verb)
        .where(
            HistoryEvent.record_type == "audit",
            HistoryEvent.record_reference == audit.reference,
            HistoryEvent.verb.not_in(NOT_TOLD),
        )
        .order_by(HistoryEvent.at, HistoryEvent.id)
    )
    return [Event(row.at, row.user_id, row.verb) for row in rows]


def _acted(audit: Audit, user: User) -> Sequence[ActionEntry]:
    """What was recorded of its actions that their audit's story tells this person.

    That one was verified tells that it had to be, which another audit's judgement may be why.
    """
    told = or_(ActionEntry.event != ActionEvent.VERIFIED, not_(verifying_hidden_from(user)))
    return db.session.scalars(
        select(ActionEntry)
        .join(ActionEntry.action)
        .where(Action.audit_id == audit.id, ActionEntry.event.in_(_OF_ACTIONS), told)
        .order_by(ActionEntry.id)
        .options(contains_eager(ActionEntry.action))
    ).all()


def _names(
    audit: Audit, history: Sequence[Event], acted: Sequence[ActionEntry]
) -> dict[int | str | None, str]:
    """Everybody the story may name, in one go."""
    asked, answer, resolution = audit.evidence_requests, audit.answer, audit.resolution
    reflection, draw = audit.reflection, audit.draw
    people = {audit.auditor_id, *(each.by for each in history), *(each.by_id for each in acted)}
    people |= {each.asked_by_id for each in asked}
    people |= {each.by_id for one in _escalations(audit) for each in one.entries}
    people |= {draw.moderator_id, draw.called_in_by_id} if draw else set()
    people |= {audit.moderation.moderator_id} if audit.moderation else set()
    people |= {answer.answered_by_id} if answer else set()
    people |= {resolution.resolved_by_id} if resolution else set()
    people |= {reflection.user_id, reflection.acknowledged_by_id} if reflection else set()
    given = {each for event in history for each in event.given or ()}
    wanted = select(User.id, User.reference, User.name).where(
        or_(User.id.in_(people - {None}), User.reference.in_(given))
    )
    rows = db.session.execute(wanted).all()
    return {row.id: row.name for row in rows} | {row.reference: row.name for row in rows}


def _escalations(audit: Audit) -> Sequence[Escalation]:
    return db.session.scalars(
        select(Escalation)
        .where(Escalation.audit_id == audit.id)
        .order_by(Escalation.id)
        .options(selectinload(Escalation.entries))
    ).all()
