"""What a command reads from the words typed after it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Any

import click

from audit_app.rules.dates import read_day


def word(vocabulary: type[StrEnum]) -> Callable[..., Any]:
    """Read a word of a closed vocabulary, with hyphens, spaces or underscores, in any case."""
    words = {_joined(each.value): each for each in vocabulary}

    def read(context: click.Context, parameter: click.Parameter, typed: str | None) -> Any:
        if typed is None:
            return None
        if _joined(typed) not in words:
            known = ", ".join(words)
            raise click.BadParameter(f"“{typed}” is not one of {known}", context, parameter)
        return words[_joined(typed)]

    return read


def _joined(typed: str) -> str:
    return "-".join(typed.casefold().replace("_", " ").replace("-", " ").split())


def day(context: click.Context, parameter: click.Parameter, typed: str | None) -> date | None:
    """Read a day as people write it; not typed is none."""
    try:
        return None if typed is None else read_day(typed)
    except ValueError as problem:
        raise click.BadParameter(str(problem), context, parameter) from None
