"""Drawing a summary: as a draft, and ready to be frozen when it is signed off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from audit_app.documents.made import Made
from audit_app.models import Summary, User
from audit_app.models.base import JsonObject
from audit_app.rules.summary_periods import SummaryPeriod
from audit_app.summaries.contents import Contents, contents, frozen
from audit_app.summaries.document import (
    Standing,
    commentary_of,
    draft_standing,
    draw,
    title_of,
)
from audit_app.web.prints import Printing, begin_print, fingerprint

KIND = "summary"


@dataclass(frozen=True)
class Ready:
    """A summary as it would be frozen: what was drawn, from which figures and words, and when.

    ``at`` stands in it as the moment it was signed off.
    """

    printing: Printing
    made: Made
    figures: JsonObject
    at: datetime


def ready_to_sign(
    user: User, summary: Summary, today: date, at: datetime, reference: str = ""
) -> Ready:
    """Count and draw a summary as this person would sign it off; nothing is written.

    It takes a reference of its own unless it is given one.

    Raises:
        AssetsMissing: when the static files have not been built.
    """
    counted = contents(summary.period, summary.service_id, today)
    printing = _begin(counted)
    if reference:
        printing = replace(printing, reference=reference)
    standing = Standing(
        printing.stamp,
        printed_by=user.name,
        edition=summary.edition,
        reason=summary.reason,
        written_by=summary.completed_by.name if summary.completed_by else None,
        written_at=summary.completed_at,
        signed_by=user.name,
        signed_at=at,
    )
    written = commentary_of(summary)
    made = draw(counted, written, standing)
    return Ready(printing, made, frozen(counted) | {"commentary": dict(written)}, at)


def drawn_as_draft(
    period: SummaryPeriod, service_id: int | None, summary: Summary | None, by: str, today: date
) -> tuple[Printing, Made]:
    """Count and draw a summary that is not signed off, or that nobody has started.

    Raises:
        AssetsMissing: when the static files have not been built.
    """
    counted = contents(period, service_id, today)
    printing = _begin(counted)
    standing = draft_standing(summary, printing.stamp, by)
    return printing, draw(counted, commentary_of(summary), standing)


def fingerprint_now(summary: Summary, today: date) -> str:
    """Of the figures as they are counted at this moment."""
    return fingerprint_of(contents(summary.period, summary.service_id, today))


def fingerprint_of(counted: Contents) -> str:
    """The same for the same figures, whichever day they are counted on."""
    return fingerprint(_figures(counted))


def _figures(counted: Contents) -> Mapping[str, Any]:
    return {name: value for name, value in frozen(counted).items() if name != "as_at"}


def _begin(counted: Contents) -> Printing:
    title = title_of(counted.label, counted.place)
    return begin_print(KIND, title, _figures(counted), counted.facts)
