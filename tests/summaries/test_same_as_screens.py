"""What a summary prints is what the screens of figures show to whoever may yet judge blind."""

from __future__ import annotations

from typing import Any

import pytest

from audit_app.rules.sheets import Sheet
from audit_app.rules.summary_periods import read_code
from audit_app.summaries.contents import Contents, contents
from tests.browser_page import PageClient
from tests.people import World
from tests.summaries.worlds import TODAY, everything

pytestmark = pytest.mark.sqlite_only

QUARTER = "from=1/7/2025&to=30/9/2025"


def screen(web: PageClient, address: str, table: str) -> dict[str, dict[str, str]]:
    """A table as a screen's file gives it: each row's cells as printed, by column."""
    found: Any = web.request("GET", address).json
    sheet = next(each for each in found["tables"] if each["name"] == table)
    return {
        row["heading"]: {cell["column"]: cell["text"] for cell in row["cells"]}
        for row in sheet["rows"]
    }


def printed(of: Contents, section: str, key: str) -> dict[str, dict[str, str]]:
    sheet: Sheet = next(s for name, s in of.sheets if (name, s.key) == (section, key))
    return {
        line.label: {
            column.label: cell.text for column, cell in zip(sheet.columns, line.cells, strict=True)
        }
        for line in sheet.lines
    }


def test_a_summary_says_what_the_screens_say(web: PageClient, world: World) -> None:
    everything(world, 11)
    summary = contents(read_code("2025-26-Q2"), None, TODAY)
    assert summary.waiting_blind
    web.sign_in(world.bob)
    label = "Q2 2025/26 (Jul – Sept 2025)"

    shown = screen(web, f"/insight/distribution.json?by=quarter&{QUARTER}", "judgements")
    for row, cells in printed(summary, "judgements", "judgements").items():
        assert cells[label] == shown[row][label]

    pairs = {
        ("threads", "threads"): ("threads", "against-overall"),
        ("places", "services"): ("places", "services"),
        ("places", "localities"): ("places", "localities"),
        ("moderation", "moderation"): ("moderation", "ways"),
    }
    for (section, key), (page, table) in pairs.items():
        shown = screen(web, f"/insight/{page}.json?{_by(page)}{QUARTER}", table)
        assert printed(summary, section, key) == shown, key

    practice = f"/insight/practice.json?by=quarter&{QUARTER}"
    for section, key in (
        ("involvement", "worker"),
        ("involvement", "feedback"),
        ("programme", "programme"),
    ):
        assert printed(summary, section, key)[label] == screen(web, practice, key)[label], key
    actions = screen(web, practice, "actions")[label]
    assert printed(summary, "actions", "actions")[label].items() >= actions.items()


def _by(page: str) -> str:
    return "" if page == "places" else "by=quarter&"
