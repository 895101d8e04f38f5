"""What was published beside what the same figures are today: next to it, never in its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from audit_app.rules.sheets import NO_FIGURE, Cell, Sheet

REVISED = "[r]"

#: A table by its section and its own key.
Place = tuple[str, str]


@dataclass(frozen=True)
class Restatement:
    """One figure that is not what was published. A dash stands where there was, or is, none.

    ``moves_on`` is whether it was to be expected, as work that had begun went on.
    """

    section: str
    sheet: str
    row: str
    column: str
    published: str
    now: str
    moves_on: bool = False

    @property
    def sentence(self) -> str:
        """``Good or better, Q2 2021/22: published 48% of 853; counted today 47% of 855 [r].``"""
        return (
            f"{self.row}, {self.column}: published {self.published}; "
            f"counted today {self.now} {REVISED}."
        )


def restated(
    published: Iterable[tuple[str, Sheet]],
    now: Iterable[tuple[str, Sheet]],
    moving: Iterable[str] = (),
) -> tuple[Restatement, ...]:
    """Every figure that differs, in the order of the published tables and then of new ones.

    Tables come with the key of their section; ``moving`` are the sections whose figures go on
    changing. Rows are matched by their keys, where both tables have them: a service that got
    another name is no other service. All else is matched by what it is called.
    """
    before, after = _by_place(published), _by_place(now)
    moves = frozenset(moving)
    return tuple(
        each
        for place in dict.fromkeys([*before, *after])
        for each in _compared(place, before.get(place), after.get(place), place[0] in moves)
    )


def headline_restated(found: Iterable[Restatement], headline: str = "headline") -> tuple[str, ...]:
    """A sentence for each figure of page one that is not what was published."""
    return tuple(each.sentence for each in found if each.section == headline)


def _by_place(sheets: Iterable[tuple[str, Sheet]]) -> dict[Place, Sheet]:
    return {(section, sheet.key): sheet for section, sheet in sheets}


def _compared(
    place: Place, before: Sheet | None, after: Sheet | None, moves_on: bool
) -> Iterator[Restatement]:
    by_key = _keyed(before) and _keyed(after)
    was, became = _cells(before, by_key), _cells(after, by_key)
    called, called_now = _labels(before, by_key), _labels(after, by_key)
    sheet = before or after
    assert sheet is not None
    for row, column in dict.fromkeys([*was, *became]):
        old, new = was.get((row, column)), became.get((row, column))
        texts = (old.text if old else NO_FIGURE, new.text if new else NO_FIGURE)
        # What is printed alike may rest on other audits: 48% of 853 is not 48% of 855.
        if texts[0] != texts[1] or (old and new and old.values != new.values):
            said = _said(called.get(row), called_now.get(row))
            yield Restatement(place[0], sheet.title, said, column[0], *texts, moves_on)


def _said(called: str | None, now: str | None) -> str:
    """What a row was called, with what it is called now where that is something else."""
    if called is None or now is None or called == now:
        return called or now or ""
    return f"{called} (now {now})"


#: What tells a row or a column from others, and which of those told so it is.
_Name = tuple[str, int]


def _keyed(sheet: Sheet | None) -> bool:
    """Whether rows say whose they are, which those of tables kept long ago do not."""
    return sheet is not None and any(line.key for line in sheet.lines)


def _cells(sheet: Sheet | None, by_key: bool) -> Mapping[tuple[_Name, _Name], Cell]:
    if sheet is None:
        return {}
    columns = _named(heading.label for heading in sheet.columns)
    return {
        (row, column): cell
        for row, line in zip(_rows(sheet, by_key), sheet.lines, strict=True)
        for column, cell in zip(columns, line.cells, strict=True)
    }


def _labels(sheet: Sheet | None, by_key: bool) -> Mapping[_Name, str]:
    """What each row is called."""
    if sheet is None:
        return {}
    labels = (line.label for line in sheet.lines)
    return dict(zip(_rows(sheet, by_key), labels, strict=True))


def _rows(sheet: Sheet, by_key: bool) -> list[_Name]:
    # No label begins like this, so that a row's key is never taken for another row's label.
    return _named(f"\0{line.key}" if by_key and line.key else line.label for line in sheet.lines)


def _named(labels: Iterable[str]) -> list[_Name]:
    seen: Counter[str] = Counter()
    names = []
    for label in labels:
        seen[label] += 1
        names.append((label, seen[label]))
    return names
