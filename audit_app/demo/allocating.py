"""Who was given which drawn case, what they asked for, and what was decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from random import Random

from sqlalchemy import select, update

from audit_app.demo import bulk, schedule
from audit_app.demo.absences import add_absences
from audit_app.demo.asking_again import ask_for_re_audit
from audit_app.demo.audits import at
from audit_app.demo.fates import ASKED, FATES, MORE_TIME, PUT_ASIDE, TO_DO, Fate, Given, given_from
from audit_app.demo.open_cases import Held
from audit_app.demo.programme import Drawing, Programme
from audit_app.demo.references import reference
from audit_app.demo.sentences import stock
from audit_app.extensions import db
from audit_app.models import Allocation, AllocationRequest, Audit, DeclaredStake, OpenCase, User
from audit_app.programme.drawing import seats_of, to_give
from audit_app.programme.stakes import Auditors, auditors_for_list
from audit_app.rules.allocation_steps import ChosenBecause, RequestKind
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.audits import Selection
from audit_app.rules.deed_words import GIVEN
from audit_app.rules.spreading import Seat, spread


def add_programme(programme: Programme) -> None:
    """Make every cycle, and give out what was drawn."""
    add_absences(programme)
    for month in programme.months():
        back = _months_back(programme, month)
        empty = programme.is_empty(month) or not 0 <= back <= 2
        counts = () if empty else TO_DO[2 - back]
        made = programme.make(month, dict(zip(programme.cases.services, counts, strict=False)))
        if made.cycle.drawn_on is not None and not empty:
            Giver(programme, made).give_out(FATES[2 - back])
    ask_for_re_audit(programme)


def _months_back(programme: Programme, month: date) -> int:
    this = programme.this_month
    return (this.year - month.year) * 12 + this.month - month.month


class Giver:
    """Gives out one drawn cycle."""

    def __init__(self, programme: Programme, made: Drawing) -> None:
        self.programme, self.made, self.cycle = programme, made, made.cycle
        self.rng: Random = programme.rng
        self.auditors: Auditors = auditors_for_list(made.cycle)
        self.people = {user.id: user for user in programme.staff.everybody}
        self.tamsin = programme.staff.sign_ins["team.manager"]
        self.events: list[bulk.Row] = []

    def give_out(self, fates: Iterable[Fate]) -> None:
        given = [self._given(case, ChosenBecause.RANDOM) for case in self.made.chosen]
        left = [each for each in given if each.case.audit is None]
        self.rng.shuffle(left)
        by_fate = self._sort(left, fates)
        instead = self._substitute(by_fate, given)
        self._spread(given, by_fate.get(Fate.NOBODYS, []))
        for fate, some in by_fate.items():
            for each in some:
                self._meet(fate, each)
        self._write(given, instead, by_fate)

    def _given(self, case: Held, because: ChosenBecause) -> Given:
        cycle, audit = self.cycle, case.audit
        row = {
            "reference": reference(self.rng),
            "cycle_id": cycle.id,
            "open_case_id": self.made.numbers[case.reference],
            "chosen_because": because,
            "case_reference": case.reference,
            "service_id": case.team.service_id,
            "locality_id": case.team.locality_id,
            "team_id": case.team.id,
            "worker_staff_id": case.worker,
            "auditor_id": audit and audit.auditor_id,
            "allocated_at": cycle.drawn_at,
            "due_on": cycle.due_on,
            "first_due_on": cycle.due_on,
            "created_at": cycle.drawn_at,
            "put_aside": None,
            "put_aside_at": None,
            "audit_id": audit and audit.id,
        }
        return Given(case, row, audit and self.people[audit.auditor_id])

    def _sort(self, left: list[Given], fates: Iterable[Fate]) -> dict[Fate, list[Given]]:
        """Who meets which fate; whoever is left over just has it to do."""
        found: dict[Fate, list[Given]] = {}
        left = list(left)
        for fate in fates:
            fit = next((each for each in left if self._fits(fate, each.case)), None)
            if fit is not None:
                left.remove(fit)
                found.setdefault(fate, []).append(fit)
        found.setdefault(Fate.TO_DO, []).extend(left)
        return found

    def _fits(self, fate: Fate, case: Held) -> bool:
        own = self.programme.staff.managers[case.team.id] is self.tamsin
        first = case.team.service_id == self.programme.first_service
        return {Fate.SUBSTITUTED: first, Fate.OF_TAMSIN: not own}.get(fate, True)

    def _substitute(self, by_fate: dict[Fate, list[Given]], given: list[Given]) -> Given | None:
        """The next case of the draw, in place of the one put aside."""
        if not by_fate.get(Fate.SUBSTITUTED):
            return None
        case = self.made.next_in(self.programme.first_service)
        instead = self._given(case, ChosenBecause.SUBSTITUTE)
        given.append(instead)
        return instead

    def _spread(self, given: list[Given], nobodys: list[Given]) -> None:
        """Give whatever nobody audited to auditors with room and no stake, by the rules."""
        open_cases = {
            case.case_reference: case
            for case in db.session.scalars(
                select(OpenCase).where(
                    OpenCase.id.in_([each.row["open_case_id"] for each in given])
                )
            )
        }
        left = [each for each in given if each.auditor is None and each not in nobodys]
        on = self.cycle.drawn_on or self.programme.today
        held = Counter(each.auditor.id for each in given if each.auditor is not None)
        seats = [
            Seat(seat.id, seat.reference, seat.room - held[seat.id])
            for seat in seats_of(self.cycle, self.auditors, on)
            if seat.room > held[seat.id] and seat.id != self.tamsin.id
        ]
        cases = to_give((open_cases[each.case.reference] for each in left), self.auditors)
        found = spread(self.cycle.seed, cases, seats)
        for each in left:
            number = found[each.case.reference]
            self._assign(each, None if number is None else self.people[number])
        for each in nobodys:
            self._assign(each, None)

    def _assign(self, given: Given, auditor: User | None) -> None:
        given.auditor = auditor
        given.row |= {
            "auditor_id": auditor and auditor.id,
            "allocated_at": auditor and self.cycle.drawn_at,
        }

    def _meet(self, fate: Fate, each: Given) -> None:
        if fate is Fate.OF_TAMSIN:
            self._assign(each, self.tamsin)
        elif fate is Fate.STAKE:
            self._stake(each)
        elif fate in ASKED:
            self._ask(each, *ASKED[fate])
        if fate is Fate.EXTENDED:
            each.row["due_on"] = self.cycle.due_on + MORE_TIME
        elif fate in PUT_ASIDE and each.requests:
            aside = each.requests[-1]["decided_at"]
            each.row |= {"put_aside": PUT_ASIDE[fate], "put_aside_at": aside}

    def _ask(self, each: Given, kind: RequestKind, granted: bool | None) -> None:
        if each.auditor is None:
            return
        asked, decided = self._moment(9, 10), None
        words = stock("programme")[kind.value]
        if granted is not None:
            decided = self._moment(12, 14)
        approver = self.rng.choice((self.programme.head, self.programme.lead))
        each.requests.append(
            {
                "kind": kind,
                "asked_by_id": each.auditor.id,
                "asked_at": asked,
                "reason": self.rng.choice(words["asked"]),
                "until": self.cycle.due_on + MORE_TIME if kind is RequestKind.EXTENSION else None,
                "decided_by_id": decided and approver.id,
                "decided_at": decided,
                "granted": granted,
                "decision": decided
                and self.rng.choice(words["granted" if granted else "declined"]),
            }
        )
        self._event(each.auditor, f"asked for: {kind.value}", each, asked)
        if decided is not None:
            said = "granted" if granted else "declined"
            self._event(approver, f"{said}: {kind.value}", each, decided)

    def _stake(self, each: Given) -> None:
        """Somebody had it first, said that they have a stake, and it went to somebody else."""
        others = [user for user in self.people.values() if self._could_have_had(user, each)]
        if each.auditor is None or not others:
            return
        first, when = self.rng.choice(others), self._moment(2, 9)
        db.session.add(
            DeclaredStake(
                user_id=first.id,
                case_reference=each.case.reference,
                reason=self.rng.choice(stock("programme")["stake"]["reasons"]),
                declared_at=when,
            )
        )
        each.row["allocated_at"] = when
        self._event(first, "declared a stake", each, when)
        self._event(None, given_from(first, each.auditor), each, when)

    def _could_have_had(self, user: User, each: Given) -> bool:
        managers = self.programme.staff.managers
        return (
            user in managers.values()
            and user not in (self.tamsin, each.auditor)
            and managers[each.case.team.id] is not user
        )

    def _moment(self, day: int, hour: int) -> datetime:
        """A time in the cycle's month, before today and after the draw."""
        on = self.cycle.starts_on + timedelta(days=day)
        on = schedule.friday_at_latest(min(on, self.programme.today - timedelta(days=1)))
        return max(at(on, hour, self.rng), (self.cycle.drawn_at or at(on, 0, self.rng)))

    def _event(self, by: User | None, verb: str, each: Given, when: datetime) -> None:
        told = bulk.event(by, verb, "allocation", each.row["reference"], when)
        self.events.append(told)

    def _write(
        self, given: list[Given], instead: Given | None, by_fate: dict[Fate, list[Given]]
    ) -> None:
        for each in given:
            self._tell_given(each)
        bulk.add(Allocation, (each.row for each in given))
        numbers = bulk.numbers_of(Allocation, (each.row["reference"] for each in given))
        bulk.add(
            AllocationRequest,
            (
                asked | {"allocation_id": numbers[each.row["reference"]]}
                for each in given
                for asked in each.requests
            ),
        )
        if instead is not None:
            aside = by_fate[Fate.SUBSTITUTED][0]
            self._link(numbers[instead.row["reference"]], numbers[aside.row["reference"]])
            self._event(self.programme.head, "drawn as a substitute", instead, self._moment(12, 14))
        self._mark_audits(given)
        bulk.remember(self.events)
        self.programme.under_way += [each.case for each in given if self._to_do(each)]

    def _tell_given(self, each: Given) -> None:
        at_first = self.cycle.drawn_at
        first = each.auditor
        for told in self.events:
            if told["record_reference"] == each.row["reference"] and GIVEN in told["verb"]:
                first = next(
                    user
                    for user in self.people.values()
                    if user.reference == told["verb"].removeprefix(GIVEN).split(" to ")[0]
                )
        if first is not None and at_first is not None:
            self._event(None, given_from(None, first), each, at_first)
        if each.case.audit is not None and each.case.audit.state is AuditState.DRAFT:
            started = each.case.audit.started_at.replace(tzinfo=UTC)
            self._event(each.auditor, "started", each, started)

    def _link(self, instead: int, aside: int) -> None:
        db.session.execute(
            update(Allocation).where(Allocation.id == instead).values(in_place_of_id=aside)
        )

    def _mark_audits(self, given: list[Given]) -> None:
        """Say in the audits when they were given, and that the draft was drawn at random."""
        audits = [each.case.audit.id for each in given if each.case.audit is not None]
        db.session.execute(
            update(Audit)
            .where(Audit.id.in_(audits))
            .values(allocated_on=self.cycle.drawn_on, due_on=self.cycle.due_on)
            .execution_options(synchronize_session="fetch")
        )
        for each in given:
            if isinstance(each.case.audit, Audit):
                each.case.audit.selection = Selection.RANDOM

    def _to_do(self, each: Given) -> bool:
        drafted = each.case.audit is not None and each.case.audit.state is AuditState.DRAFT
        return each.row["put_aside"] is None and (each.case.audit is None or drafted)
