"""What a section still needs, and when an overall judgement needs a reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.rules.completeness import (
    moderation_problems,
    overall_problems,
    reasons_needed,
    thread_problems,
)
from audit_app.rules.judgements import SCALE, Judgement

O, G, R, I = SCALE  # noqa: E741
NEE = Judgement.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize(
    ("overall", "threads", "asked"),
    [
        (G, [G, G, R], False),
        (G, [O, G, I], True),
        (R, [R, I], True),
        (I, [I, G], False),
        (O, [O, R], True),
        (O, [G, G], False),
        (G, [NEE, NEE], False),
        (G, [None, NEE], False),
        (R, [O, O], False),
    ],
)
def test_a_reason_is_asked_for_when_overall_outshines_its_threads(
    overall: Judgement, threads: list[Judgement | None], asked: bool
) -> None:
    named = {f"thread {number}": each for number, each in enumerate(threads)}
    assert bool(reasons_needed(overall, named)) is asked


@given(
    overall=st.sampled_from(SCALE),
    threads=st.lists(st.sampled_from([*SCALE, NEE, None]), max_size=6),
)
def test_the_rule_is_the_one_that_is_written_down(
    overall: Judgement, threads: list[Judgement | None]
) -> None:
    grades = [SCALE.index(each) for each in threads if each in SCALE]
    two_better = bool(grades) and max(grades) - SCALE.index(overall) >= 2
    hidden_inadequate = I in threads and overall is not I
    named = {f"thread {number}": each for number, each in enumerate(threads)}
    assert bool(reasons_needed(overall, named)) is (two_better or hidden_inadequate)


def test_a_reason_given_is_enough() -> None:
    answers = {
        "overall": G,
        "rationale": "On balance.",
        "good_practice": False,
        "safeguarding_concern": False,
        "overall_reason": "Put right in May.",
    }
    assert overall_problems(answers, {"Plan": I}, overall_judged=True) == []


def test_where_no_overall_judgement_is_given_none_is_asked_for() -> None:
    asked = [problem.field for problem in overall_problems({}, {}, overall_judged=False)]
    assert "overall" not in asked
    assert "rationale" in asked


def test_white_space_is_no_answer() -> None:
    problems = thread_problems("Plan", {"judgement": G, "evidence": "  \n "})
    assert "evidence" in [problem.field for problem in problems]


@pytest.mark.parametrize("second", [*SCALE])
def test_a_moderator_gives_a_reason_exactly_when_they_differ(second: Judgement) -> None:
    problems = moderation_problems({"overall": second}, {"overall": G}, True, {})
    assert [problem.field for problem in problems] == ([] if second is G else ["overall_reason"])
