"""When something cannot be done: a page in plain English, with what was typed kept."""

from __future__ import annotations

from collections.abc import Sequence
from traceback import format_tb

from flask import Flask, Response, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from flask_wtf.csrf import CSRFError, generate_csrf
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from werkzeug.exceptions import HTTPException, SecurityError

from audit_app.extensions import db
from audit_app.models import KeptForm
from audit_app.rules.workflow import NotAllowed
from audit_app.web.access import Answer, page_to_come_back_to, send_to_sign_in
from audit_app.web.field_names import as_read
from audit_app.web.guarded import ABOUT
from audit_app.web.kept import keep_for_owner, kept_at, typing
from audit_app.web.openings import SAID_BY_THE_PAGE, opening_sent, owner_of
from audit_app.web.programs import let_in_by_token, sent_by_program, tell_program
from audit_app.web.read_copy import CopyDoesNotAnswer

#: Fields that are ours, or secret.
_NEVER_SHOWN = SAID_BY_THE_PAGE | {"password", "password_again"}
#: Choices and dates are soon given again; writing is not.
_A_WORD = 20

#: What a program is told of anything unforeseen.
BROKEN = "Something went wrong in the service. Try again in a few minutes."

_PAGES = {
    400: ("This request could not be understood", "Go back and try again."),
    403: ("You do not have access to this page", "Your role does not allow this."),
    404: ("Page not found", "Check the address. The record may also be outside your teams."),
    405: ("This cannot be done from here", "Go back and use the buttons on the page."),
    413: ("What you sent is too large", "Send a smaller file, or shorten the text."),
    429: ("Too many tries", "Wait a few minutes, then try again."),
}  # fmt: skip


def handle_errors(app: Flask) -> None:
    app.register_error_handler(CSRFError, _form_is_old)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(NotAllowed, _not_allowed)
    app.register_error_handler(CopyDoesNotAnswer, _copy_does_not_answer)
    app.register_error_handler(Exception, _broken)


def _form_is_old(error: CSRFError) -> Answer:
    """The page was opened in an earlier session: keep the text, and show the page again."""
    if request.endpoint == "account.sign_in":
        flash("This page was open for too long. Sign in again.")
        return redirect(url_for("account.sign_in", next=request.form.get("next", "")), code=303)
    if not current_user.is_authenticated:
        return send_to_sign_in()
    if typing():
        return _given_a_new_token()
    keep_for_owner()
    flash("This page was opened before you last signed in. Check it, then try again.")
    return redirect(page_to_come_back_to(), code=303)


def _given_a_new_token() -> Answer:
    """The page goes on saving after its person has signed in again in another window.

    Only a page that was opened for this very person may: its opening is signed, and says so.
    """
    if owner_of(opening_sent()) == current_user.reference:
        return {"csrf_token": generate_csrf()}, 400
    keep_for_owner()
    said = "Somebody else has signed in since this page was opened. What you typed is kept for you."
    return {"said": said}, 409


def _refused(error: HTTPException) -> Response | tuple[str, int] | HTTPException:
    db.session.rollback()
    if isinstance(error, SecurityError):
        # The host name is not ours, so no page of ours can be addressed from here.
        return "This address is not one this service answers to.", 400
    code = error.code or 500
    if code < 400:
        return error
    title, advice = _PAGES.get(code, ("Sorry, this cannot be done", "Go back and try again."))
    if let_in_by_token():
        return tell_program(f"{title}. {advice}", code)
    return _page(title, advice), code


def _not_allowed(error: NotAllowed) -> tuple[str, int]:
    db.session.rollback()
    return _page("This cannot be done", str(error)), 403


def _copy_does_not_answer(error: CopyDoesNotAnswer) -> Response | tuple[str, int]:
    """Figures wait; whatever is recorded goes on, as it asks nothing of the copy."""
    _log(error.__cause__ if isinstance(error.__cause__, Exception) else error)
    title = "Figures cannot be shown just now"
    advice = (
        "They are read from a copy of the records, and the copy does not answer. The records "
        "themselves are safe. Try again in a few minutes."
    )
    if let_in_by_token():
        return tell_program(f"{title}. {advice}", 503)
    return _page(title, advice), 503


def _page(title: str, advice: str) -> str:
    kept = [(row, as_read(row.typed)) for row in _kept_here()]
    return render_template(
        "errors/error.html", title=title, advice=advice, typed=_typed(), kept=kept
    )


def _kept_here() -> Sequence[KeptForm]:
    """What its reader typed earlier on the page that is refused to them now."""
    asked = request.method == "GET" and current_user.is_authenticated
    return kept_at(request.path) if asked else []


def _broken(error: Exception) -> Response | tuple[str, int]:
    """Anything unforeseen: undone, written to the log without its content, told without a trace.

    The page asks nothing of the database, of the session or of who is signed in: any of those may
    be what is broken.
    """
    _log(error)
    try:
        db.session.rollback()
    except SQLAlchemyError:
        current_app.logger.exception("The database could not undo it")
    if sent_by_program():
        return tell_program(BROKEN, 500)
    return render_template("errors/broken.html", typed=_typed()), 500


def _log(error: Exception) -> None:
    """Say what broke and where. A database quotes rows under the first line of its message."""
    if isinstance(error, DBAPIError):
        said = str(error.orig).partition("\n")[0]
        where = "".join(format_tb(error.__traceback__))
        current_app.logger.error("Database error in %s: %s\n%s", request.endpoint, said, where)
    else:
        current_app.logger.error("Unforeseen error in %s", request.endpoint, exc_info=error)


def _typed() -> list[tuple[str, str]]:
    """What was written in the form that could not be taken, to be copied from the error page."""
    if request.method != "POST" or request.is_json:
        return []
    try:
        fields = request.form.items(multi=True)
    except HTTPException:
        return []
    return [
        (name.replace("_", " ").capitalize(), text)
        for name, text in fields
        if name not in _NEVER_SHOWN and not name.endswith(ABOUT) and len(text) > _A_WORD
    ]
