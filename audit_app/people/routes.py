"""People by HTTP: the list, one person, and what an administrator can do for them."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.account.council_queries import ways_in
from audit_app.account.queries import tokens_that_work
from audit_app.account.second_step_queries import second_step_of
from audit_app.account.session_queries import sessions_of
from audit_app.account.sessions import this_digest
from audit_app.account.tries import is_locked_out
from audit_app.people import changes, queries
from audit_app.people.answers import Refused
from audit_app.people.forms import DetailsForm, NewPersonForm, PasswordForm, RoleForm
from audit_app.people.places import bp as places
from audit_app.people.queries import Access
from audit_app.people.sign_ins import bp as sign_ins
from audit_app.rules.permissions import Permission, Role
from audit_app.web.access import requires
from audit_app.web.once import once
from audit_app.web.paging import Paging, page_asked
from audit_app.web.reads import room_names

bp = Blueprint("people", __name__, url_prefix="/people")
room_names(bp, "user", "about who works here")
bp.register_blueprint(places)
bp.register_blueprint(sign_ins)

STALE = (
    "Somebody changed this after you opened the page. What you typed is in the boxes, and what is "
    "saved now stands above them"
)


@bp.get("/")
@requires(Permission.PEOPLE_MANAGE)
def people() -> str:
    by = queries.read_people_filter(request.args)
    paging = Paging(queries.count_people(by), page_asked())
    return render_template(
        "people/people.html",
        by=by,
        paging=paging,
        people=queries.people_page(by, paging),
        access_of=queries.access_of,
        Access=Access,
        Role=Role,
        team_pairs=[(each.id, each.name) for each in queries.places(queries.Kind.TEAM)],
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.PEOPLE_MANAGE)
def new() -> str | Response | tuple[str, int]:
    form = NewPersonForm.opened({})
    form.offer()
    if request.method == "POST" and form.validate():
        try:
            return redirect(once(lambda: _admit(form)), code=303)
        except Refused as refused:
            form.add_problems([refused.problem])
    return render_template("people/new.html", form=form, ways=ways_in()), form.status


def _admit(form: NewPersonForm) -> str:
    created = changes.admit(
        current_user,
        form.email.data,
        form.name.data,
        form.staff_id.data,
        form.asked(),
        form.password.data or None,
    )
    known = " Imported audits named them before." if created.was_imported else ""
    flash(f"{created.user.name} can now sign in.{known}", "success")
    return url_for("people.person", reference=created.user.reference)


@bp.get("/<reference>")
@requires(Permission.PEOPLE_MANAGE)
def person(reference: str) -> str:
    found = queries.person(reference)
    return render_template(
        "people/person.html",
        person=found,
        access=queries.access_of(found),
        Access=Access,
        ways=ways_in(),
        locked=is_locked_out(found.email),
        tokens_that_work=len(tokens_that_work(found)),
        sessions=sessions_of(found),
        this=this_digest(),
        step=second_step_of(found),
    )


@bp.route("/<reference>/details", methods=["GET", "POST"])
@requires(Permission.PEOPLE_MANAGE)
def details(reference: str) -> str | Response | tuple[str, int]:
    found = queries.person(reference)
    form = DetailsForm.opened({n: getattr(found, n) for n in ("name", "email", "staff_id")})
    seen, status = request.form.get("seen") or changes.read_at(found), None
    if request.method == "POST" and form.validate():
        answers = (form.email.data, form.name.data, form.staff_id.data)
        try:
            changes.change_details(current_user, found, seen, *answers)
            return _done(reference, "The details are saved.")
        except Refused as refused:
            form.add_problems([refused.problem])
        except changes.Stale:
            form.form_errors.append(STALE)
            seen, status = changes.read_at(found), 409
    page = render_template("people/details.html", person=found, form=form, seen=seen, stale=status)
    return page, status or form.status


@bp.route("/<reference>/roles/new", methods=["GET", "POST"])
@requires(Permission.PEOPLE_MANAGE)
def give_role(reference: str) -> str | Response | tuple[str, int]:
    found = queries.person(reference)
    form = RoleForm.opened({})
    form.offer()

    def give() -> str:
        changes.give_role(current_user, found, form.asked())
        flash("The role is given.", "success")
        return url_for("people.person", reference=reference)

    if request.method == "POST" and form.validate():
        try:
            return redirect(once(give), code=303)
        except Refused as refused:
            form.add_problems([refused.problem])
    return render_template("people/role.html", person=found, form=form), form.status


@bp.post("/<reference>/roles/<int:grant_id>/take")
@requires(Permission.PEOPLE_MANAGE)
def take_role(reference: str, grant_id: int) -> Response:
    found = queries.person(reference)
    return _do(
        reference,
        lambda: changes.take_role(current_user, found, grant_id),
        "The role is taken away.",
    )


@bp.route("/<reference>/password", methods=["GET", "POST"])
@requires(Permission.PEOPLE_MANAGE)
def password(reference: str) -> str | Response | tuple[str, int]:
    found = queries.person(reference)
    form = PasswordForm.opened({})
    if request.method == "POST" and form.validate():
        try:
            changes.set_password(current_user, found, form.password.data)
            return _done(reference, "The new password is set. Old sign-ins and tokens have ended.")
        except Refused as refused:
            form.add_problems([refused.problem])
    return render_template("people/password.html", person=found, form=form), form.status


@bp.post("/<reference>/switch-off")
@requires(Permission.PEOPLE_MANAGE)
def switch_off(reference: str) -> Response:
    found = queries.person(reference)
    return _do(
        reference,
        lambda: changes.switch_off(current_user, found),
        f"{found.name} is switched off and signed out everywhere.",
    )


@bp.post("/<reference>/switch-on")
@requires(Permission.PEOPLE_MANAGE)
def switch_on(reference: str) -> Response:
    found = queries.person(reference)
    return _do(
        reference, lambda: changes.switch_on(current_user, found), f"{found.name} is switched on."
    )


@bp.post("/<reference>/unlock")
@requires(Permission.PEOPLE_MANAGE)
def unlock(reference: str) -> Response:
    found = queries.person(reference)
    return _do(
        reference, lambda: changes.unlock(current_user, found), f"{found.name} can try again now."
    )


@bp.post("/<reference>/council-account")
@requires(Permission.PEOPLE_MANAGE)
def await_council_account(reference: str) -> Response:
    found = queries.person(reference)
    return _do(
        reference,
        lambda: changes.await_council_account(current_user, found),
        f"{found.name} can sign in with the council account of {found.email}.",
    )


@bp.post("/<reference>/tokens/revoke")
@requires(Permission.PEOPLE_MANAGE)
def revoke_tokens(reference: str) -> Response:
    found = queries.person(reference)
    return _do(
        reference,
        lambda: changes.revoke_tokens(current_user, found),
        f"No token of {found.name} works any more.",
    )


def _do(reference: str, act: Callable[[], None], message: str) -> Response:
    """Do something a button asks for, or say why it cannot be done."""
    try:
        act()
    except Refused as refused:
        flash(f"{refused}.")
        return redirect(url_for("people.person", reference=reference), code=303)
    return _done(reference, message)


def _done(reference: str, message: str) -> Response:
    flash(message, "success")
    return redirect(url_for("people.person", reference=reference), code=303)
