"""The practitioner's side by HTTP: audits of my work, my reflection, and what a manager says."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.audits.queries import audit_for, filter_choices
from audit_app.extensions import db
from audit_app.models import Audit, Reflection
from audit_app.reflection import changes, good_practice, queries
from audit_app.reflection.forms import AcknowledgementForm, ReflectionForm
from audit_app.rules.deeds import Reading
from audit_app.rules.permissions import Permission
from audit_app.rules.reflection_steps import REFLECTION_STEPS, ReflectionState
from audit_app.rules.workflow import Verb, next_state
from audit_app.web.access import requires
from audit_app.web.filters import AuditFilter, read_filter
from audit_app.web.forms import version_sent
from audit_app.web.once import already_acted_on, once
from audit_app.web.paging import Paging, page_asked
from audit_app.web.reads import Listed, lists_texts, shows_case

bp = Blueprint("reflection", __name__, url_prefix="/my-work")

QUOTES_TOGETHER = 12

STALE = (
    "Your reflection was saved somewhere else after you opened this page. Nothing is lost: your "
    "text is in the box and the saved text is below it. Keep what is right, then save again"
)
SHARED_ALREADY = (
    "You have shared this reflection, so it is not changed any more. What you have typed now was "
    "not saved: copy what you want to keep before you leave this page"
)
OVERTAKEN = (
    "Somebody else acknowledged this reflection while you were writing. What you have typed was "
    "not saved: copy what you want to keep before you leave this page"
)


@bp.get("/")
@requires(Permission.WORK_REFLECT)
def my_work() -> str:
    paging = Paging(queries.count_work(current_user), page_asked())
    lines = queries.work_lines(current_user, paging)
    return render_template("reflection/my_work.html", lines=lines, paging=paging)


@bp.route("/<reference>/reflection", methods=["GET", "POST"])
@requires(Permission.WORK_REFLECT)
@shows_case(Reading.REFLECTION)
def write(reference: str) -> str | Response | tuple[str, int]:
    audit = queries.work_for(current_user, reference)
    if request.method == "GET" and _is_shared(audit):
        return redirect(url_for("audits.audit", reference=reference, _anchor="reflection"))
    form = _reflection_form(audit)
    if _is_shared(audit):
        return _writing_page(audit, form, SHARED_ALREADY)
    next_state(
        REFLECTION_STEPS,
        queries.state_of(audit),
        Verb.SAVE,
        current_user.permissions,
        audit.relations_of(current_user),
    )
    if request.method == "GET" or not form.validate():
        return _writing_page(audit, form)
    return _save(audit, form)


def _is_shared(audit: Audit) -> bool:
    return queries.state_of(audit) is not ReflectionState.WRITING


def _reflection_form(audit: Audit) -> ReflectionForm:
    own = _own(audit)
    stored = {"text": own.text if own else None}
    return ReflectionForm.opened(stored, saved_at=own.saved_at if own else None)


def _own(audit: Audit) -> Reflection | None:
    """The reflection, where it is this person's: nobody else reads it before it is shared."""
    mine = audit.reflection is not None and audit.reflection.user_id == current_user.id
    return audit.reflection if mine else None


def _save(audit: Audit, form: ReflectionForm) -> Response | tuple[str, int]:
    reference, text = audit.reference, form.readable_values()["text"]
    try:
        changes.save(current_user, audit, version_sent(), text)
    except changes.Stale:
        db.session.rollback()
        audit = queries.work_for(current_user, reference)
        return _writing_page(audit, form, SHARED_ALREADY if _is_shared(audit) else STALE)
    if request.form.get("then") == "share":
        return redirect(url_for(".share", reference=reference), code=303)
    flash("Saved. Only you can see it until you share it.", "success")
    return redirect(url_for(".write", reference=reference), code=303)


def _writing_page(audit: Audit, form: ReflectionForm, stopped: str = "") -> tuple[str, int]:
    """The page to write on; ``stopped`` says why what was typed is not saved yet."""
    own = _own(audit)
    if stopped:
        form.form_errors.append(stopped)
    page = render_template(
        "reflection/write.html",
        audit=audit,
        form=form,
        version=own.version if own else 0,
        saved=own.text if own and (stopped or form.kept) else None,
        shared=_is_shared(audit),
    )
    return page, 409 if stopped else form.status


