"""The sections an audit is recorded in: what each holds, what it still needs, where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from audit_app.audits.closed_years import why_closed
from audit_app.models import Audit, Finding, OversightStatement, SavedSection, Theme, Thread
from audit_app.rules import completeness
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.audits import IDENTIFIERS, OVERSIGHT_PROMPTS, PUBLISHED
from audit_app.rules.completeness import Problem
from audit_app.rules.deed_words import SECTION_TITLES
from audit_app.web.guarded import unexplained


class Kind(StrEnum):
    CASE = "case"
    THREAD = "thread"
    OVERALL = "overall"
    FAMILY = "family"
    OVERSIGHT = "oversight"
    ACTIONS = "actions"


class Status(StrEnum):
    NOT_STARTED = "Not started"
    IN_PROGRESS = "In progress"
    COMPLETED = "Completed"


@dataclass(frozen=True)
class Section:
    """One page of the recording; a thread's is known by its thread."""

    kind: Kind
    title: str
    thread: Thread | None = None

    @property
    def key(self) -> str:
        return f"{self.kind}-{self.thread.code}" if self.thread else str(self.kind)


TITLES = {Kind(key): title for key, title in SECTION_TITLES.items()}

FIELDS: dict[Kind, tuple[str, ...]] = {
    Kind.CASE: (
        "case_reference",
        "child_age",
        "plan_status",
        "worker_staff_id",
        "audit_type",
        "selection",
        "audit_date",
        "period_from",
        "period_to",
        "allocated_on",
        "due_on",
        "independence",
        "worker_involvement",
        "worker_not_involved_reason",
    ),
    Kind.THREAD: ("judgement", "evidence", "working_well", "worried_about", "impact"),
    Kind.OVERALL: (
        "overall",
        "rationale",
        "overall_reason",
        "good_practice",
        "good_practice_note",
        "good_practice_quote",
        "safeguarding_concern",
        "concern_what",
        "concern_told",
        "concern_told_on",
    ),
    Kind.FAMILY: (
        "family_feedback",
        "feedback_not_sought_reason",
        "feedback_from",
        "feedback_how",
        "feedback_said",
    ),
    Kind.OVERSIGHT: tuple(prompt.field for prompt in OVERSIGHT_PROMPTS),
    Kind.ACTIONS: (),
}


_OF_ACTION = ("what", "owner")


def sections_of(audit: Audit) -> list[Section]:
    """Every section, in the order of the task list."""
    threads = [Section(Kind.THREAD, f.thread.name, f.thread) for f in audit.findings]
    others = [Section(kind, title) for kind, title in TITLES.items()]
    return [others[0], *threads, *others[1:]]


def section_named(audit: Audit, key: str) -> Section | None:
    return next((each for each in sections_of(audit) if each.key == key), None)


def after(audit: Audit, section: Section) -> Section | None:
    """The section that follows, or None after the last."""
    sections = sections_of(audit)
    following = sections[sections.index(section) + 1 :]
    return following[0] if following else None


def holder(audit: Audit, section: Section) -> Audit | Finding | OversightStatement | None:
    """The row that holds a section's fields."""
    if section.kind is Kind.THREAD:
        return next(each for each in audit.findings if each.thread is section.thread)
    return audit.oversight if section.kind is Kind.OVERSIGHT else audit


def answers(audit: Audit, section: Section) -> dict[str, Any]:
    """What the section holds, by field; the team and the themes by their numbers."""
    row = holder(audit, section)
    held = {name: getattr(row, name, None) for name in FIELDS[section.kind]}
    if section.kind is not Kind.CASE:
        return held
    return held | {"team": audit.team_id, "themes": sorted(each.id for each in audit.themes)}


#: What decides who reads an audit and where it counts: once submitted, it stays.
_FIXED = ("case_reference", "team", "worker_staff_id", "audit_type", "selection", "audit_date")
#: What the auditor of a re-audit, or of a case that was drawn, does not choose.
_CHOSEN_FOR_THEM = ("case_reference", "audit_type", "selection")


