"""Made-up audits: who audited what and when, what they judged, what moderation made of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from audit_app.demo import schedule, writing
from audit_app.demo.cases import Case, make_case
from audit_app.demo.judging import Judged, judge
from audit_app.demo.people import Staff
from audit_app.demo.places import SERVICES
from audit_app.demo.references import reference
from audit_app.models import Team, ThreadSet, User
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.audits import (
    AuditType,
    FamilyFeedback,
    Independence,
    Selection,
    WorkerInvolvement,
)
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.periods import month_key

#: Audits before this day stand for history brought in from elsewhere: judgements, little writing.
_WRITTEN_HERE = schedule.AFTER
#: This many of the newest audits carry more writing, and actions.
RECENT = 300
#: Of last month's audits that wait for a moderator, how many are shown waiting.
_LEFT_WAITING = 9
#: Audits of this month, all of them waiting.
_THIS_MONTH = 6

_TYPES = {
    AuditType.FULL: 66, AuditType.THEMATIC: 14, AuditType.DIP_SAMPLE: 8, AuditType.RE_AUDIT: 5,
    AuditType.MULTI_AGENCY: 4, AuditType.PRACTICE_WEEK: 3,
}  # fmt: skip
_SELECTIONS = {
    AuditType.THEMATIC: Selection.THEMED,
    AuditType.RE_AUDIT: Selection.RE_AUDIT,
}
_OTHER_SELECTIONS = {Selection.RANDOM: 82, Selection.CONCERN: 10, Selection.SELF_SELECTED: 8}
_RE_AUDIT_AFTER = timedelta(days=90)


@dataclass
class Made:
    """One audit, made: its own row, and what its other rows are made from."""

    row: dict[str, Any]
    case: Case
    judged: Judged
    auditor: User
    moderator: User | None = None
    moderated_on: date | None = None
    change_reason: str | None = None
    recent: bool = False

    @property
    def on(self) -> date:
        on: date = self.row["audit_date"]
        return on


@dataclass
class Maker:
    """Makes audits in time order, remembering cases that may be audited again."""

    rng: Random
    staff: Staff
    teams: list[Team]
    thread_set: ThreadSet
    today: date
    earlier: dict[int, list[Made]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        plans = {plan.prefix: plan for plan in SERVICES}
        each = [plans[team.name.split()[0]] for team in self.teams]
        self._work = [plan.share / sum(plan.teams.values()) for plan in each]
        self._outstanding = [
            work * plan.outstanding for work, plan in zip(self._work, each, strict=True)
        ]

    def every(self) -> Iterator[Made]:
        """All recorded audits to the end of last month, then those of this month that wait."""
        last_month = self.today.replace(day=1) - timedelta(days=1)
        days = list(schedule.days(self.rng, last_month))
        made = [
            self.make(day.on, day.final, recent=number >= len(days) - RECENT)
            for number, day in enumerate(days)
        ]
        could_wait = [
            each
            for each in made
            if each.moderator and not each.judged.changed and not each.row["safeguarding_concern"]
        ]
        for each in could_wait[-_LEFT_WAITING:]:
            leave_waiting(each)
        yield from made
        yield from self._of_this_month()

    def _of_this_month(self) -> Iterator[Made]:
        yesterday = self.today - timedelta(days=1)
        possible = schedule.weekdays(self.today.replace(day=1), yesterday)
        for on in sorted(self.rng.sample(possible, min(_THIS_MONTH, len(possible)))):
            made = self.make(on, self.rng.choices(SCALE, weights=(1, 5, 4, 1))[0], recent=True)
            leave_waiting(made)
            yield made

    def make(self, on: date, final: Judgement, recent: bool) -> Made:
        team = self._team(final)
        codes = [thread.code for thread in self.thread_set.threads]
        judged = judge(self.rng, final, codes, _years(on))
        audit_type = self._choose(_TYPES)
        case = self._case(team, on, audit_type)
        auditor = self._auditor(team, on)
        made = Made(
            row=self._row(on, audit_type, case, auditor, judged),
            case=case,
            judged=judged,
            auditor=auditor,
            recent=recent,
        )
        self._moderate(made)
        made.row |= self._texts(made)
        self.earlier.setdefault(team.id, []).append(made)
        return made

    def _team(self, final: Judgement) -> Team:
        """A team, by its service's share of the work; Outstanding is commoner in some services."""
        weights = self._outstanding if final is Judgement.OUTSTANDING else self._work
        return self.rng.choices(self.teams, weights=weights)[0]

    def _case(self, team: Team, on: date, audit_type: AuditType) -> Case:
        """A new case; for a re-audit one whose practice was found wanting some months before."""
        if audit_type is AuditType.RE_AUDIT:
            wanting = [
                made.case
                for made in self.earlier.get(team.id, [])[-60:]
                if not made.judged.final.good_or_better and on - made.on > _RE_AUDIT_AFTER
            ]
            if wanting:
                return self.rng.choice(wanting)
        return make_case(self.rng, team, self.staff.workers[team.id])

    def _auditor(self, team: Team, on: date) -> User:
        """A manager of another team; in the first year now and then the team's own."""
        own = self.staff.managers[team.id]
        if on.year < 2021 and self.rng.random() < 0.06:
            return own
        while (auditor := self.rng.choice(list(self.staff.managers.values()))) is own:
            pass
        return auditor

    def _row(
        self, on: date, audit_type: AuditType, case: Case, auditor: User, judged: Judged
    ) -> dict[str, Any]:
        years = _years(on)
        submitted = min(on + timedelta(days=self.rng.randint(0, 3)), self.today - timedelta(days=1))
        submitted = max(schedule.friday_at_latest(submitted), on)
        due = schedule.month_end(on)
        return {
            "reference": reference(self.rng),
            "state": AuditState.MODERATED if judged.moderated else AuditState.COMPLETE,
            "imported": on < _WRITTEN_HERE,
            "blind": False,
            "started_at": at(on, 9, self.rng),
            "submitted_at": at(submitted, 15, self.rng),
            "case_reference": case.reference,
            "child_age": case.age,
            "plan_status": case.plan,
            "service_id": case.team.service_id,
            "locality_id": case.team.locality_id,
            "team_id": case.team.id,
            "worker_staff_id": case.worker_staff_id,
            "audit_type": audit_type,
            "selection": _SELECTIONS.get(audit_type) or self._choose(_OTHER_SELECTIONS),
            "allocated_on": due.replace(day=1),
            "due_on": due,
            "audit_date": on,
            "audit_month": month_key(on),
            "period_from": on - timedelta(days=self.rng.choice((182, 182, 365))),
            "period_to": on,
            "auditor_id": auditor.id,
            "independence": self._independence(auditor, case.team),
            "worker_involvement": self._involvement(years),
            "family_feedback": self._feedback(years),
            "thread_set_id": self.thread_set.id,
            "overall": judged.overall,
            "final_overall": judged.final,
        }

    def _independence(self, auditor: User, team: Team) -> Independence:
        own = next(each for each in self.teams if self.staff.managers[each.id] is auditor)
        if own is team:
            return Independence.LINE_MANAGER
        if own.service_id == team.service_id:
            return Independence.SAME_SERVICE
        return Independence.INDEPENDENT

    def _involvement(self, years: float) -> WorkerInvolvement:
        """Audits began as desk exercises and came to be done with the worker."""
        beside = min(0.45 + 0.08 * years, 0.85)
        return self._choose(
            {
                WorkerInvolvement.TOOK_PART: beside,
                WorkerInvolvement.SPOKEN_TO: 0.9 - beside,
                WorkerInvolvement.NOT_INVOLVED: 0.1,
            }
        )

    def _feedback(self, years: float) -> FamilyFeedback:
        given = min(0.15 + 0.07 * years, 0.6)
        return self._choose(
            {
                FamilyFeedback.GIVEN: given,
                FamilyFeedback.SOUGHT: 0.2,
                FamilyFeedback.NOT_SOUGHT: 0.8 - given,
            }
        )

    def _moderate(self, made: Made) -> None:
        """Find a moderator and a day; an audit whose day has not come yet is still waiting."""
        if not made.judged.moderated:
            return
        day = made.on + timedelta(days=self.rng.randint(4, 18))
        while day.weekday() > 4:
            day += timedelta(days=1)
        if day >= self.today:
            leave_waiting(made)
            return
        manager = self.staff.managers[made.case.team.id]
        fit = [
            user
            for user in self.staff.moderators
            if user not in (made.auditor, manager) and moderates(user, made.case.team)
        ]
        made.moderator, made.moderated_on = self.rng.choice(fit), day
        if made.judged.changed:
            made.change_reason = writing.change_reason(self.rng, made.judged, made.case)

    def _texts(self, made: Made) -> dict[str, Any]:
        """The writing of the audit's own row; none is left empty where the rules want an answer."""
        rng, case, row = self.rng, made.case, made.row
        names = {thread.code: thread.name for thread in self.thread_set.threads}
        alone = row["worker_involvement"] is WorkerInvolvement.NOT_INVOLVED
        concern = made.judged.overall is Judgement.INADEQUATE and rng.random() < 0.3
        told = {"concern_what": None, "concern_told": None}
        return {
            "worker_not_involved_reason": writing.one_of(rng, "no_worker", case) if alone else None,
            **writing.overall_texts(rng, made.judged, case, names),
            "safeguarding_concern": concern,
            **(writing.concern_texts(rng, case) if concern else told),
            "concern_told_on": made.on if concern else None,
            **writing.family_texts(rng, row["family_feedback"], made.judged.overall, case),
        }

    def _choose(self, weighted: dict[Any, Any]) -> Any:
        return self.rng.choices(list(weighted), weights=list(weighted.values()))[0]


def _years(on: date) -> float:
    """Years since the first audit."""
    return (on - schedule.PUBLISHED[0].first).days / 365.25


def leave_waiting(made: Made) -> None:
    """Take back the moderation: the audit was submitted and nobody has looked at it yet."""
    made.row["state"] = AuditState.SUBMITTED
    made.row["final_overall"] = made.judged.final = made.judged.overall
    made.judged.moderated = False
    made.judged.changed_threads = {}
    made.moderator = made.moderated_on = made.change_reason = None


def moderates(user: User, team: Team) -> bool:
    return any(grant.role.value == "moderator" and grant.service_id in (None, team.service_id)
               for grant in user.grants)  # fmt: skip


def at(day: date, hour: int, rng: Random) -> datetime:
    return datetime.combine(day, time(hour, rng.randint(0, 59)), tzinfo=UTC)
