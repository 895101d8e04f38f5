"""escalate what waits: Inadequate judgements and concerns from before there were escalations

Only what is still being written or waits for a moderator: nobody else would come to it again. It
is due as if it were judged on the day of this migration.
"""

import secrets
from datetime import UTC, date, datetime

import sqlalchemy as sa
from alembic import op
from flask import current_app

from audit_app.rules.working_days import working_days_after

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
WHY = "It was recorded before escalations were kept, and escalated when the service was upgraded."
MOMENT = sa.DateTime(timezone=True)
AUDITS = sa.table("audits", sa.column("id"), sa.column("reference"), sa.column("auditor_id"))
ESCALATIONS = sa.table(
    "escalations",
    sa.column("id", sa.Integer),
    sa.column("reference"),
    sa.column("audit_id"),
    sa.column("cause"),
    sa.column("started_at", MOMENT),
    sa.column("due_on", sa.Date),
)
ENTRIES = sa.table(
    "escalation_entries",
    sa.column("escalation_id"),
    sa.column("kind"),
    sa.column("at", MOMENT),
    sa.column("by_id"),
    sa.column("text"),
)
HISTORY = sa.table(
    "history_events",
    sa.column("at", MOMENT),
    sa.column("verb"),
    sa.column("record_type"),
    sa.column("record_reference"),
)
#: By cause: which audits, of those that no escalation tells of already.
WAITING = {
    "safeguarding": "state IN ('draft', 'returned', 'submitted') AND safeguarding_concern",
    "inadequate": """state = 'submitted' AND (final_overall = 'inadequate' OR EXISTS (
        SELECT 1 FROM findings JOIN thread_sets ON thread_sets.id = audits.thread_set_id
        WHERE findings.audit_id = audits.id AND NOT thread_sets.overall_judged
        AND findings.final_judgement = 'inadequate'))""",
}


def upgrade():
    connection = op.get_bind()
    settings = current_app.config["SETTINGS"]
    days = {"safeguarding": settings.safeguarding_days, "inadequate": settings.inadequate_days}
    for cause, which in WAITING.items():
        told = sa.exists().where(
            ESCALATIONS.c.audit_id == AUDITS.c.id, ESCALATIONS.c.cause == cause
        )
        waiting = sa.select(AUDITS).where(sa.text("NOT imported"), sa.text(which), ~told)
        due_on = working_days_after(date.today(), days[cause])
        for audit in connection.execute(waiting.order_by(AUDITS.c.id)).all():
            escalate(connection, audit, cause, due_on)


def escalate(connection, audit, cause, due_on):
    at, reference = datetime.now(UTC), new_reference()
    connection.execute(
        ESCALATIONS.insert().values(
            reference=reference, audit_id=audit.id, cause=cause, started_at=at, due_on=due_on
        )
    )
    row = sa.select(ESCALATIONS.c.id).where(ESCALATIONS.c.reference == reference)
    connection.execute(
        ENTRIES.insert().values(
            escalation_id=row.scalar_subquery(),
            kind="started",
            at=at,
            by_id=audit.auditor_id,
            text=WHY,
        )
    )
    connection.execute(
        HISTORY.insert().values(
            at=at,
            verb=f"escalated: {cause}",
            record_type="audit",
            record_reference=audit.reference,
        )
    )


def new_reference():
    letters = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def downgrade():
    """What was escalated stays: nothing recorded is ever taken back."""
