"""Which rows are of one case."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func


def of_case(column: Any, case_reference: str) -> ColumnElement[bool]:
    """Whether a column names this case: capital and small letters are the same.

    Most references are digits alone, and are found by an index.
    """
    if case_reference.lower() == case_reference.upper():
        return column == case_reference
    return func.lower(column) == case_reference.lower()
