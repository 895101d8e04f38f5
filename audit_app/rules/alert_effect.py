"""Did an alert work: the same threads over as many months before its issue as there are after it.

A change is claimed only where the interval of the difference leaves out none, and it stays unlikely
to be chance when allowing for the alert's other threads. The month of issue is in
neither of the two: nobody can tell which of its audits came first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from audit_app.rules.change import Direction
from audit_app.rules.intervals import Interval, difference
from audit_app.rules.periods import Period, PeriodKind
from audit_app.rules.shares import Share
from audit_app.rules.thread_comparison import Tested, chance, holm, said_of

#: The most months that are looked at on either side.
MOST_MONTHS = 12
_NUMBERS = (
    "", "", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
)  # fmt: skip
_CLEAR = frozenset({Direction.BETTER, Direction.WORSE})
_WENT = {Direction.BETTER: "rose", Direction.WORSE: "fell"}


@dataclass(frozen=True)
class Spans:
    """As many whole months before the month of issue as after it, in time order."""

    before: tuple[Period, ...]
    after: tuple[Period, ...]

    @property
    def months(self) -> tuple[Period, ...]:
        return (*self.before, *self.after)

    @property
    def words(self) -> str:
        """``in the six months after``."""
        many = len(self.after)
        return "in the month after" if many == 1 else f"in the {_NUMBERS[many]} months after"

    @property
    def same_season(self) -> bool:
        """Whether both sides hold the same months of the year."""
        before, after = ({each.first.month for each in side} for side in (self.before, self.after))
        return before == after

    @property
    def complete(self) -> bool:
        """Whether later months would change nothing."""
        return len(self.after) == MOST_MONTHS


def spans(issued_on: date, last_day: date) -> Spans | None:
    """The months on both sides of an issue, up to ``last_day``; None before the first has passed.

    ``last_day`` is the last for which there may be audits.
    """
    issue, end = _number(issued_on), _number(last_day + timedelta(days=1))
    many = min(end - issue - 1, MOST_MONTHS)
    if many < 1:
        return None
    return Spans(
        tuple(_month(number) for number in range(issue - many, issue)),
        tuple(_month(number) for number in range(issue + 1, issue + 1 + many)),
    )


@dataclass(frozen=True)
class Around:
    """Good or better in one thread, or overall, on both sides.

    ``interval`` is of how much the share after is above the one before, and ``tested`` how likely
    that is by chance; both are None where either holds too few audits. ``own`` says that the alert
    rests on it. ``at_random`` is the same of the audits chosen at random alone.
    """

    name: str
    before: Share
    after: Share
    own: bool = True
    interval: Interval | None = None
    tested: Tested | None = None
    at_random: Around | None = None

    @property
    def at_odds(self) -> bool:
        """Whether a change is clear in all audits and not in those chosen at random alone, or the
        other way round.
        """
        if self.at_random is None:
            return False
        ways = {self.direction, self.at_random.direction}
        return len(ways) > 1 and not ways.isdisjoint(_CLEAR)

    @property
    def direction(self) -> Direction:
        if self.interval is None or self.tested is None:
            return Direction.TOO_FEW
        # What is printed as the same is called the same, however many audits there are.
        same = self.before.percent == self.after.percent
        if same or not (self.interval.leaves_out_zero and self.tested.clear):
            return Direction.NO_CLEAR_CHANGE
        return Direction.BETTER if self.interval.low > 0 else Direction.WORSE

    def sentence(self, seen: Spans) -> str:
        """One plain sentence about it, which begins with its name."""
        return f"{self.name}: {self._said(seen)}"

    def _said(self, seen: Spans) -> str:
        way = self.direction
        if way is Direction.TOO_FEW:
            return _too_few(self.before, self.after, seen)
        was, became = _of(self.before), _of(self.after)
        if way is Direction.NO_CLEAR_CHANGE:
            return (
                f"no clear change{_yet(seen)}. Good or better was {was}, and {became} {seen.words}."
                f"{self._clear_at_random()}"
            )
        return (
            f"good or better {_WENT[way]} from {was} to {became} {seen.words}; a change this size "
            f"is unlikely to be chance{self._not_at_random()}."
        )

    def _not_at_random(self) -> str:
        """How the audits chosen at random alone weaken a change that is clear in all."""
        alone = self.at_random
        if alone is None or not self.at_odds:
            return ""
        if alone.direction is Direction.TOO_FEW:
            many = f"{alone.before.total:,} before, {alone.after.total:,} after"
            return f", but too few audits were chosen at random to tell of those alone ({many})"
        was, became = _of(alone.before), _of(alone.after)
        if alone.direction is Direction.NO_CLEAR_CHANGE:
            return (
                ", but not among audits chosen at random alone: no clear change there, "
                f"{was} before and {became} after"
            )
        went = _WENT[alone.direction]
        return f", but among audits chosen at random alone it {went} from {was} to {became}"

    def _clear_at_random(self) -> str:
        alone = self.at_random
        if alone is None or not self.at_odds:
            return ""
        went, was, became = _WENT[alone.direction], _of(alone.before), _of(alone.after)
        return f" Among audits chosen at random alone it clearly {went}, from {was} to {became}."


def around(threads: Sequence[tuple[str, Share, Share, bool]]) -> tuple[Around, ...]:
    """Compare each thread's two sides, allowing for others that were looked at.

    What the alert rests on is allowed for among itself; what is only shown beside it, among all.
    Each is its name, its share before, the one after, and whether the alert rests on it.
    """
    every = [Around(*each) for each in threads]
    enough = [each for each in every if _enough(each)]
    own = _tested([each for each in enough if each.own])
    tested = _tested(enough) | own
    return tuple(
        replace(each, interval=difference(each.before, each.after), tested=tested[each.name])
        if each.name in tested
        else each
        for each in every
    )


def beside_random(threads: Sequence[Around], at_random: Sequence[Around]) -> tuple[Around, ...]:
    """Each thread with the same thread of the audits chosen at random alone, in the same order."""
    pairs = zip(threads, at_random, strict=True)
    return tuple(replace(each, at_random=alone) for each, alone in pairs)


def _tested(threads: Sequence[Around]) -> dict[str, Tested]:
    alone = [chance(each.before, each.after) for each in threads]
    allowing = zip(threads, alone, holm(alone), strict=True)
    return {each.name: Tested(one, several) for each, one, several in allowing}


def headline(found: Sequence[Around], seen: Spans | None) -> str:
    """The answer in one sentence, about what the alert rests on."""
    if seen is None:
        return "Too early: audits of a whole month after the month of issue are needed."
    own = [each for each in found if each.own]
    if len(own) == 1:
        return own[0].sentence(seen)
    ways = {each.name: each.direction for each in own}
    if all(way is Direction.TOO_FEW for way in ways.values()):
        before = max((each.before for each in own), key=_total)
        after = max((each.after for each in own), key=_total)
        return _capital(_too_few(before, after, seen))
    if _CLEAR.isdisjoint(ways.values()):
        return f"No clear change{_yet(seen)} {seen.words}{_alone(own)}."
    return f"{_capital(seen.words)}: {said_of(ways)}{_alone(own)}."


def _alone(own: Sequence[Around]) -> str:
    """What the audits chosen at random alone say, where that is something else."""
    if not any(each.at_odds for each in own):
        return ""
    ways = {each.name: each.at_random.direction for each in own if each.at_random}
    weaker = any(each.at_odds and each.direction in _CLEAR for each in own)
    but = ", but not so" if weaker else "; it is otherwise"
    return f"{but} among audits chosen at random alone: {said_of(ways)}"


def _too_few(before: Share, after: Share, seen: Spans) -> str:
    """On which side; it is only early where there is something to hold later audits against."""
    had, since = _audits(before.total), _audits(after.total)
    if _holds_enough(before) and _holds_enough(after):
        return "too few audits on one side or the other of each thread."
    if _holds_enough(after):
        return f"not enough audits before it to compare: {had} in as many months."
    if not _holds_enough(before):
        return f"not enough audits on either side: {had} before it, and {since} since."
    early = "too few" if seen.complete else "too early"
    return f"{early}: {'only ' if after.total else ''}{since} since."


def _total(of: Share) -> int:
    return of.total


def _audits(many: int) -> str:
    return "no audits" if not many else "1 audit" if many == 1 else f"{many:,} audits"


def _enough(each: Around) -> bool:
    return _holds_enough(each.before) and _holds_enough(each.after)


def _holds_enough(side: Share) -> bool:
    return side.total > 0 and side.total >= side.floor


def _of(side: Share) -> str:
    return f"{side.percent_text} (of {side.total:,})"


def _yet(seen: Spans) -> str:
    return "" if seen.complete else " yet"


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]


def _number(day: date) -> int:
    return day.year * 12 + day.month - 1


def _month(number: int) -> Period:
    first = date(number // 12, number % 12 + 1, 1)
    after = date((number + 1) // 12, (number + 1) % 12 + 1, 1)
    return Period(PeriodKind.MONTH, first, after - timedelta(days=1))