def fixed_answers(audit: Audit) -> dict[str, Any]:
    """What of the case its auditor cannot change, by field.

    In a draft, what was chosen for them. Once submitted, all that decides where the audit counts;
    what was not said then, as in an audit brought in, can still be said.
    """
    held = answers(audit, Section(Kind.CASE, TITLES[Kind.CASE]))
    if audit.state is not AuditState.RETURNED:
        return {name: held[name] for name in _CHOSEN_FOR_THEM} if is_chosen_for_them(audit) else {}
    said = audit.submissions[-1].answers[Kind.CASE] if audit.submissions else held
    return {name: held[name] for name in _FIXED if said[name] is not None}


def theme_given(audit: Audit) -> Theme | None:
    """The theme of the programme's cycle, which its auditor may add to and not take away."""
    given = audit.allocation
    return None if given is None or given.cycle is None else given.cycle.theme


def is_chosen_for_them(audit: Audit) -> bool:
    """Whether the case was the programme's to choose, or the earlier audit's."""
    return audit.re_audit_of_id is not None or audit.allocation is not None


def problems(audit: Audit, section: Section) -> list[Problem]:
    """What the section still needs before the audit can be submitted."""
    return [*_unread_or_missing(audit, section), *personal_data(audit, section)]


def personal_data(audit: Audit, section: Section) -> list[Problem]:
    """What looks like personal data in a section, and nobody has said why it must stay.

    Reads every text of the section: for the pages of one audit, never for a list of them.
    """
    if section.kind is Kind.ACTIONS:
        texts = {
            f"{each.id} {name}": getattr(each, name)
            for each in audit.actions
            if not each.live
            for name in _OF_ACTION
        }
        return [Problem("what", each.message) for each in unexplained(audit.reference, texts)]
    held = answers(audit, section)
    texts = {name: held[name] for name in FIELDS[section.kind] if name not in IDENTIFIERS}
    return unexplained(audit.reference, texts, PUBLISHED)


#: The form says it in better words, where there is a form (``unread.told``).
UNREAD = "What you typed is not saved yet"


def _unread_or_missing(audit: Audit, section: Section) -> list[Problem]:
    unread = unread_problems(audit, section)
    fields = {each.field for each in unread}
    return unread + [each for each in _incomplete(audit, section) if each.field not in fields]


def unread_problems(audit: Audit, section: Section) -> list[Problem]:
    """Boxes that hold something that could not be saved, such as half a date."""
    boxes = saved(audit, section).unread or {}
    return [Problem(field, UNREAD) for field in dict.fromkeys(map(_field_of_box, boxes))]


def _field_of_box(name: str) -> str:
    """A date has a box for each of its parts: ``audit_date-day`` belongs to ``audit_date``."""
    return name.partition("-")[0]


def _incomplete(audit: Audit, section: Section) -> list[Problem]:
    held = answers(audit, section)
    match section.kind:
        case Kind.CASE:
            return [*completeness.case_problems(held), *_closed_year(audit)]
        case Kind.THREAD:
            return completeness.thread_problems(section.title, held)
        case Kind.OVERALL:
            judged = {each.thread.name: each.judgement for each in audit.findings}
            return completeness.overall_problems(held, judged, audit.thread_set.overall_judged)
        case Kind.FAMILY:
            return completeness.family_problems(held)
        case Kind.OVERSIGHT:
            return completeness.oversight_problems(held)
    looked_at = bool(audit.actions) or bool(saved(audit, section).version)
    return [] if looked_at else [Problem("what", "Add the actions needed, or say there are none")]


def _closed_year(audit: Audit) -> list[Problem]:
    """A draft may be older than the disposal of the year it is of."""
    on = audit.audit_date
    if on is None or audit.state is not AuditState.DRAFT or (closed := why_closed(on)) is None:
        return []
    return [Problem("audit_date", closed)]


def saved(audit: Audit, section: Section) -> SavedSection:
    """When and how often the section was saved; never, in an audit that was not recorded here."""
    stored = next((each for each in audit.sections if each.section == section.key), None)
    return stored or SavedSection(section=section.key, version=0)


def status(audit: Audit, section: Section) -> Status:
    if not saved(audit, section).version:
        return Status.NOT_STARTED
    return Status.IN_PROGRESS if problems(audit, section) else Status.COMPLETED


def read_at(audit: Audit) -> int:
    """A number that rises whenever any section is saved; what a person has read goes with it."""
    return sum(each.version for each in audit.sections)
