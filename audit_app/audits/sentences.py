"""What happened to an audit, each thing as a sentence. Pure: rows are read in ``story``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from audit_app.audits.judged import Changing
from audit_app.models import EntryKind, EscalationCause
from audit_app.rules.actions import Difference
from audit_app.rules.judgements import Judgement
from audit_app.rules.sampling import OPEN_AS_COUNTED, DrawnBecause
from audit_app.web.moments import in_london
from audit_app.web.pages import day, moment, plural

_NAMED_SECTIONS = 2


@dataclass(frozen=True)
class Told:
    """One thing that happened.

    ``words`` are what somebody wrote about it. ``by_day`` says that only the day is known, or is
    worth knowing. ``minor`` things matter to whoever asks how it came about, and to nobody else.
    ``printed_above`` says that a print holds the words in a part of their own.
    """

    at: datetime
    sentence: str
    words: str | None = None
    changes: tuple[Changing, ...] = ()
    by_day: bool = False
    minor: bool = False
    printed_above: bool = False

    @property
    def when(self) -> str:
        return day(in_london(self.at).date()) if self.by_day else moment(self.at)


def started(by: str) -> str:
    return f"{by} started the audit."


def carried_out(by: str) -> str:
    return f"{by} carried out the audit."


def imported() -> str:
    return "The audit was imported from an earlier record."


def discarded(by: str) -> str:
    return f"{by} discarded the draft."


def saved(by: str, titles: Sequence[str], first: datetime, last: datetime) -> str:
    """What was saved in one go; a few sections by name, more by their number."""
    names = list(dict.fromkeys(titles))
    few = len(names) <= _NAMED_SECTIONS
    what = f"“{'” and “'.join(names)}”" if few else plural(len(names), "section")
    began, ended = clock_time(first), clock_time(last)
    when = f"at {began}" if began == ended else f"between {began} and {ended}"
    return f"{by} saved {what} {when}."


def clock_time(value: datetime) -> str:
    """``4:40pm``, by London's clock."""
    local = in_london(value)
    return f"{local.hour % 12 or 12}:{local:%M}{'am' if local.hour < 12 else 'pm'}"


def submitted(by: str, again: bool, judgement: Judgement | None) -> str:
    judging = f", judging it {judgement.label} overall" if judgement else ""
    return f"{by} submitted the audit{' again' if again else ''}{judging}."


def drawn(because: DrawnBecause | None) -> str:
    """Why it was drawn when it was submitted; one called in later was not."""
    match because:
        case DrawnBecause.INADEQUATE | DrawnBecause.OUTSTANDING:
            judged = because.label[0].lower() + because.label[1:]
            return f"It was drawn for moderation, as every audit {judged} is."
        case DrawnBecause.RANDOM:
            return "It was drawn for moderation at random."
    return "It was not drawn for moderation."


def drawn_somehow() -> str:
    """For somebody who must not know why."""
    return "It was drawn for moderation."


def called_in(by: str) -> str:
    return f"{by} called the audit in for moderation, in the open. {OPEN_AS_COUNTED}"


def allocated(moderator: str, due_on: date | None) -> str:
    by_when = f" by {day(due_on)}" if due_on else ""
    return f"It was given to {moderator} to moderate{by_when}."


def given(by: str | None, was: str | None, to: str | None, due_on: date | None) -> str:
    """Who has the audit to moderate now, and who had it; ``by`` nobody where the draw decided."""
    if to is None:
        return f"{was} no longer had the audit to moderate."
    if by is None or (was is None and by == to):
        return allocated(to, due_on)
    by_when = f" It is to be moderated by {day(due_on)}." if due_on else ""
    if by == to:
        return f"{by} took over the moderation from {was}.{by_when}"
    if was is None:
        return f"{by} gave the audit to {to} to moderate.{by_when}"
    return f"{by} passed the moderation from {was} to {to}.{by_when}"


def allocating(by: str) -> str:
    return f"{by} gave the audit to another moderator."


def took_over(by: str) -> str:
    return f"{by} took over the moderation."


def returned(by: str) -> str:
    return f"{by} returned the audit and asked for more evidence."


def moderated(by: str, blind: bool, changes: int) -> str:
    unseen = " without having seen the auditor’s judgement" if blind else ""
    if changes:
        return f"{by} moderated the audit{unseen} and changed {plural(changes, 'judgement')}."
    return f"{by} moderated the audit{unseen} and agreed with every judgement."


def answered(by: str, disputed: bool) -> str:
    return f"{by} {'disputed' if disputed else 'accepted'} the moderation."


def resolved(by: str, overall: Judgement | None, changes: int) -> str:
    stays = f" The overall judgement stays {overall.label}." if overall and not changes else ""
    return f"{by} resolved the dispute.{stays}"


def escalated(by: str, cause: EscalationCause, due_on: date | None, closed: bool) -> str:
    what = {
        EscalationCause.SAFEGUARDING: f"{by} escalated an immediate safeguarding concern",
        EscalationCause.INADEQUATE: f"{by}’s judgement of Inadequate escalated the audit",
    }[cause]
    must = "had to" if closed else "must"
    by_when = f" What was done {must} be recorded by {day(due_on)}." if due_on else ""
    return f"{what} to the head of service.{by_when}"


def escalation_entry(by: str, kind: EntryKind, cause: EscalationCause) -> str:
    about = {
        EscalationCause.SAFEGUARDING: "the safeguarding concern",
        EscalationCause.INADEQUATE: "the Inadequate judgement",
    }[cause]
    again = {
        EscalationCause.SAFEGUARDING: "opened the safeguarding concern again",
        EscalationCause.INADEQUATE: "opened the escalation of the Inadequate judgement again",
    }[cause]
    did = {
        EntryKind.CONCERN: f"wrote of {about}",
        EntryKind.NOTE: f"added a note about {about}",
        EntryKind.CLOSED: f"recorded what was done about {about} and closed it",
        EntryKind.REOPENED: again,
    }
    return f"{by} {did[kind]}."


def concern_kept(by: str) -> str:
    return f"{by} kept the safeguarding concern as it stood when closing it."


def reflected(by: str) -> str:
    return f"{by} shared a reflection on the audit."


def acknowledged(by: str, whose: str) -> str:
    return f"{by} acknowledged {whose}’s reflection."


def printed(by: str) -> str:
    return f"{by} printed the audit."


def found_by_words(by: str) -> str:
    return f"{by} searched for words and was shown some of this audit."


def shown_earlier(by: str) -> str:
    return f"{by} was shown the last audit of the case while recording."


def shown_to_next(by: str) -> str:
    return f"{by}, auditing the case again, was shown this audit’s judgements and actions."


def re_audited(by: str) -> str:
    return f"{by} started a re-audit of this audit."


def raised(by: str) -> str:
    return f"{by} raised another action."


def action_done(by: str, reference: str, difference: Difference | None) -> str:
    said = f"{by} recorded that action {reference} is done."
    if difference is None:
        return said
    return f"{said} Did it make a difference for the child? {difference.label}."


def action_verified(by: str, reference: str) -> str:
    return f"{by} verified that action {reference} was done."


def action_reopened(by: str, reference: str) -> str:
    return f"{by} opened action {reference} again."
