"""What the bench asks, and how each would be asked without the service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from audit_app.insight.asking import Spell
from audit_app.insight.counting import counts
from audit_app.rules.audits import AuditType, Selection
from audit_app.tallying.pairs import moderation_pairs, moderation_waits
from audit_app.tallying.splits import Split
from audit_app.web.filters import AuditFilter

_EVERY = AuditFilter()
_RECORDED = "state NOT IN ('draft', 'discarded')"
_JOINED = "FROM findings f JOIN audits a ON a.id = f.audit_id"
_MODERATED = (
    "FROM audits a JOIN moderations m ON m.audit_id = a.id "
    "LEFT JOIN moderation_draws d ON d.audit_id = a.id"
)
Frames = tuple[pd.DataFrame, pd.DataFrame]


@dataclass(frozen=True)
class Table:
    """A table of a page: as the service counts it, DuckDB, bare SQL over the rows, and pandas."""

    name: str
    here: Callable[[Spell], Any]
    duck: str
    sql: str
    pandas: Callable[[pd.DataFrame, pd.DataFrame], Any]


def _by_overall(name: str, by: Sequence[Split], columns: Sequence[str]) -> Table:
    apart = ", ".join([*columns, "final_overall"])
    duck = f"SELECT {apart}, count(*) FROM audits GROUP BY {apart}"  # noqa: S608
    bare = apart.replace("month", "audit_month")
    return Table(
        name,
        lambda spell: counts(_EVERY, spell, by, None),
        duck,
        f"SELECT {bare}, count(*) FROM audits WHERE {_RECORDED} GROUP BY {bare}",  # noqa: S608
        lambda audits, findings: audits.groupby([*columns, "final_overall"]).size(),
    )


def _by_thread(name: str, by: Sequence[Split], columns: Sequence[str]) -> Table:
    apart = ", ".join(["thread_id", *(f"a.{each}" for each in columns)])
    bare = apart.replace("a.month", "a.audit_month")
    return Table(
        name,
        lambda spell: counts(_EVERY, spell, [Split.THREAD, *by], None),
        f"SELECT {apart}, judgement, count(*) {_JOINED} GROUP BY {apart}, judgement",
        f"SELECT {bare}, final_judgement, count(*) {_JOINED} "
        f"WHERE a.{_RECORDED} GROUP BY {bare}, final_judgement",
        lambda audits, findings: (
            findings.merge(audits[["id", *columns]], left_on="audit_id", right_on="id")
            .groupby(["thread_id", *columns, "judgement"], observed=True)
            .size()
        ),
    )


TABLES = (
    _by_overall("year by overall", [Split.MONTH], ["month"]),
    _by_overall("one year by service", [Split.MONTH, Split.SERVICE], ["month", "service_id"]),
    _by_overall("teams", [Split.TEAM], ["team_id"]),
    _by_thread("threads by year", [Split.MONTH], ["month"]),
    _by_thread("threads by service", [Split.SERVICE], ["service_id"]),
    Table(
        "before and after moderation",
        lambda spell: moderation_pairs(_EVERY, spell, [Split.MONTH]),
        "SELECT month, blind, chosen, overall, moderated, count(*) FROM audits "
        "WHERE moderated IS NOT NULL GROUP BY ALL",
        "SELECT a.audit_month, m.blind, d.chosen_because, a.overall, m.overall, count(*) "
        f"{_MODERATED} GROUP BY 1, 2, 3, 4, 5",
        lambda audits, findings: audits.groupby(
            ["month", "blind", "chosen", "overall", "moderated"]
        ).size(),
    ),
    Table(
        "days to moderation",
        lambda spell: moderation_waits(_EVERY, spell, [Split.MONTH]),
        "SELECT month, blind, chosen, days, count(*) FROM audits WHERE days IS NOT NULL "
        "GROUP BY ALL",
        "SELECT a.audit_month, m.blind, d.chosen_because, julianday(m.moderated_on) - "
        f"julianday(a.audit_date), count(*) {_MODERATED} GROUP BY 1, 2, 3, 4",
        lambda audits, findings: audits.groupby(["month", "blind", "chosen", "days"]).size(),
    ),
)


@dataclass(frozen=True)
class Beyond:
    """A question for the records, and ways to ask it by hand: the quickest counts."""

    name: str
    of: AuditFilter
    by: Sequence[Split]
    sql: tuple[str, ...]


def _bare(where: str) -> tuple[str, ...]:
    """Grouped plainly, and so that the database cannot walk an index only for its order."""
    asked = f"final_overall, count(*) FROM audits WHERE {where}"
    return (
        f"SELECT audit_month, {asked} GROUP BY 1, 2",
        f"SELECT +audit_month, {asked} AND {_RECORDED} GROUP BY +audit_month, +final_overall",
    )


BEYOND = (
    Beyond(
        "one locality, dip samples",
        AuditFilter(locality=1, type=AuditType.DIP_SAMPLE),
        [Split.MONTH],
        _bare("locality_id = 1 AND audit_type = 'dip_sample'"),
    ),
    Beyond(
        "one team, chosen at random",
        AuditFilter(team=3, selection=Selection.RANDOM),
        [Split.MONTH],
        _bare("team_id = 3 AND selection = 'random'"),
    ),
    Beyond(
        "one service in one locality",
        AuditFilter(service=1, locality=1),
        [Split.MONTH],
        _bare("service_id = 1 AND locality_id = 1"),
    ),
    Beyond(
        "days that cut months",
        AuditFilter(first=date(2022, 3, 14), last=date(2024, 10, 9)),
        [Split.MONTH],
        _bare("audit_date BETWEEN '2022-03-14' AND '2024-10-09'"),
    ),
    Beyond(
        "one thread, one locality, one type",
        AuditFilter(locality=1, type=AuditType.DIP_SAMPLE, thread="voice"),
        [Split.MONTH],
        tuple(
            f"SELECT a.audit_month, f.final_judgement, count(*) FROM {joined} "  # noqa: S608
            "WHERE a.locality_id = 1 AND a.audit_type = 'dip_sample' "
            f"AND a.{_RECORDED} AND f.thread_id = (SELECT id FROM threads WHERE code = 'voice' "
            "AND thread_set_id = a.thread_set_id) GROUP BY 1, 2"
            for joined in (
                "audits a JOIN findings f ON f.audit_id = a.id",
                "findings f JOIN audits a ON a.id = f.audit_id",
            )
        ),
    ),
)
