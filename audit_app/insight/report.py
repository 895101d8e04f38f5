"""A table with what it says of itself: one object behind the page, the files and the command."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from audit_app.documents.csv_file import csv_lines
from audit_app.documents.workbook import WorkbookTable, workbook
from audit_app.insight.asking import Question
from audit_app.insight.queries import Answer, Choices, answer
from audit_app.models import User
from audit_app.rules.distribution import Row
from audit_app.rules.judgements import Judgement
from audit_app.web.pages import day, plural

CSV_HEADER = ("period", "from", "to", "months", "judgement", "count", "percent", "total")

#: What the parts of a filter are called beside their values.
PARTS = {
    "service": "Service",
    "locality": "Locality",
    "team": "Team",
    "theme": "Theme",
    "type": "Type of audit",
    "selection": "How the case was chosen",
}
NOTHING = "No recorded audits match."


@dataclass(frozen=True)
class Report:
    """A distribution of judgements, what was counted in it, and on which day."""

    question: Question
    answer: Answer
    choices: Choices
    counted_on: date

    @property
    def judged(self) -> str:
        """What the judgements are of: the practice as a whole, or one thread."""
        thread = self.question.of.thread
        return "Overall judgement" if thread is None else self.choices["thread"][thread]

    @property
    def title(self) -> str:
        return f"{self.judged} by {self._by}"

    @property
    def _by(self) -> str:
        return self.question.by.value.replace("-", " ")

    @property
    def days(self) -> str:
        spell = self.answer.spell
        return f"{day(spell.first)} to {day(spell.last)}" if spell.periods else ""

    @property
    def filters(self) -> dict[str, str]:
        """The places and kinds of audit counted, by what each is called; empty means all."""
        values = {part: getattr(self.question.of, part) for part in PARTS}
        return {
            PARTS[part]: self.choices[part][value]
            for part, value in values.items()
            if value is not None
        }

    @property
    def chosen(self) -> list[tuple[str, dict[str, str]]]:
        """Each part that narrows, in words, with the address's arguments without it."""
        by = self.question.by_args()
        return [(said, by | rest) for said, rest in self.question.of.chosen(self.choices)]

    @property
    def facts(self) -> dict[str, str]:
        """Everything a figure must not be parted from: what, on which basis, where and when."""
        scope = self.filters or {"Audits": "All services, teams and types of audit"}
        days = {"Audits dated": self.days} if self.days else {}
        basis = {"Basis": self.question.of.basis.label}
        return {"Judgements": self.judged, **basis, **days, **scope}

    @property
    def lines(self) -> tuple[Row, ...]:
        """The lines under the judgements and their totals that help to read them."""
        table = self.answer.table
        left_out = Judgement.NOT_ENOUGH_EVIDENCE.label if self.question.of.thread is None else ""
        return (
            tuple(row for row in table.supporting_rows() if row.label != left_out) if table else ()
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What to beware of: what was left out, then what the table says of itself."""
        spell = self.answer.spell
        left_out = f"Only the latest {len(spell.periods)} {self._by}s are shown."
        own = self.answer.table.notes if self.answer.table else ()
        shortened = (f"{left_out} Give dates to see others.",) if spell.shortened else ()
        return (*blind_note(self.answer.left_out), *shortened, *own)

    def csv(self) -> str:
        """A CSV file in the columns people script against."""
        records = self.answer.table.records() if self.answer.table else []
        rows = ([record[name] for name in CSV_HEADER] for record in records)
        return "".join(csv_lines(CSV_HEADER, rows))

    def json(self, marking: str) -> dict[str, Any]:
        """For ``json.dumps``: what was counted, then the table as ``Distribution.as_json``."""
        of, table = self.question.of, self.answer.table
        figures = table.as_json() if table else {"headline": NOTHING, "periods": []}
        return {
            "title": self.title,
            "marking": marking,
            "counted_on": self.counted_on.isoformat(),
            "by": self.question.by.value,
            "basis": of.basis.value,
            "basis_label": of.basis.label,
            "thread": of.thread,
            "filters": self.filters,
            **figures,
            "notes": list(self.notes),
        }

    def workbook(self, council: str, marking: str) -> bytes:
        """An Excel workbook: cover with the marking, notes, and the table.

        Raises:
            ValueError: when there is no table to put in it.
        """
        if self.answer.table is None:
            raise ValueError(NOTHING)
        said = [f"{name}: {value}" for name, value in self.facts.items()]
        frame = self.answer.table.frame()
        shown = [row.label for row in (*self.answer.table.rows(), *self.lines)]
        table = WorkbookTable(
            name="Judgements",
            title=self.title,
            frame=frame[frame["Judgement"].isin(shown)],
            notes=self.notes,
            scope=". ".join(said),
        )
        cover = [marking, council, *said, f"Counted on {day(self.counted_on)}"]
        return workbook(self.title, cover, [table], author=council)

    def text(self) -> Iterator[str]:
        """The table as lines for a terminal, columns lined up."""
        yield self.title
        yield from (f"{name}: {value}" for name, value in self.facts.items())
        yield ""
        table = self.answer.table
        if table is None:
            yield NOTHING
            return
        heading = ("", *(period.label for period in table.periods))
        rows = [(row.label, *row.texts) for row in (*table.rows(), *self.lines)]
        yield from _lined_up([heading, *rows])
        yield from ("", table.headline, *self.notes)


def report_on(question: Question, choices: Choices, viewer: User | None) -> Report:
    """Count what is asked for, today, without what is hidden from the viewer.

    Raises:
        Unanswerable: when the days asked for make no table.
    """
    return Report(question, answer(question, viewer), choices, date.today())


def blind_note(left_out: int) -> tuple[str, ...]:
    """What a moderator is told of audits that their figures leave out for now; mostly nothing."""
    if not left_out:
        return ()
    audits = plural(left_out, "audit waits", "audits wait")
    note = f"{audits} for a blind moderation and cannot be in the figures you see."
    return (f"{note} Other people’s figures count them.",)


def _lined_up(rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for label, *texts in rows:
        cells = (text.rjust(width) for text, width in zip(texts, widths[1:], strict=True))
        yield "  ".join((label.ljust(widths[0]), *cells))
