"""Reading boards of actions. A board costs the same few queries however many actions there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, not_, select
from sqlalchemy.orm import aliased

from audit_app.audits.followed import verifying_hidden_from
from audit_app.extensions import db
from audit_app.improvement.board_filter import BoardFilter, Whose
from audit_app.improvement.board_groups import alike, asked_for, group_column, ownerless
from audit_app.improvement.queries import actions_within_reach
from audit_app.models import Action, ActionEntry, Audit, Service, Team, Thread, User
from audit_app.rules.action_board import BoardCounts, BoardGroup, how_due
from audit_app.rules.action_steps import ActionState
from audit_app.rules.actions import ActionEvent, ActionKind, Difference, owned_by
from audit_app.rules.audits import Priority
from audit_app.rules.permissions import Permission
from audit_app.web.paging import Paging


@dataclass(frozen=True)
class BoardLine:
    """One action as a board shows it, on the day ``today``."""

    reference: str
    what: str
    state: ActionState
    group: BoardGroup
    kind: ActionKind | None
    priority: Priority
    due_on: date
    first_due_on: date | None
    extensions: int
    difference: Difference | None
    look_again_on: date | None
    closed_at: datetime | None
    job: str | None
    owner: str | None
    team: str | None
    service: str | None
    thread: str | None
    case_reference: str | None
    ownerless: bool
    like: str | None
    today: date

    @property
    def to_verify(self) -> bool:
        return self.group is BoardGroup.TO_VERIFY

    @property
    def owned_by(self) -> str:
        return owned_by(self.owner, self.job)

    @property
    def days_overdue(self) -> int | None:
        late = self.group is BoardGroup.OVERDUE
        return (self.today - self.due_on).days if late else None

    @property
    def how_due(self) -> str:
        return how_due(self.group, self.due_on, self.today)

    @property
    def place(self) -> str:
        return self.team or self.service or "The whole authority"


def count_board(user: User, by: BoardFilter, today: date) -> BoardCounts:
    """How many actions a board holds, by where they stand and what is to be sorted out."""
    group = group_column(user, today).label("stands")
    rows = db.session.execute(
        select(group, func.count(), how_many(ownerless()), how_many(alike(user)))
        .where(*asked_for(user, by, today))
        .group_by(group)
    )
    return counts_of([(row[0], *row[1:]) for row in rows])


def how_many(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((which, 1), else_=0)), 0)


def counts_of(rows: Sequence[tuple[str, int, int, int]]) -> BoardCounts:
    return BoardCounts(
        {BoardGroup(group): int(count) for group, count, _, _ in rows},
        ownerless=sum(int(without) for _, _, without, _ in rows),
        alike=sum(int(like) for *_, like in rows),
    )


def board_lines(
    user: User, by: BoardFilter, today: date, paging: Paging | None = None
) -> list[BoardLine]:
    """The actions of a board, what is late first; those of one page, or all of them."""
    found = _page(user, by, today, paging)
    likes, owner = aliased(Action), aliased(User)
    wanted = (
        select(
            *_COLUMNS,
            found.c.stands,
            _extensions(),
            owner.name.label("owner"),
            ownerless().label("ownerless"),
            case((alike(user), likes.reference)).label("like"),
        )
        .join(found, found.c.id == Action.id)
        .outerjoin(likes, likes.id == Action.like_id)
        .outerjoin(owner, owner.id == Action.owner_id)
        .outerjoin(Team, Team.id == Action.team_id)
        .outerjoin(Service, Service.id == Action.service_id)
        .outerjoin(Thread, Thread.id == Action.thread_id)
        .outerjoin(Audit, Audit.id == Action.audit_id)
        .order_by(*_in_order(found.c))
    )
    return [_line(row, today) for row in db.session.execute(wanted).mappings()]


#: Each under the name of the line's field.
_COLUMNS: tuple[Any, ...] = (
    Action.reference,
    Action.what,
    Action.state,
    Action.kind,
    Action.priority,
    Action.due_on,
    Action.first_due_on,
    Action.difference,
    Action.look_again_on,
    Action.closed_at,
    Action.owner.label("job"),
    Team.name.label("team"),
    Service.name.label("service"),
    Thread.name.label("thread"),
    Audit.case_reference,
)


def _page(user: User, by: BoardFilter, today: date, paging: Paging | None) -> Any:
    """The row numbers of a board's actions, with where they stand and what sorts them there."""
    stands = group_column(user, today)
    looked_at = stands.in_([BoardGroup.LOOK_AGAIN.value, BoardGroup.TOO_EARLY.value])
    sorted_on = case((looked_at, Action.look_again_on), else_=Action.due_on)
    rows = (
        select(Action.id.label("id"), stands.label("stands"), sorted_on.label("sorted_on"))
        .where(*asked_for(user, by, today))
        .subquery()
    )
    wanted = select(rows).order_by(*_in_order(rows.c))
    if paging is not None:
        wanted = wanted.offset(paging.offset).limit(paging.per_page)
    return wanted.subquery()


