"""A message before it is made: to whom, about what, and its sentences with where they lead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app

from audit_app.models import MessageKind, User
from audit_app.models.base import JsonObject


@dataclass(frozen=True)
class Line:
    """A sentence and the page it leads to. Counts and references of ours only: no case, no name,
    no judgement and nothing anybody wrote, since e-mail is read on telephones and forwarded.
    """

    text: str
    path: str

    def stored(self) -> JsonObject:
        return {"text": self.text, "path": self.path}


@dataclass(frozen=True)
class Draft:
    """A message to be made, unless one about the same to the same person was made already."""

    user_id: int
    email: str
    kind: MessageKind
    about: str
    subject: str
    lines: Sequence[Line]


def draft_to(
    user: User, kind: MessageKind, about: str, subject: str, lines: Sequence[Line]
) -> Draft:
    """``about`` without the person, whom it is completed with."""
    return Draft(user.id, user.email, kind, f"{about}:{user.reference}", subject, lines)


def path_of(endpoint: str, **values: Any) -> str:
    """The address of a page within the service, also where no page is being made."""
    return current_app.url_map.bind("").build(endpoint, values)
