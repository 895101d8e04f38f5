"""What a person does with the views they keep. The only writer of them."""

from __future__ import annotations

from audit_app.extensions import db
from audit_app.models import SavedView, User, remember
from audit_app.models.base import new_reference


def save_view(user: User, name: str, page: str, arguments: str) -> SavedView:
    """Keep a question under a name. Not committed."""
    view = SavedView(
        reference=new_reference(), user_id=user.id, name=name, page=page, arguments=arguments
    )
    db.session.add(view)
    remember(db.session, user, "saved a view", "view", view.reference)
    db.session.flush()
    return view


def rename_view(user: User, view: SavedView, name: str) -> None:
    """Call a view something else. Not committed."""
    view.name = name
    remember(db.session, user, "renamed a view", "view", view.reference)
    db.session.flush()


def delete_view(user: User, view: SavedView) -> None:
    """Throw a view away."""
    db.session.delete(view)
    remember(db.session, user, "deleted a view", "view", view.reference)
    db.session.commit()
