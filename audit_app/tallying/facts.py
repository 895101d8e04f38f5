"""What one audit adds to each tally: the only definition there is, in the database's words.

Keeping a tally, counting it again and checking it all read these selects, over some audits or all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Select,
    String,
    Table,
    bindparam,
    case,
    func,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from audit_app.audits.queries import judged_overall, judged_thread
from audit_app.models import (
    Audit,
    Chosen,
    Finding,
    JudgementRow,
    Moderation,
    ModerationDraw,
    ModerationTally,
    ModerationWait,
    PlaceKind,
    Stage,
    Tally,
    Thread,
)
from audit_app.models.tally import EVERY, OVERALL
from audit_app.rules.audit_steps import MODERATED_STATES, RECORDED_STATES
from audit_app.rules.sampling import DrawnBecause
from audit_app.web.filters import Basis

#: Where an audit is counted: by the column that holds the place; the authority has none.
_PLACES: dict[PlaceKind, str | None] = {
    PlaceKind.AUTHORITY: None,
    PlaceKind.SERVICE: "service_id",
    PlaceKind.LOCALITY: "locality_id",
    PlaceKind.TEAM: "team_id",
}
#: The places that are counted for each type and way of choosing as well.
APART = (PlaceKind.AUTHORITY, PlaceKind.SERVICE)


@dataclass(frozen=True, eq=False)
class Kept:
    """A tally's table, and selects that together give a row for each thing counted in it.

    Their columns are those of the table's key, but for the place, and each place's.
    """

    table: Table
    facts: tuple[Select[Any], ...]

    @property
    def key(self) -> list[str]:
        return [column.name for column in self.table.primary_key]

    def counted(self, of: ColumnElement[bool] | None = None) -> Select[Any]:
        """The rows of the whole tally, or what the audits that meet a condition add to it."""
        cells = union_all(*(_grouped(each, of) for each in self.facts)).cte("cells")
        at = [self._at(cells, kind, apart) for kind, apart in self._ways()]
        places = union_all(*at).subquery("places")
        return select(*(places.c[name] for name in self.key), places.c.n)

    @cached_property
    def of_audits(self) -> Select[Any]:
        """What the audits named by the parameter ``audits`` add to the tally."""
        # Made once: putting it together takes longer than answering it.
        return self.counted(Audit.id.in_(bindparam("audits", expanding=True)))

    def _ways(self) -> Iterable[tuple[PlaceKind, bool]]:
        for kind in PlaceKind:
            yield kind, False
            if "audit_type" in self.key and kind in APART:
                yield kind, True

    def _at(self, cells: CTE, kind: PlaceKind, apart: bool) -> Select[Any]:
        """The tally of every place of a kind, apart by type and selection or not."""
        place = _PLACES[kind]
        said: dict[str, ColumnElement[Any]] = {
            "place_kind": literal(kind.value, String),
            "place_id": literal(0) if place is None else cells.c[place],
        }
        if not apart:
            said |= {name: literal(EVERY) for name in ("audit_type", "selection")}
        told = [cells.c[name] for name in self.key if name not in said]
        columns = [(said[name] if name in said else cells.c[name]).label(name) for name in self.key]
        by = told if place is None else [cells.c[place], *told]
        return select(*columns, func.sum(cells.c.n).label("n")).group_by(*by)


def _grouped(facts: Select[Any], of: ColumnElement[bool] | None) -> Select[Any]:
    # Apart, because PostgreSQL takes the same expression with the same values for two.
    each = (facts if of is None else facts.where(of)).subquery()
    return select(*each.c, func.count().label("n")).group_by(*each.c)


def _judged(judged: Any, basis: Basis, judgement: Any) -> Select[Any]:
    return select(
        *_WHERE_AND_WHEN,
        _plain(Audit.audit_type).label("audit_type"),
        func.coalesce(_plain(Audit.selection), "").label("selection"),
        judged.label("judged"),
        literal(basis.value, String).label("basis"),
        _plain(judgement).label("judgement"),
    ).where(
        Audit.state.in_(RECORDED_STATES), Audit.audit_month.is_not(None), judgement.is_not(None)
    )


def _plain(column: Any) -> ColumnElement[str]:
    """A word as it is stored: keys are compared and sorted, and never shown."""
    return type_coerce(column, String)


_WHERE_AND_WHEN = (
    Audit.service_id,
    Audit.locality_id,
    Audit.team_id,
    Audit.audit_month.label("month"),
)


class DaysBetween(FunctionElement[int]):
    """Whole days from the second date to the first."""

    type = Integer()
    inherit_cache = True


@compiles(DaysBetween)
def _subtract(element: Any, compiler: Any, **kw: Any) -> str:
    later, earlier = (compiler.process(each, **kw) for each in element.clauses)
    return f"({later} - {earlier})"


@compiles(DaysBetween, "sqlite")
def _subtract_julian(element: Any, compiler: Any, **kw: Any) -> str:
    later, earlier = (compiler.process(each, **kw) for each in element.clauses)
    return f"CAST(julianday({later}) - julianday({earlier}) AS INTEGER)"


def chosen() -> ColumnElement[str]:
    """Why an audit was moderated; for selects that join its draw from the outside."""
    return case(
        (ModerationDraw.audit_id.is_(None), Chosen.NOT_KNOWN.value),
        (ModerationDraw.chosen_because == DrawnBecause.RANDOM, Chosen.RANDOM.value),
        else_=Chosen.TARGETED.value,
    )


def moderated_thread() -> ColumnElement[Any]:
    """What the moderator judged a finding's thread to be, whatever was resolved later.

    For selects that join audits and moderations. In the open a moderator writes down only the
    threads they judge otherwise, and so keeps the auditor's judgement of the others; blind, a
    thread without a judgement of theirs was not judged. Of a history brought in from elsewhere
    nobody knows what was thought of its threads, so none is counted.
    """
    newest = (
        select(JudgementRow.judgement)
        .where(
            JudgementRow.audit_id == Finding.audit_id,
            JudgementRow.thread_id == Finding.thread_id,
            JudgementRow.stage == Stage.MODERATED,
        )
        .order_by(JudgementRow.id.desc())
        .limit(1)
        .correlate(Finding)
        .scalar_subquery()
    )
    kept = case((Moderation.blind, null()), else_=Finding.judgement)
    return case((Audit.imported, null()), else_=func.coalesce(newest, kept))


def days_waited() -> ColumnElement[int]:
    """How long after its audit date an audit was moderated; no days where a file has it before."""
    days = DaysBetween(Moderation.moderated_on, Audit.audit_date)
    return case((days < 0, 0), else_=days)


def moderated(*columns: Any) -> Select[Any]:
    """A select over audits that were moderated, joined to their moderation and their draw."""
    return (
        select(*columns)
        .select_from(Audit)
        .join(Moderation, Moderation.audit_id == Audit.id)
        .outerjoin(ModerationDraw, ModerationDraw.audit_id == Audit.id)
        .where(Audit.state.in_(MODERATED_STATES), Audit.audit_month.is_not(None))
    )


def _pairs(judged: Any, before: Any, after: Any) -> Select[Any]:
    return moderated(
        *_MODERATED,
        judged.label("judged"),
        _plain(before).label("audited"),
        _plain(after).label("moderated"),
    ).where(before.is_not(None), after.is_not(None))


def _of_threads(facts: Select[Any]) -> Select[Any]:
    return facts.join(Finding, Finding.audit_id == Audit.id).join(
        Thread, Thread.id == Finding.thread_id
    )


_MODERATED = (*_WHERE_AND_WHEN, Moderation.blind, chosen().label("chosen"))
_OVERALL = literal(OVERALL, String)


def _table(model: Any) -> Table:
    return model.__table__


TALLIES = (
    Kept(
        _table(Tally),
        tuple(
            facts
            for basis in Basis
            for facts in (
                _judged(_OVERALL, basis, judged_overall(basis)),
                _of_threads(_judged(Thread.code, basis, judged_thread(basis)).select_from(Audit)),
            )
        ),
    ),
    Kept(
        _table(ModerationTally),
        (
            _pairs(_OVERALL, judged_overall(Basis.AUDITED), Moderation.overall),
            _of_threads(_pairs(Thread.code, Finding.judgement, moderated_thread())),
        ),
    ),
    Kept(
        _table(ModerationWait),
        (moderated(*_MODERATED, days_waited().label("days")).where(Audit.audit_date.is_not(None)),),
    ),
)
