"""Writing a file's audits: all of them in one transaction, or none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, BinaryIO

from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError, OperationalError

from audit_app.extensions import db
from audit_app.files import holding
from audit_app.files.limits import limits
from audit_app.files.reading import read_bytes, read_table
from audit_app.models import (
    Audit,
    Finding,
    JudgementRow,
    Moderation,
    Stage,
    User,
    keep_passages,
    remember,
)
from audit_app.models.sqlite import reading
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.import_rows import AuditRow
from audit_app.rules.judgements import Judgement
from audit_app.rules.periods import month_key
from audit_app.tallying.keeping import added
from audit_app.transfer.checking import Checked, FileRead, check, read_file
from audit_app.transfer.making import Ids, make_missing
from audit_app.transfer.queries import IMPORTED, RECORD_TYPE

#: Any number, the same in every process: whoever holds it is importing.
_IMPORTING = 20_190_902


class ImportFailed(Exception):
    """The database would not take the audits; nothing was written. The message says what to do."""


class ChangedSince(Exception):
    """What an import would do is no longer what the person was shown; nothing was written."""


@dataclass(frozen=True)
class Imported:
    """What came of a file. ``written`` is 0 after a refusal and after a dry run."""

    checked: Checked
    written: int
    refused: bool


def import_audits(
    content: bytes,
    name: str,
    create_missing: bool = False,
    skip_bad_rows: bool = False,
    dry_run: bool = False,
    by: User | None = None,
) -> Imported:
    """Check a file and write its new audits, unless something is wrong or it is a dry run.

    Raises:
        FileRefused: when it cannot be read as a file of audits at all.
        ImportFailed: when the database would not take it.
    """
    with _whole_or_nothing():
        with reading(db.session):
            file = read_file(content, name)
            checked = check(file, create_missing)
        if dry_run or checked.plan.refused(skip_bad_rows):
            return Imported(checked, 0, checked.plan.refused(skip_bad_rows))
        _one_at_a_time()
        # Somebody may have written since: what counts is what is there now that nobody else can.
        checked = check(file, create_missing)
        refused = checked.plan.refused(skip_bad_rows)
        written = 0 if refused else _write(checked, by)
        db.session.commit() if written else db.session.rollback()
    return Imported(checked, written, refused)


def hold_file(stream: BinaryIO, name: str, user_id: int) -> str:
    """Hold an uploaded file for its second step, if it can be read; the token that opens it.

    Raises:
        FileRefused: when it cannot be read as a file of audits at all.
    """
    # The request has begun a transaction that keeps other writers waiting; reading a file is slow.
    db.session.rollback()
    content = read_bytes(stream, limits())
    read_table(content, name, limits())
    return holding.hold(content, name, user_id)


def read_held(token: str, user_id: int) -> FileRead:
    """A held file, read before anything is written, so that nobody who writes waits for it.

    Raises:
        NoLongerHeld: when the file is gone.
    """
    with reading(db.session):
        held = holding.open_held(token, user_id)
        return read_file(held.content, held.name)


def import_held(file: FileRead, create_missing: bool, shown: str, by: User) -> str:
    """Write a held file's audits, if that is still exactly what was shown; the import's reference.

    Does not commit. ``shown`` is the fingerprint of the plan the person saw.

    Raises:
        ChangedSince: when the plan is another by now.
        ImportFailed: when the database would not take it.
    """
    with _whole_or_nothing():
        _one_at_a_time()
        checked = check(file, create_missing)
        plan = checked.plan
        if plan.fingerprint != shown or plan.refused(skip_bad_rows=False) or not plan.new:
            raise ChangedSince
        _write(checked, by)
    return reference_of(checked)


def reference_of(checked: Checked) -> str:
    """How the history knows an import: by the file's checksum and how many audits it added."""
    return f"{checked.digest[:12]}-{len(checked.plan.new)}"


@contextmanager
def _whole_or_nothing() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        # Its own message quotes the row.
        db.session.rollback()
        raise ImportFailed(
            "Somebody changed people, teams or audits at the same moment. Nothing was written. "
            "Try again"
        ) from None
    except OperationalError as problem:
        db.session.rollback()
        raise ImportFailed(
            f"The database did not answer: {problem.orig}. Nothing was written"
        ) from None
    except BaseException:
        db.session.rollback()
        raise