@bp.route("/<reference>/share", methods=["GET", "POST"])
@requires(Permission.WORK_REFLECT)
@shows_case(Reading.REFLECTION)
def share(reference: str) -> str | Response:
    audit = queries.work_for(current_user, reference)
    done = url_for("audits.audit", reference=reference, _anchor="reflection")
    own = _own(audit)
    if own is not None and _is_shared(audit):
        return redirect(done, code=303)
    if request.method == "GET":
        if own is None or not own.text:
            return redirect(url_for(".write", reference=reference))
        return render_template("reflection/share.html", audit=audit, reflection=own)

    def act() -> str:
        changes.share(current_user, audit, version_sent())
        return done

    try:
        return redirect(once(act), code=303)
    except changes.Stale:
        db.session.rollback()
        flash("Your reflection was saved again after you opened this page. Read it, then share it.")
        return redirect(url_for(".share", reference=reference), code=303)
    except changes.NothingWritten:
        db.session.rollback()
        flash("Write your reflection before you share it.")
        return redirect(url_for(".write", reference=reference), code=303)


@bp.get("/to-acknowledge")
@requires(Permission.WORK_ACKNOWLEDGE)
def waiting() -> str:
    paging = Paging(queries.count_to_acknowledge(current_user), page_asked())
    lines = queries.to_acknowledge(current_user, paging)
    return render_template("reflection/waiting.html", lines=lines, paging=paging)


@bp.route("/<reference>/acknowledge", methods=["GET", "POST"])
@requires(Permission.WORK_ACKNOWLEDGE)
@shows_case(Reading.REFLECTION)
def acknowledge(reference: str) -> str | Response | tuple[str, int]:
    audit = audit_for(current_user, reference)
    reflection = queries.shown(audit, current_user)
    if reflection is None or reflection.shared_at is None:
        abort(404)
    done = url_for("audits.audit", reference=reference, _anchor="reflection")
    form = AcknowledgementForm.opened({})
    if reflection.acknowledged_at is not None:
        if request.method == "GET" or already_acted_on():
            return redirect(done, code=303)
        return _acknowledging_page(audit, form, overtaken=True)
    next_state(
        REFLECTION_STEPS,
        reflection.state,
        Verb.ACKNOWLEDGE,
        current_user.permissions,
        audit.relations_of(current_user),
    )
    if request.method == "GET" or not form.validate():
        return _acknowledging_page(audit, form)
    return _acknowledge(audit, form, done)


def _acknowledge(
    audit: Audit, form: AcknowledgementForm, done: str
) -> str | Response | tuple[str, int]:
    reference, words = audit.reference, form.readable_values()["acknowledgement"]

    def act() -> str:
        changes.acknowledge(current_user, audit, words)
        return done

    try:
        return redirect(once(act), code=303)
    except changes.Overtaken:
        db.session.rollback()
        return _acknowledging_page(audit_for(current_user, reference), form, overtaken=True)


def _acknowledging_page(
    audit: Audit, form: AcknowledgementForm, overtaken: bool = False
) -> tuple[str, int]:
    if overtaken:
        form.form_errors.append(OVERTAKEN)
    page = render_template(
        "reflection/acknowledge.html", audit=audit, form=form, overtaken=overtaken
    )
    return page, 409 if overtaken else form.status


@bp.get("/good-practice")
@requires(Permission.PRACTICE_READ)
@lists_texts("good practice")
def shared_practice() -> Listed:
    asked = read_filter(request.args)
    by = AuditFilter(thread=asked.thread, service=asked.service)
    wanted = good_practice.Wanted(by.thread, by.service)
    choices = filter_choices()
    total = good_practice.count_quotes(current_user, wanted)
    paging = Paging(total, page_asked(), QUOTES_TOGETHER)
    quotes = good_practice.quotes(current_user, wanted, paging)
    page = render_template(
        "reflection/good_practice.html",
        quotes=quotes,
        wanted=wanted,
        chosen=by.chosen(choices.names()),
        choices=choices,
        paging=paging,
    )
    known = choices.names()
    narrowed = {n: v for n, v in wanted.as_args().items() if getattr(wanted, n) in known[n]}
    return Listed(page, len(quotes), narrowed)


@bp.app_template_global()
def reflection_panel(reference: str) -> queries.Panel | None:
    """What the page of an audit shows about the reflection on it."""
    return queries.panel_for(current_user, reference)
