"""Every tally counted the slow way: one audit after the other, in plain loops."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import Audit, Finding, JudgementRow, Stage
from audit_app.rules.judgements import Judgement
from audit_app.tallying.facts import TALLIES

Key = tuple[Any, ...]
_RECORDED = ("submitted", "returned", "moderated", "accepted", "disputed", "resolved", "complete")
_MODERATED = ("moderated", "accepted", "disputed", "resolved")


def recounted() -> dict[str, Counter[Key]]:
    """What each tally should hold, from the rows as the database has them."""
    db.session.expire_all()
    found: dict[str, Counter[Key]] = {each.table.name: Counter() for each in TALLIES}
    for audit in db.session.scalars(select(Audit)):
        if audit.state in _RECORDED and audit.audit_month is not None:
            _add_judgements(found["tallies"], audit)
        if audit.state in _MODERATED and audit.audit_month is not None:
            _add_moderation(found["moderation_tallies"], found["moderation_waits"], audit)
    return found


def held() -> dict[str, Counter[Key]]:
    """What each tally does hold."""
    db.session.rollback()
    found = {}
    for each in TALLIES:
        rows = db.session.connection().execute(select(each.table)).all()
        found[each.table.name] = Counter({tuple(row[:-1]): row[-1] for row in rows})
    db.session.rollback()
    return found


def _add_judgements(tally: Counter[Key], audit: Audit) -> None:
    selection = audit.selection.value if audit.selection else ""
    for judged, basis, judgement in _judgements(audit):
        if judgement is None:
            continue
        for kind, number in _places(audit):
            every = ("*", "*")
            ways = [every, (audit.audit_type.value, selection)]
            for way in ways if kind in ("authority", "service") else [every]:
                tally[(kind, *way, judged, basis, number, judgement, audit.audit_month)] += 1


def _judgements(audit: Audit) -> Iterator[tuple[str, str, Judgement | None]]:
    returned = audit.state == "returned"
    yield "overall", "final", audit.final_overall
    yield "overall", "audited", audit.final_overall if returned else audit.overall
    for finding in audit.findings:
        audited = finding.final_judgement if returned else finding.judgement
        yield finding.thread.code, "final", finding.final_judgement
        yield finding.thread.code, "audited", audited


def _add_moderation(pairs: Counter[Key], waits: Counter[Key], audit: Audit) -> None:
    moderation = audit.moderation
    if moderation is None:
        return
    chosen = "not_known"
    if audit.draw is not None:
        chosen = "random" if audit.draw.chosen_because == "random" else "targeted"
    both = [("overall", audit.overall, moderation.overall)]
    both += [(f.thread.code, f.judgement, _moderated(audit, f)) for f in audit.findings]
    for kind, number in _places(audit):
        for judged, before, after in both:
            if before is not None and after is not None:
                how = (moderation.blind, chosen, audit.audit_month, before, after)
                pairs[(kind, judged, number, *how)] += 1
        if audit.audit_date is not None:
            days = max(0, (moderation.moderated_on - audit.audit_date).days)
            waits[(kind, number, moderation.blind, chosen, audit.audit_month, days)] += 1


def _moderated(audit: Audit, finding: Finding) -> Judgement | None:
    """The moderator's newest word on a thread; in the open the auditor's, where there is none."""
    assert audit.moderation is not None
    if audit.imported:
        return None
    rows: list[JudgementRow] = [
        row
        for row in audit.judgements
        if row.thread_id == finding.thread_id and row.stage is Stage.MODERATED
    ]
    if rows:
        return max(rows, key=lambda row: row.id).judgement
    return None if audit.moderation.blind else finding.judgement


def _places(audit: Audit) -> list[tuple[str, int]]:
    return [
        ("authority", 0),
        ("service", audit.service_id),
        ("locality", audit.locality_id),
        ("team", audit.team_id),
    ]
