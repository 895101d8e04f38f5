"""What belongs to an audit, table by table: what goes with it, and what is told of its case.

One list for both, so that what is told of a case and what goes with it are the same rows. A test
walks every foreign key of the tables and fails for one that is named nowhere here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, or_, select

from audit_app.models import Base


@dataclass(frozen=True)
class Part:
    """Rows that belong to a row of another table, by the columns that say to which."""

    table: str
    of: str
    columns: tuple[str, ...]

    @property
    def rows(self) -> Table:
        return Base.metadata.tables[self.table]

    def belongs_to(self, owners: Sequence[int]) -> ColumnElement[bool]:
        """Whether a row belongs to one of these, by their numbers."""
        return or_(*(self.rows.c[name].in_(owners) for name in self.columns))


AUDITS = "audits"


def _of_audit(*tables: str) -> tuple[Part, ...]:
    return tuple(Part(table, AUDITS, ("audit_id",)) for table in tables)


#: Each after what it belongs to.
PARTS = (
    *_of_audit("findings", "oversight_statements", "saved_sections", "audit_themes"),
    *_of_audit("submissions", "judgements", "moderation_draws", "moderations"),
    *_of_audit("evidence_requests", "moderation_answers", "resolutions"),
    *_of_audit("reflections", "passages"),
    *_of_audit("calibrations"),
    Part("calibration_places", "calibrations", ("calibration_id",)),
    Part("calibration_judgements", "calibrations", ("calibration_id",)),
    *_of_audit("escalations"),
    Part("escalation_entries", "escalations", ("escalation_id",)),
    *_of_audit("actions"),
    Part("action_entries", "actions", ("action_id",)),
    Part("action_rechecks", "actions", ("action_id",)),
    Part("action_themes", "actions", ("action_id",)),
    Part("allocations", AUDITS, ("audit_id", "re_audit_of_id")),
    Part("allocation_requests", "allocations", ("allocation_id",)),
)

#: What keeps a record while the row that refers to it stays: a re-audit, a joined action, a
#: re-audit that was asked for. ``standing`` finds them.
KEEPS = (
    ("audits", "re_audit_of_id"),
    ("actions", "joined_to_id"),
    ("allocations", "re_audit_of_id"),
)

#: What refers to a row that goes, stays, and refers to nothing from then on.
LETS_GO = (
    ("actions", "like_id", "actions"),
    ("allocations", "in_place_of_id", "allocations"),
)

#: What is known of a case besides its audits, by the column that names the case.
BY_CASE = {
    "audits": "case_reference",
    "allocations": "case_reference",
    "open_cases": "case_reference",
    "ended_exemptions": "case_reference",
    "declared_stakes": "case_reference",
    "legal_holds": "case_reference",
}

#: What is known of a record by its reference.
BY_REFERENCE = {
    "history_events": "record_reference",
    "personal_data_reasons": "record_reference",
}

#: Tables with references to records in them that hold nothing of a case.
NO_CASE = {
    "published_documents": "Frozen papers of aggregate figures and alerts; they name no case.",
}


def numbers_of(connection: Connection, audits: Sequence[int]) -> Mapping[str, Sequence[int]]:
    """The row numbers of everything of these audits that other rows belong to, by table."""
    known: dict[str, Sequence[int]] = {AUDITS: audits}
    for part in PARTS:
        if part.table in _OWNERS:
            which = select(part.rows.c.id).where(part.belongs_to(known[part.of]))
            known[part.table] = connection.scalars(which).all()
    return known


def rows_of(connection: Connection, part: Part, known: Mapping[str, Sequence[int]]) -> list[Any]:
    """Every column of every row of a part."""
    belongs = select(part.rows).where(part.belongs_to(known[part.of]))
    return [dict(row) for row in connection.execute(belongs).mappings()]


_OWNERS = frozenset(part.of for part in PARTS)
