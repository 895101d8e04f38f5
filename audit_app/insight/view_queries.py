"""The questions people keep: each is its owner's alone."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote_plus

from flask import abort, current_app
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from audit_app.extensions import db
from audit_app.insight.pages import PAGES
from audit_app.models import SavedView, User
from audit_app.web.addresses import split_address

LONGEST_ARGUMENTS = 1_000


def views_of(user: User) -> Sequence[SavedView]:
    """What a person kept, by name."""
    theirs = select(SavedView).where(SavedView.user_id == user.id)
    return db.session.scalars(theirs.order_by(SavedView.name, SavedView.id)).all()


def view_for(user: User, reference: str) -> SavedView:
    """One view of this person; otherwise 404."""
    which = (SavedView.user_id == user.id, SavedView.reference == reference)
    found = db.session.scalar(select(SavedView).where(*which))
    if found is None:
        abort(404)
    return found


def named_so(user: User, name: str) -> SavedView | None:
    """The view of this person that goes by the name."""
    which = (SavedView.user_id == user.id, SavedView.name == name)
    return db.session.scalar(select(SavedView).where(*which))


def page_and_arguments(address: str) -> tuple[str, str] | None:
    """The path and the arguments of a page of insight; None for any other address.

    The path is the page's own, however it was written; words to look for are left out, as they are
    of every address.
    """
    parts = split_address(address)
    known = {endpoint for _, endpoint in PAGES}
    if parts.scheme or parts.netloc or len(parts.query) > LONGEST_ARGUMENTS:
        return None
    pages = current_app.url_map.bind("")
    try:
        endpoint, in_path = pages.match(parts.path, method="GET")
    except HTTPException:
        return None
    if endpoint not in known:
        return None
    return pages.build(endpoint, in_path), "&".join(filter(_is_kept, parts.query.split("&")))


def _is_kept(argument: str) -> bool:
    return unquote_plus(argument.partition("=")[0]) != "words"


def page_name(page: str) -> str:
    """What the navigation calls the page at a path."""
    endpoint = current_app.url_map.bind("").match(page, method="GET")[0]
    return {each: label for label, each in PAGES}.get(str(endpoint), page)
