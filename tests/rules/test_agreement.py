"""How far apart people are: counted in pairs, told in a sentence, and blind to their order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.rules.agreement import Agreement, Spread, agreement
from audit_app.rules.judgements import SCALE, Judgement

O, G, R, I, N = Judgement  # noqa: E741

grades = st.lists(st.sampled_from(SCALE), max_size=8)
judgements = st.lists(st.sampled_from(Judgement), max_size=8)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([], "Nobody judged"),
        ([G], "The one person said Good"),
        ([N], "The one person said not enough evidence to judge"),
        ([G, G], "Both said Good"),
        ([G, G, G], "All 3 said Good"),
        ([G, G, R, G, G], "4 of 5 said Good; one grade apart at most"),
        ([O, G, R, R], "2 of 4 said Requires Improvement to be Good; two grades apart at most"),
        ([O, I], "1 said Outstanding and 1 said Inadequate; three grades apart at most"),
        ([R, G, O], ("1 said Outstanding, 1 said Good and 1 said Requires Improvement to be Good; "
                    "two grades apart at most")),
        ([G, G, N], "2 of 3 said Good; 1 said not enough evidence to judge"),
        ([N, N, G], "2 of 3 said not enough evidence to judge"),
        ([G, N], "1 said Good and 1 said not enough evidence to judge"),
        ([N, G, G, R, R],
         ("2 said Good, 2 said Requires Improvement to be Good and 1 said not enough evidence to "
         "judge; one grade apart at most")),
    ],
)  # fmt: skip
def test_a_spread_is_told_in_one_sentence(given: list[Judgement], words: str) -> None:
    assert Spread(tuple(given)).words == words


@pytest.mark.parametrize(
    ("pairs", "found"),
    [
        ([], Agreement(0, 0, 0)),
        ([(G, G), (G, R), (G, I), (O, I)], Agreement(4, 1, 2)),
        ([(N, N), (N, G), (G, N)], Agreement(0, 0, 0)),
    ],
)
def test_pairs_of_grades_are_the_same_near_or_far(
    pairs: list[tuple[Judgement, Judgement]], found: Agreement
) -> None:
    assert agreement(pairs) == found


def test_agreement_is_said_with_both_numbers_and_never_of_nothing() -> None:
    found = Spread((G, G, G, R)).agreement
    assert (found.exact_words, found.within_one_words) == ("3 of 6", "6 of 6")
    assert Spread((G,)).agreement.exact_words == "–"


@given(given=judgements, order=st.randoms())
def test_the_order_of_people_changes_nothing(given: list[Judgement], order: object) -> None:
    shuffled = list(given)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = Spread(tuple(given)), Spread(tuple(shuffled))
    assert (first.words, first.agreement) == (second.words, second.agreement)


@given(given=grades, silent=st.integers(0, 4))
def test_whoever_gives_no_grade_makes_nobody_closer_or_further(
    given: list[Judgement], silent: int
) -> None:
    alone, with_others = Spread(tuple(given)), Spread((*given, *[N] * silent))
    assert alone.agreement == with_others.agreement
    assert alone.grades_apart == with_others.grades_apart


@given(given=grades)
def test_everybody_agrees_exactly_when_no_grades_lie_between_them(given: list[Judgement]) -> None:
    spread = Spread(tuple(given))
    assert (spread.agreement.exact == spread.agreement.pairs) is (spread.grades_apart == 0)
    assert (spread.agreement.within_one == spread.agreement.pairs) is (spread.grades_apart <= 1)
    assert spread.agreement.exact <= spread.agreement.within_one <= spread.agreement.pairs
