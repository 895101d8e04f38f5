"""Arrows go down and never round, and the picture of them is the true one."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.architecture.drawing import PICTURE, drawn
from tests.architecture.house import PACKAGE, ROOT, layers, module_imports, name_of


def test_no_modules_import_each_other_in_a_circle() -> None:
    order: TopologicalSorter[str] = TopologicalSorter()
    for importer, imported in module_imports():
        order.add(importer, imported)
    try:
        order.prepare()
    except CycleError as circle:
        pytest.fail(" → ".join(circle.args[1]))


def test_no_arrow_goes_up_or_sideways() -> None:
    # Whoever makes a service imports all of it: drills alone, which nothing else imports.
    above_the_whole, *others = layers()
    place = {name: number for number, layer in enumerate([[""], *others]) for name in layer}
    place |= dict.fromkeys(above_the_whole, -1)
    wrong = [
        f"{importer} → {imported}"
        for importer, imported in sorted(module_imports())
        if importer != PACKAGE
        and name_of(importer) != name_of(imported)
        and not place[name_of(importer)] < place.get(name_of(imported), -1)
    ]
    assert wrong == []


def test_the_picture_of_the_structure_is_up_to_date() -> None:
    assert PICTURE.read_text() == drawn(), "Draw it again: ./scripts/draw-structure"


def test_nothing_is_written_past_the_tallies() -> None:
    """A session tells nobody of what its bulk methods write."""
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.attr}"
        for path in sorted((ROOT / PACKAGE).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and node.attr in {"bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings"}
    ]
    assert wrong == []
