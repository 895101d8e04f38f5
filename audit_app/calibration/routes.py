"""Calibration by HTTP: open an exercise, judge in it, close it, and see how far apart you are."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.audits.queries import audit_for
from audit_app.calibration import changes, queries
from audit_app.calibration.forms import (
    JudgingForm,
    LearningForm,
    OpeningForm,
    field_of,
    judging_form,
    names_of,
)
from audit_app.calibration.results import results_of
from audit_app.extensions import db
from audit_app.models import Audit, Calibration
from audit_app.rules.deeds import Reading
from audit_app.rules.permissions import Permission
from audit_app.web.access import requires
from audit_app.web.forms import version_sent
from audit_app.web.once import already_acted_on, once
from audit_app.web.paging import Paging, page_asked
from audit_app.web.reads import shows_case

bp = Blueprint("calibration", __name__, url_prefix="/calibration")

JUDGED_ALREADY = (
    "You have judged in this exercise already, and that stands. What you have typed now was not "
    "saved: copy what you want to keep before you leave this page"
)
CLOSED = (
    "The exercise was closed before you sent this, so it could not be counted. Nothing of yours "
    "was saved: copy what you want to keep before you leave this page"
)
STALE = (
    "This was written somewhere else after you opened the page. Nothing is lost: your text is in "
    "the box and the saved text is below it. Keep what is right, then save again"
)


@bp.get("/")
@requires(Permission.CALIBRATE)
def exercises() -> str:
    paging = Paging(queries.count_exercises(current_user), page_asked())
    lines = queries.exercise_lines(current_user, paging)
    return render_template("calibration/exercises.html", lines=lines, paging=paging)


@bp.route("/new/<reference>", methods=["GET", "POST"])
@requires(Permission.MODERATION_MANAGE)
@shows_case(Reading.EXERCISE)
def new(reference: str) -> str | Response | tuple[str, int]:
    """Open an exercise on an audit."""
    audit = audit_for(current_user, reference)
    if request.method == "POST" and (opened := already_acted_on()):
        return redirect(opened, code=303)
    if why_not := queries.why_not_usable(audit):
        page = render_template("calibration/not_usable.html", audit=audit, why_not=why_not)
        return page, 200 if request.method == "GET" else 403
    people = queries.invitees(audit, current_user)
    form = OpeningForm.opened({})
    form.people.offer([each for each in people if each.why_not is None])
    if request.method == "POST" and form.validate():
        return redirect(once(lambda: _open(audit, form)), code=303)
    barred = [each for each in people if each.why_not is not None]
    return render_template("calibration/new.html", audit=audit, form=form, barred=barred), (
        form.status
    )


def _open(audit: Audit, form: OpeningForm) -> str:
    exercise = changes.open_exercise(
        current_user, audit, form.title.data.strip(), form.due_on.data, form.people.data
    )
    return url_for(".exercise", reference=exercise.reference)


@bp.get("/<reference>")
@requires(Permission.CALIBRATE)
@shows_case(Reading.EXERCISE, "calibration")
def exercise(reference: str) -> str:
    exercise = queries.exercise_for(current_user, reference)
    leading = queries.leads(exercise, current_user)
    return render_template(
        "calibration/exercise.html",
        exercise=exercise,
        leading=leading,
        place=queries.place_of(exercise, current_user),
        own=queries.judged_by(exercise, current_user),
        audit_reference=queries.audit_of(exercise).reference if leading else None,
        results=results_of(exercise, current_user) if exercise.closed_at else None,
    )


@bp.route("/<reference>/judge", methods=["GET", "POST"])
@requires(Permission.CALIBRATE)
@shows_case(Reading.EXERCISE, "calibration")
def judge(reference: str) -> str | Response | tuple[str, int]:
    exercise = queries.exercise_for(current_user, reference)
    place = queries.place_of(exercise, current_user)
    if place is None:
        abort(404)
    evidence = queries.evidence_of(exercise, current_user)
    form = judging_form(evidence).opened({})
    if place.done_at is not None or exercise.closed_at is not None:
        return _too_late(exercise, form)
    if request.method == "GET":
        return _judging_page(exercise, form)
    form.validate()
    form.add_problems(form.missing(names_of(evidence)))
    if form.errors:
        return _judging_page(exercise, form), 400
    return _save(exercise, form)


def _save(exercise: Calibration, form: JudgingForm) -> Response | tuple[str, int]:
    reference = exercise.reference

    def act() -> str:
        judged = form.judged(queries.audit_of(exercise))
        changes.judge(current_user, exercise, judged)
        flash("Your judgements are sent.", "success")
        return url_for(".exercise", reference=reference)

    try:
        return redirect(once(act), code=303)
    except (changes.Closed, changes.JudgedAlready):
        db.session.rollback()
        return _too_late(queries.exercise_for(current_user, reference), form)


def _too_late(exercise: Calibration, form: JudgingForm) -> Response | tuple[str, int]:
    """Judged or closed before: show it, and throw nothing away that was typed since."""
    if request.method == "GET" or already_acted_on():
        return redirect(url_for(".exercise", reference=exercise.reference), code=303)
    place = queries.place_of(exercise, current_user)
    judged = place is not None and place.done_at is not None
    form.form_errors.append(JUDGED_ALREADY if judged else CLOSED)
    return _judging_page(exercise, form, too_late=True), 409


def _judging_page(exercise: Calibration, form: JudgingForm, too_late: bool = False) -> str:
    return render_template(
        "calibration/judge.html",
        exercise=exercise,
        evidence=queries.evidence_of(exercise, current_user),
        form=form,
        field_of=field_of,
        too_late=too_late,
    )


@bp.route("/<reference>/close", methods=["GET", "POST"])
@requires(Permission.MODERATION_MANAGE)
@shows_case(Reading.EXERCISE, "calibration")
def close(reference: str) -> str | Response:
    exercise = _led(reference)
    done = url_for(".exercise", reference=reference)
    if exercise.closed_at is not None:
        return redirect(done, code=303)
    if request.method == "GET":
        missing = [place.user.name for place in exercise.places if place.done_at is None]
        return render_template("calibration/close.html", exercise=exercise, missing=sorted(missing))

    def act() -> str:
        changes.close(current_user, exercise)
        return done

    return redirect(once(act), code=303)


@bp.route("/<reference>/learning", methods=["GET", "POST"])
@requires(Permission.MODERATION_MANAGE)
@shows_case(Reading.EXERCISE, "calibration")
def learning(reference: str) -> str | Response | tuple[str, int]:
    """Write down what the group learned."""
    exercise = _led(reference)
    if exercise.closed_at is None:
        return redirect(url_for(".close", reference=reference), code=303)
    form = LearningForm.opened({"learning": exercise.learning})
    if request.method == "GET" or not form.validate():
        return _learning_page(exercise, form)
    text = form.readable_values()["learning"]
    try:
        changes.write_learning(current_user, exercise, version_sent(), text)
    except changes.Stale:
        db.session.rollback()
        form.form_errors.append(STALE)
        return _learning_page(_led(reference), form, stale=True)
    return redirect(url_for(".exercise", reference=reference), code=303)


def _learning_page(
    exercise: Calibration, form: LearningForm, stale: bool = False
) -> tuple[str, int]:
    page = render_template(
        "calibration/learning.html",
        exercise=exercise,
        form=form,
        version=queries.learning_version(exercise),
        saved=exercise.learning if stale or form.kept else None,
    )
    return page, 409 if stale else form.status


def _led(reference: str) -> Calibration:
    """The exercise, for whoever leads it; otherwise 404."""
    exercise = queries.exercise_for(current_user, reference)
    if not queries.leads(exercise, current_user):
        abort(404)
    return exercise
