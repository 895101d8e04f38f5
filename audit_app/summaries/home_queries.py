"""What of summaries stands on a person's home page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from audit_app.extensions import db
from audit_app.insight.counting import held
from audit_app.models import Summary, User
from audit_app.rules.summary_periods import SummaryPeriod, quarter_of
from audit_app.rules.summary_steps import SummaryState
from audit_app.summaries.queries import (
    SummaryLine,
    line_of,
    newest,
    place_of,
    takes_part,
    what_waits,
    whole,
)


@dataclass(frozen=True)
class SummaryWaiting:
    """A summary in which it is a reader's turn, for their home page."""

    label: str
    reference: str
    waits: str


#: As many as a card of the home page holds.
_MOST_WAITING = 5
#: A council has a handful on their way at once.
_LOOKED_THROUGH = 50


@dataclass(frozen=True)
class SummariesAtHome:
    """What of summaries stands on a person's home page."""

    #: The last quarter that has ended.
    quarter: SummaryPeriod
    #: The whole authority's summary of it; None where nobody has started it.
    current: SummaryLine | None
    waiting: Sequence[SummaryWaiting]


def summaries_at_home(user: User, today: date) -> SummariesAtHome | None:
    """For whoever starts or writes or signs summaries; None for others, and before any record."""
    if not takes_part(user):
        return None
    quarter, records = quarter_of(today).before, held()
    if records is None or records.first > quarter.last:
        return None
    current = newest(quarter, None)
    return SummariesAtHome(
        quarter,
        line_of(user, current, today) if current else None,
        _waiting_for(user, today, current)[:_MOST_WAITING],
    )


def count_summaries_waiting(user: User, today: date) -> int:
    """In how many summaries it is this person's turn; for their letters."""
    return len(_waiting_for(user, today, None)) if takes_part(user) else 0


def _waiting_for(user: User, today: date, but: Summary | None) -> list[SummaryWaiting]:
    open_states = (SummaryState.DRAFT, SummaryState.COMPLETE)
    wanted = whole().where(Summary.state.in_(open_states)).order_by(Summary.id.desc())
    if but is not None:
        wanted = wanted.where(Summary.id != but.id)
    found = (
        SummaryWaiting(f"{each.period.label}, {place_of(each)}", each.reference, waits)
        for each in db.session.scalars(wanted.limit(_LOOKED_THROUGH))
        if (waits := what_waits(user, each, today))
    )
    return list(found)