def _one_at_a_time() -> None:
    """Wait for any other import to end. SQLite's transaction is the only writer already."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _IMPORTING})


def _write(checked: Checked, by: User | None) -> int:
    plan = checked.plan
    if not plan.new:
        return 0
    ids = make_missing(plan.create)
    audits = dict(zip(_insert_audits(plan.new, ids), plan.new, strict=True))
    added(db.session, audits)
    _insert_each(
        Finding, [row for id_, each in audits.items() for row in _findings(id_, each, ids)]
    )
    _insert_each(
        JudgementRow, [row for id_, each in audits.items() for row in _judgements(id_, each, ids)]
    )
    _insert_each(
        Moderation,
        [_moderation(id_, each, ids) for id_, each in audits.items() if each.moderation],
    )
    keep_passages(db.session, list(audits))
    remember(db.session, by, IMPORTED, RECORD_TYPE, reference_of(checked))
    return len(plan.new)


def _insert_audits(audits: Sequence[AuditRow], ids: Ids) -> Sequence[int]:
    """Their row numbers, in the order given."""
    return db.session.scalars(
        insert(Audit).returning(Audit.id, sort_by_parameter_order=True),
        [_audit(each, ids) for each in audits],
    ).all()


def _insert_each(model: type[Any], rows: list[dict[str, Any]]) -> None:
    """Into the table itself: as models, every row in which a value is missing would go alone."""
    if rows:
        db.session.execute(insert(model.__table__), rows)


def _audit(row: AuditRow, ids: Ids) -> dict[str, Any]:
    return {
        "state": AuditState.MODERATED if row.moderation else AuditState.COMPLETE,
        "imported": True,
        "case_reference": row.case_reference,
        "service_id": ids.services[row.service.casefold()],
        "locality_id": ids.localities[row.locality.casefold()],
        "team_id": ids.teams[row.team.casefold()],
        "audit_type": row.audit_type,
        "selection": row.selection,
        "audit_date": row.audit_date,
        "audit_month": month_key(row.audit_date),
        "auditor_id": ids.people[row.auditor],
        "worker_involvement": row.worker_involvement,
        "family_feedback": row.feedback,
        "thread_set_id": ids.thread_sets[row.thread_set],
        "overall": row.overall,
        "final_overall": row.final_overall,
    }


def _findings(audit_id: int, row: AuditRow, ids: Ids) -> Iterator[dict[str, Any]]:
    for code, judgement in row.threads.items():
        thread_id, position = ids.threads[row.thread_set, code]
        yield {
            "audit_id": audit_id,
            "thread_id": thread_id,
            "position": position,
            "judgement": judgement,
            "final_judgement": judgement,
        }


def _judgements(audit_id: int, row: AuditRow, ids: Ids) -> Iterator[dict[str, Any]]:
    """Every judgement as it was made, the moderator's last: the newest is the reported one."""
    auditor = ids.people[row.auditor]
    for code, judgement in row.threads.items():
        thread_id, _ = ids.threads[row.thread_set, code]
        yield _judgement(audit_id, thread_id, Stage.AUDITED, judgement, auditor, row.audit_date)
    if row.overall is not None:
        yield _judgement(audit_id, None, Stage.AUDITED, row.overall, auditor, row.audit_date)
    if (second := row.moderation) is not None:
        moderator = ids.people[second.moderator]
        yield _judgement(audit_id, None, Stage.MODERATED, second.overall, moderator, second.on)


def _judgement(
    audit_id: int, thread_id: int | None, stage: Stage, judgement: Judgement, by: int, on: date
) -> dict[str, Any]:
    return {
        "audit_id": audit_id,
        "thread_id": thread_id,
        "stage": stage,
        "judgement": judgement,
        "made_by_id": by,
        # A file knows the day and not the hour; noon is the same day in London all year.
        "made_at": datetime.combine(on, time(12), tzinfo=UTC),
    }


def _moderation(audit_id: int, row: AuditRow, ids: Ids) -> dict[str, Any]:
    assert row.moderation is not None
    return {
        "audit_id": audit_id,
        "moderator_id": ids.people[row.moderation.moderator],
        "moderated_on": row.moderation.on,
        "overall": row.moderation.overall,
        "practice_note": row.moderation.note or None,
    }
