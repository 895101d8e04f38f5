"""How audits were done: against the programme, with whom, and what moderation changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil

from audit_app.insight import moderation_sheets
from audit_app.insight.moderation_figures import Moderations, moderations
from audit_app.insight.practice_figures import Answers, Practice, count_practice
from audit_app.insight.practice_sheets import (
    INVOLVED,
    KNOWN_FEEDBACK,
    SOUGHT,
    completion,
    families,
    workers,
)
from audit_app.rules.audits import FamilyFeedback, WorkerInvolvement
from audit_app.rules.completion import Completion
from audit_app.rules.periods import Period
from audit_app.rules.shares import Share
from audit_app.rules.summary_words import audits, number, of_audits
from audit_app.rules.waits import Waits
from audit_app.summaries.parts import Section
from audit_app.summaries.scope import Scope


@dataclass(frozen=True)
class Done:
    """How the audits of the period and of those it is held against were done.

    Periods are whole here, so that what is due later in one that still runs is counted.
    """

    scope: Scope
    practice: Practice
    moderated: tuple[Moderations, ...]

    @property
    def place(self) -> int:
        """Where the period stands among those counted."""
        return [each.period for each in self.practice.workers].index(self.scope.whole)

    @property
    def workers(self) -> Answers:
        return self.practice.workers[self.place]

    @property
    def families(self) -> Answers:
        return self.practice.families[self.place]

    @property
    def waits(self) -> tuple[Period, int, Waits]:
        return self.practice.moderated[self.place]

    @property
    def completion(self) -> Completion | None:
        """Of the period; None where nothing was given out in it."""
        return dict(self.practice.completion).get(self.scope.whole)


def done(scope: Scope) -> Done:
    asked = scope.asked(*scope.compared)
    pair = scope.asked(scope.year_before, scope.whole)
    return Done(
        scope,
        count_practice(asked, scope.today),
        moderations(scope.of, pair.spell, scope.floor),
    )


def programme_section(of: Done) -> Section:
    """Done, of what was to be done."""
    sheets = tuple(each for each in (completion(of.practice),) if each.lines)
    return Section(
        "programme",
        "Audits done against the programme",
        (programme_said(of),),
        tuple(replace(each, name="Programme") for each in sheets),
        moves_on=True,
    )


def programme_said(of: Done) -> str:
    found = of.completion
    if found is None:
        return f"No audit was given out by the programme to be done in {of.scope.whole.label}."
    said = f"{found.text} of the audits to be done were done"
    if not found.to_be_done:
        said = f"{audits(found.given_out)} given out, all of them exempt"
    parts = [
        *([f"{found.exempt:,} exempt"] if found.exempt and found.to_be_done else []),
        *([f"{found.overdue:,} overdue"] if found.overdue else []),
        *([f"{found.not_yet_due:,} not yet due"] if found.not_yet_due else []),
    ]
    return f"{said}{'; ' if parts else ''}{', '.join(parts)}."


def involvement_section(of: Done) -> Section:
    """Whether practitioners and families had a part in it."""
    if not of.workers.total:
        return Section("involvement", "Who was involved", ())
    sheets = (workers(of.practice), families(of.practice))
    return Section("involvement", "Who was involved", tuple(_involved(of)), sheets)


def _involved(of: Done) -> Iterator[str]:
    known = tuple(WorkerInvolvement)
    worker = of.workers.share(INVOLVED, known)
    if worker.total:
        yield f"The worker was involved in {of_audits(worker)}."
    else:
        yield "Whether the worker was involved was recorded for no audit."
    sought = of.families.share(SOUGHT, KNOWN_FEEDBACK)
    given = of.families.share((FamilyFeedback.GIVEN,), KNOWN_FEEDBACK)
    if not sought.total:
        yield "Whether the child and family were asked was recorded for no audit."
        return
    yield (
        f"Feedback from the child and family was sought in {of_audits(sought)} and given in "
        f"{of_audits(given)}."
    )


def moderation_section(of: Done) -> Section:
    """What a second judgement changed, blind and open apart."""
    now = _now(of)
    sheets = (replace(moderation_sheets.summary(now), name="Moderation"),) if now else ()
    return Section("moderation", "Moderation", tuple(_moderated(of, now)), sheets)


def _now(of: Done) -> list[Moderations]:
    """Each way in which audits of the period were moderated."""
    found = (
        Moderations(each.way, [p for p in each.periods if p[0] == of.scope.whole])
        for each in of.moderated
    )
    return [each for each in found if each.periods]


def _moderated(of: Done, now: Sequence[Moderations]) -> Iterator[str]:
    _, total, waited = of.waits
    if not total:
        return
    share = Share(min(waited.number, total), total, floor=of.scope.floor)
    took = ""
    if waited.number:
        took = f", half of them within {number_of_days(waited)} of the audit"
    yield f"{of_audits(share)} {_have(share.count)} been moderated{took}."
    yield from _said(of, now)


def _have(n: int) -> str:
    return "has" if n == 1 else "have"


def number_of_days(waited: Waits) -> str:
    """Within how many whole days half of them were done: half a day is not said."""
    return number(ceil(waited.median or 0), "day")


def _said(of: Done, now: Sequence[Moderations]) -> Iterator[str]:
    """Of blind moderation, then of open, each of audits chosen at random if it can be told."""
    ways = {each.way for each in now if each.all.pairs >= of.scope.floor}
    for blind in (True, False):
        telling = [each for each in of.moderated if each.way in ways and each.way.blind is blind]
        for each in telling[:1]:
            yield " ".join(each.said.sentences)
