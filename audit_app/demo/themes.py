"""The made-up list of themes, and which audits and re-audits they and their past belong to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert, select

from audit_app.demo import bulk
from audit_app.demo.people import Staff
from audit_app.demo.references import reference
from audit_app.demo.sentences import stock
from audit_app.extensions import db
from audit_app.models import Audit, Theme
from audit_app.models.theme import audit_themes
from audit_app.rules.audits import AuditType

_ADDED = datetime(2021, 10, 25, 10, tzinfo=UTC)
#: The share of audits of no theme that found one all the same, of the last two years.
_FOUND, _LATELY = 0.14, timedelta(days=730)
#: How often each theme comes up, in the order of their list.
_HOW_OFTEN = (22, 17, 16, 12, 11, 9, 7, 6)
#: Re-audits of so many days, of an audit not longer ago than so many.
_RE_AUDITS_OF, _EARLIER = timedelta(days=400), timedelta(days=600)


def add_themes(staff: Staff, today: date) -> list[Theme]:
    """Make the list, and put themes on the audits made already; in no figure of today's."""
    rng = Random("themes")  # noqa: S311
    themes = [
        Theme(
            reference=reference(rng),
            name=each["name"],
            description=each["description"],
            created_at=_ADDED,
        )
        for each in stock("themes")["theme"]
    ]
    db.session.add_all(themes)
    db.session.flush()
    lead = staff.sign_ins["practice.lead"]
    bulk.remember(
        bulk.event(lead, "added theme", "theme", theme.reference, _ADDED) for theme in themes
    )
    db.session.execute(insert(audit_themes), list(_carried(rng, themes, today)))
    return themes


def _carried(rng: Random, themes: list[Theme], today: date) -> Iterator[bulk.Row]:
    audits = db.session.execute(
        select(Audit.id, Audit.audit_type, Audit.audit_date)
        .where(Audit.recorded)
        .order_by(Audit.id)
    )
    for number, audit_type, on in audits:
        lately = on is not None and on > today - _LATELY
        if audit_type is AuditType.THEMATIC or (lately and rng.random() < _FOUND):
            theme = rng.choices(themes, weights=_HOW_OFTEN)[0]
            yield {"audit_id": number, "theme_id": theme.id}


def link_re_audits(today: date) -> None:
    """Say of each re-audit of the last year which audit of the case it came after."""
    newest: dict[str, tuple[int, date]] = {}
    links = []
    audits = db.session.execute(
        select(Audit.id, Audit.case_reference, Audit.audit_type, Audit.audit_date)
        .where(Audit.recorded)
        .order_by(Audit.audit_date, Audit.id)
    )
    rows: Iterator[Any] = iter(audits.all())
    for number, case, audit_type, on in rows:
        again = audit_type is AuditType.RE_AUDIT and on > today - _RE_AUDITS_OF
        earlier, was_on = newest.get(case, (None, on))
        if again and earlier is not None and on - was_on < _EARLIER:
            links.append({"id": number, "re_audit_of_id": earlier})
        newest[case] = (number, on)
    bulk.change(Audit, links)
