"""Boards of actions by owner, team and service, on screen, on paper and as files."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from flask import Blueprint, Response, current_app, render_template, request
from flask_login import current_user

from audit_app.improvement import board_files, board_parts, board_queries
from audit_app.improvement.board_filter import (
    NOBODY,
    BoardFilter,
    ToSortOut,
    Whose,
    read_board_filter,
)
from audit_app.improvement.board_parts import BoardNames, Part
from audit_app.rules.action_board import BoardCounts, BoardGroup, grouped
from audit_app.rules.actions import ActionKind
from audit_app.rules.audits import Priority
from audit_app.rules.deeds import list_said
from audit_app.rules.permissions import Permission
from audit_app.web.access import requires
from audit_app.web.downloads import CSV, WORKBOOK, download_remembered
from audit_app.web.paging import Paging, page_asked
from audit_app.web.reads import Listed, lists_texts, reference_in

bp = Blueprint("boards", __name__)

#: What a board is called in history.
BOARD = "action board"
#: A team's board is one page, on the screen and for its printer.
ON_A_BOARD = 100
#: So many of what is to be sorted out stand above a board; the rest is behind a link.
TO_SORT_OUT = 5


@bp.get("/")
@requires(Permission.ACTION_READ)
@lists_texts(BOARD)
def mine() -> Listed:
    return _board(replace(read_board_filter(request.args), whose=Whose.MINE), "mine")


@bp.get("/board")
@requires(Permission.ACTION_READ)
@lists_texts(BOARD)
def board() -> Listed:
    return _board(replace(read_board_filter(request.args), whose=None), "board")


def _board(by: BoardFilter, view: str) -> Listed:
    today, whole = date.today(), replace(by, group=None, show=None)
    counts = board_queries.count_board(current_user, whole, today)
    paging = Paging(_how_many(counts, by), page_asked(), ON_A_BOARD)
    lines = board_queries.board_lines(current_user, by, today, paging)
    to_sort_out = _to_sort_out(by, counts, today)
    names = board_parts.board_names(current_user)
    page = render_template(
        "improvement/board.html",
        by=by,
        view=f".{view}",
        today=today,
        counts=counts,
        paging=paging,
        groups=grouped(lines, today),
        to_sort_out=to_sort_out,
        names=names,
        title=title_of(by, names),
        BoardGroup=BoardGroup,
        ToSortOut=ToSortOut,
        Priority=Priority,
        ActionKind=ActionKind,
    )
    shown = {line.reference for some in (lines, *to_sort_out.values()) for line in some}
    return Listed(page, len(shown), _narrowed(by))


def _narrowed(by: BoardFilter) -> dict[str, str]:
    """As history holds it: an owner is a reference, or was typed into the address."""
    known = by.owner is None or by.owner == NOBODY
    return by.as_args(owner=by.owner if known else reference_in(by.owner or ""))


def _how_many(counts: BoardCounts, by: BoardFilter) -> int:
    if by.show is not None:
        return counts.ownerless if by.show is ToSortOut.OWNERLESS else counts.alike
    return counts.total if by.group is None else counts[by.group]


def _to_sort_out(
    by: BoardFilter, counts: BoardCounts, today: date
) -> dict[ToSortOut, list[board_queries.BoardLine]]:
    """The first actions that nobody owns or that say the same twice, for the top of a board."""
    if by.show is not None or by.group is not None:
        return {}
    there = {ToSortOut.OWNERLESS: counts.ownerless, ToSortOut.ALIKE: counts.alike}
    return {
        show: board_queries.board_lines(
            current_user, replace(by, show=show), today, Paging(count, 1, TO_SORT_OUT)
        )
        for show, count in there.items()
        if count
    }


def title_of(by: BoardFilter, names: BoardNames) -> str:
    """What a board is called: whose actions they are."""
    words = names.words()
    of = [
        words[part].get(value)
        for part in ("owner", "team", "service")
        if (value := getattr(by, part)) is not None
    ]
    named = ", ".join(name for name in of if name)
    if named:
        return f"Actions: {named}"
    return "Your actions" if by.whose is Whose.MINE else "All actions"


@bp.get("/board.csv")
@requires(Permission.ACTION_READ)
def board_csv() -> Response:
    lines = _every_line()
    return _file(list(board_files.as_csv(lines)), len(lines), "csv", CSV)


@bp.get("/board.xlsx")
@requires(Permission.ACTION_READ)
def board_xlsx() -> Response:
    by, settings = read_board_filter(request.args), current_app.config["SETTINGS"]
    names = board_parts.board_names(current_user)
    chosen, lines = [said for said, _ in by.chosen(names.words())], _every_line()
    made = board_files.as_workbook(
        title_of(by, names), chosen, lines, settings.council_name, settings.printed_marking
    )
    return _file(made, len(lines), "xlsx", WORKBOOK)


def _file(made: bytes | list[str], records: int, ending: str, kind: str) -> Response:
    """A board as a file; history holds how many actions are in it, and what it was narrowed to."""
    said = list_said(records, _narrowed(read_board_filter(request.args)))
    return download_remembered(made, board_files.file_name(ending), kind, BOARD, said)


def _every_line() -> list[board_queries.BoardLine]:
    return board_queries.board_lines(current_user, read_board_filter(request.args), date.today())


@bp.get("/owners")
@requires(Permission.ACTION_READ)
def owners() -> str:
    return _parts(Part.OWNER)


@bp.get("/teams")
@requires(Permission.ACTION_READ)
def teams() -> str:
    return _parts(Part.TEAM)


@bp.get("/services")
@requires(Permission.ACTION_READ)
def services() -> str:
    return _parts(Part.SERVICE)


def _parts(part: Part) -> str:
    lines = board_parts.part_lines(current_user, part, date.today())
    paging = Paging(len(lines), page_asked(), ON_A_BOARD)
    return render_template(
        "improvement/parts.html",
        part=part,
        paging=paging,
        lines=paging.of(lines),
        groups=BoardGroup,
    )


@bp.get("/no-difference")
@requires(Permission.ACTION_READ)
@lists_texts("actions without effect")
def no_difference() -> Listed:
    paging = Paging(board_queries.count_no_difference(current_user), page_asked())
    lines = board_queries.no_difference_lines(current_user, paging)
    page = render_template("improvement/no_difference.html", lines=lines, paging=paging)
    return Listed(page, len(lines))
