"""the months of one judgement of one place lie together

A table of teams sums many months of each judgement: read in the order they are kept, nothing has to
be sorted first. What is counted stays as it was.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BEFORE = ("place_kind", "audit_type", "selection", "judged", "basis", "place_id")
PLACES = ("authority", "service", "locality", "team")
JUDGEMENTS = ("outstanding", "good", "requires_improvement", "inadequate", "not_enough_evidence")


def upgrade():
    key_again("judgement", "month")


def downgrade():
    key_again("month", "judgement")


def key_again(*last):
    """Make the table again with these columns at the end of its key, and fill it from the old."""
    key = (*BEFORE, *last)
    names = ", ".join((*key, "n"))
    op.execute(f"CREATE TABLE tallies_before AS SELECT {names} FROM tallies")  # noqa: S608
    op.drop_table("tallies")
    kinds = {
        "place_kind": one_of("place_kind", PLACES),
        "judgement": one_of("judgement", JUDGEMENTS),
        "basis": sa.String(length=10),
        "place_id": sa.Integer(),
        "month": sa.Integer(),
    }
    op.create_table(
        "tallies",
        *(
            sa.Column(
                name, kinds.get(name, sa.String(length=30)), autoincrement=False, nullable=False
            )
            for name in key
        ),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.CheckConstraint("n >= 0", name=op.f("ck_tallies_counted")),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_tallies")),
        sqlite_with_rowid=False,
    )
    op.execute(
        f"INSERT INTO tallies ({names}) SELECT {names} FROM tallies_before "  # noqa: S608
        f"ORDER BY {', '.join(key)}"
    )
    op.drop_table("tallies_before")


def one_of(name, words):
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=30)
