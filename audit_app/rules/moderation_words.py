"""What moderation did, in plain sentences that claim nothing a rule did not find.

Three rules. The *answer*: grades are mostly kept, or mostly changed, where the 95% interval of the
share that stayed the same lies above one half, or below. The *change*: that share in the last two
periods that hold enough pairs; it fires where the 95% interval of the difference leaves out no
difference. The *lean*: grades moved up against grades moved down in the last of them; it fires
where the exact sign test is below 5%.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from audit_app.rules.change import UNLIKELY
from audit_app.rules.intervals import difference, wilson
from audit_app.rules.judgements import SCALE
from audit_app.rules.moderation_grid import ModerationGrid
from audit_app.rules.periods import Period

_HALF = 0.5
_HOW = {True: "judged blind", False: "moderated in the open"}
CHANCE = "a difference this size is unlikely to be chance"


@lru_cache(maxsize=4096)
def sign_test(up: int, down: int) -> float:
    """How likely moves this one-sided, or more, would be if up and down were as likely; two-sided.

    Source: the exact sign test, as A. Agresti, “Categorical data analysis”, gives it for pairs.
    """
    if not up + down:
        return 1.0
    from scipy.stats import binomtest  # noqa: PLC0415  only who asks for it waits for it

    return float(binomtest(up, up + down).pvalue)


@dataclass(frozen=True)
class Moderated:
    """Moderation of one kind of audit over periods in time order.

    ``blind`` says whether moderators judged without seeing the auditor's grade; ``which`` is how
    the audits were chosen, in words that can follow “audits”.
    """

    which: str
    blind: bool
    periods: Sequence[tuple[Period, ModerationGrid]]

    @property
    def enough(self) -> list[tuple[Period, ModerationGrid]]:
        """The periods with pairs enough for a percentage."""
        return [(when, grid) for when, grid in self.periods if grid.pairs >= grid.floor]

    @property
    def latest(self) -> tuple[Period, ModerationGrid] | None:
        """The last period with pairs enough for a percentage."""
        return self.enough[-1] if self.enough else None

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """What was found in the last period, whether that changed, and which way grades moved."""
        if self.latest is None:
            return ()
        return (self.found, self.change, self.lean)

    @property
    def found(self) -> str:
        assert self.latest is not None
        when, grid = self.latest
        exact, near = grid.exact, grid.within_one
        audits = f"{grid.pairs:,} audits {self.which}"
        all_graded = f", all graded {self.graded} by the auditor," if self.graded else ""
        if self.blind:
            return (
                f"Of {audits} and judged blind in {when.label}{all_graded or ','} moderator and "
                f"auditor agreed on the grade in {exact.text} and were at most one grade apart in "
                f"{near.text}."
            )
        return (
            f"Of {audits} and moderated in the open in {when.label}{all_graded or ','} the "
            f"auditor’s grade was kept in {exact.text}: revision, not independent agreement."
        )

    @property
    def graded(self) -> str:
        """The grades that auditors gave in the last period, where they did not give all of them.

        Where only grades in the middle of the scale were given, two people can hardly be far apart.
        """
        given = self.latest[1].graded if self.latest else SCALE
        return "" if len(given) == len(SCALE) else _either(*(word.label for word in given))

    @property
    def change(self) -> str:
        """Whether more or fewer grades stayed the same than in the period before."""
        what = "agreement" if self.blind else "how many grades were kept"
        if self._last_step is None:
            return f"No other period holds enough of these to tell a change in {what}."
        earlier, was, became, way = self._last_step
        figures = f"from {was} in {earlier} to {became}"
        if not way:
            return f"No clear change in {what}: {figures}."
        named = "Agreement" if self.blind else "The share of grades kept"
        return f"{named} {'rose' if way > 0 else 'fell'} {figures}; {CHANCE}."

    @property
    def in_short(self) -> str:
        """The last period's share and whether it changed, as a part of a sentence."""
        assert self.latest is not None
        when, grid = self.latest
        audits = f"{grid.pairs:,} audits {self.which} in {when.label}"
        share = f"{grid.exact.percent_text} of {audits}"
        said = f"judging blind, moderators came to the auditor’s grade in {share}"
        if not self.blind:
            said = f"seeing the auditor’s grade, moderators kept it in {share}"
        if self._last_step is None:
            return said
        earlier, was, _, way = self._last_step
        if not way:
            return f"{said}, with no clear change from {was} in {earlier}"
        return f"{said}, {'up' if way > 0 else 'down'} from {was} in {earlier} by more than chance"

    @cached_property
    def _last_step(self) -> tuple[str, str, str, int] | None:
        """The period before, both shares, and which way they moved: 0 where no rule fired."""
        if len(self.enough) < 2:
            return None
        (earlier, before), (_, after) = self.enough[-2:]
        was, became = before.exact, after.exact
        interval = difference(was, became)
        clear = interval is not None and interval.leaves_out_zero and was.percent != became.percent
        way = 0 if interval is None or not clear else 1 if interval.low > 0 else -1
        return earlier.label, was.percent_text, became.percent_text, way

    @property
    def lean(self) -> str:
        """Whether moderators judged rather better or rather worse than auditors."""
        assert self.latest is not None
        return lean(self.latest[1], self.blind)


def answer(found: Sequence[Moderated]) -> str:
    """Whether grades were mostly kept, as far as the last periods of all of them say the same."""
    sure = [wilson(each.latest[1].exact) for each in found if each.latest]
    if sure and all(each is not None and each.low > _HALF for each in sure):
        return "Mostly kept"
    if sure and all(each is not None and each.high < _HALF for each in sure):
        return "Mostly changed"
    return "Not clear"


def only_graded(found: Sequence[Moderated]) -> tuple[str, ...]:
    """What is to be said where the grades are not of every kind, once if it holds for all."""
    grades = {each.graded for each in found}
    if len(grades) == 1:
        of = {"All of these": found[0].graded} if found else {}
    else:
        of = {f"Those {_HOW[each.blind]}": each.graded for each in found}
    return tuple(
        f"{which} were graded {graded} by the auditor: this says nothing of other grades."
        for which, graded in of.items()
        if graded
    )


def _either(*words: str) -> str:
    *firsts, last = words
    return f"{', '.join(firsts)} or {last}" if firsts else last


def lean(grid: ModerationGrid, blind: bool) -> str:
    """Which way moderators' grades differ from auditors', if more than chance would have it."""
    up, down = grid.up.count, grid.down.count
    better, worse = ("higher", "lower") if blind else ("moved up", "moved down")
    if not up + down:
        return "No grade differed." if blind else "No grade was moved."
    figures = f"{up:,} {better}, {down:,} {worse}"
    if sign_test(up, down) >= UNLIKELY:
        return f"Moderators were not clearly stricter or kinder: {figures}."
    if blind:
        way = "higher more often than lower" if up > down else "lower more often than higher"
        return f"Where they differed, moderators judged {way}: {figures}; {CHANCE}."
    way = "up more often than down" if up > down else "down more often than up"
    return f"Where grades were moved, they went {way}: {figures}; {CHANCE}."
