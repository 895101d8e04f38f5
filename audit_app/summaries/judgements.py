"""Overall judgements: the period beside those it is held against, and the years."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from dateutil.relativedelta import relativedelta

from audit_app.documents.charts import stacked_bars
from audit_app.insight.breaks import Break, breaks_in, broken
from audit_app.insight.counting import Split, counts, held
from audit_app.rules.audits import Selection
from audit_app.rules.change import Movement, movement
from audit_app.rules.columns import Column
from audit_app.rules.distribution import Distribution, distribution
from audit_app.rules.judgement_sheets import Beside, judgements_sheet
from audit_app.rules.periods import Period, split, whole
from audit_app.rules.shares import Share
from audit_app.rules.sheets import Heading, Sheet
from audit_app.rules.summary_periods import SummaryKind
from audit_app.rules.summary_words import Against, audits
from audit_app.rules.table_notes import notes as table_notes
from audit_app.summaries.parts import Section
from audit_app.summaries.scope import Scope, months
from audit_app.tallying.counted import Counted

#: How many years the chart goes back, the period's own among them.
YEARS = 5
PROVISIONAL = "[p]"


@dataclass(frozen=True)
class Judged:
    """What was judged overall in every month that a summary speaks of.

    ``years`` are those with audits up to the period, the latest five. ``random`` and
    ``year_random`` are the same periods, of audits that were chosen at random alone.
    """

    scope: Scope
    table: Distribution
    years: Distribution
    random: Distribution
    year_random: Distribution
    breaks: tuple[Break, ...]

    @property
    def now(self) -> Column:
        return self.of(self.scope.now)

    def of(self, period: Period) -> Column:
        return next(each for each in self.table.columns if each.period == period)

    @cached_property
    def against(self) -> tuple[Against, ...]:
        """The period against the same one last year, and against the one before."""
        return tuple(self._against(self.table))

    @property
    def random_against(self) -> tuple[Against, ...]:
        """The same comparisons, of audits that were chosen at random alone."""
        return tuple(self._against(self.random))

    def _against(self, table: Distribution) -> Iterator[Against]:
        scope, by_period = self.scope, {each.period: each for each in table.columns}
        now = by_period[scope.now]
        yield Against(_LAST_YEAR[scope.period.kind], by_period[scope.year_before], now)
        if scope.before != scope.year_before:
            yield Against("the quarter before", by_period[scope.before], now)

    @property
    def random_shares(self) -> tuple[Share, ...]:
        """Of the audits of each column, those chosen at random."""
        return _shares(self.random, self.table)

    @cached_property
    def movement(self) -> Movement:
        """Of the years."""
        return movement(self.years.columns)


_LAST_YEAR = {
    SummaryKind.QUARTER: "the same quarter last year",
    SummaryKind.YEAR_TO_DATE: "the same months last year",
    SummaryKind.FINANCIAL_YEAR: "the year before",
    SummaryKind.CALENDAR_YEAR: "the year before",
}


def judged(scope: Scope) -> Judged:
    """Count the judgements of all its months once, and add them up for each column."""
    columns, years = _columns(scope), _years(scope)
    every = months([*columns, *years])
    found = counts(scope.of, every, [Split.MONTH, Split.SELECTION], scope.reader)
    table, by_year = _table(scope, found, columns), _with_audits(_table(scope, found, years))
    at_random = found.where("selection", (Selection.RANDOM,))
    return Judged(
        scope,
        table,
        by_year,
        _table(scope, at_random, table.periods),
        _table(scope, at_random, by_year.periods),
        breaks_in(every),
    )


def _shares(of: Distribution, all_: Distribution) -> tuple[Share, ...]:
    """The part of each column's audits that were chosen in one way."""
    return tuple(
        Share(part.total, whole.total, floor=whole.floor)
        for part, whole in zip(of.columns, all_.columns, strict=True)
    )


def _columns(scope: Scope) -> tuple[Period, ...]:
    """This period first, then what it is held against, and the year up to its end."""
    every = (scope.now, scope.before, scope.year_before, scope.to_date)
    return tuple(dict.fromkeys(each for each in every if each is not None))


def _years(scope: Scope) -> tuple[Period, ...]:
    """Years up to the period's end, from the first there is, the latest five."""
    last = scope.now.last
    first = whole(scope.years, last).first - relativedelta(years=YEARS - 1)
    ends = held()
    if ends is not None and ends.month_start <= last:
        first = max(first, ends.month_start)
    return split(scope.years, first, last)


def _table(scope: Scope, found: Counted, periods: tuple[Period, ...]) -> Distribution:
    """Each period on its own, as a quarter and the year it is in share months."""
    tables = (distribution(found, [each], floor=scope.floor) for each in periods)
    return Distribution(tuple(column for table in tables for column in table.columns))


def _with_audits(table: Distribution) -> Distribution:
    """Without the years before the first that holds an audit."""
    columns = table.columns
    first = next((n for n, each in enumerate(columns) if each.total), len(columns) - 1)
    return Distribution(columns[first:])


def judgement_section(found: Judged) -> Section:
    """The table everybody looks for first."""
    if not any(each.total or each.not_enough_evidence for each in found.table.columns):
        return Section("judgements", "Judgements", ())
    message = tuple(each.sentence for each in found.against) if found.now.total else ()
    return Section("judgements", "Judgements", message, (period_sheet(found),))


def period_sheet(found: Judged) -> Sheet:
    sheet = judgements_sheet(
        found.table,
        "Overall judgement: this period and those before",
        Beside(at_random=found.random_shares, breaks=_broken(found, found.table)),
    )
    sheet = replace(sheet, name="Judgements", notes=table_notes(found.table.columns))
    return marked(found.scope, sheet, found.table)


def year_section(found: Judged) -> Section:
    """Judgements by year, and what may be said of a change from year to year."""
    if not any(each.total for each in found.years.columns):
        return Section("years", "Judgements by year", ())
    sheet = judgements_sheet(
        found.years,
        "Overall judgement by year",
        Beside(
            at_random=_shares(found.year_random, found.years), breaks=_broken(found, found.years)
        ),
    )
    sheet = replace(sheet, name="Years", notes=table_notes(found.years.columns))
    sheet = marked(found.scope, sheet, found.years)
    message = tuple(_of_years(found))
    picture = stacked_bars(found.years, "summary-years", message[0])
    return Section("years", "Judgements by year", message, (sheet,), {"years": [picture]})


def _of_years(found: Judged) -> Iterator[str]:
    """The last step with what it is of, and the trend with all its audits."""
    moved = found.movement
    if moved.step is None:
        yield moved.sentence
    else:
        yield Against("the year before", moved.step.before, moved.step.after).sentence
    every = audits(sum(each.total for each in found.years.columns))
    yield from (f"{said} That is {every} in all." for said in moved.sentences[1:])


def _broken(found: Judged, table: Distribution) -> frozenset[Period]:
    return broken(sorted(table.periods, key=lambda each: each.first), found.breaks)


def marked(scope: Scope, sheet: Sheet, table: Distribution) -> Sheet:
    """With [p] above each column that is not over."""
    if len(sheet.columns) != len(table.columns):
        return sheet
    return replace(sheet, columns=tuple(_marked(scope, sheet, table)))


def _marked(scope: Scope, sheet: Sheet, table: Distribution) -> Iterator[Heading]:
    for heading, column in zip(sheet.columns, table.columns, strict=True):
        runs = column.period.last >= scope.today
        yield replace(heading, label=f"{heading.label} {PROVISIONAL}") if runs else heading
