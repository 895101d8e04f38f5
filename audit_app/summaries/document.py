"""A summary as a document: one HTML text, of which its paper and its page are made."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from markupsafe import Markup

from audit_app.documents.made import Made
from audit_app.documents.made import draw as draw_template
from audit_app.models import Summary
from audit_app.models.base import now
from audit_app.rules.summary_commentary import BOXES
from audit_app.rules.summary_periods import SummaryPeriod
from audit_app.summaries.bands import bands
from audit_app.summaries.page_one import Fact, facts_of, periods_chart
from audit_app.summaries.paper_charts import charts_of
from audit_app.summaries.parts import Contents


@dataclass(frozen=True)
class Standing:
    """What a summary is at the moment it is drawn, and who stands for it.

    It is a draft, with a watermark, unless ``signed_by`` says otherwise. ``stamp`` is the reference
    and the fingerprint for the foot of the paper. A summary that nobody has started has no writer.
    """

    stamp: str
    printed_by: str
    edition: int = 1
    reason: str | None = None
    written_by: str | None = None
    written_at: datetime | None = None
    signed_by: str | None = None
    signed_at: datetime | None = None

    @property
    def draft(self) -> bool:
        return self.signed_by is None


#: What people wrote: the text of each box, by its name.
Commentary = Mapping[str, str]


def draw(contents: Contents, commentary: Commentary, standing: Standing) -> Made:
    """The summary on paper and as a page.

    Raises:
        AssetsMissing: when the static files have not been built.
    """
    charts = charts_of(contents)
    return draw_template(
        "documents/summary.html",
        layouts=[
            {"tight": tight, "bands": list(bands(contents.sections, charts, tight))}
            for tight in (False, True)
        ],
        enough=_SHEETS_OF_SERVICE if contents.of_service else _SHEETS,
        contents=contents,
        commentary=commentary,
        boxes=BOXES,
        standing=standing,
        page_one=_page_one(contents, commentary),
        charts=charts,
        title=title_of(contents.label, contents.place),
        marking=current_app.config["SETTINGS"].printed_marking,
        printed_by=standing.printed_by,
        printed_at=standing.signed_at or now(),
        facts=[f"{name}: {value}" for name, value in contents.facts.items() if name in _AT_FOOT],
        stamp=standing.stamp,
        draft="not signed off" if standing.draft else "",
    )


#: How many sheets a summary takes at most where a tighter layout can help it.
_SHEETS, _SHEETS_OF_SERVICE = 4, 3


@dataclass(frozen=True)
class PageOne:
    """What the first page shows; ``whole`` says that the commentary ends on it, and ``alone`` that
    nothing else begins there.
    """

    facts: Sequence[Fact]
    chart: Markup | None
    whole: bool
    alone: bool


#: What the foot of every sheet says of the figures; the head says of what and when they are.
_AT_FOOT = ("Basis", "Audits dated", "Data as at")
#: What page one has room for below the facts and the chart: lines of its two columns, and how many
#: letters are on a line. With fewer than ``_LEAST`` the tables begin on page one.
_ROOM, _LINE, _LEAST = 46, 56, 12


def _page_one(contents: Contents, commentary: Commentary) -> PageOne:
    typed = [line for text in commentary.values() for line in text.splitlines()]
    lines = sum(1 + len(line) // _LINE for line in typed)
    whole = lines <= _ROOM
    alone = whole and lines >= _LEAST and not contents.empty
    return PageOne(facts_of(contents), periods_chart(contents), whole, alone)


def title_of(label: str, place: str) -> str:
    """What a summary is called on paper and in lists of prints."""
    return f"Quality audit summary: {label}, {place}"[:250]


def commentary_of(summary: Summary | None) -> Commentary:
    """What is written in a summary; nothing where nobody has started it."""
    return {box: getattr(summary, box) if summary else "" for box in BOXES}


def draft_standing(summary: Summary | None, stamp: str, printed_by: str) -> Standing:
    """Of a summary that is not signed off, or not even started."""
    if summary is None:
        return Standing(stamp, printed_by)
    return Standing(
        stamp,
        printed_by,
        edition=summary.edition,
        reason=summary.reason,
        written_by=summary.completed_by.name if summary.completed_by else None,
        written_at=summary.completed_at,
    )


def file_name(period: SummaryPeriod, place: str, edition: int, ending: str) -> str:
    """``summary-2021-22-Q2-locality-social-work-edition-2.pdf``; the first edition is not said."""
    plain = unicodedata.normalize("NFKD", place.lower()).encode("ascii", "ignore").decode()
    where = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60]
    later = f"-edition-{edition}" if edition > 1 else ""
    return f"summary-{period.code}-{where or 'service'}{later}.{ending}"
