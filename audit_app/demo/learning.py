"""What made-up people learn from audits: reflections, sentences to quote, and two calibrations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from sqlalchemy import Select, not_, select

from audit_app.calibration.queries import invitees
from audit_app.demo.people import Staff
from audit_app.demo.references import reference
from audit_app.demo.sentences import stock
from audit_app.extensions import db
from audit_app.models import (
    Audit,
    Calibration,
    CalibrationJudgement,
    CalibrationPlace,
    Reflection,
    User,
    keep_passages,
)
from audit_app.rules.audit_steps import MODERATED_STATES, RECORDED_STATES, AuditState
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.permissions import Role

#: A seed of its own, so that nothing here changes who audited what.
_SEED = 2027
_QUOTED = 24
_MOST_REFLECTIONS = 4
#: How far somebody's judgement lies from the auditor's, and how often.
_STEPS, _HOW_OFTEN = (-1, 0, 1), (0.2, 0.62, 0.18)


def add_learning(staff: Staff, today: date) -> None:
    """Add it to the audits made already; none of it is in any figure."""
    rng = Random(_SEED)  # noqa: S311
    _add_quotes(rng)
    for user in staff.everybody:
        if Role.PRACTITIONER in user.roles:
            db.session.add_all(_reflections(rng, staff, user, today))
    _add_exercises(rng, staff, today)


def _add_quotes(rng: Random) -> None:
    """Each sentence once, on the newest good practice in the thread it is about."""
    left = {code: list(sentences) for code, sentences in stock("learning")["quotes"].items()}
    audits = db.session.scalars(
        _recorded()
        .where(Audit.good_practice.is_(True), Audit.state != AuditState.RETURNED)
        .limit(10 * _QUOTED)
    ).all()
    for audit in audits:
        codes = [
            finding.thread.code
            for finding in audit.findings
            if finding.final_judgement in SCALE[:2] and left.get(finding.thread.code)
        ]
        if codes:
            audit.good_practice_quote = left[rng.choice(codes)].pop()
    keep_passages(db.session, [audit.id for audit in audits])


def _recorded() -> Select[Audit]:
    return (
        select(Audit)
        .where(Audit.state.in_(RECORDED_STATES), not_(Audit.imported))
        .order_by(Audit.audit_date.desc(), Audit.id.desc())
    )


def _reflections(rng: Random, staff: Staff, user: User, today: date) -> Iterator[Reflection]:
    """The newest audit of their work waits; one is begun, one shared, the others acknowledged."""
    audits = db.session.scalars(
        _recorded().where(Audit.worker_staff_id == user.staff_id).limit(1 + _MOST_REFLECTIONS)
    ).all()
    for place, audit in enumerate(audits[1:]):
        yield _reflection(rng, staff, user, audit, place, today)


def _reflection(
    rng: Random, staff: Staff, user: User, audit: Audit, place: int, today: date
) -> Reflection:
    judgement = audit.final_overall
    well = judgement is not None and judgement.good_or_better
    group = "good_or_better" if well else "weaker"
    assert audit.submitted_at is not None
    saved = _noon(min(audit.submitted_at.date() + timedelta(days=5), today - timedelta(days=1)))
    reflection = Reflection(
        audit_id=audit.id,
        user_id=user.id,
        text=rng.choice(stock("learning")["reflection"][group]),
        version=1,
        saved_at=saved,
        shared_at=saved if place else None,
    )
    manager = staff.managers[audit.team_id]
    if place > 1:
        reflection.acknowledged_by_id = manager.id
        reflection.acknowledged_at = saved + timedelta(hours=4)
        reflection.acknowledgement = rng.choice(
            [*stock("learning")["acknowledgement"]["any"], None]
        )
    return reflection


def _add_exercises(rng: Random, staff: Staff, today: date) -> None:
    """One open, in which the people who can sign in have still to judge, and one closed."""
    texts = stock("learning")["exercise"]
    lead = staff.sign_ins["practice.lead"]
    wanted = [staff.sign_ins[name] for name in ("team.manager", "moderator", "second.lead")]
    others = list(staff.managers.values())[3:60:12]
    newest, older = _audits_to_judge(lead, wanted)
    exercise = _exercise(rng, texts["open"], newest, lead, today - timedelta(days=6), 20)
    _invite(rng, exercise, newest, lead, wanted + others, judged=others)
    exercise = _exercise(rng, texts["closed"], older, lead, today - timedelta(days=96), 14)
    _invite(rng, exercise, older, lead, wanted + others, judged=wanted + others[:-1])
    exercise.closed_at = _noon(today - timedelta(days=80))
    exercise.learning = texts["learning"]


def _audits_to_judge(lead: User, people: list[User]) -> Sequence[Audit]:
    """Two moderated audits that none of these people knows, and opinions may differ on."""
    audits = db.session.scalars(
        _recorded().where(
            Audit.state.in_(MODERATED_STATES),
            Audit.overall.in_((Judgement.GOOD, Judgement.REQUIRES_IMPROVEMENT)),
        )
    )
    wanted = {user.id for user in people}
    unknown = (audit for audit in audits if wanted <= _free(audit, lead))
    return next(unknown), next(unknown)


def _free(audit: Audit, lead: User) -> set[int]:
    """Who may be invited to judge an audit."""
    return {each.user.id for each in invitees(audit, lead) if each.why_not is None}


def _exercise(
    rng: Random, title: str, audit: Audit, lead: User, opened: date, days: int
) -> Calibration:
    exercise = Calibration(
        reference=reference(rng),
        title=title,
        audit_id=audit.id,
        opened_by_id=lead.id,
        opened_at=_noon(opened),
        due_on=opened + timedelta(days=days),
    )
    db.session.add(exercise)
    return exercise


def _invite(
    rng: Random,
    exercise: Calibration,
    audit: Audit,
    lead: User,
    people: list[User],
    judged: list[User],
) -> None:
    """Invite those of the people who do not know the audit; some have judged."""
    free = _free(audit, lead)
    for number, user in enumerate(each for each in people if each.id in free):
        done = exercise.opened_at + timedelta(days=1 + number // 2) if user in judged else None
        exercise.places.append(CalibrationPlace(user_id=user.id, done_at=done))
        if done is not None:
            exercise.judgements.extend(_judgements(rng, audit, user))


def _judgements(rng: Random, audit: Audit, user: User) -> Iterator[CalibrationJudgement]:
    judged: dict[int | None, Judgement | None] = {None: audit.overall}
    judged |= {each.thread_id: each.judgement for each in audit.findings}
    for thread_id, audited in judged.items():
        judgement = _near(rng, audited or Judgement.NOT_ENOUGH_EVIDENCE)
        yield CalibrationJudgement(
            user_id=user.id,
            thread_id=thread_id,
            judgement=judgement,
            reason=rng.choice(stock("learning")["calibration"][judgement.value]),
        )


def _near(rng: Random, judgement: Judgement) -> Judgement:
    if not judgement.on_scale:
        return judgement
    step = rng.choices(_STEPS, weights=_HOW_OFTEN)[0]
    return SCALE[min(max(SCALE.index(judgement) + step, 0), len(SCALE) - 1)]


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12, 20), tzinfo=UTC)
