"""The day the demonstration that the tests read was made for."""

from __future__ import annotations

from tests.conftest import DEMO_DAY

TODAY = DEMO_DAY
