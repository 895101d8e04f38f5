"""What a summary is made of: a headline, sections with their tables, and what goes with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from markupsafe import Markup

from audit_app.rules.sheets import Sheet
from audit_app.rules.summary_periods import SummaryPeriod


@dataclass(frozen=True)
class Figure:
    """One figure to be read at arm's length: ``48.4%`` of ``Good or better``, and what it is of."""

    label: str
    value: str
    of: str = ""


@dataclass(frozen=True)
class Headline:
    """What a reader takes from page one.

    ``message`` is the one sentence that matters most; ``figures`` the three or four numbers;
    ``changes`` a sentence for each comparison, which claims a change only where a rule fired;
    ``in_short`` the same as parts of a sentence, for beside the figure itself;
    ``weakest`` which thread is weakest, if one is, and ``thread`` that as a figure;
    ``inadequate`` what became of the Inadequates;
    ``doing`` what is being done; ``basis`` what all of it was counted from. ``sheet`` holds the
    same figures as a table. ``claims`` are what the sentences claim, in a few words each by what
    it is said of, so that a claim which no longer holds can be told.
    """

    message: str
    figures: tuple[Figure, ...]
    changes: tuple[str, ...]
    weakest: str
    inadequate: str
    doing: tuple[str, ...]
    basis: str
    sheet: Sheet
    in_short: tuple[str, ...] = ()
    thread: Figure | None = None
    claims: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Section:
    """One subject: its sentences, its tables and their pictures by a table's key.

    ``moves_on`` says that its figures go on changing without anybody correcting anything, as
    actions are closed and audits are done.
    """

    key: str
    title: str
    message: tuple[str, ...]
    sheets: tuple[Sheet, ...] = ()
    pictures: Mapping[str, Sequence[Markup]] = field(default_factory=dict)
    moves_on: bool = False


@dataclass(frozen=True)
class Contents:
    """Every figure and sentence of a summary but what people write in it.

    ``place`` is the service, or the whole authority; ``label`` the period in words; ``as_at`` the
    day it was counted. ``facts`` say what was counted, ``notes`` what to beware of.
    ``waiting_blind`` is how many audits are in none of the figures of judgements, as they wait for
    a blind moderation. ``provisional`` is whether the period still runs.
    """

    period: SummaryPeriod
    place: str
    label: str
    as_at: date
    headline: Headline
    sections: tuple[Section, ...]
    notes: tuple[str, ...]
    facts: Mapping[str, str]
    waiting_blind: int
    provisional: bool = False
    #: Whether no audit was counted in the period.
    empty: bool = False
    #: Whether it is of one service, and not of the whole authority.
    of_service: bool = False

    def section(self, key: str) -> Section | None:
        """The section of a key, if there is something to say in it."""
        return next((each for each in self.sections if each.key == key), None)

    @property
    def sheets(self) -> Iterator[tuple[str, Sheet]]:
        """Every table with the key of its section, that of the headline first."""
        yield "headline", self.headline.sheet
        for section in self.sections:
            for sheet in section.sheets:
                yield section.key, sheet


@dataclass(frozen=True)
class Suggestion:
    """A sentence drawn from the figures, to be accepted or rewritten; ``key`` names its source."""

    key: str
    text: str
