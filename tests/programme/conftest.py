"""Held files go to a folder of each test's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import Settings
from tests.conftest import settings_for


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    changes = {"import_folder": tmp_path / "held", "import_max_megabytes": 1}
    return settings_for(database_url).model_copy(update=changes)
