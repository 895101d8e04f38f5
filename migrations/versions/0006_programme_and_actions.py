"""the audit programme, actions followed until the child is better off, themes, messages

Actions of audits that were submitted are live from now on, open, where the audit's team is, and in
the record it says that they were open before. Where an action was owned by "Team manager" and the
team has one, it is theirs; the others are shown as having no owner, as nobody answers for them.
Themes typed on audits become the first entries of the maintained list.
"""

import secrets
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
WHY = "It was open when the service began to follow actions."
MOMENT = sa.DateTime(timezone=True)
NOT_LIVE = ("draft", "discarded")
AUDITS = sa.table(
    "audits",
    sa.column("id", sa.Integer),
    sa.column("theme"),
    sa.column("state"),
    sa.column("team_id", sa.Integer),
    sa.column("service_id", sa.Integer),
    sa.column("auditor_id", sa.Integer),
    sa.column("submitted_at", MOMENT),
)
ACTIONS = sa.table(
    "actions",
    sa.column("id", sa.Integer),
    sa.column("audit_id", sa.Integer),
    sa.column("reference"),
    sa.column("owner"),
    sa.column("owner_id", sa.Integer),
    sa.column("team_id", sa.Integer),
    sa.column("service_id", sa.Integer),
    sa.column("due_on", sa.Date),
    sa.column("first_due_on", sa.Date),
    sa.column("created_at", MOMENT),
    sa.column("opened_at", MOMENT),
    sa.column("state"),
    sa.column("joined_to_id", sa.Integer),
    sa.column("like_id", sa.Integer),
)
USERS = sa.table("users", sa.column("id", sa.Integer), sa.column("name"))
ENTRIES = sa.table(
    "action_entries",
    sa.column("action_id", sa.Integer),
    sa.column("event"),
    sa.column("at", MOMENT),
    sa.column("by_id", sa.Integer),
    sa.column("text"),
    sa.column("owner_id", sa.Integer),
)
THEMES = sa.table(
    "themes",
    sa.column("id", sa.Integer),
    sa.column("reference"),
    sa.column("name"),
    sa.column("active", sa.Boolean),
    sa.column("description"),
    sa.column("created_at", MOMENT),
)
AUDIT_THEMES = sa.table(
    "audit_themes", sa.column("audit_id", sa.Integer), sa.column("theme_id", sa.Integer)
)
GRANTS = sa.table(
    "role_grants", sa.column("user_id", sa.Integer), sa.column("role"), sa.column("team_id")
)
#: Rules of actions that autogeneration does not see on a table that exists.
CHECKS = {
    "of_an_audit": "source != 'audit' OR audit_id IS NOT NULL",
    "joined_to": "state != 'joined' OR joined_to_id IS NOT NULL",
    "joined_to_another": "joined_to_id != id",
    "closed_with_the_difference": "state NOT IN ('closed', 'to_verify') OR "
    "(closed_at IS NOT NULL AND difference IS NOT NULL)",
    "looked_at": "difference != 'too_early' OR look_again_on IS NOT NULL",
}
WORDS = ("source", "kind", "state", "difference")
LONGEST_NAME = 80
LONGEST_OWNER = 120


def new_reference():
    letters = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def keep_themes(connection):
    """Every theme that was typed, once whatever its case, and the audits it was typed on."""
    known = {}
    typed = sa.select(AUDITS.c.id, AUDITS.c.theme).where(AUDITS.c.theme.is_not(None))
    for audit_id, theme in connection.execute(typed.order_by(AUDITS.c.id)).all():
        words = " ".join(theme.split())
        if not words:
            continue
        if words.casefold() not in known:
            known[words.casefold()] = add_theme(connection, words, len(known) + 1)
        theme_id = known[words.casefold()]
        connection.execute(AUDIT_THEMES.insert().values(audit_id=audit_id, theme_id=theme_id))


