"""What is asked of a table of judgements, as the address carries it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Form, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from audit_app.insight.asking import Question
from audit_app.insight.queries import Choices
from audit_app.rules.periods import PeriodKind
from audit_app.web.filters import AuditFilter, Basis, read_filter

#: The parts of the filter that are picked from what there is, and what picking nothing is called.
_ANY = {
    "thread": "Overall",
    "service": "All",
    "locality": "All",
    "team": "All",
    "theme": "All",
    "type": "All",
    "selection": "All",
}


#: Short, because a narrow list cuts long choices off; the hint says what they mean.
_BASES = {Basis.FINAL.value: "Final", Basis.AUDITED.value: "As audited"}


class QuestionForm(Form):
    """The filter beside a table. ``validate`` says whether ``question`` could be read."""

    by = SelectField("Columns")
    first = StringField("Audited from", name="from")
    last = StringField("Audited to", name="to")
    basis = SelectField(
        "Which judgement", description="Final is the moderator’s where there is one"
    )
    thread = SelectField("Judgement of")
    service = SelectField("Service")
    locality = SelectField("Locality")
    team = SelectField("Team")
    theme = SelectField("Theme")
    type = SelectField("Type of audit")
    selection = SelectField("How the case was chosen")

    def __init__(
        self, args: MultiDict[str, str], choices: Choices, without: Iterable[str] = ()
    ) -> None:
        """``without`` names fields the page has no use for; what is asked of them is left out."""
        super().__init__()
        unused = {_NAMES_IN_ADDRESS.get(name, name) for name in without}
        self._args = MultiDict((key, value) for key, value in args.items() if key not in unused)
        self._choices = choices
        self.by.choices = [SelectChoice(each.value, _words(each.value)) for each in PeriodKind]
        self.basis.choices = [SelectChoice(value, label) for value, label in _BASES.items()]
        for name, nothing in _ANY.items():
            named = [SelectChoice(str(key), label) for key, label in choices[name].items()]
            self[name].choices = [SelectChoice("", nothing), *named]
        self.process(self._args)
        for name in without:
            del self[name]

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """Read the question; put what is wrong beside its field."""
        # Every recorded audit counts, with whatever judgement: those two parts are the list's.
        of = replace(read_filter(self._args), state=None, judgement=None)
        problems = {name: text for name, text in of.problems.items() if name in _NAMES}
        problems |= self._not_there(of)
        by = self._args.get("by", "").strip() or PeriodKind.CALENDAR_YEAR
        if by not in list(PeriodKind):
            problems["by"] = f"“{by}” is not one of the choices"
        problems = {name: text for name, text in problems.items() if _NAMES[name] in self}
        for name, problem in problems.items():
            self.refuse(name, problem)
        if not problems:
            self.question = Question(PeriodKind(by), of)
        return not problems

    def refuse(self, name: str, problem: str) -> None:
        """Put a problem beside the field that goes by ``name`` in the address."""
        self[_NAMES[name]].errors = [problem]

    def _not_there(self, of: AuditFilter) -> dict[str, str]:
        """Choices that could be read but are none of those there are."""
        chosen = {name: getattr(of, name) for name in _ANY}
        return {
            name: f"“{self._args[name]}” is not one of the choices"
            for name, value in chosen.items()
            if value is not None and value not in self._choices[name]
        }


class YearsForm(QuestionForm):
    """The filter beside years, which can be cut to the months all of them have."""

    same_months = SelectField(
        "Months",
        choices=[
            SelectChoice("", "All months"),
            SelectChoice("yes", "Only months every year has"),
        ],
    )

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        read = super().validate(extra_validators)
        asked = self._args.get("same_months", "").strip()
        if asked not in ("", "yes"):
            self.refuse("same_months", f"“{asked}” is not one of the choices")
        elif read:
            self.question = replace(self.question, same_months=bool(asked))
        return read and not self.same_months.errors


#: The form's fields by their names in the address.
_NAMES = {
    "by": "by",
    "from": "first",
    "to": "last",
    "basis": "basis",
    "same_months": "same_months",
    **{name: name for name in _ANY},
}
_NAMES_IN_ADDRESS = {field: name for name, field in _NAMES.items()}


def _words(value: str) -> str:
    return value.replace("-", " ").capitalize()
