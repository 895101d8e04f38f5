"""What stands in history without a seal, to be looked at before it gets one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from audit_app.models import HistoryEvent, HistorySeal, User
from audit_app.models.history import unsealed
from audit_app.web.moments import in_utc


@dataclass(frozen=True)
class Bare:
    """Events without a seal of one person (None: the service itself) who did one thing.

    ``first`` and ``last`` are the earliest and the latest moment, in UTC; ``number`` is the highest
    number of an event.
    """

    person: str | None
    verb: str
    count: int
    first: datetime
    last: datetime
    number: int


def without_seal(connection: Connection) -> Sequence[Bare]:
    """All events without a seal, by who did what, the most first."""
    bare = unsealed().order_by(None).with_only_columns(HistoryEvent.id)
    count = func.count()
    rows = connection.execute(
        select(
            User.name,
            User.reference,
            HistoryEvent.verb,
            count,
            func.min(HistoryEvent.at),
            func.max(HistoryEvent.at),
            func.max(HistoryEvent.id),
        )
        .outerjoin(User, User.id == HistoryEvent.user_id)
        .where(HistoryEvent.id.in_(bare))
        .group_by(User.name, User.reference, HistoryEvent.verb)
        .order_by(count.desc(), User.reference, HistoryEvent.verb)
    )
    return [
        Bare(f"{name} ({reference})" if reference else None, verb, many, in_utc(a), in_utc(b), top)
        for name, reference, verb, many, a, b, top in rows
    ]


def newest_sealed(connection: Connection) -> datetime | None:
    """When the event of the newest seal was done, in UTC."""
    at = connection.scalar(
        select(HistoryEvent.at)
        .join(HistorySeal, HistorySeal.event_id == HistoryEvent.id)
        .order_by(HistorySeal.position.desc())
        .limit(1)
    )
    return None if at is None else in_utc(at)
