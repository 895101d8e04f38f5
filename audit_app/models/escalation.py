"""The Inadequate clock: what must be done at once, by when, and what was recorded about it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, event, inspect, select
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from audit_app.models.appending import RowKept, keep_for_ever, refuse
from audit_app.models.base import Base, Referenced, now, words
from audit_app.models.people import User
from audit_app.rules.escalation_steps import ESCALATION_STEPS, EscalationState
from audit_app.rules.workflow import Verb, allowed
from audit_app.rules.working_days import working_days_after


class EscalationCause(StrEnum):
    SAFEGUARDING = "safeguarding"
    INADEQUATE = "inadequate"

    @property
    def label(self) -> str:
        return {
            EscalationCause.SAFEGUARDING: "Immediate safeguarding concern",
            EscalationCause.INADEQUATE: "Judged Inadequate",
        }[self]


class EntryKind(StrEnum):
    STARTED = "started"
    CONCERN = "concern"
    NOTE = "note"
    CLOSED = "closed"
    REOPENED = "reopened"


class Escalation(Referenced, Base):
    """A clock that runs from an Inadequate judgement or a safeguarding concern until it is closed.

    An audit has at most one for each cause. It is closed only with what was done, and outlives a
    draft that is discarded and a judgement that is changed.
    """

    __tablename__ = "escalations"
    __table_args__ = (
        Index("ix_escalations_audit_id_cause", "audit_id", "cause", unique=True),
        Index("ix_escalations_closed_at_due_on", "closed_at", "due_on"),
        CheckConstraint("(closed_at IS NULL) = (closed_by_id IS NULL)", name="closed_by_somebody"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audits.id", ondelete="CASCADE"))
    cause: Mapped[EscalationCause] = mapped_column(words(EscalationCause, "cause"))
    started_at: Mapped[datetime] = mapped_column(default=now)
    due_on: Mapped[date]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    # Typed as anything: an audit knows its escalations, and modules import in one direction.
    audit: Mapped[Any] = relationship("Audit", viewonly=True)
    closed_by: Mapped[User | None] = relationship()
    entries: Mapped[list[EscalationEntry]] = relationship(order_by="EscalationEntry.id")

    @property
    def state(self) -> EscalationState:
        return EscalationState.OPEN if self.closed_at is None else EscalationState.CLOSED

    def lets(self, user: User, verb: Verb) -> bool:
        """Whether this person may do this to this escalation now."""
        relations = self.audit.relations_of(user)
        return allowed(ESCALATION_STEPS, self.state, verb, user.permissions, relations)

    def hold(self) -> None:
        """Read it again, entries and all; nobody else acts on it until the transaction ends."""
        session = object_session(self)
        if session is None or self.id is None:
            return
        session.flush()
        # First wait, then read: what an outer join brings, PostgreSQL reads before it waits.
        session.execute(select(Escalation.id).where(Escalation.id == self.id).with_for_update())
        session.refresh(self)

    def say(self, kind: EntryKind, by_id: int, text: str | None = None) -> None:
        """Add to what is recorded. Not committed."""
        self.entries.append(EscalationEntry(kind=kind, by_id=by_id, text=text))

    def record_concern(self, by_id: int, text: str) -> None:
        """Add the words of a concern, unless they are what was recorded last. Not committed."""
        said = [each.text for each in self.entries if each.kind is EntryKind.CONCERN]
        if said[-1:] != [text]:
            self.say(EntryKind.CONCERN, by_id, text)

    def reopen(self, by: User, why: str, working_days: int) -> None:
        """Start the clock again, with a new day to answer by; the old one is recorded."""
        due_on = working_days_after(date.today(), working_days)
        days = f"Due again by {_day(due_on)}. It was due by {_day(self.due_on)}."
        self.say(EntryKind.REOPENED, by.id, f"{why}\n{days}")
        self.due_on, self.closed_at, self.closed_by_id = due_on, None, None


class EscalationEntry(Base):
    """One thing recorded about an escalation. Rows are added and never changed or deleted."""

    __tablename__ = "escalation_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    escalation_id: Mapped[int] = mapped_column(
        ForeignKey("escalations.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[EntryKind] = mapped_column(words(EntryKind, "kind"))
    at: Mapped[datetime] = mapped_column(default=now)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    text: Mapped[str | None] = mapped_column(Text)

    by: Mapped[User] = relationship()


class EscalationKept(RowKept):
    """Something tried to make an escalation vanish, or to change what was recorded about it."""


_KEPT = EscalationKept("What is recorded about an escalation is never changed or deleted.")
keep_for_ever(EscalationEntry, _KEPT)
refuse(Escalation, "before_delete", _KEPT)


@event.listens_for(Escalation, "before_update")
def _only_with_an_entry(mapper: object, connection: object, row: Escalation) -> None:
    """Refuse to close, reopen or put off an escalation without a new entry that says so."""
    changed = {each.key for each in inspect(row).attrs if each.history.has_changes()}
    if changed & {"audit_id", "cause", "started_at"}:
        raise _KEPT
    if changed & {"due_on", "closed_at", "closed_by_id"} and "entries" not in changed:
        raise _KEPT


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
