"""The tables about good or better over time."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from audit_app.insight.over_time_figures import OverTime, PlaceOverTime
from audit_app.rules.columns import Column
from audit_app.rules.control_chart import FIRM_FROM
from audit_app.rules.over_time import Series, Stretch
from audit_app.rules.over_time_words import newest, printed
from audit_app.rules.sheets import (
    RANGE,
    SHARE,
    Cell,
    Heading,
    Line,
    Sheet,
    between,
    count,
    number,
    share,
    words,
)

_CONTROL = (
    "Control chart (XmR), by the rules of NHS England’s Making Data Count. Limits are the mean "
    "plus and minus 2.66 times the mean moving range; no point is left out of them. A signal is a "
    "point outside the limits, seven in a row on one side of the mean, seven rising or falling, "
    "or two of three more than two thirds of the way to one limit."
)
_RUN = (
    "Half or more of the months with audits hold too few for a percentage, so quarters are shown "
    "as a run chart around their median. A signal is six in a row on one side of the median, five "
    "rising or falling, or more or fewer changes of side than chance explains."
)
_SHOWN_ONLY = (
    "Mean, limits and median are made from what is shown, and start again only where a new set of "
    "threads began."
)


def points(found: OverTime) -> Sheet:
    """Every month or quarter: its figure, its line, and the rules that its point fired."""
    series = found.series
    columns = (
        Heading("Good or better", SHARE),
        Heading("Audits"),
        Heading("Signal", numeric=False),
    )
    lines = tuple(
        _point(stretch, column) for stretch in series.stretches for column in stretch.columns
    )
    kind = "Month" if series.monthly else "Quarter"
    title = f"Good or better by {kind.lower()}: {found.name}"
    return Sheet("Points", title, kind, columns, lines, _notes(series))


def signals_found(found: OverTime) -> Iterator[Sheet]:
    """What chance does not explain; nothing where there is nothing."""
    if found.series.episodes:
        columns = (Heading("From and to", numeric=False),)
        lines = tuple(
            Line(_sentence(each.words), (words(each.when),)) for each in found.series.episodes
        )
        yield Sheet(
            "Signals", "Signals: more than chance explains", "Good or better was", columns, lines
        )


def limits_used(found: OverTime) -> Sheet:
    """The line and the limits of each stretch: one, unless a recorded change began another."""
    columns = (Heading("Points"), *_line_headings())
    lines = tuple(
        Line(_stretch_name(each), (count(len(each.points)), *_line_cells(each)))
        for each in found.series.stretches
    )
    return Sheet("Limits", "What chance explains", "From", columns, lines, (_SHOWN_ONLY,))


def by_service(found: OverTime) -> Iterator[Sheet]:
    """Each service's own chart in one line, in the order of their names."""
    if len(found.services) > 1:
        columns = (
            Heading("Points"),
            *_line_headings(),
            Heading("Latest", SHARE),
            Heading("Latest point", numeric=False),
            Heading("What it shows", numeric=False),
        )
        whole = PlaceOverTime(found.name, None, found.series)
        lines = (*map(_service, found.services), _service(whole, total=True))
        note = (
            f"{len(found.services)} services were each looked at; with so many charts, a single "
            "signal is weak evidence. Services with few audits in a month are shown by quarter, "
            "around a median."
        )
        yield Sheet("Services", "Each service over time", "Service", columns, lines, (note,))


def _point(stretch: Stretch, column: Column) -> Line:
    cells = (share(column.good_or_better), count(column.total))
    begins = stretch.since is not None and column is stretch.columns[0]
    label = f"{column.period.label} [b]" if begins else column.period.label
    return Line(label, (*cells, words(_fired(stretch, column))))


def _fired(stretch: Stretch, column: Column) -> str:
    if not column.percents_shown:
        few = f"fewer than {column.floor} audits" if column.total else "no audits"
        return f"No point: {few}"
    said = [each.words for each in stretch.said_of(column)]
    return _sentence("; ".join(said)) if said else "None"


def _service(place: PlaceOverTime, total: bool = False) -> Line:
    series, now = place.series, place.series.latest
    last = series.points[-1] if series.points else None
    cells = (
        count(len(series.points)),
        *_line_cells(now),
        share(last.good_or_better) if last else Cell("–", ("[x]", "[x]")),
        words(last.period.label if last else "–"),
        words(_sentence(newest(series))),
    )
    return Line(place.name, cells, total)


def _line_headings() -> tuple[Heading, Heading]:
    return Heading("Mean or median"), Heading("Limits", RANGE)


def _line_cells(stretch: Stretch) -> tuple[Cell, Cell]:
    return _centre(stretch), _between(stretch)


def _centre(stretch: Stretch) -> Cell:
    return _percent(stretch.centre)


def _percent(figure: Fraction | None) -> Cell:
    return number(None if figure is None else printed(figure), "%")


def _between(stretch: Stretch) -> Cell:
    if stretch.limits is None:
        return between(None, None)
    return between(printed(stretch.limits.lower), printed(stretch.limits.upper))


def _stretch_name(stretch: Stretch) -> str:
    first = stretch.columns[0].period.label
    return f"{first}: {stretch.since.name} [b]" if stretch.since else first


def _sentence(words_of_it: str) -> str:
    return words_of_it[:1].upper() + words_of_it[1:]


def _notes(series: Series) -> tuple[str, ...]:
    rule = _CONTROL if series.monthly else _RUN
    floor, gaps = series.columns[0].floor, series.gaps
    kinds = f"{series.kind.value}{'' if gaps == 1 else 's'}"
    gap = (
        f"{gaps} {kinds} with fewer than {floor} audits {'has' if gaps == 1 else 'have'} no point; "
        "the points on either side are taken as neighbours."
    )
    trial = any(each.limits and each.limits.trial for each in series.stretches)
    firm = f"With fewer than {FIRM_FROM} points limits are on trial: they may move yet."
    return (rule, *((gap,) if gaps else ()), *((firm,) if trial else ()))
