"""counts of judgements and of moderations, kept beside the records they count"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "moderation_tallies",
        sa.Column(
            "place_kind",
            sa.Enum(
                "authority",
                "service",
                "locality",
                "team",
                name="place_kind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("place_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("judged", sa.String(length=30), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column(
            "chosen",
            sa.Enum(
                "random",
                "targeted",
                "not_known",
                name="chosen",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "audited",
            sa.Enum(
                "outstanding",
                "good",
                "requires_improvement",
                "inadequate",
                "not_enough_evidence",
                name="audited",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "moderated",
            sa.Enum(
                "outstanding",
                "good",
                "requires_improvement",
                "inadequate",
                "not_enough_evidence",
                name="moderated",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.CheckConstraint("n >= 0", name=op.f("ck_moderation_tallies_counted")),
        sa.PrimaryKeyConstraint(
            "place_kind",
            "place_id",
            "judged",
            "blind",
            "chosen",
            "month",
            "audited",
            "moderated",
            name=op.f("pk_moderation_tallies"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "moderation_waits",
        sa.Column(
            "place_kind",
            sa.Enum(
                "authority",
                "service",
                "locality",
                "team",
                name="place_kind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("place_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column(
            "chosen",
            sa.Enum(
                "random",
                "targeted",
                "not_known",
                name="chosen",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("days", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.CheckConstraint("days >= 0", name=op.f("ck_moderation_waits_days")),
        sa.CheckConstraint("n >= 0", name=op.f("ck_moderation_waits_counted")),
        sa.PrimaryKeyConstraint(
            "place_kind",
            "place_id",
            "blind",
            "chosen",
            "month",
            "days",
            name=op.f("pk_moderation_waits"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tallies",
        sa.Column(
            "place_kind",
            sa.Enum(
                "authority",
                "service",
                "locality",
                "team",
                name="place_kind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("place_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("audit_type", sa.String(length=30), nullable=False),
        sa.Column("selection", sa.String(length=30), nullable=False),
        sa.Column("judged", sa.String(length=30), nullable=False),
        sa.Column("basis", sa.String(length=10), nullable=False),
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "judgement",
            sa.Enum(
                "outstanding",
                "good",
                "requires_improvement",
                "inadequate",
                "not_enough_evidence",
                name="judgement",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.CheckConstraint("n >= 0", name=op.f("ck_tallies_counted")),
        sa.PrimaryKeyConstraint(
            "place_kind",
            "place_id",
            "audit_type",
            "selection",
            "judged",
            "basis",
            "month",
            "judgement",
            name=op.f("pk_tallies"),
        ),
        sqlite_with_rowid=False,
    )


def downgrade():
    op.drop_table("tallies")
    op.drop_table("moderation_waits")
    op.drop_table("moderation_tallies")
