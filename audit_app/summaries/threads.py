"""The golden threads: which moved against last year, and which is weakest now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup
from sqlalchemy import func, select

from audit_app.documents.chart_places import Dot, dots_chart
from audit_app.extensions import db
from audit_app.insight.breaks import broken
from audit_app.insight.counting import Split, counts
from audit_app.insight.thread_figures import Threads
from audit_app.insight.thread_sheets import by_period, overall, which_moved
from audit_app.models import Audit, Finding
from audit_app.rules.change import Direction
from audit_app.rules.distribution import Distribution, distribution
from audit_app.rules.intervals import wilson
from audit_app.rules.judgements import Judgement
from audit_app.rules.shares import Share
from audit_app.rules.sheets import Sheet
from audit_app.rules.summary_words import alike, audits, of_audits, of_total
from audit_app.rules.thread_comparison import clearly_weakest, comparable, listed, said_of
from audit_app.summaries.judgements import PROVISIONAL, Judged
from audit_app.summaries.parts import Figure, Section
from audit_app.summaries.scope import Scope


@dataclass(frozen=True)
class ThreadsJudged:
    """Every thread in the year before and in the period, and the period alone."""

    both: Threads
    now: Threads
    #: Of the audits judged overall, those better overall than Inadequate with an Inadequate thread.
    above: Share

    @property
    def shares(self) -> Mapping[str, Share]:
        """Good or better of each thread in the period."""
        return {name: table.columns[0].good_or_better for _, name, table in self.now.by_thread}


def threads(scope: Scope, found: Judged) -> ThreadsJudged:
    """Count the threads of both periods in one question."""
    columns = (found.of(scope.year_before), found.now)
    asked, asked_now = scope.asked(scope.year_before, scope.now), scope.asked(scope.now)
    both = Threads(
        asked.question,
        asked.spell,
        Distribution(columns),
        tuple(_by_thread(scope)),
        (),
    )
    alone = tuple((code, name, Distribution(t.columns[1:])) for code, name, t in both.by_thread)
    overall = Distribution(columns[1:])
    now = Threads(asked_now.question, asked_now.spell, overall, alone, ())
    return ThreadsJudged(both, now, Share(_above(scope), found.now.total, floor=scope.floor))


def _above(scope: Scope) -> int:
    """How many audits are Inadequate in a thread and better overall."""
    inadequate = Audit.findings.any(Finding.final_judgement == Judgement.INADEQUATE)
    wanted: Any = select(func.count(Audit.id)).where(
        Audit.final_overall != Judgement.INADEQUATE, inadequate
    )
    return db.session.scalar(scope.audits(wanted, scope.whole.first, scope.whole.last)) or 0


def _by_thread(scope: Scope) -> Iterator[tuple[str, str, Distribution]]:
    """Each thread that was judged in either period, in the threads' own order."""
    periods = (scope.year_before, scope.now)
    spell = scope.asked(*periods).spell
    found = counts(scope.of, spell, [Split.MONTH, Split.THREAD], scope.reader)
    by_code = found.apart("thread")
    for code, name in scope.choices["thread"].items():
        if code in by_code:
            yield code, name, distribution(by_code[code], periods, floor=scope.floor)


def thread_section(scope: Scope, found: Judged, of: ThreadsJudged) -> Section:
    if not of.now.by_thread:
        return Section("threads", "Golden threads", ())
    sheet = replace(overall(of.now), name="Threads")
    message = (weakest(of), *_moved(found, of), *_graded_above(of))
    pictures = {sheet.key: [_picture(of)]} if comparable(of.shares) else {}
    return Section(
        "threads", "Golden threads", message, (sheet, _beside(scope, found, of)), pictures
    )


def weakest(of: ThreadsJudged) -> str:
    """Which thread is clearly the weakest; where none is, which has the lowest figure."""
    shares, period = of.shares, of.now.periods[0].label
    if not any(each.total for each in shares.values()):
        return f"No thread was judged in {period}."
    if not comparable(shares):
        return f"Too few audits in {period} to say which thread is weakest."
    name = clearly_weakest(shares)
    if name is not None:
        return (
            f"{name} is the weakest thread: {of_total(shares[name])} good or better, clearly below "
            "every other."
        )
    return f"No thread is clearly weaker than all the others. {_lowest(shares)}"


def weakest_claim(of: ThreadsJudged) -> str:
    """Which thread is clearly weakest, in a few words."""
    if not comparable(of.shares):
        return "too few audits to say"
    return clearly_weakest(of.shares) or "none clearly weakest"


