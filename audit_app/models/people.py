"""Services, localities, teams, and the people who use the service with the roles they hold."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

from flask_login import UserMixin
from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    String,
    and_,
    bindparam,
    or_,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.models.base import Base, Named, Referenced, now, today, words
from audit_app.rules.permissions import (
    READ_ONLY,
    ROLE_PERMISSIONS,
    Permission,
    Role,
    permissions_of,
)

_RECORDING = tuple(
    role for role, verbs in ROLE_PERMISSIONS.items() if Permission.AUDIT_RECORD in verbs
)


class RecordingWay(StrEnum):
    """How a person likes to record an audit: section by section, or on one long page."""

    TASKS = "tasks"
    PAGE = "page"


class Service(Named, Base):
    """A part of children's social care, such as Locality social work or Fostering."""

    __tablename__ = "services"

    id: Mapped[int] = mapped_column(primary_key=True)


class Locality(Named, Base):
    """A part of the city, or the whole of it, that a team works in."""

    __tablename__ = "localities"

    id: Mapped[int] = mapped_column(primary_key=True)


class Team(Named, Base):
    """A team of practitioners: one service, one locality."""

    __tablename__ = "teams"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"), index=True)
    locality_id: Mapped[int] = mapped_column(ForeignKey("localities.id"), index=True)

    service: Mapped[Service] = relationship()
    locality: Mapped[Locality] = relationship()


class User(Referenced, UserMixin, Base):
    """A person who signs in, or who is named in imported history and cannot sign in."""

    __tablename__ = "users"
    __table_args__ = (Index("uq_users_issuer_subject", "issuer", "subject", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    staff_id: Mapped[str | None] = mapped_column(String(20), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    recording_way: Mapped[RecordingWay | None] = mapped_column(words(RecordingWay, "recording_way"))
    # Who the council's own sign-in says they are: an address may be given to somebody else, the
    # issuer's subject never is. An issuer alone: they were let in, and have not come by it yet.
    issuer: Mapped[str | None] = mapped_column(String(200))
    subject: Mapped[str | None] = mapped_column(String(255))

    #: The roles held today: one that has ended is not here, nor in any statement that joins it.
    grants: Mapped[list[RoleGrant]] = relationship(
        primaryjoin="and_(User.id == RoleGrant.user_id, RoleGrant.holds)",
        back_populates="user",
        cascade="all, delete-orphan",
        lazy="selectin",
    )
    #: Those that have ended among them.
    every_grant: Mapped[list[RoleGrant]] = relationship(viewonly=True, order_by="RoleGrant.id")

    @property
    def is_active(self) -> bool:
        return self.active

    @cached_property
    def roles(self) -> frozenset[Role]:
        """The roles held today."""
        held: list[RoleGrant] = self.grants
        return frozenset(grant.role for grant in held if grant.holds)

    @property
    def only_reads(self) -> bool:
        """Whether they look on: they hold a role, and none that changes anything."""
        return bool(self.roles) and self.roles <= READ_ONLY

    @cached_property
    def permissions(self) -> frozenset[Permission]:
        return permissions_of(self.roles)

    def can(self, permission: Permission) -> bool:
        return permission in self.permissions

    @hybrid_property
    def signs_in(self) -> bool:
        """Whether this person can sign in, by a password or with their council account."""
        return self.active and (self.password_hash is not None or self.issuer is not None)

    @signs_in.inplace.expression
    @classmethod
    def _signs_in(cls) -> ColumnElement[bool]:
        return and_(cls.active, or_(cls.password_hash.is_not(None), cls.issuer.is_not(None)))

    @hybrid_property
    def records_audits(self) -> bool:
        """Whether this person can sign in and record an audit."""
        recording = any(grant.role in _RECORDING for grant in self.grants)
        return self.signs_in and recording

    @records_audits.inplace.expression
    @classmethod
    def _records_audits(cls) -> ColumnElement[bool]:
        granted = cls.grants.any(RoleGrant.role.in_(_RECORDING))
        return and_(cls.signs_in, granted)

    def heads(self, service_id: int) -> bool:
        """Whether this person is a head of service for a service."""
        return any(
            g.role is Role.HEAD_OF_SERVICE and g.service_id in (None, service_id)
            for g in self.grants
        )

    def manages(self, team_id: int) -> bool:
        """Whether this person is the line manager of the workers in a team."""
        return any(g.role is Role.TEAM_MANAGER and g.team_id == team_id for g in self.grants)


class RoleGrant(Base):
    """A role a person holds, for one team or one service, or for the whole authority.

    ``ends_on`` is the last day it is held; an inspector's always ends. Whoever asks for roles
    without going by ``User.grants`` asks for those that hold.
    """

    __tablename__ = "role_grants"
    __table_args__ = (
        Index(
            "uq_role_grants_user_role_team_service",
            "user_id",
            "role",
            "team_id",
            "service_id",
            unique=True,
        ),
        CheckConstraint("team_id IS NULL OR service_id IS NULL", name="one_place"),
        CheckConstraint("role != 'inspector' OR ends_on IS NOT NULL", name="inspector_ends"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    role: Mapped[Role] = mapped_column(words(Role, "role"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"), index=True)
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id"), index=True)
    ends_on: Mapped[date | None]

    @hybrid_property
    def holds(self) -> bool:
        """Whether it is held today, to the end of its last day in London."""
        return self.ends_on is None or today() <= self.ends_on

    @holds.inplace.expression
    @classmethod
    def _holds(cls) -> ColumnElement[bool]:
        # Asked when a statement is run: it is written once, and kept for days.
        day: ColumnElement[date] = bindparam(None, callable_=lambda: today(), type_=Date)  # noqa: PLW0108
        return or_(cls.ends_on.is_(None), cls.ends_on >= day)

    user: Mapped[User] = relationship(back_populates="grants")
    team: Mapped[Team | None] = relationship(lazy="joined")
    service: Mapped[Service | None] = relationship(lazy="joined")
