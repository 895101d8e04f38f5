"""Whether places differ: against scipy, against deals by a plain loop, and in words."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

from audit_app.rules.disparity import Disparity, Method, Place, disparities

SERVICES = [
    Place("Advice", 18, 885),
    Place("Disabilities", 33, 567),
    Place("Fostering", 33, 583),
    Place("Leaving Care", 71, 665),
    Place("Locality", 61, 2799),
]


def asked(*places: Place, floor: int = 10) -> Disparity:
    return disparities({"only": places}, floor)["only"]


def test_large_numbers_are_tested_as_scipy_tests_them() -> None:
    found = asked(*SERVICES)
    table = [[each.count, each.total - each.count] for each in SERVICES]
    statistic, p, _, _ = chi2_contingency(table, correction=False)
    assert found.method is Method.CHI_SQUARE
    assert found.statistic == pytest.approx(statistic)
    assert found.p == pytest.approx(p)


def test_small_numbers_are_dealt_out_as_a_plain_loop_deals_them() -> None:
    places = [Place("A", 3, 10), Place("B", 0, 12), Place("C", 1, 9), Place("D", 4, 11)]
    found = asked(*places, floor=9)
    deck = [each.name for each in places for _ in range(each.total)]
    share = 8 / 42
    dealer = random.Random(7)  # noqa: S311  no secret
    as_far = 0
    for _ in range(4000):
        got = Counter(dealer.sample(deck, 8))
        statistic = sum(
            (got[e.name] - share * e.total) ** 2 / (share * (1 - share) * e.total) for e in places
        )
        as_far += statistic >= (found.statistic or 0) - 1e-9
    assert found.method is Method.DEALT
    assert found.p == pytest.approx(as_far / 4000, abs=0.025)


def test_the_same_counts_always_give_the_same_answer() -> None:
    places = [Place("A", 3, 10), Place("B", 0, 12), Place("C", 1, 9)]
    assert asked(*places).p == asked(*places).p


def test_a_clear_difference_names_those_that_stand_apart_in_their_own_order() -> None:
    found = asked(*SERVICES)
    assert [(each.name, each.more) for each in found.apart] == [
        ("Advice", False),
        ("Disabilities", True),
        ("Fostering", True),
        ("Leaving Care", True),
        ("Locality", False),
    ]
    assert found.sentence("Outstanding", "services") == (
        "Outstanding differs between services (from 2% to 11%); a difference this size is unlikely "
        "to be chance. It is more common in Disabilities, Fostering and Leaving Care and less "
        "common in Advice and Locality than elsewhere."
    )


def test_no_clear_difference_is_an_answer_and_names_nobody() -> None:
    found = asked(Place("North", 20, 100), Place("South", 23, 100))
    assert (found.clear, found.apart) == (False, ())
    assert found.sentence("Good or better", "localities") == (
        "No clear difference in Good or better between localities (from 20% to 23%): "
        "chance alone could put them this far apart."
    )


def test_inside_the_sentence_says_how_many_audits_both_ends_rest_on() -> None:
    found = asked(Place("North", 20, 100), Place("South", 23, 100))
    assert "(from 20% of 100 to 23% of 100)" in found.sentence("Good or better", "localities", True)
    found = asked(*SERVICES)
    assert "(from 2% of 885 to 11% of 665)" in found.sentence("Outstanding", "services", True)


def test_several_questions_at_once_each_allow_for_the_others() -> None:
    close = [Place("North", 30, 100), Place("South", 45, 100)]
    alone = asked(*close)
    together = disparities({str(number): close for number in range(4)})
    assert alone.clear
    assert not any(each.clear for each in together.values())
    assert together["0"].adjusted == pytest.approx(4 * (alone.p or 0))


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ([], "Outstanding cannot be compared: fewer than two services have audits."),
        (
            [Place("A", 3, 20), Place("B", 0, 0)],
            "Outstanding cannot be compared: fewer than two services have audits.",
        ),
        (
            [Place("A", 0, 20), Place("B", 0, 30)],
            "No audit was judged Outstanding, so there is no difference between services.",
        ),
        (
            [Place("A", 20, 20), Place("B", 30, 30)],
            "Every audit was judged Outstanding, so there is no difference between services.",
        ),
        (
            [Place("A", 0, 20), Place("B", 0, 30), Place("C", 1, 9)],
            (
                "No audit in the services that are compared was judged Outstanding, so there is no "
                "difference between them. 1 of 3 services is too small to compare (fewer than 10 "
                "audits)."
            ),
        ),
        (
            [Place("A", 5, 20), Place("B", 0, 9), Place("C", 9, 9)],
            (
                "Too few audits to compare Outstanding between services. 2 of 3 services are too "
                "small to compare (fewer than 10 audits)."
            ),
        ),
    ],
)
def test_nothing_to_test_says_why(places: list[Place], said: str) -> None:
    assert asked(*places).sentence("Outstanding", "services") == said


def test_a_place_too_small_to_be_printed_is_not_tested_either() -> None:
    found = asked(Place("A", 1, 10), Place("B", 1, 10), Place("C", 9, 9))
    alone = asked(Place("A", 1, 10), Place("B", 1, 10))
    assert (found.p, found.statistic) == (alone.p, alone.statistic)
    assert found.sentence("Outstanding", "services") == (
        "No clear difference in Outstanding between services (10% in each): chance alone could put "
        "them this far apart. 1 of 3 services is too small to compare (fewer than 10 audits)."
    )


def test_a_place_stands_apart_from_the_others_compared() -> None:
    places = [Place("North", 2, 100), Place("South", 20, 100)]
    found = asked(*places, *(Place(f"Tiny {number}", 9, 9) for number in range(20)))
    assert found.apart == asked(*places).apart
    assert [each.name for each in found.apart] == ["North", "South"]


@given(
    st.lists(
        st.integers(0, 60).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))),
        max_size=8,
    )
)
def test_any_counts_have_an_answer(counts: list[tuple[int, int]]) -> None:
    places = [Place(f"Place {number}", *each) for number, each in enumerate(counts)]
    found = asked(*places)
    assert found.p is None or 0 < found.p <= 1
    assert found.sentence("Outstanding", "services").endswith(".")
    assert {each.name for each in found.apart} <= {each.name for each in places if each.total >= 10}
