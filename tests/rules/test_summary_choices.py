"""Which periods a summary can be started for."""

from __future__ import annotations

from datetime import date

from audit_app.rules.summary_choices import NOT_ENDED, periods_to_choose
from audit_app.rules.summary_commentary import with_sentence


def _codes(first: date, today: date) -> dict[str, list[str]]:
    groups = periods_to_choose(first, today)
    return {name: [each.code for each in periods] for name, periods in groups.items()}


def test_every_period_from_the_first_record_on_is_offered_the_newest_first() -> None:
    assert _codes(date(2025, 8, 3), date(2026, 11, 22)) == {
        "Quarters": ["2026-27-Q2", "2026-27-Q1", "2025-26-Q4", "2025-26-Q3", "2025-26-Q2"],
        "Years to date": ["2026-27-Q2-to-date", "2025-26-Q3-to-date", "2025-26-Q2-to-date"],
        "Financial years": ["2025-26"],
        "Calendar years": ["2025"],
        NOT_ENDED: ["2026-27-Q3", "2026-27-Q3-to-date", "2026-27", "2026"],
    }


def test_a_quarter_is_offered_as_ended_from_the_day_after_its_last() -> None:
    assert "2026-27-Q2" in _codes(date(2026, 9, 1), date(2026, 9, 30))[NOT_ENDED]
    assert _codes(date(2026, 9, 1), date(2026, 10, 1))["Quarters"] == ["2026-27-Q2"]


def test_a_record_on_a_periods_first_or_last_day_is_in_it() -> None:
    today = date(2026, 10, 1)
    assert _codes(date(2026, 6, 30), today)["Quarters"] == ["2026-27-Q2", "2026-27-Q1"]
    assert _codes(date(2026, 7, 1), today)["Quarters"] == ["2026-27-Q2"]


def test_a_sentence_stands_after_what_is_typed_and_never_twice() -> None:
    assert with_sentence("", "No clear change.") == "No clear change."
    assert with_sentence("Mine.\n\n", "No clear change.") == "Mine.\nNo clear change."
    assert with_sentence("No clear change.", "No clear change.") == "No clear change."
