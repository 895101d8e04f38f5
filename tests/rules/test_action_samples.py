"""A sample of closed actions is a share nobody picks, and comes out the same again."""

from __future__ import annotations

from fractions import Fraction
from hashlib import sha256
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from audit_app.rules.action_samples import draw, size

REFERENCES = st.sets(st.text("23456789ABCDEFGH", min_size=4, max_size=9), max_size=60)
PERCENTS = st.integers(1, 100)


@given(st.text(max_size=20), REFERENCES, PERCENTS)
def test_the_lowest_numbers_are_chosen_and_as_many_as_the_share_rounded_up(
    seed: str, references: set[str], percent: int
) -> None:
    drawn = draw(seed, list(references), percent)
    assert {each.reference for each in drawn} == references
    chosen = [each for each in drawn if each.chosen]
    assert (
        len(chosen)
        == ceil(Fraction(len(references) * percent, 100))
        == size(len(references), percent)
    )
    left = [each.number for each in drawn if not each.chosen]
    assert all(each.number <= least for each in chosen for least in left)


@given(st.text(max_size=20), REFERENCES, PERCENTS)
def test_the_same_actions_in_any_order_are_drawn_alike(
    seed: str, references: set[str], percent: int
) -> None:
    one = draw(seed, sorted(references), percent)
    assert one == draw(seed, sorted(references, reverse=True), percent)


def test_a_number_can_be_worked_out_with_nothing_but_sha_256() -> None:
    (drawn,) = draw("5eed", ["K7QM-2XVD"], 1)
    assert drawn.number == int(sha256(b"5eed:K7QM-2XVD").hexdigest(), 16) % 1_000_000
    assert drawn.chosen


def test_every_action_is_chosen_about_as_often_as_any_other() -> None:
    references = [f"AAAA-{number:04}" for number in range(40)]
    times = dict.fromkeys(references, 0)
    for number in range(2_000):
        for each in draw(f"seed {number}", references, 10):
            times[each.reference] += each.chosen
    # 4 of 40, 2,000 times: 200 each; five standard deviations are 67.
    assert sum(times.values()) == 8_000
    assert all(133 <= count <= 267 for count in times.values())
