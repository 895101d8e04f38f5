"""What a field is called on its form, known from its name alone.

Text that was kept or could not be taken is shown away from its form, where the name a browser sends
for a field, and the number of a row chosen in it, mean nothing to anybody.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from wtforms import SelectField, SelectMultipleField

from audit_app.web.fields import MultiPickField, WordField, YesNoField
from audit_app.web.guarded import ABOUT, GuardedForm
from audit_app.web.openings import SAID_BY_THE_PAGE

_CHOSEN = (SelectField, SelectMultipleField, MultiPickField)
_PARTS = ("-day", "-month", "-year")
#: The answer that leaves things as they are.
_UNCHANGED = "keep"
#: A word of a closed vocabulary of several words, as forms send it.
_A_CHOICE = re.compile(r"[a-z]+(_[a-z]+)+")


def answers_in(typed: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """What was answered, by field, without blanks and without what the page says about itself."""
    given = {
        name: [text for text in texts if text.strip() and text != _UNCHANGED]
        for name, texts in typed.items()
        if name not in SAID_BY_THE_PAGE and not name.endswith(ABOUT)
    }
    return {name: texts for name, texts in given.items() if texts}


def is_written_in(name: str) -> bool:
    """Whether a person writes in the field; one that no form declares may be written in."""
    declared = _declared(name)
    return not declared or any(not issubclass(each.field_class, _CHOSEN) for each in declared)


def as_read(typed: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    """What was answered: what its field is called, empty where that is not known, and the text.

    Numbers of rows are left out. What was written is as it was written.
    """
    return [
        (label_of(name), words)
        for name, texts in _with_whole_dates(answers_in(typed)).items()
        for text in texts
        if (words := _words(name, text))
    ]


def label_of(name: str) -> str:
    """What the forms call a field; its plain name where they differ; empty for one of none."""
    labels = {str(each.args[0]) for each in _declared(name) if each.args}
    if len(labels) == 1:
        return labels.pop()
    return name.replace("_", " ").capitalize() if labels else ""


def _words(name: str, text: str) -> str:
    declared = _declared(name)
    if not declared:
        return _of_no_form(text)
    for each in declared:
        if said := _choices(each).get(text):
            return said
    numbers = all(issubclass(each.field_class, _CHOSEN) for each in declared)
    return "" if numbers else text


def _of_no_form(text: str) -> str:
    """The fields of rows are made as a page is: a number may be a row's, a word a choice."""
    if text.strip().isdecimal():
        return ""
    return text.replace("_", " ") if _A_CHOICE.fullmatch(text) else text


def _choices(declared: Any) -> dict[str, str]:
    if issubclass(declared.field_class, YesNoField):
        return {"yes": "Yes", "no": "No"}
    if issubclass(declared.field_class, WordField):
        return {each.value: each.label for each in declared.args[1]}
    return {}


def _with_whole_dates(answers: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """A date's boxes as one answer, in the order in which they stand."""
    whole: dict[str, list[str]] = {}
    for name, texts in answers.items():
        date = name.rpartition("-")[0] if name.endswith(_PARTS) else ""
        if date:
            whole[date] = [" ".join([*whole.get(date, []), *texts])]
        else:
            whole[name] = texts
    return whole


def _declared(name: str) -> list[Any]:
    """How each form of the service that has the field declares it."""
    fields = (getattr(form, name, None) for form in _forms(GuardedForm.__subclasses__()))
    return [each for each in fields if hasattr(each, "field_class")]


def _forms(kinds: Iterable[type]) -> Iterator[type]:
    """Those a module names; the ones that are made for a page come and go."""
    for kind in kinds:
        if getattr(sys.modules[kind.__module__], kind.__name__, None) is kind:
            yield kind
        yield from _forms(kind.__subclasses__())
