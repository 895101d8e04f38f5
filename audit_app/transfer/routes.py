"""Imports by HTTP: choose a file, check it, and only then import it."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from audit_app.files import holding
from audit_app.files.limits import PARTS_BESIDE_A_FILE, limits
from audit_app.files.reading import FileRefused
from audit_app.rules.permissions import Permission
from audit_app.transfer import changes, queries
from audit_app.transfer.checking import check, read_file
from audit_app.transfer.forms import ImportForm
from audit_app.web.access import requires
from audit_app.web.once import already_acted_on, once
from audit_app.web.reads import room_names

bp = Blueprint("transfer", __name__, url_prefix="/transfer")
room_names(bp, "import", "the importer’s own file, and how many audits it added")

MOST_PROBLEMS_SHOWN = 200

GONE = "The file is no longer held. Files are held for an hour. Choose it again"
CHANGED = "What is held here has changed since you checked the file. Check it again"


@bp.url_value_preprocessor
def _let_files_in(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Allow a file's size, before anything reads the form: the form's token is read before views.

    Twice the size a file may have, so that a file a little too large is told beside the field.
    """
    if endpoint == "transfer.check_import":
        request.max_content_length = 2 * limits().size
        request.max_form_parts = PARTS_BESIDE_A_FILE


@bp.errorhandler(RequestEntityTooLarge)
def _too_large(error: RequestEntityTooLarge) -> tuple[str, int]:
    form = ImportForm()
    form.file.errors = [f"The selected file must be smaller than {limits().megabytes}MB"]
    return _page(form, 413)


@bp.get("/import")
@requires(Permission.AUDIT_IMPORT)
def import_audits() -> tuple[str, int]:
    holding.let_go_of_old()
    return _page(ImportForm(), 200)


@bp.post("/import")
@requires(Permission.AUDIT_IMPORT)
def check_import() -> Response | tuple[str, int]:
    form = ImportForm(CombinedMultiDict([request.files, request.form]))
    if form.validate():
        name = PurePath(form.file.data.filename.replace("\\", "/")).name
        try:
            token = changes.hold_file(form.file.data.stream, name, current_user.id)
            make = "yes" if form.make.data else None
            return redirect(url_for("transfer.checked", token=token, make=make), code=303)
        except FileRefused as refused:
            form.file.errors = [str(refused)]
    return _page(form, 400)


@bp.get("/import/<token>")
@requires(Permission.AUDIT_IMPORT)
def checked(token: str) -> str | Response:
    make = request.args.get("make") == "yes"
    try:
        held = holding.open_held(token, current_user.id)
    except holding.NoLongerHeld:
        return _choose_again(GONE)
    return render_template(
        "transfer/checked.html",
        token=token,
        make=make,
        checked=check(read_file(held.content, held.name), make),
        most=MOST_PROBLEMS_SHOWN,
    )


@bp.post("/import/<token>")
@requires(Permission.AUDIT_IMPORT)
def import_held(token: str) -> Response:
    make = request.form.get("make") == "yes"

    def act() -> str:
        reference = changes.import_held(file, make, request.form.get("shown", ""), current_user)
        return url_for("transfer.imported", reference=reference)

    try:
        file = changes.read_held(token, current_user.id)
        address = once(act)
    except holding.NoLongerHeld:
        # Perhaps because this very page was sent before, and the file let go when it was imported.
        done = already_acted_on()
        return redirect(done, code=303) if done else _choose_again(GONE)
    except changes.ChangedSince:
        flash(CHANGED)
        again = url_for("transfer.checked", token=token, make="yes" if make else None)
        return redirect(again, code=303)
    except changes.ImportFailed as failed:
        return _choose_again(str(failed))
    holding.let_go(token)
    return redirect(address, code=303)


@bp.get("/imported/<reference>")
@requires(Permission.AUDIT_IMPORT)
def imported(reference: str) -> str:
    added = queries.audits_added(reference, current_user.id)
    if added is None:
        abort(404)
    return render_template("transfer/imported.html", added=added)


def _choose_again(why: str) -> Response:
    flash(f"{why}.")
    return redirect(url_for("transfer.import_audits"), code=303)


def _page(form: ImportForm, status: int) -> tuple[str, int]:
    return render_template("transfer/import.html", form=form, limits=limits()), status
