"""What a reader must know of the figures: how they were made, and what to beware of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from audit_app.insight.sampling import Sampling
from audit_app.rules.summary_words import audits, capital, found, number, uncapital
from audit_app.rules.thread_comparison import listed
from audit_app.summaries.counted import Counted
from audit_app.summaries.parts import Section
from audit_app.summaries.scope import Scope
from audit_app.web.filters import Basis
from audit_app.web.pages import day

_CHANGE = (
    "A change is called one only where the 95% interval of the difference leaves out no "
    "difference; of threads, where it stays unlikely when allowing for all of them (Holm’s "
    "method). About 1 in 20 of the other comparisons would look clear by chance alone."
)
_ROUNDING = (
    "Percentages are made from counts, rounded last and half up, and shown from {floor} audits "
    "on. Not enough evidence to judge is in no percentage."
)
_TRUE_COUNTS = (
    "These are true counts, for use inside the council. Small numbers are hidden only in what is "
    "made to be shared outside."
)
#: What goes on by itself, by the section it is shown in.
_MOVING = {
    "actions": "actions",
    "inadequates": "escalations",
    "programme": "audits of the programme",
    "learning": "alerts",
}


def label(scope: Scope) -> str:
    """The period in words, and how much of it there is while it runs."""
    said = scope.period.label
    if not scope.begun:
        return f"{said}, which has not begun"
    return f"{said}, to {day(scope.today)} so far" if scope.running else said


def facts(of: Counted) -> Mapping[str, str]:
    """Everything a figure must not be parted from."""
    scope, now = of.scope, of.judged.now
    said = {
        "Period": label(scope),
        "Where": scope.place,
        "Basis": Basis.FINAL.label,
        "Audits dated": f"{day(now.period.first)} to {day(now.period.last)}",
    }
    if now.total:
        said["Chosen at random"] = of.judged.random_shares[0].text_of
    return said | {"Data as at": day(scope.today)}


def notes(of: Counted, sections: Sequence[Section]) -> Iterator[str]:
    """Most important first; of a period without audits only what is true of it.

    What is to be said of one table alone stands with that.
    """
    scope = of.scope
    if scope.running:
        yield (
            f"[p] Provisional: the period ends on {day(scope.period.last)}, and audits of it are "
            "still to come."
        )
    yield from _waiting(scope)
    if of.judged.now.total:
        yield from _of_figures(of)
    shown = {each.key for each in sections if each.sheets}
    moving = [what for key, what in _MOVING.items() if key in shown]
    if moving:
        yield f"{capital(listed(moving))} are shown as they stand on {day(scope.today)}."


def _of_figures(of: Counted) -> Iterator[str]:
    yield from (each.note for each in of.judged.breaks)
    yield from _chosen(of)
    yield _CHANGE
    yield _ROUNDING.format(floor=of.scope.floor)
    yield _TRUE_COUNTS


def _waiting(scope: Scope) -> Iterator[str]:
    if scope.waiting_blind:
        wait = number(scope.waiting_blind, "audit waits", "audits wait")
        yield (
            f"{wait} for a blind moderation and can be in none of these figures but those of the "
            "programme, as their judgements must not be known yet."
        )


def _chosen(of: Counted) -> Iterator[str]:
    """How the cases were chosen, what those chosen at random alone say, and whether it changed."""
    now, at_random = of.judged.now, of.judged.random.columns[0]
    if now.total and at_random.total < now.total:
        yield (
            f"{at_random.total:,} of the {now.total:,} audits were chosen at random; intervals "
            "and tests treat every audit as if it had been. Of those chosen at random alone: "
            f"{uncapital(found(at_random, of.judged.random_against))}"
        )
    unknown = of.places.found.sampling.not_known
    if unknown:
        yield f"How the case was chosen was not recorded for {audits(unknown)}."
    by_period = dict(zip(of.judged.table.periods, of.judged.random_shares, strict=True))
    against = of.judged.against[0]
    columns = (against.before, against.now)
    pair = Sampling(tuple(by_period[each.period] for each in columns))
    same = pair.notes(columns, None)
    yield from (each for each in pair.notes(columns, against.step) if each not in same)
