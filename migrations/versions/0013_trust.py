"""a history that proves itself, two more roles, the council's own sign-in, second steps, disposal

Every event there is already is sealed, in the order it was written. From now on the database itself
refuses to change or remove an event, a seal or a certificate.
"""

import json
from datetime import UTC
from hashlib import sha256

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ROLES = (
    "team_manager",
    "moderator",
    "head_of_service",
    "practice_lead",
    "dcs_office",
    "practitioner",
    "administrator",
)
NEW_ROLES = ("information_governance", "inspector")
#: Where a role is written, by the name of its constraint.
ROLE_COLUMNS = (
    ("role_grants", "role", "ck_role_grants_role"),
    ("alert_audiences", "role", "ck_alert_audiences_role"),
    ("moderation_cycles", "resolved_by", "ck_moderation_cycles_resolved_by"),
)
WAYS_IN = ("password", "password_and_code", "council")
#: Tables whose rows are only ever added, by what names a row in them.
ONLY_ADDED = {
    "history_events": ("id",),
    "history_seals": ("position", "event_id"),
    "disposal_certificates": ("id", "reference"),
}
#: How many events are sealed at a time.
AT_ONCE = 5_000
INSPECTOR_ENDS = "role != 'inspector' OR ends_on IS NOT NULL"


def one_of(column, words):
    listed = ", ".join(f"'{word}'" for word in words)
    return sa.text(f"{column} IN ({listed})")


def roles(words):
    for table, column, name in ROLE_COLUMNS:
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(name), type_="check")
            batch.create_check_constraint(op.f(name), one_of(column, words))


def only_add(table, keys):
    """Let the database itself refuse to change, to remove or to replace a row."""
    if op.get_bind().dialect.name == "sqlite":
        known = " OR ".join(f"{key} = NEW.{key}" for key in keys)
        # INSERT OR REPLACE removes the old row without asking what guards DELETE.
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "  # noqa: S608
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {known}) BEGIN "
            f"SELECT RAISE(ABORT, '{table} is only added to'); END"
        )
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN "
                f"SELECT RAISE(ABORT, '{table} is only added to'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION only_added()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION only_added()"
    )


def let_go(table):
    if op.get_bind().dialect.name == "sqlite":
        for what in ("replace", "update", "delete"):
            op.execute(f"DROP TRIGGER IF EXISTS {table}_no_{what}")
        return
    for what in ("only_added", "no_truncate"):
        op.execute(f"DROP TRIGGER IF EXISTS {table}_{what} ON {table}")


def seal(connection):
    """Seal what was written before there were seals, as the service does from now on."""
    events = sa.table(
        "history_events",
        sa.column("id", sa.Integer),
        sa.column("at", sa.DateTime(timezone=True)),
        sa.column("user_id", sa.Integer),
        sa.column("verb", sa.String),
        sa.column("record_type", sa.String),
        sa.column("record_reference", sa.String),
    )
    seals = sa.table(
        "history_seals",
        sa.column("position", sa.Integer),
        sa.column("event_id", sa.Integer),
        sa.column("checksum", sa.String),
    )
    position, last, checksum = 0, 0, "0" * 64
    in_order = sa.select(events).order_by(events.c.id).limit(AT_ONCE)
    while rows := connection.execute(in_order.where(events.c.id > last)).all():
        made = []
        for row in rows:
            position, last = position + 1, row.id
            at = row.at.replace(tzinfo=UTC) if row.at.tzinfo is None else row.at.astimezone(UTC)
            said = [position, checksum, row.id, at.isoformat(timespec="microseconds"), row.user_id,
                    row.verb, row.record_type, row.record_reference, None]  # fmt: skip
            plain = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
            checksum = sha256(plain.encode()).hexdigest()
            made.append({"position": position, "event_id": row.id, "checksum": checksum})
        connection.execute(seals.insert(), made)


