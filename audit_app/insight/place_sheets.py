"""The tables about places. Places stand in the order of their names, never by a figure."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from audit_app.insight.counting import Split
from audit_app.insight.place_figures import MEASURES, Judged, Kind, Places
from audit_app.rules.funnel import Standing, TeamStanding
from audit_app.rules.intervals import Interval
from audit_app.rules.judgements import Judgement
from audit_app.rules.shares import least_printed
from audit_app.rules.sheets import (
    RANGE,
    SHARE,
    Cell,
    Heading,
    Line,
    Rows,
    Sheet,
    between,
    count,
    number,
    share,
    words,
)
from audit_app.web.filters import Recorded

_TITLES = {Split.SERVICE: "Services", Split.LOCALITY: "Localities"}
_HEADINGS = {Split.SERVICE: "Service", Split.LOCALITY: "Locality"}

_TESTED = (
    "Each question is tested once for all places with audits enough for a percentage, and each "
    "answer allows for the others having been asked (Holm’s method). A difference is called clear "
    "where chance alone would make one as large in less than 5 of 100 cases. Only then is each of "
    "these places compared with the others together, by Fisher’s exact test, again allowing for "
    "the number of places."
)
_LIMITS = (
    "Limits are exact binomial: chance alone would put fewer than 1 team in 40 above the 95% "
    "limit, as few below it, and 1 in 1,000 beyond each 99.8% limit. Outside is a reason to look, "
    "and not a judgement of a team."
)
_DISPERSED = (
    "Teams differ more from each other than chance alone would make them, so some lie outside the "
    "limits that would not if all differed only by chance and by the cases they hold. Read the "
    "limits as narrower than they should be."
)


def by_kind(found: Places, kind: Kind) -> Sheet:
    """Outstanding, good or better and Inadequate in each place, with how sure they are."""
    columns = (
        Heading("Outstanding", SHARE),
        Heading("95% interval: Outstanding", RANGE),
        Heading("Good or better", SHARE),
        Heading("95% interval: good or better", RANGE),
        Heading("Inadequate", SHARE),
        Heading("Total"),
    )
    whole = kind.whole(found.asked.floor)
    lines = (
        *(
            Line(each.name, tuple(_cells(found, kind, each)), key=_key(each))
            for each in kind.places
        ),
        Line(whole.name, tuple(_cells(found, kind, whole)), total=True),
    )
    title = _TITLES[kind.split]
    return Sheet(
        title,
        title,
        _HEADINGS[kind.split],
        columns,
        lines if kind.places else (),
        tuple(_notes(found, kind)),
        Rows.PARTS,
    )


def _key(of: Judged) -> str:
    return "" if of.number is None else str(of.number)


def _cells(found: Places, kind: Kind, of: Judged) -> Iterator[Cell]:
    for measure in MEASURES.values():
        behind = _behind(found, kind, of, measure[0]) if len(measure) == 1 else None
        yield share(of.share(*measure), behind)
        yield _between(of.interval(*measure))
    yield share(of.share(Judgement.INADEQUATE), _behind(found, kind, of, Judgement.INADEQUATE))
    listed = found.asked.question.of.thread is None
    yield count(of.total, _behind(found, kind, of, None) if listed else None)


def _behind(found: Places, kind: Kind, of: Judged, word: Judgement | None) -> dict[str, str]:
    """The list of the audits a count was made of."""
    spell = found.asked.spell
    place = {} if of.number is None else {kind.split.value: of.number}
    return found.asked.question.of.as_args(
        first=spell.first, last=spell.last, judgement=word, recorded=Recorded.ONLY, **place
    )


def _between(sure: Interval | None) -> Cell:
    return between(*(sure.percents(1) if sure else (None, None)))


def _notes(found: Places, kind: Kind) -> Iterator[str]:
    few = [each.name for each in kind.places if each.total < found.asked.floor]
    if few:
        yield f"Counts only where there are fewer than {found.asked.floor} audits: {listed(few)}."
    if kind.without:
        yield f"No audits in these days: {listed(kind.without)}."


def teams(found: Places, drawn: bool = True) -> Sheet:
    """Good or better of each team, against what chance allows for as many audits as it has.

    ``drawn`` is whether a picture of those that can be compared goes with it.
    """
    columns = (
        Heading("Against the limits", numeric=False),
        Heading("Good or better", SHARE),
        Heading("95% limits", RANGE),
        Heading("99.8% limits", RANGE),
        Heading("Total"),
    )
    # The funnel keeps the teams and their order.
    both = zip(found.funnel.teams, found.teams.places, strict=True)
    lines = tuple(
        Line(team.name, _team(found, team, judged), key=_key(judged)) for team, judged in both
    )
    return Sheet("Teams", "Teams", "Team", columns, lines, tuple(_team_notes(found, drawn)))


def _team(found: Places, team: TeamStanding, judged: Judged) -> tuple[Cell, ...]:
    within = team.limits
    none = (None, None)
    listed_ = found.asked.question.of.thread is None
    return (
        words(team.standing.label),
        share(judged.share(*MEASURES["Good or better"])),
        between(*(within.near_percents if within else none)),
        between(*(within.far_percents if within else none)),
        count(judged.total, _behind(found, found.teams, judged, None) if listed_ else None),
    )


def _team_notes(found: Places, drawn: bool) -> Iterator[str]:
    yield _LIMITS
    if found.funnel.over_dispersed and found.funnel.dispersion is not None:
        yield f"{_DISPERSED} (Dispersion {_rounded(found.funnel.dispersion, 1)}; chance makes 1.)"
    few = sum(1 for each in found.funnel.teams if each.standing is Standing.TOO_FEW)
    if few:
        these = "1 team is" if few == 1 else f"{few:,} teams are"
        yield (
            f"Too few to compare means fewer than {found.asked.floor} audits: {these} in the "
            f"table{' and not in the picture' if drawn else ' and not compared'}."
        )
    without = len(found.teams.without)
    if without:
        yield f"{without:,} team{' has' if without == 1 else 's have'} no audits in these days."


def tests(found: Places) -> Sheet:
    """The numbers behind what is said of services and localities."""
    asked = len([each for each in found.answers.values() if each.p is not None])
    columns = (
        Heading("Answer", numeric=False),
        Heading("How it was tested", numeric=False),
        Heading("Chi-square"),
        Heading("p"),
        Heading(f"p, allowing for {asked} tests" if asked > 1 else "p as used"),
    )
    plural = {kind.split: kind.plural for kind in found.compared}
    lines = tuple(
        Line(
            f"{measure} between {plural[split]}",
            (
                words(_answer(each.p, each.clear)),
                words(each.method.label),
                number(None if each.statistic is None else _rounded(each.statistic, 2)),
                _p(each.p),
                _p(each.adjusted),
            ),
        )
        for (split, measure), each in found.answers.items()
    )
    title = "The numbers behind these answers"
    return Sheet("Tests", title, "Question", columns, lines, (_TESTED,))


def _answer(p: float | None, clear: bool) -> str:
    if p is None:
        return "Cannot be tested"
    return "Clear difference" if clear else "No clear difference"


def _p(figure: float | None) -> Cell:
    if figure is None:
        return number(None)
    return Cell("less than 0.001", ("[low]",)) if figure < 0.001 else number(_rounded(figure, 3))


def _rounded(figure: float, places: int) -> Decimal:
    return Decimal(figure).quantize(least_printed(places), ROUND_HALF_UP) + 0


def listed(names: list[str] | tuple[str, ...]) -> str:
    *firsts, last = names
    return f"{', '.join(firsts)} and {last}" if firsts else last
