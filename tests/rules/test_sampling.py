"""The draw: it can be replayed, and changing one setting changes only what it should."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from audit_app.models.base import new_reference
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.sampling import NUMBERS, DrawnBecause, Sampling, number_drawn, why_chosen

seeds = st.text("0123456789abcdef", min_size=32, max_size=32)
samplings = st.builds(Sampling, st.booleans(), st.booleans(), st.integers(0, 100), seeds)
audits = st.lists(
    st.tuples(st.builds(new_reference), st.sampled_from([*SCALE, None])), min_size=1, max_size=60
)
Audits = list[tuple[str, Judgement | None]]


def _drawn(sampling: Sampling, of: Audits) -> dict[str, DrawnBecause | None]:
    return {reference: why_chosen(sampling, reference, judged) for reference, judged in of}


@given(sampling=samplings, of=audits)
def test_the_same_seed_draws_the_same_audits_in_any_order(sampling: Sampling, of: Audits) -> None:
    assert _drawn(sampling, of) == _drawn(sampling, of[::-1])


@given(sampling=samplings, of=audits, share=st.integers(0, 100))
def test_a_higher_share_only_adds(sampling: Sampling, of: Audits, share: int) -> None:
    low, high = sorted((sampling.random_percent, share))
    fewer = _drawn(replace(sampling, random_percent=low), of)
    more = _drawn(replace(sampling, random_percent=high), of)
    for reference, because in fewer.items():
        assert more[reference] is (because or more[reference])
        assert because is not None or more[reference] in (None, DrawnBecause.RANDOM)


@given(sampling=samplings, of=audits)
def test_choosing_every_inadequate_changes_only_inadequate_ones(
    sampling: Sampling, of: Audits
) -> None:
    other = replace(sampling, every_inadequate=not sampling.every_inadequate)
    before, after = _drawn(sampling, of), _drawn(other, of)
    changed = {reference for reference in before if before[reference] is not after[reference]}
    assert changed <= {reference for reference, judged in of if judged is Judgement.INADEQUATE}


@given(sampling=samplings, of=audits)
def test_choosing_every_outstanding_changes_only_outstanding_ones(
    sampling: Sampling, of: Audits
) -> None:
    other = replace(sampling, every_outstanding=not sampling.every_outstanding)
    before, after = _drawn(sampling, of), _drawn(other, of)
    changed = {reference for reference in before if before[reference] is not after[reference]}
    assert changed <= {reference for reference, judged in of if judged is Judgement.OUTSTANDING}


@given(sampling=samplings, of=audits, seed=seeds)
def test_another_seed_changes_only_what_was_drawn_at_random(
    sampling: Sampling, of: Audits, seed: str
) -> None:
    before, after = _drawn(sampling, of), _drawn(replace(sampling, seed=seed), of)
    for reference, because in before.items():
        if because in (DrawnBecause.INADEQUATE, DrawnBecause.OUTSTANDING):
            assert after[reference] is because
        else:
            assert after[reference] in (None, DrawnBecause.RANDOM)


@given(sampling=samplings, of=audits)
def test_one_audit_more_changes_no_other(sampling: Sampling, of: Audits) -> None:
    whole = _drawn(sampling, of)
    assert {**whole, **_drawn(sampling, of[:-1])} == whole


@given(seed=seeds, reference=st.builds(new_reference))
def test_a_number_is_within_its_bounds(seed: str, reference: str) -> None:
    assert 0 <= number_drawn(seed, reference) < NUMBERS


def test_a_share_of_none_and_of_all_are_exact() -> None:
    of: Audits = [(new_reference(), Judgement.GOOD) for _ in range(500)]
    for share, because in ((0, None), (100, DrawnBecause.RANDOM)):
        assert set(_drawn(Sampling(True, True, share, "s"), of).values()) == {because}


def test_the_share_drawn_is_the_share_asked_for() -> None:
    """Of 20,000 fixed references it lies within five standard deviations of what is asked."""
    of: Audits = [(f"{number:05d}", Judgement.GOOD) for number in range(20_000)]
    for share in (5, 20, 50):
        drawn = _drawn(Sampling(True, True, share, "a seed"), of)
        found = sum(because is DrawnBecause.RANDOM for because in drawn.values())
        spread = (20_000 * share / 100 * (1 - share / 100)) ** 0.5
        assert abs(found - 200 * share) < 5 * spread
