"""Raising an action by HTTP: from a moderation, from a theme, or after one that changed nothing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.audits.queries import audit_for
from audit_app.framework.queries import themes_offered
from audit_app.improvement import queries, raising_changes
from audit_app.improvement.forms import PlaceForm, RaisingForm
from audit_app.improvement.owning import owners_in
from audit_app.improvement.places import WHOLE_AUTHORITY, place_named, places_answered_for
from audit_app.improvement.raising_changes import Origin, may_raise
from audit_app.models import Audit
from audit_app.rules.actions import ActionSource
from audit_app.rules.deeds import Reading
from audit_app.rules.permissions import Permission
from audit_app.rules.workflow import NotAllowed
from audit_app.web.access import requires
from audit_app.web.once import already_acted_on, once
from audit_app.web.reads import names, shows_case

bp = Blueprint("raising", __name__, url_prefix="/actions")

Answer = str | Response | tuple[str, int]


@bp.route("/from-audit/<reference>", methods=["GET", "POST"])
@requires(Permission.AUDIT_RESOLVE)
@shows_case(Reading.AUDIT)
def from_audit(reference: str) -> Answer:
    """For those who judge practice after its auditor did, and for practice leads."""
    return _raise(Origin.moderation(audit_for(current_user, reference)))


@bp.route("/<reference>/another", methods=["GET", "POST"])
@requires(Permission.ACTION_RAISE)
@shows_case(Reading.ACTION, "action")
def another(reference: str) -> Answer:
    return _raise(Origin.following(queries.action_for(current_user, reference)))


@bp.route("/from-theme/<reference>", methods=["GET", "POST"])
@requires(Permission.ACTION_RAISE)
@names("theme", "a theme is of many audits and of no case")
def from_theme(reference: str) -> Answer:
    """First where it is to happen, as that decides who can own it; then the action."""
    theme = queries.theme_for(reference)
    places = places_answered_for(current_user)
    asked = request.args.get("place")
    if asked is None and len(places) == 1:
        asked = places[0][0]
    if asked not in dict(places):
        form = PlaceForm(data={})
        form.offer(places)
        return render_template("improvement/place.html", theme=theme, form=form, places=places)
    team, service = place_named(asked or WHOLE_AUTHORITY)
    return _raise(Origin(ActionSource.THEME, None, team, service, theme))


def _raise(origin: Origin) -> Answer:
    """Show the form of an action, or raise it, once."""
    if (led_to := already_acted_on()) is not None and request.method == "POST":
        return redirect(led_to, code=303)
    if not may_raise(current_user, origin):
        raise NotAllowed("You cannot raise an action here.")
    form = _form(origin)
    if request.method == "POST" and form.validate():
        values = form.readable_values()
        return redirect(once(lambda: _raised(origin, values)), code=303)
    return render_template("improvement/raise.html", origin=origin, form=form), form.status


def _raised(origin: Origin, values: dict[str, Any]) -> str:
    action = raising_changes.raise_action(current_user, origin, values)
    flash("The action is raised, and on its owner’s board.", "success")
    return url_for("improvement.actions.action", reference=action.reference)


def _form(origin: Origin) -> RaisingForm:
    form = RaisingForm.opened(_filled_in(origin))
    threads = [(f.thread_id, f.thread.name) for f in origin.audit.findings] if origin.audit else []
    worker = origin.audit.worker_staff_id if origin.audit else None
    owners = owners_in(origin.team, origin.service, worker)
    themes = themes_offered([origin.theme] if origin.theme else ())
    for each in (form, *(typed.form for typed in form.also_typed)):
        each["thread"].offer(threads, "None in particular")
        each["person"].offer(owners, "Nobody listed")
        each["themes"].offer(themes)
    return form


def _filled_in(origin: Origin) -> dict[str, Any]:
    """What follows from where it comes from; the person can change it."""
    if origin.theme is not None:
        return {"themes": [origin.theme.id]}
    if origin.after is None:
        return {"themes": []}
    before = origin.after
    held = {"thread": before.thread_id, "kind": before.kind, "priority": before.priority}
    return held | {"person": before.owner_id, "themes": [each.id for each in before.themes]}


@bp.app_template_global()
def may_raise_from(audit: Audit) -> bool:
    """Whether the page of an audit offers whoever is signed in to raise an action."""
    return may_raise(current_user, Origin.moderation(audit))


@bp.app_template_global()
def raises_from_themes() -> bool:
    """Whether the list of themes offers whoever is signed in to raise an action."""
    return bool(places_answered_for(current_user))
