"""Personal data in what is imported: told by row, in no way of the import, and never quoted."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Flask

from tests.browser_page import PageClient
from tests.people import World
from tests.transfer.audit_files import MODERATED, audit, csv_file, held, run_import
from tests.transfer.test_import_page import choose

NOTE = MODERATED | {"moderation_note": "She is 943 476 5919 and lives at M14 5AB, Mr Smith says."}
FILE = [audit(), audit("1000002", **NOTE)]


def test_the_check_names_the_row_and_the_kind_and_nothing_more(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.carol)
    shown = choose(web, csv_file(FILE))
    assert shown.tables == [
        [
            ["Row", "Column", "Problem"],
            ["3", "moderation_note", "This holds an NHS number"],
            ["3", "moderation_note", "This holds a postcode"],
        ]
    ]
    assert "476" not in shown.text
    web.send(shown, "Import 2 audits")
    assert len(held()) == 2


def test_the_command_lists_them_and_imports(app: Flask, world: World, tmp_path: Path) -> None:
    done = run_import(app, tmp_path, csv_file(FILE))
    assert done.exit_code == 0
    assert "row 3, moderation_note: This holds an NHS number" in done.stdout
    assert "476" not in done.stdout + done.stderr
    assert len(held()) == 2


def test_a_script_reads_them_as_warnings(app: Flask, world: World, tmp_path: Path) -> None:
    said = json.loads(run_import(app, tmp_path, csv_file(FILE), "--json", "--dry-run").stdout)
    assert said["problems"] == []
    assert said["warnings"] == [
        {"row": 3, "column": "moderation_note", "reason": "This holds an NHS number"},
        {"row": 3, "column": "moderation_note", "reason": "This holds a postcode"},
    ]


def test_what_is_held_already_is_not_warned_about_again(
    app: Flask, world: World, tmp_path: Path
) -> None:
    run_import(app, tmp_path, csv_file(FILE))
    again = json.loads(run_import(app, tmp_path, csv_file(FILE), "--json").stdout)
    assert again["warnings"] == []
