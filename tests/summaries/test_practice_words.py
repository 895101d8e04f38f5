"""How soon audits were moderated is said in whole days."""

from __future__ import annotations

import pytest

from audit_app.rules.waits import waits
from audit_app.summaries.practice import number_of_days


@pytest.mark.parametrize(
    ("days", "said"), [([12, 13], "13 days"), ([1, 1], "1 day"), ([0, 1], "1 day"), ([7], "7 days")]
)
def test_half_a_day_is_not_said(days: list[int], said: str) -> None:
    assert number_of_days(waits((each, 1) for each in days)) == said
