"""What an address asks of a report, read once for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from flask import current_app, request
from flask_login import current_user

from audit_app.insight import queries
from audit_app.insight.asking import Question, Spell, Unanswerable
from audit_app.insight.counting import held, left_out
from audit_app.insight.forms import QuestionForm
from audit_app.insight.report import PARTS, blind_note
from audit_app.models import User
from audit_app.web.pages import day


@dataclass(frozen=True)
class Asked:
    """A question that can be answered: what is asked, over which periods, by whom."""

    question: Question
    spell: Spell
    choices: queries.Choices
    viewer: User
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
        days = {"Audits dated": f"{day(self.spell.first)} to {day(self.spell.last)}"}
        return {
            "Basis": of.basis.label,
            **(days if self.spell.periods else {}),
            **(scope or {"Audits": "All services, teams and types of audit"}),
        }

    @property
    def chosen(self) -> list[tuple[str, Mapping[str, str]]]:
        """Each part that narrows, in words, with the address's arguments without it."""
        by = self.question.by_args()
        return [(said, by | rest) for said, rest in self.question.of.chosen(self.choices)]

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out: what waits blind, and periods before those shown."""
        by = self.question.by.value.replace("-", " ")
        shortened = (
            f"Only the latest {len(self.spell.periods)} {by}s are shown. Give dates to see others."
        )
        return (*blind_note(self.left_out), *((shortened,) if self.spell.shortened else ()))


def read_question(without: Iterable[str] = ()) -> tuple[QuestionForm, Asked | None]:
    """Read the address; nothing is asked where the form says what is wrong.

    ``without`` names the form's fields that the report has no use for.
    """
    choices = queries.choices()
    form = QuestionForm(request.args, choices, without)
    if not form.validate():
        return form, None
    try:
        spell = form.question.spell(held(), date.today())
    except Unanswerable as problem:
        form.refuse(problem.field, str(problem))
        return form, None
    hidden = left_out(form.question.of, spell, current_user) if spell.periods else 0
    return form, Asked(form.question, spell, choices, current_user, hidden)
