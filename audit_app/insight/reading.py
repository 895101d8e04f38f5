"""What an address asks of a report, read once for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from flask import current_app, request
from flask_login import current_user

from audit_app.insight import queries
from audit_app.insight.asking import Question, Spell, Unanswerable
from audit_app.insight.counting import held
from audit_app.insight.forms import QuestionForm
from audit_app.insight.outside import asked_outside
from audit_app.insight.report import PARTS, blind_note
from audit_app.models import User


@dataclass(frozen=True)
class Asked:
    """A question that can be answered: what is asked, over which periods, by whom."""

    question: Question
    spell: Spell
    choices: queries.Choices
    viewer: User | None
    #: How many audits are left out because this person may yet judge them without being told.
    left_out: int

    @property
    def floor(self) -> int:
        """The number of audits below which no percentage is shown."""
        return int(current_app.config["SETTINGS"].small_base)

    @property
    def judged(self) -> str:
        """What the judgements are of: the practice as a whole, or one thread."""
        thread = self.question.of.thread
        return "Overall judgement" if thread is None else self.choices["thread"][thread]

    @property
    def facts(self) -> dict[str, str]:
        """Everything a figure must not be parted from: on which basis, where and when."""
        of = self.question.of
        scope = {
            name: self.choices[part][getattr(of, part)]
            for part, name in PARTS.items()
            if getattr(of, part) is not None
        }
        return {
            "Basis": of.basis.label,
            **({"Audits dated": self.spell.words} if self.spell.periods else {}),
            **(scope or {"Audits": "All services, teams and types of audit"}),
        }

    @property
    def chosen(self) -> list[tuple[str, Mapping[str, str]]]:
        """Each part that narrows, in words, with the address's arguments without it."""
        by = self.question.by_args()
        narrowed = self.question.of.chosen(self.choices)
        parts: list[tuple[str, Mapping[str, str]]] = [(said, by | rest) for said, rest in narrowed]
        if not self.question.same_months:
            return parts
        every = replace(self.question, same_months=False).as_args()
        return [("Months: only those every year has", every), *parts]

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out: what waits blind, and periods before those shown."""
        by = self.question.by.value.replace("-", " ")
        shortened = (
            f"Only the latest {len(self.spell.periods)} {by}s are shown. Give dates to see others."
        )
        return (*blind_note(self.left_out), *((shortened,) if self.spell.shortened else ()))


def read_question(
    without: Iterable[str] = (), form_of: type[QuestionForm] = QuestionForm
) -> tuple[QuestionForm, Asked | None]:
    """Read the address; nothing is asked where the form says what is wrong.

    ``without`` names the form's fields that the report has no use for.
    """
    choices = queries.choices()
    form = form_of(request.args, choices, without)
    if not form.validate():
        return form, None
    # A running year published twice, once taken from the other, is what happened in between.
    form.question = replace(form.question, ended=asked_outside())
    try:
        return form, ask(form.question, choices, current_user)
    except Unanswerable as problem:
        form.refuse(problem.field, str(problem))
        return form, None


def ask(question: Question, choices: queries.Choices, viewer: User | None) -> Asked:
    """Settle today which periods a question is about, and what its viewer may not know of them.

    Raises:
        Unanswerable: when the days asked for make no table.
    """
    spell = question.spell(held(), date.today())
    return Asked(question, spell, choices, viewer, queries.hidden(question.of, spell, viewer))
