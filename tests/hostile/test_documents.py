"""What the documents say of access and of security is what the code does, and can be looked up."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest
from flask import Flask

from tests.hostile.matrix import DOCUMENT, drawn

ROOT = DOCUMENT.parents[1]
SECURITY = ROOT / "docs" / "security.md"
#: What is written as code and is a file of the project, or a test in one.
_FILE = re.compile(
    r"`((?:audit_app|templates|tests|docs|scripts|migrations)/[^`\s:]+"
    r"|[a-z.-]+\.(?:py|toml|txt|baseline))(?:::(\w+))?`"
)
#: The chapters of the standard.
CHAPTERS = range(1, 18)


@pytest.mark.sqlite_only
def test_the_table_of_who_may_open_what_is_up_to_date(app: Flask) -> None:
    assert DOCUMENT.read_text() == drawn(app), "Run scripts/draw-access"


def test_every_file_and_test_that_the_security_page_names_is_there() -> None:
    named = _FILE.findall(SECURITY.read_text())
    assert len(named) > 100
    missing = [(file, test) for file, test in named if not _is_there(file, test)]
    assert missing == []


def test_the_security_page_answers_every_chapter_of_the_standard() -> None:
    text = SECURITY.read_text()
    assert [chapter for chapter in CHAPTERS if f"\n## V{chapter} " not in text] == []
    for row in re.findall(r"^\| \*?\*?(?:\d+\.\d+).*$", text, re.MULTILINE):
        assert len(row.split("|")) == 5, f"needs requirement, how and test: {row}"


def _is_there(file: str, test: str) -> bool:
    path = ROOT / file
    return path.exists() and (not test or test in _functions(file))


@cache
def _functions(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text())
    return frozenset(each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef))
