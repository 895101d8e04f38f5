"""Everything an alert says, as one sheet: the page, the paper and the frozen record draw this."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from audit_app.models.base import JsonObject
from audit_app.rules.alert_evidence import WHOLE, Evidence, EvidenceLine
from audit_app.rules.alerts import Requirement
from audit_app.rules.judgements import Judgement


@dataclass(frozen=True)
class Sheet:
    """An alert's content with its evidence and sign-off; ``number`` is None before issue.

    ``audience`` is as short as a narrow space needs, ``audience_whole`` names everybody in it.
    ``replaces`` is the number of the alert that this one takes the place of.
    """

    number: str | None
    kind: str
    urgent: bool
    title: str
    audience: str
    audience_whole: str
    owner: str
    issued_on: date | None
    issued_by: str | None
    review_on: date | None
    why_now: str
    found: str
    good_looks_like: str
    requirements: tuple[Requirement, ...]
    standards: str
    questions: tuple[str, ...]
    how_checked: str
    evidence: Evidence
    author: str
    approved_by: str | None
    approved_on: date | None
    council: str
    marking: str
    replaces: str | None

    def frozen(self) -> JsonObject:
        """The sheet as JSON can hold it, every day as ``yyyy-mm-dd``."""
        return _plain(asdict(self))


def thawed(stored: JsonObject) -> Sheet:
    """The sheet that was frozen."""
    requirements = tuple(
        Requirement(each["what"], date.fromisoformat(each["by_when"]))
        for each in stored["requirements"]
    )
    days = {
        name: stored[name] and date.fromisoformat(stored[name])
        for name in ("issued_on", "review_on", "approved_on")
    }
    changed = {
        "requirements": requirements,
        "questions": tuple(stored["questions"]),
        # What sheets that were frozen earlier do not hold.
        "replaces": stored.get("replaces"),
        "audience_whole": stored.get("audience_whole", stored["audience"]),
        "evidence": thawed_evidence(stored["evidence"]),
    }
    return Sheet(**{**stored, **days, **changed})


def frozen_evidence(table: Evidence) -> JsonObject:
    """The evidence table alone, as JSON can hold it."""
    return _plain(asdict(table))


def thawed_evidence(stored: JsonObject) -> Evidence:
    """The evidence table that was frozen."""
    return Evidence(
        first=date.fromisoformat(stored["first"]),
        last=date.fromisoformat(stored["last"]),
        as_at=date.fromisoformat(stored["as_at"]),
        audits=stored["audits"],
        judgements=tuple(Judgement(each) for each in stored["judgements"]),
        lines=tuple(_line(each) for each in stored["lines"]),
        notes=tuple(stored["notes"]),
        where=stored.get("where", WHOLE),
        confidential=stored.get("confidential", False),
    )


def _line(stored: JsonObject) -> EvidenceLine:
    lists = {"counts": tuple(stored["counts"]), "texts": tuple(stored["texts"])}
    return EvidenceLine(**{**stored, **lists})


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {name: _plain(each) for name, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case date():
            return value.isoformat()
        case _:
            return value
