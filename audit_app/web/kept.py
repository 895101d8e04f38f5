"""What people typed and have not sent yet: kept on the server, given back to nobody else.

A page saves its forms while people type, by sending them to their own address with
``then=autosave``. A view that saves such a form itself says so with :func:`saves_as_typed`; for
every other it is caught here, before the view runs, and kept as it was typed. The same happens to a
form that arrives when a session has ended. The page opens with the typed text in its boxes
(web/forms.py) until it is sent, or for a month.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from flask import Flask, current_app, g, has_request_context, request
from flask_login import current_user
from sqlalchemy import bindparam, delete, event, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from audit_app.extensions import db
from audit_app.models import HistoryEvent, KeptForm, User
from audit_app.models.base import now
from audit_app.rules.numbers import whole_number
from audit_app.web.field_names import answers_in, is_written_in
from audit_app.web.moments import clock, in_london
from audit_app.web.openings import (
    ABOUT_THE_PAGE,
    REFUSED,
    TAKEN_OVER,
    Sending,
    is_secret,
    opening_sent,
    owner_of,
)

V = TypeVar("V", bound=Callable[..., Any])

#: How long text waits for its writer to come back to it.
LONGEST = timedelta(days=30)
#: Every box of the largest form filled to the brim in a language of two bytes a letter.
MOST_BYTES = 1_000_000

_LONGEST_PATH = 200

_TOO_LONG = "Not saved: there is too much text on this page. Save it, or shorten it."


def saves_as_typed(view: V) -> V:
    """Declare that a view saves what it is sent while somebody types."""
    view.saves_as_typed = True  # type: ignore[attr-defined]
    return view


def typing() -> bool:
    """Whether a page sent this by itself, while somebody types."""
    return request.method == "POST" and request.form.get("then") == "autosave"


def keep_as_typed() -> tuple[dict[str, str], int] | None:
    """Before each view: keep a form that is being typed, unless the view saves it itself."""
    view = current_app.view_functions.get(request.endpoint or "")
    if not typing() or getattr(view, "saves_as_typed", False):
        return None
    return kept_answer("Draft saved at {}")


def kept_answer(said: str) -> tuple[dict[str, str], int]:
    """Keep this form for the person who is signed in, and tell the page what was done."""
    if not _fits() or not _is_theirs():
        return {"said": _TOO_LONG}, 413
    keep(Sending.this())
    db.session.commit()
    return {"said": said.format(clock(now()))}, 200


def keep_for_owner() -> bool:
    """Keep this form for the person its page was opened for, whoever sends it now.

    False when there is nothing to keep, or nobody to keep it for.
    """
    if request.method != "POST" or request.files or not _fits() or not _is_filled_in():
        return False
    whose = select(User).where(User.reference == owner_of(opening_sent()), User.active.is_(True))
    owner = db.session.scalar(whose)
    if owner is None:
        return False
    keep(Sending.by(owner.id))
    db.session.commit()
    g.settled = True
    return True


def keep(sending: Sending) -> None:
    """Keep what was typed in place of what the same opening kept before. Not committed.

    What arrives after something newer from the same opening is left out. Of a form with nothing in
    it nothing is kept.
    """
    sending.hold()
    if not sending.opening or (sending.number and sending.comes_late()):
        return
    sending.done()
    row = _row_of(sending)
    if not _is_filled_in():
        _drop(row, _row_taken_over(sending))
        return
    if row is None:
        row = KeptForm(user_id=sending.user_id, path=sending.path, opening=sending.opening)
        db.session.add(row)
    row.typed, row.kept_at = _typed(), now()
    _drop(_row_taken_over(sending))


def forget(sending: Sending) -> None:
    """What was typed in this opening was sent, and need not be kept any more. Not committed."""
    g.settled = True
    # Most forms are sent once and nothing else from their page, so that there is nothing to read.
    if not sending.done_first():
        sending.done()
    _drop(_row_of(sending), _row_taken_over(sending))


def settle(response: Response) -> Response:
    """After each request: what a form said is forgotten once it was used, and not before.

    It was used when the request led on and left an event in the history. One that led on and left
    none sent its person to look again, and their text with them.
    """
    used = forget if "written_down" in g else None
    act = {
        303: used,
        400: _move_to_new_page,
        409: _keep_in_new_page,
        403: _note_refusal,
        404: _note_refusal,
    }.get(response.status_code)
    if act and request.method == "POST" and "settled" not in g and _is_theirs():
        db.session.rollback()
        act(Sending.this())
        db.session.commit()
    return response


@event.listens_for(db.session, "before_commit")
def _note_use(session: Session) -> None:
    """See that what this request did is written down for good, in an event of the history."""
    session.flush()
    if has_request_context() and not session.in_nested_transaction() and "remembered" in g:
        g.written_down = True


@event.listens_for(db.session, "before_flush")
def _note_event(session: Session, context: Any, instances: Any) -> None:
    if has_request_context() and any(isinstance(each, HistoryEvent) for each in session.new):
        g.remembered = True


@event.listens_for(db.session, "after_rollback")
def _note_nothing(session: Session) -> None:
    if has_request_context():
        g.pop("remembered", None)


def _keep_in_new_page(sending: Sending) -> None:
    """What was overtaken by somebody else's is in the boxes of the page that says so.

    While somebody types they are shown no new page: their text stays with the one they have.
    """
    if "opening" not in g or typing():
        return keep(sending)
    _drop(_row_of(sending))
    return keep(replace(sending, opening=g.opening, number=0))


def _move_to_new_page(sending: Sending) -> None:
    """What was kept of a form goes on in the page that says what is wrong with it."""
    row = _row_of(sending) or _row_taken_over(sending)
    if row is not None and "opening" in g:
        row.opening = g.opening


def _note_refusal(sending: Sending) -> None:
    """The page takes what was typed there no more: its writer is told so beside the text."""
    row = _row_of(sending) or _row_taken_over(sending)
    if row is not None:
        row.typed = row.typed | {REFUSED: ["yes"]}


def kept_at(path: str) -> Sequence[KeptForm]:
    """What the person who is signed in typed at this address and did not send, newest first."""
    theirs = select(KeptForm).where(KeptForm.user_id == current_user.id, KeptForm.path == path)
    return db.session.scalars(theirs.order_by(KeptForm.kept_at.desc())).all()


def delete_old_typing(before: datetime) -> Any:
    """The statement that deletes what nobody came back to."""
    old = select(KeptForm.id).where(KeptForm.kept_at < before).with_for_update(skip_locked=True)
    return delete(KeptForm).where(KeptForm.id.in_(old))


def keep_what_is_typed(app: Flask) -> None:
    """Bind it: after access and tokens are checked, and before the browser's session is saved."""
    app.before_request(keep_as_typed)
    app.after_request(settle)


