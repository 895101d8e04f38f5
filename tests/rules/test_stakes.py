"""Who has a stake in a case: of their own team, worker or service, audited before, declared."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from audit_app.rules.drawing import ListedCase, Numbers, draw
from audit_app.rules.spreading import Seat, ToGive, spread
from audit_app.rules.stakes import AuditorFacts, CaseFacts, KnownStakes, Stake, stakes_of

NORTH, SOUTH, EAST = 11, 12, 13
HERE, ELSEWHERE = 1, 2
CASE = CaseFacts("1234567", NORTH, HERE, "E1")
NOTHING = KnownStakes()


def test_somebody_of_another_team_has_no_stake() -> None:
    other = AuditorFacts(1, "E2", manages=frozenset({SOUTH}), belongs_to=frozenset({SOUTH}))
    assert not stakes_of(other, CASE, NOTHING)


def test_a_case_of_the_team_somebody_manages_is_their_own() -> None:
    assert stakes_of(AuditorFacts(1, manages=frozenset({NORTH})), CASE, NOTHING) == {Stake.OWN_TEAM}


def test_a_case_of_the_team_somebody_practises_in_is_their_own() -> None:
    member = AuditorFacts(1, manages=frozenset({SOUTH}), belongs_to=frozenset({SOUTH, NORTH}))
    assert stakes_of(member, CASE, NOTHING) == {Stake.OWN_TEAM}


def test_a_case_of_a_team_somebody_holds_cases_of_is_their_own() -> None:
    known = KnownStakes(teams_of_worker={"E2": frozenset({NORTH})})
    assert stakes_of(AuditorFacts(1, "E2"), CASE, known) == {Stake.OWN_TEAM}


def test_the_worker_of_a_case_has_a_stake_in_it() -> None:
    assert stakes_of(AuditorFacts(1, "E1"), CASE, NOTHING) == {Stake.WORKER}


def test_a_case_without_a_worker_is_nobodys_for_want_of_a_staff_id() -> None:
    unworked = CaseFacts("1234567", NORTH, HERE, None)
    assert not stakes_of(AuditorFacts(1, None), unworked, NOTHING)
    assert not stakes_of(AuditorFacts(1, ""), CaseFacts("1234567", NORTH, HERE, ""), NOTHING)


def test_whoever_manages_a_team_the_worker_also_practises_in_has_a_stake() -> None:
    known = KnownStakes(teams_of_worker={"E1": frozenset({SOUTH})})
    manager = AuditorFacts(1, "E9", manages=frozenset({SOUTH}))
    assert stakes_of(manager, CASE, known) == {Stake.OWN_WORKER}


def test_a_head_of_service_has_a_stake_in_cases_of_that_service_and_another_has_not() -> None:
    for heads, staked in (({HERE}, True), ({None}, True), ({ELSEWHERE}, False)):
        found = stakes_of(AuditorFacts(1, heads=frozenset(heads)), CASE, NOTHING)
        assert found == ({Stake.HEADS} if staked else set())


def test_a_head_of_service_who_was_told_of_an_audit_has_a_stake_wherever_the_case_is_now() -> None:
    known = KnownStakes(escalated={"1234567": frozenset({ELSEWHERE})})
    was_told, not_told = (AuditorFacts(1, heads=frozenset({each})) for each in (ELSEWHERE, 3))
    assert stakes_of(was_told, CASE, known) == {Stake.ESCALATED}
    assert not stakes_of(not_told, CASE, known)


def test_whoever_did_the_audit_that_is_to_be_done_again_has_a_stake() -> None:
    again = CaseFacts("1234567", NORTH, HERE, "E1", audited_by=1)
    assert stakes_of(AuditorFacts(1), again, NOTHING) == {Stake.AUDITED_IT}
    assert not stakes_of(AuditorFacts(2), again, NOTHING)


def test_whoever_declared_a_stake_has_one_in_that_case_alone() -> None:
    known = KnownStakes(declared={"1234567": frozenset({1})})
    assert stakes_of(AuditorFacts(1), CASE, known) == {Stake.DECLARED}
    assert not stakes_of(AuditorFacts(2), CASE, known)
    assert not stakes_of(AuditorFacts(1), CaseFacts("7654321", NORTH, HERE, "E1"), known)


def test_every_stake_says_in_words_what_it_is() -> None:
    assert len({each.label for each in Stake}) == len(Stake)


TEAMS = range(1, 6)
WORKERS = [f"E{number}" for number in range(1, 9)]


@given(st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_in_no_organisation_is_anybody_given_a_case_they_have_a_stake_in(dice: Random) -> None:
    manages = {person: set(dice.sample(TEAMS, dice.randint(0, 2))) for person in range(6)}
    practises = {person: set(dice.sample(TEAMS, dice.randint(0, 1))) for person in range(6)}
    staff_id = {person: dice.choice([None, *WORKERS]) for person in range(6)}
    teams_of_worker = {each: set(dice.sample(TEAMS, dice.randint(0, 2))) for each in WORKERS}
    listed = [
        ListedCase(f"{n:07}", 1 + (team := dice.choice(TEAMS)) % 2, team, dice.random() < 0.2)
        for n in range(dice.randint(0, 25))
    ]
    worker = {case.reference: dice.choice([None, *WORKERS]) for case in listed}
    declared = {case.reference: set(dice.sample(range(6), dice.randint(0, 2))) for case in listed}
    heads = {person: set(dice.sample([None, 1, 2], dice.randint(0, 1))) for person in range(6)}
    before = {case.reference: dice.choice([None, *range(6)]) for case in listed}
    facts = [
        AuditorFacts(
            person,
            staff_id[person],
            frozenset(manages[person]),
            frozenset(practises[person] | manages[person]),
            frozenset(heads[person]),
        )
        for person in range(6)
    ]
    known = KnownStakes(
        {each: frozenset(teams) for each, teams in teams_of_worker.items()},
        {},
        {each: frozenset(people) for each, people in declared.items()},
    )
    seed = str(dice.random())
    drawn = draw(seed, listed, Numbers({1: dice.randint(0, 12), 2: dice.randint(0, 12)}))
    chosen = [case for case in listed if drawn[case.reference].chosen]
    given_to = spread(
        seed,
        [
            ToGive(
                case.reference,
                frozenset(
                    each.id
                    for each in facts
                    if not stakes_of(
                        each,
                        CaseFacts(
                            case.reference,
                            case.team,
                            case.service,
                            worker[case.reference],
                            before[case.reference],
                        ),
                        known,
                    )
                ),
            )
            for case in chosen
        ],
        [Seat(each.id, f"AUDITOR-{each.id}", dice.randint(0, 3)) for each in facts],
    )
    for case in chosen:
        person = given_to[case.reference]
        if person is None:
            continue
        assert not case.excluded
        assert case.team not in manages[person] | practises[person]
        if (who := worker[case.reference]) is not None:
            assert who != staff_id[person]
            assert not manages[person] & teams_of_worker[who]
        assert person not in declared[case.reference]
        assert person != before[case.reference]
        assert not heads[person] & {None, case.service}
