"""What counts are counted apart by, and over which days."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Protocol


class Split(StrEnum):
    """What judgements can be counted apart by; the values name the columns of the counts."""

    MONTH = "month"
    THREAD = "thread"
    SERVICE = "service"
    LOCALITY = "locality"
    TEAM = "team"
    TYPE = "type"
    SELECTION = "selection"


class Days(Protocol):
    """The first and the last day that counts are of; months are whole unless a filter cuts them."""

    @property
    def first(self) -> date: ...

    @property
    def last(self) -> date: ...