def mark_of(row: KeptForm) -> str:
    """What stands for a kept text as it is now; the page that shows it takes it over."""
    return f"{row.id} {in_london(row.kept_at).timestamp()}"


def mark_taken_over(opening: str, row: KeptForm) -> None:
    """Say that the page being made, under this opening, shows what was kept under another."""
    g.setdefault("taken_over", {})[opening] = mark_of(row)


def taken_over(opening: str) -> str:
    """The mark of the kept text in the boxes of the page being made; empty when there is none."""
    return str(g.get("taken_over", {}).get(opening, ""))


def _row_taken_over(sending: Sending) -> KeptForm | None:
    """What filled the boxes of this form, unless the window it is from kept more since."""
    mark = request.form.get(TAKEN_OVER, "")
    number = whole_number(mark.partition(" ")[0])
    row = None if number is None else db.session.get(KeptForm, number)
    if row is None or (row.user_id, row.path) != (sending.user_id, sending.path):
        return None
    return row if mark_of(row) == mark else None


def _drop(*rows: KeptForm | None) -> None:
    for row in rows:
        if row is not None:
            db.session.delete(row)


def _row_of(sending: Sending) -> KeptForm | None:
    """The row of this opening, changed by nobody else until the transaction ends."""
    return db.session.scalar(
        _OF_OPENING,
        {"user": sending.user_id, "path": sending.path, "opening": sending.opening},
    )


_OF_OPENING = (
    select(KeptForm)
    .where(
        KeptForm.user_id == bindparam("user"),
        KeptForm.path == bindparam("path"),
        KeptForm.opening == bindparam("opening"),
    )
    .with_for_update()
)


def _typed() -> dict[str, list[str]]:
    """The answers sent, by field; never a password, nor what the page sends about itself."""
    return {
        name: values
        for name, values in request.form.lists()
        if name not in ABOUT_THE_PAGE and name != "then" and not is_secret(name)
    }


def _is_filled_in() -> bool:
    """Whether anybody wrote in the form.

    While they are at it every answer counts, as the page tells them that it is saved. A form that
    arrives later may never have been touched, and a choice alone is soon given again.
    """
    return any(typing() or is_written_in(name) for name in answers_in(_typed()))


def _is_theirs() -> bool:
    """Whether the page that sent this was opened for the person who is signed in now."""
    return current_user.is_authenticated and owner_of(opening_sent()) == current_user.reference


def _fits() -> bool:
    """Whether what was sent is of a size, and for an address, that somebody's typing has."""
    return (request.content_length or 0) <= MOST_BYTES and len(request.path) <= _LONGEST_PATH
