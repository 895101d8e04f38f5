"""CSV that a spreadsheet cannot be tricked into running."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

#: What makes a spreadsheet read a cell as a formula (OWASP, CSV injection).
FORMULA_STARTERS = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_lines(header: Sequence[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """A CSV file line by line, so that a long export need never be held whole.

    Yields text for UTF-8, each line with its ending, the header first. Text that a spreadsheet
    would take for a formula gets a leading apostrophe; numbers stay as they are, negative ones
    too. None is an empty cell and dates are written YYYY-MM-DD.
    """
    writer = csv.writer(_Line())
    for row in chain([header], rows):
        yield writer.writerow(_harmless(cell) for cell in row)


class _Line:
    """A file that hands each line straight back, which is what the writer's ``writerow`` returns.

    The writer ends lines with CR LF, without which it would leave a lone CR in a cell unquoted;
    they leave here with LF, as programs that read line by line expect.
    """

    def write(self, text: str) -> str:
        return text.removesuffix("\r\n") + "\n"


def _harmless(cell: object) -> object:
    dangerous = isinstance(cell, str) and cell.startswith(FORMULA_STARTERS)
    return f"'{cell}" if dangerous else cell
