"""What importing a file would do, told before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from audit_app.audits.closed_years import first_open_day
from audit_app.files.limits import limits
from audit_app.files.reading import read_table
from audit_app.rules.import_plan import Plan, RowsRead, plan_import, read_rows
from audit_app.transfer.queries import held_audits, known, thread_sets
from audit_app.web.moments import LONDON


@dataclass(frozen=True)
class FileRead:
    """A file's rows, not yet held against what there is. ``notes`` are as in :class:`Checked`."""

    name: str
    digest: str
    notes: tuple[str, ...]
    rows: RowsRead


@dataclass(frozen=True)
class Checked:
    """A file that could be read, and the plan for it. ``notes`` are things a person should know."""

    name: str
    digest: str
    notes: tuple[str, ...]
    plan: Plan


def read_file(content: bytes, name: str) -> FileRead:
    """Read a file: the slow part, some seconds for a long one, in which nobody should wait.

    Raises:
        FileRefused: when it cannot be read as a file of audits at all.
    """
    table = read_table(content, name, limits())
    rows = read_rows(table.rows, thread_sets(), datetime.now(LONDON).date())
    return FileRead(name, sha256(content).hexdigest(), table.notes, rows)


def check(file: FileRead, create_missing: bool) -> Checked:
    """Hold a file against what there is. Writes nothing."""
    held = held_audits(file.rows.audits)
    plan = plan_import(file.rows, known(), held, create_missing, first_open_day())
    return Checked(file.name, file.digest, file.notes, plan)
