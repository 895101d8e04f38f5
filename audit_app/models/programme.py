"""The audit programme: cycles, their targets and open cases, the draw, and who audits what."""

from __future__ import annotations

from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from audit_app.models.base import Base, Referenced, now, words
from audit_app.models.people import Locality, Service, Team, User
from audit_app.models.theme import Theme
from audit_app.rules.allocation_steps import (
    ALLOCATION_STEPS,
    AllocationState,
    ChosenBecause,
    RequestKind,
)
from audit_app.rules.audit_steps import RECORDED_STATES, AuditState
from audit_app.rules.audits import AuditType
from audit_app.rules.programme import ExcludedBecause, ModerationWay
from audit_app.rules.workflow import Relation, Verb, allowed


class ProgrammeCycle(Referenced, Base):
    """A time, usually a month, in which so many cases are audited.

    Everything the draw depends on is kept: the seed is made with the cycle, before anybody knows
    the open cases. Once it is drawn, the cycle, its targets and its list are never edited.
    """

    __tablename__ = "programme_cycles"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="days_in_order"),
        CheckConstraint("due_on >= starts_on", name="due_after_start"),
        CheckConstraint("look_back_months BETWEEN 1 AND 36", name="look_back"),
        CheckConstraint("audits_each BETWEEN 0 AND 20", name="audits_each"),
        CheckConstraint("(drawn_at IS NULL) = (drawn_by_id IS NULL)", name="drawn_by_somebody"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    starts_on: Mapped[date] = mapped_column(index=True)
    ends_on: Mapped[date]
    due_on: Mapped[date]
    audit_type: Mapped[AuditType] = mapped_column(words(AuditType, "audit_type"))
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("themes.id"), index=True)
    look_back_months: Mapped[int]
    moderation: Mapped[ModerationWay] = mapped_column(
        words(ModerationWay, "moderation"), default=ModerationWay.AS_SET
    )
    #: How many audits an auditor does, unless a target says otherwise for them.
    audits_each: Mapped[int]
    seed: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(default=0)
    set_up_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    set_up_at: Mapped[datetime] = mapped_column(default=now)
    drawn_at: Mapped[datetime | None]
    #: The day by which "audited in the last twelve months" was counted.
    drawn_on: Mapped[date | None]
    drawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    theme: Mapped[Theme | None] = relationship()
    set_up_by: Mapped[User] = relationship(foreign_keys=[set_up_by_id])
    drawn_by: Mapped[User | None] = relationship(foreign_keys=[drawn_by_id])
    targets: Mapped[list[ProgrammeTarget]] = relationship(
        order_by="ProgrammeTarget.id", cascade="all, delete-orphan"
    )
    case_list: Mapped[CaseList | None] = relationship(cascade="all, delete-orphan")

    @property
    def seed_checksum(self) -> str:
        """SHA-256 of the seed. Shown before the draw, it proves afterwards that the seed stayed."""
        return sha256(self.seed.encode()).hexdigest()


class ProgrammeTarget(Base):
    """How many: cases of a service or of a team that are audited, or audits an auditor does.

    A team's number is part of its service's.
    """

    __tablename__ = "programme_targets"
    __table_args__ = (
        CheckConstraint("number BETWEEN 0 AND 1000", name="number"),
        CheckConstraint(
            "(CASE WHEN service_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN team_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN auditor_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="of_one",
        ),
        Index("ix_programme_targets_service", "cycle_id", "service_id", unique=True),
        Index("ix_programme_targets_team", "cycle_id", "team_id", unique=True),
        Index("ix_programme_targets_auditor", "cycle_id", "auditor_id", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("programme_cycles.id", ondelete="CASCADE"))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    auditor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    number: Mapped[int]


class CaseList(Base):
    """The file of open cases a cycle is drawn from, as it was uploaded."""

    __tablename__ = "case_lists"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(
        ForeignKey("programme_cycles.id", ondelete="CASCADE"), unique=True
    )
    file_name: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64))
    rows: Mapped[int]
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    uploaded_at: Mapped[datetime] = mapped_column(default=now)

    uploaded_by: Mapped[User] = relationship()


