"""The same question asked in other ways, to see whether its answer stands up."""

from __future__ import annotations

from dataclasses import replace

from audit_app.insight.asking import Question, Spell
from audit_app.insight.reading import Asked
from audit_app.rules.audits import Selection
from audit_app.web.filters import Basis


def other_ways(asked: Asked) -> dict[str, Question]:
    """Each other way worth asking, in words; those that would change nothing are left out."""
    question = asked.question
    ways = {}
    if question.of.selection is None:
        of = replace(question.of, selection=Selection.RANDOM)
        ways["only audits chosen at random"] = replace(question, of=of)
    if question.by.months == 12 and _unequal(asked.spell):
        ways["only the months every year has"] = replace(question, same_months=True)
    if question.of.basis is Basis.FINAL:
        of = replace(question.of, basis=Basis.AUDITED)
        ways["as audited, before moderation"] = replace(question, of=of)
    return ways


def _unequal(spell: Spell) -> bool:
    return len({period.exact_months for period in spell.periods}) > 1
