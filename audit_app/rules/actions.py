"""What an improvement action is made of: its closed vocabularies, and what closing it needs."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from dateutil.relativedelta import relativedelta

#: For how long it can be too early to say whether an action made a difference, before somebody has
#: to look again.
LOOK_AGAIN_WITHIN = relativedelta(months=6)


class ActionSource(StrEnum):
    """What an action came out of."""

    AUDIT = "audit"
    MODERATION = "moderation"
    THEME = "theme"
    ACTION = "action"

    @property
    def label(self) -> str:
        return {
            ActionSource.AUDIT: "An audit",
            ActionSource.MODERATION: "A moderation",
            ActionSource.THEME: "A theme",
            ActionSource.ACTION: "An action that made no difference",
        }[self]


class ActionKind(StrEnum):
    """Whether an action puts right what should have been done, or makes the practice better."""

    COMPLIANCE = "compliance"
    QUALITY = "quality"

    @property
    def label(self) -> str:
        return {
            ActionKind.COMPLIANCE: "Compliance: something required was not done",
            ActionKind.QUALITY: "Quality: it was done, and should be done better",
        }[self]


class Difference(StrEnum):
    """Whether an action made a difference for the child."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    TOO_EARLY = "too_early"

    @property
    def label(self) -> str:
        return {
            Difference.YES: "Yes",
            Difference.PARTLY: "Partly",
            Difference.NO: "No",
            Difference.TOO_EARLY: "Too early to say",
        }[self]


class ActionEvent(StrEnum):
    """What was recorded about an action, in the order it can happen."""

    OPENED = "opened"
    NOTE = "note"
    ASSIGNED = "assigned"
    EXTENDED = "extended"
    CLOSED = "closed"
    VERIFIED = "verified"
    NOT_VERIFIED = "not_verified"
    ANSWERED = "answered"
    FOLLOWED = "followed"
    JOINED = "joined"
    SEPARATED = "separated"
    REOPENED = "reopened"
    RECHECKED = "rechecked"


def owned_by(person: str | None, job: str | None) -> str:
    """Who owns an action, by the person's name and the job or team as typed: either or both."""
    if person and job:
        return f"{person} ({job})"
    return person or job or "Nobody yet"


def last_day_to_look_again(today: date) -> date:
    """The latest day that looking again at an action can be put off to."""
    return today + LOOK_AGAIN_WITHIN
