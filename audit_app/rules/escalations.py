"""The words of an escalation: what an auditor says of a concern, and how long there is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from audit_app.rules.working_days import working_days_between


@dataclass(frozen=True)
class Concern:
    """An immediate safeguarding concern as an auditor's form says it; it may be half written."""

    what: str = ""
    told: str = ""
    told_on: date | None = None

    def goes_on_from(self, earlier: Concern) -> bool:
        """Whether everything said earlier still stands here, and more may have been added."""
        return (
            self.what.startswith(earlier.what)
            and self.told.startswith(earlier.told)
            and earlier.told_on in (None, self.told_on)
        )

    @property
    def text(self) -> str:
        """The concern as one text, to be kept as it was said."""
        when = "" if self.told_on is None else _day(self.told_on)
        parts = {"The concern": self.what, "Who was told": self.told, "When": when}
        return "\n".join(f"{name}: {said or 'not said yet'}" for name, said in parts.items())


#: What is kept when the form no longer says that there is a concern.
NO_CONCERN = (
    "The auditor’s form no longer says that there is an immediate safeguarding concern. The "
    "escalation stays open until a head of service closes it."
)

#: What is kept with what was done, when that was not enough.
NOT_SAFE = "The child is not safe yet, so the escalation stays open."


def what_was_done(done: str, done_on: date) -> str:
    return f"{done.strip()}\nDone on {_day(done_on)}."


def closing_words(due_on: date, closed_on: date) -> str:
    return f"The child is safe now. Closed {when_closed(due_on, closed_on)}."


def is_overdue(due_on: date, today: date) -> bool:
    return today > due_on


def time_left(due_on: date, today: date) -> str:
    """``due today``, ``due tomorrow``, ``due in 3 working days``, ``2 working days overdue``.

    A weekend or bank holiday is no working day: on a Friday, what is due on Monday is
    ``due on Monday``; on the Saturday after its day, something is ``overdue since Friday``.
    """
    if is_overdue(due_on, today):
        late = working_days_between(due_on, today)
        return f"{_working_days(late)} overdue" if late else f"overdue since {due_on:%A}"
    days = (due_on - today).days
    if days <= 1:
        return "due tomorrow" if days else "due today"
    left = working_days_between(today, due_on)
    return f"due on {due_on:%A}" if left == 1 else f"due in {_working_days(left)}"


def when_closed(due_on: date, closed_on: date) -> str:
    """``in time``, or how late: ``2 working days late``."""
    if closed_on <= due_on:
        return "in time"
    late = working_days_between(due_on, closed_on)
    return f"{_working_days(late)} late" if late else "late"


def _working_days(count: int) -> str:
    return f"{count} working day" + ("" if count == 1 else "s")


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
