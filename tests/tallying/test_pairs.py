"""However moderations are asked for, the answer is that of a plain loop over them."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.insight.asking import Spell
from audit_app.models import Audit, Chosen
from audit_app.rules.judgements import Judgement
from audit_app.rules.periods import PeriodKind, split
from audit_app.rules.sampling import DrawnBecause
from audit_app.tallying.counted import Counted
from audit_app.tallying.pairs import moderation_pairs, moderation_waits
from audit_app.tallying.splits import Split
from audit_app.web.filters import AuditFilter
from tests.insight.moderations import Both, record_both
from tests.people import World

FIRST, LAST = date(2025, 11, 1), date(2026, 10, 31)
WORDS = (Judgement.OUTSTANDING, Judgement.GOOD, Judgement.INADEQUATE)
PLACES = {Split.SERVICE: "service_id", Split.LOCALITY: "locality_id", Split.TEAM: "team_id"}


@pytest.fixture
def audits(app: Flask, world: World) -> list[Any]:
    """A moderated audit of every fortnight, in two teams and every way of moderating."""
    given = [
        Both(
            WORDS[n % 3],
            WORDS[n % 2],
            on=FIRST + timedelta(days=14 * n),
            blind=n % 4 < 2,
            chosen=list(Chosen)[n % 3],
            days=n % 5,
        )
        for n in range(26)
    ]
    made = record_both(world, *given)
    for audit in made[::3]:
        audit.team = world.north
        audit.service, audit.locality = world.north.service, world.north.locality
    db.session.commit()
    return list(db.session.scalars(select(Audit).order_by(Audit.id)))


@pytest.mark.parametrize("by", [None, *PLACES])
@pytest.mark.parametrize("kind", [PeriodKind.MONTH, PeriodKind.CALENDAR_YEAR])
@pytest.mark.parametrize("first", [None, date(2026, 1, 20)])
def test_moderations_are_counted_as_a_plain_loop_counts_them(
    audits: list[Any], by: Split | None, kind: PeriodKind, first: date | None
) -> None:
    of = AuditFilter(first=first)
    spell = Spell(split(kind, first or FIRST, LAST))
    splits = [Split.MONTH, *([by] if by else [])]
    pairs: Counter[Any] = Counter()
    waits: Counter[Any] = Counter()
    for audit in audits:
        if audit.audit_date < spell.first:
            continue
        key = _key(audit, spell, by)
        pairs[(*key, audit.overall, audit.moderation.overall)] += 1
        waits[(*key, (audit.moderation.moderated_on - audit.audit_date).days)] += 1
    assert _rows(moderation_pairs(of, spell, splits)) == pairs
    assert _rows(moderation_waits(of, spell, splits)) == waits


def _key(audit: Any, spell: Spell, by: Split | None) -> tuple[Any, ...]:
    """The period's first month, the place where places are apart, and how it was moderated."""
    period = next(each for each in spell.periods if audit.audit_date <= each.last)
    because = audit.draw.chosen_because if audit.draw else None
    why = {None: Chosen.NOT_KNOWN, DrawnBecause.RANDOM: Chosen.RANDOM}.get(because, Chosen.TARGETED)
    place = [getattr(audit, PLACES[by])] if by else []
    return (period.month_keys()[0], *place, audit.moderation.blind, why)


def _rows(found: Counted) -> Counter[Any]:
    """The counts of an answer; a key that was told twice would be there once too little."""
    rows = list(found)
    counts = Counter({row[:-1]: row[-1] for row in rows})
    assert len(counts) == len(rows)
    return counts
