"""Batches of summaries by HTTP: begin one, go on with it, fetch all of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import Engine
from werkzeug.wrappers import Response

from audit_app.extensions import db
from audit_app.rules.permissions import Permission
from audit_app.summaries import queries
from audit_app.summaries.batch_changes import begin_batch, go_on
from audit_app.summaries.batch_queries import (
    File,
    Progress,
    batch_for,
    content_of,
    files_of,
    place_of_part,
)
from audit_app.summaries.forms import BatchForm
from audit_app.web.access import requires
from audit_app.web.downloads import download_remembered
from audit_app.web.moments import in_london
from audit_app.web.once import once
from audit_app.web.reads import room_names

bp = Blueprint("batches", __name__, url_prefix="/batches")
room_names(bp, "summary batch", "a summary tells of many audits and of no case")

ZIP = "application/zip"


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.SUMMARY_START)
def new() -> str | Response | tuple[str, int]:
    """Choose the period of which every service's summary is wanted."""
    form = BatchForm.opened({"period": request.args.get("period", "")})
    form.offer(queries.periods_on_offer(date.today()))
    if request.method == "GET" or not form.validate():
        return render_template("summaries/new_batch.html", form=form), form.status
    return redirect(once(lambda: _begun(form)), code=303)


def _begun(form: BatchForm) -> str:
    batch = begin_batch(current_user, form.chosen_period, date.today())
    return url_for("summaries.batches.batch", reference=batch.reference)


@bp.route("/<reference>", methods=["GET", "POST"])
@requires(Permission.SUMMARY_START)
def batch(reference: str) -> str | Response:
    """How far a batch has come; sending its form makes the next ones."""
    found = batch_for(current_user, reference)
    if request.method == "POST":
        go_on(current_user, found, request.path, date.today())
        return redirect(request.path, code=303)
    return render_template(
        "summaries/batch.html",
        batch=found,
        progress=Progress(found.parts),
        place_of=place_of_part,
    )


@bp.get("/<reference>.zip")
@requires(Permission.SUMMARY_START)
def zipped(reference: str) -> Response:
    """Every summary of a batch that was made, sent file by file."""
    found = batch_for(current_user, reference)
    files = files_of(found)
    if not files:
        abort(404)
    name = f"summaries-{found.period.code}.zip"
    made = _zip(files, db.engine)
    return download_remembered(made, name, ZIP, "summary batch", reference)


class _Outlet:
    """A file that is only written to, whose bytes are taken away as they come."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def write(self, content: bytes, /) -> int:
        self._waiting += content
        return len(content)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """There is nothing to close."""

    def take(self) -> bytes:
        taken = bytes(self._waiting)
        self._waiting.clear()
        return taken


def _zip(files: list[File], engine: Engine) -> Iterator[bytes]:
    """The archive as it grows; read on a connection of its own, as the request is over by then."""
    outlet = _Outlet()
    with ZipFile(outlet, "w", ZIP_STORED) as archive:
        for each in files:
            made = in_london(each.made_at)
            content = content_of(each.part_id, engine)
            archive.writestr(ZipInfo(each.name, made.timetuple()[:6]), content)
            yield outlet.take()
    yield outlet.take()
