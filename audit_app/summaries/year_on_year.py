"""The year-on-year table on one page, by HTTP: choosing its periods, its paper and its page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from flask import Blueprint, Response, render_template, request
from flask_login import current_user

from audit_app.documents.made import Made, draw
from audit_app.documents.paper import is_landscape
from audit_app.insight.answered import Page
from audit_app.insight.asking import Unanswerable
from audit_app.insight.outside import SHARE_OUTSIDE, Refused, asked_outside
from audit_app.insight.papers import marking_of
from audit_app.insight.publication_changes import add_published, remember_published
from audit_app.insight.report import NOTHING
from audit_app.rules.permissions import Permission
from audit_app.summaries.year_form import YearTableForm
from audit_app.summaries.year_table import MOST, YearTable, key_of, year_table
from audit_app.web.access import requires
from audit_app.web.downloads import refusal
from audit_app.web.papers import send_print, send_print_page
from audit_app.web.prints import Printing, begin_print

bp = Blueprint("year_on_year", __name__)

REPORT = "year on year"
TOO_MANY = (
    f"One page has room for {MOST} periods. Give days nearer together, or choose {MOST} at most"
)
#: The loosest first: the first that fits one sheet is taken.
_LAYOUTS = ({"size": "normal"}, {"size": "tight"}, {"size": "tightest"})


@dataclass(frozen=True)
class Answered:
    """The address as it was read; no table where the form says what is wrong.

    ``page`` is the table as it may be shown, or why it may not leave the council.
    """

    form: YearTableForm
    table: YearTable | None = None
    page: Page | Refused | None = None


def _answered() -> Answered:
    form = YearTableForm(request.args)
    if not form.validate():
        return Answered(form)
    try:
        question = replace(form.question, ended=asked_outside())
        table = year_table(question, form.wanted, date.today())
    except Unanswerable as problem:
        form.refuse(problem.field, str(problem))
        return Answered(form)
    except KeyError as unknown:
        form.refuse("period", f"“{unknown.args[0]}” is not one of the periods of these days")
        return Answered(form)
    return Answered(form, table, _page_of(table))


def _page_of(table: YearTable) -> Page | Refused:
    if not asked_outside() or table.too_many:
        return Page(table.paper, table.args)
    try:
        return table.outside()
    except Refused as problem:
        return problem


@bp.get("/year-on-year")
@requires(Permission.SUMMARY_READ)
def page() -> tuple[str, int]:
    """Choose the periods, and see the table as it will be printed."""
    found = _answered()
    shown = render_template(
        "summaries/year_on_year.html",
        form=found.form,
        table=found.table,
        page=found.page if isinstance(found.page, Page) else None,
        refused=found.page if isinstance(found.page, Refused) else None,
        outside=asked_outside(),
        key_of=key_of,
        too_many=TOO_MANY,
        counted_on=date.today(),
        share=SHARE_OUTSIDE if asked_outside() else {},
    )
    if isinstance(found.page, Page) and found.page.outside:
        remember_published(REPORT, _asked(found.page))
    return shown, 200 if found.table else 400


@bp.get("/year-on-year.pdf")
@requires(Permission.SUMMARY_READ)
def pdf() -> Response | tuple[Response, int]:
    found = _answered()
    if (problem := _problem(found)) or not isinstance(found.page, Page):
        return refusal(problem)
    printing, made = _drawn(found.page)
    return send_print(printing, made.pdf, _file_name(found, "pdf"), also=_also(found.page, "pdf"))


@bp.get("/year-on-year.html")
@requires(Permission.SUMMARY_READ)
def html() -> Response | tuple[str, int]:
    """The document as a page of its own, printable as it looks on paper.

    Where there is none, the page to choose periods on says why.
    """
    found = _answered()
    if _problem(found) or not isinstance(found.page, Page):
        return page()[0], 400
    printing, made = _drawn(found.page)
    return send_print_page(printing, made.html, also=_also(found.page, "html"))


def _problem(found: Answered) -> str:
    """Why there is no paper; empty where there is."""
    if found.table is None:
        return next(str(each.errors[0]) for each in found.form if each.errors)
    if isinstance(found.page, Refused):
        return found.page.reason
    if found.table.paper.empty:
        return NOTHING
    return TOO_MANY if found.table.too_many else ""


def _drawn(page: Page) -> tuple[Printing, Made]:
    """Set it, with the reference and the fingerprint that it carries."""
    paper = page.paper
    printing = begin_print(REPORT, paper.title, paper.as_json(), paper.facts, page.args)
    made = draw(
        "documents/year_on_year.html",
        layouts=_LAYOUTS,
        page=page,
        title=paper.title,
        marking=marking_of(page),
        printed_by="" if page.outside else current_user.name,
        facts=[f"{name}: {value}" for name, value in paper.facts.items()],
        stamp=printing.stamp,
        landscape=is_landscape(paper.sheets),
    )
    return printing, made


def _also(page: Page, file: str) -> Callable[[], None] | None:
    """What is remembered with the print: that it was made for publication."""
    asked = {**_asked(page), "file": file}
    return partial(add_published, REPORT, asked) if page.outside else None


def _asked(page: Page) -> dict[str, str]:
    """What was asked, each period apart, as history has room for it."""
    args = {name: value for name, value in page.args.items() if name != "period"}
    chosen = [each for each in page.args.get("period", "").split(",") if each]
    return args | {f"period {n}": key for n, key in enumerate(chosen, 1)}


def _file_name(found: Answered, ending: str) -> str:
    assert found.table is not None
    columns = found.table.columns
    name = f"year-on-year-{columns[0].period.first}-to-{columns[-1].period.last}"
    return f"{name}{'-for-publication' if asked_outside() else ''}.{ending}"