class OpenCase(Base):
    """One open case of a cycle's list, and what became of it in the draw.

    ``excluded_because`` keeps it out of the draw. The others stand in their stratum by ``number``,
    which the cycle's seed and the case reference give; ``place`` counts from 1, and the first of
    each stratum are ``chosen``. ``stratum`` is ``service-<id>`` or ``team-<id>``.
    """

    __tablename__ = "open_cases"
    __table_args__ = (
        Index("ix_open_cases_cycle_id_case_reference", "cycle_id", "case_reference", unique=True),
        Index("ix_open_cases_cycle_id_stratum_place", "cycle_id", "stratum", "place"),
        CheckConstraint("NOT chosen OR excluded_because IS NULL", name="chosen_if_not_excluded"),
        CheckConstraint(
            "(exempted_at IS NULL) = (exempted_by_id IS NULL)", name="exempted_by_somebody"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("programme_cycles.id", ondelete="CASCADE"))
    case_reference: Mapped[str] = mapped_column(String(20), index=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"))
    locality_id: Mapped[int] = mapped_column(ForeignKey("localities.id"))
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))
    worker_staff_id: Mapped[str | None] = mapped_column(String(20))
    #: Why a named senior keeps it out of the draw, by hand, before it is drawn.
    exempted_reason: Mapped[str | None] = mapped_column(Text)
    exempted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    exempted_at: Mapped[datetime | None]
    excluded_because: Mapped[ExcludedBecause | None] = mapped_column(
        words(ExcludedBecause, "excluded_because")
    )
    #: The date of the last audit, where that is why.
    last_audited_on: Mapped[date | None]
    stratum: Mapped[str | None] = mapped_column(String(30))
    number: Mapped[int | None] = mapped_column(BigInteger)
    place: Mapped[int | None]
    chosen: Mapped[bool] = mapped_column(default=False)

    service: Mapped[Service] = relationship()
    locality: Mapped[Locality] = relationship()
    team: Mapped[Team] = relationship()
    exempted_by: Mapped[User | None] = relationship()


class EndedExemption(Base):
    """What was kept of a case that was exempted by hand and then was not any more.

    It was let into the draw again, or a new list came without it. ``row`` is the row number the
    case had in the list, which the history names.
    """

    __tablename__ = "ended_exemptions"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(
        ForeignKey("programme_cycles.id", ondelete="CASCADE"), index=True
    )
    row: Mapped[int]
    case_reference: Mapped[str] = mapped_column(String(20))
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"))
    exempted_reason: Mapped[str] = mapped_column(Text)
    exempted_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    exempted_at: Mapped[datetime]
    ended_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime] = mapped_column(default=now)

    exempted_by: Mapped[User] = relationship(foreign_keys=[exempted_by_id])
    ended_by: Mapped[User] = relationship(foreign_keys=[ended_by_id])

    @classmethod
    def of(cls, case: OpenCase, by: User) -> EndedExemption:
        """The exemption a case has, as somebody ends it."""
        return cls(
            cycle_id=case.cycle_id,
            row=case.id,
            case_reference=case.case_reference,
            service_id=case.service_id,
            exempted_reason=case.exempted_reason,
            exempted_by_id=case.exempted_by_id,
            exempted_at=case.exempted_at,
            ended_by=by,
        )


