"""The tables about golden threads. Threads and services stand in their own order, never ranked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from audit_app.insight.thread_figures import Judged, Place, Threads
from audit_app.rules.change import Direction, Step, Trend
from audit_app.rules.intervals import wilson
from audit_app.rules.judgements import SCALE
from audit_app.rules.periods import Period
from audit_app.rules.shares import Share, least_printed
from audit_app.rules.sheets import (
    MINUS,
    RANGE,
    SHARE,
    SHARE_OF,
    Cell,
    Heading,
    Line,
    Rows,
    Sheet,
    between,
    count,
    number,
    share,
    share_of,
    words,
)
from audit_app.rules.thread_comparison import (
    Tested,
    ThreadMoved,
    clearly_weakest,
    comparable,
    points_apart,
)
from audit_app.web.filters import Recorded

#: More periods than this stand one below the other, so that a table is no wider than a page.
ACROSS = 6

_PICTURES = (
    "In each picture the solid line is the thread, with its 95% intervals, and the dotted line the "
    "overall judgement. All are on one scale, which does not begin at 0%."
)
_PAIRED = (
    "The threads are judged on the same audits, so they are never added up, and a comparison of "
    "two is on the careful side."
)
_WEAKEST = (
    "All the days shown are counted together. A thread is named as weakest only where the interval "
    f"of its difference from every other thread leaves out none. {_PAIRED}"
)
_TRENDS = (
    "The difference is tested by the z of two shares, the trend by the linear-by-linear test of "
    "all four judgements over all periods, whose z is below 0 where later judgements are better. "
    "Several threads are allowed for by Holm’s method."
)
_SAYS = {
    Direction.BETTER: "Better",
    Direction.WORSE: "Worse",
    Direction.NO_CLEAR_CHANGE: "No clear change",
    Direction.TOO_FEW: "Too few to compare",
}


def by_period(found: Threads, cut: Set[Period]) -> Sheet:
    """Good or better of each thread and overall in each period, with breaks marked."""
    series = [(name, table.columns) for _, name, table in found.by_thread]
    series.append(("Overall judgement", found.overall.columns))
    periods = [f"{each.label} [b]" if each in cut else each.label for each in found.periods]
    grid = [[column.good_or_better for column in columns] for _, columns in series]
    names, title = [name for name, _ in series], "Good or better in each thread"
    if len(periods) <= ACROSS:
        codes = [*(code for code, *_ in found.by_thread), ""]
        lines = tuple(
            Line(name, tuple(map(share_of, row)), total=not code, key=code)
            for name, row, code in zip(names, grid, codes, strict=True)
        )
        return _whole(
            found, Sheet("By period", title, "Thread", _shares(periods), lines, (_PICTURES,))
        )
    lines = tuple(
        Line(period, tuple(map(_in_short, row)))
        for period, row in zip(periods, zip(*grid, strict=True), strict=True)
    )
    return _whole(found, Sheet("By period", title, "Period", _shares(names), lines, (_PICTURES,)))


def which_moved(found: Threads) -> Sheet:
    """Each thread between the two latest periods that hold enough audits, and over all of them."""
    before, after = _compared(found)
    columns = (
        Heading(before, SHARE_OF),
        Heading(after, SHARE_OF),
        Heading("Difference in points"),
        Heading("95% interval of the difference", RANGE),
        Heading("Between these two", numeric=False),
        Heading("Over all periods", numeric=False),
    )
    codes = {name: code for code, name, _ in found.by_thread}
    lines = tuple(
        Line(
            each.name,
            (*_step(found, each), _said(each, each.lately), _said(each, each.over_all)),
            key=codes[each.name],
        )
        for each in found.moved
    )
    return _whole(
        found, Sheet("Which moved", "Which thread moved", "Thread", columns, lines, _tests(found))
    )


def overall(found: Threads) -> Sheet:
    """Each thread over all the periods, against the overall judgement."""
    columns = (
        *(Heading(word.label, SHARE) for word in SCALE),
        Heading("Total"),
        Heading("Good or better", SHARE),
        Heading("95% interval", RANGE),
        Heading("Points from overall"),
        Heading("Not enough evidence"),
    )
    against = found.all_overall.good_or_better
    lines = [_whole_line(found, each, against) for each in found.threads]
    lines.append(_whole_line(found, found.all_overall, against))
    title = f"Each thread against the overall judgement, {found.spell.words}"
    return _whole(
        found, Sheet("Against overall", title, "Thread", columns, tuple(lines), (_PAIRED,))
    )


def weakest_where(found: Threads) -> Iterator[Sheet]:
    """Good or better of each thread in each service; nothing where there is one service or none."""
    if len(found.services) < 2:
        return
    every = Place("All services", found.threads, whole=True)
    codes, days = [each.code for each in found.threads], found.spell.words
    names = [each.name for each in found.threads]
    lines = tuple(_place_line(place, codes) for place in (*found.services, every))
    columns = (*_shares(names), Heading("Clearly weakest in these days", numeric=False))
    notes = (_WEAKEST, f"{len(found.services)} services were each looked at.")
    title = f"Good or better in each thread, by service, {days}"
    yield Sheet("By service", title, "Service", columns, lines, notes)


def numbers_behind(found: Threads) -> Iterator[Sheet]:
    """The tests behind what is said of each thread."""
    if not any(each.of_step or each.of_trend for each in found.moved):
        return
    allowing = f"allowing for {len(found.moved)} threads"
    columns = (
        Heading("p of the difference"),
        Heading(f"p of the difference, {allowing}"),
        Heading("z of the trend"),
        Heading("p of the trend"),
        Heading(f"p of the trend, {allowing}"),
    )
    lines = tuple(
        Line(each.name, (*_ps(each.of_step), _z(each.trend), *_ps(each.of_trend)))
        for each in found.moved
    )
    title = "The numbers behind what is said of each thread"
    yield _whole(found, Sheet("Tests", title, "Thread", columns, lines, (_TRENDS,)))


def _whole(found: Threads, sheet: Sheet) -> Sheet:
    """Say that rows are about the whole authority where no part of it was asked for."""
    of = found.question.of
    parts = (of.service, of.locality, of.team, of.theme, of.type, of.selection)
    return replace(sheet, rows=Rows.WHOLE) if all(part is None for part in parts) else sheet


def _shares(labels: Sequence[str]) -> tuple[Heading, ...]:
    return tuple(Heading(label, SHARE_OF) for label in labels)


def _compared(found: Threads) -> tuple[str, str]:
    if found.pair is None:
        return "Before", "After"
    before, after = found.pair
    return found.periods[before].label, found.periods[after].label


def _step(found: Threads, thread: ThreadMoved) -> tuple[Cell, ...]:
    if found.pair is None:
        return (*[Cell("–", ("[x]", "[x]", "[x]"))] * 2, number(None), between(None, None))
    before, after = (thread.columns[place].good_or_better for place in found.pair)
    low, high = _points(thread.step)
    apart = points_apart(before, after)
    return share_of(before), share_of(after), _signed(apart), between(low, high, "")


def _said(thread: ThreadMoved, way: Direction) -> Cell:
    return words("Only one period" if thread.only_one else _SAYS[way])


def _points(step: Step | None) -> tuple[Decimal | None, Decimal | None]:
    return step.interval.percents(1) if step is not None else (None, None)


def _tests(found: Threads) -> tuple[str, ...]:
    tests = len(found.moved)
    if tests < 2:
        return ()
    said = (
        f"{tests} threads were each tested. A thread is called better or worse only where that is "
        "unlikely to be chance when allowing for all of them."
    )
    return (said,)


def _whole_line(found: Threads, judged: Judged, against: Share) -> Line:
    cells = (_linked(found, judged, place) for place in range(len(SCALE)))
    good = judged.good_or_better
    interval = wilson(good) if good.percent is not None else None
    low, high = interval.percents(1) if interval else (None, None)
    apart = points_apart(against, good) if judged.code else Decimal("0.0")
    return Line(
        judged.name,
        (
            *cells,
            count(judged.total),
            share(good),
            between(low, high),
            _signed(apart) if judged.code else Cell("–", ("[z]",)),
            count(judged.not_enough_evidence),
        ),
        total=not judged.code,
        key=judged.code,
    )


def _linked(found: Threads, judged: Judged, place: int) -> Cell:
    """A judgement's share, with the list of the audits it was counted from."""
    question, spell = found.question, found.spell
    n, word = judged.counts[place], SCALE[place]
    of = replace(question.of, thread=judged.code or None)
    behind = of.as_args(first=spell.first, last=spell.last, judgement=word, recorded=Recorded.ONLY)
    shown = Share(n, judged.total, floor=judged.floor)
    return share(shown, None if spell.has_gaps else behind)


