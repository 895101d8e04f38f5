"""What was counted: rows of values and how many, without the weight of a data frame.

A page asks for a few hundred rows at most, and to lay them out as a frame takes longer than to
count them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Counted:
    """Columns of the same length by name, in their order; the last, ``n``, is how many.

    It goes through as rows.
    """

    columns: Mapping[str, list[Any]]

    def __getitem__(self, name: str) -> list[Any]:
        return self.columns[name]

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return zip(*self.columns.values(), strict=True)

    def __len__(self) -> int:
        return len(self.columns["n"])

    def rows(self, *names: str) -> Iterator[tuple[Any, ...]]:
        """The values of some columns, row by row."""
        return zip(*(self.columns[name] for name in names), strict=True)

    def where(self, name: str, wanted: Collection[Any]) -> Counted:
        """The rows whose value in one column is among those wanted."""
        return self._at([at for at, each in enumerate(self.columns[name]) if each in wanted])

    def apart(self, name: str) -> dict[Any, Counted]:
        """The rows by their value in one column."""
        places: dict[Any, list[int]] = {}
        for place, value in enumerate(self.columns[name]):
            places.setdefault(value, []).append(place)
        return {value: self._at(each) for value, each in places.items()}

    def _at(self, places: list[int]) -> Counted:
        every = self.columns.items()
        return Counted({name: [values[place] for place in places] for name, values in every})
