"""Writing the commentary by HTTP: three boxes, with what the figures suggest beside each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import Field

from audit_app.extensions import db
from audit_app.models import Summary
from audit_app.rules.permissions import Permission
from audit_app.rules.summary_commentary import BOXES
from audit_app.rules.summary_steps import SUMMARY_STEPS
from audit_app.rules.workflow import Verb, next_state
from audit_app.summaries import changes, queries
from audit_app.summaries.contents import contents, suggestions
from audit_app.summaries.forms import CommentaryForm, saved_commentary
from audit_app.web.access import requires
from audit_app.web.once import once
from audit_app.web.reads import room_names

bp = Blueprint("commentary", __name__)
room_names(bp, "summary", "a summary tells of many audits and of no case")

STALE = (
    "This commentary was saved somewhere else after you opened it. Nothing is lost: your text is "
    "in the boxes and the saved text is with each box. Keep what is right, then save again"
)


@bp.route("/<reference>/commentary", methods=["GET", "POST"])
@requires(Permission.SUMMARY_WRITE)
def commentary(reference: str) -> str | Response | tuple[str, int]:
    summary = queries.summary_for(current_user, reference)
    form = CommentaryForm.opened(saved_commentary(summary))
    _check_may_write(summary)
    if request.method == "POST":
        return _save(summary, form)
    if "check" in request.args:
        form.ask_for_missing()
    return _page(summary, form)


def _save(summary: Summary, form: CommentaryForm) -> str | Response | tuple[str, int]:
    """Save what can be read; then say what is wrong or missing, or go on."""
    box = _add_sentence(form)
    all_read = form.validate()
    completing = request.form.get("verb") == Verb.COMPLETE
    if completing:
        form.ask_for_missing()
    try:
        if completing and not form.errors:
            return redirect(once(lambda: _save_and_complete(summary, form)), code=303)
        changes.save(current_user, summary, form.version.data, form.values(), all_read)
        db.session.commit()
    except changes.Stale:
        return _page(summary, form, _both_texts(summary, form)), 409
    if form.errors:
        form.version.data = summary.version
        return _page(summary, form), 400
    if box:
        return redirect(_here(summary, box), code=303)
    flash("Draft saved.", "success")
    return redirect(_here(summary), code=303)


def _add_sentence(form: CommentaryForm) -> str:
    """Where “Use this sentence” was pressed, add it to what is typed; the box it went to."""
    box, _, sentence = request.form.get("fill", "").partition(" ")
    if box not in BOXES or not sentence:
        return ""
    form.add(box, sentence)
    return box


def _save_and_complete(summary: Summary, form: CommentaryForm) -> str:
    changes.save(current_user, summary, form.version.data, form.values())
    changes.complete(current_user, summary, summary.version)
    flash("The commentary is complete. The DCS office can now sign it off.", "success")
    return url_for("summaries.summary", reference=summary.reference)


def _both_texts(summary: Summary, form: CommentaryForm) -> dict[str, Field]:
    """Keep what was typed in the form, and give the saved texts that differ from it.

    The form then carries the saved version, so that saving again is a choice made with both texts
    in sight.
    """
    form.form_errors.append(STALE)
    form.version.data = summary.version
    now = CommentaryForm(data=saved_commentary(summary))
    return {box: now[box] for box in BOXES if now[box].data != form[box].data}


def _page(summary: Summary, form: CommentaryForm, saved: Mapping[str, Field] | None = None) -> str:
    counted = contents(summary.period, summary.service_id, date.today())
    return render_template(
        "summaries/commentary.html",
        summary=summary,
        place=queries.place_of(summary),
        form=form,
        boxes=BOXES,
        counted=counted,
        suggestions=suggestions(counted),
        saved=saved or {},
    )


def _check_may_write(summary: Summary) -> None:
    """Refuse, with the reason, a page whose form could not be saved."""
    relations = summary.relations_of(current_user)
    next_state(SUMMARY_STEPS, summary.state, Verb.SAVE, current_user.permissions, relations)


def _here(summary: Summary, box: str | None = None) -> str:
    return url_for("summaries.commentary.commentary", reference=summary.reference, _anchor=box)
