"""Did an alert work: the page, for one alert, and its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, request
from flask_login import current_user
from markupsafe import Markup

from audit_app.alerts.queries import alert_for, check_once_issued, number_of
from audit_app.documents.chart_places import Dot, dots_chart
from audit_app.insight.counting import held
from audit_app.insight.effect_figures import Effect, count_effect
from audit_app.insight.effect_sheets import (
    at_random_alone,
    before_and_after,
    how_chosen,
    tests_behind,
)
from audit_app.insight.forms import QuestionForm
from audit_app.insight.papers import Page, Report, open_report
from audit_app.insight.reading import Asked, read_question
from audit_app.models import Alert
from audit_app.rules.alert_effect import Around, headline, spans
from audit_app.rules.alert_steps import AlertState
from audit_app.rules.intervals import wilson
from audit_app.rules.periods import PeriodKind, last_ended
from audit_app.rules.shares import Share
from audit_app.rules.sheets import Paper, Sheet
from audit_app.web.pages import day, plural
from audit_app.web.reads import room_names

bp = Blueprint("effects", __name__)
room_names(bp, "alert", "figures about many audits")

#: All that other reports can be asked; this one is asked by its address alone.
_FIELDS = (
    "by", "first", "last", "basis", "thread", "service", "locality", "team", "theme", "type",
    "selection",
)  # fmt: skip
#: Said wherever the answer is, and not only among the notes.
CAVEAT = "Other things changed too: a before and an after are no proof that the alert did it."
CONTAINED = (
    "The months before hold audits that the alert itself rests on. An alert is often issued as a "
    "figure was low, and a figure that is low by chance mostly rises again without any alert."
)
SEASON = (
    "The two sides hold different months of the year: what comes and goes with the season can look "
    "like a change."
)
CAUTIONS = (
    "How the audits were chosen may differ between the two: see the share chosen at random.",
    "A change in which cases are audited can look like a change in practice.",
    "The month of issue is in neither. What comes later, or in some teams only, does not show.",
)


def _ask() -> tuple[QuestionForm, Page | None]:
    form, asked = read_question(without=_FIELDS)
    alert = alert_for(current_user, (request.view_args or {})["reference"])
    check_once_issued(alert)
    return form, _page(alert, asked) if asked else None


def _page(alert: Alert, asked: Asked) -> Page:
    assert alert.issued_on is not None
    seen = spans(alert.issued_on, _last_day())
    found = count_effect(alert, seen, asked.choices, asked.floor) if seen else None
    said = found.threads if found else ()
    whole = headline(said, seen)
    sentences = [each.sentence(seen) for each in said if seen]
    number = str(number_of(alert))
    paper = Paper(
        f"Did {number} work?",
        (whole, *(each for each in sentences if each != whole), *([CAVEAT] if found else [])),
        _facts(alert, asked, found),
        _sheets(found) if found else (),
        tuple(_notes(alert, found)),
    )
    pictures = {paper.sheets[0].key: [_picture(said, whole)]} if found else {}
    args = {"reference": alert.reference}
    name = f"{number.replace(' ', '-').replace('/', '-')}-did-it-work"
    return Page(paper, args, (), pictures, {"alert": alert, "number": number}, file_name=name)


def _sheets(found: Effect) -> tuple[Sheet, ...]:
    chosen = (how_chosen(found), *at_random_alone(found))
    return (before_and_after(found), *chosen, *tests_behind(found))


def _last_day() -> date:
    """The end of the last month that is over and may hold audits: before that nothing can be."""
    ended, days = last_ended(PeriodKind.MONTH, date.today()), held()
    if days is None:
        return date.min + timedelta(days=40)
    return min(ended, days.reach(ended))


def _facts(alert: Alert, asked: Asked, found: Effect | None) -> Mapping[str, str]:
    of: Any = asked.question.of
    said = {"Basis": of.basis.label, "Alert": f"{number_of(alert)}, issued {day(alert.issued_on)}"}
    if found is None:
        return said
    before, after = found.spans.before, found.spans.after
    names = [asked.choices["service"][each] for each in found.services]
    return {
        **said,
        "Before": f"{day(before[0].first)} to {day(before[-1].last)}",
        "After": f"{day(after[0].first)} to {day(after[-1].last)}",
        "Audits": ", ".join(sorted(names)) or "All services",
    }


def _notes(alert: Alert, found: Effect | None) -> Iterator[str]:
    if alert.state is AlertState.WITHDRAWN:
        yield f"The alert was withdrawn on {day(alert.withdrawn_on)}."
    if alert.state is AlertState.SUPERSEDED:
        yield "Another alert has taken its place since."
    if alert.evidence_service_id is not None or alert.evidence_theme_id is not None:
        yield (
            "The alert’s own table is about some audits only. Here all are counted, in the "
            "services that it is for."
        )
    if found is not None:
        if _contains_evidence(alert, found):
            yield CONTAINED
        if not found.spans.same_season:
            yield SEASON
        yield from CAUTIONS
        yield from _waiting(found.waiting)


def _contains_evidence(alert: Alert, found: Effect) -> bool:
    """Whether audits that the alert rests on may be among those of the months before."""
    before, service = found.spans.before, alert.evidence_service_id
    days = alert.evidence_from <= before[-1].last and alert.evidence_to >= before[0].first
    return days and (service is None or not found.services or service in found.services)


def _waiting(many: int) -> Iterator[str]:
    if many:
        yield (
            f"{plural(many, 'audit waits', 'audits wait')} for a blind moderation and can be in "
            "none of these figures, as their judgements must not be known yet."
        )


def _picture(threads: Sequence[Around], title: str) -> Markup:
    dots = [
        Dot(f"{each.name}, {side}", share, _sure(share))
        for each in threads
        for side, share in (("before", each.before), ("after", each.after))
    ]
    return dots_chart("Good or better, with 95% intervals", dots, None, title, "effect")


def _sure(share: Share) -> Any:
    return wilson(share) if share.percent is not None else None


open_report(bp, Report("effect", "/alerts/<reference>", _ask, template="insight/effect.html"))
