"""Audits in bulk for tests that count them, and the slow way to count them again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, insert, select

from audit_app.extensions import db
from audit_app.models import Audit, Finding, Team
from audit_app.models.base import new_reference
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.audits import AuditType, Selection
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.periods import month_key
from audit_app.tallying.keeping import added
from tests.people import World

#: The practice report's table: its final judgements by the days of each period, best first.
PUBLISHED = {
    (date(2019, 9, 1), date(2019, 12, 31)): (4, 99, 142, 41),
    (date(2020, 1, 1), date(2020, 12, 31)): (16, 347, 479, 82),
    (date(2021, 1, 1), date(2021, 10, 31)): (30, 383, 393, 47),
}
PUBLISHED_TABLE = [
    ["Judgement", "2019 (Sept – Dec)", "2020", "2021 (Jan – Oct)"],
    ["Outstanding", "4 (1%)", "16 (2%)", "30 (4%)"],
    ["Good", "99 (35%)", "347 (38%)", "383 (45%)"],
    ["Requires Improvement to be Good", "142 (50%)", "479 (52%)", "393 (46%)"],
    ["Inadequate", "41 (14%)", "82 (9%)", "47 (6%)"],
    ["Total", "286", "924", "853"],
    ["Good or better", "103 (36.0%)", "363 (39.3%)", "413 (48.4%)"],
    ["95% interval, from", "30.7%", "36.2%", "45.1%"],
    ["95% interval, to", "41.7%", "42.5%", "51.8%"],
    ["Chosen at random", "286 (100%)", "924 (100%)", "853 (100%)"],
    ["Months covered", "4", "12", "10"],
    ["Audits a month", "71.5", "77.0", "85.3"],
]


@dataclass(frozen=True)
class Judged:
    """One audit as counting sees it; ``moderated`` is None where nobody moderated it."""

    on: date
    overall: Judgement
    moderated: Judgement | None = None
    thread: Judgement = Judgement.GOOD
    thread_moderated: Judgement | None = None
    team: int = 0
    state: AuditState = AuditState.COMPLETE
    type: AuditType = AuditType.FULL
    selection: Selection | None = Selection.RANDOM

    @property
    def audited(self) -> Judgement:
        """The auditor's that counts: while it is written again, the one that was submitted."""
        return self.final if self.state is AuditState.RETURNED else self.overall

    @property
    def thread_audited(self) -> Judgement:
        return self.thread_final if self.state is AuditState.RETURNED else self.thread

    @property
    def final(self) -> Judgement:
        return self.moderated or self.overall

    @property
    def thread_final(self) -> Judgement:
        return self.thread_moderated or self.thread


def record(world: World, audits: Iterable[Judged]) -> None:
    """Put audits in the database for everybody to see."""
    insert_audits(world, audits)
    db.session.commit()


def insert_audits(world: World, audits: Iterable[Judged]) -> None:
    """Insert audits, with one finding each, for the first thread."""
    thread = world.thread_set.threads[0]
    start = (db.session.scalar(select(func.max(Audit.id))) or 0) + 1
    lines = list(enumerate(audits, start))
    if not lines:
        return
    teams = (world.south, world.north, world.fostering)
    db.session.execute(insert(Audit), [_audit(n, a, teams[a.team], world) for n, a in lines])
    added(db.session, [number for number, _ in lines])
    db.session.execute(
        insert(Finding),
        [
            {
                "audit_id": number,
                "thread_id": thread.id,
                "position": 1,
                "judgement": audit.thread,
                "final_judgement": audit.thread_final,
            }
            for number, audit in lines
        ],
    )


def _audit(number: int, audit: Judged, team: Team, world: World) -> dict[str, object]:
    return {
        "id": number,
        "reference": new_reference(),
        "state": audit.state,
        "imported": True,
        "case_reference": f"{number:07}",
        "service_id": team.service_id,
        "locality_id": team.locality_id,
        "team_id": team.id,
        "audit_type": audit.type,
        "selection": audit.selection,
        "audit_date": audit.on,
        "audit_month": month_key(audit.on),
        "auditor_id": world.alice.id,
        "thread_set_id": world.thread_set.id,
        "overall": audit.overall,
        "final_overall": audit.final,
    }


def published_audits() -> list[Judged]:
    """Audits whose final judgements are the published table; every ninth was moderated up or down.

    The first of each period is on its first day and the last on its last.
    """
    audits: list[Judged] = []
    for (first, last), counts in PUBLISHED.items():
        words = [word for word, count in zip(SCALE, counts, strict=True) for _ in range(count)]
        days = (last - first).days
        for place in range(len(words)):
            # A prime's steps visit every word once and mix them over the days.
            final = words[place * 7919 % len(words)]
            on = date.fromordinal(first.toordinal() + place * days // (len(words) - 1))
            moderated = place % 9 == 0
            audits.append(
                Judged(
                    on,
                    overall=SCALE[(SCALE.index(final) + 1) % 4] if moderated else final,
                    moderated=final if moderated else None,
                    thread=list(Judgement)[place % 5],
                    team=place % 3,
                )
            )
    return audits


def recount(
    audits: Sequence[Judged], days: Iterable[tuple[date, ...]], judgement: str = "final"
) -> list[tuple[list[int], int]]:
    """A plain loop over rows: for each first and last day, the counts in scale order, and those
    without enough evidence.
    """
    found = []
    for first, last in days:
        tally = Counter(getattr(audit, judgement) for audit in audits if first <= audit.on <= last)
        found.append(([tally[word] for word in SCALE], tally[Judgement.NOT_ENOUGH_EVIDENCE]))
    return found
