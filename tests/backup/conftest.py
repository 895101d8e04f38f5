"""A database with something of everything in it, a backup of it, and a place to put that back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.backup.kept import Kept, fill
from tests.databases import empty_database
from tests.people import World


@pytest.fixture
def elsewhere(database: str, tmp_path: Path) -> Iterator[str]:
    """The address of an empty place for a database of the same kind."""
    with empty_database(database, tmp_path) as url:
        yield url


@pytest.fixture
def kept(app: Flask, world: World) -> Kept:
    """The records of the test's database that backups are looked through for."""
    return fill(world)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a backup is to be made, in a folder that holds nothing else."""
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder / "tonight.zip"
