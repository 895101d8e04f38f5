"""The spread of a closed exercise: threads by people, in words and in numbers.

Whoever leads sees names. Whoever judged sees themselves, and colleagues by a number that is the
same for all of them, so that the group can talk about it, and follows from no name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from audit_app.calibration.queries import audit_of, leads
from audit_app.models import Audit, Calibration, CalibrationJudgement, User
from audit_app.rules.agreement import Spread
from audit_app.rules.judgements import Judgement

Given = Mapping[tuple[int, int | None], CalibrationJudgement]


@dataclass(frozen=True)
class Reason:
    """Why one person judged so, under the name the reader sees."""

    who: str
    judgement: Judgement
    text: str | None


@dataclass(frozen=True)
class ThreadResult:
    """One thread, or the whole: what each person judged, in the order of ``Results.people``."""

    name: str
    judgements: tuple[Judgement, ...]
    reasons: tuple[Reason, ...]
    audited: Judgement | None
    reported: Judgement | None

    @property
    def spread(self) -> Spread:
        return Spread(self.judgements)


@dataclass(frozen=True)
class Results:
    """What came of an exercise, for one reader.

    ``missing`` names who did not judge to whoever leads, and to nobody else. ``hidden`` is
    whether the audit's own judgements are kept from this reader, who may yet judge it blind.
    """

    people: tuple[str, ...]
    rows: tuple[ThreadResult, ...]
    missing: tuple[str, ...]
    not_judged: int
    hidden: bool


def results_of(exercise: Calibration, reader: User) -> Results:
    """The spread of a closed exercise."""
    audit = audit_of(exercise)
    everybody = [place.user for place in exercise.places]
    judged = [place.user for place in exercise.places if place.done_at is not None]
    judged.sort(key=lambda user: _number_for(exercise, user))
    named = leads(exercise, reader)
    if named:
        judged.sort(key=lambda user: user.name)
    names = _names(exercise, everybody, reader, named)
    missing = [place.user.name for place in exercise.places if place.done_at is None]
    return Results(
        people=tuple(names[user.id] for user in judged),
        rows=_rows(exercise, audit, judged, names),
        missing=tuple(sorted(missing)) if named else (),
        not_judged=len(missing),
        hidden=audit.hides_judgement_from(reader),
    )


def _number_for(exercise: Calibration, user: User) -> str:
    """Shuffles people anew for each exercise, the same way for all who read it."""
    return sha256(f"{exercise.reference}:{user.reference}".encode()).hexdigest()


def _names(
    exercise: Calibration, everybody: list[User], reader: User, named: bool
) -> dict[int, str]:
    if named:
        return {user.id: user.name for user in everybody}
    shuffled = sorted(everybody, key=lambda user: _number_for(exercise, user))
    return {
        user.id: f"You (colleague {number})" if user.id == reader.id else f"Colleague {number}"
        for number, user in enumerate(shuffled, start=1)
    }


def _rows(
    exercise: Calibration, audit: Audit, judged: list[User], names: Mapping[int, str]
) -> tuple[ThreadResult, ...]:
    given: Given = {(each.user_id, each.thread_id): each for each in exercise.judgements}
    rows = [
        _row(
            finding.thread.name,
            [given[user.id, finding.thread_id] for user in judged],
            names,
            audit.audited_judgement(finding),
            finding.final_judgement,
        )
        for finding in audit.findings
    ]
    if audit.thread_set.overall_judged:
        overall = [given[user.id, None] for user in judged]
        own = (audit.audited_overall, audit.final_overall)
        rows.append(_row("The practice as a whole", overall, names, *own))
    return tuple(rows)


def _row(
    name: str,
    given: list[CalibrationJudgement],
    names: Mapping[int, str],
    audited: Judgement | None,
    reported: Judgement | None,
) -> ThreadResult:
    return ThreadResult(
        name=name,
        judgements=tuple(each.judgement for each in given),
        reasons=tuple(Reason(names[each.user_id], each.judgement, each.reason) for each in given),
        audited=audited,
        reported=reported,
    )
