"""One print as its page says it: from where it was printed, and what was counted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flask import current_app
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from audit_app.models import Print, User
from audit_app.rules.permissions import Permission
from audit_app.web.access import PUBLIC, access_of

_ENDING = re.compile(r"\.(?:pdf|html|xlsx)$")


@dataclass(frozen=True)
class Shown:
    """What a page says of a print besides its columns.

    ``facts`` says in words what was counted, by name. ``again`` is the address of the same with
    today's figures, empty where there is none that this reader may open; ``command`` what was typed
    where no page was open.
    """

    facts: Mapping[str, str]
    again: str
    command: str


def shown(found: Print, user: User) -> Shown:
    from_page = found.address.startswith("/")
    return Shown(
        facts=found.facts,
        again=_again(found, user) if from_page else "",
        command="" if from_page else found.address,
    )


def _again(found: Print, user: User) -> str:
    """The address of the page of which it is the paper, with the same arguments.

    What was printed along with others, in a batch, has no page of its own in its address.
    """
    path, endings = _ENDING.subn("", found.address)
    if not endings:
        return ""
    try:
        endpoint, _ = current_app.url_map.bind("").match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return ""
    access = access_of(current_app, endpoint)
    open_to = access == PUBLIC or (isinstance(access, Permission) and user.can(access))
    if not open_to:
        return ""
    return f"{path}?{found.arguments}" if found.arguments else path
