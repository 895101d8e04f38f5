"""What a summary's own page shows: its figures, as published or as they are counted now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from markupsafe import Markup
from sqlalchemy import select

from audit_app.audits.closed_years import counts_from
from audit_app.extensions import db
from audit_app.insight.counting import judges_blind
from audit_app.models import PublishedDocument, Summary, User
from audit_app.rules.restating import Restatement
from audit_app.rules.sheets import Sheet
from audit_app.summaries.contents import Contents, contents, restated, sheets_of
from audit_app.summaries.document import Commentary, commentary_of
from audit_app.summaries.signing import fingerprint_of
from audit_app.web.published import published_figures

HEADLINE = "headline"


@dataclass(frozen=True)
class Part:
    """One subject with its tables, and their pictures where they are counted now."""

    title: str
    message: Sequence[str]
    sheets: Sequence[Sheet]
    pictures: Mapping[str, Sequence[Markup]] = field(default_factory=dict)


@dataclass(frozen=True)
class Shown:
    """Figures and the sentences that go with them.

    ``commentary`` is what people wrote, by box. ``fingerprint`` tells these figures from any
    others. ``restated`` is what differs today from what was published; ``moved_on`` what was bound
    to, as work went on. Neither is ``compared`` for whoever may judge blind: a figure that lacks an
    audit which has since been drawn for them would tell its judgement. Audits dated before
    ``disposed_before`` were disposed of, and are in no figure of today.
    """

    label: str
    as_at: date
    headline: str
    parts: Sequence[Part]
    notes: Sequence[str]
    commentary: Commentary
    fingerprint: str
    restated: Sequence[Restatement] = ()
    moved_on: Sequence[Restatement] = ()
    compared: bool = True
    disposed_before: date | None = None


def shown(summary: Summary, viewer: User, today: date) -> Shown:
    """As it was published, once it is; else as it is counted now."""
    document = summary.published
    if document is not None and judges_blind(viewer):
        return replace(_as_published(document), compared=False)
    now = contents(summary.period, summary.service_id, today)
    if document is None:
        return _counted(now, commentary_of(summary))
    differs = restated(document.figures, now)
    return replace(
        _as_published(document),
        restated=[each for each in differs if not each.moves_on],
        moved_on=[each for each in differs if each.moves_on],
        disposed_before=db.session.scalar(select(counts_from())) if differs else None,
    )


def _counted(now: Contents, written: Commentary) -> Shown:
    headline = Part("Headline", now.headline.changes, [now.headline.sheet])
    others = [Part(each.title, each.message, each.sheets, each.pictures) for each in now.sections]
    return Shown(
        now.label,
        now.as_at,
        now.headline.message,
        [headline, *others],
        now.notes,
        written,
        fingerprint_of(now),
    )


def _as_published(document: PublishedDocument) -> Shown:
    stored = published_figures(document)
    tables: dict[str, list[Sheet]] = {}
    for section, sheet in sheets_of(stored):
        tables.setdefault(section, []).append(sheet)
    parts = [Part("Headline", (), tables.get(HEADLINE, []))]
    for each in stored["sections"]:
        parts.append(Part(each["title"], each["message"], tables.get(each["key"], [])))
    return Shown(
        stored["label"],
        date.fromisoformat(stored["as_at"]),
        stored["headline"],
        parts,
        stored["notes"],
        stored["commentary"],
        document.fingerprint,
    )