def upgrade():
    roles((*ROLES, *NEW_ROLES))
    with op.batch_alter_table("role_grants") as batch:
        batch.add_column(sa.Column("ends_on", sa.Date(), nullable=True))
        batch.create_check_constraint(op.f("ck_role_grants_inspector_ends"), INSPECTOR_ENDS)
    op.add_column("users", sa.Column("issuer", sa.String(length=200), nullable=True))
    op.add_column("users", sa.Column("subject", sa.String(length=255), nullable=True))
    op.create_index("uq_users_issuer_subject", "users", ["issuer", "subject"], unique=True)
    with op.batch_alter_table("sessions") as batch:
        batch.add_column(sa.Column("reference", sa.String(length=9), nullable=True))
        batch.add_column(sa.Column("created_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("way_in", sa.String(length=30), nullable=True))
        batch.add_column(sa.Column("browser", sa.String(length=80), nullable=True))
        batch.create_unique_constraint(op.f("uq_sessions_reference"), ["reference"])
        batch.create_check_constraint(op.f("ck_sessions_way_in"), one_of("way_in", WAYS_IN))
    op.create_table(
        "second_steps",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_second_steps_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_steps")),
    )
    op.create_table(
        "legal_holds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_reference", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_by_id", sa.Integer(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by_id", sa.Integer(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_because", sa.Text(), nullable=True),
        sa.Column("reference", sa.String(length=9), nullable=False),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by_id IS NULL)",
            name=op.f("ck_legal_holds_lifted_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["lifted_by_id"], ["users.id"], name=op.f("fk_legal_holds_lifted_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["placed_by_id"], ["users.id"], name=op.f("fk_legal_holds_placed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_holds")),
        sa.UniqueConstraint("reference", name=op.f("uq_legal_holds_reference")),
    )
    op.create_index(
        "uq_legal_holds_case_reference_open",
        "legal_holds",
        ["case_reference"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_table(
        "disposal_certificates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.Date(), nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("references", sa.JSON(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("counts_from", sa.Date(), nullable=True),
        sa.Column("totals", sa.JSON(), nullable=False),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.String(length=9), nullable=False),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["users.id"], name=op.f("fk_disposal_certificates_made_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposal_certificates")),
        sa.UniqueConstraint("reference", name=op.f("uq_disposal_certificates_reference")),
    )
    op.create_table(
        "held_files",
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_held_files_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_held_files")),
    )
    op.create_index("ix_held_files_held_at", "held_files", ["held_at"])
    op.add_column("history_events", sa.Column("request_id", sa.String(length=32), nullable=True))
    op.create_index("ix_history_events_at", "history_events", ["at"])
    op.create_index("ix_history_events_user_id_at", "history_events", ["user_id", "at"])
    op.create_index("ix_history_events_verb_at", "history_events", ["verb", "at"])
    op.create_index("ix_history_events_record_type_at", "history_events", ["record_type", "at"])
    # A record is asked for by its reference alone, too.
    op.drop_index("ix_history_events_record", "history_events")
    op.create_index(
        "ix_history_events_record", "history_events", ["record_reference", "record_type"]
    )
    op.create_table(
        "history_seals",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["history_events.id"], name=op.f("fk_history_seals_event_id")
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_history_seals")),
        sa.UniqueConstraint("event_id", name=op.f("uq_history_seals_event_id")),
    )
    seal(op.get_bind())
    for table, keys in ONLY_ADDED.items():
        only_add(table, keys)


def downgrade():
    for table in ONLY_ADDED:
        let_go(table)
    op.drop_table("history_seals")
    op.drop_index("ix_history_events_record", "history_events")
    op.create_index(
        "ix_history_events_record", "history_events", ["record_type", "record_reference"]
    )
    op.drop_index("ix_history_events_record_type_at", "history_events")
    op.drop_index("ix_history_events_verb_at", "history_events")
    op.drop_index("ix_history_events_user_id_at", "history_events")
    op.drop_index("ix_history_events_at", "history_events")
    op.drop_column("history_events", "request_id")
    op.drop_table("held_files")
    op.drop_table("disposal_certificates")
    op.drop_index("uq_legal_holds_case_reference_open", "legal_holds")
    op.drop_table("legal_holds")
    op.drop_table("second_steps")
    with op.batch_alter_table("sessions") as batch:
        batch.drop_constraint(op.f("ck_sessions_way_in"), type_="check")
        batch.drop_constraint(op.f("uq_sessions_reference"), type_="unique")
        for column in ("browser", "way_in", "seen_at", "created_at", "reference"):
            batch.drop_column(column)
    op.drop_index("uq_users_issuer_subject", "users")
    op.drop_column("users", "subject")
    op.drop_column("users", "issuer")
    with op.batch_alter_table("role_grants") as batch:
        batch.drop_constraint(op.f("ck_role_grants_inspector_ends"), type_="check")
        batch.drop_column("ends_on")
    roles(ROLES)
