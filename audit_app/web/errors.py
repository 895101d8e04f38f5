"""When something cannot be done: a page in plain English, with what was typed kept."""

from __future__ import annotations

from flask import Flask, current_app, flash, redirect, render_template, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response

from audit_app.extensions import db
from audit_app.rules.workflow import NotAllowed
from audit_app.web.access import send_to_sign_in
from audit_app.web.held import hold_form

_PAGES = {
    400: ("This request could not be understood", "Go back and try again."),
    403: ("You do not have access to this page", "Your role does not allow this."),
    404: ("Page not found", "Check the address. The record may also be outside your teams."),
    405: ("Page not found", "Go back and use the buttons on the page."),
    413: ("What you sent is too large", "Send a smaller file, or shorten the text."),
    429: ("Too many tries", "Wait a few minutes, then try again."),
}  # fmt: skip


def handle_errors(app: Flask) -> None:
    app.register_error_handler(CSRFError, _form_is_old)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(NotAllowed, _not_allowed)
    app.register_error_handler(Exception, _broken)


def _form_is_old(error: CSRFError) -> Response:
    """The page was opened in an earlier session: keep the text, and show the page again."""
    if not current_user.is_authenticated:
        return send_to_sign_in()
    hold_form()
    flash("This page was opened before you last signed in. Check it, then save it again.")
    return redirect(request.path, code=303)


def _refused(error: HTTPException) -> tuple[str, int] | HTTPException:
    db.session.rollback()
    if isinstance(error, SecurityError):
        # The host name is not ours, so no page of ours can be addressed from here.
        return "This address is not one this service answers to.", 400
    code = error.code or 500
    if code < 400:
        return error
    title, advice = _PAGES.get(code, ("Sorry, this cannot be done", "Go back and try again."))
    return render_template("errors/error.html", title=title, advice=advice), code


def _not_allowed(error: NotAllowed) -> tuple[str, int]:
    db.session.rollback()
    page = render_template("errors/error.html", title="This cannot be done", advice=str(error))
    return page, 403


def _broken(error: Exception) -> tuple[str, int]:
    """Anything unforeseen: undone, written to the log without its content, told without a trace."""
    db.session.rollback()
    current_app.logger.error("Unforeseen error in %s", request.endpoint, exc_info=error)
    return render_template("errors/broken.html"), 500