class Allocation(Referenced, Base):
    """A case that is to be audited, by whom and by when.

    A discarded draft leaves it to be started again. ``due_on`` moves only when more time is
    approved, ``first_due_on`` never, so that no extension hides how late an audit was.
    """

    __tablename__ = "allocations"
    __table_args__ = (
        Index("ix_allocations_auditor_id_put_aside", "auditor_id", "put_aside"),
        Index("ix_allocations_first_due_on", "first_due_on"),
        CheckConstraint(
            "put_aside IS NULL OR put_aside IN ('exempt', 'substituted')", name="put_aside_how"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: None for a re-audit that was asked for outside a cycle.
    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("programme_cycles.id"), index=True)
    open_case_id: Mapped[int | None] = mapped_column(ForeignKey("open_cases.id"), unique=True)
    chosen_because: Mapped[ChosenBecause] = mapped_column(words(ChosenBecause, "chosen_because"))
    case_reference: Mapped[str] = mapped_column(String(20), index=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"), index=True)
    locality_id: Mapped[int] = mapped_column(ForeignKey("localities.id"))
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))
    worker_staff_id: Mapped[str | None] = mapped_column(String(20))
    auditor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    allocated_at: Mapped[datetime | None]
    due_on: Mapped[date]
    first_due_on: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(default=now)
    #: Exempt or substituted; None while it is to be done, or was.
    put_aside: Mapped[AllocationState | None] = mapped_column(words(AllocationState, "put_aside"))
    put_aside_at: Mapped[datetime | None]
    audit_id: Mapped[int | None] = mapped_column(ForeignKey("audits.id"), unique=True)
    re_audit_of_id: Mapped[int | None] = mapped_column(ForeignKey("audits.id"), index=True)
    in_place_of_id: Mapped[int | None] = mapped_column(ForeignKey("allocations.id"), unique=True)

    cycle: Mapped[ProgrammeCycle | None] = relationship()
    service: Mapped[Service] = relationship()
    locality: Mapped[Locality] = relationship()
    team: Mapped[Team] = relationship()
    auditor: Mapped[User | None] = relationship()
    # Typed as anything: an audit knows its allocation, and modules import in one direction.
    audit: Mapped[Any] = relationship("Audit", foreign_keys=[audit_id], back_populates="allocation")
    re_audit_of: Mapped[Any] = relationship("Audit", foreign_keys=[re_audit_of_id], viewonly=True)
    in_place_of: Mapped[Allocation | None] = relationship(remote_side="Allocation.id")
    requests: Mapped[list[AllocationRequest]] = relationship(
        back_populates="allocation", order_by="AllocationRequest.id"
    )

    @property
    def state(self) -> AllocationState:
        """Where it stands; it waits for an auditor while nobody who can record audits has it."""
        if self.put_aside is not None:
            return self.put_aside
        if self.audit is not None and self.audit.state in RECORDED_STATES:
            return AllocationState.DONE
        if self.auditor is None or not self.auditor.records_audits:
            return AllocationState.WAITING
        begun = self.audit is not None and self.audit.state is AuditState.DRAFT
        return AllocationState.STARTED if begun else AllocationState.GIVEN

    @property
    def asked(self) -> AllocationRequest | None:
        """The request that waits for a decision, if any."""
        return next((each for each in self.requests if each.decided_at is None), None)

    def hold(self) -> None:
        """Read it again, with its audit and requests; nobody else acts on it until the end."""
        session = object_session(self)
        if session is None or self.id is None:
            return
        session.flush()
        # First wait, then read: what an outer join brings, PostgreSQL reads before it waits.
        session.execute(select(Allocation.id).where(Allocation.id == self.id).with_for_update())
        session.refresh(self)
        session.expire(self, ["requests"])
        if self.audit is not None:
            session.refresh(self.audit, ["state"], with_for_update=True)

    def relations_of(self, user: User) -> frozenset[Relation]:
        held = {
            Relation.AUDITOR: self.auditor_id == user.id,
            Relation.ASKER: self.asked is not None and self.asked.asked_by_id == user.id,
        }
        return frozenset(relation for relation, holds in held.items() if holds)

    def lets(self, user: User, verb: Verb) -> bool:
        """Whether this person may do this to this allocation now."""
        relations = self.relations_of(user)
        return allowed(ALLOCATION_STEPS, self.state, verb, user.permissions, relations)


class AllocationRequest(Base):
    """What an auditor asked for, why, and what a named senior decided."""

    __tablename__ = "allocation_requests"
    __table_args__ = (
        CheckConstraint("kind != 'extension' OR until IS NOT NULL", name="extension_until"),
        CheckConstraint(
            "(decided_at IS NULL) = (decided_by_id IS NULL) AND "
            "(decided_at IS NULL) = (granted IS NULL)",
            name="decided_by_somebody",
        ),
        Index("ix_allocation_requests_decided_at", "decided_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    allocation_id: Mapped[int] = mapped_column(
        ForeignKey("allocations.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[RequestKind] = mapped_column(words(RequestKind, "kind"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime] = mapped_column(default=now)
    reason: Mapped[str] = mapped_column(Text)
    until: Mapped[date | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    granted: Mapped[bool | None]
    decision: Mapped[str | None] = mapped_column(Text)

    allocation: Mapped[Allocation] = relationship(back_populates="requests")
    asked_by: Mapped[User] = relationship(foreign_keys=[asked_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])


class DeclaredStake(Base):
    """A person said that they have a stake in a case, so they are never given it."""

    __tablename__ = "declared_stakes"
    __table_args__ = (
        Index("ix_declared_stakes_case_user", "case_reference", "user_id", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    case_reference: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    declared_at: Mapped[datetime] = mapped_column(default=now)

    user: Mapped[User] = relationship()


class Absence(Base):
    """Days on which somebody is away and is given no audits. Why is nobody's business here."""

    __tablename__ = "absences"
    __table_args__ = (CheckConstraint("last_day >= first_day", name="days_in_order"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    recorded_by: Mapped[User] = relationship(foreign_keys=[recorded_by_id])
