"""What people do with a summary. The only writer of summaries.

Every verb says at which version the summary was read, and does nothing when it has changed since.
None of them commits: a one-time token goes with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from audit_app.extensions import db
from audit_app.models import Summary, User, remember
from audit_app.models.base import new_reference, now
from audit_app.models.published import DocumentKind
from audit_app.rules.summary_commentary import BOXES, problems
from audit_app.rules.summary_periods import SummaryPeriod
from audit_app.rules.summary_steps import SUMMARY_STEPS, SummaryState
from audit_app.rules.workflow import NotAllowed, Verb, next_state
from audit_app.summaries.queries import RECORD, newest
from audit_app.summaries.signing import Ready, fingerprint_now
from audit_app.web.pages import day
from audit_app.web.published import publish


class Stale(Exception):
    """Somebody changed the summary after this page was opened; nothing was written."""


class NotReady(Exception):
    """A box of the commentary is still empty."""


class FiguresChanged(Exception):
    """The figures are no longer those that were read; nothing was written."""


def start(user: User, period: SummaryPeriod, service_id: int | None) -> Summary:
    """Begin the summary of a period, or give the one that is there."""
    return newest(period, service_id) or _begun(user, period, service_id)


def _begun(user: User, period: SummaryPeriod, service_id: int | None, **values: Any) -> Summary:
    """A new draft; or what somebody else began at the same moment."""
    summary = Summary(
        reference=new_reference(),
        kind=period.kind,
        year=period.year,
        quarter=period.quarter,
        service_id=service_id,
        started_by_id=user.id,
        **values,
    )
    try:
        with db.session.begin_nested():
            db.session.add(summary)
    except IntegrityError:
        there = newest(period, service_id)
        if there is None:
            raise
        return there
    verb = "started" if summary.edition == 1 else "started a new edition"
    remember(db.session, user, verb, RECORD, summary.reference)
    return summary


def save(
    user: User, summary: Summary, version: int, values: Mapping[str, str], all_read: bool = True
) -> None:
    """Save what could be read of the commentary. Saving what is saved already changes nothing.

    Raises:
        Stale: when it was saved after this form was opened, with something else in it.
        NotAllowed: when this person may not write in this summary now.
    """
    _allow(user, summary, Verb.SAVE)
    if not _claim(summary, version, SummaryState.DRAFT, values):
        db.session.refresh(summary)
        if not all_read or any(getattr(summary, box) != text for box, text in values.items()):
            raise Stale
        return
    remember(db.session, user, "saved", RECORD, summary.reference)
    db.session.flush()
    db.session.refresh(summary)


def complete(user: User, summary: Summary, version: int) -> None:
    """Say that the commentary is complete; from now on this person is its author.

    Raises:
        NotReady: when a box is empty.
    """
    state = _allow(user, summary, Verb.COMPLETE)
    if problems({box: getattr(summary, box) for box in BOXES}):
        raise NotReady
    _move(summary, version, state, completed_by_id=user.id, completed_at=now(), return_note=None)
    remember(db.session, user, "completed the commentary", RECORD, summary.reference)


def return_to_writers(user: User, summary: Summary, version: int, note: str) -> None:
    """Give it back with a note of what must change."""
    state = _allow(user, summary, Verb.RETURN)
    _move(summary, version, state, **_WRITTEN_BY_NOBODY, return_note=note)
    remember(db.session, user, "returned", RECORD, summary.reference)


def reopen(user: User, summary: Summary, version: int) -> None:
    """Take the commentary up again before anybody has signed it off."""
    state = _allow(user, summary, Verb.REOPEN)
    _move(summary, version, state, **_WRITTEN_BY_NOBODY)
    remember(db.session, user, "took the commentary up again", RECORD, summary.reference)


_WRITTEN_BY_NOBODY: Mapping[str, None] = {"completed_by_id": None, "completed_at": None}


def discard(user: User, summary: Summary, version: int) -> None:
    """Throw a draft away. Another can be started in its place."""
    state = _allow(user, summary, Verb.DISCARD)
    _move(summary, version, state)
    remember(db.session, user, "discarded", RECORD, summary.reference)


def sign_off(user: User, summary: Summary, version: int, ready: Ready, today: date) -> None:
    """Freeze what was drawn, under this person's name.

    Raises:
        FiguresChanged: when they are no longer those that were drawn.
        Stale, NotAllowed: as for every verb.
    """
    state = may_sign_off(user, summary, today)
    if fingerprint_now(summary, today) != ready.printing.fingerprint:
        raise FiguresChanged
    document = publish(
        DocumentKind.SUMMARY,
        summary.reference,
        summary.edition,
        ready.printing,
        (ready.made.pdf, ready.made.html),
        ready.figures,
        user,
        ready.at,
    )
    _move(summary, version, state, published_id=document.id)
    remember(db.session, user, "signed off", RECORD, summary.reference)


def may_sign_off(user: User, summary: Summary, today: date) -> SummaryState:
    """The state it would be in.

    Raises:
        NotAllowed: when it is not this person's to sign, or its period still runs.
    """
    state = _allow(user, summary, Verb.SIGN_OFF)
    if not summary.period.ended(today):
        first = day(summary.period.last + timedelta(days=1))
        raise NotAllowed(f"Its last day has not passed. It can be signed off from {first}.")
    return state


def new_edition(user: User, summary: Summary, reason: str) -> Summary:
    """Begin another edition with the commentary of this one; or give the one already begun."""
    last = newest(summary.period, summary.service_id)
    if last is None or last.state is not SummaryState.SIGNED_OFF:
        return last or summary
    texts = {box: getattr(summary, box) for box in BOXES}
    return _begun(
        user,
        summary.period,
        summary.service_id,
        edition=last.edition + 1,
        reason=reason,
        **texts,
    )


def _allow(user: User, summary: Summary, verb: Verb) -> SummaryState:
    relations = summary.relations_of(user)
    return SummaryState(next_state(SUMMARY_STEPS, summary.state, verb, user.permissions, relations))


def _move(summary: Summary, version: int, state: SummaryState, **values: Any) -> None:
    """Change the state, if the summary is still as it was read."""
    if not _claim(summary, version, summary.state, {"state": state, **values}):
        raise Stale
    db.session.expire(summary)


def _claim(summary: Summary, version: int, state: SummaryState, values: Mapping[str, Any]) -> bool:
    """Write these values, if nobody has written since; whether they were."""
    here = (Summary.id == summary.id, Summary.version == version, Summary.state == state)
    done = db.session.execute(
        update(Summary)
        .where(*here)
        .values(**values, version=Summary.version + 1)
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]
