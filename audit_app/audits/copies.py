"""What an auditor said when they submitted: the whole of it, copied, and shown again as it was.

A copy is kept with every submission. It holds each section's fields by the section's key, dates as
``yyyy-mm-dd`` and words of a vocabulary by their values, so that it can be read whatever becomes of
the audit afterwards. A field that was not recorded at the time reads as None.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Date, Enum

from audit_app.audits.sections import FIELDS, Kind, holder, sections_of
from audit_app.models import (
    Action,
    Audit,
    Finding,
    OversightStatement,
    Submission,
    Theme,
    Thread,
    User,
)
from audit_app.models.base import JsonObject
from audit_app.rules.actions import ActionSource, owned_by
from audit_app.rules.audit_steps import AuditState

#: What is kept of an action, besides its thread, the person who owns it and its themes.
ACTION_FIELDS = ("what", "kind", "owner", "due_on", "priority")

_TABLES = {
    Kind.CASE: Audit,
    Kind.THREAD: Finding,
    Kind.OVERALL: Audit,
    Kind.FAMILY: Audit,
    Kind.OVERSIGHT: OversightStatement,
    Kind.ACTIONS: Action,
}


class Copied(SimpleNamespace):
    """Read like the row it was copied from; nothing in it can be changed, and none of it saved."""

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("What was submitted is never changed")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("What was submitted is never changed")

    def __str__(self) -> str:
        return str(self.name)


def copy_of(audit: Audit) -> JsonObject:
    """Everything the auditor has said, as JSON can hold it."""
    copied: JsonObject = {"thread_set": audit.thread_set.code}
    for section in sections_of(audit):
        row = holder(audit, section)
        copied[section.key] = {
            name: _plain(getattr(row, name, None)) for name in FIELDS[section.kind]
        }
    copied[Kind.CASE]["team"] = {
        name: {"id": place.id, "name": place.name}
        for name, place in (
            ("team", audit.team),
            ("service", audit.service),
            ("locality", audit.locality),
        )
    }
    copied[Kind.CASE]["themes"] = _copy_of_rows(audit.themes)
    before = _actions_submitted(audit)
    copied[Kind.ACTIONS] = [
        (each.live and before.get(each.reference)) or _copy_of_action(each)
        for each in audit.actions
        if each.source is ActionSource.AUDIT
    ]
    return copied


def _actions_submitted(audit: Audit) -> dict[str, JsonObject]:
    """What the auditor said of each action before: once it is live, others move it on."""
    kept = audit.submissions[-1].answers.get(Kind.ACTIONS, []) if audit.submissions else []
    return {each["reference"]: each for each in kept if "reference" in each}


def _copy_of_action(action: Action) -> JsonObject:
    held = {name: _plain(getattr(action, name)) for name in ACTION_FIELDS}
    return held | {
        "reference": action.reference,
        "thread": None if action.thread is None else action.thread.code,
        "person": _copy_of_rows([action.owner_user])[0] if action.owner_user else None,
        "themes": _copy_of_rows(action.themes),
    }


def _copy_of_rows(rows: Iterable[Theme | User]) -> list[JsonObject]:
    return [{"id": row.id, "name": row.name} for row in rows]


def shown_to(user: User, audit: Audit) -> Audit | Copied:
    """What this person is shown of an audit: what was submitted last, while it is written again.

    Its auditor is shown what they are writing.
    """
    if audit.state is AuditState.RETURNED and audit.submissions and user.id != audit.auditor_id:
        return as_submitted(audit, audit.submissions[-1])
    return audit


def as_submitted(audit: Audit, submission: Submission) -> Copied:
    """The audit as it was submitted then, for ``templates/audits/_answers.html`` and its like.

    It has the audit's attributes by the same names. Its judgements are the auditor's at that time,
    the reported ones too: nobody else had judged what was said then.
    """
    kept = submission.answers
    case = _read(Kind.CASE, kept[Kind.CASE])
    overall = _read(Kind.OVERALL, kept[Kind.OVERALL])
    places = {name: Copied(**place) for name, place in kept[Kind.CASE]["team"].items()}
    return Copied(
        reference=audit.reference,
        state=audit.state,
        imported=audit.imported,
        blind=audit.blind,
        auditor=audit.auditor,
        auditor_id=audit.auditor_id,
        hides_judgement_from=audit.hides_judgement_from,
        submitted_at=submission.submitted_at,
        thread_set=audit.thread_set,
        findings=[_finding(kept, each.thread) for each in audit.findings],
        themes=_themes(kept[Kind.CASE]),
        re_audit_of=audit.re_audit_of,
        oversight=Copied(**_read(Kind.OVERSIGHT, kept[Kind.OVERSIGHT])),
        actions=[_action(audit, each) for each in kept[Kind.ACTIONS]],
        final_overall=overall["overall"],
        audited_overall=overall["overall"],
        audited_judgement=_audited_judgement,
        **case,
        **overall,
        **_read(Kind.FAMILY, kept[Kind.FAMILY]),
        **places,
    )


def _finding(kept: JsonObject, thread: Thread) -> Copied:
    said = _read(Kind.THREAD, kept.get(f"{Kind.THREAD}-{thread.code}", {}))
    return Copied(thread=thread, thread_id=thread.id, final_judgement=said["judgement"], **said)


def _themes(kept: JsonObject) -> list[Copied]:
    """The themes of an audit or an action; one was typed as text before there was a list."""
    if kept.get("theme"):
        return [Copied(id=None, name=kept["theme"])]
    return [Copied(**each) for each in kept.get("themes", [])]


def _action(audit: Audit, kept: JsonObject) -> Copied:
    threads = {each.thread.code: each.thread for each in audit.findings}
    said = _read(Kind.ACTIONS, kept)
    person = kept.get("person")
    return Copied(
        thread=threads.get(kept["thread"]),
        reference=kept.get("reference"),
        source=ActionSource.AUDIT,
        owned_by=owned_by(person["name"] if person else None, said["owner"]),
        themes=_themes(kept),
        live=False,
        **said,
    )


def _audited_judgement(finding: Copied) -> Any:
    return finding.judgement


def _read(kind: Kind, kept: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a section, each as its column holds it."""
    names = ACTION_FIELDS if kind is Kind.ACTIONS else FIELDS[kind]
    return {name: read_field(kind, name, kept.get(name)) for name in names}


def read_field(kind: Kind, name: str, kept: Any) -> Any:
    """A value that was kept, as its column holds it: a day, a word of a vocabulary, or itself."""
    column = _TABLES[kind].__table__.c[name].type
    if kept is None:
        return None
    if isinstance(column, Date):
        return date.fromisoformat(kept)
    if isinstance(column, Enum) and column.enum_class is not None:
        return column.enum_class(kept)
    return kept


def _plain(value: Any) -> Any:
    match value:
        case StrEnum():
            return value.value
        case date():
            return value.isoformat()
        case _:
            return value
