"""The rows beside an audit's own: findings, judgements, moderation, oversight, actions, history."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from audit_app.demo import writing
from audit_app.demo.audits import Made, at
from audit_app.models import Stage, Thread
from audit_app.rules.audits import Priority
from audit_app.rules.judgements import SCALE, Judgement

Row = dict[str, Any]

_ACTIONS = {
    Judgement.OUTSTANDING: 0,
    Judgement.GOOD: 1,
    Judgement.REQUIRES_IMPROVEMENT: 2,
    Judgement.INADEQUATE: 3,
}
_PRIORITIES = {
    Judgement.GOOD: Priority.LOW,
    Judgement.REQUIRES_IMPROVEMENT: Priority.MEDIUM,
    Judgement.INADEQUATE: Priority.HIGH,
}


def findings(rng: Random, made: Made, audit_id: int, threads: list[Thread]) -> Iterator[Row]:
    """One row for each thread; imported history has its evidence only."""
    for thread in threads:
        judgement = made.judged.threads[thread.code]
        texts = writing.finding_texts(rng, thread.code, judgement, made.case, 1 + made.recent)
        if made.row["imported"]:
            texts = dict.fromkeys(texts) | {"evidence": texts["evidence"]}
        yield {
            "audit_id": audit_id,
            "thread_id": thread.id,
            "position": thread.position,
            "judgement": judgement,
            "final_judgement": made.judged.changed_threads.get(thread.code, judgement),
            **texts,
        }


def judgements(rng: Random, made: Made, audit_id: int, threads: list[Thread]) -> Iterator[Row]:
    """Every judgement that was made, the auditor's first, then the moderator's."""
    judged, submitted = made.judged, made.row["submitted_at"]
    by = {"audit_id": audit_id, "made_by_id": made.auditor.id, "made_at": submitted}
    yield _judgement(by, None, Stage.AUDITED, judged.overall)
    for thread in threads:
        yield _judgement(by, thread.id, Stage.AUDITED, judged.threads[thread.code])
    if made.moderator is None:
        return
    by |= {"made_by_id": made.moderator.id, "made_at": moderated_at(made)}
    yield _judgement(by, None, Stage.MODERATED, judged.final, made.change_reason)
    for thread in threads:
        before = judged.threads[thread.code]
        after = judged.changed_threads.get(thread.code)
        if after is not None:
            reason = writing.thread_reason(rng, before, after, made.case)
            yield _judgement(by, thread.id, Stage.MODERATED, after, reason)
        elif made.row["blind"]:
            # Who judges without seeing the auditor's word writes down every thread.
            yield _judgement(by, thread.id, Stage.MODERATED, before)


def _judgement(
    by: Row, thread_id: int | None, stage: Stage, judgement: Judgement, reason: str | None = None
) -> Row:
    return by | {"thread_id": thread_id, "stage": stage, "judgement": judgement, "reason": reason}


def moderations(rng: Random, made: Made, audit_id: int) -> Iterator[Row]:
    if made.moderator is None:
        return
    written = not made.row["imported"]
    yield {
        "audit_id": audit_id,
        "moderator_id": made.moderator.id,
        "moderated_on": made.moderated_on,
        "overall": made.judged.final,
        "overall_reason": made.change_reason,
        "practice_note": writing.practice_note(rng, made.judged, made.case) if written else None,
        "audit_quality_note": writing.one_of(rng, "audit_quality", made.case) if written else None,
        "blind": made.row["blind"],
    }


def oversight(rng: Random, made: Made, audit_id: int) -> Iterator[Row]:
    if not made.row["imported"]:
        yield {"audit_id": audit_id, **writing.oversight_texts(rng, made.judged.overall, made.case)}


def actions(rng: Random, made: Made, audit_id: int, threads: list[Thread]) -> Iterator[Row]:
    """What needs to happen, for the threads judged least well. Some are overdue by now."""
    if not made.recent:
        return
    judged = [thread for thread in threads if made.judged.threads[thread.code].on_scale]
    judged.sort(key=lambda each: SCALE.index(made.judged.threads[each.code]), reverse=True)
    for thread in judged[: _ACTIONS[made.judged.overall]]:
        yield {
            "audit_id": audit_id,
            "thread_id": thread.id,
            "what": writing.action_text(rng, thread.code, made.case),
            "owner": rng.choice((made.case.words["worker"][4:].capitalize(), "Team manager")),
            "due_on": made.on + timedelta(days=rng.choice((14, 28, 42, 56))),
            "priority": _PRIORITIES[made.judged.overall],
            "created_at": made.row["submitted_at"],
        }


def history(made: Made) -> Iterator[Row]:
    """What the service would have remembered of an audit recorded in it lately."""
    if not made.recent:
        return
    auditor, reference = made.auditor.id, made.row["reference"]
    yield _event(auditor, "started", reference, made.row["started_at"])
    yield _event(auditor, "submitted", reference, made.row["submitted_at"])
    if made.moderator is not None:
        yield _event(made.moderator.id, "moderated", reference, moderated_at(made))


def _event(user_id: int, verb: str, reference: str, when: datetime) -> Row:
    return {
        "at": when,
        "user_id": user_id,
        "verb": verb,
        "record_type": "audit",
        "record_reference": reference,
    }


def moderated_at(made: Made) -> datetime:
    assert made.moderated_on is not None
    return at(made.moderated_on, 11, Random(made.row["reference"]))  # noqa: S311
