"""Every figure of a group is made from its counts in one way."""

from __future__ import annotations

from collections import Counter
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.measures import Measure, Outcome
from audit_app.rules.shares import Share

JUDGED = st.fixed_dictionaries({word.value: st.integers(0, 200) for word in Judgement})
ACTED = st.fixed_dictionaries({word.value: st.integers(0, 200) for word in Outcome})


@given(JUDGED)
def test_judgements_are_shares_of_those_judged_on_the_scale(counted: dict[str, int]) -> None:
    total = sum(n for word, n in counted.items() if word != Judgement.NOT_ENOUGH_EVIDENCE)
    assert Measure.AUDITS.figure(counted, 10) == total
    for word in SCALE:
        share = Measure(word.value).figure(counted, 10)
        assert isinstance(share, Share)
        assert (share.count, share.total) == (counted[word], total)
        if total >= 10:
            exact = Decimal(100 * counted[word]) / Decimal(total)
            assert share.percent == exact.quantize(Decimal(1), ROUND_HALF_UP)
        else:
            assert share.percent is None
    good = Measure.GOOD_OR_BETTER.figure(counted, 10)
    assert isinstance(good, Share)
    assert good.count == counted["outstanding"] + counted["good"]
    assert good.places == (1 if total >= 100 else 0)
    left_out = counted[Judgement.NOT_ENOUGH_EVIDENCE]
    assert Measure.NOT_ENOUGH_EVIDENCE.figure(counted, 10) == left_out


@given(ACTED)
def test_actions_are_closed_out_of_those_raised_and_helped_out_of_those_closed(
    counted: dict[str, int],
) -> None:
    raised, closed = sum(counted.values()), counted["closed"] + counted["helped"]
    assert Measure.ACTIONS.figure(counted, 10) == raised
    assert Measure.ACTIONS_CLOSED.figure(counted, 10) == Share(closed, raised, floor=10)
    helped = Share(counted["helped"], closed, floor=10)
    assert Measure.ACTIONS_HELPED.figure(counted, 10) == helped


@pytest.mark.parametrize("measure", Measure)
def test_nothing_counted_is_nothing_and_no_percentage(measure: Measure) -> None:
    figure = measure.figure(Counter(), 10)
    assert (figure.count if isinstance(figure, Share) else figure) == 0
    assert isinstance(figure, Share) == measure.is_share
    assert measure.label
