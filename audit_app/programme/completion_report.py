"""Completion as one object behind the page and the files: a grouped query, then the figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pandas as pd
from dateutil.relativedelta import relativedelta
from flask import current_app
from sqlalchemy import func, select

from audit_app.documents.csv_file import csv_lines
from audit_app.documents.workbook import WorkbookTable, workbook
from audit_app.extensions import db
from audit_app.models import Allocation, ProgrammeCycle, Service
from audit_app.programme.completion_queries import allocated
from audit_app.rules.completion import Completion, CompletionTable, completion
from audit_app.rules.dates import read_day
from audit_app.rules.periods import PeriodKind, split
from audit_app.web.pages import day

#: Without dates, so many months are shown, the present one last.
MONTHS_SHOWN = 12
#: A year of months beyond this is more than a page holds.
MOST_MONTHS = 60

TITLE = "Audits done against the programme"
NOTES = (
    "An audit belongs to the month it was first due in. More time does not move it.",
    "Days late count from the day an audit was first due, whatever more time it had.",
    "Done means that the audit was submitted.",
    "Allocated counts exempt audits and those that wait for an auditor too.",
    "A case with another case in its place counts once, as the other.",
    "Done of those to be done leaves exempt audits out; done of all allocated keeps them in.",
)


@dataclass(frozen=True)
class CompletionQuestion:
    """Which allocations are counted: first due from one day to another, or those of one cycle.

    ``problems`` says what in the address could not be read, by its name there.
    """

    first: date
    last: date
    cycle: ProgrammeCycle | None
    typed: Mapping[str, str]
    problems: Mapping[str, str]

    def as_args(self) -> dict[str, str]:
        """As an address carries it."""
        return {name: typed for name, typed in self.typed.items() if typed}

    @property
    def chosen(self) -> list[tuple[str, dict[str, str]]]:
        """Each part that narrows, in words, with the address’s arguments without it."""
        words = {"from": f"First due from: {day(self.first)}", "to": f"To: {day(self.last)}"}
        words["cycle"] = f"Cycle: {self.cycle.name}" if self.cycle else ""
        args = {name: typed for name, typed in self.as_args().items() if name not in self.problems}
        return [
            (words[name], {key: value for key, value in args.items() if key != name})
            for name in args
        ]


@dataclass(frozen=True)
class CompletionReport:
    """Completion and everything a figure must not be parted from."""

    question: CompletionQuestion
    table: CompletionTable
    counted_on: date

    @property
    def facts(self) -> dict[str, str]:
        cycle = self.question.cycle
        what = {"Cycle": cycle.name} if cycle else {"Audits": "Of all cycles, and re-audits"}
        days = f"{day(self.question.first)} to {day(self.question.last)}"
        return what | {"First due": days}

    @property
    def notes(self) -> tuple[str, ...]:
        lines = (self.table.total, *self.table.services, *self.table.months)
        floor = self.table.total.floor
        few = any(0 < line.to_be_done < floor for line in lines)
        small = f"Counts only where fewer than {floor} audits were to be done."
        return (*NOTES, *((small,) if few else ()))

    def csv(self) -> str:
        """One row for all, for each service and for each month."""
        rows = self._rows()
        return "".join(csv_lines(list(rows[0]), (row.values() for row in rows)))

    def workbook(self, council: str, marking: str) -> bytes:
        """Services and months on a sheet each."""
        said = [f"{name}: {value}" for name, value in self.facts.items()]
        parts = {"Services": self.table.by_service, "Months": self.table.by_month}
        tables = [
            WorkbookTable(
                name=name,
                title=f"{TITLE}, by {name.lower().removesuffix('s')}",
                frame=_frame(name.removesuffix("s"), lines),
                notes=self.notes,
                scope=". ".join(said),
            )
            for name, lines in parts.items()
        ]
        cover = [marking, council, *said, f"Counted on {day(self.counted_on)}"]
        return workbook(TITLE, cover, tables, author=council)

    def _rows(self) -> list[dict[str, object]]:
        parts = (
            ("all", (self.table.total,)),
            ("service", self.table.services),
            ("month", self.table.months),
        )
        return [
            {"by": by, "name": line.label, **_record(line)} for by, lines in parts for line in lines
        ]


def _record(line: Completion) -> dict[str, object]:
    """A line as a program reads it; a percentage as printed, nothing where none is."""
    return {
        "allocated": line.given_out,
        "exempt": line.exempt,
        "to_be_done": line.to_be_done,
        "done": line.done,
        "percent_of_to_be_done": line.share.percent,
        "percent_of_allocated": line.share_of_all.percent,
        "not_yet_due": line.not_yet_due,
        "of_these_with_more_time": line.with_more_time,
        "overdue": line.overdue,
        "longest_days_late": line.longest_late,
        "median_days_late": _median(line),
        "waiting_for_an_auditor": line.waiting,
        "substituted": line.substituted,
    }


def _median(line: Completion) -> Decimal | None:
    days = line.median_late
    return None if days is None else Decimal(days.numerator) / Decimal(days.denominator)


def _frame(by: str, lines: Sequence[Completion]) -> pd.DataFrame:
    rows = []
    for line in lines:
        record = _record(line) | {
            "percent_of_to_be_done": line.share.workbook_percent,
            "percent_of_allocated": line.share_of_all.workbook_percent,
        }
        rows.append({by: line.label} | {_heading(name): each for name, each in record.items()})
    return pd.DataFrame(rows, dtype=object)


def _heading(name: str) -> str:
    return name.replace("_", " ").capitalize()


def question_in(args: Mapping[str, str], today: date) -> CompletionQuestion:
    """Read what is asked for from an address; what cannot be read is named and left out."""
    typed = {name: args.get(name, "").strip() for name in ("from", "to", "cycle")}
    problems: dict[str, str] = {}
    # In the order of the page, as the errors are listed above it.
    cycle = _cycle(typed["cycle"], problems)
    first, last = (_day(typed, name, problems) for name in ("from", "to"))
    days = _days_of(cycle) if cycle else None
    first = first or (days[0] if days else _months_before(last or today))
    last = last or (days[1] if days else max(today, first) + relativedelta(day=31))
    if last < first:
        problems["to"] = "The last day must be the same as or after the first day"
        last = first + relativedelta(day=31)
    if len(split(PeriodKind.MONTH, first, last)) > MOST_MONTHS:
        problems["from"] = f"Choose days that are at most {MOST_MONTHS} months apart"
        first = last - relativedelta(months=MOST_MONTHS - 1, day=1)
    return CompletionQuestion(first, last, cycle, typed, problems)


def _day(typed: Mapping[str, str], name: str, problems: dict[str, str]) -> date | None:
    if not typed[name]:
        return None
    try:
        return read_day(typed[name])
    except ValueError as problem:
        problems[name] = str(problem)
        return None


def _cycle(reference: str, problems: dict[str, str]) -> ProgrammeCycle | None:
    if not reference:
        return None
    found = db.session.scalar(select(ProgrammeCycle).where(ProgrammeCycle.reference == reference))
    if found is None:
        problems["cycle"] = "Choose a cycle from the list"
    return found


def _days_of(cycle: ProgrammeCycle) -> tuple[date, date]:
    """The whole months in which the audits of a cycle are due, as they were first due."""
    row = db.session.execute(
        select(func.min(Allocation.first_due_on), func.max(Allocation.first_due_on)).where(
            Allocation.cycle_id == cycle.id
        )
    ).one()
    first, last = (cycle.due_on if each is None else each for each in row)
    return first.replace(day=1), last + relativedelta(day=31)


def _months_before(last: date) -> date:
    """The first day shown by a day, where none is asked for: none before there was a programme."""
    months_ago = last - relativedelta(months=MONTHS_SHOWN - 1, day=1)
    began = db.session.scalar(select(func.min(ProgrammeCycle.starts_on)))
    due = db.session.scalar(select(func.min(Allocation.first_due_on)))
    first = min((each for each in (began, due) if each is not None), default=months_ago)
    return min(max(months_ago, first.replace(day=1)), last.replace(day=1))


def report_on(question: CompletionQuestion, today: date) -> CompletionReport:
    """Count what is asked for, as things stand."""
    services = db.session.scalars(select(Service.name).where(Service.active)).all()
    floor = current_app.config["SETTINGS"].small_base
    cycle = [] if question.cycle is None else [Allocation.cycle_id == question.cycle.id]
    rows = allocated(question.first, question.last, *cycle)
    counted = completion(rows, services, question.first, question.last, today, floor)
    return CompletionReport(question, counted, today)


def drawn_cycles() -> list[tuple[str, str]]:
    """The cycles that were drawn, by reference and name, the latest first."""
    rows = db.session.execute(
        select(ProgrammeCycle.reference, ProgrammeCycle.name)
        .where(ProgrammeCycle.drawn_at.is_not(None))
        .order_by(ProgrammeCycle.starts_on.desc(), ProgrammeCycle.id.desc())
    )
    return [(row.reference, row.name) for row in rows]
