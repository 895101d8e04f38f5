"""Where figures before and after do not measure quite the same: a new set of threads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from audit_app.framework.queries import set_lines
from audit_app.insight.asking import Spell
from audit_app.rules.periods import Period
from audit_app.web.pages import day


@dataclass(frozen=True)
class Break:
    """A set of threads that came into force within the days of a table, on ``on``."""

    name: str
    on: date

    @property
    def note(self) -> str:
        return (
            f"[b] A new set of threads, “{self.name}”, is in force from {day(self.on)}. A change "
            "from before to after may come from the set rather than from practice."
        )


def breaks_in(spell: Spell) -> tuple[Break, ...]:
    """The sets that came into force after the first day, up to the last, in time order."""
    if not spell.periods:
        return ()
    sets = sorted((line.valid_from, line.name) for line in set_lines())
    return tuple(Break(name, on) for on, name in sets if spell.first < on <= spell.last)


def broken(periods: Iterable[Period], breaks: Iterable[Break]) -> frozenset[Period]:
    """The periods that are the first to hold a day of a new set."""
    every = list(periods)
    firsts = (next((each for each in every if each.last >= found.on), None) for found in breaks)
    return frozenset(period for period in firsts if period is not None)
