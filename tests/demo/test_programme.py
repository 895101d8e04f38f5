"""The demonstration's programme: a draw that replays, nobody with a stake, and every state."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from audit_app.demo import changes
from audit_app.extensions import db
from audit_app.models import (
    Absence,
    Allocation,
    AllocationRequest,
    Audit,
    DeclaredStake,
    OpenCase,
    ProgrammeCycle,
    User,
)
from audit_app.programme.drawing import replay
from audit_app.programme.queries import given_of
from audit_app.programme.stakes import auditors_for_list
from audit_app.rules.allocation_steps import AllocationState, ChosenBecause, RequestKind
from audit_app.rules.guidance import audited_lately
from audit_app.rules.stakes import Stake
from tests.demo.conftest import TODAY

LAST_MONTHS = ("September 2026", "October 2026")
THIS_MONTH, NEXT_MONTH, EMPTY = "November 2026", "December 2026", "August 2026"


def _cycle(name: str) -> ProgrammeCycle:
    return db.session.scalars(select(ProgrammeCycle).where(ProgrammeCycle.name == name)).one()


def _drawn() -> list[ProgrammeCycle]:
    return list(
        db.session.scalars(select(ProgrammeCycle).where(ProgrammeCycle.drawn_at.is_not(None)))
    )


def _given(name: str) -> list[Allocation]:
    return list(
        db.session.scalars(select(Allocation).where(Allocation.cycle_id == _cycle(name).id))
    )


def test_each_list_has_some_600_cases_and_every_draw_replays(demo: Flask) -> None:
    for cycle in _drawn():
        again = replay(cycle)
        assert 550 <= len(again) <= 650
        assert [each.case.case_reference for each in again if not each.same] == []


def test_what_was_drawn_is_what_the_targets_asked_for(demo: Flask) -> None:
    for cycle in _drawn():
        chosen = select(OpenCase.service_id).where(OpenCase.cycle_id == cycle.id, OpenCase.chosen)
        asked = {each.service_id: each.number for each in cycle.targets if each.number}
        assert Counter(db.session.scalars(chosen)) == asked


def test_the_full_months_are_mostly_done_and_in_august_nothing_was_due(demo: Flask) -> None:
    for name in LAST_MONTHS:
        given = given_of(_cycle(name))
        assert given.allocated > 20
        assert given.done > 0.7 * (given.allocated - given.exempt)
        assert given.exempt
    assert given_of(_cycle(EMPTY)).allocated == 0
    assert _cycle(EMPTY).drawn_at is not None
    assert _cycle(NEXT_MONTH).drawn_at is None
    assert _cycle(NEXT_MONTH).case_list is not None


def test_this_month_has_an_audit_in_every_state(demo: Flask) -> None:
    assert {each.state for each in _given(THIS_MONTH)} == set(AllocationState)


def test_some_audits_are_late_and_some_were_given_longer(demo: Flask) -> None:
    to_do = [each for each in db.session.scalars(select(Allocation)) if each.audit_id is None]
    assert [each for each in to_do if each.put_aside is None and each.due_on < TODAY]
    assert [each for each in to_do if each.due_on > each.first_due_on]


def test_an_audit_of_the_programme_is_of_its_case_and_by_its_auditor(demo: Flask) -> None:
    every = db.session.execute(
        select(Allocation, Audit).join(Audit, Audit.id == Allocation.audit_id)
    ).all()
    assert len(every) > 50
    for allocation, audit in every:
        assert allocation.case_reference == audit.case_reference
        assert allocation.auditor_id == audit.auditor_id
        assert allocation.team_id == audit.team_id


def test_nobody_has_a_stake_in_what_they_were_given(demo: Flask) -> None:
    for cycle in _drawn():
        auditors = auditors_for_list(cycle)
        for each in _given(cycle.name):
            if each.auditor is not None:
                assert auditors.stakes(each.auditor, each) == frozenset()


def test_somebody_declared_a_stake_and_another_has_the_audit(demo: Flask) -> None:
    declared = db.session.scalars(select(DeclaredStake)).one()
    allocation = db.session.scalars(
        select(Allocation).where(Allocation.case_reference == declared.case_reference)
    ).one()
    assert allocation.cycle is not None
    auditors = auditors_for_list(allocation.cycle)
    assert auditors.stakes(declared.user, allocation) == {Stake.DECLARED}
    assert allocation.auditor_id not in {None, declared.user_id}


def test_no_case_was_drawn_that_had_been_audited_in_the_year_before(demo: Flask) -> None:
    for cycle in _drawn():
        on = cycle.drawn_on
        assert on is not None
        chosen = select(OpenCase.case_reference).where(
            OpenCase.cycle_id == cycle.id, OpenCase.chosen
        )
        before = db.session.scalars(
            select(Audit.audit_date).where(
                Audit.recorded, Audit.audit_date < on, Audit.case_reference.in_(chosen)
            )
        )
        assert [day for day in before if day is not None and audited_lately(day, on)] == []


def test_a_child_is_audited_by_one_person_at_a_time(demo: Flask) -> None:
    to_do = [
        each.case_reference
        for each in db.session.scalars(select(Allocation))
        if each.state in (AllocationState.WAITING, AllocationState.GIVEN, AllocationState.STARTED)
    ]
    assert len(to_do) == len(set(to_do)) > 20


def test_whoever_decided_was_not_the_one_who_asked(demo: Flask) -> None:
    every = db.session.scalars(select(AllocationRequest)).all()
    assert {each.kind for each in every} >= {
        RequestKind.EXTENSION,
        RequestKind.EXEMPTION,
        RequestKind.SUBSTITUTION,
    }
    assert {each.granted for each in every} == {True, False, None}
    assert not [each for each in every if each.asked_by_id == each.decided_by_id]


def test_another_case_stands_in_place_of_the_one_put_aside(demo: Flask) -> None:
    instead = db.session.scalars(
        select(Allocation).where(Allocation.chosen_because == ChosenBecause.SUBSTITUTE)
    ).all()
    assert len(instead) == 3
    for each in instead:
        assert each.in_place_of is not None
        assert each.in_place_of.state is AllocationState.SUBSTITUTED
        places = [
            db.session.get_one(OpenCase, number).place
            for number in (each.in_place_of.open_case_id, each.open_case_id)
        ]
        assert places[0] is not None
        assert places[1] is not None
        assert places[0] < places[1]


def test_the_demo_manager_has_one_due_soon_one_overdue_and_one_started(demo: Flask) -> None:
    tamsin = db.session.scalars(
        select(User).where(User.email == "team.manager@example.gov.uk")
    ).one()
    theirs = db.session.scalars(select(Allocation).where(Allocation.auditor_id == tamsin.id)).all()
    given = [each for each in theirs if each.state is AllocationState.GIVEN]
    assert [each.due_on < TODAY for each in sorted(given, key=lambda a: a.due_on)] == [True, False]
    assert [each for each in theirs if each.state is AllocationState.STARTED]


def test_nobody_who_is_away_all_month_was_given_anything_in_it(demo: Flask) -> None:
    away = select(Absence.user_id).where(
        Absence.first_day < date(2026, 11, 5), Absence.last_day > date(2026, 11, 25)
    )
    assert list(db.session.scalars(away))
    given = (
        select(func.count())
        .select_from(Allocation)
        .where(
            Allocation.auditor_id.in_(away),
            Allocation.cycle_id == _cycle(THIS_MONTH).id,
            Allocation.audit_id.is_(None),
        )
    )
    assert db.session.scalar(given) == 0


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "today",
    [date(2026, 9, 1), date(2026, 8, 14), date(2027, 2, 28)],
    ids=str,
)
def test_the_programme_is_whole_on_other_days_too(app: Flask, today: date) -> None:
    changes.fill(today, demo=True, tell=lambda line: None)
    assert _drawn()
    for cycle in _drawn():
        assert all(each.same for each in replay(cycle))
