"""What is asked of the year-on-year table on one page: which years, and which of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Form, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from audit_app.insight.asking import Question
from audit_app.rules.periods import PeriodKind
from audit_app.summaries.year_table import PERIOD
from audit_app.web.filters import AuditFilter, read_filter

_KINDS = {
    PeriodKind.CALENDAR_YEAR.value: "Calendar years",
    PeriodKind.FINANCIAL_YEAR.value: "Financial years",
}
_FIELDS = {"by": "by", "from": "first", "to": "last"}


class YearTableForm(Form):
    """Read from the address. ``validate`` says whether ``question`` could be read."""

    by = SelectField("Columns", choices=[SelectChoice(*each) for each in _KINDS.items()])
    first = StringField("Audited from", name="from")
    last = StringField("Audited to", name="to")
    periods = StringField("Periods", name=PERIOD)

    def __init__(self, args: MultiDict[str, str]) -> None:
        super().__init__()
        self._args = args
        self.process(args)
        #: The keys of the periods wanted; none where all are.
        self.wanted = tuple(
            key.strip() for sent in args.getlist(PERIOD) for key in sent.split(",") if key.strip()
        )

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        read = read_filter(self._args)
        for name, problem in read.problems.items():
            if name in _FIELDS:
                self.refuse(name, problem)
        by = self._args.get("by", "").strip() or PeriodKind.CALENDAR_YEAR.value
        if by not in _KINDS:
            self.refuse("by", f"“{by}” is not one of the choices")
        if self.errors:
            return False
        self.question = Question(PeriodKind(by), AuditFilter(first=read.first, last=read.last))
        return True

    def refuse(self, name: str, problem: str) -> None:
        """Put a problem beside the field that goes by ``name`` in the address."""
        self[_FIELDS.get(name, "periods")].errors = [problem]
