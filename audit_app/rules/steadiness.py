"""Whether a change over all periods was steady, and which of the steps made it.

*Steadily* is claimed only where every part of the way supports it:

- the trend over all periods is clear, and for the better, and there are two steps or more;
- good or better is higher after every step, as it is printed;
- every run of steps that are no clear rise on their own is a clear trend of its own. So a rise that
  began late, or has ended, is an improvement and not a steady one; and an even rise too slow for
  any one step to show it is steady.

A rise that no rule can see counts as none, so “not steadily” says that it was not shown to be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from itertools import groupby

from audit_app.rules.change import Direction, Movement, Step, trend
from audit_app.rules.periods import whole


class Steadiness(Enum):
    """The answer in a few words."""

    STEADY = "Yes, steadily"
    NOT_STEADY = "Improved, but not steadily"
    NOT_KNOWN = "Improved, but there are too few periods with enough audits to say whether steadily"
    NO_CLEAR_CHANGE = "No clear change over all periods"
    WORSE = "No, worse"
    TOO_FEW = "Too few audits to say"


_NOT_BETTER = {
    Direction.WORSE: Steadiness.WORSE,
    Direction.NO_CLEAR_CHANGE: Steadiness.NO_CLEAR_CHANGE,
    Direction.TOO_FEW: Steadiness.TOO_FEW,
}


def steadiness(moved: Movement) -> Steadiness:
    """The answer, by the rule above."""
    several = len(moved.steps) > 1 and moved.trend is not None
    way = moved.trend.direction if moved.trend and several else moved.direction
    if way is not Direction.BETTER:
        return _NOT_BETTER[way]
    if not several:
        return Steadiness.NOT_KNOWN
    steady = all(map(_printed_higher, moved.steps)) and all(map(_rises_as_one, _between(moved)))
    return Steadiness.STEADY if steady else Steadiness.NOT_STEADY


def steadily(moved: Movement) -> str:
    """The answer, and the clear steps by their periods; one sentence or two."""
    found = steadiness(moved)
    if len(moved.steps) < 2:
        return f"{found.value}."
    if not clear_steps(moved):
        higher = "good or better was higher after every step, though "
        said = higher if found is Steadiness.STEADY else ""
        return f"{found.value}: {said}no step from one period to the next is clear on its own."
    return f"{found.value}: good or better {named(moved)}{_since(moved)}.{_after(moved)}"


def clear_steps(moved: Movement, *ways: Direction) -> list[Step]:
    """The steps that a rule found clear, of these directions or of both."""
    wanted = ways or (Direction.BETTER, Direction.WORSE)
    return [each for each in moved.steps if each.direction in wanted]


def named(moved: Movement, years: bool = False) -> str:
    """``clearly rose from 2020 to 2021``: the clear steps as a part of a sentence.

    ``years`` names the whole periods, where a sentence has said which months of them are counted.
    """
    rises, falls = (clear_steps(moved, way) for way in (Direction.BETTER, Direction.WORSE))
    parts = [("clearly rose", rises), ("clearly fell", falls)]
    said = (f"{did} {_listed([_span(s, years) for s in steps])}" for did, steps in parts if steps)
    return " and ".join(said) or "changed clearly in no step"


def findings(moved: Movement) -> tuple[object, ...]:
    """What two ways of counting must share for one answer to hold in both."""
    steps = ((each.direction, _span(each, years=True)) for each in clear_steps(moved))
    return (steadiness(moved), *steps)


def _printed_higher(step: Step) -> bool:
    before, after = (share.percent for share in step.shares)
    return before is not None and after is not None and after > before


def _between(moved: Movement) -> Iterator[Sequence[Step]]:
    """The runs of steps that are no clear rise."""
    for rise, steps in groupby(moved.steps, lambda step: step.direction is Direction.BETTER):
        if not rise:
            yield list(steps)


def _rises_as_one(steps: Sequence[Step]) -> bool:
    found = trend([steps[0].before.counts, *(step.after.counts for step in steps)])
    return found is not None and found.direction is Direction.BETTER


def _since(moved: Movement) -> str:
    if steadiness(moved) is Steadiness.STEADY:
        rest = any(step.direction is not Direction.BETTER for step in moved.steps)
        return ", and all four judgements show a clear trend over the rest" if rest else ""
    last = clear_steps(moved)[-1]
    since = len(moved.steps) - 1 - moved.steps.index(last)
    if not since:
        return ""
    return ", and no step since is clear" if since > 1 else ", and the step since is not clear"


def _after(moved: Movement) -> str:
    """The trend after the last clear step, where it has not been said and there are two steps."""
    if steadiness(moved) is Steadiness.STEADY:
        return ""
    steps = moved.steps[moved.steps.index(clear_steps(moved)[-1]) + 1 :]
    if len(steps) < 2:
        return ""
    first, last = steps[0].before, steps[-1].after
    found = trend([first.counts, *(step.after.counts for step in steps)])
    way = Direction.NO_CLEAR_CHANGE if found is None else found.direction
    said = "show no clear trend" if way is Direction.NO_CLEAR_CHANGE else f"got {way.value}"
    return f" From {first.period.label} to {last.period.label} judgements {said}."


def _span(step: Step, years: bool) -> str:
    ends = (step.before.period, step.after.period)
    one, other = (whole(each.kind, each.first).label if years else each.label for each in ends)
    return f"from {one} to {other}"


def _listed(said: Sequence[str]) -> str:
    *firsts, last = said
    return f"{', '.join(firsts)} and {last}" if firsts else last
