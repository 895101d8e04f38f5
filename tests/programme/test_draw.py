"""Drawing a cycle: once, replayed by anybody, and another case in a case’s place."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from audit_app.audits.drawing import draw as draw_for_moderation
from audit_app.audits.lately import last_audits
from audit_app.extensions import db
from audit_app.models import (
    Absence,
    Allocation,
    CaseList,
    DeclaredStake,
    HistoryEvent,
    OpenCase,
    ProgrammeCycle,
    Team,
    User,
)
from audit_app.programme import draw_changes, giving
from audit_app.programme.drawing import replay
from audit_app.rules.allocation_steps import AllocationState, ChosenBecause
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.permissions import Role
from audit_app.rules.programme import ExcludedBecause, ModerationWay
from audit_app.rules.workflow import NotAllowed
from tests.people import World, make_user
from tests.programme.preparing import ask_for, prepared_cycle
from tests.statements import statements

TODAY = date.today()


def ready_cycle(world: World, north: int = 6, south: int = 6, wanted: int = 4) -> ProgrammeCycle:
    """A cycle with open cases in two teams of one service, ready to be drawn."""
    days = {"starts_on": TODAY, "ends_on": TODAY + timedelta(days=30)}
    days["due_on"] = days["ends_on"]
    cycle = prepared_cycle(world.carol, **days, audits_each=6, seed="5" * 32)
    cycle.case_list = CaseList(
        file_name="open-cases.csv",
        sha256="0" * 64,
        rows=north + south,
        uploaded_by_id=world.carol.id,
    )
    for team, count in ((world.north, north), (world.south, south)):
        db.session.add_all(made_case(cycle, team, number) for number in range(count))
    db.session.commit()
    ask_for(cycle, wanted, service_id=world.north.service_id)
    return cycle


def made_case(cycle: ProgrammeCycle, team: Team, number: int) -> OpenCase:
    return OpenCase(
        cycle_id=cycle.id,
        case_reference=f"{team.id}{number:06}",
        service_id=team.service_id,
        locality_id=team.locality_id,
        team_id=team.id,
        worker_staff_id=f"W{team.id}{number % 3}",
    )


def draw(cycle: ProgrammeCycle, by: User) -> None:
    draw_changes.draw(by, cycle, str(cycle.version))
    db.session.commit()


def chosen(cycle: ProgrammeCycle) -> set[str]:
    wanted = select(OpenCase.case_reference).where(OpenCase.cycle_id == cycle.id, OpenCase.chosen)
    return set(db.session.scalars(wanted))


def excluded(cycle: ProgrammeCycle) -> dict[str, ExcludedBecause | None]:
    rows = db.session.execute(
        select(OpenCase.case_reference, OpenCase.excluded_because).where(
            OpenCase.cycle_id == cycle.id
        )
    )
    return {reference: why for reference, why in rows if why is not None}


def allocations(cycle: ProgrammeCycle) -> list[Allocation]:
    wanted = select(Allocation).where(Allocation.cycle_id == cycle.id).order_by(Allocation.id)
    return list(db.session.scalars(wanted))


def test_a_draw_gives_every_chosen_case_to_an_auditor_of_another_team(world: World) -> None:
    cycle = ready_cycle(world)
    draw(cycle, world.carol)
    found = allocations(cycle)
    assert {each.case_reference for each in found} == chosen(cycle)
    assert len(found) == 4
    for each in found:
        assert each.auditor == (world.mallory if each.team == world.north else world.alice)
        assert (each.due_on, each.first_due_on) == (cycle.due_on, cycle.due_on)
    assert cycle.drawn_by == world.carol
    assert cycle.drawn_on == TODAY


def test_every_reason_to_leave_a_case_out_is_kept_with_it(world: World) -> None:
    cycle = ready_cycle(world, north=0, south=6, wanted=6)
    case = [f"{world.south.id}{number:06}" for number in range(6)]
    draw_changes.exempt(world.carol, cycle, _open_case(cycle, case[0]), "A court hearing.")
    world.recorded_audit(case=case[1], on=TODAY - timedelta(days=300))
    world.recorded_audit(case=case[2], on=TODAY - timedelta(days=400))
    world.recorded_audit(case=case[3], state=AuditState.DRAFT)
    other = prepared_cycle(world.carol, name="Another")
    db.session.add(giving.allocation_of(_open_case(cycle, case[4]), other, ChosenBecause.RE_AUDIT))
    for person in (world.alice, world.mallory):
        db.session.add(DeclaredStake(user_id=person.id, case_reference=case[5], reason="A friend."))
    db.session.commit()
    db.session.refresh(allocated := allocations(other)[0])
    allocated.open_case_id = None
    draw(cycle, world.carol)
    assert excluded(cycle) == {
        case[0]: ExcludedBecause.EXEMPTED,
        case[1]: ExcludedBecause.AUDITED_LATELY,
        case[3]: ExcludedBecause.UNDER_WAY,
        case[4]: ExcludedBecause.UNDER_WAY,
        case[5]: ExcludedBecause.NOBODY_WITHOUT_STAKE,
    }
    assert chosen(cycle) == {case[2]}
    assert _open_case(cycle, case[1]).last_audited_on == TODAY - timedelta(days=300)


def _open_case(cycle: ProgrammeCycle, reference: str) -> OpenCase:
    return db.session.scalars(
        select(OpenCase).where(OpenCase.cycle_id == cycle.id, OpenCase.case_reference == reference)
    ).one()


def test_a_year_to_the_day_after_an_audit_a_case_can_be_drawn_again(world: World) -> None:
    cycle = ready_cycle(world, north=0, south=2, wanted=2)
    first, second = f"{world.south.id}000000", f"{world.south.id}000001"
    a_year_ago = TODAY.replace(year=TODAY.year - 1) if (TODAY.month, TODAY.day) != (2, 29) else None
    a_year_ago = a_year_ago or TODAY - timedelta(days=366)
    world.recorded_audit(case=first, on=a_year_ago)
    world.recorded_audit(case=second, on=a_year_ago + timedelta(days=1))
    draw(cycle, world.carol)
    assert chosen(cycle) == {first}


def test_an_audit_counts_however_the_letters_of_the_case_reference_were_typed(world: World) -> None:
    world.recorded_audit(case="ab12", on=TODAY - timedelta(days=9))
    assert last_audits(["ab12"], TODAY) == {"ab12": TODAY - timedelta(days=9)}
    world.recorded_audit(case="CD34", on=TODAY - timedelta(days=9))
    assert "cd34" in last_audits(["cd34"], TODAY)


def test_nobody_away_for_half_of_the_days_is_given_an_audit_and_what_is_left_waits(
    world: World,
) -> None:
    cycle = ready_cycle(world, north=4, south=0, wanted=2)
    db.session.add(
        Absence(
            user_id=world.mallory.id,
            first_day=TODAY,
            last_day=TODAY + timedelta(days=20),
            recorded_by_id=world.carol.id,
        )
    )
    db.session.commit()
    draw(cycle, world.carol)
    assert [each.state for each in allocations(cycle)] == [AllocationState.WAITING] * 2


def test_nobody_is_given_more_than_their_number(world: World) -> None:
    cycle = ready_cycle(world, north=9, south=0, wanted=5)
    ask_for(cycle, 3, auditor_id=world.mallory.id)
    draw(cycle, world.carol)
    found = Counter(each.auditor and each.auditor.name for each in allocations(cycle))
    assert found == {"Mallory": 3, None: 2}


def test_a_month_without_audits_is_drawn_and_chooses_none(world: World) -> None:
    cycle = ready_cycle(world, wanted=0)
    draw(cycle, world.carol)
    assert cycle.drawn_at is not None
    assert not allocations(cycle)


def test_adding_to_a_target_before_the_draw_only_adds_cases(world: World) -> None:
    cycle = ready_cycle(world, wanted=3)
    draw_changes.draw(world.carol, cycle, "0")
    fewer = chosen(cycle)
    db.session.rollback()
    cycle.targets[0].number = 5
    draw(cycle, world.carol)
    assert fewer < chosen(cycle)
    assert len(chosen(cycle)) == 5


def test_a_draw_comes_out_the_same_after_people_teams_and_audits_have_changed(
    world: World,
) -> None:
    cycle = ready_cycle(world)
    ask_for(cycle, 2, team_id=world.south.id)
    draw(cycle, world.carol)
    before = chosen(cycle)
    world.south.service_id, world.south.name = world.fostering.service_id, "Renamed"
    world.mallory.active = False
    world.alice.grants.clear()
    make_user("newcomer", Role.TEAM_MANAGER, world.fostering)
    for reference in sorted(before):
        world.recorded_audit(case=reference, on=TODAY)
    db.session.commit()
    db.session.expire_all()
    assert all(each.same for each in replay(cycle))
    assert {each.case.case_reference for each in replay(cycle) if each.again.chosen} == before


@pytest.mark.parametrize("changed", ["target", "seed", "number", "chosen", "allocation"])
def test_a_replay_finds_out_what_was_tampered_with(world: World, changed: str) -> None:
    cycle = ready_cycle(world)
    draw(cycle, world.carol)
    drawn = [each.case for each in replay(cycle) if each.case.chosen]
    if changed == "target":
        cycle.targets[0].number = 5
    elif changed == "seed":
        cycle.seed = "another"
    elif changed == "number":
        drawn[0].number = (drawn[0].number or 0) + 1
    elif changed == "chosen":
        drawn[0].chosen = False
    else:
        db.session.delete(allocations(cycle)[0])
    db.session.commit()
    assert not all(each.same for each in replay(cycle))


def test_another_case_in_a_cases_place_is_the_next_in_the_drawn_order(world: World) -> None:
    cycle = ready_cycle(world)
    draw(cycle, world.carol)
    order = _order(cycle)
    first = allocations(cycle)[0]
    had_it = first.auditor
    instead = giving.substitute(world.hester, first)
    db.session.commit()
    assert instead.case_reference == order[4]
    assert instead.chosen_because is ChosenBecause.SUBSTITUTE
    assert (first.state, instead.in_place_of) == (AllocationState.SUBSTITUTED, first)
    assert (instead.due_on, instead.first_due_on) == (first.due_on, first.first_due_on)
    if instead.team_id == first.team_id:
        assert instead.auditor == had_it
    assert all(each.same for each in replay(cycle))


def _order(cycle: ProgrammeCycle) -> list[str]:
    return list(
        db.session.scalars(
            select(OpenCase.case_reference)
            .where(OpenCase.cycle_id == cycle.id, OpenCase.place.is_not(None))
            .order_by(OpenCase.place)
        )
    )


def test_a_case_audited_since_the_draw_is_passed_over_as_a_substitute(world: World) -> None:
    cycle = ready_cycle(world)
    draw(cycle, world.carol)
    order = _order(cycle)
    world.recorded_audit(case=order[4], on=TODAY)
    world.recorded_audit(case=order[5], state=AuditState.DRAFT)
    assert giving.substitute(world.hester, allocations(cycle)[0]).case_reference == order[6]


def test_two_substitutions_take_two_cases(world: World) -> None:
    cycle = ready_cycle(world)
    draw(cycle, world.carol)
    order, found = _order(cycle), allocations(cycle)
    taken = [giving.substitute(world.hester, each).case_reference for each in found[:2]]
    assert taken == order[4:6]
    of_the_substitute = allocations(cycle)[-1]
    assert giving.substitute(world.hester, of_the_substitute).case_reference == order[6]


def test_where_no_case_is_left_nothing_is_put_aside(world: World) -> None:
    cycle = ready_cycle(world, north=2, south=0, wanted=2)
    draw(cycle, world.carol)
    allocation = allocations(cycle)[0]
    with pytest.raises(giving.NothingLeft):
        giving.substitute(world.hester, allocation)
    db.session.rollback()
    assert allocation.put_aside is None


def test_an_auditor_cannot_approve_another_case_in_place_of_their_own(world: World) -> None:
    cycle = ready_cycle(world, north=6, south=0)
    draw(cycle, world.carol)
    allocation = allocations(cycle)[0]
    assert allocation.auditor == world.mallory
    with pytest.raises(NotAllowed):
        giving.substitute(world.mallory, allocation)


def test_a_lead_gives_an_audit_to_whom_they_name_but_never_to_a_stake(world: World) -> None:
    cycle = ready_cycle(world, north=6, south=0, wanted=1)
    zoe = make_user("zoe", Role.TEAM_MANAGER, world.fostering)
    db.session.commit()
    draw(cycle, world.carol)
    (allocation,) = allocations(cycle)
    assert allocation.auditor is not None
    seen = allocation.auditor.reference
    other = zoe if allocation.auditor == world.mallory else world.mallory
    with pytest.raises(NotAllowed):
        giving.give(world.carol, allocation, world.alice, seen)
    with pytest.raises(giving.Overtaken):
        giving.give(world.carol, allocation, other, "somebody else")
    giving.give(world.carol, allocation, other, seen)
    db.session.commit()
    assert allocation.auditor == other


def test_the_history_keeps_who_was_given_what_and_who_drew(world: World) -> None:
    cycle = ready_cycle(world, wanted=1)
    draw(cycle, world.carol)
    (allocation,) = allocations(cycle)
    assert allocation.auditor is not None
    events = db.session.scalars(select(HistoryEvent).order_by(HistoryEvent.id)).all()
    said = {(e.record_reference, e.verb, e.user_id) for e in events}
    assert (cycle.reference, "drawn", world.carol.id) in said
    given = f"given from nobody to {allocation.auditor.reference}"
    assert (allocation.reference, given, None) in said


def test_drawing_asks_the_database_no_more_of_3_000_cases_than_of_12(world: World) -> None:
    counts: list[int] = []
    for name, cases in (("A few", 12), ("Many", 3_000)):
        cycle = ready_cycle(world, north=0, south=0, wanted=4)
        cycle.name = name
        first = 10_000 * len(counts)
        db.session.add_all(made_case(cycle, world.south, first + n) for n in range(cases))
        db.session.commit()
        counts.append(_statements(cycle, world))
    assert counts[0] == counts[1] <= 40


def _statements(cycle: ProgrammeCycle, world: World) -> int:
    """How many statements a draw takes."""
    with statements() as sent:
        draw(cycle, world.carol)
    return len(sent)


@pytest.mark.parametrize(
    ("way", "blind"), [(ModerationWay.OPEN, False), (ModerationWay.BLIND, True)]
)
def test_a_cycle_says_whether_its_audits_are_moderated_blind(
    world: World, way: ModerationWay, blind: bool
) -> None:
    cycle = ready_cycle(world, wanted=1)
    cycle.moderation = way
    draw(cycle, world.carol)
    audit = world.recorded_audit()
    audit.blind = not blind
    allocations(cycle)[0].audit = audit
    db.session.commit()
    draw_for_moderation(audit)
    assert audit.blind is blind
