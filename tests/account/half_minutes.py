"""The clock that codes are made and read by, which a test that is slow does not run away from."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from audit_app.account import second_step_queries
from audit_app.models.base import now

#: In seconds: how long a code is good for.
STEP = 30


def stands_still(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Let the clock of codes stand in the middle of the step that it is in now; that moment."""
    at = datetime.fromtimestamp(int(now().timestamp()) // STEP * STEP + STEP // 2, UTC)
    monkeypatch.setattr(second_step_queries, "now", lambda: at)
    return at
