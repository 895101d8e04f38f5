"""The made-up audit programme: a cycle for each of some months, drawn by the rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from math import ceil
from random import Random
from typing import Any

from sqlalchemy import select

from audit_app.demo import bulk, schedule
from audit_app.demo.audits import at
from audit_app.demo.open_cases import Cases, Held, Listed
from audit_app.demo.people import Staff
from audit_app.demo.references import reference
from audit_app.demo.sentences import stock
from audit_app.extensions import db
from audit_app.models import (
    Audit,
    CaseList,
    OpenCase,
    ProgrammeCycle,
    ProgrammeTarget,
    Team,
    Theme,
)
from audit_app.programme.queries import RECORD_TYPE
from audit_app.rules import drawing
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.audits import AuditType
from audit_app.rules.drawing import Drawn, ListedCase
from audit_app.rules.programme import ExcludedBecause

#: Of the audits of a month that a draw could have asked for, the share that it did.
_DRAWN = 0.6
_AUDITS_EACH, _LOOK_BACK = 2, 6
_NEXT_THEME = "Neglect"


@dataclass
class Drawing:
    """A cycle, its list, and what the draw made of it; nothing for one that is not drawn."""

    cycle: ProgrammeCycle
    listed: Listed
    drawn: dict[str, Drawn] = field(default_factory=dict)
    #: Row numbers of the open cases, by case reference.
    numbers: dict[str, int] = field(default_factory=dict)

    @property
    def chosen(self) -> list[Held]:
        return [case for case in self.listed.every if self.drawn[case.reference].chosen]

    def next_in(self, service: int) -> Held:
        """The case of a service that the draw put after those it chose."""
        left = [
            case
            for case in self.listed.every
            if case.team.service_id == service
            and self.drawn[case.reference].place is not None
            and not self.drawn[case.reference].chosen
        ]
        return min(left, key=lambda each: self.drawn[each.reference].place or 0)


@dataclass
class Programme:
    """Makes the cycles in the order of time; what is still to do stays out of later ones."""

    staff: Staff
    teams: list[Team]
    themes: list[Theme]
    today: date
    rng: Random = field(default_factory=lambda: Random("programme"))  # noqa: S311

    def __post_init__(self) -> None:
        self.cases = Cases(self.rng, self.staff, self.teams, self.today)
        self.lead = self.staff.sign_ins["practice.lead"]
        self.head = self.staff.sign_ins["head.of.service"]
        self.this_month = self.today.replace(day=1)
        self.draft = self._draft()
        self.under_way: list[Held] = []

    @property
    def first_service(self) -> int:
        """The service of which one drawn case is put aside for the next in the draw."""
        return self.teams[0].service_id

    def months(self) -> list[date]:
        """The last August, two full months, this month, and the next."""
        months = [_month_before(self.this_month, back) for back in (-1, 0, 1, 2)]
        august = _month_before(self.this_month, (self.this_month.month - 8) % 12)
        return sorted({august, *months})

    def is_empty(self, month: date) -> bool:
        """Nothing is due in August."""
        return month.month == schedule.AUGUST

    def _draft(self) -> Audit | None:
        """The draft that was begun because the programme asked for it."""
        drafts = select(Audit).where(Audit.state == AuditState.DRAFT, Audit.audit_date.is_not(None))
        return db.session.scalars(drafts.order_by(Audit.id).limit(1)).one_or_none()

    def make(self, month: date, to_do: dict[int, int]) -> Drawing:
        """One cycle with its list, drawn unless its month is still to come."""
        cycle = self._cycle(month)
        db.session.add(cycle)
        db.session.flush()
        on = cycle.drawn_on or self.today
        done = [] if self.is_empty(month) else self._done(cycle)
        listed = self.cases.list_for(cycle.seed, done, to_do, self.under_way, on)
        made = Drawing(cycle, listed)
        numbers = self._numbers(cycle, listed)
        out = self._left_out(made, on)
        if cycle.drawn_on is not None:
            made.drawn = drawing.draw(
                cycle.seed,
                [
                    ListedCase(
                        each.reference, each.team.service_id, each.team.id, each.reference in out
                    )
                    for each in listed.every
                ],
                drawing.Numbers(of_service=numbers),
            )
        self._write(made, numbers, out)
        return made

    def _cycle(self, month: date) -> ProgrammeCycle:
        rng, to_come = self.rng, month > self.this_month
        drawn_on = None if to_come else _weekday_before(month)
        set_up = schedule.friday_at_latest(
            min(month - timedelta(days=18), self.today - timedelta(days=3))
        )
        neglect = next(each for each in self.themes if each.name == _NEXT_THEME)
        return ProgrammeCycle(
            reference=reference(rng),
            name=f"{month:%B %Y}",
            starts_on=month,
            ends_on=schedule.month_end(month),
            due_on=schedule.month_end(month),
            audit_type=AuditType.THEMATIC if to_come else AuditType.FULL,
            theme_id=neglect.id if to_come else None,
            look_back_months=_LOOK_BACK,
            audits_each=0 if self.is_empty(month) else _AUDITS_EACH,
            seed=f"{rng.getrandbits(128):032x}",
            version=2 if to_come else 3,
            set_up_by_id=self.lead.id,
            set_up_at=at(set_up, 10, rng),
            drawn_at=drawn_on and at(drawn_on, 15, rng),
            drawn_on=drawn_on,
            drawn_by_id=drawn_on and self.lead.id,
        )

    def _done(self, cycle: ProgrammeCycle) -> list[Any]:
        """The audits that the draw asked for: of each service those that drew low numbers."""
        audits = self.cases.audited_in(cycle.starts_on, cycle.ends_on)
        audits.sort(key=lambda each: drawing.case_number(cycle.seed, each.case_reference))
        share = 1.0 if cycle.starts_on == self.this_month else _DRAWN
        found: list[Any] = []
        for service in self.cases.services:
            of_service = [each for each in audits if each.service_id == service]
            found += of_service[: ceil(len(of_service) * share)]
        found = _at_most(found, cycle.audits_each)
        draft = self.draft
        if draft is not None and cycle.starts_on <= (draft.audit_date or date.min) <= cycle.ends_on:
            found.append(draft)
        return found

    def _numbers(self, cycle: ProgrammeCycle, listed: Listed) -> dict[int, int]:
        """How many of each service: all that are to be drawn but one, which comes next."""
        if cycle.drawn_on is None:
            return {service: 2 + len(cases) // 25 for service, cases in listed.others.items()}
        numbers = {service: len(cases) for service, cases in listed.drawn.items()}
        if numbers[self.first_service]:
            numbers[self.first_service] -= 1
        return numbers

    def _left_out(self, made: Drawing, on: date) -> dict[str, ExcludedBecause]:
        """What stays out of the draw, and why. Two were exempted by hand in the newest cycles."""
        last = self.cases.last_audits(on)
        under_way = {each.reference for each in self.under_way}
        found = {
            each.reference: ExcludedBecause.AUDITED_LATELY
            if each.reference in last
            else ExcludedBecause.UNDER_WAY
            for each in made.listed.every
            if each.reference in last or each.reference in under_way
        }
        if made.cycle.starts_on >= self.this_month:
            others = made.listed.others[self.teams[-1].service_id]
            free = [each for each in others if each.reference not in found]
            for each in free[: 2 if made.cycle.drawn_on else 1]:
                found[each.reference] = ExcludedBecause.EXEMPTED
        return found

    def _write(
        self, made: Drawing, numbers: dict[int, int], out: dict[str, ExcludedBecause]
    ) -> None:
        cycle = made.cycle
        lately = schedule.friday_at_latest(self.today - timedelta(days=1))
        ready = cycle.drawn_at or at(lately, 11, self.rng)
        uploaded = ready - timedelta(hours=3)
        content = "\n".join(each.reference for each in made.listed.every)
        case_list = CaseList(
            cycle_id=cycle.id,
            file_name=f"open-cases-{cycle.starts_on:%Y-%m}.csv",
            sha256=sha256(content.encode()).hexdigest(),
            rows=len(made.listed.every),
            uploaded_by_id=self.lead.id,
            uploaded_at=uploaded,
        )
        db.session.add(case_list)
        db.session.add_all(
            ProgrammeTarget(cycle_id=cycle.id, service_id=service, number=number)
            for service, number in numbers.items()
        )
        bulk.add(OpenCase, self._rows(made, out, uploaded + timedelta(hours=1)))
        known = select(OpenCase.case_reference, OpenCase.id).where(OpenCase.cycle_id == cycle.id)
        made.numbers = {row.case_reference: row.id for row in db.session.execute(known)}
        bulk.remember(self._history(cycle, case_list, out, uploaded))

    def _rows(
        self, made: Drawing, out: dict[str, ExcludedBecause], exempted_at: datetime
    ) -> Iterator[bulk.Row]:
        reasons = iter(stock("programme")["kept_out"])
        last = self.cases.last_audits(made.cycle.drawn_on or self.today)
        drawn = made.cycle.drawn_on is not None
        for case in made.listed.every:
            why, came = out.get(case.reference), made.drawn.get(case.reference)
            by_hand = why is ExcludedBecause.EXEMPTED
            lately = why is ExcludedBecause.AUDITED_LATELY
            yield {
                "cycle_id": made.cycle.id,
                "case_reference": case.reference,
                "service_id": case.team.service_id,
                "locality_id": case.team.locality_id,
                "team_id": case.team.id,
                "worker_staff_id": case.worker,
                "exempted_reason": next(reasons) if by_hand else None,
                "exempted_by_id": self.lead.id if by_hand else None,
                "exempted_at": exempted_at if by_hand else None,
                "excluded_because": why if drawn else None,
                "last_audited_on": last[case.reference] if drawn and lately else None,
                "stratum": came and came.stratum,
                "number": came and came.number,
                "place": came and came.place,
                "chosen": came is not None and came.chosen,
            }

    def _history(
        self,
        cycle: ProgrammeCycle,
        case_list: CaseList,
        out: dict[str, ExcludedBecause],
        uploaded: datetime,
    ) -> Iterator[bulk.Row]:
        told = f"uploaded {case_list.rows:,} open cases ({case_list.sha256[:8]})"
        begun = f"set up the cycle (seed {cycle.seed_checksum[:8]})"
        exempted = sum(each is ExcludedBecause.EXEMPTED for each in out.values())
        done = [
            (self.lead, begun, cycle.set_up_at),
            (self.lead, told, uploaded),
            (self.lead, "changed the targets", uploaded + timedelta(minutes=20)),
            *[(self.lead, "exempted a case", uploaded + timedelta(hours=1))] * exempted,
        ]
        if cycle.drawn_at is not None:
            done.append((self.lead, "drawn", cycle.drawn_at))
        for by, verb, when in done:
            yield bulk.event(by, verb, RECORD_TYPE, cycle.reference, when)


def _at_most(audits: list[Any], each: int) -> list[Any]:
    """The audits without those of an auditor beyond so many."""
    found: list[Any] = []
    for audit in audits:
        if sum(other.auditor_id == audit.auditor_id for other in found) < each:
            found.append(audit)
    return found


def _month_before(month: date, back: int) -> date:
    number = month.year * 12 + month.month - 1 - back
    return date(number // 12, number % 12 + 1, 1)


def _weekday_before(day: date) -> date:
    return schedule.friday_at_latest(day - timedelta(days=1))
