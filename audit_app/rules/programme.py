"""The audit programme's words: why a case is left out of the draw, and how audits are moderated."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from dateutil.relativedelta import relativedelta

from audit_app.rules.periods import Period, PeriodKind, whole

#: The most that can be asked of a service or a team, and of an auditor.
MOST_CASES, MOST_AUDITS_EACH = 1000, 50


class ModerationWay(StrEnum):
    """How the audits of a cycle are moderated, where they are."""

    AS_SET = "as_set"
    OPEN = "open"
    BLIND = "blind"

    @property
    def label(self) -> str:
        return {
            ModerationWay.AS_SET: "As the moderation cycle in force says",
            ModerationWay.OPEN: "Open: the moderator sees the auditor’s judgement",
            ModerationWay.BLIND: "Blind: the moderator judges first",
        }[self]


class ExcludedBecause(StrEnum):
    """Why an open case could not be drawn; of several reasons the first."""

    EXEMPTED = "exempted"
    AUDITED_LATELY = "audited_lately"
    UNDER_WAY = "under_way"
    NOBODY_WITHOUT_STAKE = "nobody_without_stake"

    @property
    def label(self) -> str:
        return {
            ExcludedBecause.EXEMPTED: "Exempted",
            ExcludedBecause.AUDITED_LATELY: "Audited in the last 12 months",
            ExcludedBecause.UNDER_WAY: "Being audited or given out",
            ExcludedBecause.NOBODY_WITHOUT_STAKE: "No auditor without a stake in it",
        }[self]


def look_back_from(day: date, months: int) -> date:
    """The first day an audit on ``day`` looks at, so many months back."""
    return day - relativedelta(months=months)


def next_month(last: date | None, today: date) -> Period:
    """The month a new cycle is for: the one after the last cycle's, and never one gone by.

    Args:
        last: the first day of the last cycle; without one it is the month after this.
    """
    after = whole(PeriodKind.MONTH, last or today).last + timedelta(days=1)
    return whole(PeriodKind.MONTH, max(after, today))


def share_of(open_cases: int, percent: int) -> int:
    """So many percent of the open cases, rounded up, so that no small service is left out."""
    return min(-(-open_cases * percent // 100), MOST_CASES)
