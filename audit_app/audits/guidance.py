"""What an auditor is told while recording: where each section stands, and what to look at twice."""

from __future__ import annotations

from datetime import date
from typing import Any

from audit_app.audits.earlier import EarlierAudit
from audit_app.audits.sections import Kind, Section, Status, answers, sections_of, status
from audit_app.models import Audit, User
from audit_app.rules.completeness import concern_problems, reasons_needed
from audit_app.rules.guidance import audited_lately, independence_note
from audit_app.rules.judgements import Judgement
from audit_app.rules.workflow import Relation
from audit_app.web.pages import day


def notes(audit: Audit, user: User, earlier: EarlierAudit | None) -> dict[str, list[str]]:
    """Warnings by the place on the page they belong to. None keeps text from being saved."""
    return {
        "case": _case_notes(audit, user, earlier),
        "overall": _overall_notes(audit),
        "concern": _concern_notes(audit),
    }


def _case_notes(audit: Audit, user: User, earlier: EarlierAudit | None) -> list[str]:
    manages = Relation.LINE_MANAGER in audit.relations_of(user)
    said = [independence_note(manages, audit.independence)]
    on = audit.audit_date or date.today()
    if earlier is not None and not earlier.followed and audited_lately(earlier.on, on):
        said.append(
            f"This case was audited on {day(earlier.on)}, less than 12 months before. "
            "Check that another audit is meant."
        )
    return [each for each in said if each]


def _overall_notes(audit: Audit) -> list[str]:
    if audit.overall is None:
        return []
    judged = {each.thread.name: each.judgement for each in audit.findings}
    reasons = reasons_needed(audit.overall, judged)
    asked = "Your reason is below." if audit.overall_reason else "Give a reason below."
    return [f"{reason[0].upper()}{reason[1:]}. {asked}" for reason in reasons]


def _concern_notes(audit: Audit) -> list[str]:
    overall = next(each for each in sections_of(audit) if each.kind is Kind.OVERALL)
    missing = [problem.message for problem in concern_problems(answers(audit, overall))]
    return [f"A child may be at risk now. {'. '.join(missing)}."] if missing else []


def progress(audit: Audit, user: User, earlier: EarlierAudit | None) -> dict[str, Any]:
    """Where the whole draft stands, for the page to show after a section was saved."""
    stands = outline(audit)
    return {
        "done": done(stands),
        "of": len(stands),
        "sections": {section.key: str(each) for section, each in stands},
        "judged": {f"thread-{f.thread.code}": _judged(f.judgement) for f in audit.findings},
        "notes": notes(audit, user, earlier),
    }


def outline(audit: Audit) -> list[tuple[Section, Status]]:
    """Every section with where it stands."""
    return [(section, status(audit, section)) for section in sections_of(audit)]


def done(stands: list[tuple[Section, Status]]) -> int:
    """How many sections are completed."""
    return sum(each is Status.COMPLETED for _, each in stands)


def _judged(judgement: Judgement | None) -> tuple[str, str]:
    """A judgement's value and words, as templates/components/judgement.html shows it."""
    return (judgement.value, judgement.label) if judgement else ("", "Not judged")
