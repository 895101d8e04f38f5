"""A report that has been answered: what its page and all its files are drawn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from audit_app.rules.sheets import Paper, Sheet


@dataclass(frozen=True)
class Page:
    """A report with what its page shows besides the tables.

    ``pictures`` are drawings by the key of the sheet that holds the same figures. ``args`` is the
    question as an address carries it; ``chosen`` each part that narrows, in words, with the
    address's arguments without it. ``more`` is for the report's own template.

    ``tidy`` is what a CSV file holds that asks for no table: one row for each figure, for people
    who script against it. ``also`` is what the JSON holds besides the paper. ``file_name`` is what
    files are called, without their ending; the report's name where it is empty. ``outside`` says
    that it is as it may leave the council.
    """

    paper: Paper
    args: Mapping[str, str]
    chosen: Sequence[tuple[str, Mapping[str, str]]] = ()
    pictures: Mapping[str, Sequence[Markup]] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)
    tidy: Sheet | None = None
    also: Mapping[str, Any] = field(default_factory=dict)
    file_name: str = ""
    outside: bool = False
