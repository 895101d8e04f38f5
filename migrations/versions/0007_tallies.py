"""counts of judgements and of moderations, kept beside the records they count

They are filled from the audits there are.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MODERATED = "audits.state IN ('moderated', 'accepted', 'disputed', 'resolved')"
RECORDED = (
    "audits.state IN ('submitted', 'returned', 'moderated', 'accepted', 'disputed', 'resolved', "
    "'complete')"
)
#: What a count reads besides the place it is of: from the index alone.
COUNTED = (
    "audit_month",
    "audit_type",
    "selection",
    "final_overall",
    "state",
    "overall",
    "service_id",
    "locality_id",
    "team_id",
    "audit_date",
    "id",
)
PLACES = {
    "authority": "0",
    "service": "service_id",
    "locality": "locality_id",
    "team": "team_id",
}
AT = "audits.service_id, audits.locality_id, audits.team_id, audits.audit_month AS month"
#: While an audit is returned, what its auditor submitted still counts.
AUDITED = "CASE WHEN audits.state = 'returned' THEN {final} ELSE {audited} END"
FINDINGS = (
    "JOIN findings ON findings.audit_id = audits.id JOIN threads ON threads.id = findings.thread_id"
)

TYPED = f"{AT}, audits.audit_type, COALESCE(audits.selection, '') AS selection"
JUDGED = " UNION ALL ".join(
    f"""
    SELECT {TYPED}, {judged} AS judged, '{basis}' AS basis, {judgement} AS judgement
    FROM audits {joined}
    WHERE {RECORDED} AND audits.audit_month IS NOT NULL AND {judgement} IS NOT NULL
    """  # noqa: S608
    for judged, joined, basis, judgement in (
        ("'overall'", "", "final", "audits.final_overall"),
        (
            "'overall'",
            "",
            "audited",
            AUDITED.format(final="audits.final_overall", audited="audits.overall"),
        ),
        ("threads.code", FINDINGS, "final", "findings.final_judgement"),
        (
            "threads.code",
            FINDINGS,
            "audited",
            AUDITED.format(final="findings.final_judgement", audited="findings.judgement"),
        ),
    )
)

CHOSEN = """
    CASE
        WHEN moderation_draws.audit_id IS NULL THEN 'not_known'
        WHEN moderation_draws.chosen_because = 'random' THEN 'random'
        ELSE 'targeted'
    END AS chosen
"""
MODERATIONS = """
    JOIN moderations ON moderations.audit_id = audits.id
    LEFT JOIN moderation_draws ON moderation_draws.audit_id = audits.id
"""
NEWEST = """
    SELECT judgements.judgement FROM judgements
    WHERE judgements.audit_id = findings.audit_id AND judgements.thread_id = findings.thread_id
        AND judgements.stage = 'moderated'
    ORDER BY judgements.id DESC LIMIT 1
"""
#: In the open a moderator writes down only the threads they judge otherwise.
THREAD_MODERATED = f"""
    CASE WHEN audits.imported THEN NULL ELSE COALESCE(
        ({NEWEST}), CASE WHEN moderations.blind THEN NULL ELSE findings.judgement END
    ) END
