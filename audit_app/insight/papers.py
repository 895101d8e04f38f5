"""A report by HTTP: the page and its twins ``.csv``, ``.xlsx``, ``.json`` and ``.pdf``.

A report is a function that reads the address and answers with a :class:`Page`. Everything else is
the same for each, and is here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, current_app, render_template, request
from flask_login import current_user

from audit_app.documents import paper as layout
from audit_app.documents.csv_file import csv_lines
from audit_app.documents.pdf import render_pdf
from audit_app.documents.workbook import SHORTHAND, WorkbookTable, workbook
from audit_app.insight.answered import Page
from audit_app.insight.counted_in import counted_in
from audit_app.insight.forms import QuestionForm
from audit_app.insight.outside import Refused, as_published, asked_outside
from audit_app.insight.publication_changes import remember_published
from audit_app.insight.report import NOTHING
from audit_app.models.base import now
from audit_app.rules.permissions import Permission
from audit_app.web.access import requires
from audit_app.web.downloads import CSV, JSON, PDF, WORKBOOK, download, refusal
from audit_app.web.pages import day
from audit_app.web.programs import programs_may_read

__all__ = ["Page", "Report", "open_report"]

Answered = Response | tuple[Response, int]


#: Reads the address: the form as it was asked, and the answer unless the form says what is wrong.
Ask = Callable[[], tuple[QuestionForm, Page | None]]


@dataclass(frozen=True)
class Report:
    """A report at an address. ``name`` names its endpoints and files; ``template`` its page."""

    name: str
    path: str
    ask: Ask
    template: str = "insight/report.html"
    permission: Permission = Permission.INSIGHT_READ


def open_report(bp: Blueprint, report: Report) -> None:
    """Give a report its page, at its path, and its files, at the path with their endings."""
    bp.add_url_rule(report.path, report.name, requires(report.permission)(_page_of(report)))
    for ending, made in _FILES.items():
        view = requires(report.permission)(_file_of(report, ending, made))
        if ending in _FOR_PROGRAMS and report.permission is Permission.INSIGHT_READ:
            programs_may_read(view)
        bp.add_url_rule(f"{report.path}.{ending}", f"{report.name}_{ending}", view)


def _page_of(report: Report) -> Callable[[], tuple[str, int]]:
    def show() -> tuple[str, int]:
        form, page, outside = _answered(report)
        asked = {"endpoint": request.endpoint or "", "counted_on": date.today()}
        if page and outside:
            shown = _shown_outside(page, outside, asked)
            if isinstance(outside, Page):
                remember_published(report.name, outside.args)
            return shown, 200
        shown = render_template(report.template, form=form, page=page, **asked)
        return shown, 200 if page else 400

    return show


def _answered(report: Report) -> tuple[QuestionForm, Page | None, Page | Refused | None]:
    """The form as it was asked, the answer, and that as it may leave the council or why it may not.

    All that is counted for it is counted in here, in one database.
    """
    with counted_in() as said:
        form, page = report.ask()
        if page is None:
            return form, None, None
        facts = {**page.paper.facts, **said}
        page = replace(page, paper=replace(page.paper, facts=facts))
        if not asked_outside():
            return form, page, None
        try:
            return form, page, as_published(page, form)
        except Refused as problem:
            return form, page, problem


def _shown_outside(page: Page, outside: Page | Refused, asked: dict[str, Any]) -> str:
    """The page as it may leave the council; why it may not, and what to ask instead."""
    refused = isinstance(outside, Refused)
    shown = {"page": None, "refused": outside} if refused else {"page": outside, "refused": None}
    return render_template("insight/outside.html", **shown, inside=page, **asked)


def _file_of(
    report: Report, ending: str, made: Callable[[Page], tuple[str | bytes, str]]
) -> Callable[[], Answered]:
    def send() -> Answered:
        form, page, outside = _answered(report)
        if page is None:
            return refusal(_problem(form))
        if isinstance(outside, Refused):
            return refusal(outside.reason)
        name = page.file_name or report.name.replace("_", "-")
        if outside:
            page, name = outside, f"{name}-for-publication"
        if page.paper.empty and not _may_be_empty(page, ending):
            return refusal(NOTHING)
        content, kind = made(page)
        if outside:
            named = {"table": table} if (table := _table_asked()) else {}
            remember_published(report.name, {**page.args, **named, "file": ending})
        return download(content, f"{name}.{ending}", kind)

    return send


def _may_be_empty(page: Page, ending: str) -> bool:
    """Whether there is a file of a report that found nothing, for a program that reads it.

    Paper is for reading; CSV needs a table to have the columns of; JSON says that there is none.
    """
    if ending == "csv":
        return bool(page.paper.sheets or (page.tidy and not _table_asked()))
    return ending == "json"


def _table_asked() -> str:
    return request.args.get("table", "").strip()


def _csv(page: Page) -> tuple[str, str]:
    key = _table_asked()
    try:
        sheet = page.tidy if page.tidy and not key else page.paper.sheet(key)
    except KeyError:
        abort(404)
    return "".join(csv_lines(sheet.file_header, sheet.file_rows())), CSV


def _json(page: Page) -> tuple[str, str]:
    when = date.today().isoformat()
    said = {"marking": _marking(page), "counted_on": when, **page.paper.as_json(), **page.also}
    said["shorthand"] = SHORTHAND
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n", JSON


def _workbook(page: Page) -> tuple[bytes, str]:
    paper = page.paper
    council = current_app.config["SETTINGS"].council_name
    said = [f"{name}: {value}" for name, value in paper.facts.items()]
    cover = [_marking(page), council, *paper.message, *said, f"Counted on {day(date.today())}"]
    tables = [
        WorkbookTable(
            name=sheet.name[:31],
            title=sheet.title,
            frame=sheet.frame(),
            notes=sheet.notes,
            scope=". ".join(said),
        )
        for sheet in paper.sheets
        if sheet.lines
    ]
    return workbook(paper.title, cover, tables, paper.notes, author=council), WORKBOOK


def _pdf(page: Page) -> tuple[bytes, str]:
    settings = current_app.config["SETTINGS"]
    html = render_template(
        "documents/paper.html",
        page=page,
        layout=layout,
        marking=_marking(page),
        printed_by=current_user.name,
        printed_at=now(),
        logo=settings.council_logo.resolve().as_uri() if settings.council_logo else None,
    )
    return render_pdf(html, logo=settings.council_logo), PDF


_FILES: dict[str, Callable[[Page], tuple[str | bytes, str]]] = {
    "csv": _csv,
    "json": _json,
    "xlsx": _workbook,
    "pdf": _pdf,
}
FOR_PUBLICATION = "For publication"
#: What a program reads with somebody's token: never what is for a few people's eyes.
_FOR_PROGRAMS = frozenset({"csv", "json", "xlsx"})


def _problem(form: QuestionForm) -> str:
    """The first thing that is wrong, naming the field it is wrong in."""
    wrong = next(each for each in form if each.errors)
    return f"{wrong.label.text}: {wrong.errors[0]}"


def _marking(page: Page) -> str:
    """Who may see these figures."""
    settings = current_app.config["SETTINGS"]
    if not page.outside:
        return str(settings.printed_marking)
    return f"{settings.printed_marking}. {FOR_PUBLICATION}" if settings.demo else FOR_PUBLICATION
