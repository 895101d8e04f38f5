"""Drawn cases are spread over auditors: never to a stake, as many as can be, evenly, by no hand."""

from __future__ import annotations

from collections import Counter
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from audit_app.rules.spreading import Seat, ToGive, spread


def seats(*rooms: int) -> list[Seat]:
    return [Seat(number, f"AUDITOR-{number}", room) for number, room in enumerate(rooms)]


def to_give(count: int, *auditors: int) -> list[ToGive]:
    return [ToGive(f"{number:07}", frozenset(auditors)) for number in range(count)]


def test_cases_are_spread_as_evenly_as_they_go() -> None:
    given_to = spread("seed", to_give(7, 0, 1, 2), seats(5, 5, 5))
    assert sorted(Counter(given_to.values()).values()) == [2, 2, 3]


def test_whoever_does_twice_as_many_is_given_twice_as_many() -> None:
    given_to = spread("seed", to_give(9, 0, 1), seats(8, 4))
    assert Counter(given_to.values()) == {0: 6, 1: 3}


def test_a_case_that_only_one_auditor_may_have_is_not_lost_to_another() -> None:
    cases = [ToGive("anybody", frozenset({0, 1})), ToGive("only-0", frozenset({0}))]
    assert spread("seed", cases, seats(1, 1)) == {"anybody": 1, "only-0": 0}


def test_what_nobody_has_room_for_waits() -> None:
    given_to = spread("seed", to_give(5, 0, 1), seats(2, 1))
    assert Counter(given_to.values()) == {0: 2, 1: 1, None: 2}


def test_a_case_in_which_everybody_has_a_stake_waits() -> None:
    cases = [ToGive("staked", frozenset()), ToGive("free", frozenset({0}))]
    assert spread("seed", cases, seats(5)) == {"staked": None, "free": 0}


def test_without_auditors_or_room_every_case_waits() -> None:
    assert spread("seed", to_give(2, 0), []) == {"0000000": None, "0000001": None}
    assert spread("seed", to_give(2, 0), seats(0)) == {"0000000": None, "0000001": None}
    assert spread("seed", [], seats(3)) == {}


def test_who_is_given_which_case_differs_with_the_seed_and_with_nothing_else() -> None:
    cases, auditors = to_give(12, 0, 1, 2, 3), seats(3, 3, 3, 3)
    once = spread("seed", cases, auditors)
    assert spread("seed", cases[::-1], auditors[::-1]) == once
    assert spread("other", cases, auditors) != once


@given(st.randoms(use_true_random=False), st.integers(0, 14), st.integers(0, 6))
@settings(max_examples=200, deadline=None)
def test_nobody_is_given_too_many_or_a_stake_and_no_case_waits_that_need_not(
    dice: Random, count: int, people: int
) -> None:
    auditors = seats(*(dice.randint(0, 4) for _ in range(people)))
    cases = [
        ToGive(f"{number:07}", frozenset(a for a in range(people) if dice.random() < 0.4))
        for number in range(count)
    ]
    given_to = spread(str(dice.random()), cases, auditors)
    assert set(given_to) == {case.reference for case in cases}
    for case in cases:
        assert given_to[case.reference] in {None, *case.auditors}
    load = Counter(auditor for auditor in given_to.values() if auditor is not None)
    assert all(load[seat.id] <= seat.room for seat in auditors)
    assert load.total() == _most(cases, auditors)


@given(st.randoms(use_true_random=False), st.integers(1, 30), st.integers(1, 6))
@settings(max_examples=100, deadline=None)
def test_where_nobody_has_a_stake_all_are_as_evenly_filled_as_can_be(
    dice: Random, count: int, people: int
) -> None:
    auditors = seats(*(dice.randint(1, 6) for _ in range(people)))
    given_to = spread("seed", to_give(count, *range(people)), auditors)
    load = Counter(auditor for auditor in given_to.values() if auditor is not None)
    # Nobody could pass an audit to somebody who would still be less filled than they are.
    for one in auditors:
        for other in auditors:
            if load[one.id] and one is not other:
                ahead = (2 * load[one.id] - 1) / one.room
                behind = (2 * load[other.id] + 1) / other.room
                assert ahead <= behind + 0.001


def _most(cases: list[ToGive], auditors: list[Seat]) -> int:
    """How many cases can be given at all, by trying to make way for each in turn."""
    room = {seat.id: seat.room for seat in auditors}
    has: dict[int, list[ToGive]] = {seat.id: [] for seat in auditors}

    def make_way(case: ToGive, tried: set[int]) -> bool:
        for auditor in case.auditors - tried:
            tried.add(auditor)
            if len(has[auditor]) < room[auditor]:
                has[auditor].append(case)
                return True
            for other in list(has[auditor]):
                if make_way(other, tried):
                    has[auditor].remove(other)
                    has[auditor].append(case)
                    return True
        return False

    return sum(make_way(case, set()) for case in cases)