def weakest_figure(of: ThreadsJudged) -> Figure:
    """The same to be read at arm's length; of threads none of which is weakest, the lowest."""
    shares = of.shares
    label = "Weakest thread"
    if not of.now.any or not comparable(shares):
        return Figure(label, "Too few to say", weakest(of))
    name = clearly_weakest(shares)
    if name is None:
        return _lowest_figure(shares)
    said = f"{of_total(shares[name])} good or better, clearly below every other."
    return Figure(label, name, said)


def _lowest_figure(shares: Mapping[str, Share]) -> Figure:
    names, lowest = _lowest_of(shares)
    if len(names) > _TIED:
        return Figure("Lowest thread", f"{len(names)} share it", _lowest(shares))
    rest = "other" if len(names) == len(shares) - 1 else "others"
    good = (
        of_total(lowest)
        if len(names) == 1
        else listed(map(of_total, alike(*(shares[name] for name in names))))
    )
    said = f"{good} good or better, not clearly below the {rest}."
    return Figure("Lowest thread", listed(names), said)


#: More threads than this with the same figure are counted and not named.
_TIED = 2


def _lowest_of(shares: Mapping[str, Share]) -> tuple[list[str], Share]:
    """The names of the threads with the lowest good or better, and the share of the first."""
    enough = {name: each for name, each in shares.items() if each.percent is not None}
    least = min(each.exact or 0 for each in enough.values())
    names = [name for name, each in enough.items() if (each.exact or 0) == least]
    return names, enough[names[0]]


def _lowest(shares: Mapping[str, Share]) -> str:
    names, lowest = _lowest_of(shares)
    if len(names) > _TIED:
        enough = sum(1 for each in shares.values() if each.percent is not None)
        same = lowest.percent_text
        return f"{len(names)} of {enough} threads share the lowest figure: {same} good or better."
    each = zip(names, alike(*(shares[name] for name in names)), strict=True)
    said = listed(f"{name}, {of_total(share)}" for name, share in each)
    return f"The lowest {'is' if len(names) == 1 else 'are'} {said} good or better."


def _graded_above(of: ThreadsJudged) -> Iterator[str]:
    """That grading may be too kind: an audit is better as a whole than its weakest thread."""
    if of.above.count:
        were = "was" if of.above.count == 1 else "were"
        yield f"{of_audits(of.above)} {were} Inadequate in a thread and not overall."


def _moved(found: Judged, of: ThreadsJudged) -> Iterator[str]:
    """Which moved against the year before, allowing for all of them having been asked of."""
    last_year = found.against[0]
    against, before, now = last_year.name, last_year.before, last_year.now
    if of.both.pair is None:
        if before.total:
            yield f"Too few audits to say which threads moved against {against}."
        else:
            yield f"No audits in {against} to say which threads moved."
        return
    said = said_of({each.name: each.lately for each in of.both.moved})
    many = f"{audits(before.total)} then, {now.total:,} now"
    long = f"; {last_year.months}" if last_year.months else ""
    yield f"Against {against} ({many}{long}): {said}."
    for each in of.both.moved:
        if each.step is not None and each.lately in _WENT:
            was, became = map(of_total, alike(*each.step.shares))
            yield (
                f"{each.name}: good or better {_WENT[each.lately]} from {was} to {became}; a "
                f"change this size is unlikely to be chance, allowing for {len(of.both.moved)} "
                "threads."
            )


_WENT = {Direction.BETTER: "rose", Direction.WORSE: "fell"}


def _beside(scope: Scope, found: Judged, of: ThreadsJudged) -> Sheet:
    """Each thread in both periods, tested where both hold audits enough."""
    if of.both.pair is not None:
        return _marked(scope, _between(which_moved(of.both)))
    new = broken(of.both.periods, found.breaks)
    return _marked(scope, replace(by_period(of.both, new), name="Threads moved", notes=()))


def _between(sheet: Sheet) -> Sheet:
    """Without the trend over all periods: two have none but the step between them."""
    lines = tuple(replace(line, cells=line.cells[:-1]) for line in sheet.lines)
    return replace(sheet, name="Threads moved", columns=sheet.columns[:-1], lines=lines)


def _marked(scope: Scope, sheet: Sheet) -> Sheet:
    """With [p] above the period that is not over."""
    label = scope.now.label
    columns = (
        replace(each, label=f"{each.label} {PROVISIONAL}")
        if scope.running and each.label == label
        else each
        for each in sheet.columns
    )
    return replace(sheet, columns=tuple(columns))


def _picture(of: ThreadsJudged) -> Markup:
    """Every thread's share with its interval, against the overall judgement."""
    dots = [
        Dot(name, each, wilson(each) if each.percent is not None else None)
        for name, each in of.shares.items()
    ]
    whole = of.now.overall.columns[0].good_or_better
    return dots_chart(
        "Good or better", dots, ("Overall judgement", whole), weakest(of), "summary-threads"
    )
