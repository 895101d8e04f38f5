"""Services, localities and teams by HTTP."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.models import Team
from audit_app.people import place_changes, queries
from audit_app.people.answers import Refused
from audit_app.people.changes import Stale
from audit_app.people.forms import PLACE_FORMS, PlaceForm, TeamForm
from audit_app.people.queries import Kind, Place
from audit_app.rules.permissions import Permission
from audit_app.web.access import requires
from audit_app.web.once import once
from audit_app.web.reads import room_names

bp = Blueprint("places", __name__, url_prefix="/places")
room_names(bp, "place", "about where people work", "number")

STALE = (
    "Somebody changed this after you opened the page. What you typed is in the boxes, and what is "
    "saved now stands above them"
)


@bp.get("")
@requires(Permission.PEOPLE_MANAGE)
def every() -> str:
    return render_template(
        "people/places.html", places={kind: queries.places(kind) for kind in Kind}
    )


@bp.route("/<kind>/new", methods=["GET", "POST"])
@requires(Permission.PEOPLE_MANAGE)
def new(kind: str) -> str | Response | tuple[str, int]:
    word = _kind(kind)
    form = _form(word, None)

    def add() -> str:
        found = place_changes.add_place(current_user, word, form.name.data or "", *_within(form))
        flash(f"{found.name} is added.", "success")
        return url_for("people.places.every", _anchor=word.plural)

    if request.method == "POST" and form.validate():
        try:
            return redirect(once(add), code=303)
        except Refused as refused:
            form.add_problems([refused.problem])
    return render_template("people/place.html", kind=word, place=None, form=form), form.status


@bp.route("/<kind>/<int:number>", methods=["GET", "POST"])
@requires(Permission.PEOPLE_MANAGE)
def change(kind: str, number: int) -> str | Response | tuple[str, int]:
    word = _kind(kind)
    found = queries.place(word, number)
    form = _form(word, found)
    seen, status = request.form.get("seen") or place_changes.read_at(found), None
    if request.method == "POST" and form.validate():
        try:
            name = form.name.data or ""
            place_changes.change_place(current_user, word, found, seen, name, *_within(form))
            return _done(word, f"{found.name} is saved.")
        except Refused as refused:
            form.add_problems([refused.problem])
        except Stale:
            form.form_errors.append(STALE)
            seen, status = place_changes.read_at(found), 409
    page = render_template(
        "people/place.html", kind=word, place=found, form=form, seen=seen, stale=status
    )
    return page, status or form.status


@bp.post("/<kind>/<int:number>/use")
@requires(Permission.PEOPLE_MANAGE)
def use(kind: str, number: int) -> Response:
    """Take a place out of use, or put it back, as the button says."""
    word = _kind(kind)
    found = queries.place(word, number)
    act, done = (
        (place_changes.put_back_in_use, "is back in use")
        if request.form.get("in_use") == "yes"
        else (place_changes.take_out_of_use, "is out of use")
    )
    try:
        act(current_user, word, found)
    except Refused as refused:
        flash(f"{refused}.")
        return redirect(url_for("people.places.change", kind=kind, number=number), code=303)
    return _done(word, f"{found.name} {done}.")


def _kind(typed: str) -> Kind:
    if typed not in list(Kind):
        abort(404)
    return Kind(typed)


def _form(kind: Kind, found: Place | None) -> PlaceForm:
    team = found if isinstance(found, Team) else None
    data: dict[str, str | int] = {"name": found.name if found else ""}
    if team is not None:
        data |= {"service": team.service_id, "locality": team.locality_id}
    form = PLACE_FORMS[kind].opened(data)
    if isinstance(form, TeamForm):
        services, localities = queries.choices_for_team(team)
        form.service.offer(services)
        form.locality.offer(localities)
    return form


def _within(form: PlaceForm) -> tuple[int | None, int | None]:
    """The service and the locality chosen for a team; neither for another place."""
    return (form.service.data, form.locality.data) if isinstance(form, TeamForm) else (None, None)


def _done(kind: Kind, message: str) -> Response:
    flash(message, "success")
    return redirect(url_for("people.places.every", _anchor=kind.plural), code=303)
