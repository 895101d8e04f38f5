"""Who judged what of an audit, and why: every judgement beside those before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from audit_app.audits.copies import Copied, read_field
from audit_app.audits.sections import Kind
from audit_app.models import Audit, JudgementRow, Stage, Submission
from audit_app.rules.judgements import Judgement, weakest
from audit_app.web.moments import in_london


@dataclass(frozen=True)
class Judged:
    """What each person judged of one thread, or overall; None where they did not judge it."""

    name: str
    audited: Judgement | None
    moderated: Judgement | None
    resolved: Judgement | None
    reported: Judgement | None


@dataclass(frozen=True)
class Changing:
    """One judgement that somebody made other than it was before, overall or of a thread."""

    what: str
    before: Judgement | None
    after: Judgement
    reason: str | None = None

    @property
    def sentence(self) -> str:
        if self.before is None:
            return f"{self.what}: judged {self.after.label}."
        return f"{self.what}: from {self.before.label} to {self.after.label}."


OVERALL = "Overall judgement"


def judged(audit: Audit, shown: Audit | Copied) -> list[Judged]:
    """Overall first where the set judges it, then every thread in its order.

    ``shown`` is what is shown of the audit: itself, or what was submitted last.
    """
    rows = {(row.thread_id, row.stage): row.judgement for row in audit.judgements}

    def line(name: str, thread: int | None, said: Any, reported: Any) -> Judged:
        moderated = rows.get((thread, Stage.MODERATED))
        if thread is None and moderated is None and audit.moderation is not None:
            moderated = audit.moderation.overall
        return Judged(name, said, moderated, rows.get((thread, Stage.RESOLVED)), reported)

    threads = [
        line(each.thread.name, each.thread_id, each.judgement, each.final_judgement)
        for each in shown.findings
    ]
    if not audit.thread_set.overall_judged:
        return threads
    return [line(OVERALL, None, shown.overall, shown.final_overall), *threads]


def changes_made(audit: Audit, stage: Stage) -> tuple[Changing, ...]:
    """The judgements of a stage that are not what was reported before it; overall first."""
    changes = [
        Changing(what, before, row.judgement, row.reason)
        for what, before, row in _judgements(audit)
        if row.stage is stage and row.judgement is not before
    ]
    return tuple(sorted(changes, key=lambda each: each.what != OVERALL))


def judged_anew(audit: Audit, since: datetime) -> bool:
    """Whether the last person to judge, after a moment, changed what decides about the audit."""
    last: dict[int | None, JudgementRow] = {}
    for row in reversed(audit.judgements):
        first = next(iter(last.values()), row)
        theirs = (row.stage, row.made_by_id) == (first.stage, first.made_by_id)
        if not theirs or row.thread_id in last:
            break
        last[row.thread_id] = row
    made = [in_london(row.made_at) for row in last.values()]
    if made and max(made) <= in_london(since):
        return False
    earlier = audit.judgements[: len(audit.judgements) - len(last)]
    before = {row.thread_id: row.judgement for row in earlier}
    return bool(before) and _deciding(audit, before) is not audit.deciding_judgement()


def _deciding(audit: Audit, judged: dict[int | None, Judgement]) -> Judgement | None:
    if audit.thread_set.overall_judged:
        return judged.get(None)
    return weakest(judgement for thread, judgement in judged.items() if thread is not None)


def changes_submitted(audit: Audit, number: int) -> tuple[Changing, ...]:
    """What the auditor judged otherwise than in the submission before; numbers start at 0."""
    before, after = (_said(audit, audit.submissions[each]) for each in (number - 1, number))
    return tuple(
        Changing(what, before[what], judgement)
        for what, judgement in after.items()
        if judgement is not None and judgement is not before[what]
    )


def _said(audit: Audit, submission: Submission) -> dict[str, Judgement | None]:
    kept = submission.answers
    said: dict[str, Judgement | None] = {}
    said[OVERALL] = read_field(Kind.OVERALL, "overall", kept[Kind.OVERALL]["overall"])
    for each in audit.findings:
        thread = kept.get(f"{Kind.THREAD}-{each.thread.code}", {})
        said[each.thread.name] = read_field(Kind.THREAD, "judgement", thread.get("judgement"))
    return said


def moderators_reasons(audit: Audit) -> list[tuple[str, str]]:
    """Every reason the moderator gave for a judgement, with what it is the reason for.

    A moderator who judges blind gives reasons where they agree, too.
    """
    said = []
    for what, before, row in _judgements(audit):
        if row.stage is Stage.MODERATED and row.reason:
            of = "the overall judgement" if what == OVERALL else what
            changed = f"Why {of} was changed to {row.judgement.label}"
            agreed = f"Why the moderator judged {of} {row.judgement.label}"
            said.append((changed if row.judgement is not before else agreed, row.reason))
    return said


def _judgements(audit: Audit) -> list[tuple[str, Judgement | None, JudgementRow]]:
    """Every judgement in the order they were made, with what was reported before it."""
    names = {each.thread_id: each.thread.name for each in audit.findings}
    reported: dict[int | None, Judgement] = {}
    found = []
    for row in audit.judgements:
        what = OVERALL if row.thread_id is None else names[row.thread_id]
        found.append((what, reported.get(row.thread_id), row))
        reported[row.thread_id] = row.judgement
    return found
