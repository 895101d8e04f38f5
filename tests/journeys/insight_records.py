"""What a tour of insight calls at: a view each reader keeps, a token, and an auditor."""

from __future__ import annotations

from audit_app.account import changes as account
from audit_app.account.queries import tokens_of
from audit_app.extensions import db
from audit_app.insight import changes
from audit_app.models import User
from audit_app.rules.permissions import Permission, Role


def insight_records(people: dict[Role, User]) -> dict[str, str]:
    """By what they are: the views by their reader's role, and whose judging is looked at."""
    readers = [role for role, user in people.items() if user.can(Permission.INSIGHT_READ)]
    found = {f"<view of {role}>": _view_of(people[role]) for role in readers}
    for name, days in (("Quarterly figures in Power BI", 365), ("An old workbook", 30)):
        account.make_token(people[Role.PRACTICE_LEAD], name, days)
    db.session.commit()
    newest, *_ = tokens_of(people[Role.PRACTICE_LEAD])
    account.revoke_token(people[Role.PRACTICE_LEAD], newest)
    return found | {"<auditor>": people[Role.TEAM_MANAGER].reference}


def _view_of(user: User) -> str:
    asked = "measure=inadequate&split=service&by=financial-year"
    view = changes.save_view(user, "Inadequate by service", "/insight/explore", asked)
    db.session.commit()
    return view.reference