"""
PAIRS = " UNION ALL ".join(
    f"""
    SELECT {AT}, {judged} AS judged, moderations.blind, {CHOSEN},
        {before} AS audited, {after} AS moderated
    FROM audits {MODERATIONS} {joined}
    WHERE {MODERATED} AND audits.audit_month IS NOT NULL
        AND {before} IS NOT NULL AND {after} IS NOT NULL
    """  # noqa: S608
    for judged, joined, before, after in (
        ("'overall'", "", "audits.overall", "moderations.overall"),
        ("threads.code", FINDINGS, "findings.judgement", THREAD_MODERATED),
    )
)
DAYS = {
    "sqlite": "CAST(julianday(moderations.moderated_on) - julianday(audits.audit_date) AS INTEGER)",
    "postgresql": "(moderations.moderated_on - audits.audit_date)",
}


def waits(dialect):
    days = DAYS[dialect]
    return f"""
    SELECT {AT}, moderations.blind, {CHOSEN}, CASE WHEN {days} < 0 THEN 0 ELSE {days} END AS days
    FROM audits {MODERATIONS}
    WHERE {MODERATED} AND audits.audit_month IS NOT NULL AND audits.audit_date IS NOT NULL
    """  # noqa: S608


def fill(table, facts, parts, by_type=False):
    """Count facts for each place, by ``parts``; the authority and services by type as well."""
    shown = ", ".join(parts)
    ways = [(kind, place, False) for kind, place in PLACES.items()]
    ways += [(kind, PLACES[kind], True) for kind in ("authority", "service") if by_type]
    counted = []
    for kind, place, apart in ways:
        typed = ("audit_type, selection, " if apart else "'*', '*', ") if by_type else ""
        by = ([] if place == "0" else [place]) + (["audit_type", "selection"] if apart else [])
        counted.append(
            f"SELECT '{kind}', {place}, {typed}{shown}, SUM(n) FROM cells "  # noqa: S608
            f"GROUP BY {', '.join([*by, *parts])}"
        )
    cells = ["service_id", "locality_id", "team_id", *parts]
    cells += ["audit_type", "selection"] if by_type else []
    into = ["place_kind", "place_id", *(["audit_type", "selection"] if by_type else []), *parts]
    op.execute(
        f"INSERT INTO {table} ({', '.join(into)}, n) "  # noqa: S608
        f"WITH facts AS ({facts}), cells AS (SELECT {', '.join(cells)}, COUNT(*) AS n FROM facts "
        f"GROUP BY {', '.join(cells)}) {' UNION ALL '.join(counted)}"
    )


#: How an audit was done, which is counted by month from the index alone.
DONE = (
    "audit_month",
    "worker_involvement",
    "family_feedback",
    "audit_type",
    "selection",
    "service_id",
    "locality_id",
    "team_id",
    "state",
)
DONE_OF = sa.text("state NOT IN ('draft', 'discarded')")


def upgrade():
    op.create_index(
        "ix_audits_done", "audits", DONE, sqlite_where=DONE_OF, postgresql_where=DONE_OF
    )
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
        sa.Column("judged", sa.String(length=30), nullable=False),
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
            "judged",
            "place_id",
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
        sa.Column("audit_type", sa.String(length=30), nullable=False),
        sa.Column("selection", sa.String(length=30), nullable=False),
        sa.Column("judged", sa.String(length=30), nullable=False),
        sa.Column("basis", sa.String(length=10), nullable=False),
        sa.Column("place_id", sa.Integer(), autoincrement=False, nullable=False),
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
            "audit_type",
            "selection",
            "judged",
            "basis",
            "place_id",
            "month",
            "judgement",
            name=op.f("pk_tallies"),
        ),
        sqlite_with_rowid=False,
    )
    for place in ("locality_id", "team_id"):
        op.drop_index(f"ix_audits_{place}", table_name="audits")
        rest = [name for name in COUNTED if name != place]
        op.create_index(f"ix_audits_counted_{place}", "audits", [place, *rest])
    op.drop_index("ix_audits_state_month_final", table_name="audits")
    op.create_index("ix_audits_counted", "audits", COUNTED)
    op.drop_index("ix_findings_audit_id", table_name="findings")
    op.create_index(
        "ix_findings_counted", "findings", ["audit_id", "thread_id", "final_judgement", "judgement"]
    )
    dialect = op.get_bind().dialect.name
    fill("tallies", JUDGED, ("judged", "basis", "month", "judgement"), by_type=True)
    pair = ("judged", "blind", "chosen", "month", "audited", "moderated")
    fill("moderation_tallies", PAIRS, pair)
    fill("moderation_waits", waits(dialect), ("blind", "chosen", "month", "days"))


def downgrade():
    op.drop_table("tallies")
    op.drop_table("moderation_waits")
    op.drop_table("moderation_tallies")
    op.drop_index("ix_findings_counted", table_name="findings")
    op.create_index("ix_findings_audit_id", "findings", ["audit_id"])
    op.drop_index("ix_audits_counted", table_name="audits")
    op.create_index(
        "ix_audits_state_month_final", "audits", ["state", "audit_month", "final_overall"]
    )
    for place in ("locality_id", "team_id"):
        op.drop_index(f"ix_audits_counted_{place}", table_name="audits")
        op.create_index(f"ix_audits_{place}", "audits", [place])
    op.drop_index("ix_audits_done", table_name="audits")
