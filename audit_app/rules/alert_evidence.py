"""What audits say in support of a practice alert: one small table.

It is about the whole authority, or one service or theme of it. The table holds counts and the texts
made from them as they were printed, so that an alert frozen on the day of its issue reads the same
for ever. It never holds a case, a person or a team, nor a figure that it does not print.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from audit_app.rules.alert_narrowing import (
    OVERALL,
    Counted,
    Narrowed,
    audits_told,
    is_whole_quarter,
    line_told,
)
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.shares import Share
from audit_app.rules.sheets import CONFIDENTIAL

__all__ = ["OVERALL", "OVERALL_LABEL", "Counted", "Evidence", "EvidenceLine", "Narrowed"]

OVERALL_LABEL = "Overall judgement"
WHOLE = "in the whole authority"
LEGEND = (
    f"{CONFIDENTIAL} means confidential: the number is 1 to 5, or would tell one that is, and "
    "could point at a child or a worker."
)


@dataclass(frozen=True)
class EvidenceLine:
    """One thread: how many audits judged it, and how many of those gave each chosen judgement.

    ``texts`` and ``together_text`` are as printed, such as ``12 (31%)``. ``share`` is the printed
    percentage of all chosen judgements together, None where only counts are shown. A line that is
    ``confidential`` prints ``[c]`` and holds no figure.
    """

    name: str
    judged: int
    counts: tuple[int, ...]
    texts: tuple[str, ...]
    together: int
    together_text: str
    share: int | None
    not_enough_evidence: int
    confidential: bool = False

    @property
    def judged_text(self) -> str:
        return CONFIDENTIAL if self.confidential else f"{self.judged:,}"


@dataclass(frozen=True)
class Evidence:
    """The evidence table: its period (both days included), its judgements and its lines.

    ``where`` says in words which audits it is about. One that is ``confidential`` has audits, but
    so few that nothing of them may be told.
    """

    first: date
    last: date
    as_at: date
    audits: int
    judgements: tuple[Judgement, ...]
    lines: tuple[EvidenceLine, ...]
    notes: tuple[str, ...]
    where: str = WHOLE
    confidential: bool = False

    @property
    def narrowed(self) -> bool:
        return self.where != WHOLE

    @property
    def shows_together(self) -> bool:
        """Whether a sum of the chosen judgements says more than one of them or all of them."""
        return 1 < len(self.judgements) < len(SCALE)

    @property
    def shows_bars(self) -> bool:
        """Whether a bar has something to show: every judgement together is always everything."""
        return len(self.judgements) < len(SCALE) and any(line.share for line in self.lines)

    def figures(self) -> tuple[object, ...]:
        """The figures alone, without the day they were counted, to see whether they changed."""
        return self.audits, self.lines


def evidence(
    rows: Iterable[Counted],
    threads: Mapping[str, str],
    judgements: Sequence[Judgement],
    days: tuple[date, date],
    as_at: date,
    floor: int,
    waiting_blind: int = 0,
    narrowed: Narrowed | None = None,
) -> Evidence:
    """Arrange counts into the evidence table.

    ``threads`` are the chosen ones, code to name, in the order of the table. ``rows`` always hold
    :data:`OVERALL`, which counts every audit of the period, chosen or not; they are the whole
    authority's also where the table is ``narrowed`` to some of them, which tells nothing unless its
    days are one whole quarter. ``floor`` is the number
    of audits below which percentages are left out, and ``waiting_blind`` how many audits of the
    period are in no figure because they wait for a blind moderation.
    """
    counted = tuple(rows)
    chosen = tuple(word for word in SCALE if word in judgements)
    own = counted if narrowed is None else tuple(filter(narrowed.takes_in, counted))
    told = {
        code: narrowed is None
        or (is_whole_quarter(*days) and line_told(counted, code, chosen, narrowed))
        for code in threads
    }
    lines = tuple(
        _line(code, name, chosen, own, floor) if told[code] else _hidden(name, chosen)
        for code, name in threads.items()
    )
    every = [row for row in own if row.thread == OVERALL]
    notes = _notes(lines, floor, len({row.thread_set for row in every}), waiting_blind, narrowed)
    table = Evidence(
        first=days[0],
        last=days[1],
        as_at=as_at,
        audits=sum(row.n for row in every),
        judgements=chosen,
        lines=lines,
        notes=notes,
    )
    if narrowed is None:
        return table
    if not (any(told.values()) and audits_told(counted, narrowed)):
        hidden = tuple(_hidden(name, chosen) for name in threads.values())
        table = replace(table, audits=0, lines=hidden, notes=(), confidential=True)
    # What a narrowed table does not print, its record does not hold either.
    kept = tuple(replace(line, not_enough_evidence=0) for line in table.lines)
    return replace(table, lines=kept, where=narrowed.words)


def _hidden(name: str, chosen: Sequence[Judgement]) -> EvidenceLine:
    texts = tuple(CONFIDENTIAL for _ in chosen)
    nothing = tuple(0 for _ in chosen)
    return EvidenceLine(name, 0, nothing, texts, 0, CONFIDENTIAL, None, 0, confidential=True)


def _line(
    code: str, name: str, chosen: Sequence[Judgement], rows: Sequence[Counted], floor: int
) -> EvidenceLine:
    found = {
        word: sum(row.n for row in rows if row.thread == code and row.judgement is word)
        for word in Judgement
    }
    judged = sum(found[word] for word in SCALE)
    counts = tuple(found[word] for word in chosen)
    together = Share(sum(counts), judged, floor=floor)
    return EvidenceLine(
        name=name,
        judged=judged,
        counts=counts,
        texts=tuple(Share(count, judged, floor=floor).text for count in counts),
        together=together.count,
        together_text=together.text,
        share=None if together.percent is None else int(together.percent),
        not_enough_evidence=found[Judgement.NOT_ENOUGH_EVIDENCE],
    )


def _notes(
    lines: Sequence[EvidenceLine],
    floor: int,
    thread_sets: int,
    waiting_blind: int,
    narrowed: Narrowed | None,
) -> tuple[str, ...]:
    rules = (
        LEGEND if any(line.confidential for line in lines) else "",
        _some_wait(waiting_blind) if narrowed else _waiting(waiting_blind),
        _too_few(lines, floor),
        _some_left_out(lines) if narrowed else _left_out(lines),
        _rounding(lines),
        _reworded(thread_sets),
    )
    return tuple(note for note in rules if note)


def _some_wait(blind: int) -> str:
    """Of some audits no number is told beside the table, which it could be taken from."""
    if not blind:
        return ""
    return "Audits that wait for a blind moderation are counted in no figure here."


def _some_left_out(lines: Sequence[EvidenceLine]) -> str:
    if not any(line.not_enough_evidence for line in lines):
        return ""
    return "Where there was not enough evidence to judge, an audit is in no total or percentage."


def _waiting(blind: int) -> str:
    if not blind:
        return ""
    waits, them = ("audit waits", "it") if blind == 1 else ("audits wait", "them")
    return f"{blind:,} more {waits} for a blind moderation, and no figure here counts {them}."


def _too_few(lines: Sequence[EvidenceLine], floor: int) -> str:
    few = any(0 < line.judged < floor for line in lines)
    return f"Counts only where fewer than {floor} audits were judged." if few else ""


def _left_out(lines: Sequence[EvidenceLine]) -> str:
    left_out = [
        f"{line.not_enough_evidence:,} for {line.name}"
        for line in lines
        if line.not_enough_evidence
    ]
    if not left_out:
        return ""
    return f"Not enough evidence to judge, so in no total or percentage: {', '.join(left_out)}."


def _rounding(lines: Sequence[EvidenceLine]) -> str:
    if not any(_printed_apart(line) for line in lines):
        return ""
    return "Each percentage is rounded on its own, so some do not add up."


def _printed_apart(line: EvidenceLine) -> bool:
    """Whether the printed percentages of a line differ from the printed percentage of their sum."""
    if line.share is None or len(line.counts) < 2:
        return False
    printed = (Share(count, line.judged, floor=0).percent for count in line.counts)
    return sum((each for each in printed if each is not None), Decimal(0)) != line.share


def _reworded(thread_sets: int) -> str:
    if thread_sets < 2:
        return ""
    return "The golden threads were reworded during this period, so compare with care."
