"""When something cannot be done: a page in plain English, with what was typed kept."""

from __future__ import annotations

from collections.abc import Sequence

from flask import (
    Flask,
    Response,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_login import current_user
from flask_wtf.csrf import CSRFError, generate_csrf
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from audit_app.extensions import db
from audit_app.models import KeptForm, User
from audit_app.rules.deeds import Refusal
from audit_app.rules.workflow import NotAllowed
from audit_app.web.access import Answer, page_to_come_back_to, send_to_sign_in
from audit_app.web.field_names import as_read
from audit_app.web.guarded import ABOUT
from audit_app.web.kept import keep_for_owner, kept_at, typing
from audit_app.web.logs import said_by_database, trace_of
from audit_app.web.openings import SAID_BY_THE_PAGE, is_secret, opening_sent, owner_of
from audit_app.web.programs import let_in_by_token, sent_by_program, tell_program
from audit_app.web.published import Tampered
from audit_app.web.read_copy import CopyDoesNotAnswer
from audit_app.web.reads import NotRemembered, remember_refusal

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
_REFUSALS = {403: Refusal.NO_ACCESS, 404: Refusal.NOT_FOUND}


def handle_errors(app: Flask) -> None:
    app.register_error_handler(CSRFError, _form_is_old)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(NotAllowed, _not_allowed)
    app.register_error_handler(CopyDoesNotAnswer, _copy_does_not_answer)
    app.register_error_handler(Tampered, _tampered)
    app.register_error_handler(NotRemembered, _not_remembered)
    app.register_error_handler(Exception, _broken)


def _form_is_old(error: CSRFError) -> Answer | tuple[str, int]:
    """The page was opened in an earlier session: keep the text, and show the page again."""
    if request.endpoint == "account.sign_in":
        flash("This page was open for too long. Sign in again.")
        return redirect(url_for("account.sign_in", next=request.form.get("next", "")), code=303)
    if not current_user.is_authenticated:
        return send_to_sign_in()
    if typing():
        return _given_a_new_token()
    if (other := _other_owner()) is not None:
        return _somebody_elses(other)
    keep_for_owner()
    flash("This page was opened before you last signed in. Check it, then try again.")
    return redirect(page_to_come_back_to(), code=303)


def _other_owner() -> User | None:
    """Whose window sent this, where somebody else has signed in since it was opened."""
    owner = owner_of(opening_sent())
    if owner == current_user.reference:
        return None
    return db.session.scalar(select(User).where(User.reference == owner))


def _somebody_elses(owner: User) -> tuple[str, int]:
    """What one person's window sends is never done as another, nor shown to them."""
    title, whose = f"You are signed in as {current_user.name} now", owner.name
    advice = f"This form was opened by {whose}, who was signed in here before. It was not sent."
    if keep_for_owner():
        advice += f" What was typed in it is kept for {whose}, and is there when they sign in."
    page = render_template("errors/error.html", title=title, advice=advice, typed=[], kept=[])
    return page, 409


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
    if isinstance(error, InternalServerError):
        # What broke before the request was begun, or after it was answered.
        broke = error.original_exception
        return _broken(broke if isinstance(broke, Exception) else error)
    db.session.rollback()
    if isinstance(error, SecurityError):
        # The host name is not ours, so no page of ours can be addressed from here.
        return "This address is not one this service answers to.", 400
    code = error.code or 500
    if code < 400:
        return error
    if code in _REFUSALS:
        remember_refusal(_REFUSALS[code])
    title, advice = _PAGES.get(code, ("Sorry, this cannot be done", "Go back and try again."))
    if let_in_by_token():
        return tell_program(f"{title}. {advice}", code)
    return _page(title, advice), code


def _not_allowed(error: NotAllowed) -> tuple[str, int]:
    db.session.rollback()
    remember_refusal(Refusal.NOT_ALLOWED)
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


def _tampered(error: Tampered) -> tuple[str, int]:
    """Somebody changed what is stored behind the service's back; it is never sent."""
    _log(error)
    title = "This document is not as it was published"
    advice = (
        "What is stored has been changed since it was signed off or issued, so it is not shown. "
        "Tell whoever runs this service: the document is in their backups."
    )
    return _page(title, advice), 500


def _not_remembered(error: NotRemembered) -> tuple[str, int]:
    """A page about a case is shown to nobody whose reading of it cannot be written down."""
    _log(error.__cause__ if isinstance(error.__cause__, Exception) else error)
    db.session.rollback()
    title = "This page cannot be shown just now"
    advice = (
        "Who reads what about a child is written down, and that could not be done. The records "
        "themselves are safe. Try again in a few minutes."
    )
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
    g.broken = True
    try:
        db.session.rollback()
    except SQLAlchemyError:
        current_app.logger.error("The database could not undo it")
    if sent_by_program():
        return tell_program(BROKEN, 500)
    return render_template("errors/broken.html", typed=_typed()), 500


def _log(error: Exception) -> None:
    """Say what broke and where, and nothing of what was sent, asked for or stored."""
    if isinstance(error, DBAPIError):
        kind, said = "Database", said_by_database(error)
    else:
        kind, said = "Unforeseen", type(error).__name__
    about = {"trace": trace_of(error)}
    current_app.logger.error("%s error in %s: %s", kind, request.endpoint, said, extra=about)


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
        if _may_be_shown(name) and len(text) > _A_WORD
    ]


def _may_be_shown(name: str) -> bool:
    """Whether a field is neither secret nor what a page says about itself."""
    return name not in SAID_BY_THE_PAGE and not name.endswith(ABOUT) and not is_secret(name)
