"""Only plain digits that a database can keep make a number."""

from __future__ import annotations

import pytest

from audit_app.rules.numbers import LARGEST, whole_number


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("7", 7), (" 42 ", 42), ("007", 7), (str(LARGEST), LARGEST)]
)
def test_plain_digits_are_read(text: str, number: int) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize(
    "text",
    ["", " ", "²", "٣", "-1", "+1", "1.0", "1_0", "1 0", "1e3", "x", "1\0", str(LARGEST + 1),
     "9" * 23, "9" * 5000],
)  # fmt: skip
def test_anything_else_is_no_number(text: str) -> None:
    assert whole_number(text) is None


def test_a_number_beyond_the_most_asked_for_is_none() -> None:
    assert whole_number("12", most=12) == 12
    assert whole_number("13", most=12) is None