def _in_order(row: Any) -> tuple[Any, ...]:
    place = case({group.value: place for place, group in enumerate(BoardGroup)}, value=row.stands)
    return place, row.sorted_on, row.id


def _extensions() -> ColumnElement[int]:
    """How often an action was extended."""
    return (
        select(func.count(ActionEntry.id))
        .where(ActionEntry.action_id == Action.id, ActionEntry.event == ActionEvent.EXTENDED)
        .correlate(Action)
        .scalar_subquery()
        .label("extensions")
    )


def _line(row: Any, today: date) -> BoardLine:
    values = dict(row)
    group = BoardGroup(values.pop("stands"))
    return BoardLine(**values | {"ownerless": bool(row["ownerless"])}, group=group, today=today)


@dataclass(frozen=True)
class ClosedLine:
    """A closed action that made no difference for the child, as the list of those shows it."""

    reference: str
    what: str
    closed_at: datetime | None
    closed_by: str
    team: str | None
    service: str | None
    case_reference: str | None

    @property
    def place(self) -> str:
        return self.team or self.service or "The whole authority"


def _made_no_difference(user: User) -> list[ColumnElement[bool]]:
    return [
        actions_within_reach(user),
        Action.state == ActionState.CLOSED,
        Action.difference == Difference.NO,
        not_(Action.entries.any(_tried_again())),
        not_(verifying_hidden_from(user)),
    ]


def _tried_again() -> ColumnElement[bool]:
    """Entries that say that another action was raised since this one was closed."""
    return and_(ActionEntry.event == ActionEvent.FOLLOWED, ActionEntry.at >= Action.closed_at)


def count_no_difference(user: User) -> int:
    wanted = select(func.count(Action.id)).where(*_made_no_difference(user))
    return db.session.scalar(wanted) or 0


def no_difference_lines(user: User, paging: Paging) -> list[ClosedLine]:
    """Closed actions that made no difference for the child, the latest closed first."""
    rows = db.session.execute(
        select(
            Action.reference,
            Action.what,
            Action.closed_at,
            User.name,
            Team.name,
            Service.name,
            Audit.case_reference,
        )
        .join(User, User.id == Action.closed_by_id)
        .outerjoin(Team, Team.id == Action.team_id)
        .outerjoin(Service, Service.id == Action.service_id)
        .outerjoin(Audit, Audit.id == Action.audit_id)
        .where(*_made_no_difference(user))
        .order_by(Action.closed_at.desc(), Action.id.desc())
        .offset(paging.offset)
        .limit(paging.per_page)
    )
    return [ClosedLine(*row) for row in rows]


@dataclass(frozen=True)
class OwnBoard:
    """What waits for a person in actions, for their home page.

    ``whole`` counts those of the whole authority, for whoever runs the practice development.
    """

    counts: BoardCounts
    first: Sequence[BoardLine]
    whole: BoardCounts | None


def own_board(user: User, most: int = 3) -> OwnBoard | None:
    """A person's own board in short; None for somebody who is told of no actions."""
    if not user.can(Permission.ACTION_READ):
        return None
    today, mine = date.today(), BoardFilter(whose=Whose.MINE)
    counts = count_board(user, mine, today)
    leads = user.can(Permission.ACTION_SAMPLE)
    return OwnBoard(
        counts=counts,
        first=board_lines(user, mine, today, Paging(most, 1, most)) if counts.total else (),
        whole=count_board(user, BoardFilter(), today) if leads else None,
    )
