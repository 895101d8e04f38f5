"""Deleting what may go: batch by batch, each with its certificate, in the one place that deletes.

Each batch is a transaction of its own, looked at again inside it: what somebody held, opened or
referred to meanwhile stays. Stopped in the middle, it goes on where it stopped when run again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, or_, select, text, update

from audit_app.disposal.belonging import AUDITS, LETS_GO, PARTS, numbers_of
from audit_app.disposal.certificates import checksum_of
from audit_app.disposal.clearing import (
    ListDue,
    clear_list,
    clear_messages,
    clear_stakes,
    may_go,
    to_clear,
)
from audit_app.disposal.erasing import overwrite_copies, overwriting
from audit_app.disposal.queries import AT_ONCE, CERTIFICATE, planned, put_back
from audit_app.disposal.totals import totals_before
from audit_app.extensions import db
from audit_app.models import (
    Action,
    Audit,
    Base,
    DisposalCertificate,
    Escalation,
    KeptForm,
    Message,
    PersonalDataReason,
    remember,
)
from audit_app.models.base import new_reference, now
from audit_app.models.sqlite import reading
from audit_app.rules.retention import Due, Periods, batches
from audit_app.web.pages import moment

#: Any number, the same in every process: who holds it places a hold, lifts one, or disposes.
DECIDING = 20_261_206
_REFERENCED = (AUDITS, "actions", "escalations", "calibrations", "allocations")


class HoldsNotConfirmed(Exception):
    """A backup was put back, and the holds in it may not be all there are; nothing was deleted."""


def refuse_unconfirmed() -> None:
    """See that nobody has to say first whether the holds are complete.

    Raises:
        HoldsNotConfirmed: when somebody has; the message says so.
    """
    if waiting := put_back():
        raise HoldsNotConfirmed(
            f"Nothing is deleted: a backup was put back on {moment(waiting.at)}, and holds placed "
            "after it was made may be missing. Information governance confirm under Keeping and "
            "disposing that the holds are complete"
        )


def dispose(periods: Periods, today: date, at_once: int = AT_ONCE) -> Iterator[DisposalCertificate]:
    """Delete what may go, and give the certificate of each batch as it is committed.

    Raises:
        HoldsNotConfirmed: when a backup was put back and nobody has confirmed the holds since.
        Overlaps: when the total of a year that would go cannot stand in its place.
    """
    with reading(db.session):
        refuse_unconfirmed()
        whole = planned(periods, today)
    for batch in batches(whole.groups, at_once):
        if certificate := _dispose_of_batch(batch, whole.held_back, periods, today):
            yield _apart(certificate)
    yield from _clear(periods, today)
    overwrite_copies()


def _dispose_of_batch(
    batch: Sequence[Due], held: int, periods: Periods, today: date
) -> DisposalCertificate | None:
    ids = [each.id for each in batch]
    one_at_a_time()
    _hold(ids)
    # Looked at again, now that nobody can change it.
    found = planned(periods, today, ids)
    certificate = None
    if found.going:
        with overwriting():
            certificate = _dispose_of(found.going, held + found.held_back, periods, today)
    db.session.commit()
    return certificate


def _clear(periods: Periods, today: date) -> Iterator[DisposalCertificate]:
    """What goes besides audits, now that they are gone; lists with a certificate each."""
    with reading(db.session):
        clearing = to_clear(periods, today)
    for each in clearing.lists:
        if certificate := _dispose_of_list(each, periods, today):
            yield _apart(certificate)
    one_at_a_time()
    with overwriting():
        clear_messages(periods, today)
        clear_stakes(to_clear(periods, today).stakes)
    db.session.commit()


def _dispose_of_list(due: ListDue, periods: Periods, today: date) -> DisposalCertificate | None:
    one_at_a_time()
    certificate = None
    if may_go(due.id):
        with overwriting():
            counts = clear_list(due.id)
            before = periods.audits_before(today) or today
            certificate = _certificate(before, periods, counts, [due.reference])
            write_down(certificate)
            remember(db.session, None, "disposed of the list", "programme cycle", due.reference)
    db.session.commit()
    return certificate


def _apart(certificate: DisposalCertificate) -> DisposalCertificate:
    """As it was committed, to be read whatever the session does next."""
    db.session.refresh(certificate)
    db.session.expunge(certificate)
    db.session.rollback()
    return certificate


def one_at_a_time() -> None:
    """Who places a hold and who disposes wait for each other; SQLite's writers do already."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": DECIDING})


