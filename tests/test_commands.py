"""Every command says what it does, and the README lists it."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask

README = Path(__file__).parents[1] / "README.md"


def _listed() -> set[str]:
    """The first words of the table of commands."""
    rows = README.read_text().split("## Commands")[1].split("\n## ")[0].splitlines()
    cells = [row.split("|")[1] for row in rows if row.startswith("| `")]
    return {name for cell in cells for name in re.findall(r"`([a-z_-]+)", cell)}


def test_every_command_says_what_it_does_and_stands_in_the_readme(app: Flask) -> None:
    commands = app.cli.commands
    assert [name for name, each in commands.items() if not each.get_short_help_str()] == []
    # Flask’s own commands for databases are one here: the only one of them that people need.
    assert _listed() == set(commands)
