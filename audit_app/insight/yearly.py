"""Judgements period by period: the report behind the page, its files and the command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from audit_app.documents.csv_file import csv_lines
from audit_app.historic.queries import standing
from audit_app.insight import queries
from audit_app.insight.asking import Question, Spell
from audit_app.insight.breaks import Break, breaks_in, broken
from audit_app.insight.counting import held
from audit_app.insight.reading import Asked, ask
from audit_app.insight.report import NOTHING, PARTS
from audit_app.insight.sampling import Sampling, sampling
from audit_app.models import User
from audit_app.rules.change import Movement, movement
from audit_app.rules.change_sheet import change_sheets
from audit_app.rules.columns import Column
from audit_app.rules.distribution import Distribution
from audit_app.rules.historic import PublishedTotals, published_totals
from audit_app.rules.judgement_sheets import Beside, judgements_sheet, tidy_sheet
from audit_app.rules.judgements import Judgement
from audit_app.rules.periods import Period, PeriodKind
from audit_app.rules.shares import Share
from audit_app.rules.sheets import Paper, Rows, Sheet
from audit_app.web.filters import Basis


@dataclass(frozen=True)
class Yearly:
    """Judgements by period, with what may be said of them; no table where no day is covered.

    ``table`` is counted from records. ``published`` are totals from before there were any: they
    stand beside it and are in nothing that is said of a change.
    """

    asked: Asked
    table: Distribution | None
    sampling: Sampling = field(default_factory=Sampling)
    breaks: tuple[Break, ...] = ()
    published: PublishedTotals = field(default_factory=PublishedTotals)

    @property
    def empty(self) -> bool:
        """Whether no audit was counted, so that there is nothing to read in a table."""
        columns = self.shown.columns if self.shown else ()
        return not any(column.total or column.not_enough_evidence for column in columns)

    @cached_property
    def shown(self) -> Distribution | None:
        """Every column there is to read, in time order."""
        if not self.published.columns:
            return self.table
        return Distribution(self.published.among(self.table.columns if self.table else ()))

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
        said = (*self.asked.notes, *self.published.notes)
        if self.shown is None:
            return said
        columns = self.table.columns if self.table else ()
        chosen = self.sampling.notes(columns, self.movement.step)
        broken_by = (each.note for each in self.breaks)
        return (*said, *broken_by, *self.shown.notes, *chosen)

    @property
    def tidy(self) -> Sheet:
        return tidy_sheet(self.shown, self.title)

    @property
    def paper(self) -> Paper:
        """The table, and the numbers behind what is said of it."""
        if self.shown is None or self.empty:
            return Paper(self.title, (NOTHING,), self.facts, (), self.notes)
        first = self._sheet(self.shown)
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
            "published_totals": [
                {**column.as_json(), "source": each.source}
                for column, each in zip(self.published.columns, self.published.shown, strict=True)
            ],
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
        if self.shown is None:
            yield NOTHING
            return
        sheet = self._sheet(self.shown)
        heading = ("", *(column.label for column in sheet.columns))
        rows = [(line.label, *(cell.text for cell in line.cells)) for line in sheet.lines]
        yield from _lined_up([heading, *rows])
        said = (self.table.headline, *self.movement.sentences) if self.table else ()
        yield from ("", *said, *self.notes)

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
            at_random=tuple(self._at_random(table.columns)),
            breaks=broken(self.asked.spell.periods, self.breaks),
            evidence=question.of.thread is not None,
            behind=self._behind,
        )
        # Months and chosen months, taken from years, would tell what happened in a few of them.
        whole = question.by.months > 1 and not self._filters and not question.same_months
        return judgements_sheet(table, self.title, beside, Rows.WHOLE if whole else None)

    def _at_random(self, columns: Sequence[Column]) -> Iterator[Share | None]:
        """Of each column, what was chosen at random; None of what was only published."""
        if self.sampling.shares and self.table:
            known = dict(zip(self.table.periods, self.sampling.shares, strict=True))
            yield from (known.get(column.period) for column in columns)

    def _behind(self, period: Period, judgement: Judgement | None) -> Mapping[str, str] | None:
        """The list of the audits of one count; there is none of what was only published.

        A thread's total leaves out audits with too little evidence, which no list can do.
        """
        if not period.from_records:
            return None
        if judgement is None and self.asked.question.of.thread is not None:
            return None
        return self.asked.question.audits_behind(period, judgement)


def yearly(asked: Asked) -> Yearly:
    """Count what is asked for, from records alone."""
    of, spell, viewer = asked.question.of, asked.spell, asked.viewer
    if not spell.periods:
        return Yearly(asked, None)
    table = queries.table_of(of, spell, viewer)
    chosen = sampling(of, spell, table.columns, viewer)
    return Yearly(asked, table, chosen, breaks_in(spell))


def yearly_with_published(asked: Asked) -> Yearly:
    """Count what is asked for, beside the totals published for days before records.

    Where those come first, periods of records begin after them: nothing was recorded before.
    """
    published = _published(asked)
    spell = _after(asked.spell, published)
    return replace(yearly(replace(asked, spell=spell)), published=published)


def _published(asked: Asked) -> PublishedTotals:
    """Those that are of the same: the whole authority, overall and final, in whole totals."""
    question, spell = asked.question, asked.spell
    of, by = question.of, question.by
    narrowed = of.thread is not None or any(getattr(of, part) is not None for part in PARTS)
    if narrowed or question.same_months or of.basis is not Basis.FINAL or by not in _YEARS:
        return PublishedTotals()
    days = (spell.first if spell.shortened else of.first, of.last)
    return published_totals(standing(), by, asked.floor, days)


def _after(spell: Spell, published: PublishedTotals) -> Spell:
    """The periods without the days of published totals that lie before the first record."""
    within = [each.last for each in published.shown if spell.periods and each.last >= spell.first]
    days = held() if within else None
    before = [each for each in within if days is None or each < days.first]
    if not before:
        return spell
    first = max(before) + timedelta(days=1)
    cut = (
        replace(each, first=max(first, each.first)) for each in spell.periods if each.last >= first
    )
    return replace(spell, periods=tuple(cut))


#: A total of a year says nothing of its quarters and months.
_YEARS = (PeriodKind.CALENDAR_YEAR, PeriodKind.FINANCIAL_YEAR)


def yearly_on(question: Question, choices: queries.Choices, viewer: User | None) -> Yearly:
    """Count what is asked for, today, without what is hidden from the viewer.

    Raises:
        Unanswerable: when the days asked for make no table.
    """
    return yearly_with_published(ask(question, choices, viewer))


def _lined_up(rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for label, *texts in rows:
        cells = (text.rjust(width) for text, width in zip(texts, widths[1:], strict=True))
        yield "  ".join((label.ljust(widths[0]), *cells))
