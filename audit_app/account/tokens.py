"""Tokens by HTTP: a person makes and revokes them, and programs come with them."""

from __future__ import annotations

from flask import Blueprint, Request, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.account import changes, queries
from audit_app.account.forms import TokenForm
from audit_app.models import User
from audit_app.rules.permissions import Permission
from audit_app.web.access import reads, requires
from audit_app.web.once import once
from audit_app.web.programs import is_for_programs, let_program_in, token_sent, too_many_tries
from audit_app.web.reads import room_names

bp = Blueprint("tokens", __name__, url_prefix="/tokens")
room_names(bp, "token", "a token is its person’s own")

SHOWN_ALREADY = (
    "This token was made and shown already. It cannot be shown again: if you did not copy it, "
    "revoke it and make another."
)


@bp.get("/")
@requires(Permission.HOME_READ)
def tokens() -> str:
    made = queries.tokens_of(current_user)
    return render_template(
        "account/tokens.html",
        usable=[each for each in made if queries.usable(each)],
        ended=[each for each in made if not queries.usable(each)],
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.INSIGHT_KEEP)
def new() -> str | Response | tuple[str, int]:
    """Make a token; the page that answers is the only one that ever shows it."""
    form = TokenForm.opened({})
    if request.method != "POST" or not form.validate():
        return render_template("account/new_token.html", form=form), form.status
    made: list[str] = []

    def make() -> str:
        made.append(changes.make_token(current_user, form.name.data.strip(), int(form.days.data)))
        return url_for(".tokens")

    address = once(make)
    if not made:
        flash(SHOWN_ALREADY)
        return redirect(address, code=303)
    return render_template("account/token_made.html", token=made[0], name=form.name.data.strip())


@bp.post("/<reference>/revoke")
@requires(Permission.HOME_READ)
@reads
def revoke(reference: str) -> Response:
    token = queries.token_for(current_user, reference)
    changes.revoke_token(current_user, token)
    flash(f"The token “{token.name}” is revoked. It works no more.", "success")
    return redirect(url_for(".tokens"), code=303)


def person_of_program(sent: Request) -> User | None:
    """Who is asking, where a program asks for figures with a token; for the login extension."""
    token = token_sent()
    if token is None or not is_for_programs():
        return None
    user = changes.person_of_token(token)
    if user is not None:
        let_program_in()
    elif changes.refuse_token(token, sent.remote_addr or ""):
        too_many_tries()
    return user
