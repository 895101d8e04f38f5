"""What the bench asks, and how each would be asked without the service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from audit_app.insight.asking import Spell
from audit_app.insight.counting import counts
from audit_app.rules.audits import AuditType, Selection
from audit_app.rules.periods import PeriodKind, split
from audit_app.tallying.counted import Counted
from audit_app.tallying.pairs import moderation_pairs, moderation_waits
from audit_app.tallying.splits import Split
from audit_app.web.filters import AuditFilter

_RECORDED = "state NOT IN ('draft', 'discarded')"
_JOINED = "FROM findings f JOIN audits a ON a.id = f.audit_id"
_MODERATED = (
    "FROM audits a JOIN moderations m ON m.audit_id = a.id "
    "LEFT JOIN moderation_draws d ON d.audit_id = a.id"
)
_YEAR = PeriodKind.CALENDAR_YEAR
FIRST, LAST = date(2019, 11, 1), date(2026, 11, 30)
Frames = tuple[pd.DataFrame, pd.DataFrame]


def spell_of(of: AuditFilter, by: PeriodKind = PeriodKind.CALENDAR_YEAR) -> Spell:
    """The periods that a page counts by: years unless something else is chosen."""
    return Spell(split(by, of.first or FIRST, of.last or LAST))


@dataclass(frozen=True)
class Table:
    """A table of a page: as the service counts it, DuckDB, bare SQL over the rows, and pandas.

    Each answers with the same counts, the last of a row.
    """

    name: str
    here: Callable[[], Counted]
    duck: str
    sql: str
    pandas: Callable[[pd.DataFrame, pd.DataFrame], pd.Series[int]]


#: What counts are apart by: in the service, and as the rows of DuckDB and pandas have it.
_Parts = dict[Split, str]
_YEARS: _Parts = {Split.MONTH: "year"}
#: As SQL says it, of a table with DuckDB's rows or of the service's own.
_DUCK = {"year": "month // 100", "quarter": "(month // 100 * 12 + month % 100 - 1) // 3"}
_SQL = {
    "year": "audit_month / 100",
    "quarter": "(audit_month / 100 * 12 + audit_month % 100 - 1) / 3",
    "month": "audit_month",
}


def _by_overall(
    name: str, parts: _Parts, of: AuditFilter | None = None, by: PeriodKind = _YEAR, where: str = ""
) -> Table:
    of, columns = of or AuditFilter(), [*parts.values()]
    spell = spell_of(of, by)
    also = f"AND {where}" if where else ""

    def asked(words: dict[str, str]) -> str:
        return ", ".join([*(words.get(each, each) for each in columns), "final_overall"])

    return Table(
        name,
        lambda: counts(of, spell, [*parts], None),
        f"SELECT {asked(_DUCK)}, count(*) FROM audits WHERE true {also} GROUP BY ALL",  # noqa: S608
        f"SELECT {asked(_SQL)}, count(*) FROM audits WHERE {_RECORDED} {also} "  # noqa: S608
        f"GROUP BY {asked(_SQL)}",
        lambda audits, findings: (
            (audits.query(where) if where else audits)
            .groupby([*columns, "final_overall"], observed=True)
            .size()
        ),
    )


def _by_thread(name: str, parts: _Parts) -> Table:
    every, columns = AuditFilter(), [*parts.values()]
    spell = spell_of(every)

    def asked(words: dict[str, str]) -> str:
        return ", ".join(["thread_id", *(words.get(each, each) for each in columns)])

    return Table(
        name,
        lambda: counts(every, spell, [Split.THREAD, *parts], None),
        f"SELECT {asked(_DUCK)}, judgement, count(*) {_JOINED} GROUP BY ALL",
        f"SELECT {asked(_SQL)}, final_judgement, count(*) {_JOINED} WHERE a.{_RECORDED} "
        f"GROUP BY {asked(_SQL)}, final_judgement",
        lambda audits, findings: (
            findings.merge(audits[["id", *columns]], left_on="audit_id", right_on="id")
            .groupby(["thread_id", *columns, "judgement"], observed=True)
            .size()
        ),
    )


def _moderated(name: str, here: Callable[[Spell], Counted], duck: str, sql: str) -> Table:
    parts = ["year", "blind", "chosen", *duck.split(", ")]
    return Table(
        name,
        lambda: here(spell_of(AuditFilter())),
        f"SELECT month // 100, blind, chosen, {duck}, count(*) FROM audits "  # noqa: S608
        "WHERE moderated IS NOT NULL GROUP BY ALL",
        f"SELECT a.audit_month / 100, m.blind, d.chosen_because, {sql}, count(*) {_MODERATED} "
        f"GROUP BY a.audit_month / 100, m.blind, d.chosen_because, {sql}",
        lambda audits, findings: audits.groupby(parts, observed=True).size(),
    )


TABLES = (
    _by_overall("years", _YEARS),
    _by_overall("years, one service", _YEARS, AuditFilter(service=1), where="service_id == 1"),
    _by_overall("quarters", {Split.MONTH: "quarter"}, by=PeriodKind.QUARTER),
    _by_overall("years, how cases were chosen", _YEARS | {Split.SELECTION: "selection"}),
    _by_overall(
        "months by service",
        {Split.MONTH: "month", Split.SERVICE: "service_id"},
        by=PeriodKind.MONTH,
    ),
    _by_overall("services", {Split.SERVICE: "service_id"}),
    _by_overall("teams", {Split.TEAM: "team_id"}),
    _by_thread("threads by year", _YEARS),
    _by_thread("threads by service", {Split.SERVICE: "service_id"}),
    _moderated(
        "before and after moderation",
        lambda spell: moderation_pairs(AuditFilter(), spell, [Split.MONTH]),
        "overall, moderated",
        "a.overall, m.overall",
    ),
    _moderated(
        "days to moderation",
        lambda spell: moderation_waits(AuditFilter(), spell, [Split.MONTH]),
        "days",
        "julianday(m.moderated_on) - julianday(a.audit_date)",
    ),
)


@dataclass(frozen=True)
class Beyond:
    """A question for the records, and ways to ask it by hand: the quickest counts."""

    name: str
    of: AuditFilter
    by: Sequence[Split]
    sql: tuple[str, ...]


def _bare(where: str, source: str = "audits", judgement: str = "final_overall") -> tuple[str, ...]:
    """Grouped plainly, by month first, and not in the order of an index."""
    asked = f"{judgement}, count(*) AS n FROM {source} WHERE {where} AND {_RECORDED}"
    by_year = f"SELECT month / 100, {judgement}, sum(n) FROM each GROUP BY 1, 2"  # noqa: S608
    return (
        f"SELECT audit_month / 100, {asked} GROUP BY 1, 2",
        f"SELECT +audit_month / 100, {asked} GROUP BY +audit_month / 100, +{judgement}",
        f"WITH each AS (SELECT audit_month AS month, {asked} GROUP BY 1, 2) {by_year}",
    )


_DIP_SAMPLES = "locality_id = 1 AND audit_type = 'dip_sample'"
_DAYS = "audit_date BETWEEN '2022-03-14' AND '2024-10-09'"
_VOICE = "(SELECT id FROM threads WHERE code = 'voice')"
BEYOND = (
    Beyond(
        "one locality, dip samples",
        AuditFilter(locality=1, type=AuditType.DIP_SAMPLE),
        [Split.MONTH],
        _bare(_DIP_SAMPLES),
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
        (
            *_bare(_DAYS),
            *_bare(f"audit_month BETWEEN 202203 AND 202410 AND {_DAYS}"),
        ),
    ),
    Beyond(
        "one thread, one locality, one type",
        AuditFilter(locality=1, type=AuditType.DIP_SAMPLE, thread="voice"),
        [Split.MONTH],
        (
            *_bare(
                f"{_DIP_SAMPLES} AND thread_id = {_VOICE}",
                "audits JOIN findings ON audit_id = audits.id",
                "final_judgement",
            ),
            *_bare(
                f"{_DIP_SAMPLES} AND code = 'voice'",
                "audits JOIN findings ON audit_id = audits.id "
                "JOIN threads ON threads.id = thread_id",
                "final_judgement",
            ),
        ),
    ),
)
