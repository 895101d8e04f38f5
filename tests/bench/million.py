"""A SQLite database of as many audits, each of six threads, as a thousand councils would record.

Made by the database itself, from each audit's number: the same number is always the same audit.
Only what insight counts is there, and no text.
"""

from __future__ import annotations

from typing import Any

from audit_app.audits.drawing import cycle_on
from audit_app.demo.places import add_places
from audit_app.extensions import db
from audit_app.framework.queries import current_thread_set
from audit_app.rules.permissions import Role
from audit_app.tallying.recount import count_all
from tests.bench.made_up import LAST_DAY
from tests.people import make_user

#: A number from 0 up to the last one given, different for each purpose, from an audit's number.
_DRAWN = "((n * {prime} / 64) % {most})"
#: Of 100 audits so many are judged so, and the rest Inadequate.
_JUDGED = """CASE WHEN {drawn} < 6 THEN 'outstanding' WHEN {drawn} < 48 THEN 'good'
    WHEN {drawn} < 90 THEN 'requires_improvement' ELSE 'inadequate' END"""
_OF_THREAD = "((audits.id * (7907 + 2 * threads.id) / 64) % 100)"


def fill(audits: int) -> None:
    """Fill a migrated, empty database, and commit."""
    teams = add_places()
    auditor = make_user("auditor", Role.TEAM_MANAGER, teams[0])
    moderator = make_user("moderator0", Role.MODERATOR)
    make_user("lead", Role.PRACTICE_LEAD)
    given = {
        "audits": audits,
        "auditor": auditor.id,
        "moderator": moderator.id,
        "thread_set": current_thread_set(LAST_DAY).id,
        "cycle": cycle_on(LAST_DAY).id,
    }
    db.session.commit()
    with db.engine.connect() as connection:
        _write(connection.connection.driver_connection, given)
        count_all(connection)
        connection.commit()
    db.engine.dispose()


def _write(bare: Any, given: dict[str, int]) -> None:
    """Rows go into bare tables, which are indexed when they are full."""
    for pragma in _IN_HASTE:
        bare.execute(f"PRAGMA {pragma}")
    indexes = bare.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL "
        "AND tbl_name IN ('audits', 'findings', 'judgements', 'moderations', 'moderation_draws')"
    ).fetchall()
    for name, _ in indexes:
        bare.execute(f"DROP INDEX {name}")
    for statement in (_AUDITS, _FINDINGS, _DRAWS, _MODERATIONS, _THREADS_MODERATED):
        bare.execute(statement, given)
    for _, sql in indexes:
        bare.execute(sql)


#: Nothing is lost if it is interrupted: it is made again. The rows keep every rule by the way they
#: are made.
_IN_HASTE = (
    "journal_mode=OFF",
    "synchronous=OFF",
    "foreign_keys=OFF",
    "ignore_check_constraints=ON",
    "cache_size=-1000000",
    "temp_store=MEMORY",
    "threads=2",
)


def _drawn(prime: int, most: int | str) -> str:
    return _DRAWN.format(prime=prime, most=most)


def _judged(prime: int) -> str:
    return _JUDGED.format(drawn=_drawn(prime, 100))


_AUDITS = f"""
    WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :audits),
    made AS (
        SELECT n, 1 + {_drawn(7919, "(SELECT COUNT(*) FROM teams)")} AS team,
            date('2026-11-20', '-' || {_drawn(104729, 2557)} || ' days') AS day,
            {_judged(15485863)} AS overall, {_drawn(32452843, 1000)} AS fate
        FROM numbers
    )
    INSERT INTO audits (
        id, reference, state, imported, blind, started_at, submitted_at, case_reference, service_id,
        locality_id, team_id, audit_type, selection, audit_date, audit_month, listed_on, auditor_id,
        thread_set_id, overall, final_overall
    )
    SELECT n, printf('%04d-%04d', n / 10000, n % 10000),
        CASE WHEN fate < 2 THEN 'submitted' WHEN fate < 200 THEN 'accepted'
            WHEN fate < 210 THEN 'resolved' ELSE 'complete' END,
        0, fate % 2, day, day, printf('%07d', n), teams.service_id, teams.locality_id, teams.id,
        CASE {_drawn(49979687, 3)} WHEN 0 THEN 'full' WHEN 1 THEN 'dip_sample'
            ELSE 'thematic' END,
        CASE {_drawn(67867967, 4)} WHEN 0 THEN 'concern' ELSE 'random' END,
        day, CAST(strftime('%Y%m', day) AS INTEGER), day, :auditor, :thread_set, overall, overall
    FROM made JOIN teams ON teams.id = team
    ORDER BY n
"""  # noqa: S608
_FINDINGS = f"""
    INSERT INTO findings (audit_id, thread_id, position, judgement, final_judgement)
    SELECT audits.id, threads.id, threads.position,
        {_JUDGED.format(drawn=_OF_THREAD)}, {_JUDGED.format(drawn=_OF_THREAD)}
    FROM audits JOIN threads ON threads.thread_set_id = audits.thread_set_id
    ORDER BY audits.id, threads.position
"""  # noqa: S608
_DRAWS = """
    INSERT INTO moderation_draws (audit_id, cycle_id, number, judgement, chosen_because, drawn_at)
    SELECT id, :cycle, id % 1000000, overall,
        CASE id / 64 % 4 WHEN 0 THEN 'inadequate' ELSE 'random' END,
        submitted_at
    FROM audits WHERE state IN ('submitted', 'accepted', 'resolved')
"""
_MODERATIONS = """
    INSERT INTO moderations (audit_id, moderator_id, moderated_on, overall, blind)
    SELECT id, :moderator, date(audit_date, '+' || (id % 23) || ' days'),
        CASE WHEN id % 9 = 0 THEN 'good' ELSE overall END, blind
    FROM audits WHERE state IN ('accepted', 'resolved')
"""
_THREADS_MODERATED = """
    INSERT INTO judgements (audit_id, thread_id, stage, judgement, made_by_id, made_at)
    SELECT findings.audit_id, findings.thread_id, 'moderated',
        CASE WHEN findings.audit_id % 9 = 0 THEN 'good' ELSE findings.judgement END,
        :moderator, audits.submitted_at
    FROM findings JOIN audits ON audits.id = findings.audit_id
    WHERE audits.state IN ('accepted', 'resolved') AND findings.position <= 3
"""
