"""What a tour of summaries calls at: one at each step, and the batch of whoever makes them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import Summary, User
from audit_app.models.base import now
from audit_app.rules.permissions import Permission, Role
from audit_app.rules.summary_periods import read_code
from audit_app.rules.summary_steps import SummaryState
from audit_app.summaries.batch_changes import begin_batch


def summary_records(people: dict[Role, User]) -> dict[str, str]:
    """By what they are: the demonstration’s three summaries, and a batch of each who makes them."""
    makers = [role for role, user in people.items() if user.can(Permission.SUMMARY_START)]
    return {
        "<signed summary>": _in(SummaryState.SIGNED_OFF),
        "<summary to sign>": _in(SummaryState.COMPLETE),
        "<draft summary>": _in(SummaryState.DRAFT),
        **{f"<batch of {role}>": _batch_of(people[role]) for role in makers},
    }


def _in(state: SummaryState) -> str:
    found = select(Summary.reference).where(Summary.state == state).order_by(Summary.id)
    return db.session.scalars(found).all()[0]


def _batch_of(user: User) -> str:
    """One that is settled, one of it in vain: the page of another goes on by itself."""
    batch = begin_batch(user, read_code("2021-22-Q2"), date.today())
    first, *others = batch.parts
    first.problem = "It could not be drawn. Try again."
    for part in others:
        part.pdf, part.made_at = b"%PDF", now()
    db.session.commit()
    return batch.reference
