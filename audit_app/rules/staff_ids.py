"""A staff ID, as in the case system: the one thing that joins a practitioner to their work."""

from __future__ import annotations

import re

LONGEST_STAFF_ID = 20
STAFF_ID_RULE = f"The staff ID must be up to {LONGEST_STAFF_ID} letters, numbers and hyphens"

_STAFF_ID = re.compile(rf"[A-Za-z0-9-]{{1,{LONGEST_STAFF_ID}}}")


def read_staff_id(typed: str) -> str:
    """The staff ID as it is kept everywhere: in capitals, so that it matches however it is typed.

    Raises:
        ValueError: when it is no staff ID; the message says what one is made of.
    """
    staff_id = typed.strip()
    if not _STAFF_ID.fullmatch(staff_id):
        raise ValueError(STAFF_ID_RULE)
    return staff_id.upper()
