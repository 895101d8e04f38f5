"""What an auditor changed from one submission to another, in the words of the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from audit_app.audits.copies import Copied
from audit_app.audits.sections import FIELDS, TITLES, Kind
from audit_app.models import Audit
from audit_app.rules.actions import ActionSource
from audit_app.rules.audits import OVERSIGHT_PROMPTS
from audit_app.web.pages import day

#: What each field is called where an audit is shown.
LABELS: dict[str, str] = {
    "case_reference": "Case reference",
    "child_age": "Child’s age",
    "plan_status": "Plan status",
    "worker_staff_id": "Worker’s staff ID",
    "audit_type": "Type of audit",
    "selection": "How the case was chosen",
    "audit_date": "Date of the audit",
    "period_from": "First day of the period looked at",
    "period_to": "Last day of the period looked at",
    "allocated_on": "Date allocated",
    "due_on": "Date due",
    "independence": "Where the auditor stands",
    "worker_involvement": "Worker involved",
    "worker_not_involved_reason": "Why the worker was not involved",
    "judgement": "Judgement",
    "evidence": "Evidence",
    "working_well": "What is working well",
    "worried_about": "What are we worried about",
    "impact": "Impact for the child",
    "overall": "Overall judgement",
    "rationale": "Why",
    "overall_reason": "Reason for the difference from the threads",
    "good_practice": "Good practice others can learn from",
    "good_practice_note": "What others can learn",
    "good_practice_quote": "Sentence that can be quoted",
    "safeguarding_concern": "Immediate safeguarding concern",
    "concern_what": "What the concern is",
    "concern_told": "Who was told",
    "concern_told_on": "When they were told",
    "family_feedback": "Feedback sought",
    "feedback_not_sought_reason": "Why feedback was not sought",
    "feedback_from": "From whom",
    "feedback_how": "How",
    "feedback_said": "What they said",
    **{prompt.field: prompt.question for prompt in OVERSIGHT_PROMPTS},
}


class Changed(NamedTuple):
    """One answer that is not what it was; an empty text where there is or was none."""

    section: str
    label: str
    before: str
    after: str


def changed_fields(earlier: Audit | Copied, later: Audit | Copied) -> list[Changed]:
    """Every answer that differs, in the order of the page.

    Either may be a submission read with ``copies.as_submitted`` or the audit as it stands now.
    """
    return [
        *_fields(Kind.CASE, TITLES[Kind.CASE], earlier, later),
        *_team(earlier, later),
        *_themes(earlier, later),
        *_threads(earlier, later),
        *_fields(Kind.OVERALL, TITLES[Kind.OVERALL], earlier, later),
        *_fields(Kind.FAMILY, TITLES[Kind.FAMILY], earlier, later),
        *_fields(Kind.OVERSIGHT, TITLES[Kind.OVERSIGHT], earlier.oversight, later.oversight),
        *_actions(earlier, later),
    ]


def _fields(kind: Kind, title: str, earlier: Any, later: Any) -> Iterator[Changed]:
    for name in FIELDS[kind]:
        before, after = (in_words(getattr(each, name, None)) for each in (earlier, later))
        if before != after:
            yield Changed(title, LABELS[name], before, after)


def _team(earlier: Any, later: Any) -> Iterator[Changed]:
    before, after = (
        ", ".join(place.name for place in (each.service, each.locality, each.team))
        for each in (earlier, later)
    )
    if before != after:
        yield Changed(TITLES[Kind.CASE], "Service, locality and team", before, after)


def _themes(earlier: Any, later: Any) -> Iterator[Changed]:
    before, after = (", ".join(theme.name for theme in each.themes) for each in (earlier, later))
    if before != after:
        yield Changed(TITLES[Kind.CASE], "Themes", before, after)


def _threads(earlier: Any, later: Any) -> Iterator[Changed]:
    was = {each.thread.code: each for each in earlier.findings}
    for finding in later.findings:
        title = finding.thread.name
        yield from _fields(Kind.THREAD, title, was.get(finding.thread.code), finding)


def _actions(earlier: Any, later: Any) -> Iterator[Changed]:
    """Actions are told apart by what needs to happen; one that was reworded is gone and new.

    What became of an action once it was live is no answer of the auditor's, and is told elsewhere.
    """
    said = {each.reference: each for each in earlier.actions if each.reference}
    before = _by_what(earlier.actions)
    after = _by_what([(each.live and said.get(each.reference)) or each for each in later.actions])
    for what in [*before, *(each for each in after if each not in before)]:
        was, now = before.get(what, []), after.get(what, [])
        if was != now:
            yield Changed(TITLES[Kind.ACTIONS], "Action", "\n".join(was), "\n".join(now))


def _by_what(actions: Iterable[Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for action in actions:
        if action.source is not ActionSource.AUDIT:
            continue
        found.setdefault(action.what, []).append(_action_in_words(action))
    return found


def _action_in_words(action: Any) -> str:
    thread = f"{action.thread.name}. " if action.thread else ""
    facts = [
        action.owned_by,
        f"due {day(action.due_on)}",
        f"{action.priority.label.lower()} priority",
        *([action.kind.value] if action.kind else []),
        *(theme.name for theme in action.themes),
    ]
    return f"{action.what} ({thread}{', '.join(facts)})"


def in_words(value: Any) -> str:
    """An answer as the page says it; nothing where there is none."""
    match value:
        case None:
            return ""
        case bool():
            return "Yes" if value else "No"
        case date():
            return day(value)
    return str(getattr(value, "label", value))
