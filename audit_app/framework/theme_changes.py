"""What a practice development lead does with the themes. None is ever deleted."""

from __future__ import annotations

from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from audit_app.extensions import db
from audit_app.models import Theme, User, remember


class NameTaken(Exception):
    """There is a theme of this name already, in use or not."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is already a theme called {name}")


class Stale(Exception):
    """Somebody changed the theme after the page was opened; nothing was written."""


def read_at(theme: Theme) -> str:
    """What a page that shows a theme carries, to notice that it was changed since."""
    return sha256(repr((theme.name, theme.description)).encode()).hexdigest()[:16]


def add_theme(by: User, name: str, description: str | None) -> Theme:
    """Put a theme on the list; not committed.

    Raises:
        NameTaken: when there is one of this name already.
    """
    theme = Theme()
    db.session.add(theme)
    _name(theme, name, description)
    remember(db.session, by, "added theme", "theme", theme.reference)
    return theme


def change_theme(by: User, theme: Theme, seen: str, name: str, description: str | None) -> None:
    """Rename a theme, on every audit and action that carries it, or say anew what it covers.

    Raises:
        Stale: when the theme is no longer as it was ``seen``.
        NameTaken: when there is another of this name already.
    """
    db.session.refresh(theme, with_for_update=True)
    if read_at(theme) != seen:
        raise Stale
    _name(theme, name, description)
    if read_at(theme) != seen:
        remember(db.session, by, "changed theme", "theme", theme.reference)
    db.session.commit()


def take_out_of_use(by: User, theme: Theme) -> None:
    """Offer a theme no more; audits and actions that carry it keep it."""
    _use(by, theme, False)


def put_back_in_use(by: User, theme: Theme) -> None:
    _use(by, theme, True)


def _use(by: User, theme: Theme, in_use: bool) -> None:
    db.session.refresh(theme, with_for_update=True)
    if theme.active != in_use:
        theme.active = in_use
        verb = "put back in use" if in_use else "took out of use"
        remember(db.session, by, verb, "theme", theme.reference)
    db.session.commit()


def _name(theme: Theme, typed: str, description: str | None) -> None:
    name = " ".join(typed.split())
    same = select(Theme.name).where(func.lower(Theme.name) == name.lower())
    with db.session.no_autoflush:
        other = db.session.scalar(same.where(Theme.id != theme.id) if theme.id else same)
    if other is not None:
        raise NameTaken(other)
    theme.name, theme.description = name, description
    try:
        db.session.flush()
    except IntegrityError:
        # Somebody else used the name since we looked.
        db.session.rollback()
        raise NameTaken(name) from None
