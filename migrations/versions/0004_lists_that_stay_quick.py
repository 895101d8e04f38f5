"""lists that stay quick: what they are sorted by, and indexes in their order

The indexes that lists walk hold recorded audits only, those that people other than the auditor read.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

RECORDED = sa.text("state NOT IN ('draft', 'discarded')")
LISTS = {
    "ix_audits_listed": (
        "listed_on",
        "id",
        "state",
        "auditor_id",
        "service_id",
        "locality_id",
        "team_id",
        "final_overall",
        "blind",
        "audit_type",
        "selection",
    ),
    "ix_audits_listed_service_id": ("service_id", "listed_on", "id"),
    "ix_audits_listed_team_id": ("team_id", "listed_on", "id"),
    "ix_audits_listed_worker_staff_id": ("worker_staff_id", "listed_on", "id"),
    "ix_audits_listed_auditor_id": ("auditor_id", "listed_on", "id"),
}
QUEUE = (
    "state",
    "submitted_at",
    "id",
    "safeguarding_concern",
    "auditor_id",
    "team_id",
    "service_id",
    "worker_staff_id",
)


def upgrade():
    with op.batch_alter_table("audits", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("listed_on", sa.Date(), nullable=False, server_default="9999-12-31")
        )
    op.execute("UPDATE audits SET listed_on = audit_date WHERE audit_date IS NOT NULL")
    for name, columns in LISTS.items():
        op.create_index(name, "audits", columns, sqlite_where=RECORDED, postgresql_where=RECORDED)
    op.create_index("ix_audits_queue", "audits", QUEUE)
    op.drop_index("ix_findings_thread_final", table_name="findings")
    op.create_index(
        "ix_findings_thread_final", "findings", ["thread_id", "final_judgement", "audit_id"]
    )
    op.drop_index("ix_moderations_moderator_id", table_name="moderations")
    op.create_index(
        "ix_moderations_moderator_on", "moderations", ["moderator_id", "moderated_on", "id"]
    )
    op.create_index("ix_once_tokens_used_at", "once_tokens", ["used_at"])


def downgrade():
    op.drop_index("ix_once_tokens_used_at", table_name="once_tokens")
    op.drop_index("ix_moderations_moderator_on", table_name="moderations")
    op.create_index("ix_moderations_moderator_id", "moderations", ["moderator_id"])
    op.drop_index("ix_findings_thread_final", table_name="findings")
    op.create_index("ix_findings_thread_final", "findings", ["thread_id", "final_judgement"])
    op.drop_index("ix_audits_queue", table_name="audits")
    for name in LISTS:
        op.drop_index(name, table_name="audits")
    with op.batch_alter_table("audits", schema=None) as batch_op:
        batch_op.drop_column("listed_on")
