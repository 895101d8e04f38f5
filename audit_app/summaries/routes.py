"""Summaries by HTTP: the list, one summary and what can be done with it, its paper and page."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.documents.made import Made
from audit_app.extensions import db
from audit_app.models import Summary
from audit_app.models.base import now
from audit_app.models.sqlite import reading
from audit_app.rules.numbers import whole_number
from audit_app.rules.permissions import Permission
from audit_app.rules.summary_commentary import BOXES
from audit_app.rules.summary_periods import SummaryKind
from audit_app.rules.workflow import Verb
from audit_app.summaries import changes, queries
from audit_app.summaries.batches import bp as batches
from audit_app.summaries.commentary import bp as commentary
from audit_app.summaries.document import file_name
from audit_app.summaries.forms import EditionForm, ReturnForm, StartForm
from audit_app.summaries.shown import shown
from audit_app.summaries.signing import drawn_as_draft, ready_to_sign
from audit_app.summaries.year_on_year import bp as year_on_year
from audit_app.web.access import requires
from audit_app.web.forms import version_sent
from audit_app.web.once import already_acted_on, once
from audit_app.web.paging import Paging, page_asked
from audit_app.web.papers import (
    send_print,
    send_print_page,
    send_published,
    send_published_page,
)
from audit_app.web.prints import Printing
from audit_app.web.reads import room_names

bp = Blueprint("summaries", __name__, url_prefix="/summaries")
room_names(bp, "summary", "a summary tells of many audits and of no case")
bp.register_blueprint(commentary)
bp.register_blueprint(batches)
bp.register_blueprint(year_on_year)

CHANGED = "This summary has changed since you opened it. Read it again before you go on."
NEW_FIGURES = (
    "The figures have changed since you opened this page. Read them again, then sign the summary "
    "off if they still say what its commentary says."
)


@bp.get("/")
@requires(Permission.SUMMARY_READ)
def summaries() -> str:
    return _list(_start_form(url_for("summaries.start")))


@bp.post("/start")
@requires(Permission.SUMMARY_START)
def start() -> Response | tuple[str, int]:
    """Start the summary of a period, or go to the one there is."""
    form = _start_form(request.path)
    if not form.validate():
        return _list(form), 400
    return redirect(once(lambda: _started(form)), code=303)


def _started(form: StartForm) -> str:
    summary = changes.start(current_user, form.chosen_period, form.chosen_service)
    return url_for("summaries.summary", reference=summary.reference)


def _start_form(path: str) -> StartForm:
    form = StartForm.opened({"place": 0}, path)
    form.offer(queries.periods_on_offer(date.today()))
    form.offer_places(queries.services())
    return form


def _list(form: StartForm) -> str:
    asked, today = _asked(), date.today()
    paging = Paging(queries.count_listed(current_user, asked), page_asked())
    return render_template(
        "summaries/summaries.html",
        form=form,
        asked=asked,
        kinds=[(each.value, each.label) for each in SummaryKind],
        services=queries.services(),
        paging=paging,
        lines=queries.listed(current_user, asked, paging.per_page, paging.offset, today),
    )


def _asked() -> queries.Asked:
    kind = request.args.get("kind", "")
    return queries.Asked(
        place=whole_number(request.args.get("place", "")),
        kind=SummaryKind(kind) if kind in set(SummaryKind) else None,
    )


@bp.route("/<reference>", methods=["GET", "POST"])
@requires(Permission.SUMMARY_READ)
def summary(reference: str) -> str | Response | tuple[str, int]:
    """One summary. What can be done with it is sent to the same address and names its verb."""
    form = ReturnForm.opened({})
    if request.method == "GET":
        return _page(queries.summary_for(current_user, reference), None, form)
    if request.form.get("verb") == Verb.RETURN and not form.validate():
        return _page(queries.summary_for(current_user, reference), form, form), 400
    return redirect(_act(reference, form), code=303)


def _page(summary: Summary, invalid: ReturnForm | None, return_form: ReturnForm) -> str:
    today = date.today()
    return render_template(
        "summaries/summary.html",
        summary=summary,
        place=queries.place_of(summary),
        form=invalid,
        return_form=return_form,
        boxes=BOXES,
        shown=shown(summary, current_user, today),
        editions=queries.editions_of(summary, current_user),
        history=queries.history_of(summary) if queries.takes_part(current_user) else (),
        may={verb for verb in Verb if summary.lets(current_user, verb)},
        ended=summary.period.ended(today),
    )


def _act(reference: str, form: ReturnForm) -> str:
    """Do what the button says, once, and say where to go on."""
    here = url_for("summaries.summary", reference=reference)
    try:
        if request.form.get("verb") == Verb.SIGN_OFF:
            return already_acted_on() or _sign_off(reference) or here
        return once(lambda: _step(reference, form) or here)
    except changes.Stale:
        flash(CHANGED)
    except changes.FiguresChanged:
        flash(NEW_FIGURES)
    except changes.NotReady:
        return url_for("summaries.commentary.commentary", reference=reference, check=1)
    return here


def _step(reference: str, form: ReturnForm) -> str | None:
    """One step of the workflow; where to go after it, or None for the summary's own page."""
    summary, version = queries.summary_for(current_user, reference), version_sent()
    match request.form.get("verb"):
        case Verb.COMPLETE:
            changes.complete(current_user, summary, version)
            flash("The commentary is complete. The DCS office can now sign it off.", "success")
        case Verb.RETURN:
            changes.return_to_writers(current_user, summary, version, form.note.data)
            flash("Returned to whoever writes the commentary.", "success")
            return url_for("summaries.summaries")
        case Verb.REOPEN:
            changes.reopen(current_user, summary, version)
            flash("The commentary can be changed again.", "success")
            return url_for("summaries.commentary.commentary", reference=reference)
        case Verb.DISCARD:
            changes.discard(current_user, summary, version)
            flash("The draft is discarded.", "success")
            return url_for("summaries.summaries")
        case _:
            abort(400)
    return None