def add_theme(connection, words, number):
    long = len(words) > LONGEST_NAME
    ending = f" … ({number})" if long else ""
    reference = new_reference()
    connection.execute(
        THEMES.insert().values(
            reference=reference,
            name=words[: LONGEST_NAME - len(ending)] + ending,
            active=True,
            description=words if long else None,
            created_at=datetime.now(UTC),
        )
    )
    return connection.scalar(sa.select(THEMES.c.id).where(THEMES.c.reference == reference))


def follow_actions(connection):
    """Give every action its reference, and follow those of submitted audits."""
    managers = {}
    managing = sa.select(GRANTS.c.team_id, GRANTS.c.user_id).where(GRANTS.c.role == "team_manager")
    for team_id, user_id in connection.execute(managing).all():
        managers.setdefault(team_id, []).append(user_id)
    rows = sa.select(
        ACTIONS.c.id,
        ACTIONS.c.owner,
        ACTIONS.c.due_on,
        ACTIONS.c.created_at,
        AUDITS.c.state,
        AUDITS.c.team_id,
        AUDITS.c.service_id,
        AUDITS.c.auditor_id,
        AUDITS.c.submitted_at,
    ).join(AUDITS, AUDITS.c.id == ACTIONS.c.audit_id)
    for row in connection.execute(rows.order_by(ACTIONS.c.id)).all():
        follow(connection, row, managers.get(row.team_id, []))


def follow(connection, row, managers):
    values = {"reference": new_reference(), "owner": row.owner.strip() or None}
    if row.state not in NOT_LIVE:
        theirs = row.owner.strip().casefold() == "team manager" and len(managers) == 1
        values |= {
            "opened_at": row.submitted_at or row.created_at,
            "first_due_on": row.due_on,
            "team_id": row.team_id,
            "service_id": row.service_id,
            "owner_id": managers[0] if theirs else None,
        }
        connection.execute(
            ENTRIES.insert().values(
                action_id=row.id,
                event="opened",
                at=values["opened_at"],
                by_id=row.auditor_id,
                text=WHY,
                owner_id=values["owner_id"],
            )
        )
    connection.execute(ACTIONS.update().where(ACTIONS.c.id == row.id).values(**values))


def name_owners(connection):
    """Owners in words, as there was nothing else before; actions of no audit had no place."""
    # What the columns that go hold of other actions would keep those from being taken out.
    connection.execute(ACTIONS.update().values(state="open", joined_to_id=None, like_id=None))
    connection.execute(ACTIONS.delete().where(ACTIONS.c.audit_id.is_(None)))
    name = sa.select(sa.func.substr(USERS.c.name, 1, LONGEST_OWNER))
    named = name.where(USERS.c.id == ACTIONS.c.owner_id).scalar_subquery()
    connection.execute(
        ACTIONS.update()
        .where(sa.func.trim(sa.func.coalesce(ACTIONS.c.owner, "")) == "")
        .values(owner=sa.func.coalesce(named, ""))
    )


def restore_themes(connection):
    """The first of an audit's themes in words, as there was one before."""
    joined = sa.select(AUDIT_THEMES.c.audit_id, THEMES.c.name, THEMES.c.description).join(
        THEMES, THEMES.c.id == AUDIT_THEMES.c.theme_id
    )
    for audit_id, name, description in connection.execute(joined.order_by(THEMES.c.id)).all():
        audit = AUDITS.c.id == audit_id
        words = sa.func.coalesce(AUDITS.c.theme, (description or name)[:200])
        connection.execute(AUDITS.update().where(audit).values(theme=words))


