"""The made-up escalations: every Inadequate and every concern recorded here, nearly all closed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Row as SelectedRow
from sqlalchemy import insert, or_, select

from audit_app.demo.audits import Maker, at
from audit_app.demo.references import reference
from audit_app.demo.sentences import stock
from audit_app.extensions import db
from audit_app.models import (
    Audit,
    EntryKind,
    Escalation,
    EscalationCause,
    EscalationEntry,
    Moderation,
)
from audit_app.rules.escalations import Concern, closing_words, what_was_done
from audit_app.rules.judgements import Judgement
from audit_app.rules.working_days import working_days_after

Row = dict[str, Any]

_DAYS = {EscalationCause.SAFEGUARDING: 1, EscalationCause.INADEQUATE: 5}
#: The newest audits judged Inadequate are still to be answered.
_LEFT_OPEN = 3


@dataclass
class Made:
    """One escalation, made: its own row, and what is recorded about it."""

    row: Row
    entries: list[Row] = field(default_factory=list)


def add_escalations(maker: Maker) -> None:
    """Make them for the audits recorded here; imported history had no clock."""
    rng = Random("escalations")  # noqa: S311
    every = sorted(
        (made for audit in _audits() for made in _of(rng, audit)),
        key=lambda made: made.row["started_at"],
    )
    head = maker.staff.sign_ins["head.of.service"].id
    inadequate = [m for m in every if m.row["cause"] is EscalationCause.INADEQUATE]
    for made in every:
        if made not in inadequate[-_LEFT_OPEN:]:
            _close(rng, made, head, maker.today)
    _insert(every)


def _audits() -> list[SelectedRow[Any]]:
    inadequate = Judgement.INADEQUATE
    wanted = (
        select(Audit.id, Audit.audit_date, Audit.auditor_id, Audit.submitted_at, Audit.overall,
               Audit.final_overall, Audit.safeguarding_concern, Audit.concern_what,
               Audit.concern_told, Audit.concern_told_on, Moderation.moderator_id,
               Moderation.moderated_on)
        .outerjoin(Moderation, Moderation.audit_id == Audit.id)
        .where(Audit.imported.is_(False), Audit.recorded)
        .where(or_(Audit.safeguarding_concern.is_(True), Audit.overall == inadequate,
                   Audit.final_overall == inadequate))
        .order_by(Audit.id)
    )  # fmt: skip
    return list(db.session.execute(wanted))


def _of(rng: Random, audit: Any) -> Iterator[Made]:
    if audit.safeguarding_concern:
        made = _start(rng, audit, EscalationCause.SAFEGUARDING, at(audit.audit_date, 14, rng))
        concern = Concern(audit.concern_what, audit.concern_told, audit.concern_told_on)
        _say(made, EntryKind.CONCERN, made.row["started_at"], audit.auditor_id, concern.text)
        yield made
    if audit.overall is Judgement.INADEQUATE:
        yield _start(rng, audit, EscalationCause.INADEQUATE, audit.submitted_at)
    elif audit.final_overall is Judgement.INADEQUATE and audit.moderated_on is not None:
        when = at(audit.moderated_on, 11, rng)
        yield _start(rng, audit, EscalationCause.INADEQUATE, when, audit.moderator_id)


def _start(
    rng: Random, audit: Any, cause: EscalationCause, when: datetime, by: int | None = None
) -> Made:
    # What SQLite gives back has lost its zone: everything stored is in UTC.
    when = when.replace(tzinfo=at(when.date(), 0, rng).tzinfo)
    made = Made(
        {
            "reference": reference(rng),
            "audit_id": audit.id,
            "cause": cause,
            "started_at": when,
            "due_on": working_days_after(when.date(), _DAYS[cause]),
            "closed_at": None,
            "closed_by_id": None,
        }
    )
    _say(made, EntryKind.STARTED, when, by or audit.auditor_id)
    return made


def _close(rng: Random, made: Made, head: int, today: date) -> None:
    """Close it, one in eight of them late; what would be closed after today stays open."""
    due: date = made.row["due_on"]
    late = rng.random() < 0.125
    day = working_days_after(due, rng.randint(1, 3)) if late else due
    done_on = max(made.row["started_at"].date(), day - timedelta(days=rng.randint(0, 1)))
    when = at(day, 16, rng)
    text = what_was_done(rng.choice(stock("escalations")["done"]), done_on)
    if day < today:
        made.row |= {"closed_at": when, "closed_by_id": head}
        _say(made, EntryKind.CLOSED, when, head, f"{text}\n{closing_words(due, day)}")


def _say(made: Made, kind: EntryKind, when: datetime, by: int, text: str | None = None) -> None:
    made.entries.append({"kind": kind, "at": when, "by_id": by, "text": text})


def _insert(every: list[Made]) -> None:
    if not every:
        return
    db.session.execute(insert(Escalation.__table__), [made.row for made in every])  # type: ignore[arg-type]
    numbered = db.session.execute(select(Escalation.reference, Escalation.id))
    ids = {row.reference: row.id for row in numbered}
    entries = [
        entry | {"escalation_id": ids[made.row["reference"]]}
        for made in every
        for entry in made.entries
    ]
    db.session.execute(insert(EscalationEntry.__table__), entries)  # type: ignore[arg-type]
