"""A report by HTTP: the page and its twins ``.csv``, ``.xlsx``, ``.json`` and ``.pdf``.

A report is a function that reads the address and answers with a :class:`Page`. Everything else is
the same for each, and is here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from flask import Blueprint, Response, abort, current_app, render_template, request
from flask_login import current_user

from audit_app.documents.csv_file import csv_lines
from audit_app.documents.made import draw
from audit_app.documents.paper import is_landscape
from audit_app.documents.workbook import SHORTHAND, WorkbookTable, workbook
from audit_app.insight.answered import Page
from audit_app.insight.counted_in import counted_in
from audit_app.insight.forms import QuestionForm
from audit_app.insight.outside import Refused, as_published, asked_outside
from audit_app.insight.publication_changes import add_published, remember_published
from audit_app.insight.report import NOTHING
from audit_app.rules.permissions import Permission
from audit_app.web.access import requires
from audit_app.web.downloads import CSV, JSON, PDF, WORKBOOK, download, download_remembered, refusal
from audit_app.web.pages import day
from audit_app.web.papers import send_print_to_keep
from audit_app.web.prints import begin_print
from audit_app.web.programs import programs_may_read

__all__ = ["Page", "Report", "open_report"]

Answered = Response | tuple[Response, int]


#: Reads the address: the form as it was asked, and the answer unless the form says what is wrong.
Ask = Callable[[], tuple[QuestionForm, Page | None]]


@dataclass(frozen=True)
class Report:
    """A report at an address. ``name`` names its endpoints and files; ``template`` its page.

    Where the address names a record, ``ask`` finds it there and a page's ``args`` hold it.
    """

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


def _page_of(report: Report) -> Callable[..., tuple[str, int]]:
    def show(**_record: str) -> tuple[str, int]:
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
            return form, page, as_published(page, form.question)
        except Refused as problem:
            return form, page, problem


def _shown_outside(page: Page, outside: Page | Refused, asked: dict[str, Any]) -> str:
    """The page as it may leave the council; why it may not, and what to ask instead."""
    refused = isinstance(outside, Refused)
    shown = {"page": None, "refused": outside} if refused else {"page": outside, "refused": None}
    return render_template("insight/outside.html", **shown, inside=page, **asked)


def _file_of(
    report: Report, ending: str, made: Callable[[Page, str], tuple[str | bytes, str]]
) -> Callable[..., Answered]:
    def send(**_record: str) -> Answered:
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
        if ending in _PRINTED_AS:
            return _sent_print(report, page, made, name, ending)
        content, kind = made(page, "")
        if outside:
            named = {"table": table} if (table := _table_asked()) else {}
            remember_published(report.name, {**page.args, **named, "file": ending})
            return download(content, f"{name}.{ending}", kind)
        return download_remembered(
            content, f"{name}.{ending}", kind, f"report {report.name}", ending
        )

    return send


def _sent_print(
    report: Report,
    page: Page,
    made: Callable[[Page, str], tuple[str | bytes, str]],
    name: str,
    ending: str,
) -> Response:
    """A file that passes from hand to hand, and so carries a reference by which it is found."""
    paper = page.paper
    printing = begin_print(
        _PRINTED_AS[ending], paper.title, paper.as_json(), paper.facts, _own_arguments(page)
    )
    content, kind = made(page, printing.stamp)
    assert isinstance(content, bytes)
    asked = {**page.args, "file": ending}
    also = partial(add_published, report.name, asked) if page.outside else None
    return send_print_to_keep(printing, content, f"{name}.{ending}", kind, also)


def _own_arguments(page: Page) -> dict[str, str]:
    """What was asked after the question mark; a record stands in the address before it."""
    before = request.view_args or {}
    return {name: value for name, value in page.args.items() if name not in before}


def _may_be_empty(page: Page, ending: str) -> bool:
    """Whether there is a file of a report that found nothing, for a program that reads it.

    Paper is for reading; CSV needs a table to have the columns of; JSON says that there is none.
    """
    if ending == "csv":
        return bool(page.paper.sheets or (page.tidy and not _table_asked()))
    return ending == "json"


def _table_asked() -> str:
    return request.args.get("table", "").strip()


def _csv(page: Page, stamp: str) -> tuple[str, str]:
    key = _table_asked()
    try:
        sheet = page.tidy if page.tidy and not key else page.paper.sheet(key)
    except KeyError:
        abort(404)
    return "".join(csv_lines(sheet.file_header, sheet.file_rows())), CSV


def _json(page: Page, stamp: str) -> tuple[str, str]:
    when = date.today().isoformat()
    said = {"marking": marking_of(page), "counted_on": when, **page.paper.as_json(), **page.also}
    said["shorthand"] = SHORTHAND
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n", JSON


def _workbook(page: Page, stamp: str) -> tuple[bytes, str]:
    paper = page.paper
    council = current_app.config["SETTINGS"].council_name
    said = [f"{name}: {value}" for name, value in paper.facts.items()]
    counted_on = f"Counted on {day(date.today())}"
    cover = [marking_of(page), council, *paper.message, *said, counted_on, stamp]
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


def _pdf(page: Page, stamp: str) -> tuple[bytes, str]:
    said = page.paper.facts
    made = draw(
        "documents/report.html",
        page=page,
        title=page.paper.title,
        marking=marking_of(page),
        printed_by="" if page.outside else current_user.name,
        facts=[
            *(() if "Read from" in said else ("Data as at that time",)),
            *(f"{name}: {value}" for name, value in said.items()),
        ],
        stamp=stamp,
        landscape=is_landscape(sheet for sheet in page.paper.sheets if sheet.lines),
    )
    return made.pdf, PDF


_FILES: dict[str, Callable[[Page, str], tuple[str | bytes, str]]] = {
    "csv": _csv,
    "json": _json,
    "xlsx": _workbook,
    "pdf": _pdf,
}
#: What is written down as a print, by its ending, and what it is called there.
_PRINTED_AS = {"pdf": "report", "xlsx": "workbook"}
FOR_PUBLICATION = "For publication"
#: What a program reads with somebody's token: never what is for a few people's eyes.
_FOR_PROGRAMS = frozenset({"csv", "json", "xlsx"})


def _problem(form: QuestionForm) -> str:
    """The first thing that is wrong, naming the field it is wrong in."""
    wrong = next(each for each in form if each.errors)
    return f"{wrong.label.text}: {wrong.errors[0]}"


def marking_of(page: Page) -> str:
    """Who may see these figures."""
    settings = current_app.config["SETTINGS"]
    if not page.outside:
        return str(settings.printed_marking)
    return f"{settings.printed_marking}. {FOR_PUBLICATION}" if settings.demo else FOR_PUBLICATION
