"""A page of a long list, and the links to its other pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import TypeVar

from flask import request

from audit_app.rules.numbers import whole_number

T = TypeVar("T")

PER_PAGE = 25


@dataclass(frozen=True)
class Paging:
    """Where a page stands in its list. An address beyond the last page shows the first.

    A list may say that it ends after its ``longest`` rows, though there are more.
    """

    found: int
    asked: int = 1
    per_page: int = PER_PAGE
    longest: int | None = None

    @property
    def total(self) -> int:
        return self.found if self.longest is None else min(self.found, self.longest)

    @property
    def cut(self) -> bool:
        """Whether there is more than the list shows."""
        return self.found > self.total

    @property
    def pages(self) -> int:
        return max(1, ceil(self.total / self.per_page))

    @property
    def page(self) -> int:
        return self.asked if 1 <= self.asked <= self.pages else 1

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.per_page

    @property
    def shown(self) -> tuple[int, int]:
        """The first and last row shown, counting from one."""
        return (self.offset + 1 if self.total else 0, min(self.offset + self.per_page, self.total))

    def of(self, rows: Sequence[T]) -> Sequence[T]:
        """Those of the whole list that are on this page."""
        return rows[self.offset : self.offset + self.per_page]

    def numbers(self) -> list[int | None]:
        """Pages to link to: the first, the last, and those around this one; None is a gap."""
        near = {1, self.pages, self.page - 1, self.page, self.page + 1}
        wanted = sorted(number for number in near if 1 <= number <= self.pages)
        numbers: list[int | None] = []
        for number in wanted:
            if numbers and number - (numbers[-1] or 0) > 1:
                numbers.append(None)
            numbers.append(number)
        return numbers


def page_asked() -> int:
    """The page number in the address, or the first."""
    return whole_number(request.args.get("page", "")) or 1
