"""Reading lists of audits. A page costs the same however many audits there are.

Each way in which a person comes to read audits has an index in the list's order, so a page is made
of the first few of each way; only the rows it shows are then read whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    case,
    func,
    literal,
    not_,
    select,
    true,
    union,
    union_all,
)

from audit_app.audits.blindness import judgement_hidden_from, shown_to
from audit_app.audits.queries import judged_overall, narrowed, ways_in, within_reach
from audit_app.audits.reader import Reader
from audit_app.extensions import db
from audit_app.models import Allocation, Audit, Service, Team, User
from audit_app.models.cases import of_case
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.web.filters import AuditFilter, Basis
from audit_app.web.paging import Paging

#: A list ends here: nobody reads on, and counting and paging further would grow with every audit.
LONGEST = 10_000
#: How many statements are kept, each for a reader and what they asked for last.
_KEPT = 128


@dataclass(frozen=True)
class AuditLine:
    """One audit as a list shows it."""

    reference: str
    case_reference: str
    audit_date: date | None
    service: str
    team: str
    auditor: str
    overall: Judgement | None
    final_overall: Judgement | None
    state: AuditState


def _rank(judgement: Any) -> ColumnElement[int]:
    """The place on the scale, so that a list sorts by judgement and not by its spelling."""
    return case({each: place for place, each in enumerate(SCALE)}, value=judgement)


#: What a list can be sorted by, and the column behind each word.
SORTS: dict[str, Any] = {
    "date": Audit.listed_on,
    "service": Service.name,
    "team": Team.name,
    "judgement": _rank(Audit.final_overall),
    "state": Audit.state,
}
_JOINED = {"service": Audit.service, "team": Audit.team}


@dataclass(frozen=True)
class Order:
    """How a list is sorted; audits that tie, by when they were begun."""

    by: str = "date"
    descending: bool = True

    def selected(self, user: Reader) -> Select[Any]:
        """Audits' row numbers and what they are sorted by, to be narrowed."""
        key = SORTS[self.by]
        if self.by == "judgement":
            key = shown_to(user, key)
        wanted = select(Audit.id.label("id"), key.label("key"))
        return wanted.join(_JOINED[self.by]) if self.by in _JOINED else wanted

    def sorted(self, rows: Select[Any]) -> Select[Any]:
        """Those rows in this order."""
        number, key = rows.selected_columns
        return self.placed(rows, key, number)

    def placed(self, rows: Select[Any], key: Any, number: Any) -> Select[Any]:
        """Rows in the order of a key, and of numbers where keys tie."""
        # What has no date is listed under the last day there is, as no index puts nulls first on
        # every database.
        if self.by == "judgement":
            key = key.desc().nulls_first() if self.descending else key.asc().nulls_last()
        else:
            key = key.desc() if self.descending else key.asc()
        return rows.order_by(key, number.desc() if self.descending else number.asc())


def page_of_audits(
    user: User, by: AuditFilter, order: Order, asked: int
) -> tuple[Paging, list[AuditLine]]:
    """A page of the audits a person may read, and where it stands in the whole list.

    Of the first page, which most people look at, both are asked in one question.
    """
    if asked != 1:
        paging = Paging(count_audits(user, by), asked, longest=LONGEST)
        return paging, audit_lines(user, by, order, paging)
    # Asked past the session, as no row of it becomes a record that the session would follow.
    rows = db.session.connection().execute(_first_page(Reader.of(user), by, order)).all()
    found = min(rows[0][0], LONGEST + 1) if rows else 0
    return Paging(found, longest=LONGEST), [AuditLine(*row[1:]) for row in rows]


def count_audits(user: User, by: AuditFilter) -> int:
    """How many audits a list holds; one more than ``LONGEST`` when there are more than that."""
    return min(db.session.scalar(_counted(Reader.of(user), by)) or 0, LONGEST + 1)


def audit_lines(user: User, by: AuditFilter, order: Order, paging: Paging) -> list[AuditLine]:
    """A page of the audits a person may read, sorted over the whole list."""
    return _read_lines(_page(Reader.of(user), by, order, paging))


