"""What is asked of a search for words: sent by POST, so that no word stands in an address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import StringField

from audit_app.insight.forms import QuestionForm
from audit_app.insight.queries import Choices
from audit_app.insight.searching import Search
from audit_app.rules.word_search import Unsearchable, read_terms

#: What a table is asked and a search is not.
_UNUSED = ("by", "basis")


class WordsForm(QuestionForm):
    """The words, and the filter of the tables. ``validate`` says whether there is a ``search``."""

    words = StringField("Words to look for")

    def __init__(self, sent: MultiDict[str, str], choices: Choices) -> None:
        super().__init__(sent, choices, _UNUSED)
        self.thread.label.text = "Written about"
        self.thread.choices[0].label = "Anything"

    @property
    def narrowing(self) -> list[Any]:
        """The fields of the filter."""
        return [field for field in self if field is not self.words]

    @property
    def narrowed(self) -> bool:
        """Whether anything is chosen in the filter, or wrong in it."""
        return any(field.data or field.errors for field in self.narrowing)

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """Read the words and the filter; put what is wrong beside its field."""
        sound = super().validate(extra_validators)
        try:
            terms = read_terms(self.words.data or "")
        except Unsearchable as problem:
            self.words.errors = [str(problem)]
            return False
        if sound:
            self.search = Search(terms, self.question.of)
        return sound
