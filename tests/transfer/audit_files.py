"""Small files of audits in the shape councils send, about the places and people of the World."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import openpyxl
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from audit_app.extensions import db
from audit_app.models import Audit

THREADS = ("chronology", "plan", "voice", "assessment", "oversight", "engagement")
COLUMNS = (
    "case_reference", "audit_date", "audit_type", "selection", "service", "locality", "team",
    "auditor", "worker_involved", "family_feedback", "thread_set", *THREADS, "overall",
    "moderated_on", "moderator", "moderated_overall", "moderation_note",
)  # fmt: skip

MODERATED = {
    "moderated_on": "2020-03-20",
    "moderator": "bob@example.gov.uk",
    "moderated_overall": "Inadequate",
    "moderation_note": "The evidence of impact points lower.",
}


def audit(case: str = "1000001", **changes: Any) -> dict[str, Any]:
    """One row, right in every column: an unmoderated audit of the North team by Alice."""
    row = dict.fromkeys(COLUMNS, "")
    row |= dict.fromkeys(THREADS, "Requires Improvement to be Good")
    row |= {
        "case_reference": case,
        "audit_date": "2020-03-02",
        "audit_type": "full",
        "selection": "random",
        "service": "Locality social work",
        "locality": "North",
        "team": "LSW North 1",
        "auditor": "alice@example.gov.uk",
        "worker_involved": "yes",
        "family_feedback": "no",
        "thread_set": "2021",
        "overall": "Good",
    }
    return row | changes


def csv_file(rows: Iterable[dict[str, Any]], columns: Sequence[str] = COLUMNS) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return text.getvalue().encode()


def workbook_file(rows: Iterable[dict[str, Any]], columns: Sequence[str] = COLUMNS) -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.append(list(columns))
    for row in rows:
        sheet.append([row.get(column) or None for column in columns])
    return saved(workbook)


def saved(workbook: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def run_import(app: Flask, tmp_path: Any, content: bytes, *options: str, name: str = "") -> Result:
    """The command on a file with this content."""
    db.session.rollback()
    file = tmp_path / (name or ("audits.xlsx" if content.startswith(b"PK") else "audits.csv"))
    file.write_bytes(content)
    return app.test_cli_runner().invoke(args=["import-audits", str(file), *options])


def count_of(table: type[Any]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def held() -> list[Audit]:
    """Every audit, in the order of the case references."""
    db.session.rollback()
    return list(db.session.scalars(select(Audit).order_by(Audit.case_reference)))
