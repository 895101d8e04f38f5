"""a stamp that is another whenever the tallies are"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade():
    stamps = op.create_table(
        "tallies_stamp",
        sa.Column("stamp", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("stamp", name=op.f("pk_tallies_stamp")),
    )
    op.execute(stamps.insert().values(stamp=secrets.token_hex(16)))


def downgrade():
    op.drop_table("tallies_stamp")
