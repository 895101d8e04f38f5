"""Copies of the whole database that lie beside it, and hold what was deleted from it since."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import URL

#: How long a copy may lie there: as long as the nightly backups.
KEPT_FOR = timedelta(days=35)
#: As migrations and restores name what they keep, with the moment in UTC.
_COPY = re.compile(r"(?:.+-)?before-(?:migration|restore)-(\d{8}-\d{6})-\d{6}\..+")


def old_copies(url: URL, at: datetime) -> Iterator[Path]:
    """The copies beside a SQLite database that were made too long before ``at``, by their names."""
    if url.get_backend_name() != "sqlite" or not url.database:
        return
    for each in sorted(Path(url.database).absolute().parent.iterdir()):
        named = _COPY.fullmatch(each.name)
        if named is not None and at - _made_at(named[1]) > KEPT_FOR:
            yield each


def _made_at(named: str) -> datetime:
    try:
        return datetime.strptime(named, "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        # No such day: nobody here made it, and nobody knows how old it is.
        return datetime.min.replace(tzinfo=UTC)
