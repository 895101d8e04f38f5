"""What audits were about: the themes recorded most, and how many others there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, not_

from audit_app.audits.blindness import waits_blind
from audit_app.framework.queries import theme_counts, themes
from audit_app.models import Action, Audit
from audit_app.rules.shares import Share
from audit_app.rules.sheets import SHARE, Cell, Heading, Line, Sheet, count, share
from audit_app.rules.summary_words import audits, number
from audit_app.rules.thread_comparison import listed
from audit_app.summaries.followed import of_nothing_hidden
from audit_app.summaries.parts import Section
from audit_app.summaries.scope import Scope

#: More than these are counted and not named.
MOST = 10
_NOT_TESTED = (
    "Percentages are of all the audits of a period, and an audit may carry several themes. The "
    "themes recorded most come first; nothing here was tested for change. Actions are counted by "
    "the day they were raised."
)


@dataclass(frozen=True)
class Recorded:
    """One theme: in how many audits the year before and now, and in how many actions now."""

    reference: str
    name: str
    before: int
    now: int
    actions: int


@dataclass(frozen=True)
class ThemesFound:
    """The themes of a period's audits, those recorded most first, beside ``every`` audit."""

    scope: Scope
    found: Sequence[Recorded]
    every_before: int
    every: int
    every_action: int

    @property
    def in_audits(self) -> Sequence[Recorded]:
        return [each for each in self.found if each.now]

    @property
    def most(self) -> Sequence[Recorded]:
        """Those recorded most, of which there may be several; none where none was recorded."""
        highest = max((each.now for each in self.found), default=0)
        return [each for each in self.found if each.now == highest] if highest else []


def themes_of(scope: Scope) -> ThemesFound:
    of_audits: list[ColumnElement[bool]] = [not_(waits_blind())]
    of_actions: list[ColumnElement[bool]] = [of_nothing_hidden()]
    if scope.service_id is not None:
        of_audits.append(Audit.service_id == scope.service_id)
        of_actions.append(Action.service_id == scope.service_id)
    counts = theme_counts((scope.year_before, scope.whole), of_audits, of_actions)
    found = [
        Recorded(
            each.reference,
            each.name,
            before=counts.audits.get(each.id, (0, 0))[0],
            now=counts.audits.get(each.id, (0, 0))[1],
            actions=counts.actions.get(each.id, (0, 0))[1],
        )
        for each in themes()
        if each.id in counts.audits or each.id in counts.actions
    ]
    in_order = sorted(found, key=lambda each: (-each.now, -each.actions, each.name.casefold()))
    before, every = counts.every_audit
    return ThemesFound(scope, in_order, before, every, counts.every_action[1])


def theme_section(of: ThemesFound) -> Section:
    sheets = (_sheet(of),) if of.in_audits else ()
    return Section("themes", "Themes", (most_said(of),) if of.every else (), sheets)


def most_said(of: ThemesFound) -> str:
    """Which theme was recorded most, in how many of how many audits."""
    most = of.most
    if not most:
        return f"No theme was recorded in the {audits(of.every)}."
    out_of = f"{most[0].now:,} of {audits(of.every)}"
    if len(most) == 1:
        return f"The theme recorded most was {most[0].name}, in {out_of}."
    if len(most) > MOST:
        return f"{len(most):,} themes were each recorded in {out_of}, and none in more."
    return f"The themes recorded most were {listed(e.name for e in most)}, each in {out_of}."


def _sheet(of: ThemesFound) -> Sheet:
    shown, others = of.in_audits[:MOST], of.in_audits[MOST:]
    columns = (
        Heading(of.scope.whole.label, SHARE),
        Heading(of.scope.year_before.label, SHARE),
        Heading("Actions raised about it"),
    )
    lines = [Line(each.name, tuple(_cells(of, each)), key=each.reference) for each in shown]
    lines.append(
        Line(
            "All audits, and all actions raised",
            (_whole(of.every), _whole(of.every_before), count(of.every_action)),
            total=True,
        )
    )
    notes = (_NOT_TESTED, *_others(others))
    return Sheet("Themes", "Themes recorded in audits", "Theme", columns, tuple(lines), notes)


def _cells(of: ThemesFound, each: Recorded) -> Iterator[Cell]:
    yield share(Share(each.now, of.every, floor=of.scope.floor))
    yield share(Share(each.before, of.every_before, floor=of.scope.floor))
    yield count(each.actions)


def _whole(n: int) -> Cell:
    """A number of audits, which no percentage belongs to."""
    return Cell(f"{n:,}", (n, "[z]"), of=n)


def _others(others: Sequence[Recorded]) -> Iterator[str]:
    if others:
        most, least = others[0].now, others[-1].now
        often = f"{most:,}" if most == least else f"{least:,} to {most:,}"
        yield (
            f"{number(len(others), 'other theme was', 'other themes were')} recorded, in {often} "
            f"audit{'' if most == 1 else 's'}{'' if len(others) == 1 else ' each'}."
        )
