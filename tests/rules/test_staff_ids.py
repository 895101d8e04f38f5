"""However a staff ID is typed, the same one is kept."""

from __future__ import annotations

import pytest

from audit_app.rules.staff_ids import STAFF_ID_RULE, read_staff_id


@pytest.mark.parametrize("typed", ["e1006", "E1006", " e1006 "])
def test_a_staff_id_is_kept_in_capitals(typed: str) -> None:
    assert read_staff_id(typed) == "E1006"


@pytest.mark.parametrize("typed", ["", "E 1", "E_1", "é1", "ß", "1" * 21, "E1\n2"])
def test_what_is_no_staff_id_is_refused_with_what_one_is_made_of(typed: str) -> None:
    with pytest.raises(ValueError, match=STAFF_ID_RULE):
        read_staff_id(typed)
