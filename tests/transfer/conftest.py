"""A file to send need not be large to be too large."""

from __future__ import annotations

import pytest

from config import Settings
from tests.conftest import settings_for


@pytest.fixture
def settings(database_url: str) -> Settings:
    return settings_for(database_url).model_copy(update={"import_max_megabytes": 1})
