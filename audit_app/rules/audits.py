"""What an audit is made of: its closed vocabularies.

Vocabularies and the seven oversight prompts follow the practice report of January 2022 and the
audit event as councils publish it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class AuditType(StrEnum):
    FULL = "full"
    THEMATIC = "thematic"
    DIP_SAMPLE = "dip_sample"
    RE_AUDIT = "re_audit"
    MULTI_AGENCY = "multi_agency"
    PRACTICE_WEEK = "practice_week"

    @property
    def label(self) -> str:
        return {
            AuditType.FULL: "Full audit",
            AuditType.RE_AUDIT: "Re-audit",
            AuditType.MULTI_AGENCY: "Multi-agency audit",
            AuditType.THEMATIC: "Thematic audit",
        }.get(self, _sentence(self))


class Selection(StrEnum):
    """How the case came to be audited."""

    RANDOM = "random"
    THEMED = "themed"
    CONCERN = "concern"
    SELF_SELECTED = "self_selected"
    RE_AUDIT = "re_audit"

    @property
    def label(self) -> str:
        return {
            Selection.RANDOM: "Selected at random",
            Selection.THEMED: "Selected for a theme",
            Selection.CONCERN: "Selected because of a concern",
            Selection.SELF_SELECTED: "Chosen by the auditor",
            Selection.RE_AUDIT: "Re-audit of an earlier case",
        }[self]


class PlanStatus(StrEnum):
    CHILD_IN_NEED = "child_in_need"
    CHILD_PROTECTION = "child_protection"
    LOOKED_AFTER = "looked_after"
    CARE_LEAVER = "care_leaver"
    EARLY_HELP = "early_help"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _sentence(self)


class Independence(StrEnum):
    """Where the auditor stands to the worker's line of management."""

    INDEPENDENT = "independent"
    SAME_SERVICE = "same_service"
    LINE_MANAGER = "line_manager"

    @property
    def label(self) -> str:
        return {
            Independence.INDEPENDENT: "Independent of the worker’s line of management",
            Independence.SAME_SERVICE: "Same service, but not the worker’s line of management",
            Independence.LINE_MANAGER: "In the worker’s line of management",
        }[self]


class WorkerInvolvement(StrEnum):
    TOOK_PART = "took_part"
    SPOKEN_TO = "spoken_to"
    NOT_INVOLVED = "not_involved"
    INVOLVED = "involved"

    @property
    def label(self) -> str:
        return {
            WorkerInvolvement.TOOK_PART: "Yes, the worker took part in the audit",
            WorkerInvolvement.SPOKEN_TO: "Yes, the worker was spoken to",
            WorkerInvolvement.NOT_INVOLVED: "No",
            WorkerInvolvement.INVOLVED: "Yes (how was not recorded)",
        }[self]


class FamilyFeedback(StrEnum):
    GIVEN = "given"
    SOUGHT = "sought"
    NOT_SOUGHT = "not_sought"
    NONE_RECORDED = "none_recorded"

    @property
    def label(self) -> str:
        return {
            FamilyFeedback.GIVEN: "Yes, and feedback was given",
            FamilyFeedback.SOUGHT: "Yes, but none was given",
            FamilyFeedback.NOT_SOUGHT: "No",
            FamilyFeedback.NONE_RECORDED: "None recorded (whether it was sought is not known)",
        }[self]


class Priority(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def label(self) -> str:
        return _sentence(self)


def higher(one: Priority, other: Priority) -> Priority:
    """The more urgent of two."""
    return min(one, other, key=list(Priority).index)


def _sentence(word: StrEnum) -> str:
    return word.value.replace("_", " ").capitalize()


#: Answers that only history imported from elsewhere can hold; nobody is offered them on a form.
IMPORTED_ONLY: frozenset[StrEnum] = frozenset(
    {WorkerInvolvement.INVOLVED, FamilyFeedback.NONE_RECORDED}
)

#: Answers that are somebody's number in the council's own systems; all other text is free.
IDENTIFIERS = frozenset({"case_reference", "worker_staff_id"})

CASE_REFERENCE = re.compile(r"[A-Za-z0-9]{1,20}")
CASE_REFERENCE_RULE = (
    "The case reference must be up to 20 letters and numbers, as in the case system, with no spaces"
)
OLDEST_AGE = 25
#: Characters in the sentence of an audit that others may quote.
LONGEST_QUOTE = 300
#: Answers that everybody may read: personal data must go from them, whatever the reason.
PUBLISHED = frozenset({"good_practice_quote"})


@dataclass(frozen=True)
class Prompt:
    """One question of the oversight statement, and what a useful answer to it holds."""

    field: str
    question: str
    useful: str


#: The seven prompts of the management oversight impact statement, in the report's order.
OVERSIGHT_PROMPTS: tuple[Prompt, ...] = (
    Prompt(
        "issue",
        "What was the issue for the child? Say what the evidence is",
        "The worry or need in the child’s day-to-day life, and where it is seen: visits, the "
        "child’s own words, partners, earlier records. Not the process that was followed.",
    ),
    Prompt(
        "options",
        "What were the options or choices?",
        "At least two that were really open, doing nothing more being one of them, with what "
        "spoke for and against each.",
    ),
    Prompt(
        "likely_impact",
        "What do experience and research say about the likely impact?",
        "What is known to help or harm children in this position, and where that comes from. "
        "Say so if little is known.",
    ),
    Prompt(
        "decision",
        "What evidence was weighed up, and what on balance led to the decision?",
        "What tipped the balance, what pointed the other way, whose views were heard, and who "
        "decided on what day.",
    ),
    Prompt(
        "expected_impact",
        "What is the impact for the child expected to be, and when?",
        "What will be different for this child, in words the family would recognise, and by "
        "what date it should be seen.",
    ),
    Prompt(
        "contingency",
        "What is the contingency plan?",
        "What would show that it is not working, what happens then, and who sets it going.",
    ),
    Prompt(
        "review",
        "When will success be reviewed?",
        "A date, who will be there, and what they will look at to know whether the child is "
        "better off.",
    ),
)
