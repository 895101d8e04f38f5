"""Reading summaries. Fetching is authorising."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest

from flask import abort
from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import joinedload

from audit_app.extensions import db
from audit_app.insight.counting import held
from audit_app.models import HistoryEvent, PublishedDocument, Service, Summary, User
from audit_app.rules.permissions import Permission
from audit_app.rules.summary_choices import periods_to_choose
from audit_app.rules.summary_periods import SummaryKind, SummaryPeriod
from audit_app.rules.summary_steps import SummaryState
from audit_app.rules.workflow import Verb

RECORD = "summary"
WHOLE = "Whole authority"

_SAVED = "saved"


def takes_part(user: User) -> bool:
    """Whether this person starts, writes or signs summaries, and so sees those on their way."""
    return any(
        user.can(each)
        for each in (Permission.SUMMARY_START, Permission.SUMMARY_WRITE, Permission.SUMMARY_SIGN)
    )


def within_sight(user: User) -> ColumnElement[bool]:
    """Which summaries a person may read: those who take part all there are, others signed ones."""
    if takes_part(user):
        return Summary.state != SummaryState.DISCARDED
    return Summary.state == SummaryState.SIGNED_OFF


def summary_for(user: User, reference: str) -> Summary:
    """The summary, if this person may read it; otherwise 404."""
    wanted = whole().where(Summary.reference == reference, within_sight(user))
    summary = db.session.scalar(wanted)
    if summary is None:
        abort(404)
    return summary


def whole() -> Select[Summary]:
    """Summaries with the people, the place and the document each names."""
    return select(Summary).options(
        joinedload(Summary.service),
        joinedload(Summary.completed_by),
        joinedload(Summary.started_by),
        joinedload(Summary.published),
    )


def place_of(summary: Summary) -> str:
    return summary.service.name if summary.service else WHOLE


def of(period: SummaryPeriod, service_id: int | None) -> ColumnElement[bool]:
    """Summaries of one period and one place; None is the whole authority."""
    return and_(
        Summary.kind == period.kind,
        Summary.year == period.year,
        Summary.quarter == period.quarter,
        Summary.service_id.is_(None) if service_id is None else Summary.service_id == service_id,
        Summary.state != SummaryState.DISCARDED,
    )


def newest(period: SummaryPeriod, service_id: int | None) -> Summary | None:
    """The last edition there is, on its way or signed off."""
    return db.session.scalar(
        whole().where(of(period, service_id)).order_by(Summary.edition.desc()).limit(1)
    )


def published(
    period: SummaryPeriod, service_id: int | None, edition: int | None = None
) -> PublishedDocument | None:
    """The document that was signed off: of this edition, or the last there is."""
    wanted = (
        select(PublishedDocument)
        .join(Summary, Summary.published_id == PublishedDocument.id)
        .where(of(period, service_id))
        .order_by(Summary.edition.desc())
        .limit(1)
    )
    if edition is not None:
        wanted = wanted.where(Summary.edition == edition)
    return db.session.scalar(wanted)


def editions_of(summary: Summary, user: User) -> Sequence[Summary]:
    """Every edition for the same period and place that this person may read, the newest first."""
    wanted = whole().where(of(summary.period, summary.service_id), within_sight(user))
    return db.session.scalars(wanted.order_by(Summary.edition.desc())).all()


@dataclass(frozen=True)
class Asked:
    """What a list is narrowed to; None is anything. A ``place`` of 0 is the whole authority."""

    place: int | None = None
    kind: SummaryKind | None = None

    def where(self) -> list[ColumnElement[bool]]:
        wanted: list[ColumnElement[bool]] = []
        if self.place is not None:
            whole = self.place == 0
            wanted.append(
                Summary.service_id.is_(None) if whole else Summary.service_id == self.place
            )
        if self.kind is not None:
            wanted.append(Summary.kind == self.kind)
        return wanted

    def args(self) -> dict[str, str]:
        """As the address carries it."""
        place = {} if self.place is None else {"place": str(self.place)}
        return place if self.kind is None else place | {"kind": self.kind.value}


@dataclass(frozen=True)
class SummaryLine:
    """A summary as a list shows it. ``waits`` is what this reader can do next in it."""

    reference: str
    period: SummaryPeriod
    place: str
    edition: int
    state: SummaryState
    who: str
    when: datetime
    document: str
    waits: str


def count_listed(user: User, asked: Asked) -> int:
    wanted = select(func.count(Summary.id)).where(within_sight(user), *asked.where())
    return db.session.scalar(wanted) or 0


def listed(user: User, asked: Asked, limit: int, offset: int, today: date) -> list[SummaryLine]:
    """Summaries, the newest period first; the whole authority before its services."""
    rows = db.session.scalars(
        whole()
        .outerjoin(Service, Service.id == Summary.service_id)
        .where(within_sight(user), *asked.where())
        .order_by(
            Summary.year.desc(),
            Summary.quarter.desc(),
            Summary.kind,
            Summary.service_id.is_not(None),
            Service.name,
            Summary.edition.desc(),
        )
        .limit(limit)
        .offset(offset)
    )
    return [line_of(user, summary, today) for summary in rows]


def line_of(user: User, summary: Summary, today: date) -> SummaryLine:
    document = summary.published
    who, when = _last_hand(summary)
    return SummaryLine(
        reference=summary.reference,
        period=summary.period,
        place=place_of(summary),
        edition=summary.edition,
        state=summary.state,
        who=who,
        when=when,
        document=document.reference if document else "",
        waits=what_waits(user, summary, today),
    )


def _last_hand(summary: Summary) -> tuple[str, datetime]:
    """Who brought a summary to where it stands, and when."""
    if summary.published:
        return summary.published.published_by_name, summary.published.published_at
    if summary.completed_by and summary.completed_at:
        return summary.completed_by.name, summary.completed_at
    return summary.started_by.name, summary.created_at


def what_waits(user: User, summary: Summary, today: date) -> str:
    """What this person can do next; empty where it is nobody's or somebody else's turn."""
    if summary.lets(user, Verb.SIGN_OFF):
        return "Read it, then sign it off or return it" if summary.period.ended(today) else ""
    if summary.lets(user, Verb.SAVE):
        if summary.return_note:
            return "Change the commentary as the note asks"
        return "Write the commentary"
    return ""


def periods_on_offer(today: date) -> dict[str, list[SummaryPeriod]]:
    """The periods a summary can be started for, by kind; none before the first record."""
    found = held()
    return periods_to_choose(found.first, today) if found else {}


def services() -> list[tuple[int, str]]:
    """The services in use, by number and name."""
    wanted = select(Service.id, Service.name).where(Service.active).order_by(Service.name)
    return [(row.id, row.name) for row in db.session.execute(wanted)]


def service_called(name: str) -> int | None:
    """The number of the service with this name, in any case; None if there is none."""
    wanted = select(Service.id).where(func.lower(Service.name) == name.strip().lower())
    return db.session.scalar(wanted)


@dataclass(frozen=True)
class Happened:
    """One thing somebody did to a summary."""

    at: datetime
    verb: str
    who: str


def history_of(summary: Summary) -> list[Happened]:
    """Who did what, in order; of savings only the last one of those between two steps."""
    rows = db.session.execute(
        select(HistoryEvent.at, HistoryEvent.verb, User.name)
        .outerjoin(User, User.id == HistoryEvent.user_id)
        .where(
            HistoryEvent.record_type == RECORD, HistoryEvent.record_reference == summary.reference
        )
        .order_by(HistoryEvent.id)
    ).all()
    events = [Happened(row.at, row.verb, row.name or "The service") for row in rows]
    pairs = zip_longest(events, events[1:])
    return [each for each, then in pairs if not _goes_on(each, then)]


def _goes_on(event: Happened, then: Happened | None) -> bool:
    """Whether somebody who saved went on to save again."""
    same = then is not None and (then.verb, then.who) == (event.verb, event.who)
    return event.verb == _SAVED and same
