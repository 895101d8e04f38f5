"""One opening of a page: told from every other, and known whose it is.

The forms of a page carry a token that was made when the page was opened. It is signed, and says for
whom: what is typed into the page belongs to that person, even when their session is gone.

A script numbers what it sends from one opening. What was done last is written down beside the thing
done, so that an answer lost on its way is no conflict, and what arrives late undoes nothing.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from flask import current_app, g, request
from flask_login import current_user
from itsdangerous import BadSignature, Signer
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import OnceToken
from audit_app.models.base import now
from audit_app.models.inserting import insert_unless_there
from audit_app.rules.numbers import whole_number

FIELD = "once_token"
#: How many times the script of this opening has sent something.
NUMBER = "sending"
#: The id of the field that had the focus.
AT = "at"
#: Which kept text the boxes were filled with when the page was opened (web/kept.py).
TAKEN_OVER = "taken_over"
#: What a page sends about itself, which is no answer of anybody's.
ABOUT_THE_PAGE = frozenset({FIELD, NUMBER, AT, TAKEN_OVER, "csrf_token"})
#: What a kept form says of itself once its page refused it.
REFUSED = "refused"
#: And what it says of its record or its version, or which button was used. Nobody types any of it.
SAID_BY_THE_PAGE = (
    ABOUT_THE_PAGE
    | {REFUSED, "version", "seen", "shown", "submission", "newest", "clash"}
    | {"then", "next", "back", "verb", "way", "fill", "make", "case", "in_use"}
)


def is_secret(name: str) -> bool:
    """Whether what is typed into a field of this name is neither kept nor ever shown."""
    return "password" in name or name == "code"


_AN_ID = re.compile(r"[A-Za-z][\w-]{0,120}", re.ASCII)


def new_opening() -> str:
    """A token for a page opened now, by whoever is signed in."""
    whose = current_user.reference if current_user.is_authenticated else "nobody"
    return _signer().sign(f"{whose}.{secrets.token_urlsafe(12)}").decode()


def owner_of(opening: str) -> str | None:
    """The reference of the person a page was opened for; None for a token that is not ours."""
    try:
        return _signer().unsign(opening).decode().partition(".")[0]
    except BadSignature:
        return None


def opening_sent() -> str:
    """The token of the opening that this request was sent from; empty when it has none of ours."""
    sent = request.form.get(FIELD, "")
    return sent if owner_of(sent) else ""


def opening_of_page() -> str:
    """The token for the forms of the page being made; no two pages have the same."""
    if "opening" not in g:
        g.opening = new_opening()
    return str(g.opening)


def field_in_use() -> str:
    """The id of the field the person was in; empty when the page does not say."""
    at = request.form.get(AT, "")
    return at if _AN_ID.fullmatch(at) else ""


@dataclass(frozen=True)
class Sending:
    """What was sent: from which opening, to which address, and after how many others."""

    user_id: int
    path: str
    opening: str
    number: int

    @classmethod
    def this(cls) -> Self:
        """The form of this request, sent by the person who is signed in."""
        return cls.by(current_user.id)

    @classmethod
    def by(cls, user_id: int) -> Self:
        number = whole_number(request.form.get(NUMBER, ""))
        return cls(user_id, request.path, opening_sent(), number or 0)

    def last(self) -> Done | None:
        """What was done last from the same opening, in the last day."""
        written = self._written()
        return None if written is None else Done.read(written)

    def hold(self) -> OnceToken | None:
        """Let nothing else from the same opening be done until the transaction ends.

        What was written down of it; nothing where the page was opened by nobody we know.
        """
        written = self._written()
        if self.opening and written is None:
            self._writes_first("0 0")
            written = self._written()
        return written

    def done_first(self) -> bool:
        """Write down that it was done, unless anything of the same opening is written down."""
        return self._writes_first(f"{self.number} 0")

    def _writes_first(self, result: str) -> bool:
        row = {"token": self._key, "user_id": self.user_id, "result": result, "used_at": now()}
        return bool(self.opening) and insert_unless_there(db.session, OnceToken, **row)

    def done(self, version: int | None = None) -> None:
        """Write down that it was done, and which version it made, if any. Not committed."""
        written = self._written()
        if written is None and self._writes_first(f"{self.number} {version or 0}"):
            return
        written = written or self._written()
        if written is None:
            return
        last = Done.read(written)
        number = max(self.number, last.number)
        written.result = f"{number} {last.version if version is None else version}"
        written.used_at = now()

    def comes_late(self) -> bool:
        """Whether something sent after it from the same opening was done already."""
        last = self.last()
        return last is not None and self.number <= last.number

    def _written(self) -> OnceToken | None:
        """What was written down, changed by nobody else until the transaction ends."""
        if not self.opening:
            return None
        row = select(OnceToken).where(OnceToken.token == self._key).with_for_update()
        return db.session.scalar(row.execution_options(populate_existing=True))

    @property
    def _key(self) -> str:
        return sha256(repr(("last", self.user_id, self.path, self.opening)).encode()).hexdigest()


@dataclass(frozen=True)
class Done:
    number: int
    version: int

    @classmethod
    def read(cls, written: OnceToken) -> Self:
        return cls(*map(int, written.result.split()))


def _signer() -> Signer:
    return Signer(current_app.config["SECRET_KEY"], salt="opening")
