"""An improvement action, and everything that was recorded about it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    event,
    inspect,
    select,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from audit_app.models.appending import RowKept, keep_for_ever
from audit_app.models.base import Base, Referenced, now, words
from audit_app.models.framework import Thread
from audit_app.models.people import Service, Team, User
from audit_app.models.theme import Theme, action_themes
from audit_app.rules.action_steps import ActionState
from audit_app.rules.actions import ActionEvent, ActionKind, ActionSource, Difference, owned_by
from audit_app.rules.audits import Priority
from audit_app.rules.permissions import Role
from audit_app.rules.workflow import Relation


class Action(Referenced, Base):
    """What needs to happen, who owns it and by when.

    An action of an audit is the auditor's to change until the audit is submitted; it is *live* from
    then on, and everything that happens to it is recorded in ``entries``. ``owner`` is the job or
    team as it was typed, ``owner_user`` the person in the service who answers for it; without one
    it is ownerless. ``team`` and ``service`` say where it is to happen, and are kept as they were
    when it went live; neither means the whole authority. ``due_on`` moves only with an extension,
    ``first_due_on`` never; but one that others are joined to is due when the earliest of them was.
    ``like`` is an open action that says much the same.
    """

    __tablename__ = "actions"
    __table_args__ = (
        CheckConstraint("source != 'audit' OR audit_id IS NOT NULL", name="of_an_audit"),
        CheckConstraint("state != 'joined' OR joined_to_id IS NOT NULL", name="joined_to"),
        CheckConstraint("joined_to_id != id", name="joined_to_another"),
        CheckConstraint(
            "state NOT IN ('closed', 'to_verify') OR "
            "(closed_at IS NOT NULL AND difference IS NOT NULL)",
            name="closed_with_the_difference",
        ),
        CheckConstraint("difference != 'too_early' OR look_again_on IS NOT NULL", name="looked_at"),
        Index("ix_actions_state_due_on", "state", "due_on", "id"),
        Index("ix_actions_team_id_state_due_on", "team_id", "state", "due_on", "id"),
        Index("ix_actions_service_id_state_due_on", "service_id", "state", "due_on", "id"),
        Index("ix_actions_owner_id_state_due_on", "owner_id", "state", "due_on", "id"),
        Index("ix_actions_closed_at", "closed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[ActionSource] = mapped_column(
        words(ActionSource, "source"), default=ActionSource.AUDIT
    )
    audit_id: Mapped[int | None] = mapped_column(
        ForeignKey("audits.id", ondelete="CASCADE"), index=True
    )
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("threads.id"))
    what: Mapped[str] = mapped_column(Text)
    kind: Mapped[ActionKind | None] = mapped_column(words(ActionKind, "kind"))
    owner: Mapped[str | None] = mapped_column(String(120))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id"))
    due_on: Mapped[date] = mapped_column(index=True)
    first_due_on: Mapped[date | None]
    priority: Mapped[Priority] = mapped_column(words(Priority, "priority"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    opened_at: Mapped[datetime | None]
    state: Mapped[ActionState] = mapped_column(
        words(ActionState, "state"), default=ActionState.OPEN
    )
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    difference: Mapped[Difference | None] = mapped_column(words(Difference, "difference"))
    look_again_on: Mapped[date | None]
    verified_at: Mapped[datetime | None]
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    joined_to_id: Mapped[int | None] = mapped_column(ForeignKey("actions.id"), index=True)
    like_id: Mapped[int | None] = mapped_column(ForeignKey("actions.id"), index=True)

    # Typed as anything: an audit knows its actions, and modules import in one direction.
    audit: Mapped[Any] = relationship("Audit", back_populates="actions")
    thread: Mapped[Thread | None] = relationship()
    owner_user: Mapped[User | None] = relationship(foreign_keys=[owner_id])
    closed_by: Mapped[User | None] = relationship(foreign_keys=[closed_by_id])
    verified_by: Mapped[User | None] = relationship(foreign_keys=[verified_by_id])
    team: Mapped[Team | None] = relationship()
    service: Mapped[Service | None] = relationship()
    themes: Mapped[list[Theme]] = relationship(secondary=action_themes, order_by=Theme.name)
    joined_to: Mapped[Action | None] = relationship(
        foreign_keys=[joined_to_id], remote_side="Action.id", back_populates="joined"
    )
    joined: Mapped[list[Action]] = relationship(
        foreign_keys=[joined_to_id], back_populates="joined_to", order_by="Action.id"
    )
    like: Mapped[Action | None] = relationship(foreign_keys=[like_id], remote_side="Action.id")
    entries: Mapped[list[ActionEntry]] = relationship(
        back_populates="action", order_by="ActionEntry.id"
    )

    @hybrid_property
    def live(self) -> bool:
        """Whether it counts, and is worked on by others than an auditor who is still writing."""
        return self.opened_at is not None

    @live.inplace.expression
    @classmethod
    def _live(cls) -> ColumnElement[bool]:
        return cls.opened_at.is_not(None)

    @property
    def owned_by(self) -> str:
        """Who owns it as people say it: the person, their job or team as typed, or both."""
        return owned_by(self.owner_user.name if self.owner_user else None, self.owner)

    def say(self, what: ActionEvent, by: User, text: str | None = None, **more: Any) -> ActionEntry:
        """Add to what is recorded. Not committed."""
        entry = ActionEntry(event=what, by_id=by.id, text=text, **more)
        self.entries.append(entry)
        return entry

    def relations_of(self, user: User) -> frozenset[Relation]:
        """What a person is to this action, as the workflow table asks.

        Whoever ever owned or closed it, or an action joined to it, or said what difference it made,
        has had a hand in it, whatever happened since.
        """
        held = {
            Relation.OWNER: user.id in self._owners(),
            Relation.ANSWERABLE: self.owner_id == user.id or self.answered_for_by(user),
            Relation.CLOSER: user.id in self._who(ActionEvent.CLOSED, ActionEvent.ANSWERED),
            Relation.VERIFIER: user.id in self._who(ActionEvent.VERIFIED),
        }
        return frozenset(relation for relation, holds in held.items() if holds)

    def _owners(self) -> set[int | None]:
        now_theirs = {each.owner_id for each in (self, *self.joined)}
        return now_theirs | {entry.owner_id for entry in self._all_entries()}

    def _who(self, *events: ActionEvent) -> set[int]:
        return {entry.by_id for entry in self._all_entries() if entry.event in events}

    def _all_entries(self) -> list[ActionEntry]:
        return [entry for each in (self, *self.joined) for entry in each.entries]

    @property
    def times_put_off(self) -> int:
        """How often somebody looked again, and it was still too early to say."""
        early = [each.event for each in self.entries if each.difference is Difference.TOO_EARLY]
        return early.count(ActionEvent.ANSWERED) - early.count(ActionEvent.CLOSED)

    def answered_for_by(self, user: User) -> bool:
        """Whether a person answers for the team or service, or runs the practice development."""
        return (
            (self.team_id is not None and user.manages(self.team_id))
            or (self.service_id is not None and user.heads(self.service_id))
            or Role.PRACTICE_LEAD in user.roles
        )

    def hold(self) -> None:
        """Read it again, entries and all; nobody else acts on it until the transaction ends."""
        session = object_session(self)
        if session is None or self.id is None:
            return
        session.flush()
        # First wait, then read: what an outer join brings, PostgreSQL reads before it waits.
        session.execute(select(Action.id).where(Action.id == self.id).with_for_update())
        session.refresh(self)
        session.expire(self, ["entries", "joined"])


class ActionEntry(Base):
    """One thing recorded about an action. Rows are added and never changed or deleted.

    ``difference`` is the answer given with it; ``due_on`` and ``was_due_on`` are an extension's;
    ``owner`` is who answers for it from then on.
    """

    __tablename__ = "action_entries"
    __table_args__ = (
        CheckConstraint(
            "event != 'closed' OR (text IS NOT NULL AND trim(text) != '' "
            "AND difference IS NOT NULL)",
            name="closed_with_evidence",
        ),
        CheckConstraint(
            "event != 'answered' OR difference IS NOT NULL", name="answered_with_a_difference"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("actions.id", ondelete="CASCADE"), index=True)
    event: Mapped[ActionEvent] = mapped_column(words(ActionEvent, "event"))
    at: Mapped[datetime] = mapped_column(default=now)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    text: Mapped[str | None] = mapped_column(Text)
    difference: Mapped[Difference | None] = mapped_column(words(Difference, "difference"))
    due_on: Mapped[date | None]
    was_due_on: Mapped[date | None]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    action: Mapped[Action] = relationship(back_populates="entries")
    by: Mapped[User] = relationship(foreign_keys=[by_id])
    owner: Mapped[User | None] = relationship(foreign_keys=[owner_id])


class ActionSample(Referenced, Base):
    """A random share of the actions closed in a time, drawn to be looked at again."""

    __tablename__ = "action_samples"
    __table_args__ = (
        CheckConstraint("closed_to >= closed_from", name="days_in_order"),
        CheckConstraint("percent BETWEEN 1 AND 100", name="percent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    closed_from: Mapped[date]
    closed_to: Mapped[date]
    percent: Mapped[int]
    seed: Mapped[str] = mapped_column(String(64))
    drawn_at: Mapped[datetime] = mapped_column(default=now)
    drawn_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    drawn_by: Mapped[User] = relationship()
    rechecks: Mapped[list[ActionRecheck]] = relationship(
        back_populates="sample", order_by="ActionRecheck.number, ActionRecheck.id"
    )


class ActionRecheck(Base):
    """One action a sample was drawn from: its number, whether it was chosen, and what was found."""

    __tablename__ = "action_rechecks"
    __table_args__ = (
        Index("ix_action_rechecks_sample_action", "sample_id", "action_id", unique=True),
        CheckConstraint("(checked_at IS NULL) = (holds IS NULL)", name="checked_with_a_finding"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("action_samples.id", ondelete="CASCADE"))
    action_id: Mapped[int] = mapped_column(ForeignKey("actions.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    chosen: Mapped[bool]
    checked_at: Mapped[datetime | None]
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    holds: Mapped[bool | None]
    found: Mapped[str | None] = mapped_column(Text)

    sample: Mapped[ActionSample] = relationship(back_populates="rechecks")
    action: Mapped[Action] = relationship()
    checked_by: Mapped[User | None] = relationship()


class ActionKept(RowKept):
    """Something tried to make a live action vanish, or to change it without a record of that."""


_KEPT = ActionKept("A live action is never deleted, nor changed without saying so.")
#: What changes only together with an entry that says so.
_SAID = {
    "what",
    "owner_id",
    "due_on",
    "first_due_on",
    "priority",
    "state",
    "closed_at",
    "closed_by_id",
    "difference",
    "look_again_on",
    "verified_at",
    "verified_by_id",
    "joined_to_id",
}
#: What must have been said in the same breath where an action leaves one state for another.
_SAID_OF_STEP = {
    (ActionState.OPEN, ActionState.CLOSED): ActionEvent.CLOSED,
    (ActionState.OPEN, ActionState.TO_VERIFY): ActionEvent.CLOSED,
    (ActionState.CLOSED, ActionState.TO_VERIFY): ActionEvent.ANSWERED,
    (ActionState.TO_VERIFY, ActionState.CLOSED): ActionEvent.VERIFIED,
    (ActionState.OPEN, ActionState.JOINED): ActionEvent.JOINED,
}
keep_for_ever(ActionEntry, _KEPT)


@event.listens_for(Action, "before_update")
def _only_with_an_entry(mapper: object, connection: object, row: Action) -> None:
    changed = {each.key for each in inspect(row).attrs if each.history.has_changes()}
    if row.live and changed & _SAID and not _said_now(row):
        raise _KEPT
    state = inspect(row).attrs.state.history
    if state.deleted and _SAID_OF_STEP.get((state.deleted[0], row.state)) not in {
        None,
        *_said_now(row),
    }:
        raise _KEPT


def _said_now(row: Action) -> set[ActionEvent]:
    """What is recorded of it together with this change."""
    return {entry.event for entry in inspect(row).attrs.entries.history.added}


@event.listens_for(Action, "before_delete")
def _only_before_it_is_live(mapper: object, connection: object, row: Action) -> None:
    if row.live:
        raise _KEPT
