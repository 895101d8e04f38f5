"""Filling an empty database with made-up people, audits and alerts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from random import Random
from typing import Any

from sqlalchemy import insert, select

from audit_app.demo import moderating, rows
from audit_app.demo.acting import Follower, write
from audit_app.demo.alerts import add_alerts
from audit_app.demo.allocating import add_programme
from audit_app.demo.audits import Made, Maker
from audit_app.demo.drafts import add_drafts
from audit_app.demo.escalating import add_escalations
from audit_app.demo.historic import add_published_total
from audit_app.demo.learning import add_learning
from audit_app.demo.messages import add_messages
from audit_app.demo.people import add_people, let_managers_sign_in
from audit_app.demo.places import add_places
from audit_app.demo.programme import Programme
from audit_app.demo.queries import holds_anything
from audit_app.demo.raising import raise_actions
from audit_app.demo.rechecking import add_sample
from audit_app.demo.summaries import add_summaries
from audit_app.demo.themes import add_themes, link_re_audits
from audit_app.extensions import db
from audit_app.framework.queries import current_thread_set
from audit_app.models import (
    Action,
    Audit,
    Base,
    Finding,
    HistoryEvent,
    JudgementRow,
    Moderation,
    ModerationAnswer,
    ModerationDraw,
    OversightStatement,
    Team,
    keep_passages,
    remember,
)
from audit_app.tallying.keeping import count_again

_SEED = 2019
_AT_ONCE = 500


class DemoRefused(Exception):
    """Made-up people have no place here; the message says why."""


class DatabaseInUse(DemoRefused):
    """Somebody has begun to use the database."""


def fill(today: date, demo: bool, tell: Callable[[str], None]) -> None:
    """Make the demonstration, the same each time for the same day, in one transaction.

    It is made as of the first moment of ``today``: all that happened in it, happened before.

    Summaries follow in another, as they are drawn from figures that are counted by then; and the
    messages, as they tell of summaries too.

    ``demo`` is whether this service is a demonstration; ``tell`` is told how far it has come.

    Raises:
        DemoRefused: when it is a council's real service.
        DatabaseInUse: when anybody has begun to use the database.
    """
    if not demo:
        raise DemoRefused("Made-up people and audits are never put into a real service.")
    if holds_anything():
        raise DatabaseInUse(
            "This database is already in use. The demonstration needs an empty one."
        )
    count_again(db.session)
    rng = Random(_SEED)  # noqa: S311
    teams = add_places()
    staff = add_people(rng, teams)
    tell(f"People: {len(staff.everybody)} in {len(teams)} teams")
    maker = Maker(rng, staff, teams, current_thread_set(today), today)
    _add_audits(maker, tell)
    add_escalations(maker)
    add_drafts(maker)
    add_alerts(rng, staff, today)
    add_learning(staff, today)
    add_published_total(staff)
    _add_what_follows(maker, teams, today, tell)
    remember(db.session, None, "made the demonstration", "service", "demo")
    db.session.commit()
    add_summaries(staff, today)
    add_messages(staff, today)
    db.session.commit()


def _add_what_follows(
    maker: Maker, teams: list[Team], today: date, tell: Callable[[str], None]
) -> None:
    """What came of the audits made already. Each part draws apart, so no audit is another."""
    staff = maker.staff
    let_managers_sign_in(staff)
    themes = add_themes(staff, today)
    link_re_audits(today)
    follower = Follower(Random("actions"), staff, today)  # noqa: S311
    followed = follower.every()
    add_sample(follower, followed)
    raise_actions(follower, followed, themes)
    write(followed, themes, follower.rng)
    tell(f"Actions: {len(followed):,}")
    add_programme(Programme(staff, teams, themes, today))


def _add_audits(maker: Maker, tell: Callable[[str], None]) -> None:
    every = list(maker.every())
    cycles = moderating.add_cycles(maker)
    moderating.settle(maker, every)
    moderating.let_draw(every, cycles)
    for first in range(0, len(every), _AT_ONCE):
        some = every[first : first + _AT_ONCE]
        _insert(Audit, (made.row for made in some))
        _add_rows(maker, some, cycles)
        tell(f"Audits: {first + len(some):,} of {len(every):,}, to {some[-1].on:%B %Y}")
    moderating.dispute_and_return(maker)


def _add_rows(maker: Maker, some: list[Made], cycles: moderating.Cycles) -> None:
    rng, threads = maker.rng, maker.thread_set.threads
    references = [made.row["reference"] for made in some]
    numbered = select(Audit.reference, Audit.id).where(Audit.reference.in_(references))
    ids = {row.reference: row.id for row in db.session.execute(numbered)}
    known = [(made, ids[made.row["reference"]]) for made in some]
    _insert(Finding, (r for m, n in known for r in rows.findings(rng, m, n, threads)))
    _insert(JudgementRow, (r for m, n in known for r in rows.judgements(rng, m, n, threads)))
    _insert(Moderation, (r for m, n in known for r in rows.moderations(rng, m, n)))
    _insert(ModerationDraw, (r for m, n in known for r in moderating.draws(maker, m, n, cycles)))
    _insert(ModerationAnswer, (r for m, n in known for r in moderating.answers(m, n)))
    _insert(OversightStatement, (r for m, n in known for r in rows.oversight(rng, m, n)))
    _insert(Action, (r for m, n in known for r in rows.actions(rng, m, n, threads)))
    _insert(HistoryEvent, (r for m, _ in known for r in rows.history(m)))
    keep_passages(db.session, list(ids.values()))


def _insert(table: type[Base], new: Iterator[dict[str, Any]]) -> None:
    if values := list(new):
        db.session.execute(insert(table.__table__), values)  # type: ignore[arg-type]