def _place_line(place: Place, codes: Sequence[str]) -> Line:
    by_code = {each.code: each for each in place.threads}
    shown = [by_code[code] for code in codes]
    shares = {each.name: each.good_or_better for each in shown}
    weakest = clearly_weakest(shares) or ("None" if comparable(shares) else "Too few to compare")
    cells = tuple(_in_short(replace(each.good_or_better, places=0)) for each in shown)
    return Line(place.name, (*cells, words(weakest)), total=place.whole)


def _in_short(of: Share) -> Cell:
    """``36% of 6,634``: a wide table has no room for the count as well, which files hold."""
    cell = share_of(of)
    return replace(cell, text=f"{of.percent_text} of {of.total:,}") if of.percent_text else cell


def _signed(points: Decimal | None) -> Cell:
    return number(None) if points is None else Cell(f"{points:+}".replace("-", MINUS), (points,))


def _ps(of: Tested | None) -> tuple[Cell, Cell]:
    return (_p(of.alone), _p(of.allowing)) if of else (number(None), number(None))


def _z(of: Trend | None) -> Cell:
    return number(_rounded(of.z, 2) if of else None)


def _p(figure: float) -> Cell:
    rounded = _rounded(figure, 3)
    return Cell("less than 0.001", ("[low]",)) if figure < 0.001 else number(rounded)


def _rounded(figure: float, places: int) -> Decimal:
    return Decimal(figure).quantize(least_printed(places), ROUND_HALF_UP) + 0
