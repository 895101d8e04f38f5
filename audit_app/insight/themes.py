"""How often each theme was found, in audits and in the actions raised, by period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil

from flask import Blueprint
from markupsafe import Markup
from sqlalchemy import ColumnElement, select

from audit_app.audits.queries import narrowed
from audit_app.documents.chart_bars import Bar, bar_chart
from audit_app.framework.queries import ThemeCounts, theme_counts, themes
from audit_app.insight.forms import QuestionForm
from audit_app.insight.papers import Page, Report, open_report
from audit_app.insight.reading import Asked, read_question
from audit_app.models import Action, Audit, Theme
from audit_app.rules.periods import Period
from audit_app.rules.shares import Share
from audit_app.rules.sheets import SHARE, Cell, Heading, Line, Paper, Sheet, share
from audit_app.web.filters import AuditFilter, Recorded
from audit_app.web.pages import plural

bp = Blueprint("themes", __name__)

TITLE = "Themes"
#: Pictures show no more periods than this, the latest.
MOST_BARS = 6
#: More periods than this stand one below the other where they are more than the themes.
ACROSS = 6

_OF_AUDITS = (
    "Percentages are of all the audits of a period. An audit with two themes is counted under "
    "both, so a column does not add up to a number of audits."
)
_OF_ACTIONS = (
    "Actions are counted by the day they were raised, whatever became of them, and those joined "
    "to another action are left out. Percentages are of all the actions of a period. Periods "
    "before the first action are left out. “How audits were done” counts actions under the date of "
    "their audit, so its totals can differ from these."
)
_WHERE = (
    "A service or team is where an action is to happen. Narrowed by locality, type of audit or "
    "how the case was chosen, only actions of those audits are counted."
)


@dataclass(frozen=True)
class FoundTheme:
    """A theme by name, with how many carried it in each period, and its number."""

    number: int
    name: str
    counts: Sequence[int]


@dataclass(frozen=True)
class Themed:
    """What carried each theme, audits or actions, beside ``every`` one of them, by period."""

    periods: Sequence[Period]
    themes: Sequence[FoundTheme]
    every: Sequence[int]

    @property
    def since_the_first(self) -> Themed:
        """Without the periods before anything was recorded, whose noughts would say too much."""
        first = next((place for place, n in enumerate(self.every) if n), len(self.every))
        found = [replace(each, counts=each.counts[first:]) for each in self.themes]
        return Themed(self.periods[first:], found, self.every[first:])


def _ask() -> tuple[QuestionForm, Page | None]:
    form, asked = read_question(without=["thread", "basis", "theme"])
    return form, _page(asked) if asked else None


def _page(asked: Asked) -> Page:
    args = asked.question.as_args()
    # A theme gives no judgement away, so nothing is left out for whoever judges blind.
    notes = (*replace(asked, left_out=0).notes, *_cautions(asked.question.of))
    counts = _counts(asked) if asked.spell.periods else None
    if counts is None or not any((*counts.every_audit, *counts.every_action)):
        return Page(Paper(TITLE, (), _facts(asked), (), notes), args, asked.chosen)
    by_name = sorted(themes(), key=lambda theme: theme.name.casefold())
    audits = _themed(by_name, counts.periods, counts.audits, counts.every_audit)
    actions = _themed(by_name, counts.periods, counts.actions, counts.every_action)
    sheets = tuple(_sheets(asked, audits, actions))
    paper = Paper(TITLE, _message(audits, asked.floor), _facts(asked), sheets, notes)
    pictures = {sheets[0].key: _pictures(asked, audits)}
    return Page(paper, args, asked.chosen, pictures, _drawn(audits))


def _sheets(asked: Asked, audits: Themed, actions: Themed) -> Iterator[Sheet]:
    yield _sheet("Audits", asked, audits, (_OF_AUDITS,), linked=True)
    if any(actions.every):
        yield _sheet("Actions", asked, actions.since_the_first, (_OF_ACTIONS,))


def _facts(asked: Asked) -> Mapping[str, str]:
    """What was counted; a theme is no judgement, so there is no basis."""
    return {name: said for name, said in asked.facts.items() if name != "Basis"}


def _cautions(of: AuditFilter) -> tuple[str, ...]:
    places = (of.service, of.team, of.locality, of.type, of.selection)
    return (_WHERE,) if any(each is not None for each in places) else ()


def _counts(asked: Asked) -> ThemeCounts:
    of = asked.question.of
    audits = replace(of, first=None, last=None)
    return theme_counts(asked.spell.periods, _conditions(audits), _conditions_of_actions(audits))


def _conditions(of: AuditFilter) -> list[ColumnElement[bool]]:
    asked_for = narrowed(select(Audit.id), of).whereclause
    return [] if asked_for is None else [asked_for]


def _conditions_of_actions(of: AuditFilter) -> list[ColumnElement[bool]]:
    """A service and a team are the action's own; the rest is known of its audit alone."""
    wanted: list[ColumnElement[bool]] = []
    if of.service is not None:
        wanted.append(Action.service_id == of.service)
    if of.team is not None:
        wanted.append(Action.team_id == of.team)
    if any(each is not None for each in (of.locality, of.type, of.selection)):
        of_audit = replace(of, service=None, team=None)
        wanted.append(Action.audit_id.in_(narrowed(select(Audit.id), of_audit)))
    return wanted


