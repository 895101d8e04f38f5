"""Alert evidence of one service or one theme: which of its rows may stand on a wall.

An alert is read by everybody. Where its audits are only some of the authority's, a row of 1 to 5
audits, or with such a number in it, could point at a child or a worker. Each thread is laid out as
it would be published, with the audits of the row beside all others of the authority, and the rule
of :mod:`audit_app.rules.disclosure` says what is hidden. So no two alerts about the same days, nor
one and the figures of the whole authority, tell what either of them hides.

Nor do two about other days: they are one whole quarter, and quarters have no day in common. Two
tables whose days overlap would tell the audits between them; a year less three of its quarters
would tell the fourth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from audit_app.rules.disclosure import NotForPublication, published
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.periods import Period, PeriodKind
from audit_app.rules.shares import Share
from audit_app.rules.sheets import (
    ALONE,
    CONFIDENTIAL,
    SHARE,
    Cell,
    Heading,
    Line,
    Rows,
    Sheet,
    count,
    share,
)

#: Stands among the codes of threads for the overall judgement.
OVERALL = "overall"
_WITH, _WITHOUT = "with", "without"


@dataclass(frozen=True)
class Counted:
    """One row of the grouped count: how many audits got this judgement for this thread.

    ``thread`` is a thread's code or :data:`OVERALL`; ``judgement`` is None where none was given.
    ``thread_set`` is the number of the set the audits were made under. ``service`` and ``themed``,
    whether they carry the chosen theme, are told apart only where the evidence is narrowed.
    """

    thread: str
    thread_set: int
    judgement: Judgement | None
    n: int
    service: int | None = None
    themed: bool = False


@dataclass(frozen=True)
class Narrowed:
    """Which audits a table is about: those of one service, those with one theme, or both.

    ``words`` say so in a sentence: ``in Fostering, with the theme “Drift”``.
    """

    service: int | None = None
    theme: bool = False
    words: str = ""

    def takes_in(self, row: Counted) -> bool:
        return self.service in (None, row.service) and (row.themed or not self.theme)


def is_whole_quarter(first: date, last: date) -> bool:
    """Whether these are the days, both ends included, that narrowed evidence may be about."""
    try:
        return not Period(PeriodKind.QUARTER, first, last).is_part
    except ValueError:
        return False


def quarter_that_would_do(day: date, today: date) -> tuple[date, date]:
    """The first and last days of the quarter a day is in, or of the last one that has ended."""
    first, last = _quarter_of(day)
    return (first, last) if last <= today else _quarter_of(_quarter_of(today)[0] - timedelta(1))


def _quarter_of(day: date) -> tuple[date, date]:
    first = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    after = (first + timedelta(days=95)).replace(day=1)
    return first, after - timedelta(days=1)


def audits_told(rows: Sequence[Counted], narrowed: Narrowed) -> bool:
    """Whether the number of audits that the table is about may be printed."""
    columns = (Heading("Audits", ALONE),)
    overall = [row for row in rows if row.thread == OVERALL]
    return all(
        _told(own, columns, {part: (count(sum(found.values())),) for part, found in table.items()})
        for own, table in _tables(overall, narrowed)
    )


def line_told(
    rows: Sequence[Counted], thread: str, chosen: Sequence[Judgement], narrowed: Narrowed
) -> bool:
    """Whether a thread's row may be printed with all its figures, the chosen ones together too."""
    of_thread = [row for row in rows if row.thread == thread]
    columns = (*(Heading(word.label, SHARE) for word in chosen), Heading("Together", SHARE))
    return all(
        _told(own, columns, {part: _cells(found, chosen) for part, found in table.items()})
        for own, table in _tables(of_thread, narrowed)
    )


_Tables = Iterator[tuple[str, dict[str, Counter[Judgement | None]]]]


def _tables(rows: Iterable[Counted], narrowed: Narrowed) -> _Tables:
    """The audits of a row beside the others that make up a known total: its name, then all.

    Those of one service with one theme are part of two totals: the service's, and the theme's.
    """
    counted = list(rows)
    if narrowed.theme:
        within = [row for row in counted if narrowed.service in (None, row.service)]
        pairs = [(_WITH if row.themed else _WITHOUT, row) for row in within]
        yield _WITH, _by_part(_WITH, pairs)
    if narrowed.service is not None:
        within = [row for row in counted if row.themed or not narrowed.theme]
        own = str(narrowed.service)
        yield own, _by_part(own, [(str(row.service), row) for row in within])


def _by_part(own: str, rows: Iterable[tuple[str, Counted]]) -> dict[str, Counter[Judgement | None]]:
    parts: dict[str, Counter[Judgement | None]] = {own: Counter()}
    for part, row in rows:
        parts.setdefault(part, Counter())[row.judgement] += row.n
    return parts


def _cells(found: Counter[Judgement | None], chosen: Sequence[Judgement]) -> tuple[Cell, ...]:
    judged = sum(found[word] for word in SCALE)
    each = [found[word] for word in chosen]
    return tuple(share(Share(n, judged)) for n in (*each, sum(each)))


def _told(own: str, columns: tuple[Heading, ...], parts: dict[str, tuple[Cell, ...]]) -> bool:
    lines = tuple(Line(part, cells) for part, cells in sorted(parts.items()))
    try:
        (out,) = published([Sheet("Parts", "Parts", "Part", columns, lines, rows=Rows.PARTS)])
    except (NotForPublication, ArithmeticError):
        return False
    printed = next(line for line in out.lines if line.label == own)
    return printed.cells[0].text != CONFIDENTIAL