@lru_cache(maxsize=_KEPT)
def _first_page(user: Reader, by: AuditFilter, order: Order) -> Select[Any]:
    return _page(user, by, order, Paging(0), _count(user, by))


@lru_cache(maxsize=_KEPT)
def _counted(user: Reader, by: AuditFilter) -> Select[Any]:
    return select(_count(user, by))


def _count(user: Reader, by: AuditFilter) -> ColumnElement[int]:
    ways = [way.limit(LONGEST + 1) for way in _ways(user, by, select(Audit.id.label("id")))]
    parts = [way.subquery() for way in ways] if _apart(ways) else [_together(ways)]
    counts = (select(func.count()).select_from(part).scalar_subquery() for part in parts)
    return sum(counts, literal(0))


def _page(user: Reader, by: AuditFilter, order: Order, paging: Paging, *more: Any) -> Select[Any]:
    """The rows of a page are found by their numbers and the order alone, then read whole."""
    last = paging.offset + paging.per_page
    ways = _ways(user, by, order.selected(user))
    found = _together([order.sorted(way).limit(last) for way in ways])
    page = order.sorted(select(found.c.id, found.c.key))
    shown = page.offset(paging.offset).limit(paging.per_page).subquery()
    lines = _lines(user, *more).join(shown, shown.c.id == Audit.id)
    return order.placed(lines, shown.c.key, shown.c.id)


def audits_of_case(user: User, case_reference: str) -> list[AuditLine]:
    """Every audit of one case that a person may read, newest first."""
    wanted = _lines(user).where(within_reach(user), of_case(Audit.case_reference, case_reference))
    return _read_lines(wanted.order_by(Audit.listed_on.desc()).limit(100))


def drafts_of(user: User) -> list[AuditLine]:
    """A person's own drafts, the last begun first."""
    return _drafts(user, true())


def drafts_not_given_to(user: User) -> list[AuditLine]:
    """Those of a person's own drafts that the programme does not wait for from them."""
    given = select(Allocation.id).where(
        Allocation.audit_id == Audit.id,
        Allocation.auditor_id == user.id,
        Allocation.put_aside.is_(None),
    )
    return _drafts(user, ~given.correlate(Audit).exists())


def _drafts(user: User, which: ColumnElement[bool]) -> list[AuditLine]:
    own = _lines(user).where(Audit.auditor_id == user.id, Audit.state == AuditState.DRAFT, which)
    return _read_lines(own.order_by(Audit.started_at.desc()).limit(100))


def _ways(user: Reader, by: AuditFilter, wanted: Select[Any]) -> list[Select[Any]]:
    """What a person may read of what a filter asks for; no judgement finds what is hidden."""
    if by.judgement is not None:
        wanted = wanted.where(not_(judgement_hidden_from(user)))
    return [narrowed(wanted.where(way), by) for way in ways_in(user)]


def _apart(ways: list[Select[Any]]) -> bool:
    """Whether no audit comes by two of the ways: drafts, and one way to recorded audits."""
    return len(ways) == 2


def _together(ways: list[Select[Any]]) -> Subquery:
    """The rows of every way, each once."""
    whole = union_all if _apart(ways) else union
    return whole(*(select(way.subquery()) for way in ways)).subquery()


def _lines(user: User | Reader, *more: Any) -> Select[Any]:
    return (
        select(
            *more,
            Audit.reference,
            Audit.case_reference,
            Audit.audit_date,
            Service.name.label("service"),
            Team.name.label("team"),
            User.name.label("auditor"),
            shown_to(user, judged_overall(Basis.AUDITED)).label("overall"),
            shown_to(user, Audit.final_overall).label("final_overall"),
            Audit.state,
        )
        .join(Audit.service)
        .join(Audit.team)
        .join(Audit.auditor)
    )


def _read_lines(wanted: Select[Any]) -> list[AuditLine]:
    return [AuditLine(*row) for row in db.session.execute(wanted)]
