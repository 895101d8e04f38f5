"""Asking the database for figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from sqlalchemy import Select

from audit_app.extensions import db


def frame_of(wanted: Select[Any], columns: Sequence[str]) -> pd.DataFrame:
    """The rows that a select over the tallies or the records finds.

    They are asked for as rows and not as records: a table of figures may have thousands.
    """
    db.session.flush()
    rows = db.session.connection().execute(wanted).all()
    each = zip(*rows, strict=True) if rows else ((),) * len(columns)
    return pd.DataFrame(dict(zip(columns, map(list, each), strict=True)), columns=list(columns))
