"""The house as it is: its layers as pyproject.toml orders them, and who really imports whom."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[2]
PACKAGE = "audit_app"

Import = tuple[str, str]


def layers() -> list[list[str]]:
    """The names in each layer, the highest first."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = settings["tool"]["importlinter"]["contracts"]
    house = next(each for each in contracts if each.get("containers") == [PACKAGE])
    return [[name.strip() for name in layer.split("|")] for layer in house["layers"]]


@cache
def module_imports() -> frozenset[Import]:
    """Every import of one module by another, also those made for types alone."""
    graph = grimp.build_graph(PACKAGE, cache_dir=None)
    return frozenset(
        (importer, imported)
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
    )


def name_of(module: str) -> str:
    """The room or other part of the house a module is in; create_app is in none."""
    return module.split(".")[1] if "." in module else ""


def imports() -> set[Import]:
    """Who imports whom among the parts of the house."""
    named = {(name_of(a), name_of(b)) for a, b in module_imports()}
    return {(a, b) for a, b in named if a and b and a != b}
