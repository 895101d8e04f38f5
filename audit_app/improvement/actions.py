"""One action by HTTP: what it is, what was recorded about it, and what can be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.extensions import db
from audit_app.improvement import changes, claiming, joining_changes, queries
from audit_app.improvement.forms import (
    AnswerForm,
    ClosingForm,
    ExtensionForm,
    JoiningForm,
    NoteForm,
    OwnerForm,
    ReopeningForm,
    SeparatingForm,
    VerifyingForm,
)
from audit_app.improvement.owning import owners_for
from audit_app.improvement.raising_changes import Origin, may_raise
from audit_app.improvement.standing import (
    check,
    must_be_verified,
    state_shown_to,
    verbs_open_to,
    verifying_hidden,
    waits_to_be_verified,
)
from audit_app.improvement.timeline import timeline
from audit_app.models import Action, User
from audit_app.rules.actions import ActionEvent
from audit_app.rules.deeds import Reading
from audit_app.rules.permissions import Permission
from audit_app.rules.workflow import NotAllowed, Verb
from audit_app.web.access import requires
from audit_app.web.forms import PageForm, version_sent
from audit_app.web.once import already_acted_on, once
from audit_app.web.reads import LEADS_ON, names, shows_case

bp = Blueprint("actions", __name__, url_prefix="/actions")

Answer = str | Response | tuple[str, int]
#: What a person did, with the form they sent; it says to them what came of it.
Act = Callable[[Action, Any, int], str]

OVERTAKEN = (
    "Somebody else acted on this action after you opened the page. Nothing of yours was saved, and "
    "your text is in the boxes. Read what happened below the form, then send it again if it is "
    "still right"
)


@bp.get("/<reference>")
@requires(Permission.ACTION_READ)
@shows_case(Reading.ACTION, "action")
def action(reference: str) -> str:
    found = queries.action_for(current_user, reference)
    return render_template(
        "improvement/action.html",
        **_shown(found),
        told=timeline(found, current_user),
        may=verbs_open_to(current_user, found),
        raises=may_raise(current_user, Origin.following(found)),
        tried_again=_something_else_is_tried(found),
    )


def _shown(found: Action) -> dict[str, Any]:
    """What every page about an action says of it."""
    hidden = verifying_hidden(current_user, found)
    beside = [each for each in (found.joined_to, found.like, *found.joined) if each is not None]
    return {
        "action": found,
        "status": state_shown_to(current_user, found),
        "today": date.today(),
        "extensions": sum(each.event is ActionEvent.EXTENDED for each in found.entries),
        "waits": not hidden and waits_to_be_verified(found),
        "to_be_verified": not hidden and must_be_verified(found),
        "reads_audit": queries.reads_audit(current_user, found),
        "readable": queries.readable(current_user, beside),
    }


def _something_else_is_tried(found: Action) -> bool:
    """Whether another action was raised since this one was closed last."""
    events = [each.event for each in found.entries]
    closed = max((n for n, event in enumerate(events) if event is ActionEvent.CLOSED), default=0)
    return ActionEvent.FOLLOWED in events[closed:]


@bp.route("/<reference>/note", methods=["GET", "POST"])
@requires(Permission.ACTION_NOTE)
@shows_case(Reading.ACTION, "action")
def note(reference: str) -> Answer:
    def act(found: Action, form: NoteForm, read_at: int) -> str:
        changes.note(current_user, found, form.note.data)
        return "Your note was added."

    return _answer(reference, Verb.NOTE, NoteForm, act)


@bp.route("/<reference>/extend", methods=["GET", "POST"])
@requires(Permission.ACTION_WORK)
@shows_case(Reading.ACTION, "action")
def extend(reference: str) -> Answer:
    def prepare(found: Action, form: ExtensionForm) -> None:
        form.due_on_now = found.due_on

    def act(found: Action, form: ExtensionForm, read_at: int) -> str:
        changes.extend(current_user, found, form.due_on.data, form.reason.data, read_at)
        return "The action has a new due date. When it was first due stays on record."

    return _answer(reference, Verb.EXTEND, ExtensionForm, act, prepare)


@bp.route("/<reference>/assign", methods=["GET", "POST"])
@requires(Permission.ACTION_MANAGE)
@shows_case(Reading.ACTION, "action")
def assign(reference: str) -> Answer:
    def prepare(found: Action, form: OwnerForm) -> None:
        form.person.offer([each for each in owners_for(found) if each[0] != found.owner_id])

    def act(found: Action, form: OwnerForm, read_at: int) -> str:
        owner = db.session.get_one(User, form.person.data)
        changes.assign(current_user, found, owner, form.reason.data or None, read_at)
        return f"{owner.name} owns this action now."

    return _answer(reference, Verb.ASSIGN, OwnerForm, act, prepare)


@bp.route("/<reference>/close", methods=["GET", "POST"])
@requires(Permission.ACTION_WORK)
@shows_case(Reading.ACTION, "action")
def close(reference: str) -> Answer:
    def act(found: Action, form: ClosingForm, read_at: int) -> str:
        changes.close(
            current_user,
            found,
            form.evidence.data,
            form.difference.data,
            form.how_known.data or None,
            form.look_again_on.data,
            read_at,
        )
        return "What was done is recorded."

    return _answer(reference, Verb.CLOSE, ClosingForm, act)


@bp.route("/<reference>/answer", methods=["GET", "POST"])
@requires(Permission.ACTION_WORK)
@shows_case(Reading.ACTION, "action")
def answer(reference: str) -> Answer:
    def act(found: Action, form: AnswerForm, read_at: int) -> str:
        known, again = form.how_known.data or None, form.look_again_on.data
        changes.answer(current_user, found, form.difference.data, known, again, read_at)
        return "Your answer is recorded."

    return _answer(reference, Verb.ANSWER, AnswerForm, act)


@bp.route("/<reference>/verify", methods=["GET", "POST"])
@requires(Permission.ACTION_VERIFY)
@shows_case(Reading.ACTION, "action")
def verify(reference: str) -> Answer:
    def act(found: Action, form: VerifyingForm, read_at: int) -> str:
        if form.holds.data:
            changes.verify(current_user, found, form.looked_at.data, read_at)
            return "You verified that this action was done. It is closed."
        changes.send_back(current_user, found, form.looked_at.data, read_at)
        return "This action is open again, with what you found missing."

    return _answer(reference, Verb.VERIFY, VerifyingForm, act)


@bp.route("/<reference>/join", methods=["GET", "POST"])
@requires(Permission.ACTION_MANAGE)
@shows_case(Reading.ACTION, "action")
def join(reference: str) -> Answer:
    def prepare(found: Action, form: JoiningForm) -> None:
        offered = queries.could_be_joined_to(current_user, found)
        form.to.offer([(each.id, _in_a_line(each)) for each in offered])

    def act(found: Action, form: JoiningForm, read_at: int) -> str:
        to = db.session.get_one(Action, form.to.data)
        joining_changes.join(current_user, found, to, form.reason.data, read_at)
        return f"This action is joined to {to.reference}, and is done when that one is."

    return _answer(reference, Verb.JOIN, JoiningForm, act, prepare)


def _in_a_line(action: Action) -> str:
    what = " ".join(action.what.split())
    short = what if len(what) <= _LONGEST_LINE else f"{what[:_LONGEST_LINE].rstrip()} …"
    return f"{action.reference}: {short} ({action.owned_by})"


_LONGEST_LINE = 80


@bp.post("/<reference>/apart")
@requires(Permission.ACTION_MANAGE)
@names("action", LEADS_ON)
def apart(reference: str) -> Answer:
    """Say that it is not the same as the action it looks like."""
    here = url_for(".action", reference=reference)

    def keep_apart() -> str:
        joining_changes.keep_apart(current_user, queries.action_for(current_user, reference))
        return here

    try:
        address = once(keep_apart)
        flash("These actions are not the same, and each is followed on its own.", "success")
        return redirect(address, code=303)
    except claiming.Overtaken:
        db.session.rollback()
        return redirect(here, code=303)


@bp.route("/<reference>/separate", methods=["GET", "POST"])
@requires(Permission.ACTION_MANAGE)
@shows_case(Reading.ACTION, "action")
def separate(reference: str) -> Answer:
    def act(found: Action, form: SeparatingForm, read_at: int) -> str:
        joining_changes.separate(current_user, found, form.reason.data, read_at)
        return "This action is open, and followed on its own again."

    return _answer(reference, Verb.SEPARATE, SeparatingForm, act)


@bp.route("/<reference>/reopen", methods=["GET", "POST"])
@requires(Permission.ACTION_MANAGE)
@shows_case(Reading.ACTION, "action")
def reopen(reference: str) -> Answer:
    def act(found: Action, form: ReopeningForm, read_at: int) -> str:
        changes.reopen(current_user, found, form.reason.data, read_at)
        return "This action is open again."

    return _answer(reference, Verb.REOPEN, ReopeningForm, act)


@dataclass(frozen=True)
class _Doing:
    """One verb on its way: the form it is typed in, and what the form needs to know first."""

    verb: Verb
    form: type[PageForm]
    prepare: Callable[[Action, Any], None]

    def opened(self, found: Action) -> PageForm:
        form = self.form.opened({})
        for each in (form, *(typed.form for typed in form.also_typed)):
            self.prepare(found, each)
        return form

    def page(self, found: Action, form: PageForm) -> str:
        return render_template(
            f"improvement/{self.verb}.html",
            **_shown(found),
            told=timeline(found, current_user),
            version=claiming.version_of(found),
            form=form,
        )


def _answer(
    reference: str,
    verb: Verb,
    form_of: type[PageForm],
    act: Act,
    prepare: Callable[[Action, Any], None] = lambda found, form: None,
) -> Answer:
    """Show the form of a verb, or do what it says, once."""
    doing = _Doing(verb, form_of, prepare)
    found = queries.action_for(current_user, reference)
    if request.method == "GET":
        check(current_user, found, verb)
        return doing.page(found, doing.opened(found))
    if (led_to := already_acted_on()) is not None:
        return redirect(led_to, code=303)
    form, read_at = doing.opened(found), version_sent()
    if verb is not Verb.NOTE and read_at != claiming.version_of(found):
        return _overtaken(doing, found, form)
    check(current_user, found, verb)
    if not form.validate():
        return doing.page(found, form), 400
    try:
        return redirect(once(lambda: _act_on(reference, act, form, read_at)), code=303)
    except claiming.Overtaken:
        db.session.rollback()
        return _overtaken(doing, queries.action_for(current_user, reference), form)


def _act_on(reference: str, act: Act, form: PageForm, read_at: int) -> str:
    flash(act(queries.action_for(current_user, reference), form, read_at), "success")
    return url_for(".action", reference=reference)


def _overtaken(doing: _Doing, found: Action, form: PageForm) -> tuple[str, int]:
    """Show what was typed and what happened meanwhile, and lose neither."""
    try:
        check(current_user, found, doing.verb)
    except NotAllowed as refusal:
        form.form_errors.append(f"{OVERTAKEN}. {refusal}")
    else:
        form.form_errors.append(OVERTAKEN)
    return doing.page(found, form), 409
