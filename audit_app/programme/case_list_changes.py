"""Taking a list of open cases: the whole of it, in place of the one before, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, BinaryIO

from sqlalchemy import delete, insert, select

from audit_app.extensions import db
from audit_app.files import holding
from audit_app.files.limits import limits
from audit_app.files.reading import read_bytes, read_table
from audit_app.models import CaseList, EndedExemption, OpenCase, ProgrammeCycle, User, remember
from audit_app.models.sqlite import reading
from audit_app.programme.case_list_checking import CheckedList, ListFile, check, read_file
from audit_app.programme.cycle_changes import hold
from audit_app.programme.queries import RECORD_TYPE

#: The columns that keep an exemption with its case when the list is replaced.
_EXEMPTED = ("exempted_reason", "exempted_by_id", "exempted_at")
_NOT_EXEMPTED: Mapping[str, Any] = dict.fromkeys(_EXEMPTED)


class ChangedSince(Exception):
    """What taking the list would do is no longer what was shown; nothing was written."""


def hold_file(stream: BinaryIO, name: str, user_id: int) -> tuple[str, str]:
    """Hold an uploaded file for its second step, if it can be read.

    The token that opens it, and its SHA-256 checksum.

    Raises:
        FileRefused: when it cannot be read as a table at all.
    """
    # The request has begun a transaction that keeps other writers waiting; reading a file is slow.
    db.session.rollback()
    content = read_bytes(stream, limits())
    read_table(content, name, limits())
    return holding.hold(content, name, user_id), sha256(content).hexdigest()


def read_held(token: str, user_id: int) -> ListFile:
    """A held file, read before anything is written, so that nobody who writes waits for it.

    Raises:
        NoLongerHeld: when the file is gone.
    """
    with reading(db.session):
        held = holding.open_held(token, user_id)
        return read_file(held.content, held.name)


def take_list(by: User, cycle: ProgrammeCycle, file: ListFile, shown: str) -> None:
    """Take a list of open cases in place of the one before. Not committed.

    An exemption by hand stays with its case, where that is still open; who had a case kept out
    that is not, and why, is kept as well.

    Args:
        shown: the fingerprint of the plan that the person saw.

    Raises:
        NotAllowed: when the cycle has been drawn.
        ChangedSince: when it would do something else by now, or not every row is right.
    """
    hold(cycle)
    checked = check(file, cycle)
    if not checked.plan.ready or checked.plan.fingerprint != shown:
        raise ChangedSince
    exempted, listed = _exempted(cycle), {each.key for each in checked.plan.cases}
    gone = [each for each in exempted if each.case_reference.casefold() not in listed]
    db.session.add_all(EndedExemption.of(each, by) for each in gone)
    kept = _exemptions(exempted)
    db.session.execute(delete(OpenCase).where(OpenCase.cycle_id == cycle.id))
    db.session.execute(delete(CaseList).where(CaseList.cycle_id == cycle.id))
    _write(by, cycle, checked, kept)
    told = f"uploaded {len(checked.plan.cases):,} open cases ({file.digest[:8]})"
    remember(db.session, by, told, RECORD_TYPE, cycle.reference)
    db.session.flush()
    db.session.expire(cycle, ["case_list"])


def _exempted(cycle: ProgrammeCycle) -> Sequence[OpenCase]:
    return db.session.scalars(
        select(OpenCase).where(OpenCase.cycle_id == cycle.id, OpenCase.exempted_at.is_not(None))
    ).all()


def _exemptions(cases: Sequence[OpenCase]) -> dict[str, dict[str, Any]]:
    """The columns of an exemption, by the case's reference in small letters."""
    return {
        case.case_reference.casefold(): {name: getattr(case, name) for name in _EXEMPTED}
        for case in cases
    }


def _write(
    by: User, cycle: ProgrammeCycle, checked: CheckedList, exempted: Mapping[str, Mapping[str, Any]]
) -> None:
    file, places = checked.file, checked.places
    db.session.execute(
        insert(CaseList).values(
            cycle_id=cycle.id,
            file_name=file.name,
            sha256=file.digest,
            rows=len(checked.plan.cases),
            uploaded_by_id=by.id,
        )
    )
    # Into the table itself: as models, every row without a worker would go alone.
    db.session.execute(
        insert(OpenCase.__table__),  # type: ignore[arg-type]  # it is a Table
        [
            {
                "cycle_id": cycle.id,
                "case_reference": each.case_reference,
                "service_id": places.service[each.service.casefold()].id,
                "locality_id": places.locality[each.locality.casefold()].id,
                "team_id": places.team[each.team.casefold()].id,
                "worker_staff_id": each.worker,
                **exempted.get(each.key, _NOT_EXEMPTED),
            }
            for each in checked.plan.cases
        ],
    )
