"""Remembering who read what an audit says, and who was refused which record.

Every view whose address names a record says here, once, what it shows of a case: by
:func:`shows_case` where it shows what one audit says, else by :func:`names` with the reason why
reading it is no reading of a case. A test lists the views that say neither. A list that shows texts
of many cases says so by :func:`lists_texts`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import wraps
from typing import Any, ParamSpec

from flask import Blueprint, Flask, Response, current_app, request
from flask_login import current_user
from sqlalchemy import bindparam, case, func, select
from sqlalchemy.exc import SQLAlchemyError

from audit_app.extensions import db
from audit_app.models import (
    Action,
    Audit,
    Calibration,
    Escalation,
    HistoryEvent,
    User,
    remember_each,
)
from audit_app.models.base import now
from audit_app.rules.audit_steps import WRITING_STATES
from audit_app.rules.deeds import (
    FOUND_BY_CASE,
    LISTED,
    SEARCHED_CASE,
    Reading,
    Refusal,
    list_said,
)
from audit_app.web.guesses import refuse_guess
from audit_app.web.paging import page_asked
from audit_app.web.transactions import writing_apart

P = ParamSpec("P")

#: What may stand in the history of an address that anybody can type: a reference, nothing else.
_REFERENCE = re.compile(r"[2-9A-HJKMNP-TV-Z]{4}-[2-9A-HJKMNP-TV-Z]{4}")
UNKNOWN = "unknown"
LONGEST_REFERENCE = 40

#: How many refusals of one person are written down one by one in a minute.
MOST_REFUSALS = 30
A_MINUTE = timedelta(minutes=1)
_REFUSED_OF_LATE = select(
    func.count().label("times"),
    func.coalesce(func.sum(case((HistoryEvent.verb == Refusal.MANY, 1), else_=0)), 0).label("many"),
).where(
    HistoryEvent.user_id == bindparam("who"),
    HistoryEvent.at > bindparam("since"),
    HistoryEvent.verb.in_(list(Refusal)),
)

#: Why some views about one audit are no reading of it.
WRITING = "only its own auditor opens it, to write, and every save of it is remembered"
LEADS_ON = "it shows nothing and leads on to a page that does"
WHICH_CASE = "it says which case it is, as the lists do, and nothing of what the audit says"

_AUDIT = select(Audit.reference, Audit.state, Audit.auditor_id)
#: The audit that a record is about, by the type of the record.
_WHOSE: dict[str, tuple[Any, Any]] = {
    "audit": (_AUDIT, Audit.reference),
    "action": (_AUDIT.join(Action, Action.audit_id == Audit.id), Action.reference),
    "escalation": (_AUDIT.join(Escalation, Escalation.audit_id == Audit.id), Escalation.reference),
    "calibration": (
        _AUDIT.join(Calibration, Calibration.audit_id == Audit.id),
        Calibration.reference,
    ),
}


class NotRemembered(Exception):
    """A page is not shown, as it could not be written down who reads it."""


@dataclass(frozen=True)
class Named:
    """What an address names: a record's type, and the argument that holds its reference.

    ``reading`` is how reading it is remembered, where it shows what one audit says; ``because``
    says why it is not.
    """

    record_type: str
    argument: str
    reading: Reading | None = None
    because: str = ""


def shows_case(
    reading: Reading, record_type: str = "audit", argument: str = "reference"
) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    """Declare that a view shows what one audit says: whoever is shown it is remembered.

    It is written down once the page is whole, and before it is sent; where that cannot be done it
    is not sent. Nothing is written of a redirect, of a request for headers alone, or of what its
    own auditor is still writing, which nobody else can open. A browser's guess is refused.
    """
    named = Named(record_type, argument, reading)

    def declare(view: Callable[P, Any]) -> Callable[P, Any]:
        @wraps(view)
        def remembered(*args: P.args, **kwargs: P.kwargs) -> Response:
            refuse_guess()
            response = current_app.make_response(view(*args, **kwargs))
            if request.method != "HEAD" and _shows_something(response):
                _remember_reading(named)
            return response

        remembered.names = named  # type: ignore[attr-defined]
        return remembered

    return declare


@dataclass(frozen=True)
class Listed:
    """A page of a list that shows texts of ``records`` records.

    ``narrowed`` is what was asked for, as an address carries it: numbers, references and words of
    the service, and nothing that somebody typed.
    """

    page: str
    records: int
    narrowed: Mapping[str, object] = field(default_factory=dict)


def lists_texts(record_type: str) -> Callable[[Callable[P, Listed]], Callable[P, str]]:
    """Declare that a view lists texts of many records: that somebody was shown them is remembered.

    One event for each time that the page is shown, with how many it showed, and what it was
    narrowed to; none where it showed none. ``record_type`` is one of ``LISTS``.
    """

    def declare(view: Callable[P, Listed]) -> Callable[P, str]:
        @wraps(view)
        def remembered(*args: P.args, **kwargs: P.kwargs) -> str:
            refuse_guess()
            listed = view(*args, **kwargs)
            if request.method != "HEAD" and listed.records:
                _remember_list(record_type, listed)
            return listed.page

        remembered.lists = record_type  # type: ignore[attr-defined]
        return remembered

    return declare


def _remember_list(record_type: str, listed: Listed) -> None:
    # The page comes before what narrows it, which may be cut off.
    page = {"page": page_asked()} if page_asked() > 1 else {}
    try:
        remember_apart(LISTED, record_type, list_said(listed.records, {**page, **listed.narrowed}))
    except SQLAlchemyError as problem:
        raise NotRemembered from problem


def names(
    record_type: str, because: str, argument: str = "reference"
) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    """Declare that a view is about one record, and why reading it is no reading of a case."""

    def declare(view: Callable[P, Any]) -> Callable[P, Any]:
        view.names = Named(record_type, argument, because=because)  # type: ignore[attr-defined]
        return view

    return declare


def room_names(bp: Blueprint, record_type: str, because: str, argument: str = "reference") -> None:
    """Declare the same of every view of a blueprint that says nothing itself."""
    bp.names = Named(record_type, argument, because=because)  # type: ignore[attr-defined]


def named_by(app: Flask, endpoint: str) -> Named | None:
    """What a view, or else the nearest blueprint it is in, declares; None when neither does."""
    own: Named | None = getattr(app.view_functions.get(endpoint), "names", None)
    room, _, _ = endpoint.rpartition(".")
    while own is None and room:
        own = getattr(app.blueprints[room], "names", None)
        room, _, _ = room.rpartition(".")
    return own


def _shows_something(response: Response) -> bool:
    return response.status_code in (200, 400, 409) and not response.is_json


def _remember_reading(named: Named) -> None:
    assert named.reading is not None
    try:
        audit = _audit_of(named)
        if audit is not None:
            remember_apart(named.reading, "audit", audit)
    except SQLAlchemyError as problem:
        raise NotRemembered from problem


def _audit_of(named: Named) -> str | None:
    """The audit that is read; None where its own auditor is writing it."""
    asked, reference = _WHOSE[named.record_type]
    with db.session.no_autoflush:
        row = db.session.execute(
            asked.where(reference == (request.view_args or {})[named.argument])
        ).first()
    if row is None or (row.state in WRITING_STATES and row.auditor_id == current_user.id):
        return None
    return str(row.reference)


def remember_apart(verb: str, record_type: str, *references: str) -> None:
    """Write down what the person did to records that they only read, in a transaction of its own.

    Call it last: what was read before is read again afterwards, and nothing of the request's own
    session may be asked for while this writes, as that would wait for itself.
    """
    remember_of(current_user.id, verb, record_type, *references)


def remember_of(user_id: int, verb: str, record_type: str, *references: str) -> None:
    """The same, of a person by their number: also while the answer is being sent."""
    with writing_apart() as session:
        remember_each(
            session, user_id, verb, record_type, (each[:LONGEST_REFERENCE] for each in references)
        )


def remember_case_search(audits: Iterable[str]) -> None:
    """Write down that somebody looked for a case, and the audits they found by it.

    Never what they typed: history is kept for longer than the case may be, and anything may be
    typed into a box. The references are of audits, and lead back to a case only while it is kept.
    """
    found, user_id = list(audits), current_user.id
    with writing_apart() as session:
        remember_each(session, user_id, SEARCHED_CASE, "search", [f"{len(found):,} found"])
        remember_each(session, user_id, FOUND_BY_CASE, "audit", found)


def remember_refusal(why: Refusal, record_type: str = "", reference: str = "") -> None:
    """Write down that somebody was not let to the record, or the page, they asked for.

    Of who is not signed in nothing is: there is nobody to name, and anybody may ask for anything.
    A refusal that cannot be written down is a refusal all the same. The record is the one the
    address names, unless it is given.
    """
    if request.endpoint in (None, "static") or not current_user.is_authenticated:
        return
    assert request.endpoint is not None
    named = named_by(current_app, request.endpoint)
    if record_type:
        reference = reference_in(reference)
    elif named is None or named.argument not in (request.view_args or {}):
        record_type, reference = "page", request.endpoint
    else:
        record_type, reference = (
            named.record_type,
            reference_in((request.view_args or {})[named.argument]),
        )
    try:
        _remember_refused(why, record_type, reference)
    except SQLAlchemyError as problem:
        current_app.logger.error("A refusal could not be remembered: %s", type(problem).__name__)


def _remember_refused(why: Refusal, record_type: str, reference: str) -> None:
    """Write a refusal down; of very many in one minute, that there were, once.

    Whoever asks for one thing after another could fill the history for good. The workers take turns
    at the person's row, so that all count alike.
    """
    user_id, own_reference = current_user.id, current_user.reference
    with writing_apart() as session:
        session.execute(select(User.id).where(User.id == user_id).with_for_update(key_share=True))
        told = session.execute(_REFUSED_OF_LATE, {"who": user_id, "since": now() - A_MINUTE}).one()
        if told.times >= MOST_REFUSALS:
            if told.many:
                return
            why, record_type, reference = Refusal.MANY, "user", own_reference
        event = {"verb": why, "record_type": record_type, "record_reference": reference}
        session.add(HistoryEvent(user_id=user_id, **event))


def reference_in(asked: str | int) -> str:
    """What an address named, where it can only be a reference or a row number."""
    return str(asked) if isinstance(asked, int) or _REFERENCE.fullmatch(asked) else UNKNOWN
