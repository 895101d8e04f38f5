"""Asking the database for figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import CompoundSelect, Select

from audit_app.extensions import db


def frame_of(
    wanted: Select[Any] | CompoundSelect[Any],
    columns: Sequence[str],
    meaning: Mapping[str, Callable[[Any], Any]],
) -> pd.DataFrame:
    """The rows that a select over the tallies or the records finds.

    They are asked for as rows and not as records, and words as they are stored: a table of figures
    may have thousands. ``meaning`` gives what the values of a column stand for, once for each.
    """
    db.session.flush()
    rows = db.session.connection().execute(wanted).all()
    each = zip(*rows, strict=True) if rows else ((),) * len(columns)
    found = dict(zip(columns, map(list, each), strict=True))
    for name in meaning.keys() & found.keys():
        known = {value: meaning[name](value) for value in set(found[name]) if value is not None}
        found[name] = [known.get(value) for value in found[name]]
    return pd.DataFrame(found, columns=list(columns))
