"""Reading holds, certificates, and what would go next. Never what a record says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import abort
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, load_only

from audit_app.disposal.belonging import AUDITS, PARTS, numbers_of
from audit_app.disposal.certificates import checksum_of
from audit_app.disposal.standing import due
from audit_app.extensions import db
from audit_app.models import (
    Allocation,
    Audit,
    DisposalCertificate,
    HistoryEvent,
    LegalHold,
    OpenCase,
)
from audit_app.models.cases import of_case
from audit_app.rules.deeds import CONFIRMED_HOLDS, PUT_BACK
from audit_app.rules.retention import Periods, Plan, batches, plan
from audit_app.web.moments import in_utc

#: What the history calls them.
CERTIFICATE = "disposal certificate"
HOLD = "legal hold"
BACKUP = "backup"
SUBJECT_ACCESS = "subject access"
#: How many records go in one transaction.
AT_ONCE = 200


def planned(periods: Periods, today: date, those: Collection[int] | None = None) -> Plan:
    """What goes and what is held back today; of these audits alone where they are named."""
    return plan(due(periods, today, those))


def rows_by_table(plan: Plan) -> Mapping[str, int]:
    """How many rows of which table belong to what goes, counted without reading them."""
    counts: Counter[str] = Counter()
    for some in batches(plan.groups, AT_ONCE):
        counts += _rows([each.id for each in some], {each.id for each in some if each.draft})
    return dict(sorted(counts.items()))


def _rows(ids: Sequence[int], drafts: Collection[int]) -> Counter[str]:
    known = dict(numbers_of(db.session.connection(), ids))
    counts = Counter({AUDITS: len(ids)})
    for part in PARTS:
        of = known[part.of]
        if part.table == "allocations":
            # The allocation of a draft stays, to be started again.
            of = [each for each in of if each not in drafts]
        belongs = select(func.count()).select_from(part.rows).where(part.belongs_to(of))
        counts[part.table] = db.session.scalar(belongs) or 0
    return counts


def open_holds() -> Sequence[LegalHold]:
    """Holds in force, the newest first."""
    return _holds(select(LegalHold).where(LegalHold.lifted_at.is_(None)))


def lifted_holds(most: int) -> Sequence[LegalHold]:
    """Holds that were lifted, the latest first."""
    lifted = select(LegalHold).where(LegalHold.lifted_at.is_not(None))
    return _holds(lifted.order_by(LegalHold.lifted_at.desc()).limit(most))


def _holds(wanted: Any) -> Sequence[LegalHold]:
    who = (joinedload(LegalHold.placed_by), joinedload(LegalHold.lifted_by))
    found: Sequence[LegalHold] = (
        db.session.scalars(wanted.order_by(LegalHold.id.desc()).options(*who)).unique().all()
    )
    return found


@dataclass(frozen=True)
class PutBack:
    """A backup that was put back, and nobody has confirmed since that the holds are complete.

    ``number`` is of the event, ``reference`` of the backup, ``at`` the moment in UTC.
    """

    number: int
    reference: str
    at: datetime


def put_back() -> PutBack | None:
    """The backup that the holds are yet to be confirmed for; None where nothing waits for it."""
    verb = HistoryEvent.verb
    newest = select(verb, func.max(HistoryEvent.id)).where(
        verb.in_((PUT_BACK, CONFIRMED_HOLDS)), HistoryEvent.record_type == BACKUP
    )
    last: dict[str, int] = dict(db.session.execute(newest.group_by(verb)).all())
    if last.get(PUT_BACK, 0) <= last.get(CONFIRMED_HOLDS, 0):
        return None
    event = db.session.get_one(HistoryEvent, last[PUT_BACK])
    return PutBack(event.id, event.record_reference, in_utc(event.at))


def hold_with(reference: str) -> LegalHold:
    """One hold; 404 where there is none of this reference."""
    found = _holds(select(LegalHold).where(LegalHold.reference == reference))
    return found[0] if found else abort(404)


def hold_on(case_reference: str) -> LegalHold | None:
    """The hold in force on a case, however its reference is written."""
    same = of_case(LegalHold.case_reference, case_reference)
    return db.session.scalar(select(LegalHold).where(same, LegalHold.lifted_at.is_(None)))


def records_of(case_reference: str) -> Mapping[str, int]:
    """How many records name a case, by what they are called."""
    counted: dict[str, Any] = {
        "Audits and drafts": Audit,
        "Cases given to be audited": Allocation,
        "Lines in lists of open cases": OpenCase,
    }
    return {
        name: db.session.scalar(
            select(func.count(table.id)).where(of_case(table.case_reference, case_reference))
        )
        or 0
        for name, table in counted.items()
    }


def count_certificates() -> int:
    return db.session.scalar(select(func.count(DisposalCertificate.id))) or 0


@dataclass(frozen=True)
class CertificateLine:
    """A certificate as lists show it."""

    certificate: DisposalCertificate

    @property
    def rows(self) -> int:
        return sum(self.certificate.counts.values())

    @property
    def records(self) -> int:
        return int(self.certificate.counts.get(AUDITS, 0))


def certificates(offset: int, most: int) -> Sequence[CertificateLine]:
    """The newest first."""
    shown = load_only(
        DisposalCertificate.reference,
        DisposalCertificate.made_at,
        DisposalCertificate.before,
        DisposalCertificate.counts,
        DisposalCertificate.held,
    )
    wanted = select(DisposalCertificate).options(shown).order_by(DisposalCertificate.id.desc())
    return [CertificateLine(each) for each in db.session.scalars(wanted.offset(offset).limit(most))]


def certificate_with(reference: str) -> DisposalCertificate:
    """One certificate, whole; 404 where there is none of this reference."""
    wanted = select(DisposalCertificate).where(DisposalCertificate.reference == reference)
    found = db.session.scalar(wanted.options(joinedload(DisposalCertificate.made_by)))
    return abort(404) if found is None else found


def is_unaltered(certificate: DisposalCertificate) -> bool:
    """Whether it says what it said when it was made."""
    return checksum_of(certificate) == certificate.checksum


def story_of(hold: LegalHold) -> Sequence[HistoryEvent]:
    """What was done with a hold, first things first."""
    of = (HistoryEvent.record_type == HOLD, HistoryEvent.record_reference == hold.reference)
    wanted = select(HistoryEvent).where(*of).options(joinedload(HistoryEvent.user))
    return db.session.scalars(wanted.order_by(HistoryEvent.id)).all()
