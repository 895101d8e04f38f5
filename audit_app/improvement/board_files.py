"""A board as files: CSV and a workbook, of all its actions in its order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import pandas as pd

from audit_app.documents.csv_file import csv_lines
from audit_app.documents.workbook import WorkbookTable, workbook
from audit_app.improvement.board_queries import BoardLine
from audit_app.web.moments import in_london
from audit_app.web.pages import day

HEADINGS = (
    "Action",
    "Where it stands",
    "Due",
    "Days overdue",
    "First due",
    "Times extended",
    "What needs to happen",
    "Kind",
    "Priority",
    "Owner",
    "Job or team",
    "Team",
    "Service",
    "Golden thread",
    "Case",
    "Look again on",
    "Closed on",
    "Without an owner",
    "May be the same as",
)


def _cells(line: BoardLine) -> tuple[object, ...]:
    return (
        line.reference,
        line.group.label,
        line.due_on,
        line.days_overdue,
        line.first_due_on,
        line.extensions,
        line.what,
        line.kind.label.partition(":")[0] if line.kind else None,
        line.priority.label,
        line.owner,
        line.job,
        line.team,
        line.service,
        line.thread,
        line.case_reference,
        line.look_again_on,
        in_london(line.closed_at).date() if line.closed_at else None,
        "Yes" if line.ownerless else "No",
        line.like,
    )


def as_csv(lines: Sequence[BoardLine]) -> Iterator[str]:
    return csv_lines(HEADINGS, map(_cells, lines))


def as_workbook(
    title: str, chosen: Sequence[str], lines: Sequence[BoardLine], council: str, marking: str
) -> bytes:
    """An Excel workbook of one table; ``chosen`` says in words what the board was narrowed to."""
    frame = pd.DataFrame([_cells(line) for line in lines], columns=list(HEADINGS), dtype=object)
    as_at = f"As at {day(date.today())}"
    table = WorkbookTable(
        name="Actions",
        title=title,
        frame=frame,
        scope=". ".join([*chosen, as_at]),
        notes=("An action that is done shows no days overdue, whenever it was due.",),
    )
    return workbook(title, [marking, council, *chosen, as_at], [table], author=council)


def file_name(ending: str) -> str:
    return f"actions-{date.today().isoformat()}.{ending}"
