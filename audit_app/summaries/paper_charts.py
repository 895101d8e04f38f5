"""The charts of a summary as its paper shows them: drawn from the tables that stand below them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from audit_app.documents.chart_places import Dot
from audit_app.documents.chart_rows import ACROSS, HALF, MOST, dots_in_rows
from audit_app.rules.intervals import Interval, wilson
from audit_app.rules.shares import Share
from audit_app.rules.sheets import Line, Sheet
from audit_app.summaries.page_one import years_chart
from audit_app.summaries.parts import Contents, Section

_GOOD = "Good or better"
#: The sections whose charts are of good or better in each line of a table.
_DOTTED = ("threads", "places")
#: A table of years of so many columns fits half a sheet; a chart of so many lines stands beside
#: words.
_NARROW, _FEW = 3, 9
#: So many sentences are as high as a chart of a few lines.
_BESIDE = 2


@dataclass(frozen=True)
class Lying:
    """How the charts of a section lie: beside what of it, if anything.

    ``beside`` is ``words``, its sentences; ``table``, its only table; or nothing, where they stand
    above the tables, two of them beside each other.
    """

    charts: tuple[Markup, ...] = ()
    beside: str = ""

    @property
    def words(self) -> int:
        """How many sentences stand beside the charts; the others stand below, across the sheet."""
        return _BESIDE if self.beside == "words" else 0


def charts_of(contents: Contents) -> Mapping[str, Lying]:
    """By the key of a section."""
    return {section.key: _lying(section) for section in contents.sections}


def _lying(section: Section) -> Lying:
    if section.key == "years":
        sheet, narrow = section.sheets[0], len(section.sheets[0].columns) <= _NARROW
        chart = years_chart(sheet, section.message[0], HALF if narrow else ACROSS)
        return Lying((chart,), "table" if narrow else "")
    drawn = [sheet for sheet in section.sheets if sheet.key in section.pictures]
    if section.key not in _DOTTED or not drawn:
        return Lying()
    alone = len(drawn) == 1
    few = len(drawn[0].lines) <= _FEW
    across = (MOST if few else ACROSS) if alone else HALF
    charts = tuple(_dots(sheet, section.message[0], across) for sheet in drawn)
    return Lying(charts, "words" if alone and few else "")


def _dots(sheet: Sheet, message: str, across: float) -> Markup:
    """Good or better on every line of a table, against its last line, which is of them all."""
    place = next(n for n, column in enumerate(sheet.columns) if column.label == _GOOD)
    *some, whole = sheet.lines
    dots = [Dot(line.label, share, _interval(share)) for line, share in _shares(some, place)]
    ((last, of_all),) = _shares([whole], place)
    chart_id = f"summary-{sheet.key}"
    return dots_in_rows(_GOOD, dots, (last.label, of_all), message, chart_id, across)


def _interval(share: Share) -> Interval | None:
    return wilson(share) if share.percent is not None else None


def _shares(lines: list[Line], place: int) -> Iterator[tuple[Line, Share]]:
    for line in lines:
        share = line.cells[place].of
        if isinstance(share, Share):
            yield line, share
