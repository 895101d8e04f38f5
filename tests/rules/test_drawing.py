"""The draw: by number, within strata, the same for everybody, and fair to every case and pair."""

from __future__ import annotations

import subprocess
from collections import Counter
from itertools import combinations, product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from audit_app.rules.drawing import (
    Drawn,
    ListedCase,
    Numbers,
    case_number,
    draw,
    shown_number,
    strata_of,
    tie_break,
)

FOSTERING, LOCALITY = 1, 2
NORTH, SOUTH, EAST = 11, 12, 21


DICE = st.randoms(use_true_random=False)


def cases(count: int, service: int = FOSTERING, team: int = NORTH) -> list[ListedCase]:
    return [ListedCase(f"{team}-{number:05}", service, team) for number in range(count)]


def chosen(drawn: dict[str, Drawn]) -> set[str]:
    return {reference for reference, each in drawn.items() if each.chosen}


def test_a_case_draws_a_number_that_anybody_can_make_again() -> None:
    line = "5f3a:1234567"
    asked = subprocess.run(
        ["sha256sum"], input=line, capture_output=True, text=True, check=True
    ).stdout
    number = case_number("5f3a", "1234567")
    assert shown_number(number).replace(" ", "") == asked[:15]
    assert 0 <= number < 2**60


def test_the_first_of_a_service_by_number_are_chosen() -> None:
    listed = cases(20)
    drawn = draw("seed", listed, Numbers({FOSTERING: 5}))
    in_order = sorted(listed, key=lambda each: case_number("seed", each.reference))
    assert chosen(drawn) == {each.reference for each in in_order[:5]}
    assert [drawn[each.reference].place for each in in_order] == list(range(1, 21))


def test_a_team_with_a_number_of_its_own_is_drawn_by_itself_within_its_services_number() -> None:
    listed = cases(10, team=NORTH) + cases(10, team=SOUTH) + cases(10, team=13)
    drawn = draw("seed", listed, Numbers({FOSTERING: 7}, {NORTH: 3}))
    found = Counter("north" if each.startswith("11") else "rest" for each in chosen(drawn))
    assert found == {"north": 3, "rest": 4}
    assert {drawn["11-00001"].stratum, drawn["12-00001"].stratum} == {"team-11", "service-1"}


def test_a_team_without_an_open_case_takes_nothing_from_its_service() -> None:
    drawn = draw("seed", cases(10, team=NORTH), Numbers({FOSTERING: 4}, {SOUTH: 2}))
    assert len(chosen(drawn)) == 4


def test_a_team_whose_number_is_zero_is_left_alone() -> None:
    listed = cases(10, team=NORTH) + cases(10, team=SOUTH)
    drawn = draw("seed", listed, Numbers({FOSTERING: 6}, {NORTH: 0}))
    assert len(chosen(drawn)) == 6
    assert not any(each.startswith("11") for each in chosen(drawn))


@pytest.mark.parametrize("numbers", [Numbers(), Numbers({FOSTERING: 0}), Numbers({LOCALITY: 9})])
def test_a_month_without_audits_draws_none(numbers: Numbers) -> None:
    assert not chosen(draw("seed", cases(10), numbers))


def test_where_there_are_too_few_cases_all_of_them_are_chosen() -> None:
    assert len(chosen(draw("seed", cases(3), Numbers({FOSTERING: 5})))) == 3


def test_an_excluded_case_has_a_number_and_no_place_and_is_never_chosen() -> None:
    listed = [*cases(4), ListedCase("0000000", FOSTERING, NORTH, excluded=True)]
    drawn = draw("seed", listed, Numbers({FOSTERING: 5}))
    assert drawn["0000000"].number == case_number("seed", "0000000")
    assert drawn["0000000"].place is None
    assert chosen(drawn) == {each.reference for each in listed[:4]}


@given(st.integers(0, 30), st.integers(0, 10), st.integers(1, 10), DICE)
def test_asking_for_more_only_adds_cases(asked: int, of_team: int, more: int, dice: Random) -> None:
    """Whether of a service alone, or of a team and so of its service too."""
    listed = cases(dice.randint(0, 30)) + cases(dice.randint(1, 30), team=SOUTH)
    seed = str(dice.random())
    of_team = min(asked, of_team)
    before = draw(seed, listed, Numbers({FOSTERING: asked}, {SOUTH: of_team}))
    of_service = draw(seed, listed, Numbers({FOSTERING: asked + more}, {SOUTH: of_team}))
    of_both = draw(seed, listed, Numbers({FOSTERING: asked + more}, {SOUTH: of_team + more}))
    assert chosen(before) <= chosen(of_service)
    assert chosen(before) <= chosen(of_both)


