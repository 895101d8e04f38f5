"""Audits by HTTP: the list, one audit, and a draft from start to submission."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.audits import changes, lists, queries, submitting
from audit_app.audits.copies import shown_to
from audit_app.audits.forms import ReplyForm, StartForm
from audit_app.audits.guidance import outline
from audit_app.audits.judged import moderators_reasons
from audit_app.audits.lately import allocation_to_do, hold_cases
from audit_app.audits.origin import origin_of
from audit_app.audits.re_audits import beside, re_audit_being_written
from audit_app.audits.sections import Section, Status, read_at, sections_of, status
from audit_app.audits.starting import start, start_again
from audit_app.audits.story import last_of, story_of
from audit_app.audits.unread import told
from audit_app.extensions import db
from audit_app.framework.queries import current_thread_set
from audit_app.models import Allocation, Audit, RecordingWay, Team
from audit_app.rules.allocation_steps import AllocationState
from audit_app.rules.audit_steps import WRITING_STATES
from audit_app.rules.audits import CASE_REFERENCE
from audit_app.rules.completeness import Problem
from audit_app.rules.deeds import Reading
from audit_app.rules.permissions import Permission
from audit_app.rules.workflow import NotAllowed, Verb
from audit_app.web.access import reads, requires
from audit_app.web.filters import read_filter
from audit_app.web.forms import version_sent
from audit_app.web.once import already_acted_on, once
from audit_app.web.paging import page_asked
from audit_app.web.reads import LEADS_ON, WRITING, names, remember_case_search, shows_case

CHANGED_SINCE = (
    "The audit was changed after you opened this page. Check it again as it is now, then submit"
)

bp = Blueprint("audits", __name__, url_prefix="/audits")


@bp.get("/")
@requires(Permission.AUDIT_READ)
def audits() -> str:
    by = read_filter(request.args)
    order = _order_asked()
    paging, lines = lists.page_of_audits(current_user, by, order, page_asked())
    return render_template(
        "audits/audits.html",
        by=by,
        lines=lines,
        paging=paging,
        order=order,
        choices=queries.filter_choices(),
    )


@bp.post("/find")
@requires(Permission.AUDIT_READ)
@reads
def find() -> str | tuple[str, int]:
    """A case is found by POST, so that its reference is in no address and no log."""
    case = request.form.get("case_reference", "").strip()
    sound = CASE_REFERENCE.fullmatch(case) is not None
    lines = lists.audits_of_case(current_user, case) if sound else []
    found = [line.reference for line in lines]
    page = render_template("audits/found.html", case=case, lines=lines, sound=sound)
    if sound:
        remember_case_search(found)
    return page, 200 if sound else 400


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.AUDIT_RECORD)
def new() -> str | Response | tuple[str, int]:
    form = StartForm.opened({})
    form.team.offer(queries.teams_in_use())
    given = None
    if request.method == "POST" and form.validate():
        hold_cases()
        given = allocation_to_do(form.case_reference.data)
        if given is None:
            return redirect(once(lambda: _start(form)), code=303)
        form.add_problems([Problem("case_reference", _already_given(given))])
    own = given if given is not None and given.auditor_id == current_user.id else None
    return render_template("audits/new.html", form=form, given=own), form.status


def _already_given(allocation: Allocation) -> str:
    """Why a case of the programme is not begun here; nobody is named."""
    if allocation.auditor_id == current_user.id:
        return "The audit programme gave you this case: start it from there"
    if allocation.state is AllocationState.WAITING:
        return "The audit programme drew this case, and a practice lead finds its auditor"
    return "The audit programme gave this case to a colleague, so it cannot be started here"


def _start(form: StartForm) -> str:
    team = db.session.get_one(Team, form.team.data)
    thread_set = current_thread_set(date.today())
    audit = start(current_user, thread_set, form.readable_values(), team)
    return url_for("audits.audit", reference=audit.reference)


@bp.post("/<reference>/re-audit")
@requires(Permission.AUDIT_RECORD)
@names("audit", LEADS_ON)
def re_audit(reference: str) -> Response:
    """Begin a re-audit of this audit, or go on with the one begun already."""
    earlier = queries.audit_for(current_user, reference)
    if not earlier.can_be_re_audited_by(current_user):
        raise NotAllowed("This audit cannot be re-audited by you.")
    begun = re_audit_being_written(current_user, earlier)

    def begin() -> str:
        thread_set = current_thread_set(date.today())
        audit = begun or start_again(current_user, thread_set, earlier)
        return url_for("audits.audit", reference=audit.reference)

    return redirect(once(begin), code=303)


@bp.get("/<reference>")
@requires(Permission.AUDIT_READ)
@shows_case(Reading.AUDIT)
def audit(reference: str) -> str | Response:
    audit = queries.audit_for(current_user, reference)
    if audit.lets(current_user, Verb.SAVE):
        return _being_written(audit)
    return render_template(
        "audits/audit.html",
        audit=audit,
        shown=shown_to(current_user, audit),
        hidden=audit.hides_judgement_from(current_user),
        told=last_of(story_of(audit, current_user)),
        may_moderate=audit.lets(current_user, Verb.MODERATE),
        reasons=moderators_reasons(audit),
        beside=beside(audit, current_user),
    )


def _being_written(audit: Audit) -> str | Response:
    """A draft, or an audit that was returned, in the way its auditor likes to record."""
    if current_user.recording_way is RecordingWay.PAGE:
        return redirect(url_for("long_page.page", reference=audit.reference))
    return render_template(
        "audits/tasks.html",
        audit=audit,
        tasks=outline(audit),
        origin=origin_of(audit, current_user),
    )


@bp.get("/<reference>/check")
@requires(Permission.AUDIT_RECORD)
@names("audit", WRITING)
def check(reference: str) -> str | Response:
    audit = queries.audit_for(current_user, reference)
    if not audit.lets(current_user, Verb.SUBMIT):
        return redirect(url_for(".submitted", reference=reference))
    return _check_page(audit, _reply_form(reference))


@bp.post("/<reference>/submit")
@requires(Permission.AUDIT_RECORD)
@shows_case(Reading.AUDIT)
def submit(reference: str) -> str | Response | tuple[str, int]:
    audit = queries.audit_for(current_user, reference, hold=True)
    done = url_for(".submitted", reference=reference)
    form = _reply_form(reference)
    sent_before = audit.auditor_id == current_user.id and not audit.lets(current_user, Verb.SUBMIT)
    if sent_before and (already_acted_on() or not form.reply.data):
        return redirect(done, code=303)
    if not form.validate() or form.needs_reply(audit):
        return _check_page(audit, form), 400

    def send() -> str:
        submitting.submit(current_user, audit, version_sent(), form.reply.data)
        return done

    try:
        return redirect(once(send), code=303)
    except submitting.NotReady:
        return _check_page(_again(reference), form, tried=True), 400
    except submitting.ChangedSince:
        form.form_errors.append(CHANGED_SINCE)
        return _check_page(_again(reference), form), 409


def _reply_form(reference: str) -> ReplyForm:
    return ReplyForm.opened({}, path=url_for(".submit", reference=reference))


def _check_page(audit: Audit, form: ReplyForm, tried: bool = False) -> str:
    return render_template(
        "audits/check.html",
        audit=audit,
        origin=origin_of(audit, current_user),
        form=form,
        sections=sections_of(audit),
        missing=_missing(audit),
        tried=tried,
        version=read_at(audit),
    )


def _missing(audit: Audit) -> list[tuple[Section, str, str | None]]:
    """What stands in the way of submitting, with its field; one line for a section not started."""
    missing: list[tuple[Section, str, str | None]] = []
    for section in sections_of(audit):
        if status(audit, section) is Status.NOT_STARTED:
            missing.append((section, "not started", None))
        else:
            missing += [(section, each.message, each.field) for each in told(audit, section)]
    return missing


@bp.get("/<reference>/submitted")
@requires(Permission.AUDIT_RECORD)
@shows_case(Reading.AUDIT)
def submitted(reference: str) -> str | Response:
    audit = queries.audit_for(current_user, reference)
    if audit.state in WRITING_STATES:
        return redirect(url_for(".audit", reference=reference))
    return render_template("audits/submitted.html", audit=audit)


@bp.route("/<reference>/discard", methods=["GET", "POST"])
@requires(Permission.AUDIT_RECORD)
@names("audit", WRITING)
def discard(reference: str) -> str | Response:
    audit = queries.audit_for(current_user, reference)
    if request.method == "GET" and audit.lets(current_user, Verb.DISCARD):
        return render_template("audits/discard.html", audit=audit)
    changes.discard(current_user, audit)
    flash("The draft was discarded.")
    return redirect(url_for(".audits"), code=303)


def _again(reference: str) -> Audit:
    db.session.rollback()
    return queries.audit_for(current_user, reference)


def _order_asked() -> lists.Order:
    by = request.args.get("sort", "")
    return lists.Order(by if by in lists.SORTS else "date", request.args.get("order") != "asc")
