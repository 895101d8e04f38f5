"""The first page of a summary on paper: four facts and one chart, for a reader with a minute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from audit_app.documents.chart_rows import ACROSS, Row, bars_in_rows
from audit_app.documents.chart_stacks import Piece
from audit_app.documents.charts import COLOURS
from audit_app.rules.judgements import SCALE
from audit_app.rules.shares import Share
from audit_app.rules.sheets import Sheet
from audit_app.rules.summary_words import audits, capital, number
from audit_app.summaries.parts import Contents, Figure

#: This period, and what it is held against; the year to date is in the table alone.
_HELD_AGAINST = 3


@dataclass(frozen=True)
class Fact:
    """A figure to be read at arm's length, with the sentences that it must not be parted from."""

    label: str
    value: str
    said: tuple[str, ...]

    @property
    def words(self) -> bool:
        """Whether the value is words, which are set smaller than a figure."""
        return not self.value[:1].isdigit()


def facts_of(contents: Contents) -> tuple[Fact, ...]:
    """Good or better, audits judged, Inadequate and the weakest thread; none without audits."""
    if contents.empty:
        return ()
    good, many, worst = contents.headline.figures[:3]
    found = [
        Fact(good.label, good.value, tuple(_changed(contents, good))),
        Fact(worst.label, worst.value, tuple(_followed(contents))),
        Fact(many.label, many.value, tuple(_chosen(contents, many))),
    ]
    thread = contents.headline.thread
    if thread is not None:
        found.append(Fact(thread.label, thread.value, (thread.of,)))
    return tuple(found)


def _changed(contents: Contents, good: Figure) -> Iterator[str]:
    """What it is of, then how it stands to the periods before, in plain words."""
    share = _share(contents.headline.sheet, 0)
    if share.percent_text:
        yield f"{share.out_of} audits."
    for clause in contents.headline.in_short:
        yield f"{capital(clause)}."


def _followed(contents: Contents) -> Iterator[str]:
    """How many of how many, and what was done about them."""
    section = contents.section("inadequates")
    yield from section.message if section else (contents.headline.inadequate,)


def _chosen(contents: Contents, many: Figure) -> Iterator[str]:
    yield f"{many.of}."
    chosen = contents.facts.get("Chosen at random")
    if chosen:
        yield f"{chosen} chosen at random."
    if contents.waiting_blind:
        waiting = number(contents.waiting_blind, "more audit waits", "more audits wait")
        are = "is" if contents.waiting_blind == 1 else "are"
        yield f"{waiting} for a blind moderation and {are} in no figure yet."


def _share(sheet: Sheet, line: int) -> Share:
    """The share in the first column of a line."""
    found = sheet.lines[line].cells[0].of
    assert isinstance(found, Share)
    return found


def periods_chart(contents: Contents) -> Markup | None:
    """The judgements of the period and of those it is held against; None without any."""
    section = contents.section("judgements")
    if section is None or contents.empty:
        return None
    return _bars(section.sheets[0], _HELD_AGAINST, contents.headline.message, "summary-periods")


def years_chart(sheet: Sheet, message: str, across: float) -> Markup:
    """The judgements of every year of the table."""
    return _bars(sheet, len(sheet.columns), message, "summary-years", across)


def _bars(sheet: Sheet, most: int, message: str, chart_id: str, across: float = ACROSS) -> Markup:
    """A bar for each of the first columns of a table of judgements."""
    by_label = {line.label: line.cells for line in sheet.lines}
    rows = []
    for place, column in enumerate(sheet.columns[:most]):
        shares = [by_label[word.label][place].of for word in SCALE]
        pieces = [
            Piece(word.short_label, share, COLOURS[word])
            for word, share in zip(SCALE, shares, strict=True)
            if isinstance(share, Share)
        ]
        rows.append(Row(column.label, audits(pieces[0].share.total), pieces))
    return bars_in_rows(rows, message, chart_id, across)
