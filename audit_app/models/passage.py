"""What was written in an audit, one row for each text, as whoever may read the audit reads it.

A copy is made when the audit is submitted and again when it is submitted again or moderated. A
draft has none, and what is being written again is not in it, so a search in these rows finds
neither. The words of each row are indexed by the database itself: migration 0009.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    Executable,
    ForeignKey,
    Select,
    String,
    Text,
    bindparam,
    case,
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
from audit_app.rules.audit_steps import AuditState

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
    # Past the session, which holds none of these rows.
    connection = session.connection()
    for statement in _copying():
        connection.execute(statement, {"audits": list(audits)})


@cache
def _copying() -> tuple[Executable, Executable]:
    """What deletes the earlier copies and what makes new ones; made once."""
    table: Any = Passage.__table__
    settled = (
        select(Audit.id)
        .where(
            Audit.id.in_(bindparam("audits", expanding=True)),
            Audit.recorded,
            Audit.state != AuditState.RETURNED,
        )
        .cte("settled")
    )
    texts = union_all(*_texts(settled)).subquery()
    filled_in = select(texts).where(func.trim(texts.c.text) != "")
    return (
        delete(table).where(table.c.audit_id.in_(select(settled.c.id))),
        insert(table).from_select(["audit_id", "thread_id", "field", "text"], filled_in),
    )


def _texts(of: CTE) -> tuple[Select[Any], Select[Any]]:
    """Every text these audits may have, empty or not: of their threads, and of them as a whole.

    Each select begins with the audits asked for: SQLite joins nothing named after an outer join
    before it, and would go through every audit there is.
    """
    of_threads = {name: getattr(Finding, name) for name in OF_THREADS}
    of_audits = {name: getattr(Audit, name) for name in OF_AUDITS}
    of_audits |= {
        name: case((said_so, getattr(Audit, name))) for name, said_so in OF_AUDITS_WHERE.items()
    }
    of_audits |= {name: getattr(OversightStatement, name) for name in OF_OVERSIGHT}
    of_audits |= {name: getattr(Moderation, name) for name in OF_MODERATION}
    return (
        _a_row_each(of, of_threads, Finding.thread_id).join(Finding, Finding.audit_id == Audit.id),
        _a_row_each(of, of_audits, null())
        .outerjoin(OversightStatement, OversightStatement.audit_id == Audit.id)
        .outerjoin(Moderation, Moderation.audit_id == Audit.id),
    )


def _a_row_each(of: CTE, texts: dict[str, Any], thread: Any) -> Select[Any]:
    """A row for each column of an audit and its field; what they are of is to be joined.

    One select for all: a database takes longer to plan one for each than to answer them.
    """
    fields = union_all(*(select(literal(name, String).label("field")) for name in texts)).cte()
    text = case(texts, value=fields.c.field)
    wanted = select(Audit.id, thread.label("thread_id"), fields.c.field, text.label("text"))
    return wanted.select_from(of).join(Audit, Audit.id == of.c.id).join(fields, true())