def upgrade():
    op.create_table(
        "themes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("reference", sa.String(length=9), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_themes")),
        sa.UniqueConstraint("name", name=op.f("uq_themes_name")),
        sa.UniqueConstraint("reference", name=op.f("uq_themes_reference")),
    )
    op.create_table(
        "absences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_absences_days_in_order")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["users.id"], name=op.f("fk_absences_recorded_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_absences_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    with op.batch_alter_table("absences", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_absences_user_id"), ["user_id"], unique=False)

    op.create_table(
        "action_samples",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("closed_from", sa.Date(), nullable=False),
        sa.Column("closed_to", sa.Date(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_by_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=9), nullable=False),
        sa.CheckConstraint(
            "closed_to >= closed_from", name=op.f("ck_action_samples_days_in_order")
        ),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name=op.f("ck_action_samples_percent")),
        sa.ForeignKeyConstraint(
            ["drawn_by_id"], ["users.id"], name=op.f("fk_action_samples_drawn_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_samples")),
        sa.UniqueConstraint("reference", name=op.f("uq_action_samples_reference")),
    )
    op.create_table(
        "declared_stakes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("case_reference", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_declared_stakes_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declared_stakes")),
    )
    with op.batch_alter_table("declared_stakes", schema=None) as batch_op:
        batch_op.create_index(
            "ix_declared_stakes_case_user", ["case_reference", "user_id"], unique=True
        )

    op.create_table(
        "messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "digest", "clock", name="kind", native_enum=False, create_constraint=True, length=30
            ),
            nullable=False,
        ),
        sa.Column("about", sa.String(length=160), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "shown",
                "waiting",
                "sending",
                "sent",
                "refused",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=200), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reference", sa.String(length=9), nullable=False),
        sa.CheckConstraint(
            "state != 'sent' OR sent_at IS NOT NULL", name=op.f("ck_messages_sent_when")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_messages_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("about", name=op.f("uq_messages_about")),
        sa.UniqueConstraint("reference", name=op.f("uq_messages_reference")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index("ix_messages_state_made_at", ["state", "made_at"], unique=False)
        batch_op.create_index("ix_messages_user_id_made_at", ["user_id", "made_at"], unique=False)

    op.create_table(
        "programme_cycles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "audit_type",
            sa.Enum(
                "full",
                "thematic",
                "dip_sample",
                "re_audit",
                "multi_agency",
                "practice_week",
                name="audit_type",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("theme_id", sa.Integer(), nullable=True),
        sa.Column("look_back_months", sa.Integer(), nullable=False),
        sa.Column(
            "moderation",
            sa.Enum(
                "as_set",
                "open",
                "blind",
                name="moderation",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("audits_each", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("set_up_by_id", sa.Integer(), nullable=False),
        sa.Column("set_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drawn_on", sa.Date(), nullable=True),
        sa.Column("drawn_by_id", sa.Integer(), nullable=True),
        sa.Column("reference", sa.String(length=9), nullable=False),
        sa.CheckConstraint(
            "(drawn_at IS NULL) = (drawn_by_id IS NULL)",
            name=op.f("ck_programme_cycles_drawn_by_somebody"),
        ),
        sa.CheckConstraint(
            "audits_each BETWEEN 0 AND 20", name=op.f("ck_programme_cycles_audits_each")
        ),
        sa.CheckConstraint("due_on >= starts_on", name=op.f("ck_programme_cycles_due_after_start")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_programme_cycles_days_in_order")),
        sa.CheckConstraint(
            "look_back_months BETWEEN 1 AND 36", name=op.f("ck_programme_cycles_look_back")
        ),
        sa.ForeignKeyConstraint(
            ["drawn_by_id"], ["users.id"], name=op.f("fk_programme_cycles_drawn_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["set_up_by_id"], ["users.id"], name=op.f("fk_programme_cycles_set_up_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["theme_id"], ["themes.id"], name=op.f("fk_programme_cycles_theme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_cycles")),
        sa.UniqueConstraint("name", name=op.f("uq_programme_cycles_name")),
        sa.UniqueConstraint("reference", name=op.f("uq_programme_cycles_reference")),
    )
    with op.batch_alter_table("programme_cycles", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_programme_cycles_starts_on"), ["starts_on"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_programme_cycles_theme_id"), ["theme_id"], unique=False
        )

    op.create_table(
        "case_lists",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=100), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["cycle_id"],
            ["programme_cycles.id"],
            name=op.f("fk_case_lists_cycle_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["users.id"], name=op.f("fk_case_lists_uploaded_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_lists")),
        sa.UniqueConstraint("cycle_id", name=op.f("uq_case_lists_cycle_id")),
    )
    op.create_table(
        "open_cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("case_reference", sa.String(length=20), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("locality_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("worker_staff_id", sa.String(length=20), nullable=True),
        sa.Column("exempted_reason", sa.Text(), nullable=True),
        sa.Column("exempted_by_id", sa.Integer(), nullable=True),
        sa.Column("exempted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "excluded_because",
            sa.Enum(
                "exempted",
                "audited_lately",
                "under_way",
                "nobody_without_stake",
                name="excluded_because",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("last_audited_on", sa.Date(), nullable=True),
        sa.Column("stratum", sa.String(length=30), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(exempted_at IS NULL) = (exempted_by_id IS NULL)",
            name=op.f("ck_open_cases_exempted_by_somebody"),
        ),
        sa.CheckConstraint(
            "NOT chosen OR excluded_because IS NULL",
            name=op.f("ck_open_cases_chosen_if_not_excluded"),
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"],
            ["programme_cycles.id"],
            name=op.f("fk_open_cases_cycle_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["exempted_by_id"], ["users.id"], name=op.f("fk_open_cases_exempted_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["locality_id"], ["localities.id"], name=op.f("fk_open_cases_locality_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_open_cases_service_id")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_open_cases_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_cases")),
    )
    with op.batch_alter_table("open_cases", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_open_cases_case_reference"), ["case_reference"], unique=False
        )
        batch_op.create_index(
            "ix_open_cases_cycle_id_case_reference", ["cycle_id", "case_reference"], unique=True
        )
        batch_op.create_index(
            "ix_open_cases_cycle_id_stratum_place", ["cycle_id", "stratum", "place"], unique=False
        )

    op.create_table(
        "ended_exemptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("case_reference", sa.String(length=20), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("exempted_reason", sa.Text(), nullable=False),
        sa.Column("exempted_by_id", sa.Integer(), nullable=False),
        sa.Column("exempted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["cycle_id"],
            ["programme_cycles.id"],
            name=op.f("fk_ended_exemptions_cycle_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_id"], ["users.id"], name=op.f("fk_ended_exemptions_ended_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["exempted_by_id"], ["users.id"], name=op.f("fk_ended_exemptions_exempted_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_ended_exemptions_service_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ended_exemptions")),
    )
    with op.batch_alter_table("ended_exemptions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_ended_exemptions_cycle_id"), ["cycle_id"], unique=False
        )

    op.create_table(
        "programme_targets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("auditor_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(CASE WHEN service_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN team_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN auditor_id IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_programme_targets_of_one"),
        ),
        sa.CheckConstraint("number BETWEEN 0 AND 1000", name=op.f("ck_programme_targets_number")),
        sa.ForeignKeyConstraint(
            ["auditor_id"], ["users.id"], name=op.f("fk_programme_targets_auditor_id")
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"],
            ["programme_cycles.id"],
            name=op.f("fk_programme_targets_cycle_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_programme_targets_service_id")
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=op.f("fk_programme_targets_team_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_targets")),
    )
    with op.batch_alter_table("programme_targets", schema=None) as batch_op:
        batch_op.create_index(
            "ix_programme_targets_auditor", ["cycle_id", "auditor_id"], unique=True
        )
        batch_op.create_index(
            "ix_programme_targets_service", ["cycle_id", "service_id"], unique=True
        )
        batch_op.create_index("ix_programme_targets_team", ["cycle_id", "team_id"], unique=True)

    op.create_table(
        "allocations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=True),
        sa.Column("open_case_id", sa.Integer(), nullable=True),
        sa.Column(
            "chosen_because",
            sa.Enum(
                "random",
                "substitute",
                "re_audit",
                name="chosen_because",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("case_reference", sa.String(length=20), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("locality_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("worker_staff_id", sa.String(length=20), nullable=True),
        sa.Column("auditor_id", sa.Integer(), nullable=True),
        sa.Column("allocated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("first_due_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "put_aside",
            sa.Enum(
                "waiting",
                "given",
                "started",
                "done",
                "exempt",
                "substituted",
                name="put_aside",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("put_aside_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("audit_id", sa.Integer(), nullable=True),
        sa.Column("re_audit_of_id", sa.Integer(), nullable=True),
        sa.Column("in_place_of_id", sa.Integer(), nullable=True),
        sa.Column("reference", sa.String(length=9), nullable=False),
        sa.CheckConstraint(
            "put_aside IS NULL OR put_aside IN ('exempt', 'substituted')",
            name=op.f("ck_allocations_put_aside_how"),
        ),
        sa.ForeignKeyConstraint(["audit_id"], ["audits.id"], name=op.f("fk_allocations_audit_id")),
        sa.ForeignKeyConstraint(
            ["auditor_id"], ["users.id"], name=op.f("fk_allocations_auditor_id")
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["programme_cycles.id"], name=op.f("fk_allocations_cycle_id")
        ),
        sa.ForeignKeyConstraint(
            ["in_place_of_id"], ["allocations.id"], name=op.f("fk_allocations_in_place_of_id")
        ),
        sa.ForeignKeyConstraint(
            ["locality_id"], ["localities.id"], name=op.f("fk_allocations_locality_id")
        ),
        sa.ForeignKeyConstraint(
            ["open_case_id"], ["open_cases.id"], name=op.f("fk_allocations_open_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["re_audit_of_id"], ["audits.id"], name=op.f("fk_allocations_re_audit_of_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_allocations_service_id")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_allocations_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocations")),
        sa.UniqueConstraint("audit_id", name=op.f("uq_allocations_audit_id")),
        sa.UniqueConstraint("in_place_of_id", name=op.f("uq_allocations_in_place_of_id")),
        sa.UniqueConstraint("open_case_id", name=op.f("uq_allocations_open_case_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_allocations_reference")),
    )
    with op.batch_alter_table("allocations", schema=None) as batch_op:
        batch_op.create_index(
            "ix_allocations_auditor_id_put_aside", ["auditor_id", "put_aside"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_allocations_case_reference"), ["case_reference"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_allocations_cycle_id"), ["cycle_id"], unique=False)
        batch_op.create_index("ix_allocations_first_due_on", ["first_due_on"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_allocations_re_audit_of_id"), ["re_audit_of_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_allocations_service_id"), ["service_id"], unique=False)

    op.create_table(
        "audit_themes",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audits.id"], name=op.f("fk_audit_themes_audit_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["theme_id"], ["themes.id"], name=op.f("fk_audit_themes_theme_id")),
        sa.PrimaryKeyConstraint("audit_id", "theme_id", name=op.f("pk_audit_themes")),
    )
    with op.batch_alter_table("audit_themes", schema=None) as batch_op:
        batch_op.create_index("ix_audit_themes_theme_id", ["theme_id"], unique=False)

    op.create_table(
        "action_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column(
            "event",
            sa.Enum(
                "opened",
                "note",
                "assigned",
                "extended",
                "closed",
                "verified",
                "not_verified",
                "answered",
                "followed",
                "joined",
                "separated",
                "reopened",
                "rechecked",
                name="event",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column(
            "difference",
            sa.Enum(
                "yes",
                "partly",
                "no",
                "too_early",
                name="difference",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("was_due_on", sa.Date(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "event != 'closed' OR (text IS NOT NULL AND trim(text) != '' "
            "AND difference IS NOT NULL)",
            name=op.f("ck_action_entries_closed_with_evidence"),
        ),
        sa.CheckConstraint(
            "event != 'answered' OR difference IS NOT NULL",
            name=op.f("ck_action_entries_answered_with_a_difference"),
        ),
        sa.ForeignKeyConstraint(
            ["action_id"],
            ["actions.id"],
            name=op.f("fk_action_entries_action_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_action_entries_by_id")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_action_entries_owner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_entries")),
    )
    with op.batch_alter_table("action_entries", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_action_entries_action_id"), ["action_id"], unique=False
        )

    op.create_table(
        "action_rechecks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sample_id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_by_id", sa.Integer(), nullable=True),
        sa.Column("holds", sa.Boolean(), nullable=True),
        sa.Column("found", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(checked_at IS NULL) = (holds IS NULL)",
            name=op.f("ck_action_rechecks_checked_with_a_finding"),
        ),
        sa.ForeignKeyConstraint(
            ["action_id"],
            ["actions.id"],
            name=op.f("fk_action_rechecks_action_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["checked_by_id"], ["users.id"], name=op.f("fk_action_rechecks_checked_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["sample_id"],
            ["action_samples.id"],
            name=op.f("fk_action_rechecks_sample_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_rechecks")),
    )
    with op.batch_alter_table("action_rechecks", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_action_rechecks_action_id"), ["action_id"], unique=False
        )
        batch_op.create_index(
            "ix_action_rechecks_sample_action", ["sample_id", "action_id"], unique=True
        )

    op.create_table(
        "action_themes",
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["action_id"],
            ["actions.id"],
            name=op.f("fk_action_themes_action_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["theme_id"], ["themes.id"], name=op.f("fk_action_themes_theme_id")
        ),
        sa.PrimaryKeyConstraint("action_id", "theme_id", name=op.f("pk_action_themes")),
    )
    with op.batch_alter_table("action_themes", schema=None) as batch_op:
        batch_op.create_index("ix_action_themes_theme_id", ["theme_id"], unique=False)

    op.create_table(
        "allocation_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("allocation_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "extension",
                "exemption",
                "substitution",
                "reallocation",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind != 'extension' OR until IS NOT NULL",
            name=op.f("ck_allocation_requests_extension_until"),
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by_id IS NULL) AND (decided_at IS NULL) = (granted IS NULL)",
            name=op.f("ck_allocation_requests_decided_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["allocation_id"],
            ["allocations.id"],
            name=op.f("fk_allocation_requests_allocation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["users.id"], name=op.f("fk_allocation_requests_asked_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["users.id"], name=op.f("fk_allocation_requests_decided_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation_requests")),
    )
    with op.batch_alter_table("allocation_requests", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_allocation_requests_allocation_id"), ["allocation_id"], unique=False
        )
        batch_op.create_index("ix_allocation_requests_decided_at", ["decided_at"], unique=False)

    with op.batch_alter_table("actions", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "source",
                sa.Enum(
                    "audit",
                    "moderation",
                    "theme",
                    "action",
                    name="source",
                    native_enum=False,
                    create_constraint=True,
                    length=30,
                ),
                nullable=False,
                server_default="audit",
            )
        )
        batch_op.add_column(
            sa.Column(
                "kind",
                sa.Enum(
                    "compliance",
                    "quality",
                    name="kind",
                    native_enum=False,
                    create_constraint=True,
                    length=30,
                ),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("owner_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("team_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("service_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("first_due_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column(
                "state",
                sa.Enum(
                    "open",
                    "to_verify",
                    "closed",
                    "joined",
                    name="state",
                    native_enum=False,
                    create_constraint=True,
                    length=30,
                ),
                nullable=False,
                server_default="open",
            )
        )
        batch_op.add_column(sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("closed_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "difference",
                sa.Enum(
                    "yes",
                    "partly",
                    "no",
                    "too_early",
                    name="difference",
                    native_enum=False,
                    create_constraint=True,
                    length=30,
                ),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("look_again_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("verified_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("joined_to_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("like_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("reference", sa.String(length=9), nullable=True))
        batch_op.alter_column("audit_id", existing_type=sa.INTEGER(), nullable=True)
        batch_op.alter_column("owner", existing_type=sa.VARCHAR(length=120), nullable=True)
        batch_op.create_index("ix_actions_closed_at", ["closed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_actions_joined_to_id"), ["joined_to_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_actions_like_id"), ["like_id"], unique=False)
        batch_op.create_index(
            "ix_actions_owner_id_state_due_on", ["owner_id", "state", "due_on", "id"], unique=False
        )
        batch_op.create_index(
            "ix_actions_service_id_state_due_on",
            ["service_id", "state", "due_on", "id"],
            unique=False,
        )
        batch_op.create_index("ix_actions_state_due_on", ["state", "due_on", "id"], unique=False)
        batch_op.create_index(
            "ix_actions_team_id_state_due_on", ["team_id", "state", "due_on", "id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_actions_service_id"), "services", ["service_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_actions_verified_by_id"), "users", ["verified_by_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_actions_like_id"), "actions", ["like_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_actions_closed_by_id"), "users", ["closed_by_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_actions_joined_to_id"), "actions", ["joined_to_id"], ["id"]
        )
        batch_op.create_foreign_key(batch_op.f("fk_actions_team_id"), "teams", ["team_id"], ["id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_actions_owner_id"), "users", ["owner_id"], ["id"]
        )

    follow_actions(op.get_bind())
    with op.batch_alter_table("actions", schema=None) as batch_op:
        batch_op.alter_column("reference", existing_type=sa.String(length=9), nullable=False)
        batch_op.alter_column("source", existing_type=sa.String(length=30), server_default=None)
        batch_op.alter_column("state", existing_type=sa.String(length=30), server_default=None)
        batch_op.create_unique_constraint(batch_op.f("uq_actions_reference"), ["reference"])
        for name, rule in CHECKS.items():
            batch_op.create_check_constraint(op.f(f"ck_actions_{name}"), sa.text(rule))

    keep_themes(op.get_bind())
    with op.batch_alter_table("audits", schema=None) as batch_op:
        batch_op.add_column(sa.Column("re_audit_of_id", sa.Integer(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_audits_re_audit_of_id"), ["re_audit_of_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_audits_re_audit_of_id"), "audits", ["re_audit_of_id"], ["id"]
        )
        batch_op.drop_column("theme")


def downgrade():
    with op.batch_alter_table("audits", schema=None) as batch_op:
        batch_op.add_column(sa.Column("theme", sa.String(length=200), nullable=True))
        batch_op.drop_constraint(batch_op.f("fk_audits_re_audit_of_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_audits_re_audit_of_id"))
        batch_op.drop_column("re_audit_of_id")

    restore_themes(op.get_bind())
    name_owners(op.get_bind())
    with op.batch_alter_table("actions", schema=None) as batch_op:
        for name in (*CHECKS, *WORDS):
            batch_op.drop_constraint(op.f(f"ck_actions_{name}"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_actions_owner_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_actions_team_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_actions_joined_to_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_actions_closed_by_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_actions_like_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_actions_verified_by_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_actions_service_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_actions_reference"), type_="unique")
        batch_op.drop_index("ix_actions_team_id_state_due_on")
        batch_op.drop_index("ix_actions_state_due_on")
        batch_op.drop_index("ix_actions_service_id_state_due_on")
        batch_op.drop_index("ix_actions_owner_id_state_due_on")
        batch_op.drop_index(batch_op.f("ix_actions_like_id"))
        batch_op.drop_index(batch_op.f("ix_actions_joined_to_id"))
        batch_op.drop_index("ix_actions_closed_at")
        batch_op.alter_column("owner", existing_type=sa.VARCHAR(length=120), nullable=False)
        batch_op.alter_column("audit_id", existing_type=sa.INTEGER(), nullable=False)
        batch_op.drop_column("reference")
        batch_op.drop_column("like_id")
        batch_op.drop_column("joined_to_id")
        batch_op.drop_column("verified_by_id")
        batch_op.drop_column("verified_at")
        batch_op.drop_column("look_again_on")
        batch_op.drop_column("difference")
        batch_op.drop_column("closed_by_id")
        batch_op.drop_column("closed_at")
        batch_op.drop_column("state")
        batch_op.drop_column("opened_at")
        batch_op.drop_column("first_due_on")
        batch_op.drop_column("service_id")
        batch_op.drop_column("team_id")
        batch_op.drop_column("owner_id")
        batch_op.drop_column("kind")
        batch_op.drop_column("source")

    with op.batch_alter_table("allocation_requests", schema=None) as batch_op:
        batch_op.drop_index("ix_allocation_requests_decided_at")
        batch_op.drop_index(batch_op.f("ix_allocation_requests_allocation_id"))

    op.drop_table("allocation_requests")
    with op.batch_alter_table("action_themes", schema=None) as batch_op:
        batch_op.drop_index("ix_action_themes_theme_id")

    op.drop_table("action_themes")
    with op.batch_alter_table("action_rechecks", schema=None) as batch_op:
        batch_op.drop_index("ix_action_rechecks_sample_action")
        batch_op.drop_index(batch_op.f("ix_action_rechecks_action_id"))

    op.drop_table("action_rechecks")
    with op.batch_alter_table("action_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_action_entries_action_id"))

    op.drop_table("action_entries")
    with op.batch_alter_table("audit_themes", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_themes_theme_id")

    op.drop_table("audit_themes")
    with op.batch_alter_table("allocations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_allocations_service_id"))
        batch_op.drop_index(batch_op.f("ix_allocations_re_audit_of_id"))
        batch_op.drop_index("ix_allocations_first_due_on")
        batch_op.drop_index(batch_op.f("ix_allocations_cycle_id"))
        batch_op.drop_index(batch_op.f("ix_allocations_case_reference"))
        batch_op.drop_index("ix_allocations_auditor_id_put_aside")

    op.drop_table("allocations")
    with op.batch_alter_table("programme_targets", schema=None) as batch_op:
        batch_op.drop_index("ix_programme_targets_team")
        batch_op.drop_index("ix_programme_targets_service")
        batch_op.drop_index("ix_programme_targets_auditor")

    op.drop_table("programme_targets")
    with op.batch_alter_table("ended_exemptions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ended_exemptions_cycle_id"))

    op.drop_table("ended_exemptions")
    with op.batch_alter_table("open_cases", schema=None) as batch_op:
        batch_op.drop_index("ix_open_cases_cycle_id_stratum_place")
        batch_op.drop_index("ix_open_cases_cycle_id_case_reference")
        batch_op.drop_index(batch_op.f("ix_open_cases_case_reference"))

    op.drop_table("open_cases")
    op.drop_table("case_lists")
    with op.batch_alter_table("programme_cycles", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme_cycles_theme_id"))
        batch_op.drop_index(batch_op.f("ix_programme_cycles_starts_on"))

    op.drop_table("programme_cycles")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index("ix_messages_user_id_made_at")
        batch_op.drop_index("ix_messages_state_made_at")

    op.drop_table("messages")
    with op.batch_alter_table("declared_stakes", schema=None) as batch_op:
        batch_op.drop_index("ix_declared_stakes_case_user")

    op.drop_table("declared_stakes")
    op.drop_table("action_samples")
    with op.batch_alter_table("absences", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_absences_user_id"))

    op.drop_table("absences")
    op.drop_table("themes")
