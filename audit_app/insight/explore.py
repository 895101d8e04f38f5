"""One page to explore: a figure, split and narrowed as anybody asks, with the views people keep."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from flask import Blueprint
from flask_login import current_user
from markupsafe import Markup

from audit_app.documents.chart_bars import Bar, bar_chart
from audit_app.insight.breaks import breaks_in
from audit_app.insight.counting import Split
from audit_app.insight.explore_form import SPLITS, ExploreForm
from audit_app.insight.exploring import Figure, Grid, Group, grid
from audit_app.insight.papers import Page, Report, open_report
from audit_app.insight.reading import Asked, read_question
from audit_app.insight.sampling import sampling_together
from audit_app.insight.view_queries import views_of
from audit_app.insight.views import bp as views
from audit_app.models import SavedView
from audit_app.rules.intervals import wilson
from audit_app.rules.judgements import Judgement
from audit_app.rules.periods import Period
from audit_app.rules.shares import Share
from audit_app.rules.sheets import (
    RANGE,
    SHARE_OF,
    Cell,
    Heading,
    Line,
    Paper,
    Rows,
    Sheet,
    between,
    count,
    share_of,
)

bp = Blueprint("explore", __name__)
bp.register_blueprint(views)

#: Columns that are read beside each other; more periods than this stand in no split table.
MOST_COLUMNS = 12
#: Bars in a picture; of more only the latest periods are drawn.
MOST_BARS = 40
ALL_PERIODS = "All periods"


@bp.context_processor
def _kept() -> dict[str, Callable[[], Sequence[SavedView]]]:
    """For the page: the views its person keeps, also one saved a moment ago."""
    return {"kept_views": lambda: views_of(current_user)}


def _ask() -> tuple[ExploreForm, Page | None]:
    form, asked = read_question(form_of=ExploreForm)
    assert isinstance(form, ExploreForm)
    if asked and form.asked_split and len(asked.spell.periods) > MOST_COLUMNS:
        many = len(asked.spell.periods)
        problem = (
            f"These dates make {many} columns and the most is {MOST_COLUMNS} when figures are "
            "split. Choose longer periods, or dates nearer together"
        )
        form.by.errors = [problem]
        return form, None
    return form, _page(form, asked) if asked else None


def _page(form: ExploreForm, asked: Asked) -> Page:
    found = grid(asked, form.asked_measure, form.asked_split)
    sheets = (_sheet(asked, found),) if _holds_anything(found) else ()
    title = _title(found)
    paper = Paper(
        f"Explore: {title[0].lower()}{title[1:]}",
        (_message(asked, found),) if sheets else (),
        _facts(asked, found),
        sheets,
        (*asked.notes, *_notes(asked, found)),
    )
    own = form.own_args
    return Page(
        paper,
        own | asked.question.as_args(),
        [(said, {**own, **rest}) for said, rest in asked.chosen],
        {sheets[0].key: _pictures(asked, found)} if sheets else {},
    )


def _holds_anything(found: Grid) -> bool:
    return any(sum(counted.values()) for counted in found.tally.values())


def _title(found: Grid) -> str:
    by = f" by {SPLITS[found.split].lower()}" if found.split else ""
    return f"{found.measure.label}{by}"


def _facts(asked: Asked, found: Grid) -> dict[str, str]:
    if found.measure.of_actions:
        facts = {"Counted": "Actions raised in audits, in the audit’s month"}
        return facts | {name: said for name, said in asked.facts.items() if name != "Basis"}
    judged = {} if found.split is Split.THREAD else {"Judgements": asked.judged}
    return judged | asked.facts


def _message(asked: Asked, found: Grid) -> str:
    """The measure in words, claiming no change."""
    label, periods = found.measure.label, asked.spell.periods
    split = found.split
    if split is None:
        shown = periods if len(periods) <= 4 else (periods[0], periods[-1])
        said = (
            f"{_words(found.of(found.groups[0], periods.index(each)))} in {each.label}"
            for each in shown
        )
        return f"{label}: {', '.join(said)}."
    if not found.together:
        return f"{label}, each {SPLITS[split].lower()} on its own."
    return f"{label}: {_words(found.of_everything())} over all the rows below."


def _words(figure: Figure) -> str:
    if isinstance(figure, int):
        return f"{figure:,}"
    return f"{figure.percent_text} ({figure.out_of})" if figure.percent_text else figure.out_of


def _sheet(asked: Asked, found: Grid) -> Sheet:
    kind = asked.question.by.value.replace("-", " ")
    title = f"{_title(found)}, {kind} by {kind}"
    if found.split is None:
        columns = _columns_alone(found)
        lines = tuple(_lines_by_period(asked, found))
        return Sheet("Explored", title, "Period", columns, lines, rows=Rows.WHOLE)
    heading, periods = SPLITS[found.split], asked.spell.periods
    labels = [period.label for period in periods] + [ALL_PERIODS] * (len(periods) > 1)
    columns = tuple(Heading(label, _parts(found)) for label in labels)
    lines = tuple(_lines_by_group(asked, found))
    return Sheet("Explored", title, heading, columns, lines, rows=_rows(found))


def _rows(found: Grid) -> Rows | None:
    """Whose audits the rows are; of teams and of actions, which are few, nothing is said."""
    if found.measure.of_actions or found.split is Split.TEAM:
        return None
    return Rows.WHOLE if found.split is Split.THREAD else Rows.PARTS


def _parts(found: Grid) -> tuple[str, ...]:
    unit = found.measure.unit
    return (unit, *SHARE_OF[1:]) if found.measure.is_share else (unit,)


def _columns_alone(found: Grid) -> tuple[Heading, ...]:
    figure = Heading(found.measure.label, _parts(found))
    sure = Heading("95% interval", RANGE)
    return (figure, sure) if found.measure.is_share else (figure,)


def _lines_by_period(asked: Asked, found: Grid) -> Iterator[Line]:
    everything = found.groups[0]
    for at, period in enumerate(asked.spell.periods):
        figure = found.of(everything, at)
        yield Line(period.label, _with_interval(figure, _behind(asked, found, everything, period)))
    if len(asked.spell.periods) > 1:
        yield Line(ALL_PERIODS, _with_interval(found.over_time(everything)), total=True)


def _with_interval(figure: Figure, behind: dict[str, str] | None = None) -> tuple[Cell, ...]:
    if isinstance(figure, int):
        return (count(figure, behind),)
    sure = wilson(figure) if figure.percent is not None else None
    ends = sure.percents(figure.places) if sure else (None, None)
    return share_of(figure, behind), between(*ends)


def _lines_by_group(asked: Asked, found: Grid) -> Iterator[Line]:
    periods = asked.spell.periods
    for group in found.groups:
        figures = [found.of(group, at) for at in range(len(periods))]
        behind = [_behind(asked, found, group, period) for period in periods]
        cells = [_cell(*each) for each in zip(figures, behind, strict=True)]
        yield Line(group.label, (*cells, *_over_time(found, found.over_time(group))))
    if found.together:
        cells = [_cell(found.of_all(at)) for at in range(len(periods))]
        yield Line("All", (*cells, *_over_time(found, found.of_everything())), total=True)


def _over_time(found: Grid, figure: Figure) -> list[Cell]:
    return [_cell(figure)] if found.periods > 1 else []


def _cell(figure: Figure, behind: dict[str, str] | None = None) -> Cell:
    return count(figure, behind) if isinstance(figure, int) else share_of(figure, behind)


def _behind(asked: Asked, found: Grid, group: Group, period: Period) -> dict[str, str] | None:
    """The list of the audits that a figure counts, where one judgement says which they are."""
    judgement = found.measure.judgement
    unsaid = found.split is not None and group.key is None
    if judgement is None or found.measure.of_actions or unsaid:
        return None
    if judgement is Judgement.NOT_ENOUGH_EVIDENCE and not _of_thread(asked, found):
        return None
    question = asked.question
    if found.split is not None:
        question = replace(question, of=replace(question.of, **{found.split.value: group.key}))
    return question.audits_behind(period, judgement)


def _of_thread(asked: Asked, found: Grid) -> bool:
    return found.split is Split.THREAD or asked.question.of.thread is not None


def _notes(asked: Asked, found: Grid) -> Iterator[str]:
    """What to beware of in these figures."""
    if len({period.exact_months for period in asked.spell.periods}) > 1:
        yield "The periods do not all cover the same time: compare percentages, not numbers."
    if found.measure.is_share and _few(asked, found):
        yield f"Counts only where there are fewer than {asked.floor} {found.measure.unit}."
    if found.split is Split.TEAM:
        yield (
            "Teams differ by chance alone, most where they have few audits. “Places” says which "
            "of them differ by more."
        )
    if found.split is Split.THREAD:
        yield "One audit is in the figures of every thread, so threads are never added together."
    if found.measure.of_actions:
        yield "Actions are as they stand today, and only those of audits that are recorded."
    if len(found.groups) <= MOST_BARS and _drawn(found) < found.periods:
        drawn = _drawn(found)
        latest = "latest period" if drawn == 1 else f"latest {drawn} periods"
        yield f"The picture shows the {latest} of {found.periods}."
    if found.measure.is_share and found.split is None:
        yield from sampling_together(asked.question.of, asked.spell, asked.viewer).notes((), None)
    yield from (each.note for each in breaks_in(asked.spell))


def _few(asked: Asked, found: Grid) -> bool:
    """Whether anything is of too few for a percentage."""
    every = (found.of(group, at) for group in found.groups for at in range(found.periods))
    return any(isinstance(each, Share) and 0 < each.total < asked.floor for each in every)


def _drawn(found: Grid) -> int:
    """How many of the periods, the latest, have a bar for every row."""
    return max(1, MOST_BARS // len(found.groups)) if found.groups else found.periods


def _pictures(asked: Asked, found: Grid) -> list[Markup]:
    """The table's figures as bars, a drawing for each row; of many, the latest periods."""
    shown = list(enumerate(asked.spell.periods))[-_drawn(found) :]
    if len(found.groups) > MOST_BARS:
        return []
    every = [found.of(group, at) for group in found.groups for at, _ in shown]
    most = max((each for each in every if isinstance(each, int)), default=0)
    return [
        bar_chart(
            group.label if found.split else "",
            [_bar(period, found.of(group, at), most) for at, period in shown],
            f"explored-{number}",
            f"{_title(found)}: {group.label}" if found.split else _message(asked, found),
        )
        for number, group in enumerate(found.groups)
    ]


def _bar(period: Period, figure: Figure, most: int) -> Bar:
    if isinstance(figure, int):
        return Bar(period.label, f"{figure:,}", 100 * figure / most if most else 0)
    exact = figure.exact if figure.percent is not None else None
    return Bar(period.label, figure.text_of, None if exact is None else float(exact))


open_report(bp, Report("explore", "/explore", _ask, "insight/explore.html"))
