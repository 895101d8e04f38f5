"""moderation in full, escalations, reflections, calibration, and text kept while it is typed

Audits go through more states, judgements through a third stage, and people hold one more role. The
database checks those words, so the constraints that hold them are replaced.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


AUDIT_STATES = ("draft", "discarded", "submitted", "moderated", "complete")
NEW_AUDIT_STATES = ("returned", "accepted", "disputed", "resolved")
STAGES = ("audited", "moderated")
ROLES = (
    "team_manager",
    "moderator",
    "practice_lead",
    "dcs_office",
    "practitioner",
    "administrator",
)
#: Table, column, its words until now, and those that come.
VOCABULARIES = (
    ("audits", "state", AUDIT_STATES, NEW_AUDIT_STATES),
    ("judgements", "stage", STAGES, ("resolved",)),
    ("role_grants", "role", ROLES, ("head_of_service",)),
)


def replace_words(table, column, words):
    name = op.f(f"ck_{table}_{column}")
    listed = ", ".join(f"'{word}'" for word in words)
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, sa.text(f"{column} IN ({listed})"))


def upgrade():
    for table, column, words, more in VOCABULARIES:
        replace_words(table, column, (*words, *more))
    op.create_table(
        "kept_forms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("opening", sa.String(length=64), nullable=False),
        sa.Column("typed", sa.JSON(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_kept_forms_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_forms")),
    )
    with op.batch_alter_table("kept_forms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kept_forms_kept_at"), ["kept_at"], unique=False)
        batch_op.create_index(
            "ix_kept_forms_user_id_path_opening", ["user_id", "path", "opening"], unique=True
        )

    op.create_table(
        "moderation_cycles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("every_inadequate", sa.Boolean(), nullable=False),
        sa.Column("every_outstanding", sa.Boolean(), nullable=False),
        sa.Column("random_percent", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("days_allowed", sa.Integer(), nullable=False),
        sa.Column(
            "resolved_by",
            sa.Enum(
                "team_manager",
                "moderator",
                "head_of_service",
                "practice_lead",
                "dcs_office",
                "practitioner",
                "administrator",
                name="resolved_by",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("set_up_by_id", sa.Integer(), nullable=True),
        sa.Column("set_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reference", sa.String(length=9), nullable=False),
        sa.CheckConstraint("days_allowed BETWEEN 1 AND 90", name=op.f("ck_moderation_cycles_days")),
        sa.CheckConstraint(
            "random_percent BETWEEN 0 AND 100", name=op.f("ck_moderation_cycles_percent")
        ),
        sa.ForeignKeyConstraint(
            ["set_up_by_id"], ["users.id"], name=op.f("fk_moderation_cycles_set_up_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_cycles")),
        sa.UniqueConstraint("reference", name=op.f("uq_moderation_cycles_reference")),
        sa.UniqueConstraint("starts_on", name=op.f("uq_moderation_cycles_starts_on")),
    )
    op.create_table(
        "personal_data_reasons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_type", sa.String(length=30), nullable=False),
        sa.Column("record_reference", sa.String(length=40), nullable=False),
        sa.Column("field", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kinds", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["users.id"], name=op.f("fk_personal_data_reasons_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_data_reasons")),
    )
    with op.batch_alter_table("personal_data_reasons", schema=None) as batch_op:
        batch_op.create_index(
            "ix_personal_data_reasons_record_field_digest",
            ["record_type", "record_reference", "field", "digest"],
            unique=True,
        )

    op.create_table(
        "calibrations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("learning", sa.Text(), nullable=True),
        sa.Column("reference", sa.String(length=9), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audits.id"], name=op.f("fk_calibrations_audit_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["users.id"], name=op.f("fk_calibrations_opened_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibrations")),
        sa.UniqueConstraint("reference", name=op.f("uq_calibrations_reference")),
    )
    with op.batch_alter_table("calibrations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calibrations_audit_id"), ["audit_id"], unique=False)

    op.create_table(
        "escalations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column(
            "cause",
            sa.Enum(
                "safeguarding",
                "inadequate",
                name="cause",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("reference", sa.String(length=9), nullable=False),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closed_by_id IS NULL)",
            name=op.f("ck_escalations_closed_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audits.id"], name=op.f("fk_escalations_audit_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["users.id"], name=op.f("fk_escalations_closed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalations")),
        sa.UniqueConstraint("reference", name=op.f("uq_escalations_reference")),
    )
    with op.batch_alter_table("escalations", schema=None) as batch_op:
        batch_op.create_index("ix_escalations_audit_id_cause", ["audit_id", "cause"], unique=True)
        batch_op.create_index(
            "ix_escalations_closed_at_due_on", ["closed_at", "due_on"], unique=False
        )

    op.create_table(
        "evidence_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("needed", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["users.id"], name=op.f("fk_evidence_requests_asked_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["audit_id"],
            ["audits.id"],
            name=op.f("fk_evidence_requests_audit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_requests")),
    )
    with op.batch_alter_table("evidence_requests", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_evidence_requests_audit_id"), ["audit_id"], unique=False
        )

    op.create_table(
        "moderation_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disputed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["users.id"], name=op.f("fk_moderation_answers_answered_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["audit_id"],
            ["audits.id"],
            name=op.f("fk_moderation_answers_audit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_answers")),
        sa.UniqueConstraint("audit_id", name=op.f("uq_moderation_answers_audit_id")),
    )
    op.create_table(
        "moderation_draws",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
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
            nullable=True,
        ),
        sa.Column(
            "chosen_because",
            sa.Enum(
                "inadequate",
                "outstanding",
                "random",
                "called_in",
                name="chosen_because",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("called_in_by_id", sa.Integer(), nullable=True),
        sa.Column("called_in_reason", sa.Text(), nullable=True),
        sa.Column("moderator_id", sa.Integer(), nullable=True),
        sa.Column("allocated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "judgement != 'not_enough_evidence'", name=op.f("ck_moderation_draws_on_scale")
        ),
        sa.ForeignKeyConstraint(
            ["audit_id"],
            ["audits.id"],
            name=op.f("fk_moderation_draws_audit_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["called_in_by_id"], ["users.id"], name=op.f("fk_moderation_draws_called_in_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["moderation_cycles.id"], name=op.f("fk_moderation_draws_cycle_id")
        ),
        sa.ForeignKeyConstraint(
            ["moderator_id"], ["users.id"], name=op.f("fk_moderation_draws_moderator_id")
        ),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("pk_moderation_draws")),
    )
    with op.batch_alter_table("moderation_draws", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_moderation_draws_cycle_id"), ["cycle_id"], unique=False
        )
        batch_op.create_index("ix_moderation_draws_moderator_id", ["moderator_id"], unique=False)

    op.create_table(
        "reflections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by_id", sa.Integer(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledgement", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "acknowledged_at IS NULL OR shared_at IS NOT NULL",
            name=op.f("ck_reflections_shared_first"),
        ),
        sa.ForeignKeyConstraint(
            ["acknowledged_by_id"], ["users.id"], name=op.f("fk_reflections_acknowledged_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audits.id"], name=op.f("fk_reflections_audit_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_reflections_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reflections")),
        sa.UniqueConstraint("audit_id", name=op.f("uq_reflections_audit_id")),
    )
    op.create_table(
        "resolutions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("resolved_by_id", sa.Integer(), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "overall",
            sa.Enum(
                "outstanding",
                "good",
                "requires_improvement",
                "inadequate",
                "not_enough_evidence",
                name="overall",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audits.id"], name=op.f("fk_resolutions_audit_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["resolved_by_id"], ["users.id"], name=op.f("fk_resolutions_resolved_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resolutions")),
        sa.UniqueConstraint("audit_id", name=op.f("uq_resolutions_audit_id")),
    )
    op.create_table(
        "submissions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audits.id"], name=op.f("fk_submissions_audit_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
    )
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.create_index("ix_submissions_audit_id_number", ["audit_id", "number"], unique=True)

    op.create_table(
        "calibration_judgements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("calibration_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=True),
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
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["calibration_id"],
            ["calibrations.id"],
            name=op.f("fk_calibration_judgements_calibration_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["threads.id"], name=op.f("fk_calibration_judgements_thread_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_calibration_judgements_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration_judgements")),
    )
    with op.batch_alter_table("calibration_judgements", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_calibration_judgements_calibration_id"), ["calibration_id"], unique=False
        )

    op.create_table(
        "calibration_places",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("calibration_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["calibration_id"],
            ["calibrations.id"],
            name=op.f("fk_calibration_places_calibration_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_calibration_places_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration_places")),
    )
    with op.batch_alter_table("calibration_places", schema=None) as batch_op:
        batch_op.create_index(
            "ix_calibration_places_calibration_id_user_id",
            ["calibration_id", "user_id"],
            unique=True,
        )
        batch_op.create_index(
            batch_op.f("ix_calibration_places_user_id"), ["user_id"], unique=False
        )

    op.create_table(
        "escalation_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("escalation_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "started",
                "concern",
                "note",
                "closed",
                "reopened",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_escalation_entries_by_id")),
        sa.ForeignKeyConstraint(
            ["escalation_id"],
            ["escalations.id"],
            name=op.f("fk_escalation_entries_escalation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation_entries")),
    )
    with op.batch_alter_table("escalation_entries", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_escalation_entries_escalation_id"), ["escalation_id"], unique=False
        )

    with op.batch_alter_table("audits", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("blind", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("good_practice_quote", sa.String(length=300), nullable=True))

    with op.batch_alter_table("moderations", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("blind", sa.Boolean(), nullable=False, server_default=sa.false())
        )

    with op.batch_alter_table("saved_sections", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unread", sa.JSON(none_as_null=True), nullable=True))

    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "recording_way",
                sa.Enum(
                    "tasks",
                    "page",
                    name="recording_way",
                    native_enum=False,
                    create_constraint=True,
                    length=30,
                ),
                nullable=True,
            )
        )


def downgrade():
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_users_recording_way"), type_="check")
        batch_op.drop_column("recording_way")

    with op.batch_alter_table("saved_sections", schema=None) as batch_op:
        batch_op.drop_column("unread")

    with op.batch_alter_table("moderations", schema=None) as batch_op:
        batch_op.drop_column("blind")

    with op.batch_alter_table("audits", schema=None) as batch_op:
        batch_op.drop_column("good_practice_quote")
        batch_op.drop_column("blind")

    with op.batch_alter_table("escalation_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_escalation_entries_escalation_id"))

    op.drop_table("escalation_entries")
    with op.batch_alter_table("calibration_places", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calibration_places_user_id"))
        batch_op.drop_index("ix_calibration_places_calibration_id_user_id")

    op.drop_table("calibration_places")
    with op.batch_alter_table("calibration_judgements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calibration_judgements_calibration_id"))

    op.drop_table("calibration_judgements")
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.drop_index("ix_submissions_audit_id_number")

    op.drop_table("submissions")
    op.drop_table("resolutions")
    op.drop_table("reflections")
    with op.batch_alter_table("moderation_draws", schema=None) as batch_op:
        batch_op.drop_index("ix_moderation_draws_moderator_id")
        batch_op.drop_index(batch_op.f("ix_moderation_draws_cycle_id"))

    op.drop_table("moderation_draws")
    op.drop_table("moderation_answers")
    with op.batch_alter_table("evidence_requests", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_requests_audit_id"))

    op.drop_table("evidence_requests")
    with op.batch_alter_table("escalations", schema=None) as batch_op:
        batch_op.drop_index("ix_escalations_closed_at_due_on")
        batch_op.drop_index("ix_escalations_audit_id_cause")

    op.drop_table("escalations")
    with op.batch_alter_table("calibrations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calibrations_audit_id"))

    op.drop_table("calibrations")
    with op.batch_alter_table("personal_data_reasons", schema=None) as batch_op:
        batch_op.drop_index("ix_personal_data_reasons_record_field_digest")

    op.drop_table("personal_data_reasons")
    op.drop_table("moderation_cycles")
    with op.batch_alter_table("kept_forms", schema=None) as batch_op:
        batch_op.drop_index("ix_kept_forms_user_id_path_opening")
        batch_op.drop_index(batch_op.f("ix_kept_forms_kept_at"))

    op.drop_table("kept_forms")
    for table, column, words, _ in VOCABULARIES:
        replace_words(table, column, words)
