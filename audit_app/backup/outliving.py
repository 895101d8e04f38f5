"""What an older backup must not take back: legal holds, and certificates of what was disposed of.

Where the database that makes way can be read, those it has and the backup has not are carried over,
with what history says of them. A hold is never taken away by this: one that was lifted since is in
force again, as nobody can tell at night whether the lifting was right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, inspect, or_, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from audit_app.backup.queries import keeps
from audit_app.disposal.queries import CERTIFICATE, HOLD
from audit_app.models import (
    Audit,
    DisposalCertificate,
    HistoryEvent,
    HistorySeal,
    LegalHold,
    User,
    remember,
)
from audit_app.models.cases import of_case
from audit_app.rules.deeds import CARRIED_OVER, DISPOSED_OF
from audit_app.web.moments import in_utc

Row = Mapping[str, Any]
#: References in one statement.
_AT_ONCE = 500


@dataclass(frozen=True)
class Written:
    """Holds and certificates of a database, the events about them, and references of people."""

    holds: tuple[Row, ...] = ()
    certificates: tuple[Row, ...] = ()
    events: tuple[Row, ...] = ()
    people: Mapping[int, str] | None = None


@dataclass(frozen=True)
class Carried:
    """What was carried over, by references, and what was not.

    ``lifted_since`` are holds in force again; ``left_out`` are holds, with their cases, and
    certificates that have to be looked after by people; ``back`` is how many audits and drafts
    are there again that were disposed of. ``read`` is False where nothing could be read.
    """

    holds: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    lifted_since: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    back: int = 0
    read: bool = True


def written(engine: Engine) -> Written | None:
    """What a database that is to make way holds; None where it cannot be read."""
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table(LegalHold.__tablename__):
                return Written()
            if not _keeps_all(connection):
                return None
            return _read(connection)
    except (DBAPIError, ValueError, TypeError, LookupError):
        return None


def _keeps_all(connection: Connection) -> bool:
    tables = (User, LegalHold, DisposalCertificate, HistoryEvent, HistorySeal)
    return all(keeps(connection, each) for each in tables)


def _read(connection: Connection) -> Written:
    def rows(table: Any, *which: Any) -> tuple[Row, ...]:
        wanted = select(table.__table__).where(*which).order_by(table.id)
        return tuple(dict(row) for row in connection.execute(wanted).mappings())

    about = or_(
        HistoryEvent.record_type.in_((HOLD, CERTIFICATE)), HistoryEvent.verb.in_(DISPOSED_OF)
    )
    people = connection.execute(select(User.id, User.reference))
    return Written(
        rows(LegalHold),
        rows(DisposalCertificate),
        rows(HistoryEvent, about),
        {row.id: row.reference for row in people},
    )


def carry_over(session: Session, old: Written | None) -> Carried:
    """Put what the restored database has not into it; not committed."""
    if old is None:
        return Carried(read=False)
    if not _keeps_all(session.connection()):
        lost = [*map(_named, (each for each in old.holds if each["lifted_at"] is None))]
        certificates = (f"certificate {each['reference']}" for each in old.certificates)
        return Carried(left_out=(*lost, *certificates))
    return _Carrying(session, old).all()


def _named(hold: Row) -> str:
    return f"hold {hold['reference']} on case {hold['case_reference']}"


class _Carrying:
    """One carrying over, into one session."""

    def __init__(self, session: Session, old: Written) -> None:
        self.session, self.old = session, old
        here = {ref: number for number, ref in session.execute(select(User.id, User.reference))}
        self.people = {number: here.get(ref) for number, ref in (old.people or {}).items()}
        self.lifted_since: list[str] = []
        self.left_out: list[str] = []

    def all(self) -> Carried:
        # Those that were lifted first: a case has one hold in force at a time.
        holds = sorted(self.old.holds, key=lambda each: each["lifted_at"] is None)
        carried = [each["reference"] for each in holds if self._hold(each)]
        certificates = [each for each in self.old.certificates if self._certificate(each)]
        references = [each["reference"] for each in certificates]
        went = {each for one in certificates for each in one["references"]}
        self._events(lambda each: each["record_reference"] in carried, HOLD)
        self._events(lambda each: each["record_reference"] in references, CERTIFICATE)
        self._events(lambda each: each["record_reference"] in went, None)
        for kind, some in ((HOLD, carried), (CERTIFICATE, references)):
            for reference in some:
                remember(self.session, None, CARRIED_OVER, kind, reference)
        return Carried(
            tuple(carried),
            tuple(references),
            tuple(self.lifted_since),
            tuple(self.left_out),
            self._back(went),
        )

    def _hold(self, row: Row) -> bool:
        known = self.session.scalar(
            select(LegalHold).where(LegalHold.reference == row["reference"])
        )
        if known is None:
            return self._new_hold(row)
        if known.lifted_at is None and row["lifted_at"] is not None:
            return self._lifted(known, row)
        return False

    def _new_hold(self, row: Row) -> bool:
        by, lifted_by = self._person(row["placed_by_id"]), self._person(row["lifted_by_id"])
        in_force = row["lifted_at"] is None
        if by is None or (lifted_by is None and not in_force) or (in_force and self._held(row)):
            self.left_out.append(_named(row))
            return False
        self._add(LegalHold, row, placed_by_id=by, lifted_by_id=lifted_by)
        return True

    def _lifted(self, known: LegalHold, row: Row) -> bool:
        """Lifted too where the same case was held anew since: it stays held all along."""
        by, case = self._person(row["lifted_by_id"]), row["case_reference"].casefold()
        anew = any(
            each["case_reference"].casefold() == case and self._person(each["placed_by_id"])
            for each in self.old.holds
            if each["lifted_at"] is None
        )
        if not anew or by is None:
            self.lifted_since.append(known.reference)
            return False
        known.lifted_at, known.lifted_by_id = row["lifted_at"], by
        known.lifted_because = row["lifted_because"]
        self.session.flush()
        return True

    def _held(self, row: Row) -> bool:
        same = of_case(LegalHold.case_reference, row["case_reference"])
        held = select(LegalHold.id).where(same, LegalHold.lifted_at.is_(None))
        return self.session.scalar(held) is not None

    def _certificate(self, row: Row) -> bool:
        known = select(DisposalCertificate.id)
        known = known.where(DisposalCertificate.reference == row["reference"])
        if self.session.scalar(known) is not None:
            return False
        # Who made it is part of its checksum, so it is carried over as it is, or not at all.
        if self._person(row["made_by_id"]) != row["made_by_id"]:
            self.left_out.append(f"certificate {row['reference']}")
            return False
        self._add(DisposalCertificate, row)
        return True

    def _events(self, wanted: Callable[[Row], bool], record_type: str | None) -> None:
        """Events as they were, and when; those the backup has are not added again."""
        some = [
            each
            for each in self.old.events
            if wanted(each)
            and (each["record_type"] == record_type if record_type else each["verb"] in DISPOSED_OF)
        ]
        known = self._known({each["record_reference"] for each in some})
        for each in some:
            if _key(each) not in known:
                self._add(HistoryEvent, each, user_id=self._person(each["user_id"]))

    def _known(self, references: Iterable[str]) -> set[tuple[object, ...]]:
        found: set[tuple[object, ...]] = set()
        for some in _batches(references):
            of = HistoryEvent.record_reference.in_(some)
            rows = self.session.execute(select(HistoryEvent.__table__).where(of)).mappings()
            found.update(_key(row) for row in rows)  # type: ignore[arg-type]
        return found

    def _back(self, references: Iterable[str]) -> int:
        counted = (
            self.session.scalar(select(func.count(Audit.id)).where(Audit.reference.in_(some)))
            for some in _batches(references)
        )
        return sum(each or 0 for each in counted)

    def _person(self, number: int | None) -> int | None:
        return None if number is None else self.people.get(number)

    def _add(self, table: Any, row: Row, **changed: object) -> None:
        values = {name: value for name, value in row.items() if name != "id"}
        self.session.add(table(**{**values, **changed}))
        self.session.flush()


def _key(event: Row) -> tuple[object, ...]:
    at: datetime = event["at"]
    return event["record_type"], event["record_reference"], event["verb"], in_utc(at)


def _batches(references: Iterable[str]) -> Iterable[list[str]]:
    every = sorted(references)
    return (every[at : at + _AT_ONCE] for at in range(0, len(every), _AT_ONCE))