@given(DICE)
def test_the_order_of_the_list_plays_no_part(dice: Random) -> None:
    listed = cases(20) + cases(20, LOCALITY, EAST)
    shuffled = dice.sample(listed, len(listed))
    numbers = Numbers({FOSTERING: 4, LOCALITY: 3})
    assert draw("seed", listed, numbers) == draw("seed", shuffled, numbers)


@given(DICE)
@settings(max_examples=50)
def test_leaving_out_a_case_that_was_not_chosen_changes_nothing_for_the_others(
    dice: Random,
) -> None:
    listed, numbers = cases(20), Numbers({FOSTERING: 5})
    drawn = draw("seed", listed, numbers)
    out = dice.choice(sorted(set(drawn) - chosen(drawn)))
    fewer = [ListedCase(c.reference, c.service, c.team, c.reference == out) for c in listed]
    assert chosen(draw("seed", fewer, numbers)) == chosen(drawn)


def test_the_strata_of_a_list_add_up_to_what_its_services_ask() -> None:
    listed = cases(5, team=NORTH) + cases(5, team=SOUTH) + cases(5, LOCALITY, EAST)
    strata = strata_of(listed, Numbers({FOSTERING: 5, LOCALITY: 2}, {NORTH: 2, EAST: 2}))
    assert {each.key: each.wanted for each in strata} == {
        "team-11": 2,
        "service-1": 3,
        "team-21": 2,
        "service-2": 0,
    }


def test_two_auditors_are_told_apart_by_a_digest_of_the_seed_and_the_case() -> None:
    assert tie_break("s", "1", "A") != tie_break("s", "1", "B")
    assert tie_break("s", "1", "A") != tie_break("t", "1", "A")


SEEDS = 3_000
#: A fair draw goes beyond this once in ten thousand; the seeds are fixed, so it passes or it fails.
RARE = 0.9999


@pytest.fixture(scope="module")
def many_draws() -> list[set[str]]:
    """What 3,000 seeds choose: 6 of 24 cases, 4 of a team of 15, and 3 of 10 elsewhere."""
    listed = [
        *cases(24, team=NORTH),
        *cases(15, team=SOUTH),
        *cases(10, LOCALITY, EAST),
        *(ListedCase(f"out-{n}", FOSTERING, NORTH, excluded=True) for n in range(5)),
    ]
    numbers = Numbers({FOSTERING: 10, LOCALITY: 3}, {SOUTH: 4})
    return [chosen(draw(f"{seed:032x}", listed, numbers)) for seed in range(SEEDS)]


STRATA = pytest.mark.parametrize(
    ("prefix", "size", "taken"), [(NORTH, 24, 6), (SOUTH, 15, 4), (EAST, 10, 3)]
)


@STRATA
def test_every_eligible_case_is_equally_likely_within_its_stratum(
    many_draws: list[set[str]], prefix: int, size: int, taken: int
) -> None:
    found = Counter(each for one in many_draws for each in one if each.startswith(f"{prefix}-"))
    assert found.total() == SEEDS * taken
    expected = SEEDS * taken / size
    counts = [found[f"{prefix}-{number:05}"] for number in range(size)]
    # A case is chosen or not, and so many are each time: both make the counts less scattered.
    scatter = sum((count - expected) ** 2 for count in counts) / expected
    statistic = scatter * (size - 1) / (size - taken)
    assert chi2.ppf(1 - RARE, size - 1) < statistic < chi2.ppf(RARE, size - 1)


@STRATA
def test_every_pair_of_a_stratum_is_equally_likely(
    many_draws: list[set[str]], prefix: int, size: int, taken: int
) -> None:
    found = Counter(
        pair
        for one in many_draws
        for pair in combinations(sorted(each for each in one if each.startswith(f"{prefix}-")), 2)
    )
    likely = taken * (taken - 1) / (size * (size - 1))
    _check_counts(
        [found[pair] for pair in combinations([f"{prefix}-{n:05}" for n in range(size)], 2)], likely
    )


def test_a_case_of_one_stratum_tells_nothing_of_another_stratum(
    many_draws: list[set[str]],
) -> None:
    pairs = product([f"11-{n:05}" for n in range(24)], [f"12-{n:05}" for n in range(15)])
    found = [sum(a in one and b in one for one in many_draws) for a, b in pairs]
    _check_counts(found, 6 / 24 * 4 / 15)


def _check_counts(counts: list[int], likely: float) -> None:
    """That so many counts of something this likely scatter as chance scatters them."""
    expected, spread = SEEDS * likely, (SEEDS * likely * (1 - likely)) ** 0.5
    off = [(count - expected) / spread for count in counts]
    assert max(map(abs, off)) < 5
    assert 0.6 < sum(each**2 for each in off) / len(off) < 1.5
