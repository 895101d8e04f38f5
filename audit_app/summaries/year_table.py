"""The year-on-year table in the practice report's own form: any periods, on one page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from audit_app.audits.blindness import anybody
from audit_app.insight import queries
from audit_app.insight.answered import Page
from audit_app.insight.asking import Question, Spell
from audit_app.insight.counting import held
from audit_app.insight.outside import as_published
from audit_app.insight.reading import Asked
from audit_app.insight.yearly import Yearly, yearly_with_published
from audit_app.rules.columns import Column
from audit_app.rules.judgements import SCALE
from audit_app.rules.periods import Period
from audit_app.rules.sheets import Paper, Rows, Sheet
from audit_app.rules.table_notes import PERIODS_NAMED
from audit_app.web.pages import plural

#: Periods that stand beside each other on one page.
MOST = 8
TOTALS = "TOTALS"
PERIOD = "period"


@dataclass(frozen=True)
class YearTable:
    """Some of the periods of a question, counted as everybody may know them.

    ``report`` counts what is shown; ``every`` are all columns there were to choose from.
    ``latest`` says that only the latest are shown, as nobody chose.
    """

    report: Yearly
    every: tuple[Column, ...]
    waiting: int
    latest: bool = False

    @property
    def columns(self) -> tuple[Column, ...]:
        return self.report.shown.columns if self.report.shown else ()

    @property
    def too_many(self) -> bool:
        return len(self.columns) > MOST

    @property
    def chosen(self) -> tuple[str, ...]:
        """The keys of the periods shown; none where all there are is shown."""
        keys = tuple(key_of(each.period) for each in self.columns)
        return keys if len(keys) < len(self.every) and not self.latest else ()

    @property
    def args(self) -> Mapping[str, str]:
        """The question as an address carries it."""
        chosen = {PERIOD: ",".join(self.chosen)} if self.chosen else {}
        return {**self.report.asked.question.as_args(), **chosen}

    @cached_property
    def paper(self) -> Paper:
        """What the page and the paper print: the table alone, and what must stand beside it."""
        paper = self.report.paper
        if paper.empty:
            return paper
        sheet = _as_printed(paper.sheets[0], len(self.columns))
        message = paper.message if self.report.movement.columns else (_PUBLISHED_ONLY,)
        return replace(
            paper, message=message, facts=self._facts, sheets=(sheet,), notes=tuple(self._notes())
        )

    @property
    def _facts(self) -> Mapping[str, str]:
        """On which basis; the days are those of the columns, which may leave some out."""
        facts = dict(self.report.facts)
        facts.pop("Audits dated", None)
        return facts

    def _notes(self) -> Iterator[str]:
        if self.waiting:
            wait = plural(self.waiting, "audit waits", "audits wait")
            yield (
                f"{wait} for a blind moderation and can be in none of these figures, as their "
                "judgements must not be known yet."
            )
        if self.latest:
            yield f"Only the latest {len(self.columns)} of {len(self.every)} periods are shown."
        elif missing := [each for each in self.every if each not in self.columns]:
            yield f"Left out by choice: {', '.join(each.period.label for each in missing)}."
        yield from self.report.notes
        yield from self._months()

    def _months(self) -> Iterator[str]:
        """How much time each period covers, where no note says so yet."""
        covered = {each.period.months for each in self.columns}
        if len(covered) == 1:
            yield f"Each period covers {covered.pop()} months."
        elif len(self.columns) > PERIODS_NAMED:
            said = (f"{each.period.label}: {each.period.months}" for each in self.columns)
            yield f"Months covered: {'; '.join(said)}."

    def outside(self) -> Page:
        """As it may leave the council.

        Raises:
            Refused: when it may not, or not as it was asked.
        """
        return as_published(Page(self.paper, self.args), self.report.asked.question)


_PUBLISHED_ONLY = "Published totals alone, which nobody can look behind: no change is claimed."


def key_of(period: Period) -> str:
    """A period as an address names it: its first day, and whether it is a published total."""
    return f"{period.first.isoformat()}{'' if period.from_records else 'p'}"


def year_table(question: Question, wanted: Sequence[str], today: date) -> YearTable:
    """Count the periods of a question, or those wanted of them.

    Raises:
        Unanswerable: when the days asked for make no table.
        KeyError: when one that is wanted is none of them.
    """
    every = _counted(question, question.spell(held(), today))
    columns = every.shown.columns if every.shown else ()
    keys = [key_of(each.period) for each in columns]
    if unknown := set(wanted) - set(keys):
        raise KeyError(min(unknown))
    latest = not wanted and not _has_days(question) and len(keys) > MOST
    chosen = keys[-MOST:] if latest else (wanted or keys)
    report = every if set(chosen) == set(keys) else _only(every, chosen)
    waiting = queries.hidden(question.of, report.asked.spell, report.asked.viewer)
    return YearTable(report, columns, waiting, latest)


def _has_days(question: Question) -> bool:
    return question.of.first is not None or question.of.last is not None


def _counted(question: Question, spell: Spell) -> Yearly:
    """What anybody may know: whoever reads a print may yet moderate blind."""
    return yearly_with_published(Asked(question, spell, queries.choices(), anybody(), 0))


def _only(every: Yearly, keys: Sequence[str]) -> Yearly:
    """The same question of some of its periods."""
    spell = every.asked.spell
    periods = tuple(each for each in spell.periods if key_of(each) in keys)
    published = every.published
    totals = tuple(
        each
        for each in published.asked_for
        if each.recorded or key_of(each.days(published.kind)) in keys
    )
    chosen = _counted(every.asked.question, replace(spell, periods=periods, shortened=False))
    return replace(chosen, published=replace(published, asked_for=totals, beyond=()))


def _as_printed(sheet: Sheet, periods: int) -> Sheet:
    """The judgements and their totals, without what helps to read them."""
    if len(sheet.columns) != periods:
        return sheet
    *judged, total = sheet.lines[: len(SCALE) + 1]
    lines = (*judged, replace(total, label=TOTALS))
    columns = tuple(replace(each, label=_unbroken(each.label)) for each in sheet.columns)
    return replace(sheet, columns=columns, lines=lines, rows=Rows.WHOLE)


def _unbroken(label: str) -> str:
    """A part of a year on one line of its heading, where it is short enough for that."""
    return _MONTHS.sub("(\\1\u00a0–\u00a0\\2)", label)


_MONTHS = re.compile(r"\((\w+) – (\w+)\)")