def _hold(audits: Sequence[int]) -> None:
    """Let nobody change these audits, nor what they wait for, until the transaction ends."""
    for table, which in (
        (Audit, Audit.id.in_(audits)),
        (Action, Action.audit_id.in_(audits)),
        (Escalation, Escalation.audit_id.in_(audits)),
    ):
        db.session.execute(select(table.id).where(which).order_by(table.id).with_for_update()).all()
    db.session.expire_all()


def _dispose_of(
    going: Sequence[Due], held: int, periods: Periods, today: date
) -> DisposalCertificate:
    audits = [each for each in going if not each.draft]
    counts_from = date(max(each.year for each in audits) + 1, 1, 1) if audits else None
    totals = totals_before(counts_from) if counts_from else []
    counts = _delete_all(going)
    before = counts_from or periods.drafts_before(today) or today
    certificate = _certificate(before, periods, counts, [each.reference for each in going])
    certificate.held, certificate.totals = held, totals
    certificate.counts_from = counts_from if totals else None
    write_down(certificate)
    for reference in certificate.references:
        remember(db.session, None, "disposed of", "audit", reference)
    return certificate


def _certificate(
    before: date, periods: Periods, counts: Mapping[str, int], references: Sequence[str]
) -> DisposalCertificate:
    return DisposalCertificate(
        reference=new_reference(),
        made_at=now(),
        before=before,
        rule=periods.rule,
        counts=dict(sorted(counts.items())),
        references=sorted(references),
        held=0,
        totals=[],
    )


def write_down(certificate: DisposalCertificate) -> None:
    """Seal a certificate with its checksum; not committed."""
    certificate.checksum = checksum_of(certificate)
    db.session.add(certificate)
    remember(db.session, None, "disposed", CERTIFICATE, certificate.reference)


def _delete_all(going: Sequence[Due]) -> Counter[str]:
    """Delete audits and drafts with everything that belongs to them; how many rows, by table."""
    ids = [each.id for each in going]
    drafts = [each.id for each in going if each.draft]
    allocations = Base.metadata.tables["allocations"]
    if drafts:
        # An allocation whose draft goes is to be done still, as after discarding it.
        _run(update(allocations).where(allocations.c.audit_id.in_(drafts)).values(audit_id=None))
    known = numbers_of(db.session.connection(), ids)
    references = [each for table in _REFERENCED for each in _references(table, known)]
    counts = _delete_what_names(references)
    for table, column, target in LETS_GO:
        rows = Base.metadata.tables[table]
        to_none = update(rows).where(rows.c[column].in_(known[target]))
        _run(to_none.values({column: None}))
    for part in reversed(PARTS):
        counts[part.table] += _run(delete(part.rows).where(part.belongs_to(known[part.of])))
    audits = Base.metadata.tables[AUDITS]
    counts[AUDITS] += _run(delete(audits).where(audits.c.id.in_(ids)))
    db.session.expire_all()
    return +counts


def _references(table: str, known: Mapping[str, Sequence[int]]) -> list[str]:
    rows = Base.metadata.tables[table]
    which = select(rows.c.reference).where(rows.c.id.in_(known[table]))
    return list(db.session.scalars(which))


def _delete_what_names(references: Sequence[str]) -> Counter[str]:
    """Texts about these records that are kept apart from them: reasons, messages, typed forms."""
    counts: Counter[str] = Counter()
    reasons = PersonalDataReason.record_reference.in_(references)
    counts["personal_data_reasons"] = _run(delete(PersonalDataReason).where(reasons))
    typed = [
        number
        for number, path in db.session.execute(select(KeptForm.id, KeptForm.path))
        if not set(references).isdisjoint(path.split("/"))
    ]
    if typed:
        counts["kept_forms"] = _run(delete(KeptForm).where(KeptForm.id.in_(typed)))
    for some in (references[at : at + 100] for at in range(0, len(references), 100)):
        about = or_(*(Message.about.contains(f":{each}:") for each in some))
        counts["messages"] += _run(delete(Message).where(about))
    return counts


def _run(statement: Any) -> int:
    """Through the session, which notes what changes the counts of figures."""
    done: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    return int(done.rowcount)
