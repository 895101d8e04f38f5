"""Judgements period by period: the report behind the page, its files and the command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from audit_app.documents.csv_file import csv_lines
from audit_app.insight import queries
from audit_app.insight.asking import Question
from audit_app.insight.breaks import Break, breaks_in, broken
from audit_app.insight.reading import Asked, ask
from audit_app.insight.report import NOTHING, PARTS
from audit_app.insight.sampling import Sampling, sampling
from audit_app.models import User
from audit_app.rules.change import Movement, movement
from audit_app.rules.change_sheet import change_sheets
from audit_app.rules.distribution import Distribution
from audit_app.rules.judgement_sheets import Beside, judgements_sheet, tidy_sheet
from audit_app.rules.judgements import Judgement
from audit_app.rules.periods import Period
from audit_app.rules.sheets import Paper, Rows, Sheet


@dataclass(frozen=True)
class Yearly:
    """Judgements by period, with what may be said of them; no table where no day is covered."""

    asked: Asked
    table: Distribution | None
    sampling: Sampling = field(default_factory=Sampling)
    breaks: tuple[Break, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether no audit was counted, so that there is nothing to read in a table."""
        columns = self.table.columns if self.table else ()
        return not any(column.total or column.not_enough_evidence for column in columns)

    @property
    def title(self) -> str:
        by = self.asked.question.by.value.replace("-", " ")
        return f"{self.asked.judged} by {by}"

    @cached_property
    def movement(self) -> Movement:
        return movement(self.table.columns if self.table else ())

    @property
    def facts(self) -> dict[str, str]:
        return {"Judgements": self.asked.judged, **self.asked.facts}

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out, then what to beware of, most important first."""
        if self.table is None:
            return self.asked.notes
        chosen = self.sampling.notes(self.table.columns, self.movement.step)
        broken_by = (each.note for each in self.breaks)
        return (*self.asked.notes, *broken_by, *self.table.notes, *chosen)

    @property
    def tidy(self) -> Sheet:
        return tidy_sheet(self.table, self.title)

    @property
    def paper(self) -> Paper:
        """The table, and the numbers behind what is said of it."""
        if self.table is None or self.empty:
            return Paper(self.title, (NOTHING,), self.facts, (), self.notes)
        first = self._sheet(self.table)
        behind = (replace(each, rows=first.rows) for each in change_sheets(self.movement))
        sheets = (first, *behind)
        return Paper(self.title, self.movement.sentences, self.facts, sheets, self.notes)

    @property
    def also(self) -> dict[str, Any]:
        """What the JSON holds besides the paper: what was asked, and each period by its parts."""
        of = self.asked.question.of
        figures = self.table.as_json() if self.table else {"headline": NOTHING, "periods": []}
        return {
            "by": self.asked.question.by.value,
            "basis": of.basis.value,
            "basis_label": of.basis.label,
            "thread": of.thread,
            "filters": self._filters,
            "headline": figures["headline"],
            "periods": figures["periods"],
        }

    @property
    def file_name(self) -> str:
        """What was counted and its days: ``judgements-2019-09-01-to-2021-10-31``."""
        spell, thread = self.asked.spell, self.asked.question.of.thread
        days = [spell.first.isoformat(), "to", spell.last.isoformat()] if spell.periods else []
        return "-".join(["judgements", *([thread] if thread else []), *days])

    def csv(self) -> str:
        """A CSV file in the columns people script against."""
        return "".join(csv_lines(self.tidy.file_header, self.tidy.file_rows()))

    def json(self, marking: str) -> dict[str, Any]:
        """For ``json.dumps``."""
        counted_on = date.today().isoformat()
        return {"marking": marking, "counted_on": counted_on, **self.paper.as_json(), **self.also}

    def text(self) -> Iterator[str]:
        """The table as lines for a terminal, columns lined up."""
        yield self.title
        yield from (f"{name}: {value}" for name, value in self.facts.items())
        yield ""
        if self.table is None:
            yield NOTHING
            return
        sheet = self._sheet(self.table)
        heading = ("", *(column.label for column in sheet.columns))
        rows = [(line.label, *(cell.text for cell in line.cells)) for line in sheet.lines]
        yield from _lined_up([heading, *rows])
        yield from ("", self.table.headline, *self.movement.sentences, *self.notes)

    @property
    def _filters(self) -> dict[str, str]:
        """The places and kinds of audit counted, by what each is called; empty means all."""
        of, choices = self.asked.question.of, self.asked.choices
        values = {part: getattr(of, part) for part in PARTS}
        return {
            PARTS[part]: choices[part][value] for part, value in values.items() if value is not None
        }

    def _sheet(self, table: Distribution) -> Sheet:
        question = self.asked.question
        beside = Beside(
            at_random=self.sampling.shares,
            breaks=broken(self.asked.spell.periods, self.breaks),
            evidence=question.of.thread is not None,
            behind=self._behind,
        )
        # Months and chosen months, taken from years, would tell what happened in a few of them.
        whole = question.by.months > 1 and not self._filters and not question.same_months
        return judgements_sheet(table, self.title, beside, Rows.WHOLE if whole else None)

    def _behind(self, period: Period, judgement: Judgement | None) -> Mapping[str, str] | None:
        """The list of the audits of one count.

        A thread's total leaves out audits with too little evidence, which no list can do.
        """
        if judgement is None and self.asked.question.of.thread is not None:
            return None
        return self.asked.question.audits_behind(period, judgement)


def yearly(asked: Asked) -> Yearly:
    """Count what is asked for."""
    of, spell, viewer = asked.question.of, asked.spell, asked.viewer
    if not spell.periods:
        return Yearly(asked, None)
    table = queries.table_of(of, spell, viewer)
    chosen = sampling(of, spell, table.columns, viewer)
    return Yearly(asked, table, chosen, breaks_in(spell))


def yearly_on(question: Question, choices: queries.Choices, viewer: User | None) -> Yearly:
    """Count what is asked for, today, without what is hidden from the viewer.

    Raises:
        Unanswerable: when the days asked for make no table.
    """
    return yearly(ask(question, choices, viewer))


def _lined_up(rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for label, *texts in rows:
        cells = (text.rjust(width) for text, width in zip(texts, widths[1:], strict=True))
        yield "  ".join((label.ljust(widths[0]), *cells))
