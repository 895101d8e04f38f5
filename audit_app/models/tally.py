"""Counts kept beside the records they count, so that a figure need not read a million rows.

They hold nothing that the records do not, and are written in the transaction that changes them:
``tallying`` keeps them, and can count them all again.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from audit_app.models.base import Base, words
from audit_app.rules.judgements import Judgement

#: Stands for every type of audit, or every way of choosing a case, in a count of all of them.
EVERY = "*"
#: What is judged where it is the practice as a whole and no single thread.
OVERALL = "overall"


class PlaceKind(StrEnum):
    AUTHORITY = "authority"
    SERVICE = "service"
    LOCALITY = "locality"
    TEAM = "team"


class Tally(Base):
    """How many recorded audits of one place and month were judged so, on a basis.

    The whole authority has the place number 0. ``audit_type`` and ``selection`` are both
    :data:`EVERY`, or both said; an audit whose selection nobody recorded has an empty one. The
    authority and services are counted both ways, localities and teams for every type together.
    ``judged`` is :data:`OVERALL` or a thread's code. ``month`` is yyyymm.
    """

    __tablename__ = "tallies"
    __table_args__ = (
        CheckConstraint("n >= 0", name="counted"),
        # On SQLite the key is then the table, and reading along it reads nothing else.
        {"sqlite_with_rowid": False},
    )

    # In the order questions are asked in: what a table is of lies together, for each place, and
    # the months of a judgement, which are summed as they are read.
    place_kind: Mapped[PlaceKind] = mapped_column(words(PlaceKind, "place_kind"), primary_key=True)
    audit_type: Mapped[str] = mapped_column(String(30), primary_key=True)
    selection: Mapped[str] = mapped_column(String(30), primary_key=True)
    judged: Mapped[str] = mapped_column(String(30), primary_key=True)
    basis: Mapped[str] = mapped_column(String(10), primary_key=True)
    place_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    judgement: Mapped[Judgement] = mapped_column(words(Judgement, "judgement"), primary_key=True)
    month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    n: Mapped[int]


class Chosen(StrEnum):
    """Why an audit was moderated, as far as it matters for what the moderation shows."""

    RANDOM = "random"
    TARGETED = "targeted"
    NOT_KNOWN = "not_known"

    @property
    def label(self) -> str:
        return _CHOSEN[self]


_CHOSEN = {
    Chosen.RANDOM: "Chosen at random",
    Chosen.TARGETED: "Chosen for a reason",
    Chosen.NOT_KNOWN: "Not known why it was chosen",
}


class ModerationTally(Base):
    """How many audits of one place and month were judged so by the auditor and so in moderation.

    ``audited`` is the auditor's judgement that the moderator's answered, ``moderated`` the
    moderator's own, whatever a third person decided later. The month is the audit's.
    """

    __tablename__ = "moderation_tallies"
    __table_args__ = (CheckConstraint("n >= 0", name="counted"), {"sqlite_with_rowid": False})

    place_kind: Mapped[PlaceKind] = mapped_column(words(PlaceKind, "place_kind"), primary_key=True)
    judged: Mapped[str] = mapped_column(String(30), primary_key=True)
    place_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    blind: Mapped[bool] = mapped_column(primary_key=True)
    chosen: Mapped[Chosen] = mapped_column(words(Chosen, "chosen"), primary_key=True)
    month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    audited: Mapped[Judgement] = mapped_column(words(Judgement, "audited"), primary_key=True)
    moderated: Mapped[Judgement] = mapped_column(words(Judgement, "moderated"), primary_key=True)
    n: Mapped[int]


class ModerationWait(Base):
    """How many audits of one place and month were moderated so many days after their audit date.

    An imported moderation that is dated before its audit counts as 0 days.
    """

    __tablename__ = "moderation_waits"
    __table_args__ = (
        CheckConstraint("n >= 0", name="counted"),
        CheckConstraint("days >= 0", name="days"),
        {"sqlite_with_rowid": False},
    )

    place_kind: Mapped[PlaceKind] = mapped_column(words(PlaceKind, "place_kind"), primary_key=True)
    place_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    blind: Mapped[bool] = mapped_column(primary_key=True)
    chosen: Mapped[Chosen] = mapped_column(words(Chosen, "chosen"), primary_key=True)
    month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    days: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    n: Mapped[int]


class TallyStamp(Base):
    """The one row that is another whenever the tallies are: the same stamp, the same counts.

    It is made up anew each time, so that a database that was restored never repeats one.
    """

    __tablename__ = "tallies_stamp"

    stamp: Mapped[str] = mapped_column(String(32), primary_key=True)
