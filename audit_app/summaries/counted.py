"""Everything a summary rests on, counted once for all its parts."""

from __future__ import annotations

from dataclasses import dataclass

from audit_app.summaries.escalated import Escalated, escalated
from audit_app.summaries.followed import Acted, acted
from audit_app.summaries.judgements import Judged, judged
from audit_app.summaries.learning import Learning, learning
from audit_app.summaries.places import PlacesJudged, places
from audit_app.summaries.practice import Done, done
from audit_app.summaries.scope import Scope
from audit_app.summaries.themes import ThemesFound, themes_of
from audit_app.summaries.threads import ThreadsJudged, threads


@dataclass(frozen=True)
class Counted:
    """What each part counts: a few questions each, however many audits there are."""

    scope: Scope
    judged: Judged
    threads: ThreadsJudged
    places: PlacesJudged
    themes: ThemesFound
    escalated: Escalated
    acted: Acted
    learning: Learning
    done: Done


def counted(scope: Scope) -> Counted:
    overall, practice = judged(scope), done(scope)
    return Counted(
        scope,
        overall,
        threads(scope, overall),
        places(scope),
        themes_of(scope),
        escalated(scope),
        acted(scope, practice.practice),
        learning(scope),
        practice,
    )
