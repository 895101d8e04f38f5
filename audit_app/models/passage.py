"""What was written in an audit, one row for each text, as whoever may read the audit reads it.

A copy is made when the audit is submitted and again when it is submitted again or moderated. A
draft has none, and what is being written again is not in it, so a search in these rows finds
neither. The words of each row are indexed by the database itself: migration 0009.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Select,
    String,
    Text,
    delete,
    func,
    insert,
    literal,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, scoped_session

from audit_app.models.audit import Audit
from audit_app.models.base import Base
from audit_app.models.finding import Finding
from audit_app.models.judging import Moderation
from audit_app.models.oversight import OversightStatement
from audit_app.rules.workflow import AuditState

OF_THREADS = ("evidence", "working_well", "worried_about", "impact")
OF_AUDITS = (
    "worker_not_involved_reason",
    "rationale",
    "overall_reason",
    "feedback_not_sought_reason",
    "feedback_from",
    "feedback_how",
    "feedback_said",
)
#: An audit's page shows these only where the answer before them is yes, whatever they hold.
OF_AUDITS_WHERE: dict[str, Any] = {
    "good_practice_note": Audit.good_practice,
    "good_practice_quote": Audit.good_practice,
    "concern_what": Audit.safeguarding_concern,
    "concern_told": Audit.safeguarding_concern,
}
OF_OVERSIGHT = (
    "issue",
    "options",
    "likely_impact",
    "decision",
    "expected_impact",
    "contingency",
    "review",
)
OF_MODERATION = ("practice_note",)
_AT_ONCE = 1000


class Passage(Base):
    """One text: of a thread, or of the audit as a whole where no thread is named.

    ``field`` is the name of the column it was copied from.
    """

    __tablename__ = "passages"

    id: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audits.id", ondelete="CASCADE"), index=True)
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("threads.id"))
    field: Mapped[str] = mapped_column(String(30))
    text: Mapped[str] = mapped_column(Text)


def keep_passages(session: Session | scoped_session[Any], audits: Sequence[int]) -> None:
    """Copy what is written in these audits, by their numbers, in place of earlier copies.

    Of an audit that others may not read yet nothing is copied; one that is being written again
    keeps the copy it has. Not committed.
    """
    session.flush()
    for first in range(0, len(audits), _AT_ONCE):
        _keep(session, audits[first : first + _AT_ONCE])


def _keep(session: Session | scoped_session[Any], audits: Sequence[int]) -> None:
    settled = (
        select(Audit.id)
        .where(Audit.id.in_(audits), Audit.recorded, Audit.state != AuditState.RETURNED)
        .cte("settled")
    )
    session.execute(delete(Passage).where(Passage.audit_id.in_(select(settled.c.id))))
    columns = [Passage.audit_id, Passage.thread_id, Passage.field, Passage.text]
    texts = (each.join(settled, settled.c.id == Audit.id) for each in _texts())
    session.execute(insert(Passage).from_select(columns, union_all(*texts)))


def _texts() -> list[Select[Any]]:
    """Every text of an audit, empty ones left out."""
    of_audits = [_of_audit(name, true()) for name in OF_AUDITS]
    of_audits += [_of_audit(name, said_so) for name, said_so in OF_AUDITS_WHERE.items()]
    beside = ((OversightStatement, OF_OVERSIGHT), (Moderation, OF_MODERATION))
    of_audits += [_beside(table, name, null()) for table, names in beside for name in names]
    return [*(_beside(Finding, name, Finding.thread_id) for name in OF_THREADS), *of_audits]


def _of_audit(name: str, said_so: Any) -> Select[Any]:
    text = getattr(Audit, name)
    wanted = select(Audit.id, null(), literal(name), text)
    return wanted.where(said_so, func.trim(text) != "")


def _beside(table: Any, name: str, thread: Any) -> Select[Any]:
    """The texts of a table whose rows each belong to an audit."""
    text = getattr(table, name)
    wanted = select(Audit.id, thread, literal(name), text).select_from(Audit)
    return wanted.join(table, table.audit_id == Audit.id).where(func.trim(text) != "")
