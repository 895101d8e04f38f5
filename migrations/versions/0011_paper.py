"""summaries, published documents and prints, historic figures, alerts in full

An alert that was issued before is for everybody, as all of them were. What is published, each print
and each acknowledgement is only ever added: the database refuses to change or remove a row.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ALERT_STATES = ("draft", "submitted", "approved", "issued")
NEW_ALERT_STATES = ("withdrawn", "superseded", "discarded")
MESSAGE_KINDS = ("digest", "clock")
#: Tables whose rows are only ever added.
ONLY_ADDED = ("published_documents", "prints", "alert_acknowledgements")
WITHDRAWN = "state != 'withdrawn' OR (withdrawn_on IS NOT NULL AND withdrawn_because IS NOT NULL)"


def alert_states(words):
    name = op.f("ck_alerts_state")
    listed = ", ".join(f"'{word}'" for word in words)
    with op.batch_alter_table("alerts") as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, sa.text(f"state IN ({listed})"))


def message_kinds(words):
    name = op.f("ck_messages_kind")
    listed = ", ".join(f"'{word}'" for word in words)
    with op.batch_alter_table("messages") as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, sa.text(f"kind IN ({listed})"))


def only_add(table):
    """Let the database itself refuse to change, to remove or to replace a row."""
    if op.get_bind().dialect.name == "sqlite":
        # INSERT OR REPLACE removes the old row without asking what guards DELETE.
        known = "id = NEW.id"
        if table != "alert_acknowledgements":
            known += " OR reference = NEW.reference"
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


REFUSE = """
CREATE FUNCTION only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is only added to', TG_TABLE_NAME;
END $$
"""


def upgrade():
    alert_states((*ALERT_STATES, *NEW_ALERT_STATES))
    message_kinds((*MESSAGE_KINDS, "alert"))
    op.create_table(
        "historic_figures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("outstanding", sa.Integer(), nullable=False),
        sa.Column("good", sa.Integer(), nullable=False),
        sa.Column("requires_improvement", sa.Integer(), nullable=False),
        sa.Column("inadequate", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_because", sa.Text(), nullable=True),
        sa.Column("reference", sa.String(length=9), nullable=False),
        sa.CheckConstraint("last >= first", name=op.f("ck_historic_figures_days_in_order")),
        sa.CheckConstraint(
            "outstanding + good + requires_improvement + inadequate > 0",
            name=op.f("ck_historic_figures_not_empty"),
        ),
        sa.CheckConstraint(
            "outstanding >= 0 AND good >= 0 AND requires_improvement >= 0 AND inadequate >= 0",
            name=op.f("ck_historic_figures_counts"),
        ),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["users.id"], name=op.f("fk_historic_figures_entered_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_historic_figures")),
        sa.UniqueConstraint("reference", name=op.f("uq_historic_figures_reference")),
    )
    op.create_table(
        "published_documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "summary",
                "alert",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("record_reference", sa.String(length=9), nullable=False),
        sa.Column("title", sa.String(length=250), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("html", sa.LargeBinary(), nullable=False),
        sa.Column("pdf_checksum", sa.String(length=64), nullable=False),
        sa.Column("html_checksum", sa.String(length=64), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.Column("published_by_name", sa.String(length=120), nullable=False),
        sa.Column("reference", sa.String(length=9), nullable=False),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["users.id"], name=op.f("fk_published_documents_published_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_documents")),
        sa.UniqueConstraint("reference", name=op.f("uq_published_documents_reference")),
    )
    with op.batch_alter_table("published_documents", schema=None) as batch_op:
        batch_op.create_index(
            "ix_published_documents_record", ["kind", "record_reference"], unique=False
        )

    op.create_table(
        "summary_batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "quarter",
                "year_to_date",
                "financial_year",
                "calendar_year",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=9), nullable=False),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["users.id"], name=op.f("fk_summary_batches_made_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_summary_batches")),
        sa.UniqueConstraint("reference", name=op.f("uq_summary_batches_reference")),
    )
    with op.batch_alter_table("summary_batches", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_summary_batches_made_by_id"), ["made_by_id"], unique=False
        )

    op.create_table(
        "prints",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=250), nullable=False),
        sa.Column("address", sa.String(length=250), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("printed_by_id", sa.Integer(), nullable=True),
        sa.Column("published_id", sa.Integer(), nullable=True),
        sa.Column("reference", sa.String(length=9), nullable=False),
        sa.ForeignKeyConstraint(
            ["printed_by_id"], ["users.id"], name=op.f("fk_prints_printed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["published_id"], ["published_documents.id"], name=op.f("fk_prints_published_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prints")),
        sa.UniqueConstraint("reference", name=op.f("uq_prints_reference")),
    )
    with op.batch_alter_table("prints", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_prints_checksum"), ["checksum"], unique=False)
        batch_op.create_index(batch_op.f("ix_prints_printed_at"), ["printed_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_prints_printed_by_id"), ["printed_by_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_prints_published_id"), ["published_id"], unique=False)

    op.create_table(
        "summaries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "complete",
                "signed_off",
                "discarded",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("what_changed", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("doing", sa.Text(), nullable=False),
        sa.Column("return_note", sa.Text(), nullable=True),
        sa.Column("started_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_by_id", sa.Integer(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "quarter",
                "year_to_date",
                "financial_year",
                "calendar_year",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=9), nullable=False),
        sa.CheckConstraint(
            "(state = 'signed_off') = (published_id IS NOT NULL)",
            name=op.f("ck_summaries_signed_off_is_published"),
        ),
        sa.CheckConstraint(
            "edition = 1 OR reason IS NOT NULL",
            name=op.f("ck_summaries_another_edition_for_a_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["completed_by_id"], ["users.id"], name=op.f("fk_summaries_completed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["published_id"], ["published_documents.id"], name=op.f("fk_summaries_published_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_summaries_service_id")
        ),
        sa.ForeignKeyConstraint(
            ["started_by_id"], ["users.id"], name=op.f("fk_summaries_started_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_summaries")),
        sa.UniqueConstraint("published_id", name=op.f("uq_summaries_published_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_summaries_reference")),
    )
    with op.batch_alter_table("summaries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_summaries_service_id"), ["service_id"], unique=False)
        batch_op.create_index(
            "uq_summaries_edition_of_all",
            ["kind", "year", "quarter", "edition"],
            unique=True,
            sqlite_where=sa.text("service_id IS NULL AND state != 'discarded'"),
            postgresql_where=sa.text("service_id IS NULL AND state != 'discarded'"),
        )
        batch_op.create_index(
            "uq_summaries_edition_of_service",
            ["kind", "year", "quarter", "service_id", "edition"],
            unique=True,
            sqlite_where=sa.text("state != 'discarded'"),
            postgresql_where=sa.text("state != 'discarded'"),
        )

    op.create_table(
        "summary_batch_parts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("file_name", sa.String(length=160), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["summary_batches.id"],
            name=op.f("fk_summary_batch_parts_batch_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_summary_batch_parts_service_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_summary_batch_parts")),
    )
    with op.batch_alter_table("summary_batch_parts", schema=None) as batch_op:
        batch_op.create_index("uq_summary_batch_parts_place", ["batch_id", "position"], unique=True)

    op.create_table(
        "alert_acknowledgements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("discussed_on", sa.Date(), nullable=False),
        sa.Column("where_discussed", sa.String(length=120), nullable=False),
        sa.Column("what_changes", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alerts.id"], name=op.f("fk_alert_acknowledgements_alert_id")
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["users.id"], name=op.f("fk_alert_acknowledgements_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=op.f("fk_alert_acknowledgements_team_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_acknowledgements")),
    )
    with op.batch_alter_table("alert_acknowledgements", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_alert_acknowledgements_alert_id"), ["alert_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_alert_acknowledgements_team_id"), ["team_id"], unique=False
        )

    op.create_table(
        "alert_audiences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "everyone",
                "service",
                "team",
                "role",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column(
            "role",
            sa.Enum(
                "team_manager",
                "moderator",
                "head_of_service",
                "practice_lead",
                "dcs_office",
                "practitioner",
                "administrator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(kind = 'service') = (service_id IS NOT NULL) AND (kind = 'team') = (team_id IS NOT NULL) AND (kind = 'role') = (role IS NOT NULL)",
            name=op.f("ck_alert_audiences_what_it_says"),
        ),
        sa.ForeignKeyConstraint(
            ["alert_id"],
            ["alerts.id"],
            name=op.f("fk_alert_audiences_alert_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_alert_audiences_service_id")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_alert_audiences_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_audiences")),
    )
    with op.batch_alter_table("alert_audiences", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_audiences_alert_id"), ["alert_id"], unique=False)

    op.create_table(
        "alert_readings",
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alerts.id"], name=op.f("fk_alert_readings_alert_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_alert_readings_user_id")),
        sa.PrimaryKeyConstraint("alert_id", "user_id", name=op.f("pk_alert_readings")),
    )
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("evidence_service_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("evidence_theme_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("replaces_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_because", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("published_id", sa.Integer(), nullable=True))
        batch_op.create_check_constraint(
            op.f("ck_alerts_replaces_another"), sa.text("replaces_id != id")
        )
        batch_op.create_check_constraint(
            op.f("ck_alerts_withdrawn_for_a_reason"), sa.text(WITHDRAWN)
        )
        batch_op.create_index(batch_op.f("ix_alerts_replaces_id"), ["replaces_id"], unique=False)
        batch_op.create_unique_constraint(batch_op.f("uq_alerts_published_id"), ["published_id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_alerts_evidence_theme_id"), "themes", ["evidence_theme_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_alerts_evidence_service_id"), "services", ["evidence_service_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_alerts_withdrawn_by_id"), "users", ["withdrawn_by_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_alerts_published_id"), "published_documents", ["published_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_alerts_replaces_id"), "alerts", ["replaces_id"], ["id"]
        )
    op.execute("INSERT INTO alert_audiences (alert_id, kind) SELECT id, 'everyone' FROM alerts")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(REFUSE)
    for table in ONLY_ADDED:
        only_add(table)


def downgrade():
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_alerts_replaces_another"), type_="check")
        batch_op.drop_constraint(op.f("ck_alerts_withdrawn_for_a_reason"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_alerts_replaces_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_alerts_published_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_alerts_withdrawn_by_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_alerts_evidence_service_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_alerts_evidence_theme_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_alerts_published_id"), type_="unique")
        batch_op.drop_index(batch_op.f("ix_alerts_replaces_id"))
        batch_op.drop_column("published_id")
        batch_op.drop_column("withdrawn_by_id")
        batch_op.drop_column("withdrawn_because")
        batch_op.drop_column("withdrawn_on")
        batch_op.drop_column("replaces_id")
        batch_op.drop_column("evidence_theme_id")
        batch_op.drop_column("evidence_service_id")

    op.drop_table("alert_readings")
    with op.batch_alter_table("alert_audiences", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alert_audiences_alert_id"))

    op.drop_table("alert_audiences")
    with op.batch_alter_table("alert_acknowledgements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alert_acknowledgements_team_id"))
        batch_op.drop_index(batch_op.f("ix_alert_acknowledgements_alert_id"))

    op.drop_table("alert_acknowledgements")
    with op.batch_alter_table("summary_batch_parts", schema=None) as batch_op:
        batch_op.drop_index("uq_summary_batch_parts_place")

    op.drop_table("summary_batch_parts")
    with op.batch_alter_table("summaries", schema=None) as batch_op:
        batch_op.drop_index("uq_summaries_edition_of_service")
        batch_op.drop_index(
            "uq_summaries_edition_of_all",
            sqlite_where=sa.text("service_id IS NULL"),
            postgresql_where=sa.text("service_id IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_summaries_service_id"))

    op.drop_table("summaries")
    with op.batch_alter_table("prints", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_prints_published_id"))
        batch_op.drop_index(batch_op.f("ix_prints_printed_by_id"))
        batch_op.drop_index(batch_op.f("ix_prints_printed_at"))
        batch_op.drop_index(batch_op.f("ix_prints_checksum"))

    op.drop_table("prints")
    with op.batch_alter_table("summary_batches", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_summary_batches_made_by_id"))

    op.drop_table("summary_batches")
    with op.batch_alter_table("published_documents", schema=None) as batch_op:
        batch_op.drop_index("ix_published_documents_record")

    op.drop_table("published_documents")
    op.drop_table("historic_figures")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION only_added")
    # What was issued stays so: what came of it since has no word in the older service.
    op.execute("UPDATE alerts SET state = 'issued' WHERE state IN ('withdrawn', 'superseded')")
    op.execute("UPDATE alerts SET state = 'draft' WHERE state = 'discarded'")
    alert_states(ALERT_STATES)
    op.execute("DELETE FROM messages WHERE kind = 'alert'")
    message_kinds(MESSAGE_KINDS)
