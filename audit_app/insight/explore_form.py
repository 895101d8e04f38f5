"""What is asked of the page to explore."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from audit_app.insight.counting import Split
from audit_app.insight.forms import QuestionForm
from audit_app.rules.measures import Measure

#: What figures can be split by, and what that is called.
SPLITS = {
    Split.SERVICE: "Service",
    Split.LOCALITY: "Locality",
    Split.TEAM: "Team",
    Split.THREAD: "Golden thread",
    Split.TYPE: "Type of audit",
    Split.SELECTION: "How the case was chosen",
}


class ExploreForm(QuestionForm):
    """A measure, what it is split by, and which audits; ``measure`` and ``split`` come first."""

    measure = SelectField(
        "Figure", choices=[SelectChoice(each.value, each.label) for each in Measure]
    )
    split = SelectField(
        "Split by",
        choices=[
            SelectChoice("", "Nothing: all together"),
            *(SelectChoice(split.value, label) for split, label in SPLITS.items()),
        ],
    )

    @property
    def asked_measure(self) -> Measure:
        return Measure(self._args.get("measure", "").strip() or Measure.GOOD_OR_BETTER)

    @property
    def asked_split(self) -> Split | None:
        typed = self._args.get("split", "").strip()
        return Split(typed) if typed else None

    @property
    def own_args(self) -> dict[str, str]:
        """The measure and the split as an address carries them."""
        measure, split = self.asked_measure, self.asked_split
        asked = {"measure": measure.value} if measure is not Measure.GOOD_OR_BETTER else {}
        return asked | ({"split": split.value} if split else {})

    def __iter__(self) -> Any:
        first = (self.measure, self.split)
        return iter([*first, *(each for each in super().__iter__() if each not in first)])

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        read = super().validate(extra_validators)
        offered: dict[str, list[str]] = {"measure": [*Measure], "split": [*SPLITS]}
        for name, words in offered.items():
            typed = self._args.get(name, "").strip()
            if typed and typed not in words:
                self[name].errors = [f"“{typed}” is not one of the choices"]
                read = False
        if read and self.asked_split is Split.THREAD:
            # Threads beside each other are every thread.
            self.question = replace(self.question, of=replace(self.question.of, thread=None))
        return read
