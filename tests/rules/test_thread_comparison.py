"""Threads beside each other: what is called moved, what weakest, and what is left unsaid."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random

import pytest
from scipy.stats import chi2_contingency
from statsmodels.stats.multitest import multipletests

from audit_app.rules.change import Direction
from audit_app.rules.columns import Column
from audit_app.rules.periods import PeriodKind, split
from audit_app.rules.shares import Share
from audit_app.rules.thread_comparison import (
    clearly_weakest,
    compared,
    holm,
    moved,
    points_apart,
    said_of,
    weakest_said,
)

BETTER, WORSE = Direction.BETTER, Direction.WORSE
SAME, FEW = Direction.NO_CLEAR_CHANGE, Direction.TOO_FEW


def years(*counts: tuple[int, int, int, int]) -> list[Column]:
    periods = split(PeriodKind.CALENDAR_YEAR, date(2019, 1, 1), date(2018 + len(counts), 12, 31))
    return [Column(each, of, 0, 10, 0) for each, of in zip(periods, counts, strict=True)]


def test_the_latest_two_periods_with_audits_enough_are_compared() -> None:
    few, many = (0, 5, 4, 0), (5, 5, 5, 5)

    assert compared(years(many, many, few, many, few)) == (1, 3)
    assert compared(years(few, many, few)) is None


def test_a_thread_moves_only_where_a_rule_fires() -> None:
    columns = years((4, 99, 142, 41), (16, 347, 479, 82), (30, 383, 393, 47))
    (plan,) = moved({"Plan": columns}, (1, 2))
    (few,) = moved({"Plan": years((1, 4, 5, 2), (2, 5, 4, 1))}, (0, 1))
    (none,) = moved({"Plan": years((0, 4, 2, 0), (2, 5, 4, 1))}, (0, 1))

    assert (plan.lately, plan.over_all) == (BETTER, BETTER)
    assert plan.sentence.startswith("Good or better rose from 39.3% in 2020 to 48.4% in 2021")
    assert (few.lately, few.sentence) == (
        SAME,
        "No clear change in good or better: 42% in 2019, 58% in 2020.",
    )
    assert (none.lately, none.sentence) == (FEW, "Too few audits to tell a change.")


def test_a_step_that_is_clear_alone_is_not_among_six_threads() -> None:
    alone = years((0, 100, 100, 0), (0, 121, 79, 0))
    still = years((0, 100, 100, 0), (0, 101, 99, 0))
    (one,) = moved({"Plan": alone}, (0, 1))
    six = moved({"Plan": alone} | {f"Other {n}": still for n in range(5)}, (0, 1))

    assert (one.lately, six[0].lately) == (BETTER, SAME)
    assert six[0].sentence == "No clear change in good or better: 50.0% in 2019, 60.5% in 2020."
    assert one.of_step is not None
    assert six[0].of_step is not None
    assert six[0].of_step.alone == one.of_step.alone == one.of_step.allowing
    assert six[0].of_step.allowing == pytest.approx(6 * one.of_step.alone)


def test_the_test_of_a_step_is_that_of_its_table_of_four() -> None:
    (found,) = moved({"Plan": years((0, 43, 57, 0), (3, 60, 30, 7))}, (0, 1))

    assert found.of_step is not None
    expected = chi2_contingency([[43, 57], [63, 37]], correction=False).pvalue
    assert found.of_step.alone == pytest.approx(expected)


def test_all_good_in_both_periods_is_no_change() -> None:
    (found,) = moved({"Plan": years((0, 43, 0, 0), (3, 60, 0, 0))}, (0, 1))

    assert found.of_step is not None
    assert (found.of_step.alone, found.lately) == (1.0, SAME)


@pytest.mark.parametrize(
    ("ways", "sentence"),
    [
        ((BETTER, SAME, SAME), "Plan got better; no clear change in the other 2"),
        ((BETTER, WORSE, SAME), "Plan got better; Voice got worse; no clear change in the other"),
        ((BETTER, WORSE, BETTER), "Plan and Chronology got better; Voice got worse"),
        ((BETTER, BETTER, BETTER), "every thread got better"),
        ((SAME, SAME, FEW), "no clear change in any thread"),
        ((FEW, FEW, FEW), "too few audits to compare any thread"),
    ],
)
def test_threads_that_moved_are_named_and_the_others_counted(
    ways: tuple[Direction, ...], sentence: str
) -> None:
    names = ("Plan", "Voice", "Chronology")

    assert said_of(dict(zip(names, ways, strict=True))) == sentence


def test_the_lowest_is_weakest_only_where_it_is_clearly_below_every_other() -> None:
    plan, voice = Share(300, 1000), Share(450, 1000)

    assert clearly_weakest({"Plan": plan, "Voice": voice}) == "Plan"
    assert clearly_weakest({"Voice": voice, "Plan": plan, "Near": Share(310, 1000)}) is None
    assert clearly_weakest({"Plan": plan}) is None


def test_too_few_audits_are_never_weakest() -> None:
    assert clearly_weakest({"Plan": Share(0, 9), "Voice": Share(900, 1000)}) is None
    assert (
        clearly_weakest({"Plan": Share(0, 9), "Voice": Share(900, 1000), "Set": Share(1, 500)})
        == "Set"
    )


def test_points_apart_are_from_counts_and_rounded_last() -> None:
    # 1/3 and 2/3 of a hundred: 33.3 and 66.7 printed would be 33.4 apart.
    assert points_apart(Share(10, 30), Share(20, 30)) == Decimal("33.3")
    assert points_apart(Share(20, 30), Share(10, 30)) == Decimal("-33.3")
    assert str(points_apart(Share(5000, 10001), Share(5000, 10002))) == "0.0"
    assert points_apart(Share(1, 9), Share(20, 30)) is None


@pytest.mark.parametrize("seed", range(20))
def test_allowing_for_several_tests_agrees_with_statsmodels(seed: int) -> None:
    draw = Random(seed)  # noqa: S311  a test repeats itself
    ps = [draw.random() ** 3 for _ in range(draw.randint(1, 7))]

    assert holm(ps) == pytest.approx(list(multipletests(ps, method="holm")[1]))


def test_the_weakest_is_said_of_its_period_and_only_where_two_can_be_compared() -> None:
    weak, fair, few = Share(10, 100, 1), Share(50, 100, 1), Share(1, 3)

    assert weakest_said({"Plan": weak, "Voice": fair}, "2021") == (
        "In 2021 Plan is the weakest thread: 10.0% good or better, clearly below every other."
    )
    same = weakest_said({"Plan": fair, "Voice": fair}, "2021")
    assert same == "In 2021 no thread is clearly weaker than all the others."
    assert weakest_said({"Plan": fair, "Voice": few}, "2021").startswith("Too few audits in 2021")


def test_one_period_is_called_one_however_many_audits_it_holds() -> None:
    (many,) = moved({"Plan": years((0, 0, 0, 0), (50, 50, 50, 50))}, None)

    assert many.sentence == "Only one period holds audits, so no two can be compared."
