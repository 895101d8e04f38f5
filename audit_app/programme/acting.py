"""What every form about one allocation does alike: shown, checked, acted on once, overtaken."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit_app.extensions import db
from audit_app.models import Allocation
from audit_app.programme.allocations import allocation_for
from audit_app.programme.giving import Overtaken
from audit_app.rules.allocation_steps import ALLOCATION_STEPS
from audit_app.rules.workflow import Verb, next_state
from audit_app.web.forms import PageForm
from audit_app.web.once import already_acted_on, once

P = ParamSpec("P")
A = TypeVar("A")

Answer = str | Response | tuple[str, int]

OVERTAKEN = (
    "Somebody else acted on this audit while you were writing. Nothing of yours was saved: read it "
    "again before you go on, and copy what you want to keep"
)


def acts_once(view: Callable[P, A]) -> Callable[P, A | Response]:
    """Lead the second sending of a form where the first one led.

    Before anything is fetched: whoever declared a stake finds the allocation no more.
    """

    @wraps(view)
    def once_only(*args: P.args, **kwargs: P.kwargs) -> A | Response:
        if request.method == "POST" and (led_to := already_acted_on()) is not None:
            return redirect(led_to, code=303)
        return view(*args, **kwargs)

    return once_only


def answer(
    allocation: Allocation,
    form: PageForm,
    act: Callable[[Allocation], str],
    page: Callable[[Allocation], str],
) -> Answer:
    """Show the form, or do once what it says; ``act`` returns where that leads."""
    if request.method == "GET":
        return page(allocation)
    if not form.validate():
        return page(allocation), 400
    try:
        return redirect(once(lambda: act(allocation)), code=303)
    except Overtaken:
        db.session.rollback()
        form.form_errors.append(OVERTAKEN)
        return page(allocation_for(current_user, allocation.reference)), 409


def allow(allocation: Allocation, *verbs: Verb) -> None:
    """Raises NotAllowed when this person may do none of these to it now."""
    if not any(allocation.lets(current_user, verb) for verb in verbs):
        relations = allocation.relations_of(current_user)
        permissions = current_user.permissions
        next_state(ALLOCATION_STEPS, allocation.state, verbs[0], permissions, relations)


def drawn(template: str, allocation: Allocation, form: PageForm, **shown: Any) -> str:
    return render_template(f"programme/{template}.html", allocation=allocation, form=form, **shown)


def page_of(reference: str) -> str:
    return url_for("programme.mine.allocation", reference=reference)
