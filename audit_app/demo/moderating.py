"""Two made-up moderation cycles, what each audit drew in them, and what auditors answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from audit_app.audits.copies import copy_of
from audit_app.audits.sections import sections_of
from audit_app.demo import bulk, schedule
from audit_app.demo.audits import Made, Maker, at, moderates
from audit_app.demo.judging import RANDOM_PERCENT
from audit_app.demo.references import reference
from audit_app.extensions import db
from audit_app.models import (
    Audit,
    EvidenceRequest,
    ModerationAnswer,
    ModerationCycle,
    SavedSection,
    Submission,
    User,
)
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.judgements import steps_better
from audit_app.rules.periods import PeriodKind, whole
from audit_app.rules.permissions import Role
from audit_app.rules.sampling import number_drawn, why_chosen

Row = dict[str, Any]

_DAYS_ALLOWED = 28
_NEEDED = (
    "The chronology stops in the spring. Please look at the summer’s visits and say what they "
    "meant for the child before I judge the thread."
)
_DISPUTED = (
    "The work you missed was recorded on another form, which I had not linked. It shows that the "
    "child’s wishes changed the plan, so I stand by my judgement."
)


@dataclass(frozen=True)
class Cycles:
    """An open cycle from the first day audits were written here, and a blind one this year."""

    opened: ModerationCycle
    blind: ModerationCycle

    def on(self, day: date) -> ModerationCycle:
        return self.blind if day >= self.blind.starts_on else self.opened


def add_cycles(maker: Maker) -> Cycles:
    lead = maker.staff.sign_ins["practice.lead"]
    year = whole(PeriodKind.FINANCIAL_YEAR, maker.today).first
    cycles = Cycles(
        _cycle("Open moderation", schedule.AFTER, blind=False, seed="made up, open"),
        _cycle(f"Blind moderation {year.year}", year, blind=True, seed="made up, blind"),
    )
    for cycle in (cycles.opened, cycles.blind):
        cycle.set_up_by_id = lead.id
        db.session.add(cycle)
    db.session.flush()
    return cycles


def _cycle(name: str, starts_on: date, blind: bool, seed: str) -> ModerationCycle:
    rng = Random(seed)  # noqa: S311
    return ModerationCycle(
        reference=reference(rng),
        name=name,
        starts_on=starts_on,
        blind=blind,
        every_inadequate=True,
        every_outstanding=True,
        random_percent=RANDOM_PERCENT,
        seed=f"{rng.getrandbits(128):032x}",
        days_allowed=_DAYS_ALLOWED,
        resolved_by=Role.PRACTICE_LEAD,
        set_up_at=at(starts_on - timedelta(days=14), 10, rng),
    )


def let_draw(every: Iterable[Made], cycles: Cycles) -> None:
    """Give each audit written here a reference that draws what became of it."""
    for made in every:
        if made.row["imported"]:
            continue
        cycle, rng = cycles.on(_submitted(made)), Random(made.row["reference"])  # noqa: S311
        chosen = made.row["state"] is not AuditState.COMPLETE
        while chosen is not _is_chosen(made, cycle):
            made.row["reference"] = reference(rng)
        made.row["blind"] = chosen and cycle.blind


def _is_chosen(made: Made, cycle: ModerationCycle) -> bool:
    return why_chosen(cycle.sampling, made.row["reference"], made.judged.overall) is not None


def draws(maker: Maker, made: Made, audit_id: int, cycles: Cycles) -> Iterator[Row]:
    """What an audit drew; those that wait are shared out, most to the moderator who signs in."""
    if made.row["imported"]:
        return
    day = _submitted(made)
    cycle = cycles.on(day)
    why = why_chosen(cycle.sampling, made.row["reference"], made.judged.overall)
    moderator = None if why is None else made.moderator or _moderator(maker, made)
    yield {
        "audit_id": audit_id,
        "cycle_id": cycle.id,
        "number": number_drawn(cycle.seed, made.row["reference"]),
        "judgement": made.judged.overall,
        "chosen_because": why,
        "drawn_at": made.row["submitted_at"],
        "moderator_id": moderator and moderator.id,
        "allocated_at": moderator and made.row["submitted_at"],
        "due_on": None if why is None else day + timedelta(days=_DAYS_ALLOWED),
    }


def _moderator(maker: Maker, made: Made) -> Any:
    manager = maker.staff.managers[made.case.team.id]
    fit = [
        user
        for user in maker.staff.moderators
        if user not in (made.auditor, manager) and moderates(user, made.case.team)
    ]
    first, number = fit[0], int(made.case.reference[-1:] or 0)
    return first if number < 7 else fit[number % len(fit)]


def answers(made: Made, audit_id: int) -> Iterator[Row]:
    """The auditor accepted what was changed, in all but the newest."""
    if made.row["state"] is not AuditState.ACCEPTED or not changed_anything(made):
        return
    assert made.moderated_on is not None
    yield {
        "audit_id": audit_id,
        "answered_by_id": made.auditor.id,
        "answered_at": at(made.moderated_on + timedelta(days=2), 10, Random(audit_id)),  # noqa: S311
        "disputed": False,
        "reason": None,
    }


def changed_anything(made: Made) -> bool:
    return made.judged.changed or bool(made.judged.changed_threads)


def settle(maker: Maker, every: list[Made]) -> None:
    """Say how each moderation ended; imported history does not tell, and two are still open.

    Those two are, where they can be, by the team manager who signs in.
    """
    tamsin = maker.staff.sign_ins["team.manager"]
    written = [made for made in every if made.moderator and not made.row["imported"]]
    for made in written:
        made.row["state"] = AuditState.ACCEPTED
    changed = [made for made in written if made.recent and changed_anything(made)]
    changed.sort(key=lambda made: (made.auditor is tamsin, made.on))
    for made in changed[-1:]:
        made.row["state"] = AuditState.MODERATED
    for made in [each for each in changed[:-1] if _marked_down(each)][-1:]:
        made.row["state"] = AuditState.DISPUTED


def _marked_down(made: Made) -> bool:
    """Whether the moderator judged anything worse than its auditor did."""
    judged = made.judged
    threads = ((judged.threads[code], after) for code, after in judged.changed_threads.items())
    changes = [(judged.overall, judged.final), *threads]
    return any(steps_better(before, after) > 0 for before, after in changes)


def dispute_and_return(maker: Maker) -> None:
    """One audit disputed by its auditor, and one returned for more evidence."""
    disputed = db.session.query(Audit).filter_by(state=AuditState.DISPUTED).one_or_none()
    if disputed is not None:
        disputed.answer = ModerationAnswer(
            answered_by_id=disputed.auditor_id,
            answered_at=_yesterday(maker),
            disputed=True,
            reason=_DISPUTED,
        )
        _tell(disputed.auditor, "disputed the moderation", disputed, _yesterday(maker))
    tamsin = maker.staff.sign_ins["team.manager"].id
    waiting = db.session.query(Audit).filter_by(state=AuditState.SUBMITTED)
    own_first = (Audit.auditor_id != tamsin, Audit.submitted_at.desc(), Audit.id)
    if (returned := waiting.order_by(*own_first).first()) is not None:
        _return(returned, _yesterday(maker))


def _return(audit: Audit, asked_at: datetime) -> None:
    assert audit.draw is not None
    assert audit.draw.moderator_id is not None
    audit.submissions.append(
        Submission(number=1, submitted_at=audit.submitted_at, answers=copy_of(audit))
    )
    audit.sections = [
        SavedSection(section=each.key, version=1, saved_at=audit.submitted_at)
        for each in sections_of(audit)
    ]
    audit.state = AuditState.RETURNED
    audit.evidence_requests.append(
        EvidenceRequest(asked_by_id=audit.draw.moderator_id, asked_at=asked_at, needed=_NEEDED)
    )
    _tell(audit.draw.moderator, "returned for more evidence", audit, asked_at)


def _tell(by: User | None, verb: str, audit: Audit, when: datetime) -> None:
    bulk.remember([bulk.event(by, verb, "audit", audit.reference, when)])


def _yesterday(maker: Maker) -> datetime:
    return at(maker.today - timedelta(days=1), 14, Random(_NEEDED))  # noqa: S311


def _submitted(made: Made) -> date:
    day: date = made.row["submitted_at"].date()
    return day
