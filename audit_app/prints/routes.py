"""Prints by HTTP: find one by its reference, read what is known of it, check a file."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from audit_app.files.limits import PARTS_BESIDE_A_FILE, limits
from audit_app.files.reading import FileRefused, read_bytes
from audit_app.models.published import checksum
from audit_app.prints import queries
from audit_app.prints.changes import remember_looked_up
from audit_app.prints.checking import Checked, check, reference_in
from audit_app.prints.forms import CheckForm
from audit_app.prints.showing import shown
from audit_app.prints.verifying import is_as_published
from audit_app.rules.deeds import Refusal
from audit_app.rules.permissions import Permission
from audit_app.web.access import reads, requires
from audit_app.web.paging import Paging, page_asked
from audit_app.web.reads import remember_refusal, room_names

bp = Blueprint("prints", __name__, url_prefix="/prints")
room_names(bp, "print", "who looks up another’s print is remembered by itself")

NO_REFERENCE = "A reference has 8 letters and digits, such as K7QM-2XVD"
NOT_FOUND = "No print with this reference is known, or none that you may look up"


@bp.url_value_preprocessor
def _let_files_in(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Allow a file's size before anything reads the form, as its token is read before views."""
    if endpoint == "prints.check_file":
        request.max_content_length = 2 * limits().size
        request.max_form_parts = PARTS_BESIDE_A_FILE


@bp.errorhandler(RequestEntityTooLarge)
def _too_large(error: RequestEntityTooLarge) -> tuple[str, int]:
    form = CheckForm()
    form.file.errors = [f"The selected file must be smaller than {limits().megabytes}MB"]
    return _page(form), 413


@bp.get("/")
@requires(Permission.HOME_READ)
def prints() -> str | Response | tuple[str, int]:
    """Find a print, check a file, and one's own prints."""
    typed = request.args.get("reference", "").strip()
    if not typed:
        return _page(CheckForm(), checked=_checked())
    reference = queries.read_reference(typed)
    if reference is None:
        return _page(CheckForm(), problem=NO_REFERENCE), 400
    known = queries.known_by_reference(current_user, reference)
    if known is None:
        remember_refusal(Refusal.NOT_FOUND, "print", reference)
        return _page(CheckForm(), problem=NOT_FOUND), 404
    return redirect(url_for("prints.print_made", reference=known.reference), code=303)


@bp.post("/")
@requires(Permission.HOME_READ)
@reads
def check_file() -> Response | tuple[str, int]:
    """Work out the checksum of a file, keep nothing of it, and say what is known of it."""
    form = CheckForm(CombinedMultiDict([request.files, request.form]))
    if not form.validate():
        return _page(form), 400
    typed, says = queries.read_checksum(form.checksum.data or ""), ""
    if form.has_file:
        try:
            content = read_bytes(form.file.data.stream, limits())
        except FileRefused as refused:
            form.file.errors = [str(refused)]
            return _page(form), 400
        typed, says = checksum(content), reference_in(content)
    return redirect(url_for("prints.prints", checksum=typed, says=says or None), code=303)


def _checked() -> Checked | None:
    typed = queries.read_checksum(request.args.get("checksum", ""))
    if typed is None:
        return None
    return check(current_user, typed, queries.read_reference(request.args.get("says", "")))


def _page(form: CheckForm, problem: str = "", checked: Checked | None = None) -> str:
    paging = Paging(queries.count_prints_of(current_user), page_asked())
    return render_template(
        "prints/prints.html",
        form=form,
        typed=request.args.get("reference", ""),
        problem=problem,
        checked=checked,
        megabytes=limits().megabytes,
        paging=paging,
        own=queries.prints_of(current_user, paging.per_page, paging.offset),
    )


@bp.get("/<reference>")
@requires(Permission.HOME_READ)
def print_made(reference: str) -> str:
    """What is known of one print, or of a published document and every time it was fetched."""
    known = queries.known_for(current_user, reference)
    if queries.is_about_others(known, current_user):
        remember_looked_up(current_user, reference)
        known = queries.known_for(current_user, reference)
    if known.print is not None:
        told = shown(known.print, current_user)
        return render_template("prints/print.html", found=known.print, shown=told)
    document = known.document
    assert document is not None
    paging = Paging(queries.count_reprints_of(document, current_user), page_asked())
    return render_template(
        "prints/document.html",
        document=document,
        as_published=is_as_published(document),
        paging=paging,
        reprints=queries.reprints_of(document, current_user, paging.per_page, paging.offset),
    )
