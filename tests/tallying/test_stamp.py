"""What is kept of the tallies never outlives them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import delete, select

from audit_app.extensions import db
from audit_app.insight.asking import Spell
from audit_app.insight.counting import counts
from audit_app.models import Audit, TallyStamp
from audit_app.rules.judgements import Judgement
from audit_app.rules.periods import PeriodKind, split
from audit_app.tallying import checking
from audit_app.tallying.splits import Split
from audit_app.web.filters import AuditFilter
from tests.insight.judged import Judged, record
from tests.people import World

YEAR = split(PeriodKind.CALENDAR_YEAR, date(2025, 1, 1), date(2025, 12, 31))


def judged() -> dict[str, int]:
    found = counts(AuditFilter(), Spell(YEAR), [Split.MONTH], None)
    return dict(found.rows("judgement", "n"))


def test_a_change_by_anybody_is_in_the_next_figures(world: World) -> None:
    record(world, [Judged(date(2025, 3, 1), Judgement.GOOD)])
    assert judged() == {Judgement.GOOD: 1}

    record(world, [Judged(date(2025, 4, 1), Judgement.GOOD)])
    assert judged() == {Judgement.GOOD: 2}

    audit = db.session.scalars(select(Audit)).first()
    assert audit is not None
    audit.overall = audit.final_overall = Judgement.INADEQUATE
    db.session.commit()
    assert judged() == {Judgement.GOOD: 1, Judgement.INADEQUATE: 1}


def test_what_was_undone_is_in_no_figures(world: World) -> None:
    record(world, [Judged(date(2025, 3, 1), Judgement.GOOD)])
    assert judged() == {Judgement.GOOD: 1}

    audit = db.session.scalars(select(Audit)).one()
    audit.overall = audit.final_overall = Judgement.INADEQUATE
    db.session.flush()
    db.session.rollback()

    assert judged() == {Judgement.GOOD: 1}


def test_mending_the_tallies_is_a_change_of_them(world: World) -> None:
    record(world, [Judged(date(2025, 3, 1), Judgement.GOOD)])
    before = db.session.scalar(select(TallyStamp.stamp))

    checking.mend()

    assert db.session.scalar(select(TallyStamp.stamp)) != before


def test_without_a_stamp_every_figure_is_counted(world: World) -> None:
    record(world, [Judged(date(2025, 3, 1), Judgement.GOOD)])
    db.session.execute(delete(TallyStamp))
    db.session.commit()
    assert judged() == {Judgement.GOOD: 1}

    record(world, [Judged(date(2025, 4, 1), Judgement.GOOD)])

    assert judged() == {Judgement.GOOD: 2}
