"""What audits say in support of a practice alert: one small table for the whole authority.

The table holds counts and the texts made from them as they were printed, so that an alert frozen on
the day of its issue reads the same for ever. It never holds a case, a person or a team.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.shares import Share

#: Stands among the codes of threads for the overall judgement.
OVERALL = "overall"
OVERALL_LABEL = "Overall judgement"


@dataclass(frozen=True)
class Counted:
    """One row of the grouped count: how many audits got this judgement for this thread.

    ``thread`` is a thread's code or :data:`OVERALL`; ``judgement`` is None where none was given.
    ``thread_set`` is the number of the set the audits were made under.
    """

    thread: str
    thread_set: int
    judgement: Judgement | None
    n: int


@dataclass(frozen=True)
class EvidenceLine:
    """One thread: how many audits judged it, and how many of those gave each chosen judgement.

    ``texts`` and ``together_text`` are as printed, such as ``12 (31%)``. ``share`` is the printed
    percentage of all chosen judgements together, None where only counts are shown.
    """

    name: str
    judged: int
    counts: tuple[int, ...]
    texts: tuple[str, ...]
    together: int
    together_text: str
    share: int | None
    not_enough_evidence: int


@dataclass(frozen=True)
class Evidence:
    """The evidence table: its period (both days included), its judgements and its lines."""

    first: date
    last: date
    as_at: date
    audits: int
    judgements: tuple[Judgement, ...]
    lines: tuple[EvidenceLine, ...]
    notes: tuple[str, ...]

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
) -> Evidence:
    """Arrange counts into the evidence table.

    ``threads`` are the chosen ones, code to name, in the order of the table. ``rows`` always hold
    :data:`OVERALL`, which counts every audit of the period, chosen or not. ``floor`` is the number
    of audits below which percentages are left out, and ``waiting_blind`` how many audits of the
    period are in no figure because they wait for a blind moderation.
    """
    counted = tuple(rows)
    chosen = tuple(word for word in SCALE if word in judgements)
    lines = tuple(_line(code, name, chosen, counted, floor) for code, name in threads.items())
    every = [row for row in counted if row.thread == OVERALL]
    return Evidence(
        first=days[0],
        last=days[1],
        as_at=as_at,
        audits=sum(row.n for row in every),
        judgements=chosen,
        lines=lines,
        notes=_notes(lines, floor, len({row.thread_set for row in every}), waiting_blind),
    )


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
    lines: Sequence[EvidenceLine], floor: int, thread_sets: int, waiting_blind: int
) -> tuple[str, ...]:
    rules = (
        _waiting(waiting_blind),
        _too_few(lines, floor),
        _left_out(lines),
        _rounding(lines),
        _reworded(thread_sets),
    )
    return tuple(note for note in rules if note)


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
