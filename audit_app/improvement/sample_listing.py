"""A sample's draw as the command prints it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from audit_app.improvement.sample_queries import Replayed
from audit_app.models import ActionSample

_HEADINGS = ("reference", "number", "chosen")
_REPLAYED = ("number_again", "chosen_again", "same")


def lines(sample: ActionSample, drawn: Sequence[Replayed], replayed: bool) -> Iterator[str]:
    """Every action it was drawn from, one a line; with the replay where that was asked for."""
    yield (
        f"Sample {sample.reference}: {sample.percent}% of the actions closed from "
        f"{sample.closed_from} to {sample.closed_to}"
    )
    headings = _HEADINGS + (_REPLAYED if replayed else ())
    rows = [headings, *(_cells(each, replayed) for each in drawn)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _cells(each: Replayed, replayed: bool) -> tuple[str, ...]:
    cells = (each.reference, str(each.number), _word(each.chosen))
    again = (str(each.number_again), _word(each.chosen_again), _word(each.same))
    return cells + again if replayed else cells


def _word(holds: bool) -> str:
    return "yes" if holds else "no"


def verdict(drawn: Sequence[Replayed]) -> str:
    """What the replay proved, in a sentence."""
    different = sum(not each.same for each in drawn)
    if different:
        return f"{different} of {len(drawn)} draws came out otherwise."
    return f"All {len(drawn)} draws came out the same."
