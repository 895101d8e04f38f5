"""What counts are counted apart by, and over which days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Protocol

from audit_app.rules.periods import Period


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
    """The periods that counts are of, in time order; months are whole unless a filter cuts them."""

    @property
    def periods(self) -> Sequence[Period]: ...

    @property
    def first(self) -> date: ...

    @property
    def last(self) -> date: ...
