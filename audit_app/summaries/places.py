"""Services and localities beside each other, or the teams of one service; never ranked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from markupsafe import Markup
from sqlalchemy import select

from audit_app.documents.chart_places import Dot, dots_chart
from audit_app.extensions import db
from audit_app.insight.place_figures import MEASURES, Kind, Places, count_places
from audit_app.insight.place_sheets import by_kind, teams
from audit_app.models import Team
from audit_app.rules.sheets import Sheet
from audit_app.rules.summary_words import audits, number
from audit_app.summaries.parts import Section
from audit_app.summaries.scope import Scope

_GOOD = "Good or better"


@dataclass(frozen=True)
class PlacesJudged:
    scope: Scope
    found: Places


def places(scope: Scope) -> PlacesJudged:
    asked = scope.asked(scope.now)
    if scope.service_id is not None:
        # Of a service only its own teams can be without audits.
        asked = replace(asked, choices={**asked.choices, "team": _teams_of(scope)})
    return PlacesJudged(scope, count_places(asked))


def _teams_of(scope: Scope) -> Mapping[int, str]:
    own = set(db.session.scalars(select(Team.id).where(Team.service_id == scope.service_id)))
    return {number: name for number, name in scope.choices["team"].items() if number in own}


def place_section(of: PlacesJudged) -> Section:
    if of.scope.service_id is not None:
        return _of_service(of.found)
    found = of.found
    sheets = tuple(by_kind(found, kind) for kind in found.compared if kind.places)
    pictures = {each.key: picture for each, picture in _pictures(found) if picture}
    message = tuple(_answers(found)) if found.any else ()
    return Section("places", "Services and localities", message, sheets, pictures)


def _answers(found: Places) -> Iterator[str]:
    """Good or better between places of each kind; Outstanding where a rule found a difference."""
    same = []
    for kind in found.compared:
        for measure in reversed(MEASURES):
            answer = found.answers[kind.split, measure]
            if measure == _GOOD or answer.clear:
                yield answer.sentence(measure, kind.plural, with_totals=True)
            elif answer.p is not None:
                same.append(kind.plural)
    if same:
        every = audits(found.services.whole(found.asked.floor).total)
        yield f"No clear difference in Outstanding between {' or between '.join(same)}, of {every}."


def _of_service(found: Places) -> Section:
    sheets = (teams(found, drawn=False),) if found.teams.places else ()
    return Section("places", "Teams", tuple(_of_teams(found)) if sheets else (), sheets)


def _of_teams(found: Places) -> Iterator[str]:
    """How many stand outside what chance allows, and none of them by name."""
    compared, outside = len(found.funnel.compared), len(found.funnel.outside)
    teams_ = number(len(found.teams.places), "team")
    if compared < 2:
        yield f"Of {teams_} too few have audits enough to be compared."
        return
    chance = found.funnel.outside_by_chance
    about = f", where chance alone would put about {chance}" if chance else ""
    yield (
        f"Of {teams_} {compared:,} have audits enough to be compared: {outside or 'none'} "
        f"{'are' if outside > 1 else 'is'} outside the 95% limits for good or better{about}."
    )


def _pictures(found: Places) -> Iterator[tuple[Sheet, list[Markup]]]:
    """Good or better in each place with its interval, where any place has audits enough."""
    for kind in found.compared:
        yield by_kind(found, kind), [*_dots(found, kind)] if kind.places else []


def _dots(found: Places, kind: Kind) -> Iterator[Markup]:
    words = MEASURES[_GOOD]
    dots = [Dot(each.name, each.share(*words), each.interval(*words)) for each in kind.places]
    if any(each.interval for each in dots):
        whole = kind.whole(found.asked.floor)
        yield dots_chart(
            _GOOD,
            dots,
            (whole.name, whole.share(*words)),
            found.answers[kind.split, _GOOD].sentence(_GOOD, kind.plural),
            f"summary-{kind.plural}",
        )