def _themed(
    by_name: Sequence[Theme],
    periods: Sequence[Period],
    counts: Mapping[int, Sequence[int]],
    every: Sequence[int],
) -> Themed:
    """Every theme that is in use or was found."""
    found = [
        FoundTheme(each.id, each.name, counts.get(each.id, [0] * len(periods)))
        for each in by_name
        if each.active or each.id in counts
    ]
    return Themed(periods, found, every)


def _message(audits: Themed, floor: int) -> tuple[str, ...]:
    """How many audits carried a theme in the latest period that has enough to be read alone.

    No theme is said to be found most: a difference of one audit is none.
    """
    latest = max((place for place, n in enumerate(audits.every) if n >= floor), default=None)
    if latest is None:
        return ()
    label, total = audits.periods[latest].label, audits.every[latest]
    found = [each.counts[latest] for each in audits.themes if each.counts[latest]]
    if not found:
        return (f"No audit of {label} carries a theme.",)
    least, most = min(found), max(found)
    often = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    were = "1 theme was" if len(found) == 1 else f"{len(found)} themes were each"
    return (f"{were} found in {often} of the {plural(total, 'audit')} of {label}.",)


def _sheet(
    name: str, asked: Asked, themed: Themed, notes: tuple[str, ...], linked: bool = False
) -> Sheet:
    """Themes down and periods across, or the other way where there are more periods."""
    grid = [
        [_cell(asked, themed, place, each, linked) for place in range(len(themed.periods))]
        for each in themed.themes
    ]
    grid.append([_all(asked, themed, place, linked) for place in range(len(themed.periods))])
    rows = [*(each.name for each in themed.themes), f"All {name.lower()}"]
    columns = [period.label for period in themed.periods]
    title = f"{name} by theme and {asked.question.by.value.replace('-', ' ')}"
    if len(columns) > max(ACROSS, len(rows)):
        across = zip(*grid, strict=True)
        lines = tuple(Line(label, row) for label, row in zip(columns, across, strict=True))
        return Sheet(name, title, "Period", _headings(rows), lines, notes)
    *some, last = (Line(label, tuple(row)) for label, row in zip(rows, grid, strict=True))
    return Sheet(
        name, title, "Theme", _headings(columns), (*some, replace(last, total=True)), notes
    )


def _headings(labels: Sequence[str]) -> tuple[Heading, ...]:
    return tuple(Heading(label, SHARE) for label in labels)


def _cell(asked: Asked, themed: Themed, place: int, theme: FoundTheme, linked: bool) -> Cell:
    behind = _behind(asked, themed.periods[place], theme.number) if linked else None
    return share(Share(theme.counts[place], themed.every[place], floor=asked.floor), behind)


def _all(asked: Asked, themed: Themed, place: int, linked: bool) -> Cell:
    """How many there were, which no percentage belongs to."""
    n = themed.every[place]
    behind = _behind(asked, themed.periods[place]) if linked and n else None
    return Cell(f"{n:,}", (n, "[z]"), behind, n)


def _behind(asked: Asked, period: Period, theme: int | None = None) -> Mapping[str, str]:
    """The list of the audits of a period, or of those that carry a theme."""
    return asked.question.of.as_args(
        first=period.first, last=period.last, theme=theme, recorded=Recorded.ONLY
    )


def _pictures(asked: Asked, audits: Themed) -> list[Markup]:
    """Each theme as bars by period, all on one scale; none where no percentage is shown."""
    latest = range(len(audits.periods))[-MOST_BARS:]
    shares = {
        each.number: [
            Share(each.counts[place], audits.every[place], floor=asked.floor) for place in latest
        ]
        for each in audits.themes
    }
    drawn = [each for row in shares.values() for each in row if each.percent is not None]
    highest = max((each.exact or 0 for each in drawn), default=0)
    if not highest:
        return []
    scale = ceil(highest / 10) * 10
    labels = [audits.periods[place].label for place in latest]
    return [
        bar_chart(
            each.name,
            [
                Bar(label, one.text, _reach(one, scale))
                for label, one in zip(labels, shares[each.number], strict=True)
            ],
            f"theme-{each.number}",
            _in_words(each.name, labels[-1], shares[each.number][-1]),
        )
        for each in audits.themes
    ]


def _drawn(audits: Themed) -> dict[str, object]:
    """For the page: how many periods have bars, and whether others have none."""
    return {"drawn": MOST_BARS, "left_out": len(audits.periods) > MOST_BARS}


def _reach(of: Share, scale: int) -> float | None:
    if of.percent is None or of.exact is None:
        return None
    return float(100 * of.exact / scale)


def _in_words(theme: str, period: str, of: Share) -> str:
    return f"{theme}: found in {of.count:,} of {plural(of.total, 'audit')} of {period}"


open_report(bp, Report("themes", "/themes", _ask, template="insight/themes.html"))
