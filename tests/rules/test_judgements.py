"""The scale keeps its order, and what people write for a judgement is understood."""

from __future__ import annotations

import pytest

from audit_app.rules.judgements import SCALE, Judgement, read_judgement, steps_better, weakest


def test_the_scale_runs_from_best_to_worst_without_too_little_evidence() -> None:
    assert [word.label for word in SCALE] == [
        "Outstanding",
        "Good",
        "Requires Improvement to be Good",
        "Inadequate",
    ]
    assert not Judgement.NOT_ENOUGH_EVIDENCE.on_scale
    assert all(word.on_scale for word in SCALE)


def test_good_or_better_is_good_and_outstanding_only() -> None:
    assert [word for word in Judgement if word.good_or_better] == [
        Judgement.OUTSTANDING,
        Judgement.GOOD,
    ]


def test_only_requires_improvement_is_shortened() -> None:
    shortened = [word for word in Judgement if word.short_label != word.label]
    assert shortened == [Judgement.REQUIRES_IMPROVEMENT]
    assert Judgement.REQUIRES_IMPROVEMENT.short_label == "Requires Improvement"


@pytest.mark.parametrize(
    ("text", "judgement"),
    [
        ("Outstanding", Judgement.OUTSTANDING),
        ("o", Judgement.OUTSTANDING),
        ("GOOD", Judgement.GOOD),
        ("g", Judgement.GOOD),
        ("Requires Improvement to be Good", Judgement.REQUIRES_IMPROVEMENT),
        ("requires  improvement", Judgement.REQUIRES_IMPROVEMENT),
        ("RI", Judgement.REQUIRES_IMPROVEMENT),
        ("r", Judgement.REQUIRES_IMPROVEMENT),
        (" Inadequate ", Judgement.INADEQUATE),
        ("I", Judgement.INADEQUATE),
        ("not_enough_evidence", Judgement.NOT_ENOUGH_EVIDENCE),
    ],
)
def test_a_judgement_is_read_as_people_write_it(text: str, judgement: Judgement) -> None:
    assert read_judgement(text) is judgement


@pytest.mark.parametrize("text", ["", "Excellent", "5", "Good enough"])
def test_other_words_are_refused_and_the_right_ones_named(text: str) -> None:
    with pytest.raises(ValueError, match=r"Use Outstanding, Good, .* or Inadequate"):
        read_judgement(text)


def test_every_label_and_stored_value_can_be_read_back() -> None:
    for word in Judgement:
        assert read_judgement(word.label) is word
        assert read_judgement(word.value) is word


def test_steps_count_grades_and_are_negative_when_worse() -> None:
    assert steps_better(Judgement.OUTSTANDING, Judgement.INADEQUATE) == 3
    assert steps_better(Judgement.REQUIRES_IMPROVEMENT, Judgement.GOOD) == -1
    assert steps_better(Judgement.GOOD, Judgement.GOOD) == 0


def test_the_weakest_is_the_worst_on_the_scale_and_ignores_too_little_evidence() -> None:
    given = [Judgement.NOT_ENOUGH_EVIDENCE, Judgement.GOOD, Judgement.REQUIRES_IMPROVEMENT]
    assert weakest(given) is Judgement.REQUIRES_IMPROVEMENT
    assert weakest([Judgement.NOT_ENOUGH_EVIDENCE]) is None
