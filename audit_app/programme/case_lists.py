"""A cycle's list of open cases by HTTP: choose a file, check it, and only then take it."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from audit_app.files import holding
from audit_app.files.limits import PARTS_BESIDE_A_FILE, limits
from audit_app.files.reading import FileRefused
from audit_app.models import ProgrammeCycle
from audit_app.programme import case_list_changes as changes
from audit_app.programme.case_list_checking import check, read_file
from audit_app.programme.cycle_changes import check_not_drawn
from audit_app.programme.cycle_forms import CaseListForm
from audit_app.programme.preparing import cases_by_team
from audit_app.programme.queries import cycle_for
from audit_app.rules.permissions import Permission
from audit_app.web.access import requires
from audit_app.web.once import already_acted_on, once
from audit_app.web.pages import plural
from audit_app.web.reads import room_names

bp = Blueprint("case_lists", __name__, url_prefix="/cycles/<reference>/open-cases")
room_names(bp, "programme cycle", "a list of open cases, with nothing an audit says")

MOST_PROBLEMS_SHOWN = 200

GONE = "The file is no longer held. Files are held for an hour. Choose it again"
TAKEN = "You have taken this list already."
CHANGED = "What is held here has changed since you checked the file. Check it again"


@bp.url_value_preprocessor
def _let_files_in(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Allow a file's size, before anything reads the form: the form's token is read before views.

    Twice the size a file may have, so that a file a little too large is told beside the field.
    """
    if endpoint == "programme.case_lists.check_list":
        request.max_content_length = 2 * limits().size
        request.max_form_parts = PARTS_BESIDE_A_FILE


@bp.errorhandler(RequestEntityTooLarge)
def _too_large(error: RequestEntityTooLarge) -> tuple[str, int]:
    form = CaseListForm()
    form.file.errors = [f"The selected file must be smaller than {limits().megabytes}MB"]
    return _page(cycle_for((request.view_args or {})["reference"]), form, 413)


@bp.get("")
@requires(Permission.PROGRAMME_MANAGE)
def page(reference: str) -> tuple[str, int]:
    holding.let_go_of_old()
    return _page(cycle_for(reference), CaseListForm(), 200)


@bp.post("")
@requires(Permission.PROGRAMME_MANAGE)
def check_list(reference: str) -> Response | tuple[str, int]:
    found = cycle_for(reference)
    check_not_drawn(found)
    form = CaseListForm(CombinedMultiDict([request.files, request.form]))
    if form.validate():
        name = PurePath(form.file.data.filename.replace("\\", "/")).name
        try:
            token, digest = changes.hold_file(form.file.data.stream, name, current_user.id)
            return redirect(_address(reference, token, digest), code=303)
        except FileRefused as refused:
            form.file.errors = [str(refused)]
    return _page(cycle_for(reference), form, 400)


@bp.get("/<token>")
@requires(Permission.PROGRAMME_MANAGE)
def checked(reference: str, token: str) -> str | Response:
    found = cycle_for(reference)
    check_not_drawn(found)
    try:
        held = holding.open_held(token, current_user.id)
    except holding.NoLongerHeld:
        return _gone(found)
    return render_template(
        "programme/case_list_checked.html",
        cycle=found,
        token=token,
        checked=check(read_file(held.content, held.name), found),
        most=MOST_PROBLEMS_SHOWN,
    )


@bp.post("/<token>")
@requires(Permission.PROGRAMME_MANAGE)
def take(reference: str, token: str) -> Response:
    if address := already_acted_on():
        return redirect(address, code=303)
    found = cycle_for(reference)
    check_not_drawn(found)

    def act() -> str:
        changes.take_list(current_user, found, file, request.form.get("shown", ""))
        return url_for("programme.cycles.cycle", reference=reference)

    try:
        file = changes.read_held(token, current_user.id)
        address = once(act)
    except holding.NoLongerHeld:
        return _gone(found)
    except changes.ChangedSince:
        flash(f"{CHANGED}.")
        return redirect(_address(reference, token, request.args.get("file")), code=303)
    holding.let_go(token)
    flash(f"The list of {plural(file.read.rows, 'open case')} was taken.", "success")
    return redirect(address, code=303)


def _address(reference: str, token: str, digest: str | None) -> str:
    """A checked file's page; it names the file by its checksum, for when it is held no longer."""
    return url_for("programme.case_lists.checked", reference=reference, token=token, file=digest)


def _gone(found: ProgrammeCycle) -> Response:
    """Lead on from a file that is held no longer: it was taken by this person, or time went by."""
    taken = found.case_list
    asked = (request.args.get("file"), current_user.id)
    if taken and (taken.sha256, taken.uploaded_by_id) == asked:
        flash(TAKEN)
        address = url_for("programme.cycles.cycle", reference=found.reference)
    else:
        flash(f"{GONE}.")
        address = url_for("programme.case_lists.page", reference=found.reference)
    return redirect(address, code=303)


def _page(found: ProgrammeCycle, form: CaseListForm, status: int) -> tuple[str, int]:
    by_team = cases_by_team(found)
    return render_template(
        "programme/case_list.html", cycle=found, form=form, limits=limits(), by_team=by_team
    ), status
