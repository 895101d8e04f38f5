"""A word in every text of every record about a case, so that an answer that shows any is caught."""

from __future__ import annotations

import io
import zipfile

from sqlalchemy import Column, ColumnElement, Table, func, literal, select, text, true, update
from werkzeug.test import TestResponse

from audit_app.extensions import db
from audit_app.models import Audit, Reflection
from audit_app.models.base import Base
from audit_app.rules.audit_steps import AuditState

#: No words of any page: of every case, and of what not even those see who may read every audit.
MARK, PRIVATE_MARK = "zqxveil", "zqxmine"

#: Tables whose texts are about one child, one worker or one piece of casework, or are one person's.
ABOUT_CASES = (
    "absences",
    "action_entries",
    "action_rechecks",
    "actions",
    "allocation_requests",
    "allocations",
    "audits",
    "calibration_judgements",
    "calibrations",
    "declared_stakes",
    "ended_exemptions",
    "escalation_entries",
    "evidence_requests",
    "findings",
    "judgements",
    "kept_forms",
    "moderation_answers",
    "moderation_draws",
    "moderations",
    "open_cases",
    "oversight_statements",
    "passages",
    "reflections",
    "resolutions",
    "saved_views",
    "submissions",
)
#: What nobody but its writer sees, whoever else reaches the whole authority.
PRIVATE = ("kept_forms", "saved_views")
#: What the programme says of an audit, whoever writes it: which case is to be audited, by whom.
OF_THE_PROGRAMME = ("allocations",)
#: Columns of theirs that hold no words of anybody: how a record is found, or which of a few it is.
NO_WORDS = ("reference", "page", "arguments", "stratum", "field", "worker_staff_id", "path")
#: Written to be shared with everybody, without whose case or whose work it was.
TO_BE_SHARED = ("good_practice_quote",)


def mark_cases() -> None:
    """Put the mark into every text about a case there is in this database."""
    for name in ABOUT_CASES:
        _mark(Base.metadata.tables[name], true(), MARK)
    db.session.execute(text(_MARK_COPIES))
    db.session.commit()


def mark_what_is_private() -> None:
    """Put the mark into drafts, reflections nobody was shown, and what people keep."""
    drafts = select(Audit.id).where(Audit.state.in_((AuditState.DRAFT, AuditState.DISCARDED)))
    for name in ABOUT_CASES:
        table = Base.metadata.tables[name]
        if name in PRIVATE:
            _mark(table, true(), PRIVATE_MARK)
        elif name == "audits":
            _mark(table, table.c.id.in_(drafts), PRIVATE_MARK)
        elif name == "reflections":
            _mark(table, Reflection.shared_at.is_(None), PRIVATE_MARK)
        elif "audit_id" in table.c and name not in OF_THE_PROGRAMME:
            _mark(table, table.c.audit_id.in_(drafts), PRIVATE_MARK)
    db.session.commit()


def shown(answer: TestResponse, mark: str = MARK) -> bool:
    """Whether an answer has the mark in it, in a workbook's sheets too."""
    content = answer.get_data()
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b"".join(archive.read(each) for each in archive.namelist())
    return mark.encode() in content.lower()


_MARK_COPIES = f"""UPDATE submissions SET answers = replace(answers, '": "', '": "{MARK} ')"""  # noqa: S608


def _mark(table: Table, which: ColumnElement[bool], mark: str) -> None:
    texts = [each for each in table.columns if _holds_words(each)]
    marked = {each.name: literal(mark) + func.coalesce(each, "") for each in texts}
    if marked:
        db.session.execute(update(table).where(which).values(marked))


def _holds_words(column: Column[str]) -> bool:
    left = (*NO_WORDS, *TO_BE_SHARED)
    return type(column.type).__name__ in ("String", "Text") and column.name not in left
