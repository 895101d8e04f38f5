"""What the table of audits is found, listed and counted by."""

from __future__ import annotations

from sqlalchemy import Index, text

from audit_app.rules.audit_steps import RECORDED_STATES, AuditState

#: The states that keep an audit out of figures and lists of others, as SQL writes them.
NOT_RECORDED = [f"'{state.value}'" for state in AuditState if state not in RECORDED_STATES]
#: What a list sorts, filters and shows by besides the date: it is read from the index alone.
_LISTED_WITH = (
    "state",
    "auditor_id",
    "service_id",
    "locality_id",
    "team_id",
    "final_overall",
    "blind",
    "audit_type",
    "selection",
)
#: How an audit was done, which is counted by month from the index alone, in all places or in one.
_DONE = (
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
_QUEUED_WITH = ("safeguarding_concern", "auditor_id", "team_id", "service_id", "worker_staff_id")
#: What a count of records reads, for questions that no tally answers: from the index alone.
_COUNTED_WITH = (
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


def _recorded_index(name: str, *columns: str) -> Index:
    recorded = text(f"state NOT IN ({', '.join(NOT_RECORDED)})")
    return Index(name, *columns, sqlite_where=recorded, postgresql_where=recorded)


def _count_index(place: str) -> Index:
    rest = [name for name in _COUNTED_WITH if name != place]
    return Index(f"ix_audits_counted_{place}", place, *rest)


def _list_index(*columns: str) -> Index:
    """An index of the audits that a list shows to others, in the list's order."""
    name = "ix_audits_listed" if columns[0] == "listed_on" else f"ix_audits_listed_{columns[0]}"
    return _recorded_index(name, *columns)


#: All indexes of the table of audits, for its definition.
INDEXES = (
    Index("ix_audits_counted", *_COUNTED_WITH),
    _count_index("locality_id"),
    _count_index("team_id"),
    Index("ix_audits_state_date", "state", "audit_date"),
    Index("ix_audits_auditor_state", "auditor_id", "state"),
    _list_index("listed_on", "id", *_LISTED_WITH),
    _list_index("service_id", "listed_on", "id"),
    _list_index("team_id", "listed_on", "id"),
    _list_index("worker_staff_id", "listed_on", "id"),
    _list_index("auditor_id", "listed_on", "id"),
    _recorded_index("ix_audits_done", *_DONE),
    Index("ix_audits_queue", "state", "submitted_at", "id", *_QUEUED_WITH),
)
