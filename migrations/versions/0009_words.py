"""what was written in audits, to be searched by its words

The words of every passage are indexed: by FTS5 on SQLite, in a column of its own on PostgreSQL. Both
find a word by its stem and leave no word out, as "not" and "no" matter here. What stands between
letters and digits parts words, whatever it is.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OF_THREADS = ("evidence", "working_well", "worried_about", "impact")
OF_AUDITS = {
    "worker_not_involved_reason": "",
    "rationale": "",
    "overall_reason": "",
    "feedback_not_sought_reason": "",
    "feedback_from": "",
    "feedback_how": "",
    "feedback_said": "",
    "good_practice_note": "good_practice",
    "good_practice_quote": "good_practice",
    "concern_what": "safeguarding_concern",
    "concern_told": "safeguarding_concern",
}
OF_OVERSIGHT = (
    "issue",
    "options",
    "likely_impact",
    "decision",
    "expected_impact",
    "contingency",
    "review",
)
SECTIONS = {
    "worker_not_involved_reason": "case",
    "rationale": "overall",
    "overall_reason": "overall",
    "good_practice_note": "overall",
    "good_practice_quote": "overall",
    "concern_what": "overall",
    "concern_told": "overall",
    "feedback_not_sought_reason": "family",
    "feedback_from": "family",
    "feedback_how": "family",
    "feedback_said": "family",
    **dict.fromkeys(OF_OVERSIGHT, "oversight"),
}
#: One that is being written again is found by what was submitted last.
READ_AS_IT_STANDS = "audits.state NOT IN ('draft', 'discarded', 'returned')"

SQLITE = (
    """
    CREATE VIRTUAL TABLE passage_words USING fts5(
        text, content='passages', content_rowid='id',
        tokenize='porter unicode61 remove_diacritics 0', columnsize=0
    )
    """,
    """
    CREATE TRIGGER passages_words_in AFTER INSERT ON passages BEGIN
        INSERT INTO passage_words (rowid, text) VALUES (new.id, new.text);
    END
    """,
    """
    CREATE TRIGGER passages_words_out AFTER DELETE ON passages BEGIN
        INSERT INTO passage_words (passage_words, rowid, text) VALUES ('delete', old.id, old.text);
    END
    """,
    """
    CREATE TRIGGER passages_words_changed AFTER UPDATE ON passages BEGIN
        INSERT INTO passage_words (passage_words, rowid, text) VALUES ('delete', old.id, old.text);
        INSERT INTO passage_words (rowid, text) VALUES (new.id, new.text);
    END
    """,
)
POSTGRESQL = (
    "CREATE TEXT SEARCH DICTIONARY audit_words (TEMPLATE = snowball, LANGUAGE = english)",
    "CREATE TEXT SEARCH CONFIGURATION audit_words (COPY = pg_catalog.simple)",
    """
    ALTER TEXT SEARCH CONFIGURATION audit_words
        ALTER MAPPING FOR asciiword, word, numword WITH audit_words
    """,
    # The colons are no parameter's.
    r"""
    ALTER TABLE passages ADD COLUMN words tsvector GENERATED ALWAYS AS (
        to_tsvector('audit_words', regexp_replace(text, '[^[\:alnum\:]]', ' ', 'g'))
    ) STORED
    """,
    "CREATE INDEX ix_passages_words ON passages USING gin (words)",
)


def upgrade():
    op.create_table(
        "passages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=True),
        sa.Column("field", sa.String(length=30), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audits.id"], name=op.f("fk_passages_audit_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name=op.f("fk_passages_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passages")),
    )
    op.create_index(op.f("ix_passages_audit_id"), "passages", ["audit_id"])
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE if sqlite else POSTGRESQL:
        op.execute(statement)
    copy_what_is_written()
    copy_what_was_submitted()


def copy_what_is_written():
    for name in OF_THREADS:
        copy(name, f"findings.{name}", "findings.thread_id", "findings")
    for name, said_so in OF_AUDITS.items():
        copy(name, f"audits.{name}", also=f"audits.{said_so}" if said_so else "")
    for name in OF_OVERSIGHT:
        copy(name, f"oversight_statements.{name}", table="oversight_statements")
    copy("practice_note", "moderations.practice_note", table="moderations")


def copy(name, text, thread="NULL", table="", also=""):
    joined = f"JOIN {table} ON {table}.audit_id = audits.id" if table else ""
    op.execute(
        "INSERT INTO passages (audit_id, thread_id, field, text) "  # noqa: S608  names from above
        f"SELECT audits.id, {thread}, '{name}', {text} FROM audits {joined} "
        f"WHERE {READ_AS_IT_STANDS} AND trim({text}) != '' {'AND ' + also if also else ''}"
    )


def copy_what_was_submitted():
    """Of audits that are being written again: what their last submission says."""
    connection = op.get_bind()
    threads = connection.execute(
        sa.text(
            "SELECT findings.audit_id, threads.code, threads.id FROM findings "
            "JOIN threads ON threads.id = findings.thread_id "
            "JOIN audits ON audits.id = findings.audit_id WHERE audits.state = 'returned'"
        )
    ).all()
    submitted = connection.execute(
        sa.text(
            "SELECT submissions.audit_id, submissions.answers FROM submissions "
            "JOIN audits ON audits.id = submissions.audit_id WHERE audits.state = 'returned' "
            "ORDER BY submissions.number"
        )
    )
    last = {row.audit_id: row.answers for row in submitted}
    passages = sa.table(
        "passages", *(sa.column(name) for name in ("audit_id", "thread_id", "field", "text"))
    )
    for audit, kept in last.items():
        answers = json.loads(kept) if isinstance(kept, str) else kept
        own = {code: number for each, code, number in threads if each == audit}
        rows = [
            {"audit_id": audit, "thread_id": thread, "field": name, "text": text}
            for thread, name, text in texts_in(answers, own)
            if text and text.strip()
        ]
        if rows:
            connection.execute(sa.insert(passages), rows)


def texts_in(answers, threads):
    for code, number in threads.items():
        said = answers.get(f"thread-{code}", {})
        for name in OF_THREADS:
            yield number, name, said.get(name)
    for name, section in SECTIONS.items():
        said = answers.get(section, {})
        said_so = OF_AUDITS.get(name, "")
        if not said_so or said.get(said_so):
            yield None, name, said.get(name)


def downgrade():
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE passage_words")
        op.drop_table("passages")
    else:
        op.drop_table("passages")
        op.execute("DROP TEXT SEARCH CONFIGURATION audit_words")
        op.execute("DROP TEXT SEARCH DICTIONARY audit_words")
