"""Whole numbers as they arrive from addresses and forms, where anything can be typed."""

from __future__ import annotations

import re

#: The largest number every database keeps in an integer column.
LARGEST = 2_147_483_647

_DIGITS = re.compile(r"[0-9]{1,10}")


def whole_number(text: str, most: int = LARGEST) -> int | None:
    """The number from 0 to ``most`` written in plain digits, or None when it is anything else.

    ``²`` counts as a digit to Python and is none here; blanks around the digits do not matter.
    """
    typed = text.strip()
    if not _DIGITS.fullmatch(typed):
        return None
    number = int(typed)
    return number if number <= most else None
