"""Small lists of open cases, about the places of the World."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from audit_app.rules.open_cases import COLUMNS
from tests.browser_page import Page, PageClient
from tests.transfer.audit_files import csv_file, workbook_file

CHECK = "Check the file"


def open_case(reference: str = "3000001", **changes: Any) -> dict[str, Any]:
    """One row, right in every column: a case of the North team, held by Priya."""
    return {
        "case_reference": reference,
        "service": "Locality social work",
        "locality": "North",
        "team": "LSW North 1",
        "worker": "E1006",
    } | changes


def south_case(reference: str = "4000001", **changes: Any) -> dict[str, Any]:
    place = {"locality": "Citywide", "team": "LSW South 1", "worker": "E2001"}
    return open_case(reference, **(place | changes))


def list_file(
    *rows: dict[str, Any], columns: Sequence[str] = COLUMNS, workbook: bool = False
) -> bytes:
    every: Iterable[dict[str, Any]] = rows or (open_case(), south_case())
    return workbook_file(every, columns) if workbook else csv_file(every, columns)


def choose(
    web: PageClient, reference: str, content: bytes, name: str = "cases.csv", status: int = 200
) -> Page:
    """Open the page, choose a file and have it checked."""
    page = web.get(f"/programme/cycles/{reference}/open-cases")
    checked = web.send(page, CHECK, status, file=(io.BytesIO(content), name))
    # The test client leaves the file it made of a large form open.
    checked.response.request.environ["wsgi.input"].close()
    return checked