def _sign_off(reference: str) -> str:
    """Draw first, while nobody has to wait; then keep what was drawn, if it still holds."""
    today, version = date.today(), version_sent()
    with reading(db.session):
        summary = queries.summary_for(current_user, reference)
        changes.may_sign_off(current_user, summary, today)
        ready = ready_to_sign(current_user, summary, today, now())
        if summary.version != version:
            raise changes.Stale
    if ready.printing.fingerprint != request.form.get("seen"):
        raise changes.FiguresChanged

    def sign() -> str:
        summary = queries.summary_for(current_user, reference)
        changes.sign_off(current_user, summary, version, ready, today)
        flash("Signed off. What is published will not change.", "success")
        return url_for("summaries.summary", reference=reference)

    return once(sign)


@bp.route("/<reference>/new-edition", methods=["GET", "POST"])
@requires(Permission.SUMMARY_WRITE)
def new_edition(reference: str) -> str | Response | tuple[str, int]:
    """Begin another edition of a summary that was signed off."""
    summary = queries.summary_for(current_user, reference)
    if summary.published is None:
        return redirect(url_for("summaries.summary", reference=reference), code=303)
    form = EditionForm.opened({})
    if request.method == "GET" or not form.validate():
        page = render_template(
            "summaries/new_edition.html",
            form=form,
            summary=summary,
            place=queries.place_of(summary),
        )
        return page, form.status
    return redirect(once(lambda: _begun(summary, form)), code=303)


def _begun(summary: Summary, form: EditionForm) -> str:
    begun = changes.new_edition(current_user, summary, form.reason.data)
    return url_for("summaries.commentary.commentary", reference=begun.reference)


@bp.get("/<reference>.pdf")
@requires(Permission.SUMMARY_READ)
def pdf(reference: str) -> Response:
    """The summary as it was signed off; a draft with today's figures."""
    summary = queries.summary_for(current_user, reference)
    name = file_name(summary.period, queries.place_of(summary), summary.edition, "pdf")
    if summary.published:
        return send_published(summary.published, name)
    printing, made = _drawn(summary)
    return send_print(printing, made.pdf, f"draft-{name}")


@bp.get("/<reference>.html")
@requires(Permission.SUMMARY_READ)
def page(reference: str) -> Response:
    """The document as a page of its own, printable as it looks on paper."""
    summary = queries.summary_for(current_user, reference)
    if summary.published:
        return send_published_page(summary.published)
    printing, made = _drawn(summary)
    return send_print_page(printing, made.html)


def _drawn(summary: Summary) -> tuple[Printing, Made]:
    by = current_user.name
    return drawn_as_draft(summary.period, summary.service_id, summary, by, date.today())
