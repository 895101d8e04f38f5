"""A person’s messages by HTTP, and the ones that wait or may not have gone out."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.extensions import db
from audit_app.models import Message, MessageState, User
from audit_app.reminders import changes, queries
from audit_app.rules.permissions import Permission
from audit_app.web.access import reads, requires
from audit_app.web.once import once
from audit_app.web.pages import plural
from audit_app.web.paging import Paging, page_asked
from audit_app.web.reads import room_names

bp = Blueprint("reminders", __name__, url_prefix="/messages")
room_names(bp, "message", "messages hold references and no text")

ALREADY = "Somebody else has said what became of that message already. Nothing was changed."


@bp.get("/")
@requires(Permission.HOME_READ)
def messages() -> str:
    paging = Paging(queries.count_messages(current_user), page_asked())
    return render_template(
        "reminders/messages.html",
        messages=queries.messages_of(current_user, paging),
        paging=paging,
        unseen=queries.count_unseen(current_user),
        MessageState=MessageState,
    )


@bp.post("/seen")
@requires(Permission.HOME_READ)
@reads
def seen() -> Response:
    """Up to the newest on the page that was read: what came since stays new."""
    changes.mark_seen(current_user, request.form.get("newest", ""))
    return redirect(url_for(".messages"), code=303)


@bp.get("/outbox")
@requires(Permission.MESSAGE_MANAGE)
def outbox() -> str:
    counts = queries.count_stuck() | {queries.OUTDATED: queries.count_outdated()}
    asked = request.args.get("state", "")
    first = next((state for state in queries.STUCK if counts[state]), queries.STUCK[0])
    state = MessageState(asked) if asked in list(counts) else first
    paging = Paging(counts[state], page_asked())
    return render_template(
        "reminders/outbox.html",
        counts=counts,
        state=state,
        lines=queries.outbox_lines(state, paging),
        paging=paging,
        MessageState=MessageState,
    )


@bp.post("/<reference>/sent")
@requires(Permission.MESSAGE_MANAGE)
def sent(reference: str) -> Response:
    return _say(reference, changes.say_sent, "The message counts as sent.")


@bp.post("/<reference>/again")
@requires(Permission.MESSAGE_MANAGE)
def again(reference: str) -> Response:
    said = "The message waits, and goes out the next time messages are sent."
    return _say(reference, changes.send_again, said)


@bp.post("/outbox/again")
@requires(Permission.MESSAGE_MANAGE)
def all_again() -> Response:
    def act() -> str:
        count = changes.send_refused_again(current_user)
        waits = plural(count, "message waits", "messages wait")
        flash(f"{waits} to go out the next time messages are sent.", "success")
        return url_for(".outbox")

    return redirect(once(act), code=303)


def _say(reference: str, say: Callable[[User, Message], bool], said: str) -> Response:
    """Do what an administrator says about a message, once."""
    message = queries.message_referenced(reference)
    back = url_for(".outbox", state=message.state) if message.state in queries.STUCK else ""

    def act() -> str:
        if say(current_user, queries.message_referenced(reference)):
            flash(said, "success")
        else:
            flash(ALREADY)
        return back or url_for(".outbox")

    db.session.rollback()
    return redirect(once(act), code=303)
