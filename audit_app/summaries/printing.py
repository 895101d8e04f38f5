"""A summary on paper for whoever asks at the command line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from audit_app.rules.summary_periods import SummaryPeriod
from audit_app.summaries.queries import newest, published
from audit_app.summaries.signing import drawn_as_draft
from audit_app.web.pages import day
from audit_app.web.prints import remember_print, remember_reprint
from audit_app.web.published import published_pdf

BY = "the command line"


class NoSuchEdition(Exception):
    """No edition with this number has been signed off; the message says so."""


class NotBegun(Exception):
    """There is nothing to print of a period that lies in the future; the message says so."""


def printed(
    period: SummaryPeriod, service_id: int | None, edition: int | None, today: date
) -> tuple[bytes, Callable[[], None]]:
    """The edition that was signed off last, or the one asked for; else a draft of today's figures.

    With it comes what writes the print down, for when the paper is safe.

    Raises:
        NotBegun: when the period has not begun.
        NoSuchEdition: when the one asked for was never signed off.
        Tampered: when what is stored is not what was signed off.
        AssetsMissing: when the static files have not been built.
    """
    if today < period.first:
        raise NotBegun(f"{period.label} has not begun. It begins on {day(period.first)}")
    address = f"summary {period.code}"
    document = published(period, service_id, edition)
    if document is not None:
        return published_pdf(document), partial(remember_reprint, document, address)
    if edition is not None:
        raise NoSuchEdition(f"Edition {edition} of {period.code} has not been signed off")
    draft = newest(period, service_id)
    printing, made = drawn_as_draft(period, service_id, draft, BY, today)
    return made.pdf, partial(remember_print, printing, made.pdf, address)
