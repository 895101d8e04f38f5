"""The golden threads beside each other: by period, against the overall judgement, by service."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from flask import Blueprint
from markupsafe import Markup

from audit_app.documents.chart_threads import Panel, thread_panels
from audit_app.insight.breaks import Break, breaks_in, broken
from audit_app.insight.forms import QuestionForm
from audit_app.insight.papers import Page, Report, open_report
from audit_app.insight.reading import Asked, read_question
from audit_app.insight.sampling import sampling
from audit_app.insight.thread_figures import Threads, count_threads
from audit_app.insight.thread_sheets import (
    by_period,
    numbers_behind,
    overall,
    weakest_where,
    which_moved,
)
from audit_app.rules.change import Step, step
from audit_app.rules.sheets import Paper, Sheet
from audit_app.rules.thread_comparison import said_of, weakest_said
from audit_app.web.pages import day

bp = Blueprint("threads", __name__)


def _ask() -> tuple[QuestionForm, Page | None]:
    form, asked = read_question(without=["thread"])
    return form, _page(asked) if asked else None


def _page(asked: Asked) -> Page:
    args, title = asked.question.as_args(), "Golden threads"
    found = count_threads(asked) if asked.spell.periods else None
    if found is None or not found.any:
        return Page(Paper(title, (), asked.facts, (), asked.notes), args, asked.chosen)
    breaks = breaks_in(asked.spell)
    sheets = _sheets(found, breaks)
    sampled = sampling(asked.question.of, asked.spell, found.overall.columns, asked.viewer)
    cautions = sampled.notes(found.overall.columns, _last_step(found))
    notes = (*asked.notes, *cautions, *(each.note for each in breaks))
    message = (*_message(found), *_between(found, breaks))
    paper = Paper(title, message, asked.facts, sheets, notes)
    return Page(paper, args, asked.chosen, {sheets[0].key: _pictures(found, breaks)})


# Kept by the figures themselves: the same figures make the same tables.
@lru_cache(maxsize=64)
def _sheets(found: Threads, breaks: tuple[Break, ...]) -> tuple[Sheet, ...]:
    return (
        by_period(found, broken(found.periods, breaks)),
        which_moved(found),
        overall(found),
        *weakest_where(found),
        *numbers_behind(found),
    )


def _message(found: Threads) -> tuple[str, ...]:
    """Which moved, lately and over all periods, and which is weakest now."""
    said = []
    if found.pair is not None:
        before, after = (found.periods[place].label for place in found.pair)
        lately = said_of({each.name: each.lately for each in found.moved})
        said.append(f"From {before} to {after}: {lately}.")
    if found.with_audits > 2:
        over_all = said_of({each.name: each.over_all for each in found.moved})
        said.append(f"Over the {found.with_audits} periods with audits: {over_all}.")
    return (*said, _weakest(found))


def _between(found: Threads, breaks: tuple[Break, ...]) -> tuple[str, ...]:
    """That the two periods compared were not judged against the same set of threads."""
    if found.pair is None:
        return ()
    before, after = (found.periods[place] for place in found.pair)
    new = [each for each in breaks if before.first < each.on <= after.last]
    return tuple(
        f"A new set of threads is in force from {day(each.on)}, between or within the last two "
        "periods: a change may come from the set rather than from practice."
        for each in new[-1:]
    )


def _weakest(found: Threads) -> str:
    """Which is weakest in the latest period with audits enough: earlier ones are not now."""
    if found.latest is None:
        return "Too few audits in any period to say which thread is weakest."
    shares = {name: table.columns[found.latest] for _, name, table in found.by_thread}
    period = found.periods[found.latest].label
    return weakest_said({name: of.good_or_better for name, of in shares.items()}, period)


@lru_cache(maxsize=64)
def _pictures(found: Threads, breaks: tuple[Break, ...]) -> Sequence[Markup]:
    cut = broken(found.periods, breaks)
    places = [number for number, each in enumerate(found.periods) if each in cut]
    panels = [
        Panel(each.name, each.columns, found.overall.columns, places, each.sentence)
        for each in found.moved
    ]
    return thread_panels(panels, "thread")


def _last_step(found: Threads) -> Step | None:
    columns = found.overall.columns
    return step(columns[found.pair[0]], columns[found.pair[1]]) if found.pair else None


open_report(bp, Report("threads", "/threads", _ask, template="insight/threads.html"))
