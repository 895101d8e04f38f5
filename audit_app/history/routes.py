"""History by HTTP, for information governance: who did what to which record, and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from sqlalchemy import Engine
from werkzeug.wrappers import Response as Redirect

from audit_app.documents.csv_file import csv_lines
from audit_app.extensions import db
from audit_app.history import listing
from audit_app.history.asked import MOST_RECORDS, Asked, OfCase, read_asked
from audit_app.history.telling import told
from audit_app.history.viewing import LISTS_TIMES, WORDS_TIMES, Viewer, mass_viewing
from audit_app.rules.audits import CASE_REFERENCE
from audit_app.rules.deeds import LOOKED_AT_HISTORY, Kind
from audit_app.rules.numbers import whole_number
from audit_app.rules.permissions import Permission
from audit_app.web.access import requires
from audit_app.web.downloads import CSV, download_remembered, refusal
from audit_app.web.guesses import refuse_guess
from audit_app.web.reads import remember_apart, remember_case_search

bp = Blueprint("history", __name__, url_prefix="/history")

#: How far back the page itself looks for mass viewing, and how far it can be asked to.
DAYS, CHOICES_OF_DAYS = 7, (7, 30, 90, 366)
RECORD = "history"
HEADER = (
    "Event",
    "When (UTC)",
    "Who",
    "Person",
    "What was done",
    "Kind",
    "Type of record",
    "Record",
    "Request",
)
NOT_A_CASE = "Enter a case reference of up to 20 letters and numbers"


@bp.get("/")
@requires(Permission.HISTORY_READ)
def events() -> str | tuple[str, int]:
    refuse_guess()
    asked = read_asked(request.args)
    page = _page(asked)
    if request.method == "GET":
        remember_apart(LOOKED_AT_HISTORY, RECORD, asked.in_short)
    return page, 400 if asked.problems else 200


@bp.post("/case")
@requires(Permission.HISTORY_READ)
def case() -> Redirect | tuple[str, int]:
    """A case is found by POST, so that its reference is in no address and no log."""
    typed = request.form.get("case_reference", "").strip()
    if CASE_REFERENCE.fullmatch(typed) is None:
        return _page(Asked(problems={"case_reference": NOT_A_CASE}), case=typed), 400
    found = listing.records_of_case(typed)
    remember_case_search(found.audits)
    if not found.records:
        return _page(Asked(), case=typed, none_found=True), 200
    starts = range(0, len(found.records), MOST_RECORDS)
    of = OfCase.WHOLE if len(starts) == 1 else OfCase.PART
    parts = [Asked(records=found.records[n : n + MOST_RECORDS], of_case=of) for n in starts]
    if of is OfCase.PART:
        return _page(Asked(), case=typed, parts=parts), 200
    args: dict[str, Any] = parts[0].as_args()
    return redirect(url_for(".events", **args), code=303)


@bp.get("/events.csv")
@requires(Permission.HISTORY_READ)
def events_csv() -> Response | tuple[Response, int]:
    asked = read_asked(request.args)
    if asked.problems:
        return refusal(next(iter(asked.problems.values())))
    made = csv_lines(HEADER, _rows(asked, db.engine))
    return download_remembered(made, "history.csv", CSV, RECORD, asked.in_short)


@bp.get("/mass-viewing")
@requires(Permission.HISTORY_READ)
def viewing() -> str:
    refuse_guess()
    days = whole_number(request.args.get("days", "")) or DAYS
    days = days if days in CHOICES_OF_DAYS else DAYS
    page = render_template(
        "history/viewing.html",
        days=days,
        choices=CHOICES_OF_DAYS,
        viewers=_viewers(days),
        **_mosts(),
    )
    if request.method == "GET":
        remember_apart(LOOKED_AT_HISTORY, RECORD, f"mass viewing, {days} days")
    return page


def _page(
    asked: Asked, case: str = "", none_found: bool = False, parts: Sequence[Asked] = ()
) -> str:
    """The newest of what is asked for; or what was found of a case, where that is no list."""
    lines = [] if none_found or parts else listing.lines(asked)
    return render_template(
        "history/events.html",
        asked=asked,
        case=case,
        none_found=none_found,
        parts=parts,
        lines=lines,
        told=told(lines),
        older=lines[-1].number if len(lines) == listing.PER_PAGE else None,
        kinds=[(each.value, each.label) for each in Kind],
        people=listing.people(),
        types=listing.record_types(),
        typed=request.args,
        viewers=[] if asked.narrows or asked.before else _viewers(DAYS),
        days=DAYS,
        **_mosts(),
    )


def _mosts() -> dict[str, int]:
    """How many words in searches, and texts in lists, are more than is usual."""
    cases = int(current_app.config["SETTINGS"].mass_viewing_cases)
    return {"words_most": WORDS_TIMES * cases, "lists_most": LISTS_TIMES * cases}


def _viewers(days: int) -> list[Viewer]:
    settings = current_app.config["SETTINGS"]
    since = datetime.now(UTC) - timedelta(days=days)
    return mass_viewing(since, settings.mass_viewing_cases, settings.mass_viewing_minutes)


def _rows(asked: Asked, engine: Engine) -> Iterator[list[object]]:
    for each in listing.every_line(asked, engine):
        yield [
            each.number,
            each.at.astimezone(UTC).isoformat(timespec="seconds"),
            each.who or "The service itself",
            each.person,
            each.verb,
            each.kind.label,
            each.record_type,
            each.reference,
            each.request_id,
        ]
