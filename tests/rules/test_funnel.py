"""Teams against the limits of chance: counted out by plain loops over the binomial's terms."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from audit_app.rules.funnel import FAR, NEAR, Standing, edges, funnel
from audit_app.rules.intervals import exact_limits


def at_most(count: int, total: int, share: Fraction) -> Fraction:
    """The chance of so many or fewer, term by term."""
    return sum(
        (comb(total, n) * share**n * (1 - share) ** (total - n) for n in range(count + 1)),
        Fraction(0),
    )


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=2, max_size=6))
def test_a_team_is_outside_where_chance_puts_one_in_forty_there(
    drawn: list[tuple[int, int]],
) -> None:
    teams = [(f"Team {n}", min(pair), max(pair)) for n, pair in enumerate(drawn)]
    found = funnel(teams)
    for team in found.teams:
        if team.share.total < 10:
            assert (team.standing, team.limits) == (Standing.TOO_FEW, None)
            continue
        centre = Fraction(found.whole.count, found.whole.total)
        low = at_most(team.share.count, team.share.total, centre)
        high = 1 - at_most(team.share.count - 1, team.share.total, centre)
        assert team.standing.outside == (min(low, high) < Fraction(1, 40))
        assert team.standing.far == (min(low, high) < Fraction(1, 1000))


@pytest.mark.parametrize("level", [NEAR, FAR])
@pytest.mark.parametrize("centre", [0.04, 0.37, 0.91])
def test_the_drawn_edge_has_every_count_on_the_side_its_limits_say(
    centre: float, level: float
) -> None:
    sizes = list(range(1, 120))
    for total, (low, high) in zip(sizes, edges(centre, sizes, level), strict=True):
        fewest, most = exact_limits(total, centre, level)
        assert (fewest - 1) / total <= low + 1e-9
        assert low <= fewest / total + 1e-9
        assert most / total <= high + 1e-9
        assert high <= (most + 1) / total + 1e-9


def test_teams_keep_their_order_and_those_without_audits_have_no_place() -> None:
    found = funnel([("Zebra", 5, 20), ("None", 0, 0), ("Alpha", 19, 20), ("Few", 1, 3)])
    assert [each.name for each in found.teams] == ["Zebra", "Alpha", "Few"]
    assert found.whole.count == 25
    assert [each.name for each in found.compared] == ["Zebra", "Alpha"]


def test_more_spread_than_chance_makes_is_said() -> None:
    like = funnel([(f"Team {n}", 50, 100) for n in range(20)])
    apart = funnel([(f"Team {n}", 30 + 4 * n, 100) for n in range(11)])
    assert (like.dispersion, like.over_dispersed) == (0, False)
    assert apart.over_dispersed
    observed = [30 + 4 * n for n in range(11)]
    squares = chisquare([*observed, *(100 - n for n in observed)], [50.0] * 22)[0]
    assert apart.dispersion == pytest.approx(squares / 11)


@pytest.mark.parametrize("judged", [0, 30])
def test_where_none_or_all_are_judged_so_no_team_is_outside(judged: int) -> None:
    found = funnel([("A", judged, 30), ("B", judged, 30)])
    assert found.outside == ()
    assert found.dispersion is None


@pytest.mark.parametrize(("teams", "chance"), [(9, 0), (10, 1), (40, 2), (150, 8)])
def test_one_team_in_twenty_may_be_outside_by_chance(teams: int, chance: int) -> None:
    assert funnel([(str(n), 6, 12) for n in range(teams)]).outside_by_chance == chance


def test_nothing_recorded_has_no_team() -> None:
    assert funnel([]).teams == ()
