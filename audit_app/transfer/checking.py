"""What importing a file would do, told before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from flask import current_app

from audit_app.rules.import_plan import Plan, plan_import, read_rows
from audit_app.transfer.files import Limits, read_table
from audit_app.transfer.queries import held_audits, known
from audit_app.web.pages import LONDON


@dataclass(frozen=True)
class Checked:
    """A file that could be read, and the plan for it. ``notes`` are things a person should know."""

    name: str
    digest: str
    notes: tuple[str, ...]
    plan: Plan


def limits() -> Limits:
    """The most a file may hold, from the settings."""
    settings = current_app.config["SETTINGS"]
    return Limits(settings.import_max_megabytes, settings.import_max_rows)


def check_file(content: bytes, name: str, create_missing: bool) -> Checked:
    """Read a file and hold it against what there is. Writes nothing.

    Raises:
        FileRefused: when it cannot be read as a file of audits at all.
    """
    table = read_table(content, name, limits())
    there = known()
    read = read_rows(table.rows, there.thread_sets, datetime.now(LONDON).date())
    plan = plan_import(read, there, held_audits(read.audits), create_missing)
    return Checked(name, sha256(content).hexdigest(), table.notes, plan)
