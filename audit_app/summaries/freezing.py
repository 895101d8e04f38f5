"""The figures of a summary as they are kept with what was published, and held against today's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from audit_app.models.base import JsonObject
from audit_app.rules import restating
from audit_app.rules.frozen_sheets import freeze, thaw
from audit_app.rules.restating import Restatement
from audit_app.rules.sheets import NO_FIGURE, Sheet
from audit_app.summaries.parts import Contents

#: How what is kept is written; a reader of another form must not guess.
FORM = 1


def frozen(contents: Contents) -> JsonObject:
    """Every table and sentence, for the record of a published document."""
    return {
        "form": FORM,
        "period": contents.period.code,
        "place": contents.place,
        "label": contents.label,
        "as_at": contents.as_at.isoformat(),
        "facts": dict(contents.facts),
        "notes": list(contents.notes),
        "waiting_blind": contents.waiting_blind,
        "headline": contents.headline.message,
        "claims": dict(contents.headline.claims),
        "sections": [
            {
                "key": each.key,
                "title": each.title,
                "message": list(each.message),
                "moves_on": each.moves_on,
            }
            for each in contents.sections
        ],
        "sheets": [{"section": key, **freeze(sheet)} for key, sheet in contents.sheets],
    }


def sheets_of(stored: Mapping[str, Any]) -> Iterator[tuple[str, Sheet]]:
    """The published tables, each with the key of its section, as they were.

    Raises:
        ValueError: when they were kept in a form this service does not know.
    """
    if stored.get("form") != FORM:
        raise ValueError(f"Figures are kept in form {stored.get('form')}, which is not known")
    for each in stored["sheets"]:
        yield each["section"], thaw(each)


def restated(stored: Mapping[str, Any], now: Contents) -> tuple[Restatement, ...]:
    """Each claim and each figure published that is not the same today, beside what it is today."""
    moving = {each["key"] for each in stored["sections"] if each["moves_on"]}
    moving |= {each.key for each in now.sections if each.moves_on}
    figures = restating.restated(sheets_of(stored), now.sheets, moving)
    return (*_claims_restated(stored, now), *figures)


def _claims_restated(stored: Mapping[str, Any], now: Contents) -> Iterator[Restatement]:
    """What page one claimed and would not claim today; what was kept before claims were is not
    compared.
    """
    today = now.headline.claims
    for name, claim in stored.get("claims", {}).items():
        if today.get(name, NO_FIGURE) != claim:
            yield Restatement(
                section="headline",
                sheet=now.headline.sheet.title,
                row=name,
                column=now.period.label,
                published=claim,
                now=today.get(name, NO_FIGURE),
            )
